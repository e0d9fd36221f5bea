"""A training that others may watch: it writes its model as a run while it goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaekit.errors import ModelFileError, OutputExists
from vaekit.estimators.files import files_of
from vaekit.run import SUMS, read_plain, refuse_existing, write_folder
from vaekit.train.callbacks import Callback

if TYPE_CHECKING:
    from vaekit.train.loop import Training


class Published(Callback):
    """Writes the run at `path` after the first epoch, and anew after one that ends `every` seconds later.

    files: the files of an estimator, name -> bytes. Such a run says of itself that it was interrupted, which it is
    should the training be killed. A run that this one did not write is left alone; what cannot be written is said
    once in `trouble` and costs the training nothing. Raises OutputExists at once where something is at `path`.
    """

    every = 5.0

    def __init__(
        self, path: str | Path, files: Callable[[Any], Mapping[str, bytes]] = files_of, force: bool = False
    ) -> None:
        self.path, self.files, self.force = Path(path), files, force
        self.trouble: str | None = None
        self._sums: bytes | None = None
        self._written = -float("inf")
        refuse_existing(self.path, force)

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        if self.trouble is None and time.monotonic() - self._written >= self.every:
            try:
                self.write(training.so_far())
            except Exception as error:
                self.trouble = f"'{self.path}' is not written while it trains: {error}"
            self._written = time.monotonic()

    def write(self, estimator: Any) -> None:
        """Write the run of this estimator in the place of the one before."""
        if self._sums is not None and not self.owns_place:
            raise OutputExists("another run was put there meanwhile")
        write_folder(self.path, self.files(estimator), force=self.force or self._sums is not None)
        self._sums = read_plain(self.path / SUMS)

    @property
    def owns_place(self) -> bool:
        """Whether nothing is at the path, or the run that was last written here."""
        if not os.path.lexists(self.path):
            return True
        try:
            return self._sums is not None and read_plain(self.path / SUMS) == self._sums
        except ModelFileError:
            return False
