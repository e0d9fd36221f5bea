"""From the user's array to a model and rows to train it on: profile, likelihood, treatment, split, sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vaekit.data.holes import hidden_shares
from vaekit.data.layout import blocks
from vaekit.data.mapped import is_mapped
from vaekit.data.pieces import Pieces
from vaekit.data.profile import Profile, profile, suggest_likelihood
from vaekit.data.sparse import SparseRows
from vaekit.data.treatment import Treatment
from vaekit.errors import SpecError
from vaekit.kinds import Array
from vaekit.likelihoods import Likelihood
from vaekit.spec import Part, Sizes, Spec, as_part, lookup
from vaekit.train import ChosenRows, MappedRows, PixelRows, ResidentRows, Rows, WindowedRows

FEWEST_HELD_OUT = 20
RESIDENT_BYTES = 2**29
"""What a memory map may hold, as float32, to be read into memory whole."""
HELD_OUT_BYTES = 2**26
"""What rows that are held out of those on disk take as float32, at most: they stay in memory."""
FACT_ROWS = 2000


@dataclass(frozen=True)
class Prepared:
    """Everything that the data decide before a model is made."""

    spec: Spec
    profile: Profile
    treatment: Treatment
    sizes: Sizes
    said: list[str]


def prepare(
    X: Array,
    spec: Spec,
    options: Mapping[str, Any],
    seed: int,
    condition_dim: int = 0,
    treatment: Treatment | None = None,
) -> Prepared:
    """Understand X (n, *shape): what it is, which likelihood fits it, how it is treated (None: chosen)."""
    found = profile(X, options["image_shape"])
    if spec.missing == "mask":
        found = replace(found, hidden=hidden_shares(X))
    said = []
    if spec.likelihood == "auto":
        chosen, why = _choose_likelihood(found, options["binarize"], X.dtype == np.uint8)
        spec = spec.with_(likelihood=chosen)
        said.append(why)
    domain, measure = facts_of(spec.likelihood)
    treatment = treatment or Treatment.choose(
        X,
        found,
        domain=domain,
        measure=measure,
        scale_inputs=options["scale_inputs"],
        binarize=options["binarize"],
        seed=seed,
    )
    said.append(treatment.description + ".")
    if found.constant:
        said.append(f"{len(found.constant)} of {math.prod(found.event_shape)} columns are constant.")
    if found.hidden:
        said.append(
            f"{np.mean(found.hidden):.1%} of all values are missing; the bound is that of the others."
        )
    x = treatment.to_model(X[_some_rows(len(X), seed)])
    facts: dict[str, Any] = {"examples": torch.from_numpy(x), **moments(x)}
    if domain in ("levels", "categories") and found.levels is not None:
        facts["levels"] = found.levels
    sizes = Sizes(treatment.event_shape, spec.latent_dim, condition_dim, facts)
    # The classes in a code are not values that the data have room for.
    style_dim = spec.latent_dim - classes_in(spec)
    if style_dim > sizes.event_size:
        raise SpecError(
            f"latent_dim={style_dim} is larger than the data (n_features={sizes.event_size}); "
            f"give latent_dim from 1 to {sizes.event_size}."
        )
    return Prepared(spec, found, treatment, sizes, said)


def moments(x: Array) -> dict[str, Any]:
    """The mean and the standard deviation of each value over the rows (n, *event) where it was observed."""
    if not np.isnan(x).any():
        return {"mean": torch.from_numpy(x.mean(0)), "spread": torch.from_numpy(x.std(0))}
    known = np.ma.masked_invalid(
        x
    )  # a value that none of these rows has becomes 0, without a word of numpy's
    moments = {"mean": known.mean(0), "spread": known.std(0)}
    return {name: torch.from_numpy(np.float32(moment.filled(0))) for name, moment in moments.items()}


def classes_in(spec: Spec) -> int:
    """How many of the values of a code are classes."""
    of_posterior = spec.posterior.options if isinstance(spec.posterior, Part) else {}
    return int(of_posterior.get("classes", 0))


def _choose_likelihood(found: Profile, binarize: Any, whole_bytes: bool) -> tuple[Part, str]:
    if binarize is None:
        return suggest_likelihood(found, whole_bytes=whole_bytes)
    return Part("bernoulli"), f"likelihood 'bernoulli': values are binarised ({binarize})."


def facts_of(likelihood: Any) -> tuple[str, str]:
    """(domain, measure) of a likelihood by name, part or module."""
    if isinstance(likelihood, nn.Module):
        return getattr(likelihood, "domain", "real"), getattr(likelihood, "measure", "density")
    cls: Any = lookup("likelihood", as_part("likelihood", likelihood).name)
    return cls.domain, cls.measure


def _some_rows(n: int, seed: int) -> Array:
    """Row numbers, sorted: all of them, or a sample large enough for means and spreads."""
    if n <= FACT_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, FACT_ROWS, replace=False))


@dataclass(frozen=True)
class AllBut:
    """The numbers of all rows but for some, which are sorted: too many to be written down."""

    rows: int
    left_out: Array

    def __len__(self) -> int:
        return self.rows - len(self.left_out)


def split_of(X: Any, fraction: float, seed: int) -> tuple[Any, Array | None]:
    """(training rows, held-out rows or None) of X: of an array as `split` has them, of rows on disk all but some that
    are drawn from everywhere, no more than memory holds at once."""
    if not isinstance(X, Pieces):
        return split(len(X), fraction, seed)
    most = max(FEWEST_HELD_OUT, HELD_OUT_BYTES // (4 * math.prod(X.shape[1:])))
    held = min(round(fraction * len(X)), most)
    if held < FEWEST_HELD_OUT:
        return AllBut(len(X), np.empty(0, dtype=np.int64)), None
    drawn = np.random.default_rng([seed, 1]).choice(len(X), held, replace=False, shuffle=False)
    return AllBut(len(X), np.sort(drawn)), np.sort(drawn)


def split(n: int, fraction: float, seed: int) -> tuple[Array, Array | None]:
    """(training rows, held-out rows or None), both sorted. Fewer than 20 rows are not held out."""
    held = round(fraction * n)
    if held < FEWEST_HELD_OUT:
        return np.arange(n), None
    order = np.random.default_rng([seed, 1]).permutation(n)
    return np.sort(order[held:]), np.sort(order[:held])


def rows_of(X: Array, treatment: Treatment, device: torch.device, c: Array | None = None) -> Rows:
    """The rows of X as the model sees them: one tensor on the device, or left where they are.

    That is on disk when X is large, and in X when that is sparse. c (n, C): the condition of each row.
    """
    dynamic = treatment.binarize == "dynamic"
    given = None if c is None else torch.from_numpy(c).to(device)
    if isinstance(X, Pieces):
        return WindowedRows(X, treatment.to_model, device, given, dynamic=dynamic)
    if isinstance(X, SparseRows) or (is_mapped(X) and X.size * 4 > RESIDENT_BYTES):
        return MappedRows(X, treatment.to_model, device, given, dynamic=dynamic)
    if X.dtype == np.uint8 and treatment.divides:
        pixels = _tensor(X, treatment).to(device)
        return PixelRows(pixels, float(treatment.scale), given, dynamic=dynamic)
    # Rows are copied when they are taken, so what torch reads here may be the user's own.
    left = X.dtype == np.float32 and treatment.divides and treatment.scale == 1
    x = _tensor(X, treatment) if left else torch.from_numpy(treatment.to_model(X))
    return ResidentRows(x.to(device), given, dynamic=dynamic)


def _tensor(X: Array, treatment: Treatment) -> Tensor:
    """X (n, ...) as it is, (n, *event_shape); in the memory of X where torch can have it, which wants it writable."""
    own = np.array(X) if is_mapped(X) else np.require(X, requirements=["C", "W"])
    return torch.from_numpy(own.reshape(len(X), *treatment.event_shape))


def chosen_rows(rows: Rows, numbers: Any) -> Rows:
    """The rows of these numbers, which may come more than once."""
    if isinstance(rows, WindowedRows):
        return rows.without(numbers.left_out) if isinstance(numbers, AllBut) else rows.chosen(numbers)
    whole = len(numbers) == len(rows) and bool((numbers == np.arange(len(rows))).all())
    return rows if whole else ChosenRows(rows, torch.from_numpy(numbers))


def check_support(X: Array, treatment: Treatment, likelihood: Likelihood) -> None:
    """DataError when a value of X is outside of the likelihood's support."""
    if isinstance(X, SparseRows):
        check_sparse(treatment.to_model(X), likelihood)
        return
    for block in blocks(X):
        x = treatment.to_model(block)
        likelihood.check(treatment.fixed_draw(x) if treatment.binarize == "dynamic" else x)


def check_sparse(x: Any, likelihood: Likelihood) -> None:
    """The same of sparse rows in the model's units: of counts what is stored, since 0 every count may be."""
    for values in [x.stored] if likelihood.domain == "counts" else blocks(x):
        likelihood.check(values)


def epochs_for(rows: int, batch_size: int) -> int:
    """About 6,000 steps, in 20 to 600 epochs; early stopping may end before."""
    steps = math.ceil(rows / batch_size)
    return min(600, max(20, math.ceil(6000 / steps)))
