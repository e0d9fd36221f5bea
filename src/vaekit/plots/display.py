"""What every display is: something computed once, drawn on any axes, and told in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from matplotlib.axes import Axes

from vaekit.plots.style import figure, png, styled


class Display(ABC):
    """A figure of a fitted estimator. After `plot`: figure_ and ax_."""

    size: ClassVar[tuple[float, float]] = (4.8, 4.2)

    figure_: Any
    ax_: Axes

    @abstractmethod
    def _draw(self, ax: Axes) -> None:
        """Draw everything on these axes."""

    @abstractmethod
    def describe(self) -> str:
        """What the figure shows, in a sentence or two, for somebody who does not see it."""

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw on `ax`, or on a new figure of our own style. Nothing is shown; save or return `figure_`."""
        with styled():
            drawn_on = figure(*self._size()).subplots() if ax is None else ax
            self._draw(drawn_on)
        self.ax_, self.figure_ = drawn_on, drawn_on.figure
        return self

    def _size(self) -> tuple[float, float]:
        """Width and height in inches of a new figure."""
        return self.size

    def _repr_png_(self) -> bytes:
        """The picture that a notebook shows."""
        if not hasattr(self, "figure_"):
            self.plot()
        return png(self.figure_)
