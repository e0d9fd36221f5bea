"""Every error that vaekit raises on purpose, drawn as a tree.

    VaekitError
    ├── SpecError (ValueError)      what was asked for does not fit together
    │   ├── UnknownPart             no part has that name
    │   ├── UnknownOption           the part has no such option
    │   └── ClashError              two parts that cannot stand in one model
    ├── DataError (ValueError)      the data cannot be used as they are
    │   └── DataTypeError (TypeError)  something in them is of a type that no table has
    ├── NetworkError (ValueError)   a network gave another shape than was wanted
    ├── DivergedError (ArithmeticError)  the loss stopped being a finite number
    ├── RunError (OSError)          a run folder or a data file cannot be read or written
    │   ├── OutputExists (FileExistsError)
    │   └── ModelFileError          a model file is damaged, foreign or from another version
    └── MissingExtra (ImportError)  an optional library is not installed

A message is one sentence or two: what is wrong, what was given, what is possible, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class VaekitError(Exception):
    """The root: catch it to catch everything that vaekit raises on purpose."""


class SpecError(VaekitError, ValueError):
    """What was asked for does not fit together."""


class UnknownPart(SpecError):
    """No part of that place has that name."""


class UnknownOption(SpecError):
    """The part, recipe or preset has no such option."""


class ClashError(SpecError):
    """Two parts that cannot stand in one model."""


class DataError(VaekitError, ValueError):
    """The data cannot be used as they are."""


class DataTypeError(DataError, TypeError):
    """Something in the data is of a type that no table has: a cell that is no value, a name that is no text."""


class NetworkError(VaekitError, ValueError):
    """A network gave another shape than was wanted."""


class DivergedError(VaekitError, ArithmeticError):
    """The loss stopped being a finite number; the last good weights were kept."""


class RunError(VaekitError, OSError):
    """A run folder or a data file cannot be read or written."""


class OutputExists(RunError, FileExistsError):
    """The place to write to is taken, and nothing of the user's is ever overwritten unasked."""


class ModelFileError(RunError):
    """A model file is damaged, foreign or from another version."""


class MissingExtra(VaekitError, ImportError):
    """An optional library is not installed."""


def suggestion(given: object, possible: Iterable[str]) -> str:
    """' Did you mean 'x'?' when something possible looks like what was given, else ''."""
    near = difflib.get_close_matches(str(given), list(possible), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
