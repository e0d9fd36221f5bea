"""The digits that come with scikit-learn: 1,797 images of 8 x 8 values from 0 to 16, divided by 16.

Reference: Alpaydin and Kaynak, 1998, https://doi.org/10.24432/C50P49
"""

from __future__ import annotations

import numpy as np

from vaekit.data.source import Source, sha256_of_arrays


def read_digits() -> Source:
    """float32 (1797, 1, 8, 8) in [0, 1], with the digits as labels."""
    from sklearn.datasets import load_digits

    found = load_digits()
    X = (found.images / 16).astype(np.float32)[:, None]
    y = found.target.astype(np.int64)
    return Source(X=X, y=y, sha256=sha256_of_arrays(X, y), class_names=tuple("0123456789"))
