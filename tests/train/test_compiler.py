"""What torch would import its compiler for, in every process anew, does without it."""

from __future__ import annotations

import subprocess
import sys

COMPILER = ("torch._dynamo", "torch._inductor", "sympy")
FITS = """
import sys, tempfile, pathlib
import numpy as np, vaekit
X = np.random.default_rng(0).random((40, 5))
vae = vaekit.VAE(2, max_epochs=4, batch_size=8, random_state=0, gradient_clip=1.0, ema=0.9).fit(X)
with tempfile.TemporaryDirectory() as folder:
    vae.save(pathlib.Path(folder) / "model")
    vae = vaekit.load(pathlib.Path(folder) / "model")
vae.transform(X), vae.score_samples(X), vae.sample(3), vae.log_likelihood(X, n_samples=40)
print(*(name for name in %r if name in sys.modules))
"""


def test_to_fit_save_load_and_ask_imports_no_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FITS % (COMPILER,)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
