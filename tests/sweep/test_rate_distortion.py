"""The curve of a sweep: what stands in it, where its knee is, and what that suggests."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from vaekit import AE, VAE, part
from vaekit.errors import SpecError
from vaekit.sweep import Point, RateDistortion, sweep
from vaekit.sweep.grid import grid
from vaekit.sweep.rate_distortion import knee

X = load_digits().data[:300]
SMALL: dict[str, Any] = {"network": part("mlp", hidden=(16,)), "max_epochs": 15, "batch_size": 64}


def point(beta: float, rate: float, distortion: float, **other: Any) -> Point:
    made = Point(beta, 8, 0, rate, 0.1, distortion, 0.1, -rate - distortion, 0.1, 5.0, 100, 10, False)
    return replace(made, **other)


@pytest.fixture(scope="module")
def found() -> RateDistortion:
    return sweep(VAE(3, random_state=5, **SMALL), X, beta=(0.1, 1, 20), seeds=2)


def farthest_below_chord(rate: np.ndarray, distortion: np.ndarray) -> int:
    """The knee of a convex curve another way: the largest triangle with the two ends, by a cross product."""
    order = np.argsort(rate)
    ends = np.array([[rate[at], distortion[at]] for at in (order[0], order[-1])])
    along = ends[1] - ends[0]
    away = np.stack([rate, distortion], 1) - ends[0]
    return int(np.argmin(along[0] * away[:, 1] - along[1] * away[:, 0]))


@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=12), st.floats(0.1, 1e3), st.randoms())
def test_the_knee_of_a_convex_curve_makes_the_largest_triangle_with_its_ends(
    steps: list[float], unit: float, random: Any
) -> None:
    rate = np.cumsum(steps)
    distortion = unit * np.exp(-rate)
    order = list(range(len(rate)))
    random.shuffle(order)
    assert knee(rate[order], distortion[order]) == farthest_below_chord(rate[order], distortion[order])


def test_settings_that_another_beats_in_both_do_not_move_the_knee() -> None:
    rate, distortion = np.array([0.0, 1, 2, 8]), np.array([10.0, 4, 2, 1])
    assert knee(rate, distortion) == 2
    beaten = np.array([3.0, 7.5, 9.0]), np.array([2.5, 9.0, 1.0])
    assert knee(np.r_[beaten[0], rate], np.r_[beaten[1], distortion]) == 3 + 2


@pytest.mark.parametrize(
    ("rate", "distortion"),
    [
        ([], []), ([1.0, 2.0], [5.0, 3.0]), ([0.0, 1, 2], [4.0, 2, 0]), ([0.0, 1, 2], [4.0, 3.9, 0]),
        ([1.0] * 4, [2.0] * 4),
    ],
    ids=["nothing", "two", "straight", "bent the other way", "one place"],
)  # fmt: skip
def test_there_is_no_knee_on_a_line_or_on_fewer_than_three(
    rate: list[float], distortion: list[float]
) -> None:
    assert knee(np.array(rate), np.array(distortion)) is None
    curve = RateDistortion(
        [point(1 + at, r, d) for at, (r, d) in enumerate(zip(rate, distortion, strict=True))]
    )
    assert (curve.knee, curve.suggested_beta, curve.suggested_latent_dim) == (None, None, None)
    assert curve.sentence() == "the curve has no knee: give more betas, farther apart."


def test_seeds_are_averaged_and_models_that_diverged_are_left_out() -> None:
    curve = RateDistortion(
        [
            point(4, 0, 10),
            point(1, 1, 3),
            point(1, 3, 1, random_state=1),
            point(0.5, 9, 1),
            point(1, 1e6, 1e6, diverged=True),
            point(0.1, math.nan, 3.0),
        ]
    )
    assert [(each.beta, each.rate, each.distortion) for each in curve.settings] == [
        (0.5, 9, 1),
        (1, 2, 2),
        (4, 0, 10),
    ]
    assert curve.suggested_beta == 1


@pytest.mark.parametrize(
    ("active", "size", "said"),
    [
        (4.5, 5, "4.5 of 8 latent values active; suggested: beta 1, latent_dim 5."),
        (8.0, 8, "latent_dim 8 or more, since all are used."),
        (0.0, 1, "latent_dim 1."),
        (math.nan, 8, "nats; suggested: beta 1, latent_dim 8."),
    ],
)
def test_the_suggested_size_is_what_is_active_at_the_knee(active: float, size: int, said: str) -> None:
    points = [point(4, 0, 10), point(1, 2, 2, active_units=active), point(0.5, 9, 1)]
    curve = RateDistortion(points)
    assert curve.suggested_latent_dim == size
    assert curve.sentence().endswith(said)
    assert "the knee is at beta 1: rate 2.0, distortion 2.0 nats" in repr(curve)


def test_a_sweep_has_a_model_for_every_beta_and_seed_and_a_larger_beta_pays_less(
    found: RateDistortion,
) -> None:
    assert [(each.beta, each.random_state) for each in found.points] == [
        (0.1, 5), (0.1, 6), (1, 5), (1, 6), (20, 5), (20, 6),
    ]  # fmt: skip
    assert {(each.latent_dim, each.rows, each.epochs, each.diverged) for each in found.points} == {
        (3, 30, 15, False)
    }
    rates = [each.rate for each in found.settings]
    assert rates[0] > rates[1] > rates[2]
    for each in found.points:
        assert each.elbo == pytest.approx(-each.rate - each.distortion, rel=1e-6)


def test_each_model_is_measured_on_the_rows_that_it_held_out_or_on_a_test_part(found: RateDistortion) -> None:
    vae = VAE(3, random_state=6, bound=part("elbo", beta=20), **SMALL).fit(X)
    [alone] = RateDistortion.of([vae], X).points
    assert alone.elbo == pytest.approx(vae.score(X[vae.held_out_]), rel=1e-9)
    assert found.points[-1].elbo == pytest.approx(alone.elbo, rel=1e-3)
    [tested] = RateDistortion.of([vae], X, X[:50]).points
    assert (tested.rows, tested.elbo) == (50, pytest.approx(vae.score(X[:50]), rel=1e-9))


def test_the_table_has_every_number_to_the_last_digit(found: RateDistortion) -> None:
    rows = list(csv.DictReader(io.StringIO(found.csv().decode())))
    assert len(rows) == len(found.points)
    for row, each in zip(rows, found.points, strict=True):
        assert {name: str(value) for name, value in vars(each).items()} == row


def test_a_grid_keeps_the_bound_and_leaves_the_estimator_alone() -> None:
    vae = VAE(2, bound=part("elbo", warm_up=3, beta=9), random_state=None)
    models = grid(vae, beta=(1, 2, 1), latent_dim=(4, 8), seeds=2)
    assert [(m.latent_dim, m.bound, m.random_state) for m in models] == [
        (size, part("elbo", warm_up=3, beta=beta), seed)
        for size in (4, 8)
        for beta in (1, 2)
        for seed in (0, 1)
    ]
    assert (vae.latent_dim, vae.bound, vae.random_state) == (2, part("elbo", warm_up=3, beta=9), None)


@pytest.mark.parametrize(
    ("estimator", "options", "said"),
    [
        (AE(), {"beta": [1]}, "bound 'elbo'"),
        (VAE(bound="iwae"), {"beta": [1]}, "bound 'elbo'"),
        (VAE(), {"beta": [-1]}, "beta=-1 is not possible"),
        (VAE(), {"beta": [1, math.nan]}, "beta=nan is not possible"),
        (VAE(), {"beta": ["1"]}, "beta='1' is not possible"),
        (VAE(), {"beta": []}, "beta is empty"),
        (VAE(), {"beta": [1], "latent_dim": [2.5]}, "latent_dim=2.5 is not possible"),
        (VAE(), {"beta": [1], "seeds": 0}, "seeds=0 is not possible"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_words(estimator: Any, options: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        sweep(estimator, X, **options)


def test_a_model_without_a_rate_is_no_point_of_a_curve() -> None:
    with pytest.raises(SpecError, match="AE has no rate"):
        RateDistortion.of([AE(2, **SMALL).fit(X)], X)
