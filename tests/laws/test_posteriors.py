"""Laws of every posterior: a new part is one row of PARTS. K draws, B examples, L latent values.

The right answer is computed another way: the closed-form evidence of a linear-Gaussian model, quadrature,
Jacobians by autograd in float64, torch's distributions, draws within 4 or 5 standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussian
from torch import Tensor, distributions, nn
from torch.autograd.functional import jacobian

from vaekit.distributions.draws import Draws
from vaekit.distributions.normal import DiagonalNormal, FullNormal, standard_normal_log_prob
from vaekit.distributions.uniform import SquashedNormal
from vaekit.errors import ClashError, NetworkError, SpecError
from vaekit.model import LatentModel, make_model
from vaekit.nn import MLP, Conv, OwnNetwork
from vaekit.nn.initialise import initialise
from vaekit.posteriors import OwnPosterior, Posterior
from vaekit.spec import Part, Sizes, Spec, build, names, part

B, L, EVENT = 3, 2, (5,)


class Torchs(nn.Module):
    """The user's own posterior: torch's distribution, made of one linear layer."""

    def __init__(self, full: bool = False) -> None:
        super().__init__()
        self.full = full
        self.layer = nn.Linear(5, 2 * L)

    def forward(self, x: Tensor) -> distributions.Distribution:
        mean, scale = self.layer(x).chunk(2, dim=-1)
        if self.full:
            return distributions.MultivariateNormal(mean, scale_tril=torch.diag_embed(scale.exp()))
        return distributions.Normal(mean, scale.exp())


PARTS: dict[str, Part | nn.Module] = {
    "normal": part("normal"),
    "full-normal": part("full-normal"),
    "point": part("point"),
    "box": part("box"),
    "inverse-autoregressive": part("inverse-autoregressive"),
    "inverse-autoregressive, 1 step": part("inverse-autoregressive", steps=1, hidden=8, context=3),
    "hamiltonian": part("hamiltonian"),
    "hamiltonian, 1 step": part("hamiltonian", steps=1, first_step=0.3),
    "own normal": Torchs(),
    "own full normal": Torchs(full=True),
}
OF_CLASSES = {"class-and-style", "class-then-style"}  # whose codes hold a class: see test_class_codes.py
WITH_DENSITY = [row for row in PARTS if row != "point"]
ANYWHERE = ["normal", "full-normal", "box", "own normal", "own full normal"]
# Draws are an invertible function of L numbers: log q follows from its Jacobian.
CHANGES_OF_VARIABLES = [row for row in WITH_DENSITY if not row.startswith("hamiltonian")]

every_part = pytest.mark.parametrize("row", PARTS)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=generator(seed), dtype=dtype)


def made(row: str, latent_dim: int = L) -> LatentModel:
    """A model with this posterior, in float64; parameters are moved away from where they start."""
    posterior = PARTS[row]
    spec = Spec(
        latent_dim=latent_dim,
        likelihood=part("gaussian", scale=0.7),
        prior="uniform" if row == "box" else "normal",
        posterior=posterior,
        bound="map" if row == "point" else "elbo",
        network=part("mlp", hidden=(6,), activation="tanh"),
    )
    model = make_model(spec, Sizes(EVENT, latent_dim), generator()).double()
    with torch.no_grad():
        for values in model.posterior.parameters():
            values += 0.1 * normal(*values.shape, seed=2)
    return model


def data(rows: int = B) -> Tensor:
    return normal(rows, *EVENT, seed=3)


def noise_for(model: LatentModel, draws: int, rows: int = B, seed: int = 4) -> Tensor:
    return normal(draws, rows, model.noise_size, seed=seed)


def test_every_posterior_has_its_row_here() -> None:
    assert {given.name for given in PARTS.values() if isinstance(given, Part)} == set(
        names("posterior")
    ) - OF_CLASSES


@every_part
def test_the_declared_density_is_true(row: str) -> None:
    model = made(row)
    q = model.encode(data())
    assert hasattr(q, "log_prob") == (model.posterior.density == "anywhere") == (row in ANYWHERE)
    assert hasattr(q, "rows") == model.posterior.has_rows


@every_part
def test_draws_have_their_places_and_the_same_noise_gives_the_same_draws(row: str) -> None:
    model, x = made(row), data()
    noise = noise_for(model, 4)
    draws = model.encode(x).draw(noise)
    assert draws.z.shape == (4, B, L)
    again = model.encode(x).draw(noise)
    assert torch.equal(draws.z, again.z)
    if row in WITH_DENSITY:
        assert draws.log_q.shape == (4, B)
        assert torch.equal(draws.log_q, again.log_q)


@every_part
def test_a_row_is_drawn_alike_whatever_rows_stand_beside_it(row: str) -> None:
    model, x = made(row), data()
    noise = noise_for(model, 4)
    together, alone = model.encode(x).draw(noise), model.encode(x[1:2]).draw(noise[:2, 1:2])
    assert torch.allclose(together.z[:2, 1:2], alone.z, rtol=1e-9)
    if row in WITH_DENSITY:
        assert torch.allclose(together.log_q[:2, 1:2], alone.log_q, rtol=1e-9)


@every_part
def test_draws_are_the_same_when_gradients_are_not_kept(row: str) -> None:
    model, x = made(row), data()
    noise = noise_for(model, 2)
    draws = model.encode(x).draw(noise)
    with torch.no_grad():
        scored = model.encode(x).draw(noise)
        assert torch.allclose(draws.z, scored.z, rtol=1e-12)
        if row in WITH_DENSITY:
            assert torch.allclose(draws.log_q, scored.log_q, rtol=1e-12)
    assert not scored.z.requires_grad


@every_part
def test_every_parameter_is_trained(row: str) -> None:
    model = made(row)
    evidence = model(data(), noise_for(model, 3))
    (evidence.log_px.sum() if row == "point" else evidence.log_weight.sum()).backward()
    for name, values in model.posterior.named_parameters():
        assert values.grad is not None, name
        assert bool((values.grad != 0).any()), name
        if name == "head.bias":
            assert bool((values.grad != 0).all()), "a number of the head says nothing about z"


@every_part
def test_the_same_seed_gives_the_same_first_weights_and_the_global_seed_is_left_alone(row: str) -> None:
    before = torch.get_rng_state()
    first, again = (made(row).state_dict() for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(values, again[name]) for name, values in first.items())


@pytest.mark.parametrize("row", ANYWHERE)
def test_the_log_density_of_a_draw_is_the_density_where_it_fell(row: str) -> None:
    model = made(row)
    q = model.encode(data())
    draws = q.draw(noise_for(model, 5))
    assert torch.allclose(draws.log_q, q.log_prob(draws.z), rtol=1e-8)


@pytest.mark.parametrize("row", CHANGES_OF_VARIABLES)
def test_the_log_density_is_that_of_the_noise_less_the_log_determinant_of_the_jacobian(row: str) -> None:
    model, x = made(row), data(1)
    for noise in noise_for(model, 6, 1):
        q = model.encode(x)
        slope = jacobian(lambda given, q=q: q.draw(given.view(1, 1, L)).z.view(L), noise.view(L))
        expected = standard_normal_log_prob(noise) - torch.linalg.slogdet(slope).logabsdet
        assert q.draw(noise[None]).log_q.item() == pytest.approx(expected.item(), rel=1e-9)


@pytest.mark.parametrize("row", ["box", "normal", "full-normal"])
def test_draws_agree_with_the_density(row: str) -> None:
    """Moments of draws against integrals of exp(log_prob) over a grid of midpoints, for one example."""
    model, n = made(row), 20_000
    q = model.encode(data(1))
    with torch.no_grad():
        drawn = q.draw(noise_for(model, n, 1)).z[:, 0]
        reach = 1.0 if row == "box" else 10.0
        side = (torch.arange(400, dtype=torch.float64) + 0.5) * (2 * reach / 400) - reach
        z = torch.cartesian_prod(side, side)
        weights = q.log_prob(z[:, None])[:, 0].exp() * (2 * reach / 400) ** 2
    assert weights.sum().item() == pytest.approx(1, abs=1e-4)
    for what in (lambda z: z, lambda z: z**2, lambda z: z[:, :1] * z[:, 1:], lambda z: torch.cos(2 * z)):
        expected = (weights[:, None] * what(z)).sum(0)
        error = what(drawn).std(0) / n**0.5
        assert bool(((what(drawn).mean(0) - expected).abs() < 5 * error + 1e-4).all())


def test_two_autoregressive_steps_bend_every_value_of_a_code_by_every_other() -> None:
    model = made("inverse-autoregressive")
    q = model.encode(data(1))
    slope = jacobian(lambda noise: q.draw(noise.view(1, 1, L)).z.view(L), normal(L, seed=4))
    assert bool((slope.abs() > 1e-6).all())


# exp(log p(x, z) - log q) averages to p(x), whatever q is.


def log_of_mean_weight(model: LatentModel, x: Tensor, reach: float = 12.0, points: int = 400) -> Tensor:
    """log E[exp(log_weight)] over two numbers of noise, (B,): a sum over a fine grid in place of draws.

    What is summed is smooth and vanishes at the border, where sums over grids are exact to rounding.
    """
    side = (torch.arange(points, dtype=torch.float64) + 0.5) * (2 * reach / points) - reach
    noise = torch.cartesian_prod(side, side)[:, None].expand(-1, len(x), -1)
    with torch.no_grad():
        log_weight = model(x, noise).log_weight + standard_normal_log_prob(noise)
    return log_weight.logsumexp(0) + 2 * math.log(2 * reach / points)


def log_evidence(model: LatentModel, x: Tensor) -> Tensor:
    """log p(x), (B,), as an integral over codes on a grid of midpoints."""
    reach, points = (1.0, 500) if model.prior.support == "box" else (12.0, 500)
    side = (torch.arange(points, dtype=torch.float64) + 0.5) * (2 * reach / points) - reach
    latent_dim = model.prior.latent_dim
    z = torch.cartesian_prod(*[side] * latent_dim).view(-1, 1, latent_dim).expand(-1, len(x), -1)
    with torch.no_grad():
        log_joint = model.likelihood(z).log_prob(x) + model.prior().log_prob(z)
    return log_joint.logsumexp(0) + latent_dim * math.log(2 * reach / points)


@pytest.mark.parametrize("row", WITH_DENSITY)
def test_weights_average_to_the_evidence(row: str) -> None:
    # With one latent value, Hamiltonian draws take two numbers of noise; so do the others with two.
    model, x = made(row, 1 if row.startswith("hamiltonian") else 2), data(1)
    # Codes come near the corners of a box where the noise is far out.
    found = log_of_mean_weight(model, x, *((60.0, 800) if row == "box" else ()))
    # Autoregressive steps have kinks (relu), which cost the sum a few digits.
    assert found.item() == pytest.approx(log_evidence(model, x).item(), abs=1e-4)


NARROW = LinearGaussian(features=3, latent_dim=1)


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("first_step", [0.01, 0.1, 0.45])
@pytest.mark.parametrize("temperature_logit", [-1.0, 2.0, 6.0])
def test_weights_of_hamiltonian_draws_average_to_the_evidence_at_every_step_size_and_temperature(
    steps: int, first_step: float, temperature_logit: float
) -> None:
    given = part("hamiltonian", steps=steps, first_step=first_step)
    model = NARROW.model(1.5 * NARROW.posterior_covariance, shift=0.1, posterior=given)
    with torch.no_grad():
        model.posterior.temperature_logit.fill_(temperature_logit)
    found = log_of_mean_weight(model, torch.tensor(NARROW.x[:2]), reach=14.0, points=200)
    assert np.allclose(found, NARROW.log_px()[:2], atol=1e-9)


KNOWN = LinearGaussian()
KNOWN.x = KNOWN.x[:8]

WEIGHED = [
    part("full-normal"),
    part("normal"),
    part("inverse-autoregressive"),
    *(part("hamiltonian", steps=steps, first_step=step) for steps in (1, 3) for step in (0.01, 0.1, 0.3)),
]


@pytest.mark.parametrize("given", WEIGHED, ids=repr)
def test_weights_of_draws_average_to_the_evidence_within_their_error(given: Part) -> None:
    # q is wider than the true posterior and lies beside it, so that no weight is rare and large.
    covariance = 1.5 * KNOWN.posterior_covariance
    if given.name != "full-normal":
        covariance = np.diag(np.diag(covariance))
    model = KNOWN.model(covariance, shift=0.1, posterior=given)
    with torch.no_grad():
        log_weight = KNOWN.evidence(model, 4000).log_weight.numpy()
    weights = np.exp(log_weight - KNOWN.log_px())
    error = weights.std(0, ddof=1) / math.sqrt(len(weights))
    assert (np.abs(weights.mean(0) - 1) < 5 * error).all()
    assert (error < 0.1).all(), "the law says little where weights differ so much"


# Hamiltonian dynamics


def test_hamiltonian_steps_raise_the_bound_of_a_posterior_that_lies_beside() -> None:
    covariance = np.diag(np.diag(KNOWN.posterior_covariance))
    base = KNOWN.model(covariance, shift=1.0, posterior="normal")
    moved = KNOWN.model(covariance, shift=1.0, posterior=part("hamiltonian", steps=5, first_step=0.15))
    with torch.no_grad():
        before, after = (KNOWN.evidence(model, 2000).log_weight.mean(1) for model in (base, moved))
    error = math.hypot(before.std().item(), after.std().item()) / math.sqrt(2000)
    assert after.mean() > before.mean() + 5 * error


def test_hamiltonian_steps_of_no_length_leave_the_draws_of_the_normal() -> None:
    covariance = np.diag(np.diag(KNOWN.posterior_covariance))
    base = KNOWN.model(covariance, posterior="normal")
    moved = KNOWN.model(covariance, posterior=part("hamiltonian", first_step=1e-12))
    noise = normal(5, len(KNOWN.x), 2 * L)
    x = torch.tensor(KNOWN.x)
    with torch.no_grad():
        q = base.encode(x)
        draws, still = moved.encode(x).draw(noise), q.draw(noise[..., :L])
        # The momentum cools to the noise itself, so both its densities are one.
        assert torch.allclose(draws.z, still.z, atol=1e-9)
        assert torch.allclose(draws.log_q, still.log_q, atol=1e-9)


@pytest.mark.parametrize(("steps", "largest_off"), [(40, 1e-2), (400, 1e-4)])
def test_hamiltonian_steps_follow_the_exact_motion_with_an_error_of_second_order(
    steps: int, largest_off: float
) -> None:
    """Under a normal posterior of deviation s a code swings around its mean: as cos(t / s) from where it starts."""
    time = 1.0
    given = part("hamiltonian", steps=steps, first_step=time / steps, largest_step=2 * time / steps)
    model = NARROW.model(4 * NARROW.posterior_covariance, posterior=given)
    with torch.no_grad():
        model.posterior.temperature_logit.fill_(40.0)  # no tempering
    x, noise = torch.tensor(NARROW.x[:5]), normal(6, 5, 2)
    s = math.sqrt(NARROW.posterior_covariance[0, 0])
    away, momentum = 2 * s * noise[..., :1], noise[..., 1:]
    expected = (
        torch.tensor(NARROW.posterior_mean()[:5])
        + away * math.cos(time / s)
        + momentum * s * math.sin(time / s)
    )
    with torch.no_grad():
        assert torch.allclose(model.encode(x).draw(noise).z, expected, atol=largest_off)


def test_the_gradient_through_hamiltonian_steps_is_that_of_finite_differences() -> None:
    model = KNOWN.model(posterior=part("hamiltonian"))
    noise, x = normal(2, len(KNOWN.x), 2 * L), torch.tensor(KNOWN.x)
    learned = model.posterior.step_logits, model.posterior.temperature_logit, model.posterior.head.bias

    def bound() -> Tensor:
        return model(x, noise).log_weight.mean()

    slopes = torch.autograd.grad(bound(), learned)
    step = 1e-6
    for values, slope in zip(learned, slopes, strict=True):
        for i in range(values.numel()):
            with torch.no_grad():
                values.view(-1)[i] += step
                above = bound()
                values.view(-1)[i] -= 2 * step
                below = bound()
                values.view(-1)[i] += step
            assert slope.view(-1)[i].item() == pytest.approx(
                ((above - below) / (2 * step)).item(), rel=1e-5, abs=1e-7
            )


# Gradients through draws: of E_q[z' A z + b' z], whose answer is known.

A = torch.tensor([[1.3, 0.4], [0.4, -0.7]], dtype=torch.float64)
b = torch.tensor([0.5, -2.0], dtype=torch.float64)


def quadratic(z: Tensor) -> Tensor:
    return ((z @ A) * z).sum(-1) + z @ b


def slopes_of_draws(make: Callable[..., Any], leaves: list[Tensor], draws: int = 20_000) -> list[Tensor]:
    """The gradient of the quadratic by each leaf, one for each draw: each draw has leaves of its own."""
    copies = [leaf.expand(draws, *leaf.shape).clone().requires_grad_() for leaf in leaves]
    z = make(*copies).draw(normal(1, draws, L, seed=8)).z[0]
    return list(torch.autograd.grad(quadratic(z).sum(), copies))


def assert_agree(slopes: list[Tensor], expected: tuple[Tensor, ...]) -> None:
    for slope, wanted in zip(slopes, expected, strict=True):
        error = slope.std(0) / len(slope) ** 0.5
        assert bool(((slope.mean(0) - wanted).abs() <= 4 * error + 1e-12).all())


def test_the_gradient_through_draws_of_a_normal_is_the_analytic_one() -> None:
    mean, log_variance = normal(L, seed=1).requires_grad_(), normal(L, seed=2).requires_grad_()
    answer = (A.diagonal() * log_variance.exp()).sum() + quadratic(mean)
    expected = torch.autograd.grad(answer, (mean, log_variance))
    assert_agree(slopes_of_draws(DiagonalNormal, [mean.detach(), log_variance.detach()]), expected)


def test_the_gradient_through_draws_of_a_full_normal_is_the_analytic_one() -> None:
    mean = normal(L, seed=1).requires_grad_()
    root = torch.tensor([[0.8, 0.0], [-0.6, 1.4]], dtype=torch.float64, requires_grad=True)
    answer = (A * (root @ root.mT)).sum() + quadratic(mean)
    by_mean, by_root = torch.autograd.grad(answer, (mean, root))
    found = slopes_of_draws(FullNormal, [mean.detach(), root.detach()])
    assert_agree([found[0], found[1].tril()], (by_mean, by_root.tril()))


def test_the_gradient_through_draws_in_a_box_is_that_of_quadrature() -> None:
    mean, log_variance = normal(L, seed=1).requires_grad_(), normal(L, seed=2).requires_grad_()
    points, weights = (torch.tensor(given) for given in np.polynomial.hermite_e.hermegauss(80))
    u = mean + (0.5 * log_variance).exp() * torch.cartesian_prod(points, points)
    probability = torch.outer(weights, weights).flatten() / (2 * math.pi)
    answer = probability @ quadratic(-1 + 3 * torch.sigmoid(u))
    expected = torch.autograd.grad(answer, (mean, log_variance))
    found = slopes_of_draws(
        lambda mean, log_variance: SquashedNormal(DiagonalNormal(mean, log_variance), -1.0, 2.0),
        [mean.detach(), log_variance.detach()],
    )
    assert_agree(found, expected)


# Conditions

PICTURE = (1, 8, 8)


class Flat(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
        self.decoder = nn.Linear(L, 64)


NETWORKS = {
    "linear": lambda sizes: MLP(sizes, hidden=()),
    "mlp": MLP,
    "conv": Conv,
    "own": lambda sizes: OwnNetwork(sizes, Flat()),
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", ["normal", "full-normal", "point", "inverse-autoregressive"])
def test_what_x_says_about_z_depends_on_the_condition(name: str, network: str) -> None:
    sizes = Sizes(PICTURE, L, condition_dim=2)
    with torch.random.fork_rng():
        torch.manual_seed(0)  # the first weights of a network of the user's own are the user's
        posterior: Posterior = build("posterior", name, sizes, NETWORKS[network](sizes))
    initialise(posterior, generator())
    x, c = torch.rand(2, *PICTURE, generator=generator(1)), normal(2, 2, seed=2, dtype=torch.float32)
    noise = torch.zeros(1, 2, posterior.noise_size)
    same, crossed = (posterior(x, given).draw(noise).z[0] for given in (c, c.flip(0)))
    # Were z = f(x) + g(c), both sums over the two examples would be equal.
    assert bool(((same.sum(0) - crossed.sum(0)).abs() > 1e-4).all())
    assert not torch.equal(same, crossed)


def test_without_a_condition_the_head_is_one_linear_layer_on_the_features() -> None:
    sizes = Sizes(EVENT, L)
    posterior: Posterior = build("posterior", "normal", sizes, MLP(sizes, hidden=(7,)))
    weights = {name: tuple(values.shape) for name, values in posterior.named_parameters() if "weight" in name}
    assert weights == {"encoder.layers.0.weight": (7, 5), "head.weight": (4, 7)}


# Options and clashes


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (part("hamiltonian", steps=0), "posterior 'hamiltonian': steps=0 is not possible"),
        (part("hamiltonian", first_step=0.5), "first_step=0.5 must lie between 0 and largest_step=0.5"),
        (
            part("inverse-autoregressive", hidden=1),
            "hidden=1 is not possible; give a whole number of 2 or more",
        ),
        (part("inverse-autoregressive", context=1.5), "context=1.5"),
    ],
    ids=repr,
)
def test_an_impossible_option_is_said_in_words(given: Part, said: str) -> None:
    sizes = Sizes(EVENT, L)
    with pytest.raises(SpecError) as raised:
        build("posterior", given, sizes, MLP(sizes))
    assert said in str(raised.value)


def test_a_box_needs_a_prior_with_corners() -> None:
    sizes = Sizes(EVENT, L)
    posterior: Posterior = build("posterior", "box", sizes, MLP(sizes))
    with pytest.raises(ClashError, match=r"prior 'normal' has no numbers low and high; use prior 'uniform'"):
        posterior.bind(build("prior", "normal", sizes))


# The user's own modules


class Gives(nn.Module):
    """Gives what a function makes of x."""

    def __init__(self, make: Callable[..., Any], **facts: Any) -> None:
        super().__init__()
        self.make = make
        for name, value in facts.items():
            setattr(self, name, value)

    def forward(self, x: Tensor) -> Any:
        return self.make(x)


def own(make: Callable[..., Any], **facts: Any) -> OwnPosterior:
    return OwnPosterior(Sizes(EVENT, L), Gives(make, **facts))


def batch(width: int = L, rows: int = 2) -> distributions.Normal:
    return distributions.Normal(torch.zeros(rows, width), torch.ones(rows, width))


@pytest.mark.parametrize(
    ("make", "ours"),
    [
        (lambda x: distributions.Normal(x[:, :L], x[:, L : 2 * L].exp()), DiagonalNormal),
        (lambda x: distributions.Independent(distributions.Normal(x[:, :L], 1.0), 1), DiagonalNormal),
        (lambda x: distributions.MultivariateNormal(x[:, :L], 2 * torch.eye(L).to(x)), FullNormal),
        (lambda x: distributions.MultivariateNormal(x[:, :L], scale_tril=torch.eye(L).to(x)), FullNormal),
    ],
    ids=["normal", "independent", "covariance", "root"],
)
def test_a_normal_of_torchs_is_taken_as_ours(make: Callable[..., Any], ours: type) -> None:
    x = data()
    q = own(make)(x)
    theirs = make(x)
    assert type(q) is ours
    z = normal(4, B, L)
    expected = theirs.log_prob(z)
    assert torch.allclose(q.log_prob(z), expected if expected.dim() == 2 else expected.sum(-1), rtol=1e-6)


def test_an_object_of_ours_is_taken_as_it_is() -> None:
    class Wide:
        """Uniform around x: two numbers of noise a value, no density away from its draws."""

        def __init__(self, x: Tensor) -> None:
            self.centre = x[:, :L]

        def draw(self, noise: Tensor) -> Draws:
            angle = torch.atan2(noise[..., :L], noise[..., L:])
            z = self.centre + angle
            return Draws(z, lambda: torch.full(z.shape[:-1], -L * math.log(2 * math.pi)))

    posterior = own(Wide, noise_size=2 * L)
    assert posterior.noise_size == 2 * L
    assert posterior.density == "own draws"
    assert not posterior.has_rows
    draws = posterior(torch.zeros(B, *EVENT)).draw(torch.randn(4, B, 2 * L, generator=generator()))
    assert draws.z.shape == (4, B, L)
    assert bool((draws.z.abs() <= math.pi).all())


def test_declared_facts_are_believed() -> None:
    class Sure:
        def __init__(self, x: Tensor) -> None:
            self.mean = x[:, :L]

        def draw(self, noise: Tensor) -> Draws:
            return Draws(self.mean.expand(len(noise), -1, -1), lambda: 1 / 0)

    posterior = own(Sure, density="nowhere", support="sphere", noise_size=0)
    assert (posterior.density, posterior.support, posterior.noise_size) == ("nowhere", "sphere", 0)


def test_the_users_module_stays_untouched() -> None:
    given = Torchs()
    before = given.layer.weight.detach().clone()
    posterior = OwnPosterior(Sizes(EVENT, L), given)
    initialise(posterior, generator())
    assert torch.equal(posterior.module.layer.weight, before)
    with torch.no_grad():
        posterior.module.layer.weight += 1
    assert torch.equal(given.layer.weight, before)


def test_a_posterior_that_reads_a_condition_gets_it() -> None:
    class Reads(nn.Module):
        def forward(self, x: Tensor, c: Tensor) -> distributions.Distribution:
            return distributions.Normal(x[:, :L] + c, 1.0)

    posterior = OwnPosterior(Sizes(EVENT, L, condition_dim=L), Reads())
    x, c = data(), normal(B, L, seed=5)
    assert torch.equal(posterior(x, c).mean, x[:, :L] + c)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda x: batch(3),
            "a mean of shape (2, 3) for 2 examples, drawn 3 times; wanted is (2, 2) with latent_dim=2",
        ),
        (lambda x: batch(1), "a mean of shape (2, 1)"),
        (lambda x: distributions.Normal(torch.zeros(L), torch.ones(L)), "a mean of shape (2,)"),
        (lambda x: distributions.LogNormal(x[:, :L], 1.0), "gave a LogNormal; it must give a torch Normal"),
        (lambda x: x, "gave a Tensor; it must give a torch Normal"),
        (lambda x: x @ torch.zeros(4, 4), "cannot take an input of shape (2, 5): "),
    ],
    ids=["wide", "narrow", "no batch", "another family", "a tensor", "an error"],
)
def test_what_came_out_of_a_posterior_is_said(make: Callable[..., Any], said: str) -> None:
    with pytest.raises(NetworkError) as raised:
        own(make)
    assert said in str(raised.value)


class Drawn:
    def __init__(self, z: Tensor, log_q: Tensor) -> None:
        self.given = Draws(z, lambda: log_q)

    def draw(self, noise: Tensor) -> Draws:
        return self.given


@pytest.mark.parametrize(
    ("z", "log_q", "said"),
    [
        (torch.zeros(3, 2, 4), torch.zeros(3, 2), "draws of codes of shape (3, 2, 4)"),
        (torch.zeros(3, 2, 2), torch.zeros(3, 2, 2), "log_q of shape (3, 2, 2)"),
    ],
    ids=["codes", "log_q"],
)
def test_what_an_object_of_ours_draws_is_checked(z: Tensor, log_q: Tensor, said: str) -> None:
    with pytest.raises(NetworkError) as raised:
        own(lambda x: Drawn(z, log_q))
    assert said in str(raised.value)
