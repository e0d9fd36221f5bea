"""Folders of images."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vaekit.data.read import read
from vaekit.errors import DataError, RunError

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (4, 5), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (4, 5, 3), dtype=np.uint8)


def put(path: Path, values: object = GREY, **options: object) -> Path:
    """An image file of these values; gives the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = values if isinstance(values, Image.Image) else Image.fromarray(values)
    image.save(path, **options)
    return path.parent


def test_grey_files_keep_their_bytes_in_the_order_of_their_names(tmp_path: Path) -> None:
    for at, name in enumerate(["b.png", "a.png", "c.bmp", "B.PNG"]):
        put(tmp_path / name, GREY + np.uint8(at))
    source = read(tmp_path)
    assert (source.X.shape, source.X.dtype, source.y) == ((4, 1, 4, 5), np.uint8, None)
    np.testing.assert_array_equal(source.X[:, 0], np.stack([GREY + np.uint8(at) for at in (3, 1, 0, 2)]))


def test_colour_files_have_their_channels_first(tmp_path: Path) -> None:
    source = read(put(tmp_path / "a.png", COLOUR))
    np.testing.assert_array_equal(source.X, COLOUR.transpose(2, 0, 1)[None])


def test_grey_beside_colour_gets_three_equal_channels(tmp_path: Path) -> None:
    put(tmp_path / "a.png", COLOUR)
    source = read(put(tmp_path / "b.png", GREY))
    np.testing.assert_array_equal(source.X[1], np.stack([GREY] * 3))


def test_photographs_are_read_about_as_they_were(tmp_path: Path) -> None:
    ramp = np.add.outer(np.arange(16), np.arange(24)).astype(np.uint8) * 5
    source = read(put(tmp_path / "a.jpeg", ramp, quality=95))
    assert np.abs(source.X[0, 0].astype(int) - ramp).max() < 8


def test_subfolders_are_classes_and_what_stands_beside_them_is_unlabelled(tmp_path: Path) -> None:
    for name in ("dogs/1.png", "cats/2.png", "cats/deep/3.png", "dogs/4.png", "zero.png"):
        put(tmp_path / name)
    source = read(tmp_path)
    assert (source.y.tolist(), source.class_names) == ([0, 0, 1, 1, -1], ("cats", "dogs"))


def test_one_subfolder_is_no_class(tmp_path: Path) -> None:
    put(tmp_path / "images" / "1.png")
    assert read(tmp_path).y is None


def test_transparent_parts_lie_on_white(tmp_path: Path) -> None:
    alpha = np.array([[0, 255, 0, 255, 0]] * 4, dtype=np.uint8)
    seen = np.where(alpha == 0, 255, GREY)
    put(tmp_path / "1" / "a.png", np.dstack([GREY, alpha]))
    np.testing.assert_array_equal(read(tmp_path / "1").X[0, 0], seen)
    put(tmp_path / "2" / "a.png", np.dstack([COLOUR, alpha]))
    np.testing.assert_array_equal(
        read(tmp_path / "2").X[0], np.where(alpha == 0, 255, COLOUR.transpose(2, 0, 1))
    )


def test_a_palette_becomes_its_colours(tmp_path: Path) -> None:
    palette = Image.fromarray(np.arange(20, dtype=np.uint8).reshape(4, 5) % 3, mode="P")
    palette.putpalette([255, 0, 0, 0, 9, 0, 1, 2, 3])
    wanted = np.array([[255, 0, 0], [0, 9, 0], [1, 2, 3]])[np.arange(20).reshape(4, 5) % 3]
    np.testing.assert_array_equal(read(put(tmp_path / "a.png", palette)).X[0], wanted.transpose(2, 0, 1))


def test_black_and_white_files_become_0_and_255(tmp_path: Path) -> None:
    put(tmp_path / "a.png", Image.fromarray(GREY > 99))
    np.testing.assert_array_equal(read(tmp_path).X[0, 0], 255 * (GREY > 99))


def test_sixteen_bits_keep_their_upper_eight(tmp_path: Path) -> None:
    put(tmp_path / "a.png", GREY.astype(np.uint16) * 256 + 77)
    np.testing.assert_array_equal(read(tmp_path).X[0, 0], GREY)


def test_photographs_are_turned_as_they_say(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held with the camera turned: shown after a quarter turn clockwise
    put(tmp_path / "a.png", GREY, exif=exif)
    source = read(put(tmp_path / "b.png", np.rot90(GREY, -1)))
    np.testing.assert_array_equal(source.X[0], source.X[1])


def test_mixed_sizes_are_refused_with_the_sizes_and_their_counts(tmp_path: Path) -> None:
    for at in range(3):
        put(tmp_path / f"{at}.png", GREY)
    put(tmp_path / "other.png", GREY[:2])
    with pytest.raises(DataError, match=r"4 images .* 2 sizes; .*: 4 x 5 \(3\), 2 x 5 \(1\)"):
        read(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none here")
    (tmp_path / "._a.png").write_text("the leftovers of another system")
    with pytest.raises(DataError, match="holds no images"):
        read(tmp_path)


@pytest.mark.parametrize("kind", ["no image", "cut in its header", "cut in its pixels", "empty"])
def test_a_broken_image_is_named(kind: str, tmp_path: Path) -> None:
    put(tmp_path / "a.png", GREY)
    put(tmp_path / "broken.png", GREY)
    data = (tmp_path / "broken.png").read_bytes()
    cut = {"cut in its header": 20, "cut in its pixels": 55, "empty": 0}
    (tmp_path / "broken.png").write_bytes(b"hello" if kind == "no image" else data[: cut[kind]])
    with pytest.raises(RunError, match=r"broken\.png' cannot be read"):
        read(tmp_path)


def test_floating_point_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.tiff' holds floating-point numbers"):
        read(put(tmp_path / "a.tiff", GREY.astype(np.float32)))


def test_the_digest_knows_names_and_bytes_and_no_dates(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png")
    put(tmp_path / "b" / "1.png", GREY + np.uint8(1))
    first = read(tmp_path).sha256
    os.utime(tmp_path / "a" / "1.png", (0, 0))
    assert read(tmp_path).sha256 == first
    (tmp_path / "a").rename(tmp_path / "c")
    assert read(tmp_path).sha256 != first
