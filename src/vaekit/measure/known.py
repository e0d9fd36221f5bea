"""One example of which some values are known, under a model: all that is asked of it to draw the others.

Codes stand as rows here, z (N, L), each with an example of its own (N, *event) whose known values are the given ones.
The law wanted is p(z, unknown | known), in proportion to p(z) p(known | z) p(unknown | z).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.measure.conditional import effective_sample_size
from vaekit.measure.reader import Reader, shown_by

VALUES_AT_ONCE = 2**22
"""Values of an event times codes that are decoded together."""
FIRST_CODES = 2048


class Known:
    """Some values of one example, and the model that says what the others may be.

    row      (1, *event) in model units, NaN where a value is not known
    masked   whether the encoder was trained to read rows with values missing

    observed (1, *event) is True where a value is known; x (1, *event) has 0 elsewhere.
    """

    def __init__(self, reader: Reader, row: Array, seed: int, masked: bool = False) -> None:
        self.reader, self.model, self.masked = reader, reader.model, masked
        self.generator = torch.Generator(reader.device).manual_seed(seed)
        given = reader.tensor(row)
        self.observed = ~given.isnan()
        self.x = torch.where(self.observed, given, 0.0)
        self.c = reader.c_of(0, 1)
        prior, posterior = self.model.prior, self.model.posterior
        self.prior_has_density = bool(getattr(prior, "density", True))
        self.q_density = str(getattr(posterior, "density", "anywhere"))

    def conditions(self, n: int) -> Tensor | None:
        """The condition for n codes, (n, C)."""
        return None if self.c is None else self.c.expand(n, -1)

    def pieces(self, n: int) -> Iterator[slice]:
        """Rows 0 .. n in pieces that are decoded together."""
        step = max(1, VALUES_AT_ONCE // max(1, self.x.numel()))
        return (slice(start, min(n, start + step)) for start in range(0, n, step))

    def decode(self, z: Tensor) -> Any:
        """p(x | z) of codes (N, L), batch (1, N)."""
        return self.model.decode(z.unsqueeze(0), self.conditions(len(z)))

    def log_px(self, z: Tensor, x: Tensor | None = None) -> Tensor:
        """(N,) log p(known | z); with x (N, *event), of every value of x."""
        found = []
        for piece in self.pieces(len(z)):
            p_x = self.decode(z[piece])
            shape = (len(z[piece]), *self.x.shape[1:])
            known = self.x.expand(shape) if x is None else x[piece]
            found.append(p_x.log_prob(known, self.observed.expand(shape) if x is None else None)[0])
        return torch.cat(found)

    def log_pz(self, z: Tensor) -> Tensor:
        """(N,) log p(z)."""
        log_pz: Tensor = self.model.prior(self.model.c_for("prior", self.conditions(len(z)))).log_prob(z)
        return log_pz

    def from_prior(self, n: int) -> Tensor:
        """(n, L) draws of p(z)."""
        given = self.model.c_for("prior", self.conditions(n))
        return self.model.prior.sample(n, self.generator, given).to(self.x.dtype)

    def completed(self, z: Tensor, mean: bool = False) -> Tensor:
        """(N, *event): the known values, and the others drawn from p(x | z), or its mean."""
        found = []
        for piece in self.pieces(len(z)):
            p_x = self.decode(z[piece])
            made = shown_by(p_x) if mean else p_x.sample(self.generator)
            found.append(torch.where(self.observed, self.x, made[0].to(self.x.dtype)))
        return torch.cat(found)

    def encode(self, x: Tensor) -> Any:
        """q(z | x) of whole examples (N, *event)."""
        return self.model.encode(x, self.conditions(len(x)))

    def encode_known(self) -> Any:
        """q(z | known) of an encoder that reads rows with values missing, batch (1,)."""
        return self.model.encode(self.x, self.c, self.observed)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal noise."""
        return torch.randn(*shape, generator=self.generator, dtype=self.x.dtype, device=self.x.device)

    def uniform(self, *shape: int) -> Tensor:
        """Uniform noise."""
        return torch.rand(*shape, generator=self.generator, dtype=self.x.dtype, device=self.x.device)

    def code_of(self, q: Any, n: int) -> Tensor:
        """(n, L) one code of each of the n rows of q."""
        if not getattr(self.model.posterior, "sums_classes", False):
            z: Tensor = q.draw(self.normal(1, n, self.model.noise_size)).z[0]
            return z
        # Such a q draws every class in turn: one is taken by its probability, where the label allows it.
        each = q.draw(self.normal(q.log_class.shape[-1], n, self.model.noise_size)).z
        impossible = torch.stack([self.log_pz(some) for some in each], -1).isneginf()
        share = q.log_class.masked_fill(impossible, -torch.inf).softmax(-1)
        which = torch.multinomial(share, 1, generator=self.generator)[:, 0]
        return torch.as_tensor(each[which, torch.arange(n, device=which.device)])

    def first_codes(self, n: int) -> Tensor:
        """(n, L) codes to start from: those of the prior that fit the known values."""
        z = self.from_prior(FIRST_CODES)
        log_px = self.log_px(z)
        refuse_impossible(log_px)
        return z[self.resampled(softened(log_px, n), n)]

    def resampled(self, log_weight: Tensor, n: int) -> Tensor:
        """(n,) numbers of rows by their weights, evenly spread over the weights and in a random order."""
        share = (log_weight - log_weight.max()).double().exp().cumsum(0)
        start = torch.rand((), generator=self.generator, dtype=torch.float64, device=share.device)
        marks = (torch.arange(n, dtype=torch.float64, device=share.device) + start) / n * share[-1]
        chosen = torch.searchsorted(share, marks, right=True).clamp(max=len(share) - 1)
        return chosen[torch.randperm(n, generator=self.generator, device=share.device)]


def refuse_impossible(log_px: Tensor) -> None:
    """DataError where the known values have no probability at any of the codes that log_px (N,) is of."""
    if not bool(log_px.isfinite().any()):
        raise DataError(
            "the given values have no probability under this model at any code that was tried; give values like those "
            "that it was fitted on."
        )


def effective(log_weight: Tensor) -> float:
    """The effective sample size of the log weights (N,) of one example."""
    return float(effective_sample_size(log_weight.double()))


def softened(log_weight: Tensor, wanted: int) -> Tensor:
    """The weights to the power at which `wanted` draws are effective, 1 where they are: a start that is wide enough."""
    if effective(log_weight) >= wanted or effective(log_weight) == 0:
        return log_weight
    log_weight = log_weight.nan_to_num(neginf=-1e30)
    low, high = 0.0, 1.0
    for _ in range(30):
        power = (low + high) / 2
        low, high = (power, high) if effective(power * log_weight) >= wanted else (low, power)
    return low * log_weight
