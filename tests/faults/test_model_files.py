"""A model file that is damaged, foreign or made to harm is refused in one sentence, and does nothing else.

The files of the table are loaded by a process that writes down whatever Python does meanwhile.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_files import CASES, LAST, MARKER, MODELS, WEIGHTS, Files, Harm, X, put, whole
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from vaekit import __version__, load
from vaekit.errors import ModelFileError, RunError
from vaekit.run import CHECKED, SUMS, read_checked, write_folder


@pytest.fixture(scope="module", autouse=True)
def a_disk_that_does_not_wait() -> Iterator[None]:
    """Thousands of folders are written here, and none must outlive the power."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda handle: None)
        yield


# --- the table -------------------------------------------------------------------------------------

WATCHED_LOAD = Path(__file__).with_name("watched_load.py")


def watched(program: list[str], folders: list[str]) -> list[dict[str, Any]]:
    """What the program tells of each folder."""
    path = os.pathsep.join(filter(None, [str(WATCHED_LOAD.parent), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *program],
        input="\n".join(folders),
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """What came of loading each case, in one process that has loaded the good models before."""
    place = tmp_path_factory.mktemp("cases")
    good = [str(write_folder(place / name, whole(name))) for name in MODELS]
    folders = [str(write_folder(place / str(n), made())) for n, (made, _) in enumerate(CASES.values())]
    yield dict(zip(CASES, watched([str(WATCHED_LOAD), *good], folders), strict=True))
    MARKER.unlink(missing_ok=True)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_model_file_is_refused_in_words_and_does_nothing_else(case: str, outcomes: Any) -> None:
    outcome = outcomes[case]
    assert outcome["kind"] == "ModelFileError", outcome
    assert re.search(CASES[case][1], outcome["said"]), outcome["said"]
    assert len(outcome["said"]) < 600
    assert outcome["seen"] == []
    assert outcome["imported"] == []
    assert outcome["kib"] * 1024 < 20e6 + 12 * sum(map(len, CASES[case][0]().values()))
    assert outcome["seconds"] < 10
    assert not MARKER.exists()


UNSAFE = """
import pickle
from watched_load import main

def load(folder):
    import colorsys
    held = bytearray(100_000_000)
    open(folder + "/new", "w").close()
    pickle.loads(open(folder + "/file", "rb").read())

main(load)
"""


def test_the_watch_sees_what_it_watches_for(tmp_path: Path) -> None:
    """The same program around a loader that does what none should."""
    (tmp_path / "file").write_bytes(pickle.dumps(Harm()))
    (outcome,) = watched(["-c", UNSAFE], [str(tmp_path)])
    MARKER.unlink()  # the harm was done
    assert "colorsys" in outcome["imported"]
    assert {event.split()[0] for event in outcome["seen"]} >= {
        "import",
        "exec",
        "pickle.find_class",
        "os.system",
    }
    assert f"open {tmp_path}/new" in outcome["seen"]
    assert outcome["kib"] > 90_000 or sys.platform != "linux"


# --- laws ------------------------------------------------------------------------------------------


def loads_or_is_refused(files: Files, folder: Path) -> Any:
    """The estimator, or None where a ModelFileError says why not; anything else is an error."""
    write_folder(folder, files, force=True)
    try:
        return load(folder)
    except ModelFileError:
        return None


def test_the_files_as_they_are_load(tmp_path: Path) -> None:
    for name, model in MODELS.items():
        found = loads_or_is_refused(whole(name), tmp_path / name)
        np.testing.assert_array_equal(found.transform(X), model.transform(X))


def ways(tree: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a tree of JSON."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*way, key)
        yield from ways(value, (*way, key))


HOSTILE = (
    *(None, True, -1, 0, 3, 10**9, 10**30, 1.5, "", "os.system", "normal", [], [[]], [5], {}),
    *({"own": "x"}, {"array": "prior.draws"}, {"number": "nan"}, {"part": "mlp", "options": {}}),
    {"part": "mlp", "options": {"hidden": [2**62]}},
)


def try_values(folder: Path, share: int) -> None:
    """Every value of both JSON files replaced by one in `share` of the hostile ones."""
    refused = loaded = 0
    for base in MODELS:
        for name in ("spec.json", "data.json"):
            tree = json.loads(whole(base)[name])
            for at, way in enumerate(ways(tree)):
                for value in HOSTILE[at % share :: share]:
                    changed = copy.deepcopy(tree)
                    put(*way, value)(changed)
                    files = {**whole(base), name: json.dumps(changed).encode()}
                    found = loads_or_is_refused(files, folder)
                    refused, loaded = refused + (found is None), loaded + (found is not None)
    assert min(refused, loaded) > 10


def test_any_value_of_any_key_loads_or_is_refused_as_a_model_file(tmp_path: Path) -> None:
    try_values(tmp_path / "run", share=len(HOSTILE))


@pytest.mark.slow
def test_any_value_of_any_key_loads_or_is_refused_as_a_model_file_in_full(tmp_path: Path) -> None:
    try_values(tmp_path / "run", share=1)


def try_bytes(folder: Path, times: int) -> None:
    """One byte of the header of the weights replaced; those of tensors are looked at below."""
    rng = np.random.default_rng(0)
    content = whole()[WEIGHTS]
    length = 8 + int.from_bytes(content[:8], "little")
    for at, byte in zip(rng.integers(0, length, times), rng.integers(0, 256, times), strict=True):
        changed = bytearray(content)
        changed[at] = byte
        found = loads_or_is_refused({**whole(), WEIGHTS: bytes(changed)}, folder)
        if found is not None:
            np.testing.assert_array_equal(found.transform(X[:3]), MODELS["plain"].transform(X[:3]))


def test_any_byte_of_the_header_is_harmless_or_refused(tmp_path: Path) -> None:
    try_bytes(tmp_path / "run", 100)


@pytest.mark.slow
def test_any_byte_of_the_header_is_harmless_or_refused_3_000_times(tmp_path: Path) -> None:
    try_bytes(tmp_path / "run", 3_000)


@pytest.mark.parametrize("name", MODELS)
def test_every_weight_that_is_another_gives_another_golden_output(name: str, tmp_path: Path) -> None:
    tensors = load_tensors(whole(name)[WEIGHTS])
    # Draws of a prior without a density are the user's, and no output of the model.
    decisive = [key for key in tensors if key.startswith("model.") and key != "model.prior.table"]
    assert len(decisive) > 5
    for key in decisive:
        steps = 0.3 * (1 + np.arange(tensors[key].size) % 3)  # a softmax minds no constant
        other = (tensors[key] + steps.reshape(tensors[key].shape)).astype(np.float32)
        changed = {**tensors, key: np.asarray(other)}
        with pytest.raises(ModelFileError, match="another output than when it was saved"):
            load(write_folder(tmp_path / key, {**whole(name), WEIGHTS: save_tensors(changed)}))


def test_another_output_names_the_version_that_wrote_and_the_one_that_reads(tmp_path: Path) -> None:
    tensors = load_tensors(whole()[WEIGHTS])
    tensors[LAST] = tensors[LAST] * np.float32(1.01)
    described = json.loads(whole()["spec.json"]) | {"vaekit": "0.0.9"}
    files = {**whole(), WEIGHTS: save_tensors(tensors), "spec.json": json.dumps(described).encode()}
    with pytest.raises(
        ModelFileError, match=rf"written by vaekit 0\.0\.9 and is read by vaekit {__version__}"
    ):
        load(write_folder(tmp_path / "run", files))


def test_the_last_digits_of_rounding_are_no_other_output(tmp_path: Path) -> None:
    """Another machine adds in another order; 1e-4 of the largest output is allowed."""
    tensors = load_tensors(whole()[WEIGHTS])
    for key in tensors:
        if key.startswith("model."):
            tensors[key] = np.asarray(tensors[key] * np.float32(1 + 2e-6))
    load(write_folder(tmp_path / "run", {**whole(), WEIGHTS: save_tensors(tensors)}))


# --- folders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*CHECKED, SUMS])
def test_one_byte_changed_in_any_file_is_refused(name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "run", whole())
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 4
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFileError, match="is not what was saved"):
        load(folder)


def a_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
@pytest.mark.parametrize(
    "made", [getattr(os, "mkfifo", None), os.mkdir, a_link], ids=["pipe", "folder", "link"]
)
@pytest.mark.parametrize("name", [*CHECKED, SUMS])
def test_what_stands_in_the_place_of_a_file_is_refused_at_once(name: str, made: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "run", whole())
    (folder / name).unlink()
    made(folder / name)
    with pytest.raises(ModelFileError, match=name):
        load(folder)


def test_a_path_that_is_no_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(whole()[WEIGHTS])
    for name, said in [("nowhere", "does not exist"), ("file", "is not a folder"), ("", "is not a run")]:
        with pytest.raises(RunError, match=said):
            load(tmp_path / name)


def test_a_run_is_found_by_its_path_as_text_and_by_a_link_to_its_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "run", whole())
    (tmp_path / "latest").symlink_to("run")
    for path in (str(folder), tmp_path / "latest"):
        np.testing.assert_array_equal(load(path).transform(X), MODELS["plain"].transform(X))


def test_a_model_is_saved_over_the_run_that_it_was_loaded_from(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "run", whole())
    load(folder).save(folder, force=True)
    assert read_checked(folder) == whole()
