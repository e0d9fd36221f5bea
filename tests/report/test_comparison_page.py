"""Runs side by side: the same numbers, what is different, who is ahead, and nothing that is fetched or run."""

from __future__ import annotations

import html
from typing import Any

import pytest
from pages import Page
from sklearn.datasets import load_digits

from vaekit import VAE, part
from vaekit.measure.record import Measure
from vaekit.report import Side, make_comparison
from vaekit.report.comparison import best_of, differences, short_names

X, Y = load_digits(return_X_y=True)
X, Y = X[:200], Y[:200]
HOSTILE = "</code><script>alert('x')</script>"
SMALL: dict[str, Any] = {"network": part("mlp", hidden=(8,)), "max_epochs": 1}


def number(value: float, error: float | None = 0.1) -> Measure:
    return Measure(value, error, 200, "a number", "" if error else "a setting")


def test_the_page_has_every_number_and_every_run() -> None:
    sides = [
        Side("runs/one", VAE(2, random_state=0, **SMALL).fit(X), {"elbo": number(-10.0), "epochs": number(1, None)},
             f"vaekit fit {HOSTILE}"),
        Side(f"runs/{HOSTILE}", VAE(3, random_state=0, **SMALL).fit(X), {"elbo": number(-12.0)}),
    ]  # fmt: skip
    source = make_comparison(
        sides,
        X,
        Y,
        rows="200 rows that all of them held out",
        told={"log_p": "log p(x)", "elbo": "the bound", "epochs": "epochs"},
        stability=[("likeness of the codes", number(0.5))],
        data={"name": HOSTILE},
    )
    page = Page(source)
    assert "<script" not in source
    assert "200 rows that all of them held out" in page.text
    assert "−10.00" in page.text
    assert "−12.00" in page.text
    assert "± 0.10" in page.text
    assert [td["class"] for td in page.all("td") if "best" in str(td.get("class"))] == ["number best"]
    assert "latent_dim" in page.text
    assert "max_epochs" not in page.text  # which is the same
    assert "log p(x)" not in page.text  # which nobody has
    assert "0.50 ± 0.10 likeness of the codes" in " ".join(page.text.split())
    images = page.all("img")
    assert len(images) == 14
    assert sum(str(image["alt"]).startswith("one: ") for image in images) == 7
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in images)
    assert html.escape(f"vaekit fit {HOSTILE}").replace("&#x27;", "&#39;") in source
    assert "default-src 'none'" in source


@pytest.mark.parametrize(
    ("values", "sign", "best"),
    [
        ([-10.0, -12.0], 1, 0),
        ([-10.0, -12.0], -1, 1),
        ([-10.0, -10.1], 1, None),  # within 1.96 x sqrt(2) x 0.1
        ([-10.0, None, -11.0], 1, 0),
        ([-10.0, float("nan")], 1, None),
        ([-10.0, -12.0], 0, None),
        ([-10.0, -12.0, -10.1], 1, None),
    ],
)
def test_a_run_is_ahead_when_it_is_told_apart_from_all_others(
    values: list[float | None], sign: int, best: int | None
) -> None:
    assert best_of([None if value is None else number(value) for value in values], sign) == best


def test_runs_have_short_names_where_these_differ() -> None:
    assert short_names(["runs/a", "runs/b/"]) == ["a", "b"]
    assert short_names(["x/a", "y/a"]) == ["x/a", "y/a"]


def test_only_settings_that_differ_are_listed() -> None:
    found = differences([VAE(2, learning_rate=0.1), VAE(3, learning_rate=0.1)])
    assert found == [("latent_dim", ["2", "3"])]
