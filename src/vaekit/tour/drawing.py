"""Figures of the tour: no words in them, symbols and numbers only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.style import BLUE, CLASS_COLOURS, INK, QUIET, VERMILION, figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (BLUE, VERMILION, INK, CLASS_COLOURS[2], CLASS_COLOURS[4])
FEW = 6
"""So many values of a logarithmic axis are written at it as they are."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (5, 1.4, 1.2, 1.4)), (0, (8, 2)))


def bare(display: Display, x: str | None = None, y: str | None = None) -> Any:
    """The figure of a drawn display without its words: symbols for axes, no titles, no legend.

    x, y: what axes are called; else z1 and z2 where they were latent values.
    """
    with styled():
        for ax in display.figure_.axes:
            ax.set_title("")
            ax.set_title("", loc="left")
            if ax.get_legend() is not None:
                ax.get_legend().remove()
            ax.set_xlabel(_symbol(ax.get_xlabel()))
            ax.set_ylabel(_symbol(ax.get_ylabel()))
        if x is not None:
            display.ax_.set_xlabel(x)
        if y is not None:
            display.ax_.set_ylabel(y)
    return display.figure_


def _symbol(name: str) -> str:
    """'latent value 0' -> z1, and nothing for other words."""
    found = re.fullmatch(r"latent value (\d+)", name)
    return f"$z_{{{int(found[1]) + 1}}}$" if found else ""


def lines(
    x: Any,
    curves: Sequence[tuple[str, Any]],
    *,
    names: tuple[str, str] = ("", ""),
    log_x: bool = False,
    log_y: bool = False,
    marks: str = "",
    band: tuple[Any, Any] | None = None,
    dots: tuple[Any, Any] | None = None,
    size: tuple[float, float] = (4.8, 3.4),
) -> Any:
    """Curves over x, told apart by colour and dashes; band: (low, high) around them; dots: (x, y) of rows."""
    drawn = figure(*size)
    with styled():
        ax = drawn.subplots()
        if band is not None:
            ax.fill_between(x, *band, color=BLUE, alpha=0.15, linewidth=0)
        if dots is not None:
            ax.plot(*dots, "o", color=QUIET, markersize=3.5)
        for at, (name, y) in enumerate(curves):
            ax.plot(
                x,
                y,
                color=COLOURS[at % 5],
                linestyle=DASHES[at % 5],
                label=name,
                marker=marks or None,
                markersize=4,
            )
        if log_x:
            ax.set_xscale("log")
            if len(x) <= FEW:
                ax.set_xticks(list(x), [f"{each:,}" for each in x])
                ax.minorticks_off()
        if log_y:
            ax.set_yscale("log")
        ax.grid(True, axis="y")
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
        named = sum(bool(name) for name, _ in curves)
        if named:  # above the curves, which may be anywhere
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(named, 4))
    return drawn


def points(x: Any, y: Any, *, names: tuple[str, str], line: tuple[Any, Any] | None = None) -> Any:
    """Points, and a line over them."""
    drawn = figure(4.8, 3.4)
    with styled():
        ax = drawn.subplots()
        ax.plot(x, y, "o", color=BLUE, markersize=4, alpha=0.7)
        if line is not None:
            ax.plot(*line, color=VERMILION, linestyle=DASHES[1])
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
    return drawn


def pictures(rows: Sequence[Array], *, names: Sequence[str] = (), sides: Sequence[str] = (), low: float = 0.0,
             high: float | None = None) -> Any:  # fmt: skip
    """rows: for each row of the figure its pictures (n, H, W), white on black; names below, sides to the left."""
    most = max(len(row) for row in rows)
    height, width = rows[0].shape[1:]
    wide = min(7.2, 1.5 * most)
    drawn = figure(wide, wide / most * len(rows) * height / width + 0.3 * bool(names))
    top = max(float(row.max()) for row in rows) if high is None else high
    with styled():
        axes: Array = drawn.subplots(len(rows), most, squeeze=False)
        for i, row in enumerate(rows):
            for j in range(most):
                ax: Axes = axes[i, j]
                ax.set_xticks([])
                ax.set_yticks([])
                ax.spines[:].set_visible(False)
                if j < len(row):
                    ax.imshow(row[j], cmap="gray", vmin=low, vmax=top, interpolation="nearest")
                if i == len(rows) - 1 and j < len(names):
                    ax.set_xlabel(names[j])
            if i < len(sides):
                axes[i, 0].set_ylabel(sides[i], rotation=0, labelpad=14, va="center")
    return drawn


def density_and_ellipses(
    x: Array, y: Array, density: Array, ellipses: Sequence[tuple[float, float, float, float]]
) -> Any:
    """A density over the plane (len(y), len(x)), y upwards, and ellipses (centre, half-axes) at 1 and 2 of these."""
    drawn = figure(4.8, 4.0)
    turn = np.linspace(0, 2 * np.pi, 200)
    with styled():
        ax = drawn.subplots()
        ax.contourf(x, y, density, levels=density.max() * np.linspace(0.02, 1, 13), cmap="Blues")
        for a, b, half_a, half_b in ellipses:
            for times, dash in ((1, "-"), (2, DASHES[1])):
                ax.plot(a + times * half_a * np.cos(turn), b + times * half_b * np.sin(turn), color=VERMILION,
                        linestyle=dash, linewidth=1.3)  # fmt: skip
        ax.set_xlim(x[0], x[-1])
        ax.set_ylim(y[0], y[-1])
        ax.set_xlabel("$z_{1}$")
        ax.set_ylabel("$z_{2}$")
    return drawn


def histogram(values: Any, *, names: tuple[str, str], bins: int = 40) -> Any:
    """How often each value came."""
    drawn = figure(4.8, 3.0)
    with styled():
        ax = drawn.subplots()
        ax.hist(values, bins, color=BLUE)
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
    return drawn
