"""Heaps: single values that many rows have, such as zeros, round numbers and prices."""

from __future__ import annotations

from vaekit.kinds import Array

LEAST_ROWS, LEAST_SHARE = 5, 0.004
"""The rows, and the share of all rows, that a value needs to be a heap."""


def are_heaps(counts: Array) -> Array:
    """Which of the different values that so many rows have, (m,), are heaps: bool (m,)."""
    found: Array = counts >= max(LEAST_ROWS, LEAST_SHARE * counts.sum())
    return found


def share_in_heaps(counts: Array) -> float:
    """The share of rows whose value is a heap."""
    return float(counts[are_heaps(counts)].sum() / max(1, counts.sum()))
