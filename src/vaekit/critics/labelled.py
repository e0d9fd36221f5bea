"""Critics of codes that know of labels: of a code with its label, of the class in a code, and of its style."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.critics.code import CodeCritic
from vaekit.distributions.labels import with_unlabelled
from vaekit.errors import SpecError
from vaekit.nn.options import whole_number
from vaekit.spec import Sizes, register


@register(
    "penalty",
    "labelled-critic",
    matches_prior=True,
    needs_labels=True,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class LabelledCritic(CodeCritic):
    """Tells (code, label) from (draw in the place of that label, label), so each label keeps to its place.

    The label is one-hot with one more column for rows that are unlabelled, whose draws are of the whole prior.
    """

    def inputs(self, sizes: Sizes) -> int:
        if not sizes.condition_dim:
            raise SpecError("penalty 'labelled-critic' reads labels; use AAE(labels='prior') and fit(X, y).")
        return sizes.latent_dim + sizes.condition_dim + 1

    def read(self, z: Tensor, c: Tensor | None) -> Tensor:
        assert c is not None, "a critic of labels is called with them"
        return torch.cat((z, with_unlabelled(c).to(z.dtype)), -1)


class _PartCritic(CodeCritic):
    """A critic of some of the values of a code, whose first `classes` values are a class."""

    def __init__(
        self,
        sizes: Sizes,
        *,
        classes: int = 10,
        weight: float = 1.0,
        hidden: tuple[int, ...] = (256, 256),
        learning_rate: float | None = None,
        encoder_rate: float | None = None,
        noise: float = 0.0,
        dropout: float = 0.0,
        init: str = "torch",
    ) -> None:
        self.classes = whole_number(f"penalty '{self.name}': classes", classes)
        super().__init__(
            sizes,
            weight=weight,
            hidden=hidden,
            learning_rate=learning_rate,
            encoder_rate=encoder_rate,
            noise=noise,
            dropout=dropout,
            init=init,
        )


@register(
    "penalty",
    "class-critic",
    matches_prior=True,
    reads_class=True,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class ClassCritic(_PartCritic):
    """Tells the class of draws, which is one-hot, from that of codes, the first `classes` values of each."""

    def inputs(self, sizes: Sizes) -> int:
        return self.classes

    def read(self, z: Tensor, c: Tensor | None) -> Tensor:
        return z[:, : self.classes]


@register(
    "penalty",
    "style-critic",
    matches_prior=True,
    reads_class=True,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class StyleCritic(_PartCritic):
    """Tells the style of draws from that of codes: the values behind the first `classes`."""

    def inputs(self, sizes: Sizes) -> int:
        return sizes.latent_dim - self.classes

    def read(self, z: Tensor, c: Tensor | None) -> Tensor:
        return z[:, self.classes :]
