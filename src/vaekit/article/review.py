"""The review of a trained model: its decoder beside the mean of the data, weighted by the posteriors at each code.

For a fixed encoder the best decoder mean at z is the mean of the data weighted by q(z | x); it is the mean of all data
only where every posterior is alike. So the picture at the centre is a mean of what is encoded near the centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.mean_image import mean_image
from vaekit.kinds import Array
from vaekit.measure.plane import axis, plane
from vaekit.measure.posterior_mean import posterior_weighted_mean


@dataclass(frozen=True)
class DecoderAgainstMean:
    """Over a grid of codes, (n * n, *event) each, in the model's units.

    decoded   the decoder's mean at each code
    weighted  the mean of the data weighted by q(z | x)
    mean      (*event) the mean of all data
    axis      (n,) positions of the grid
    """

    decoded: Array
    weighted: Array
    mean: Array
    axis: Array
    count: int

    @property
    def to_weighted(self) -> Array:
        """(n, n) mean squared error of a value, decoder against weighted mean."""
        return self._square(((self.decoded - self.weighted) ** 2).reshape(len(self.decoded), -1).mean(1))

    @property
    def to_mean(self) -> Array:
        """(n, n) the same against the mean of all data."""
        return self._square(((self.decoded - self.mean) ** 2).reshape(len(self.decoded), -1).mean(1))

    @property
    def nearest_to_mean(self) -> tuple[float, float]:
        """The code at which the decoder is nearest to the mean of all data."""
        row, column = np.unravel_index(int(self.to_mean.argmin()), self.to_mean.shape)
        return float(self.axis[column]), float(self.axis[row])

    def sentence(self) -> str:
        """What was found, in words."""
        near, far = float(np.median(self.to_weighted)), float(np.median(self.to_mean))
        x, y = self.nearest_to_mean
        return (
            f"Over {len(self.axis)} x {len(self.axis)} codes the decoder differs from the posterior-weighted mean of "
            f"{self.count:,} examples by {near:.5f} (median squared error of a value) and from their plain mean by "
            f"{far:.5f}, {far / max(near, 1e-12):.1f} times as much. It is nearest to the plain mean at "
            f"z = ({x:.3f}, {y:.3f})."
        )

    def _square(self, values: Array) -> Array:
        return np.asarray(values.reshape(len(self.axis), -1))


def decoder_against_mean(
    estimator: Any, X: Any, n: int = 20, grid: str = "quantile", reach: float | None = None
) -> DecoderAgainstMean:
    """The comparison on an n x n grid over the first two latent values, over the rows of X."""
    positions = axis(n, grid, reach)
    codes = plane(positions, estimator.spec_.latent_dim)
    rows, _ = estimator._given(X, None)
    reader = estimator._reader()
    return DecoderAgainstMean(
        reader.decode(codes),
        posterior_weighted_mean(reader, rows, codes),
        mean_image(rows).mean,
        positions,
        len(rows),
    )
