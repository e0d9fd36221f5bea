"""`vaekit cite NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.options import table
from vaekit.cli.output import print_json, print_table
from vaekit.cli.reading import checked_json
from vaekit.errors import UnknownPart, suggestion


@click.command(cls=Command)
@click.argument("name")
@option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
def command(name: str, as_json: bool) -> None:
    """Print the references of a recipe, preset, part or run.

    NAME may be several recipes joined by '+', or a run folder.
    """
    found = _named(name) or _of_run(name)
    cited = {what: source for what, source in found.items() if source}
    if as_json:
        print_json(cited)
    elif cited:
        print_table(cited.items())
    else:
        click.echo(f"'{name}' has no reference.", err=True)


def _named(name: str) -> dict[str, str | None]:
    """What a recipe, preset or part of this name is cited as; empty when nothing is called so."""
    known = table()
    recipes = [one.strip().replace("-", "_") for one in name.split("+")]
    if all(one in known["recipes"] for one in recipes):
        return {f"recipe {one}": known["recipes"][one]["reference"] for one in recipes}
    if name in known["presets"]:
        return {f"preset {name}": known["presets"][name]["reference"]}
    return {
        f"{place} {name}": parts[name]["reference"]
        for place, parts in known["parts"].items()
        if name in parts
    }


def _of_run(name: str) -> dict[str, str | None]:
    """The references of the parts that a run is made of."""
    known = table()
    if not Path(name).exists():
        shelves = [known["recipes"], known["presets"], *known["parts"].values()]
        raise UnknownPart(
            f"no recipe, preset, part or run is called '{name}'; `vaekit list` has all names."
            f"{suggestion(name, [one for shelf in shelves for one in shelf])}"
        )
    spec = checked_json(name, "spec.json")["spec"]
    found: dict[str, str | None] = {}
    for place in known["parts"]:
        for part in spec["penalties"] if place == "penalty" else [spec.get(place)]:
            called = _name(part)
            if called in known["parts"][place]:
                found[f"{place} {called}"] = known["parts"][place][called]["reference"]
    return found


def _name(part: Any) -> str:
    """The name of a part as spec.json has it: a name, or an object with its options."""
    return str(part.get("part")) if isinstance(part, dict) else str(part)
