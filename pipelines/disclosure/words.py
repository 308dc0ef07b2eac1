"""Numbers in an officer's words that figures which are not shown have too.

What partners write is searched within the build, and withheld there. What officers write comes
after it: the note of an amendment or a withdrawal. Whoever writes it can write it in another way at
once, so the search is strict: a number of any hidden figure, of whichever quarter, is found, and of
what a figure was before it was corrected, unless an edition shows that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import product

import duckdb

from pipelines.disclosure.adapter import CELLS
from pipelines.disclosure.rows import Row
from pipelines.disclosure.stated_before import Shown, as_shown, stated_before

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_PEOPLE = (
    "person", "woman", "man", "child", "girl", "boy", "baby", "adult", "family", "user", "death",
    "victim", "patient", "client", "case", "referral", "report", "incident",
)  # fmt: skip
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
# What has digits in it and counts nothing; of "3 may be more" the 3 counts.
_NO_COUNT = re.compile(
    r"\b\d{4}-\d\d-\d\d(?:-r\d+)?\b"  # a day, or an edition
    r"|(?<![\d.,])(?:19|20)\d\d[-/–]\d\d(?:[- ]Q[1-4])?\b|\bQ[1-4]\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?: (?:19|20)\d\d)?\b"
    rf"|\b{_MONTH} (?:19|20)\d\d\b"
    r"|\b(?:[Ll]evel|[Ss]ection|[Pp]age|[Rr]ow) \d{1,3}\b(?![.,]\d)"
    r"|\b[A-Z]{2}\d\d\b"  # a measure's code
)
# "y19" says 19 to whoever reads it.
_BORDER = re.compile(r"_|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_NUMBER = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[,. ]\d{3})+(?![\d])|\d+(?:\.\d+)?)\s*(%|per cent\b|percent\b)?"
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A number in a text, as it stands there, and a figure that has it and is not shown."""

    said: str
    cell_id: str


def has_decided(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the warehouse holds which figures are hidden."""
    found = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema || '.' || table_name = ?",
        [CELLS],
    ).fetchone()
    return bool(found and found[0])


def hidden_numbers_in(
    connection: duckdb.DuckDBPyConnection, text: str, *, shown: Shown = frozenset()
) -> tuple[Told, ...]:
    """Return the numbers of the text that hidden figures have, one figure for each of them.

    ``shown`` is what editions show: of what a figure was before it was corrected, no secret.
    """
    mentioned = list(_mentioned(text))
    if not mentioned:
        return ()
    found: dict[str, str] = {}
    for row in _hidden(connection, shown):
        x, n, is_share = row.numerator, row.denominator, row.form == "proportion"
        counts = {x, n, None if is_share else row.value}
        counts |= {n - x} if x is not None and n is not None else set()
        share = row.value if is_share else None
        for said, number, is_said_share in mentioned:
            if (number and number in counts and not is_said_share) or (
                share is not None and _is_rounded(number, share, is_share=is_said_share)
            ):
                found.setdefault(said, row.cell_id)
    return tuple(Told(said=said, cell_id=cell_id) for said, cell_id in found.items())


def _hidden(connection: duckdb.DuckDBPyConnection, shown: Shown) -> Iterable[Row]:
    """Yield the figures that are hidden now, and what figures were that no edition shows so."""
    now: dict[bool, list[Row]] = {True: [], False: []}
    for is_shown, cell_id, form, x, n, value in connection.execute(
        "select coalesce(decided.state, 'suppressed') = 'shown', "
        f"cell_id, form, numerator, denominator, value from {CELLS} as cells "
        "left join disclosure.cell_state as decided using (cell_id) order by cell_id"
    ).fetchall():
        now[is_shown].append(
            Row(
                cell_id=cell_id,
                form=form,
                numerator=x,
                denominator=n,
                value=value,
            )
        )
    yield from now[False]
    public = shown | {as_shown(row) for row in now[True]}
    yield from (row for row in stated_before(connection) if as_shown(row) not in public)


def _mentioned(text: str) -> Iterable[tuple[str, Decimal, bool]]:
    """Yield each number of a text: as it stands there, what it is, and whether it is a share."""
    plain = _NO_COUNT.sub(" ; ", unicodedata.normalize("NFKC", text)).casefold()
    plain = _BORDER.sub(" ", plain)
    for match in _NUMBER.finditer(plain):
        written, sign = match.groups()
        yield match[0].strip(), _without_separators(written), bool(sign)
        if sign is None and re.fullmatch(r"\d{1,3}\.\d{3}", written):
            yield written, Decimal(written), False  # a point between thousands, or a decimal one
    words = " " + " ".join(re.findall(r"[a-z]+|[^a-z\s]", plain.replace("-", " "))) + " "
    for said, number in sorted(_said(), key=lambda one: -len(one[0])):
        if f" {said} " in words:  # "thirty seven" is neither thirty nor seven
            words = words.replace(f" {said} ", " ; ")
            yield said, Decimal(number), False


def _without_separators(written: str) -> Decimal:
    if re.fullmatch(r"\d{1,3}(?:[,. ]\d{3})+", written):
        return Decimal(re.sub(r"\D", "", written))
    return Decimal(written)


def _said() -> Iterable[tuple[str, int]]:
    """Yield numbers as people write them; "one" counts only before people and after "only"."""
    yield from zip(_UNITS[1:], range(2, 10), strict=True)
    yield from zip(_TEENS, range(10, 20), strict=True)
    for (place, ten), (unit, one) in product(enumerate(_TENS, 2), enumerate(("", *_UNITS))):
        yield f"{ten} {one}".strip(), 10 * place + unit
    yield from (("a couple of", 2), ("a pair of", 2), ("half a dozen", 6), ("a dozen", 12))
    yield from ((f"{only} one", 1) for only in ("only", "just"))
    yield from ((f"{one} {whom}", 1) for one in ("one", "single", "a single") for whom in _PEOPLE)


def _is_rounded(number: Decimal, share: float, *, is_share: bool) -> bool:
    """Return whether a number is a hidden share, or what is left of its whole, as it is written.

    Without a sign it is one only if it has decimals.
    """
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not (is_share or exponent < 0):
        return False
    with localcontext() as exact:
        exact.rounding = ROUND_HALF_UP
        step = Decimal(1).scaleb(exponent)
        whole = Decimal(repr(share))
        return number in (whole.quantize(step), (100 - whole).quantize(step))
