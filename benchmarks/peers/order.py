"""What a peer is asked to do: the same words for every peer, as JSON on its command line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

LATENT = {"mlp": 20, "tutorial": 2, "residual": 64}
SHAPE = {"mlp": (1, 28, 28), "tutorial": (1, 28, 28), "residual": (3, 64, 64)}


@dataclass(frozen=True)
class Order:
    """A deed and everything that must be the same for all who do it.

    network: "mlp" (784-400-20), "tutorial" (the convolutional network of the TensorFlow tutorial, 2 codes) or
    "residual" (64 x 64 pictures of 3 channels). rows: the pictures of one epoch, whole batches of them. epochs:
    trained before the turns of a deed that reads a model. asked: the pictures that such a deed reads; draws: the
    draws of each. train and test: files of pictures (n, channels, height, width), bytes of 0 and 1. out: what a
    deed writes. target: the test bound, in nats, at which a training has arrived.
    """

    deed: str
    network: str = "mlp"
    rows: int = 59_904
    batch: int = 128
    learning_rate: float = 1e-3
    epsilon: float = 1e-8
    epochs: int = 1
    asked: int = 10_000
    draws: int = 1
    precision: str = "float32"
    seed: int = 0
    target: float = -157.0
    train: str = ""
    test: str = ""
    out: str = ""

    @property
    def latent(self) -> int:
        """Values of a code."""
        return LATENT[self.network]

    @property
    def tested(self) -> int:
        """Test pictures that a loss is taken over between turns."""
        return 100 if self.network == "residual" else 2_000

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width)."""
        return SHAPE[self.network]

    def written(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Order:
        """From JSON."""
        return cls(**json.loads(text))
