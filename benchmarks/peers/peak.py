"""What the machine can do: its fastest float32 product of matrices, and how fast it copies memory."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve
from vaekit.machine import fast_torch

PRODUCTS = ((2048, 2048, 2048), (1024, 1024, 1024), (512, 784, 400), (512, 400, 784))
COPIED = 2**27
SECONDS_EACH = 0.3


def best(deed: Callable[[], object]) -> float:
    """The shortest time of many, seconds."""
    shortest, ends = float("inf"), time.perf_counter() + SECONDS_EACH
    while time.perf_counter() < ends:
        started = time.perf_counter()
        deed()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest


def products(rows: int, inner: int, columns: int) -> list[float]:
    """Floating-point operations a second of one product, with torch's default setting and with vaekit's."""
    a, b = torch.randn(rows, inner), torch.randn(inner, columns)
    c = torch.empty(rows, columns)
    operations = 2.0 * rows * inner * columns
    plain = best(lambda: torch.mm(a, b, out=c))
    with fast_torch():
        return [operations / plain, operations / best(lambda: torch.mm(a, b, out=c))]


def epoch(order: Order, turns: Turns) -> None:
    """A turn: `rate` (operations a second) and `bandwidth` (bytes read and written a second)."""
    source, target = torch.ones(COPIED), torch.ones(COPIED)
    for turn in turns:
        rate = max(rate for sizes in PRODUCTS for rate in products(*sizes))
        copied = best(lambda: target.copy_(source))
        turn.stop()
        turn.tell(rate=rate, bandwidth=2 * source.nbytes / copied)


if __name__ == "__main__":
    serve({"epoch": epoch}, "torch")
