"""Every measure gives records: a value, its standard error or the reason for none, how many rows, and what it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from linear_gaussian import LinearGaussian

from vaekit import VAE, measure, part
from vaekit.doctor import Verdict
from vaekit.measure import LogLikelihood, Measure, Reader

rng = np.random.default_rng(0)
A, B = rng.normal(size=(80, 3)), rng.normal(size=(90, 3))
FACTORS = rng.integers(3, size=(120, 2))
CODES = FACTORS @ rng.normal(size=(2, 3)) + 0.3 * rng.normal(size=(120, 3))
SPREAD = np.full((80, 3), 0.5)
KNOWN = LinearGaussian()
READER = Reader(KNOWN.model(1.4 * KNOWN.posterior_covariance), (5,), 0)

MEASURES = {
    "log_likelihood": lambda f: f(READER, KNOWN.x, 50),
    "ais": lambda f: f(READER, KNOWN.x[:3], temperatures=5, chains=4),
    "active_units": lambda f: f(A),
    "kl_per_unit": lambda f: f(A, SPREAD),
    "mutual_information": lambda f: f(A, SPREAD),
    "total_correlation": lambda f: f(A, SPREAD),
    **dict.fromkeys(
        ("mmd", "sliced_wasserstein", "frechet", "precision_recall", "density_coverage"), lambda f: f(A, B)
    ),
    "nearest_copies": lambda f: f(A[:20], B, A[20:]),
    **dict.fromkeys(
        ("mig", "sap", "dci", "factor_vae_score", "beta_vae_score", "irs", "modularity"),
        lambda f: f(CODES, FACTORS),
    ),
    "udr": lambda f: f([A, A @ np.diag([1, 2, -1]), A[:, ::-1]]),
}


def records(found):
    """Those in what a measure gives: one, or one for each of its parts."""
    if isinstance(found, Measure | LogLikelihood):
        return [found]
    return [each for each in found if isinstance(each, Measure)]


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_gives_records(name):
    found = records(MEASURES[name](getattr(measure, name)))
    assert found
    for each in found:
        assert math.isfinite(each.value)
        assert each.n > 0
        assert each.standard_error is None or each.standard_error >= 0
        assert each.standard_error is not None or each.reason
        assert len(each.name) > 3


def test_a_name_tells_variant_and_estimator():
    """Two ways to the same number do not go by one name."""
    one, other = (records(measure.sap(CODES, FACTORS, discrete=d))[0].name for d in (True, False))
    assert one != other
    assert (
        measure.dci(CODES, FACTORS, predictor="forest")[0].name
        != measure.dci(CODES, FACTORS, predictor="lasso")[0].name
    )
    few, many = (measure.log_likelihood(READER, KNOWN.x, draws) for draws in (50, 100))
    assert "importance sampling with 50 draws" in few.name and "100 draws" in many.name
    assert few.standard_error == few.sampling_error
    assert measure.log_likelihood(READER, KNOWN.x[:1], 50).standard_error > 0
    assert "'halves'" in measure.frechet(A, B, features=lambda X: X / 2, feature_name="halves").name


def test_diagnose_is_found_beside_them():
    X = rng.normal(size=(220, 4))
    vae = VAE(2, network=part("mlp", hidden=(4,)), max_epochs=1, random_state=0).fit(X)
    found = measure.diagnose(vae, X)
    assert found and all(isinstance(each, Verdict) for each in found)
    assert all(each.name and each.evidence and each.remedy for each in found)
