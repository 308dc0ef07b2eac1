"""An inbox to drop files into, with a clock that can be waited for without waiting."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import replace
from pathlib import Path

from pipelines.inbox.files import NOT_TAKEN, RECEIVED
from pipelines.inbox.look import STILL_SECONDS, Look, look
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import birmingham, with_board

SAMPLES = Path(__file__).parents[2] / "samples" / "illustrative" / "training_compliance"
NAME = "WMAS-training_compliance-2018-19-Q2.csv"
RETURN = (SAMPLES / NAME).read_bytes()
NOW = dt.datetime(2018, 10, 20, 9, 30, tzinfo=dt.UTC)


class Box:
    """A workspace with its inbox, looked at as the sensor does."""

    def __init__(self, root: Path) -> None:
        self.workspace = with_board(Workspace(root))
        self.record = Record(self.workspace.record)
        self.reference = birmingham()
        self.waited = 0.0

    def drop(self, content: bytes, name: str = NAME, folder: str = "WMAS") -> Path:
        file = self.workspace.inbox / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def clock(self) -> float:
        """Seconds of a clock that runs as fast as any, and is ahead by what was waited for."""
        return time.monotonic() + self.waited

    def look(self, seconds: float = 60.0, *, after: float = STILL_SECONDS) -> Look:
        """Looks once, so many seconds after the look before."""
        self.waited += after
        return look(
            self.workspace, self.record, self.reference, now=NOW, seconds=seconds, clock=self.clock
        )

    def tick(self) -> Look:
        """Looks twice, ten seconds apart: receives what lies there. Gives both looks as one."""
        first = self.look(after=0.0)
        second = self.look()
        return replace(
            second,
            received=first.received + second.received,
            put_aside=first.put_aside + second.put_aside,
        )

    def lying(self, folder: str = "WMAS") -> dict[str, bytes]:
        """What lies in an organisation's folder and is not received."""
        there = (self.workspace.inbox / folder).iterdir()
        return {one.name: one.read_bytes() for one in there if one.is_file()}

    def received(self, folder: str = "WMAS") -> list[Path]:
        """The files that were received, where they lie now."""
        return sorted((self.workspace.inbox / folder / RECEIVED).glob("*/file*/*"))

    def sent(self) -> list[bytes]:
        return [self.record.as_sent(one.submission_id) for one in self.record.submissions()]

    def aside(self, folder: str = "WMAS") -> dict[str, str]:
        """Names put aside, with what was said of them."""
        return {
            os.fsdecode(file.name): (file.parents[1] / "why.txt").read_text(encoding="utf-8")
            for file in (self.workspace.inbox / folder / NOT_TAKEN).glob("*/file/*")
        }
