"""Scores: the same answer twice, in any order and in any batch, in the units of the user, and true."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from vaekit import AE, VAE, part

quick = {"max_epochs": 3, "random_state": 0}
rng = np.random.default_rng(0)
real = rng.normal(size=(400, 6)) @ rng.normal(size=(6, 6))
pictures = (rng.random((70, 18, 20)) > 0.7).astype(float)

MODELS = {
    "normal": (VAE(**quick), real),
    "iwae": (VAE(bound=part("iwae", samples=3), **quick), real),
    "flow": (VAE(posterior="inverse-autoregressive", **quick), real),
    "hamiltonian": (VAE(posterior="hamiltonian", **quick), real),
    "vamp": (VAE(prior="vamp", **quick), real),
    "student-t": (VAE(likelihood=part("student-t", scale="network"), **quick), real),
    "wide mlp": (VAE(network=part("mlp", hidden=(64,)), **quick), rng.normal(size=(120, 400))),
    "conv": (VAE(binarize=0.5, **quick), pictures),
    "dynamic": (VAE(binarize="dynamic", **quick), rng.random((80, 30))),
    "static": (VAE(binarize="static", **quick), rng.random((80, 30))),
    "counts": (VAE(likelihood="poisson", **quick), rng.poisson(2.0, size=(90, 7)).astype(float)),
}


@pytest.fixture(scope="module")
def fitted():
    return {name: (model.fit(X), X) for name, (model, X) in MODELS.items()}


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_the_same_twice_in_any_order_and_in_any_batch(name, fitted):
    vae, X = fitted[name]
    whole = vae.score_samples(X)
    assert whole.dtype == np.float64 and whole.shape == (len(X),)
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_array_equal(vae.score_samples(X), whole)
    np.testing.assert_allclose(vae.score_samples(X[order]), whole[order], rtol=1e-7, atol=1e-7)
    for size in (1, 7, 64):
        some = X[:size]
        np.testing.assert_allclose(vae.score_samples(some), whole[:size], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", MODELS)
def test_codes_do_not_depend_on_the_rows_beside_them(name, fitted):
    vae, X = fitted[name]
    codes = vae.transform(X)
    order = np.random.default_rng(2).permutation(len(X))
    np.testing.assert_allclose(vae.transform(X[order]), codes[order], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(vae.transform(X[:1]), codes[:1], rtol=1e-7, atol=1e-7)


def test_one_importance_sample_is_the_elbo_of_the_same_draw(fitted):
    """log p(x, z) - log q(z | x) of one draw is what both are; the ELBO's KL is taken from that draw."""
    vae, X = fitted["normal"]
    reader = vae._reader()
    x = vae.treatment_.to_model(X)
    one = reader.by_batches(x, lambda t, rows: reader.evidence(t, rows, 1).log_weight[0])
    evidence_parts = reader.by_batches(
        x, lambda t, rows: (lambda e: e.log_px[0] - e.kl_of_draws)(reader.evidence(t, rows, 1))
    )
    np.testing.assert_allclose(one, evidence_parts, atol=1e-10)


def test_rescaling_the_data_shifts_a_density_by_the_log_jacobian():
    scales = np.array([1e-3, 0.5, 1.0, 3.0, 10.0, 1e4])
    one = VAE(**quick).fit(real)
    other = VAE(**quick).fit(real * scales + 5)
    found = other.score_samples(real * scales + 5) - one.score_samples(real)
    np.testing.assert_allclose(found, -np.log(scales).sum(), atol=1e-3)
    ae = AE(**quick).fit(real).score(real) - AE(**quick).fit(real * scales).score(real * scales)
    assert ae == pytest.approx(np.log(scales).sum(), abs=1e-3)


def test_a_mass_function_is_not_shifted():
    bits = (rng.random((100, 16)) > 0.5).astype(float)
    assert VAE(**quick).fit(bits).treatment_.log_jacobian == 0


def test_ae_score_is_the_mean_log_likelihood_at_its_own_code():
    ae = AE(likelihood=part("gaussian", scale=0.7), scale_inputs=False, **quick).fit(real)
    away = real - ae.reconstruct(real)
    by_hand = multivariate_normal(np.zeros(6), 0.49 * np.eye(6)).logpdf(away)
    assert ae.score(real) == pytest.approx(by_hand.mean(), rel=1e-5)


def exact_log_px(vae, X):
    """log p(x) of a linear VAE from its own W, b and scale, in the units of X, by scipy."""
    decoder = vae.model_.likelihood.decoder.last
    W, b = decoder.weight.detach().double().numpy(), decoder.bias.detach().double().numpy()
    scale = float(vae.model_.likelihood.scale(None).detach())
    D = np.broadcast_to(vae.treatment_.scale, b.shape)
    covariance = D[:, None] * (W @ W.T + scale**2 * np.eye(len(b))) * D
    return multivariate_normal(D * b + vae.treatment_.offset, covariance).logpdf(X)


def test_the_mean_score_is_within_a_twentieth_of_a_nat_of_the_closed_form():
    """The ELBO of a linear model with a diagonal q, in closed form, against scores averaged over rows."""
    vae = VAE(network=part("mlp", hidden=()), likelihood="gaussian", max_epochs=30, random_state=0).fit(real)
    exact = exact_log_px(vae, real)
    decoder = vae.model_.likelihood.decoder.last
    W = decoder.weight.detach().double().numpy()
    scale = float(vae.model_.likelihood.scale(None).detach())
    x = vae.treatment_.to_model(real).astype(float)
    head = vae.model_.posterior.head
    numbers = x @ head.weight.detach().double().numpy().T + head.bias.detach().double().numpy()
    mean, log_variance = numbers[:, :2], numbers[:, 2:]
    posterior = np.linalg.inv(np.eye(2) + W.T @ W / scale**2)
    true_mean = (x - decoder.bias.detach().double().numpy()) @ (posterior @ W.T / scale**2).T
    inverse = np.linalg.inv(posterior)
    away = true_mean - mean
    kl = 0.5 * (
        (np.exp(log_variance) * np.diag(inverse)).sum(1) - 2 + np.einsum("ni,ij,nj->n", away, inverse, away)
        - np.linalg.slogdet(inverse)[1] - log_variance.sum(1)
    )  # fmt: skip
    assert vae.score_samples(real).mean() == pytest.approx((exact - kl).mean(), abs=0.05)


def test_importance_sampling_agrees_with_the_closed_form_within_its_error():
    vae = VAE(network=part("mlp", hidden=()), likelihood="gaussian", max_epochs=30, random_state=0).fit(real)
    found = vae.log_likelihood(real[:100], n_samples=2000)
    exact = exact_log_px(vae, real[:100])
    assert abs(found.value - exact.mean()) < 4 * found.monte_carlo_error + 1e-6
    assert found.sampling_error == pytest.approx(exact.std(ddof=1) / 10, rel=0.05)
    assert 1 <= found.effective_sample_size <= 2000
    assert vae.score_samples(real[:100]).mean() <= found.value + 4 * found.monte_carlo_error


TABLES = {
    "digits": load_digits,
    "wine": load_wine,
    "breast cancer": load_breast_cancer,
    "diabetes": load_diabetes,
}


def standardised(load):
    X = load().data
    return StandardScaler().fit_transform(X[:, X.std(0) > 0])


def linear_vae(latent_dim, X, steps):
    """Schedule: batches of 256, Adam from 0.01 down half a cosine, this many steps."""
    return VAE(
        latent_dim=latent_dim, network=part("mlp", hidden=()), likelihood=part("gaussian", scale="learned"),
        validation_fraction=0, batch_size=256, max_epochs=int(np.ceil(steps / np.ceil(len(X) / 256))),
        learning_rate=1e-2, schedule="cosine", random_state=0,
    ).fit(X)  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_linear_vae_reaches_probabilistic_pca_and_no_more(name):
    X = standardised(TABLES[name])
    scores = linear_vae(2, X, steps=3000).score_samples(X)
    best = PCA(2, svd_solver="full").fit(X).score(X)
    assert scores.mean() >= best - 0.5
    error = scores.std(ddof=1) / np.sqrt(len(X))
    assert scores.mean() <= best + 3 * error + 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("latent_dim", [5, 8])
@pytest.mark.parametrize("name", TABLES)
def test_a_wider_linear_vae_reaches_probabilistic_pca_and_no_more(name, latent_dim):
    X = standardised(TABLES[name])
    scores = linear_vae(latent_dim, X, steps=8000).score_samples(X)
    best = PCA(latent_dim, svd_solver="full").fit(X).score(X)
    assert best - 0.5 <= scores.mean() <= best + 3 * scores.std(ddof=1) / np.sqrt(len(X)) + 1e-3
