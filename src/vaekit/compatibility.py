"""Which parts can stand in one model: one function that says in words what clashes, before a tensor exists.

Parts declare what they are beside their class (`support`, `density`, `needs_...`); each rule below reads
those facts and gives one sentence. A user's own module may carry the same attributes; where it does not, it
is believed to fit. To add a rule: a function facts -> sentence or None, in RULES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vaekit.errors import ClashError
from vaekit.spec import Spec, as_part, is_name_or_part, lookup


@dataclass(frozen=True)
class _Facts:
    """The declared facts of the parts of one spec: classes, or the user's own modules."""

    prior: Any
    posterior: Any
    bound: Any
    penalties: tuple[Any, ...]
    condition: tuple[str, ...] = ()

    @property
    def holds_codes(self) -> bool:
        """True when something besides the bound draws codes towards the prior."""
        return any(getattr(penalty, "matches_prior", False) for penalty in self.penalties)


def _facts_of(place: str, value: Any) -> Any:
    return lookup(place, as_part(place, value).name) if is_name_or_part(value) else value


def _name(part: Any) -> str:
    return str(getattr(part, "name", type(part).__name__))


def _box_needs_a_box(f: _Facts) -> str | None:
    if _get(f.posterior, "support", "real") != "box" or _get(f.prior, "support", "real") == "box":
        return None
    return (
        f"posterior '{_name(f.posterior)}' squashes codes into the box of its prior, but prior '{_name(f.prior)}' "
        "has none; use prior 'uniform' or posterior 'normal'."
    )


def _supports_agree(f: _Facts) -> str | None:
    prior, posterior = _get(f.prior, "support", "real"), _get(f.posterior, "support", "real")
    if (
        not f.bound.needs_prior_density
        or "any" in (prior, posterior)
        or prior == posterior
        or posterior == "box"
    ):
        return None
    return (
        f"prior '{_name(f.prior)}' lives on {prior} codes but posterior '{_name(f.posterior)}' draws {posterior} "
        f"codes; use posterior 'box', or prior 'normal'."
    )


def _bound_has_its_q_density(f: _Facts) -> str | None:
    if not f.bound.needs_q_density or _get(f.posterior, "density", "anywhere") != "nowhere":
        return None
    return (
        f"bound '{_name(f.bound)}' needs the density of q, but posterior '{_name(f.posterior)}' is a point mass and "
        "has none; use posterior 'normal', or bound 'map' (the same without a density of q) or 'reconstruction'."
    )


def _bound_has_its_prior_density(f: _Facts) -> str | None:
    if not f.bound.needs_prior_density or _get(f.prior, "density", True):
        return None
    return (
        f"bound '{_name(f.bound)}' needs the density of the prior, but prior '{_name(f.prior)}' is known by draws "
        "only; use bound 'reconstruction' with penalties=('code-critic',), or prior 'normal'."
    )


def _posterior_has_its_joint(f: _Facts) -> str | None:
    if not _get(f.posterior, "needs_joint", False) or _get(f.prior, "density", True):
        return None
    return (
        f"posterior '{_name(f.posterior)}' follows the joint density, but prior '{_name(f.prior)}' is known by draws "
        "only; use posterior 'normal', or prior 'normal'."
    )


def _prior_has_its_q_density(f: _Facts) -> str | None:
    density = _get(f.posterior, "density", "anywhere")
    if not _get(f.prior, "needs_q_density", False) or density == "anywhere":
        return None
    return (
        f"prior '{_name(f.prior)}' evaluates q at codes that q did not draw, but the density of posterior "
        f"'{_name(f.posterior)}' is known {'on its own draws only' if density == 'own draws' else 'nowhere'}; "
        "use posterior 'normal' or 'full-normal', or prior 'mixture'."
    )


def _learned_prior_is_trained(f: _Facts) -> str | None:
    if not _get(f.prior, "learned", False) or f.bound.needs_prior_density:
        return None
    return (
        f"prior '{_name(f.prior)}' is learned, but bound '{_name(f.bound)}' never reads its density, so nothing would "
        "train it; use bound 'elbo', or prior 'normal'."
    )


def _prior_is_read(f: _Facts) -> str | None:
    if f.bound.needs_prior_density or f.holds_codes or _name(f.prior) == "normal":
        return None
    return (
        f"nothing draws codes towards prior '{_name(f.prior)}' under bound '{_name(f.bound)}' alone; use bound 'elbo', "
        "or penalties=('code-critic',) or ('mmd',)."
    )


def _spread_is_rewarded(f: _Facts) -> str | None:
    spread = _get(f.posterior, "density", "anywhere") != "nowhere"
    if not spread or f.bound.needs_q_density or (f.holds_codes and not f.bound.needs_prior_density):
        return None
    return (
        f"under bound '{_name(f.bound)}' nothing rewards the spread of posterior '{_name(f.posterior)}', which would "
        "shrink to a point; use posterior 'point', or bound 'elbo'."
    )


def _condition_reaches_its_prior(f: _Facts) -> str | None:
    if not _get(f.prior, "reads_condition", False) or "prior" in f.condition:
        return None
    return (
        f"prior '{_name(f.prior)}' is learned from a condition, but no condition reaches it; use CVAE(condition_in="
        "('encoder', 'decoder', 'prior')), or prior 'normal'."
    )


def _labels_have_places(f: _Facts) -> str | None:
    critics = [penalty for penalty in f.penalties if _get(penalty, "needs_labels", False)]
    if not critics or _get(f.prior, "labelled", False):
        return None
    return (
        f"penalty '{_name(critics[0])}' compares a code with draws in the place of its label, but prior "
        f"'{_name(f.prior)}' has no places; use prior 'petals', 'swiss-roll', 'rings' or 'sectors'."
    )


def _class_codes_agree(f: _Facts) -> str | None:
    prior, posterior = _get(f.prior, "support", "real"), _get(f.posterior, "support", "real")
    if posterior != "class-and-real" or prior in (posterior, "any"):
        return None
    return (
        f"posterior '{_name(f.posterior)}' gives codes of a class and a style, but prior '{_name(f.prior)}' has no "
        "classes; use prior 'class-and-normal', or posterior 'normal' or 'point'."
    )


def _class_is_given(f: _Facts) -> str | None:
    readers = [penalty for penalty in f.penalties if _get(penalty, "reads_class", False)]
    if not readers or _get(f.posterior, "support", "real") == "class-and-real":
        return None
    return (
        f"penalty '{_name(readers[0])}' reads the class in a code, but posterior '{_name(f.posterior)}' gives none; "
        "use posterior 'class-and-style' or 'class-then-style'."
    )


def _classes_are_summed(f: _Facts) -> str | None:
    bound, posterior = f.bound.sums_classes, _get(f.posterior, "sums_classes", False)
    if bound == posterior:
        return None
    return (
        f"bound '{_name(f.bound)}' and posterior '{_name(f.posterior)}' do not both sum over classes; bound 'm2' and "
        "posterior 'class-then-style' belong together."
    )


def _q_is_normal(f: _Facts) -> str | None:
    readers = [penalty for penalty in f.penalties if _get(penalty, "needs_normal_q", False)]
    if not readers or _name(f.posterior) == "normal":
        return None
    return (
        f"penalty '{_name(readers[0])}' reads the mean and variance of q, which posterior '{_name(f.posterior)}' does "
        "not have; use posterior 'normal'."
    )


RULES: tuple[Callable[[_Facts], str | None], ...] = (
    _box_needs_a_box,
    _supports_agree,
    _bound_has_its_q_density,
    _bound_has_its_prior_density,
    _posterior_has_its_joint,
    _prior_has_its_q_density,
    _learned_prior_is_trained,
    _prior_is_read,
    _spread_is_rewarded,
    _condition_reaches_its_prior,
    _labels_have_places,
    _class_codes_agree,
    _class_is_given,
    _classes_are_summed,
    _q_is_normal,
)


def _get(part: Any, fact: str, otherwise: Any) -> Any:
    return getattr(part, fact, otherwise)


def _sentences(spec: Spec) -> Iterator[str]:
    facts = _Facts(
        _facts_of("prior", spec.prior),
        _facts_of("posterior", spec.posterior),
        _facts_of("bound", spec.bound),
        tuple(_facts_of("penalty", penalty) for penalty in spec.penalties),
        tuple(spec.condition),
    )
    for rule in RULES:
        sentence = rule(facts)
        if sentence:
            yield sentence


def clashes(spec: Spec) -> list[str]:
    """What cannot stand together in this spec, a sentence each; empty when it can be trained.

    Raises UnknownPart or UnknownOption for names that do not exist.
    """
    for place, value in spec.places():
        if is_name_or_part(value) and value != "auto":
            as_part(place, value)
    return list(_sentences(spec))


def refuse_clashes(spec: Spec) -> None:
    """Raise ClashError with every sentence of `clashes`."""
    found = clashes(spec)
    if found:
        raise ClashError(" ".join(found))
