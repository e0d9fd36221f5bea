"""`vaekit doctor [RUN]`."""

from __future__ import annotations

import math
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import print_json, print_table
from vaekit.cli.reading import Run, how, load_run, read_again, read_like, reading_options, told_of_data
from vaekit.errors import DataError

# Extra -> the libraries that it installs, as in pyproject.toml.
EXTRAS = {
    "flows": ("zuko",),
    "distributed": ("lightning-fabric",),
    "serve": ("fastapi", "uvicorn", "starlette"),
    "onnx": ("onnx", "onnxscript"),
    "tables": ("pandas", "pyarrow"),
    "hub": ("huggingface-hub",),
    "tensorboard": ("tensorboard",),
    "mlflow": ("mlflow-skinny",),
    "anndata": ("anndata",),
}


@click.command(cls=Command)
@click.argument("run", required=False)
@option("--data", metavar="DATA", help="Where the data of RUN are now, when it does not find them itself.")
@option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@reading_options
def command(run: str | None, data: str | None, as_json: bool, **reading: Any) -> None:
    """Say what this machine is like, and what is wrong with the model of RUN.

    The model is examined on the data that it was fitted on: each verdict says how it is known and what to type.
    What is printed is fit for pasting into a question.
    """
    found = machine()
    if run is None:
        if data is not None:
            raise click.UsageError("--data is of a RUN; name one.")
        _print(found, as_json)
        return
    fitted = load_run(run)
    found |= told_by(fitted)
    verdicts, why_not = _examined(fitted, data, how(reading))
    if as_json:
        found |= {"verdicts": [_plain(each) for each in verdicts], "not_examined": why_not}
    _print(found, as_json)
    if not as_json:
        click.echo()
        _tell(verdicts, why_not)


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    lines = {name: told if isinstance(told, list) else [told] for name, told in found.items()}
    print_table([(name, _words(line)) for name, told in lines.items() for line in told])


def _examined(fitted: Run, data: str | None, reading: dict[str, Any]) -> tuple[tuple[Any, ...], str | None]:
    """(all verdicts, the healthy ones too, why there are none)."""
    record = fitted.data["source"]
    try:
        source = read_again(record) if data is None else read_like(record, data, reading)
    except DataError as error:
        if data is not None:
            raise
        return (), str(error)
    from vaekit.doctor import examine_source

    with told_of_data():
        return examine_source(fitted.estimator, source), None


def _plain(verdict: Any) -> dict[str, Any]:
    """A verdict as plain data."""
    effects = [{**vars(effect), "value": _finite(effect.value)} for effect in verdict.effects]
    return {
        "name": verdict.name,
        "fired": verdict.fired,
        "illness": verdict.illness,
        "evidence": verdict.evidence,
        "remedy": verdict.remedy,
        "effects": effects,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _tell(verdicts: tuple[Any, ...], why_not: str | None) -> None:
    """The verdicts in words."""
    if why_not is not None:
        click.echo(f"The model was not examined: {why_not}")
        return
    ill = [each for each in verdicts if each.fired and each.illness]
    looked_for = ", ".join(each.name for each in verdicts if each.illness)
    click.echo(f"Looked for: {looked_for}.")
    click.echo(f"Found: {', '.join(each.name for each in ill) or 'nothing; the model is well'}.")
    for each in verdicts:
        if each.fired:
            click.echo(f"\n{each.name}{'' if each.illness else ' (worth knowing, no illness)'}")
            click.echo(f"  {each.evidence}")
            click.echo(f"  To do: {each.remedy}")


def machine() -> dict[str, Any]:
    """Versions, device, settings and optional libraries."""
    import torch

    from vaekit.estimators.files import environment
    from vaekit.machine import choose_device, float32_products_are_exact, keep_memory

    device = choose_device("auto")
    name = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    fast = "fast and exact while fitting" if float32_products_are_exact() else "torch's own setting, kept"
    return {
        **environment(),
        "device": f"{device}{name}",
        "float32 products": f"{fast} (torch: {torch.get_float32_matmul_precision()})",
        "allocator": keep_memory().removeprefix("allocator: "),
        **{f"extra {extra}": _installed(libraries) for extra, libraries in EXTRAS.items()},
    }


def _installed(libraries: tuple[str, ...]) -> str:
    """'pandas 3.1.1, pyarrow missing'."""
    told = []
    for library in libraries:
        try:
            told.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            told.append(f"{library} missing")
    return ", ".join(told)


def told_by(fitted: Run) -> dict[str, Any]:
    """What a run says of itself."""
    from vaekit.run import from_json, read_plain

    estimator, source, split = fitted.estimator, fitted.data["source"], fitted.data["split"]
    written = from_json(read_plain(fitted.path / "environment.json"), "environment.json")
    return {
        "run": str(fitted.path),
        "command": written.get("command"),
        "fitted with": f"vaekit {written.get('vaekit')}, torch {written.get('torch')}",
        "model": repr(estimator).replace("\n", " "),
        "network": estimator.network_,
        "data": None if source is None else f"{source['name']}, {source['rows']:,} rows",
        "held out": f"{split['held_out']:,} rows ({split['rule']})",
        "epochs": f"{estimator.n_iter_}, the weights of epoch {estimator.best_epoch_} are kept",
        "interrupted": estimator.interrupted_,
        "diverged": estimator.diverged_,
        "fit said": estimator.log_,
    }


def _words(value: Any) -> str:
    """Yes, no and none for what is said in Python otherwise."""
    return {"True": "yes", "False": "no", "None": "none"}.get(str(value), str(value))
