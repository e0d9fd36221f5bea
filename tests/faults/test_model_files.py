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


@pytest.fixture(autouse=True)
def a_disk_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of folders are written here, and none must outlive the power."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


# --- the table -------------------------------------------------------------------------------------

WATCHED_LOAD = """
import json, os, resource, sys, time
from vaekit import load
load(sys.argv[1]), load(sys.argv[2])  # whatever a load imports is imported now
CALM = ("object.", "os.listdir", "os.scandir", "sys._getframe", "gc.")
seen, inside = [], ""

def watch(event, arguments):
    if not inside:
        return
    if event == "open":
        path, _, flags = arguments  # of what is open already, the number
        if not isinstance(path, int) and (os.path.dirname(path) != inside or flags & (os.O_WRONLY | os.O_RDWR)):
            seen.append(f"open {path}")
    # inspect reads the signature of a class without an __init__ from this text.
    elif not event.startswith(CALM) and arguments[:1] != (b"def foo(self, *args, **kwargs): pass",):
        seen.append(f"{event} {arguments!r}"[:200])

sys.addaudithook(watch)
for folder in sys.stdin.read().splitlines():
    seen, modules, started = [], set(sys.modules), time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    inside = folder
    try:
        load(folder)
        kind, said = "loaded", ""
    except BaseException as error:
        kind, said = type(error).__name__, str(error)
    inside = ""
    print(json.dumps({
        "kind": kind, "said": said, "seen": seen, "imported": sorted(set(sys.modules) - modules),
        "kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before,
        "seconds": time.process_time() - started, "size": sum(f.stat().st_size for f in os.scandir(folder)),
    }), flush=True)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """What came of loading each case, in one process that has loaded the good models before."""
    place = tmp_path_factory.mktemp("cases")
    good = [str(write_folder(place / name, whole(name))) for name in MODELS]
    folders = [str(write_folder(place / str(n), made())) for n, (made, _) in enumerate(CASES.values())]
    process = subprocess.run(
        [sys.executable, "-c", WATCHED_LOAD, *good],
        input="\n".join(folders),
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.returncode == 0, process.stderr
    yield dict(zip(CASES, map(json.loads, process.stdout.splitlines()), strict=True))
    MARKER.unlink(missing_ok=True)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_model_file_is_refused_in_words_and_does_nothing_else(case: str, outcomes: Any) -> None:
    outcome = outcomes[case]
    assert outcome["kind"] == "ModelFileError", outcome
    assert re.search(CASES[case][1], outcome["said"]), outcome["said"]
    assert len(outcome["said"]) < 600
    assert outcome["seen"] == []
    assert outcome["imported"] == []
    assert outcome["kib"] * 1024 < 50e6 + 12 * outcome["size"]
    assert outcome["seconds"] < 5
    assert not MARKER.exists()


def test_the_watch_sees_what_it_watches_for(tmp_path: Path) -> None:
    """The same program around a loader that unpickles."""
    unsafe = "import pickle, this; pickle.loads(open(folder, 'rb').read())"
    program = WATCHED_LOAD.replace("from vaekit import load\n", "").replace("load(sys.argv[1]), load(sys.argv[2])", "")
    program = program.replace("load(folder)", unsafe)
    (tmp_path / "file").write_bytes(pickle.dumps(Harm()))
    said = subprocess.run([sys.executable, "-c", program], input=str(tmp_path / "file"), capture_output=True, text=True)
    MARKER.unlink()  # it was made
    assert all(event in said.stdout + said.stderr for event in ()) and said.returncode != 0
