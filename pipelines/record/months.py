"""What lies in the record's folders by month, looked through again only where it has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# A folder's time of change is as coarse as the kernel's clock: what comes within the same tick as
# a look leaves no trace. A look counts only where the folder had been still for this long.
_STILL = 2_000_000_000  # nanoseconds


@dataclass(frozen=True)
class Change:
    """What a look found: the names that came, and those that are gone."""

    came: frozenset[str]
    gone: frozenset[str]


@dataclass(frozen=True)
class _Month:
    changed: int
    seen: int
    names: set[str]

    def is_as_seen(self, changed: int) -> bool:
        return changed == self.changed and self.seen > changed + _STILL


class Months:
    """The names (without ``.json``) below the months of a folder, those that ``is_name`` takes."""

    def __init__(self, folder: Path, is_name: Callable[[str], bool]) -> None:
        """Begin with nothing seen."""
        self._folder = folder
        self._is_name = is_name
        self._months: dict[str, _Month] = {}

    def look(self) -> Change:
        """Return what has come and gone since the last look. Raises ``OSError``."""
        before, self._months = self._months, {}
        came: set[str] = set()
        gone: set[str] = set()
        for path, changed in _folders(self._folder):
            known = before.pop(path, _never_seen())
            if known.is_as_seen(changed):
                self._months[path] = known
                continue
            seen = time.time_ns()
            names = self._names(path, known.names)
            self._months[path] = _Month(changed=changed, seen=seen, names=names)
            came |= names - known.names
            gone |= known.names - names
        for month in before.values():  # gone with all that was in it
            gone |= month.names
        return Change(came=frozenset(came), gone=frozenset(gone - came))

    def note(self, month: str, name: str) -> None:
        """Take a name as seen that was just put there."""
        self._months.setdefault(str(self._folder / month), _never_seen()).names.add(name)

    def _names(self, folder: str, known: set[str]) -> set[str]:
        with os.scandir(folder) as entries:
            names = [entry.name.removesuffix(".json") for entry in entries]
        return {name for name in names if name in known or self._is_name(name)}


def _never_seen() -> _Month:
    return _Month(changed=0, seen=0, names=set())


def _folders(folder: Path) -> list[tuple[str, int]]:
    """Return the folders in ``folder``, each with the time (ns) of its last change."""
    try:
        with os.scandir(folder) as entries:
            return [(one.path, one.stat().st_mtime_ns) for one in entries if one.is_dir()]
    except FileNotFoundError:
        return []
