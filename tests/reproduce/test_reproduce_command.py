"""`vaekit reproduce`: the list, the table, JSON, the page, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vaekit.cli.program import program
from vaekit.reproduce import EXPERIMENTS, Found, Row, Trial


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["reproduce", *arguments])


def test_without_a_name_it_lists_the_experiments(here: Path) -> None:
    listed = command().stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(EXPERIMENTS)
    assert [each["name"] for each in json.loads(command("--json").stdout)] == list(EXPERIMENTS)
    assert not list(here.iterdir())


def test_a_table_names_paper_protocol_and_differences(tiny: Any, here: Path) -> None:
    tiny.with_(differences=("ours is smaller",))
    done = command("tiny", "--seeds", "1")
    assert done.exit_code == 0, done.output
    for said in (
        "Nobody, 2020",
        "ours is smaller",
        "published",
        "-4.00",
        "at least -100",
        "every required row is met",
    ):
        assert said in done.stdout
    assert done.stderr.count("of 2:") == 2
    assert json.loads(command("tiny", "--seeds", "1", "--json").stdout) == json.loads(
        (here / "reproductions" / "tiny.json").read_text()
    )


def test_a_missed_required_row_ends_with_1(tiny: Any) -> None:
    tiny.with_(rows=(Row("score a", most=-1e9, required=True),))
    done = command("tiny", "--seeds", "1")
    assert done.exit_code == 1
    assert "not met: score a." in done.stdout


def test_an_interruption_ends_with_130_and_keeps_what_was_done(tiny: Any, here: Path) -> None:
    tiny.fails_at = ("b", 0)
    assert command("tiny", "-o", "kept").exit_code == 130
    assert [path.name for path in (here / "kept" / "tiny").iterdir()] == ["a-seed-0-short.json"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("tinny",), 2, "Did you mean 'tiny'?"),
        (("tiny", "--budget", "soon"), 2, "--budget='soon' is not possible"),
        (("tiny", "--budget", "0.1s"), 2, "too little"),
        (("tiny", "--page", "page.md"), 2, "leave NAME out"),
        (("--page", "page.md"), 1, "keeps no result"),
    ],
)
def test_what_cannot_be_is_refused(
    tiny: Any, here: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = command(*arguments)
    assert done.exit_code == code
    assert said in done.stderr
    assert not list(here.rglob("*.*"))


def test_without_mnist_it_is_skipped_in_words(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAEKIT_OFFLINE", "1")
    monkeypatch.delenv("VAEKIT_DATA", raising=False)
    monkeypatch.setenv("VAEKIT_HOME", str(here / "nothing"))
    done = command("tutorial-elbo")
    assert done.exit_code == 1
    assert "'tutorial-elbo' is skipped: MNIST is not on this machine" in done.stderr
    assert done.stdout == ""


def test_the_page_is_a_table_of_what_was_kept(tiny: Any, here: Path) -> None:
    command("tiny")
    assert command("--page", "page.md").stdout == "page.md\n"
    page = (here / "page.md").read_text()
    kept = json.loads((here / "reproductions" / "tiny.json").read_text())
    ours = kept["rows"][0]["ours"]
    assert f"| tiny | score a | -4.00 | {ours:.2f} +- " in page
    assert "Nobody, 2020" in page
    assert kept["versions"]["torch"] in page
    assert command("--page", "page.md").exit_code == 2
    assert command("--page", "page.md", "--force").exit_code == 0


def test_the_page_says_which_rows_were_not_run(tiny: Any, here: Path) -> None:
    tiny.with_(rows=(*tiny.experiment.rows, Row("score c", 7.0, "Table 9")))
    command("tiny", "--seeds", "1")
    command("--page", "page.md")
    table, rest = (here / "page.md").read_text().split("## Not run")
    not_run = rest.split("\n## ")[0]
    assert "score c" not in table
    assert "- tiny: score c (Table 9)\n" in not_run
    others = [name for name in EXPERIMENTS if name != "tiny"]
    assert [name for name in EXPERIMENTS if f"`vaekit reproduce {name}`" in not_run] == others
    assert "not run" in command("tiny", "--seeds", "1").stdout


def test_the_page_says_how_many_rows_were_measured_where_not_all_were(tiny: Any, here: Path) -> None:
    def few(bench: Any) -> dict[str, Found]:
        return {"score a": Found(-4.5, 0.1, 20, 100)}

    tiny.with_(trials=(Trial("a", few),))
    assert "score a (20 of 100 rows)" in command("tiny").stdout
    command("--page", "page.md")
    assert "| tiny | score a (20 of 100 rows) | -4.00 |" in (here / "page.md").read_text()
