"""No public name is missing in the reference, and what the pages take from the code is whole."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vaekit

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def docs_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))


def documented() -> Iterator[tuple[str, str]]:
    """(module, name) of all that stands in docs/api."""
    for page in sorted((DOCS / "api").glob("*.rst")):
        text = page.read_text(encoding="utf-8")
        for module, names in re.findall(r"\.\. public:: (\S+)\n\n((?: +\S.*\n)+)", text):
            yield from ((module, name) for name in names.split())
        for module, names in re.findall(
            r"\.\. currentmodule:: (\S+)\n\n\.\. autosummary::\n +:toctree: made\n(?: +:.*\n)*\n((?: +\S.*\n)+)",
            text,
        ):
            yield from ((module, name) for name in names.split())


PAGES_OF = (
    "measure",
    "plots",
    "theory",
    "article",
    "sweep",
    "doctor",
    "gate",
    "report",
    "explorer",
    "reproduce",
)


@pytest.mark.parametrize("module", [f"vaekit.{name}" for name in (*PAGES_OF, "recipes")])
def test_every_public_name_of_a_module_is_in_the_reference(module: str) -> None:
    home = importlib.import_module(module)
    everything = [getattr(importlib.import_module(at), name) for at, name in documented()]
    assert not [name for name in home.__all__ if not any(getattr(home, name) is one for one in everything)]
    assert {name for at, name in documented() if at == module} <= set(home.__all__)


def test_nothing_stands_twice_in_the_reference() -> None:
    found = [id(getattr(importlib.import_module(at), name)) for at, name in documented()]
    assert len(set(found)) == len(found)


def test_every_public_name_of_vaekit_is_in_the_reference() -> None:
    shown = [name for home, name in documented() if home == "vaekit"]
    modules = {name for name in vaekit.__all__ if (DOCS / "api" / f"{name}.rst").is_file()} | {"recipes"}
    assert sorted(shown) == sorted(set(vaekit.__all__) - modules)
    assert modules == {"article", "errors", "measure", "recipes", "theory"}


def test_everything_in_the_reference_has_a_docstring() -> None:
    for module, name in documented():
        found = getattr(importlib.import_module(module), name)
        assert not callable(found) or (found.__doc__ or "").strip(), f"{module}.{name}"


def test_the_one_page_has_every_table_and_every_place() -> None:
    from from_code import TABLES

    from vaekit.spec import PLACES

    page = (DOCS / "one-page.md").read_text(encoding="utf-8")
    shown = [line.split() for line in re.findall(r"```\{shown\} (.+)", page)]
    assert {first for first, *_ in shown} == set(TABLES)
    assert [about for first, *about in shown if first == "parts"] != []
    assert {about[0] for first, *about in shown if first == "parts"} == set(PLACES)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (("commands",), ["`vaekit fit`", "`vaekit doctor`"]),
        (
            ("estimators",),
            [name for name in vaekit.__all__ if name.isupper() or name.endswith(("VAE", "AAE"))],
        ),
        (("parts", "prior"), ["`vamp`", "`mixture`", "`components=", "Tomczak"]),
        (("recipes",), ["`beta_vae`", "Higgins"]),
        (("public", "vaekit.measure"), ["mmd", "ais"]),
        (("experiments",), ["`tutorial-elbo`"]),
        (("verdicts",), ["`posterior-is-prior`"]),
        (("errors",), ["ClashError", "SpecError"]),
    ],
)
def test_a_table_has_what_the_code_has(asked: tuple[str, ...], names: list[str]) -> None:
    from from_code import TABLES

    table = TABLES[asked[0]](*asked[1:])
    for name in names:
        assert name in table
    columns = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
    assert len(columns) == 1, "a cell breaks its row"


def test_the_house_has_every_room_once_and_lights_what_a_room_uses() -> None:
    from floors import floors, house, uses

    drawn = house()
    rooms = re.findall(r'class="room room-(\w+)"', drawn)
    assert sorted(rooms) == sorted(floors())
    assert [int(level) for level in re.findall(r'class="level">(\d+)', drawn)] == sorted(
        set(floors().values()), reverse=True
    )
    assert "distributions" in uses("priors")
    assert all(floors()[other] < floors()[room] for room in floors() for other in uses(room))


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("A value in [0, 1].", "A value in [0, 1]."),
        ("KL(q || p), *event and given_report_.", r"KL(q \|\| p), \*event and given_report\_."),
        ('Use `part("vamp")`, of prior_.', r'Use ``part("vamp")``, of prior\_.'),
        (
            "Burda et al., 2016, https://arxiv.org/abs/1509_00519",
            "Burda et al., 2016, https://arxiv.org/abs/1509_00519",
        ),
        (
            "value   the number\n        on two lines\nn       rows",
            "``value``\n    the number\n    on two lines\n``n``\n    rows",
        ),
        ("Shown:\n\n    x = 1_\n\n    *y*", "Shown:\n\n::\n\n    x = 1_\n\n    *y*"),
        (
            "Parameters\n----------\nx : str or *part\n    Of `y`.\n\nExamples\n--------\n>>> a_ * 2\n4",
            "Parameters\n----------\nx : str or \\*part\n    Of ``y``.\n\nExamples\n--------\n>>> a_ * 2\n4",
        ),
    ],
)
def test_a_docstring_is_read_as_it_is_written(given: str, made: str) -> None:
    from docstrings import as_rest

    assert "\n".join(as_rest(given.split("\n"))).strip() == made
