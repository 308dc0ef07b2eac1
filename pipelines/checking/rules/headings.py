"""The return that a file is, by its headings, and the place of each declared column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.reading.headings import BLANK, SIGNS, plain
from schemas.columns import Column, Kind
from schemas.declaration import Return

# Characters that a reader does not see and a computer does: taken out of headings (ENC-005).
UNSEEN = "\u00a0\u00ad\u200b\u200c\u200d\u2007\u202f\u2060\ufeff"


def recognise(
    header: Sequence[str],
    table: pl.DataFrame,
    *,
    file_name: str,
    context: Context,
    declared: Mapping[str, Return],
) -> Return | None:
    """Return the return whose headings these are; None if they are of no return.

    The one with most of its headings in the file, at least half of those it needs. Where two are
    alike (population outcomes and youth justice), the one that was announced, then the one that
    knows most of the items sent, then the one that the file's name holds, then one that the sender
    owes: a nil return holds no item.
    """
    names = {plain(heading) for heading in header} - {""}

    def fit(ret: Return) -> tuple[float, ...]:
        own = {plain(column.name) for column in ret.columns}
        needed = {plain(column.name) for column in ret.columns if column.required}
        share = len(names & needed) / len(needed)
        alike = len(names & own) / len(names | own)
        return share >= 0.5, round(share, 6), round(alike, 6), ret.name == context.expected_return

    senders = context.sender_organisations or {context.expected_organisation}
    owed = {
        row.return_name for row in context.reference.every_obligation if row.organisation in senders
    }

    def fit_of_cells(ret: Return) -> tuple[int, bool, bool]:
        known = _items_known(ret, header, table, context)
        return known, plain(ret.name) in plain(file_name), ret.name in owed

    fits = {name: fit(ret) for name, ret in declared.items()}
    best = max(fits.values(), default=None)
    if best is None or not best[0]:
        return declared.get(context.expected_return or "")
    tied = [declared[name] for name, fitting in fits.items() if fitting == best]
    return tied[0] if len(tied) == 1 else max(tied, key=fit_of_cells)


def _items_known(ret: Return, header: Sequence[str], table: pl.DataFrame, context: Context) -> int:
    if ret.observation is None or ret.observation.item is None:
        return 0
    for position, heading in enumerate(header):
        if plain(heading) == plain(ret.observation.item):
            sent = {cell.strip(BLANK) for cell in table[f"c{position}"].unique().to_list()}
            return len(sent & {measure.item for measure in context.reference.measures_of(ret.name)})
    return 0


@dataclass(frozen=True, kw_only=True)
class Headings:
    """Where each declared column stands, and what is to say about the headings."""

    positions: Mapping[str, int]
    violations: tuple[Violations, ...]


def match_headings(
    header: Sequence[str], *, header_row: int, table: pl.DataFrame, ret: Return
) -> Headings:
    """Finds each declared column of ``ret`` in the heading row.

    A heading counts whatever its case, spaces and underscores (HDR-004), and without what cannot
    be seen (ENC-005). A sign in it (per cent, pounds) makes it another column, but for a per cent
    sign on a column of percentages; nothing else is guessed.
    """
    by_plain = {plain(column.name): column for column in ret.columns}
    positions: dict[str, int] = {}
    violations: list[Violations] = []
    unknown: list[tuple[int, str]] = []
    for position, heading in enumerate(header):
        seen = heading.translate({ord(char): None for char in UNSEEN}).strip()
        column = by_plain.get(plain(heading)) or _of_percentages(heading, by_plain)
        if plain(heading) == "" and seen.strip(BLANK) == "":
            violations += _values_under_blank(table, position)
            continue
        if column is None:
            unknown.append((position, heading))
            continue
        if column.name in positions:
            violations.append(_at(header_row, "HDR-003", position, heading))
            continue
        positions[column.name] = position
        if any(char in UNSEEN for char in heading.strip(" ")):
            violations.append(
                _at(header_row, "ENC-005", position, heading, variant="heading", used=column.name)
            )
        if seen != column.name:
            violations.append(_at(header_row, "HDR-004", position, heading, used=column.name))
    missing = [c.name for c in ret.columns if c.required and c.name not in positions]
    violations += _missing(missing, unknown, header_row, ret)
    return Headings(positions=positions, violations=tuple(violations))


def _missing(
    missing: list[str], unknown: list[tuple[int, str]], header_row: int, ret: Return
) -> Iterable[Violations]:
    """Yield HDR-001 for each missing column and HDR-002 for each unknown one.

    If the unknown ones are those of an earlier template it is FIL-007 in their place.
    """
    names = {plain(heading): (position, heading) for position, heading in unknown}
    for template in ret.earlier_templates:
        old = dict(template.columns)
        if missing and {plain(name) for name in old} >= set(names) and names:
            changes = [
                f"{was} is now {now}" if now else f"{was} is gone" for was, now in old.items()
            ]
            yield of_file(
                "FIL-007", version=template.version, changes="; ".join(changes), title=ret.title
            )
            return
    taken: set[str] = set()
    own = {plain(column.name) for column in ret.columns}
    signed = {key for key in names if _unsigned(key) != key and _unsigned(key) in own}
    for name in missing:
        others = [key for key in names if key not in taken | signed]
        near = difflib.get_close_matches(plain(name), others, 1, 0.7)
        if near:
            taken.add(near[0])
            position, heading = names[near[0]]
            yield _at(header_row, "HDR-001", position, heading, variant="nearest", needed=name)
        else:
            yield of_file("HDR-001", needed=name)
    for key, (position, heading) in names.items():
        if key in taken:
            continue
        if key in signed:
            yield _signed(header_row, position, heading, ret)
        else:
            yield _at(
                header_row, "HDR-002", position, heading,
                title=ret.title, columns=", ".join(column.name for column in ret.columns),
            )  # fmt: skip


def _unsigned(name: str) -> str:
    """Return a plain heading without the signs in it."""
    return name.translate({ord(sign): None for sign in SIGNS})


def _of_percentages(heading: str, by_plain: Mapping[str, Column]) -> Column | None:
    """Return the column of percentages that a heading with a per cent sign names."""
    name = plain(heading)
    column = by_plain.get(_unsigned(name))
    signs = {character for character in name if character in SIGNS}
    return column if signs == {"%"} and column and column.kind is Kind.PERCENTAGE else None


def _signed(header_row: int, position: int, heading: str, ret: Return) -> Violations:
    """Return HDR-002 on a heading that is a column's but for a sign that makes it another."""
    name = plain(heading)
    like = next(column for column in ret.columns if plain(column.name) == _unsigned(name))
    percentages = [c.name for c in ret.columns if c.kind is Kind.PERCENTAGE]
    is_percent = "%" in name and len(percentages) == 1
    return _at(
        header_row, "HDR-002", position, heading,
        variant="percent" if is_percent else "sign", like=like.name,
        percent=percentages[0] if is_percent else "",
        sign=", ".join(dict.fromkeys(one for one in name if one in SIGNS)),
    )  # fmt: skip


def _values_under_blank(table: pl.DataFrame, position: int) -> list[Violations]:
    filled = table.filter(pl.col(f"c{position}").str.strip_chars(BLANK) != "")
    rows = filled.select("row_number")
    return [Violations(rule="HDR-005", position=position, rows=rows, whole=True)]


def _at(
    row: int, rule: str, position: int, heading: str, *, variant: str = "", **facts: object
) -> Violations:
    """Return a violation on a heading."""
    return Violations(
        rule=rule,
        variant=variant,
        position=position,
        rows=pl.DataFrame({"row_number": [row], "value": [heading]}).cast({"row_number": pl.Int32}),
        facts={name: str(fact) for name, fact in facts.items()},
    )
