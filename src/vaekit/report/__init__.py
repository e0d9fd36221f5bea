"""One HTML page about a fitted estimator, for a person: what it is, what it can do, and how it went.

    html = make_report(vae, X_held, labels=y_held, measures=vae.ledger(X_held))

The page holds all that it shows and loads nothing. `report_run` writes it for a run folder.
"""

from vaekit.report.comparison import Side, make_comparison
from vaekit.report.gallery import pictures
from vaekit.report.page import make_report, report_files
from vaekit.report.run import report_run, rows_to_measure

__all__ = [
    "Side",
    "make_comparison",
    "make_report",
    "pictures",
    "report_files",
    "report_run",
    "rows_to_measure",
]
