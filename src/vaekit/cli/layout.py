"""Options that know under which heading of the help they stand, and a command that writes them there."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

from vaekit.errors import suggestion

F = TypeVar("F", bound=Callable[..., Any])


class Option(click.Option):
    """An option with the heading that it stands under."""

    def __init__(self, *names: Any, section: str = "Options", **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.section = section


class Group(click.Group):
    """A command that has commands, listed in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            near, there = suggestion(args[0], self.commands), ", ".join(self.commands)
            raise click.UsageError(f"'{ctx.command_path}' has no '{args[0]}'; there are: {there}.{near}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, (each.help or "").split("\n")[0]) for name, each in self.commands.items()]
            )


class Command(click.Command):
    """A command whose help has the options under their headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            if row is not None and isinstance(parameter, click.Option):
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(row)
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """click.option with a heading: section="Reading DATA"."""
    return click.option(*names, cls=Option, **settings)


def together(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Several decorators as one, the first on top."""
    return lambda command: reduce(lambda made, decorate: decorate(made), reversed(decorators), command)
