"""The house drawn from the code: its floors from tests/test_floors.py, what each room is from its docstring, and what
it uses from its imports."""

from __future__ import annotations

import ast
import html
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "vaekit"


@cache
def floors() -> dict[str, int]:
    """room -> floor, the table that the tests hold the imports against."""
    tree = ast.parse((ROOT / "tests" / "test_floors.py").read_text(encoding="utf-8"))
    tables = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    found: dict[str, int] = ast.literal_eval(tables["FLOORS"])
    return {room: floor for room, floor in found.items() if files_of(room)}


def files_of(room: str) -> list[Path]:
    """The files of a room: a folder of src/vaekit, or a file; none where it is not built yet."""
    folder, file = SOURCE / room, SOURCE / f"{room}.py"
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [file] if file.is_file() else []


def says(room: str) -> str:
    """The first sentence of its docstring."""
    first = next((file for file in files_of(room) if file.name == "__init__.py"), files_of(room)[0])
    told = ast.get_docstring(ast.parse(first.read_text(encoding="utf-8"))) or ""
    return (
        re.split(r"(?<=[a-z)`\]]\.)\s", " ".join(told.split("\n\n")[0].split()))[0]
        .rstrip(".:")
        .replace("`", "")
    )


def uses(room: str) -> list[str]:
    """The other rooms that its files import from."""
    found = set()
    for file in files_of(room):
        for module in re.findall(
            r"^\s*(?:from|import) vaekit\.(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE
        ):
            found.add(module)
    return sorted(found & set(floors()) - {room}, key=lambda other: (-floors()[other], other))


def lines_of(room: str) -> int:
    """Lines of code in it."""
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files_of(room))


def house() -> str:
    """HTML: the floors from the roof down, a box a room; which rooms it uses lights up under the pointer."""
    levels = sorted(set(floors().values()), reverse=True)
    rows = "\n".join(_floor(level) for level in levels)
    label = "The floors of vaekit, the highest first"
    return f'<div class="house" role="group" aria-label="{label}">\n{rows}\n</div>\n{_rules()}'


def _floor(level: int) -> str:
    rooms = sorted(room for room, floor in floors().items() if floor == level)
    boxes = "".join(_room(room) for room in rooms)
    return f'<div class="floor"><span class="level">{level}</span><div class="rooms">{boxes}</div></div>'


def _room(room: str) -> str:
    used = ", ".join(uses(room)) or "nothing"
    name = room if (SOURCE / f"{room}.py").exists() else f"{room}/"
    told = html.escape(f"{says(room)}. Uses: {used}. {lines_of(room):,} lines.", quote=True)
    return (
        f'<div class="room room-{room}" tabindex="0" title="{told}"><b>{name}</b>'
        f"<span>{html.escape(says(room))}</span></div>"
    )


def _rules() -> str:
    """For each room a rule that lights what it uses."""
    rules = [
        ",".join(f".house:has(.room-{room}:is(:hover,:focus)) .room-{other}" for other in uses(room))
        for room in floors()
        if uses(room)
    ]
    return (
        f"<style>{','.join(rules)}{{border-color:var(--house-lit);background:var(--house-lit-paper)}}</style>"
    )
