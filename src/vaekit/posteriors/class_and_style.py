"""Codes of a class and a style: a point of each, or a class that is summed over and a style for every class.

The first C values of a code are the class, the S behind them the style. Both posteriors give `log_class`
(B, C), log q(class | x), which the label loss and classifiers read.

Letters: h what encoders read, K draws, B examples, C classes, S style values, L = C + S.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vaekit.distributions.draws import Draws
from vaekit.distributions.labels import one_hot
from vaekit.distributions.normal import DiagonalNormal
from vaekit.distributions.point import PointMass
from vaekit.errors import SpecError
from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network
from vaekit.nn.options import whole_number
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


class ClassAndStylePoint(PointMass):
    """The class probabilities and the style of each row as one point."""

    def __init__(self, log_class: Tensor, style: Tensor) -> None:
        super().__init__(torch.cat((log_class.exp(), style), -1))
        self.log_class = log_class


class EachClass:
    """q(class | x) q(style | x, class), drawn evenly over the classes: draw k has class k modulo C.

    The density of draws is the one that they are drawn with, 1/C q(style | x, class), so that importance weights
    of whole rounds over the classes average to p(x).
    """

    def __init__(self, log_class: Tensor, styles: DiagonalNormal) -> None:
        self.log_class = log_class
        self.styles = styles  # batch (C, B)

    @property
    def mean(self) -> Tensor:
        """(B, L): the class probabilities and the mean style."""
        share = self.log_class.exp()
        return torch.cat((share, (share.T.unsqueeze(-1) * self.styles.mean).sum(0)), -1)

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, S) -> draws z (K, B, L), a one-hot class and its style."""
        classes, style_dim = self.log_class.shape[-1], self.styles.mean.shape[-1]
        which = torch.arange(len(noise), device=noise.device) % classes
        whole = len(noise) == classes
        chosen = self.styles if whole else self.styles.rows(which)
        # Draws and their density of every (class, row) at once: one round over the classes is one draw of each.
        flat = DiagonalNormal(chosen.mean.flatten(0, 1), chosen.log_variance.flatten(0, 1))
        drawn = flat.draw(noise.reshape(1, -1, style_dim))
        named = one_hot(which, classes, noise.dtype)[:, None].expand(-1, noise.shape[1], -1)
        return Draws(
            torch.cat((named, drawn.z.view(noise.shape)), -1),
            lambda: drawn.log_q.view(noise.shape[:2]) - math.log(classes),
        )


class _ClassPosterior(EncodedPosterior):
    """The encoder and its class probabilities."""

    def __init__(self, sizes: Sizes, network: Network, classes: int, numbers: int) -> None:
        self.name_of_classes = f"posterior '{self.name}': classes"
        self.classes = whole_number(self.name_of_classes, classes)
        self.style_dim = sizes.latent_dim - self.classes
        if self.style_dim < 0:
            raise SpecError(
                f"{self.name_of_classes}={classes} is not possible in codes of {sizes.latent_dim} values; give "
                f"latent_dim of {classes} or more."
            )
        super().__init__(sizes, network, numbers)


@register(
    "posterior",
    "class-and-style",
    density="nowhere",
    support="class-and-real",
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class ClassAndStylePosterior(_ClassPosterior):
    """z = (softmax of `classes` values, the rest): a point, whose first values are class probabilities."""

    def __init__(self, sizes: Sizes, network: Network, *, classes: int = 10) -> None:
        super().__init__(sizes, network, classes, sizes.latent_dim)
        self.noise_size = 0

    def forward(
        self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> ClassAndStylePoint:
        given = self.numbers(h, c)
        return ClassAndStylePoint(given[:, : self.classes].log_softmax(-1), given[:, self.classes :])


@register(
    "posterior",
    "class-then-style",
    density="own draws",
    support="class-and-real",
    sums_classes=True,
    reference="Kingma et al., 2014, https://arxiv.org/abs/1406.5298",
)
class ClassThenStylePosterior(_ClassPosterior):
    """q(class | x) q(style | x, class), the style a diagonal normal from one layer on the features and the class.

    Its draws go round the classes, so bounds take a multiple of `classes` draws: see bound 'm2'.
    """

    def __init__(self, sizes: Sizes, network: Network, *, classes: int = 10) -> None:
        super().__init__(sizes, network, classes, int(classes))
        width = min(512, max(64, self.features))
        self.noise_size = self.style_dim
        self.features_in = empty_layer(nn.Linear, self.features, width)
        self.class_in = empty_layer(nn.Linear, self.classes, width, bias=False)
        self.style = empty_layer(nn.Linear, width, 2 * self.style_dim)

    def forward(self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> EachClass:
        features = self.read(h, c)
        log_class = full(self.head(features)).log_softmax(-1)
        # A one-hot class chooses a column of weights: every class is one addition, not a pass of its own.
        mixed = (self.features_in(features) + self.class_in.weight.T[:, None]).relu()
        mean, log_variance = full(self.style(mixed)).chunk(2, -1)
        return EachClass(log_class, DiagonalNormal(mean, log_variance))


def full(numbers: Tensor) -> Tensor:
    """Draws and their densities are float32, whatever the network computes in."""
    return numbers.float() if numbers.dtype in (torch.bfloat16, torch.float16) else numbers
