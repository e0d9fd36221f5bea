"""What is reported of a model, in nats: scores of rows, likelihoods with errors, the ledger.

Everything here takes a model and arrays of model values; estimators turn the user's data into those.
"""

from vaekit.measure.ledger import ledger
from vaekit.measure.likelihood import LogLikelihood, log_likelihood
from vaekit.measure.reader import Reader, shown_by

__all__ = ["LogLikelihood", "Reader", "ledger", "log_likelihood", "shown_by"]
