"""Kingma's M1+M2: a first VAE, a second model of its codes, and the two put together as one model of x.

The first learns codes of all rows, the second classes and styles of these codes. Together, a class and a style give
codes, and these the data: p(x | class, style) is the first model's p(x | codes) at the mean that the second one gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from sklearn.utils import check_random_state
from torch import Tensor, nn

from vaekit.errors import SpecError
from vaekit.estimators.vae import VAE
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.spec import is_name_or_part, part
from vaekit.train.timebox import seconds_of

CODE_NETWORK = part("mlp", hidden=(400,))
"""The network of the second model, between codes, and classes and styles."""


def stacked_network(codes: int, outer: Any) -> Any:
    """The network of both models together; SpecError for one of the user's own, which cannot be put behind another."""
    if not is_name_or_part(outer):
        raise SpecError(
            f"first={codes} needs a network by its name or part, such as part('mlp', hidden=(500,)); the network here "
            f"is a {type(outer).__name__}. Use first=None with it."
        )
    return part("stacked", codes=int(codes), outer=outer, inner=CODE_NETWORK)


def refuse_other_likelihoods(codes: int, likelihood: Any) -> None:
    """SpecError for a likelihood without the one decoder that the second model can be put before."""
    if not isinstance(likelihood, DecodedLikelihood):
        raise SpecError(
            f"first={codes} needs a likelihood with one decoder, which '{likelihood.name}' has not; "
            "use first=None with it."
        )


def first_model(estimator: Any, seed: int, **changes: Any) -> VAE:
    """M1, not fitted: a VAE with the estimator's own options, but for these changes."""
    known = set(VAE._get_param_names())
    options = {name: value for name, value in estimator.get_params(deep=False).items() if name in known}
    return VAE(**{**options, "latent_dim": int(estimator.first), "random_state": seed, **changes})


def second_model(estimator: Any, seed: int) -> Any:
    """M2, not fitted: the same estimator for rows of codes."""
    changes = {
        "first": None,
        "likelihood": part("gaussian", scale="learned"),
        "network": CODE_NETWORK,
        "image_shape": None,
        "scale_inputs": True,
        "binarize": None,
        "missing": "error",
        "denoise": None,
        "random_state": seed,
    }
    return type(estimator)(**{**estimator.get_params(deep=False), **changes})


def refuse_checkpoint(codes: int, checkpoint: Any) -> None:
    """SpecError for a checkpoint, which holds one fit where there are two."""
    if checkpoint is not None:
        raise SpecError(
            f"a fit with first={codes} is two fits, which a checkpoint does not keep; give no checkpoint, or "
            "first=None."
        )


def half_of(max_time: float | str | None) -> float | None:
    """The seconds that each of two fits may take; None for as long as it takes."""
    return None if max_time is None else seconds_of(max_time) / 2


@contextmanager
def seeded(estimator: Any) -> Iterator[int]:
    """One seed for all fits inside, so that they hold out the same rows; `random_state` is put back after."""
    given = estimator.random_state
    estimator.random_state = int(check_random_state(given).randint(2**31 - 1))
    try:
        yield estimator.random_state
    finally:
        estimator.random_state = given


@torch.no_grad()
def put_together(model: nn.Module, first: VAE, second: Any) -> None:
    """Give the model of both its weights, in place."""
    outer, inner = first.model_, second.model_
    head: nn.Linear = outer.posterior.head  # type: ignore[assignment]
    codes = second.sizes_.event_size
    units = {
        name: torch.as_tensor(getattr(second.treatment_, name), dtype=torch.float32).expand(codes)
        for name in ("offset", "scale")
    }
    weights = {
        **_under("posterior.", inner.posterior, but="encoder."),
        **_under("posterior.encoder.inner.", inner.posterior.encoder),
        **_under("posterior.encoder.outer.", outer.posterior.encoder),  # type: ignore[arg-type]
        "posterior.encoder.to_codes.weight": head.weight[:codes],
        "posterior.encoder.to_codes.bias": head.bias[:codes],
        **_under("likelihood.", outer.likelihood, but="decoder."),
        **_under("likelihood.decoder.outer.", outer.likelihood.decoder),  # type: ignore[arg-type]
        **_under("likelihood.decoder.inner.", inner.likelihood.decoder),
        **{f"posterior.encoder.units.{name}": values for name, values in units.items()},
        **{f"likelihood.decoder.units.{name}": values for name, values in units.items()},
        **_under("prior.", inner.prior),
    }
    model.load_state_dict(weights)


def _under(prefix: str, module: nn.Module, but: str = "-") -> Mapping[str, Tensor]:
    """The module's weights by the names they have under `prefix`; those whose own name begins with `but` left out."""
    return {prefix + name: values for name, values in module.state_dict().items() if not name.startswith(but)}
