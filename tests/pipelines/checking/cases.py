"""The fixtures of a rule: a folder of its own, ``fixtures/<RULE>``, that a data lead could read.

``good.csv`` does not give the rule; every ``bad….csv`` does; either may be a workbook, ``.xlsx``
(``make_workbooks.py`` makes those). ``case.toml`` says in what
circumstances the files are checked, where the usual ones (a day after the quarter, nothing known
of before) would not do: ``as_of``, ``file_name``, ``sender``, ``expected_return``, ``limits``,
``enforce_window``, ``before`` (accepted files by quarter), ``others`` (another organisation's),
``answered`` (a file whose first query was answered before),
``opens_after_days``, ``closes_after_days``, ``extended_to``,
``earlier_template``, ``date_column``, ``declared`` (the board has two more returns). A table
with the name of a file is for that file only.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.checking.rules.answers import Answer, Answers, bound
from pipelines.reading.outcome import Limits
from schemas.columns import Kind, ReturnRows, column, item_column
from schemas.declaration import Renamed, Return
from schemas.finding import Severity
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.registry import returns
from tests.boards import birmingham
from tests.declared import declared_board

FIXTURES = Path(__file__).parent / "fixtures"
OTHER = "PH"  # who sent what stands in a file of ``others``
USUAL_DAY = dt.date(2018, 10, 20)


class Sighting(ReturnRows):
    """A return with a day in it."""

    course: str = item_column(title="Course", description="A course.", example="Prevent")
    seen_on: dt.date = column(
        title="Seen on", description="A day.", example="2018-07-14", kind=Kind.DATE
    )
    value: float = column(
        title="Value", description="A number.", example="4", kind=Kind.NUMBER, blank_allowed=True
    )


class SightingQueries(pa.DataFrameModel):
    """Nothing is odd about it."""


WITH_A_DAY = Return(
    name="training_compliance",  # whose items and obligations it borrows
    title="Sightings",
    purpose="To read days.",
    sent_by="Tests",
    template_version="1",
    model=Sighting,
    queries=SightingQueries,
)


@dataclass(frozen=True)
class Past:
    """A history made of files."""

    frames: Mapping[Quarter, pl.DataFrame] = field(default_factory=dict)

    def rows(self, organisation: str, return_name: str, quarter: Quarter) -> pl.DataFrame | None:
        """What was accepted for that quarter."""
        return self.frames.get(quarter)


@dataclass(frozen=True)
class Extended:
    """More time for whoever asks."""

    until: dt.date

    def last_day(
        self, organisation: str, return_name: str, quarter: Quarter, *, closes: dt.date
    ) -> dt.date | None:
        """The day until which it was extended."""
        return max(closes, self.until)


@dataclass(frozen=True)
class Said:
    """Answers that were given before."""

    answers: tuple[Answer, ...]

    def of(self, organisation: str, return_name: str, quarter: Quarter) -> tuple[Answer, ...]:
        """The same ones, whoever asks."""
        return self.answers


@dataclass(frozen=True)
class Case:
    """One rule's fixtures and the circumstances of their check."""

    rule: str

    @property
    def folder(self) -> Path:
        return FIXTURES / self.rule

    @property
    def options(self) -> dict[str, Any]:
        """What ``case.toml`` says; nothing where there is none."""
        file = self.folder / "case.toml"
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    @property
    def is_of_a_file(self) -> bool:
        """Whether checking a file is what gives the rule."""
        return not {"received", "answers", "at_sign_off", "others"} & self.options.keys()

    @property
    def bad(self) -> list[Path]:
        """Every file that breaks the rule, the plainest first."""
        files = (file for file in self.folder.glob("bad*") if file.suffix in (".csv", ".xlsx"))
        return sorted(files, key=lambda path: (len(path.stem), path.stem))

    @property
    def good(self) -> Path:
        """The file that does not."""
        return next(self.folder.glob("good.*"))

    def check(self, file: Path) -> CheckedFile:
        """What a fixture gives in the circumstances of the case."""
        options = self.options | self.options.get(file.stem, {})
        return check(
            file.read_bytes(),
            file_name=options.get("file_name", "return.csv"),
            context=self._context(options),
            declared=_declared(options),
        )

    def context(self, file: str = "") -> Context:
        """The circumstances in which its files are checked, or the one of that name."""
        return self._context(self.options | self.options.get(file, {}))

    def _context(self, options: Mapping[str, Any]) -> Context:
        sender = options.get("sender")
        past = Past(
            {Quarter.parse(k): self._accepted(v) for k, v in options.get("before", {}).items()}
        )
        return Context(
            reference=_reference(options),
            as_of=options.get("as_of", USUAL_DAY),
            sender_organisations=frozenset(sender) if sender else None,
            expected_return=options.get("expected_return"),
            expected_organisation=options.get("expected_organisation"),
            enforce_window=options.get("enforce_window", False),
            closing=Extended(options["extended_to"]) if "extended_to" in options else None,
            limits=Limits(**options.get("limits", {})),
            history=past,
            answers=self._answers(options.get("answered")),
        )

    def _answers(self, name: str | None) -> Answers | None:
        if name is None:
            return None
        file = self.folder / name
        ret = returns()["training_compliance"]
        queries = [one for one in _checked(file).findings if one.severity is Severity.QUERY]
        about = bound(queries[0], _accepted(file), ret)
        at = dt.datetime(2018, 10, 5, 9, tzinfo=dt.UTC)
        return Said((Answer(bound=about, text="A small team", by_whom="Data lead", at=at),))

    def _accepted(self, name: str) -> pl.DataFrame:
        return _accepted(self.folder / name)


@cache
def _checked(file: Path) -> CheckedFile:
    return check(
        file.read_bytes(),
        file_name=file.name,
        context=Context(reference=birmingham(), as_of=dt.date(2019, 4, 1)),
    )


def _accepted(file: Path) -> pl.DataFrame:
    """The rows of a file that came before; it must be one that is taken."""
    checked = _checked(file)
    assert checked.rows is not None, (file, checked.findings)
    return checked.rows


def at_noon(day: dt.date) -> dt.datetime:
    """Noon of a day, in UTC."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


@cache
def _loaded() -> Reference:
    return birmingham()


def _reference(options: Mapping[str, Any]) -> Reference:
    days = {
        name: options[name] for name in ("opens_after_days", "closes_after_days") if name in options
    }
    reference = declared_board() if options.get("declared") else _loaded()
    calendars = tuple(replace(one, **days) for one in reference.returns)
    return replace(reference, returns=calendars) if days else reference


def _declared(options: Mapping[str, Any]) -> Mapping[str, Return] | None:
    if options.get("date_column"):
        return {WITH_A_DAY.name: WITH_A_DAY}
    earlier = options.get("earlier_template")
    if earlier is None:
        return None
    ret = returns()["training_compliance"]
    columns = tuple(earlier["columns"].items())
    renamed = Renamed(version=earlier["version"], columns=columns)
    return {ret.name: replace(ret, earlier_templates=(renamed,))}
