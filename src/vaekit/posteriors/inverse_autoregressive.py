"""A normal posterior bent by inverse autoregressive steps."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from vaekit.distributions.draws import Draws
from vaekit.distributions.normal import DiagonalNormal
from vaekit.nn.initialise import empty_layer
from vaekit.nn.masked import Masked
from vaekit.nn.network import Network
from vaekit.nn.options import whole_number
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


class FlowedNormal:
    """A normal draw after invertible steps; the density is known on its own draws."""

    mean = None  # no closed form

    def __init__(self, base: DiagonalNormal, steps: nn.ModuleList, context: Tensor) -> None:
        self.base, self.steps, self.context = base, steps, context

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, L) -> draws z (K, B, L)."""
        before = self.base.draw(noise)
        z, log_slope = before.z, noise.new_zeros(())
        for step in self.steps:
            shift, gate = step(z, self.context).unbind(-2)
            # The gate starts near 1 (the + 2), so that the flow starts near the identity.
            z = torch.sigmoid(gate + 2) * z + torch.sigmoid(-gate - 2) * shift
            log_slope = log_slope + logsigmoid(gate + 2).sum(-1)
            z = z.flip(-1)
        return Draws(z, lambda: before.log_q - log_slope)


@register(
    "posterior",
    "inverse-autoregressive",
    density="own draws",
    reference="Kingma et al., 2016, https://arxiv.org/abs/1606.04934",
)
class InverseAutoregressivePosterior(EncodedPosterior):
    """A diagonal normal followed by `steps` gated autoregressive steps of `hidden` units.

    `context` features of x steer every step; the order of the code is reversed between steps.
    """

    def __init__(
        self, sizes: Sizes, network: Network, *, steps: int = 2, hidden: int = 64, context: int = 16
    ) -> None:
        this = "posterior 'inverse-autoregressive'"
        steps = whole_number(f"{this}: steps", steps)
        # With fewer units than latent values, some values would steer nothing.
        hidden = whole_number(f"{this}: hidden", hidden, least=sizes.latent_dim)
        context = whole_number(f"{this}: context", context)
        super().__init__(sizes, network, 2 * sizes.latent_dim)
        self.context = empty_layer(nn.Linear, self.features, context)
        self.steps = nn.ModuleList(Masked(sizes.latent_dim, context, hidden, 2) for _ in range(steps))

    def forward(self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> FlowedNormal:
        features = self.read(h, c)
        mean, log_variance = self.head(features).chunk(2, dim=-1)
        return FlowedNormal(DiagonalNormal(mean, log_variance), self.steps, self.context(features))
