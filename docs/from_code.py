"""Tables of what the code has, in Markdown, made while the pages are built so that they cannot go stale."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

Row = Iterable[str]


def table(head: Row, rows: Iterable[Row]) -> str:
    """Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def listed(rows: dict[str, Any], *columns: Callable[[dict[str, Any]], str]) -> list[list[str]]:
    """Rows of the table of options: the name, the summary, and what else is asked for."""
    return [
        [f"`{name}`", as_markdown(row["summary"]), *(of(row) for of in columns)] for name, row in rows.items()
    ]


@cache
def known() -> dict[str, Any]:
    """Estimators, options, recipes, parts, presets and data sets, read from signatures and the registry."""
    from vaekit.cli.options import made

    return made()


def summary(found: Any) -> str:
    """The first sentence of its docstring, as text that Markdown leaves alone."""
    told = " ".join((inspect.getdoc(found) or "").split("\n\n")[0].split())
    return as_markdown(re.split(r"(?<=[^.\s]\.)\s|(?<=\w):$", told)[0])


def as_markdown(text: str) -> str:
    """Text in which only `code` is more than text."""
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(
        piece if at % 2 else re.sub(r"([\\*_<\[])", r"\\\1", piece) for at, piece in enumerate(pieces)
    )


def link(name: str, to: str | None = None) -> str:
    """A name as a link to its place in the reference."""
    return f"{{py:obj}}`{name} <{to}>`" if to else f"`{name}`"


def source(row: dict[str, Any]) -> str:
    """'Burda et al., 2016, https://...' as a link."""
    words, _, address = (row["reference"] or "").rpartition(", ")
    return (
        f"[{as_markdown(words) or 'source'}]({address})"
        if address.startswith("http")
        else as_markdown(address)
    )


def options(row: dict[str, Any]) -> str:
    """The options of a part or recipe with their defaults."""
    return ", ".join(f"`{name}={_default(of['default'])}`" for name, of in row["options"].items())


def _default(value: Any) -> str:
    return repr(tuple(value)) if isinstance(value, list) else repr(value)


ABILITIES = (
    "transform", "sample", "score_samples", "log_likelihood", "impute", "predict", "explain", "p_values", "analogy",
)  # fmt: skip


def estimators() -> str:
    """What is fitted."""
    import vaekit

    classes = {name: getattr(vaekit, name) for name in vaekit.__all__}
    rows = (
        (
            link(name, f"vaekit.{name}"),
            summary(cls),
            ", ".join(f"`{a}`" for a in ABILITIES if hasattr(cls(), a)),
        )
        for name, cls in classes.items()
        if hasattr(cls, "fit")
    )
    return table(("estimator", "what it is", "can, among others"), rows)


def public(module: str) -> str:
    """The public names of a module."""
    home = importlib.import_module(module)
    rows = ((link(name, f"{module}.{name}"), summary(getattr(home, name))) for name in home.__all__)
    return table(("name", "what it is"), rows)


def parts(place: str) -> str:
    """The parts that fill a place."""
    return table((place, "what it is", "options", "source"), listed(known()["parts"][place], options, source))


def recipes() -> str:
    """The models of the literature that are a choice of parts."""
    return table(("recipe", "what it is", "options", "source"), listed(known()["recipes"], options, source))


def presets() -> str:
    """The models of the literature with their data treatment and schedule."""
    rows = listed(known()["presets"], lambda row: f"`{row['data']}`", source)
    return table(("preset", "what it is", "data", "source"), rows)


def data() -> str:
    """The data sets that have a name."""
    return table(
        ("data set", "what it is"), listed({n: {"summary": told} for n, told in known()["data"].items()})
    )


def commands() -> str:
    """The commands."""
    from vaekit.cli.program import COMMANDS

    rows = {f"vaekit {name}": {"summary": told} for name, told in COMMANDS.items()}
    return table(("command", "what it does"), listed(rows))


def experiments() -> str:
    """The results of the literature that a command runs again."""
    from vaekit.reproduce import EXPERIMENTS

    rows = {e.name: {"summary": e.summary, "reference": e.paper.split(";")[0]} for e in EXPERIMENTS.values()}
    return table(("experiment", "what it is", "paper"), listed(rows, source))


def verdicts() -> str:
    """What the doctor looks for."""
    from vaekit.doctor.examinations import EXAMINATIONS

    rows = ((f"`{f.__name__.replace('_', '-')}`", summary(f)) for f in EXAMINATIONS)
    return table(("verdict", "what is looked at"), rows)


def errors() -> str:
    """Every error that is raised on purpose."""
    from vaekit import errors as tree

    found = [e for e in vars(tree).values() if inspect.isclass(e) and issubclass(e, tree.VaekitError)]
    rows = (
        (link(e.__name__, f"vaekit.errors.{e.__name__}"), e.__bases__[0].__name__, summary(e)) for e in found
    )
    return table(("error", "is a", "when"), rows)


TABLES: dict[str, Callable[..., str]] = {
    f.__name__: f
    for f in (estimators, public, parts, recipes, presets, data, commands, experiments, verdicts, errors)
}
