"""One figure of a command line: the rows it is of, the file it goes to, and what it shows in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import option, together
from vaekit.cli.output import refuse_file
from vaekit.cli.reading import Run, labels_of, read_again

if TYPE_CHECKING:
    from vaekit.data.source import Source

file_options = together(
    option("-o", "--out", metavar="FILE.png", help="[default: RUN-WHAT.png in this folder]"),
    option("--force", is_flag=True, help="Replace FILE when it is there."),
)
rows_argument = click.argument("data", required=False)


def figure_path(out: str | None, force: bool, run: str, what: str) -> Path:
    """The file to write, refused before anything is computed when it cannot be written."""
    path = Path(f"{Path(run).resolve().name}-{what}.png" if out is None else out)
    if path.suffix.lower() != ".png":
        raise click.UsageError(f"'{path}' is no .png; figures are written as one.")
    refuse_file(path, force)
    return path


def write_figure(display: Any, path: Path) -> None:
    """The figure into its file, and what it shows to stdout."""
    from vaekit.plots import png
    from vaekit.run import write_file

    write_file(path, png(display.figure_))
    click.echo(f"{path}: {display.describe()}")


def named_labels(source: Source) -> Any:
    """The labels as they were written, with a name for those that are missing; None without labels."""
    labels = labels_of(source)
    if labels is None or labels.dtype != object:
        return labels
    return [name or "unlabelled" for name in labels]


def rows_of_figure(fitted: Run, data: str | None, reading: dict[str, Any]) -> tuple[Any, Source]:
    """X and its source, with class names for the labels; the run's own (test) data without `data`."""
    if data is not None:
        return fitted.rows_of(data, reading)
    source = read_again(fitted.data["source"])
    part = source.test or source
    return part.X, replace(part, class_names=source.class_names)
