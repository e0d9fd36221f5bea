"""The linear-Gaussian model of the laws, whose every answer is known, is at hand here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "laws"))
