"""The heaped likelihood, for numbers of which many are exactly the same: zeros, round ones, prices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vaekit.data.heaps import are_heaps
from vaekit.distributions.gaussian import Gaussian
from vaekit.distributions.heaped import Heaped
from vaekit.errors import SpecError
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.scale import FLOOR, LearnedScale
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register

UNUSED = -1e9
"""The log-share of a heap that is none."""


class Shape(NamedTuple):
    """Where the values of a column lie: its heaps (S,), a normal's centre and unit (M,), log-shares (S + M,) of both,
    the ranks (S + M,) of both, from 0 to 1, and the width of a heap, the smallest step between values."""

    heaps: Array
    centres: Array
    units: Array
    log_shares: Array
    ranks: Array
    width: float


@register("likelihood", "heaped", reference="Bishop, 1994, https://publications.aston.ac.uk/id/eprint/373/")
class HeapedLikelihood(DecodedLikelihood):
    """x is exactly one of some values, or comes from a mixture of normals.

    heaps: how many values that many rows have may be heaps, the most frequent first; a heap has the uniform density of
    an interval as wide as the smallest step between values, so that log p(x) is a density throughout. normals: how
    many lie where the other rows do; they move with the code, and their scales are learned. regions: of the ranks of
    the data, equally many rows each; the code makes what lies in a region more or less probable, and heaps and normals
    between the middles of two share their numbers. So values that lie side by side learn from each other, and before
    training the law is that of the data. The encoder reads the rank of x as a quantile of a standard normal.
    """

    heaps: Tensor
    centres: Tensor
    log_shares: Tensor
    basis: Tensor
    width: Tensor

    def __init__(
        self, sizes: Sizes, network: Network, *, heaps: int = 48, normals: int = 8, regions: int = 10
    ) -> None:
        if min(heaps, normals, regions) < 1:
            raise SpecError(
                f"likelihood 'heaped': heaps={heaps!r}, normals={normals!r}, regions={regions!r} is not possible; give "
                "numbers from 1 on."
            )
        super().__init__(sizes, network, regions + normals)
        shapes = _shapes(sizes, heaps, normals)
        event = sizes.event_shape
        for name in ("heaps", "centres", "log_shares"):
            self.register_buffer(name, _stacked([getattr(shape, name) for shape in shapes], event))
        self.register_buffer("width", _stacked([np.array(shape.width) for shape in shapes], event))
        self.register_buffer("basis", _stacked([_basis(shape.ranks, regions) for shape in shapes], event))
        self.scale = LearnedScale(_stacked([shape.units for shape in shapes], event))

    def distribution(self, numbers: Tensor) -> Heaped:
        regions = self.basis.shape[1]
        of_regions, moves = numbers[:, :, :regions], numbers[:, :, regions:]
        logits = self.log_shares + torch.einsum("kbr...,jr...->kbj...", of_regions, self.basis)
        # A normal that is narrower than a step would make a density of what is a probability.
        scale = self.scale(numbers) + 0.5 * self.width
        normals = Gaussian(self.centres + self.scale.unit * moves, scale)
        return Heaped(logits, self.heaps, self.width, normals)

    def represent(self, x: Tensor) -> Tensor:
        x = x.unsqueeze(1)
        below = (x > self.heaps + 0.5 * self.width).to(x.dtype)
        in_heaps = 0.5 * (below + (x >= self.heaps - 0.5 * self.width))
        of_normals = torch.special.ndtr((x - self.centres) / self.scale.unit)
        rank = (self.log_shares.exp() * torch.cat((in_heaps, of_normals), 1)).sum(1)
        return torch.where(x[:, 0].isnan(), torch.nan, torch.special.ndtri(rank.clamp(1e-4, 1 - 1e-4)))

    def check(self, x: Array) -> None:
        check_values(self.name, x, needs="finite x", cure="Replace or drop the infinite values.")


def _stacked(each: list[Array], event: tuple[int, ...]) -> Tensor:
    """Arrays (...) of the values of an event -> float32 (..., *event)."""
    made = np.stack(each, -1)
    return torch.from_numpy(made.reshape(*made.shape[:-1], *event)).float()


def _basis(ranks: Array, regions: int) -> Array:
    """(J, R): of ranks (J,) from 0 to 1 their shares in the regions, linear between the middles of two."""
    middles = (np.arange(regions) + 0.5) / regions
    return np.stack([np.interp(ranks, middles, one) for one in np.eye(regions)], 1)


def _shapes(sizes: Sizes, heaps: int, normals: int) -> list[Shape]:
    """The shape of each value of an event, from the examples; of a standard normal where there are none."""
    examples = sizes.facts.get("examples")
    if examples is None:
        quantiles = torch.special.ndtri((torch.arange(1000) + 0.5) / 1000).double().numpy()
        return [_shape(quantiles, heaps, normals)] * sizes.event_size
    return [_shape(x[~np.isnan(x)], heaps, normals) for x in examples.flatten(1).double().numpy().T]


def _shape(x: Array, heaps: int, normals: int) -> Shape:
    """The shape of the values x (n,)."""
    x = x if len(x) else np.zeros(1)
    values, counts = np.unique(x, return_counts=True)
    spread = float(x.std()) or 1.0
    width = min(max(float(np.diff(values).min(initial=spread)), FLOOR * spread), spread)
    often = np.flatnonzero(are_heaps(counts))
    often = np.sort(often[np.argsort(-counts[often], kind="stable")][:heaps])
    found, rows = np.full(heaps, values[0]), np.zeros(heaps)
    found[: len(often)], rows[: len(often)] = values[often], counts[often]
    others = np.repeat(np.delete(values, often), np.delete(counts, often))
    centres, units = _spread_out(others if len(others) else values, normals, width)
    each = np.full(normals, (len(others) + 1) / normals)
    shares = np.concatenate((rows, each)) / (rows.sum() + each.sum())
    with np.errstate(divide="ignore"):
        log_shares = np.maximum(np.log(shares), UNUSED)
    ordered, at = np.sort(x), np.concatenate((found, centres))
    ranks = (np.searchsorted(ordered, at) + np.searchsorted(ordered, at, side="right")) / (2 * len(x))
    return Shape(found, centres, units, log_shares, ranks, width)


def _spread_out(values: Array, normals: int, width: float) -> tuple[Array, Array]:
    """Centres at quantiles of the values, in the middle of equal shares of them, and units of the distance between."""
    edges = np.quantile(values, np.linspace(0, 1, normals + 1))
    centres = np.quantile(values, (np.arange(normals) + 0.5) / normals)
    return centres, np.maximum(np.diff(edges) / 2, width)
