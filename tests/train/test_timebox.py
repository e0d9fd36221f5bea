"""A fit that ends when its time is over: when it stops, what it keeps, and what it says of more time."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from vaekit import VAE
from vaekit.errors import SpecError
from vaekit.train.timebox import TimeBox, gain_of_another, in_words, seconds_of

X = load_digits().data[:400]


@pytest.mark.parametrize(
    ("span", "seconds"),
    [(30, 30), (0.25, 0.25), (np.float32(2), 2), ("30s", 30), ("9min", 540), ("1.5h", 5400), (" 2 h ", 7200)],
)  # fmt: skip
def test_a_span_is_seconds_or_a_number_with_its_unit(span: Any, seconds: float) -> None:
    assert seconds_of(span) == seconds


@pytest.mark.parametrize(
    "span",
    [0, -1, math.inf, math.nan, True, None, "", "min", "9 parsecs", "-9min", "1e3", "9min 3s", "0s", [9]],
)
def test_what_is_no_span_is_refused_before_anything_is_read(span: Any) -> None:
    with pytest.raises(SpecError, match=r"max_time=.* is not possible; give seconds .* '9min'"):
        seconds_of(span)
    if span is not None:
        with pytest.raises(SpecError, match="max_time"):
            VAE().fit("no data", max_time=span)


@given(st.floats(1, 1e6))
def test_a_span_in_words_is_read_as_the_span(seconds: float) -> None:
    assert seconds_of(in_words(seconds)) == pytest.approx(seconds, rel=5e-3)  # three digits are said


class Clock:
    """A clock that moves only when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def run_through(box: TimeBox, clock: Clock, losses: list[float], *, steps: int, look: float) -> int:
    """A run of epochs of `steps` steps of a second, each followed by a look at held-out rows; its steps."""
    training: Any = SimpleNamespace(step=0, epoch=0, steps_an_epoch=steps, stop=False, watched=True)
    box.fit_begins(training)
    for loss in losses:
        for _ in range(steps):
            clock.now += 1
            training.step += 1
            box.step_ends(training)
            if training.stop:
                break
        clock.now += look
        box.epoch_ends(training, {"loss": 0.0, "val_loss": loss})
        if training.stop:
            break
        training.epoch += 1
    return int(training.step)


@pytest.mark.parametrize(("seconds", "ended_at", "steps"), [(50, 48, 30), (53, 53, 32), (44, 44, 26)])
def test_time_is_left_for_a_last_look_at_the_held_out_rows(
    seconds: float, ended_at: float, steps: int
) -> None:
    clock = Clock()
    box = TimeBox(seconds, clock)
    # Epochs of five steps of a second and a look of three, so that looks end at 8, 16, ...
    assert run_through(box, clock, [1.0] * 100, steps=5, look=3) == steps
    assert box.over
    assert clock.now - 100 == ended_at


def test_a_fit_that_ends_before_its_time_says_so() -> None:
    clock = Clock()
    box = TimeBox(600, clock)
    run_through(box, clock, [3.0, 2.0], steps=5, look=0)
    assert not box.over
    assert box.sentence() == "the fit ended before max_time (10 min) was over."


@given(st.floats(0.1, 50), st.floats(-500, 500), st.integers(8, 300), st.floats(0.2, 5))
def test_the_gain_is_exact_where_the_loss_falls_with_the_logarithm_of_time(
    rate: float, start: float, epochs: int, span: float
) -> None:
    curve = [(float(t), start - rate * math.log(t)) for t in range(1, epochs + 1)]
    after = start - rate * math.log(epochs * (1 + span))
    assert gain_of_another(curve, epochs * span) == pytest.approx(curve[-1][1] - after, rel=1e-6, abs=1e-9)


def test_noise_that_brings_no_new_best_is_no_gain() -> None:
    rng = np.random.default_rng(0)
    curve = [(float(t), 10.0 if t == 70 else 11 + rng.random()) for t in range(1, 101)]
    assert gain_of_another(curve, 100) == 0
    assert gain_of_another([*curve[:69], (70.0, math.nan), *curve[70:], (101.0, 1.0)], 100) > 0  # type: ignore[operator]


def test_few_epochs_say_nothing_of_more_time() -> None:
    assert gain_of_another([], 10) is None
    assert gain_of_another([(1.0, 5.0), (2.0, 4.0), (3.0, 3.0)], 10) is None
    assert (
        gain_of_another([(8.0, 5.0), (8.5, 4.0), (9.0, 3.0), (10.0, 2.0)], 10) is None
    )  # none in three quarters


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([9.0 - math.log(t) for t in range(1, 200)], "another 20 s would have bought about 0.69 nats, if the loss"),
        ([3.0, 2.0, 1.0] + [4.0] * 200, "loss of 1 nats; it had stopped improving"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_reached_and_what_more_would_bring(losses: list[float], said: str) -> None:
    clock = Clock()
    box = TimeBox(20, clock)
    run_through(box, clock, losses, steps=1, look=0)
    assert box.sentence().startswith("max_time (20 s) was over at a held-out loss of ")
    assert said in box.sentence()


def test_without_held_out_rows_the_training_loss_of_whole_epochs_counts() -> None:
    clock = Clock()
    box = TimeBox(100, clock)
    training: Any = SimpleNamespace(
        step=4, epoch=0, steps_an_epoch=4, stop=False, bound=SimpleNamespace(ends=1)
    )
    box.epoch_ends(training, {"loss": 7.0})  # the weights of its terms were still moving
    training.step, training.epoch = 8, 1
    box.epoch_ends(training, {"loss": 6.0})
    training.step, training.epoch = 9, 2
    box.epoch_ends(training, {"loss": 1.0})  # one batch of four
    assert [loss for _, loss in box.curve] == [6.0]
    assert box.name == "training"


def test_a_fit_in_a_time_box_ends_with_its_best_weights_and_says_what_it_reached() -> None:
    vae = VAE(2, max_epochs=1_000_000, patience=1_000_000, random_state=0).fit(X, max_time=1.5)
    best = min(row["val_loss"] for row in vae.history_)
    assert vae.history_[vae.best_epoch_ - 1]["val_loss"] == best
    assert vae.log_[-1].startswith(f"max_time (1.5 s) was over at a held-out loss of {best:.4g} nats; ")
    assert not vae.interrupted_
    # All whole epochs are those of any other fit with this seed.
    again = VAE(2, max_epochs=20, patience=None, random_state=0).fit(X)
    n = min(20, len(vae.history_) - 1)
    assert [row["val_loss"] for row in again.history_[:n]] == [row["val_loss"] for row in vae.history_[:n]]


def test_max_time_is_no_parameter_so_that_clones_and_stored_models_do_not_have_it() -> None:
    assert "max_time" not in VAE().get_params()
    vae = VAE(2, max_epochs=2, random_state=0)
    np.testing.assert_array_equal(
        vae.fit(X, max_time="1h").transform(X), VAE(2, max_epochs=2, random_state=0).fit_transform(X)
    )
    assert vae.log_[-1] == "the fit ended before max_time (1 h) was over."
