"""What pages may ask the code for.

In Markdown, ```{shown} parts likelihood``` puts the table of that name there (`from_code.TABLES`), and ```{house}```
the floors. In the reference, `.. public:: vaekit.measure` with names below it is a list of these names, and then each
with its docstring.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from docutils import nodes
from floors import house
from from_code import TABLES
from sphinx.util.docutils import SphinxDirective


class Shown(SphinxDirective):
    """The table of a name, with what it is asked about behind the name."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        name, *about = self.arguments
        return self.parse_text_to_nodes(TABLES[name](*about))


class House(SphinxDirective):
    """The floors, drawn."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", house(), format="html")]


class Public(SphinxDirective):
    """Public names of a module: a list of them, and each with its docstring."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0]
        home = importlib.import_module(module)
        found = {name: getattr(home, name) for name in " ".join(self.content).split()}
        summed = [f"   {name}" for name in found if callable(found[name])]
        lines = [f".. currentmodule:: {module}", "", ".. autosummary::", "   :nosignatures:", "", *summed, ""]
        for name, each in found.items():
            lines += [*_documented(name, each), ""]
        return self.parse_text_to_nodes("\n".join(lines))


def _documented(name: str, found: Any) -> list[str]:
    if not callable(found):
        return [f".. py:data:: {name}", f"   :type: {type(found).__name__}"]
    if not inspect.isclass(found):
        return [f".. autofunction:: {name}"]
    if issubclass(found, BaseException):
        return [f".. autoexception:: {name}"]
    return [f".. autoclass:: {name}", "   :members:", "   :inherited-members:"]


def setup(app: Any) -> dict[str, Any]:
    """Sphinx's entry."""
    for name, directive in (("shown", Shown), ("house", House), ("public", Public)):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
