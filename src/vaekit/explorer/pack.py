"""Arrays as text that a page can hold: their bytes in base64, with type and shape beside them."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from vaekit.kinds import Array

TYPES = ("float16", "float32", "float64", "int32", "uint8")
LARGEST_HALF = float(np.finfo(np.float16).max)


def packed(array: Any, kind: str) -> dict[str, Any]:
    """An array as {"type", "shape", "base64"}; its bytes are little-endian on every machine."""
    values = np.ascontiguousarray(array, dtype=np.dtype(kind).newbyteorder("<"))
    text = base64.b64encode(values.tobytes()).decode()
    return {"type": kind, "shape": [int(n) for n in values.shape], "base64": text}


def packed_weights(array: Array, kind: str) -> dict[str, Any]:
    """Weights in the type that was asked for, or in float32 where half precision cannot hold them."""
    too_large = kind == "float16" and bool(np.abs(array).max(initial=0.0) > LARGEST_HALF)
    return packed(array, "float32" if too_large else kind)


def json_for_page(value: Any) -> str:
    """JSON that stands inside a script element and can neither end it nor be read as anything but data."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
