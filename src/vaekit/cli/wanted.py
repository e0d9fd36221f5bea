"""Which model `vaekit fit` fits: the options of estimators and recipes, and the estimator that they ask for.

Every option comes from the table of `options.py`; what was typed, and only that, goes to the estimator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from vaekit.cli.layout import option
from vaekit.cli.models import DEFAULT, OF_TABLES, model_class
from vaekit.cli.options import table
from vaekit.cli.values import Value


def flag(name: str) -> str:
    """'latent_dim' -> '--latent-dim'."""
    return f"--{name.replace('_', '-')}"


def _of_estimators() -> dict[str, Callable[[Any], Any]]:
    """The options of the estimators: name -> decorator."""
    found = {}
    for row in table()["options"]:
        parts = table()["parts"].get(row.get("place"), {})
        default = "none" if row["default"] in (None, []) else row["default"]
        told = [
            row["help"],
            f"There are: {', '.join(parts)}." if parts else "",
            "May be given many times." if row["many"] else "",
            f"[default: {default}]",
        ]
        found[row["name"]] = option(
            flag(row["name"]),
            type=Value(row["takes"], parts),
            multiple=row["many"],
            help=" ".join(piece for piece in told if piece),
            section="Model and training",
        )
    return found


def _of_recipes() -> dict[str, Callable[[Any], Any]]:
    """The options of all recipes, each once. Where an estimator has one of that name, that is meant."""
    users: dict[str, list[str]] = {}
    takes: dict[str, Any] = {}
    for recipe, row in table()["recipes"].items():
        for name, of in row["options"].items():
            users.setdefault(name, []).append(f"{recipe} ({of['default']})")
            takes[name] = of
    return {
        name: option(
            flag(name),
            type=Value(takes[name]),
            help=f"Of {', '.join(users[name])}.",
            section="Options of recipes",
        )
        for name in users
        if name not in OF_ESTIMATORS
    }


OF_ESTIMATORS = _of_estimators()
OF_RECIPES = _of_recipes()


def plain_name(name: str) -> str:
    """A name that needs no quotes in a shell; of a file's name without its ending."""
    return re.sub(r"[^A-Za-z0-9+_.-]+", "-", Path(name).stem).strip("-.") or "data"


@dataclass(frozen=True)
class Wanted:
    """The model that was asked for; `typed` are the options that were typed, of all kinds."""

    model: str | None
    recipe: str | None
    preset: str | None
    typed: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the model is called in the name of a run."""
        return plain_name(self.preset or self.recipe or self.model or DEFAULT)

    @property
    def may_be_tabular(self) -> bool:
        """Whether nothing was asked for that a model of tables has not, so that the data may choose it."""
        asked = self.model or self.recipe or self.preset
        return not asked and set(self.options) <= set(table()["estimators"][OF_TABLES])

    @property
    def options(self) -> dict[str, Any]:
        """Those of the estimator."""
        return {name: value for name, value in self.typed.items() if name in OF_ESTIMATORS}

    @property
    def recipe_options(self) -> dict[str, Any]:
        """Those of the recipe."""
        return {name: value for name, value in self.typed.items() if name in OF_RECIPES}

    def estimator(self) -> Any:
        """The unfitted estimator. Raises UsageError or SpecError for what does not exist or fit together."""
        from vaekit.estimators import preset

        self._refuse_what_does_not_fit()
        self._refuse_unknown_parts()
        if self.preset:
            return preset(self.preset, **self.options)
        model = model_class(self._model())
        if self.recipe and self.recipe != "ae":
            return model.from_recipe(self.recipe, **self.options, **self.recipe_options)
        return model(**self.options)

    def _model(self) -> str:
        """The recipe 'ae' alone is the estimator of that name, which does not claim to sample; so is 'cvae' among
        others, unless a model is named."""
        if self.recipe == "ae":
            return "ae"
        return self.model or ("cvae" if "cvae" in (self.recipe or "").split("+") else DEFAULT)

    def _refuse_what_does_not_fit(self) -> None:
        if self.preset and (self.recipe or self.model):
            raise click.UsageError("a preset says which model it is; leave out --recipe and --model.")
        if self.model == "ae" and self.recipe not in (None, "ae"):
            raise click.UsageError(f"recipe '{self.recipe}' is a VAE; leave out --model ae.")
        if self.recipe_options and self.recipe in (None, "ae"):
            name = next(iter(self.recipe_options))
            users = [recipe for recipe, row in table()["recipes"].items() if name in row["options"]]
            raise click.UsageError(f"{flag(name)} needs a recipe that has it: --recipe {' or '.join(users)}.")
        for name in () if self.preset else self.options:
            if name not in table()["estimators"][self._model()]:
                raise click.UsageError(f"model '{self._model()}' has no option {flag(name)}; leave it out.")

    def _refuse_unknown_parts(self) -> None:
        """UnknownPart or UnknownOption before any data are read."""
        from vaekit.spec import as_part

        for row in table()["options"]:
            given = self.options.get(row["name"], ()) if "place" in row else ()
            for part in given if row["many"] else [given] if given else []:
                if part != "auto":
                    as_part(row["place"], part)
