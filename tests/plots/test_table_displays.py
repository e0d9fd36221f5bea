"""Figures of tables: names stand for what is stored as places, and numbers are right when computed another way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.datasets import load_digits, load_wine

from vaekit import AE, VAE, OutlierVAE, TabularVAE, part
from vaekit.data.column import Column
from vaekit.errors import DataError, SpecError
from vaekit.plots import (
    AnomalyScores,
    Correlations,
    ImputationIntervals,
    Reconstructions,
    Samples,
    TwoSamples,
    png,
)
from vaekit.plots.columns import categories_of, indicators, shares, written
from vaekit.plots.correlations import associations
from vaekit.plots.samples import _bars

SMALL: dict[str, Any] = {"network": part("mlp", hidden=(16,)), "max_epochs": 3, "random_state": 0}
CITY = Column("city", "categorical", categories=("Busan", "Seoul"), rare=("Jeju",))
WINE = load_wine(as_frame=True).frame.drop(columns="target")
rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    n = 240
    city = rng.choice(["Seoul", "Busan", "Jeju"], n, p=[0.5, 0.3, 0.2])
    income = np.exp(rng.normal(size=n) * 0.3 + 1.0 * (city == "Seoul"))
    frame = pd.DataFrame(
        {
            "income": income,
            "city": city,
            "smokes": rng.random(n) < 0.3,
            "visits": rng.poisson(2, n).astype(float),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
        }
    )
    for column in ("income", "city", "visits"):
        frame.loc[rng.random(n) < 0.1, column] = None
    return frame


@pytest.fixture(scope="module")
def table(people: pd.DataFrame) -> TabularVAE:
    return TabularVAE(**SMALL).fit(people)


def words(axes: Any) -> set[str]:
    """Every text of axes and those inside of them."""
    found = {text.get_text() for text in axes.texts}
    found |= {text.get_text() for text in (*axes.get_xticklabels(), *axes.get_yticklabels())}
    return found.union(*(words(child) for child in axes.child_axes))


@pytest.mark.parametrize(
    "make", [Samples, Reconstructions, Correlations, ImputationIntervals, TwoSamples, AnomalyScores]
)
def test_tables_of_many_kinds_with_holes_are_drawn(
    make: Any, table: TabularVAE, people: pd.DataFrame
) -> None:
    drawn_on, beside = Figure().subplots(1, 2)
    display = make.from_estimator(table, people, ax=drawn_on)
    assert display.ax_ is drawn_on
    assert not beside.has_data()
    assert png(display.plot().figure_).startswith(b"\x89PNG")
    assert display.describe().endswith(".")


def test_categories_and_times_are_called_by_their_names(table: TabularVAE, people: pd.DataFrame) -> None:
    samples = Samples.from_estimator(table, people)
    samples.figure_.canvas.draw()
    said = words(samples.ax_)
    assert {"Seoul", "Busan", "Jeju", "True", "False"} <= said
    assert any(word.startswith("20") and word[4:5] == "-" for word in said)  # months of `since`
    rows = Reconstructions.from_estimator(table, people)
    said = words(rows.ax_)
    shown = people["city"].iloc[np.linspace(0, 239, 6).astype(int)]
    assert {name if isinstance(name, str) else "missing" for name in shown} <= said
    assert said & {"same", "≠ Seoul", "≠ Busan", "≠ Jeju"}


def test_what_is_stored_as_a_place_has_a_name() -> None:
    assert categories_of(CITY) == ["Busan", "Seoul", "others"]
    assert categories_of(Column("age", "real")) is None
    assert [written(CITY, value) for value in (0.0, 1.0, 2.0, np.nan)] == [
        "Busan",
        "Seoul",
        "others",
        "missing",
    ]
    assert [written(None, value) for value in (0.12345, 12345.0)] == ["0.123", "12,345"]
    day = Column("since", "datetime", form="time", dtype="datetime64[ns]", origin="2020-01-01", step="day")
    assert written(day, 31.0) == "2020-02-01"


@pytest.mark.parametrize(
    ("kind", "drawn"), [("categorical", ["high", "low", "middle"]), ("ordinal", ["low", "middle", "high"])]
)
def test_names_stand_by_how_frequent_they_are_unless_they_have_an_order(kind: str, drawn: list[str]) -> None:
    column = Column("grade", kind, categories=("low", "middle", "high"))
    numbers = np.array([0.0, 0, 1, 2, 2, 2])
    axes = Figure().subplots()
    _bars(axes, column, numbers, numbers)
    assert [text.get_text() for text in axes.texts] == drawn


def test_shares_are_those_of_the_known_values() -> None:
    np.testing.assert_allclose(shares(CITY, np.array([0, 0, 1, np.nan, 2.0])), [0.5, 0.25, 0.25])


def test_indicators_have_a_one_under_the_category_and_the_mean_where_nothing_is_known() -> None:
    numbers = np.array([[1.0, 0.0], [3.0, 1.0], [np.nan, np.nan]])
    plain, city = indicators(numbers, [None, CITY])
    np.testing.assert_allclose(plain[:, 0], [1, 3, 2])
    np.testing.assert_allclose(city, [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]])


def test_the_association_of_numbers_is_their_correlation() -> None:
    values = rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4))
    np.testing.assert_allclose(associations([*values.T[:, :, None]]), np.corrcoef(values.T), atol=1e-10)


def test_the_association_of_a_name_with_a_number_is_the_correlation_ratio() -> None:
    group, noise = rng.integers(0, 3, 300), rng.normal(size=300)
    value = noise + np.array([0.0, 1.0, 3.0])[group]
    between = sum((group == g).sum() * (value[group == g].mean() - value.mean()) ** 2 for g in range(3))
    ratio = np.sqrt(between / ((value - value.mean()) ** 2).sum())
    blocks = [np.eye(3)[group], value[:, None]]
    assert associations(blocks)[0, 1] == pytest.approx(ratio)


def test_the_association_of_two_names_of_two_is_phi() -> None:
    one = rng.integers(0, 2, 300)
    other = np.where(rng.random(300) < 0.7, one, 1 - one)
    phi = abs(np.corrcoef(one, other)[0, 1])
    assert associations([np.eye(2)[one], np.eye(2)[other]])[0, 1] == pytest.approx(phi)
    assert associations([np.ones((9, 2)), rng.normal(size=(9, 1))])[0, 1] == 0  # a name that never changes


def test_a_filled_square_is_positive_and_the_largest_difference_is_framed() -> None:
    z = rng.normal(size=500)
    data = np.column_stack([z, z, -z]) + 0.1 * rng.normal(size=(500, 3))
    display = Correlations(data, rng.normal(size=(500, 3)), ["a", "b", "c"]).plot()
    away, (row, column) = display.apart
    assert away == pytest.approx(np.abs(display.of_data - display.of_samples).max())
    left = display.ax_.child_axes[0]
    filled = {(patch.get_x() + patch.get_width() / 2, patch.get_y() + patch.get_height() / 2): patch.get_fill()
              and patch.get_facecolor()[3] > 0 for patch in left.patches if patch.get_linestyle() != ":"}  # fmt: skip
    assert filled[(1.0, 0.0)]
    assert not filled[(2.0, 0.0)]
    assert {"a", "b", "c"} <= words(left)
    assert f"{display.names[row]} and {display.names[column]}" in display.describe()


def test_correlations_and_intervals_are_of_tables() -> None:
    digits = VAE(**SMALL).fit(load_digits().data[:200])
    for make in (Correlations, ImputationIntervals):
        with pytest.raises(DataError, match="fitted on pictures"):
            make.from_estimator(digits, load_digits().data[:50])
    with pytest.raises(DataError, match="two columns or more"):
        Correlations.from_estimator(VAE(1, **SMALL).fit(WINE[["ash"]].to_numpy()), WINE[["ash"]].to_numpy())
    with pytest.raises(SpecError, match="AE has no density"):
        ImputationIntervals.from_estimator(AE(2, **SMALL).fit(WINE), WINE)


def test_coverage_is_the_share_of_hidden_numbers_in_their_interval() -> None:
    truth = np.array([[1.0, np.nan, 0.0], [2.0, 5.0, 1.0], [3.0, 6.0, np.nan]])
    low, high = truth - 1.0, truth + np.array([1.0, -0.5, 1.0])
    display = ImputationIntervals(
        truth, low, high, np.ones((3, 3)), ["a", "b", "city"], [None, None, CITY]
    ).plot()
    share, error, n = display.coverage
    assert (share, n) == (3 / 5, 5)
    assert error == pytest.approx(np.sqrt(0.24 / 5), rel=0.1)
    assert display.right(2) == (0.5, 0.5)
    assert "60% ± " in display.describe()
    assert "city is guessed right in 50%" in display.describe()


def test_cells_are_hidden_that_were_known_and_never_a_whole_row(
    table: TabularVAE, people: pd.DataFrame
) -> None:
    display = ImputationIntervals.from_estimator(table, people, share=0.9)
    chosen = np.linspace(0, 239, 150).astype(int)
    known = people.iloc[chosen].notna().to_numpy()
    hidden = ~np.isnan(display.truth)
    assert not (hidden & ~known).any()
    assert (known.sum(1) > hidden.sum(1)).all()
    assert hidden.sum() > 0.6 * known.sum()
    at = display.numeric
    assert (display.low[:, at][hidden[:, at]] <= display.high[:, at][hidden[:, at]]).all()
    income = people["income"].iloc[chosen].to_numpy()
    np.testing.assert_allclose(display.truth[hidden[:, 0], 0], income[hidden[:, 0]], rtol=1e-5)


def test_an_outlier_model_says_what_is_strange_in_the_strangest_rows() -> None:
    strange = WINE.copy()
    strange.loc[5, "magnesium"] = 500.0
    model = OutlierVAE(calibration=None, **SMALL).fit(WINE)
    display = AnomalyScores.from_estimator(model, strange)
    assert display.numbers[0] == 5
    assert display.reasons is not None
    assert display.reasons[0].startswith("magnesium 500 (+")
    assert display.outliers == (model.predict(strange) == -1).sum()
    assert f"threshold {model.offset_:,.1f}" in [
        text.get_text() for text in display.ax_.child_axes[0].get_legend().get_texts()
    ]
