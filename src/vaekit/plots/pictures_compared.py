"""Grey pictures side by side, each with what is said of it below: means, and (a) (b) (c) of squared error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.data.mean_image import MeanImage
from vaekit.data.style import as_pictures
from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.style import panels


class PicturesCompared(Display):
    """pictures: (n, H, W), drawn from black (their least value) to white; captions: a text for each."""

    def __init__(self, pictures: Array, captions: Sequence[str], title: str) -> None:
        self.pictures, self.captions, self.title = np.asarray(pictures, dtype=float), list(captions), title

    @classmethod
    def of_means(cls, means: Sequence[MeanImage], ax: Axes | None = None) -> Self:
        """Mean images, each with the number of examples that it is the mean of."""
        pictures = np.concatenate([as_pictures(each.mean[None]) for each in means])
        return cls(pictures, [f"mean of {each.count:,}" for each in means], "The mean of the data").plot(ax)

    def describe(self) -> str:
        return f"{self.title}: {'; '.join(caption.replace(chr(10), ', ') for caption in self.captions)}."

    def _size(self) -> tuple[float, float]:
        return max(3.0, 1.9 * len(self.pictures)), 2.9

    def _draw(self, ax: Axes) -> None:
        low, high = float(self.pictures.min()), float(self.pictures.max())
        for panel, picture, caption in zip(
            panels(ax, 1, len(self.pictures)), self.pictures, self.captions, strict=True
        ):
            panel.imshow(picture, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
            panel.set_xticks([])
            panel.set_yticks([])
            panel.set_xlabel(caption, fontsize=8)
        ax.set_title(self.title)
