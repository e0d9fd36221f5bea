"""What likelihoods of counts share: a decoded mean, free or a share of what was counted in the row."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent
from vaekit.distributions.library import PerLibrary
from vaekit.errors import SpecError
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.nn.network import Network
from vaekit.spec import Sizes

# Above this log-mean (10^13 events) the decoder's number counts by its logarithm, so that no mean overflows.
LARGEST = 30.0


class CountLikelihood(DecodedLikelihood):
    """x counts 0, 1, 2, ... with mean exp(decoder(z)). The encoder reads log(1 + x).

    library: None, or "observed": the mean is the row's own total times a softmax of the decoder's numbers over the
    event, so that the code says nothing of how much was counted. What is scored is then log p(x | total), the total
    being taken as known: it compares with models that are told it too. Means and draws, which have no row to read,
    are at the mean total of the training rows.
    """

    domain = "counts"
    measure = "mass"
    typical: Tensor

    def __init__(
        self, sizes: Sizes, network: Network, numbers: int = 1, *, library: str | None = None
    ) -> None:
        if library not in (None, "observed"):
            raise SpecError(
                f"likelihood '{self.name}': library={library!r} is not possible; give None or 'observed'."
            )
        super().__init__(sizes, network, numbers)
        self.library = library
        if library is not None:
            self.register_buffer("typical", _mean_total(sizes))

    @abstractmethod
    def family(self, log_mean: Tensor, numbers: Tensor) -> Independent:
        """Log-means (K, B, *event), and all the decoder's numbers (K, B, P, *event), -> counts of that mean."""

    def distribution(self, numbers: Tensor) -> Independent:
        given = numbers[:, :, 0]
        if self.library is None:
            log_mean = given.clamp(max=LARGEST) + torch.log1p((given - LARGEST).clamp(min=0))
            return self.family(log_mean, numbers)
        log_share = given.flatten(2).log_softmax(2).view_as(given)
        return PerLibrary(log_share, self.typical, lambda log_mean: self.family(log_mean, numbers))

    def represent(self, x: Tensor) -> Tensor:
        return x.log1p()

    def check(self, x: Array) -> None:
        check_values(
            self.name, x, low=0, whole=True, needs="counts 0, 1, 2, ...", cure="Use likelihood 'gaussian'."
        )


def _mean_total(sizes: Sizes) -> Tensor:
    """The mean of a row's total over the data, (); 1 where it is unknown."""
    mean = torch.as_tensor(sizes.facts.get("mean", 0.0), dtype=torch.float32)
    return mean.broadcast_to(sizes.event_shape).sum().clamp(min=1.0)
