"""p(x | z, c): a module that, called with codes, gives a distribution over examples.

A part a file. Declared beside each class: `domain` (the values that x may take), `measure` ("density" or
"mass"), and `normalised` where it may be False; see `vaekit.likelihoods.likelihood.Likelihood`.
To add one: a class with `@register("likelihood", "my-name", ...)` in a file here, imported below.
"""

from vaekit.likelihoods.bernoulli import BernoulliLikelihood
from vaekit.likelihoods.beta import BetaLikelihood
from vaekit.likelihoods.categorical import CategoricalLikelihood
from vaekit.likelihoods.continuous_bernoulli import ContinuousBernoulliLikelihood
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.discretised_logistic import DiscretisedLogisticLikelihood
from vaekit.likelihoods.gaussian import GaussianLikelihood
from vaekit.likelihoods.heaped import HeapedLikelihood
from vaekit.likelihoods.laplace import LaplaceLikelihood
from vaekit.likelihoods.likelihood import Likelihood
from vaekit.likelihoods.log_normal import LogNormalLikelihood
from vaekit.likelihoods.logistic import LogisticLikelihood
from vaekit.likelihoods.mixed import MixedLikelihood
from vaekit.likelihoods.negative_binomial import NegativeBinomialLikelihood
from vaekit.likelihoods.ordinal import OrdinalLikelihood
from vaekit.likelihoods.own import OwnLikelihood
from vaekit.likelihoods.poisson import PoissonLikelihood
from vaekit.likelihoods.student_t import StudentTLikelihood
from vaekit.likelihoods.zero_inflated_negative_binomial import ZeroInflatedNegativeBinomialLikelihood
from vaekit.likelihoods.zero_inflated_poisson import ZeroInflatedPoissonLikelihood

__all__ = [
    "BernoulliLikelihood",
    "BetaLikelihood",
    "CategoricalLikelihood",
    "ContinuousBernoulliLikelihood",
    "DecodedLikelihood",
    "DiscretisedLogisticLikelihood",
    "GaussianLikelihood",
    "HeapedLikelihood",
    "LaplaceLikelihood",
    "Likelihood",
    "LogNormalLikelihood",
    "LogisticLikelihood",
    "MixedLikelihood",
    "NegativeBinomialLikelihood",
    "OrdinalLikelihood",
    "OwnLikelihood",
    "PoissonLikelihood",
    "StudentTLikelihood",
    "ZeroInflatedNegativeBinomialLikelihood",
    "ZeroInflatedPoissonLikelihood",
]
