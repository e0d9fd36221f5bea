"""Results of the literature by command: paper, protocol, published, ours, gap.

    from vaekit.reproduce import find_experiment, reproduce

    reproduce(find_experiment("tutorial-elbo"), "reproductions", budget=600).lines

An experiment is plain data (`experiment.py`), one a file in `experiments/`; it trains and measures on a `Bench`, which
keeps the time. `carry_out.py` runs trial after trial, `kept.py` keeps them, `result.py` judges, `page.py` writes.
"""

from vaekit.reproduce.bench import Bench
from vaekit.reproduce.carry_out import kept_results, reproduce
from vaekit.reproduce.experiment import Experiment, Found, Row, Trial
from vaekit.reproduce.experiments import EXPERIMENTS, find_experiment
from vaekit.reproduce.page import page
from vaekit.reproduce.result import Result

__all__ = [
    "EXPERIMENTS",
    "Bench",
    "Experiment",
    "Found",
    "Result",
    "Row",
    "Trial",
    "find_experiment",
    "kept_results",
    "page",
    "reproduce",
]
