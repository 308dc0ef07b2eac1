"""A receipt as plain text, 80 columns wide, safe to print in a terminal."""

from __future__ import annotations

import textwrap

from pipelines.checking.engine.outcome import CheckedFile
from pipelines.escaping import terminal
from pipelines.receiving.receipts.receipt import Receipt
from pipelines.receiving.receipts.wording import FindingWords, ReceiptWords, receipt_words
from schemas.counting import how_many

WIDTH = 80


def as_text(receipt: Receipt) -> str:
    """Return the receipt for a terminal or a ``.txt`` file.

    80 columns, no control characters but line ends. A word longer than a line stays whole, so that
    it can be copied.
    """
    words = receipt_words(receipt)
    blocks = [
        _wrapped(words.headline),
        *_steps(words),
        *_found(words),
        *_changed(words),
        _heading(words.labels["details"]),
        *_facts(words),
        "",
        _wrapped(words.labels["keep"]),
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


def _steps(words: ReceiptWords) -> list[str]:
    lines = [_heading(words.labels["next"])]
    for number, step in enumerate(words.steps, start=1):
        lines.append(_wrapped(step, first=f"  {number}. ", rest="     "))
    return lines


def _found(words: ReceiptWords) -> list[str]:
    if not words.groups:
        return [
            _heading(words.labels["findings"]),
            _wrapped(words.nothing_found, first="  ", rest="  "),
        ]
    lines = []
    for group in words.groups:
        lines.append(_heading(group.heading))
        for finding in group.findings:
            lines += _finding(finding, words)
    return lines


def _finding(finding: FindingWords, words: ReceiptWords) -> list[str]:
    hint = f"{words.labels['finding_do']}: {finding.hint}"
    rule = f"({words.labels['finding_rule']} {finding.rule})"
    return [
        _wrapped(f"{finding.place}: {finding.message}", first="  - ", rest="    "),
        _wrapped(f"{hint} {rule}", first="    ", rest="    "),
    ]


def _changed(words: ReceiptWords) -> list[str]:
    if words.changes_heading is None:
        return []
    lines = [_wrapped(change, first="  - ", rest="    ") for change in words.changes]
    return [_heading(words.changes_heading), *lines]


def _facts(words: ReceiptWords) -> list[str]:
    width = max(len(label) for label, _ in words.facts) + 2
    return [
        _wrapped(fact, first=f"  {label:<{width}}", rest=" " * (width + 2))
        for label, fact in words.facts
    ]


def findings_as_text(checked: CheckedFile) -> str:
    """Return what ``quarterdeck check`` prints of one file; safe for a terminal."""
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
    lines.append(
        f"{how_many(checked.rows_found, 'row', 'rows')} found, "
        f"{how_many(len(checked.findings), 'finding', 'findings')}."
    )
    for finding in checked.findings:
        lines += [
            "",
            *textwrap.wrap(f"{finding.severity.value}: {finding.where}: {finding.message}", 80),
            *textwrap.wrap(
                f"{finding.hint} [{finding.rule}]", 80, initial_indent="  ", subsequent_indent="  "
            ),
        ]
    return "\n".join(terminal(line) for line in lines) + "\n"
