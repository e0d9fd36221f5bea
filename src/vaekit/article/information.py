"""Information by numbers: how surprising events are, and why KL is no distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vaekit.article.table import Cell, Table
from vaekit.theory.information import cross_entropy, self_information
from vaekit.theory.kl_report import kl_report
from vaekit.theory.units import unit

EVENTS = {
    "the sun rises tomorrow": 0.999999,
    "a coin shows heads": 1 / 2,
    "a die shows a six": 1 / 6,
    "two dice show sixes": 1 / 36,
    "the mascot is a fox after all": 0.001,
}
"""Events of everyday life with probabilities that are made up, except for the coin and the dice."""


def surprises(events: Mapping[str, float] = EVENTS, base: float = 2) -> Table:
    """The self-information -log p of each event."""
    name = unit(base)
    rows: list[Mapping[str, Cell]] = [
        {"event": event, "probability": p, f"information_{name}": float(self_information(p, base))}
        for event, p in events.items()
    ]
    notes = (
        "Rare events tell more; a certain one tells 0; independent ones add: two sixes tell twice one six.",
    )
    return Table.of(rows, notes)


def divergences(p: Sequence[float] = (0.9, 0.1), q: Sequence[float] = (0.5, 0.5), base: float = 2) -> Table:
    """Both directions of KL between two lists of probabilities, each with its parts."""
    found = kl_report(p, q, base)
    rows: list[Mapping[str, Cell]] = [
        {
            "direction": "P||Q",
            "kl": found.kl_pq,
            "cross_entropy": found.cross_entropy_pq,
            "entropy": found.entropy_p,
        },
        {
            "direction": "Q||P",
            "kl": found.kl_qp,
            "cross_entropy": found.cross_entropy_qp,
            "entropy": found.entropy_q,
        },
    ]
    notes = (
        f"In {unit(base)}. KL = cross entropy - entropy, never below 0, and it has a direction: no distance.",
        f"H(P, Q) = {cross_entropy(p, q, base):.6f} is the mean under P of the information of Q; the mean under Q of "
        f"the information of P is {cross_entropy(q, p, base):.6f}, another number.",
    )
    return Table.of(rows, notes)
