"""scikit-learn's contract of TabularVAE, with no expected failure: arrays, frames and set_output."""

import numpy as np
import pandas
import pytest
import sklearn
from packaging.version import Version
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaekit import TabularVAE, part

# scikit-learn's own checks fit with names and transform without, and the reverse.
pytestmark = pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")

OLD = Version(sklearn.__version__) < Version("1.7")

quick = {"max_epochs": 2, "network": part("mlp", hidden=(16,)), "random_state": 0}

ESTIMATORS = [TabularVAE(**quick), TabularVAE(2, missing="error", **quick)]

NOT_CALLED = [
    "check_dataframe_column_names_consistency",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_get_feature_names_out_error",
    "check_inplace_ensure_writeable",
    "check_param_validation",
    "check_n_features_in_after_fitting",
    "check_readonly_memmap_input",
]


@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    if OLD and getattr(check, "func", check).__name__ == "check_positive_only_tag_during_fit":
        pytest.skip(
            f"scikit-learn {sklearn.__version__} subtracts a mean from whole numbers in this check itself"
        )
    check(estimator)


@pytest.mark.parametrize("name", NOT_CALLED)
def test_the_checks_that_scikit_learn_does_not_call_pass(name):
    getattr(estimator_checks, name)("TabularVAE", clone(TabularVAE(**quick)))


def test_it_says_of_missing_values_what_it_does():
    assert TabularVAE().__sklearn_tags__().input_tags.allow_nan
    assert not TabularVAE(missing="error").__sklearn_tags__().input_tags.allow_nan
    X = np.random.default_rng(0).normal(size=(60, 3))
    X[4, 1] = np.nan
    assert np.isfinite(TabularVAE(**quick).fit(X).transform(X)).all()
    with pytest.raises(ValueError, match=r"X contains NaN.*missing='mask'"):
        TabularVAE(missing="error", **quick).fit(X)


def test_a_frame_of_words_goes_through_a_pipeline_and_out_as_a_frame():
    rng = np.random.default_rng(0)
    X = pandas.DataFrame(
        {"city": rng.choice(["Rome", "Oslo"], 80), "n": rng.normal(size=80)}, index=range(5, 85)
    )
    codes = make_pipeline(TabularVAE(1, **quick)).set_output(transform="pandas").fit_transform(X)
    assert codes.columns.tolist() == ["tabularvae0"]
    assert codes.index.equals(X.index)
