"""The reference data as it is now: read again when an officer has changed a file."""

from __future__ import annotations

import logging
from pathlib import Path

from pipelines.board import ReferenceDataError
from pipelines.board.tables import SEEDS_DIR, load_reference
from schemas.reference import Reference

_LOG = logging.getLogger("quarterdeck.portal")


class CurrentReference:
    """The reference data in ``folder``.

    A file that is wrong for the moment (half edited, say) leaves the last good state in use.
    """

    def __init__(self, folder: Path = SEEDS_DIR) -> None:
        """Load the tables. Raises ``ReferenceDataError``."""
        self._folder = folder
        self._state = self._look()
        self._reference = load_reference(folder)

    def get(self) -> Reference:
        """Return the newest reference data that can be used."""
        state = self._look()
        if state != self._state:
            try:
                self._reference = load_reference(self._folder)
            except ReferenceDataError as problem:
                _LOG.warning("The reference data is wrong; the last good one stays: %s", problem)
            self._state = state
        return self._reference

    def _look(self) -> frozenset[tuple[str, int, int]]:
        files = ((path.name, path.stat()) for path in self._folder.glob("*.csv"))
        return frozenset((name, found.st_mtime_ns, found.st_size) for name, found in files)
