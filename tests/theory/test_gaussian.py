"""Normal densities and KL divergences, against scipy and by other routes."""

import math

import numpy as np
import pytest
from scipy.stats import expon, kstest, multivariate_normal, norm, t, uniform

from vaekit.errors import DataError, SpecError
from vaekit.theory import (
    Gaussian,
    density_erratum,
    gaussian_kl,
    gaussian_logpdf,
    grid_kl,
    monte_carlo_kl,
    printed_density,
)


def covariance(d, rng):
    root = rng.normal(size=(d, d))
    return root @ root.T + 0.3 * np.eye(d)


def spreads(d, rng):
    return [{"var": rng.uniform(0.3, 3, size=d)}, {"cov": covariance(d, rng)}]


def test_log_densities_are_those_of_scipy_in_every_form():
    rng = np.random.default_rng(0)
    x, mean = rng.normal(size=(7, 3)), rng.normal(size=3)
    std = rng.uniform(0.5, 2, size=3)
    np.testing.assert_allclose(gaussian_logpdf(x, mean, std=std), norm.logpdf(x, mean, std), rtol=1e-12)
    np.testing.assert_allclose(gaussian_logpdf(x, mean, var=std**2), norm.logpdf(x, mean, std), rtol=1e-12)
    cov = covariance(3, rng)
    np.testing.assert_allclose(
        gaussian_logpdf(x.reshape(7, 1, 3), mean, cov=cov)[:, 0],
        multivariate_normal(mean, cov).logpdf(x),
        rtol=1e-12,
    )
    assert gaussian_logpdf(0, 0, var=1) == pytest.approx(-0.5 * math.log(2 * math.pi))
    for number in (
        gaussian_logpdf(0, 0, var=1),
        gaussian_logpdf([0], [0], cov=[[1]]),
        Gaussian(0, std=1).logpdf(0),
    ):
        assert f"{number:.3f}" == "-0.919"


def test_far_tails_and_tiny_spreads_stay_finite():
    assert gaussian_logpdf(1e5, 0, std=1) == pytest.approx(-5e9, rel=1e-8)
    assert np.isfinite(gaussian_logpdf(0, 0, std=1e-200))


@pytest.mark.parametrize("sigma", [1e-6, 0.1, 9.0, 1e6])
def test_the_misprint_is_measured_at_any_scale(sigma):
    found = density_erratum(sigma)
    assert found.correct == pytest.approx(1, rel=1e-9)
    assert found.printed == pytest.approx(sigma**-0.25, rel=1e-9)


def test_the_misprint_is_the_density_at_sigma_one_only():
    y = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(printed_density(y, 0.5, 1), norm.pdf(y, 0.5), rtol=1e-14)
    assert np.abs(printed_density(y, 0.5, 2) - norm.pdf(y, 0.5, math.sqrt(2))).max() > 0.01


@pytest.mark.parametrize("d", [1, 2, 5])
def test_a_gaussian_has_the_density_and_the_draws_of_its_spread(d):
    rng = np.random.default_rng(d)
    for spread in spreads(d, rng):
        mean = rng.normal(size=d)
        cov = spread["cov"] if "cov" in spread else np.diag(spread["var"])
        ours, theirs = Gaussian(mean, **spread), multivariate_normal(mean, cov)
        x = rng.normal(size=(4, 6, d))
        np.testing.assert_allclose(ours.logpdf(x), theirs.logpdf(x).reshape(4, 6), rtol=1e-10)
        np.testing.assert_allclose(ours.var, np.diag(cov), rtol=1e-12)
        np.testing.assert_allclose(ours.root @ ours.root.T, cov, rtol=1e-12, atol=1e-12)
        draws = ours.rvs(20_000, random_state=rng)
        # The standard error of a covariance is at most sqrt(2 / n) of the variances' geometric mean.
        scale = np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
        assert (np.abs(np.cov(draws.T).reshape(d, d) - cov) < 5 * math.sqrt(2 / 20_000) * scale).all()
        assert (np.abs(draws.mean(0) - mean) < 5 * np.sqrt(np.diag(cov) / 20_000)).all()


def test_a_gaussian_over_numbers_draws_numbers():
    draws = Gaussian(2, std=3).rvs(5000, random_state=np.random.default_rng(0))
    assert draws.shape == (5000,)
    assert kstest(draws, norm(2, 3).cdf).pvalue > 1e-3
    assert Gaussian(2, std=3).logpdf(draws).shape == (5000,)


def full(gaussian):
    """The same distribution, given by its covariance."""
    return Gaussian(np.atleast_1d(gaussian.mean), cov=gaussian.root @ gaussian.root.T)


@pytest.mark.parametrize("d", [1, 3, 6])
def test_independent_values_have_one_kl_whichever_way_they_are_given(d):
    rng = np.random.default_rng(d)
    p, q = (Gaussian(rng.normal(size=d), var=rng.uniform(0.3, 3, size=d)) for _ in range(2))
    wanted = gaussian_kl(p, q)
    for pair in [(full(p), q), (p, full(q)), (full(p), full(q))]:
        assert gaussian_kl(*pair) == pytest.approx(wanted, rel=1e-10)
    each = sum(
        gaussian_kl(Gaussian(a, var=b), Gaussian(m, var=v))
        for a, b, m, v in zip(p.mean, p.var, q.mean, q.var, strict=True)
    )
    assert each == pytest.approx(wanted, rel=1e-10)


def test_kl_does_not_depend_on_the_coordinates():
    rng = np.random.default_rng(3)
    p, q = (Gaussian(rng.normal(size=4), cov=covariance(4, rng)) for _ in range(2))
    A = rng.normal(size=(4, 4))

    def moved(g):
        return Gaussian(A @ g.mean, cov=(A @ g.root) @ (A @ g.root).T)

    assert gaussian_kl(moved(p), moved(q)) == pytest.approx(gaussian_kl(p, q), rel=1e-8)
    assert gaussian_kl(p, p) == pytest.approx(0, abs=1e-12)
    assert gaussian_kl(p, q, base=2) == pytest.approx(gaussian_kl(p, q) / math.log(2), rel=1e-14)


def test_the_grid_gives_the_closed_form_in_one_and_two_dimensions():
    line = np.linspace(-15, 15, 4001)
    p, q = Gaussian(1, var=0.5), Gaussian(-0.5, var=2)
    assert grid_kl(p, q, line) == pytest.approx(gaussian_kl(p, q), rel=1e-9)
    assert grid_kl(p, q, line, base=2) == pytest.approx(gaussian_kl(p, q, base=2), rel=1e-9)
    rng = np.random.default_rng(0)
    axis = np.linspace(-14, 14, 401)
    p, q = (Gaussian(rng.normal(size=2), cov=covariance(2, rng)) for _ in range(2))
    assert grid_kl(p, q, axis, axis) == pytest.approx(gaussian_kl(p, q), rel=1e-6)


def test_grid_and_draws_agree_for_densities_without_a_closed_form():
    p, q = t(5), norm(0, 1.5)
    found = monte_carlo_kl(p, q, rng=np.random.default_rng(0), n_samples=50_000)
    assert abs(found.value - grid_kl(p, q, np.linspace(-500, 500, 200_001))) < 4 * found.standard_error
    assert found.n_samples == 50_000


def test_a_q_that_misses_what_p_has_is_infinitely_far_and_not_nan():
    p, q = norm(0, 1), expon()
    found = monte_carlo_kl(p, q, rng=np.random.default_rng(0), n_samples=100)
    assert (found.value, found.standard_error) == (math.inf, 0)
    line = np.linspace(-12, 60, 20_001)
    assert grid_kl(p, q, line) == math.inf
    assert math.isfinite(grid_kl(expon(), p, np.linspace(0, 60, 60_001)))
    inside, around = uniform(0, 1), uniform(-1, 4)
    # A jump adds up to half a step, 5e-5, at either end.
    assert grid_kl(inside, around, np.linspace(-2, 4, 60_001)) == pytest.approx(math.log(4), rel=1.1e-4)


def test_the_monte_carlo_error_halves_with_four_times_the_draws():
    p, q = Gaussian(0, var=1), Gaussian(1, var=3)
    few, many = (
        monte_carlo_kl(p, q, rng=np.random.default_rng(0), n_samples=n).standard_error
        for n in (20_000, 80_000)
    )
    assert few / many == pytest.approx(2, rel=0.1)
    bits, nats = (
        monte_carlo_kl(p, q, rng=np.random.default_rng(0), n_samples=100, base=base) for base in (2, math.e)
    )
    assert bits.value / nats.value == pytest.approx(1 / math.log(2))
    assert bits.standard_error / nats.standard_error == pytest.approx(1 / math.log(2))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gaussian_logpdf(0, 0), SpecError, "exactly one of var=, std=, cov=; given: none"),
        (lambda: gaussian_logpdf(0, 0, var=1, std=1), SpecError, "given: var, std"),
        (lambda: gaussian_logpdf(0, 0, var=0), DataError, "var has values from 0 to 0"),
        (lambda: gaussian_logpdf(0, 0, std=[1, -2]), DataError, "std has values from -2 to 1"),
        (lambda: gaussian_logpdf([0, 0], 0, cov=[[1, 2], [3, 4]]), DataError, "cov is not symmetric"),
        (lambda: gaussian_logpdf([0, 0], 0, cov=[[1, 1], [1, 1]]), DataError, "cov is singular"),
        (lambda: gaussian_logpdf([0, 0], 0, cov=[1, 1]), DataError, r"cov has shape \(2,\)"),
        (lambda: gaussian_logpdf([0, 0, 0], 0, cov=np.eye(2)), DataError, r"it is \(..., 2\)"),
        (lambda: Gaussian([0, 0], var=[1, 1, 1]), DataError, "does not fit a mean"),
        (lambda: Gaussian([0, 0], cov=np.eye(3)), DataError, "does not fit a mean"),
        (lambda: Gaussian(np.zeros((2, 2)), var=1), DataError, "a number or a list"),
        (lambda: gaussian_kl(Gaussian(0, var=1), Gaussian([0, 0], var=1)), DataError, "over one space"),
        (lambda: gaussian_kl(Gaussian(0, var=1), Gaussian(0, var=1), 1), SpecError, "above 1"),
        (lambda: printed_density(0, 0, -1), DataError, "sigma has values"),
        (lambda: density_erratum(-1), DataError, "sigma has values"),
        (lambda: grid_kl(norm(), norm()), DataError, "no axes were given"),
        (lambda: grid_kl(norm(), norm(), [0, 1]), DataError, "p integrates to 0.32"),
        (lambda: grid_kl(norm(), norm(), [0, 1], [0, 1]), DataError, "one axis for each value"),
        (lambda: grid_kl(norm(), norm(), [1, 0]), DataError, "axis 1 .* each larger"),
        (lambda: monte_carlo_kl(norm(), norm(), rng=np.random.default_rng(), n_samples=1), DataError, "2 draws"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()
