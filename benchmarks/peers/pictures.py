"""The pictures that a peer reads, and the one that it draws."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np


def read(file: str, rows: int) -> Any:
    """The first pictures (rows, channels, height, width) of a file, float32 of 0 and 1."""
    return np.ascontiguousarray(np.load(file, mmap_mode="r")[:rows], dtype=np.float32)


def flat(file: str, rows: int) -> Any:
    """The same as rows of values (rows, values)."""
    return read(file, rows).reshape(rows, -1)


def draw(pictures: Any, file: str) -> None:
    """Write 16 pictures (16, height, width) with values in [0, 1] as a PNG of 4 by 4."""
    height, width = pictures.shape[1:]
    grid = pictures.reshape(4, 4, height, width).transpose(0, 2, 1, 3).reshape(4 * height, 4 * width)
    lines = b"".join(b"\0" + line.tobytes() for line in (255 * grid).astype(np.uint8))
    head = struct.pack(">IIBBBBB", 4 * width, 4 * height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    Path(file).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
