"""Pages that hold onnxruntime-web of npm: what is found, what is refused, and that it decodes and encodes as torch does."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Page
from click.testing import CliRunner
from explored import decoded_by_torch
from torch import Tensor, nn

from vaekit import VAE, part
from vaekit.cli.explore import command
from vaekit.errors import MissingExtra, RunError, SpecError
from vaekit.explorer import explore_run, make_explorer
from vaekit.explorer.model import model_for_page
from vaekit.explorer.ort import BINARY, PACKAGE, SCRIPT, VERSION, OnnxRuntime, found, runtime_of
from vaekit.explorer.page import content_of, page_of
from vaekit.explorer.steps import CannotRun
from vaekit.explorer.to_onnx import EXPORTERS, check_exporter, onnx_decoder, onnx_encoder

SMALL = OnnxRuntime(VERSION, "window.vaekitOrt=made;", "")


@pytest.fixture(scope="module")
def vae() -> VAE:
    X = np.random.default_rng(0).normal(size=(40, 4))
    return VAE(2, network=part("mlp", hidden=(4,)), max_epochs=1, random_state=0).fit(X)


@pytest.fixture
def exporter() -> None:
    for name in EXPORTERS:
        pytest.importorskip(name, reason='writing ONNX needs the extra "vaekit[onnx]"')


def package(
    place: Path, version: str = VERSION, script: str = "async function made(){}export default made;"
) -> Path:
    """A folder that looks like the package."""
    (place / "dist").mkdir(parents=True)
    (place / "package.json").write_text(json.dumps({"name": PACKAGE, "version": version}))
    (place / "dist" / SCRIPT).write_text(script)
    (place / "dist" / BINARY).write_bytes(b"\0asm")
    return place


@pytest.mark.parametrize(
    "given", ["", "node_modules", f"node_modules/{PACKAGE}", f"node_modules/{PACKAGE}/dist"]
)
def test_the_package_is_found_where_npm_put_it(tmp_path: Path, given: str) -> None:
    package(tmp_path / "node_modules" / PACKAGE)
    runtime = found(tmp_path / given)
    assert (runtime.version, runtime.script) == (VERSION, "async function made(){}window.vaekitOrt=made;")
    assert gzip.decompress(base64.b64decode(runtime.binary)) == b"\0asm"


def test_a_folder_without_the_package_is_answered_with_the_line_to_type(tmp_path: Path) -> None:
    for folder, state in ((tmp_path / "gone", "is no folder"), (tmp_path, f"holds no {PACKAGE}")):
        with pytest.raises(RunError) as refused:
            found(folder)
        line = f"type: npm install --prefix {folder} {PACKAGE}@{VERSION}"
        assert str(refused.value) == f"'{folder}' {state}; {line}"


def test_the_documentation_has_the_same_line() -> None:
    page = Path(__file__).parents[2] / "docs" / "seeing.md"
    assert f"npm install --prefix ort {PACKAGE}@{VERSION}\n" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"version": "1.17.3"}, f"is {PACKAGE} 1.17.3, and pages are written for {VERSION}"),
        ({"script": "export {made};"}, f"is not that of {PACKAGE} {VERSION}"),
        ({"script": "'</script>';export default made;"}, f"is not that of {PACKAGE} {VERSION}"),
    ],
    ids=["version", "export", "end-of-script"],
)
def test_a_package_that_a_page_cannot_hold_is_refused(
    tmp_path: Path, told: dict[str, str], said: str
) -> None:
    package(tmp_path / PACKAGE, **told)
    with pytest.raises(RunError, match=re.escape(said)) as refused:
        found(tmp_path)
    assert f"npm install --prefix {tmp_path} {PACKAGE}@{VERSION}" in str(refused.value)


def test_a_package_without_its_files_is_refused(tmp_path: Path) -> None:
    (package(tmp_path / PACKAGE) / "dist" / BINARY).unlink()
    with pytest.raises(RunError, match="lacks a file"):
        found(tmp_path)


@pytest.mark.parametrize(
    ("name", "folder", "said"),
    [
        ("wasm", None, "there are: vaekit, ort"),
        ("vaekit", "here", "--ort-dir.* is for runtime 'ort' alone"),
        ("ort", None, f"needs ort_dir .*npm install --prefix ort {PACKAGE}@{VERSION}"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(name: str, folder: str | None, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        runtime_of(name, folder)
    assert runtime_of("vaekit", None) is None


def test_the_run_is_not_read_before_the_runtime_is_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="npm install"):
        explore_run(tmp_path / "no-run", runtime="ort", ort_dir=tmp_path)


@pytest.mark.parametrize("words", [["--runtime", "ort"], ["--ort-dir", "ort"]])
def test_a_served_page_takes_no_other_runtime(words: list[str]) -> None:
    refused = CliRunner().invoke(command, ["run", "--live", *words])
    assert refused.exit_code == 2
    assert "leave out -o" in refused.output and "--ort-dir" in refused.output


def test_half_precision_is_refused(vae: VAE) -> None:
    with pytest.raises(SpecError, match="runs weights in float32"):
        content_of(vae, None, weights="float16", runtime=SMALL)


def test_missing_exporters_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vaekit.explorer.to_onnx.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'onnx and onnxscript; type: pip install "vaekit\[onnx\]"'):
        check_exporter()


def test_a_page_allows_webassembly_only_where_it_holds_some(vae: VAE) -> None:
    content = content_of(vae, None)
    plain = page_of(content).html.decode()
    assert "wasm-unsafe-eval" not in plain
    assert 'id="vaekit-ort"' not in plain
    whole = page_of(replace(content, runtime=SMALL)).html.decode()
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', whole)[1]
    assert re.search(r"script-src 'sha256-\S+' 'sha256-\S+' 'wasm-unsafe-eval';", policy)
    assert "connect-src" not in policy and "unsafe-inline" not in policy
    assert f"onnxruntime-web {VERSION}" in whole


class Depends(nn.Module):
    """Reads its input to choose what to do, which no exporter can write down."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum().item() > 0 else 2 * x


def with_decoder(vae: VAE, decoder: nn.Module) -> VAE:
    """The same model with another decoder."""
    other = copy.deepcopy(vae)
    other.model_.likelihood.decoder = decoder
    return other


@pytest.mark.usefixtures("exporter")
def test_a_network_that_cannot_be_exported_is_named_and_pictures_stand_in(vae: VAE) -> None:
    with pytest.raises(CannotRun, match="Depends cannot be exported to ONNX: "):
        onnx_decoder(Depends(), 2)
    decoder = nn.Sequential(vae.model_.likelihood.decoder, Depends())
    page = make_explorer(with_decoder(vae, decoder), None, runtime=SMALL)
    assert "Sequential cannot be exported to ONNX" in page.said[0]
    assert "computed beforehand" in page.said[0]


@pytest.mark.usefixtures("exporter")
def test_an_exported_model_says_nothing_of_where_it_was_made() -> None:
    steps = onnx_encoder(nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), (1, 2, 2))
    again = onnx_encoder(nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), (1, 2, 2))
    assert steps[0]["outputs"] == again[0]["outputs"] == 3
    written = base64.b64decode(steps[0]["model"]["base64"])
    assert b"explorer" not in written and b".py" not in written


def test_pages_of_our_own_scripts_say_what_may_run_more(vae: VAE) -> None:
    told, said = model_for_page(with_decoder(vae, Depends()), "float32")
    assert told["decoder"] is None
    assert said[0].endswith("Written with --runtime ort it may run it.")


@pytest.fixture(scope="session")
def ort(tmp_path_factory: pytest.TempPathFactory) -> OnnxRuntime:
    """onnxruntime-web as npm installs it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to install onnxruntime-web with")
    folder = tmp_path_factory.mktemp("npm")
    done = subprocess.run(
        [npm, "install", "--ignore-scripts", "--no-audit", "--prefix", folder, f"{PACKAGE}@{VERSION}"],
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not install onnxruntime-web: {done.stderr[-200:]}")
    return found(folder)


@pytest.mark.network
@pytest.mark.usefixtures("exporter")
@pytest.mark.parametrize("name", ["own-network", "early-condition", "images", "mixed"])
def test_two_hundred_codes_and_their_rows_are_what_torch_makes_of_them(
    opened: Callable[..., Page], fitted: Callable[[str], tuple[Any, Any]], ort: OnnxRuntime, name: str
) -> None:
    estimator, source = fitted(name)
    page = opened(name, runtime=ort)
    label = source.y[0] if estimator.sizes_.condition_dim else None
    c = "" if label is None else f", {estimator.condition_.to_model([label], 1)[0].tolist()}"
    codes = np.random.default_rng(0).normal(size=(200, estimator.sizes_.latent_dim))
    wanted, unit = decoded_by_torch(estimator, codes, label)
    assert (np.abs(page.decoded(codes, c) - wanted) / unit).max() <= 1e-4

    assert page.follows_a_drag("#stage")
    assert (page.requests, page.complaints) == ([], [])
    assert page.run("document.getElementById('trouble').hidden")

    if name == "mixed":
        return  # its rows are cells
    X = source.X[:20]
    rows = np.asarray(X, float).reshape(20, -1).tolist()
    encoded = page.run(f"{rows}.map((x) => Array.from(window.vaekit.encode(x{c})))")
    known = {} if label is None else {"c": np.full(20, label)}
    np.testing.assert_allclose(encoded, estimator.transform(X, **known), atol=1e-4)
