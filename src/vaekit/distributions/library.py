"""Counts whose means add up to what was counted in the row: its library size, read from the row itself.

How deeply a cell was sequenced, or how long a text is, says little of what it is. So the code gives the share
of each value, and the row's own total is taken as known beside it: p(x | z, total).

Reference: Lopez et al., 2018, https://doi.org/10.1038/s41592-018-0229-2
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent

LEAST_SHARE = -30.0  # of the log of the share that the observed values have


class PerLibrary(Independent):
    """A family of counts with mean total x share; log_share (K, B, *event) adds up to one over the event.

    family: log-means (K, B, *event) -> their distribution. typical: the total () that the mean and draws have,
    since they have no row to read it from. A row without a count is scored as if its total were 1.
    """

    def __init__(self, log_share: Tensor, typical: Tensor, family: Callable[[Tensor], Independent]) -> None:
        self.log_share, self.typical, self.family = log_share, typical, family

    @property
    def _at_typical(self) -> Independent:
        return self.family(self.log_share + self.typical.log())

    @property
    def mean(self) -> Tensor:
        """At the typical total, (K, B, *event)."""
        return self._at_typical.mean

    def sample(self, generator: torch.Generator) -> Tensor:
        """At the typical total, (K, B, *event)."""
        return self._at_typical.sample(generator)

    def of_row(self, x: Tensor, observed: Tensor | None = None) -> Independent:
        """The distribution at the totals of x (B, *event), whose observed values share their own total."""
        seen = x if observed is None else torch.where(observed, x, 0.0)
        total = seen.flatten(1).sum(1).clamp(min=1)
        log_total = total.log().expand(self.log_share.shape[:2])
        if observed is not None:
            # Minus 1e30, not minus infinity, whose gradient is not a number where a row has no value at all.
            share = torch.where(observed, self.log_share, -1e30).flatten(2).logsumexp(2)
            log_total = log_total - share.clamp(min=LEAST_SHARE)
        return self.family(self.log_share + log_total.view(*log_total.shape, *(1,) * (x.dim() - 1)))

    def value_log_prob(self, x: Tensor) -> Tensor:
        return self.of_row(x).value_log_prob(x)

    def log_prob(self, x: Tensor, observed: Tensor | None = None) -> Tensor:
        return self.of_row(x, observed).log_prob(x, observed)
