"""How many single slips in a sound return are noticed, and how many sound figures are asked about.

    python benchmarks/damage.py WORKSPACE [--return NAME] [--most 12] [--seed 1]

Takes, from a workspace such as the demo's, each accepted return that has a year of history, damages
one figure at a time (ten times it, a tenth of it, two digits turned, two figures of the column
swapped, the column sorted by itself) and checks it as its sender would. A slip is noticed if the
check says something that it does not say of the sound file: an error or a query. A sound figure is
asked about if an error or a query stands on its cell. Prints both shares for each return and kind.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipelines.board.in_force import in_force
from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.reading.reader import as_sent
from pipelines.receiving.history import SenderHistory
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.finding import Finding, Severity
from schemas.reference import Reference

_ASKS = (Severity.REFUSE, Severity.ERROR, Severity.QUERY)
_A_YEAR = 4  # quarters of history
Rows = list[list[str]]


def main() -> None:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--return", dest="wanted")
    parser.add_argument("--most", type=int, default=12, help="files of each return")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="each slip that nothing noticed")
    given = parser.parse_args()
    record = Record(Workspace(given.workspace).record)
    reference = in_force(record)
    chance = random.Random(given.seed)  # noqa: S311  # nothing is guarded by it
    tried: Counter[tuple[str, str]] = Counter()
    noticed: Counter[tuple[str, str]] = Counter()
    sound: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one in _with_history(record, reference, given.wanted, most=given.most, chance=chance):
        checked = _Checked(record, reference, one)
        name = one.return_name or ""
        cells = checked.figures()
        sound[name] += len(cells)
        asked[name] += sum((row, column) in checked.asked_at for row, column in cells)
        for kind, damaged in _damages(checked.rows, cells, chance):
            tried[name, kind] += 1
            is_noticed = bool(checked.asks(damaged) - checked.before)
            noticed[name, kind] += is_noticed
            if given.show and not is_noticed:
                print(f"  {one.organisation} {name} {one.quarter}: {kind} unnoticed")
                print("   ", _difference(checked.rows, damaged))
    kinds = sorted({kind for _, kind in tried})
    print(f"{'return':24}{'sound':>7}{'asked':>8}  " + "".join(f"{kind:>12}" for kind in kinds))
    for name in [*sorted(sound), "all"]:
        names = sorted(sound) if name == "all" else [name]
        figures = sum(sound[each] for each in names)
        share = sum(asked[each] for each in names) / max(figures, 1)
        shares = []
        for kind in kinds:
            every = sum(tried[each, kind] for each in names)
            found = sum(noticed[each, kind] for each in names)
            shares.append(f"{found / every:>11.1%} " if every else f"{'–':>12}")
        print(f"{name:24}{figures:>7}{share:>8.1%}  " + "".join(shares))
    every = sum(tried.values())
    print(f"{sum(noticed.values()) / max(every, 1):.1%} of {every} slips were noticed.")


class _Checked:
    """One accepted file, as its sender would check it."""

    def __init__(self, record: Record, reference: Reference, one: Submission) -> None:
        self._one, self._reference = one, reference
        self._context = Context(
            reference=reference,
            as_of=one.received_at.date(),
            sender_organisations=frozenset({one.organisation or ""}),
            history=SenderHistory(
                record,
                organisations=frozenset({one.organisation or ""}),
                as_of=one.received_at - dt.timedelta(microseconds=1),
            ),
        )
        self.rows = [list(row) for row in as_sent(record.as_sent(one.submission_id)) or []]
        found = self._findings(self.rows)
        self.before = {_said(finding) for finding in found}
        self.asked_at = {
            (row, finding.column)
            for finding in found
            if finding.column
            for row in (finding.rows or (finding.row,))
        }

    def figures(self) -> list[tuple[int, str]]:
        """The cells that hold figures: row of the sheet, heading."""
        ret = self._reference.declared(self._one.return_name or "")
        assert ret is not None
        numbers = {column.name for column in ret.columns if column.kind.is_number}
        heading = self.rows[0]
        return [
            (row, heading[at])
            for row, cells in enumerate(self.rows[1:], start=2)
            for at, cell in enumerate(cells)
            if heading[at] in numbers and cell.replace(".", "", 1).isdecimal() and float(cell) > 0
        ]

    def asks(self, rows: Rows) -> set[tuple[object, ...]]:
        """What the check asks about these rows."""
        return {_said(finding) for finding in self._findings(rows)}

    def _findings(self, rows: Rows) -> list[Finding]:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        checked = check(
            text.getvalue().encode(), file_name=self._one.file_name, context=self._context
        )
        return [one for one in checked.findings if one.severity in _ASKS]


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.row, finding.rows, finding.column, finding.message


def _with_history(
    record: Record, reference: Reference, wanted: str | None, *, most: int, chance: random.Random
) -> Iterator[Submission]:
    """The accepted files that have a year of history, as many of each return as are wanted."""
    every: dict[str, list[Submission]] = defaultdict(list)
    for one in record.submissions():
        if not (one.is_accepted and one.organisation and one.quarter and one.return_name):
            continue
        if one.nil or one.erased or wanted not in (None, one.return_name):
            continue
        history = SenderHistory(record, organisations=frozenset({one.organisation}))
        before = [
            history.rows(one.organisation, one.return_name, one.quarter.shift(-back))
            for back in range(1, 2 * _A_YEAR + 1)
        ]
        if sum(rows is not None for rows in before) >= _A_YEAR:
            every[one.return_name].append(one)
    for found in every.values():
        yield from chance.sample(found, min(most, len(found)))


def _damages(
    rows: Rows, cells: list[tuple[int, str]], chance: random.Random
) -> Iterator[tuple[str, Rows]]:
    """Each slip of each figure, and of each column once: its kind, and the rows with it."""
    heading = rows[0]
    columns: dict[str, list[int]] = defaultdict(list)
    for row, column in cells:
        columns[column].append(row)
        at, cell = heading.index(column), rows[row - 1][heading.index(column)]
        number = float(cell)
        slips = {
            "ten times": f"{number * 10:g}" if "." in cell else cell + "0",
            "a tenth": f"{number / 10:g}" if "." in cell or number < 10 else cell[:-1],
            "digits turned": _turned(cell),
        }
        others = [r for r in columns[column] if rows[r - 1][at] != cell]
        if others:
            other = chance.choice(others)
            swapped = _with(_with(rows, row, at, rows[other - 1][at]), other, at, cell)
            yield "two swapped", swapped
        for kind, text in slips.items():
            if text not in ("", cell):
                yield kind, _with(rows, row, at, text)
    for column, numbers in columns.items():
        at = heading.index(column)
        values = [rows[row - 1][at] for row in numbers]
        ordered = sorted(values, key=float)
        if ordered != values:
            damaged = [list(row) for row in rows]
            for row, value in zip(numbers, ordered, strict=True):
                damaged[row - 1][at] = value
            yield "column sorted", damaged


def _turned(cell: str) -> str:
    """The figure with its first two digits that differ turned round."""
    for at in range(len(cell) - 1):
        pair = cell[at : at + 2]
        if pair.isdecimal() and pair[0] != pair[1] and not (at == 0 and pair[1] == "0"):
            return cell[:at] + pair[::-1] + cell[at + 2 :]
    return cell


def _with(rows: Rows, row: int, at: int, text: str) -> Rows:
    damaged = [list(cells) for cells in rows]
    damaged[row - 1][at] = text
    return damaged


def _difference(sound: Rows, damaged: Rows) -> str:
    return "; ".join(
        f"row {number}: {' | '.join(one)} -> {' | '.join(other)}"
        for number, (one, other) in enumerate(zip(sound, damaged, strict=True), start=1)
        if one != other
    )[:400]


if __name__ == "__main__":
    main()
