"""The doctor: what is wrong with a fitted model, in verdicts that say how they know and what to type.

    from vaekit import diagnose

    for verdict in diagnose(vae, X):
        print(verdict)

A verdict is an effect size past a threshold, never a p-value. The thresholds stand in `thresholds.py`, each with where
it comes from; `docs/doctor.md` shows them on healthy models and on models that were made ill.
"""

from vaekit.doctor.examinations import diagnose, examine, examine_source, fired
from vaekit.doctor.verdict import Effect, Verdict

__all__ = ["Effect", "Verdict", "diagnose", "examine", "examine_source", "fired"]
