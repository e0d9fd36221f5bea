"""A likelihood a column, for tables: each column has the family that suits it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from vaekit.distributions.mixed import Mixed
from vaekit.errors import DataError, SpecError
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.nn.network import Network
from vaekit.spec import Part, Sizes, as_part, lookup, options_of, register


class _Passing(Network):
    """What a family is built on here: one decoder of all columns makes its numbers, and it only reads them."""

    description = "passes on what it is given"

    def encoder(self) -> nn.Module:
        return nn.Identity()

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        return nn.Identity()


@register("likelihood", "mixed", reference="Nazabal et al., 2020, https://arxiv.org/abs/1807.03653")
class MixedLikelihood(DecodedLikelihood):
    """Each column of x (B, D) has a family of its own, the columns being independent given the code.

    columns: for each column the name of a likelihood or a part, such as ("gaussian", "poisson", part("categorical",
    categories=5)). Columns with the same part are computed together; a scale that is not said is learned for each
    column. The encoder reads what each family makes of its columns, family after family.
    """

    domain = "mixed"
    place: Tensor
    side_by_side: Tensor

    def __init__(self, sizes: Sizes, network: Network, *, columns: tuple[Any, ...] = ()) -> None:
        families = _families(columns, sizes)
        groups = [_made(family, numbers, sizes) for family, numbers in families.items()]
        self.widths = [group.numbers * len(at) for group, at in zip(groups, families.values(), strict=True)]
        super().__init__(sizes, network.for_event((sum(self.widths),)))
        self.groups = nn.ModuleList(groups)
        side_by_side = torch.tensor([number for numbers in families.values() for number in numbers])
        self.register_buffer("side_by_side", side_by_side, persistent=False)
        self.register_buffer("place", side_by_side.argsort(), persistent=False)
        self.counts = [len(numbers) for numbers in families.values()]
        self.normalised = all(group.normalised for group in groups)
        self.input_shape = (sum(torch.Size(group.input_shape).numel() for group in groups),)

    @property
    def columns(self) -> tuple[Tensor, ...]:
        """The numbers of the columns of each group."""
        return torch.split(self.side_by_side, self.counts)

    def distribution(self, numbers: Tensor) -> Mixed:
        apart = numbers[:, :, 0].split(self.widths, -1)
        groups: list[Any] = [
            group.distribution(given.unflatten(-1, (-1, count)))  # type: ignore[operator]
            for group, given, count in zip(self.groups, apart, self.counts, strict=True)
        ]
        return Mixed(groups, self.columns, self.place)

    def represent(self, x: Tensor) -> Tensor:
        read = [
            group.represent(x.index_select(1, columns)).flatten(1)  # type: ignore[operator]
            for group, columns in zip(self.groups, self.columns, strict=True)
        ]
        return torch.cat(read, 1)

    def check(self, x: Array) -> None:
        for group, columns in zip(self.groups, self.columns, strict=True):
            numbers = columns.tolist()
            try:
                group.check(x[:, numbers])  # type: ignore[operator]
            except DataError:
                for number in numbers:
                    _check_column(group, x, number)
                raise

    def scale_at_floor(self, p_x: Any) -> bool:
        return any(
            group.scale_at_floor(of_group)  # type: ignore[operator]
            for group, of_group in zip(self.groups, p_x.groups, strict=True)
        )


def _check_column(group: Any, x: Array, number: int) -> None:
    try:
        group.check(x[:, number])
    except DataError as error:
        raise DataError(f"column {number}: {error}") from error


def _families(columns: Any, sizes: Sizes) -> dict[Part, list[int]]:
    """Each family with the numbers of its columns, in the order in which they first appear."""
    if not isinstance(columns, tuple | list) or (len(columns),) != sizes.event_shape:
        given = f"{len(columns)} are given" if isinstance(columns, tuple | list) else f"{columns!r} is given"
        raise SpecError(
            f"likelihood 'mixed' wants a family for each column: {given} for examples of shape "
            f'{sizes.event_shape}; write part("mixed", columns=("gaussian", "poisson", ...)).'
        )
    found: dict[Part, list[int]] = {}
    for number, given in enumerate(columns):
        found.setdefault(_family(number, given), []).append(number)
    return found


def _family(number: int, given: Any) -> Part:
    """The part of one column, with a scale for each column where none is asked for."""
    if not isinstance(given, str | Part):
        raise SpecError(
            f"likelihood 'mixed': column {number} is {given!r}; give a name or a part, such as "
            '"gaussian" or part("categorical", categories=5).'
        )
    family = as_part("likelihood", given)
    cls = lookup("likelihood", family.name)
    if cls is MixedLikelihood or not issubclass(cls, DecodedLikelihood):
        raise SpecError(f"likelihood 'mixed': column {number} cannot be '{family.name}'; give one family.")
    default = {"scale": "per-feature"} if "scale" in options_of(cls) else {}
    return Part(family.name, **(default | family.options))


def _made(family: Part, numbers: list[int], sizes: Sizes) -> DecodedLikelihood:
    """The likelihood of some columns, told of the data what concerns them."""
    known = ("examples", "mean", "spread")
    facts = {fact: sizes.facts[fact][..., numbers] for fact in known if fact in sizes.facts}
    of_group = replace(sizes, event_shape=(len(numbers),), facts=facts)
    made: DecodedLikelihood = lookup("likelihood", family.name)(
        of_group, _Passing(of_group), **family.options
    )
    return made
