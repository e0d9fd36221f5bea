"""p(z | c): a module that, called with a condition, gives a distribution over codes.

A part a file. Declared beside each class: `support` (where its codes live), `density` (False when only
draws are known), `learned` (True when it has parameters that a bound must train), `reads_condition` (True when it
is nothing without one), `labelled` (True when it has a place for each label).
To add one: a class with `@register("prior", "my-name", ...)` in a file here, imported below.
"""

from vaekit.priors.class_and_normal import ClassAndNormalPrior
from vaekit.priors.conditional_normal import ConditionalNormalPrior
from vaekit.priors.labelled import LabelledPrior
from vaekit.priors.mixture import MixturePrior
from vaekit.priors.normal import NormalPrior
from vaekit.priors.own import OwnPrior
from vaekit.priors.petals import PetalsPrior
from vaekit.priors.prior import Prior
from vaekit.priors.rings import RingsPrior
from vaekit.priors.sampled import SampledPrior
from vaekit.priors.sectors import SectorsPrior
from vaekit.priors.swiss_roll import SwissRollPrior
from vaekit.priors.uniform import UniformPrior
from vaekit.priors.vamp import VampPrior

__all__ = [
    "ClassAndNormalPrior",
    "ConditionalNormalPrior",
    "LabelledPrior",
    "MixturePrior",
    "NormalPrior",
    "OwnPrior",
    "PetalsPrior",
    "Prior",
    "RingsPrior",
    "SampledPrior",
    "SectorsPrior",
    "SwissRollPrior",
    "UniformPrior",
    "VampPrior",
]
