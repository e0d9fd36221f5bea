"""The rows of a training as a list that a notebook shows: its curve, and the epochs worth reading."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

WIDTH, HEIGHT = 360, 96
_LINES = (("loss", "training", "#0072b2", ""), ("val_loss", "held out", "#d55e00", "5 3"))
_LEFT_OUT = ("seconds",)


class History(list[dict[str, float]]):
    """One dict an epoch, of named terms in nats: a plain list in all but how a notebook shows it."""

    def _repr_html_(self) -> str:
        """A curve of the loss, and the first, the best and the last epoch."""
        if not self:
            return "<p>No epoch was finished.</p>"
        return f"<div>{self._curve()}{self._table()}</div>"

    def _curve(self) -> str:
        curves = [
            (told, colour, dash, [row.get(key, math.nan) for row in self])
            for key, told, colour, dash in _LINES
        ]
        values = [value for *_, curve in curves for value in curve if math.isfinite(value)]
        if not values:
            return ""
        low, high = min(values), max(values)
        lines = [
            f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="{dash}" '
            f'points="{points}"><title>{told}</title></polyline>'
            for told, colour, dash, curve in curves
            if (points := _points(curve, low, high))
        ]
        named = f"loss, nats per example: {low:,.4g} to {high:,.4g}; dashed: held-out rows"
        return (
            f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{named}">'
            f"{''.join(lines)}</svg><div><small>{named}</small></div>"
        )

    def _table(self) -> str:
        names = [name for name in self[-1] if name not in _LEFT_OUT]
        names = [name for name in names if not (name.startswith("weight_") and self[-1][name] == 1)]
        shown = sorted({0, self._best(), len(self) - 1})
        head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in names)
        rows = ([f"<td>{self[at].get(name, math.nan):,.4g}</td>" for name in names] for at in shown)
        body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _best(self) -> int:
        """The epoch with the lowest held-out loss, else the last."""
        held = [row.get("val_loss", math.nan) for row in self]
        finite = [at for at, value in enumerate(held) if math.isfinite(value)]
        return min(finite, key=held.__getitem__) if finite else len(self) - 1


def _points(curve: Sequence[float], low: float, high: float) -> str:
    """'x,y x,y ...' of the finite values of a curve, within the picture."""
    across, up = max(1, len(curve) - 1), (high - low) or 1.0
    places = [
        (4 + at / across * (WIDTH - 8), HEIGHT - 4 - (value - low) / up * (HEIGHT - 8))
        for at, value in enumerate(curve)
        if math.isfinite(value)
    ]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
