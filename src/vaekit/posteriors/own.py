"""The user's own module as a posterior."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Independent, MultivariateNormal, Normal

from vaekit.distributions.normal import DiagonalNormal, FullNormal
from vaekit.errors import NetworkError
from vaekit.nn.own import own_copy, tried
from vaekit.posteriors.posterior import LogJoint, Posterior
from vaekit.spec import Sizes


class OwnPosterior(Posterior):
    """A copy of the user's module, called as module(x), or module(x, c) where the model has a condition.

    It gives a torch Normal (B, L), Independent(Normal) or MultivariateNormal, or an object with
    draw(noise (K, B, noise_size)) -> Draws(z (K, B, L), log_q (K, B)) and perhaps log_prob, mean and rows.
    The module may declare `support`, `density` and `noise_size`; else codes are real, the density is known
    anywhere when there is a log_prob, and a draw takes L numbers.
    """

    def __init__(self, sizes: Sizes, module: nn.Module) -> None:
        super().__init__(sizes)
        self.module = own_copy(module)
        self.support = getattr(module, "support", self.support)
        self.noise_size = getattr(module, "noise_size", self.noise_size)
        inputs = [torch.zeros(2, *sizes.event_shape)]
        if sizes.condition_dim:
            inputs.append(torch.zeros(2, sizes.condition_dim))
        q = _ours(tried(self.module, "posterior", *inputs))
        self.has_rows = hasattr(q, "rows")
        known = "anywhere" if hasattr(q, "log_prob") else "own draws"
        self.density = getattr(module, "density", known)
        self._check(q)

    def _check(self, q: Any) -> None:
        noise = torch.zeros(3, 2, self.noise_size)
        with torch.no_grad():
            if getattr(q, "mean", None) is not None:
                self._check_shape("a mean", q.mean, (2, self.latent_dim))
            try:
                draws = q.draw(noise)
            except Exception as error:
                raise NetworkError(
                    f"your posterior cannot draw codes of latent_dim={self.latent_dim} values for 2 examples from "
                    f"noise of shape {tuple(noise.shape)}: {error}"
                ) from error
            self._check_shape("draws of codes", draws.z, (3, 2, self.latent_dim))
            if self.density != "nowhere":
                self._check_shape("log_q", draws.log_q, (3, 2))

    def _check_shape(self, what: str, given: Tensor, wanted: tuple[int, ...]) -> None:
        if tuple(given.shape) != wanted:
            raise NetworkError(
                f"your posterior gave {what} of shape {tuple(given.shape)} for 2 examples, drawn 3 times; wanted "
                f"is {wanted} with latent_dim={self.latent_dim}."
            )

    def forward(self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> Any:
        return _ours(self.module(h) if c is None else self.module(h, c))


def _ours(given: Any) -> Any:
    """What the user's module gave, as an object with draw(noise)."""
    normal = given.base_dist if isinstance(given, Independent) else given
    if isinstance(normal, Normal):
        return DiagonalNormal(normal.loc, 2 * normal.scale.log())
    if isinstance(normal, MultivariateNormal):
        return FullNormal(normal.loc, normal.scale_tril)
    if not hasattr(given, "draw"):
        raise NetworkError(
            f"your posterior gave a {type(given).__name__}; it must give a torch Normal, Independent(Normal, 1) or "
            "MultivariateNormal, or an object with draw(noise) -> Draws."
        )
    return given
