"""The prior of a condition: a normal whose mean and variance a small network reads off it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaekit.distributions.normal import DiagonalNormal
from vaekit.errors import ClashError
from vaekit.nn.initialise import empty_layer
from vaekit.nn.mlp import stack
from vaekit.nn.options import whole_numbers
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


@register(
    "prior",
    "conditional-normal",
    learned=True,
    reads_condition=True,
    reference="Sohn et al., 2015, https://papers.nips.cc/paper/5775-learning-structured-output-representation-using-"
    "deep-conditional-generative-models",
)
class ConditionalNormalPrior(Prior):
    """z ~ N(mean(c), diag(variance(c))), both learned.

    hidden: widths of the layers between the condition and them; () makes both affine in c.
    """

    def __init__(self, sizes: Sizes, *, hidden: tuple[int, ...] = (64,)) -> None:
        super().__init__(sizes)
        if not sizes.condition_dim:
            raise ClashError(
                "prior 'conditional-normal' is learned from a condition, but this model has none; use CVAE, or prior "
                "'normal'."
            )
        widths = (sizes.condition_dim, *whole_numbers("prior 'conditional-normal': hidden", hidden))
        self.layers = stack(widths, "relu")
        self.head = empty_layer(nn.Linear, widths[-1], 2 * sizes.latent_dim)

    def forward(self, c: Tensor | None = None) -> DiagonalNormal:
        """c (B, C) -> one normal a row."""
        assert c is not None, "a prior of a condition is called with one"
        numbers: Tensor = self.head(self.layers(c))
        # Draws and their densities are float32, whatever the network computes in.
        numbers = numbers.float() if numbers.dtype in (torch.bfloat16, torch.float16) else numbers
        return DiagonalNormal(*numbers.chunk(2, dim=-1))
