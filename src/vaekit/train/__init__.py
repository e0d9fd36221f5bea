"""Training: players, the step, the one loop, schedules, callbacks.

`Training` (loop.py) is all of it; nothing here knows of estimators or files.
"""

from vaekit.train.callbacks import Callback
from vaekit.train.checkpoint import Checkpoint
from vaekit.train.loop import Outcome, Plan, Training
from vaekit.train.rows import ChosenRows, MappedRows, PixelRows, ResidentRows, Rows
from vaekit.train.windows import WindowedRows

__all__ = [
    "Callback",
    "Checkpoint",
    "ChosenRows",
    "MappedRows",
    "Outcome",
    "PixelRows",
    "Plan",
    "ResidentRows",
    "Rows",
    "Training",
    "WindowedRows",
]
