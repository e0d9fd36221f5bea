"""The project around the package: the cost of an import, one version everywhere, nothing foreign inside."""

from __future__ import annotations

import ast
import math
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import vaekit

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def python(code: str) -> str:
    """What a fresh Python prints for this code."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_pulls_no_library() -> None:
    loaded = python("import sys, vaekit; print(*sys.modules)").split()
    assert "vaekit" in loaded
    heavy = {"torch", "sklearn", "scipy", "numpy", "matplotlib", "pandas", "click", "pydantic", "tqdm"}
    assert not heavy & set(loaded)


def test_import_takes_less_than_a_tenth_of_a_second() -> None:
    # The processor's time, not the clock's: what else runs on this machine does not count.
    code = "import time; start = time.process_time(); import vaekit; print(time.process_time() - start)"
    assert min(float(python(code)) for _ in range(3)) < 0.1


@pytest.mark.parametrize("name", vaekit.__all__)
def test_a_public_name_is_there(name: str) -> None:
    found = getattr(vaekit, name)
    assert getattr(found, "__name__", name).split(".")[-1] == name
    assert name in dir(vaekit)


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    with pytest.raises(AttributeError, match=r"no name 'VEA'; it has: AAE, AE, CVAE, VAE"):
        _ = vaekit.VEA


def test_the_lazy_names_are_those_that_type_checkers_see() -> None:
    tree = ast.parse((ROOT / "src/vaekit/__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: f"vaekit.{alias.name}" if node.module == "vaekit" else node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == vaekit._HOME
    assert sorted(seen) == sorted(vaekit.__all__)


def test_the_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    newest = re.search(r"^## (.+)$", changelog, re.MULTILINE)
    cited = re.search(r"^version: (.+)$", citation, re.MULTILINE)
    assert PYPROJECT["project"]["version"] == vaekit.__version__
    assert newest
    assert vaekit.__version__ in newest[1]
    assert cited
    assert cited[1].strip("\"'") == vaekit.__version__


@pytest.mark.parametrize(
    ("file", "groups"),
    [("constraints.txt", ["test", "check", "export", "docs"]), ("constraints-oldest.txt", ["test"])],
)
def test_every_requirement_is_pinned_to_a_version_that_it_allows(file: str, groups: list[str]) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    pinned = {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}
    asked = PYPROJECT["project"]["dependencies"]
    for group in groups:
        asked = asked + PYPROJECT["dependency-groups"][group]
    for requirement in map(Requirement, asked):
        assert Version(pinned[requirement.name]) in requirement.specifier, requirement


def tracked_files() -> list[Path]:
    """The files of the repository, or a skip where there is none (an unpacked archive)."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_place_of_one_machine() -> None:
    # Put together here, so that this file does not name them either.
    places = [f"/{folder}/" for folder in ("work", "root", "farm")]
    beside = "/".join(["..", "shared"])  # data beside a developer's checkout
    may_look_beside = (".ci/", "CONTRIBUTING.md", "docs/")
    found = []
    for file in tracked_files():
        text = file.read_bytes().decode("utf-8", "replace")
        name = file.relative_to(ROOT).as_posix()
        found += [f"{name}: {place}" for place in places if place in text]
        if beside in text and not name.startswith(may_look_beside):
            found.append(f"{name}: {beside}")
    assert not found


def test_the_part_in_the_contributing_page_works() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.+?)```", page, re.DOTALL)
    assert example
    log_weight = [[-1.0, -3.0], [-2.0, -0.5], [-4.0, -7.0]]  # 3 draws, 2 examples
    use = f"""
import torch
from types import SimpleNamespace
from vaekit.spec import build
bound = build("bound", "renyi-half")
(weight, cost), = bound.terms(SimpleNamespace(log_weight=torch.tensor({log_weight}))).values()
print(bound.samples, *(weight * cost).tolist())
"""
    samples, *costs = map(float, python(example[1] + use).split())
    assert samples == 8
    for cost, logs in zip(costs, zip(*log_weight, strict=True), strict=True):
        mean_root = sum(math.exp(log) ** 0.5 for log in logs) / len(logs)
        assert cost == pytest.approx(-2 * math.log(mean_root), rel=1e-5)
