"""Hits become findings: sentences with their place, alike ones grouped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from pipelines.checking.hits import Hits
from pipelines.checking.sheet import letter
from pipelines.checking.words import Wording, rules
from pipelines.reading.outcome import Fault
from schemas.declaration import Return
from schemas.finding import Finding

_ALIKE = 3  # more than so many alike are one finding with all their rows
_QUOTED = 60  # characters of a cell that a finding quotes
_UNQUOTED_RULES = {"SDC-002"}  # a person's details are never repeated


class _Facts(dict[str, str]):
    """A fact that a check does not give is shown as dots rather than stopping the check."""

    def __missing__(self, name: str) -> str:
        return "…"


def findings_of_hits(
    hits: Iterable[Hits],
    *,
    header: Sequence[str],
    positions: dict[str, int],
    ret: Return | None,
) -> list[Finding]:
    """The findings for all hits, in the order of the hits."""
    found: list[Finding] = []
    for hit in hits:
        position = positions.get(hit.column, hit.position) if hit.column else hit.position
        sensitive = hit.rule in _UNQUOTED_RULES or (
            ret is not None
            and hit.column in ret.column_by_name
            and ret.column_by_name[hit.column].sensitive
        )
        rows = hit.rows.to_dicts()
        grouped = [rows] if hit.whole or len(rows) > _ALIKE else [[row] for row in rows]
        found += [
            _finding(hit, group, position=position, header=header, sensitive=sensitive)
            for group in grouped
            if group
        ]
    return found


def findings_of_faults(faults: Iterable[Fault], *, header: Sequence[str]) -> list[Finding]:
    """The findings for what the reader found, more than three alike grouped."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.rule, str(fault.facts.get("variant", ""))), []).append(fault)
    found = []
    for (rule, _), alike in groups.items():
        parts = [alike] if len(alike) > _ALIKE else [[fault] for fault in alike]
        for part in parts:
            first = part[0]
            facts = {name: _text(fact) for name, fact in first.facts.items()}
            variant = facts.get("variant") or facts.get("kind", "")
            hit = Hits(
                rule=rule,
                variant=variant if variant in rules()[rule].wordings else "",
                rows=pl.DataFrame(),
                facts=facts,
            )
            rows: list[dict[str, object]] = [
                {"row_number": fault.row, "value": fault.value} for fault in part
            ]
            found.append(_finding(hit, rows, position=first.column, header=header, sensitive=False))
    return found


def _text(fact: object) -> str:
    return ", ".join(map(str, fact)) if isinstance(fact, tuple) else str(fact)


def _finding(
    hit: Hits,
    rows: list[dict[str, object]],
    *,
    position: int | None,
    header: Sequence[str],
    sensitive: bool,
) -> Finding:
    rule = rules()[hit.rule]
    wording: Wording = rule.wordings.get(hit.variant) or rule.wordings[""]
    first = rows[0]
    numbers = [int(str(row["row_number"])) for row in rows if row.get("row_number") is not None]
    raw = first.get("value")
    value = None if raw is None or sensitive else _quoted(str(raw))
    facts = _Facts(hit.facts)
    facts |= {name: str(fact) for name, fact in first.items() if fact is not None}
    facts["value"] = value if value is not None else "this cell"
    heading = header[position] if position is not None and position < len(header) else None
    place = _place(numbers, position=position, heading=heading)
    message = wording.message.format_map(facts)
    if place:
        message = f"{place}: {message}"
    return Finding(
        rule=hit.rule,
        severity=wording.severity,
        message=f"{message} [{hit.rule}]",
        hint=wording.hint.format_map(facts),
        row=numbers[0] if numbers else None,
        rows=tuple(numbers) if len(numbers) > 1 else (),
        column=heading,
        letter=letter(position) if position is not None else None,
        value=value,
    )


def _quoted(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"


def _place(numbers: list[int], *, position: int | None, heading: str | None) -> str:
    where = []
    if len(numbers) == 1:
        where.append(f"Row {numbers[0]}")
    elif numbers:
        shown = ", ".join(map(str, numbers[:8]))
        more = f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
        where.append(f"Rows {shown}{more}")
    if position is not None:
        name = f" ({heading})" if heading and heading.strip() else ""
        where.append(f"{'column' if where else 'Column'} {letter(position)}{name}")
    return ", ".join(where)
