"""The files of pictures that all peers read: MNIST where $VAEKIT_DATA has it, else random bits, bytes of 0 and 1."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from vaekit.data.read import read
from vaekit.kinds import Array

TRAIN, TEST = 60_000, 10_000
DENSITY = 0.13  # about the share of ones in MNIST


class Files:
    """Written once into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if os.environ.get("VAEKIT_DATA"):
            source = read("mnist")
            assert source.test is not None
            train, test, self.what = source.X > 127, source.test.X > 127, "MNIST, binarised at one half"
        else:
            rng = np.random.default_rng(0)
            train, test = (rng.random((rows, 1, 28, 28), np.float32) < DENSITY for rows in (TRAIN, TEST))
            self.what = "random bits of MNIST's shape (set VAEKIT_DATA for the digits)"
        for name, bits in (("train", train), ("test", test)):
            np.save(self.path(name, "digits"), bits.astype(np.uint8))
            np.save(self.path(name, "large"), enlarged(bits[: 3 * 2_000]).astype(np.uint8))

    def path(self, name: str, kind: str) -> Path:
        """name: "train" or "test"; kind: "digits" or "large"."""
        return self.folder / f"{name}-{kind}.npy"


def enlarged(digits: Array) -> Array:
    """(3 n, 1, 28, 28) -> (n, 3, 64, 64): a digit in each channel, twice as large, within a margin."""
    three = digits.reshape(-1, 3, 28, 28).repeat(2, 2).repeat(2, 3)
    made: Array = np.pad(three, ((0, 0), (0, 0), (4, 4), (4, 4)))
    return made
