"""`vaekit doctor [RUN]`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import print_json, print_table
from vaekit.cli.reading import load_run

# Extra -> the libraries that it installs, as in pyproject.toml.
EXTRAS = {
    "flows": ("zuko",),
    "distributed": ("lightning-fabric",),
    "serve": ("fastapi", "uvicorn", "starlette"),
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "tables": ("pandas", "pyarrow"),
    "hub": ("huggingface-hub",),
    "tensorboard": ("tensorboard",),
    "mlflow": ("mlflow-skinny",),
    "anndata": ("anndata",),
}


@click.command(cls=Command)
@click.argument("run", required=False)
@option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
def command(run: str | None, as_json: bool) -> None:
    """Say what this machine and a run are like.

    What it prints is fit for pasting into a question.
    """
    found = machine()
    if run is not None:
        found |= told_by(run)
    if as_json:
        print_json(found)
        return
    lines = {name: told if isinstance(told, list) else [told] for name, told in found.items()}
    print_table([(name, _words(line)) for name, told in lines.items() for line in told])


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


def told_by(run: str) -> dict[str, Any]:
    """What a run says of itself; ModelFileError when it cannot be used."""
    from vaekit.run import from_json, read_plain

    fitted = load_run(run)
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
