"""A VAE of a table whose columns have a likelihood each: trained, sampled, scored, stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vaekit import VAE, load, part
from vaekit.errors import DataError

COLUMNS = ("gaussian", part("categorical", categories=3), "poisson", "log-normal", "bernoulli", "logistic")


def table(rows: int = 120) -> np.ndarray:
    """One hidden number decides a little of every column."""
    rng = np.random.default_rng(0)
    t = rng.normal(size=rows)
    columns = (
        t + rng.normal(size=rows),
        (t > 0).astype(float) + (t > 1),
        rng.poisson(np.exp(1 + t / 2)),
        np.exp(5 + t),
        rng.random(rows) < 1 / (1 + np.exp(-t)),
        np.clip(0.5 + 0.4 * t, 0, 1),
    )
    return np.stack(columns, 1).astype(np.float32)


@pytest.fixture(scope="module")
def fitted() -> VAE:
    return VAE(likelihood=part("mixed", columns=COLUMNS), max_epochs=30, random_state=0).fit(table())


def test_it_learns_and_its_samples_are_rows_of_the_table(fitted: VAE) -> None:
    first, last = fitted.history_[0], fitted.history_[-1]
    assert last["reconstruction"] < first["reconstruction"] - 1
    drawn = fitted.sample(200, random_state=0)
    fitted.model_.likelihood.check(drawn)
    assert set(np.unique(drawn[:, 1])) <= {0, 1, 2}
    assert (drawn[:, 5] == 0).any() or (drawn[:, 5] == 1).any()
    shown = fitted.reconstruct(table())
    assert set(np.unique(shown[:, 1])) <= {0, 1, 2}


def test_values_are_used_as_they_are_and_scores_are_in_their_units(fitted: VAE) -> None:
    np.testing.assert_array_equal(fitted.treatment_.to_model(table()), table())
    assert fitted.treatment_.log_jacobian == 0
    assert np.isfinite(fitted.score_samples(table())).all()


def test_it_is_stored_and_loaded_to_the_bit(fitted: VAE, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    back = load(tmp_path / "model")
    assert back.spec_ == fitted.spec_
    np.testing.assert_array_equal(back.score_samples(table()), fitted.score_samples(table()))
    np.testing.assert_array_equal(back.sample(20, random_state=1), fitted.sample(20, random_state=1))


def test_a_column_that_its_family_cannot_score_is_refused_by_its_number() -> None:
    X = table()
    X[3, 2] = -1
    with pytest.raises(DataError, match="column 2: likelihood 'poisson' needs counts"):
        VAE(likelihood=part("mixed", columns=COLUMNS), max_epochs=1).fit(X)
