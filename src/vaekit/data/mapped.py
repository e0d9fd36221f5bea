"""Memory maps: whether an array is one, and whether its file is still as long as it was.

A system ends a program that reads a mapped file beyond its end (a bus error), so its length is looked at first.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from vaekit.errors import DataError


def map_of(X: Any) -> Any:
    """The memory map that X is or is a view of (a check by scikit-learn gives a view), or None."""
    found = None
    while X is not None:
        found = X if isinstance(X, np.memmap) else found
        X = getattr(X, "base", None)
    return found


def is_mapped(X: Any) -> bool:
    """Whether X, or the array that it is a view of, is a memory map."""
    return map_of(X) is not None


def refuse_truncated(mapped: Any) -> None:
    """DataError when the file of this memory map (or None) is shorter than the map; one question to the system."""
    name = getattr(mapped, "filename", None)
    if name is None:
        return
    wanted = mapped.offset + mapped.nbytes
    try:
        found = os.stat(name).st_size
    except OSError:
        return  # a file without a name is still there for who has mapped it
    if found < wanted:
        raise DataError(
            f"'{name}' has become shorter while it was read: it has {found:,} bytes and had {wanted:,}; write it "
            "again, and to a new file while a program reads the old one."
        )
