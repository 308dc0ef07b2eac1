"""One tick of the sensor on the inbox: it waits for something to come, and until that is still."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipelines.inbox import STILL_SECONDS, Clock, look
from pipelines.inbox_looks import Look
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import Reference

# How often it is looked whether something has come.
GLANCE_SECONDS = 0.25


def look_until_still(
    workspace: Workspace,
    record: Record,
    reference: Reference,
    *,
    sleep: Callable[[float], None],
    now: Callable[[], dt.datetime],
    seconds: float = 20.0,
    watches: float = 0.0,
    clock: Clock = time.monotonic,
) -> Look:
    """Looks, and where files only wait to be still, waits for that and looks once more.

    Where nothing is there, it first waits for something to come, ``watches`` seconds at most.
    Gives all looks as one. Takes ``watches`` and ``STILL_SECONDS`` and a second longer at most than
    ``look`` would: the time for taking files, ``seconds``, is that of all together. Raises what
    ``look`` raises.
    """
    left = seconds

    def once() -> Look:
        nonlocal left
        began = clock()
        found = look(workspace, record, reference, now=now(), seconds=left, clock=clock)
        left -= clock() - began
        return found

    before = _changed(workspace.inbox)
    found = once()
    ends = clock() + watches
    # A name that is not finished yet is nothing to wait for, and often what comes first.
    while found == Look(waiting=found.waiting) and clock() < ends:
        sleep(GLANCE_SECONDS)
        if (now_there := _changed(workspace.inbox)) != before:
            before = now_there
            found = once()
    patience = STILL_SECONDS + 1
    while found.still_in and not found.left and found.still_in <= patience:
        patience -= found.still_in
        sleep(found.still_in)
        further = once()
        found = replace(
            further,
            received=found.received + further.received,
            put_aside=found.put_aside + further.put_aside,
            put_back=found.put_back + further.put_back,
        )
    return found


def _changed(inbox: Path) -> dict[str, int]:
    """When something came into the inbox and each of its folders last, or went from it."""
    try:
        with os.scandir(inbox) as inside:
            folders = [one.path for one in inside if one.is_dir(follow_symlinks=False)]
        return {path: Path(path).stat().st_mtime_ns for path in (str(inbox), *folders)}
    except FileNotFoundError:
        return {}  # none has been made yet, or one went this moment
