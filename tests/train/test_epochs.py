"""A history is a plain list, and a notebook shows it as a curve and a table."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

import vaekit
from vaekit import VAE, part
from vaekit.train.epochs import HEIGHT, History

ROWS = [
    {"epoch": 1.0, "loss": 9.0, "kl": 1.0, "weight_kl": 1.0, "val_loss": 8.0, "seconds": 0.1},
    {"epoch": 2.0, "loss": 5.0, "kl": 2.0, "weight_kl": 1.0, "val_loss": 4.0, "seconds": 0.1},
    {"epoch": 3.0, "loss": 4.0, "kl": 3.0, "weight_kl": 1.0, "val_loss": 6.0, "seconds": 0.1},
    {"epoch": 4.0, "loss": 3.0, "kl": 3.0, "weight_kl": 1.0, "val_loss": float("nan"), "seconds": 0.1},
]


def test_the_curve_has_a_point_an_epoch_and_the_lowest_loss_lies_lowest() -> None:
    shown = ElementTree.fromstring(History(ROWS)._repr_html_())
    lines = [line.attrib["points"].split() for line in shown.iter("polyline")]
    assert [len(points) for points in lines] == [4, 3]
    heights = [float(point.split(",")[1]) for point in lines[0]]
    assert heights == sorted(heights)
    assert max(heights) == HEIGHT - 4


def test_the_table_has_the_first_the_best_and_the_last_epoch() -> None:
    shown = ElementTree.fromstring(History(ROWS)._repr_html_())
    assert [cell.text for cell in shown.iter("th")] == ["epoch", "loss", "kl", "val loss"]
    rows = [[cell.text for cell in row.iter("td")] for row in shown.iter("tr")]
    assert [row[0] for row in rows if row] == ["1", "2", "4"]


def test_names_are_inert_and_nothing_is_shown_of_nothing() -> None:
    page = History([{"<script>": 1.0, "loss": float("inf")}])._repr_html_()
    assert "<script>" not in page
    assert "polyline" not in page
    assert History()._repr_html_() == "<p>No epoch was finished.</p>"


def test_a_fitted_model_has_one_and_gets_it_back(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))
    vae = VAE(1, network=part("mlp", hidden=(4,)), max_epochs=2, random_state=0).fit(X)
    assert re.search("<svg.*<table", vae.history_._repr_html_())
    assert json.loads(json.dumps(vae.history_)) == vae.history_ == list(vae.history_)
    assert pickle.loads(pickle.dumps(vae)).history_ == vae.history_
    vae.save(tmp_path / "model")
    assert isinstance(vaekit.load(tmp_path / "model").history_, History)
