"""Pages for people, made from what is declared: one for each rule, one for each return.

Nothing is written by hand in them, so they are true as long as they are made anew; a test says
when they are not. ``scripts/write_docs.py`` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.checking.engine.sheet import letter
from pipelines.checking.engine.wording import Rule
from pipelines.checking.rules.cells import code_labels
from pipelines.escaping import visible
from pipelines.reading.scanner import scan
from schemas.columns import Column, Kind
from schemas.declaration import Return
from schemas.finding import Finding
from schemas.reference import Measure, Reference
from schemas.units import unit_words

SEVERITIES = {
    "refuse": "Nothing of the file is used. The file and the reason are kept.",
    "error": "Must be corrected: the return is not used until it is.",
    "query": "Looks odd: correct it, or say why it is right. It is used, and shown with a mark "
    "until it is explained.",
    "note": "There is nothing to do.",
}
_KINDS = {
    Kind.ORGANISATION: "your [organisation's code](index.md#organisations)",
    Kind.QUARTER: "a quarter: `2018-19 Q1`",
    Kind.ITEM: "one of the measures below, written as there",
    Kind.CODE: "a code of the list below",
    Kind.PEOPLE: "a whole number, 0 or more",
    Kind.NUMBER: "a number, such as `1234` or `87.4`",
    Kind.PERCENTAGE: "a percentage from 0 to 100, without a percent sign: `87.4`",
    Kind.DATE: "a date: `2018-07-14`",
    Kind.MONTH: "a month: `2018-07`",
    Kind.PERIOD: "a period: `2016`, `2016-17`, `2014-16`, `2018-19 Q1`, `2018-03`",
    Kind.DEADLINE: "a date, in your own words where there is none: `2018-07-14`, `End Aug-18`",
    Kind.TEXT: "words",
}
_POLARITY = {"higher": "higher is better", "lower": "lower is better", "none": ""}
_MOST_LINES = 4
_SYMBOLS = (
    "Where there is no figure, write `[c]` (withheld), `[x]` (not available) or `[z]` (not "
    "applicable). Write `0` where there were none. If you have nothing at all to report, send one "
    "row with your organisation, the quarter, and `nil` as the measure. What is wrong with a file "
    "is told by [rules](../rules/index.md)."
)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A file that breaks a rule, and what is said of it."""

    content: bytes
    findings: tuple[Finding, ...]


def rule_page(rule: Rule, examples: Sequence[Example]) -> str:
    """The page of a rule, in Markdown."""
    lines = [
        f"# {rule.id}: {rule.title}",
        "",
        f"**{rule.severity.value}**, version {rule.version}. {SEVERITIES[rule.severity.value]}",
        "",
        "## Why",
        "",
        rule.intent,
        "",
        "## How to put it right",
        "",
        rule.put_right,
        "",
    ]
    if rule.made_by:
        lines += [f"It is not found by checking a file but by `{rule.made_by.split(',')[0]}`.", ""]
    lines += ["## What you may read", ""]
    if examples:
        for example in examples:
            lines += [*_excerpt(example), *_said(example.findings)]
    else:
        for wording in rule.wordings.values():
            lines += [f"> {wording.message} {wording.hint} [{rule.id}]", ""]
    return _page(lines)


def rules_index(rules: Mapping[str, Rule]) -> str:
    """The list of all rules, in Markdown."""
    lines = [
        "# The rules",
        "",
        "Each finding names its rule. What the four severities mean:",
        "",
        *(f"- **{name}**: {meaning}" for name, meaning in SEVERITIES.items()),
        "",
        "| rule | severity | what |",
        "|---|---|---|",
    ]
    for name in sorted(rules):
        rule = rules[name]
        lines.append(f"| [{name}]({name}.md) | {rule.severity.value} | {rule.title} |")
    return _page(lines)


def return_page(ret: Return, reference: Reference) -> str:
    """The reference page of a return, in Markdown: what it is for, and what stands where."""
    calendar = reference.calendar(ret.name)
    owed_by = sorted(
        {one.organisation for one in reference.every_obligation if one.return_name == ret.name}
    )
    lines = [f"# {ret.title} (`{ret.name}`)", "", ret.purpose, ""]
    lines += [f"Sent by: {ret.sent_by}.", ""]
    if calendar is not None:
        lines += [f"Due {calendar.due_after_days} days after the last day of the quarter.", ""]
    code = owed_by[0] if owed_by else "CODE"
    lines += [
        "```",
        f"quarterdeck template {ret.name} --organisation {code} --quarter 2018-19-Q2",
        "```",
        "",
        "## Columns",
        "",
        "| column | heading | what stands in it | heading needed | may be blank |",
        "|---|---|---|---|---|",
        *(_column_line(index, column) for index, column in enumerate(ret.columns)),
        "",
        *_columns_in_words(ret),
    ]
    lines += _measures(ret, reference)
    lines += _code_lists(ret, reference)
    return _page(lines)


def returns_index(returns: Mapping[str, Return], reference: Reference) -> str:
    """The list of all returns, in Markdown."""
    lines = ["# The returns", "", "| return | what it tells | sent by |", "|---|---|---|"]
    lines += [
        f"| [{ret.title}]({name}.md) | {_cell(ret.purpose)} | {_cell(ret.sent_by)} |"
        for name, ret in sorted(returns.items())
    ]
    lines += [
        "",
        _SYMBOLS,
        "",
        "## Organisations",
        "",
        "| code | name | from | until |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.organisation} | {_cell(one.name)} | {one.started_on or ''} | "
        f"{one.ended_on or ''}{f' (then {one.succeeded_by})' if one.succeeded_by else ''} |"
        for one in reference.organisations
    ]
    return _page(lines)


def _page(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: object) -> str:
    return visible(str(text)).replace("|", "\\|")


def _said(findings: Iterable[Finding]) -> list[str]:
    lines: list[str] = []
    for finding in list(findings)[:2]:
        lines += [f"> {visible(finding.sentence)}", ""]
    return lines


def _excerpt(example: Example) -> list[str]:
    """The heading and the rows that the findings name; nothing of a file that is no text."""
    try:
        text = example.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    if "\0" in text or not text.strip():
        return []
    rows = [text[record.start : record.end].rstrip("\r\n") for record in scan(text, delimiter=",")]
    named = sorted({row for one in example.findings for row in (one.row, *one.rows) if row})
    wanted = dict.fromkeys([1, *named][:_MOST_LINES])
    shown = [visible(rows[number - 1])[:160] for number in wanted if number <= len(rows)]
    return ["```", *shown, "```", ""]


def _column_line(index: int, column: Column) -> str:
    return (
        f"| {letter(index)} | `{column.name}` | {_KINDS[column.kind]} | "
        f"{'yes' if column.required else 'no'} | {'yes' if column.blank_allowed else 'no'} |"
    )


def _columns_in_words(ret: Return) -> list[str]:
    lines: list[str] = []
    for column in ret.columns:
        lines += [f"**{column.title}** (`{column.name}`). {column.description}"]
        lines[-1] += f" Example: `{column.example.rstrip('.')}`." if column.example else ""
        if column.sensitive:
            lines[-1] += " What stands in this column is never repeated in a message."
        lines += [""]
    key = [f"`{name}`" for name in ret.key]
    lines += [f"One row is told from another by {', '.join(key)}.", ""]
    if len(ret.figures) > 1:
        ways = [" with ".join(f"`{name}`" for name in way) for way in ret.figures]
        lines += [f"A row gives its figure as {' or as '.join(ways)}.", ""]
    return lines


def _measures(ret: Return, reference: Reference) -> list[str]:
    measures = reference.measures_of(ret.name)
    if ret.observation is None or not measures:
        return []
    lines = ["## Measures", "", "| written as | what it is | unit | good |", "|---|---|---|---|"]
    lines += [_measure_line(measure) for measure in measures]
    broken_down = [
        (measure, reference.categories_of(measure.measure))
        for measure in measures
        if reference.categories_of(measure.measure)
    ]
    if broken_down:
        lines += ["", "## Breakdowns", ""]
    for measure, categories in broken_down:
        by: dict[str, list[str]] = {}
        for one in categories:
            by.setdefault(one.breakdown, []).append(one.category)
        for breakdown, names in by.items():
            lines += [f"- {_cell(measure.item)}, {breakdown}: {_cell(', '.join(names))}"]
    return [*lines, ""]


def _measure_line(measure: Measure) -> str:
    what = f"{measure.title}. {measure.definition}" if measure.definition else measure.title
    return (
        f"| {_cell(measure.item)} | {_cell(what)} | {unit_words(measure.unit).name} | "
        f"{_POLARITY.get(measure.polarity, measure.polarity)} |"
    )


def _code_lists(ret: Return, reference: Reference) -> list[str]:
    lines: list[str] = []
    for column in ret.columns:
        if column.kind is not Kind.CODE:
            continue
        labels, ended = code_labels(column, ret, reference=reference, quarter=None)
        lines += [f"## {column.title}: codes", "", "| code | what it is |", "|---|---|"]
        for code, label in (labels | ended).items():
            lines.append(f"| {_cell(code)} | {_cell(label)} |")
        lines += [""]
    return lines
