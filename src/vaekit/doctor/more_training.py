"""What a copy of the model gains when it trains on for a while, as it did or at another objective."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import torch

from vaekit.bounds import Bound
from vaekit.doctor.patient import Patient
from vaekit.model import LatentModel
from vaekit.penalties import Penalty
from vaekit.train import Plan, ResidentRows, Training
from vaekit.train.denoise import make_denoise

STEPS = 300


def trained_on(patient: Patient, bound: Bound, penalties: Sequence[Penalty]) -> LatentModel:
    """A copy after about STEPS further steps; the model itself as it was where they end in no finite number."""
    estimator, (x, c) = patient.estimator, patient.seen
    model = copy.deepcopy(patient.model)
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    rows = ResidentRows(
        torch.from_numpy(x).to(device),
        None if c is None else torch.from_numpy(c).to(device),
    )
    size = min(int(estimator.batch_size), len(x))
    plan = Plan(
        max_epochs=math.ceil(STEPS / math.ceil(len(x) / size)),
        batch_size=size,
        learning_rate=estimator.learning_rate,
        optimizer=estimator.optimizer,
        gradient_clip=estimator.gradient_clip,
        patience=None,
        seed=estimator.seed_,
        device=device,
    )
    kept = [copy.deepcopy(penalty) for penalty in penalties]
    Training(
        model, copy.deepcopy(bound), kept, rows, None, plan, (), make_denoise(estimator.spec_.denoise)
    ).run()
    return model
