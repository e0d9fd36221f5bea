"""A fitted estimator with rows, as the doctor reads it: bounds, codes and decoded draws, each computed when asked for.

Numbers are in the model's units, in nats per example: differences of them are the same in the user's units.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.estimators.prepare import moments
from vaekit.kinds import Array
from vaekit.measure.reader import Reader
from vaekit.model import LatentModel, make_model

MOST_ROWS = 1000
"""Rows that a number is averaged over; training goes on on at most ten times as many."""
AT_ONCE = 256


Rows = tuple[Array, Array | None]
"""Model values (n, *event) and their condition (n, C), or None without one."""


class Patient:
    """An estimator with the rows that it has seen and, where there are any, rows that it has not."""

    def __init__(
        self, estimator: Any, X: Any, c: Any, unseen: Any, unseen_c: Any, keep_order: bool = False
    ) -> None:
        """X are the rows of the fit, of which those held out are unseen; `unseen`, when given, stand for them.

        keep_order: the judges are the first of the unseen rows, so that others know which they are.
        """
        self.estimator = estimator
        self.model: LatentModel = estimator.model_
        self.rng = np.random.default_rng([estimator.seed_, 3])
        x, given = estimator._scorable(X, c)
        held = estimator.held_out_
        self.unseen: Rows | None = None
        if unseen is not None:
            self.seen = self._some((x, given), 10 * MOST_ROWS)
            most = len(unseen) if keep_order else MOST_ROWS
            self.unseen = self._some(estimator._scorable(unseen, unseen_c), most)
        elif held is not None and len(x) == estimator.profile_.rows:
            out = np.zeros(len(x), dtype=bool)
            out[held] = True
            self.seen = self._some((x[~out], _of(given, ~out)), 10 * MOST_ROWS)
            self.unseen = self._some((x[out], _of(given, out)), MOST_ROWS)
        else:
            self.seen = self._some((x, given), 10 * MOST_ROWS)

    def _some(self, rows: Rows, most: int) -> Rows:
        """The rows, or a random part of them."""
        x, c = rows
        if len(x) <= most:
            return rows
        chosen = np.sort(self.rng.choice(len(x), most, replace=False))
        return x[chosen], _of(c, chosen)

    @property
    def judges(self) -> Rows:
        """The rows that a number is told of: unseen ones where there are any."""
        rows, c = self.seen if self.unseen is None else self.unseen
        return rows[:MOST_ROWS], _of(c, slice(MOST_ROWS))

    @property
    def rows_told(self) -> str:
        """Which they are, in words."""
        n = len(self.judges[0])
        return f"{n:,} rows that it was trained on" if self.unseen is None else f"{n:,} unseen rows"

    @property
    def has_density(self) -> bool:
        """Whether the model bounds log p(x)."""
        return hasattr(self.estimator, "score_samples")

    @property
    def has_kl(self) -> bool:
        """Whether its codes have a KL to the prior."""
        return hasattr(self.estimator, "kl_per_unit")

    @property
    def has_samples(self) -> bool:
        """Whether draws of the prior are said to be like the data."""
        return hasattr(self.estimator, "sample")

    def reader(self, model: LatentModel | None = None, c: Array | None = None) -> Reader:
        """This model, or another of the same shape, read row by row."""
        event = self.estimator.treatment_.event_shape
        return Reader(self.model if model is None else model, event, self.estimator.seed_).given(c)

    def bound(self, rows: Rows, model: LatentModel | None = None) -> float:
        """The mean bound on log p(x) at weight one; of a model without one minus its reconstruction error."""
        x, c = rows
        reader, bound = self.reader(model, c), self.estimator.bound_
        if not self.has_density:
            return float(reader.log_px(x, 1).mean())
        draws = self.estimator.score_draws if bound.samples == 1 else bound.samples
        return float(reader.scores(x, bound, draws).mean())

    @cached_property
    def bound_now(self) -> float:
        """Of the judges."""
        return self.bound(self.judges)

    @cached_property
    def untrained(self) -> LatentModel:
        """A network of the same shape before its first step."""
        x = self.seen[0][: 2 * MOST_ROWS]
        facts = {"examples": torch.from_numpy(x), **moments(x)}
        sizes = replace(self.estimator.sizes_, facts=self.estimator.sizes_.facts | facts)
        generator = torch.Generator().manual_seed(self.estimator.seed_)
        device = next((p.device for p in self.model.parameters()), torch.device("cpu"))
        return make_model(self.estimator.spec_, sizes, generator).to(device)

    def stake(self, nats: float) -> float:
        """What a share of these nats is a share of, whatever the units of the data: themselves where they are those of
        a probability; else half a nat a value, which is what the errors of a gaussian that knows its scale cost."""
        if self.estimator.treatment_.measure == "mass":
            return max(abs(nats), 1e-9)
        x = self.judges[0]
        return 0.5 * max(1.0, float(np.count_nonzero(~np.isnan(x))) / len(x))

    def stake_told(self, stake: float) -> str:
        """The same in words: '88.2 nats of the bound'."""
        if self.estimator.treatment_.measure == "mass":
            return f"the {stake:,.3g} nats that a row costs"
        return f"the {stake:,.3g} nats that errors of the size of the noise cost a row"

    @cached_property
    def kl_groups(self) -> Array:
        """(groups,) the mean KL of each latent value of the judges, or one that they share."""
        x, c = self.judges
        groups: Array = self.reader(None, c).kl_groups(x, self.estimator.score_draws).mean(0)
        return groups

    def posterior_draws(self, rows: Rows) -> Array:
        """(n, L) a code of each row, drawn from q(z | x)."""
        x, c = rows
        reader = self.reader(None, c)
        # Beside each other in an evenly spread set of draws, the first draw is a random one.
        codes: Array = reader.by_batches(x, lambda t, block: reader.evidence(t, block, 1).z[0])
        return codes

    def prior_draws(self, n: int, c: Array | None) -> Array:
        """(n, L) codes drawn from the prior."""
        reader = self.reader()
        generator = torch.Generator(reader.device).manual_seed(self.estimator.seed_)
        with torch.no_grad():
            given = None if c is None else reader.tensor(c)
            z: Tensor = reader.model.prior.sample(n, generator, reader.model.c_for("prior", given))
        return np.asarray(z.cpu().double().numpy())

    def decoded(self, codes: Array, c: Array | None) -> Array:
        """(n, *event) the mean of p(x | z)."""
        return self.reader(None, c).decode(codes)

    def log_px(self, rows: Rows, codes: Array) -> float:
        """The mean of log p(x | z) of rows at codes that need not be their own."""
        x, c = rows
        reader, total = self.reader(), 0.0
        with torch.no_grad():
            for start in range(0, len(x), AT_ONCE):
                some = slice(start, start + AT_ONCE)
                given = None if c is None else reader.tensor(c[some])
                p_x = reader.model.decode(reader.tensor(codes[some]).unsqueeze(0), given)
                total += float(p_x.log_prob(*reader.model.seen(reader.tensor(x[some]))).double().sum())
        return total / len(x)


def _of(c: Array | None, some: Any) -> Array | None:
    return None if c is None else c[some]
