"""What would be usual: the mean of one value of a row given all its others."""

from __future__ import annotations

import numpy as np
import torch

from vaekit.kinds import Array
from vaekit.measure.conditional import conditional_codes, normalised
from vaekit.measure.reader import Reader, shown_by

DRAWS = 500


def usual_values(reader: Reader, row: Array, at: Array) -> Array:
    """row (*event) in model units -> (len(at),): E[x_j | the other values of the row], for each place j of the
    flattened example, by importance sampling over codes that have not seen x_j. Of categories, the one that most of
    the weight is on.
    """
    flat = np.repeat(row.reshape(1, -1), len(at), 0)
    flat[np.arange(len(at)), at] = np.nan
    z, log_weight = conditional_codes(reader, flat.reshape(-1, *row.shape), draws=DRAWS)
    weight = normalised(log_weight)
    found = []
    with torch.no_grad():
        for i, place in enumerate(at):
            p_x = reader.model.decode(z[:, i : i + 1])
            shown = shown_by(p_x).flatten(2)[:, 0, place]
            found.append(_vote(shown, weight[:, i]) if hasattr(p_x, "mode") else float(shown @ weight[:, i]))
    return np.array(found)


def _vote(shown: torch.Tensor, weight: torch.Tensor) -> float:
    """The value that most of the weight is on."""
    values, which = shown.unique(return_inverse=True)
    return float(values[weight.new_zeros(len(values)).index_add_(0, which, weight).argmax()])
