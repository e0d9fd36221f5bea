"""Docstrings of the house as reStructuredText: what stands in backticks is code, tables of names are lists, an indented
example is code, and every other character is itself.

Sphinx calls `read_as_text` for each docstring before it reads it, and `short_signature` for each signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NAMES = re.compile(r"^(?P<name>[A-Za-z_][\w, ()]*?) {2,}(?P<told>\S.*)$")
ARRAY = re.compile(r"~?(?:numpy\.)?ndarray\[tuple\[[^\]]*\], ~?(?:numpy\.)?dtype\[[^\]]*\]\]")
SECTION = re.compile(r"^-{3,}$")


def escaped(line: str) -> str:
    """Text in which only `code` and addresses are more than text."""
    return "".join(map(_piece, re.split(r"(`[^`]+`|https?://\S+)", line)))


def _piece(piece: str) -> str:
    if piece.startswith(("https://", "http://")):
        return piece
    if re.fullmatch(r"`[^`]+`", piece):
        return f"`{piece}`"
    return re.sub(r"_(?!\w)", r"\\_", re.sub(r"([\\*|`])", r"\\\1", piece))


def blocks(lines: list[str]) -> Iterator[list[str]]:
    """The lines of a docstring, split where a line is empty."""
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []


def as_rest(lines: list[str]) -> list[str]:
    """The lines of a docstring as lines of reStructuredText."""
    made: list[str] = []
    in_section = in_code = False
    for block in blocks(lines):
        in_section = in_section or (len(block) > 1 and bool(SECTION.match(block[1])))
        goes_on = in_code
        in_code = block[0].startswith("    ") and not in_section
        if in_code and not goes_on:
            made += ["::", ""]
        made += [*(block if in_code else _block(block, in_section)), ""]
    return made


def _block(block: list[str], in_section: bool) -> list[str]:
    if block[0].lstrip().startswith(">>>"):
        return block
    if not in_section and NAMES.match(block[0]):
        return _list(block)
    return _with_examples([line if SECTION.match(line) else escaped(line) for line in block], block)


def _with_examples(kept: list[str], block: list[str]) -> list[str]:
    """A section whose text is an example stays as it is typed."""
    starts = [at for at, line in enumerate(block) if line.startswith(">>>")]
    return kept if not starts else [*kept[: starts[0]], *block[starts[0] :]]


def _list(block: list[str]) -> list[str]:
    """name   what it is, with lines that go on below: a definition list."""
    made: list[str] = []
    for line in block:
        found = NAMES.match(line)
        if found:
            made += [f"``{found['name'].strip()}``", f"    {escaped(found['told'])}"]
        else:
            made.append(f"    {escaped(line.strip())}")
    return made


def read_as_text(app: Any, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    """Sphinx's event for a docstring."""
    lines[:] = as_rest(lines)


def short_signature(
    app: Any, what: str, name: str, found: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """Sphinx's event for a signature: an array is an Array, and that something may be anything is not said."""
    if signature is not None:
        signature = re.sub(r": Any\b(?! \|)", "", _short(signature))
    return signature, None if returned is None else _short(returned)


def _short(types: str) -> str:
    return ARRAY.sub("Array", types).replace("~typing.", "").replace("typing.", "")


def leave_out_inherited(app: Any, what: str, name: str, found: Any, skip: bool, options: Any) -> bool | None:
    """Sphinx's event for a member: methods of scikit-learn and torch are told by their own pages."""
    home = getattr(found, "__module__", None) or getattr(getattr(found, "fget", None), "__module__", None)
    return True if home is not None and not str(home).startswith("vaekit") else None
