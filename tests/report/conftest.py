"""One small model of every kind, fitted once."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.datasets import load_digits, load_wine

from vaekit import AE, VAE

X = load_digits().data[:300]
WINE = load_wine().data


@pytest.fixture(scope="session")
def vae() -> VAE:
    return VAE(latent_dim=2, max_epochs=3, random_state=0).fit(X)


@pytest.fixture(scope="session")
def models(vae: VAE) -> dict[str, tuple[Any, Any]]:
    """name -> (estimator, rows): every kind of model on pictures and on a table."""
    return {
        "vae": (vae, X),
        "images": (VAE(max_epochs=1, random_state=0).fit(X.reshape(-1, 8, 8)), X.reshape(-1, 8, 8)),
        "ae": (AE(latent_dim=3, max_epochs=1, random_state=0).fit(X), X),
        "aae": (VAE.from_recipe("aae", max_epochs=1, random_state=0).fit(X), X),
        "table": (VAE(latent_dim=3, max_epochs=1, random_state=0).fit(WINE), WINE),
    }


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of words only, where the words are what is tested: drawing takes a second a page."""
    monkeypatch.setattr("vaekit.report.page.gallery", lambda *_: {})
