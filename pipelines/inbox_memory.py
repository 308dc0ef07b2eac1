"""What one look at the inbox remembers for the next.

Two files in the workspace's cache. ``inbox-seen.json`` holds what lay in the inbox and since when
each file has been as it is. ``inbox-taken.jsonl`` holds what was received within the hour, a line
each, written before a file is put away: a process that is killed loses none of them.

How long a file has been as it is, is counted on a clock that nobody sets (``time.monotonic``). The
time of day jumps, and would make a file look still that is not. That clock means something in one
process only, so what another process has seen counts from now: the file waits once more.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What a file looked like: device, inode, size, time of the last change in nanoseconds.
Sight = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a file looks like, and since when it has been so: seconds on this process's clock."""

    sight: Sight
    since: float


def sight_of(status: os.stat_result) -> Sight:
    """What a file looks like, of what the system says of it."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def is_written_as(sight: Sight, other: Sight) -> bool:
    """Whether nobody wrote between the two: also where the file was copied to another disk with
    its times, or its disk has another number since the machine was started anew."""
    return sight[2:] == other[2:]


def seen_before(memory: Path, *, at: float) -> dict[str, Seen]:
    """What the look before saw, by name. What another process saw, or an older version, has been
    so since ``at``; nothing where the memory cannot be read, and then every file waits once."""
    try:
        return {
            str(name): _seen(kept, at) for name, kept in json.loads(memory.read_bytes()).items()
        }
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def remember(memory: Path, seen: Mapping[str, Seen]) -> None:
    """Keeps what a look saw. Raises ``OSError``."""
    _replace(memory, json.dumps({name: _kept(one) for name, one in seen.items()}))


def taken_before(journal: Path, *, at: float) -> dict[str, Seen]:
    """What was received and is still watched, by name, with what it was when it was received.

    A line that cannot be read is passed over. Raises ``OSError`` where the journal, made by
    another process, cannot be written as this one's.
    """
    try:
        lines = journal.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    taken: dict[str, Seen] = {}
    is_own = True
    for name, *kept in _entries(list(filter(None, lines))):
        try:
            taken[str(name)] = _seen(kept, at)
            is_own = is_own and kept[4] == _this_clock()
        except (ValueError, TypeError, LookupError):
            is_own = False
    if not is_own:
        remember_taken(journal, taken)
    return taken


def _entries(lines: list[str]) -> list[list[Any]]:
    """What the lines hold: all at once, which takes a third of the time, or one by one where one
    of them is no JSON."""
    try:
        found = json.loads(f"[{','.join(lines)}]")
    except ValueError:
        found = []
        for line in lines:
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return [one for one in found if isinstance(one, list) and one]


def add_taken(journal: Path, name: str, seen: Seen) -> None:
    """Adds a line for a file that is about to be put away. Raises ``OSError``."""
    with journal.open("a", encoding="ascii") as file:
        file.write(f"\n{_line(name, seen)}")  # first: what was half-written before spoils no other


def remember_taken(journal: Path, taken: Mapping[str, Seen]) -> None:
    """Makes the journal hold these and no others. Raises ``OSError``."""
    _replace(journal, "\n".join(_line(name, one) for name, one in taken.items()))


def _line(name: str, seen: Seen) -> str:
    return json.dumps([name, *_kept(seen)])


def _kept(seen: Seen) -> list[int | float | str]:
    return [*seen.sight, _this_clock(), seen.since]


def _seen(kept: Any, at: float) -> Seen:
    """What was kept of a file: its sight, and since when on whose clock; older versions had the
    sight alone. Raises ``ValueError`` or ``TypeError`` for what has another form."""
    device, inode, size, changed, *rest = kept
    clock, since = rest or (None, at)
    own = since if clock == _this_clock() else at
    # A moment to come is none of this clock: it would keep the file waiting for ever.
    return Seen(sight=(device, inode, size, changed), since=min(own, at))


@functools.cache
def _this_clock() -> str:
    """A name for the clock of this process."""
    return secrets.token_hex(6)


def _replace(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(content, encoding="ascii")
    new.replace(file)
