"""Laws of parts that live on labels, and of codes that hold a class: priors with places, critics, the bound M2.

The right answer is computed another way: closed forms of a linear-Gaussian model with classes, scikit-learn's log
loss, numpy, frequencies within 5 standard errors. C classes, S style values, K draws, B examples.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.metrics import log_loss
from torch.nn.functional import one_hot

from vaekit.bounds import log_mean_weight, loss_of
from vaekit.compatibility import clashes
from vaekit.distributions.labels import labels_of, with_unlabelled
from vaekit.distributions.normal import DiagonalNormal
from vaekit.errors import SpecError
from vaekit.model import Evidence, make_model, make_penalties
from vaekit.posteriors.class_and_style import EachClass
from vaekit.spec import Sizes, Spec, build, part
from vaekit.train import Plan, ResidentRows, Training

C, S, D = 3, 1, 4
PLACED = ["petals", "swiss-roll", "rings", "sectors"]
WEIGHTS = (0.5, 0.3, 0.2)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def close(found: Any, expected: Any, error: Any) -> bool:
    return bool(np.all(np.abs(np.asarray(found) - np.asarray(expected)) < 5 * np.asarray(error) + 1e-9))


# Labels as a condition


def test_a_row_of_zeros_is_unlabelled_and_has_a_column_of_its_own() -> None:
    c = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert labels_of(c).tolist() == [1, -1, 2]
    assert with_unlabelled(c).tolist() == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]


# Priors with a place for each label


def placed(name: str, **options: Any) -> Any:
    return build("prior", part(name, components=3, weights=WEIGHTS, **options), Sizes((D,), 2, 3))


@pytest.mark.parametrize("name", PLACED)
def test_draws_of_a_label_lie_in_its_place(name: str) -> None:
    prior, labels = placed(name), torch.arange(3).repeat(2000)
    z = prior.sample(len(labels), generator(), one_hot(labels, 3).float())
    right = (prior.label_of(z) == labels).double().mean().item()
    # Petals are normals, which reach into each other a little, and an arc is known by points on it; the other places
    # have borders.
    assert right > {"petals": 0.99, "swiss-roll": 0.998}.get(name, 0.9999)


@pytest.mark.parametrize("name", PLACED)
def test_unlabelled_rows_are_drawn_in_the_whole_by_the_weights(name: str) -> None:
    prior, n = placed(name), 20_000
    for z in (prior.sample(n, generator()), prior.sample(n, generator(1), torch.zeros(n, 3))):
        shares = torch.bincount(prior.label_of(z), minlength=3) / n
        assert close(shares, WEIGHTS, np.sqrt(np.array(WEIGHTS) * (1 - np.array(WEIGHTS)) / n) + 2e-3)


@pytest.mark.parametrize("name", PLACED)
def test_labels_that_come_as_often_as_their_weights_leave_the_whole_as_it_is(name: str) -> None:
    prior, n = placed(name), 20_000
    labels = torch.multinomial(torch.tensor(WEIGHTS), n, replacement=True, generator=generator(5))
    told, untold = prior.sample(n, generator(), one_hot(labels, 3).float()), prior.sample(n, generator(1))
    for moment in (1, 2):
        a, b = told**moment, untold**moment
        error = ((a.var(0) + b.var(0)) / n).sqrt()
        assert close(a.mean(0) - b.mean(0), 0.0, error)


def test_the_sectors_are_together_the_standard_normal() -> None:
    n = 40_000
    radius = placed("sectors").sample(n, generator()).norm(dim=1).numpy()
    # The squared radius of a standard normal in a plane is exponential with mean 2.
    for place in (0.3, 0.8, 1.2, 1.8, 2.5):
        share = 1 - math.exp(-(place**2) / 2)
        assert close((radius < place).mean(), share, math.sqrt(share * (1 - share) / n))


def test_petals_hold_the_same_label_in_every_pair_of_values() -> None:
    prior = build("prior", part("petals", components=4), Sizes((D,), 5))
    z = prior.draw_in(torch.arange(4).repeat(500), generator())
    angle = torch.atan2(z[:, [1, 3]], z[:, [0, 2]]) / (2 * math.pi) * 4
    assert (angle.round().long() % 4 == torch.arange(4).repeat(500)[:, None]).double().mean() > 0.99
    assert close(z[:, 4].mean(), 0, 1 / math.sqrt(2000)) and abs(float(z[:, 4].std()) - 1) < 0.08


def test_a_labelled_row_has_the_density_of_its_own_petal() -> None:
    prior = placed("petals").double()
    z = torch.randn(2, 3, 2, generator=generator(), dtype=torch.float64)
    c = torch.tensor([[0.0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=torch.float64)
    found = prior(c).log_prob(z)
    covariance = (prior.roots @ prior.roots.mT).numpy()
    each = [multivariate_normal(m, v) for m, v in zip(prior.means.numpy(), covariance, strict=True)]
    for k in range(2):
        assert found[k, 0].item() == pytest.approx(each[1].logpdf(z[k, 0].numpy()), rel=1e-9)
        assert found[k, 1].item() == pytest.approx(each[2].logpdf(z[k, 1].numpy()), rel=1e-9)
        whole = sum(w * p.pdf(z[k, 2].numpy()) for w, p in zip(WEIGHTS, each, strict=True))
        assert found[k, 2].item() == pytest.approx(math.log(whole), rel=1e-6)


@pytest.mark.parametrize("name", ["swiss-roll", "rings", "sectors"])
def test_a_place_in_a_plane_is_refused_in_words_in_another_space(name: str) -> None:
    with pytest.raises(SpecError, match="needs latent_dim=2, not 3; use prior 'petals'"):
        build("prior", name, Sizes((D,), 3))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (part("petals", weights=(1.0, 2.0)), "give 10 numbers above 0"),
        (part("petals", components=2, weights=(1.0, 0.0)), "give 2 numbers above 0"),
        (part("petals", radius=-1.0), "radius=-1.0 is not possible"),
        (part("rings", thickness=0.7), "thickness=0.7 is not possible"),
        (part("class-and-normal", components=5), "5 classes in codes of 2 values"),
    ],
    ids=repr,
)
def test_an_impossible_option_is_said_in_words(given: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        build("prior", given, Sizes((D,), 2))


def test_places_that_are_not_one_a_class_are_refused() -> None:
    with pytest.raises(SpecError, match="components=3, one place a class"):
        build("prior", part("rings", components=4), Sizes((D,), 2, 3))


def test_a_class_and_a_normal_style_have_the_density_of_their_product() -> None:
    prior = build("prior", part("class-and-normal", components=3, weights=WEIGHTS), Sizes((D,), 5))
    z = prior.double().sample(20_000, generator()).double()
    shares = z[:, :3].mean(0)
    assert close(shares, WEIGHTS, np.sqrt(np.array(WEIGHTS) * (1 - np.array(WEIGHTS)) / 20_000))
    expected = np.log(WEIGHTS)[z[:5, :3].argmax(1)] + multivariate_normal(np.zeros(2)).logpdf(
        z[:5, 3:].numpy()
    )
    np.testing.assert_allclose(prior().log_prob(z[:5]), expected, rtol=1e-6)
    c = one_hot(torch.zeros(5, dtype=torch.long), 3).double()
    known = prior(c).log_prob(z[:5])
    assert bool((known.isinf() == (z[:5, :3].argmax(1) != 0)).all())


# The bound M2 on a linear-Gaussian model with classes


class Linear:
    """x = a y + w z + noise, with one style value: p(y | x) and p(z | x, y) are known."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.means, self.w, self.noise = rng.normal(size=(C, D)), rng.normal(size=D), 0.6
        self.x = rng.normal(size=(6, D))
        self.covariance = np.outer(self.w, self.w) + self.noise**2 * np.eye(D)
        self.log_given = np.array(
            [multivariate_normal(mean, self.covariance).logpdf(self.x) for mean in self.means]
        )  # (C, B)
        self.log_joint = self.log_given + np.log(WEIGHTS)[:, None]
        self.log_px = np.log(np.exp(self.log_joint).sum(0))

    def posterior(self, off: float = 0.0, doubt: float = 0.0) -> EachClass:
        """The true one; off: its style away from the truth, doubt: its class towards ignorance."""
        precision = 1 + self.w @ self.w / self.noise**2
        mean = ((self.x[None] - self.means[:, None]) @ self.w) / self.noise**2 / precision
        share = (1 - doubt) * np.exp(self.log_joint - self.log_px) + doubt / C
        log_variance = np.full_like(mean, -math.log(precision))
        return EachClass(
            torch.tensor(np.log(share.T)),
            DiagonalNormal(torch.tensor(mean + off)[..., None], torch.tensor(log_variance)[..., None]),
        )

    def likelihood(self, z: torch.Tensor, c: Any = None) -> Any:
        centre = z[..., :C] @ torch.tensor(self.means) + z[..., C:] * torch.tensor(self.w)

        def log_prob(x: torch.Tensor, observed: Any = None) -> torch.Tensor:
            square = ((x - centre) / self.noise).square().sum(-1)
            return -0.5 * square - D * math.log(self.noise * math.sqrt(2 * math.pi))

        return SimpleNamespace(log_prob=log_prob)

    def evidence(self, q: EachClass, rounds: int = 1, c: torch.Tensor | None = None) -> Evidence:
        prior = build(
            "prior", part("class-and-normal", components=C, weights=WEIGHTS), Sizes((D,), C + S)
        ).double()
        noise = torch.randn(rounds * C, len(self.x), S, generator=generator(), dtype=torch.float64)
        x = torch.tensor(self.x)
        return Evidence(x, c, None, q, prior(c), q.draw(noise), self.likelihood)  # type: ignore[arg-type]


LINEAR = Linear()
M2 = build("bound", part("m2", classes=C))


@pytest.mark.parametrize("rounds", [1, 4])
def test_m2_is_log_p_of_x_at_the_true_posterior_draw_by_draw(rounds: int) -> None:
    evidence = LINEAR.evidence(LINEAR.posterior(), rounds)
    np.testing.assert_allclose(M2.value(evidence), LINEAR.log_px, rtol=1e-6)
    np.testing.assert_allclose(log_mean_weight(evidence), LINEAR.log_px, rtol=1e-6)


def test_a_labelled_row_is_bounded_by_log_p_of_x_given_its_label() -> None:
    labels = torch.tensor([0, 1, 2, -1, -1, 0])
    c = one_hot(labels.clamp(min=0), C).double() * (labels >= 0)[:, None]
    found = M2.value(LINEAR.evidence(LINEAR.posterior(), c=c)).numpy()
    for row, label in enumerate(labels.tolist()):
        expected = LINEAR.log_px[row] if label < 0 else LINEAR.log_given[label, row]
        assert found[row] == pytest.approx(expected, rel=1e-6)


def test_a_wrong_class_costs_its_kl_and_a_wrong_style_lowers_the_bound() -> None:
    doubtful = LINEAR.posterior(doubt=0.4)
    share, true = doubtful.log_class.exp().numpy(), np.exp(LINEAR.log_joint - LINEAR.log_px).T
    kl = (share * np.log(share / true)).sum(1)
    np.testing.assert_allclose(M2.value(LINEAR.evidence(doubtful)), LINEAR.log_px - kl, rtol=1e-6)
    found = M2.value(LINEAR.evidence(LINEAR.posterior(off=0.8), 400))
    assert bool((found < torch.tensor(LINEAR.log_px) - 0.1).all())


def test_the_terms_of_m2_add_up_to_its_value_and_have_finite_gradients() -> None:
    labels = torch.tensor([0, 1, 2, -1, -1, 0])
    c = one_hot(labels.clamp(min=0), C).double() * (labels >= 0)[:, None]
    q = LINEAR.posterior(doubt=0.2)
    q.log_class.requires_grad_()
    q.styles.mean.requires_grad_()
    evidence = LINEAR.evidence(q, c=c)
    loss, _ = loss_of(M2.terms(evidence))
    assert float(loss.detach()) == pytest.approx(-float(M2.value(evidence).detach().mean()), rel=1e-9)
    loss.backward()
    assert bool(q.log_class.grad.isfinite().all()) and bool(q.styles.mean.grad.isfinite().all())
    assert bool((q.log_class.grad[labels >= 0] == 0).all())


# Penalties that read labels or a class


def given_class(share: np.ndarray, c: torch.Tensor | None = None) -> Any:
    return SimpleNamespace(q=SimpleNamespace(log_class=torch.tensor(np.log(share))), c=c)


def test_the_label_loss_is_the_log_loss_of_the_labelled_rows() -> None:
    share = np.random.default_rng(0).dirichlet(np.ones(C), 8)
    labels = torch.tensor([0, 1, -1, 2, -1, 2, 1, 0])
    c = one_hot(labels.clamp(min=0), C).double() * (labels >= 0)[:, None]
    penalty = build("penalty", part("label-loss", weight=2.0), Sizes((D,), C + S, C))
    weight, value = penalty.terms(given_class(share, c), generator())["label_loss"]
    known = labels.numpy() >= 0
    assert weight == 2 and float(value) == pytest.approx(
        log_loss(labels[known], share[known], labels=range(C))
    )
    assert float(penalty.terms(given_class(share), generator())["label_loss"][1]) == 0
    assert float(penalty.terms(given_class(share, 0 * c), generator())["label_loss"][1]) == 0


def test_class_information_is_log_c_less_the_mutual_information() -> None:
    penalty = build("penalty", "class-information", Sizes((D,), C + S))
    share = np.random.default_rng(0).dirichlet(np.ones(C), 8)
    mean = share.mean(0)
    information = (share * np.log(share / mean)).sum(1).mean()
    found = float(penalty.terms(given_class(share), generator())["class_information"][1])
    assert found == pytest.approx(math.log(C) - information, rel=1e-9)
    certain = np.eye(C).repeat(2, 0) * (1 - 1e-12) + 1e-13
    assert float(penalty.terms(given_class(certain), generator())["class_information"][1]) == pytest.approx(
        0, abs=1e-9
    )
    one = np.tile(certain[0], (6, 1))
    assert float(penalty.terms(given_class(one), generator())["class_information"][1]) == pytest.approx(
        math.log(C), abs=1e-6
    )


SPECS = {
    "labelled-critic": Spec(
        likelihood="gaussian", prior=part("petals", components=C), posterior="point", bound="reconstruction",
        penalties=("labelled-critic",), condition=("prior",),
    ),
    "class-and-style": Spec(
        latent_dim=C + 2, likelihood="gaussian", prior=part("class-and-normal", components=C),
        posterior=part("class-and-style", classes=C), bound="reconstruction",
        penalties=(part("class-critic", classes=C), part("style-critic", classes=C), "label-loss"),
        condition=("prior",),
    ),
    "class-information": Spec(
        latent_dim=C + 2, likelihood="gaussian", prior=part("class-and-normal", components=C),
        posterior=part("class-and-style", classes=C), bound="reconstruction",
        penalties=("class-information", part("style-critic", classes=C)), condition=("prior",),
    ),
    "m2": Spec(
        latent_dim=C + 2, likelihood="gaussian", prior=part("class-and-normal", components=C),
        posterior=part("class-then-style", classes=C), bound=part("m2", classes=C), penalties=("label-loss",),
        condition=("prior",),
    ),
}  # fmt: skip
ROWS = torch.randn(32, D, generator=generator(9))
LABELS = torch.arange(32) % (C + 1)  # the last is no class
CONDITION = one_hot(LABELS, C + 1)[:, :C].float()


def training_of(spec: Spec, **plan: Any) -> Training:
    sizes = Sizes((D,), spec.latent_dim, C)
    model, penalties = make_model(spec, sizes, generator()), make_penalties(spec, sizes, generator())
    bound = build("bound", spec.bound)
    rows = ResidentRows(ROWS, CONDITION)
    return Training(model, bound, penalties, rows, None, Plan(batch_size=16, patience=None, **plan))


@pytest.mark.parametrize("name", SPECS)
def test_every_part_is_trained_by_its_own_player(name: str) -> None:
    assert clashes(SPECS[name]) == []
    training = training_of(SPECS[name], max_epochs=1)
    modules = (training.model, *training.critics)
    before = [{k: p.detach().clone() for k, p in module.named_parameters()} for module in modules]
    training.run()
    for was, module in zip(before, modules, strict=True):
        assert not [k for k, p in module.named_parameters() if torch.equal(was[k], p)]
    assert all(math.isfinite(value) for value in training.history[0].values())


@pytest.mark.parametrize("name", ["labelled-critic", "class-and-style", "class-information"])
def test_a_critics_loss_moves_only_that_critic(name: str) -> None:
    training = training_of(SPECS[name])
    _, losses, _ = training.losses(ROWS, CONDITION)
    for loss, critic in zip(losses[1:], training.critics, strict=True):
        own = list(critic.parameters())
        others = [p for m in (training.model, *training.critics) if m is not critic for p in m.parameters()]
        assert all(g is not None for g in torch.autograd.grad(loss, own, retain_graph=True))
        assert all(g is None for g in torch.autograd.grad(loss, others, retain_graph=True, allow_unused=True))


@pytest.mark.parametrize("name", ["labelled-critic", "class-and-style"])
def test_a_critic_that_cannot_tell_pays_two_ln_two(name: str) -> None:
    training = training_of(SPECS[name])
    with torch.no_grad():
        for critic in training.critics:
            critic.last.weight.zero_()
            critic.last.bias.zero_()
    _, losses, _ = training.losses(ROWS, CONDITION)
    assert all(float(loss.detach()) == pytest.approx(2 * math.log(2), rel=1e-6) for loss in losses[1:])


@pytest.mark.parametrize("penalty", ["code-critic", "label-loss"])
def test_an_encoder_that_follows_apart_goes_where_one_sum_would_take_it(penalty: str) -> None:
    """With plain gradient descent a step along two losses is the step along their weighted sum."""
    spec = SPECS["class-and-style"]
    ends = []
    for options in ({"weight": 3.0}, {"encoder_rate": 0.03}):
        if penalty == "code-critic":
            options = {**options, "learning_rate": 0.01}
        given = spec.with_(penalties=("mmd", part(penalty, **options)))
        training = training_of(given, max_epochs=2, learning_rate=0.01, optimizer=part("sgd", momentum=0.0))
        training.run()
        ends.append([p.detach().clone() for p in training.model.parameters()])
    assert all(torch.allclose(*pair, rtol=1e-4, atol=1e-6) for pair in zip(*ends, strict=True))


def test_what_the_encoder_follows_apart_does_not_move_the_decoder() -> None:
    training = training_of(
        SPECS["class-and-style"].with_(penalties=("mmd", part("label-loss", encoder_rate=1e-3)))
    )
    (follower,) = training.followers
    decoder = set(training.model.likelihood.parameters())
    assert not decoder & set(follower.parameters)
    assert set(follower.parameters) == set(training.model.posterior.parameters())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prior": "normal"}, "prior 'normal' has no places; use prior 'petals'"),
        ({"posterior": "class-and-style", "penalties": ("code-critic",)}, "has no classes; use prior 'class-and-"),
        ({"penalties": ("class-critic",)}, "posterior 'point' gives none; use posterior 'class-and-style'"),
        ({"bound": "m2", "posterior": "normal", "prior": "normal", "penalties": ()}, "belong together"),
        (
            {"bound": "elbo", "prior": "class-and-normal", "posterior": "class-then-style", "penalties": ()},
            "belong together",
        ),
    ],
)  # fmt: skip
def test_each_coupling_is_refused_in_its_own_words(changes: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in clashes(SPECS["labelled-critic"].with_(**changes)))
