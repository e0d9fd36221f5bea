"""The training loop: what a row of the history says, who is moved by what, when it stops and what it leaves."""

from __future__ import annotations

import copy
import os
import random
import signal

import numpy as np
import pytest
import torch

from vaekit import VAE, part
from vaekit.critics import CodeCritic
from vaekit.errors import DivergedError
from vaekit.machine import float32_products_are_exact
from vaekit.model import make_model, make_penalties
from vaekit.spec import Sizes, Spec, build, lookup, names
from vaekit.train import Callback, MappedRows, Plan, ResidentRows, Training
from vaekit.train.schedules import make_schedule

EVENT, LATENT = (6,), 2
SIZES = Sizes(EVENT, LATENT)
# Those that read labels, or the class in a code, have laws of their own: see test_class_codes.py.
CRITICS = [
    name
    for name in names("penalty")
    if lookup("penalty", name).learns
    and not getattr(lookup("penalty", name), "needs_labels", False)
    and not getattr(lookup("penalty", name), "reads_class", False)
]
SMALL = part("mlp", hidden=(8,))
X = (np.random.default_rng(0).random((50, *EVENT)) < 0.3).astype(np.float32)


class Recorded(Training):
    """Writes down the size and the losses of every step."""

    def losses(self, x, c):
        terms, losses, means = super().losses(x, c)
        if not hasattr(self, "seen"):
            self.seen = []
        self.seen.append((len(x), [float(loss.detach()) for loss in losses]))
        return terms, losses, means


class At(Callback):
    """Does something at a moment: At(step_ends=lambda training: ...)."""

    def __init__(self, **deeds):
        for moment, deed in deeds.items():
            setattr(self, moment, deed)


def training_of(*, callbacks=(), rows=None, held_out=None, spec=None, **plan):
    """A training of a small model on 50 rows of 6 bits, of 4 steps an epoch, the last of 2 rows."""
    spec = Spec(LATENT, likelihood="bernoulli", network=SMALL) if spec is None else spec
    generator = torch.Generator().manual_seed(7)
    model, penalties = make_model(spec, SIZES, generator), make_penalties(spec, SIZES, generator)
    plan = Plan(**({"max_epochs": 3, "batch_size": 16, "patience": None, "seed": 3} | plan))
    rows = ResidentRows(torch.from_numpy(X)) if rows is None else rows
    return Recorded(model, build("bound", spec.bound), penalties, rows, held_out, plan, callbacks)


def held_out():
    return ResidentRows(torch.from_numpy(X[:20]))


def weights_of(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(a, b):
    return all(torch.equal(a[name], b[name]) for name in a)


def finite(weights):
    return all(bool(value.isfinite().all()) for value in weights.values())


# What a row says


def spec_with(bound="elbo", penalties=(), posterior="normal"):
    return Spec(LATENT, "bernoulli", posterior=posterior, bound=bound, penalties=penalties, network=SMALL)


@pytest.mark.parametrize(
    "spec",
    [
        spec_with(),
        spec_with(part("elbo", beta=4.0)),
        spec_with(part("elbo", kl="draws", samples=3)),
        spec_with(part("elbo", warm_up=1.5)),
        spec_with(part("elbo", warm_up=0.5, cycles=2)),
        spec_with(part("elbo", free_nats=0.3)),
        spec_with(part("elbo", capacity=2.0, warm_up=2.0)),
        spec_with(part("elbo", target_rate=1.0, pull=5.0)),
        spec_with(part("iwae", samples=4)),
        spec_with("map", posterior="point"),
        spec_with("reconstruction", posterior="point"),
        spec_with("reconstruction", (part("mmd", weight=3.0),)),
        spec_with(penalties=("mmd", part("code-critic", weight=2.0))),
    ],
    ids=lambda spec: f"{spec.bound} {spec.penalties}",
)
def test_the_weighted_sum_of_the_terms_in_a_row_is_the_loss_that_was_minimised(spec):
    training = training_of(spec=spec)
    history = training.run().history
    assert [row["epoch"] for row in history] == [1, 2, 3]
    for row, steps in zip(history, np.split(np.arange(12), 3), strict=True):
        sizes = np.array([training.seen[step][0] for step in steps])
        losses = np.array([training.seen[step][1] for step in steps])
        minimised, *others = sizes @ losses / sizes.sum()
        terms = [name.removeprefix("weight_") for name in row if name.startswith("weight_")]
        assert sum(row[f"weight_{name}"] * row[name] for name in terms) == pytest.approx(
            row["loss"], rel=1e-9
        )
        # The steps' losses are float32: a few roundings of 6e-8 each.
        assert row["loss"] == pytest.approx(minimised, rel=1e-6)
        if others:
            assert row["code_critic_loss"] == pytest.approx(others[0], rel=1e-6)


def test_a_row_of_a_plain_elbo_holds_reconstruction_and_beta_times_kl():
    row = training_of(spec=spec_with(part("elbo", beta=4.0)), max_epochs=1).run().history[0]
    assert row["loss"] == pytest.approx(row["reconstruction"] + 4 * row["kl"], rel=1e-9)
    assert row["weight_reconstruction"] == 1
    assert row["weight_kl"] == pytest.approx(4)


# Who is moved by what


@pytest.mark.parametrize("critic", CRITICS)
def test_a_players_loss_moves_only_that_player(critic):
    training = training_of(spec=spec_with(penalties=(critic,)))
    model, judge = list(training.model.parameters()), list(training.critics[0].parameters())
    _, (loss, critic_loss), _ = training.losses(torch.from_numpy(X[:16]), None)
    # The model's loss goes through the critic, so that only the loop's care keeps the critic still.
    through = torch.autograd.grad(loss, judge, retain_graph=True)
    assert any(float(gradient.abs().max()) > 0 for gradient in through)
    own = torch.autograd.grad(critic_loss, judge, retain_graph=True)
    assert all(
        g is None for g in torch.autograd.grad(critic_loss, model, allow_unused=True, retain_graph=True)
    )

    training.player.feel(loss)
    assert all(p.grad is None for p in judge)
    models = [p.grad.clone() for p in model]
    assert all(float(gradient.abs().max()) > 0 for gradient in models)
    training.others[0].feel(critic_loss)
    assert all(torch.equal(p.grad, gradient) for p, gradient in zip(model, models, strict=True))
    assert all(torch.equal(p.grad, gradient) for p, gradient in zip(judge, own, strict=True))


@pytest.mark.parametrize("critic", CRITICS)
def test_all_players_move_in_a_step(critic):
    training = training_of(spec=spec_with(penalties=(critic,)))
    before = [weights_of(training.model), weights_of(training.critics[0])]
    training.take_step(torch.from_numpy(X[:16]), None)
    for was, module in zip(before, (training.model, training.critics[0]), strict=True):
        assert not any(torch.equal(was[name], value) for name, value in module.state_dict().items())


def test_a_critic_that_forgets_to_detach_the_codes_still_moves_only_itself():
    class Detached(CodeCritic):
        def critic_loss(self, evidence, generator):
            return self(evidence.z[0].detach()).square().mean()

    class Attached(CodeCritic):
        def critic_loss(self, evidence, generator):
            return self(evidence.z[0]).square().mean()

    trainings = [training_of(spec=spec_with(penalties=(kind(SIZES),))) for kind in (Detached, Attached)]
    for training in trainings:
        training.run()
    assert same(*(weights_of(training.model) for training in trainings))


def test_a_lone_player_gets_the_same_gradient_by_the_plain_way():
    gradients = []
    for alone in (True, False):
        training = training_of()
        _, (loss,), _ = training.losses(torch.from_numpy(X[:16]), None)
        training.player.feel(loss, alone=alone)
        gradients.append([p.grad for p in training.model.parameters()])
    assert all(torch.equal(*pair) for pair in zip(*gradients, strict=True))


def test_a_gradients_norm_is_clipped():
    def norms_with(clip):
        norms = []

        def note(training):
            norms.append(float(torch.stack([p.grad.norm() for p in training.model.parameters()]).norm()))

        training_of(gradient_clip=clip, callbacks=(At(step_ends=note),)).run()
        return norms

    assert min(norms_with(None)) > 0.1
    assert max(norms_with(0.1)) <= 0.1 * (1 + 1e-5)


def test_the_learning_rate_of_a_step_is_its_schedules_share():
    rates = []
    note = At(step_ends=lambda training: rates.append(training.player.optimizer.param_groups[0]["lr"]))
    schedule = part("steps", at=(0.5, 0.75), factor=0.1)
    training_of(max_epochs=2, learning_rate=0.5, schedule=schedule, callbacks=(note,)).run()
    np.testing.assert_allclose(rates, [0.5] * 4 + [0.05] * 2 + [0.005] * 2, rtol=1e-12)


@pytest.mark.parametrize(
    ("schedule", "shares"),
    [
        ("constant", {0.0: 1, 0.5: 1, 1.0: 1}),
        ("cosine", {0.0: 1, 0.25: 0.5 + 0.5 * 0.5**0.5, 0.5: 0.5, 1.0: 0}),
        (part("cosine", warm_up=0.2, last=0.1), {0.1: 0.5, 0.2: 1, 0.6: 0.55, 1.0: 0.1}),
        ("steps", {0.0: 1, 0.49: 1, 0.5: 0.1, 0.74: 0.1, 0.75: 0.01, 1.0: 0.01}),
        (part("steps", at=(0.3,), factor=0.5), {0.29: 1, 0.3: 0.5, 1.0: 0.5}),
    ],
    ids=repr,
)
def test_shares_of_a_schedule_at_points_worked_out_by_hand(schedule, shares):
    made = make_schedule(schedule)
    for done, share in shares.items():
        assert made.share(done) == pytest.approx(share, abs=1e-12), done
    assert all(made.share(done) == pytest.approx(made.share(1.0)) for done in np.linspace(made.ends, 1, 5))


# What is the same, and what is left as it was


def vae_of(**options):
    return VAE(LATENT, **({"network": SMALL, "max_epochs": 3, "random_state": 0} | options))


def test_the_same_seed_gives_the_same_weights_to_the_bit():
    first, again, other = (weights_of(vae_of(random_state=seed).fit(X).model_) for seed in (5, 5, 6))
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize("penalties", [(), tuple(CRITICS), ("mmd",)], ids=repr)
def test_fit_leaves_the_users_random_state_and_torchs_settings_as_they_were(penalties):
    inside = []
    note = At(step_ends=lambda training: inside.append(torch.get_float32_matmul_precision()))
    before, threads = torch.get_float32_matmul_precision(), torch.get_num_threads()
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    try:
        torch.set_float32_matmul_precision("high")
        vae_of(penalties=penalties, callbacks=(note,), binarize="dynamic").fit(X)
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision(before)
    assert set(inside) == {"medium" if float32_products_are_exact() else "high"}
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])
    assert random.getstate() == states[2]


@pytest.mark.parametrize("dynamic", [False, True])
def test_rows_on_disk_train_as_resident_rows_do(tmp_path, dynamic):
    pixels = np.random.default_rng(1).integers(0, 256, (50, *EVENT), dtype=np.uint8)
    np.save(tmp_path / "pixels.npy", pixels)
    mapped = MappedRows(
        np.load(tmp_path / "pixels.npy", mmap_mode="r"),
        lambda block: (block / 255).astype(np.float32),
        torch.device("cpu"),
        dynamic=dynamic,
    )
    resident = ResidentRows(torch.from_numpy((pixels / 255).astype(np.float32)), dynamic=dynamic)
    found = []
    for rows in (mapped, resident):
        training = training_of(rows=rows, held_out=rows, patience=3)
        history = [{k: v for k, v in row.items() if k != "seconds"} for row in training.run().history]
        found.append((history, weights_of(training.model)))
    assert found[0][0] == found[1][0]
    assert same(found[0][1], found[1][1])


# When it stops, and what it leaves


@pytest.mark.parametrize(
    ("bound", "schedule", "epochs"),
    [
        ("elbo", "constant", 1 + 2),
        (part("elbo", warm_up=5.0), "constant", 5 + 2),
        (part("elbo", warm_up=1.5), "constant", 2 + 2),
        (part("elbo", warm_up=1.0, cycles=2), "constant", 4 + 2),
        (part("elbo", capacity=3.0, warm_up=4.0), "constant", 4 + 2),
        ("elbo", part("steps", at=(0.25, 0.5)), 10 + 2),
    ],
    ids=repr,
)
def test_patience_counts_only_after_every_schedule_has_ended(bound, schedule, epochs):
    # So small a step changes no float32 weight: the held-out objective is at its best in epoch 1.
    training = training_of(
        spec=spec_with(bound), held_out=held_out(), patience=2, max_epochs=20,
        schedule=schedule, optimizer="sgd", learning_rate=1e-30,
    )  # fmt: skip
    outcome = training.run()
    assert outcome.best_epoch == 1
    assert outcome.stopped_early
    assert len(outcome.history) == epochs


def test_the_best_weights_are_put_back():
    improved, ends = [], []
    notes = At(
        improved=lambda training: improved.append((training.epoch + 1, weights_of(training.model))),
        epoch_ends=lambda training, row: ends.append(weights_of(training.model)),
    )
    training = training_of(
        held_out=held_out(), patience=4, max_epochs=60, learning_rate=0.3, callbacks=(notes,)
    )
    outcome = training.run()
    values = [row["val_loss"] for row in outcome.history]
    assert outcome.best_epoch == 1 + int(np.argmin(values)) == improved[-1][0] == len(values) - 4
    assert same(improved[-1][1], weights_of(training.model))
    assert not same(ends[-1], weights_of(training.model))


def test_the_held_out_objective_is_the_loss_at_its_final_weights_and_the_elbo_at_weight_one():
    training = training_of(
        spec=spec_with(part("elbo", beta=3.0, warm_up=10.0)), held_out=held_out(), max_epochs=1
    )
    row = training.run().history[0]
    model, x = training.model.eval(), torch.from_numpy(X[:20])
    noise = torch.randn(1, 20, LATENT, generator=torch.Generator().manual_seed(training.plan.seed + 2))
    with torch.no_grad():
        q = model.encode(x)
        p = torch.distributions.Bernoulli(logits=model.likelihood(q.draw(noise).z).logits[0])
        normal = torch.distributions.Normal(q.mean, q.scale)
        kl = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
        log_px = p.log_prob(x).sum(1).mean()
    assert row["val_loss"] == pytest.approx(float(3 * kl - log_px), rel=1e-5)
    assert row["val_elbo"] == pytest.approx(float(log_px - kl), rel=1e-5)


def poison(step, put):
    """A callback that breaks weights after so many steps."""

    def deed(training):
        if training.step == step:
            put(training.model)

    return At(step_ends=deed)


@torch.no_grad()
def nowhere(model):
    model.likelihood.decoder.last.bias.fill_(float("nan"))


@torch.no_grad()
def far_codes(model):
    """Codes beyond any float32 square, which the decoder does not read: only the KL is not finite."""
    model.posterior.head.bias.fill_(1e30)
    model.posterior.head.bias[LATENT:] = 0
    model.likelihood.decoder.layers[0].weight.zero_()


@pytest.mark.parametrize("patience", [None, 3])
@pytest.mark.parametrize("step", [5, 6, 8])
@pytest.mark.parametrize(("put", "term"), [(nowhere, "reconstruction"), (far_codes, "kl")])
def test_a_loss_that_is_not_finite_stops_the_run_within_a_step_names_the_term_and_keeps_good_weights(
    put, term, step, patience
):
    kept = []

    def remember(training):
        if training.step < step:
            kept.append(weights_of(training.model))

    # Without patience what is kept are the weights that an epoch began with, else the best ones.
    note = At(epoch_begins=remember) if patience is None else At(improved=remember)
    callbacks = (poison(step, put), note)
    training = training_of(max_epochs=20, held_out=held_out(), patience=patience, callbacks=callbacks)
    outcome = training.run()
    assert outcome.diverged == term
    assert training.step == step
    assert len(training.seen) == step + 1
    assert finite(weights_of(training.model))
    assert same(kept[-1], weights_of(training.model))


def test_weights_that_break_in_the_last_step_are_not_left():
    training = training_of(max_epochs=2, callbacks=(poison(8, nowhere),))
    outcome = training.run()
    assert outcome.diverged == "weights"
    assert finite(weights_of(training.model))


@pytest.mark.parametrize("fraction", [0.0, 0.4])
def test_an_estimator_that_diverged_says_so_and_can_still_be_used(fraction):
    vae = vae_of(learning_rate=1e12, max_epochs=50, validation_fraction=fraction)
    with pytest.raises(DivergedError, match=r"the term '(reconstruction|kl)' .* learning_rate"):
        vae.fit(X)
    assert np.isfinite(vae.transform(X)).all()
    assert np.isfinite(vae.score_samples(X)).all()


def test_an_interrupt_ends_the_run_after_the_step_and_puts_the_users_handler_back():
    hooks = []

    def press(training):
        if training.step == 6:
            os.kill(os.getpid(), signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    note = At(step_ends=press, interrupted=lambda training: hooks.append(training.step))
    training = training_of(max_epochs=1000, callbacks=(note,))
    outcome = training.run()
    assert outcome.interrupted
    assert not outcome.stopped_early
    assert training.step == 6
    assert hooks == [6]
    assert len(outcome.history) == 2  # the second is of the two steps that were made
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupt_between_two_epochs_starts_no_other():
    press = At(epoch_ends=lambda training, row: os.kill(os.getpid(), signal.SIGINT))
    training = training_of(max_epochs=1000, callbacks=(press,))
    assert training.run().interrupted
    assert training.step == 4


def test_a_second_interrupt_stops_at_once():
    def press(training):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        training_of(max_epochs=1000, callbacks=(At(step_ends=press),)).run()
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupted_estimator_is_fitted():
    press = At(step_ends=lambda training: os.kill(os.getpid(), signal.SIGINT))
    vae = vae_of(max_epochs=1000, callbacks=(press,)).fit(X)
    assert vae.interrupted_
    assert vae.n_iter_ == 1
    assert np.isfinite(vae.score_samples(X)).all()


def test_a_moving_average_is_what_is_kept():
    steps = []
    note = At(step_ends=lambda training: steps.append(weights_of(training.model)))
    training = training_of(max_epochs=6, ema=0.6, learning_rate=0.05, callbacks=(note,))
    average = weights_of(training.model)
    training.run()
    for done, weights in enumerate(steps, start=1):
        # As documented: 0.6, but less in early steps, so that the first weights are forgotten.
        decay = min(0.6, done / (done + 10))
        average = {name: decay * average[name] + (1 - decay) * weights[name] for name in average}
    for name, value in training.model.state_dict().items():
        torch.testing.assert_close(value, average[name], rtol=1e-5, atol=1e-6)
        assert not torch.equal(value, steps[-1][name])


# Who is told of what


def test_the_eight_hooks_are_called_in_order():
    told = []
    moments = [name for name in vars(Callback) if not name.startswith("_")]
    assert len(moments) == 8

    def tell(moment):
        def deed(training, *row):
            told.append((moment, training.epoch, training.step))
            if moment == "step_ends" and training.step == 5:
                os.kill(os.getpid(), signal.SIGINT)

        return deed

    callback = At(**{moment: tell(moment) for moment in moments})
    outcome = training_of(held_out=held_out(), patience=5, learning_rate=1e-3, callbacks=(callback,)).run()
    assert outcome.best_epoch == 2
    first = [("fit_begins", 0, 0), ("epoch_begins", 0, 0)]
    for step in range(4):
        first += [("step_begins", 0, step), ("step_ends", 0, step + 1)]
    first += [("improved", 0, 4), ("epoch_ends", 0, 4)]
    second = [("epoch_begins", 1, 4), ("step_begins", 1, 4), ("step_ends", 1, 5)]
    second += [("improved", 1, 5), ("epoch_ends", 1, 5)]
    assert told == [*first, *second, ("interrupted", 2, 5), ("fit_ends", 2, 5)]


def test_a_hook_may_stop_the_run_after_the_step():
    def stop(training):
        training.stop = training.step == 6

    training = training_of(max_epochs=1000, callbacks=(At(step_ends=stop),))
    outcome = training.run()
    assert training.step == 6
    assert outcome.stopped_early
    assert not outcome.interrupted


def test_a_hook_sees_the_row_of_its_epoch():
    rows = []
    note = At(epoch_ends=lambda training, row: rows.append(copy.copy(row)))
    outcome = training_of(held_out=held_out(), callbacks=(note,)).run()
    assert rows == outcome.history
