"""The page: self-contained, escaped, the pictures of what a model can do."""

from __future__ import annotations

import base64
import html
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pages import Page
from sklearn.datasets import load_digits, load_wine

from vaekit import VAE
from vaekit.report import make_report, pictures, report_files
from vaekit.report.gallery import gallery

DIGITS = load_digits()
X, Y = DIGITS.data[:300], DIGITS.target[:300]
WINE = load_wine()
HOSTILE = "</code></pre><script>alert('x')</script><img src=x onerror=alert(1)>\"&'"
PICTURES = {
    "samples", "reconstructions", "latent-map", "aggregated-posterior", "traversals", "kl-per-unit", "learning-curves",
}  # fmt: skip
OF_A_TABLE = PICTURES - {"traversals"} | {"correlations", "two-samples"}


@pytest.mark.parametrize("name", ["vae", "images", "ae", "aae", "table"])
def test_the_page_fetches_nothing_and_every_picture_is_told_in_words(name: str, models: Any) -> None:
    estimator, rows = models[name]
    source = make_report(estimator, rows, measures=estimator.ledger(rows))
    page = Page(source)
    assert page.elements[0][0] == "html"
    policy = next(meta for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    images = page.all("img")
    missing = {"ae": {"samples", "aggregated-posterior", "kl-per-unit"}, "aae": {"kl-per-unit"}}.get(
        name, set()
    )
    wanted = (OF_A_TABLE if name == "table" else PICTURES) - missing
    assert {figure["id"] for figure in page.all("figure")} == wanted
    assert len(images) == len(wanted)
    for image in images:
        address = str(image["src"])
        assert address.startswith("data:image/png;base64,")
        content = base64.b64decode(address.split(",")[1], validate=True)
        assert (image["width"], image["height"]) == tuple(
            str(int.from_bytes(content[at : at + 4], "big")) for at in (16, 20)
        )
        assert len(str(image["alt"])) > 30
    fetching = {"script", "link", "iframe", "object", "embed", "audio", "video", "base", "form", "svg"}
    assert not fetching & {tag for tag, _ in page.elements}
    assert not any("src" in attributes for tag, attributes in page.elements if tag != "img")
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert all(str(link["href"]).startswith("https://") for link in page.all("a"))
    style = source[source.index("<style>") : source.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


def test_the_pictures_are_files_of_the_same_bytes_as_the_page(vae: VAE) -> None:
    found = pictures(vae, X, Y)
    assert set(found) == {f"{name}.png" for name in PICTURES}
    files = report_files(vae, X, labels=Y)
    assert files == {"report.html": files["report.html"]} | {f"pictures/{n}": c for n, c in found.items()}
    page = files["report.html"].decode()
    assert all(base64.b64encode(content).decode() in page for content in found.values())
    assert make_report(vae, X, labels=Y) == page


def test_what_comes_from_outside_is_inert() -> None:
    table = pd.DataFrame(WINE.data, columns=[f"{HOSTILE}{i}" for i in range(13)]).assign(still=1.0)
    vae = VAE(max_epochs=1, random_state=0).fit(table)
    record = {
        "name": HOSTILE,
        "path": f"/tmp/{HOSTILE}",
        "rows": 178,
        "sha256": HOSTILE,
        "how": {"reader": "csv", "options": {"labels": HOSTILE}},
        "class_names": [HOSTILE, "b", "c"],
    }
    source = make_report(
        vae,
        table,
        labels=WINE.target,
        measures={HOSTILE: 1.0},
        data=record,
        command=f"vaekit fit {HOSTILE}",
        environment={HOSTILE: HOSTILE},
        notes=[HOSTILE],
    )
    page = Page(source)
    assert "<script" not in source
    assert len(page.all("img")) == len(OF_A_TABLE)
    assert source.count(html.escape("alert('x')").replace("&#x27;", "&#39;")) >= 8
    assert "alert('x')" in page.text


def test_labels_are_shown_by_the_names_of_their_classes(models: Any) -> None:
    labels = np.where(np.arange(178) == 5, -1, WINE.target)
    drawn = gallery(*models["table"], labels, ["red", "white", "rosé"])
    assert drawn["latent-map"].display.classes == ["red", "rosé", "unlabelled", "white"]
