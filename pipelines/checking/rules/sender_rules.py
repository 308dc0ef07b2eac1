"""Whose return a file is and of which quarter, and whether it may be sent now."""

from __future__ import annotations

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
from pipelines.checking.rules.numbers import Judgement
from pipelines.deadlines.reading import day_month_year
from pipelines.reading.headings import BLANK
from schemas.declaration import Return
from schemas.quarter import Quarter

_QUARTER_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2})[ _-]?Q([1-4])(?!\d)", re.I | re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The organisation and the quarter of a file, None if its rows do not say."""

    organisation: str | None
    quarter: Quarter | None


NO_ORIGIN = Origin(organisation=None, quarter=None)


def origin_of(sheet: Sheet, *, context: Context) -> Origin:
    """Return the organisation and the quarter that most rows name, among those that exist.

    If no row names one it is the announced one.
    """
    counts = _counts(sheet, "organisation")
    codes = {row.organisation for row in context.reference.organisations}
    organisation = next((code for code in counts if code in codes), context.expected_organisation)
    read = {text.strip(BLANK): found for text, found in distinct_quarters(sheet).items()}
    named = [read.get(text) for text in _counts(sheet, "quarter")]
    quarter = next((q for q in named if isinstance(q, Quarter)), context.expected_quarter)
    if quarter is None:  # written otherwise: all is checked under the quarter that is meant
        meant = (q.facts.get("plain") for q in named if isinstance(q, Judgement))
        quarter = next((Quarter.parse(text) for text in meant if text), None)
    return Origin(organisation=organisation, quarter=quarter)


def _counts(sheet: Sheet, column: str) -> list[str]:
    """Return the distinct trimmed cells of a column, the most frequent first."""
    counted: Counter[str] = Counter()
    # Of two that are equally frequent the first in the order of the rows counts.
    for text in sheet.text(column).to_list():
        counted[text.strip(BLANK)] += 1
    return [text for text, _ in counted.most_common() if text]


def authority(sheet: Sheet, found: Origin, *, context: Context) -> Iterator[Violations]:
    """Yield AUT-001: rows that are not the sender's to send, or of more than one organisation."""
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

    def broken(codes: list[str], variant: str = "", **facts: str) -> Violations:
        rows = cells.filter(pl.col("value").is_in(codes))
        return Violations(
            rule="AUT-001", variant=variant, column="organisation", rows=rows, facts=facts,
            whole=variant == "announced",
        )  # fmt: skip

    if foreign:
        mine = list_in_words(sorted(allowed or ())) or "no organisation"
        yield broken(foreign, allowed=mine)
    others = [code for code in distinct if code != found.organisation and code not in foreign]
    if others:
        yield broken(others, "several", organisation=found.organisation or "")
    expected = context.expected_organisation
    if expected is not None and found.organisation not in (None, expected) and not foreign:
        yield broken([found.organisation or ""], "announced", announced=expected)


def period(sheet: Sheet, found: Origin, *, context: Context) -> Iterator[Violations]:
    """Yield PER-001: rows of another quarter; AUT-002: the collection is not open."""
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
            quarter=found.quarter.label, ends=day_month_year(found.quarter.end),
        )  # fmt: skip
        return
    if not context.enforce_window:
        return
    opens, closes = calendar.opens_on(found.quarter), calendar.closes_on(found.quarter)
    if context.closing and closes is not None and found.organisation is not None:
        closes = context.closing.last_day(
            found.organisation, sheet.ret.name, found.quarter, closes=closes
        )
    facts = {"title": sheet.ret.title, "quarter": found.quarter.label}
    if context.as_of < opens:
        yield of_file("AUT-002", variant="early", opens=day_month_year(opens), **facts)
    elif closes is not None and context.as_of > closes:
        yield of_file("AUT-002", closed=day_month_year(closes), **facts)


def announced(ret: Return, *, context: Context) -> Iterator[Violations]:
    """Yield AUT-003: the headings are those of another return than the one named."""
    if context.expected_return is not None and context.expected_return != ret.name:
        expected = context.reference.declared(context.expected_return)
        title = expected.title if expected is not None else context.expected_return
        yield of_file("AUT-003", announced=title, title=ret.title)


def file_name_disagrees(
    file_name: str, ret: Return, found: Origin, *, context: Context
) -> Iterator[Violations]:
    """Yield FIL-006: the file's name speaks of another return, organisation or quarter."""
    parts: list[tuple[str, str]] = []
    known = context.reference.declared_returns
    named = [name for name in known if name in file_name.lower()]
    if named and ret.name not in named:
        parts.append((known[named[0]].title, ret.title))
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
