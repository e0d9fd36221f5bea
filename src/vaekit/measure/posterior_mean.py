"""The best picture at a code: the mean of the data, each weighted by how much its posterior covers the code.

For a fixed encoder the decoder mean that maximises the ELBO (bernoulli or gaussian) is

    mu(z) = sum_n q(z | x_n) x_n / sum_n q(z | x_n),

so a decoder can be held against it. It is the mean of all data only where all posteriors are alike.
"""

from __future__ import annotations

import numpy as np
import torch

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.reader import Reader, blocks


def posterior_weighted_mean(reader: Reader, rows: Array, codes: Array) -> Array:
    """mu(z) for codes (G, L) over rows (N, *event) in model units -> (G, *event), float64.

    Raises DataError where q knows its density at its own draws only.
    """
    z = reader.tensor(codes).unsqueeze(1)
    highest = torch.full((len(codes),), -torch.inf, dtype=torch.float64, device=reader.device)
    weight = torch.zeros_like(highest)
    total = torch.zeros(len(codes), int(np.prod(rows.shape[1:])), dtype=torch.float64, device=reader.device)
    with torch.no_grad(), fast_torch():
        for start, block in blocks(rows):
            x = reader.tensor(block)
            q = reader.model.encode(x, reader.c_of(start, start + len(block)))
            if not hasattr(q, "log_prob"):
                raise DataError(
                    "this posterior knows its density at its own draws only, so nothing says how much it covers a "
                    "code; use posterior='normal' or 'full-normal'."
                )
            log_q = q.log_prob(z).double()
            # The largest so far is taken out, so that a code far from all data still has its nearest rows.
            top = torch.maximum(highest, log_q.amax(1))
            keep, here = (highest - top).exp(), (log_q - top.unsqueeze(1)).exp()
            weight = keep * weight + here.sum(1)
            total = keep.unsqueeze(1) * total + here @ x.flatten(1).double()
            highest = top
    mean = total / weight.unsqueeze(1)
    return np.asarray(mean.cpu().numpy().reshape(len(codes), *rows.shape[1:]))
