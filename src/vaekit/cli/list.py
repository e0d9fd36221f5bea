"""`vaekit list [WHAT]`."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.options import table
from vaekit.cli.output import print_json
from vaekit.errors import UnknownPart, suggestion


def shelves() -> dict[str, dict[str, dict[str, Any]]]:
    """What there is: heading -> name -> summary, options and reference."""
    known = table()
    data = {name: {"summary": summary} for name, summary in known["data"].items()}
    parts = {plural(place): found for place, found in known["parts"].items()}
    return {"recipes": known["recipes"], "presets": known["presets"], "data": data, **parts}


def plural(place: str) -> str:
    """'prior' -> 'priors', 'penalty' -> 'penalties'."""
    return f"{place[:-1]}ies" if place.endswith("y") else f"{place}s"


@click.command(cls=Command)
@click.argument("what", required=False)
@option("--json", "as_json", is_flag=True, help="JSON, with references.")
def command(what: str | None, as_json: bool) -> None:
    """List recipes, parts, presets and data sets.

    Each with its options and their defaults. WHAT is recipes, presets, data, parts, or the parts of one
    place: networks, likelihoods, priors, posteriors, bounds, penalties, optimizers, schedules. Without it,
    everything.
    """
    known = shelves()
    headings = _headings(what, list(known))
    if as_json:
        print_json({heading: known[heading] for heading in headings})
        return
    for heading in headings:
        click.echo(f"{heading}:")
        for name, row in known[heading].items():
            options = ", ".join(_typed(option, of) for option, of in row.get("options", {}).items())
            click.echo(f"  {name}  ({options})" if options else f"  {name}")
            click.echo(textwrap.indent(textwrap.fill(row["summary"], 94), " " * 6))


def _headings(what: str | None, possible: list[str]) -> list[str]:
    """The headings that WHAT stands for; a place may be named in the singular."""
    if what is None:
        return possible
    if what == "parts":
        return [heading for heading in possible if heading not in ("recipes", "presets", "data")]
    for heading in possible:
        if what in (heading, heading.removesuffix("s"), heading.removesuffix("ies") + "y"):
            return [heading]
    there = [*possible, "parts"]
    raise UnknownPart(
        f"nothing is listed as '{what}'; there are: {', '.join(there)}.{suggestion(what, there)}"
    )


def _typed(name: str, of: dict[str, Any]) -> str:
    """An option with its default as it is typed: 'hidden=400,200'."""
    value = of["default"]
    if isinstance(value, list):
        return f"{name}={','.join(map(str, value))}"
    return f"{name}={str(value).lower() if value is None or isinstance(value, bool) else value}"
