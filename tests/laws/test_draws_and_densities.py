"""Every prior and posterior: draws agree with the density, KL with Monte Carlo, and weights average to p(x)."""

import math

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussian
from scipy.stats import kstest

from vaekit.distributions.kl import closed_form_kl
from vaekit.errors import ClashError, SpecError
from vaekit.model import make_model
from vaekit.nn.initialise import initialise
from vaekit.spec import Sizes, Spec, names, part

GRID = torch.linspace(-9, 9, 721, dtype=torch.float64)
CELL = float(GRID[1] - GRID[0]) ** 2
PLANE = torch.cartesian_prod(GRID, GRID)


def model_of(prior="normal", posterior="normal", latent_dim=2, seed=0):
    spec = Spec(
        latent_dim=latent_dim, likelihood=part("gaussian", scale=0.8), prior=prior, posterior=posterior,
        bound="elbo" if posterior != "point" else "reconstruction",
        penalties=("mmd",) if posterior == "point" else (), network=part("mlp", hidden=(16,)),
    )  # fmt: skip
    generator = torch.Generator().manual_seed(seed)
    examples = torch.randn(200, 5, generator=generator)
    sizes = Sizes((5,), latent_dim, facts={"examples": examples})
    model = make_model(spec, sizes, generator).double()
    with torch.no_grad():  # away from the start, where many parts are trivial
        for weight in model.parameters():
            weight.add_(0.15 * torch.randn(weight.shape, generator=generator, dtype=weight.dtype))
    return model


DENSE_PRIORS = {
    "normal": ("normal", "normal"),
    "mixture": (part("mixture", components=3), "normal"),
    "uniform": (part("uniform", low=-2.0, high=1.0), "box"),
    "vamp": (part("vamp", components=4), "normal"),
    "vamp of full normals": (part("vamp", components=4), "full-normal"),
}


@pytest.mark.parametrize("name", DENSE_PRIORS)
def test_a_priors_density_integrates_to_one_and_its_draws_follow_it(name):
    prior, posterior = DENSE_PRIORS[name]
    model = model_of(prior, posterior)
    with torch.no_grad():
        p = model.prior()
        density = p.log_prob(PLANE).exp().reshape(len(GRID), len(GRID))
        drawn = model.prior.sample(4000, torch.Generator().manual_seed(1)).double()
    assert float(density.sum()) * CELL == pytest.approx(1, abs=0.02)
    for axis in (0, 1):
        marginal = density.sum(1 - axis) * float(GRID[1] - GRID[0])
        cumulative = torch.cumsum(marginal, 0) * float(GRID[1] - GRID[0])
        found = kstest(drawn[:, axis].numpy(), lambda v, c=cumulative: np.interp(v, GRID.numpy(), c.numpy()))
        # The grid's own error is a cell of the box at most; a wrong law is further away than both.
        assert found.statistic < 1.95 / math.sqrt(len(drawn)) + 0.01


def test_a_mixture_agrees_with_torch():
    model = model_of(part("mixture", components=3))
    prior = model.prior
    z = torch.randn(50, 2, dtype=torch.float64)
    theirs = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=prior.logits),
        torch.distributions.Independent(
            torch.distributions.Normal(prior.means, (0.5 * prior.log_variances).exp()), 1
        ),
    )
    torch.testing.assert_close(prior().log_prob(z), theirs.log_prob(z))


def test_a_vamp_prior_is_the_mean_of_its_posteriors_and_owns_no_encoder():
    model = model_of(part("vamp", components=4))
    z = torch.randn(7, 2, dtype=torch.float64)
    u = model.prior.pseudo_inputs.clamp(model.prior.low, model.prior.high)
    q = model.posterior(u)
    each = torch.stack(
        [torch.distributions.Normal(q.mean[c], q.scale[c]).log_prob(z).sum(-1).exp() for c in range(4)]
    )
    torch.testing.assert_close(model.prior().log_prob(z), each.mean(0).log())
    assert not any("encoder" in name for name, _ in model.prior.named_parameters())


@pytest.mark.parametrize("posterior", ["normal", "full-normal", "box"])
def test_where_a_posterior_has_a_density_its_draws_know_the_same(posterior):
    model = model_of("uniform" if posterior == "box" else "normal", posterior)
    q = model.encode(torch.randn(6, 5, dtype=torch.float64))
    draws = q.draw(torch.randn(9, 6, model.noise_size, dtype=torch.float64))
    torch.testing.assert_close(draws.log_q, q.log_prob(draws.z), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("posterior", ["normal", "full-normal"])
def test_draws_have_the_mean_and_covariance_that_q_says(posterior):
    model = model_of("normal", posterior)
    with torch.no_grad():
        q = model.encode(torch.randn(2, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
        z = q.draw(
            torch.randn(40_000, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
        ).z
    for row in (0, 1):
        spread = torch.sqrt(q.variance[row])
        assert ((z[:, row].mean(0) - q.mean[row]).abs() < 5 * spread / 200).all()
        error = 5 * spread[:, None] * spread[None] * math.sqrt(2) / 200
        assert ((torch.cov(z[:, row].T) - q.covariance[row]).abs() < error).all()


@pytest.mark.parametrize("posterior", ["normal", "full-normal"])
def test_the_closed_form_kl_agrees_with_torch_and_with_monte_carlo(posterior):
    model = model_of("normal", posterior)
    with torch.no_grad():
        q = model.encode(torch.randn(4, 5, dtype=torch.float64))
        known = closed_form_kl(q, model.prior()).sum(-1)
        ours = torch.distributions.MultivariateNormal(q.mean, q.covariance)
        standard = torch.distributions.MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
        torch.testing.assert_close(known, torch.distributions.kl_divergence(ours, standard))
        draws = q.draw(torch.randn(20_000, 4, 2, dtype=torch.float64))
        each = draws.log_q - model.prior().log_prob(draws.z)
    assert ((each.mean(0) - known).abs() < 5 * each.std(0) / math.sqrt(20_000)).all()


def test_the_reparametrised_gradient_of_a_quadratic_is_the_analytic_one():
    """d/dmean E|z|^2 = 2 mean and d/dlog_variance E|z|^2 = variance."""
    model = model_of()
    q = model.encode(torch.randn(3, 5, dtype=torch.float64))
    q.mean.retain_grad()
    q.log_variance.retain_grad()
    draws = 20_000
    z = q.draw(torch.randn(draws, 3, 2, dtype=torch.float64)).z
    z.square().mean(0).sum().backward()
    spread = q.scale.detach()
    assert ((q.mean.grad - 2 * q.mean.detach()).abs() < 4 * 2 * spread / math.sqrt(draws)).all()
    wobble = spread.square() * math.sqrt(2) + spread * q.mean.detach().abs()
    assert ((q.log_variance.grad - q.variance.detach()).abs() < 4 * wobble / math.sqrt(draws)).all()


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_log_determinant_of_a_flow_is_that_of_its_jacobian(latent_dim):
    model = model_of("normal", "inverse-autoregressive", latent_dim)
    x = torch.randn(1, 5, dtype=torch.float64)
    noise = torch.randn(latent_dim, dtype=torch.float64)
    q = model.encode(x)

    def z_of(eps):
        return q.draw(eps.view(1, 1, -1)).z.flatten()

    jacobian = torch.autograd.functional.jacobian(z_of, noise)
    base = torch.distributions.Normal(0.0, 1.0).log_prob(noise).sum()
    claimed = q.draw(noise.view(1, 1, -1)).log_q.squeeze()
    torch.testing.assert_close(claimed, base - torch.linalg.slogdet(jacobian)[1], rtol=1e-8, atol=1e-8)


def test_a_masked_network_reads_only_what_came_before():
    from vaekit.nn.masked import Masked

    made = Masked(4, 3, 12, 2)
    initialise(made, torch.Generator().manual_seed(0))
    context = torch.randn(3)
    slopes = torch.stack(
        [
            torch.autograd.functional.jacobian(lambda z: made(z, context), torch.randn(4)).abs()
            for _ in range(30)
        ]
    ).sum(0)
    for i in range(4):
        assert (slopes[:, i, i:] == 0).all()
        assert i == 0 or (slopes[:, i, :i] > 0).any()


known = LinearGaussian()
WEIGHTED = {
    "full-normal": "full-normal",
    "normal": "normal",
    "inverse-autoregressive": "inverse-autoregressive",
    "hamiltonian, 1 step": part("hamiltonian", steps=1, first_step=0.02),
    "hamiltonian, 3 steps": part("hamiltonian", steps=3, first_step=0.1),
    "hamiltonian, 5 long steps": part("hamiltonian", steps=5, first_step=0.3),
}


@pytest.mark.parametrize("name", WEIGHTED)
def test_importance_weights_average_to_the_known_evidence(name):
    """E_q[p(x, z) / q(z | x)] = p(x) whatever q is: it fails when draw and density disagree by any factor."""
    spec = Spec(
        latent_dim=2, likelihood=part("gaussian", scale=known.noise), posterior=WEIGHTED[name],
        network=part("mlp", hidden=()),
    )  # fmt: skip
    model = make_model(spec, Sizes((5,), 2), torch.Generator().manual_seed(0)).double()
    wide = 2.0 * known.posterior_covariance
    with torch.no_grad():
        decoder, head = model.likelihood.decoder.last, model.posterior.head
        decoder.weight.copy_(torch.tensor(known.W))
        decoder.bias.copy_(torch.tensor(known.b))
        head.weight.zero_()
        head.bias.zero_()
        head.weight[:2] = torch.tensor(known.to_mean)
        head.bias[:2] = torch.tensor(-known.to_mean @ known.b)
        head.bias[2:4] = torch.tensor(np.log(np.diag(wide)))
    model.likelihood.scale.value = model.likelihood.scale.value.double().fill_(known.noise)
    noise = torch.randn(
        20_000, 6, model.noise_size, dtype=torch.float64, generator=torch.Generator().manual_seed(2)
    )
    with torch.no_grad():
        weights = (
            model(torch.tensor(known.x[:6]), noise).log_weight - torch.tensor(known.log_px()[:6])
        ).exp()
    error = weights.std(0) / math.sqrt(len(weights))
    assert ((weights.mean(0) - 1).abs() < 5 * error).all()
    assert (error < 0.1).all()


@pytest.mark.parametrize("prior", ["normal", "mixture", "vamp"])
@pytest.mark.parametrize("posterior", [n for n in names("posterior") if n != "box"])
def test_parts_have_the_same_first_weights_from_the_same_seed_and_leave_torch_alone(prior, posterior):
    if prior == "vamp" and posterior not in ("normal", "full-normal"):
        pytest.skip("this pair is a clash")
    if posterior == "point" and prior != "normal":
        pytest.skip("this pair is a clash")
    before = torch.get_rng_state()
    one, two = (model_of(prior, posterior, seed=3) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    for (name, a), b in zip(one.named_parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b), name


@pytest.mark.parametrize(
    "given", [np.random.default_rng(0).normal(size=(300, 2)), lambda n, rng: rng.normal(size=(n, 2))]
)
def test_a_sampled_prior_repeats_its_draws_and_keeps_its_shape(given):
    prior = model_of(part("sampled", draws=given), "point").prior
    one, two = (prior.sample(50, torch.Generator().manual_seed(4)) for _ in range(2))
    assert one.shape == (50, 2)
    assert torch.equal(one, two)
    assert not torch.equal(one, prior.sample(50, torch.Generator().manual_seed(5)))
    if isinstance(given, np.ndarray):
        rows = {tuple(row) for row in given.astype(np.float32).tolist()}
        assert all(tuple(row) in rows for row in one.float().tolist())


@pytest.mark.parametrize(
    "given", [np.zeros((10, 3)), lambda n, rng: rng.normal(size=(n, 5)), lambda n: n, None]
)
def test_a_sampled_prior_of_the_wrong_kind_is_refused_in_words(given):
    with pytest.raises(SpecError, match="prior 'sampled'"):
        model_of(part("sampled", draws=given), "point")


def test_a_vamp_prior_refuses_a_posterior_that_cannot_be_mixed():
    with pytest.raises(ClashError, match="prior 'vamp'"):
        model_of("vamp", "inverse-autoregressive")
