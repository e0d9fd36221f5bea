"""scikit-learn's contract of estimators that read holes, with no expected failure."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaekit import VAE, VAEImputer, part

# scikit-learn's own checks fit with names and transform without, and the reverse.
pytestmark = pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")

quick = {"max_epochs": 2, "random_state": 0, "missing": "mask"}

ESTIMATORS = [
    VAE(**quick),
    VAE(likelihood="student-t", bound=part("iwae", samples=2), **quick),
    VAEImputer(VAE(1, **quick)),
]


@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "name",
    [
        "check_set_output_transform",
        "check_set_output_transform_pandas",
        "check_transformer_get_feature_names_out",
    ],
)
def test_the_imputer_gives_frames_when_it_is_asked_to(name):
    getattr(estimator_checks, name)("VAEImputer", VAEImputer(VAE(1, **quick)))


def test_the_tag_says_what_fit_takes():
    X = load_iris().data.copy()
    X[::3, 1] = np.nan
    for missing, takes in (("error", False), ("mask", True)):
        vae = VAE(max_epochs=1, missing=missing)
        assert vae.__sklearn_tags__().input_tags.allow_nan is takes
        if takes:
            assert np.isfinite(vae.fit(X).transform(X)).all()
        else:
            with pytest.raises(ValueError, match=r"contains NaN.*missing='mask'"):
                vae.fit(X)


def test_the_imputer_stands_before_a_classifier_and_is_searched_over():
    X, y = load_iris(return_X_y=True)
    X, y = X[::3], y[::3]
    X = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
    imputer = VAEImputer(VAE(1, missing="mask", max_epochs=30, random_state=0))
    steps = make_pipeline(imputer, StandardScaler(), LogisticRegression())
    search = GridSearchCV(steps, {"vaeimputer__estimator__latent_dim": [1, 2]}, cv=2).fit(X, y)
    assert search.best_score_ > 0.6  # most frequent class: 1/3
