"""The commands of a model with a condition: labels in, -c out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import SMALL, SMALL_TYPED, refused, vaekit

from vaekit import CVAE, load
from vaekit.data.read import read, reread
from vaekit.estimators.files import files_of
from vaekit.run import write_folder


def told(*arguments: Any) -> str:
    answer = vaekit(*arguments)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CVAE of the digits of scikit-learn, whose labels come with them; its report is the real one."""
    out = tmp_path_factory.mktemp("runs") / "digits"
    told("fit", "digits", "--model", "cvae", "--out", out, *SMALL_TYPED)
    return out


@pytest.fixture(scope="module")
def flower_run(flowers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = read(flowers, labels="species")
    fitted = CVAE(2, **SMALL).fit(source.X, np.array(source.class_names)[source.y])
    fitted.feature_names_in_ = np.array(source.feature_names, dtype=object)
    return write_folder(tmp_path_factory.mktemp("runs") / "flowers", files_of(fitted, source.to_json()))


def test_built_in_data_bring_their_labels_and_the_report_has_a_row_of_each_class(digits_run: Path) -> None:
    fitted = load(digits_run)
    assert isinstance(fitted, CVAE)
    assert fitted.condition_.labels is not None
    assert fitted.condition_.labels.classes == tuple(range(10))
    measures = json.loads((digits_run / "measures.json").read_text())
    source = read("digits")
    held = fitted.held_out_
    assert measures["held_out_elbo"] == pytest.approx(fitted.score(source.X[held], source.y[held]), abs=1e-3)
    pictures = {path.stem for path in (digits_run / "pictures").iterdir()}
    assert pictures >= {"samples", "analogy", "reconstructions", "latent-map", "kl-per-unit"}
    page = (digits_run / "report.html").read_text()
    assert "Each row is of one class" in page
    assert "model.fit(X, y)" in page
    assert told("report", digits_run).strip() == str(digits_run / "report.html")


def test_the_lines_of_the_report_fit_the_same_model(digits_run: Path) -> None:
    page = (digits_run / "report.html").read_text()
    start = page.index("<p>In Python:</p>")
    code = page[start + len("<p>In Python:</p>\n<pre><code>") : page.index("</code>", start + 40)]
    import html

    done: dict[str, Any] = {}
    exec(html.unescape(code), done)
    source = read("digits")
    np.testing.assert_array_equal(
        done["model"].transform(source.X[:20], source.y[:20]),
        load(digits_run).transform(source.X[:20], source.y[:20]),
    )


def test_samples_of_a_class_are_asked_with_c(digits_run: Path, flower_run: Path, tmp_path: Path) -> None:
    told("sample", digits_run, "-c", 7, "-n", 16, "-o", tmp_path / "seven.npy", "--random-state", 1)
    drawn = np.load(tmp_path / "seven.npy")
    np.testing.assert_array_equal(drawn, load(digits_run).sample(16, c=7, random_state=1))
    lines = told("sample", flower_run, "-c", "rose", "-n", 2).splitlines()
    assert lines[0] == "length,'=width,'@depth"
    assert len(lines) == 3


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_labels_of_data_are_the_condition_unless_c_gives_one(flower_run: Path, flowers: Path) -> None:
    fitted, source = load(flower_run), read(flowers, labels="species")
    y = np.array(source.class_names)[source.y]

    def column(text: str) -> list[float]:
        return [float(line.split(",")[0]) for line in text.splitlines()[1:]]

    assert column(told("score", flower_run, flowers)) == fitted.score_samples(source.X, y).tolist()
    assert column(told("score", flower_run, flowers, "-c", "rose")) == (
        fitted.score_samples(source.X, "rose").tolist()
    )
    assert column(told("encode", flower_run, flowers)) == fitted.transform(source.X, y)[:, 0].tolist()
    assert column(told("reconstruct", flower_run, flowers)) == fitted.reconstruct(source.X, y)[:, 0].tolist()


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize("kind", ["txt", "npy", "headed.csv"])
def test_labels_may_stand_in_a_file_of_their_own(kind: str, pictures: Path, tmp_path: Path) -> None:
    labels = np.array(["even", "odd"])[np.arange(240) % 2]
    path = tmp_path / f"labels.{kind}"
    if kind == "npy":
        np.save(path, labels)
    else:
        path.write_text("\n".join([*(["parity"] if kind == "headed.csv" else []), *labels]))
    told("fit", pictures, "--model", "cvae", "--labels", path, "--out", tmp_path / "run", *SMALL_TYPED)
    fitted = load(tmp_path / "run")
    assert fitted.condition_.labels.classes == ("even", "odd")
    record = json.loads((tmp_path / "run" / "data.json").read_text())["source"]
    again = reread(record)
    assert np.array(again.class_names)[again.y].tolist() == labels.tolist()


def test_the_recipe_is_the_model(pictures: Path) -> None:
    from vaekit.cli.wanted import Wanted

    assert isinstance(Wanted(None, "cvae", None, {}).estimator(), CVAE)
    made = Wanted(None, "cvae+beta_vae", None, {"beta": 2.0}).estimator()
    assert (type(made), made.bound.options) == (CVAE, {"beta": 2.0})
    assert Wanted("cvae", None, None, {"condition_in": ("decoder",)}).estimator().condition_in == ("decoder",)


def test_pictures_of_classes_are_plotted(digits_run: Path, tmp_path: Path) -> None:
    for what, more in (
        ("analogy", ["--source", 3]),
        ("style-transfer", ["-n", 3]),
        ("style-transfer", ["digits", "-c", 3]),
        ("latent-map", []),
        ("manifold", ["-c", 3, "-n", 3]),
        ("prior", ["-n", 50]),
    ):
        path = tmp_path / f"{what}-{len(more)}.png"
        told("plot", what, digits_run, *more, "-o", path)
        assert path.read_bytes().startswith(b"\x89PNG")


def test_what_lacks_or_cannot_have_a_condition_is_refused(
    digits_run: Path, flower_run: Path, table_run: Path, pictures: Path, flowers: Path, tmp_path: Path
) -> None:
    refused("sample", digits_run, code=3, saying="has a condition; give one with -c: one of 10 classes: 0, 1")
    refused("sample", digits_run, "-c", 11, code=3, saying="class '11' was not seen in fit; seen were: 0, 1")
    refused("encode", digits_run, pictures, code=3, saying="or name the labels of DATA with --labels")
    refused(
        "encode",
        table_run,
        flowers,
        "-c",
        1,
        code=2,
        saying="was fitted without a condition, so there is no -c",
    )
    refused("plot", "manifold", digits_run, "-o", tmp_path / "m.png", code=3, saying="give one with -c")
    refused("plot", "analogy", table_run, "-o", tmp_path / "a.png", code=2, saying="fit with --model cvae")
    refused(
        "plot", "analogy", flower_run, "-o", tmp_path / "a.png", code=3, saying="an analogy shows pictures"
    )
    refused(
        "fit", pictures, "--model", "cvae", code=3, saying="learns from labels and 'pictures.npy' has none"
    )
    refused(
        "fit", "digits", "--model", "vae", "--recipe", "cvae", code=2, saying="use CVAE.from_recipe('cvae')"
    )
    (tmp_path / "few.txt").write_text("even\nodd\n")
    refused(
        "fit", pictures, "--model", "cvae", "--labels", tmp_path / "few.txt", code=3,
        saying="has labels of shape (2,) for 240 rows of data",
    )  # fmt: skip
    (tmp_path / "none.txt").write_text("even\n" * 239 + "\n")
    refused(
        "fit", pictures, "--model", "cvae", "--labels", tmp_path / "none.txt", code=3,
        saying="1 of 240 are missing",
    )  # fmt: skip
