"""What a model can do: a method that a model has not is absent, and says why (AttributeError)."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from vaekit.spec import Spec, as_part, is_name_or_part, lookup


def _fact(place: str, value: Any, fact: str, otherwise: Any) -> Any:
    found = lookup(place, as_part(place, value).name) if is_name_or_part(value) else value
    return getattr(found, fact, otherwise)


class unless:  # noqa: N801 - it is read as a word: @unless(why_no_density)
    """Method decorator: the method exists unless `reason(spec)` gives a sentence, which is then the error.

    scikit-learn's `available_if` hides the reason behind its own message.
    """

    def __init__(self, reason: Callable[[Spec], str | None]) -> None:
        self.reason = reason

    def __call__(self, method: Callable[..., Any]) -> Any:
        return _Conditional(method, self.reason)


class _Conditional:
    """The descriptor behind `unless`."""

    def __init__(self, method: Callable[..., Any], reason: Callable[[Spec], str | None]) -> None:
        self.method, self.reason = method, reason
        update_wrapper(self, method)  # type: ignore[arg-type]

    def __get__(self, estimator: Any, owner: type) -> Any:
        if estimator is None:
            return self.method
        why_not = self.reason(estimator._spec())
        if why_not:
            raise AttributeError(f"{owner.__name__} has no {self.method.__name__} here: {why_not}")
        return self.method.__get__(estimator, owner)


def why_no_density(spec: Spec) -> str | None:
    """Why the model of this spec bounds no log p(x), or None when it does."""
    if not _fact("prior", spec.prior, "density", True):
        return (
            "this model's prior is known by draws only, so log p(x) has no bound; use a prior with a density."
        )
    if _fact("posterior", spec.posterior, "density", "anywhere") == "nowhere":
        return (
            "this model's encoder gives a point, not a distribution, so log p(x) has no bound; use VAE with "
            "posterior='normal', or reconstruction_error."
        )
    if not _fact("bound", spec.bound, "needs_q_density", True):
        return "this model was not trained by a bound on log p(x); use bound='elbo' or 'iwae'."
    return None


def why_no_sample(spec: Spec) -> str | None:
    """Why draws of the prior would say nothing about the data, or None when they do."""
    held = _fact("bound", spec.bound, "needs_prior_density", True) or any(
        _fact("penalty", penalty, "matches_prior", False) for penalty in spec.penalties
    )
    if held:
        return None
    return (
        "nothing drew this model's codes towards a prior, so draws of one would decode to anything; use "
        "bound='elbo', or penalties=('code-critic',)."
    )
