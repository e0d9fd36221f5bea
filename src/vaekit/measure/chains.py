"""How many independent draws the states of several Markov chains are worth.

Letters: T states of each of C chains, F numbers of a state.
Reference: Vehtari et al., 2021, https://doi.org/10.1214/20-BA1221; Geyer, 1992, https://doi.org/10.1214/ss/1177011137
"""

from __future__ import annotations

import numpy as np

from vaekit.kinds import Array


def effective_draws(states: Array) -> float:
    """states (T, C, F) -> the effective number of draws of the number that mixes worst; at most T C.

    Chains that stay apart count for little, since the variance between them enters. A number that never changes is
    no sign of mixing and is passed over; 0 where none changes.
    """
    T, C, _ = states.shape
    if T < 4:
        return 0.0
    centred = states - states.mean(0)
    within = centred.var(0, ddof=1).mean(0)
    between = states.mean(0).var(0, ddof=1) if C > 1 else np.zeros_like(within)
    whole = within * (T - 1) / T + between
    moves = whole > 1e-20
    if not moves.any():
        return 0.0
    correlation = 1 - (within - _autocovariance(centred))[:, moves] / whole[moves]
    return float(min(T * C / _time(correlation[:, at]) for at in range(correlation.shape[1])))


def _autocovariance(centred: Array) -> Array:
    """(T, F) the mean over the chains of the autocovariance at each lag."""
    T = len(centred)
    spectrum = np.fft.rfft(centred, n=2 * T, axis=0)
    mean: Array = np.fft.irfft((spectrum * spectrum.conj()).real, n=2 * T, axis=0)[:T].mean(1) / T
    return mean


def _time(correlation: Array) -> float:
    """States that one independent draw takes, from correlations (T,): sums of pairs up to the first below 0, each no
    larger than those before."""
    pairs = correlation[: len(correlation) // 2 * 2].reshape(-1, 2).sum(1)
    pairs[0] = max(pairs[0], 1e-12)
    below = np.flatnonzero(pairs < 0)
    kept = np.minimum.accumulate(pairs[: below[0]] if len(below) else pairs)
    return float(max(1.0, 2 * kept.sum() - 1))
