"""The doctor finds the illness that a model was given, and none in models that are well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from patients import DIGITS, HEALTHY, ILL

import vaekit
from vaekit import AAE, AE, VAE
from vaekit.doctor import Effect, Verdict, diagnose, examine, thresholds
from vaekit.doctor.holes import advice_on_holes
from vaekit.errors import ClashError

SMALL = np.random.default_rng(0).normal(size=(220, 4))
quick = {"max_epochs": 3, "random_state": 0}


def illnesses(case):
    return [each.name for each in diagnose(case.estimator, case.X, unseen=case.unseen) if each.illness]


@pytest.mark.parametrize("name", ["diverged", "under-trained"])
def test_a_model_that_was_made_ill_has_its_own_verdict_first(name):
    assert illnesses(ILL[name](0))[0] == name


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ILL)
def test_every_model_that_was_made_ill_has_its_own_verdict_first(name, seed):
    assert illnesses(ILL[name](seed))[0] == name


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", HEALTHY)
def test_nine_of_ten_models_that_are_well_have_no_verdict(name):
    found = [illnesses(HEALTHY[name](seed)) for seed in range(10)]
    assert sum(not each for each in found) >= 9, found


@pytest.fixture(scope="module")
def vae():
    return VAE(4, **quick).fit(DIGITS[:400])


@pytest.fixture(scope="module")
def examined(vae):
    return examine(vae, DIGITS[:400])


def test_a_verdict_says_what_was_seen_with_units_and_what_to_type(examined):
    found = {each.name: each for each in examined}
    told = found["under-trained"]
    assert "nats better on 40 unseen rows" in told.evidence
    assert "--max-epochs" in told.remedy
    assert "max_epochs=" in told.remedy
    assert str(told).startswith("under-trained: ")


def test_the_answer_is_the_same_twice_and_leaves_the_model_as_it_was(vae, examined):
    before = vae.score_samples(DIGITS[:50])
    assert diagnose(vae, DIGITS[:400]) == tuple(each for each in examined if each.fired)
    np.testing.assert_array_equal(vae.score_samples(DIGITS[:50]), before)


def test_a_healthy_answer_is_its_numbers_alone(examined):
    well = [each for each in examined if not each.fired]
    assert well
    for each in well:
        assert each.evidence.startswith("Nothing: ")
        assert each.remedy == ""


def test_an_illness_needs_all_of_its_effects():
    past, not_past = Effect("a", 2, 1), Effect("b", 2, 1, "below")
    assert Verdict("ill", "", "", (past,)).fired
    assert not Verdict("ill", "", "", (past, not_past)).fired


def test_verdicts_do_not_depend_on_the_units_of_the_data():
    one = examine(VAE(2, **quick).fit(SMALL), SMALL)
    other = examine(VAE(2, **quick).fit(1000 * SMALL + 7), 1000 * SMALL + 7)
    for a, b in zip(one, other, strict=True):
        assert [e.value for e in a.effects] == pytest.approx([e.value for e in b.effects], rel=0.05, abs=0.02)


@pytest.mark.parametrize(("kind", "possible"), [(VAE, True), (AAE, False)])
def test_a_prior_is_advised_only_to_a_model_that_can_have_it(kind, possible):
    assert ("--prior vamp" in advice_on_holes(kind(2, **quick).fit(SMALL))) == possible
    if possible:
        kind(2, prior="vamp", **quick).fit(SMALL)
    else:
        with pytest.raises(ClashError):
            kind(2, prior="vamp", **quick).fit(SMALL)


def test_what_a_model_has_not_is_not_examined():
    ae = AE(2, **quick).fit(SMALL)
    assert {each.name for each in examine(ae, SMALL)} == {
        "diverged", "interrupted", "under-trained", "decoder-ignores-codes",
    }  # fmt: skip
    drawn = {each.name for each in examine(AAE(2, **quick).fit(SMALL), SMALL)}
    assert "prior-holes" in drawn
    assert "posterior-is-prior" not in drawn
    # Without unseen rows nobody can tell what was learned by heart.
    assert "memorising" not in {each.name for each in examine(VAE(2, **quick).fit(SMALL[:150]), SMALL[:150])}


def test_unused_units_are_information(examined):
    found = next(each for each in examined if each.name == "unused-units")
    assert not found.illness
    unused, active = found.effects
    assert replace(unused, value=1).is_past
    assert unused.value + active.value == 4


def test_the_doctor_is_at_hand_by_a_public_name():
    assert vaekit.diagnose is diagnose


def test_every_threshold_says_where_it_comes_from():
    source = __import__("inspect").getsource(thresholds)
    named = [name for name in vars(thresholds) if name.isupper()]
    assert len(named) == source.count('"""') // 2 - 1
    assert source.count("Of the definition") + source.count("Calibrated") + source.count(
        "as in the ledger"
    ) >= len(named)
