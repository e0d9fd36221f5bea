"""What estimators without a density over data say of their rows: how much of a row its code does not give back."""

from __future__ import annotations

from typing import Any

from vaekit.kinds import Array
from vaekit.measure import ledger


class Reconstructs:
    """`reconstruction_error` and `ledger`, of a fitted estimator whose codes are certain."""

    def reconstruction_error(self: Any, X: Any, c: Any = None) -> Array:
        """(n,) -log p(x | z = encoder(x)), nats in the units of X: the stranger the row, the larger."""
        x, given = self._scorable(X, c)
        found: Array = -self._reader(given).log_px(x, 1) - self.treatment_.log_jacobian_of(x)
        return found

    def ledger(self: Any, X: Any, c: Any = None) -> dict[str, float]:
        """Where the nats go on X: the reconstruction, with its standard error."""
        x, given = self._scorable(X, c)
        return ledger(self._reader(given), self.bound_, x, self.treatment_.log_jacobian_of(x), 1)
