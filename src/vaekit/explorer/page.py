"""The page: the model, the rows and what is said of them, put into one HTML file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from vaekit import __version__
from vaekit.errors import SpecError
from vaekit.explorer.columns import columns_for_page
from vaekit.explorer.condition import Condition
from vaekit.explorer.latent import prior_for_page, reach_of, units_by_weight
from vaekit.explorer.model import decoded_at, grid_for_page, model_for_page
from vaekit.explorer.ort import OnnxRuntime
from vaekit.explorer.pack import json_for_page, packed
from vaekit.explorer.rows import Chosen, codes_of, kl_per_unit, rows_for_page
from vaekit.kinds import Array
from vaekit.plots.examples import Look
from vaekit.plots.style import CLASS_COLOURS

LARGEST_PAGE = 25 * 10**6
HALF_FROM = 1_500_000
"""Numbers of the model from which weights are stored in half precision, unless one of them is asked for."""
CHECKED_CODES = 3
_LEAD_OF_TWO = (
    "Two models side by side: a row is the same row in both, and a point that you drag in one takes the other "
    "along."
)
WEIGHTS = ("auto", "float32", "float16")
SCRIPTS = (
    "runtime.js",
    "ort.js",
    "families.js",
    "latent.js",
    "columns.js",
    "views.js",
    "plane.js",
    "board.js",
    "explorer.js",
    "link.js",
    "curves.js",
    "start.js",
)


@dataclass(frozen=True)
class Explorer:
    """A page: its html, how many rows are inside, in numbers and words, in which type the weights are, what it cannot
    do, and what of another runs its networks.
    """

    html: bytes
    rows: int
    inside: str
    weights: str
    said: tuple[str, ...]
    runtime: OnnxRuntime | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.html)


@dataclass(frozen=True)
class Content:
    """One model on a page: a title, what it holds as `makeExplorer` of explorer.js reads it, how many rows are inside
    in numbers and words, what it cannot do, and what of another runs its networks.
    """

    title: str
    told: Mapping[str, Any]
    lead: str
    rows: int
    inside: str
    said: tuple[str, ...]
    runtime: OnnxRuntime | None = None


def make_explorer(estimator: Any, chosen: Chosen | None, **options: Any) -> Explorer:
    """The page of one fitted estimator; the arguments are those of `content_of`."""
    return page_of(content_of(estimator, chosen, **options))


def content_of(
    estimator: Any,
    chosen: Chosen | None,
    *,
    weights: str = "auto",
    condition: Condition | None = None,
    data: Mapping[str, Any] | None = None,
    run: str = "RUN",
    measured: Any = None,
    runtime: OnnxRuntime | None = None,
) -> Content:
    """What a page holds of a fitted estimator.

    chosen: the rows inside, or None for none. weights: "float32", "float16" or "auto". condition: of a model
    that has one. data: where the data came from (`Source.to_json`). run: the folder, for the line of code.
    measured: rows (and their condition) that latent values are ordered by where none are inside. runtime: what runs
    the networks, instead of the page's own scripts.
    """
    if weights not in WEIGHTS:
        raise SpecError(f"weights={weights!r} is not possible; there are: {', '.join(WEIGHTS)}.")
    kind = _kind(estimator, weights, runtime)
    model, said = model_for_page(estimator, kind, runtime is not None)
    sizes, model["rest"] = estimator.sizes_, condition.rest if condition else []
    c = condition.rows if condition else None
    X = chosen.X if chosen is not None else measured
    codes = None if X is None else codes_of(estimator, X, c)[0]
    kl = None if X is None else kl_per_unit(estimator, X, c)
    units, unit_weights, order = units_by_weight(kl, codes, sizes.latent_dim)
    known = np.asarray(condition.choices) if condition and c is None else c
    prior = prior_for_page(estimator, known)
    reach = reach_of(codes, prior, sizes.latent_dim)
    if model["decoder"] is None:
        first = units[:2]
        conditions = [np.asarray(c) for c in condition.choices] if condition else []
        model["grid"] = grid_for_page(estimator, first, [tuple(reach[unit]) for unit in first], conditions)
    name = str((data or {}).get("name") or "")
    title = f"{type(estimator).__name__} on {name}" if name else type(estimator).__name__
    told = {
        "title": title,
        "run": run,
        "latentDim": sizes.latent_dim,
        "units": units,
        "unitWeights": unit_weights,
        "unitWeightsAre": order,
        "reach": reach.tolist(),
        "start": _start(codes, sizes.latent_dim, prior),
        "prior": prior,
        "look": _look(estimator),
        "colours": CLASS_COLOURS,
        "rows": None if chosen is None else rows_for_page(estimator, chosen, c),
        "condition": None if condition is None else condition.controls,
        "model": model,
        "holes": bool(estimator.model_.holes),
        "check": _check(estimator, model, codes, sizes.latent_dim),
        "weights": kind,
    }
    inside = 0 if chosen is None else len(chosen)
    runs = runtime if model["decoder"] or model["encoder"] else None
    return Content(title, told, _lead(estimator), inside, inside_in_words(chosen), tuple(said), runs)


def page_of(
    content: Content,
    beside: Content | None = None,
    names: Sequence[str] = (),
    same_rows: bool = False,
    live: str = "",
) -> Explorer:
    """The page of one model, or of two side by side: then each has a name there, and they may hold the same rows.

    live: the version of a model that is still trained; such a page may ask the server that it comes from, any other
    nobody.
    """
    contents = [content] if beside is None else [content, beside]
    kinds = [each.title for each in contents]
    pair = {"beside": None if beside is None else beside.told, "sameRows": same_rows}
    weights = " and ".join(dict.fromkeys(each.told["weights"] for each in contents))
    said = tuple(
        sentence if beside is None else f"{name}: {sentence}"
        for each, name in zip(contents, names or [""], strict=True)
        for sentence in each.said
    )
    inside = " ".join(dict.fromkeys(each.inside for each in contents))
    runtime = next((each.runtime for each in contents if each.runtime), None)
    html = _render(
        title=" beside ".join(names or kinds),
        lead=content.lead if beside is None else _LEAD_OF_TWO,
        said=said,
        inside=inside,
        conditional=content.told["condition"] is not None,
        beside=beside is not None,
        names=names or kinds,
        kinds=kinds,
        live=live,
        runtime=runtime,
        data=json_for_page({**content.told, **pair, "live": live}),
    )
    return Explorer(html, max(each.rows for each in contents), inside, weights, said, runtime)


def inside_in_words(chosen: Chosen | None) -> str:
    """How many rows a page holds, and of which kind."""
    if chosen is None:
        return "No rows of the data are inside."
    held, rest = int(chosen.held.sum()), len(chosen) - int(chosen.held.sum())
    kinds = {"test": "of the test part", "held_out": "held out of the fit"}
    if chosen.held_name == "given":
        return f"{len(chosen):,} rows of the data are inside, which are not those of the fit."
    found = [f"{held:,} {kinds[chosen.held_name]}"] if held else []
    found += [f"{rest:,} trained on"] if rest else []
    return f"{len(chosen):,} rows of the data are inside: {' and '.join(found)}."


def _kind(estimator: Any, weights: str, runtime: OnnxRuntime | None) -> str:
    if runtime is not None:
        if weights == "float16":
            raise SpecError("runtime 'ort' runs weights in float32; leave out weights='float16' (--weights).")
        return "float32"
    if weights != "auto":
        return weights
    numbers = sum(p.numel() for p in estimator.model_.parameters())
    return "float16" if numbers >= HALF_FROM else "float32"


def _start(codes: Array | None, latent_dim: int, prior: Any) -> list[float]:
    """The code that the page shows first: the middle of the prior, or of the codes where there is none."""
    if codes is None or (prior is not None and prior["kind"] == "normal"):
        return [0.0] * latent_dim
    return [float(value) for value in np.median(codes, axis=0)]


def _look(estimator: Any) -> dict[str, Any]:
    look = Look.of(estimator)
    return {
        "picture": look.picture,
        "low": float(look.low),
        "high": float(look.high),
        "columns": columns_for_page(estimator, look) if look.picture is None else [],
    }


def _check(
    estimator: Any, model: Mapping[str, Any], codes: Array | None, latent_dim: int
) -> dict[str, Any] | None:
    """Codes and what they decode to here, which the page compares with what it decodes itself."""
    if model["decoder"] is None:
        return None
    z = np.random.default_rng(0).normal(size=(CHECKED_CODES, latent_dim))
    if codes is not None:
        z = z * codes.std(0) + codes.mean(0)
    rest = np.asarray(model["rest"], dtype=np.float32)
    c = np.repeat(rest[None], len(z), axis=0) if rest.size else None
    x = decoded_at(estimator, z, c)
    return {"codes": z.tolist(), "examples": packed(x, "float64")}


def _lead(estimator: Any) -> str:
    """What is inside in one sentence for a person, and what to do."""
    latent_dim, look = estimator.sizes_.latent_dim, Look.of(estimator)
    trained = estimator.profile_.rows - (0 if estimator.held_out_ is None else len(estimator.held_out_))
    values = f"{latent_dim} latent value" + ("s" if latent_dim > 1 else "")
    if look.picture is None:
        what = f"rows of {len(look.names)} columns"
    else:
        channels, height, width = look.picture
        what = f"pictures of {height} × {width}" + (f" in {channels} channels" if channels > 1 else "")
    return (
        f"Fitted on {trained:,} {what}, each told by a code of {values}. Drag the point: what you see "
        "is decoded in this page."
    )


def _render(runtime: OnnxRuntime | None, **said: Any) -> bytes:
    style, script = _text("explorer.css"), _script()
    sums = {"style_sum": _sum(style), "script_sum": _sum(script)}
    sums["runtime_sum"] = _sum(runtime.script) if runtime else ""
    html: str = _template().render(
        runtime=runtime, **said, **sums, style=style, script=script, version=__version__
    )
    return html.encode()


def _text(name: str) -> str:
    return files("vaekit.explorer").joinpath(name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """All scripts as one, whose names nobody else sees."""
    bodies = [_text(name).replace('"use strict";\n', "") for name in SCRIPTS]
    return '(() => {\n"use strict";\n' + "\n".join(bodies) + "})();\n"


def _sum(text: str) -> str:
    """The digest by which the page allows this text and no other: a browser hashes what stands in the element."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text("explorer.html.j2"))
