"""scikit-learn's contract, with no expected failure: the checks that it calls and those that it does not."""

import pickle
from functools import partial

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaekit import AE, VAE, part
from vaekit.errors import SpecError

# scikit-learn's own checks fit with names and transform without, and the reverse.
pytestmark = pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")

quick = {"max_epochs": 2, "random_state": 0}

ESTIMATORS = [
    VAE(**quick),
    AE(**quick),
    VAE(likelihood=part("gaussian", scale="per-feature"), prior=part("mixture", components=3), **quick),
    VAE(likelihood="student-t", posterior="full-normal", bound=part("iwae", samples=2), **quick),
    VAE(posterior="inverse-autoregressive", **quick),
    VAE(posterior="hamiltonian", **quick),
    VAE(likelihood="laplace", prior="vamp", **quick),
    VAE.from_recipe("aae", **quick),
    VAE(penalties=("mmd",), bound=part("elbo", free_nats=0.1), **quick),
]

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
    check(estimator)


@pytest.mark.parametrize("name", NOT_CALLED)
@pytest.mark.parametrize("estimator", [VAE(**quick), AE(**quick)], ids=["VAE", "AE"])
def test_the_checks_that_scikit_learn_does_not_call_pass(estimator, name):
    getattr(estimator_checks, name)(type(estimator).__name__, clone(estimator))


def test_grid_search_reaches_the_options_of_a_part():
    X = load_iris().data
    grid = {"prior__components": [2, 3], "latent_dim": [1, 2]}
    search = GridSearchCV(VAE(prior=part("mixture"), **quick), grid, cv=2).fit(X)
    assert search.best_estimator_.prior.options["components"] in (2, 3)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_an_option_of_a_place_that_is_a_name_says_the_cure():
    with pytest.raises(SpecError, match=r"prior=part\('mixture'\)"):
        VAE(prior="mixture").set_params(prior__components=3)
    both = VAE().set_params(prior=part("mixture"), prior__components=3)
    assert both.prior == part("mixture", components=3)


def test_clone_copies_parts_and_leaves_the_original_alone():
    vae = VAE(prior=part("mixture", components=4))
    other = clone(vae).set_params(prior__components=9)
    assert vae.prior.options["components"] == 4
    assert other.prior.options["components"] == 9


def test_it_works_in_a_pipeline_and_in_cross_validation():
    X = load_iris().data
    pipeline = make_pipeline(StandardScaler(), VAE(**quick))
    assert pipeline.fit_transform(X).shape == (150, 2)
    assert cross_val_score(pipeline, X, cv=3).shape == (3,)


@pytest.mark.parametrize("estimator", [VAE(**quick), AE(**quick), VAE(prior="vamp", **quick)], ids=repr)
def test_pickle_and_joblib_give_the_same_estimator(estimator, tmp_path):
    X = load_iris().data
    fitted = clone(estimator).fit(X)
    joblib.dump(fitted, tmp_path / "model")
    for again in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "model")):
        np.testing.assert_array_equal(again.transform(X), fitted.transform(X))


def test_fitting_in_several_threads_gives_what_one_thread_gives():
    X = load_iris().data
    alone = VAE(**quick).fit(X).transform(X)
    together = joblib.Parallel(n_jobs=2, backend="threading")(
        joblib.delayed(partial(_fitted_codes, X))(seed) for seed in (0, 0)
    )
    for codes in together:
        np.testing.assert_array_equal(codes, alone)


def _fitted_codes(X, seed):
    return VAE(max_epochs=2, random_state=seed).fit(X).transform(X)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("sample", (3,)), ("score_samples", (np.ones((3, 4)),)), ("inverse_transform", (np.ones((3, 2)),)),
     ("reconstruct", (np.ones((3, 4)),)), ("log_likelihood", (np.ones((3, 4)),))],
)  # fmt: skip
def test_methods_that_scikit_learn_does_not_check_refuse_an_unfitted_model(method, arguments):
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        getattr(VAE(), method)(*arguments)
