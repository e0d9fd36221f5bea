"""The picture of a sweep shows its models, the curve of each latent_dim, and the knee."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from vaekit.plots import RateDistortionCurve, png
from vaekit.sweep import Point, RateDistortion


def curve(*points: tuple[float, int, float, float], **other: Any) -> RateDistortion:
    """A record of (beta, latent_dim, rate, distortion)."""
    return RateDistortion(
        [
            Point(beta, size, 0, rate, 0.1, distortion, 0.1, -rate - distortion, 0.1, 2.0, 50, 9, False)
            for beta, size, rate, distortion in points
        ]
    )


SWEPT = ((4, 2, 0, 10), (1, 2, 2, 3), (1, 2, 4, 1), (0.5, 2, 9, 1), (1, 8, 5, 5))


def test_a_line_goes_through_the_mean_of_each_beta_of_each_size() -> None:
    display = RateDistortionCurve.from_sweep(curve(*SWEPT))
    drawn = {line.get_label(): line for line in display.ax_.lines}
    np.testing.assert_allclose(drawn["latent_dim 2"].get_xydata(), [(0, 10), (3, 2), (9, 1)])
    np.testing.assert_allclose(drawn["latent_dim 8"].get_xydata(), [(5, 5)])
    written = {text.get_text(): text.xy for text in display.ax_.texts if hasattr(text, "xy")}
    assert written["0.5"] == (9, 1)
    assert display.figure_.axes[0].get_legend() is not None


def test_the_knee_is_ringed_and_told() -> None:
    display = RateDistortionCurve.from_sweep(curve(*SWEPT))
    rings = [item for item in display.ax_.collections if "knee" in str(item.get_label())]
    np.testing.assert_allclose(rings[0].get_offsets(), [(3, 2)])
    assert "the knee is at beta 1 with latent_dim 2" in display.describe()


def test_thin_lines_join_what_has_the_same_bound() -> None:
    display = RateDistortionCurve.from_sweep(curve(*SWEPT))
    thin = [line for line in display.ax_.lines if line.get_zorder() == 0]
    assert len(thin) == 5
    for line in thin:
        totals = line.get_xydata().sum(1)
        assert totals[0] == pytest.approx(totals[1])


@pytest.mark.parametrize("points", [(), ((1, 2, 3.0, 4.0),), ((1, 2, 3.0, 4.0), (2, 2, 3.0, 4.0))])
def test_few_models_are_drawn_without_a_knee(points: Any) -> None:
    display = RateDistortionCurve.from_sweep(curve(*points))
    assert png(display.figure_).startswith(b"\x89PNG")
    assert "no knee" in display.describe() or "no model" in display.describe()


def test_it_draws_on_axes_that_it_is_given() -> None:
    drawn_on, beside = Figure().subplots(1, 2)
    assert RateDistortionCurve.from_sweep(curve(*SWEPT), ax=drawn_on).ax_ is drawn_on
    assert drawn_on.has_data()
    assert not beside.has_data()
