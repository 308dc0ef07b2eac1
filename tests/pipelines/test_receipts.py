"""What a receipt says, word for word, as text and as a page.

The trap: a receipt that leaves a finding, a number or a change out still looks like a receipt, and
one that shows what a stranger wrote as it is runs it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
from pathlib import Path

from pipelines.checking.engine.context import Context
from pipelines.receiving.receipts.as_html import as_html
from pipelines.receiving.receipts.as_text import as_text
from pipelines.receiving.receipts.receipt import Receipt
from pipelines.receiving.receive import Sender, receive
from pipelines.record.store import Record
from schemas.finding import Severity
from tests.boards import birmingham
from tests.pipelines.test_decisions import TWO_PEOPLE

REFERENCE = birmingham()
AT = dt.datetime(2018, 7, 20, 9, 5, tzinfo=dt.UTC)  # 10:05 in London, and one day before it is due
LATE = dt.datetime(2018, 7, 24, 9, 5, tzinfo=dt.UTC)
CORRECTED = TWO_PEOPLE.replace(b",100,81,,", b",100,83,,seen again")
WRONG = TWO_PEOPLE.replace(b",100,81,,", b",100,181,,").replace(b"level 2,,2,1", b"level 2,,20,x")
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202eevil&.csv"


def given(
    record: Record, content: bytes, at: dt.datetime, *, name: str = "UHB.csv", by: str = "Data lead"
) -> Receipt:
    return receive(
        record,
        content,
        file_name=name,
        sender=Sender(name=by, channel="test"),
        received_at=at,
        context=Context(reference=REFERENCE, as_of=at.date()),
    ).receipt


def in_one_line(text: str) -> str:
    """The text without its line breaks and indents."""
    return " ".join(text.split())


def read(page: str) -> str:
    """What a person reads of a page."""
    body = page[page.index("<body>") :]
    return in_one_line(html.unescape(re.sub(r"<[^>]+>", " ", body)))


def both(receipt: Receipt) -> tuple[str, str]:
    return in_one_line(as_text(receipt)), read(as_html(receipt))


def test_it_says_what_came_when_and_what_happens_next(tmp_path: Path) -> None:
    receipt = given(Record(tmp_path), TWO_PEOPLE, AT)
    for said in both(receipt):
        for wanted in (
            "Your return is accepted. Some figures need a word from you.",
            f"Reference {receipt.submission_id}",
            f"SHA-256 {hashlib.sha256(TWO_PEOPLE).hexdigest()}",
            "Received 20 July 2018 at 10:05",
            "Due 21 July 2018. You are in time.",
            "Return Training compliance (training_compliance)",
            "Organisation UHB",
            "Quarter 2018-19 Q1",
            "Rows 2 found: 2 used, 0 not used, 0 passed over because blank",
            "File UHB.csv",
            "Sent by Data lead",
            "Your figures are in use from now on.",
            "Until then the figure is shown with a mark that says it is unexplained.",
            "Keep this receipt.",
        ):
            assert wanted in said, wanted


def test_every_finding_stands_under_its_severity_the_heaviest_first(tmp_path: Path) -> None:
    receipt = given(Record(tmp_path), WRONG, AT)
    assert receipt.counts[Severity.ERROR] >= 2
    text, page = both(receipt)
    assert f"{receipt.counts[Severity.ERROR]} errors: please correct them" in page
    for said in (text, page):
        folded = said.casefold()
        assert "2 found: 0 used, 2 not used" in said
        assert "Send the whole return again." in said
        places = [
            folded.index(words)
            for severity, words in (
                (Severity.ERROR, "errors: please correct them"),
                (Severity.QUERY, "please correct the figure or say why"),
                (Severity.NOTE, "nothing to do"),
            )
            if receipt.counts[severity]
        ]
        assert places == sorted(places)
        for finding in receipt.findings:
            assert in_one_line(finding.message) in said
            assert f"What to do: {in_one_line(finding.hint)} (Rule {finding.rule})" in said


def test_a_late_file_is_told_how_late_it_is(tmp_path: Path) -> None:
    for said in both(given(Record(tmp_path), TWO_PEOPLE, LATE)):
        assert "Due 21 July 2018. This file came 3 days after that." in said


def test_a_correction_says_cell_by_cell_what_changed(tmp_path: Path) -> None:
    record = Record(tmp_path)
    given(record, TWO_PEOPLE, AT)
    course = "Early help and Right Service, Right Time"
    for said in both(given(record, CORRECTED, LATE)):
        assert "what changed since your figures of 20 july 2018" in said.casefold()
        assert f"{course}, trained: 81 became 83" in said
        assert said.count(" became ") == 1
        assert f"{course}, comment: changed (not shown here)" in said
        assert "seen again" not in said  # a comment may name somebody
        assert "These figures take the place of those of 20 July 2018. We keep both." in said


def test_a_correction_that_is_not_taken_leaves_the_figures_in_use(tmp_path: Path) -> None:
    record = Record(tmp_path)
    given(record, TWO_PEOPLE, AT)
    for said in both(given(record, WRONG, LATE)):
        assert "Your figures of 20 July 2018 stay in use" in said


def test_the_same_file_again_is_told_its_first_reference(tmp_path: Path) -> None:
    record = Record(tmp_path)
    first = given(record, TWO_PEOPLE, AT)
    for said in both(given(record, TWO_PEOPLE, LATE)):
        assert "You sent this file before. Nothing has changed." in said
        assert f"under its first reference, {first.submission_id}." in said


def test_what_a_stranger_wrote_is_shown_and_never_run(tmp_path: Path) -> None:
    record = Record(tmp_path)
    content = TWO_PEOPLE.replace(b",100,81,,", b",100,<img src=x onerror=alert(1)>,,")
    receipt = given(record, content, LATE, name=HOSTILE, by='"><b>me</b>')
    page, text = as_html(receipt), as_text(receipt)
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    for shown in (page, text):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "<escape>[31m<U+202E>evil&.csv" in text
