"""From violations to findings: words filled in, alike ones grouped, all put in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipelines.checking.engine.sheet import Sheet, letter
from pipelines.checking.engine.violations import Violations
from pipelines.checking.engine.wording import Wording, rules
from pipelines.checking.rules.personal_details import personal_details
from pipelines.escaping import visible
from schemas.columns import Kind
from schemas.finding import Finding, Severity
from schemas.rounding import grouped

LONGEST_VALUE = 60
MOST_APART = 3  # more alike than this are one finding
MOST_QUERIES_APART = 50  # each query wants an answer of its own, until there are too many


def findings(
    violations: Iterable[Violations], *, header: Sequence[str], sheet: Sheet | None
) -> tuple[Finding, ...]:
    """Return the findings, those of the whole file first, then by row and column, then by rule.

    ``header`` holds the headings as sent; ``sheet`` is None if the return is not known.
    """
    report = _Report(header=header, sheet=sheet)
    made = _without_what_follows(
        [finding for violation in violations for finding in report.of(violation)]
    )
    return in_order(made)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: those of the whole file first, then by row, column, severity and rule."""
    order = list(Severity)
    return tuple(
        sorted(
            found,
            key=lambda f: (
                f.row or 0, _column_order(f.letter), order.index(f.severity), f.rule, f.message
            ),
        )
    )  # fmt: skip


def _without_what_follows(made: list[Finding]) -> list[Finding]:
    """Leave out what follows from another finding of the same cell.

    A code with characters that cannot be seen is another text only because of them, and a formula
    without a result is why its cell is blank.
    """
    causes = {(one.rule, one.row, one.letter) for one in made if one.severity is Severity.ERROR}

    def follows(one: Finding) -> bool:
        cause = {"COD": "ENC-004", "SYM": "STR-009"}.get(one.rule[:3])
        return (cause, one.row, one.letter) in causes

    return [one for one in made if not follows(one)]


def _column_order(letters: str | None) -> tuple[int, str]:
    return (len(letters or ""), letters or "")


def quotable(text: str) -> bool:
    """Return whether a text may stand in a finding: it holds no person's details."""
    return personal_details(text) is None


class _Report:
    def __init__(self, *, header: Sequence[str], sheet: Sheet | None) -> None:
        self._header = header
        self._sheet = sheet

    def of(self, violations: Violations) -> Iterator[Finding]:
        """Yield the findings of one kind of violation."""
        wordings = rules()[violations.rule].wordings
        wording = wordings[violations.variant]
        if self._is_sensitive(violations):
            wording = wordings.get(f"{violations.variant}_unquoted".lstrip("_"), wording)
        count = violations.rows.height
        if count == 0:
            return
        apart = MOST_QUERIES_APART if wording.severity is Severity.QUERY else MOST_APART
        if violations.whole or count > apart:
            yield self._grouped(violations, wording)
            return
        for facts in violations.rows.iter_rows(named=True):
            yield self._finding(violations, wording, facts)

    def _grouped(self, violations: Violations, wording: Wording) -> Finding:
        first = violations.rows.row(0, named=True)
        numbers = tuple(violations.rows["row_number"].drop_nulls().unique().sort().to_list())
        differing = violations.rows.drop("row_number").unique().height > 1
        finding = self._finding(violations, wording, first)
        message = finding.message
        if differing and not violations.whole:
            message += (
                f" (Row {first['row_number']} is shown; "
                f"{violations.rows.height - 1:,} more cells are alike.)"
            )
        row, rows = next(iter(numbers), None), numbers if len(numbers) > 1 else ()
        return replace(finding, message=message, row=row, rows=rows)

    def _finding(self, violations: Violations, wording: Wording, facts: dict[str, Any]) -> Finding:
        position = self._position(violations)
        value = facts.get("value")
        quoted = value is not None and not self._is_sensitive(violations) and quotable(value)
        rule_never_quotes = violations.rule in ("SDC-001", "SDC-002")
        words = _Words(
            {
                **violations.facts,
                **{name: _shown(fact, facts) for name, fact in facts.items()},
                **self._of_columns(violations, facts),
                **self._of_value(violations, value if quoted and not rule_never_quotes else None),
                "count": f"{violations.rows.height:,}",
            }
        )
        if self._is_sensitive(violations) and "plain" in words:
            words["plain"] = "it in plain digits"
        heading = self._header[position] if position is not None else None
        return Finding(
            rule=violations.rule,
            severity=wording.severity,
            message=_sentence(wording.message.format_map(words)),
            hint=_sentence(wording.hint.format_map(words)),
            row=facts.get("row_number"),
            column=visible(heading) if heading is not None else violations.column,
            letter=letter(position) if position is not None else None,
            value=value[:LONGEST_VALUE] if quoted and not rule_never_quotes and value else None,
        )

    def _position(self, violations: Violations) -> int | None:
        if violations.column is not None and self._sheet is not None:
            return self._sheet.positions.get(violations.column)
        if violations.position is not None and violations.position < len(self._header):
            return violations.position
        return None

    def _is_sensitive(self, violations: Violations) -> bool:
        """Return whether the column is never quoted; a cell found by its place alone is in one too.

        Of a file that is no known return no cell is quoted.
        """
        sheet, place = self._sheet, violations.position
        if sheet is None:
            return place is not None
        name = violations.column
        if name is None and place is not None:
            if (violations.rows["row_number"] == sheet.header_row).all():
                return False  # a heading
            name = next((own for own, at in sheet.positions.items() if at == place), None)
        declared = sheet.ret.column_by_name.get(name or "")
        return declared is not None and declared.sensitive

    def _of_value(self, violations: Violations, value: str | None) -> dict[str, str]:
        """Return how the words speak of the cell: quoted if it may be, as a figure if it is one."""
        if value is not None:
            is_figure = value.replace(".", "", 1).lstrip("-").isdecimal() and value.isascii()
            short = visible(value)
            short = short if len(short) <= LONGEST_VALUE else short[: LONGEST_VALUE - 1] + "…"
            return {"value": short if is_figure else f"“{short}”"}
        kind = None
        if self._sheet is not None and violations.column is not None:
            declared = self._sheet.ret.column_by_name.get(violations.column)
            kind = declared.kind if declared is not None else None
        return {"value": "this number" if kind is not None and kind.is_number else "this text"}

    def _of_columns(self, violations: Violations, facts: dict[str, Any]) -> dict[str, str]:
        """Return the further columns that the words speak of: their letters and what they hold."""
        if self._sheet is None:
            return {}
        of: dict[str, str] = {}
        names = [name for name in (violations.column, *violations.other_columns) if name]
        letters = sorted({self._letter(name) for name in names}, key=_column_order)
        of["letters"] = _and(letters)
        for place, name in zip(("other", "third"), violations.other_columns, strict=False):
            declared = self._sheet.ret.column_by_name[name]
            of[f"{place}_column"] = f"column {self._letter(name)} ({name})"
            sent = facts.get(place)
            if declared.sensitive or sent is None or not quotable(str(sent)):
                of[place] = f"the number in column {self._letter(name)} ({name})"
            elif declared.counts and declared.kind is Kind.PEOPLE:
                of[place] = f"the {_thousands(str(sent))} {declared.counts}"
            else:
                of[place] = f"the {_thousands(str(sent))} in column {self._letter(name)} ({name})"
        return of

    def _letter(self, name: str) -> str:
        if self._sheet is None or name not in self._sheet.positions:
            return name
        return letter(self._sheet.positions[name])


class _Words(dict[str, str]):
    """The facts of a message; a missing one is a defect of the words, seen by their tests."""

    def __missing__(self, key: str) -> str:
        """Name the words that there are."""
        raise KeyError(f"the words ask for {{{key}}}; there are {', '.join(sorted(self))}")


def _shown(fact: object, facts: dict[str, Any]) -> str:
    if isinstance(fact, float):
        return grouped(fact, facts.get("decimals") or 0)
    text = "" if fact is None else visible(str(fact))
    return text if len(text) <= 200 else text[:199] + "…"


def _thousands(text: str) -> str:
    return f"{int(text):,}" if text.isascii() and text.isdigit() else visible(text)[:LONGEST_VALUE]


def _and(items: Sequence[str]) -> str:
    return (
        items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
    )


def _sentence(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a quotation."""
    return text[:1].upper() + text[1:] if text[:1].isalpha() else text
