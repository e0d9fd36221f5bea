"""log p(x) = ELBO + KL(q || p(z | x)) on three models, each by the best method that it allows."""

from __future__ import annotations

from typing import Any

from vaekit.article.table import Cell, Table
from vaekit.estimators.vae import VAE
from vaekit.estimators.whole_fit import whole_fit
from vaekit.kinds import Array
from vaekit.spec import part

LINEAR: dict[str, Any] = {"likelihood": part("gaussian", scale="learned"), "network": part("mlp", hidden=())}


def elbo_by_three_methods(
    X: Any,
    test: Any,
    *,
    latent_dim: int = 8,
    max_epochs: int | str = 30,
    image_shape: Any = None,
    seed: int = 0,
) -> Table:
    """Fit probabilistic PCA, a VAE with 2 latent values and one with `latent_dim` to X, and decompose rows of test."""
    common: dict[str, Any] = {"max_epochs": max_epochs, "random_state": seed, "image_shape": image_shape}
    models = {
        f"probabilistic PCA, {latent_dim} latent values": VAE(latent_dim, **LINEAR, **common),
        "VAE, 2 latent values": VAE(2, **common),
        f"VAE, {latent_dim} latent values": VAE(latent_dim, **common),
    }
    return Table.of(
        [decomposed(name, whole_fit(model, X), test) for name, model in models.items()],
        (
            f"Nats per example, means over {len(test):,} rows that no model was fitted to.",
            "log_px = elbo + kl_to_posterior; elbo = reconstruction - kl_to_prior. By importance sampling "
            "kl_to_posterior is that difference itself; the other methods find it on its own, and `off` is what the "
            "identity lacks.",
        ),
    )


def decomposed(name: str, model: VAE, rows: Array, method: str = "auto") -> dict[str, Cell]:
    """The row of a fitted model."""
    found = model.elbo_decomposition(rows, method)
    means = found.means()
    off = means["elbo"] + means["kl_to_posterior"] - means["log_px"]
    return {"model": name, **means, "log_px_error": found.log_px_error, "off": off, "method": found.method}
