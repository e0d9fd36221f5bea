"""The gallery: in which order examples stand, and what is shown of each: a display, a figure, a page that it wrote.

As in a notebook, the last expression of a block is shown. A display is drawn as its own PNG, and what it says of itself
is the text for those who do not see it; a page (.html) stands in a frame and can be opened on its own.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst

ORDER = (
    "first_fit.py", "back_and_new.py", "pieces_of_the_elbo.py", "bayes_by_hand.py",
    "table_with_holes.py", "strange_rows.py", "counts.py", "is_it_any_good.py", "walk_through_the_codes.py",
    "digits_by_class.py", "codes_on_a_swiss_roll.py", "beta_sweep.py",
)  # fmt: skip
PAGES = Path(__file__).parent / "_build" / "pages" / "pages"

FRAME = """
.. raw:: html

    <iframe class="page" src="../../pages/{name}" title="{name}" loading="lazy"></iframe>
    <p><a href="../../pages/{name}">Open this page on its own</a></p>

"""


class InOrder:
    """The key that examples of a section are sorted by: ORDER, and what it does not name last."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, file: str) -> tuple[int, str]:
        return (ORDER.index(file) if file in ORDER else len(ORDER), file)


def in_our_style(gallery_conf: dict[str, Any], example: str) -> None:
    """Figures that an example draws by itself look like those of the library."""
    from matplotlib import style

    from vaekit.plots.style import _STYLE

    style.use(["default", _STYLE])


def pictures(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """The picture of the last expression, if it has one."""
    last = ast.parse(block.content).body[-1:]
    shown = block_vars["example_globals"].get("___") if last and isinstance(last[0], ast.Expr) else None
    content = _png(shown)
    if content is None:
        return ""
    path = Path(next(block_vars["image_path_iterator"]))
    path.write_bytes(content)
    told = shown.describe() if hasattr(shown, "describe") else _labels(shown)
    rst: str = figure_rst([str(path)], gallery_conf["src_dir"], told)
    return rst


def _labels(figure: Any) -> str:
    """What is written on a figure, for those who do not see it."""
    written = [
        [ax.get_title(loc="left") or ax.get_title(), ax.get_xlabel(), ax.get_ylabel()] for ax in figure.axes
    ]
    return "; ".join(", ".join(filter(None, words)) for words in written)


def _png(shown: Any) -> bytes | None:
    from matplotlib.figure import Figure

    from vaekit.plots import png

    if isinstance(shown, Figure):
        return png(shown)
    drawn: bytes | None = shown._repr_png_() if hasattr(shown, "_repr_png_") else None
    return drawn


def pages(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """The pages that the block wrote, which the html gets as files of its own."""
    PAGES.mkdir(parents=True, exist_ok=True)
    example = Path(block_vars["src_file"])
    shown = ""
    for written in sorted(example.parent.rglob("*.html")):
        name = f"{example.stem}-{written.name}"
        shutil.move(written, PAGES / name)
        shown += FRAME.format(name=name)
    return shown
