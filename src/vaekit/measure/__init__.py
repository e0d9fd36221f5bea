"""What is reported of a model, in nats: scores of rows, likelihoods with errors, the ledger; and of anybody's codes and
samples, measures with their errors.

    from vaekit.measure import mig, mmd

    mmd(vae.sample(1000), X)      # a Measure: .value, .standard_error, .n, .name, .interval
    mig(vae.transform(X), factors)

What reads a model takes a `Reader` and arrays of model values; estimators turn the user's data into those. Measures of
codes take (mean, variance) of posteriors, of samples (A, B), of disentanglement (codes (n, L), factors (n, F)).
Names of measures are lazy: each imports its module when it is first read.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from vaekit.measure.ledger import ledger
from vaekit.measure.likelihood import LogLikelihood, log_likelihood
from vaekit.measure.reader import Reader, shown_by

if TYPE_CHECKING:  # the same table as _HOME, in the form that type checkers read
    from vaekit.measure.aggregate import marginal_kl, mutual_information, total_correlation
    from vaekit.measure.agreement import udr
    from vaekit.measure.alignment import aligned, cka, procrustes, recurring_units, stability
    from vaekit.measure.annealing import Annealed, ais, simulate
    from vaekit.measure.class_agreement import ClassifierAgreement, classifier_agreement
    from vaekit.measure.classifier import told_apart
    from vaekit.measure.closest_record import ClosestRecord, distance_to_closest_record
    from vaekit.measure.codes import active_units, distortion, kl_per_unit, rate
    from vaekit.measure.copies import Copies, nearest_copies
    from vaekit.measure.dci_scores import DCI, dci
    from vaekit.measure.discrepancy import mmd
    from vaekit.measure.filled import imputation_error, interval_coverage
    from vaekit.measure.frechet_distance import frechet
    from vaekit.measure.gaps import mig, sap
    from vaekit.measure.given import Given, GivenReport, draw_given
    from vaekit.measure.interventions import beta_vae_score, factor_vae_score, irs
    from vaekit.measure.learned_from_samples import TrainOnSynthetic, train_on_synthetic
    from vaekit.measure.modular import modularity
    from vaekit.measure.neighbours import (
        DensityCoverage,
        PrecisionRecall,
        density_coverage,
        expected_coverage,
        precision_recall,
    )
    from vaekit.measure.probes import Clusters, clustering, knn_probe, linear_probe, told_anomalous
    from vaekit.measure.record import Measure, mean_of
    from vaekit.measure.resampling import Band, permutation_band
    from vaekit.measure.sliced import sliced_wasserstein

__all__ = [
    "DCI",
    "Annealed",
    "Band",
    "ClassifierAgreement",
    "ClosestRecord",
    "Clusters",
    "Copies",
    "DensityCoverage",
    "Given",
    "GivenReport",
    "LogLikelihood",
    "Measure",
    "PrecisionRecall",
    "Reader",
    "TrainOnSynthetic",
    "active_units",
    "ais",
    "aligned",
    "beta_vae_score",
    "cka",
    "classifier_agreement",
    "clustering",
    "dci",
    "density_coverage",
    "diagnose",
    "distance_to_closest_record",
    "distortion",
    "draw_given",
    "expected_coverage",
    "factor_vae_score",
    "frechet",
    "imputation_error",
    "interval_coverage",
    "irs",
    "kl_per_unit",
    "knn_probe",
    "ledger",
    "linear_probe",
    "log_likelihood",
    "marginal_kl",
    "mean_of",
    "mig",
    "mmd",
    "modularity",
    "mutual_information",
    "nearest_copies",
    "permutation_band",
    "precision_recall",
    "procrustes",
    "rate",
    "recurring_units",
    "sap",
    "shown_by",
    "simulate",
    "sliced_wasserstein",
    "stability",
    "told_anomalous",
    "told_apart",
    "total_correlation",
    "train_on_synthetic",
    "udr",
]

# name -> the file of this folder that defines it
_HOME = {
    "marginal_kl": "aggregate",
    "mutual_information": "aggregate",
    "total_correlation": "aggregate",
    "udr": "agreement",
    "aligned": "alignment",
    "cka": "alignment",
    "procrustes": "alignment",
    "recurring_units": "alignment",
    "stability": "alignment",
    "Annealed": "annealing",
    "ais": "annealing",
    "simulate": "annealing",
    "ClassifierAgreement": "class_agreement",
    "classifier_agreement": "class_agreement",
    "told_apart": "classifier",
    "ClosestRecord": "closest_record",
    "distance_to_closest_record": "closest_record",
    "active_units": "codes",
    "distortion": "codes",
    "kl_per_unit": "codes",
    "rate": "codes",
    "Copies": "copies",
    "nearest_copies": "copies",
    "DCI": "dci_scores",
    "dci": "dci_scores",
    "mmd": "discrepancy",
    "imputation_error": "filled",
    "interval_coverage": "filled",
    "frechet": "frechet_distance",
    "mig": "gaps",
    "sap": "gaps",
    "Given": "given",
    "GivenReport": "given",
    "draw_given": "given",
    "beta_vae_score": "interventions",
    "factor_vae_score": "interventions",
    "irs": "interventions",
    "TrainOnSynthetic": "learned_from_samples",
    "train_on_synthetic": "learned_from_samples",
    "modularity": "modular",
    "DensityCoverage": "neighbours",
    "PrecisionRecall": "neighbours",
    "density_coverage": "neighbours",
    "expected_coverage": "neighbours",
    "precision_recall": "neighbours",
    "Clusters": "probes",
    "clustering": "probes",
    "knn_probe": "probes",
    "linear_probe": "probes",
    "told_anomalous": "probes",
    "Measure": "record",
    "mean_of": "record",
    "Band": "resampling",
    "permutation_band": "resampling",
    "sliced_wasserstein": "sliced",
}
# The doctor reads fitted estimators, so it stands on a higher floor; its name is found beside those of the measures.
_ABOVE = {"diagnose": "vaekit.doctor"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'vaekit.measure' has no name '{name}'; it has: {', '.join(__all__)}.")
    home = _ABOVE.get(name) or f"vaekit.measure.{_HOME[name]}"
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
