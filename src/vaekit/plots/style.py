"""One style for every figure: colours that the colour-blind tell apart, shapes that black and white keeps.

Colour never speaks alone: lines differ by their dashes, classes by their markers, bars by their filling. A
figure is a plain `matplotlib.figure.Figure`, so that no window and no state of pyplot exists.

Colours: Okabe and Ito, 2008, https://jfly.uni-koeln.de/color/; Tol, 2021, https://personal.sron.nl/~pault/
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findSystemFonts, fontManager, get_font_names

INK = "#20242b"
QUIET = "#6b7280"
FAINT = "#d5d9e0"
PAPER = "#ffffff"
BLUE = "#0072b2"
VERMILION = "#d55e00"

CLASS_COLOURS = (
    "#332288", "#cc6677", "#117733", "#88ccee", "#882255",
    "#999933", "#44aa99", "#aa4499", "#ddcc77", "#444444",
)  # fmt: skip
CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">", "*")
NUMBERS = "cividis"
"""The colour map of real values: its lightness rises evenly, for every eye and for print."""

LONGEST_NAME = 24
DOTS_PER_INCH = 200

_STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 7,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "figure.facecolor": PAPER,
    "font.size": 8.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "text.color": INK,
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8,
}


_OF_OTHER_SCRIPTS = (
    "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo", "AppleGothic",
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Hiragino Sans", "Yu Gothic", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Zen Hei", "Arial Unicode MS",
)  # fmt: skip
"""Fonts of common systems for names in Korean, Japanese and Chinese, which DejaVu Sans has no letters for."""


@cache
def fonts() -> tuple[str, ...]:
    """DejaVu Sans, which comes with matplotlib, and behind it for letters that it lacks those of this machine."""
    if not set(_OF_OTHER_SCRIPTS) & set(get_font_names()):
        _look_for_new_fonts()
    installed = set(get_font_names())
    return ("DejaVu Sans", *(name for name in _OF_OTHER_SCRIPTS if name in installed))


def _look_for_new_fonts() -> None:
    """Tell matplotlib, which remembers what it found in its first run, of fonts that were installed since."""
    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        with suppress(Exception):  # a font that cannot be read is one that is not there
            fontManager.addfont(path)


@contextmanager
def styled() -> Iterator[None]:
    """This style inside, the user's own settings after."""
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)  # that a font has no bold of its own is no news for anybody
    try:
        with matplotlib.style.context(["default", {**_STYLE, "font.family": list(fonts())}]):
            yield
    finally:
        log.setLevel(level)


def figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches, of which nobody else knows."""
    with styled():
        return Figure(figsize=(width, height), layout="constrained")


def png(drawn: Figure) -> bytes:
    """The figure as a PNG: the same figure gives the same bytes on every day."""
    content = io.BytesIO()
    with styled(), warnings.catch_warnings():
        # A name in a script that all fonts lack is drawn as boxes, which is no reason to disturb anybody.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        drawn.savefig(content, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return content.getvalue()


def label(name: object, longest: int = LONGEST_NAME) -> str:
    """A name from the data as matplotlib may draw it: no mathematics, no control characters, not too long."""
    text = re.sub(r"\s+", " ", str(name)[: 4 * longest])
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return text.replace("$", r"\$")


def panels(ax: Axes, rows: int, columns: int, *, right: float = 0.04, below: float = 0.12) -> list[Axes]:
    """Small axes inside `ax`, row by row; `right` and `below` are the gaps between them, as shares of ax."""
    ax.set_axis_off()
    width = (1 - right * (columns - 1)) / columns
    height = (1 - below * (rows - 1)) / rows
    return [
        ax.inset_axes((column * (width + right), 1 - height - row * (height + below), width, height))
        for row in range(rows)
        for column in range(columns)
    ]


def stacked(ax: Axes, heights: Sequence[float], gap: float = 0.35) -> list[Axes]:
    """Axes one below the other inside `ax`, of these relative heights and with gaps between them."""
    if len(heights) == 1:
        return [ax]
    unit = 1 / (sum(heights) + gap * (len(heights) - 1))
    ax.set_axis_off()
    found, top = [], 1.0
    for height in heights:
        found.append(ax.inset_axes((0, top - height * unit, 1, height * unit)))
        top -= (height + gap) * unit
    return found


def quiet_ticks(ax: Axes, *, x: bool = False, y: bool = False) -> None:
    """Take off the ticks and labels of an axis that says nothing."""
    if x:
        ax.set_xticks([])
    if y:
        ax.set_yticks([])
