"""Writes the illustrative returns and the list of all deliveries. Run it again: the same bytes.

    python samples/illustrative/generate.py

The figures are made up. Where a return of the board pack is there for an obligation, none is made.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
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
TOLD: dict[str, Callable[[str, Quarter], Rows]] = {
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
# What the checks say of the printed figures that contradict each other or look odd.
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
class Made:
    """One delivery of the list."""

    file: Path
    sample: str
    organisation: str
    received_at: dt.datetime
    note: str = ""
    expected_outcome: str = "accepted"


def main() -> None:
    """Writes every file and the list."""
    made = [*_of_the_board_pack()]
    printed = {_name_of(one.file) for one in made}
    for quarter in QUARTERS:
        for owed in load_reference().obligations(quarter):
            name = (owed.organisation, owed.return_name, quarter.key)
            if owed.return_name not in TOLD or name in printed or name in MISSING:
                continue
            rows = TOLD[owed.return_name](owed.organisation, quarter)
            if rows:
                made += _deliveries(name, [*rows, *_not_available(name, rows)], quarter)
    _next_quarter()
    with (SAMPLES / "deliveries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["file", "sample", "organisation", "received_at", "channel", "expected_outcome", "note"]
        )
        for one in sorted(made, key=lambda one: (one.received_at, one.file)):
            writer.writerow(
                [
                    one.file.relative_to(SAMPLES),
                    one.sample,
                    one.organisation,
                    one.received_at.isoformat(),
                    "sample",
                    one.expected_outcome,
                    one.note,
                ]
            )


def _next_quarter() -> None:
    """Plans and risks of the quarter after the last one: to be sent by hand, to see what moves.
    They are no deliveries, so that the quarter reported stays the board pack's."""
    for owed in load_reference().obligations(plans.AFTER):
        rows = (
            TOLD[owed.return_name](owed.organisation, plans.AFTER)
            if (owed.return_name in ("action_progress", "risks"))
            else None
        )
        if rows:
            name = f"{owed.organisation}-{owed.return_name}-{plans.AFTER.key}.csv"
            file = HERE / owed.return_name / name
            _write(file, owed.return_name, owed.organisation, plans.AFTER, rows)


def _deliveries(name: Name, rows: list[Row], quarter: Quarter) -> list[Made]:
    organisation, return_name, _ = name
    file = HERE / return_name / f"{organisation}-{return_name}-{quarter.key}.csv"
    usual = USUAL_DAYS.get(return_name, 18)
    after = VERY_LATE.get(name, usual + round(3 * noise("days", *name)))
    at = dt.datetime.combine(
        quarter.end + dt.timedelta(days=after), dt.time(9 + len(organisation) % 7, 10), dt.UTC
    )
    one = Made(file=file, sample="illustrative", organisation=organisation, received_at=at)
    if name in REJECTED:
        _write(file, return_name, organisation, quarter, _spoiled(rows))
        return [replace(one, expected_outcome="needs correction")]
    if name not in CORRECTED:
        _write(file, return_name, organisation, quarter, rows)
        return [one]
    _write(file, return_name, organisation, quarter, _before_correction(rows))
    corrected = file.with_name(f"{file.stem}-corrected.csv")
    _write(corrected, return_name, organisation, quarter, rows)
    later = Made(
        file=corrected,
        sample="illustrative",
        organisation=organisation,
        received_at=at + dt.timedelta(days=12),
        note="a correction",
    )
    return [one, later]


def _not_available(name: Name, rows: list[Row]) -> list[Row]:
    """A row that says [x] for each measure that is expected and has no made-up figure."""
    organisation, return_name, key = name
    reference = load_reference()
    seen = returns()[return_name].observation
    if seen is None:
        return []
    item, figures = seen.item, seen.figures
    told = {row[item] for row in rows}
    expected = reference.expected_rows(organisation, return_name, Quarter.parse(key))
    items = dict.fromkeys(
        measure.item for row in expected if (measure := reference.measure(row.measure))
    )
    if seen.area is not None:
        return outcomes.not_available([one for one in items if one not in told], Quarter.parse(key))
    blank = dict.fromkeys(figures, stories.NOT_AVAILABLE)
    return [{item: one, **blank} for one in items if one not in told]


def _spoiled(rows: list[Row]) -> list[Row]:
    """The rows with more trained than there are: a return that needs correction."""
    first = dict(rows[0])
    first["trained"], first["eligible"] = first.get("eligible", 90), first.get("trained", 80)
    return [first, *rows[1:]]


def _before_correction(rows: list[Row]) -> list[Row]:
    """The rows with one part counted a few short, as it was sent first."""
    changed = [dict(row) for row in rows]
    for row in changed:
        for column in ("trained", "numerator"):
            if isinstance(row.get(column), int):
                row[column] = int(str(row[column])) - 9
                return changed
    last = changed[-1]
    last["comment"] = "First count."
    return changed


def _write(
    file: Path, return_name: str, organisation: str, quarter: Quarter, rows: list[Row]
) -> None:
    file.parent.mkdir(exist_ok=True)
    columns = [column.name for column in returns()[return_name].columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({"organisation": organisation, "quarter": quarter.label, **row})
    file.write_bytes(text.getvalue().encode())


def _of_the_board_pack() -> list[Made]:
    """The printed returns; the one without the contradictions comes three days later."""
    found = []
    for file in sorted(BOARD_PACK.glob("*/*.csv")):
        organisation, return_name, key = _name_of(file)
        later = 3 if file.stem.endswith("-without-contradictions") else 0
        day = Quarter.parse(key).end + dt.timedelta(days=PRINTED_AFTER.get(return_name, 24) + later)
        found.append(
            Made(
                file=file,
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
