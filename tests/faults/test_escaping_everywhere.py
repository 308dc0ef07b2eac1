"""What a partner typed is text wherever it is shown: the naughty strings through every sink.

The trap: a page, a terminal, a spreadsheet or a mail program that obeys what somebody typed into a
cell. Each sink is compared with itself fed with harmless text: the same tags, the same rows, and no
character that acts.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dashboards.data.plans import Action, Risk
from dashboards.data.rows import Commentary
from dashboards.site import build_site
from orchestration.tables import table as markdown_table
from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from pipelines.escaping import email_header, is_formula, log_line, terminal, write_csv
from pipelines.receiving.annotated import annotate
from pipelines.receiving.receipts.as_html import as_html
from pipelines.receiving.receipts.as_text import as_text, findings_as_text
from pipelines.receiving.receive import Received
from pipelines.record.store import Record
from tests.dashboards import made_up
from tests.faults import small

STRINGS = Path(__file__).resolve().parents[3] / "shared/corpora/naughty_strings/blns.json"
# Some of the list, kept here for where the whole of it is missing, and what it lacks.
OURS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
    "@SUM(1)",
    "\x1b[31mred\x1b[2J",
    "\x1b]0;title\x07",
    "Bcc: a@b.c\r\nSubject: x",
    "\u202eright to left",
    "[a link](javascript:alert(1)) ![](http://example.invalid/x.png) | a | b |",
    "`code` **bold** <b>b</b> $(reboot) {{ 7 * 7 }} {% raw %}",
    "../../etc/passwd\x00.csv",
]
_NUMBER = re.compile(r"[-+]?[0-9.]+(E[-+]?[0-9]+)?", re.ASCII)
_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    listed = json.loads(STRINGS.read_text(encoding="utf-8")) if STRINGS.is_file() else []
    return [*OURS, *listed]


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and what a script may be told."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, tuple[str, ...]]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, tuple(sorted(name for name, _ in attrs))))
        for name, value in attrs:
            if name in ("href", "src", "action"):
                assert not (value or "").strip().lower().startswith(("javascript:", "data:text"))


def a_file(texts: list[str]) -> bytes:
    """A return with a row for each text, as course and as comment."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(["organisation", "quarter", "course", "staff_group", "eligible", "trained",
                    "percent", "comment"])  # fmt: skip
    for text in texts:
        write.writerow(["UHB", "2018-19 Q1", text, text, "10", "5", "", text])
    return out.getvalue().encode("utf-8", "surrogatepass")


def received(texts: list[str], folder: Path) -> Received:
    return small.send(Record(folder), a_file(texts), sender=texts[0], file_name=f"{texts[1]}.csv")


def harmless(texts: list[str]) -> list[str]:
    return [f"harmless {place}" for place, _ in enumerate(texts)]


def test_a_receipt_has_the_tags_of_a_receipt_and_no_others(
    naughty: list[str], tmp_path: Path
) -> None:
    for first in range(0, len(naughty) - 1, 40):
        some = naughty[first : first + 40]
        if len(some) < 2:
            continue
        page = as_html(received(some, tmp_path / f"r{first}").receipt)
        plain = as_html(received(harmless(some), tmp_path / f"h{first}").receipt)
        assert Tags(page).found <= Tags(plain).found


def test_a_terminal_gets_no_character_that_acts(naughty: list[str], tmp_path: Path) -> None:
    one = received(naughty, tmp_path / "r")
    for text in (as_text(one.receipt), findings_as_text(one.checked)):
        assert _ACTS.findall(text) == []
    for text in naughty:
        assert _ACTS.findall(terminal(text)) == []
        assert "\n" not in log_line(text)
        assert "\r" not in log_line(text)


def test_an_annotated_file_and_a_download_run_nothing(naughty: list[str]) -> None:
    content = a_file(naughty)
    checked = check(
        content,
        file_name="UHB-training_compliance-2018-19-Q1.csv",
        context=Context(reference=small.reference(), as_of=small.NOON.date()),
    )
    for made in (annotate(content, checked), write_csv([[text] for text in naughty])):
        rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
        assert len(rows) >= len(naughty)
        assert [cell for row in rows for cell in row if is_formula(cell)] == []


def test_a_table_in_dagster_is_one_table(naughty: list[str]) -> None:
    some = naughty[:50]
    table = markdown_table(("What was found",), [(text,) for text in some])
    lines = table.split("\n\n")[0].splitlines()
    assert len(lines) == 2 + len(some)
    for line in lines[2:]:
        assert len(re.findall(r"(?<!\\)\|", line)) == 2
        assert "<" not in line
        assert not re.search(r"(?<!\\)[\[`]", line)


def test_a_mail_has_the_headers_it_was_given_and_no_others(naughty: list[str]) -> None:
    for text in naughty:
        mail = EmailMessage()
        mail["Subject"] = email_header(text)
        mail.set_content("x")
        head = mail.as_bytes().split(b"\n\n")[0]
        names = [line.split(b":")[0] for line in head.splitlines() if line[:1].strip()]
        assert names == [
            b"Subject", b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version",
        ]  # fmt: skip


def test_published_pages_and_downloads_show_it_as_text(
    naughty: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.drawing.chromium.find_browser", lambda: None)
    pages = _site(tmp_path / "n", lambda place: naughty[place % len(naughty)], len(naughty))
    plain = _site(tmp_path / "h", lambda place: f"harmless {place}", len(naughty))
    assert pages.keys() == plain.keys()
    shown = 0
    for name, content in pages.items():
        if name.endswith(".html"):
            assert Tags(content).found <= Tags(plain[name]).found, name
            shown += content.count("&lt;script")
        elif name.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
            run = [cell for cell in cells if is_formula(cell) and not _NUMBER.fullmatch(cell)]
            assert run == [], name
        elif name.endswith(".json"):
            json.loads(content)
    assert shown > 0  # the strings did reach the pages


def _site(folder: Path, text: Callable[[int], str], count: int) -> dict[str, str]:
    rows = made_up.everything()
    for model, names in (
        (Commentary, ("text", "role")),
        (Action, ("action", "lead_body", "progress", "reason", "due_words")),
        (Risk, ("risk", "mitigation", "owner_body")),
    ):
        usual = rows[model]
        wanted = count if model is Action else len(usual)
        rows[model] = [
            dataclasses.replace(
                usual[place % len(usual)],
                **{name: text(place) for name in names},
                **({"ref": f"{place}"} if model is Action else {}),
            )
            for place in range(wanted)
        ]
    (folder / "data").mkdir(parents=True)
    build_site(made_up.write(folder / "data", rows), folder / "site", status="draft")
    return {
        str(path.relative_to(folder / "site")): path.read_text(encoding="utf-8-sig")
        for path in (folder / "site").rglob("*")
        if path.suffix in (".html", ".csv", ".json")
    }
