"""What the posteriors of rows say by themselves: active units, KL per unit, rate and distortion.

mean and variance (n, L) are those of q(z | x) for n rows, from `Reader.encode` or from any other model; a KL is to
the standard normal prior.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from vaekit.distributions.kl import closed_form_kl
from vaekit.distributions.normal import DiagonalNormal, StandardNormal
from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.measure.record import Measure, mean_of

ACTIVE_VARIANCE = 0.01


def active_units(mean: Any, *, threshold: float = ACTIVE_VARIANCE) -> Measure:
    """How many latent values move with x: those with Var_x(E_q[z | x]) above the threshold.

    mean (n, L) is that of q(z | x) for n rows. The reason tells how many units lie within two standard errors
    of the threshold, and so may fall on either side.

    Reference: Burda et al., 2016, https://arxiv.org/abs/1509.00519
    """
    mean = _rows(mean, "mean")
    away = mean - mean.mean(0)
    variances = (away**2).sum(0) / (len(mean) - 1)
    errors = (away**2).std(0) / math.sqrt(len(mean))
    near = int((np.abs(variances - threshold) < 2 * errors).sum())
    told = "1 unit lies" if near == 1 else f"{near} units lie"
    return Measure(
        float((variances > threshold).sum()),
        None,
        len(mean),
        f"active units, variance of the posterior mean above {threshold:g}",
        f"a count; {told} within two standard errors of the threshold",
    )


def kl_per_unit(mean: Any, variance: Any) -> tuple[Measure, ...]:
    """KL(q(z_l | x) || N(0, 1)) of each latent value, in nats, the mean over the rows.

    Reference: Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114
    """
    each = kl_of_rows(mean, variance)
    return tuple(
        mean_of(column, f"KL of unit {unit} to the standard normal, closed form", "nats")
        for unit, column in enumerate(each.T)
    )


def rate(mean: Any, variance: Any) -> Measure:
    """KL(q(z | x) || N(0, I)), in nats per example: what a code costs.

    mean and variance (n, L) are those of q(z | x) for n rows.

    Reference: Alemi et al., 2018, https://arxiv.org/abs/1711.00464
    """
    name = "rate: KL to the standard normal, closed form"
    return mean_of(kl_of_rows(mean, variance).sum(1), name, "nats")


def distortion(log_px: Any) -> Measure:
    """-E_q[log p(x | z)], in nats per example, from the (n,) of `Reader.log_px`: what a code loses.

    Rate + distortion = -ELBO.

    Reference: Alemi et al., 2018, https://arxiv.org/abs/1711.00464
    """
    values = np.asarray(log_px, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise DataError(f"log_px has shape {values.shape}; wanted is one finite number a row.")
    return mean_of(-values, "distortion: minus the expected log-likelihood under q", "nats")


def kl_of_rows(mean: Any, variance: Any) -> Array:
    """(n, L): the KL of each latent value of each row."""
    mean, variance = checked_posteriors(mean, variance)
    q = DiagonalNormal(torch.from_numpy(mean), torch.from_numpy(np.log(variance)))
    known = closed_form_kl(q, StandardNormal(mean.shape[1]))
    assert known is not None
    return np.asarray(known.numpy())


def checked_posteriors(mean: Any, variance: Any) -> tuple[Array, Array]:
    """Both as float64 (n, L), or DataError with what is wrong."""
    mean, variance = _rows(mean, "mean"), _rows(variance, "variance")
    if mean.shape != variance.shape:
        raise DataError(
            f"mean has shape {mean.shape} and variance {variance.shape}; they are of the same rows and units."
        )
    if (variance <= 0).any():
        raise DataError(f"variance has values down to {variance.min():g}; wanted are values above 0.")
    return mean, variance


def _rows(values: Any, name: str) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or len(array) < 2:
        raise DataError(f"{name} has shape {array.shape}; wanted is (n, L) with two rows or more.")
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds values that are not finite; leave out the rows that have them.")
    return array
