"""The log-normal likelihood, for positive values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.distributions.log_normal import LogNormal
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.scale import choose_scale, moments, spread_of
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register("likelihood", "log-normal", reference="Nazabal et al., 2020, https://arxiv.org/abs/1807.03653")
class LogNormalLikelihood(DecodedLikelihood):
    """log x ~ N(centre(z), scale^2), for values above 0.

    scale: of log x, as in `gaussian`. The centre, and what the encoder reads, is log x standardised by the data, so
    that units of x do not matter.
    """

    domain = "positive"
    location: Tensor
    unit: Tensor

    def __init__(self, sizes: Sizes, network: Network, *, scale: float | str = "learned") -> None:
        of_logs = _in_logs(sizes)
        made = choose_scale(self.name, scale, of_logs)
        super().__init__(sizes, network, 1 + made.extra_numbers)
        self.scale = made
        mean = torch.as_tensor(of_logs.facts.get("mean", 0.0), dtype=torch.float32)
        self.register_buffer("location", mean.expand(sizes.event_shape).clone())
        self.register_buffer("unit", spread_of(of_logs).clone())

    def distribution(self, numbers: Tensor) -> LogNormal:
        return LogNormal(self.location + self.unit * numbers[:, :, 0], self.scale(numbers))

    def represent(self, x: Tensor) -> Tensor:
        return (x.log() - self.location) / self.unit

    def check(self, x: Array) -> None:
        check_values(
            self.name,
            x,
            low=float(np.finfo(np.float32).tiny),
            needs="x above 0",
            cure="Use likelihood 'gaussian', or a likelihood of counts where the zeros are counts.",
        )

    def scale_at_floor(self, p_x: Any) -> bool:
        return bool(self.scale.at_floor(p_x.scale).any())


def _in_logs(sizes: Sizes) -> Sizes:
    """The sizes with mean and spread of log x in place of those of x; unknown where there are no examples."""
    examples = sizes.facts.get("examples")
    return replace(sizes, facts={} if examples is None else moments(examples.clamp(min=1e-30).log()))
