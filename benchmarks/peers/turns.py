"""A peer's side of the talk with the harness: one line of JSON for a turn, one line back when it is over.

    for turn in turns:      # waits until it is this peer's turn; the clock runs while the body does
        train_an_epoch()
        turn.stop()         # what follows is not timed
        turn.tell(loss=test_loss())

A training that has no such loop, only hooks, calls `begin` and `end` from them. The first wait says that the peer
is ready. Nothing else may reach the harness: what a library prints goes to stderr.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any, NamedTuple

from benchmarks.peers.order import Order


class Spent(NamedTuple):
    """Seconds by the clock on the wall, and seconds that processors worked for this process."""

    seconds: float = 0.0
    processor: float = 0.0

    @classmethod
    def now(cls) -> Spent:
        """Both clocks as they stand."""
        return cls(time.perf_counter(), time.process_time())


class Turns:
    """The turns of this peer; ends the program when the harness has no more."""

    def __init__(self) -> None:
        self._answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self._told: dict[str, Any] = {}
        self._spent = Spent()
        self._since: Spent | None = None
        self.taken = 0

    def __iter__(self) -> Iterator[Turns]:
        while True:
            self.begin()
            yield self
            self.end()

    def begin(self) -> dict[str, Any]:
        """Wait for a turn and start the clock; what the harness asks of this turn besides."""
        if not self.taken:
            self._answer()
        line = sys.stdin.readline()
        if not line:
            raise SystemExit
        self.taken += 1
        self._spent = Spent()
        asked: dict[str, Any] = json.loads(line)
        self.start()
        return asked

    def end(self, **told: Any) -> None:
        """The turn is over."""
        self.stop()
        self.tell(**told)
        self._answer()

    def start(self) -> None:
        """Let the clock run."""
        self._since = Spent.now()

    def stop(self) -> None:
        """Stop the clock."""
        if self._since is not None:
            now = Spent.now()
            self._spent = Spent(*(a + b - c for a, b, c in zip(self._spent, now, self._since, strict=True)))
            self._since = None

    def tell(self, **told: Any) -> None:
        """Add to the answer."""
        self._told |= told

    def _answer(self) -> None:
        answer = {**self._spent._asdict(), "mebibytes": peak_memory(), **self._told}
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()
        self._told = {}


def peak_memory() -> float:
    """The most memory that this process has had, MiB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


Deed = Callable[[Order, Turns], None]


def serve(deeds: dict[str, Deed], *packages: str, turns: type[Turns] = Turns) -> None:
    """Do what the command line orders. "import" asks for nothing beyond what the program has done by now."""
    order = Order.read(sys.argv[1])
    if order.deed == "import":
        return
    talk = turns()
    talk.tell(versions={package: version(package) for package in packages})
    deeds[order.deed](order, talk)
