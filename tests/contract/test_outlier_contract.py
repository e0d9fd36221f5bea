"""scikit-learn's contract of OutlierVAE, with no expected failure."""

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaekit import OutlierVAE

# scikit-learn's own checks fit with names and transform without, and the reverse.
pytestmark = pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")

quick = {"max_epochs": 2, "random_state": 0}

ESTIMATORS = [
    OutlierVAE(calibration=None, **quick),
    OutlierVAE(score_by="typicality", calibration="held-out", **quick),
]


@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", ["check_outliers_train", "check_outliers_fit_predict"])
def test_the_checks_of_outlier_detectors_pass_with_every_default_but_the_epochs(name):
    getattr(estimator_checks, name)("OutlierVAE", clone(OutlierVAE(**quick)))


def test_the_checks_that_scikit_learn_does_not_call_pass():
    found = OutlierVAE(calibration=None, **quick)
    for name in (
        "check_dataframe_column_names_consistency",
        "check_set_output_transform_pandas",
        "check_param_validation",
        "check_n_features_in_after_fitting",
    ):
        getattr(estimator_checks, name)("OutlierVAE", clone(found))
