"""`vaekit demo NAME`: the experiments of the article, computed now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.experiment import TableOutput, table_options
from vaekit.cli.layout import Command, Group, option
from vaekit.cli.output import print_json, refuse_file
from vaekit.cli.reading import load_run, read_again, read_data, told_of_data
from vaekit.cli.values import Value
from vaekit.errors import DataError

if TYPE_CHECKING:
    from vaekit.data.source import Source
    from vaekit.kinds import Array

_NUMBERS = Value({"kinds": ["tuple"], "words": []})
_EPOCHS = Value({"kinds": ["int"], "words": ["auto"]})
_data = click.argument("data", default="digits")
_seeds = option(
    "--seeds", type=click.IntRange(1), default=3, show_default=True, help="Repeats, for standard errors."
)


@click.group(cls=Group)
def command() -> None:
    """Run an experiment of the article on VAEs.

    Each is computed when it is called; no result is stored. DATA is digits, mnist, a file or a folder.
    """


@command.command("mse", cls=Command)
@_data
@option("--index", type=click.IntRange(0), help="Which picture of DATA (of its test part).")
@option("--digit", type=int, help="The first picture with this label. [default: 2, where there are labels]")
@option(
    "--patch",
    type=_NUMBERS,
    default="4",
    show_default=True,
    help="What is erased: SIDE, or TOP,LEFT,HEIGHT,WIDTH.",
)
@option(
    "--shift",
    type=_NUMBERS,
    default="0,1",
    show_default=True,
    help="DOWN,RIGHT in pixels; parts are possible.",
)
@option(
    "--reach",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    help="Pixels that the forgiving error forgives.",
)
@option("-o", "--out", metavar="FILE.png", help="Draw the three pictures.")
@option("--force", is_flag=True, help="Replace FILE when it is there.")
@option("--json", "as_json", is_flag=True, help="JSON to stdout instead of words.")
def mse(
    data: str,
    index: int | None,
    digit: int | None,
    patch: tuple[int, ...],
    shift: tuple[float, ...],
    reach: int,
    out: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Squared error: a picture with a part erased against the picture moved by a pixel."""
    if len(shift) != 2 or len(patch) not in (1, 4):
        raise click.UsageError("--shift takes DOWN,RIGHT and --patch SIDE or TOP,LEFT,HEIGHT,WIDTH.")
    path = _picture_path(out, force)
    from vaekit.article.mse import paradox_shares, shifted_pixel

    source = read_data(data, {})
    part = source.test or source
    pictures = _pictures(part)
    at = _chosen(part, index, digit)
    erased = patch[0] if len(patch) == 1 else (patch[0], patch[1], patch[2], patch[3])
    found = shifted_pixel(pictures[at], erased, (shift[0], shift[1]), reach)
    alike = pictures if part.y is None else pictures[part.y == part.y[at]]
    sides = [side for side in range(2, 9) if side < min(pictures.shape[1:])]
    shares = paradox_shares(alike[:300], sides, (shift[0], shift[1]))
    if path is not None:
        from vaekit.run import write_file

        write_file(path, _three_pictures(found))
    if as_json:
        told = {
            name: value for name, value in vars(found).items() if name not in ("original", "erased", "moved")
        }
        told |= {"break_even": found.break_even, "erased_fraction": found.erased_fraction}
        print_json({"index": at, **told, "shares": shares.as_dicts()})
        return
    click.echo(f"picture {at} of {data}: {found.sentence()}\n")
    TableOutput(None, False, False).write(shares)


@command.command("ridge", cls=Command)
@option("--rows", type=click.IntRange(3), default=30, show_default=True)
@option("--features", type=click.IntRange(1), default=6, show_default=True)
@option("--sigma2", type=float, default=1.0, show_default=True, help="Variance of the noise.")
@option("--tau2", type=float, default=1.0, show_default=True, help="Variance of the weights.")
@option(
    "--random-state",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="A seed: the same data again.",
)
@table_options
def ridge(
    rows: int,
    features: int,
    sigma2: float,
    tau2: float,
    random_state: int,
    out: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Ridge regression as the most probable weights under a normal prior."""
    output = TableOutput(out, force, as_json)
    import numpy as np

    from vaekit.article.ridge import ridge_is_map

    rng = np.random.default_rng(random_state)
    output.write(ridge_is_map(rng, rows=rows, features=features, sigma2=sigma2, tau2=tau2))


@command.command("information", cls=Command)
@option("--p", type=_NUMBERS, default="0.9,0.1", show_default=True, help="Probabilities P.")
@option("--q", type=_NUMBERS, default="0.5,0.5", show_default=True, help="Probabilities Q.")
@option(
    "--base",
    type=float,
    default=2.0,
    show_default=True,
    help="Of the logarithm: 2 for bits, 2.718281828459045 for nats.",
)
@table_options
def information(
    p: tuple[float, ...], q: tuple[float, ...], base: float, out: str | None, force: bool, as_json: bool
) -> None:
    """Self-information of events, and both directions of KL."""
    output = TableOutput(out, force, as_json)
    from vaekit.article.information import divergences, surprises

    found = divergences(p, q, base)
    if not as_json and out is None:
        output.write(surprises(base=base))
        click.echo()
    output.write(found)


@command.command("latent-perturb", cls=Command)
@_data
@option(
    "--scales",
    type=_NUMBERS,
    default="0,0.1,0.25,0.5,1",
    show_default=True,
    help="How far codes move, in standard deviations of the codes.",
)
@option("--rows", type=click.IntRange(2), default=500, show_default=True, help="Rows whose codes are moved.")
@option("--latent-dim", type=click.IntRange(1), default=8, show_default=True)
@option("--max-epochs", type=_EPOCHS, default="auto", show_default=True)
@_seeds
@table_options
def latent_perturb(
    data: str,
    scales: tuple[float, ...],
    rows: int,
    latent_dim: int,
    max_epochs: int | str,
    seeds: int,
    out: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Codes that are moved: an autoencoder beside a VAE, whatever comes out."""
    output = TableOutput(out, force, as_json)
    from vaekit.article.perturbation import latent_perturb as experiment

    source = read_data(data, {})
    X, y, test, test_y = _parts(source)
    if y is None or test_y is None:
        raise DataError(
            f"'{data}' has no labels, and a classifier needs them; use digits, mnist, or a labelled set."
        )
    options = {"latent_dim": latent_dim, "max_epochs": max_epochs, "image_shape": source.image_shape}
    with told_of_data():
        output.write(experiment(X, y, test, test_y, scales=scales, seeds=seeds, rows=rows, options=options))


@command.command("ablate", cls=Command)
@_data
@option(
    "--fractions",
    type=_NUMBERS,
    default="0.05,0.25,1",
    show_default=True,
    help="Parts of DATA that are fitted to.",
)
@option(
    "--widths", type=_NUMBERS, default="32,128,512", show_default=True, help="Widths of both hidden layers."
)
@option(
    "--epochs",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Passes over all of DATA; parts take as many steps.",
)
@option("--latent-dim", type=click.IntRange(1), default=8, show_default=True)
@_seeds
@table_options
def ablate(
    data: str,
    fractions: tuple[float, ...],
    widths: tuple[int, ...],
    epochs: int,
    latent_dim: int,
    seeds: int,
    out: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Data against network: the bound over sizes of the data and widths."""
    output = TableOutput(out, force, as_json)
    from vaekit.article.ablation import ablate as experiment

    source = read_data(data, {})
    X, _, test, _ = _parts(source)
    options = {"latent_dim": latent_dim, "image_shape": source.image_shape}
    with told_of_data():
        found = experiment(
            X, test, fractions=fractions, widths=widths, seeds=seeds, epochs=epochs, options=options
        )
    output.write(found)


@command.command("elbo", cls=Command)
@_data
@option("--run", metavar="RUN", help="Decompose this fitted model instead, on its own data.")
@option(
    "--method",
    type=click.Choice(["auto", "exact", "quadrature", "importance"]),
    default="auto",
    show_default=True,
    help="Of --run.",
)
@option("--rows", type=click.IntRange(1), default=100, show_default=True, help="Rows that are decomposed.")
@option("--latent-dim", type=click.IntRange(1), default=8, show_default=True, help="Of the larger models.")
@option("--max-epochs", type=_EPOCHS, default="auto", show_default=True)
@option("--random-state", type=click.IntRange(0), default=0, show_default=True)
@table_options
def elbo(
    data: str,
    run: str | None,
    method: str,
    rows: int,
    latent_dim: int,
    max_epochs: int | str,
    random_state: int,
    out: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """log p(x) = ELBO + KL to the posterior, by three methods."""
    output = TableOutput(out, force, as_json)
    from vaekit.article.elbo import decomposed, elbo_by_three_methods
    from vaekit.article.table import Table

    if run is not None:
        fitted = load_run(run)
        fitted.ability("elbo_decomposition")
        source = read_again(fitted.data["source"])
        with told_of_data():
            row = decomposed(str(fitted.path), fitted.estimator, (source.test or source).X[:rows], method)
        output.write(Table.of([row], ["Nats per example; log_px = elbo + kl_to_posterior."]))
        return
    source = read_data(data, {})
    X, _, test, _ = _parts(source)
    with told_of_data():
        found = elbo_by_three_methods(
            X,
            test[:rows],
            latent_dim=latent_dim,
            max_epochs=max_epochs,
            image_shape=source.image_shape,
            seed=random_state,
        )
    output.write(found)


def _parts(source: Source) -> tuple[Any, Any, Any, Any]:
    """(X, y, test X, test y): the test part of the data, or every fifth row of data that have none."""
    import numpy as np

    if source.test is not None:
        return source.X, source.y, source.test.X, source.test.y
    held = np.arange(source.rows) % 5 == 4
    y = source.y
    return source.X[~held], None if y is None else y[~held], source.X[held], None if y is None else y[held]


def _pictures(source: Source) -> Array:
    """(n, H, W) from 0 to 1."""
    from vaekit.data.layout import examples
    from vaekit.data.profile import profile
    from vaekit.data.style import as_pictures

    found = profile(source.X, source.image_shape)
    return as_pictures(examples(source.X, source.image_shape)) / float(found.levels or max(found.high, 1e-12))


def _chosen(source: Source, index: int | None, digit: int | None) -> int:
    """The number of the picture that was asked for."""
    import numpy as np

    if index is not None and digit is not None:
        raise click.UsageError("give --index or --digit, not both.")
    if index is not None:
        if index >= source.rows:
            raise DataError(
                f"--index {index} is not possible; the data have {source.rows:,} pictures, from 0 on."
            )
        return index
    if source.y is None:
        if digit is not None:
            raise DataError("--digit needs data with labels; give --index.")
        return 0
    found = np.flatnonzero(source.y == (2 if digit is None else digit))
    if not len(found):
        if digit is None:
            return 0
        raise DataError(f"no picture has the label {digit}; give another --digit, or --index.")
    return int(found[0])


def _picture_path(out: str | None, force: bool) -> Any:
    from pathlib import Path

    if out is None:
        return None
    if not out.lower().endswith(".png"):
        raise click.UsageError(f"'{out}' is no .png; the pictures are drawn into one.")
    refuse_file(Path(out), force)
    return Path(out)


def _three_pictures(found: Any) -> bytes:
    import numpy as np

    from vaekit.plots import PicturesCompared, png

    captions = [
        "(a) as it is",
        f"(b) erased\nerror {found.mse_erased:.5f}",
        f"(c) moved\nerror {found.mse_moved:.5f}",
    ]
    pictures = np.stack((found.original, found.erased, found.moved))
    return png(PicturesCompared(pictures, captions, "What squared error sees").plot().figure_)
