"""What the model expects of whole rows, averaged over the codes that may have made them.

The mean of p(x' | z) over p(z | x): codes from q(z | x), weighted by p(x, z) / q(z | x). Its difference between a row
with a changed value and the row as it was is what that change says of the other values.
"""

from __future__ import annotations

import torch

from vaekit.distributions.independent import weighted_mean
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.conditional import effective_sample_size, normalised
from vaekit.measure.reader import Reader, shown_by

VALUES_AT_ONCE = 2**22


def expected_rows(
    reader: Reader, rows: Array, draws: int, most_probable: bool = False
) -> tuple[Array, Array]:
    """rows (n, *event) in model units -> (the mean (n, *event), effective sample size of `draws` codes (n,)).

    All rows have the same noise, so that means of rows that differ little differ by what differs. most_probable: of
    values that are names the most probable one is given, not their mean.
    """
    generator = torch.Generator(reader.device).manual_seed(reader.seed)
    model = reader.model
    noise = torch.randn(
        draws, 1, model.noise_size, generator=generator, dtype=reader.dtype, device=reader.device
    )
    step = max(1, VALUES_AT_ONCE // (draws * max(1, rows[0].size)))
    means, sizes = [], []
    with torch.no_grad(), fast_torch():
        for start in range(0, len(rows), step):
            x = reader.tensor(rows[start : start + step])
            found = model(x, noise.expand(-1, len(x), -1), reader.c_of(start, start + len(x)))
            share = normalised(found.log_weight)
            mean = found.p_x.expected(share) if most_probable else weighted_mean(share, shown_by(found.p_x))
            means.append(mean.cpu().double())
            sizes.append(effective_sample_size(found.log_weight).cpu().double())
    return torch.cat(means).numpy(), torch.cat(sizes).numpy()
