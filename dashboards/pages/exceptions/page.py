"""Exceptions: every measure and return that a rule picks out, with the rule, for officers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboards.data.provenance import described
from dashboards.data.rows import Measure, Submission, Summary
from dashboards.drawing.chart import PROVENANCE, Column, Table, in_words
from dashboards.pages.base import Page, Site
from dashboards.story import summary as summary_words
from dashboards.story import words
from dashboards.story.summary import Answer, most_pressing_first


@dataclass(frozen=True, kw_only=True)
class MeasureException:
    """A measure and the rules that put it here, heaviest first."""

    measure: Measure
    summary: Summary
    rules: tuple[str, ...]
    partners_missing: str | None
    answer: Answer


_WEIGHTS = (
    "concern_off", "concern", "failing", "off", "action_late", "unexplained", "queries", "revised",
    "old", "incomplete", "month_missing",
)  # fmt: skip


def measure_exceptions(site: Site) -> list[MeasureException]:
    """Return the measures that a rule picks out, most pressing first."""
    found = []
    quarter = site.published.release.quarter
    revised = {row.measure for row in site.published.revisions}
    for measure, summary in site.board:
        if summary is None:
            continue
        concern = words.is_concern(summary)
        off = summary.rating == "off target"
        answer = summary_words.answer_to(site.published, site.plans, measure)
        figure = site.published.value_of(summary)
        missing = figure.partners_missing if figure else None
        holds = {
            "concern_off": concern and off,
            "concern": concern and not off,
            "failing": summary.assurance == "consistently failing",
            "off": off and not concern,
            "action_late": any(action.standing == "late" for action in answer.actions),
            "unexplained": (concern or off)
            and bool(site.published.commentary)
            and (answer.commentary is None or answer.commentary.quarter != quarter),
            "queries": bool(summary.open_queries),
            "revised": measure.measure in revised,
            "old": summary.value is not None
            and summary.quarter < quarter
            and measure.frequency != "yearly",
            "incomplete": bool(missing),
            "month_missing": figure is not None and figure.is_whole_period is False,
        }
        rules = tuple(rule for rule in _WEIGHTS if holds[rule])
        if rules:
            found.append(
                MeasureException(
                    measure=measure,
                    summary=summary,
                    rules=rules,
                    partners_missing=missing,
                    answer=answer,
                )
            )
    return sorted(found, key=lambda e: most_pressing_first(e.measure, e.summary))


def return_exceptions(site: Site) -> list[tuple[str, Submission]]:
    """Return the returns of the quarter that are overdue, stopped or have open queries."""
    found = []
    for owed in site.published.submissions:
        if owed.quarter != site.published.release.quarter:
            continue
        if owed.state == "overdue":
            found.append(("overdue", owed))
        elif owed.state in ("refused", "needs correction"):
            found.append(("blocked", owed))
        elif owed.open_queries:
            found.append(("queries", owed))
    order = ("overdue", "blocked", "queries")
    return sorted(found, key=lambda row: order.index(row[0]))


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    measures = measure_exceptions(site)
    table = Table.of(
        "Measures that a rule picks out",
        measures,
        (
            Column("rank", at=lambda one: measures.index(one) + 1),
            Column("measure", at="measure.measure"),
            Column("title", at="measure.title"),
            Column("period", at="summary.period_label"),
            Column("value", at="summary.value"),
            Column("rating", at="summary.rating"),
            Column("reading", at="summary.reading"),
            Column("assurance", at="summary.assurance"),
            Column("rules", at=lambda one: "; ".join(map(in_words("exception"), one.rules))),
            Column("owner", at="measure.owner_role"),
            Column(PROVENANCE, at=lambda one: described(one.summary.illustrative)),
        ),
    )
    yield Page(
        path="exceptions.html",
        title="Exceptions",
        provenance=site.provenance_of(e.summary for e in measures),
        tables={"exceptions": table},
        context={"measures": measures, "returns": return_exceptions(site)},
    )
