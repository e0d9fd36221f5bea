"""IDX files, and MNIST with its cache and its download."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vaekit.data import mnist as room
from vaekit.data.idx import PARTS, parse_idx
from vaekit.data.profile import profile
from vaekit.data.read import read, reread
from vaekit.data.treatment import Treatment
from vaekit.errors import RunError

CODES = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}


def as_idx(array: np.ndarray) -> bytes:
    """The array as an IDX file."""
    code = next(code for kind, code in CODES.items() if np.dtype(kind) == array.dtype.newbyteorder(">"))
    lengths = np.array(array.shape, ">u4").tobytes()
    return bytes([0, 0, code, array.ndim]) + lengths + array.astype(array.dtype.newbyteorder(">")).tobytes()


def small_files() -> dict[str, bytes]:
    """Four IDX files like MNIST's, by name, unpacked."""
    rng = np.random.default_rng(0)
    files = {}
    for part, n in (("train", 7), ("test", 3)):
        images, labels = PARTS[part]
        files[images] = as_idx(rng.integers(0, 256, (n, 4, 5), dtype=np.uint8))
        files[labels] = as_idx(rng.integers(0, 10, n).astype(np.uint8))
    return files


def put(folder: Path, packed: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in small_files().items():
        file = folder / (f"{name}.gz" if packed else name)
        file.write_bytes(gzip.compress(data) if packed else data)
    return folder


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without MNIST; gives what its VAEKIT_DATA points at."""
    monkeypatch.setenv("VAEKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VAEKIT_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("VAEKIT_OFFLINE", "1")
    return tmp_path / "data"


@pytest.fixture
def mirror(tmp_path: Path, nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands in for the download, with the digests of its files."""
    folder = put(tmp_path / "mirror", packed=True)
    monkeypatch.delenv("VAEKIT_OFFLINE")
    monkeypatch.setattr(room, "MIRRORS", ((tmp_path / "gone").as_uri() + "/", folder.as_uri() + "/"))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in small_files().items()}
    monkeypatch.setattr(room, "SHA256", digests)
    return folder


@given(
    array=hnp.arrays(
        st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]),
        hnp.array_shapes(min_dims=1, max_dims=4, max_side=5),
        elements={"allow_nan": False},
    )
)
def test_an_idx_file_gives_back_the_array(array: np.ndarray) -> None:
    read_back = parse_idx(as_idx(array), "x")
    assert (read_back.dtype, read_back.tolist()) == (array.dtype, array.tolist())


@given(data=st.data())
def test_a_truncated_idx_file_is_refused_wherever_it_is_cut(tmp_path_factory, data: st.DataObject) -> None:
    whole = as_idx(np.arange(60, dtype=np.uint8).reshape(3, 4, 5))
    whole = gzip.compress(whole) if data.draw(st.booleans()) else whole
    cut = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.mktemp("cut") / "x-images-idx3-ubyte"
    path.write_bytes(whole[:cut])
    with pytest.raises(RunError, match=r"x-images-idx3-ubyte' is (truncated|a truncated|not an IDX file)"):
        read(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 something else", "starts with the bytes 50 4b 03 04, and wanted are 00 00"),
        (b"\0\0\x07\x01\0\0\0\1x", "is not an IDX file"),
        (as_idx(np.zeros(3, np.uint8)) + b"more", "longer than its header says: 3 values take 11 bytes"),
        (as_idx(np.zeros((3, 4), np.uint8))[:-1], r"truncated: 3 x 4 values take 24 bytes, and it has 23"),
    ],
)
def test_another_file_is_no_idx_file(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "x-ubyte").write_bytes(data)
    with pytest.raises(RunError, match=said):
        read(tmp_path / "x-ubyte")


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_like_mnist_is_read_with_its_test_part(packed: bool, tmp_path: Path) -> None:
    folder = put(tmp_path / "fashion", packed)
    source = read(folder)
    images, labels = (parse_idx(small_files()[name], name) for name in PARTS["train"])
    assert (source.X[:, 0].tolist(), source.y.tolist()) == (images.tolist(), labels.tolist())
    assert (source.test.rows, source.test.y.shape, source.test.name) == (3, (3,), "fashion (test)")
    assert reread(source.to_json()).sha256 == source.sha256 != source.test.sha256


def test_packing_changes_no_digest(tmp_path: Path) -> None:
    assert read(put(tmp_path / "a")).sha256 == read(put(tmp_path / "b", packed=True)).sha256


def test_a_folder_whose_labels_do_not_fit_is_refused(tmp_path: Path) -> None:
    folder = put(tmp_path / "x")
    (folder / PARTS["train"][1]).write_bytes(as_idx(np.zeros(6, np.uint8)))
    with pytest.raises(RunError, match="7 images but 6 labels in its train part"):
        read(folder)
    (folder / PARTS["train"][1]).write_bytes(as_idx(np.zeros((7, 1), np.uint8)))
    with pytest.raises(RunError, match="has 2 axes where 1 are wanted"):
        read(folder)


def test_mnist_is_taken_from_the_data_folder_and_then_from_the_cache(nowhere: Path, tmp_path: Path) -> None:
    put(tmp_path / "cache" / "mnist", packed=True)
    assert read("mnist").rows == 7
    folder = put(nowhere / "mnist")
    (folder / PARTS["train"][0]).write_bytes(as_idx(np.zeros((2, 4, 5), np.uint8)))
    (folder / PARTS["train"][1]).write_bytes(as_idx(np.zeros(2, np.uint8)))
    source = read("mnist")
    assert (source.rows, source.test.name, source.class_names) == (2, "mnist (test)", tuple("0123456789"))
    assert reread(source.to_json()).rows == 2


def test_offline_says_where_the_files_are_to_be_put(nowhere: Path) -> None:
    with pytest.raises(RunError, match=r"VAEKIT_OFFLINE forbids a download.*VAEKIT_DATA"):
        read("mnist")


def test_a_download_is_tried_at_each_mirror_and_kept(mirror: Path, tmp_path: Path) -> None:
    assert read("mnist").rows == 7
    for file in mirror.iterdir():
        file.unlink()
    assert read("mnist").rows == 7
    assert {f.name for f in (tmp_path / "cache" / "mnist").iterdir()} == {f"{n}.gz" for n in small_files()}


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"other bytes", mtime=0), b"a page that says no", b"\x1f\x8b\x08cut"],
    ids=["other", "page", "cut"],
)
def test_a_download_with_other_bytes_is_refused_and_not_kept(data: bytes, mirror: Path, tmp_path) -> None:
    (mirror / "train-labels-idx1-ubyte.gz").write_bytes(data)
    with pytest.raises(RunError, match=r"could not be downloaded .*(its SHA-256 is|damaged)"):
        read("mnist")
    kept = [file.name for file in (tmp_path / "cache" / "mnist").iterdir()]
    assert kept == ["train-images-idx3-ubyte.gz"]


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("VAEKIT_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert room.home() == tmp_path / ".cache" / "vaekit"
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert room.home() == Path("/caches/vaekit")
    monkeypatch.setenv("VAEKIT_HOME", "/own")
    assert room.home() == Path("/own")


@pytest.fixture(scope="module")
def mnist():
    """MNIST itself; without it the tests are passed over, but not where everything must be tested."""
    if not (Path(os.environ.get("VAEKIT_DATA", "/nowhere")) / "mnist").is_dir():
        sentence = "set VAEKIT_DATA to the folder that holds mnist/, so that MNIST can be tested"
        pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)
    return read("mnist")


def test_mnist_has_the_facts_that_are_known_of_it(mnist) -> None:
    """The mean grey, its deviation and the share of ones were computed elsewhere, to six digits."""
    assert (mnist.X.shape, mnist.test.X.shape, mnist.X.dtype) == (
        (60_000, 1, 28, 28),
        (10_000, 1, 28, 28),
        np.uint8,
    )
    assert (mnist.y[:5].tolist(), mnist.test.y[:5].tolist()) == ([5, 0, 4, 1, 9], [7, 2, 1, 0, 4])
    assert mnist.X.mean() / 255 == pytest.approx(0.130660, abs=1e-5)
    assert mnist.X.std(dtype=np.float64) / 255 == pytest.approx(0.308108, abs=1e-5)
    treatment = Treatment.choose(mnist.X, profile(mnist.X), "binary", "mass", binarize=0.5)
    assert treatment.to_model(mnist.X).mean(dtype=np.float64) == pytest.approx(0.132258, abs=1e-5)
    assert treatment.to_model(mnist.test.X).mean(dtype=np.float64) == pytest.approx(0.134229, abs=1e-5)


def test_the_digests_that_guard_the_download_are_those_of_mnist(mnist) -> None:
    folder = Path(os.environ["VAEKIT_DATA"]) / "mnist"
    for name, digest in room.SHA256.items():
        data = next(folder.glob(f"{name}*")).read_bytes()
        whole = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        assert hashlib.sha256(whole).hexdigest() == digest
