"""`vaekit describe WHAT DATA`: what data are like before any model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vaekit.cli.layout import Command, Group, option
from vaekit.cli.output import Output, output_options, print_json, refuse_file
from vaekit.cli.reading import data_argument, how, read_data, reading_options


@click.group(cls=Group)
def command() -> None:
    """Describe DATA before any model."""


@command.command("mean-image", cls=Command)
@data_argument
@option(
    "--count",
    type=click.IntRange(1),
    multiple=True,
    help="Only the first so many; may be given many times. [default: all]",
)
@option("-o", "--out", metavar="FILE.png", help="Draw the means side by side.")
@option("--force", is_flag=True, help="Replace FILE when it is there.")
@option("--json", "as_json", is_flag=True, help="JSON to stdout instead of words.")
@reading_options
def mean_image(
    data: str, count: tuple[int, ...], out: str | None, force: bool, as_json: bool, **reading: Any
) -> None:
    """The mean of the pictures, with the number of pictures that it is the mean of.

    Values are pixels from 0 to 1. With several --count each mean is compared with the last.
    """
    if out is not None:
        if not out.lower().endswith(".png"):
            raise click.UsageError(f"'{out}' is no .png; the means are drawn into one.")
        refuse_file(Path(out), force)
    source = read_data(data, how(reading))
    from vaekit.data.layout import examples
    from vaekit.data.mean_image import mean_image as mean_of
    from vaekit.data.profile import profile

    pixels = float(profile(source.X, source.image_shape).levels or 1)
    X = examples(source.X, source.image_shape)
    means = [mean_of(X, each).scaled(1 / pixels) for each in count or (None,)]
    if out is not None:
        from vaekit.plots import PicturesCompared, png
        from vaekit.run import write_file

        write_file(Path(out), png(PicturesCompared.of_means(means).figure_))
    told: list[dict[str, Any]] = []
    for each in means:
        alike = {} if each is means[-1] else vars(each.against(means[-1]))
        spread = {"spread": each.spread, "spread_per_value": each.spread / each.mean.size}
        told.append({"count": each.count, "mean_value": float(each.mean.mean()), **spread, **alike})
    if as_json:
        print_json(told)
        return
    for row in told:
        said = (
            f"mean of {row['count']:,} examples: mean value {row['mean_value']:.6f}, spread around it "
            f"{row['spread']:.4f} an example ({row['spread_per_value']:.6f} a value)"
        )
        if "correlation" in row:
            said += (
                f"; against the mean of {told[-1]['count']:,}: correlation {row['correlation']:.4f}, distance "
                f"{row['distance']:.3f}, largest difference {row['largest']:.3f}"
            )
        click.echo(said)


@command.command("style", cls=Command)
@data_argument
@output_options
@reading_options
def style(data: str, out: str | None, force: bool, as_json: bool, **reading: Any) -> None:
    """Thickness (pixels) and slant (degrees) of the strokes of each picture."""
    output = Output(out, force, as_json)
    source = read_data(data, how(reading))
    from vaekit.data.layout import examples
    from vaekit.data.style import NAMES, style_features

    output.write(style_features(examples(source.X, source.image_shape)), NAMES)
