"""Origin return a file is and of which quarter, and whether it may be sent now."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.sheet import Sheet
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.checking.rules.cells import distinct_quarters
from pipelines.checking.rules.codes import list_in_words
from pipelines.reading.headings import BLANK
from schemas.declaration import Return
from schemas.quarter import Quarter
from schemas.registry import returns

_QUARTER_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2})[ _-]?Q([1-4])(?!\d)", re.I | re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The organisation and the quarter of a file, None where its rows do not tell."""

    organisation: str | None
    quarter: Quarter | None


def origin_of(sheet: Sheet, *, context: Context) -> Origin:
    """The organisation and the quarter that most rows name, among those that exist; the announced
    ones where no row names one.
    """
    counts = _counts(sheet, "organisation")
    codes = {row.organisation for row in context.reference.organisations}
    organisation = next((code for code in counts if code in codes), context.expected_organisation)
    quarters = distinct_quarters(sheet)
    by_count = _counts(sheet, "quarter")
    read = {text.strip(BLANK): found for text, found in quarters.items()}
    named = [read[text] for text in by_count if isinstance(read.get(text), Quarter)]
    quarter = next((q for q in named if isinstance(q, Quarter)), context.expected_quarter)
    return Origin(organisation=organisation, quarter=quarter)


def _counts(sheet: Sheet, column: str) -> list[str]:
    """The distinct trimmed cells of a column, the most frequent first."""
    counted: Counter[str] = Counter()
    cells = sheet.text(column)
    # Both are in the order of the rows, so that of two that are equally frequent the first counts.
    for text, count in zip(cells.unique(maintain_order=True), cells.unique_counts(), strict=True):
        counted[text.strip(BLANK)] += count
    return [text for text, _ in counted.most_common() if text]


def authority(sheet: Sheet, found: Origin, *, context: Context) -> Iterator[Violations]:
    """AUT-001: rows that are not the sender's to send, or of more than one organisation."""
    cells = pl.DataFrame(
        {
            "row_number": sheet.table["row_number"],
            "value": sheet.text("organisation").str.strip_chars(BLANK),
        }
    )
    known = {row.organisation for row in context.reference.organisations}
    distinct = [code for code in cells["value"].unique().to_list() if code in known]
    allowed = context.sender_organisations
    foreign = [code for code in distinct if allowed is not None and code not in allowed]
    if foreign:
        yield Violations(
            rule="AUT-001",
            column="organisation",
            rows=cells.filter(pl.col("value").is_in(foreign)),
            facts={"allowed": list_in_words(sorted(allowed or ())) or "no organisation"},
        )
    others = [code for code in distinct if code != found.organisation and code not in foreign]
    if others:
        yield Violations(
            rule="AUT-001",
            variant="several",
            column="organisation",
            rows=cells.filter(pl.col("value").is_in(others)),
            facts={"organisation": found.organisation or ""},
        )
    expected = context.expected_organisation
    if expected is not None and found.organisation not in (None, expected) and not foreign:
        yield Violations(
            rule="AUT-001",
            variant="announced",
            column="organisation",
            rows=cells.filter(pl.col("value") == found.organisation),
            facts={"announced": expected},
            whole=True,
        )


def period(sheet: Sheet, found: Origin, *, context: Context) -> Iterator[Violations]:
    """PER-001: rows of another quarter; AUT-002: the collection is not open."""
    quarter = context.expected_quarter or found.quarter
    if quarter is None:
        return
    read = distinct_quarters(sheet)
    others = [text for text, q in read.items() if isinstance(q, Quarter) and q != quarter]
    cells = pl.DataFrame({"row_number": sheet.table["row_number"], "value": sheet.text("quarter")})
    if others:
        yield Violations(
            rule="PER-001",
            column="quarter",
            rows=cells.filter(pl.col("value").is_in(others)),
            facts={"quarter": quarter.label},
        )
    calendar = context.reference.calendar(sheet.ret.name)
    if found.quarter is None or calendar is None:
        return
    if context.as_of <= found.quarter.end:
        yield of_file(
            "PER-001", variant="not_over", column="quarter",
            quarter=found.quarter.label, ends=in_words(found.quarter.end),
        )  # fmt: skip
        return
    if not context.enforce_window:
        return
    opens, closes = calendar.opens_on(found.quarter), calendar.closes_on(found.quarter)
    if closes is not None and found.organisation is not None:
        closes = context.closing.last_day(
            found.organisation, sheet.ret.name, found.quarter, closes=closes
        )
    facts = {"title": sheet.ret.title, "quarter": found.quarter.label}
    if context.as_of < opens:
        yield of_file("AUT-002", variant="early", opens=in_words(opens), **facts)
    elif closes is not None and context.as_of > closes:
        yield of_file("AUT-002", closed=in_words(closes), **facts)


def announced(ret: Return, *, context: Context) -> Iterator[Violations]:
    """AUT-003: the headings are those of another return than the one named."""
    if context.expected_return is not None and context.expected_return != ret.name:
        expected = returns().get(context.expected_return)
        title = expected.title if expected is not None else context.expected_return
        yield of_file("AUT-003", announced=title, title=ret.title)


def file_name_disagrees(
    file_name: str, ret: Return, found: Origin, *, context: Context
) -> Iterator[Violations]:
    """FIL-006: the file's name speaks of another return, organisation or quarter."""
    parts: list[tuple[str, str]] = []
    named = [name for name in returns() if name in file_name.lower()]
    if named and ret.name not in named:
        parts.append((returns()[named[0]].title, ret.title))
    match = _QUARTER_IN_NAME.search(file_name)
    if match is not None and found.quarter is not None:
        written = f"{match[1]} Q{match[2]}"
        if written != found.quarter.label:
            parts.append((written, found.quarter.label))
    words = set(re.split(r"[^A-Za-z0-9]+", file_name))
    codes = {row.organisation for row in context.reference.organisations} & words
    if codes and found.organisation is not None and found.organisation not in codes:
        parts.append((min(codes), found.organisation))
    for in_name, in_file in parts:
        yield of_file("FIL-006", in_name=in_name, in_file=in_file)


def in_words(day: dt.date) -> str:
    """A date as a sentence has it: ``14 July 2018``."""
    return f"{day.day} {day:%B %Y}"
