"""What makes a fit the same fit: the estimator with its parameters, the seed, and the rows as the model sees them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from vaekit.errors import SpecError

if TYPE_CHECKING:
    from vaekit.estimators.base import Begun

_NOT_OF_THE_FIT = ("callbacks", "verbose")


def identity_of(estimator: Any, begun: Begun) -> str:
    """A digest that is the same when the same fit begins again, in another process too.

    Of the data it reads their number, the treatment, the condition, and the rows that means and spreads were taken
    from. Raises SpecError without a whole number as random_state: the fit could not begin again in the same way.
    """
    if isinstance(estimator.random_state, bool) or not isinstance(estimator.random_state, int | np.integer):
        raise SpecError(
            "checkpoint= needs a fit that can begin again in the same way, and "
            f"random_state={estimator.random_state!r} does not say how; give a whole number."
        )
    parameters = estimator.get_params(deep=False)
    told = [f"{name}={parameters[name]!r}" for name in sorted(parameters) if name not in _NOT_OF_THE_FIT]
    told += [f"{name} {tuple(p.shape)}" for name, p in begun.training.model.named_parameters()]
    told += [type(estimator).__name__, str(len(begun.rows)), str(begun.training.plan.device)]
    digest = hashlib.sha256(re.sub(r" at 0x[0-9a-f]+", "", "\n".join(told)).encode())
    for array in begun.ready.treatment.arrays().values():
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(begun.ready.sizes.facts["examples"].numpy().tobytes())
    c = getattr(begun.rows, "c", None)
    if c is not None:
        digest.update(c.cpu().numpy().tobytes())
    return digest.hexdigest()
