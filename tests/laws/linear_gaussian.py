"""The model whose every answer is known: z ~ N(0, I), x = W z + b + noise of variance s^2.

log p(x), the posterior and the bounds come from linear algebra in float64; the parts of vaekit are set to the
same W, b, s and to any normal posterior.
"""

import numpy as np
import torch
from scipy.stats import multivariate_normal

from vaekit.model import make_model
from vaekit.spec import Sizes, Spec, part


class LinearGaussian:
    def __init__(self, features=5, latent_dim=2, noise=0.6, seed=0):
        rng = np.random.default_rng(seed)
        self.W = rng.normal(size=(features, latent_dim))
        self.b = rng.normal(size=features)
        self.noise = noise
        precision = np.eye(latent_dim) + self.W.T @ self.W / noise**2
        self.posterior_covariance = np.linalg.inv(precision)
        self.to_mean = self.posterior_covariance @ self.W.T / noise**2
        self.marginal = multivariate_normal(self.b, self.W @ self.W.T + noise**2 * np.eye(features))
        self.x = self.marginal.rvs(size=40, random_state=rng)

    def log_px(self):
        return self.marginal.logpdf(self.x)

    def posterior_mean(self):
        return (self.x - self.b) @ self.to_mean.T

    def elbo(self, covariance, shift=0.0):
        """The ELBO of q = N(posterior mean + shift, covariance) in closed form: log p(x) - KL(q || posterior)."""
        L = len(covariance)
        inverse = np.linalg.inv(self.posterior_covariance)
        away = np.full(L, shift)
        kl = 0.5 * (
            np.trace(inverse @ covariance)
            - L
            + away @ inverse @ away
            - np.linalg.slogdet(inverse @ covariance)[1]
        )
        return self.log_px() - kl

    def model(self, covariance=None, shift=0.0, posterior="full-normal", prior="normal"):
        """A vaekit model with these W, b and noise, and q = N(posterior mean + shift, covariance), in float64."""
        covariance = self.posterior_covariance if covariance is None else covariance
        features, latent_dim = self.W.shape
        spec = Spec(
            latent_dim=latent_dim,
            likelihood=part("gaussian", scale=self.noise),
            posterior=posterior,
            prior=prior,
            network=part("mlp", hidden=()),
        )
        model = make_model(spec, Sizes((features,), latent_dim), torch.Generator().manual_seed(0)).double()
        root = np.linalg.cholesky(covariance)
        with torch.no_grad():
            decoder = model.likelihood.decoder.last
            decoder.weight.copy_(torch.tensor(self.W))
            decoder.bias.copy_(torch.tensor(self.b))
            head = model.posterior.head
            head.weight.zero_()
            head.bias.zero_()
            head.weight[:latent_dim] = torch.tensor(self.to_mean)
            head.bias[:latent_dim] = torch.tensor(shift - self.to_mean @ self.b)
            head.bias[latent_dim : 2 * latent_dim] = torch.tensor(2 * np.log(np.diag(root)))
            if posterior == "full-normal":
                head.bias[2 * latent_dim :] = torch.tensor(root[np.tril_indices(latent_dim, -1)])
        model.likelihood.scale.value = model.likelihood.scale.value.double().fill_(self.noise)
        return model

    def evidence(self, model, draws, seed=0):
        noise = torch.randn(
            draws,
            len(self.x),
            model.noise_size,
            generator=torch.Generator().manual_seed(seed),
            dtype=torch.float64,
        )
        return model(torch.tensor(self.x), noise)
