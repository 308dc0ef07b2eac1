"""Made-up quarters of the board pack's plans and risks: one before it and one after it.

The actions are the printed ones, so that what moved from quarter to quarter can be seen; how they
are rated, what has been done and which dates move is made up.
"""

from __future__ import annotations

import csv
from pathlib import Path

from series import noise

from pipelines.deadlines.reading import Deadline, read_deadline
from schemas.quarter import Quarter

BOARD_PACK = Path(__file__).parent.parent / "board_pack"
PRINTED = Quarter(2018, 2)
BEFORE, AFTER = PRINTED.shift(-1), PRINTED.shift(1)
COMPLETE = "Blue"
Row = dict[str, object]

# What moves once more after the printed quarter, and when to.
MOVED_AGAIN = {
    ("cqc_review", "4.2.3"): "2019-02-28",
    ("cqc_review", "3.1.3"): "2019-01-31",
    ("cqc_review", "5.1.3"): "2019-03-31",
    ("cqc_review", "6.3.1"): "2019-06-30",
    ("safeguarding_adults", "2.3"): "2019-01-31",
}
REOPENED = {("cqc_review", "1.1.8")}
UPDATES = {
    "Green": "Work goes to plan.",
    "Amber": "Work is behind; the date is kept.",
    "Red": "Work has stopped.",
    COMPLETE: "Done.",
}


def action_progress(organisation: str, quarter: Quarter) -> list[Row] | None:
    """Return the actions of a made-up quarter, None for another quarter."""
    if quarter not in (BEFORE, AFTER):
        return None
    make = _before if quarter == BEFORE else _after
    return [make(row) for row in _printed("action_progress", organisation)]


def risks(organisation: str, quarter: Quarter) -> list[Row] | None:
    """Return the risks of a made-up quarter, None for another quarter."""
    if quarter not in (BEFORE, AFTER):
        return None
    rows = []
    for printed in _printed("risks", organisation):
        made: Row = {**printed, "comment": ""}
        if quarter == BEFORE and printed["likelihood"] == "High":
            made["likelihood"] = "Medium"
        if quarter == AFTER and not printed["likelihood"]:
            made |= {"likelihood": "Medium", "impact": "High"}
        rows.append(made)
    return rows


def _printed(return_name: str, organisation: str) -> list[dict[str, str]]:
    file = BOARD_PACK / return_name / f"{organisation}-{return_name}-{PRINTED.key}.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        return [
            {name: cell for name, cell in row.items() if name not in ("organisation", "quarter")}
            for row in csv.DictReader(opened)
        ]


def _rated(row: dict[str, str], rating: str, **cells: str) -> Row:
    """Return an action with a rating and what goes with it; every fifth has no update."""
    update = "" if noise("update", row["plan"], row["ref"]) > 0.85 else UPDATES[rating]
    made: Row = {**row, "comment": "", "rating": rating, "progress": update, **cells}
    if rating == "Red":
        made |= {"reason": "The money is not agreed.", "recovery_date": "2019-06-30"}
    return made


def _before(row: dict[str, str]) -> Row:
    """Return an action a quarter earlier: fewer are complete, and dates had not moved."""
    read = _read(row)
    due = row["due"] if read.moved_from is None else read.moved_from.as_written
    chance = noise("rating", row["plan"], row["ref"])
    if row["rating"] == COMPLETE:
        ended = read.end is not None and read.end <= BEFORE.end
        return _rated(row, COMPLETE if ended and chance < 0.8 else "Green", due=due)
    return _rated(row, _open_rating(chance), due=due)


def _after(row: dict[str, str]) -> Row:
    """Return an action a quarter later: more are complete, some dates moved, one reopened."""
    key = (row["plan"], row["ref"])
    read = _read(row)
    chance = noise("later", *key)
    if key in REOPENED:
        return _rated(row, "Amber")
    if key in MOVED_AGAIN:
        return _rated(row, "Red" if chance > 0 else "Amber", due=MOVED_AGAIN[key])
    ended = read.end is not None and read.end <= PRINTED.end
    if row["rating"] == COMPLETE or (ended and chance < 0):
        return _rated(row, COMPLETE)
    return _rated(row, _open_rating(chance))


def _open_rating(chance: float) -> str:
    return "Red" if chance > 1.3 else "Amber" if chance > 0.4 else "Green"


def _read(row: dict[str, str]) -> Deadline:
    return read_deadline(row["due"], written_on=PRINTED.end)
