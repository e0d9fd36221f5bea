"""The table of works: what is done, by whom, and how much faster vaekit is required, and aimed, to be.

A ratio is the peer's seconds over vaekit's in the same round, so 2 means twice as fast. A peer that has no number
stands there for scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.peers.order import Order

Answer = dict[str, Any]


def times_faster(order: Order, ours: Answer, theirs: Answer) -> float:
    """The peer's seconds over ours."""
    return float(theirs["seconds"] / ours["seconds"])


def share_of_peak(order: Order, ours: Answer, theirs: Answer) -> float:
    """The rate at which our epoch computes, over that of the best product of matrices."""
    return operations_of_mlp(order) / ours["seconds"] / float(theirs["rate"])


def times_sooner_than_ten_epochs(order: Order, ours: Answer, theirs: Answer) -> float:
    """The peer's seconds for ten epochs over ours; a quick run has fewer of them and takes the multiple."""
    return float(theirs["seconds"] * 10 / order.epochs / ours["seconds"])


def operations_of_mlp(order: Order) -> float:
    """Floating-point operations of an epoch of the MLP: a weight is used twice forward and four times backward,
    the first layer's twice, since nobody asks for the gradient of the data."""
    first, head, up, out = 784 * 400, 400 * 2 * order.latent, order.latent * 400, 400 * 784
    return order.rows * (4.0 * first + 6.0 * (head + up + out))


@dataclass(frozen=True)
class Against:
    """A peer in a work: the name it is shown by, the program in `benchmarks.peers`, and what is asked of vaekit.

    same: it minimises the same loss, so that the two must agree before a ratio is given. changes: what its order
    says otherwise. figure: what is compared.
    """

    name: str
    program: str
    required: float | None = None
    aim: float | None = None
    same: bool = True
    changes: tuple[tuple[str, Any], ...] = ()
    figure: Callable[[Order, Answer, Answer], float] = times_faster


@dataclass(frozen=True)
class Work:
    """A piece of work that vaekit and its peers do in turns.

    quick: what the order says otherwise in a quick run. rounds and warm_up: turns that count and that do not.
    fresh: every turn is a new process, timed from its start to its end. tolerance: how far apart the losses may be,
    relative to ours. impossible: why this machine cannot do it, or an empty string.
    """

    name: str
    title: str
    order: Order
    against: tuple[Against, ...]
    quick: tuple[tuple[str, Any], ...] = ()
    rounds: int = 7
    warm_up: int = 1
    fresh: bool = False
    tolerance: float = 0.02
    impossible: Callable[[], str] = str

    def quickened(self) -> Work:
        """A few short turns, to see that all of it works."""
        order = replace(self.order, **dict(self.quick))
        # So early in a training the loss still falls steeply, and two seeds are further apart.
        return replace(self, order=order, rounds=min(self.rounds, 2), tolerance=5 * self.tolerance)


def no_bfloat16() -> str:
    """Why bfloat16 is not worth measuring here."""
    found = Path("/proc/cpuinfo")
    flags = found.read_text() if found.exists() else ""
    has = "avx512_bf16" in flags or "amx_bf16" in flags
    return "" if has else "the processor has no bfloat16 products"


MLP = Order("epoch")
TUTORIAL = Order("epoch", network="tutorial", rows=9_984, learning_rate=1e-4, epsilon=1e-7)
RESIDUAL = Order("epoch", network="residual", rows=256, batch=32)
FEW_ROWS = (("rows", 10_240),)
FEWER_ROWS = (("rows", 2_560),)
PCA = "scikit-learn PCA"
BARE = Against("its products and Adam alone", "bare", same=False)
"""What no program of torch can be faster than."""

WORKS = (
    Work(
        "mlp-128", "MLP 784-400-20, batch 128, an epoch", MLP,
        (
            Against("pythae", "pythae", 2.7, 3.5),
            Against("PyTorch example", "pytorch", 2.2, 2.5),
            Against("TensorFlow tutorial", "tensorflow", 1.35, 1.6),
            Against("Keras example", "keras"),
            Against("JAX scan", "jax", 0.8, 1.0),
            Against(PCA, "sklearn", same=False),
            BARE,
        ),
        quick=FEW_ROWS,
    ),
    Work(
        "mlp-512", "MLP 784-400-20, batch 512, an epoch", replace(MLP, batch=512),
        (
            Against("best matrix product, share of its rate", "peak", 0.6, 0.75, same=False, figure=share_of_peak),
            Against("pythae", "pythae"),
            Against("PyTorch example", "pytorch"),
            Against("TensorFlow tutorial", "tensorflow"),
            Against("JAX scan", "jax"),
            BARE,
        ),
        quick=FEW_ROWS,
    ),
    *(
        Work(
            f"tutorial-{batch}", f"tutorial's convolutional network, batch {batch}, an epoch",
            replace(TUTORIAL, batch=batch),
            (
                Against("PyTorch example", "pytorch", 2.2, 2.6),
                Against("TensorFlow tutorial", "tensorflow", 0.75, 1.1),
                Against("Keras example", "keras"),
                Against("pythae", "pythae"),
            ),
            quick=FEWER_ROWS, rounds=5,
        )
        for batch in (32, 128)
    ),
    Work(
        "bfloat16", "tutorial's convolutional network, batch 128, an epoch in bfloat16",
        replace(TUTORIAL, batch=128, precision="bfloat16"),
        (Against("vaekit in float32", "vaekit", 1.1, 1.3, changes=(("precision", "float32"),)),),
        quick=FEWER_ROWS, rounds=5, impossible=no_bfloat16,
    ),
    Work(
        "residual", "residual network, 3 x 64 x 64, batch 32, an epoch", RESIDUAL,
        (Against("PyTorch example", "pytorch"), Against("pythae", "pythae")),
        quick=(("rows", 32),), rounds=5,
    ),
    Work(
        "encode", "codes of 10,000 rows, MLP", replace(MLP, deed="encode"),
        (Against("pythae `embed`", "pythae", 4.0, 8.0), Against(PCA, "sklearn", same=False), BARE),
        quick=FEW_ROWS,
    ),
    Work(
        "sample", "10,000 samples, MLP", replace(MLP, deed="sample"),
        (Against("pythae `NormalSampler`", "pythae"),),
        quick=FEW_ROWS,
    ),
    Work(
        "score", "score_samples of 10,000 rows, one draw, MLP", replace(MLP, deed="score"),
        (Against("pythae forward and loss", "pythae", 2.5, 3.0), BARE),
        quick=FEW_ROWS,
    ),
    Work(
        "log-likelihood", "log_likelihood of 200 digits, 5,000 draws, MLP",
        replace(MLP, deed="log_likelihood", asked=200, draws=5_000),
        (Against("pythae `get_nll`", "pythae", 4.0, 6.0), BARE),
        quick=(*FEW_ROWS, ("asked", 20), ("draws", 1_000)), rounds=3,
    ),
    Work(
        "fit-and-score", "MLP, normal likelihood, fit of an epoch and scores of its rows",
        replace(MLP, deed="fit_and_score"),
        (Against("PyOD", "pyod"),),
        quick=FEW_ROWS, rounds=3, tolerance=0.05,
    ),
    Work(
        "target", "tutorial's network, our defaults, to a test bound of -157 nats",
        Order("reach", network="tutorial", epochs=10),
        (
            Against(
                "ten epochs of the TensorFlow tutorial", "tensorflow", 3.0, 5.0, same=False,
                changes=(("deed", "epochs"), ("batch", 32), ("learning_rate", 1e-4), ("epsilon", 1e-7)),
                figure=times_sooner_than_ten_epochs,
            ),
        ),
        quick=(("epochs", 1),), rounds=3, warm_up=0,
    ),
    Work(
        "import", "importing it, in a new process", Order("import"),
        (
            Against("PyTorch alone", "pytorch", same=False),
            Against("pythae", "pythae", same=False),
            Against("TensorFlow", "tensorflow", same=False),
            Against("Keras", "keras", same=False),
            Against("JAX", "jax", same=False),
            Against("PyOD", "pyod", same=False),
            Against(PCA, "sklearn", same=False),
        ),
        fresh=True,
    ),
    Work(
        "first-picture", "from command to 16 samples after an epoch of the MLP", replace(MLP, deed="picture"),
        (
            Against("`vaekit fit` with its report", "command", same=False),
            Against("pythae", "pythae", same=False),
            Against("PyTorch example", "pytorch", same=False),
            Against("TensorFlow tutorial", "tensorflow", same=False),
            Against("JAX scan", "jax", same=False),
        ),
        quick=FEW_ROWS, fresh=True, rounds=3,
    ),
)  # fmt: skip
"""In the order in which they are done."""


def chosen(names: list[str]) -> tuple[Work, ...]:
    """The works of these names, all of them without any; SystemExit for a name that there is not."""
    known = {work.name: work for work in WORKS}
    for name in names:
        if name not in known:
            raise SystemExit(f"no work is called '{name}'; there are: {', '.join(known)}.")
    return tuple(work for work in WORKS if work.name in names) if names else WORKS
