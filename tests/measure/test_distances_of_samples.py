"""Distances between two samples, where those between their laws are known."""

import numpy as np
import pytest
from coverage import coverage, holds
from scipy.integrate import quad
from scipy.linalg import sqrtm
from scipy.stats import norm, wasserstein_distance

from vaekit.errors import DataError
from vaekit.measure.discrepancy import mmd
from vaekit.measure.frechet_distance import frechet
from vaekit.measure.sliced import sliced_wasserstein

SHIFT = 0.8
SPREAD = 1.5


def numbers(n, m, seed, shift=SHIFT, spread=SPREAD):
    """A ~ N(shift, spread^2) and B ~ N(0, 1), one value each."""
    rng = np.random.default_rng(seed)
    return shift + spread * rng.normal(size=(n, 1)), rng.normal(size=(m, 1))


def squared_mmd(shift, spread, scale=2.0):
    """By one-dimensional integrals: the difference of two normal values is normal."""

    def kernel(r):
        return sum(scale * w / (scale * w + r**2) for w in (0.1, 0.2, 0.5, 1, 2, 5, 10))

    def expected(mean, sd):
        return quad(lambda r: kernel(r) * norm.pdf(r, mean, sd), mean - 12 * sd, mean + 12 * sd, limit=200)[0]

    root2 = np.sqrt(2)
    return expected(0, root2 * spread) + expected(0, root2) - 2 * expected(shift, np.sqrt(1 + spread**2))


W2 = SHIFT**2 + (SPREAD - 1) ** 2  # of two normal laws on a line, for transport and Frechet alike

KNOWN = [
    pytest.param(lambda A, B, seed: mmd(A, B, scale=2.0, rng=seed), squared_mmd(SHIFT, SPREAD), id="mmd"),
    pytest.param(lambda A, B, seed: sliced_wasserstein(A, B, projections=1, rng=seed), W2, id="sliced"),
    pytest.param(lambda A, B, seed: frechet(A, B, rng=seed), W2, id="frechet"),
]


@pytest.mark.parametrize(("measure", "truth"), KNOWN)
def test_a_distance_is_that_of_the_laws_within_its_error(measure, truth):
    found = measure(*numbers(1900, 1600, 0), 0)
    assert holds(found, truth)
    assert found.standard_error < 0.2 * truth
    assert found.n == 1600


@pytest.mark.parametrize(
    ("measure", "truth"), [pytest.param(*KNOWN[0].values, id="mmd", marks=pytest.mark.slow), *KNOWN[1:]]
)
def test_its_interval_covers_that_of_the_laws_as_often_as_it_says(measure, truth):
    """400 repeats: the share has a standard error of 1.1 %; squared distances of few rows are skewed."""
    assert 0.92 <= coverage(lambda seed: measure(*numbers(400, 440, seed), seed), truth) <= 0.98


@pytest.mark.parametrize(("measure", "truth"), KNOWN)
def test_two_samples_of_one_law_are_not_told_from_zero(measure, truth):
    """Unbiased: the mean of 60 repeats is within 4 of its standard errors of 0; and no interval is claimed there."""
    found = [measure(*numbers(200, 150, seed, 0, 1), seed) for seed in range(60)]
    values = np.array([one.value for one in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(60)
    assert min(values) < 0
    claimed = sum(one.interval is not None for one in found)
    assert claimed <= 6  # far from 0 by two errors: a few in a hundred


def gaussians(n, seed=0):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 4)) / 2
    mean = np.array([0.5, 0, -0.3, 0.2])
    A = mean + rng.normal(size=(n, 4)) @ root
    B = rng.normal(size=(n, 4))
    between = np.trace(root.T @ root + np.eye(4) - 2 * sqrtm(root.T @ root).real)
    return A, B, mean @ mean + between


def test_frechet_of_gaussians_is_the_closed_form():
    A, B, truth = gaussians(8000)
    assert holds(frechet(A, B), truth)


def test_frechet_of_these_rows_agrees_with_scipy():
    A, B, _ = gaussians(300)
    by_scipy = ((A.mean(0) - B.mean(0)) ** 2).sum() + np.trace(
        np.cov(A.T) + np.cov(B.T) - 2 * sqrtm(np.cov(A.T) @ np.cov(B.T)).real
    )
    found = frechet(A, B, extrapolate=False)
    assert found.value == pytest.approx(by_scipy, rel=1e-9)
    assert found.interval is None


def test_extrapolation_takes_off_what_few_rows_add():
    """Between samples of one law the plain distance is above 0 by its bias; 40 repeats, 4 standard errors."""
    plain, extrapolated = np.array(
        [
            [frechet(*gaussians(120, seed)[1:2] * 2, rng=seed, extrapolate=e).value for e in (False, True)]
            for seed in range(3)
        ]
    ).T
    assert (plain < 1e-9).all()  # a sample and itself
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=(120, 6)), rng.normal(size=(120, 6))) for _ in range(40)]
    plain = np.array([frechet(A, B, extrapolate=False).value for A, B in pairs])
    extrapolated = np.array([frechet(A, B).value for A, B in pairs])
    assert plain.mean() > 20 * plain.std() / np.sqrt(40)
    assert abs(extrapolated.mean()) < 4 * extrapolated.std() / np.sqrt(40) + 0.05 * plain.mean()


def test_features_have_a_name_and_stand_in_the_record():
    A, B, _ = gaussians(300)
    with pytest.raises(DataError, match="feature_name"):
        frechet(A, B, features=lambda X: X[:, :2])
    found = frechet(A, B, features=lambda X: X[:, :2], feature_name="first two")
    assert "'first two' (2)" in found.name
    assert found.value == pytest.approx(frechet(A[:, :2], B[:, :2]).value, rel=1e-12)


def test_sliced_wasserstein_of_shifted_normals_is_the_squared_shift_over_the_values():
    rng = np.random.default_rng(0)
    shift = np.array([1.0, -0.5, 0.25, 0, 0])
    found = sliced_wasserstein(rng.normal(size=(3000, 5)) + shift, rng.normal(size=(3000, 5)))
    # Directions add an error of their own: (shift . u)^2 has a spread of about sqrt(2) times its mean.
    error = np.hypot(found.standard_error, np.sqrt(2 / 200) * (shift @ shift) / 5)
    assert found.value == pytest.approx(shift @ shift / 5, abs=4 * error)


def test_transport_along_a_line_agrees_with_scipy_and_a_dense_grid_of_quantiles():
    from vaekit.measure.sliced import _squared

    rng = np.random.default_rng(0)
    a, b = np.sort(rng.normal(size=(2, 7))), np.sort(rng.normal(size=(2, 5)) + 1)
    at = (np.arange(70_000) + 0.5) / 70_000
    by_grid = np.mean(
        [(x[(at * 7).astype(int)] - y[(at * 5).astype(int)]) ** 2 for x, y in zip(a, b, strict=True)]
    )
    assert _squared(a, b) == pytest.approx(by_grid, rel=1e-12)
    apart = np.sort(a) + 100  # no quantiles cross: then W1 is the distance of the means
    w1 = wasserstein_distance(apart[0], b[0])
    assert _squared(apart[:1], b[:1]) == pytest.approx(w1**2, rel=0.01)


class Mixture:
    """Two normal components in the plane, N(+-at, spread^2 I) with weights 1/3 and 2/3."""

    weights = np.array([1 / 3, 2 / 3])

    def __init__(self, at, spread):
        self.means, self.spread = np.array([at, [-v for v in at]]), spread

    def draw(self, n, rng):
        return self.means[rng.choice(2, n, p=self.weights)] + self.spread * rng.normal(size=(n, 2))

    def moments(self):
        mean = self.weights @ self.means
        away = self.means - mean
        return mean, self.spread**2 * np.eye(2) + away.T @ (self.weights[:, None] * away)

    def quantiles(self, direction, at):
        """By the distribution function along a direction, on a fine grid."""
        places = np.linspace(-12, 12, 40_001)
        along = self.means @ direction
        return np.interp(at, self.weights @ norm.cdf((places - along[:, None]) / self.spread), places)


ONE, OTHER = Mixture((1.5, 0.5), 0.6), Mixture((1.0, -1.0), 0.9)


def mixed(n, seed=0):
    rng = np.random.default_rng(seed)
    return ONE.draw(n, rng), OTHER.draw(n, rng)


def test_mmd_of_mixtures_in_the_plane_is_known():
    """s / (s + r^2) = int s exp(-s t) exp(-t r^2) dt, and exp(-t r^2) of a normal difference has a closed form."""

    def kernel(p, q, s):
        variance = p.spread**2 + q.spread**2
        squares = ((p.means[:, None] - q.means[None]) ** 2).sum(-1)
        weights = np.outer(p.weights, q.weights)

        def at(t):
            return (weights * np.exp(-t * squares / (1 + 2 * t * variance))).sum() / (1 + 2 * t * variance)

        return quad(lambda t: s * np.exp(-s * t) * at(t), 0, np.inf)[0]

    truth = sum(
        kernel(ONE, ONE, 4 * w) + kernel(OTHER, OTHER, 4 * w) - 2 * kernel(ONE, OTHER, 4 * w)
        for w in (0.1, 0.2, 0.5, 1, 2, 5, 10)
    )
    assert holds(mmd(*mixed(1500), scale=4.0), truth)


def test_frechet_of_mixtures_is_that_of_their_moments():
    (mean_a, cov_a), (mean_b, cov_b) = ONE.moments(), OTHER.moments()
    truth = ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real)
    assert holds(frechet(*mixed(4000)), truth)


def test_sliced_wasserstein_of_mixtures_is_that_of_their_quantiles():
    """Averaged over 180 even directions; ours are random, so their spread adds to the error."""
    at = (np.arange(4000) + 0.5) / 4000
    turns = np.pi * (np.arange(180) + 0.5) / 180
    each = [
        ((ONE.quantiles(d, at) - OTHER.quantiles(d, at)) ** 2).mean()
        for d in np.stack([np.cos(turns), np.sin(turns)], 1)
    ]
    found = sliced_wasserstein(*mixed(3000), projections=400)
    error = np.hypot(found.standard_error, np.std(each) / 20)
    assert found.value == pytest.approx(np.mean(each), abs=4 * error)


def test_images_are_compared_as_rows_of_values():
    rng = np.random.default_rng(0)
    A, B = rng.random((90, 1, 3, 3)), rng.random((80, 1, 3, 3))
    flat = A.reshape(90, 9), B.reshape(80, 9)
    for measure in (mmd, sliced_wasserstein, frechet):
        assert measure(A, B).value == measure(*flat).value


def test_many_rows_are_read_in_parts_that_agree():
    A, B = numbers(2600, 2100, 3)
    assert holds(mmd(A, B, scale=2.0), squared_mmd(SHIFT, SPREAD))


@pytest.mark.parametrize("measure", [mmd, sliced_wasserstein, frechet], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("A", "B", "words"),
    [
        (np.zeros((99, 2)), np.zeros((99, 3)), "one space"),
        (np.zeros((1, 2)), np.zeros((99, 2)), "or more of each"),
        (np.full((99, 2), np.inf), np.zeros((99, 2)), "not finite"),
    ],
    ids=["other space", "one row", "infinite"],
)
def test_samples_that_cannot_be_compared_are_refused_in_words(measure, A, B, words):
    with pytest.raises(DataError, match=words):
        measure(A, B)


def test_more_features_than_rows_are_refused():
    with pytest.raises(DataError, match="fewer features"):
        frechet(np.random.default_rng(0).normal(size=(60, 80)), np.zeros((60, 80)))
