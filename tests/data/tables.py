"""Tables that the tests of schemas and codecs are about."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas
import polars


def people(n: int = 200, seed: int = 0) -> dict[str, Any]:
    """A table of every kind, as columns of Python lists; income has holes."""
    rng = np.random.default_rng(seed)
    income = np.round(rng.lognormal(10, 1, n), 2).tolist()
    income[3] = None
    start = datetime.datetime(1950, 1, 1)
    return {
        "id": list(range(1, n + 1)),
        "name": [f"person {i}" for i in range(n)],
        "height": np.round(rng.normal(170, 9, n), 1).tolist(),
        "income": income,
        "share": rng.random(n).tolist(),
        "children": rng.poisson(1.2, n).tolist(),
        "smoker": rng.choice(["yes", "no"], n).tolist(),
        "city": rng.choice(["Rome", "Oslo", "Bern"], n, p=[0.5, 0.3, 0.2]).tolist(),
        "stars": rng.integers(1, 6, n).tolist(),
        "born": [start + datetime.timedelta(days=int(day)) for day in rng.integers(0, 20000, n)],
        "country": ["KR"] * n,
    }


def frames(columns: dict[str, Any]) -> dict[str, Any]:
    """The same table as pandas, polars and pyarrow have it."""
    made = polars.DataFrame(columns)
    return {"pandas": pandas.DataFrame(columns), "polars": made, "pyarrow": made.to_arrow()}
