"""Draws of an example of which some values are known, by the method that is good enough, with a report that says which.

    p(unknown | known) = integral of p(unknown | z) p(z | known) dz

Codes come from p(z | known) by importance resampling or by Markov chains; the unknown values are then drawn from
p(x | z). The work is bounded: no method waits for the model to make the known values by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.given_chains import by_chains
from vaekit.measure.given_importance import by_importance
from vaekit.measure.known import Known, refuse_impossible
from vaekit.measure.reader import Reader

METHODS = ("auto", "importance", "pseudo-gibbs", "mcmc")
ENOUGH = 100
"""Effective draws below which importance sampling is not believed."""
FEWEST_DRAWS = 4096
MOST_DRAWS = 2**16
DRAWS_OF_STRAIN = 256
STRAINED = 20.0
SPREADS = 4.0
"""Known values are practically impossible so many nats and spreads below what the model makes itself."""


@dataclass(frozen=True)
class GivenReport:
    """How draws under known values were made.

    method                 "importance", "pseudo-gibbs" or "mcmc"
    effective_sample_size  how many independent draws of p(z | known) the codes behind them are worth
    draws                  codes that were weighted, or states of chains
    sentence               the same in words, with the reason for the method
    strain                 nats by which the model finds the known values less probable than what it makes itself
    """

    method: str
    effective_sample_size: float
    draws: int
    sentence: str
    strain: float


class Given(NamedTuple):
    """x (n, *event) in model units; and of the known values the one that fits least, as its place in the flat event,
    where they are practically impossible under the model, else None."""

    x: Array
    report: GivenReport
    impossible: int | None


class _Codes(NamedTuple):
    z: Tensor
    effective: float
    draws: int
    why: str


def draw_given(
    reader: Reader,
    row: Array,
    n: int,
    *,
    method: str = "auto",
    seed: int = 0,
    masked: bool = False,
    mean: bool = False,
) -> Given:
    """n draws of an example whose known values are those of row (1, *event), model units, NaN where not known.

    method   "auto" takes importance resampling where it comes to an effective sample size of 100 and of n / 4 (at
             most 1,000), else the chain that is exact in the limit
    masked   whether the encoder was trained to read rows with values missing
    mean     the mean of p(x | z) at each code instead of a draw

    Raises DataError for a method that does not exist, and for known values without any probability.
    """
    if method not in METHODS:
        raise DataError(
            f"method={method!r} is not possible; there are: {', '.join(METHODS)}.{suggestion(method, METHODS)}"
        )
    known = Known(reader, row, seed, masked)
    with torch.no_grad(), fast_torch():
        found, name = _codes(known, n, method)
        refuse_impossible(known.log_px(found.z))
        strain, impossible = _strain(known, found.z)
        x = known.completed(found.z, mean)
    size = f"effective sample size {found.effective:,.0f} of {found.draws:,}"
    report = GivenReport(name, found.effective, found.draws, f"{name}: {found.why}; {size}.", strain)
    return Given(x.cpu().double().numpy(), report, impossible)


def _codes(known: Known, n: int, method: str) -> tuple[_Codes, str]:
    """(n codes of p(z | known), the method)."""
    enough = max(ENOUGH, min(n // 4, 1000))
    if method == "pseudo-gibbs":
        return _of_chains(
            known, n, enough, False, "as asked; right as far as q is the true posterior"
        ), method
    if method == "mcmc":
        return _of_chains(known, n, enough, True, "as asked; right in the limit"), method
    draws = min(MOST_DRAWS, max(FEWEST_DRAWS, 8 * n))
    weighted = by_importance(known, draws)
    if method == "auto" and weighted.effective < enough and draws < MOST_DRAWS:
        weighted = by_importance(known, MOST_DRAWS)
    if method == "importance" or weighted.effective >= enough:
        why = "as asked" if method == "importance" else f"it came to the {enough:,} effective draws wanted"
        z = weighted.z[known.resampled(weighted.log_weight, n)]
        return _Codes(z, weighted.effective, len(weighted.z), why), "importance"
    why = (
        f"right in the limit, taken since importance sampling came to {weighted.effective:,.0f} effective draws of "
        f"{len(weighted.z):,} where {enough:,} were wanted"
    )
    return _of_chains(known, n, enough, True, why), "mcmc"


def _of_chains(known: Known, n: int, enough: int, exact: bool, why: str) -> _Codes:
    chains = by_chains(known, enough, exact)
    total = len(chains.z)
    # Without replacement while there are enough states, so that no state is counted twice.
    order = torch.randperm(total, generator=known.generator, device=chains.z.device)
    chosen = order[torch.arange(n, device=order.device) % total]
    return _Codes(chains.z[chosen], chains.effective, total, f"{chains.sweeps:,} sweeps, {why}")


def _strain(known: Known, z: Tensor) -> tuple[float, int | None]:
    """(nats, the known value that fits least where that is too much): the codes and the known values held against codes
    of the prior and values that the model draws at the same codes."""
    z = z[:DRAWS_OF_STRAIN].repeat(-(-DRAWS_OF_STRAIN // len(z)), 1)[:DRAWS_OF_STRAIN]
    p_x = known.decode(z)
    shape = (len(z), *known.x.shape[1:])
    given, observed = known.x.expand(shape), known.observed.expand(shape)
    made = p_x.sample(known.generator)[0].to(known.x.dtype)
    lost = p_x.log_prob(made, observed)[0] - p_x.log_prob(given, observed)[0]
    own = p_x.log_prob(made, observed)[0]
    if known.prior_has_density:
        of_prior = known.log_pz(known.from_prior(len(z)))
        lost, own = lost + of_prior - known.log_pz(z), own + of_prior
    strain = float(lost.mean())
    if strain <= STRAINED + SPREADS * float(own.std()):
        return strain, None
    return strain, _worst(p_x, given, made, known.observed)


def _worst(p_x: Any, given: Tensor, made: Tensor, observed: Tensor) -> int:
    """The place in the flat event of the known value that is least probable, next to what the model makes."""
    if not hasattr(p_x, "value_log_prob"):
        return int(observed.flatten().nonzero()[0])
    fit = (p_x.value_log_prob(given) - p_x.value_log_prob(made))[0].mean(0)
    return int(torch.where(observed[0], fit, torch.inf).flatten().argmin())
