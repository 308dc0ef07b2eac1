"""How long a return takes to check in full as a workbook, beside the same return as CSV.

    python benchmarks/workbooks.py [--rows 50000] [--rounds 5]

The workbook is as a spreadsheet writes it: texts shared, numbers as numbers; once more with a
formula in each row. Each file is checked in a process of its own, in turns; the median of the
processor's time counts, and its ratio to the CSV's.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.board.tables import load_reference
from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def make(path: Path, rows: int) -> None:
    """Writes a return in which nothing is wrong with any row: each is another group of staff."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("organisation,quarter,course,staff_group,eligible,trained,percent,comment\r\n")
        for i in range(rows):
            figures = f"{i % 900 + 100},{i % 97},,"
            file.write(f"CGL,2018-19 Q2,Mental Capacity Act module 1,g{i},{figures}\r\n")


def run_check(path: Path) -> int:
    """Checks the file in full; gives the rows found."""
    board = load_reference(Path("boards/birmingham"))
    context = Context(reference=board, as_of=dt.date(2018, 10, 20))
    return check(path.read_bytes(), file_name=path.name, context=context).rows_found


def make_workbook(source: Path, target: Path, *, formulas: bool) -> None:
    """Write a CSV's rows as a workbook."""
    strings: dict[str, int] = {}

    def cell(column: int, row: int, text: str) -> str:
        place = f"{chr(ord('A') + column)}{row}"
        if text.isdigit():
            formula = f"<f>{text}+0</f>" if formulas and column == 5 else ""
            return f'<c r="{place}" s="0">{formula}<v>{text}</v></c>'
        number = strings.setdefault(text, len(strings))
        return f'<c r="{place}" s="0" t="s"><v>{number}</v></c>'

    def rows() -> Iterator[str]:
        with source.open(encoding="utf-8", newline="") as lines:
            for number, line in enumerate(csv.reader(lines), start=1):
                cells = "".join(cell(at, number, text) for at, text in enumerate(line) if text)
                yield f'<row r="{number}" spans="1:8">{cells}</row>'

    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows())}</sheetData></worksheet>'
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", _relations("officeDocument", "xl/workbook.xml"))
        book = '<sheets><sheet name="Return" sheetId="1" r:id="rId1"/></sheets>'
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OF}">{book}</workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations("worksheet", "worksheets/sheet1.xml", "sharedStrings", "sharedStrings.xml"),
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{shared}</sst>')


def _relations(*kinds_and_targets: str) -> str:
    pairs = zip(kinds_and_targets[::2], kinds_and_targets[1::2], strict=True)
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{_OF}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'


def measure(path: Path) -> float:
    """Processor seconds of one check in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def one(path: Path) -> None:
    """Checks one file, its imports done before on a file of two rows."""
    with tempfile.TemporaryDirectory() as folder:
        small, as_workbook = Path(folder) / "small.csv", Path(folder) / "small.xlsx"
        make(small, 2)
        make_workbook(small, as_workbook, formulas=False)
        run_check(as_workbook)
    started = time.process_time()
    run_check(path)
    print(time.process_time() - started)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", type=Path)
    given = parser.parse_args()
    if given.one:
        one(given.one)
        return
    with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
        source = Path(folder) / "return.csv"
        make(source, given.rows)
        files = {"CSV": source}
        for name, formulas in (("workbook", False), ("with formulas", True)):
            files[name] = Path(folder) / f"{name}.xlsx"
            make_workbook(source, files[name], formulas=formulas)
        found: dict[str, list[float]] = {name: [] for name in files}
        for _ in range(given.rounds):
            for name, path in files.items():
                found[name].append(measure(path))
        base = statistics.median(found["CSV"])
        for name, path in files.items():
            took, size = statistics.median(found[name]), path.stat().st_size / 1e6
            print(f"{name:<14} {size:5.1f} MB  {took:5.2f} s of processor  {took / base:4.1f} x")


if __name__ == "__main__":
    main()
