"""Every bound on the linear-Gaussian model, where log p(x) is known."""

import inspect

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussian

from vaekit.bounds import Bound, elbo, log_mean_weight, loss_of
from vaekit.errors import SpecError
from vaekit.spec import build, lookup, names, part

known = LinearGaussian()
wide = 1.7 * known.posterior_covariance

BOUNDS = [
    part("elbo"),
    part("elbo", kl="draws"),
    part("elbo", samples=3),
    part("iwae", samples=1),
    part("iwae", samples=8),
]
EVERY = [
    *BOUNDS,
    part("elbo", beta=4.0),
    part("elbo", free_nats=0.3),
    part("elbo", capacity=3.0, warm_up=2.0),
    part("elbo", target_rate=2.0),
    part("elbo", warm_up=3.0, cycles=2),
    part("reconstruction"),
    part("map"),
]


def mean_and_error(values):
    return values.mean(), values.std(ddof=1) / np.sqrt(values.size)


@pytest.mark.parametrize("bound", BOUNDS, ids=repr)
def test_a_bound_is_log_p_of_x_when_q_is_the_true_posterior(bound):
    """Draw by draw for weights, exactly where the closed forms are: no Monte Carlo error is left."""
    made = build("bound", bound)
    evidence = known.evidence(known.model(), made.samples)
    np.testing.assert_allclose(made.value(evidence).detach(), known.log_px(), atol=1e-9)
    np.testing.assert_allclose(log_mean_weight(evidence).detach(), known.log_px(), atol=1e-9)


def test_the_elbo_of_a_wrong_q_is_log_p_of_x_minus_the_kl_to_the_posterior():
    model = known.model(wide, shift=0.4)
    np.testing.assert_allclose(elbo(known.evidence(model, 1)).detach(), known.elbo(wide, 0.4), atol=1e-9)


@pytest.mark.parametrize("kl", ["closed-form", "draws"])
def test_the_trained_terms_average_to_the_elbo(kl):
    bound = build("bound", part("elbo", kl=kl))
    evidence = known.evidence(known.model(wide, shift=0.4), 4000)
    terms = bound.terms(evidence)
    draws = evidence.log_px - (evidence.kl if kl == "closed-form" else evidence.log_q - evidence.log_pz)
    error = float(draws.detach().mean(1).std()) / np.sqrt(draws.shape[0])
    assert float(loss_of(terms)[0].detach()) == pytest.approx(-known.elbo(wide, 0.4).mean(), abs=5 * error)


def test_bounds_rise_with_samples_towards_log_p_of_x_and_never_above_it():
    model = known.model(wide, shift=0.4)
    found = {}
    for samples in (1, 5, 50):
        values = np.stack(
            [
                log_mean_weight(known.evidence(model, samples, seed)).detach().numpy().mean()
                for seed in range(60)
            ]
        )
        found[samples] = mean_and_error(values)
    exact = known.log_px().mean()
    for fewer, more in ((1, 5), (5, 50)):
        gain = found[more][0] - found[fewer][0]
        assert gain > 3 * np.hypot(found[fewer][1], found[more][1])
    assert found[50][0] <= exact + 3 * found[50][1]
    assert exact - found[50][0] < 0.2 * (exact - found[1][0])


@pytest.mark.parametrize("bound", EVERY, ids=repr)
def test_the_gradient_of_every_bound_agrees_with_finite_differences(bound):
    made = build("bound", bound)
    model = known.model(wide, shift=0.3)
    weight = model.posterior.head.bias
    before = weight.detach().clone()

    def loss(bias):
        weight.data.copy_(bias)
        return loss_of(made.terms(known.evidence(model, made.samples), 1.3))[0]

    loss(before).backward()
    found = weight.grad.clone()
    step = 1e-6
    for i in range(len(before)):
        away = torch.zeros_like(before)
        away[i] = step
        with torch.no_grad():
            slope = (loss(before + away) - loss(before - away)) / (2 * step)
        assert float(found[i]) == pytest.approx(float(slope), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("bound", EVERY, ids=repr)
def test_the_loss_is_the_weighted_sum_of_the_means_of_its_terms(bound):
    made = build("bound", bound)
    terms = made.terms(known.evidence(known.model(wide), made.samples), 0.7)
    loss, means = loss_of(terms)
    by_hand = sum(weight * float(value.detach().mean()) for weight, value in terms.values())
    assert float(loss.detach()) == pytest.approx(by_hand, rel=1e-12)
    assert set(means) == set(terms)


def test_beta_is_the_weight_of_the_kl_and_warm_up_raises_it_linearly():
    evidence = known.evidence(known.model(wide), 1)
    bound = build("bound", part("elbo", beta=4.0, warm_up=10.0))
    weights = [bound.terms(evidence, epoch)["kl"][0] for epoch in (0.0, 2.5, 5.0, 10.0, 99.0)]
    assert weights == [0.0, 1.0, 2.0, 4.0, 4.0]


def test_cycles_start_the_rise_again_and_hold_it():
    bound = build("bound", part("elbo", warm_up=2.0, cycles=3))
    assert [bound.risen(epoch) for epoch in (0, 1, 2, 3, 4, 5, 6, 11.9, 12, 50)] == [
        0.0, 0.5, 1.0, 1.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0,
    ]  # fmt: skip
    assert bound.ends == 12.0


def test_capacity_rises_and_a_target_rate_does_not():
    evidence = known.evidence(known.model(wide), 1)
    kl = float(evidence.kl.mean())
    capacity = build("bound", part("elbo", capacity=8.0, warm_up=4.0))
    target = build("bound", part("elbo", target_rate=8.0, warm_up=4.0))
    for epoch, share in ((0.0, 0.0), (1.0, 0.25), (4.0, 1.0)):
        assert float(capacity.terms(evidence, epoch)["kl_off_target"][1]) == pytest.approx(
            abs(kl - 8 * share)
        )
        assert float(target.terms(evidence, epoch)["kl_off_target"][1]) == pytest.approx(abs(kl - 8))


def test_free_nats_cost_nothing_and_pull_nothing():
    model = known.model(known.posterior_covariance)
    evidence = known.evidence(model, 1)
    groups = evidence.kl_groups.mean(0)
    free = float(groups.max()) + 1
    kl = build("bound", part("elbo", free_nats=free)).terms(evidence)["kl_above_free"][1]
    assert float(kl) == pytest.approx(free * len(groups))
    assert (
        not kl.requires_grad or float(torch.autograd.grad(kl, model.posterior.head.bias)[0].abs().max()) == 0
    )


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (part("elbo", beta=-1), "beta=-1"),
        (part("elbo", samples=0), "samples=0"),
        (part("elbo", capacity=1, target_rate=1), "not both"),
        (part("elbo", cycles=3), "warm_up"),
        (part("elbo", kl="exact"), "closed-form, draws"),
        (part("iwae", samples=1.5), "whole number"),
    ],
    ids=repr,
)
def test_impossible_options_are_refused_in_words(bound, words):
    with pytest.raises(SpecError, match=words):
        build("bound", bound)


def test_every_bound_declares_what_it_needs_and_stands_in_this_table():
    tested = {bound.name for bound in EVERY}
    for name in names("bound"):
        cls = lookup("bound", name)
        assert issubclass(cls, Bound)
        assert isinstance(cls.needs_q_density, bool) and isinstance(cls.needs_prior_density, bool)
        assert "https://" in cls.reference
        assert inspect.getdoc(cls)
        assert name in tested | {"m2"}  # which sums over classes: see test_class_codes.py
