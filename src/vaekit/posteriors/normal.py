"""The diagonal normal posterior."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import softplus

from vaekit.distributions.normal import DiagonalNormal
from vaekit.nn.network import Network
from vaekit.nn.options import one_of
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register

LEAST_SCALE = 1e-6


def as_it_is(numbers: Tensor) -> Tensor:
    """The numbers are the log-variance."""
    return numbers


def of_softplus(numbers: Tensor) -> Tensor:
    """The log-variance of a standard deviation softplus(numbers)."""
    return 2 * (LEAST_SCALE + softplus(numbers)).log()


# Functions with a name, since a fitted estimator is pickled with them.
SCALES: dict[str, Callable[[Tensor], Tensor]] = {"exp": as_it_is, "softplus": of_softplus}


@register(
    "posterior",
    "normal",
    has_rows=True,
    reference="Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114",
)
class NormalPosterior(EncodedPosterior):
    """z ~ N(mean(x), diag(variance(x))).

    scale: how the network's second half becomes a standard deviation: "exp" of half of it (it is a log-variance),
    or "softplus" of it, kept above 1e-6.
    """

    def __init__(self, sizes: Sizes, network: Network, *, scale: str = "exp") -> None:
        super().__init__(sizes, network, 2 * sizes.latent_dim)
        self.log_variance = SCALES[one_of("posterior 'normal': scale", scale, SCALES)]

    def forward(
        self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> DiagonalNormal:
        mean, numbers = self.numbers(h, c).chunk(2, dim=-1)
        return DiagonalNormal(mean, self.log_variance(numbers))
