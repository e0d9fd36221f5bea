"""What Stirling's formula leaves of log Gamma: with it, differences of log Gamma keep their digits.

log Gamma(y) = (y - 1/2) log y - y + log(2 pi) / 2 + remainder(y). Whoever subtracts two values of log Gamma
writes the first three terms so that they cancel on paper, and takes the remainder from here: in float32,
lgamma(1e4 + x) - lgamma(1e4) is wrong by 0.01.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

FAR = 8.0  # from here on, the series has all digits of a double but the last three


def log_gamma_remainder(y: Tensor) -> Tensor:
    """log Gamma(y) less Stirling's formula, for y > 0; about 1 / (12 y).

    Reference: NIST Digital Library of Mathematical Functions, 5.11.1, https://dlmf.nist.gov/5.11
    """
    near, far = y.clamp(max=FAR), y.clamp(min=FAR)
    stirling = torch.xlogy(near - 0.5, near) - near + 0.5 * math.log(2 * math.pi)
    inverse = far.reciprocal()
    square = inverse.square()
    series = inverse * (
        1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))
    )
    return torch.where(y < FAR, torch.lgamma(near) - stirling, series)
