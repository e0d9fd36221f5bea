"""The house stands on its floors: a file imports from lower floors and from its own folder.

Everything here is read from the source with `ast`; nothing of the package is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "vaekit"

# A new folder or file of src/vaekit gets its row here and in docs/architecture.md.
FLOORS = {
    "errors": 0,
    "kinds": 0,
    "spec": 1,
    "machine": 1,
    "nn": 2,
    "distributions": 2,
    "data": 2,
    "theory": 2,
    "likelihoods": 3,
    "priors": 3,
    "posteriors": 3,
    "compatibility": 4,
    "recipes": 4,
    "run": 4,
    "model": 5,
    "bounds": 6,
    "penalties": 7,
    "critics": 8,
    "measure": 9,
    "train": 9,
    "posthoc": 10,
    "estimators": 11,
    "doctor": 12,
    "plots": 12,
    "article": 13,
    "tour": 14,
    "report": 13,
    "explorer": 13,
    "gate": 13,
    "reproduce": 13,
    "sweep": 13,
    "server": 13,
    "cli": 15,
    "__main__": 16,
}

PLAIN_DATA = {"errors", "kinds", "spec"}  # read by everything, so they import no heavy library

# Libraries that cost time or are optional: where each may be imported when a file is first read.
# Everywhere else the import stands inside the function that uses it.
MAY_IMPORT_AT_ONCE: dict[str, set[str]] = {
    "click": {"cli"},
    "jinja2": {"report"},
    "matplotlib": {"plots"},
    "PIL": set(),
    "pandas": set(),
    "polars": set(),
    "pyarrow": set(),
    "tqdm": set(),
}

FORBIDDEN_MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve"}

FORBIDDEN_CALLS = {
    "torch.load": "it unpickles; read safetensors",
    "eval": "it runs text as code",
    "exec": "it runs text as code",
    "torch.manual_seed": "it seeds everybody's numbers; pass a torch.Generator",
    "torch.random.manual_seed": "it seeds everybody's numbers; pass a torch.Generator",
    "torch.cuda.manual_seed": "it seeds everybody's numbers; pass a torch.Generator",
    "torch.cuda.manual_seed_all": "it seeds everybody's numbers; pass a torch.Generator",
    "numpy.random.seed": "it seeds everybody's numbers; pass a numpy Generator",
    "random.seed": "it seeds everybody's numbers; pass a numpy Generator",
}


def room(file: Path) -> str:
    """The folder or file of src/vaekit that this file belongs to: its key in FLOORS."""
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def full_name(node: ast.ImportFrom, file: Path) -> str:
    """The absolute name of the module in `from module import ...`."""
    if not node.level:
        return node.module or ""
    package = ("vaekit", *file.relative_to(SOURCE).parent.parts)
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def imports(tree: ast.AST, file: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, wherever it stands; name is '' for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((full_name(node, file), alias.name) for alias in node.names)


def run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run when a file is read: not those in functions or under TYPE_CHECKING."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting[:0] = node.orelse
            continue
        if isinstance(node, ast.stmt):
            yield node
        waiting[:0] = list(ast.iter_child_nodes(node))


def floor_faults(tree: ast.AST, file: Path) -> list[str]:
    """What this file imports from a floor that it may not import from."""
    own = room(file)
    if own not in FLOORS:
        return [f"{own} stands on no floor: give it a row in FLOORS of tests/test_floors.py"]
    found = []
    for module, name in imports(tree, file):
        if module.split(".")[0] != "vaekit" or (module, name) == ("vaekit", "__version__"):
            continue
        other = module.split(".")[1] if "." in module else name
        if other not in FLOORS:
            found.append(f"'{name or module}' is imported: name the module that defines what is used")
        elif other != own and FLOORS[other] >= FLOORS[own]:
            found.append(f"{own} (floor {FLOORS[own]}) imports {other} (floor {FLOORS[other]})")
    return found


def early_faults(tree: ast.Module, file: Path) -> list[str]:
    """Heavy or optional libraries that this file imports as soon as it is read."""
    statements = (node for node in run_at_import(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    early = {module.split(".")[0] for node in statements for module, _ in imports(node, file)}
    return [
        f"{library} is imported when the file is read: move the import into the function that uses it"
        for library in sorted(early & set(MAY_IMPORT_AT_ONCE))
        if room(file) not in MAY_IMPORT_AT_ONCE[library]
    ]


def aliases(tree: ast.Module, file: Path) -> dict[str, str]:
    """What the names that imports bring in stand for: np -> numpy, load -> torch.load."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            module = full_name(node, file)
            known |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names}
    return known


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """An expression of names with aliases undone: np.random.seed is numpy.random.seed."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, known)}.{node.attr}"
    return ""


def safety_faults(tree: ast.Module, file: Path) -> list[str]:
    """Imports and calls that run code from files, or that seed what is not ours."""
    used = {module.split(".")[0] for module, _ in imports(tree, file)}
    found = [f"{m} is imported: reading its files runs code" for m in sorted(used & FORBIDDEN_MODULES)]
    known = aliases(tree, file)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = dotted(node.func, known)
        if called in FORBIDDEN_CALLS:
            found.append(f"{called}() is called: {FORBIDDEN_CALLS[called]}")
        if any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords):
            found.append(f"{called}(allow_pickle=...) is called: reading such a file runs code")
    return found


def library_faults(tree: ast.Module, file: Path) -> list[str]:
    """A heavy library where plain data are described."""
    if room(file) not in PLAIN_DATA:
        return []
    used = {module.split(".")[0] for module, _ in imports(tree, file)}
    return [f"plain data needs no {library}" for library in sorted(used & {"torch", "sklearn", "scipy"})]


LAWS = [floor_faults, early_faults, safety_faults, library_faults]
FILES = sorted(file for file in SOURCE.rglob("*.py") if file != SOURCE / "__init__.py")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_file_keeps_the_laws_of_the_house(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    faults = [fault for law in LAWS for fault in law(tree, file)]
    assert not faults, f"src/vaekit/{file.relative_to(SOURCE)}: " + "; ".join(faults)


def test_the_architecture_page_shows_these_floors() -> None:
    page = (SOURCE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", page, re.MULTILINE)
    shown = {
        name.removesuffix("/").removesuffix(".py"): int(floor)
        for floor, names in rows
        for name in re.findall(r"`(.+?)`", names)
    }
    there = {room(file) for file in FILES}
    assert {name: FLOORS[name] for name in shown} == shown
    assert there - {"__main__"} == set(shown)


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("nn/x.py", "from vaekit.model import LatentModel", "nn (floor 2) imports model (floor 5)"),
        ("nn/x.py", "from vaekit.distributions.normal import FullNormal", "imports distributions (floor 2)"),
        ("nn/x.py", "import vaekit.estimators.vae", "imports estimators (floor 11)"),
        ("nn/x.py", "from ..cli import main", "imports cli (floor 15)"),
        ("nn/x.py", "from vaekit import recipes", "imports recipes (floor 4)"),
        ("nn/x.py", "from vaekit import VAE", "'VAE' is imported: name the module"),
        ("nn/x.py", "import vaekit", "'vaekit' is imported: name the module"),
        ("nn/x.py", "def f():\n    from vaekit.train import fit", "imports train (floor 9)"),
        ("nn/x.py", "if TYPE_CHECKING:\n    from vaekit.train import fit", "imports train (floor 9)"),
        ("attic/x.py", "", "give it a row in FLOORS"),
        ("attic.py", "", "give it a row in FLOORS"),
        ("data/x.py", "import pandas", "pandas is imported when the file is read"),
        ("data/x.py", "try:\n    from PIL import Image\nexcept ImportError: ...", "PIL is imported when"),
        ("data/x.py", "class A:\n    import tqdm.auto", "tqdm is imported when the file is read"),
        ("plots/x.py", "import click", "click is imported when the file is read"),
        ("data/x.py", "def f():\n    import pickle", "pickle is imported"),
        ("data/x.py", "from pickle import loads", "pickle is imported"),
        ("run.py", "import torch\ntorch.load('f', weights_only=True)", "torch.load() is called"),
        ("run.py", "from torch import load as read\nread('f')", "torch.load() is called"),
        ("run.py", "eval('1')", "eval() is called"),
        ("run.py", "exec('1')", "exec() is called"),
        ("run.py", "import torch\ntorch.manual_seed(0)", "torch.manual_seed() is called"),
        ("run.py", "import torch as t\nt.cuda.manual_seed_all(0)", "torch.cuda.manual_seed_all() is called"),
        ("run.py", "import numpy as np\nnp.random.seed(0)", "numpy.random.seed() is called"),
        ("run.py", "from numpy import random\nrandom.seed(0)", "numpy.random.seed() is called"),
        ("run.py", "import random\nrandom.seed(0)", "random.seed() is called"),
        ("run.py", "import numpy as np\nnp.load('f', allow_pickle=True)", "allow_pickle"),
        ("spec.py", "def f():\n    import torch", "plain data needs no torch"),
    ],
)
def test_a_broken_law_is_named(path: str, source: str, said: str) -> None:
    faults = [fault for law in LAWS for fault in law(ast.parse(source), SOURCE / path)]
    assert len(faults) == 1
    assert said in faults[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("nn/x.py", "from vaekit.nn.mlp import MLP"),
        ("nn/x.py", "from . import mlp"),
        ("nn/x.py", "from ..spec import Sizes"),
        ("run.py", "from vaekit import __version__, errors"),
        ("model.py", "import vaekit.priors.normal"),
        ("plots/x.py", "from matplotlib.figure import Figure"),
        ("data/x.py", "def f():\n    import pandas"),
        ("data/x.py", "if TYPE_CHECKING:\n    import pandas"),
        ("data/x.py", "import numpy as np\nnp.load('f', allow_pickle=False)"),
        ("train/x.py", "model.eval()\ngenerator.manual_seed(0)\nrng.load('f')"),
        ("nn/x.py", "import torch"),
    ],
)
def test_what_is_allowed_is_not_refused(path: str, source: str) -> None:
    assert not [fault for law in LAWS for fault in law(ast.parse(source), SOURCE / path)]
