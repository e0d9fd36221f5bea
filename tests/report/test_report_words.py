"""What the page says: what was fitted, every number, what went wrong, and how to make it again."""

from __future__ import annotations

import ast
import html
import re
import signal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pages import Page
from sklearn.datasets import load_digits, load_wine

from vaekit import VAE, TabularVAE, part
from vaekit.data.read import read
from vaekit.errors import DivergedError
from vaekit.report import make_report
from vaekit.spec import lookup
from vaekit.train import Callback

DIGITS = load_digits()
X, Y = DIGITS.data[:300], DIGITS.target[:300]
WINE = load_wine()

# The words are what is tested here, and drawing takes a second a page.
pytestmark = pytest.mark.usefixtures("without_pictures")


@pytest.mark.parametrize(
    ("name", "lead"),
    [
        ("vae", "A variational autoencoder with 2 latent values, fitted on 270 rows of 64 columns"),
        ("images", "fitted on 270 pictures of 8 × 8 pixels"),
        ("ae", "An autoencoder with 3 latent values, fitted on"),
        ("aae", "An autoencoder with 2 latent values, whose codes are drawn towards the prior, fitted on"),
        ("table", "fitted on 178 rows of 13 columns"),
    ],
)
def test_the_page_says_what_was_fitted_on_what(name: str, lead: str, models: Any) -> None:
    assert lead in Page(make_report(*models[name])).text.replace("\xa0", " ")


def test_the_ledger_has_every_number_with_its_error_and_meaning(vae: VAE) -> None:
    found = vae.ledger(X)
    text = Page(make_report(vae, X, measures={f"held_out_{k}": v for k, v in found.items()})).text
    assert "300 rows that were held out of the fit" in text
    for key in ("elbo", "reconstruction", "kl"):
        error = float(f"{found[f'{key}_se']:.1e}")  # two digits
        numbers = re.findall(r"(−?[\d.,]+) ± ([\d.,]+)", text)
        assert any(
            abs(float(value.replace("−", "-")) - found[key]) < error and float(of) == pytest.approx(error)
            for value, of in numbers
        ), key
    assert "A lower bound on log p(x)" in text
    assert "of 2 latent values" in text


def test_measures_of_several_sets_of_rows_are_told_apart_and_unknown_ones_are_shown(vae: VAE) -> None:
    given = {
        "test_elbo": -3.0,
        "test_elbo_se": 0.1,
        "train_elbo": -2.0,
        "test_rows": 9.0,
        "strange_number": 7.5,
    }
    page = Page(make_report(vae, X, measures=given | {"test_kl": float("nan")}))
    assert len(page.all("caption")) == 3
    assert "9 rows of the test part" in page.text
    assert "rows, all of them trained on" in page.text
    assert "strange number" in page.text
    assert "7.5" in page.text
    assert "nan" not in page.text.lower().split()


def test_a_page_without_measures_says_so(vae: VAE) -> None:
    assert "Nothing was measured." in Page(make_report(vae, X)).text


def interrupted() -> VAE:
    class StopsInTheSecondEpoch(Callback):
        def epoch_begins(self, training: Any) -> None:
            if training.epoch == 1:
                signal.raise_signal(signal.SIGINT)

    return VAE(max_epochs=9, random_state=0, callbacks=(StopsInTheSecondEpoch(),)).fit(X)


def diverged() -> VAE:
    vae = VAE(max_epochs=9, random_state=0, learning_rate=1e20)
    with pytest.raises(DivergedError):
        vae.fit(X)
    return vae


def collapsed() -> VAE:
    return VAE(max_epochs=40, random_state=0, bound=part("elbo", beta=1e4)).fit(X)


def still_improving() -> VAE:
    return VAE(max_epochs=3, random_state=0).fit(X)


def of_few_rows() -> VAE:
    return VAE(max_epochs=1, random_state=0).fit(X[:30])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (interrupted, "The training was interrupted. It was stopped by hand in epoch 2."),
        (diverged, "The training diverged. The term '"),
        (collapsed, "The codes carry nothing."),
        (still_improving, "Still improving."),
        (of_few_rows, "Few rows. The model saw 30 rows"),
    ],
)
def test_what_went_wrong_stands_at_the_top(make: Any, said: str) -> None:
    estimator = make()
    page = Page(make_report(estimator, X, measures=estimator.ledger(X)))
    assert said in page.text
    assert page.text.index(said) < page.text.index("What it can do")
    trouble = any("trouble" in str(div.get("class")) for div in page.all("div"))
    assert trouble == (make in (interrupted, diverged, collapsed))


def test_what_did_not_happen_is_not_said(vae: VAE) -> None:
    text = Page(make_report(vae, X, measures=vae.ledger(X))).text
    for word in ("interrupted", "diverged", "collapsed", "trained on its own", "Few rows"):
        assert word not in text


def test_numbers_of_training_rows_are_said_to_flatter(models: Any) -> None:
    estimator, rows = models["table"]
    measures = {f"train_{key}": value for key, value in estimator.ledger(rows).items()}
    text = Page(make_report(estimator, rows, measures=measures)).text
    assert "Measured on its own training rows." in text
    assert "No row was held out, since fewer than 20 would have been" in text


def test_the_page_says_what_was_understood_of_the_data(vae: VAE) -> None:
    page = Page(make_report(vae, X, data=read("digits").to_json()))
    assert "VAE on digits" in page.text
    assert vae.profile_.reason[1:] in page.text
    assert "divided by 16" in page.text
    assert "30 of 300 rows were held out" in page.text
    constant = np.flatnonzero((X[0] == X).all(0))
    assert (
        f"{len(constant)} columns of 64 never change and tell nothing: {', '.join(map(str, constant))}"
        in page.text
    )
    for said in vae.log_:
        assert said in page.text
    shift = -64 * np.log(16)  # from [0, 1] to 0..16 in each of 64 columns
    assert f"every log-density is {abs(shift):.1f} nats lower" in page.text


def test_constant_pixels_are_counted_not_listed() -> None:
    vae = VAE(max_epochs=1, random_state=0).fit(X.reshape(-1, 8, 8))
    constant = int((X[0] == X).all(0).sum())
    assert f"{constant} pixels of 64 never change and tell nothing." in Page(make_report(vae, X)).text


def test_settings_that_are_not_the_defaults_are_listed(vae: VAE) -> None:
    text = Page(make_report(vae, X)).text
    assert "max_epochs 3 (default 'auto')" in text
    assert "random_state 0 (default None)" in text
    assert "learning_rate" not in text


def test_every_part_is_cited_once(models: Any) -> None:
    aae = models["aae"][0]
    page = Page(make_report(aae, X))
    wanted = [("likelihood", aae.spec_.likelihood.name), ("prior", "normal"), ("posterior", "point")]
    wanted += [("bound", "reconstruction"), ("penalty", "code-critic"), ("optimizer", "adam")]
    for place, name in wanted:
        address = re.search(r"https://\S+", lookup(place, name).reference).group()
        assert [link["href"] for link in page.all("a")].count(address) == 1
        assert f"{place} {name}" in page.text


def test_an_autoencoder_names_no_prior(models: Any) -> None:
    assert "prior" not in [
        text.strip() for text in re.findall(r"<th[^>]*>(.*?)</th>", make_report(*models["ae"]))
    ]


def lines_of(source: str) -> str:
    """The Python lines of a page."""
    return html.unescape(re.findall(r"<pre><code>(.*?)</code></pre>", source, re.DOTALL)[-1])


def test_the_python_lines_fit_the_same_model_again() -> None:
    data = read("digits")
    vae = VAE(
        latent_dim=3,
        max_epochs=1,
        random_state=4,
        bound=part("elbo", warm_up=2),
        network=part("mlp", hidden=(8,)),
    )
    vae.fit(data.X)
    lines = lines_of(make_report(vae, data.X, data=data.to_json(), command="vaekit fit digits"))
    names: dict[str, Any] = {}
    exec(lines, names)
    again = names["model"]
    assert repr(again.get_params()) == repr(vae.get_params())
    np.testing.assert_array_equal(again.transform(data.X[:50]), vae.transform(data.X[:50]))


def test_what_is_the_users_own_is_named_in_lines_that_are_python() -> None:
    from torch import nn

    class Encoder(nn.Sequential):
        pass

    network = (Encoder(nn.Flatten(), nn.Linear(64, 4)), nn.Linear(2, 64))
    vae = VAE(network=network, likelihood=part("gaussian", scale=1.0), max_epochs=1, prior="normal").fit(X)
    source = make_report(vae, X)
    lines = lines_of(source)
    ast.parse(lines)
    assert "my_network = ...  # your own: Encoder, Linear" in lines
    assert "network=my_network" in lines
    assert "X = ...  # your data, of shape (300, 64)" in lines
    assert "No random_state was set" in Page(source).text


def test_the_command_and_the_environment_are_those_given(vae: VAE) -> None:
    text = Page(
        make_report(vae, X, command="vaekit fit digits --beta 4", environment={"torch": "1.2.3"})
    ).text
    assert "vaekit fit digits --beta 4" in text
    assert "torch 1.2.3" in text


@pytest.mark.parametrize(
    ("flag", "said"), [("scale_at_floor", "at its floor"), ("relaxed", "Not a likelihood")]
)
def test_a_flag_of_the_ledger_is_a_sentence(flag: str, said: str, vae: VAE) -> None:
    page = Page(make_report(vae, X, measures={"elbo": -3.0, flag: 1.0}))
    assert said in page.text
    assert flag.replace("_", " ") not in page.text.replace("Not a likelihood", "")
    assert said not in Page(make_report(vae, X, measures={"elbo": -3.0})).text


def test_columns_of_a_table_are_listed_with_values_as_they_are_written() -> None:
    rng = np.random.default_rng(0)
    people = pd.DataFrame(
        {
            "kind": rng.choice(["semi-dry", "dry"], 60),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 60), unit="D"),
        }
    )
    people.loc[:5, "kind"] = None
    model = TabularVAE(network=part("mlp", hidden=(4,)), max_epochs=1, random_state=0).fit(people)
    text = " ".join(Page(make_report(model, people)).text.split())
    assert "kind binary (bernoulli) dry, semi-dry 10.0%" in text
    assert "since datetime (gaussian) 2020-" in text
