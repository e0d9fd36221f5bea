"""Writes what the README shows: its picture, made by an example of the gallery, and the table of recipes.

python docs/readme.py            write both
python docs/readme.py --table    print the table (tests compare it with the README)
"""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

from vaekit.recipes import RECIPES

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "first_steps" / "back_and_new.py"
PICTURE = ROOT / "docs" / "pictures" / "digits.png"
START, END = "<!-- recipes: written by docs/readme.py -->", "<!-- end of recipes -->"


def table() -> str:
    """One row a recipe: name, what it is, options with their defaults, source."""
    rows = ["| recipe | what it is | options | source |", "|---|---|---|---|"]
    for name, recipe in sorted(RECIPES.items()):
        options = ", ".join(f"`{key}={value!r}`" for key, value in recipe.options.items()) or "none"
        words, _, address = recipe.reference.rpartition(", ")
        rows.append(f"| `{name}` | {recipe.summary} | {options} | [{words}]({address}) |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """The README's text with the table of recipes as it is now."""
    return re.sub(f"{START}.*{END}", f"{START}\n{table()}\n{END}", text, flags=re.DOTALL)


def draw() -> bytes:
    """The picture that the gallery's example makes: digits, their reconstructions, samples, and the codes of all."""
    from vaekit.plots import png

    return png(runpy.run_path(str(EXAMPLE))["picture"])


def main() -> None:
    if "--table" in sys.argv:
        print(table())
        return
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(draw())
    readme = ROOT / "README.md"
    readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
