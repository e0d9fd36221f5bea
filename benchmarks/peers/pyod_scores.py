"""PyOD's VAE with its defaults on each table of a folder: NAME.npz (train, judged) -> NAME.npy, higher is stranger.

It drops the last batch when that is not full, so that fewer than 32 rows would be no batch at all; they are one here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from pyod.models.vae import VAE

if __name__ == "__main__":
    torch.set_num_threads(1)
    for path in sorted(Path(sys.argv[1]).glob("*.npz")):
        with np.load(path) as table:
            train, judged = table["train"], table["judged"]
        seed = int(path.stem.rsplit("-", 1)[1])
        found = VAE(batch_size=min(32, len(train)), random_state=seed, verbose=0).fit(train)
        np.save(path.with_suffix(".npy"), found.decision_function(judged))
