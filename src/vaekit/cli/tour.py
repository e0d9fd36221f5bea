"""`vaekit tour [CHAPTER...]`."""

from __future__ import annotations

from pathlib import Path

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import refuse_file


@click.command(cls=Command)
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@option(
    "--data",
    type=click.Choice(["digits", "mnist"]),
    default="digits",
    show_default=True,
    help="On two cores digits takes up to two minutes, mnist up to twenty.",
)
@option(
    "--lang",
    "langs",
    type=click.Choice(["ko", "en"]),
    multiple=True,
    default=("en",),
    show_default=True,
    help="Of the page; given twice, a page for each from one computation.",
)
@option("--full", is_flag=True, help="Train as the sources do, which takes hours on mnist.")
@option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, other numbers.")
@option("-o", "--out", metavar="FILE.html", help="Where the page goes; else tour-LANG.html.")
@option("--force", is_flag=True, help="Replace the page when it is there.")
def command(
    chapters: tuple[str, ...],
    data: str,
    langs: tuple[str, ...],
    full: bool,
    seed: int,
    out: str | None,
    force: bool,
) -> int:
    """Walk through the article on VAEs: claims, corrections, pictures.

    CHAPTER is one of bayes, information, ae-vae, elbo, review, aae, cvae; all of them without. Everything is computed
    now and written into one HTML page, after each chapter anew, so that nothing is lost when it is interrupted. Where
    the page is goes to stdout. Exit code 1: a chapter failed, and the page says why.
    """
    langs = tuple(dict.fromkeys(langs))
    if out is not None and len(langs) > 1:
        raise click.UsageError("-o takes one page; give one --lang, or leave -o out.")
    pages = {lang: Path(out or f"tour-{lang}.html") for lang in langs}
    for path in pages.values():
        refuse_file(path, force)
    from vaekit.cli.program import INTERRUPTED
    from vaekit.run import write_file
    from vaekit.tour.done import Done, State
    from vaekit.tour.page import render
    from vaekit.tour.walk import choose, walk
    from vaekit.tour.workshop import Workshop

    chosen = choose(chapters)
    workshop = Workshop(data, seed, full=full, say=lambda line: click.echo(line, err=True))
    found: list[Done] = []
    for found in walk(workshop, chosen):
        for lang, path in pages.items():
            write_file(path, render(found, workshop, lang).encode())
    for path in pages.values():
        click.echo(path)
    states = {done.state for done in found}
    return INTERRUPTED if State.INTERRUPTED in states else int(State.FAILED in states)
