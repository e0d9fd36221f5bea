"""Both directions of a KL divergence, each with its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vaekit.theory.information import cross_entropy, entropy, kl_divergence
from vaekit.theory.units import unit


@dataclass(frozen=True)
class KLReport:
    """KL(P||Q) = H(P, Q) - H(P) and KL(Q||P) = H(Q, P) - H(Q), in units of `base`."""

    kl_pq: float
    cross_entropy_pq: float
    entropy_p: float
    kl_qp: float
    cross_entropy_qp: float
    entropy_q: float
    base: float

    def __str__(self) -> str:
        name = unit(self.base)
        return (
            f"KL(P||Q) = H(P,Q) - H(P) = {self.cross_entropy_pq:.6f} - {self.entropy_p:.6f} = {self.kl_pq:.6f} {name}\n"
            f"KL(Q||P) = H(Q,P) - H(Q) = {self.cross_entropy_qp:.6f} - {self.entropy_q:.6f} = {self.kl_qp:.6f} {name}"
        )


def kl_report(p: Any, q: Any, base: float = 2) -> KLReport:
    """Both directions between two lists of probabilities; `print` shows them as equations."""
    return KLReport(
        kl_pq=kl_divergence(p, q, base),
        cross_entropy_pq=cross_entropy(p, q, base),
        entropy_p=entropy(p, base),
        kl_qp=kl_divergence(q, p, base),
        cross_entropy_qp=cross_entropy(q, p, base),
        entropy_q=entropy(q, base),
        base=base,
    )
