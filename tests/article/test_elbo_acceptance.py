"""Acceptance tests 12 to 16: the ELBO and its parts, where the answer is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from vaekit import VAE, part
from vaekit.bounds import elbo, log_mean_weight
from vaekit.data.read import read
from vaekit.distributions.bernoulli import Bernoulli
from vaekit.distributions.gaussian import Gaussian
from vaekit.distributions.normal import DiagonalNormal
from vaekit.errors import DataError, SpecError

D, L, NOISE = 6, 2, 0.5


def rows_of_ppca(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(D, L))
    rows = rng.normal(size=(n, L)) @ W.T + rng.normal(size=D) + NOISE * rng.normal(size=(n, D))
    return rows.astype(np.float32).astype(np.float64)  # which is how models get them


class PPCA:
    """A VAE that is probabilistic PCA, in float64, with the laws of its own weights computed here."""

    def __init__(self, posterior: str = "full-normal") -> None:
        self.X = rows_of_ppca(80)
        self.vae = VAE(
            L,
            likelihood=part("gaussian", scale=NOISE),
            posterior=posterior,
            network=part("mlp", hidden=()),
            scale_inputs=False,
            max_epochs=1,
            random_state=0,
        ).fit(self.X)
        self.vae.model_.double()
        last = self.vae.model_.likelihood.decoder.last
        with torch.no_grad():
            last.weight.copy_(torch.randn(D, L, generator=torch.Generator().manual_seed(1)))
        self.W, self.b = last.weight.detach().numpy(), last.bias.detach().numpy()
        # The scale is a float32 number in the model too.
        self.s = float(self.vae.model_.likelihood.scale.value)
        self.M = self.W.T @ self.W + self.s**2 * np.eye(L)
        self.to_mean = np.linalg.solve(self.M, self.W.T)
        self.posterior_covariance = self.s**2 * np.linalg.inv(self.M)
        self.log_px = multivariate_normal(self.b, self.W @ self.W.T + self.s**2 * np.eye(D)).logpdf(self.X)

    def set_q(self, to_mean: np.ndarray, covariance: np.ndarray, shift: float = 0.0) -> None:
        """q(z | x) = N(to_mean (x - b) + shift, covariance)."""
        head = self.vae.model_.posterior.head
        root = np.linalg.cholesky(covariance)
        bias = np.r_[shift - to_mean @ self.b, 2 * np.log(np.diag(root)), root[np.tril_indices(L, -1)]]
        with torch.no_grad():
            head.weight.zero_()
            head.weight[:L] = torch.tensor(to_mean)
            head.bias.copy_(torch.tensor(bias[: len(head.bias)]))


def test_12_the_reparametrised_gradient_is_the_gradient_of_the_mean(accept: Any) -> None:
    rng = np.random.default_rng(0)
    A, b = rng.normal(size=(3, 3)), torch.tensor(rng.normal(size=3))
    A = torch.tensor(A + A.T)
    mean = torch.tensor(rng.normal(size=(1, 3)), requires_grad=True)
    log_variance = torch.tensor(rng.normal(size=(1, 3)), requires_grad=True)
    noise = torch.tensor(rng.normal(size=(20_000, 1, 3)))
    z = DiagonalNormal(mean, log_variance).draw(noise).z
    f = (z @ A * z).sum(-1) + z @ b
    found = torch.autograd.grad(f.mean(), (mean, log_variance), retain_graph=True)
    # Of one draw: df/dz for the mean, df/dz dz/d(log variance) for the log-variance.
    (by_z,) = torch.autograd.grad(f.sum(), z)
    each = (by_z, by_z * 0.5 * (log_variance / 2).exp() * noise)
    exact = (2 * mean @ A + b, A.diagonal() * log_variance.exp())
    off = max(
        float(((g - e).detach().abs() / (draws.detach().std(0) / math.sqrt(len(noise)))).max())
        for g, e, draws in zip(found, exact, each, strict=True)
    )
    accept(12, "reparametrised gradient, standard errors from the exact one", off, most=4)


def test_12_the_gradient_of_the_loss_agrees_with_finite_differences(accept: Any) -> None:
    vae = VAE(2, likelihood="bernoulli", network=part("mlp", hidden=(5,), activation="tanh"), max_epochs=1)
    X = (np.random.default_rng(0).uniform(size=(60, 7)) > 0.5).astype(float)
    model = vae.set_params(random_state=0).fit(X).model_.double()
    x, noise = (
        torch.tensor(X),
        torch.randn(1, 60, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)),
    )

    def loss() -> torch.Tensor:
        return -elbo(model(x, noise)).mean()

    worst = 0.0
    for weights in model.parameters():
        (gradient,) = torch.autograd.grad(loss(), weights)
        for at in range(0, weights.numel(), 5):
            value = weights.data.view(-1)
            before, step = float(value[at]), 1e-5
            ends = []
            for moved in (before + step, before - step):
                value[at] = moved
                ends.append(loss().item())
            value[at] = before
            worst = max(worst, abs((ends[0] - ends[1]) / (2 * step) - float(gradient.view(-1)[at])))
    accept(12, "gradient of -ELBO against finite differences, float64", worst, most=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_13_the_elbo_and_the_kl_to_the_posterior_make_log_px_for_any_q(seed: int, accept: Any) -> None:
    ppca, rng = PPCA(), np.random.default_rng(seed)
    root = rng.normal(size=(L, L))
    covariance = 0.3 * root @ root.T + 0.05 * np.eye(L)
    ppca.set_q(rng.normal(size=(L, D)) * 0.3, covariance, shift=0.4)
    found = ppca.vae.elbo_decomposition(ppca.X)
    assert found.method == "exact"
    np.testing.assert_allclose(found.log_px, ppca.log_px, rtol=0, atol=1e-9)
    off = np.abs(found.elbo + found.kl_to_posterior - found.log_px).max()
    accept(13, f"|ELBO + KL(q to posterior) - log p(x)|, random q {seed}", off, most=1e-8)
    # The ELBO by hand: E|x - W z - b|^2 = |x - W m - b|^2 + trace(W S W').
    m = (ppca.X - ppca.b) @ ppca.vae.model_.posterior.head.weight[:L].detach().numpy().T + 0.4
    squares = ((ppca.X - m @ ppca.W.T - ppca.b) ** 2).sum(1) + np.trace(ppca.W @ covariance @ ppca.W.T)
    reconstruction = -0.5 * squares / ppca.s**2 - D * math.log(ppca.s * math.sqrt(2 * math.pi))
    kl = 0.5 * ((m**2).sum(1) + np.trace(covariance) - L - np.linalg.slogdet(covariance)[1])
    np.testing.assert_allclose(found.reconstruction, reconstruction, atol=1e-9)
    np.testing.assert_allclose(found.kl_to_prior, kl, atol=1e-9)
    np.testing.assert_allclose(found.gap, found.log_px - (reconstruction - kl), atol=1e-9)


def test_13_the_gap_is_zero_at_the_posterior_and_known_for_the_best_diagonal_q(accept: Any) -> None:
    ppca = PPCA()
    ppca.set_q(ppca.to_mean, ppca.posterior_covariance)
    found = ppca.vae.elbo_decomposition(ppca.X)
    accept(13, "gap at the exact posterior", np.abs(found.gap).max(), most=1e-8)
    diagonal = PPCA("normal")
    diagonal.set_q(diagonal.to_mean, np.diag(diagonal.s**2 / np.diag(diagonal.M)))
    known = 0.5 * (np.log(np.diag(diagonal.M)).sum() - np.linalg.slogdet(diagonal.M)[1])
    found = diagonal.vae.elbo_decomposition(diagonal.X)
    assert known > 1e-3
    accept(13, "gap of the best diagonal q against its formula", np.abs(found.gap - known).max(), most=1e-8)
    assert np.abs(found.kl_to_posterior - known).max() <= 1e-8


def test_13_quadrature_and_importance_sampling_agree_with_the_closed_form() -> None:
    ppca, rng = PPCA(), np.random.default_rng(0)
    ppca.set_q(ppca.to_mean, 2.0 * ppca.posterior_covariance, shift=0.1 * rng.normal())
    exact = ppca.vae.elbo_decomposition(ppca.X)
    grid = ppca.vae.elbo_decomposition(ppca.X, "quadrature")
    for name in ("log_px", "elbo", "reconstruction", "kl_to_prior", "kl_to_posterior"):
        np.testing.assert_allclose(getattr(grid, name), getattr(exact, name), atol=2e-5, err_msg=name)
    drawn = ppca.vae.elbo_decomposition(ppca.X, "importance", n_samples=2000)
    away = abs(drawn.means()["log_px"] - exact.means()["log_px"])
    assert 0 < drawn.log_px_error < 0.02
    assert away < 4 * drawn.log_px_error
    np.testing.assert_allclose(drawn.elbo, exact.elbo, atol=1e-9)  # closed form there too


def test_13_quadrature_is_the_integral_of_a_curved_model_in_one_and_two_values() -> None:
    X = read("digits").X[:60]
    for latent_dim, points in ((1, 40_001), (2, 701)):
        vae = VAE(
            latent_dim,
            likelihood="bernoulli",
            binarize=0.5,
            network=part("mlp", hidden=(16,), activation="tanh"),
            max_epochs=60,
            learning_rate=0.01,
            random_state=0,
        ).fit(X)
        found = vae.elbo_decomposition(X[:4])
        x = torch.tensor(X[:4].reshape(4, 64) > 0.5, dtype=torch.float64)
        axis = torch.linspace(-7, 7, points, dtype=torch.float64)
        z = torch.cartesian_prod(*[axis] * latent_dim).view(-1, latent_dim)
        model = vae.model_.double()
        with torch.no_grad():
            logits = torch.cat([model.likelihood.decoder(some) for some in z.split(50_000)]).flatten(1)
            log_px = logits @ x.T - torch.nn.functional.softplus(logits).sum(1, keepdim=True)
        log_pz = -0.5 * z.square().sum(1) - 0.5 * latent_dim * math.log(2 * math.pi)
        truth = (log_px + log_pz[:, None]).logsumexp(0) + latent_dim * math.log(14 / (points - 1))
        np.testing.assert_allclose(found.log_px, truth.numpy(), atol=1e-3)
        assert np.abs(found.elbo + found.kl_to_posterior - found.log_px).max() < 2e-3


def test_14_bounds_rise_with_their_draws_towards_log_px(accept: Any) -> None:
    ppca = PPCA()
    ppca.set_q(ppca.to_mean, 3.0 * ppca.posterior_covariance, shift=0.2)
    model, x = ppca.vae.model_, torch.tensor(ppca.X)
    generator = torch.Generator().manual_seed(0)
    means, errors = [], []
    for draws in (1, 5, 50):
        repeats = []
        for _ in range(200):
            noise = torch.randn(draws, len(x), L, generator=generator, dtype=torch.float64)
            with torch.no_grad():
                evidence = model(x, noise)
                value = elbo(evidence) if draws == 1 else log_mean_weight(evidence)
            repeats.append(float(value.mean()))
        means.append(np.mean(repeats))
        errors.append(np.std(repeats, ddof=1) / math.sqrt(len(repeats)))
    means, errors = [*means, ppca.log_px.mean()], [*errors, 0.0]
    names = ("ELBO", "IWAE 5", "IWAE 50", "log p(x)")
    for at in range(3):
        reach = 3 * math.hypot(errors[at], errors[at + 1])
        accept(14, f"{names[at + 1]} less {names[at]}, nats", means[at + 1] - means[at], least=-reach)
    assert means[1] > means[0] + 0.01  # this q is wrong enough for the bounds to differ


@pytest.mark.slow
def test_15_a_trained_linear_vae_reaches_the_best_probabilistic_pca(accept: Any) -> None:
    X = rows_of_ppca(2000, seed=3)
    vae = VAE(
        L,
        likelihood=part("gaussian", scale="learned"),
        network=part("mlp", hidden=()),
        scale_inputs=False,
        validation_fraction=0.0,
        max_epochs=150,
        learning_rate=0.01,
        schedule="cosine",
        random_state=0,
    ).fit(X)
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1]
    noise = values[L:].mean()
    best = -0.5 * (
        np.log(values[:L]).sum() + (D - L) * math.log(noise) + D + D * math.log(2 * math.pi)
    )  # Tipping and Bishop, 1999
    bound = float(vae.elbo_decomposition(X).elbo.mean())
    accept(
        15, "ELBO of a linear VAE less the best log p(x) of PPCA, nats", bound - best, least=-0.5, most=1e-4
    )


def test_16_squared_error_is_the_gaussian_log_density_less_a_constant(accept: Any) -> None:
    rng = np.random.default_rng(0)
    x, centre = torch.tensor(rng.uniform(size=(3, 784))), torch.tensor(rng.uniform(size=(1, 3, 784)))
    log_px = Gaussian(centre, torch.ones((), dtype=torch.float64)).log_prob(x)[0]
    rest = -log_px - 0.5 * (x - centre[0]).square().sum(1)
    accept(16, "(D/2) ln 2 pi for D = 784", float(rest[0]), least=720.4477, most=720.4479)
    np.testing.assert_allclose(rest.numpy(), 392 * math.log(2 * math.pi), rtol=1e-12)
    logits = torch.tensor(rng.normal(size=(1, 3, 784), scale=3))
    p = torch.sigmoid(logits[0])
    for target in (x, (x > 0.5).double()):
        by_hand = (target * p.log() + (1 - target) * (1 - p).log()).sum(1)
        off = float((Bernoulli(logits).log_prob(target)[0] - by_hand).abs().max())
        accept(16, "bernoulli by logits against by probabilities", off, most=1e-5)


def test_a_decomposition_that_cannot_be_had_says_why() -> None:
    X = read("digits").X[:80]
    vae = VAE(3, likelihood="bernoulli", binarize=0.5, max_epochs=1, random_state=0).fit(X)
    with pytest.raises(DataError, match=r"latent_dim=3; use method='importance'"):
        vae.elbo_decomposition(X[:5], "quadrature")
    with pytest.raises(DataError, match="needs a linear decoder"):
        vae.elbo_decomposition(X[:5], "exact")
    with pytest.raises(DataError, match="Did you mean 'quadrature'"):
        vae.elbo_decomposition(X[:5], "quadratur")
    relaxed = VAE(2, likelihood=part("bernoulli", relaxed=True), max_epochs=1, random_state=0).fit(X)
    for method in (relaxed.elbo_decomposition, relaxed.log_likelihood):
        with pytest.raises(SpecError, match="no likelihood"):
            method(X[:5])
    entropy = (
        -(X * np.log(np.clip(X, 1e-30, 1)) + (1 - X) * np.log(np.clip(1 - X, 1e-30, 1))).sum((1, 2, 3)).mean()
    )
    found = relaxed.ledger(X)
    assert found["relaxed_floor"] == pytest.approx(entropy, rel=1e-6)
    assert found["reconstruction"] > found["relaxed_floor"]


def test_a_decomposition_stands_in_the_units_of_the_data() -> None:
    ppca = PPCA()
    X = 100 * ppca.X
    scaled = VAE(
        L, likelihood=part("gaussian", scale="learned"), network=part("mlp", hidden=()), max_epochs=2
    )
    scaled.set_params(random_state=0).fit(X)
    found = scaled.elbo_decomposition(X)
    np.testing.assert_allclose(found.elbo, scaled.score_samples(X), atol=1e-8)
    assert found.kl_to_posterior == pytest.approx(found.gap, abs=1e-8)
