"""Sources by name, and reading again what a run was fitted on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from vaekit.data import read as room
from vaekit.data.read import read, reread
from vaekit.data.source import Source
from vaekit.errors import DataError, RunError, UnknownOption


def again(source: Source) -> Source:
    """The source as a run reads it again: from JSON."""
    return reread(json.loads(json.dumps(source.to_json())))


def test_digits_are_scikit_learns_in_the_unit_interval() -> None:
    source = read("digits")
    images, labels = load_digits().images, load_digits().target
    assert source.X.shape == (1797, 1, 8, 8)
    np.testing.assert_array_equal(source.X[:, 0] * 16, images)
    np.testing.assert_array_equal(source.y, labels)
    assert (source.name, source.rows, source.class_names) == ("digits", 1797, tuple("0123456789"))


def make(folder: Path, kind: str) -> tuple[Path, dict[str, object]]:
    """A small source of this kind, and the options to read it with."""
    X = np.arange(12.0).reshape(4, 3)
    match kind:
        case "npy":
            np.save(folder / "x.npy", X)
            return folder / "x.npy", {}
        case "npz":
            np.savez(folder / "x.npz", data=X, labels=[0, 1, 0, 1], other=[1])
            return folder / "x.npz", {"x": "data", "y": "labels"}
        case "csv":
            (folder / "x.csv").write_text("a,b,word,class\n1,2,p,u\n3,4,q,v\n")
            return folder / "x.csv", {"labels": "class", "drop": ("word",)}
        case "parquet":
            pandas = pytest.importorskip("pandas")
            pandas.DataFrame({"a": [1.0, 2], "b": ["u", "v"]}).to_parquet(folder / "x.parquet")
            return folder / "x.parquet", {"labels": "b"}
        case "images":
            for name in ("u/1.png", "u/2.png", "v/1.png"):
                (folder / "images" / name).parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.full((4, 5), len(name), np.uint8)).save(folder / "images" / name)
            return folder / "images", {}
    raise AssertionError(kind)


KINDS = ["npy", "npz", "csv", "parquet", "images"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_read_is_read_again_the_same_way(kind: str, tmp_path: Path, monkeypatch) -> None:
    path, how = make(tmp_path, kind)
    monkeypatch.chdir(tmp_path)
    first = read(path.name, **how)
    monkeypatch.chdir("/")
    second = again(first)
    np.testing.assert_array_equal(first.X, second.X)
    np.testing.assert_array_equal(first.y, second.y)
    assert first.to_json() == second.to_json()
    assert (first.name, first.path, first.how["reader"]) == (path.name, path, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_data_that_changed_or_are_gone_are_said_to_be(kind: str, tmp_path: Path) -> None:
    path, how = make(tmp_path, kind)
    first = read(path, **how)
    match kind:
        case "npy":
            np.save(path, np.arange(12.0).reshape(4, 3) + 1e-9)
        case "npz":
            np.savez(path, data=np.arange(12.0).reshape(4, 3), labels=[0, 1, 0, 0])
        case "csv":
            path.write_text(path.read_text().replace("v", "u"))
        case "parquet":
            path.write_bytes(path.read_bytes()[:-4])
        case "images":
            (path / "v").rename(path / "w")
    with pytest.raises(RunError, match=r"have changed since the fit|cannot be read again"):
        again(first)
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(RunError, match=r"data are gone: .*--data DATA"):
        again(first)


def test_built_in_data_are_read_again_by_name() -> None:
    assert again(read("digits")).to_json() == read("digits").to_json()


def test_data_given_in_python_cannot_be_read_again() -> None:
    with pytest.raises(RunError, match=r"given in Python .* --data DATA"):
        again(read(np.eye(3)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mnits", "Did you mean 'mnist'?"),
        ("digit", "Did you mean 'digits'?"),
        ("flowers.cvs", "Did you mean 'flowers.csv'?"),
        (Path("absent/x.npy"), "give digits, mnist, sprites, a file"),
        ("https://example.org/x.csv", "give digits, mnist, sprites, a file"),
    ],
)
def test_an_unknown_source_is_answered_with_what_is_possible(given, said, tmp_path, monkeypatch) -> None:
    (tmp_path / "flowers.csv").write_text("1,2\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError) as raised:
        read(given)
    assert said in str(raised.value)


def test_a_name_comes_before_a_file_and_a_path_before_a_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    Image.new("L", (4, 5)).save("digits/1.png")
    assert read("digits").rows == 1797
    assert read("./digits").rows == read(Path("digits")).rows == 1


def test_a_home_folder_is_found_by_its_tilde(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    np.save(tmp_path / "x.npy", np.eye(3))
    assert read("~/x.npy").path == tmp_path / "x.npy"


@pytest.mark.parametrize("name", ["x.docx", "x", "picture.png"])
def test_a_file_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"?")
    with pytest.raises(DataError, match=r"kind that is not known|is one image; give the folder"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("kind", "option", "said"),
    [
        ("csv", "label", "Did you mean 'labels'?"),
        ("npz", "labels", "it has: x, y"),
        ("npy", "header", "it has: none"),
    ],
)
def test_an_option_that_the_kind_of_data_has_not_is_refused(kind, option, said, tmp_path: Path) -> None:
    path, _ = make(tmp_path, kind)
    with pytest.raises(UnknownOption) as raised:
        read(path, **{option: "x"})
    assert said in str(raised.value)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch) -> None:
    path, _ = make(tmp_path, "npy")

    def refuse(path: Path) -> Source:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setitem(room.READERS, "npy", refuse)
    with pytest.raises(RunError, match=r"x\.npy' cannot be read \(Permission denied\)"):
        read(path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "X is a NoneType; give an array"),
        (7, "X is a int; give an array"),
        ({"X": [1]}, "item 0 of your dict failed"),
        ((i for i in range(3)), "X is a generator without a length"),
        ([[1, 2], [3]], "cannot be read as numbers"),
    ],
)
def test_what_is_no_data_is_refused_in_words(given: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(given)
