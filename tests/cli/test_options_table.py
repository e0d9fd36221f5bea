"""The table of options says what the code says."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from vaekit.cli import options
from vaekit.cli.fit import command
from vaekit.cli.wanted import OF_ESTIMATORS, Wanted, flag
from vaekit.estimators import AE, CVAE, VAE
from vaekit.recipes import RECIPES


def test_the_table_is_up_to_date() -> None:
    assert options.main(["--check"]) == 0


def test_a_stale_table_is_noticed_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "options.json"
    stale.write_text(json.dumps({**options.made(), "data": {}}))
    monkeypatch.setattr(options, "FILE", stale)
    assert options.main(["--check"]) == 1
    assert "python -m vaekit.cli.options" in capsys.readouterr().err
    assert options.main(["--write"]) == 0
    assert options.main(["--check"]) == 0
    assert json.loads(stale.read_text()) == json.loads(json.dumps(options.made()))


def test_another_argument_is_not_understood() -> None:
    assert options.main(["--chekc"]) == 2


@pytest.mark.parametrize("cls", [AE, VAE, CVAE])
def test_every_parameter_of_an_estimator_is_an_option(cls: type) -> None:
    parameters = set(inspect.signature(cls).parameters) - set(options.LEFT_OUT)
    assert parameters == set(options.table()["estimators"][cls.__name__.lower()])
    assert parameters <= set(OF_ESTIMATORS)
    typed = {name for parameter in command.params for name in parameter.opts}
    assert {flag(name) for name in parameters} <= typed


def test_every_option_has_a_help() -> None:
    assert all(row["help"] for row in options.table()["options"])
    assert all(row["takes"]["kinds"] or row["takes"]["words"] for row in options.table()["options"])


def test_every_option_of_a_recipe_can_be_typed() -> None:
    typed = {name for parameter in command.params for name in parameter.opts}
    assert {flag(name) for recipe in RECIPES.values() for name in recipe.options} <= typed


def test_no_two_options_share_a_name() -> None:
    names = [parameter.name for parameter in command.params]
    flags = [name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)]
    assert len(set(names)) == len(names)
    assert len(set(flags)) == len(flags)


@pytest.mark.parametrize(("model", "cls"), [("vae", VAE), ("ae", AE), ("cvae", CVAE), (None, VAE)])
def test_what_is_not_typed_is_as_in_python(model: str | None, cls: type) -> None:
    made = Wanted(model, None, None, {}).estimator()
    assert type(made) is cls
    assert made.get_params() == cls().get_params()
