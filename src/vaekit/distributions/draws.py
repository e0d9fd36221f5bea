"""Draws from q together with their log-density, which is computed only when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from torch import Tensor


class Draws:
    """z (K, B, L) and log_q (K, B): the log-density of these draws under the q that made them.

    Draw and density stand together because some q (flows, Hamiltonian dynamics) know their density on
    their own draws only.
    """

    def __init__(self, z: Tensor, log_q: Callable[[], Tensor]) -> None:
        self.z = z
        self._log_q = log_q

    @cached_property
    def log_q(self) -> Tensor:
        """log q(z | x), (K, B), in nats."""
        return self._log_q()
