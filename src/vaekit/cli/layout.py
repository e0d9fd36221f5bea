"""Options that say under which heading of the help they stand, and a command that writes them there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


class Option(click.Option):
    """An option with the heading that it stands under."""

    section = "Options"


def option(*names: str, **settings: Any) -> Callable[[str], Callable[[Any], Any]]:
    """An option that waits for its heading: option("--x", help="...")("Reading DATA") is a decorator."""

    def under(section: str) -> Callable[[Any], Any]:
        return click.option(*names, cls=type("Option", (Option,), {"section": section}), **settings)

    return under


class Command(click.Command):
    """A command whose help has the options under their headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            if row is not None:
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(row)
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)
