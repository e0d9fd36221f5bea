"""Folders of images."""

from __future__ import annotations

import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vaekit.data.mapped import is_mapped
from vaekit.data.read import read, reread
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


def test_grey_beside_colour_is_refused_until_channels_are_said(tmp_path: Path) -> None:
    put(tmp_path / "a.png", COLOUR)
    put(tmp_path / "b.png", GREY)
    with pytest.raises(
        DataError, match=r"1 grey images \('b.png'\) and 1 in colour \('a.png'\); .*channels=1"
    ):
        read(tmp_path)
    np.testing.assert_array_equal(read(tmp_path, channels=3).X[1], np.stack([GREY] * 3))
    grey = read(tmp_path, channels=1).X
    np.testing.assert_array_equal(grey[1, 0], GREY)
    luma = COLOUR @ np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    assert np.abs(grey[0, 0] - luma).max() < 1


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


def test_sixteen_bits_of_colour_keep_their_upper_eight(tmp_path: Path) -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    lines = (COLOUR.astype(np.uint16) * 256 + 77).astype(">u2")
    content = zlib.compress(b"".join(b"\0" + line.tobytes() for line in lines))
    head = struct.pack(">IIBBBBB", 5, 4, 16, 2, 0, 0, 0)
    whole = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(whole)
    np.testing.assert_array_equal(read(tmp_path).X[0], COLOUR.transpose(2, 0, 1))


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
    with pytest.raises(DataError, match=r"4 images .* 2 sizes; .*: 4 x 5 \(3\), 2 x 5 \(1\).*size=64"):
        read(tmp_path)


def ramp(height: int, width: int) -> np.ndarray:
    """Values that rise from left to right."""
    return np.tile(np.linspace(0, 250, width).astype(np.uint8), (height, 1))


def test_any_size_comes_to_the_one_that_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path / "a.png", ramp(20, 40))
    put(tmp_path / "b.png", ramp(7, 5))
    for size in ("12x16", (12, 16)):
        assert read(tmp_path, size=size).X.shape == (2, 1, 12, 16)
    for size in (9, "9"):
        assert read(tmp_path, size=size, resize="crop").X.shape == (2, 1, 9, 9)


def test_stretching_keeps_all_of_a_picture_cropping_its_middle_and_padding_its_shape(tmp_path: Path) -> None:
    put(tmp_path / "a.png", ramp(20, 40))
    made = {
        how: read(tmp_path, size=20, resize=how, background="#010203").X[0, 0].astype(int)
        for how in ("stretch", "crop", "pad")
    }
    steps = np.linspace(0, 250, 40)
    np.testing.assert_allclose(made["stretch"][5], steps.reshape(20, 2).mean(1), atol=2)
    np.testing.assert_allclose(made["crop"][5], steps[10:30], atol=1)
    assert (made["pad"][:5] == 2).all() and (made["pad"][15:] == 2).all()  # the luma of #010203
    np.testing.assert_allclose(made["pad"][10], steps.reshape(20, 2).mean(1), atol=2)


def test_a_size_that_all_have_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path / "a.png", COLOUR)
    for how in ("stretch", "crop", "pad"):
        np.testing.assert_array_equal(read(tmp_path, size="4x5", resize=how).X, read(tmp_path).X)


def test_print_colours_become_those_of_a_screen(tmp_path: Path) -> None:
    ink = np.zeros((4, 5, 4), dtype=np.uint8)
    ink[0, 0], ink[1, 1] = (255, 0, 0, 0), (0, 0, 0, 255)  # cyan; black
    X = read(put(tmp_path / "a.tiff", Image.fromarray(ink, mode="CMYK"))).X[0]
    assert X[:, 0, 0].tolist() == [0, 255, 255]
    assert X[:, 1, 1].tolist() == [0, 0, 0]
    assert X[:, 2, 2].tolist() == [255, 255, 255]


def test_the_background_shows_through_what_is_transparent(tmp_path: Path) -> None:
    half = np.dstack([np.zeros((4, 5, 3), dtype=np.uint8), np.full((4, 5), 51, dtype=np.uint8)])
    X = read(put(tmp_path / "a.png", half), background="red").X[0]
    np.testing.assert_array_equal(X[:, 0, 0], [204, 0, 0])  # a fifth of black on red


def test_a_transparent_colour_of_a_palette_shows_the_background(tmp_path: Path) -> None:
    palette = Image.fromarray(np.arange(20, dtype=np.uint8).reshape(4, 5) % 2, mode="P")
    palette.putpalette([255, 0, 0, 0, 9, 0])
    X = read(put(tmp_path / "a.png", palette, transparency=1), background="blue").X[0]
    assert (X[:, 0, 0].tolist(), X[:, 0, 1].tolist()) == ([255, 0, 0], [0, 0, 255])


def test_numbers_of_more_than_sixteen_bits_are_refused(tmp_path: Path) -> None:
    values = Image.fromarray(np.full((4, 5), 70_000, dtype=np.int32))
    with pytest.raises(DataError, match=r"a\.tiff' holds numbers from 70,000 to 70,000, and 16 bits"):
        read(put(tmp_path / "a.tiff", values))


def test_what_systems_leave_in_folders_is_no_image(tmp_path: Path) -> None:
    for name in ("__MACOSX/a.png", ".hidden/b.png", "c/.thumbnails/d.png"):
        put(tmp_path / name)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._e.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"no image")
    (tmp_path / "folder.png").mkdir()
    put(tmp_path / "c" / "only.png")
    source = read(tmp_path)
    assert (source.rows, source.y) == (1, None)


def test_a_file_that_claims_too_many_pixels_is_refused_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "bomb.png", GREY)
    for limit in (15, 5):  # Pillow warns above its limit and refuses above twice of it
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(RunError, match=rf"bomb\.png' cannot be read: it claims more than {limit} pixels"):
            read(tmp_path)


def test_all_broken_files_are_named_and_left_out_when_asked(tmp_path: Path) -> None:
    put(tmp_path / "cats" / "a.png")
    put(tmp_path / "dogs" / "d.png", GREY + np.uint8(1))
    for name in ("b", "c"):
        (tmp_path / "cats" / f"{name}.png").write_bytes(b"hello")
    with pytest.raises(RunError, match=r"b\.png' cannot be read.*c\.png' cannot be read.*skip_broken=True"):
        read(tmp_path)
    source = read(tmp_path, skip_broken=True)
    assert (source.rows, source.y.tolist(), source.class_names) == (2, [0, 1], ("cats", "dogs"))
    (said,) = source.said
    assert "left out 2 of 4 files" in said and "b.png" in said and "c.png" in said


def test_a_folder_of_nothing_but_broken_files_is_refused_even_then(tmp_path: Path) -> None:
    for name in ("b", "c"):
        (tmp_path / f"{name}.png").write_bytes(b"hello")
    with pytest.raises(RunError, match="none of the 2 images can be read"):
        read(tmp_path, skip_broken=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": "0"}, r"size='0' is not possible; .*48x64"),
        ({"size": (4, 5, 6)}, r"is not possible"),
        ({"size": 8, "resize": "crp"}, r"resize='crp' .*Did you mean 'crop'"),
        ({"resize": "pad"}, r"needs the size"),
        ({"channels": 4}, r"channels=4 is not possible; there are: 1 \(grey\), 3"),
        ({"background": "whte"}, r"background='whte' is no colour.*Did you mean 'white'"),
    ],
    ids=repr,
)
def test_options_that_cannot_be_meant_are_refused_in_words(options, said, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        read(put(tmp_path / "a.png"), **options)


def test_a_folder_is_read_again_as_its_record_says(tmp_path: Path) -> None:
    put(tmp_path / "a.png", ramp(20, 40))
    source = read(tmp_path, size=(6, 8), resize="pad", channels=3, background="#0000ff")
    again = reread(json.loads(json.dumps(source.to_json())))
    np.testing.assert_array_equal(again.X, source.X)


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


def test_pixels_that_memory_should_not_hold_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(5):
        put(tmp_path / f"{at}.png", GREY + np.uint8(at))
    (tmp_path / "2.png").write_bytes(b"no image")
    whole = read(tmp_path, skip_broken=True).X
    monkeypatch.setattr("vaekit.data.images.RESIDENT_BYTES", 50)
    mapped = read(tmp_path, skip_broken=True).X
    assert is_mapped(mapped) and not is_mapped(whole)
    assert mapped.shape == (4, 1, 4, 5)
    np.testing.assert_array_equal(mapped, whole)
    monkeypatch.setattr("os.posix_fallocate", _no_room)
    with pytest.raises(RunError, match=r"5 images of 1 x 4 x 5 take .* no room in .* set TMPDIR"):
        read(tmp_path, skip_broken=True)


def _no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")
