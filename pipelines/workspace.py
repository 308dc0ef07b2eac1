"""The workspace: one folder that holds the record, the warehouse, the releases and the inbox."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import BOARD, WORKSPACE, setting
from schemas.working_days import LONDON

_README = Path(__file__).with_name("workspace_readme.txt")


@dataclass(frozen=True)
class Workspace:
    """Where everything of one installation lies, below ``root``."""

    root: Path

    @classmethod
    def locate(cls, given: Path | None = None) -> Workspace:
        """Return the workspace ``given``, else ``QUARTERDECK_WORKSPACE``, else ``./workspace``."""
        chosen = given or Path(setting(WORKSPACE) or "workspace")
        return cls(chosen.expanduser().absolute())

    @property
    def record(self) -> Path:
        """Every return ever received, and every decision."""
        return self.root / "record"

    @property
    def officer_key(self) -> Path:
        """The key with which an officer compares a file to what stays of an erased one."""
        return self.root / "officer.key"

    @property
    def board(self) -> Path:
        """The board's tables as officers edit them; what counts is in the record.

        The folder that ``QUARTERDECK_BOARD`` names, for the command and the upload pages alike.
        """
        named = setting(BOARD)
        return Path(named).expanduser().absolute() if named else self.root / "board"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file, derived from the record."""
        return self.root / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        """Every draft and edition."""
        return self.root / "releases"

    @property
    def public(self) -> Path:
        """What the public may see, and nothing else: published editions."""
        return self.root / "public"

    @property
    def inbox(self) -> Path:
        """The folder that files are dropped into, with one for each organisation."""
        return self.root / "inbox"

    @property
    def portal(self) -> Path:
        """Accounts and log of the upload pages."""
        return self.root / "portal"

    @property
    def dagster_home(self) -> Path:
        """Dagster's settings and storage."""
        return self.root / "dagster"

    @property
    def cache(self) -> Path:
        """What can be deleted when nothing runs."""
        return self.root / "cache"

    @property
    def dbt_target(self) -> Path:
        """Where dbt keeps its manifest and logs; derived, as all of ``cache`` is."""
        return self.cache / "dbt"

    @property
    def charts(self) -> Path:
        """Charts already drawn, by the hash of their figure."""
        return self.cache / "charts"

    @property
    def practice(self) -> Path:
        """Says that everything here is practice, and which day it is taken to be."""
        return self.root / "practice.toml"

    def practice_day(self) -> dt.date | None:
        """Return the day in ``practice.toml``; None if the workspace is not for practice.

        Raises:
            ValueError: The file is there and return no day.
        """
        if not self.practice.exists():
            return None
        day = tomllib.loads(self.practice.read_text(encoding="utf-8")).get("day")
        if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
            raise ValueError(  # noqa: TRY004  # the file's fault, not the caller's
                f"{self.practice} gives no day. Write: day = 2018-11-19"
            )
        return day

    def practise(self, day: dt.date) -> None:
        """Make this a workspace for practice on that day."""
        self.practice.write_text(
            "# Everything in this workspace is practice: lateness and due dates are judged on\n"
            f"# this day. Delete the file to judge them on the real one.\nday = {day}\n",
            encoding="utf-8",
        )

    def today(self, *, now: dt.datetime) -> dt.date:
        """Return the day on which lateness is judged here.

        The day of ``now`` in London, or practice's.
        """
        return self.practice_day() or now.astimezone(LONDON).date()

    def create(self) -> Workspace:
        """Make the folders that are missing and return the workspace."""
        for folder in (self.record, self.releases, self.inbox, self.dagster_home, self.cache):
            folder.mkdir(parents=True, exist_ok=True)
        readme = self.root / "README.txt"
        if not readme.exists():
            shutil.copyfile(_README, readme)
        return self
