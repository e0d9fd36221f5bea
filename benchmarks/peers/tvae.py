"""ctgan's TVAE with its defaults on each table of a folder: NAME-SEED.train.csv -> NAME-SEED.tvae.csv, as many rows.

A file that is there stays. Columns of texts are its discrete columns, as its own example has it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from ctgan import TVAE

if __name__ == "__main__":
    torch.set_num_threads(1)
    for path in sorted(Path(sys.argv[1]).glob("*.train.csv")):
        made = path.with_name(path.name.replace(".train.", ".tvae."))
        if made.exists():
            continue
        table = pd.read_csv(path)
        seed = int(path.name.split(".")[0].rsplit("-", 1)[1])
        np.random.seed(seed)
        torch.manual_seed(seed)
        texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
        model = TVAE()
        model.set_random_state(seed)
        model.fit(table, texts)
        model.sample(len(table)).to_csv(made, index=False)
