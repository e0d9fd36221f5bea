"""The gate: every number of a model beside what simple methods reach on the same rows, and runs beside each other.

A number by itself says little. What a VAE is worth is what it gives over principal components, a mixture of normal
densities, its own network before training, or the nearest rows; where it gives nothing over them, that is said.
"""

from vaekit.gate.answer import Answer, Beside
from vaekit.gate.compare import Compared, compare, rows_for_all
from vaekit.gate.judge import Judgement, judge
from vaekit.gate.seeds import OverSeeds, Stability, over_seeds

__all__ = [
    "Answer",
    "Beside",
    "Compared",
    "Judgement",
    "OverSeeds",
    "Stability",
    "compare",
    "judge",
    "over_seeds",
    "rows_for_all",
]
