"""scikit-learn's contract of CVAE: whole where the condition is in X; where it is y, but for checks that give none."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from vaekit import CVAE, part

quick = {"max_epochs": 2, "random_state": 0}

IN_COLUMNS = [
    CVAE(1, condition=[-1], **quick),
    CVAE(1, condition=[0], condition_in=("encoder", "decoder", "prior"), **quick),
    CVAE(1, condition=[0], network=part("conditional-mlp", hidden=(8,)), **quick),
]

# They transform or score X without the condition that fit was given, which is then asked for in words.
WITHOUT_A_CONDITION = {
    "check_dict_unchanged",
    "check_dtype_object",
    "check_estimators_dtypes",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_fit_idempotent",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_transformer_data_not_an_array",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
}


@parametrize_with_checks(IN_COLUMNS)
def test_with_the_condition_in_x_every_check_passes(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_with_the_condition_as_y_only_checks_that_give_none_fail():
    found = check_estimator(CVAE(**quick), on_fail=None)
    failed = {row["check_name"]: str(row["exception"]) for row in found if row["status"] == "failed"}
    assert set(failed) <= WITHOUT_A_CONDITION, failed
    assert all("give c=" in said for said in failed.values()), failed
    # The version of scikit-learn decides which of these checks there are.
    assert set(failed) == WITHOUT_A_CONDITION & {row["check_name"] for row in found}


def test_names_of_codes_and_dtypes_are_as_of_a_vae():
    X = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    fitted = CVAE(condition=[2], **quick).fit(X)
    assert list(fitted.get_feature_names_out()) == ["cvae0", "cvae1"]
    assert fitted.transform(X).dtype == np.float32
    assert fitted.set_output(transform="pandas").fit_transform(X).columns.tolist() == ["cvae0", "cvae1"]
