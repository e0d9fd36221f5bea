"""Every penalty and critic: no gradient across players, and nothing to pay where codes already are the prior's."""

import numpy as np
import pytest
import scipy.stats
import torch

from vaekit.bounds import loss_of
from vaekit.model import make_model, make_penalties
from vaekit.spec import Sizes, Spec, lookup, names, part
from vaekit.train import Plan, ResidentRows, Training

SIZES = Sizes((6,), 3)
# Those of labels and of codes that hold a class have laws of their own: see test_class_codes.py.
EVERY = [
    name
    for name in names("penalty")
    if not getattr(lookup("penalty", name), "needs_labels", False)
    and not getattr(lookup("penalty", name), "reads_class", False)
    and not getattr(
        lookup("penalty", name), "needs_normal_q", False
    )  # q is certain here; see its own laws below
]
CRITICS = [name for name in EVERY if lookup("penalty", name).learns]


def made(name, seed=0):
    spec = Spec(
        latent_dim=3, likelihood="gaussian", posterior="point", bound="reconstruction", penalties=(name,)
    )
    generator = torch.Generator().manual_seed(seed)
    model = make_model(spec, SIZES, generator)
    return model, make_penalties(spec, SIZES, generator)[0]


def evidence_of(model, n=64, seed=1):
    x = torch.randn(n, 6, generator=torch.Generator().manual_seed(seed))
    return model(x, torch.zeros(1, n, 0))


class Codes:
    """Evidence whose codes are given."""

    def __init__(self, z, model):
        self.z, self.p_z = z.unsqueeze(0), model.prior()


@pytest.mark.parametrize("name", EVERY)
def test_a_penalty_moves_the_model(name):
    model, penalty = made(name)
    terms = penalty.terms(evidence_of(model), torch.Generator().manual_seed(0))
    loss_of(terms)[0].backward()
    assert float(model.posterior.head.weight.grad.abs().max()) > 0


@pytest.mark.parametrize("name", EVERY)
def test_codes_away_from_the_prior_pay_more_than_draws_of_it(name):
    model, penalty = made(name)
    generator = torch.Generator().manual_seed(0)
    if penalty.learns:
        _teach(penalty, model, generator, shift=3.0)
    paid = {}
    for shift in (0.0, 3.0):
        values = [
            _paid(penalty, Codes(torch.randn(256, 3, generator=generator) + shift, model), generator)
            for _ in range(20)
        ]
        paid[shift] = (np.mean(values), np.std(values, ddof=1) / np.sqrt(20))
    assert paid[3.0][0] - paid[0.0][0] > 5 * np.hypot(paid[3.0][1], paid[0.0][1])


def _paid(penalty, codes, generator):
    with torch.no_grad():
        return float(loss_of(penalty.terms(codes, generator))[0])


def _teach(critic, model, generator, shift):
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-2)
    for _ in range(100):
        optimizer.zero_grad()
        codes = Codes(torch.randn(256, 3, generator=generator) + shift, model)
        critic.critic_loss(codes, generator).backward()
        optimizer.step()


def test_mmd_is_zero_on_average_between_two_samples_of_one_law():
    model, penalty = made("mmd")
    generator = torch.Generator().manual_seed(3)
    values = np.array(
        [
            float(penalty.terms(Codes(torch.randn(128, 3, generator=generator), model), generator)["mmd"][1])
            for _ in range(200)
        ]
    )
    assert abs(values.mean()) < 4 * values.std(ddof=1) / np.sqrt(len(values))


def test_mmd_equals_the_sum_over_all_pairs():
    from vaekit.penalties.mmd import mmd

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(7, 2)), rng.normal(size=(9, 2))
    scale = 4.0

    def kernel(u, v):
        square = ((u - v) ** 2).sum()
        return sum(scale * f / (scale * f + square) for f in (0.1, 0.2, 0.5, 1, 2, 5, 10))

    within = [
        sum(kernel(u, v) for i, u in enumerate(s) for j, v in enumerate(s) if i != j)
        / (len(s) * (len(s) - 1))
        for s in (a, b)
    ]
    between = sum(kernel(u, v) for u in a for v in b) / (len(a) * len(b))
    assert float(mmd(torch.tensor(a), torch.tensor(b), scale)) == pytest.approx(
        sum(within) - 2 * between, rel=1e-9
    )


@pytest.mark.parametrize("name", CRITICS)
def test_a_critic_that_cannot_tell_pays_two_ln_two(name):
    model, critic = made(name)
    with torch.no_grad():
        critic.last.weight.zero_()
        critic.last.bias.zero_()
    loss = critic.critic_loss(evidence_of(model), torch.Generator().manual_seed(0))
    assert float(loss.detach()) == pytest.approx(2 * np.log(2), rel=1e-6)


@pytest.mark.parametrize("name", CRITICS)
def test_a_players_loss_moves_only_that_player(name):
    model, critic = made(name)
    rows = ResidentRows(torch.randn(32, 6, generator=torch.Generator().manual_seed(0)))
    from vaekit.spec import build

    training = Training(model, build("bound", "reconstruction"), [critic], rows, None, Plan(max_epochs=1))
    _, losses, _ = training.losses(rows.x, None)
    weights = {"model": list(model.parameters()), "critic": list(critic.parameters())}
    training.player.feel(losses[0])
    assert all(p.grad is None for p in weights["critic"])
    assert any(float(p.grad.abs().max()) > 0 for p in weights["model"])
    before = [None if p.grad is None else p.grad.clone() for p in weights["model"]]
    training.others[0].feel(losses[1])
    assert all(p.grad is not None for p in weights["critic"])
    for p, grad in zip(weights["model"], before, strict=True):
        assert (p.grad is None) == (grad is None)
        assert grad is None or torch.equal(p.grad, grad)


def test_weight_multiplies_the_term():
    from vaekit.spec import build

    penalty = build("penalty", part("mmd", weight=2.5), SIZES)
    model, _ = made("mmd")
    assert penalty.terms(evidence_of(model), torch.Generator().manual_seed(0))["mmd"][0] == 2.5


def total_correlation_of(z, mean, log_variance):
    from vaekit.penalties.total_correlation import total_correlation

    return float(
        total_correlation(*(torch.as_tensor(part, dtype=torch.float64) for part in (z, mean, log_variance)))
    )


def test_total_correlation_equals_the_densities_of_the_mixture_of_posteriors():
    rng = np.random.default_rng(0)
    z, mean, log_variance = rng.normal(size=(3, 5, 2))
    each = scipy.stats.norm(mean, np.exp(0.5 * log_variance)).pdf(z[:, None])
    expected = np.log(each.prod(-1).mean(1)) - np.log(each.mean(1)).sum(-1)
    assert total_correlation_of(z, mean, log_variance) == pytest.approx(expected.mean(), rel=1e-9)


def test_total_correlation_is_zero_where_every_posterior_is_the_prior():
    z = np.random.default_rng(0).normal(size=(50, 3))
    assert total_correlation_of(z, np.zeros((50, 3)), np.zeros((50, 3))) == pytest.approx(0, abs=1e-12)


def test_total_correlation_of_a_large_batch_is_that_of_the_aggregate():
    """Codes of a normal law with correlation r have -log(1 - r^2) / 2, widths of the posteriors included."""
    rng, n = np.random.default_rng(0), 2000
    means = rng.multivariate_normal([0, 0], [[0.75, 0.6], [0.6, 0.75]], size=n)
    z = means + 0.5 * rng.normal(size=(n, 2))
    found = total_correlation_of(z, means, np.full((n, 2), np.log(0.25)))
    # One code varies by about 0.7 nats; a code's own posterior, 1 / n of the mixture, adds less than that.
    assert found == pytest.approx(-0.5 * np.log(1 - 0.36), abs=4 * 0.7 / np.sqrt(n))


def test_total_correlation_moves_the_encoder():
    spec = Spec(latent_dim=3, likelihood="gaussian", penalties=("total-correlation",))
    generator = torch.Generator().manual_seed(0)
    model = make_model(spec, SIZES, generator)
    penalty = make_penalties(spec, SIZES, generator)[0]
    x, noise = torch.randn(64, 6, generator=generator), torch.randn(1, 64, 3, generator=generator)
    terms = penalty.terms(model(x, noise), generator)
    assert terms["total_correlation"][0] == 5.0
    loss_of(terms)[0].backward()
    assert float(model.posterior.head.weight.grad.abs().max()) > 0
