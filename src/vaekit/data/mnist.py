"""MNIST: 60,000 handwritten digits of 28 x 28 pixels, and 10,000 for the test.

Looked for in $VAEKIT_DATA/mnist, then in the cache folder; then downloaded into the cache, each file
checked by the SHA-256 of what is unpacked. The cache folder is $VAEKIT_HOME, else $XDG_CACHE_HOME/vaekit,
else ~/.cache/vaekit.

Reference: LeCun et al., 1998, https://doi.org/10.1109/5.726791
"""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

from vaekit.data.idx import is_idx_folder, read_idx_folder, unpacked
from vaekit.data.source import Source
from vaekit.errors import RunError

DIGITS = tuple("0123456789")
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_CURE = "Put its four IDX files into a folder 'mnist' and point VAEKIT_DATA at the folder that holds it."


def home() -> Path:
    """The cache folder."""
    if own := os.environ.get("VAEKIT_HOME"):
        return Path(own).expanduser()
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(caches).expanduser() / "vaekit"


def read_mnist() -> Source:
    """MNIST as uint8 (60000, 1, 28, 28) with labels, and its test part of 10,000."""
    found = read_idx_folder(_folder())
    test = replace(found.test, name="mnist (test)", class_names=DIGITS) if found.test else None
    return replace(found, class_names=DIGITS, test=test)


def _folder() -> Path:
    """The first folder that has the four files, filled by a download where none has them."""
    own = os.environ.get("VAEKIT_DATA")
    cache = home() / "mnist"
    for folder in ([Path(own).expanduser() / "mnist"] if own else []) + [cache]:
        if is_idx_folder(folder):
            return folder
    if os.environ.get("VAEKIT_OFFLINE"):
        raise RunError(f"MNIST is not on this machine and VAEKIT_OFFLINE forbids a download. {_CURE}")
    cache.mkdir(parents=True, exist_ok=True)
    for stem in SHA256:
        target = cache / f"{stem}.gz"
        if not target.exists():
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(_fetched(stem))
            part.replace(target)
    return cache


def _fetched(stem: str) -> bytes:
    """The gzip file from the first mirror that gives the right bytes."""
    trouble = []
    for mirror in MIRRORS:
        try:
            with urllib.request.urlopen(f"{mirror}{stem}.gz", timeout=60) as answer:  # noqa: S310 - our own list
                data: bytes = answer.read()
            digest = hashlib.sha256(unpacked(data, stem)).hexdigest()
        except OSError as error:
            trouble.append(f"{mirror}: {error}")
            continue
        if digest == SHA256[stem]:
            return data
        trouble.append(f"{mirror}: its SHA-256 is {digest[:12]}, wanted is {SHA256[stem][:12]}")
    told = "; ".join(trouble)
    raise RunError(f"MNIST is not on this machine and could not be downloaded ({told}). {_CURE}")
