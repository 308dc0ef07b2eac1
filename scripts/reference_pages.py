"""Pages for people, made from what is declared: one for each rule, one for each return.

Nothing is written by hand in them, so they are true as long as they are made anew; a test says
when they are not. ``scripts/write_docs.py`` writes them, from ``scripts/templates``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from pipelines.checking.engine.sheet import letter
from pipelines.checking.engine.wording import Rule
from pipelines.checking.rules.cells import code_labels
from pipelines.escaping import visible
from pipelines.reading.scanner import scan
from schemas.columns import Kind
from schemas.declaration import Return
from schemas.finding import Finding
from schemas.reference import Reference
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


@dataclass(frozen=True, kw_only=True)
class Example:
    """A file that breaks a rule, and its findings of that rule."""

    content: bytes
    findings: tuple[Finding, ...]

    @property
    def excerpt(self) -> list[str]:
        """The heading and the rows that the findings name; nothing of a file that is no text."""
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return []
        if "\0" in text or not text.strip():
            return []
        rows = [
            text[record.start : record.end].rstrip("\r\n") for record in scan(text, delimiter=",")
        ]
        named = sorted({row for one in self.findings for row in (one.row, *one.rows) if row})
        wanted = dict.fromkeys([1, *(named or [2])][:_MOST_LINES])  # of a file: how it begins
        return [visible(rows[number - 1])[:160] for number in wanted if number <= len(rows)]


def rule_page(rule: Rule, examples: Sequence[Example], *, board: str) -> str:
    """Return the page of a rule, in Markdown. ``board`` is the name of the examples' board."""
    return _page("rule.md.j2", rule=rule, examples=examples, board=board)


def rules_index(rules: Mapping[str, Rule]) -> str:
    """Return the list of all rules, in Markdown."""
    return _page("rules.md.j2", rules=rules)


def return_page(ret: Return, reference: Reference) -> str:
    """Return the reference page of a return, in Markdown: its purpose and its columns."""
    measures = reference.measures_of(ret.name) if ret.views else ()
    breakdowns = []
    for measure in measures:
        by: dict[str, list[str]] = {}
        for one in reference.categories_of(measure.measure):
            by.setdefault(one.breakdown, []).append(one.category)
        breakdowns += [(measure, breakdown, names) for breakdown, names in by.items()]
    code_lists = []
    for column in ret.columns:
        if column.kind is Kind.CODE:
            labels, ended = code_labels(column, ret, reference=reference, quarter=None)
            code_lists.append((column.title, labels | ended))
    duties = [row for row in reference.every_obligation if row.return_name == ret.name]
    return _page(
        "return.md.j2",
        ret=ret,
        board=reference.settings.name,
        owed_by=sorted({row.organisation for row in duties}),
        ways=["` with `".join(way) for way in ret.figures],
        measures=measures,
        breakdowns=breakdowns,
        code_lists=code_lists,
    )


def returns_index(returns: Mapping[str, Return], reference: Reference) -> str:
    """Return the list of all returns, in Markdown."""
    return _page("returns.md.j2", returns=returns, reference=reference)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,  # noqa: S701  # Markdown, and every cell goes through `cell`
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals |= {"severities": SEVERITIES, "kinds": _KINDS, "polarity": _POLARITY}
    environment.filters |= {"cell": _cell, "letter": letter, "unit": unit_words, "visible": visible}
    return environment


def _page(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values).rstrip() + "\n"


def _cell(text: object) -> str:
    return visible(str(text)).replace("|", "\\|")
