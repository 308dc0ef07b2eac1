"""Write the illustrative returns and the list of all deliveries. Run it again: the same bytes.

    python samples/illustrative/generate.py

The figures are made up. Where a return of the board pack is there for an obligation, none is made.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import outcomes
import plans
import stories
import words
from series import QUARTERS, noise
from stories import Row, Rows

from pipelines.board.tables import load_reference
from schemas.quarter import Quarter
from schemas.registry import returns

HERE = Path(__file__).parent
SAMPLES = HERE.parent
BOARD_PACK = SAMPLES / "board_pack"
BOARD = SAMPLES.parent / "boards" / "birmingham"
STORIES: dict[str, Callable[[str, Quarter], Rows]] = {
    "action_progress": plans.action_progress,
    "risks": plans.risks,
    "clean_air_zone": stories.clean_air_zone,
    "commentary": words.commentary,
    "domestic_abuse": stories.domestic_abuse,
    "population_outcomes": outcomes.population_outcomes,
    "referral_outcomes": stories.referral_outcomes,
    "safeguarding_activity": stories.safeguarding_activity,
    "training_compliance": stories.training_compliance,
    "youth_justice": outcomes.youth_justice,
}
Name = tuple[str, str, str]  # organisation, return, quarter's key
MISSING = {
    ("ROH", "training_compliance", "2018-19-Q2"),
    ("BCHC", "referral_outcomes", "2018-19-Q2"),
}
VERY_LATE = {
    ("SWBHT", "training_compliance", "2018-19-Q2"): 41,
    ("BSWA", "domestic_abuse", "2018-19-Q1"): 48,
}
# How many days after a quarter its returns come; commentary is written when the figures are in.
USUAL_DAYS = {"commentary": 42}
# When the board pack's returns are said to have come. Its commentary was out with the papers, five
# clear days before the meeting of 27 November 2018.
PRINTED_AFTER = {"commentary": 50}
# The checks' outcome for the printed figures that contradict each other or look odd.
OUTCOMES = {
    "BSMHFT-training_compliance-2017-18-Q4": "needs correction",
    "HEFT-referral_outcomes-2017-18-Q4": "needs correction",
    "WMAS-safeguarding_activity-2017-18-Q1": "needs correction",
    "WMAS-safeguarding_activity-2017-18-Q2": "needs correction",
    "WMAS-safeguarding_activity-2017-18-Q4": "needs correction",
    "YOS-safeguarding_activity-2017-18-Q4": "needs correction",
}
REJECTED = {("BWC", "training_compliance", "2018-19-Q2")}
CORRECTED = {
    ("UHB", "training_compliance", "2018-19-Q1"),
    ("WMP", "domestic_abuse", "2018-19-Q1"),
    ("BWC", "referral_outcomes", "2017-18-Q3"),
}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One line of the list of deliveries; ``file`` is its place below ``samples``."""

    file: Path
    sample: str
    organisation: str
    received_at: dt.datetime
    channel: str = "sample"
    expected_outcome: str = "accepted"
    note: str = ""


def main() -> None:
    """Write every file and the list."""
    made = [*_of_the_board_pack()]
    printed = {_name_of(SAMPLES / one.file) for one in made}
    for quarter in QUARTERS:
        for owed in load_reference(BOARD).obligations(quarter):
            name = (owed.organisation, owed.return_name, quarter.key)
            if owed.return_name not in STORIES or name in printed or name in MISSING:
                continue
            rows = STORIES[owed.return_name](owed.organisation, quarter)
            if rows:
                made += _deliveries(name, [*rows, *_not_available(name, rows)], quarter)
    _next_quarter()
    with (SAMPLES / "deliveries.csv").open("w", encoding="utf-8", newline="") as file:
        columns = [column.name for column in fields(Delivery)]
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for one in sorted(made, key=lambda one: (one.received_at, one.file)):
            writer.writerow({**vars(one), "received_at": one.received_at.isoformat()})


def _next_quarter() -> None:
    """Write plans and risks of the quarter after the last one, to see what moves.

    They are to be sent by hand and are no deliveries: the quarter reported stays the board pack's.
    """
    for owed in load_reference(BOARD).obligations(plans.AFTER):
        if owed.return_name in ("action_progress", "risks"):
            rows = STORIES[owed.return_name](owed.organisation, plans.AFTER)
            if rows:
                _write((owed.organisation, owed.return_name, plans.AFTER.key), rows)


def _deliveries(name: Name, rows: list[Row], quarter: Quarter) -> list[Delivery]:
    organisation, return_name, _ = name
    usual = USUAL_DAYS.get(return_name, 18)
    after = VERY_LATE.get(name, usual + round(3 * noise("days", *name)))
    at = dt.datetime.combine(
        quarter.end + dt.timedelta(days=after), dt.time(9 + len(organisation) % 7, 10), dt.UTC
    )
    first = rows
    if name in REJECTED:
        first = _spoiled(rows)
    elif name in CORRECTED:
        first = _before_correction(rows)
    file = _write(name, first)
    one = Delivery(file=file, sample="illustrative", organisation=organisation, received_at=at)
    if name in REJECTED:
        return [replace(one, expected_outcome="needs correction")]
    if name not in CORRECTED:
        return [one]
    at += dt.timedelta(days=12)
    corrected = _write(name, rows, ending="-corrected")
    return [one, replace(one, file=corrected, received_at=at, note="a correction")]


def _not_available(name: Name, rows: list[Row]) -> list[Row]:
    """Return a row that says [x] for each measure that is expected and has no made-up figure."""
    organisation, return_name, key = name
    reference, quarter = load_reference(BOARD), Quarter.parse(key)
    seen = returns()[return_name].observation
    if seen is None:
        return []
    expected = reference.expected_rows(organisation, return_name, quarter)
    measures = (reference.measure(row.measure) for row in expected)
    sent = {row[seen.item] for row in rows}
    items = [*dict.fromkeys(m.item for m in measures if m is not None and m.item not in sent)]
    if seen.area is not None:
        return outcomes.not_available(items, quarter)
    blank = dict.fromkeys(seen.figures, stories.NOT_AVAILABLE)
    return [{seen.item: item, **blank} for item in items]


def _spoiled(rows: list[Row]) -> list[Row]:
    """Return the rows with more trained than there are: the return needs correction."""
    first = dict(rows[0])
    first["trained"], first["eligible"] = first.get("eligible", 90), first.get("trained", 80)
    return [first, *rows[1:]]


def _before_correction(rows: list[Row]) -> list[Row]:
    """Return the rows with one part counted a few short, as they were sent first."""
    changed = [dict(row) for row in rows]
    for row in changed:
        for column in ("trained", "numerator"):
            if isinstance(row.get(column), int):
                row[column] = int(str(row[column])) - 9
                return changed
    last = changed[-1]
    last["comment"] = "First count."
    return changed


def _write(name: Name, rows: list[Row], *, ending: str = "") -> Path:
    """Write a return and return its place below ``samples``."""
    organisation, return_name, key = name
    file = HERE / return_name / f"{organisation}-{return_name}-{key}{ending}.csv"
    file.parent.mkdir(exist_ok=True)
    columns = [column.name for column in returns()[return_name].columns]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        same = {"organisation": organisation, "quarter": Quarter.parse(key).label}
        writer.writerows({**same, **row} for row in rows)
    return file.relative_to(SAMPLES)


def _of_the_board_pack() -> list[Delivery]:
    """Return the printed returns; the one without the contradictions comes three days later."""
    found = []
    for file in sorted(BOARD_PACK.glob("*/*.csv")):
        organisation, return_name, key = _name_of(file)
        later = 3 if file.stem.endswith("-without-contradictions") else 0
        day = Quarter.parse(key).end + dt.timedelta(days=PRINTED_AFTER.get(return_name, 24) + later)
        found.append(
            Delivery(
                file=file.relative_to(SAMPLES),
                sample="board_pack",
                organisation=organisation,
                received_at=dt.datetime.combine(day, dt.time(11), dt.UTC),
                note="as printed" if not later else "the contradicting cells left out",
                expected_outcome=OUTCOMES.get(file.stem, "accepted"),
            )
        )
    return found


def _name_of(file: Path) -> Name:
    stem = file.stem.removesuffix("-without-contradictions").removesuffix("-corrected")
    before, key = stem[:-11], stem[-10:]
    organisation = before.removesuffix(f"-{file.parent.name}")
    return organisation, file.parent.name, key


if __name__ == "__main__":
    main()
