"""Arrays from .npy and .npz files, and given in Python."""

from __future__ import annotations

import hashlib
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from torch.utils.data import Dataset, IterableDataset, TensorDataset

from vaekit.data.read import read
from vaekit.errors import DataError, RunError

X = np.random.default_rng(0).normal(size=(6, 3))


class Trap:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_npy_is_mapped_and_not_held_in_memory(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    source = read(tmp_path / "x.npy")
    assert isinstance(source.X, np.memmap)
    assert source.sha256 == hashlib.sha256((tmp_path / "x.npy").read_bytes()).hexdigest()
    np.testing.assert_array_equal(source.X, X)


@pytest.mark.parametrize("kind", ["array in npy", "array in npz", "bare"])
def test_a_pickle_is_refused_and_never_run(kind: str, tmp_path: Path) -> None:
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    path = tmp_path / ("x.npz" if kind == "array in npz" else "x.npy")
    if kind == "bare":
        path.write_bytes(pickle.dumps(trap))
    elif kind == "array in npy":
        np.save(path, trap, allow_pickle=True)
    else:
        np.savez(path, X=trap)
    with pytest.raises(RunError, match="never loaded, since loading them can run code"):
        read(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("suffix", ["npy", "npz"])
@given(share=st.floats(0, 0.999))
def test_a_truncated_file_is_refused_wherever_it_is_cut(tmp_path_factory, suffix: str, share: float) -> None:
    whole = io.BytesIO()
    if suffix == "npy":
        np.save(whole, X)
    else:
        np.savez_compressed(whole, X=X, y=np.arange(6))
    path = tmp_path_factory.mktemp("cut") / f"x.{suffix}"
    path.write_bytes(whole.getvalue()[: int(share * len(whole.getvalue()))])
    with pytest.raises(RunError, match=rf"x\.{suffix}.*(truncated|is not a \.npy file)"):
        read(path)


def test_a_damaged_member_of_an_npz_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", X=X)
    data = bytearray((tmp_path / "x.npz").read_bytes())
    data[300] ^= 1
    (tmp_path / "x.npz").write_bytes(data)
    with pytest.raises(RunError, match="damaged"):
        read(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("arrays", "how", "chosen", "labels"),
    [
        (["a"], {}, "a", None),
        (["X"], {}, "X", None),
        (["X", "y"], {}, "X", "y"),
        (["y", "x", "other"], {}, "x", "y"),
        (["a", "y"], {}, "a", "y"),
        (["a", "b"], {"x": "b"}, "b", None),
        (["a", "b"], {"y": "b"}, "a", "b"),
        (["X", "y", "a", "b"], {"x": "a", "y": "b"}, "a", "b"),
        (["y"], {"x": "y"}, "y", None),
    ],
)
def test_the_arrays_of_an_npz_are_found_by_name(arrays, how, chosen, labels, tmp_path: Path) -> None:
    values = {name: np.arange(5) + 10 * at for at, name in enumerate(arrays)}
    np.savez(tmp_path / "x.npz", **values)
    source = read(tmp_path / "x.npz", **how)
    np.testing.assert_array_equal(source.X, values[chosen])
    assert (source.y is None) == (labels is None)
    if labels is not None:
        np.testing.assert_array_equal(source.y, values[labels])


@pytest.mark.parametrize(
    ("arrays", "how", "said"),
    [
        ({"a": X, "b": X}, {}, "none is called X; say which is meant"),
        ({}, {}, r"\(none\), and none is called X"),
        ({"pixels": X}, {"x": "pixel"}, "Did you mean 'pixels'"),
        ({"X": X, "y": np.arange(5)}, {}, r"6 rows in 'X' and labels of shape \(5,\)"),
        ({"X": X.astype(str)}, {}, "array 'X' .* wanted are real numbers"),
        ({"X": X + 1j}, {}, "complex128, and wanted are real numbers"),
    ],
)
def test_an_npz_that_cannot_be_understood_is_refused_in_words(arrays, how, said, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DataError, match=said):
        read(tmp_path / "x.npz", **how)


def test_labels_that_are_words_become_classes(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", X=X[:3], y=["dog", "cat", "dog"])
    source = read(tmp_path / "x.npz")
    assert (source.y.tolist(), source.class_names) == ([1, 0, 1], ("cat", "dog"))


@pytest.mark.parametrize(
    "given",
    [X, X.tolist(), torch.from_numpy(X).requires_grad_(), np.asfortranarray(X)],
    ids=["array", "list", "tensor", "fortran"],
)
def test_the_same_numbers_give_the_same_source_however_they_are_held(given) -> None:
    source = read(given)
    np.testing.assert_array_equal(source.X, X)
    assert source.sha256 == hashlib.sha256(X.tobytes()).hexdigest()


def test_a_memory_map_given_in_python_stays_one(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert read(mapped).X is mapped


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (X.astype(str), "wanted are real numbers"),
        (X.astype(object), "wanted are real numbers"),
        (X.astype(complex), "wanted are real numbers"),
        (sparse.csr_matrix(X), r"X\.toarray\(\)"),
        ([[1, 2], [3]], "cannot be read as numbers"),
        (np.array(3.0), "a single value"),
        (torch.zeros(2, 2, dtype=torch.bfloat16), "cannot be read as numbers"),
    ],
)
def test_what_holds_no_real_numbers_is_refused(given, said) -> None:
    with pytest.raises(DataError, match=said):
        read(given)


class Items(Dataset):
    """A map-style Dataset of these items."""

    def __init__(self, *items: object) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, at: int) -> object:
        return self.items[at]


ONE = torch.arange(6.0).reshape(2, 3)


def test_a_dataset_gives_its_items_in_order() -> None:
    pixels = torch.arange(24, dtype=torch.uint8).reshape(4, 1, 2, 3)
    source = read(TensorDataset(pixels, torch.tensor([3, 1, 2, 3])))
    assert (source.X.dtype, source.X.tolist()) == (np.uint8, pixels.tolist())
    assert (source.y.tolist(), source.name) == ([3, 1, 2, 3], "TensorDataset")
    assert read(TensorDataset(pixels)).y is None
    assert read(Items(ONE, ONE)).X.shape == (2, 2, 3)


def test_a_dataset_of_pictures_and_words_is_understood() -> None:
    from PIL import Image

    grey, colour = Image.new("L", (3, 2), 7), Image.new("RGB", (3, 2), (1, 2, 3))
    source = read(Items((grey, "b"), (grey, "a")))
    assert (source.X.tolist(), source.y.tolist()) == ([[[[7] * 3] * 2]] * 2, [1, 0])
    assert source.class_names == ("a", "b")
    assert read(Items(colour)).X.tolist() == [[[[1] * 3] * 2, [[2] * 3] * 2, [[3] * 3] * 2]]


def test_a_dataset_may_name_its_classes() -> None:
    data = Items((ONE, 0), (ONE, 1))
    data.classes = ["shirt", "shoe"]
    assert read(data).class_names == ("shirt", "shoe")


class Failing(Items):
    def __getitem__(self, at: int) -> object:
        raise OSError("disk on fire")


class Stream(IterableDataset):
    def __iter__(self):
        return iter([ONE])


def test_an_iterable_dataset_is_read_once_from_first_to_last() -> None:
    np.testing.assert_array_equal(read(Stream()).X, ONE.numpy()[None] if hasattr(ONE, "numpy") else ONE[None])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Items(ONE, ONE[:1]), r"item 1 of your Items has shape \(1, 3\) and item 0 has \(2, 3\)"),
        (Items(), "without items"),
        (Items((ONE, 1, 2)), "3 parts; wanted is x or"),
        (Items((ONE, [1, 2])), r"labels of shape \(2,\)"),
        (Items("text"), "wanted are real numbers"),
        (Failing(ONE), r"item 0 of your Failing failed \(OSError: disk on fire\)"),
        (iter([ONE]), "without a length; give a map-style Dataset"),
    ],
)
def test_a_dataset_that_cannot_be_used_is_refused_in_words(given, said) -> None:
    with pytest.raises(DataError, match=said):
        read(given)
