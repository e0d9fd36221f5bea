"""The gaussian likelihood: squared error with its scale named."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from vaekit.distributions.gaussian import Gaussian
from vaekit.distributions.independent import sum_over_event
from vaekit.likelihoods.location_scale import LocationScaleLikelihood
from vaekit.spec import register


@register("likelihood", "gaussian", reference="Rybkin et al., 2021, https://arxiv.org/abs/2006.13202")
class GaussianLikelihood(LocationScaleLikelihood):
    """x ~ N(centre(z), scale^2), for real values.

    scale: the standard deviation; a positive number, "learned" (one), "per-feature" (one for each value of
    an example) or "network" (from the code).
    """

    def distribution(self, numbers: Tensor) -> Gaussian:
        return Gaussian(numbers[:, :, 0], self.scale(numbers))

    def expected_log_prob(
        self, q: Any, x: Tensor, c: Tensor | None = None, observed: Tensor | None = None
    ) -> Tensor | None:
        """Where the centre is affine in z: log p at the mean of q, less half of the spread that q adds.

        E |x - W z - b|^2 = |x - W m - b|^2 + trace(W S W') for q with mean m and covariance S. None where
        the decoder is not affine, the scale depends on z, or q has no covariance.
        """
        weight = getattr(self.decoder, "affine_weight", None)
        covariance = getattr(q, "covariance", None)
        if weight is None or covariance is None or self.scale.reads_z:
            return None
        mean: Tensor = q.mean
        # (values, L): the columns behind L read a condition, which does not spread.
        W = weight[0, ..., : mean.shape[-1]].flatten(0, -2)
        p_x = self(mean.unsqueeze(0), c)
        spread = ((W @ covariance) * W).sum(-1).view_as(p_x.centre) / p_x.scale.square()
        at_mean: Tensor = p_x.log_prob(x, observed)
        return (at_mean - 0.5 * sum_over_event(spread, observed))[0]
