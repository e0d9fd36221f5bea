"""The mathematics under the models, small enough to be checked by hand: Bayes' rule, linear regression as inference,
and information.

    from vaekit.theory import LinearGaussian, bayes, kl_divergence

    bayes(prior=[0.99, 0.01], likelihood=[0.05, 0.9]).posterior
    LinearGaussian(prior="normal", tau2="evidence").fit(X, y).covariance_
    kl_divergence([0.9, 0.1], [0.5, 0.5])    # 0.531 bits

Nothing here needs torch.
"""

from vaekit.theory.bayes import Bayes, bayes
from vaekit.theory.density import gaussian_logpdf
from vaekit.theory.erratum import Erratum, density_erratum, printed_density
from vaekit.theory.gaussian import Gaussian, gaussian_kl
from vaekit.theory.information import cross_entropy, entropy, kl_divergence, self_information
from vaekit.theory.kl_report import KLReport, kl_report
from vaekit.theory.linear_gaussian import LinearGaussian
from vaekit.theory.numeric_kl import MonteCarloKL, grid_kl, monte_carlo_kl
from vaekit.theory.paths import CoefficientPath, coefficient_path
from vaekit.theory.resamples import Resamples, variance_over_resamples
from vaekit.theory.strength import alpha_from
from vaekit.theory.terms import NegativeLogPosterior

__all__ = [
    "Bayes",
    "CoefficientPath",
    "Erratum",
    "Gaussian",
    "KLReport",
    "LinearGaussian",
    "MonteCarloKL",
    "NegativeLogPosterior",
    "Resamples",
    "alpha_from",
    "bayes",
    "coefficient_path",
    "cross_entropy",
    "density_erratum",
    "entropy",
    "gaussian_kl",
    "gaussian_logpdf",
    "grid_kl",
    "kl_divergence",
    "kl_report",
    "monte_carlo_kl",
    "printed_density",
    "self_information",
    "variance_over_resamples",
]
