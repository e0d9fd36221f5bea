"""What the page computes of p(x | z): the family of a likelihood as families.js reads it, and what encoders read.

Every formula stands in `FAMILIES` and `REPRESENTATIONS` of families.js; here are its name and its numbers.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from vaekit.distributions.beta import LEAST
from vaekit.distributions.log_normal import LARGEST_LOG
from vaekit.explorer.pack import packed
from vaekit.explorer.steps import CannotRun
from vaekit.likelihoods.bernoulli import BernoulliLikelihood
from vaekit.likelihoods.beta import BetaLikelihood
from vaekit.likelihoods.categorical import CategoricalLikelihood
from vaekit.likelihoods.continuous_bernoulli import ContinuousBernoulliLikelihood
from vaekit.likelihoods.counts import LARGEST, CountLikelihood
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.discretised_logistic import DiscretisedLogisticLikelihood
from vaekit.likelihoods.likelihood import Likelihood
from vaekit.likelihoods.location_scale import LocationScaleLikelihood
from vaekit.likelihoods.log_normal import LogNormalLikelihood
from vaekit.likelihoods.logistic import LogisticLikelihood
from vaekit.likelihoods.mixed import MixedLikelihood
from vaekit.likelihoods.ordinal import OrdinalLikelihood
from vaekit.likelihoods.scale import FLOOR, ONE, NetworkScale
from vaekit.likelihoods.zero_inflated_negative_binomial import ZeroInflatedNegativeBinomialLikelihood
from vaekit.likelihoods.zero_inflated_poisson import ZeroInflatedPoissonLikelihood

ZERO_INFLATED = (ZeroInflatedPoissonLikelihood, ZeroInflatedNegativeBinomialLikelihood)

Told = dict[str, Any]


def family_for_page(likelihood: Any) -> Told:
    """How the decoder's numbers become what is shown: a row of `FAMILIES`. Raises CannotRun."""
    match likelihood:
        case LocationScaleLikelihood():
            return {"kind": "identity"}
        case BernoulliLikelihood():
            return {"kind": "bernoulli"}
        case ContinuousBernoulliLikelihood():
            return {"kind": "continuous-bernoulli"}
        case BetaLikelihood():
            return {"kind": "beta", "scale": _scale(likelihood.scale), "least": LEAST}
        case LogisticLikelihood():
            return {"kind": "logistic", "scale": _scale(likelihood.scale)}
        case LogNormalLikelihood():
            scale = _scale(likelihood.scale)
            return {"kind": "log-normal", "scale": scale, "largestLog": LARGEST_LOG} | _logs(likelihood)
        case CountLikelihood():
            total = None if likelihood.library is None else float(likelihood.typical)
            inflated = isinstance(likelihood, ZERO_INFLATED)
            return {"kind": "counts", "largest": LARGEST, "total": total, "inflated": inflated}
        case CategoricalLikelihood():
            return {"kind": "categorical", "categories": likelihood.categories}
        case OrdinalLikelihood():
            thresholds = _numbers(likelihood.thresholds)
            return {"kind": "ordinal", "categories": likelihood.categories, "thresholds": thresholds}
        case DiscretisedLogisticLikelihood():
            scale = _scale(likelihood.scale)
            return {"kind": "discretised-logistic", "levels": likelihood.levels, "scale": scale}
        case MixedLikelihood():
            return {"kind": "mixed", "groups": _groups(likelihood, "family", family_for_page)}
    raise CannotRun(f"likelihood '{likelihood.name}'")


def representation_for_page(likelihood: Any) -> Told:
    """What the encoder reads of x: a row of `REPRESENTATIONS`. Raises CannotRun."""
    match likelihood:
        case CountLikelihood():
            return {"kind": "log1p"}
        case LogNormalLikelihood():
            return {"kind": "log"} | _logs(likelihood)
        case CategoricalLikelihood():
            first = likelihood.input_shape[0] // likelihood.categories
            return {"kind": "categories", "categories": likelihood.categories, "first": first}
        case OrdinalLikelihood():
            return {"kind": "levels", "levels": likelihood.categories - 1}
        case DiscretisedLogisticLikelihood():
            return {"kind": "levels", "levels": likelihood.levels}
        case MixedLikelihood():
            return {"kind": "mixed", "groups": _groups(likelihood, "represent", representation_for_page)}
        case DecodedLikelihood() if type(likelihood).represent is Likelihood.represent:
            return {"kind": "identity"}
    raise CannotRun(f"likelihood '{likelihood.name}'")


def _groups(likelihood: MixedLikelihood, key: str, told: Any) -> list[Told]:
    """Each family with its columns, and how many numbers the decoder gives for them."""
    pieces = zip(likelihood.groups, likelihood.columns, likelihood.widths, strict=True)
    return [
        {"columns": columns.tolist(), "width": width, key: told(group)} for group, columns, width in pieces
    ]


def _logs(likelihood: LogNormalLikelihood) -> Told:
    """By what log x is standardised."""
    return {"location": _numbers(likelihood.location), "unit": _numbers(likelihood.unit)}


def _scale(scale: Any) -> Told:
    """The scale of each value, or its unit and floor where the decoder gives it."""
    if isinstance(scale, NetworkScale):
        return {"values": _numbers(scale.unit), "floor": FLOOR, "one": ONE}
    if scale.reads_z:
        raise CannotRun(f"{type(scale).__name__} of a scale")
    return {"values": _numbers(scale(None)), "floor": None, "one": ONE}


def _numbers(tensor: Tensor) -> Told:
    return packed(tensor.detach().double().cpu().numpy().ravel(), "float64")
