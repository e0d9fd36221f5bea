"""Analogies: one style a row, every class a column."""

from __future__ import annotations

from typing import Any, Self

from matplotlib.axes import Axes

from vaekit.plots.named_columns import NamedColumns, look_of_pictures


class Analogy(NamedColumns):
    """Means of p(x | z, c) as `CVAE.analogy` gives them: first the source class, then all classes in order."""

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        Z: Any = None,
        *,
        source: Any = None,
        random_state: int = 0,
        ax: Axes | None = None,
    ) -> Self:
        """Z: (rows, latent_dim) styles; None takes four. source: the class of the first column, else the first class.

        Raises DataError for a model of tables, or whose condition is not one column of labels.
        """
        look = look_of_pictures(estimator, "an analogy")
        pictures = estimator.analogy(Z, source=source, random_state=random_state)
        classes = estimator.condition_.labels.classes
        return cls(pictures, [classes[0] if source is None else source, *classes], look).plot(ax)

    @property
    def title(self) -> str:
        return "One style a row, one class a column"

    def describe(self) -> str:
        rows, columns = self.pictures.shape[:2]
        return (
            f"Analogies: {rows} styles, each decoded as class {self.names[0]} on the left and then as each of "
            f"{columns - 1} classes; means of p(x | z, c)."
        )
