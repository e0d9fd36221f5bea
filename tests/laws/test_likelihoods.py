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

from vaekit.distributions.continuous_bernoulli import LogNormaliser, mean_of
from vaekit.distributions.independent import Independent
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
    "poisson": part("poisson"),
    "discretised-logistic": part("discretised-logistic", levels=LEVELS),
}

# All values of x, for those that have finitely many (or, of counts, so many that the rest is below 1e-12).
ALL_VALUES = {
    "bernoulli": np.arange(2.0),
    "categorical": np.arange(float(CATEGORIES)),
    "poisson": np.arange(100.0),
    "discretised-logistic": np.arange(LEVELS + 1.0),
}

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


def expectation(p_x: Independent, f: Callable[[float, float], float], all_values: Any = None) -> float:
    """The sum or integral of p(x) f(x, log p(x)) over all x, for p_x of one code and one value."""

    def term(x: float) -> float:
        log_prob = float(p_x.log_prob(torch.full((1, 1), float(x), dtype=torch.float64)))
        return float(np.exp(log_prob)) * f(x, log_prob)

    if all_values is not None:
        return sum(term(x) for x in all_values)
    centre = float(p_x.mean)
    low, high = (0.0, 1.0) if hasattr(p_x, "logits") else (-np.inf, np.inf)
    # Split at the centre, where some densities have a kink.
    return sum(integrate.quad(term, *ends, epsabs=1e-9)[0] for ends in ((low, centre), (centre, high)))


@every_part
@torch.no_grad()
def test_probabilities_of_all_values_add_up_to_one(row: str) -> None:
    likelihood = make(PARTS[row], event=(1,))
    p_x = likelihood(codes(1, 1, L))
    total = expectation(p_x, lambda x, log_prob: 1.0, ALL_VALUES.get(likelihood.name))
    assert total == pytest.approx(1, abs=1e-7)


@every_part
@torch.no_grad()
def test_the_mean_is_that_of_the_density_and_draws_follow_it(row: str) -> None:
    likelihood = make(PARTS[row], event=(1,))
    z = codes(1, 1, L)
    p_x, all_values = likelihood(z), ALL_VALUES.get(likelihood.name)
    mean = expectation(p_x, lambda x, log_prob: x, all_values)
    assert float(p_x.mean) == pytest.approx(mean, abs=1e-6)

    n = 20_000
    many = likelihood(z.expand(1, n, L))
    x = many.sample(generator(3))[0].double()
    for drawn, expected in (
        (x[:, 0], mean),
        (many.log_prob(x)[0], expectation(p_x, lambda x, log_prob: log_prob, all_values)),
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
def test_the_mode_of_a_category_is_its_most_probable_value() -> None:
    p_x = make(PARTS["categorical"], event=(3,))(codes(2, 5, L))
    each = torch.stack([p_x.value_log_prob(torch.full((5, 3), float(k))) for k in range(CATEGORIES)])
    assert torch.equal(p_x.mode, each.argmax(0).double())


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
    assert set(names("likelihood")) == {given.name for given in PARTS.values()} == set(SCIPY)
    for name in names("likelihood"):
        cls: Any = lookup("likelihood", name)
        assert cls.domain in {"binary", "unit", "real", "counts", "categories", "levels"}
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
    for row in ("bernoulli", "continuous-bernoulli", "categorical", "poisson"):
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
