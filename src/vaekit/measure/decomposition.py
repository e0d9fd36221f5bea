"""log p(x) taken apart, and the two KLs that are so easily confused told apart.

    log p(x) = ELBO + KL(q || p(z | x)),    ELBO = E_q[log p(x | z)] - KL(q || p(z))

The KL to the prior is part of the ELBO and easy to compute. The KL to the posterior is the gap; it needs log p(x),
which is known in closed form where everything is linear and Gaussian, by quadrature where codes have one or two
values, and otherwise from draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from vaekit.distributions.normal import HALF_LOG_2PI, StandardNormal
from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array
from vaekit.likelihoods.gaussian import GaussianLikelihood
from vaekit.measure.likelihood import log_likelihood
from vaekit.measure.quadrature import MOST_VALUES, parts_by_quadrature
from vaekit.measure.reader import Reader
from vaekit.model import LatentModel
from vaekit.posteriors import FullNormalPosterior, NormalPosterior

DRAWS = 64
"""Evenly spread draws a row where the ELBO has no closed form; AT_ONCE of them are decoded together."""
AT_ONCE = 8

PARTS = ("log_px", "elbo", "reconstruction", "kl_to_prior", "kl_to_posterior")


@dataclass(frozen=True)
class ElboDecomposition:
    """The parts of log p(x) of each row, (n,) each, in nats.

    log_px           log p(x)
    elbo             reconstruction - kl_to_prior: what training raises
    reconstruction   E_q[log p(x | z)]
    kl_to_prior      KL(q(z | x) || p(z)), in the loss
    kl_to_posterior  KL(q(z | x) || p(z | x)), in no loss: found on its own by the methods "exact" and "quadrature"
                     (so that elbo + kl_to_posterior = log_px can be checked), the gap itself by "importance"
    log_px_error     error of the mean of log_px: 0 when exact; what half the points would change; or the Monte
                     Carlo standard error
    method           "exact", "quadrature" or "importance"
    how              the same in a sentence
    """

    log_px: Array
    elbo: Array
    reconstruction: Array
    kl_to_prior: Array
    kl_to_posterior: Array
    log_px_error: float
    method: str
    how: str

    @property
    def gap(self) -> Array:
        """log_px - elbo, (n,)."""
        return np.asarray(self.log_px - self.elbo)

    def means(self) -> dict[str, float]:
        """The mean of each part over the rows, by its name."""
        return {name: float(getattr(self, name).mean()) for name in (*PARTS[:2], "gap", *PARTS[2:])}

    def shifted(self, by: float | Array) -> ElboDecomposition:
        """The same in other units of x: densities grow by `by` nats, one number or one a row, divergences stay."""
        moved = {name: getattr(self, name) + by for name in ("log_px", "elbo", "reconstruction")}
        return replace(self, **moved)

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {value:.4g}" for name, value in self.means().items())
        return f"ElboDecomposition({told} nats; {len(self.log_px)} rows, {self.how})"


def elbo_decomposition(
    reader: Reader, rows: Array, method: str = "auto", n_samples: int = 5000
) -> ElboDecomposition:
    """The decomposition of rows (n, *event) in model units; "auto" takes the first method that is possible.

    Under a condition (`reader.given`) every density is one given c.

    Raises DataError for a method that does not exist or that this model does not allow.
    """
    chosen = choose_method(reader.model, method, reader.c_of(0, 1), bool(np.isnan(rows).any()))
    return _METHODS[chosen](reader, rows, n_samples)


def choose_method(
    model: LatentModel, method: str = "auto", c: Tensor | None = None, holes: bool = False
) -> str:
    """The method by its name, or the first that this model, under a condition c (1, C) or None, allows.

    holes: whether some rows hide values, so that each has a law of its own.
    """
    latent_dim = model.posterior.latent_dim
    possible = [
        *(["exact"] if is_linear_gaussian(model, c) and not holes else []),
        *(["quadrature"] if latent_dim <= MOST_VALUES and not holes else []),
        "importance",
    ]
    if method == "auto":
        return possible[0]
    if method not in _METHODS:
        raise DataError(
            f"no method is called {method!r}; there are: auto, {', '.join(_METHODS)}."
            f"{suggestion(method, ['auto', *_METHODS])}"
        )
    if method not in possible and holes:
        raise DataError(
            f"method '{method}' reads whole rows, and some of these hide values; use method='importance'."
        )
    if method not in possible:
        why = {
            "quadrature": f"covers codes of at most {MOST_VALUES} values by a grid, and this model has "
            f"latent_dim={latent_dim}",
            "exact": "needs a linear decoder, a gaussian likelihood whose scale does not depend on the code, and "
            "prior and posterior 'normal' (posterior 'full-normal' too)",
        }[method]
        raise DataError(f"method '{method}' {why}; use method='{possible[0]}'.")
    return method


def is_linear_gaussian(model: LatentModel, c: Tensor | None = None) -> bool:
    """Whether log p(x) and p(z | x) have closed forms: probabilistic PCA, or factor analysis."""
    likelihood = model.likelihood
    return (
        isinstance(likelihood, GaussianLikelihood)
        and not likelihood.scale.reads_z
        and getattr(likelihood.decoder, "affine_weight", None) is not None
        and isinstance(model.posterior, NormalPosterior | FullNormalPosterior)
        and isinstance(model.prior(model.c_for("prior", c)), StandardNormal)
    )


def _exact(reader: Reader, rows: Array, n_samples: int) -> ElboDecomposition:
    """x = W z + b + noise of variance S, z ~ N(0, I): every part by linear algebra in float64.

    The posterior is N(P^-1 W' S^-1 (x - b), P^-1) with precision P = I + W' S^-1 W.
    Reference: Tipping and Bishop, 1999, https://doi.org/10.1111/1467-9868.00196
    """
    latent_dim = reader.model.posterior.latent_dim
    weight = reader.model.likelihood.decoder.affine_weight.detach().double()  # type: ignore[union-attr,operator]
    W = weight[0, ..., :latent_dim].flatten(0, -2)  # the columns behind read a condition, which moves b only

    def ask(x: Tensor, block: Array) -> Tensor:
        evidence = reader.evidence(x, block, 1)
        at_zero = reader.model.decode(torch.zeros_like(evidence.z), evidence.c)
        s = at_zero.scale.double().expand_as(at_zero.centre)[0, 0].flatten()
        A = W / s.unsqueeze(-1)
        precision = torch.eye(latent_dim, dtype=A.dtype, device=A.device) + A.mT @ A
        root = torch.linalg.cholesky(precision)
        log_det = 2 * root.diagonal().log().sum()
        away = ((x - at_zero.centre[0]).double().flatten(1)) / s
        seen = away @ A
        mean = torch.cholesky_solve(seen.mT, root).mT
        log_px = -0.5 * (away.square().sum(-1) - (seen * mean).sum(-1) + log_det)
        log_px = log_px - s.log().sum() - len(s) * HALF_LOG_2PI
        q_mean, covariance = evidence.q.mean.double(), evidence.q.covariance.double()
        off = q_mean - mean
        kl_to_posterior = 0.5 * (
            (precision * covariance).sum((-2, -1))
            - latent_dim
            + ((off @ precision) * off).sum(-1)
            - log_det
            - torch.linalg.slogdet(covariance)[1]
        )
        reconstruction, kl = evidence.expected_log_px.double(), evidence.kl.double()
        return torch.stack((log_px, reconstruction - kl, reconstruction, kl, kl_to_posterior), -1)

    log_px, elbo, reconstruction, kl, kl_to_posterior = reader.by_batches(rows, ask).T
    how = "in closed form: the model is linear and Gaussian"
    return ElboDecomposition(log_px, elbo, reconstruction, kl, kl_to_posterior, 0.0, "exact", how)


def _quadrature(reader: Reader, rows: Array, n_samples: int) -> ElboDecomposition:
    found = parts_by_quadrature(reader, rows)
    points = f"{found.points:,} points a row around its posterior"
    return ElboDecomposition(
        found.log_px,
        found.reconstruction - found.kl_to_prior,
        found.reconstruction,
        found.kl_to_prior,
        found.kl_to_posterior,
        float(found.errors.mean()),
        "quadrature",
        f"by quadrature over {points}; half of them would change log p(x) by {found.errors.mean():.1g}",
    )


def _importance(reader: Reader, rows: Array, n_samples: int) -> ElboDecomposition:
    def ask(x: Tensor, block: Array) -> Tensor:
        total = torch.zeros(len(x), 2, dtype=reader.dtype, device=reader.device)
        for noise in reader.row_noise(block, DRAWS).split(AT_ONCE):
            evidence = reader.model(x, noise, reader._c_now)
            total += len(noise) * torch.stack((evidence.expected_log_px, evidence.kl), -1)
        return total / DRAWS

    reconstruction, kl = reader.by_batches(rows, ask).T
    found = log_likelihood(reader, rows, n_samples)
    elbo = reconstruction - kl
    return ElboDecomposition(
        found.rows,
        elbo,
        reconstruction,
        kl,
        found.rows - elbo,
        found.monte_carlo_error,
        "importance",
        f"by importance sampling with {n_samples:,} draws a row, whose effective number is "
        f"{found.effective_sample_size:,.0f}; log p(x) has a Monte Carlo error of {found.monte_carlo_error:.2g}"
        + (f"; {found.reason}" if found.reason else ""),
    )


_METHODS: dict[str, Callable[[Reader, Array, int], ElboDecomposition]] = {
    "exact": _exact,
    "quadrature": _quadrature,
    "importance": _importance,
}
