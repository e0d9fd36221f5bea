"""What a model can do: a method that a model has not is absent, and says why (AttributeError)."""

from __future__ import annotations

from typing import Any

from vaekit.spec import Spec, as_part, is_name_or_part, lookup


def _fact(place: str, value: Any, fact: str, otherwise: Any) -> Any:
    found = lookup(place, as_part(place, value).name) if is_name_or_part(value) else value
    return getattr(found, fact, otherwise)


def has_density(spec: Spec) -> bool:
    """Whether there is a bound on log p(x): `score_samples`, `log_likelihood`."""
    reason = why_no_density(spec)
    if reason:
        raise AttributeError(reason)
    return True


def why_no_density(spec: Spec) -> str | None:
    """Why the model of this spec bounds no log p(x), or None when it does."""
    if not _fact("prior", spec.prior, "density", True):
        return "this model's prior is known by draws only, so log p(x) has no bound; use a prior with a density."
    if _fact("posterior", spec.posterior, "density", "anywhere") == "nowhere":
        return (
            "this model's encoder gives a point, not a distribution, so log p(x) has no bound; use VAE with "
            "posterior='normal', or reconstruction_error."
        )
    if not _fact("bound", spec.bound, "needs_q_density", True):
        return "this model was not trained by a bound on log p(x); use bound='elbo' or 'iwae'."
    return None
