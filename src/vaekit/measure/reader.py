"""Reads a trained model row by row: a row's answer does not depend on the rows beside it.

Rows go through the model in padded batches of one fixed size, so that products of matrices have the same
shape always; small models are read in float64, since some products of small float32 matrices round by the
place of a row. Noise belongs to the row: see `vaekit.data.noise`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from vaekit.bounds import Bound
from vaekit.data.noise import row_keys, row_normals
from vaekit.kinds import Array
from vaekit.machine import fast_torch, threads_for
from vaekit.model import Evidence, LatentModel

ROWS = 256
SMALL_EVENT = 256
DRAWS_OF_A_MEAN = 64


class Reader:
    """A trained model in evaluation mode, with the seed of its rows' noise.

    `given(c)` is the same reader of rows that have a condition; whatever is then read takes as many rows.
    """

    def __init__(self, model: LatentModel, event_shape: tuple[int, ...], seed: int) -> None:
        self.seed = seed
        self.device = next((p.device for p in model.parameters()), torch.device("cpu"))
        small = int(np.prod(event_shape)) <= SMALL_EVENT and self.device.type == "cpu"
        self.dtype = torch.float64 if small else torch.float32
        self.model = (copy.deepcopy(model).double() if small else model).eval()
        self.c: Array | None = None
        self._c_now: Tensor | None = None

    def given(self, c: Array | None) -> Self:
        """The same model, read under the condition c (n, C) of each row."""
        other = copy.copy(self)
        other.c = c
        return other

    def c_of(self, start: int, stop: int) -> Tensor | None:
        """The condition of these rows, (stop - start, C), or None."""
        return None if self.c is None else self.tensor(self.c[start:stop])

    def tensor(self, values: Array) -> Tensor:
        """A float tensor on the model's device."""
        return torch.as_tensor(np.asarray(values), dtype=self.dtype, device=self.device)

    def by_batches(self, rows: Array, ask: Callable[[Tensor, Array], Tensor]) -> Array:
        """ask(x (ROWS, ...), rows as they came) for padded batches -> (n, ...) of the answers.

        The answer must have the rows on its first axis.
        """
        assert self.c is None or len(self.c) == len(rows), "one condition a row"

        def answers() -> Iterator[Tensor]:
            for start, block in blocks(rows):
                whole = slice(None) if len(block) == ROWS else _padded(len(block))
                given = self.c_of(start, start + len(block))
                self._c_now = None if given is None else given[whole]
                padded = block[whole]
                yield ask(self.tensor(padded), padded)[: len(block)]
            self._c_now = None

        with torch.no_grad(), fast_torch(), threads_for(self.model.work(ROWS)):
            return one_below_the_other(len(rows), answers())

    def row_noise(self, rows: Array, draws: int) -> Tensor:
        """(draws, n, noise_size) evenly spread noise that belongs to these rows."""
        size = self.model.noise_size
        if not size:
            return torch.zeros(draws, len(rows), 0, dtype=self.dtype, device=self.device)
        keys = row_keys(rows.reshape(len(rows), -1).astype(np.float32, copy=False), self.seed)
        return self.tensor(row_normals(keys, draws, size))

    def evidence(self, x: Tensor, rows: Array, draws: int) -> Evidence:
        """The evidence of rows under their own noise."""
        evidence: Evidence = self.model(x, self.row_noise(rows, draws), self._c_now)
        return evidence

    def encode(self, rows: Array) -> Array:
        """(n, *event) -> (n, L): the mean of q, in closed form or over evenly spread draws."""

        def mean(x: Tensor, block: Array) -> Tensor:
            q = self.model.encode(x, self._c_now)
            known = getattr(q, "mean", None)
            if known is not None:
                return torch.as_tensor(known)
            z: Tensor = q.draw(self.row_noise(block, DRAWS_OF_A_MEAN)).z
            return z.mean(0)

        return self.by_batches(rows, mean)

    def decode(self, codes: Array) -> Array:
        """(n, L) -> (n, *event): the mean of p(x | z) (of categories the most probable), in model units."""
        return self.by_batches(
            codes, lambda z, block: shown_by(self.model.decode(z.unsqueeze(0), self._c_now))[0]
        )

    def log_pz(self, codes: Array) -> Array:
        """(n, L) -> (n,) log p(z)."""

        def log_prob(z: Tensor, block: Array) -> Tensor:
            density: Tensor = self.model.prior(self.model.c_for("prior", self._c_now)).log_prob(z)
            return density

        return self.by_batches(codes, log_prob)

    def scores(self, rows: Array, bound: Bound, draws: int) -> Array:
        """(n,) the bound on log p(x) at weight one, over `draws` evenly spread draws a row."""

        def value(x: Tensor, block: Array) -> Tensor:
            found = bound.value(self.evidence(x, block, draws))
            assert found is not None
            return found

        return self.by_batches(rows, value)

    def log_px(self, rows: Array, draws: int) -> Array:
        """(n,) E_q[log p(x | z)]: minus the reconstruction error in nats."""
        return self.by_batches(rows, lambda x, block: self.evidence(x, block, draws).expected_log_px)

    def kl_groups(self, rows: Array, draws: int) -> Array:
        """(n, groups) KL(q || prior) of each row."""
        return self.by_batches(rows, lambda x, block: self.evidence(x, block, draws).kl_groups)


def shown_by(p_x: Any) -> Tensor:
    """What a reconstruction shows of p(x | z), (K, B, *event)."""
    shown: Tensor = p_x.shown if hasattr(p_x, "shown") else p_x.mean
    return shown


def one_below_the_other(n: int, answers: Iterable[Tensor]) -> Array:
    """Answers (b, ...) about some rows after others -> (n, ...) float64, written where they stay."""
    whole, done = np.empty(0), 0
    for answer in answers:
        if not done:
            whole = np.empty((n, *answer.shape[1:]))
        whole[done : done + len(answer)] = answer.cpu().numpy()
        done += len(answer)
    return whole


def blocks(rows: Array) -> Iterator[tuple[int, Array]]:
    """The rows in blocks of ROWS, the last one shorter, each with the number of its first row."""
    for start in range(0, len(rows), ROWS):
        yield start, rows[start : start + ROWS]


def _padded(n: int) -> Array:
    """Numbers of the rows of a block of n, its first one repeated until there are ROWS."""
    numbers: Array = np.pad(np.arange(n), (0, ROWS - n))
    return numbers
