"""Whether samples of a class are of that class, as a classifier of real rows says.

A classifier errs on real rows too, so its share of right classes on these stands beside that of samples: it is what
samples may hope for. Samples may agree by being all alike: `density_coverage` says how much of the data they reach.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Rng
from vaekit.measure.learned_from_samples import as_numbers, forest
from vaekit.measure.record import Measure, mean_of


class ClassifierAgreement(NamedTuple):
    """samples: the share of samples in which the classifier sees the class that they were made for; real: the same of
    test rows and their labels."""

    samples: Measure
    real: Measure


def classifier_agreement(
    samples: tuple[Any, Any],
    train: tuple[Any, Any],
    test: tuple[Any, Any],
    *,
    classifier: Any = None,
    rng: Rng | int = 0,
) -> ClassifierAgreement:
    """Each of samples, train and test is (X, y): examples (n, ...) and their class, (n,); that of a sample is the one
    that it was drawn for.

    classifier  a scikit-learn classifier, which then gets X as it is; None takes a random forest on the values as
                numbers

    Raises DataError where y does not go with X, or a class that was asked for is not among those of train.

    Reference: Ravuri and Vinyals, 2019, https://arxiv.org/abs/1905.10887
    """
    from sklearn.base import clone

    wanted, known, truth = (np.asarray(y) for _, y in (samples, train, test))
    for name, (X, y) in {"samples": samples, "train": train, "test": test}.items():
        if np.ndim(y) != 1 or len(X) != len(y):
            raise DataError(
                f"{name} has {len(X)} examples and y of shape {np.shape(y)}; wanted is one class each."
            )
    new = set(wanted.tolist()) - set(known.tolist())
    if new:
        raise DataError(
            f"samples were drawn for class {min(new, key=str)!r}, which train does not have; it has: "
            f"{', '.join(map(str, np.unique(known)[:12]))}."
        )
    if classifier is None:
        classifier, (A, B, C) = (
            forest(True, np.random.default_rng(rng)),
            as_numbers(samples[0], train[0], test[0]),
        )
    else:
        A, B, C = samples[0], train[0], test[0]
    fitted = clone(classifier).fit(B, known)
    who = f"{type(classifier).__name__} of {len(known):,} real rows"
    return ClassifierAgreement(
        mean_of(np.asarray(fitted.predict(A)) == wanted, f"samples in which a {who} sees their class"),
        mean_of(np.asarray(fitted.predict(C)) == truth, f"test rows in which a {who} sees their class"),
    )
