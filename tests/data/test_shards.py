"""Folders of shards: what is written comes back, whatever it came from, and what has changed is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from vaekit import open_shards, write_manifest, write_shards
from vaekit.data.manifest import NAME
from vaekit.data.read import read, reread
from vaekit.errors import DataError, OutputExists, RunError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 4)).astype(np.float32)


class Stream(torch.utils.data.IterableDataset):
    """Rows of X, one after the other."""

    def __iter__(self) -> Any:
        yield from ((torch.from_numpy(row), 0) for row in X)


SOURCES = {
    "array": lambda: X,
    "memory map": None,
    "blocks of several sizes": lambda: iter([X[:1], X[1:1], X[1:12], X[12:]]),
    "map-style Dataset": lambda: torch.utils.data.TensorDataset(torch.from_numpy(X)),
    "iterable Dataset": Stream,
    "frame": lambda: pd.DataFrame(X, columns=list("abcd")),
    "blocks of a frame": lambda: (pd.DataFrame(part, columns=list("abcd")) for part in (X[:9], X[9:])),
    "other shards": None,
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("each", [1, 5, 23, 100, None])
def test_rows_come_back_as_they_were_from_whatever_they_came(
    kind: str, each: int | None, tmp_path: Path
) -> None:
    np.save(tmp_path / "X.npy", X)
    makers = SOURCES | {
        "memory map": lambda: np.load(tmp_path / "X.npy", mmap_mode="r"),
        "other shards": lambda: write_shards(X, tmp_path / "others", rows_per_shard=7),
    }
    write_shards(makers[kind](), tmp_path / "shards", rows_per_shard=each)
    found = open_shards(tmp_path / "shards")
    assert (found.shape, found.dtype, found.ndim, found.size) == (X.shape, X.dtype, 2, X.size)
    assert found.columns == (tuple("abcd") if "frame" in kind else None)
    np.testing.assert_array_equal(found[:], X)
    manifest = json.loads((tmp_path / "shards" / NAME).read_text())
    size = each or 100
    assert [shard["rows"] for shard in manifest["shards"]] == [
        min(size, 23 - at) for at in range(0, 23, size)
    ]
    assert not list(tmp_path.glob(".vaekit-*"))


@pytest.mark.parametrize(
    "key",
    [slice(0, 3), slice(4, 6), slice(3, 21), slice(20, 99), slice(7, 7), slice(-4, None), slice(None, None, 5),
     [3, 22, 0, 0, -1], np.array([7, 8]), 11],
    ids=repr,
)  # fmt: skip
def test_shards_are_indexed_as_an_array_is(key: Any, tmp_path: Path) -> None:
    np.testing.assert_array_equal(write_shards(X, tmp_path / "s", rows_per_shard=5)[key], X[key])


def test_what_would_read_all_without_being_asked_is_refused(tmp_path: Path) -> None:
    shards = write_shards(X, tmp_path / "s")
    for asked in (lambda: np.asarray(shards), lambda: shards[X[:, 0] > 0], lambda: shards[0:2, 1]):
        with pytest.raises(DataError, match="rows"):
            asked()
    with pytest.raises(IndexError, match="no row 23"):
        shards[[23]]


def test_images_keep_their_shape_and_bytes(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (9, 3, 4, 5), dtype=np.uint8)
    found = write_shards(images, tmp_path / "s", rows_per_shard=4)
    assert (found.shape, found.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(found[:], images)


def test_parquet_files_that_are_there_get_a_manifest(tmp_path: Path) -> None:
    for at in range(3):
        pd.DataFrame(X[8 * at : 8 * at + 8], columns=list("abcd")).to_parquet(tmp_path / f"part-{at}.parquet")
    (tmp_path / "_SUCCESS").touch()
    with pytest.raises(
        DataError, match=r"3 .npz or .parquet files and no manifest\.json .*vaekit\.write_manifest"
    ):
        read(tmp_path)
    found = write_manifest(tmp_path)
    np.testing.assert_array_equal(found[:], X)
    assert found.columns == tuple("abcd")
    with pytest.raises(OutputExists):
        write_manifest(tmp_path)


def test_a_folder_of_shards_is_a_source_that_is_read_again_by_its_record(tmp_path: Path) -> None:
    write_shards(pd.DataFrame(X, columns=list("abcd")), tmp_path / "s", rows_per_shard=5)
    source = read(tmp_path / "s")
    assert (source.rows, source.feature_names, source.y) == (23, tuple("abcd"), None)
    record = json.loads(json.dumps(source.to_json()))
    np.testing.assert_array_equal(reread(record).X[:], X)
    (tmp_path / "s" / NAME).unlink()
    write_manifest(tmp_path / "s")
    with pytest.raises(RunError, match="changed since the fit"):
        reread(record)  # a manifest without the names of the columns is another one


def damaged(folder: Path, how: str) -> Path:
    """The second of the files, changed."""
    path = folder / "shard-00001.npz"
    content = path.read_bytes()
    if how == "one bit":
        path.write_bytes(content[:-200] + bytes([content[-200] ^ 1]) + content[-199:])
    elif how == "cut":
        path.write_bytes(content[:-50])
    elif how == "another":
        np.savez(path, X=X[:5] + 1)
    else:
        path.unlink()
    return path


@pytest.mark.parametrize("how", ["one bit", "cut", "another", "gone"])
def test_a_shard_that_is_not_what_was_written_is_named_when_it_is_read(how: str, tmp_path: Path) -> None:
    found = write_shards(X, tmp_path / "s", rows_per_shard=5)
    damaged(tmp_path / "s", how)
    np.testing.assert_array_equal(found[:5], X[:5])
    with pytest.raises(DataError, match=r"shard.*shard-00001\.npz"):
        found[5:6]


def test_a_shard_that_changes_after_it_was_read_is_compared_again(tmp_path: Path) -> None:
    found = write_shards(X, tmp_path / "s", rows_per_shard=5)
    np.testing.assert_array_equal(found[:], X)
    damaged(tmp_path / "s", "another")
    with pytest.raises(DataError, match=r"is not the one that manifest\.json names"):
        found[5:6]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": 24}, "do not add up"),
        ({"dtype": "object"}, "no kind of real number"),
        ({"dtype": "float3"}, "not a manifest"),
        ({"columns": ["a"]}, "does not name every column"),
        ({"more": 1}, "not a manifest"),
        ({"format": 2}, "not a manifest"),
        ({"shards": []}, "not a manifest"),
        ({"file": "../other.npz"}, "no name of a"),
        ({"file": "shard-00000.npz"}, "names a file twice"),
    ],
    ids=repr,
)
def test_a_manifest_that_cannot_be_true_is_refused(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    write_shards(X, tmp_path / "s", rows_per_shard=5)
    path = tmp_path / "s" / NAME
    manifest = json.loads(path.read_text())
    if "file" in change:
        manifest["shards"][1] |= change
    else:
        manifest |= change
    path.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=said):
        open_shards(tmp_path / "s")


def test_a_folder_without_a_manifest_is_told_how_it_gets_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no manifest.json; write one with vaekit.write_manifest"):
        open_shards(tmp_path)


def test_nothing_that_exists_is_overwritten_and_nothing_half_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputExists):
        write_shards(X, tmp_path / "taken")

    def breaking() -> Any:
        yield X[:6]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_shards(breaking(), tmp_path / "s", rows_per_shard=2)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (iter([X[:3], X[:3, :2]]), "block 1 of the rows has shape"),
        (iter([pd.DataFrame(X[:3]), pd.DataFrame(X[:3], columns=list("abcd"))]), "other columns"),
        (iter([]), "no rows to write"),
        (X[:, 0], "has shape"),
        (np.array([["a", "b"]]), "wanted are real numbers"),
    ],
    ids=["another width", "other names", "none", "one value a row", "texts"],
)
def test_blocks_that_do_not_fit_together_are_refused(rows: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        write_shards(rows, tmp_path / "s")
    assert not list(tmp_path.iterdir())


LABELS = {
    "texts": (np.array(list("abcba") * 4 + ["", "a", "b"], dtype=object), ("a", "b", "c"), -1),
    "whole numbers": (np.arange(23) % 4, None, 0),
    "real numbers": (np.linspace(0, 1, 23), None, 10 / 11),
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_are_kept_beside_the_rows(kind: str, tmp_path: Path) -> None:
    given, names, of_row_20 = LABELS[kind]
    write_shards(X, tmp_path / "shards", rows_per_shard=7, labels=given)
    source = read(tmp_path / "shards")
    assert source.class_names == names
    assert source.y is not None and source.y[20] == pytest.approx(of_row_20)
    if names is None:
        np.testing.assert_array_equal(source.y, given)
    else:
        np.testing.assert_array_equal(np.array([*names, ""], dtype=object)[source.y], given)
    np.save(tmp_path / "shards" / "labels.npy", source.y[::-1])
    with pytest.raises(DataError, match=r"labels\.npy' are not those that manifest\.json"):
        read(tmp_path / "shards")


def test_labels_that_are_not_one_a_row_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels has shape \(22,\), and there are 23 rows"):
        write_shards(X, tmp_path / "shards", labels=np.arange(22))
    assert not list(tmp_path.iterdir())
