"""The face of p(x | z): values of an example that are independent given the code.

K draws, B examples; an event is one example. A family gives the log-probability of each value; the sum
over the event, of the values that were observed, stands here once. Log-probabilities in nats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

FACTORS = 112  # float32 ends at 2**128; the values of a 28 x 28 picture are whole products of so many


def sum_over_event(each: Tensor, observed: Tensor | None) -> Tensor:
    """each (K, B, *event) -> (K, B): the sum of the values observed, all of them without a mask."""
    if observed is not None:
        each = torch.where(observed, each, 0.0)
    return each.sum(tuple(range(2, each.dim())))


def sum_of_logs(factors: Tensor) -> Tensor:
    """factors (K, B, *event), each from 1 to 2 -> (K, B): the sum of their logarithms over the event.

    A logarithm for FACTORS of them at a time: it costs more than their product, which stays below 2**FACTORS.
    """
    values = factors.flatten(2)
    whole = values.shape[2] // FACTORS * FACTORS
    products = values[..., :whole].unflatten(2, (-1, FACTORS)).prod(3)
    sums: Tensor = products.log().sum(2) + values[..., whole:].prod(2).log()
    return sums


def weighted_mean(weights: Tensor, each: Tensor) -> Tensor:
    """weights (K, B) that sum to one over the draws, each (K, B, ...) -> (B, ...)."""
    # A sum over the first axis, not a product of matrices, whose rounding would depend on the place of a row.
    return (weights.to(each.dtype).view(*weights.shape, *(1,) * (each.dim() - 2)) * each).sum(0)


class Independent(ABC):
    """A distribution over examples, batch (K, B), that is a product over the values of an example.

    inside: a value of the domain, which stands where none was observed.
    """

    inside = 0.0

    @property
    @abstractmethod
    def mean(self) -> Tensor:
        """(K, B, *event)."""

    @property
    def shown(self) -> Tensor:
        """What a reconstruction shows, (K, B, *event): the mean, where values are more than names."""
        return self.mean

    def expected(self, weights: Tensor) -> Tensor:
        """The mean over codes with weights (K, B) that sum to one; of values that are names the most probable one.

        (B, *event): what a hidden value is filled with.
        """
        return weighted_mean(weights, self.mean)

    @abstractmethod
    def value_log_prob(self, x: Tensor) -> Tensor:
        """x (B, *event) -> the log-probability of each value, (K, B, *event)."""

    @abstractmethod
    def sample(self, generator: torch.Generator) -> Tensor:
        """One draw for each code, (K, B, *event)."""

    def log_prob(self, x: Tensor, observed: Tensor | None = None) -> Tensor:
        """x (B, *event), a bool mask of its shape or None -> (K, B), over the values observed only."""
        if observed is not None:
            # An unobserved NaN would have a NaN gradient even behind the mask.
            x = torch.where(observed, x, self.inside)
        return sum_over_event(self.value_log_prob(x), observed)
