"""A receipt as plain text, 80 columns wide, safe to print in a terminal."""

from __future__ import annotations

import textwrap

from pipelines.checking.outcome import CheckedFile
from pipelines.escaping import terminal
from pipelines.receipts.receipt import Receipt
from pipelines.receipts.told import Told, ToldFinding, tell

WIDTH = 80


def as_text(receipt: Receipt) -> str:
    """The receipt for a terminal or a ``.txt`` file: 80 columns, no control characters but line
    ends. A word longer than a line stays whole, so that it can be copied."""
    told = tell(receipt)
    blocks = [
        _wrapped(told.headline),
        *_steps(told),
        *_found(told),
        *_changed(told),
        _heading(told.labels["details"]),
        *_facts(told),
        "",
        _wrapped(told.labels["keep"]),
    ]
    return "\n".join(blocks) + "\n"


def _heading(text: str) -> str:
    return f"\n{terminal(text).upper()}"


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        terminal(text),
        width=WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _steps(told: Told) -> list[str]:
    lines = [_heading(told.labels["next"])]
    for number, step in enumerate(told.steps, start=1):
        lines.append(_wrapped(step, first=f"  {number}. ", rest="     "))
    return lines


def _found(told: Told) -> list[str]:
    if not told.groups:
        return [
            _heading(told.labels["findings"]),
            _wrapped(told.nothing_found, first="  ", rest="  "),
        ]
    lines = []
    for group in told.groups:
        lines.append(_heading(group.heading))
        for finding in group.findings:
            lines += _finding(finding, told)
    return lines


def _finding(finding: ToldFinding, told: Told) -> list[str]:
    hint = f"{told.labels['finding_do']}: {finding.hint}"
    rule = f"({told.labels['finding_rule']} {finding.rule})"
    return [
        _wrapped(f"{finding.place}: {finding.message}", first="  - ", rest="    "),
        _wrapped(f"{hint} {rule}", first="    ", rest="    "),
    ]


def _changed(told: Told) -> list[str]:
    if told.changes_heading is None:
        return []
    lines = [_wrapped(change, first="  - ", rest="    ") for change in told.changes]
    return [_heading(told.changes_heading), *lines]


def _facts(told: Told) -> list[str]:
    width = max(len(label) for label, _ in told.facts) + 2
    return [
        _wrapped(fact, first=f"  {label:<{width}}", rest=" " * (width + 2))
        for label, fact in told.facts
    ]


def findings_as_text(checked: CheckedFile) -> str:
    """What ``quarterdeck check`` prints of one file; safe for a terminal."""
    what = " · ".join(
        part
        for part in (
            checked.return_name,
            checked.organisation,
            checked.quarter.label if checked.quarter else None,
        )
        if part
    )
    lines = (
        [f"{checked.file_name}: {checked.outcome}", what]
        if what
        else [f"{checked.file_name}: {checked.outcome}"]
    )
    lines.append(f"{checked.rows_found} rows found, {len(checked.findings)} findings.")
    for finding in checked.findings:
        lines += [
            "",
            *textwrap.wrap(f"{finding.severity.value}: {finding.where}: {finding.message}", 80),
            *textwrap.wrap(
                f"{finding.hint} [{finding.rule}]", 80, initial_indent="  ", subsequent_indent="  "
            ),
        ]
    return "\n".join(terminal(line) for line in lines) + "\n"
