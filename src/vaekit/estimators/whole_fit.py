"""A fit that somebody else's work builds on: it comes to its end, or that work ends with it."""

from __future__ import annotations

from typing import Any


def whole_fit(estimator: Any, X: Any, y: Any = None) -> Any:
    """The estimator, fitted. Raises KeyboardInterrupt when Ctrl-C cut the fit off, which `fit` itself only notes."""
    estimator.fit(X, y)
    if estimator.interrupted_:
        raise KeyboardInterrupt
    return estimator
