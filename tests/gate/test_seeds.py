"""Several seeds of one model: intervals over them, rows that none was fitted to, and codes that agree or do not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import norm, ttest_1samp
from sklearn.base import clone

from vaekit import CVAE, VAE, part
from vaekit.data.source import Source
from vaekit.errors import DataError, DivergedError, SpecError
from vaekit.gate import OverSeeds, judge, over_seeds

quick = {"network": part("mlp", hidden=(8,)), "max_epochs": 2, "random_state": 0}
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 5)) + 0.5 * rng.normal(size=(300, 5))
LABELS = (X[:, 0] > 0).astype(np.int64)


def source(values=X, y=None):
    return Source(X=values, y=y, sha256="same", name="made")


@pytest.fixture(scope="module")
def found():
    return over_seeds(VAE(2, **quick), source(), 3)


def test_an_interval_over_seeds_is_students():
    number = OverSeeds("elbo", "score", "nats", (1.0, 2.0, 4.0, 9.0))
    expected = ttest_1samp(number.values, 0).confidence_interval(0.95)
    assert number.interval == pytest.approx(tuple(expected))
    assert number.value == 4.0


def test_it_covers_the_mean_over_all_seeds_of_five():
    """400 repeats: a share of 0.95 has a standard error of 0.011. Two errors on either side would cover 0.88."""
    draws = norm(3, 2).rvs(size=(400, 5), random_state=1)
    held = [low <= 3 <= high for low, high in (OverSeeds("", "", "", tuple(row)).interval for row in draws)]
    assert 0.92 <= np.mean(held) <= 0.98


def test_each_fit_is_the_one_of_its_seed_on_rows_set_apart(found):
    assert (found.seeds, found.diverged, found.rows_told) == ((0, 1, 2), (), "30 rows that it never saw")
    chosen = np.zeros(300, dtype=bool)
    chosen[np.random.default_rng(0).permutation(300)[:30]] = True
    apart = Source(X=X[~chosen], sha256="", test=Source(X=X[chosen], sha256=""))
    by_hand = judge(clone(VAE(2, **quick)).set_params(random_state=1).fit(X[~chosen]), apart)
    elbo = next(line.value for line in by_hand.ledger if line.key == "elbo")
    density = next(answer for answer in by_hand.answers if answer.name == "density")
    values = {number.key: number.values for number in found.numbers}
    assert values["elbo"][1] == elbo
    assert values["density"][1] == density.ours.value
    assert len(set(values["elbo"])) == 3
    of_density = [lead for lead in found.leads if lead.question == "density"]
    assert [lead.method for lead in of_density] == [each.name for each in density.beside]
    assert all(0 <= lead.better + lead.worse <= 3 for lead in found.leads)


def test_codes_are_compared_pair_by_pair(found):
    assert found.recurring.shape == (3, 2)
    assert 0 <= found.codes["cka"].value <= 1
    assert found.codes["cka"].standard_error is not None
    json.dumps(found.to_json(), allow_nan=False)


class Watched(VAE):
    """Remembers what it was fitted to."""

    seen: list[np.ndarray] = []

    def fit(self, X, y=None, **options):
        self.seen.append(np.asarray(X))
        return super().fit(X, y, **options)


def test_a_test_part_is_what_is_measured_on_and_never_fitted_to():
    parts = Source(X=X[:200], sha256="", test=Source(X=X[200:], sha256=""))
    assert over_seeds(Watched(1, **quick), parts, 2).rows_told == "100 rows that it never saw"
    assert [each.tolist() for each in Watched.seen] == [X[:200].tolist()] * 2


def test_a_model_with_a_condition_is_refitted_with_it():
    found = over_seeds(CVAE(2, **quick), source(y=LABELS), 2)
    assert "log p(x | c)" in next(each.told for each in found.numbers if each.key == "density")


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(SpecError, match="seeds=1 is not possible; give 2 or more"):
        over_seeds(VAE(2, **quick), source(), 1)
    with pytest.raises(DataError, match="39 rows are too few to set 20 of them apart"):
        over_seeds(VAE(2, **quick), source(X[:39]), 2)
    with pytest.raises(DivergedError, match="2 of 2 fits diverged"):
        over_seeds(VAE(2, **{**quick, "learning_rate": 1e12, "max_epochs": 20}), source(), 2)
