"""The plane in which codes are drawn: two latent values as they are, more by their principal components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from vaekit.kinds import Array


@dataclass(frozen=True)
class CodePlane:
    """centre (L,) and axes (2, L), orthonormal: a code z is at (z - centre) @ axes.T. names: of the two axes."""

    centre: Array
    axes: Array
    names: tuple[str, str]

    @classmethod
    def of_units(cls, latent_dim: int, units: tuple[int, int], value: str = "latent value") -> Self:
        """The plane of two latent values."""
        return cls(
            np.zeros(latent_dim),
            np.eye(latent_dim)[list(units)],
            (f"{value} {units[0]}", f"{value} {units[1]}"),
        )

    @classmethod
    def of_codes(cls, codes: Array, what: str = "codes", value: str = "latent value") -> Self:
        """The plane of the two latent values of codes (n, 2), or in which codes (n, L) spread most.

        what and value: what they, and one of their numbers, are called.
        """
        size = codes.shape[1]
        if size == 2:
            return cls.of_units(2, (0, 1), value)
        centre = codes.mean(0)
        _, lengths, directions = np.linalg.svd(codes - centre, full_matrices=False)
        if len(directions) < 2:
            directions, lengths = np.eye(size)[:2], np.zeros(2)
        # The sign of a direction is free: its largest part points to the right, and upwards.
        largest = directions[[0, 1], np.abs(directions[:2]).argmax(1)]
        axes = directions[:2] * np.where(largest < 0, -1.0, 1.0)[:, None]
        shares = lengths[:2] ** 2 / max(float((lengths**2).sum()), 1e-300)
        names = [
            f"principal component {i + 1} ({share:.0%} of the variance of {what})"
            for i, share in enumerate(shares)
        ]
        return cls(centre, axes, (names[0], names[1]))

    def points(self, codes: Array) -> Array:
        """codes (n, L) -> (n, 2)."""
        return (codes - self.centre) @ self.axes.T

    def covariances(self, covariances: Array) -> Array:
        """(n, L, L) -> (n, 2, 2): of the same laws in this plane."""
        flat: Array = self.axes @ covariances @ self.axes.T
        return flat
