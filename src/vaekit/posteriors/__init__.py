"""q(z | x, c): a module that, called with data, gives a distribution over codes.

A part a file. Declared beside each class: `support` (where its codes live) and `density`: "anywhere",
"own draws" (flows, Hamiltonian dynamics) or "nowhere" (a point mass).
To add one: a class with `@register("posterior", "my-name", ...)` in a file here, imported below.
"""

from vaekit.posteriors.box import BoxPosterior
from vaekit.posteriors.class_and_style import ClassAndStylePosterior, ClassThenStylePosterior
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.full_normal import FullNormalPosterior
from vaekit.posteriors.hamiltonian import HamiltonianPosterior
from vaekit.posteriors.inverse_autoregressive import InverseAutoregressivePosterior
from vaekit.posteriors.normal import NormalPosterior
from vaekit.posteriors.own import OwnPosterior
from vaekit.posteriors.point import PointPosterior
from vaekit.posteriors.posterior import Posterior

__all__ = [
    "BoxPosterior",
    "ClassAndStylePosterior",
    "ClassThenStylePosterior",
    "EncodedPosterior",
    "FullNormalPosterior",
    "HamiltonianPosterior",
    "InverseAutoregressivePosterior",
    "NormalPosterior",
    "OwnPosterior",
    "PointPosterior",
    "Posterior",
]
