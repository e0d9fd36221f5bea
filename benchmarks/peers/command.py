"""The command `vaekit fit` on a file of pictures, down to the report with its pictures."""

from __future__ import annotations

import sys

from benchmarks.peers.order import Order
from vaekit.cli import main

if __name__ == "__main__":
    order = Order.read(sys.argv[1])
    options = {
        "--network": "mlp:hidden=400",
        "--latent-dim": order.latent,
        "--likelihood": "bernoulli",
        "--batch-size": order.batch,
        "--learning-rate": order.learning_rate,
        "--max-epochs": order.epochs,
        "--out": order.out,
    }
    words = [str(word) for option in options.items() for word in option]
    sys.argv = ["vaekit", "fit", order.train, "--quiet", "--force", *words]
    main()
