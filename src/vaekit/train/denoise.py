"""Noise on what the encoder reads: the model reconstructs, or scores, the clean example.

A denoising model is any model that is trained so; nothing else of it changes, and what it is asked after training it
reads clean, or as noisy as it is given.
To add one: a class with `@register("denoise", "my-name")`, called with what the encoder reads and a generator.

Reference: Vincent et al., 2010, https://jmlr.org/papers/v11/vincent10a.html
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, Protocol

import torch
from torch import Tensor

from vaekit.errors import SpecError
from vaekit.spec import Part, as_part, build, lookup, options_of, register


class Denoise(Protocol):
    """h (B, *shape), as the likelihood represents x, -> the same with noise drawn from the generator."""

    def __call__(self, h: Tensor, generator: torch.Generator) -> Tensor: ...


@register("denoise", "salt-and-pepper", reference="https://github.com/hwalsuklee/tensorflow-mnist-VAE")
class SaltAndPepper:
    """Each value is set to the lowest unless it is kept, and then lifted by the whole range, or not.

    keep, lift: the two probabilities. With both at one half a value x in [0, 1] becomes 0, x, 1 or 1 + x, which is
    what the sources do under this name. low, high: the range; None is that of the data.
    """

    def __init__(
        self, *, keep: float = 0.5, lift: float = 0.5, low: float | None = None, high: float | None = None
    ) -> None:
        self.keep, self.lift = (
            _share("salt-and-pepper", "keep", keep),
            _share("salt-and-pepper", "lift", lift),
        )
        self.low, self.high = 0.0 if low is None else float(low), 1.0 if high is None else float(high)
        if not -math.inf < self.low < self.high < math.inf:
            raise SpecError(
                f"denoise 'salt-and-pepper': low={low!r}, high={high!r} is not possible; give numbers, low below high."
            )

    def __call__(self, h: Tensor, generator: torch.Generator) -> Tensor:
        kept, lifted = (_drawn(h, share, generator) for share in (self.keep, self.lift))
        return self.low + (h - self.low) * kept + (self.high - self.low) * lifted


@register(
    "denoise", "gaussian", reference="Vincent et al., 2010, https://jmlr.org/papers/v11/vincent10a.html"
)
class GaussianNoise:
    """Normal noise of standard deviation `scale` on every value, in the units that the encoder reads."""

    def __init__(self, *, scale: float = 0.3) -> None:
        if isinstance(scale, bool) or not isinstance(scale, Real) or not 0 < float(scale) < math.inf:
            raise SpecError(f"denoise 'gaussian': scale={scale!r} is not possible; give a number above 0.")
        self.scale: float = float(scale)

    def __call__(self, h: Tensor, generator: torch.Generator) -> Tensor:
        noise = torch.randn(h.shape, generator=generator, device=h.device, dtype=h.dtype)
        return h + self.scale * noise


@register("denoise", "masking", reference="Vincent et al., 2010, https://jmlr.org/papers/v11/vincent10a.html")
class Masking:
    """Each value becomes 0 with probability `share`: black pixels, or the mean of a column that was scaled."""

    def __init__(self, *, share: float = 0.5) -> None:
        self.share = _share("masking", "share", share)

    def __call__(self, h: Tensor, generator: torch.Generator) -> Tensor:
        return h * _drawn(h, 1 - self.share, generator)


def make_denoise(value: Any) -> Denoise | None:
    """The noise of this name or part; None for none."""
    if value is None:
        return None
    made: Denoise = build("denoise", value)
    return made


def with_range(value: Any, bounds: tuple[float, float] | None) -> Any:
    """The part with the range of what encoders read as its `low` and `high`, where it has such and none was given."""
    if value is None or bounds is None or not bounds[0] < bounds[1]:
        return value
    chosen = as_part("denoise", value)
    if "low" not in options_of(lookup("denoise", chosen.name)):
        return value
    given = {name: option for name, option in chosen.options.items() if option is not None}
    return Part(chosen.name, **{"low": bounds[0], "high": bounds[1], **given})


def _drawn(h: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Ones with this probability, else zeros, of the shape of h."""
    return torch.empty_like(h).bernoulli_(share, generator=generator)


def _share(name: str, option: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise SpecError(f"denoise '{name}': {option}={value!r} is not possible; give a number from 0 to 1.")
    return float(value)
