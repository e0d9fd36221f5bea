"""The VampPrior: the mixture of the posteriors of learned pseudo-inputs."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vaekit.distributions.mixture import Mixture
from vaekit.errors import ClashError
from vaekit.nn.options import whole_number
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


@register(
    "prior",
    "vamp",
    learned=True,
    needs_q_density=True,
    reference="Tomczak and Welling, 2018, https://arxiv.org/abs/1705.07120",
)
class VampPrior(Prior):
    """1/C sum_c q(z | u_c) over `components` learned pseudo-inputs u.

    A pseudo-input is what the encoder reads: one example as the likelihood represents it, `sizes.event_shape`,
    and a condition beside it where the model has one. It stays within the bounds of the data.
    The posterior is borrowed, not owned: its weights stand once in the model and in its file.
    """

    low: Tensor
    high: Tensor

    def __init__(self, sizes: Sizes, *, components: int = 50) -> None:
        super().__init__(sizes)
        components = whole_number("prior 'vamp': components", components)
        self.pseudo_inputs = nn.Parameter(torch.zeros(components, *sizes.event_shape))
        self.pseudo_conditions = (
            nn.Parameter(torch.zeros(components, sizes.condition_dim)) if sizes.condition_dim else None
        )
        low, high = sizes.facts.get("bounds") or (-math.inf, math.inf)
        self.register_buffer("low", torch.as_tensor(low, dtype=torch.float32))
        self.register_buffer("high", torch.as_tensor(high, dtype=torch.float32))
        self._mean, self._spread = sizes.facts.get("mean", 0.0), sizes.facts.get("spread", 1.0)
        self._posterior: list[nn.Module] = []

    def first_weights(self, generator: torch.Generator) -> None:
        """Around the mean of the data, as far as the data spread; no row of the data is kept."""
        noise = torch.randn(self.pseudo_inputs.shape, generator=generator)
        self.pseudo_inputs.data.copy_((self._mean + self._spread * noise).clamp(self.low, self.high))
        if self.pseudo_conditions is not None:
            self.pseudo_conditions.data.normal_(generator=generator)

    def bind(self, posterior: nn.Module) -> None:
        if not getattr(posterior, "has_rows", False) or getattr(posterior, "density", "") != "anywhere":
            raise ClashError(
                f"prior 'vamp' is a mixture of posteriors, and posterior '{getattr(posterior, 'name', 'own')}' "
                "cannot be mixed: its density or its rows are not at hand; use posterior 'normal' or "
                "'full-normal', or prior 'mixture'."
            )
        self._posterior = [posterior]  # in a list, so that torch does not take it for a child

    def forward(self, c: Tensor | None = None) -> Mixture:
        u = self.pseudo_inputs.clamp(self.low, self.high)
        log_weight = -math.log(len(u))
        return Mixture(u.new_full((len(u),), log_weight), self._posterior[0](u, self.pseudo_conditions))
