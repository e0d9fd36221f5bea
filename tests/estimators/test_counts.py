"""Counts: likelihoods that vary more than their mean, shares of a row's total, sparse rows."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone

from vaekit import AE, CVAE, VAE, TabularVAE, load, part
from vaekit.data.sparse import SparseRows
from vaekit.errors import DataError
from vaekit.estimators import prepare

NB = part("negative-binomial", library="observed")
quick: dict[str, Any] = {"max_epochs": 3, "random_state": 0}


def counts(rows: int = 250, genes: int = 30, mean: float = 1.0) -> np.ndarray:
    """Counts whose rows differ in what they are and in how much was counted; most are 0."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, rows)
    rates = rng.gamma(0.5, 2 * mean, (2, genes))[kind] * rng.gamma(2.0, 0.5, (rows, 1))
    return rng.poisson(rng.gamma(2.0, rates / 2))


FITTED = {
    "negative-binomial": VAE(likelihood="negative-binomial", **quick),
    "library": VAE(likelihood=NB, **quick),
    "zero-inflated": VAE(likelihood=part("zero-inflated-negative-binomial", library="observed"), **quick),
    "poisson": VAE(likelihood="poisson", **quick),
    "ae": AE(likelihood="poisson", **quick),
}


@pytest.mark.parametrize("name", FITTED)
def test_sparse_rows_train_and_score_as_dense_ones_do_to_the_bit(name: str, tmp_path: Path) -> None:
    X = counts()
    dense = FITTED[name].fit(X)
    before = dense.model_.state_dict()
    answers = [dense.transform(X), dense.reconstruct(X)]
    if name != "ae":
        answers += [
            dense.score_samples(X),
            dense.log_likelihood(X[:40], 50).rows,
            list(dense.ledger(X).values()),
        ]
    for form in (sparse.csr_array, sparse.csc_matrix):
        S = form(X)
        thin = FITTED[name].fit(S)
        after = thin.model_.state_dict()
        assert all(np.array_equal(before[key], after[key]) for key in before)
        found = [thin.transform(S), thin.reconstruct(S)]
        if name != "ae":
            few = form(X[:40])
            found += [thin.score_samples(S), thin.log_likelihood(few, 50).rows, list(thin.ledger(S).values())]
        for one, other in zip(answers, found, strict=True):
            np.testing.assert_array_equal(one, other)
    thin.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").transform(S), answers[0])


def test_a_condition_stands_beside_sparse_rows() -> None:
    X, y = counts(), np.arange(250) % 2
    dense = CVAE(likelihood=NB, **quick).fit(X, y).transform(X, c=y)
    S = sparse.csr_array(X)
    np.testing.assert_array_equal(CVAE(likelihood=NB, **quick).fit(S, y).transform(S, c=y), dense)


def mixed_counts(rows: int = 250) -> np.ndarray:
    """Counts, a column of 0 and 1, one of 0 and 5, one of real numbers, one that is always 0."""
    rng = np.random.default_rng(1)
    some = np.where(rng.random(rows) < 0.2, rng.normal(3, 1, rows), 0.0)
    odd = [rng.integers(0, 2, rows), 5 * rng.integers(0, 2, rows), some, np.zeros(rows)]
    return np.column_stack([counts(rows), *odd]).astype(float)


@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_tables_train_and_score_as_dense_ones_do_to_the_bit(form: Any, tmp_path: Path) -> None:
    X = mixed_counts()
    dense = TabularVAE(network=part("mlp", hidden=(8,)), **quick).fit(X)
    assert {column.kind for column in dense.schema_} >= {"count", "binary", "real", "constant"}
    S = form(X)
    thin = TabularVAE(network=part("mlp", hidden=(8,)), **quick).fit(S)
    before, after = dense.model_.state_dict(), thin.model_.state_dict()
    assert all(np.array_equal(before[key], after[key]) for key in before)
    for one, other in (
        (dense.transform(X), thin.transform(S)),
        (dense.score_samples(X), thin.score_samples(S)),
        (dense.reconstruct(X), thin.reconstruct(S)),
        (dense.sample(20, random_state=0), thin.sample(20, random_state=0)),
    ):
        np.testing.assert_array_equal(one, other)
    thin.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").transform(S), dense.transform(X))
    with pytest.raises(DataError, match="nothing to fill"):
        thin.impute(S)


def test_a_sparse_table_with_a_value_that_its_column_cannot_have_is_refused() -> None:
    X = mixed_counts()
    thin = TabularVAE(network=part("mlp", hidden=(8,)), **quick).fit(sparse.csr_array(X))
    X[3, 0] = -1
    with pytest.raises(DataError, match=r"column 'x0' is count .* -1 in row 4"):
        thin.score_samples(sparse.csr_array(X))


def thin_table(rows: int, columns: int) -> sparse.csr_array:
    """About 20 counts a row."""
    rng = np.random.default_rng(0)
    places, found = rng.integers(0, columns, rows * 20), rng.poisson(1.0, rows * 20) + 1.0
    S = sparse.csr_array((found, places, np.arange(rows + 1) * 20), shape=(rows, columns))
    S.sum_duplicates()
    return S


ESTIMATORS = {
    "VAE": VAE(likelihood=NB, network=part("mlp", hidden=(4,)), max_epochs=1, batch_size=500, random_state=0),
    "TabularVAE": TabularVAE(
        1, network=part("mlp", hidden=(4,)), max_epochs=1, batch_size=500, random_state=0
    ),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_dense_table_is_never_made(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """8,000 x 2,000 values would be 128 MB as they are and 64 MB as the model reads them."""
    S = thin_table(8_000, 2_000)
    taken: list[int] = []
    take = SparseRows.__getitem__

    def watched(self: SparseRows, rows: Any) -> np.ndarray:
        block = take(self, rows)
        taken.append(len(block))
        return block

    monkeypatch.setattr(prepare, "FACT_ROWS", 200)
    monkeypatch.setattr(SparseRows, "__getitem__", watched)
    tracemalloc.start()
    try:
        vae = clone(ESTIMATORS[name]).fit(S)
        vae.score_samples(S)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(taken) <= 1_100
    assert peak < 50e6


def test_the_sparse_tag_follows_the_likelihood() -> None:
    for likelihood, wanted in (
        ("auto", False),
        ("gaussian", False),
        ("bernoulli", False),
        ("poisson", True),
        (NB, True),
        ("zero-inflated-poisson", True),
    ):
        assert VAE(likelihood=likelihood).__sklearn_tags__().input_tags.sparse is wanted


@pytest.mark.parametrize("likelihood", ["auto", "gaussian"])
def test_sparse_rows_that_are_no_counts_are_refused_in_words(likelihood: str) -> None:
    with pytest.raises(DataError, match=f"X is sparse, and likelihood '{likelihood}' takes none; .*toarray"):
        VAE(likelihood=likelihood).fit(sparse.csr_array(counts()))


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(("value", "words"), [(-1.0, "from -1.0"), (0.5, "such as 0.5")])
def test_negative_and_fractional_counts_are_refused_in_one_sentence(
    form: Any, value: float, words: str
) -> None:
    X = counts().astype(float)
    fitted = VAE(likelihood=NB, **quick).fit(X)
    X[3, 4] = value
    for ask in (VAE(likelihood=NB).fit, fitted.score_samples):
        with pytest.raises(DataError, match="likelihood 'negative-binomial' needs counts") as refused:
            ask(form(X))
        assert words in str(refused.value)


def test_with_a_library_size_means_and_draws_add_up_to_the_mean_total() -> None:
    X = counts()
    vae = FITTED["library"].fit(X)
    np.testing.assert_allclose(vae.reconstruct(X).sum(1), X.sum(1).mean(), rtol=1e-4)
    drawn = vae.sample(2000, random_state=0).sum(1)
    assert drawn.mean() == pytest.approx(X.sum(1).mean(), abs=5 * drawn.std() / 2000**0.5)
