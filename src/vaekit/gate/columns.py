"""What the values of an example are, one by one: names or numbers, counted or measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.kinds import Array


def are_categories(likelihood: Any, size: int) -> Array:
    """(size,) bool: which values are categories, between which there is no distance."""
    return np.equal(_declared(likelihood, "domain", size), "categories").astype(bool)


def are_names(likelihood: Any, size: int) -> Array:
    """(size,) bool: which values are names, so that one is right or wrong: categories, and zeros and ones."""
    zeros_and_ones = np.equal(_declared(likelihood, "domain", size), "binary").astype(bool)
    return np.logical_or(are_categories(likelihood, size), zeros_and_ones & bool(likelihood.normalised))


def are_counted(likelihood: Any, size: int) -> Array:
    """(size,) bool: which values have probabilities; the others have densities, which do not compare with these."""
    return np.equal(_declared(likelihood, "measure", size), "mass").astype(bool)


def _declared(likelihood: Any, fact: str, size: int) -> Array:
    """(size,) what is declared of each value: one thing for all, unless there is a family a column."""
    found = np.full(size, getattr(likelihood, fact), dtype=object)
    for group, columns in zip(
        getattr(likelihood, "groups", ()), getattr(likelihood, "columns", ()), strict=True
    ):
        found[columns.cpu().numpy()] = getattr(group, fact)
    return found
