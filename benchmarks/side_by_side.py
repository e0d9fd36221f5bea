"""Does a work with vaekit and its peers in turns: A B C, B C A, ... in one run, each in a process of its own.

While one has its turn the others wait on their input, so nothing is shared but the machine; and what slows it down
for a while slows them all. The figures of a peer are its rounds' ratios with our turn of the same round.
"""

from __future__ import annotations

import datetime
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.files import Files
from benchmarks.peers.order import Order
from benchmarks.sides import Fresh, PeerFailed, Program, Side
from benchmarks.work import Against, Answer, Work

PROFILES = {
    "epoch": "operators",
    **dict.fromkeys(("encode", "sample", "score", "log_likelihood"), "functions"),
}
"""deed -> the profile that says where its time goes."""

OURS = Against("vaekit", "vaekit")

REST = 0.5
"""Seconds before a turn: threads of some libraries go on turning on a core after their work, waiting for more."""


@dataclass
class Comparison:
    """What a work gave: per side its answers, one a round, and why a side has none."""

    work: Work
    ready: dict[str, Answer] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    profile: list[tuple[str, float]] = field(default_factory=list)
    impossible: str = ""
    date: str = field(default_factory=lambda: datetime.date.today().isoformat())

    def ratios(self, against: Against) -> list[float]:
        """One a round; empty where there is none to be had."""
        order = replace(self.work.order, **dict(against.changes))
        pairs = zip(self.answers.get(OURS.name, []), self.answers.get(against.name, []), strict=False)
        return [against.figure(order, ours, theirs) for ours, theirs in pairs]

    def median(self, name: str, what: str) -> float:
        """The median over a side's rounds."""
        return median(answer[what] for answer in self.answers[name])

    def last(self, name: str) -> float | None:
        """The loss that a side has come to, or the value that it found; None where it has neither."""
        found = [self.ready.get(name, {}), *self.answers.get(name, [])]
        known = [answer[what] for answer in found for what in ("loss", "value") if what in answer]
        return known[-1] if known else None

    def differs(self, against: Against) -> str:
        """Why the two did not do the same, or an empty string."""
        if not against.same:
            return ""
        for what in ("loss", "value"):
            ours, theirs = (self._last_of(name, what) for name in (OURS.name, against.name))
            if ours is None and theirs is None:
                continue
            if ours is None or theirs is None or not abs(theirs / ours - 1) <= self.work.tolerance:
                return f"{what} {_shown(theirs)}, vaekit's {_shown(ours)}"
        return ""

    def _last_of(self, name: str, what: str) -> float | None:
        found = [self.ready.get(name, {}), *self.answers.get(name, [])]
        return next((answer[what] for answer in reversed(found) if what in answer), None)


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"


def order_of(work: Work, against: Against, files: Files, folder: Path) -> Order:
    """The order of one side, with the files that it reads and writes."""
    kind = "large" if work.order.network == "residual" else "digits"
    changes: Mapping[str, Any] = {
        **dict(against.changes),
        "train": str(files.path("train", kind)),
        "test": str(files.path("test", kind)),
        "out": str(folder / f"{against.program}.out"),
    }
    return replace(work.order, **changes)


def compare(work: Work, files: Files, threads: int, clock: str = "seconds") -> Comparison:
    """Start all sides, let each warm up, then go round. clock: "seconds", or "processor" for those it worked."""
    found = Comparison(work, impossible=work.impossible())
    if found.impossible:
        return found
    sides: dict[str, Side] = {}
    kind = Fresh if work.fresh else Program
    with tempfile.TemporaryDirectory() as folder:
        try:
            for against in (OURS, *work.against):
                try:
                    order = order_of(work, against, files, Path(folder))
                    side = kind(against.program, order, threads)
                    sides[against.name] = side
                    found.ready[against.name] = side.ready
                    for _ in range(work.warm_up):
                        side.turn()
                except PeerFailed as failure:
                    _drop(sides, found, against.name, str(failure))
            for number in range(work.rounds):
                if OURS.name in sides:
                    _go_round(sides, found, number)
            for answers in found.answers.values():
                for answer in answers:
                    answer["seconds"] = answer[clock]
            _explain(sides, found)
        finally:
            for side in sides.values():
                side.close()
    return found


def _go_round(sides: dict[str, Side], found: Comparison, number: int) -> None:
    """One turn each; every round another side begins."""
    names = list(sides)
    start = number % len(names)
    for name in names[start:] + names[:start]:
        time.sleep(REST)
        try:
            found.answers.setdefault(name, []).append(sides[name].turn())
        except PeerFailed as failure:
            _drop(sides, found, name, str(failure))


def _drop(sides: dict[str, Side], found: Comparison, name: str, why: str) -> None:
    found.failed[name] = why
    found.answers.pop(name, None)
    if name in sides:
        sides.pop(name).close()


def _explain(sides: dict[str, Side], found: Comparison) -> None:
    """Where an aim was not reached, one more turn of ours says where the time goes."""
    work = found.work
    missed = any(
        against.aim is not None and ratios and median(ratios) < against.aim
        for against in work.against
        for ratios in [found.ratios(against)]
    )
    kind = "" if work.fresh else PROFILES.get(work.order.deed, "")
    if missed and kind and OURS.name in sides:
        answer = sides[OURS.name].turn(kind)
        found.profile = [(name, share) for name, share in answer["profile"]]
