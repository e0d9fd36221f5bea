"""The best q of one row: what the encoder would have said had it been trained on that row alone.

Reference: Xiao et al., 2020, https://arxiv.org/abs/2003.02977
"""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.normal import DiagonalNormal
from vaekit.errors import SpecError
from vaekit.kinds import Array
from vaekit.measure.reader import Reader
from vaekit.model import Evidence

STEPS = 100
RATE = 0.05


def best_posterior(reader: Reader, x: Tensor, rows: Array, draws: int) -> tuple[Evidence, Evidence]:
    """(the evidence under the encoder's q, that under the best q found), both under the noise of the rows.

    Mean and log-variance of each row climb its own ELBO by Adam, whose steps go number by number, so that rows do not
    feel each other; of all steps each row keeps its best. Raises SpecError unless q is a diagonal normal.
    """
    given = reader.evidence(x, rows, draws)
    if not isinstance(given.q, DiagonalNormal):
        raise SpecError(
            "score_by='regret' looks for the best mean and variance of q, which posterior 'normal' alone has; use "
            "that, or score_by='likelihood'."
        )
    noise = reader.row_noise(rows, draws)

    def under(mean: Tensor, log_variance: Tensor) -> Evidence:
        q = DiagonalNormal(mean, log_variance)
        return Evidence(
            x, given.c, given.observed, q, given.p_z, q.draw(noise), given.likelihood, given.decoder_c
        )

    with torch.enable_grad():
        numbers = [given.q.mean.clone().requires_grad_(), given.q.log_variance.clone().requires_grad_()]
        kept = [number.detach().clone() for number in numbers]
        highest = _elbo(given)
        adam = torch.optim.Adam(numbers, lr=RATE)
        for _ in range(STEPS):
            # Not backward(), which would leave gradients in the weights of the model.
            moves = torch.autograd.grad(-_elbo(under(*numbers)).sum(), numbers)
            for number, move in zip(numbers, moves, strict=True):
                number.grad = move
            adam.step()
            with torch.no_grad():
                elbo = _elbo(under(*numbers))
                better = elbo > highest
                highest = torch.where(better, elbo, highest)
                kept = [
                    torch.where(better.unsqueeze(-1), number, old)
                    for number, old in zip(numbers, kept, strict=True)
                ]
    return given, under(*kept)


def _elbo(evidence: Evidence) -> Tensor:
    """Over the draws, so that it is the sum of the parts that are compared."""
    return evidence.log_px.mean(0) - evidence.kl
