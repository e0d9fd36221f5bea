"""Whatever is wrong with data, a model or a run: one sentence, the right exit code, nothing left behind."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from calls import SMALL_TYPED, refused

Make = Callable[[Path], Path]


def saved(name: str, *, values: object = None, content: bytes | None = None) -> Make:
    """A file with these values (.npy, .npz) or this content."""

    def make(folder: Path) -> Path:
        path = folder / name
        if content is not None:
            path.write_bytes(content)
        elif path.suffix == ".npz":
            np.savez(path, X=values)
        else:
            np.save(path, values, allow_pickle=True)
        return path

    return make


def cut(make: Make, keep: float) -> Make:
    """The same file without its end."""

    def shorter(folder: Path) -> Path:
        path = make(folder)
        content = path.read_bytes()
        path.write_bytes(content[: int(keep * len(content))])
        return path

    return shorter


def without_pictures(folder: Path) -> Path:
    (folder / "notes.md").write_text("nothing to see")
    return folder


def mixed_pictures(folder: Path) -> Path:
    from PIL import Image

    for side in (4, 5):
        Image.new("L", (side, side)).save(folder / f"{side}.png")
    return folder


rng = np.random.default_rng(0)
rows = rng.normal(size=(100, 4))
with_nan, with_inf = rows.copy(), rows.copy()
with_nan[3, 1], with_inf[3, 1] = np.nan, np.inf
idx = struct.pack(">HBB3I", 0, 8, 3, 30, 4, 4) + bytes(480)

BAD_DATA: dict[str, tuple[Make, str]] = {
    "missing": (lambda folder: folder / "nowhere.npy", "no data set, file or folder is called"),
    "unknown kind": (saved("data.xlsx", content=b"PK"), "kind that is not known"),
    "empty table": (saved("data.csv", content=b""), "is empty"),
    "ragged table": (saved("data.csv", content=b"a,b\n1,2\n1,2,3\n"), "cells in line 3"),
    "pickled npy": (saved("data.npy", values=np.array([{}, []], dtype=object)), "never loaded"),
    "pickled npz": (saved("data.npz", values=np.array([{}, []], dtype=object)), "never loaded"),
    "truncated npy": (cut(saved("data.npy", values=rows), 0.5), "truncated or damaged"),
    "truncated npz": (cut(saved("data.npz", values=rows), 0.5), "truncated"),
    "truncated idx": (cut(saved("data.idx", content=idx), 0.5), "data.idx"),
    "no pictures": (without_pictures, "holds no images"),
    "mixed pictures": (mixed_pictures, "have 2 sizes"),
    "empty": (saved("data.npy", values=np.zeros((0, 4))), "0 sample"),
    "one sample": (saved("data.npy", values=rows[:1]), "1 sample"),
    "no feature": (saved("data.npy", values=np.zeros((9, 0))), "0 feature"),
    "one dimension": (saved("data.npy", values=rows[:, 0]), "1D array"),
    "nan": (saved("data.npy", values=with_nan), "NaN"),
    "infinity": (saved("data.npy", values=with_inf), "infinity"),
    "complex": (saved("data.npy", values=rows * 1j), "complex"),
    "channels last": (saved("data.npy", values=np.zeros((60, 8, 8, 3))), "transpose(0, 3, 1, 2)"),
}


@pytest.mark.parametrize(("make", "saying"), BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data_end_a_fit_with_3(make: Make, saying: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "data", tmp_path / "run"
    folder.mkdir()
    refused("fit", make(folder), "--out", out, *SMALL_TYPED, code=3, saying=saying)
    assert not out.exists()


@pytest.mark.parametrize(
    ("typed", "code", "saying"),
    [
        (("--latent-dim", "0"), 2, "latent_dim"),
        (("--latent-dim", "100"), 2, "larger than the data"),
        (("--likelihood", "bernoulli"), 3, "likelihood 'bernoulli' needs"),
        (("--prior", "uniform"), 2, "prior 'uniform'"),
        (("--bound", "iwae:samples=0"), 2, "samples=0 is not possible"),
        (("--validation-fraction", "2"), 2, "validation_fraction"),
        (("--labels", "y"), 2, "has no option 'labels'"),
        (("--device", "cuda:99"), 2, "is not at hand"),
        (("--network", "conv"), 2, "needs images"),
    ],
)
def test_options_that_cannot_work_are_refused_in_words(
    typed: tuple[str, ...], code: int, saying: str, tmp_path: Path
) -> None:
    data = saved("data.npy", values=rows)(tmp_path)
    refused("fit", data, "--out", tmp_path / "run", *SMALL_TYPED[2:], *typed, code=code, saying=saying)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", ["encode", "reconstruct", "score"])
def test_rows_of_another_width_end_with_3(command: str, run: Path, tmp_path: Path) -> None:
    data = saved("data.npy", values=rows)(tmp_path)
    refused(command, run, data, code=3, saying="4 features")
    refused(command, run, tmp_path / "nowhere.npy", code=3, saying="no data set")


def test_codes_of_another_width_end_with_3(run: Path, tmp_path: Path) -> None:
    refused("decode", run, saved("z.npy", values=rows)(tmp_path), code=3, saying="latent_dim=3")


COMMANDS_ON_A_RUN = (
    ["sample"],
    ["encode", "digits"],
    ["decode", "digits"],
    ["reconstruct", "digits"],
    ["score", "digits"],
    ["report"],
    ["doctor"],
    ["cite"],
)


@pytest.mark.parametrize("words", COMMANDS_ON_A_RUN, ids=lambda words: words[0])
def test_a_folder_that_is_no_run_ends_with_4(words: list[str], tmp_path: Path) -> None:
    refused(words[0], tmp_path, *words[1:], code=4, saying="is not a run")


@pytest.mark.parametrize("words", COMMANDS_ON_A_RUN, ids=lambda words: words[0])
def test_a_run_with_one_byte_changed_ends_with_4(words: list[str], run: Path, tmp_path: Path) -> None:
    changed = tmp_path / "run"
    shutil.copytree(run, changed)
    weights = changed / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    refused(words[0], changed, *words[1:], code=4, saying="weights.safetensors' is not what was saved")


@pytest.mark.parametrize(
    "name", ["spec.json", "data.json", "weights.safetensors", "history.csv", "environment.json", "SHA256SUMS"]
)
def test_a_run_without_one_of_its_files_ends_with_4(name: str, run: Path, tmp_path: Path) -> None:
    less = tmp_path / "run"
    shutil.copytree(run, less)
    (less / name).unlink()
    refused("sample", less, code=4, saying=name)


def test_data_that_are_gone_are_asked_for(run: Path, tmp_path: Path, pictures: Path) -> None:
    import json

    moved = tmp_path / "run"
    shutil.copytree(run, moved)
    record = json.loads((moved / "data.json").read_text())
    record["source"]["path"] = str(tmp_path / "gone.npy")
    (moved / "data.json").write_text(json.dumps(record))
    _sign(moved)
    refused("report", moved, code=3, saying="--data DATA")


def _sign(folder: Path) -> None:
    """Make SHA256SUMS fit the files, as a user could who changed data.json on purpose."""
    import hashlib

    names = [line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines))
