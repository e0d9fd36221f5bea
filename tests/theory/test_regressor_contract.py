"""scikit-learn's contract for the regressor, with no expected failure: what it checks and what it leaves out."""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaekit.theory import LinearGaussian

ESTIMATORS = [
    LinearGaussian(),
    LinearGaussian("normal"),
    LinearGaussian("laplace"),
    LinearGaussian("normal", tau2="evidence"),
    LinearGaussian("normal", tau2="cv"),
    LinearGaussian("normal", sigma2=0.5, penalize_intercept=True),
]

NOT_CALLED = [
    "check_dataframe_column_names_consistency",
    "check_param_validation",
    "check_n_features_in_after_fitting",
    "check_readonly_memmap_input",
]


@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")
@pytest.mark.parametrize("name", NOT_CALLED)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_the_checks_that_scikit_learn_does_not_call_pass(estimator, name):
    getattr(estimator_checks, name)("LinearGaussian", estimator)
