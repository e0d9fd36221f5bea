"""Penalties: Evidence -> terms that are added to those of the bound.

A part a file. Declared beside each class: `matches_prior` (True when it draws codes towards the prior) and
`needs_normal_q` (True when it reads mean and variance of posterior 'normal').
To add one: a class with `@register("penalty", "my-name", ...)` in a file here, imported below. A penalty that
learns (a second player) is a critic: see `vaekit.critics`.
"""

from vaekit.penalties.class_information import ClassInformation
from vaekit.penalties.label_loss import LabelLoss
from vaekit.penalties.mmd import MMD
from vaekit.penalties.penalty import Penalty
from vaekit.penalties.total_correlation import TotalCorrelation

__all__ = ["MMD", "ClassInformation", "LabelLoss", "Penalty", "TotalCorrelation"]
