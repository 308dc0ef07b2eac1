"""What others made to break readers, through a whole check: what becomes of each file, and at
which row it is said."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import unicodedata
from pathlib import Path

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.escaping import is_formula
from pipelines.receiving.annotated import annotate
from pipelines.receiving.receipts.as_text import findings_as_text
from pipelines.receiving.receive import Sender, receive
from pipelines.record.store import Record
from schemas.finding import Severity
from tests.boards import birmingham
from tests.pipelines.checking.adversarial import DECLARED, QUARTER, reference, renamed
from tests.pipelines.conftest import CORPORA

MANIFEST = CORPORA / "adversarial" / "manifest.csv"
AS_OF = dt.date(2025, 7, 20)


def manifest() -> list[dict[str, str]]:
    """Its rows; none where it is not there."""
    if not MANIFEST.is_file():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FILES = [row for row in manifest() if row["expected"] != "store_under_own_name"]
NAMES = [row["file"] for row in manifest() if row["expected"] == "store_under_own_name"]


def checked(content: bytes) -> CheckedFile:
    return check(
        content,
        file_name="return.csv",
        declared=DECLARED,
        context=Context(
            reference=reference(),
            as_of=AS_OF,
            sender_organisations=frozenset({"T01"}),
            expected_quarter=QUARTER,
        ),
    )


def at(file: CheckedFile, rows: set[int], *severities: Severity) -> set[str]:
    """The rules of these severities found in one of these rows; in any where none is named."""
    return {
        one.rule
        for one in file.findings
        if one.severity in severities
        and (not rows or not rows.isdisjoint({one.row, *one.rows}))
    }  # fmt: skip


def raw(text: str) -> set[str]:
    """The characters of a text that could do something to a terminal."""
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {char for char in text if unicodedata.category(char) in unseen} - {"\n"}


STOPS = (Severity.ERROR, Severity.REFUSE)
SAYS = (Severity.NOTE, Severity.QUERY)
# The manifest counts lines; where a cell holds a line break, a spreadsheet shows another row.
ROWS = {"quoted_newline.csv": {3}}


@pytest.mark.skipif(not FILES, reason="../shared/corpora is missing")
@pytest.mark.parametrize("row", FILES, ids=lambda row: row["file"])
def test_a_file_becomes_what_the_manifest_says(row: dict[str, str]) -> None:
    content = renamed((MANIFEST.parent / "files" / row["file"]).read_bytes())
    file = checked(content)
    lines = ROWS.get(row["file"]) or {int(line) for line in row["line"].split(";") if line}
    stopped, said = at(file, lines, *STOPS), at(file, lines, *SAYS)
    found = [(one.rule, one.row) for one in file.findings]
    match row["expected"]:
        case "accept":
            assert file.accepted, found
        case "accept_with_note":
            assert file.accepted, found
            assert said, found
        case "reject":
            assert str(file.outcome) == "refused", found
        case "error":
            assert not file.accepted, found
            assert stopped, found
        case "reject_or_error":
            assert stopped, found
        case "accept_with_note_or_error" | "error_or_map" | "error_or_strip":
            assert stopped or said, found
        case "accept_or_error":
            assert file.accepted or stopped, found
        case "warn" | "note":
            assert said, found
        case "warn_and_neutralise_on_export":
            assert "SEC-001" in said, found
            assert file.accepted, found
            exported = csv.reader(io.StringIO(annotate(content, file).decode("utf-8-sig")))
            assert not any(is_formula(cell) for line in exported for cell in line)
        case "not_a_formula":
            assert "SEC-001" not in {rule for rule, _ in found}
            assert b",'-3," not in annotate(content, file)
        case other:
            pytest.fail(f"the manifest has a new word: {other}")
    # Whatever it is, it can be printed: nothing in it reaches a terminal raw.
    printed = findings_as_text(file)
    assert not raw(printed)


@pytest.mark.skipif(not NAMES, reason="../shared/corpora is missing")
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_kept_as_text_and_names_no_file(name: str, tmp_path: Path) -> None:
    record = Record(tmp_path / "record")
    content = (MANIFEST.parent / "files" / "good_utf8.csv").read_bytes()
    received = receive(
        record,
        content,
        file_name=name,
        sender=Sender(name="T01", channel="test"),
        received_at=dt.datetime(2025, 7, 20, 9, tzinfo=dt.UTC),
        context=Context(reference=birmingham(), as_of=AS_OF),
    )
    assert Record(record.folder).submissions()[0].file_name == name
    assert record.as_sent(received.submission.submission_id) == content
    names = {path.name for path in tmp_path.rglob("*")}
    assert not any(name in one for one in names)
    page = (record.submission_folder(received.submission.submission_id) / "receipt.html").read_text(
        encoding="utf-8"
    )
    assert "<script>alert" not in page
    assert "\u202e" not in page


def naughty() -> list[str]:
    file = CORPORA / "naughty_strings" / "blns.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


@pytest.mark.skipif(not naughty(), reason="../shared/corpora is missing")
def test_naughty_strings_in_a_text_cell_break_nothing_and_are_kept() -> None:
    strings = naughty()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["organisation", "quarter", "measure", "numerator", "denominator", "comment"])
    for string in strings:
        writer.writerow(["T01", "2025-26 Q1", "DA01", "12", "40", string])
    content = text.getvalue().encode("utf-8", errors="surrogatepass")
    file = checked(content)
    printed = findings_as_text(file)
    assert not raw(printed)
    exported = csv.reader(io.StringIO(annotate(content, file).decode("utf-8-sig"), newline=""))
    assert not any(is_formula(cell) for line in exported for cell in line)


@pytest.mark.skipif(not naughty(), reason="../shared/corpora is missing")
@pytest.mark.parametrize("column", ["organisation", "quarter", "measure", "numerator"])
def test_naughty_strings_in_any_other_cell_are_found_and_break_nothing(column: str) -> None:
    heading = ["organisation", "quarter", "measure", "numerator", "denominator", "comment"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    rows = [dict(zip(heading, ["T01", "2025-26 Q1", "DA01", "12", "40", ""], strict=True))]
    rows += [rows[0] | {column: string} for string in naughty()]
    writer.writerows([row.values() for row in rows])
    file = checked(text.getvalue().encode("utf-8", errors="surrogatepass"))
    assert not file.accepted
    assert not raw(findings_as_text(file))
