"""Laws of every likelihood: a new part is one row of PARTS (and of SCIPY, where scipy knows it).

K draws, B examples, L latent values. Each answer is computed another way: by scipy, by a sum over all
values, by quadrature, by finite differences or from draws within 5 standard errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import integrate, special, stats
from torch import Tensor, nn

from vaekit.distributions.bernoulli import Bernoulli
from vaekit.distributions.beta import Beta
from vaekit.distributions.continuous_bernoulli import LogNormaliser, mean_of
from vaekit.distributions.gamma import log_gamma_remainder
from vaekit.distributions.negative_binomial import NegativeBinomial
from vaekit.distributions.normal import DiagonalNormal, FullNormal
from vaekit.distributions.point import PointMass
from vaekit.distributions.student_t import log_gamma_half_step
from vaekit.errors import DataError, NetworkError, SpecError
from vaekit.likelihoods import DecodedLikelihood, OwnLikelihood
from vaekit.nn import MLP
from vaekit.nn.initialise import initialise
from vaekit.spec import Part, Sizes, build, lookup, names, part

L = 2
LEVELS = 15
CATEGORIES = 4

PARTS: dict[str, Part] = {
    "bernoulli": part("bernoulli"),
    "continuous-bernoulli": part("continuous-bernoulli"),
    "gaussian": part("gaussian"),
    "gaussian fixed": part("gaussian", scale=2.5),
    "gaussian per-feature": part("gaussian", scale="per-feature"),
    "gaussian network": part("gaussian", scale="network"),
    "laplace": part("laplace"),
    "laplace fixed": part("laplace", scale=0.5),
    "laplace per-feature": part("laplace", scale="per-feature"),
    "laplace network": part("laplace", scale="network"),
    "student-t": part("student-t"),
    "student-t fixed": part("student-t", scale=0.5, degrees=4),
    "student-t per-feature": part("student-t", scale="per-feature", degrees=30.0),
    "student-t network": part("student-t", scale="network"),
    "categorical": part("categorical", categories=CATEGORIES),
    "ordinal": part("ordinal", categories=CATEGORIES),
    "poisson": part("poisson"),
    "negative-binomial": part("negative-binomial"),
    "negative-binomial fixed": part("negative-binomial", dispersion=0.5),
    "negative-binomial learned": part("negative-binomial", dispersion="learned"),
    "negative-binomial network": part("negative-binomial", dispersion="network"),
    "zero-inflated-poisson": part("zero-inflated-poisson"),
    "zero-inflated-negative-binomial": part("zero-inflated-negative-binomial", dispersion=0.5),
    "zero-inflated-negative-binomial network": part("zero-inflated-negative-binomial", dispersion="network"),
    "discretised-logistic": part("discretised-logistic", levels=LEVELS),
    "log-normal": part("log-normal", scale=0.4),
    "log-normal learned": part("log-normal"),
    "log-normal network": part("log-normal", scale="network"),
    "beta": part("beta", scale=0.3),
    "beta narrow": part("beta", scale=0.02),
    "logistic": part("logistic"),
    "logistic network": part("logistic", scale="network"),
    "heaped": part("heaped", heaps=2, normals=3),
}

# All values of x, for those that have finitely many (or, of counts, so many that the rest is below 1e-12).
ALL_VALUES = {
    "bernoulli": np.arange(2.0),
    "categorical": np.arange(float(CATEGORIES)),
    "ordinal": np.arange(float(CATEGORIES)),
    "poisson": np.arange(100.0),
    "negative-binomial": np.arange(400.0),
    "zero-inflated-poisson": np.arange(100.0),
    "zero-inflated-negative-binomial": np.arange(400.0),
    "discretised-logistic": np.arange(LEVELS + 1.0),
}

# Where the densities live that do not live on all numbers.
ENDS = dict.fromkeys(("continuous-bernoulli", "beta", "logistic"), (0.0, 1.0)) | {"log-normal": (0.0, np.inf)}

every_part = pytest.mark.parametrize("row", PARTS)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(
    given: Part,
    event: tuple[int, ...] = (2, 3, 2),
    hidden: tuple[int, ...] = (),
    condition_dim: int = 0,
    dtype: torch.dtype = torch.float64,
    **facts: Any,
) -> DecodedLikelihood:
    """The likelihood with a small decoder; parameters of its own are moved away from where they start."""
    sizes = Sizes(event, L, condition_dim, {"spread": torch.full(event, 3.0)} | facts)
    made: DecodedLikelihood = build("likelihood", given, sizes, MLP(sizes, hidden=hidden))
    initialise(made, generator())
    for name, values in made.named_parameters():
        if not name.startswith("decoder"):
            values.data.normal_(generator=generator(1))
    return made.to(dtype)


def codes(*shape: int, seed: int = 2, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=generator(seed), dtype=dtype)


def numbers_of(likelihood: DecodedLikelihood, z: Tensor) -> np.ndarray:
    """What the decoder gives, (K, B, P, *event), by the weights of its one linear layer."""
    weight, bias = (values.detach().numpy() for values in likelihood.decoder.last.parameters())
    return (z.numpy() @ weight.T + bias).reshape(*z.shape[:2], *likelihood.decoder.out_shape)


# --- the density ---------------------------------------------------------------------------------------


def logistic_bins(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    centre, scale = (n[:, :, 0] + 1) * LEVELS / 2, p_x.scale
    above = np.where(x == LEVELS, np.inf, x + 0.5)
    below = np.where(x == 0, -np.inf, x - 0.5)
    return np.log(stats.logistic.cdf(above, centre, scale) - stats.logistic.cdf(below, centre, scale))


def integrated(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    """exp(logits * x) over its integral on [0, 1], by quadrature."""
    mass = np.vectorize(lambda logit: integrate.quad(lambda t: np.exp(logit * t), 0, 1)[0])
    return n[:, :, 0] * x - np.log(mass(n[:, :, 0]))


def negative_binomial(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    r = 1 / p_x.dispersion.numpy()
    return stats.nbinom.logpmf(x, r, r / (r + np.exp(n[:, :, 0])))


def with_more_zeros(base: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    def log_prob(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
        share = special.expit(n[:, :, -1])
        return np.log(share * (x == 0) + (1 - share) * np.exp(base(n, p_x.base, x)))

    return log_prob


def between_thresholds(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    t = p_x.thresholds.numpy()
    edges = np.concatenate([np.full_like(t[:1], -np.inf), t, np.full_like(t[:1], np.inf)])
    k = x.astype(int)[:, None]
    above, below = (
        np.take_along_axis(np.broadcast_to(edges, (len(x), *edges.shape)), k + i, 1)[:, 0] for i in (1, 0)
    )
    return np.log(special.expit(above - n[:, :, 0]) - special.expit(below - n[:, :, 0]))


def beta(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    strength = 1 / p_x.scale.numpy() ** 2
    a, b = (0.001 + special.expit(sign * n[:, :, 0]) * strength for sign in (1, -1))
    return stats.beta.logpdf(x, a, b)


def cut_logistic(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    found = stats.logistic(n[:, :, 0] + 0.5, p_x.scale)
    return np.where(x <= 0, found.logcdf(0), np.where(x >= 1, found.logsf(1), found.logpdf(x)))


def heaped(n: np.ndarray, p_x: Any, x: np.ndarray) -> np.ndarray:
    """Without heaps, since no examples are given: a mixture of normals."""
    normals = p_x.normals
    each = stats.norm.logpdf(x[:, None], normals.centre.numpy(), normals.scale.numpy())
    shares = special.log_softmax(p_x.logits.numpy()[:, :, len(p_x.heaps) :], axis=2)
    return special.logsumexp(shares + each, axis=2)


SCIPY: dict[str, Callable[[np.ndarray, Any, np.ndarray], np.ndarray]] = {
    "bernoulli": lambda n, p_x, x: stats.bernoulli.logpmf(x, special.expit(n[:, :, 0])),
    "continuous-bernoulli": integrated,
    "gaussian": lambda n, p_x, x: stats.norm.logpdf(x, n[:, :, 0], p_x.scale),
    "laplace": lambda n, p_x, x: stats.laplace.logpdf(x, n[:, :, 0], p_x.scale),
    "student-t": lambda n, p_x, x: stats.t.logpdf(x, p_x.degrees, n[:, :, 0], p_x.scale),
    "categorical": lambda n, p_x, x: stats.multinomial.logpmf(
        np.eye(CATEGORIES)[x.astype(int)], 1, special.softmax(np.moveaxis(n, 2, -1), -1)
    ),
    "poisson": lambda n, p_x, x: stats.poisson.logpmf(x, np.exp(n[:, :, 0])),
    "negative-binomial": negative_binomial,
    "zero-inflated-poisson": with_more_zeros(lambda n, p_x, x: stats.poisson.logpmf(x, np.exp(n[:, :, 0]))),
    "zero-inflated-negative-binomial": with_more_zeros(negative_binomial),
    "ordinal": between_thresholds,
    "log-normal": lambda n, p_x, x: stats.lognorm.logpdf(x, p_x.scale, scale=np.exp(n[:, :, 0])),
    "beta": beta,
    "logistic": cut_logistic,
    "heaped": heaped,
    "discretised-logistic": logistic_bins,
}


@every_part
def test_scipy_agrees_on_the_log_probability_of_every_value(row: str) -> None:
    likelihood = make(PARTS[row])
    z = codes(3, 5, L)
    with torch.no_grad():
        p_x = likelihood(z)
        x = p_x.sample(generator())[0]
        each = p_x.value_log_prob(x).numpy()
        total = p_x.log_prob(x).numpy()
    expected = SCIPY[likelihood.name](numbers_of(likelihood, z), p_x, x.numpy())
    np.testing.assert_allclose(each, expected, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(total, expected.sum((2, 3, 4)), rtol=1e-8, atol=1e-7)


def expectation(likelihood: DecodedLikelihood, z: Tensor, f: Callable[[Any, Any], Any]) -> float:
    """The sum or integral of p(x) f(x, log p(x)) over all x, for one code z (1, 1, L) and one value."""
    name, p_x = likelihood.name, likelihood(z)
    if name in ALL_VALUES:
        every = torch.as_tensor(ALL_VALUES[name]).unsqueeze(1)
        log_probs = likelihood(z.expand(1, len(every), L)).log_prob(every)[0].numpy()
        return float((np.exp(log_probs) * f(ALL_VALUES[name], log_probs)).sum())

    def term(x: float) -> float:
        log_prob = float(p_x.log_prob(torch.full((1, 1), float(x), dtype=torch.float64)))
        return float(np.exp(log_prob)) * f(x, log_prob)

    centre = float(p_x.mean)
    low, high = ENDS.get(name, (-np.inf, np.inf))
    on_ends = term(0.0) + term(1.0) if name == "logistic" else 0.0  # where it has probabilities
    # Split at the centre, where some densities have a kink.
    return on_ends + sum(
        integrate.quad(term, *ends, epsabs=1e-9)[0] for ends in ((low, centre), (centre, high))
    )


@every_part
@torch.no_grad()
def test_probabilities_of_all_values_add_up_to_one(row: str) -> None:
    likelihood = make(PARTS[row], event=(1,))
    total = expectation(likelihood, codes(1, 1, L), lambda x, log_prob: 1.0)
    assert total == pytest.approx(1, abs=1e-7)


@every_part
@torch.no_grad()
def test_the_mean_is_that_of_the_density_and_draws_follow_it(row: str) -> None:
    likelihood = make(PARTS[row], event=(1,))
    z = codes(1, 1, L)
    p_x = likelihood(z)
    mean = expectation(likelihood, z, lambda x, log_prob: x)
    assert float(p_x.mean) == pytest.approx(mean, abs=1e-6)

    n = 20_000
    many = likelihood(z.expand(1, n, L))
    x = many.sample(generator(3))[0].double()
    for drawn, expected in (
        (x[:, 0], mean),
        (many.log_prob(x)[0], expectation(likelihood, z, lambda x, log_prob: log_prob)),
    ):
        standard_error = float(drawn.std()) / n**0.5
        assert float(drawn.mean()) == pytest.approx(expected, abs=5 * standard_error)


@every_part
@torch.no_grad()
def test_draws_lie_in_the_domain(row: str) -> None:
    likelihood = make(PARTS[row], dtype=torch.float32)
    likelihood.check(likelihood(codes(4, 50, L, dtype=torch.float32)).sample(generator()).numpy())
    extreme = 1e4 * torch.randn(2, 50, likelihood.numbers, 2, 3, 2, generator=generator()).sign()
    likelihood.check(likelihood.distribution(extreme).sample(generator()).numpy())


@every_part
@torch.no_grad()
def test_one_seed_gives_the_same_draws(row: str) -> None:
    p_x = make(PARTS[row])(codes(2, 50, L))
    assert torch.equal(p_x.sample(generator(5)), p_x.sample(generator(5)))
    assert not torch.equal(p_x.sample(generator(5)), p_x.sample(generator(6)))


# --- gradients -----------------------------------------------------------------------------------------


@every_part
def test_gradients_agree_with_finite_differences(row: str) -> None:
    likelihood = make(PARTS[row], event=(2,))
    z = codes(1, 2, L).requires_grad_()
    x = likelihood(z).sample(generator())[0].detach()
    names_of, values = zip(*likelihood.named_parameters(), strict=True)

    def log_prob(z: Tensor, *values: Tensor) -> Tensor:
        p_x = torch.func.functional_call(likelihood, dict(zip(names_of, values, strict=True)), (z,))
        return p_x.log_prob(x)

    assert torch.autograd.gradcheck(log_prob, (z, *values))
    # A Hamiltonian posterior is trained through the gradient of log p(x | z).
    assert torch.autograd.gradgradcheck(lambda z: likelihood(z).log_prob(x), (z,))


@every_part
@pytest.mark.parametrize("size", [0.0, 1e-4, 1e4])
def test_values_and_gradients_stay_finite_in_float32(row: str, size: float) -> None:
    likelihood = make(PARTS[row], event=(40,), dtype=torch.float32)
    given = size * torch.randn(1, 30, likelihood.numbers, 40, generator=generator()).sign()
    given.requires_grad_()
    x = likelihood.distribution(codes(1, 30, likelihood.numbers, 40, dtype=torch.float32)).sample(
        generator()
    )[0]
    log_prob = likelihood.distribution(given).log_prob(x)
    log_prob.sum().backward()
    assert log_prob.isfinite().all()
    assert given.grad is not None
    assert given.grad.isfinite().all()
    own = [values for name, values in likelihood.named_parameters() if not name.startswith("decoder")]
    assert all(values.grad.isfinite().all() for values in own)


@pytest.mark.parametrize("event", [(1,), (3, 37), (112,), (113,), (3, 32, 32)])
@pytest.mark.parametrize("wide", [0.1, 5.0, 80.0])
def test_a_bernoulli_is_the_same_with_and_without_a_gradient(event: tuple[int, ...], wide: float) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = wide * torch.randn(2, 3, *event, generator=generator, dtype=torch.float64)
    x = torch.rand(3, *event, generator=generator, dtype=torch.float64)
    for values in (x, x.round()):
        odds, value = logits.numpy(), values.numpy()
        each = torch.from_numpy(special.log_expit(odds) * value + special.log_expit(-odds) * (1 - value))
        expected = each.flatten(2).sum(2)
        for dtype, digits in ((torch.float64, 1e-13), (torch.float32, 2e-6)):
            given = values.to(dtype)
            for learns in (True, False):
                with torch.set_grad_enabled(learns):
                    found = Bernoulli(logits.to(dtype)).log_prob(given)
                assert found.dtype == dtype
                torch.testing.assert_close(found.double(), expected, rtol=digits, atol=digits)


@pytest.mark.parametrize("logit", [0.0, 1e-8, 1e-4, 1e-2, 0.3, 0.4999, 0.5001, 1.0, 3.0, 10.0, 80.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_continuous_bernoulli_is_stable_near_one_half_and_far_from_it(logit: float, sign: int) -> None:
    """The normaliser and its slope in float32, against quadrature in float64."""
    logit = float(np.float32(sign * logit))
    top = max(logit, 0.0)
    edge = [min(max(np.sign(logit) - 5 / logit, 0.0), 1.0)] if abs(logit) > 5 else None
    mass = integrate.quad(lambda x: np.exp(logit * x - top), 0, 1, points=edge, epsabs=1e-13)[0]
    moment = integrate.quad(lambda x: (x - 0.5) * np.exp(logit * x - top), 0, 1, points=edge, epsabs=1e-13)[0]
    given = torch.tensor(logit, requires_grad=True)
    normaliser = LogNormaliser.apply(given)
    (slope,) = torch.autograd.grad(normaliser, given)
    eps = float(np.finfo(np.float32).eps)
    assert float(normaliser.detach()) == pytest.approx(np.log(mass) + top, rel=4 * eps, abs=eps)
    assert float(slope) == pytest.approx(moment / mass + 0.5, rel=4 * eps, abs=eps)
    assert float(mean_of(torch.tensor(logit, dtype=torch.float64))) == pytest.approx(
        moment / mass + 0.5, abs=1e-10
    )


@pytest.mark.parametrize("a", [1.0, 1.005, 2.5, 40.0, 1e4, 1e7])
def test_the_constant_of_student_t_keeps_its_digits(a: float) -> None:
    a = float(np.float32(a))
    expected = special.gammaln(a + 0.5) - special.gammaln(a) if a < 1e3 else 0.5 * np.log(a) - 1 / (8 * a)
    assert float(log_gamma_half_step(torch.tensor(a, dtype=torch.float64))) == pytest.approx(
        expected, abs=1e-9
    )
    assert float(log_gamma_half_step(torch.tensor(a))) == pytest.approx(expected, rel=1e-6, abs=2e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_stirling_leaves_of_log_gamma_keeps_its_digits(dtype: torch.dtype) -> None:
    y = torch.logspace(-6, 7, 400, dtype=dtype)
    exact = y.double().numpy()
    # Of 1e3 and above gammaln leaves no digits of the difference; below, an error of its own of about 1e-12.
    difference = special.gammaln(exact) - ((exact - 0.5) * np.log(exact) - exact + 0.5 * np.log(2 * np.pi))
    expected = np.where(exact < 1e3, difference, 1 / (12 * exact) - 1 / (360 * exact**3))
    rounding = 20 * float(torch.finfo(dtype).eps)
    np.testing.assert_allclose(log_gamma_remainder(y), expected, rtol=rounding, atol=rounding + 2e-12)


@torch.no_grad()
@pytest.mark.parametrize("dispersion", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize("mean", [0.01, 3.0, 500.0])
def test_a_negative_binomial_keeps_its_digits_in_float32(dispersion: float, mean: float) -> None:
    x = torch.tensor([[0.0, 1.0, 5.0, 100.0, 1000.0]])
    given = torch.full((1, 1, 5), float(np.log(mean)))
    found = NegativeBinomial(given, torch.tensor(dispersion)).value_log_prob(x)[0, 0]
    r = 1 / float(np.float32(dispersion))
    m = np.exp(given.double().numpy()[0, 0])
    expected = stats.nbinom.logpmf(x[0], r, r / (r + m))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=2e-3)  # log 1000! is 5912: 7 digits of it


@torch.no_grad()
def test_a_share_close_to_an_end_has_a_finite_density() -> None:
    """An exact 0 or 1 is scored a millionth away from it, which gains at most log of 1e-3 x 1e6 nats."""
    x = torch.tensor([[0.0, 1e-7, 1e-6, 1 - 1e-6, 1.0]]).T
    p_x = Beta(torch.tensor([0.0, 50.0, -50.0]).view(3, 1, 1), torch.tensor(0.5))
    at_ends = p_x.value_log_prob(x)
    assert at_ends.isfinite().all()
    assert at_ends.max() <= np.log(1e3) + 0.1
    torch.testing.assert_close(at_ends[:, :2], at_ends[:, 2:3].expand(-1, 2, -1))


# --- counts of a row's own total -----------------------------------------------------------------------

COUNTS = ("poisson", "negative-binomial", "zero-inflated-poisson", "zero-inflated-negative-binomial")


@torch.no_grad()
@pytest.mark.parametrize("name", COUNTS)
def test_with_the_library_of_a_row_its_means_are_shares_of_its_total(name: str) -> None:
    likelihood = make(part(name, library="observed"), event=(2, 3))
    z = codes(3, 5, L)
    x = torch.poisson(torch.full((5, 2, 3), 4.0), generator=generator()).double()
    p_x, n = likelihood(z), numbers_of(likelihood, z)
    share = special.softmax(n[:, :, 0].reshape(3, 5, 6), -1).reshape(3, 5, 2, 3)
    numbers = n.copy()
    numbers[:, :, 0] = np.log(share * x.numpy().sum((1, 2))[None, :, None, None])
    expected = SCIPY[name](numbers, p_x.of_row(x), x.numpy())
    np.testing.assert_allclose(p_x.log_prob(x), expected.sum((2, 3)), rtol=1e-8)
    assert likelihood.check(p_x.sample(generator()).numpy()) is None


@torch.no_grad()
def test_poisson_shares_of_a_total_are_a_multinomial() -> None:
    likelihood = make(part("poisson", library="observed"), event=(6,))
    z = codes(1, 5, L)
    x = torch.poisson(torch.full((5, 6), 4.0), generator=generator()).double()
    totals = x.sum(1).numpy()
    shares = special.softmax(numbers_of(likelihood, z)[0, :, 0], -1)
    expected = stats.multinomial.logpmf(x.numpy(), totals.astype(int), shares)
    expected += stats.poisson.logpmf(totals, totals)
    np.testing.assert_allclose(likelihood(z).log_prob(x)[0], expected, rtol=1e-9)

    # Given that they are observed, some values of a multinomial are one with their shares among themselves.
    observed = torch.rand(x.shape, generator=generator()) < 0.6
    hidden = torch.where(observed, x, torch.nan)
    known = observed.numpy()
    some = x.numpy() * known
    among = shares * known / (shares * known).sum(1, keepdims=True)
    rest = stats.multinomial.logpmf(some, some.sum(1).astype(int), among)
    rest += stats.poisson.logpmf(some.sum(1), some.sum(1))
    np.testing.assert_allclose(likelihood(z).log_prob(hidden, observed)[0], rest, rtol=1e-9)


@pytest.mark.parametrize("name", COUNTS)
def test_a_row_without_counts_or_without_observed_values_has_finite_gradients(name: str) -> None:
    likelihood = make(part(name, library="observed"), event=(4,), dtype=torch.float32)
    z = codes(2, 3, L, dtype=torch.float32).requires_grad_()
    x = torch.tensor([[0.0, 0, 0, 0], [1, 2, 3, 4], [torch.nan] * 4])
    observed = ~x.isnan()
    log_px = likelihood(z).log_prob(x, observed)
    log_px.sum().backward()
    assert log_px.isfinite().all()
    assert (log_px[:, 2] == 0).all()
    assert z.grad is not None
    assert z.grad.isfinite().all()


@torch.no_grad()
def test_means_and_draws_without_a_row_have_the_mean_total_of_the_data() -> None:
    facts = {"mean": torch.tensor([1.0, 2.0, 4.5])}
    likelihood = make(part("negative-binomial", library="observed"), event=(3,), **facts)
    np.testing.assert_allclose(likelihood(codes(2, 5, L)).mean.sum(2), 7.5)
    drawn = likelihood(codes(1, 1, L).expand(1, 20_000, L)).sample(generator())[0].sum(1)
    assert float(drawn.mean()) == pytest.approx(7.5, abs=5 * float(drawn.std()) / 20_000**0.5)

    elsewhere = Sizes((3,), L)
    loaded = build(
        "likelihood",
        part("negative-binomial", library="observed"),
        elsewhere,
        MLP(elsewhere, hidden=()),
    )
    loaded.load_state_dict(likelihood.state_dict())
    np.testing.assert_allclose(loaded(codes(2, 5, L, dtype=torch.float32)).mean.sum(2), 7.5, rtol=1e-6)


# --- units ---------------------------------------------------------------------------------------------


@torch.no_grad()
def test_a_log_normal_does_not_mind_the_units() -> None:
    x = codes(50, 3, dtype=torch.float32).exp()
    metres, millimetres = (
        make(part("log-normal", scale="per-feature"), event=(3,), dtype=torch.float32, examples=x * factor)
        for factor in (1.0, 1000.0)
    )
    z = codes(2, 50, L, dtype=torch.float32)
    torch.testing.assert_close(millimetres.represent(x * 1000), metres.represent(x), rtol=1e-4, atol=1e-5)
    shift = 3 * np.log(1000)
    torch.testing.assert_close(
        millimetres(z).log_prob(x * 1000), metres(z).log_prob(x) - shift, rtol=1e-4, atol=1e-3
    )
    standardised = metres.represent(x).double()
    np.testing.assert_allclose(standardised.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(standardised.std(0, unbiased=False), 1, rtol=1e-6)


@torch.no_grad()
def test_the_spread_of_shares_starts_near_that_of_the_data() -> None:
    mean, spread = torch.tensor([0.5, 0.9, 0.02]), torch.tensor([0.1, 0.06, 0.01])
    sizes = Sizes((3,), L, 0, {"mean": mean, "spread": spread})
    likelihood = build("likelihood", part("beta", scale="per-feature"), sizes, MLP(sizes, hidden=()))
    p_x = likelihood.distribution(torch.logit(mean).expand(1, 20_000, 1, 3))
    drawn = p_x.sample(generator())[0]
    torch.testing.assert_close(drawn.mean(0), mean, rtol=0.02, atol=0)
    torch.testing.assert_close(drawn.std(0), spread, rtol=0.03, atol=0)


# --- unobserved values ---------------------------------------------------------------------------------


@every_part
@torch.no_grad()
def test_a_mask_of_all_values_changes_nothing(row: str) -> None:
    p_x = make(PARTS[row])(codes(3, 5, L))
    x = p_x.sample(generator())[0]
    torch.testing.assert_close(p_x.log_prob(x, torch.ones_like(x, dtype=torch.bool)), p_x.log_prob(x))


@every_part
def test_unobserved_nans_leave_the_sum_and_the_gradient_of_the_rest(row: str) -> None:
    likelihood = make(PARTS[row])
    z = codes(3, 5, L).requires_grad_()
    p_x = likelihood(z)
    x = p_x.sample(generator())[0].detach()
    observed = torch.rand(x.shape, generator=generator()) < 0.6
    holes = torch.where(observed, x, torch.nan)

    rest = (p_x.value_log_prob(x) * observed).sum((2, 3, 4))
    (expected,) = torch.autograd.grad(rest.sum(), z)
    found = likelihood(z).log_prob(holes, observed)
    (gradient,) = torch.autograd.grad(found.sum(), z)
    torch.testing.assert_close(found, rest)
    torch.testing.assert_close(gradient, expected)


# --- codes, conditions, what encoders read -------------------------------------------------------------


@every_part
@torch.no_grad()
def test_each_draw_is_scored_as_if_it_stood_alone(row: str) -> None:
    likelihood = make(PARTS[row])
    z = codes(3, 5, L)
    x = likelihood(z).sample(generator())[0]
    alone = torch.cat([likelihood(z[k : k + 1]).log_prob(x) for k in range(3)])
    torch.testing.assert_close(likelihood(z).log_prob(x), alone)
    assert likelihood(z).mean.shape == likelihood(z).sample(generator()).shape == (3, 5, 2, 3, 2)


@every_part
@torch.no_grad()
def test_the_decoder_reads_the_condition_behind_the_code(row: str) -> None:
    likelihood = make(PARTS[row], condition_dim=3)
    z, c = codes(2, 5, L), codes(5, 3, seed=4)
    whole = torch.cat([z, c.expand(2, 5, 3)], -1)
    torch.testing.assert_close(likelihood(z, c).mean, likelihood(whole).mean)
    assert not torch.allclose(likelihood(z, c).mean, likelihood(z, c + 1).mean)


@every_part
@torch.no_grad()
def test_encoders_read_finite_values_of_the_shape_that_is_promised(row: str) -> None:
    likelihood = make(PARTS[row])
    x = likelihood(codes(1, 5, L)).sample(generator())[0]
    h = likelihood.represent(x)
    assert h.shape == (5, *likelihood.input_shape)
    assert h.isfinite().all()
    changed = torch.where(x == x.flatten()[0], x.flatten()[-1], x)
    assert torch.equal(changed, x) == torch.equal(likelihood.represent(changed), h)


def test_a_category_is_read_as_one_of_several_values() -> None:
    likelihood = make(PARTS["categorical"], event=(2,))
    h = likelihood.represent(torch.tensor([[0.0, 3.0], [1.0, 1.0]]))
    assert h.tolist() == [[1, 0, 0, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 1, 0, 0]]


@torch.no_grad()
@pytest.mark.parametrize("row", ["categorical", "ordinal"])
def test_the_mode_of_a_category_is_its_most_probable_value(row: str) -> None:
    p_x = make(PARTS[row], event=(3,))(codes(2, 5, L))
    each = torch.stack([p_x.value_log_prob(torch.full((5, 3), float(k))) for k in range(CATEGORIES)], 2)
    assert torch.equal(p_x.mode, each.argmax(2).double())
    assert torch.equal(p_x.shown, p_x.mode)
    torch.testing.assert_close(p_x.probabilities, each.exp())


@torch.no_grad()
def test_two_categories_in_order_are_a_bernoulli() -> None:
    likelihood = make(part("ordinal", categories=2), event=(3,))
    p_x, x = likelihood(codes(2, 5, L)), torch.arange(15.0).view(5, 3).double() % 2
    log_odds = p_x.centre - likelihood.thresholds[0]
    torch.testing.assert_close(p_x.value_log_prob(x), Bernoulli(log_odds).value_log_prob(x))
    torch.testing.assert_close(p_x.mean, log_odds.sigmoid())


class HalfDecoder(nn.Module):
    """Numbers of 16 bits, as a network under autocast gives them."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, z: Tensor) -> Tensor:
        return self.decoder(z).bfloat16()


@every_part
@torch.no_grad()
def test_nats_are_summed_in_float32_when_the_network_runs_in_16_bits(row: str) -> None:
    likelihood = make(PARTS[row], dtype=torch.float32)
    z = codes(2, 5, L, dtype=torch.float32)
    x = likelihood(z).sample(generator())[0]
    likelihood.decoder = HalfDecoder(likelihood.decoder)
    assert likelihood(z).log_prob(x).dtype == torch.float32


# --- the domain ----------------------------------------------------------------------------------------


def test_every_likelihood_declares_what_it_is() -> None:
    """`mixed` is made of the others and has its own laws in test_mixed_likelihood.py."""
    assert set(names("likelihood")) - {"mixed"} == {given.name for given in PARTS.values()} == set(SCIPY)
    for name in SCIPY:
        cls: Any = lookup("likelihood", name)
        assert cls.domain in {"binary", "unit", "real", "positive", "counts", "categories", "levels"}
        assert cls.measure == ("mass" if name in ALL_VALUES else "density")
        assert "https://" in cls.reference


REFUSED = [
    (part("bernoulli"), [-1.0, 1.0], ["x of 0 and 1 only", "from -1.0 to 1.0", "Rescale", "'gaussian'"]),
    (
        part("bernoulli"),
        [0.0, 0.25, 1.0],
        ["such as 0.25", "binarize=0.5", "binarize='dynamic'", "'continuous-bernoulli'", "relaxed=True"],
    ),
    (part("bernoulli", relaxed=True), [0.5, 1.5], ["needs x in [0, 1]", "from 0.5 to 1.5", "Rescale"]),
    (part("continuous-bernoulli"), [0.0, 255.0], ["needs x in [0, 1]", "from 0.0 to 255.0", "Rescale"]),
    (part("continuous-bernoulli"), [-0.1, 0.5], ["from -0.1 to 0.5"]),
    (part("gaussian"), [1.0, np.inf], ["needs finite x", "from 1.0 to inf", "infinite"]),
    (part("laplace"), [-np.inf, 1.0], ["needs finite x", "from -inf to 1.0"]),
    (part("student-t"), [np.inf], ["needs finite x"]),
    (part("poisson"), [-1.0, 3.0], ["counts 0, 1, 2", "from -1.0 to 3.0", "'gaussian'"]),
    (part("poisson"), [1.0, 2.5], ["counts 0, 1, 2", "such as 2.5"]),
    (part("poisson"), [1.0, np.inf], ["to inf"]),
    (part("negative-binomial"), [-2.0, 3.0], ["counts 0, 1, 2", "from -2.0 to 3.0", "'gaussian'"]),
    (part("zero-inflated-poisson"), [0.0, 0.5], ["counts 0, 1, 2", "such as 0.5"]),
    (part("zero-inflated-negative-binomial"), [0.0, -0.5], ["counts 0, 1, 2", "from -0.5"]),
    (part("log-normal"), [0.0, 3.0], ["x above 0", "from 0.0 to 3.0", "'gaussian'"]),
    (part("beta"), [0.5, 1.5], ["x in [0, 1]", "from 0.5 to 1.5", "Rescale"]),
    (part("logistic"), [-0.5, 0.5], ["x in [0, 1]", "from -0.5 to 0.5", "Rescale"]),
    (part("ordinal", categories=4), [0.0, 4.0], ["numbered 0 to 3", "from 0.0 to 4.0", "categories="]),
    (part("categorical", categories=4), [0.0, 4.0], ["numbered 0 to 3", "from 0.0 to 4.0", "categories="]),
    (part("categorical", categories=4), [0.5], ["numbered 0 to 3", "such as 0.5"]),
    (part("discretised-logistic", levels=15), [0.0, 16.0], ["levels 0 to 15", "to 16.0", "levels="]),
    (part("discretised-logistic"), [0.0, 0.5], ["levels 0 to 255", "such as 0.5", "'continuous-bernoulli'"]),
]


@pytest.mark.parametrize(("given", "x", "words"), REFUSED)
def test_values_outside_of_the_domain_are_refused_in_words(
    given: Part, x: list[float], words: list[str]
) -> None:
    likelihood = make(given, event=(1,))
    for values in (np.array(x), np.array(x, dtype=np.float32).reshape(-1, 1)):
        with pytest.raises(DataError) as refused:
            likelihood.check(values)
        said = str(refused.value)
        assert said.startswith(f"likelihood '{given.name}' needs ")
        assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("given", "x"),
    [
        (part("bernoulli"), np.array([0.0, 1.0, np.nan])),
        (part("bernoulli"), np.array([True, False])),
        (part("bernoulli", relaxed=True), np.array([0.0, 0.3, 1.0])),
        (part("continuous-bernoulli"), np.array([0.0, 0.3, 1.0, np.nan])),
        (part("gaussian"), np.array([-1e30, np.nan])),
        (part("gaussian"), np.zeros((0, 3))),
        (part("poisson"), np.array([0, 10**6])),
        (part("negative-binomial"), np.array([0, 10**6])),
        (part("log-normal"), np.array([1e-30, 1e30, np.nan])),
        (part("beta"), np.array([0.0, 0.3, 1.0, np.nan])),
        (part("ordinal", categories=4), np.array([0, 3], dtype=np.uint8)),
        (part("categorical", categories=4), np.array([0, 3], dtype=np.uint8)),
        (part("discretised-logistic"), np.array([0, 255], dtype=np.uint8)),
        (part("gaussian"), np.full(3, np.nan)),
    ],
)
def test_values_of_the_domain_and_unobserved_ones_are_let_by(given: Part, x: np.ndarray) -> None:
    make(given, event=(1,)).check(x)


def test_a_relaxed_bernoulli_says_that_it_is_not_normalised() -> None:
    assert make(part("bernoulli")).normalised
    relaxed = make(part("bernoulli", relaxed=True), event=(1,))
    assert not relaxed.normalised
    with torch.no_grad():
        p_x = relaxed(codes(1, 1, L))
        grey = p_x.log_prob(torch.full((1, 1), 0.3, dtype=torch.float64))
        ends = p_x.log_prob(torch.zeros(1, 1, dtype=torch.float64)), p_x.log_prob(torch.ones(1, 1).double())
    torch.testing.assert_close(grey, 0.7 * ends[0] + 0.3 * ends[1])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (part("gaussian", scale=0.0), "scale=0.0 is not possible; give a positive number, 'learned'"),
        (part("gaussian", scale=-1), "scale=-1"),
        (part("gaussian", scale=True), "scale=True"),
        (part("laplace", scale=float("inf")), "likelihood 'laplace': scale=inf"),
        (part("student-t", scale="free"), "likelihood 'student-t': scale='free'"),
        (part("student-t", degrees=2), "degrees=2 is not possible; give a number above 2"),
        (part("student-t", degrees="many"), "degrees='many'"),
        (part("categorical", categories=1), "categories=1 is not possible; give a whole number of 2"),
        (
            part("negative-binomial", dispersion=0),
            "'negative-binomial': dispersion=0 is not possible; give a po",
        ),
        (part("poisson", library="mine"), "library='mine' is not possible; give None or 'observed'"),
        (part("beta", scale=-1), "likelihood 'beta': scale=-1"),
        (part("log-normal", scale=-1), "likelihood 'log-normal': scale=-1"),
        (part("ordinal", categories=1), "categories=1 is not possible; give a whole number of 2"),
        (part("ordinal"), "likelihood 'ordinal': categories='auto' cannot be read from these data"),
        (part("categorical"), "categories='auto' cannot be read from these data"),
        (part("discretised-logistic", levels=0), "levels=0 is not possible"),
        (part("bernoulli", relaxed="yes"), "relaxed='yes' is not possible"),
    ],
)
def test_options_that_are_not_possible_are_refused_in_words(given: Part, words: str) -> None:
    with pytest.raises(SpecError) as refused:
        make(given)
    assert words in str(refused.value)


def test_levels_and_categories_are_read_from_the_data() -> None:
    assert make(part("categorical"), levels=6).categories == 7
    assert make(part("ordinal"), levels=6).categories == 7
    assert make(part("discretised-logistic"), levels=16).levels == 16
    assert make(part("discretised-logistic"), levels=None).levels == 255
    assert make(part("discretised-logistic", levels=3), levels=16).levels == 3


# --- scales --------------------------------------------------------------------------------------------

REAL = ("gaussian", "laplace", "student-t")
SPREAD = torch.tensor([0.0, 2.0, 0.5])


def scale_of(likelihood: DecodedLikelihood, raw: float) -> Tensor:
    """The scales when whatever decides them, parameters or the decoder's numbers, is `raw`."""
    for values in likelihood.scale.parameters():
        values.data.fill_(raw)
    return likelihood.distribution(torch.full((1, 1, likelihood.numbers, 3), raw)).scale.detach()


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("scale", ["learned", "per-feature", "network"])
def test_a_learned_scale_never_falls_below_a_thousandth_of_the_spread(name: str, scale: str) -> None:
    likelihood = make(part(name, scale=scale), event=(3,), dtype=torch.float32, spread=SPREAD)
    floor = 1e-3 * torch.where(SPREAD > 0, SPREAD, 1.0)
    for raw in (-1e4, -50.0, -5.0, 0.0, 1e4):
        found = scale_of(likelihood, raw)
        assert (found >= torch.where(SPREAD > 0, floor, 0.0)).all()
        assert (found >= 1e-3).all() or scale != "learned"
    lowest = scale_of(likelihood, -1e4)
    torch.testing.assert_close(
        lowest, torch.full((), 2e-3) if scale == "learned" else floor.expand_as(lowest)
    )


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("scale", ["learned", "per-feature", "network"])
def test_a_scale_on_its_floor_is_told(name: str, scale: str) -> None:
    likelihood = make(part(name, scale=scale), event=(3,), dtype=torch.float32, spread=SPREAD)
    for raw, told in ((-1e4, True), (-12.0, True), (0.0, False), (5.0, False)):
        scale_of(likelihood, raw)
        p_x = likelihood.distribution(torch.full((1, 1, likelihood.numbers, 3), raw))
        assert likelihood.scale_at_floor(p_x) is told


@pytest.mark.parametrize("name", REAL)
def test_a_fixed_scale_is_what_was_given_and_has_no_floor(name: str) -> None:
    likelihood = make(part(name, scale=1e-6), event=(3,))
    p_x = likelihood(codes(1, 1, L))
    assert float(p_x.scale) == pytest.approx(1e-6)
    assert likelihood.scale_at_floor(p_x) is False


def test_likelihoods_without_a_scale_have_none_on_a_floor() -> None:
    for row in ("bernoulli", "continuous-bernoulli", "categorical", "ordinal", *COUNTS):
        likelihood = make(PARTS[row])
        assert likelihood.scale_at_floor(likelihood(codes(1, 1, L))) is False


@pytest.mark.parametrize(
    "facts",
    [
        {"spread": None},
        {"spread": torch.zeros(3)},
        {
            "spread": torch.full((3,), 1e-9),
            "mean": torch.full((3,), 0.1),
        },  # a constant column, but for rounding
    ],
)
@pytest.mark.parametrize("scale", ["learned", "per-feature", "network"])
def test_where_the_data_have_no_spread_scales_are_measured_in_ones(scale: str, facts: dict[str, Any]) -> None:
    known = {key: value for key, value in facts.items() if value is not None}
    sizes = Sizes((3,), L, 0, known)
    likelihood = build("likelihood", part("gaussian", scale=scale), sizes, MLP(sizes, hidden=()))
    initialise(likelihood, generator())
    lowest = scale_of(likelihood, -1e4)
    torch.testing.assert_close(lowest, torch.full_like(lowest, 1e-3))


@pytest.mark.parametrize("name", REAL)
def test_a_scale_starts_near_the_spread_and_its_unit_travels_with_the_weights(name: str) -> None:
    sizes = Sizes((3,), L, 0, {"spread": SPREAD})
    likelihood = build("likelihood", part(name, scale="per-feature"), sizes, MLP(sizes, hidden=()))
    initialise(likelihood, generator())
    start = likelihood(codes(1, 1, L, dtype=torch.float32)).scale
    torch.testing.assert_close(start, torch.tensor([1.0, 2.0, 0.5]), rtol=2e-3, atol=0)

    elsewhere = Sizes((3,), L)
    loaded = build("likelihood", part(name, scale="per-feature"), elsewhere, MLP(elsewhere, hidden=()))
    loaded.load_state_dict(likelihood.state_dict())
    torch.testing.assert_close(loaded(codes(1, 1, L, dtype=torch.float32)).scale, start)


@torch.no_grad()
@pytest.mark.parametrize("raw", [-1e4, -20.0, 0.0, 1e4])
def test_learned_degrees_of_freedom_stay_above_two(raw: float) -> None:
    likelihood = make(part("student-t"), dtype=torch.float32)
    likelihood.raw_degrees.data.fill_(raw)
    assert 2 < float(likelihood.degrees) < np.inf


# --- the expectation in closed form --------------------------------------------------------------------


def posterior(kind: str, B: int) -> Any:
    mean, spread = codes(B, L, seed=7), codes(B, L, seed=8)
    if kind == "diagonal":
        return DiagonalNormal(mean, spread)
    root = torch.tril(codes(B, L, L, seed=9), -1) + torch.diag_embed(spread.exp())
    return FullNormal(mean, root)


@torch.no_grad()
@pytest.mark.parametrize("scale", [1.3, "learned", "per-feature"])
@pytest.mark.parametrize("kind", ["diagonal", "full"])
@pytest.mark.parametrize("condition_dim", [0, 2])
@pytest.mark.parametrize("masked", [False, True])
def test_the_gaussian_expectation_agrees_with_draws(
    scale: float | str, kind: str, condition_dim: int, masked: bool
) -> None:
    B, K = 4, 10_000
    spread = torch.tensor([[0.5, 1.0, 2.0], [4.0, 3.0, 1.0]])
    likelihood = make(part("gaussian", scale=scale), event=(2, 3), condition_dim=condition_dim, spread=spread)
    q, x = posterior(kind, B), codes(B, 2, 3, seed=10)
    c = codes(B, condition_dim, seed=11) if condition_dim else None
    observed = None
    if masked:
        observed = torch.rand(x.shape, generator=generator()) < 0.6
        x = torch.where(observed, x, torch.nan)
    known = likelihood.expected_log_prob(q, x, c, observed)
    drawn = likelihood(q.draw(codes(K, B, L, seed=12)).z, c).log_prob(x, observed)
    standard_error = drawn.std(0) / K**0.5
    assert known.shape == (B,)
    assert ((known - drawn.mean(0)).abs() <= 5 * standard_error + 1e-9).all()


@torch.no_grad()
def test_without_a_closed_form_there_is_no_expectation() -> None:
    q, x = posterior("diagonal", 4), codes(4, 3)
    assert make(part("gaussian"), event=(3,), hidden=(5,)).expected_log_prob(q, x) is None
    assert make(part("gaussian", scale="network"), event=(3,)).expected_log_prob(q, x) is None
    assert make(part("gaussian"), event=(3,)).expected_log_prob(PointMass(q.mean), x) is None
    for row in ("laplace", "student-t", "bernoulli", "continuous-bernoulli"):
        assert make(PARTS[row], event=(3,)).expected_log_prob(q, x) is None


# --- the user's own ------------------------------------------------------------------------------------


class OwnDecoder(nn.Module):
    """Codes to a torch distribution that `family` makes of 3 numbers an example."""

    def __init__(self, family: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.linear = nn.Linear(L, 3)
        self.family = family

    def forward(self, z: Tensor) -> Any:
        return self.family(self.linear(z))


@torch.no_grad()
@pytest.mark.parametrize(
    "family",
    [
        lambda n: torch.distributions.Normal(n, 2.0),
        lambda n: torch.distributions.Independent(torch.distributions.Normal(n, 2.0), 1),
        lambda n: torch.distributions.Independent(torch.distributions.Normal(n, 2.0), 2),
        lambda n: torch.distributions.Independent(
            torch.distributions.Independent(torch.distributions.Normal(n, 2.0), 1), 1
        ),
    ],
)
def test_the_users_own_module_may_give_a_torch_distribution(family: Callable[[Tensor], Any]) -> None:
    module = OwnDecoder(family)
    likelihood = OwnLikelihood(Sizes((3,), L), module)
    z = codes(2, 5, L, dtype=torch.float32)
    p_x = likelihood(z)
    x = p_x.sample(generator())[0]
    expected = stats.norm.logpdf(x, module.linear(z), 2.0)
    np.testing.assert_allclose(p_x.log_prob(x), expected.sum(-1), rtol=1e-5)

    observed = torch.rand(x.shape, generator=generator()) < 0.6
    holes = torch.where(observed, x, torch.nan)
    np.testing.assert_allclose(
        p_x.log_prob(holes, observed), (expected * observed.numpy()).sum(-1), rtol=1e-5
    )
    assert torch.equal(p_x.sample(generator(4)), p_x.sample(generator(4)))
    assert p_x.mean.shape == (2, 5, 3)


def test_the_users_own_module_is_copied_and_its_facts_and_check_are_used() -> None:
    module = OwnDecoder(lambda n: torch.distributions.Poisson(n.exp()))
    module.domain, module.measure = "counts", "mass"
    likelihood = OwnLikelihood(Sizes((3,), L), module)
    assert (likelihood.domain, likelihood.measure) == ("counts", "mass")
    before = likelihood.module.linear.weight.clone()
    initialise(likelihood, generator())
    assert torch.equal(likelihood.module.linear.weight, before)
    assert likelihood.module is not module
    likelihood.check(np.array([1.0]))
    with pytest.raises(DataError, match="finite"):
        likelihood.check(np.array([np.inf]))

    def check(x: np.ndarray) -> None:
        raise DataError("x is not wanted.")

    module.check = check
    with pytest.raises(DataError, match="not wanted"):
        OwnLikelihood(Sizes((3,), L), module).check(np.array([1.0]))


@pytest.mark.parametrize(
    ("family", "words"),
    [
        (
            lambda n: torch.distributions.Normal(n[..., :2], 1.0),
            r"sample of shape \(3, 2, 2\).*wanted is \(3, 2, 3\)",
        ),
        (lambda n: torch.distributions.MultivariateNormal(n, torch.eye(3)), "depend on each other"),
        (lambda n: n, r"must give a torch Distribution, or an object with log_prob\(x, observed\)"),
        (lambda n: n @ n, "your likelihood cannot take an input"),
    ],
)
def test_an_own_module_that_cannot_be_used_is_refused_in_words(
    family: Callable[[Tensor], Any], words: str
) -> None:
    with pytest.raises(NetworkError, match=words):
        OwnLikelihood(Sizes((3,), L), OwnDecoder(family))
