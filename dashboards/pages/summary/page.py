"""The summary: what a board member reads in one minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dashboards.data.release import grouped
from dashboards.data.rows import Measure, Summary
from dashboards.pages.asks.page import asked
from dashboards.pages.base import Page, Site
from dashboards.story import summary as summary_words
from dashboards.story.outlook import comparison

RATINGS = ("on target", "close to target", "off target", "not rated")
VARIATIONS = ("concern", "common cause", "improvement", "neutral", "none")
ASSURANCES = ("consistently failing", "hit and miss", "consistently passing", "none")
_MOST_HEADLINES = 8
_MOST_ATTENTION = 5
_MOST_IMPROVED = 3
_MOST_ASKS = 6  # from as many authors; the page of asks has all

Row = tuple[Measure, Summary | None]


def rating_of(row: Row) -> str:
    """Return the rating counted for a measure: none is 'not rated'."""
    summary = row[1]
    return (summary.rating if summary else None) or "not rated"


def variation_of(row: Row) -> str:
    """Return the reading counted for a measure, without its side."""
    variation = row[1].reading if row[1] else None
    if variation is None or variation == "common cause":
        return variation or "none"
    return variation.split(" ")[0]


def assurance_of(row: Row) -> str:
    """Return the assurance counted for a measure."""
    return (row[1].assurance if row[1] else None) or "none"


def headline_rows(site: Site) -> list[Row]:
    """Return the measures the board chose to see first, at most eight."""
    chosen = [row for row in site.board if row[0].headline is not None]
    return sorted(chosen, key=lambda row: (row[0].headline or 0, row[0].measure))[:_MOST_HEADLINES]


def attention_rows(site: Site) -> list[Row]:
    """Return what needs attention, most pressing first, by the rank that the data gives."""
    ranked = [
        (summary_words.most_pressing_first(measure, summary), (measure, summary))
        for measure, summary in site.board
        if summary is not None and summary.attention_rank is not None
    ]
    return [row for _, row in sorted(ranked, key=lambda one: one[0])]


def status_moves(site: Site) -> list[tuple[Measure, str, str, bool]]:
    """Return the measures whose rating differs from the period before, with both ratings.

    Only where both figures are of the same members: else it is others that are rated. Last stands
    whether the two are rated by different targets.
    """
    moves = []
    for measure, summary in site.board:
        if summary is None or not summary.is_like_for_like:
            continue
        before = site.published.value_before(summary)
        if before and before.rating and summary.rating and before.rating != summary.rating:
            by_another = (before.target, before.amber_limit) != (
                summary.target, summary.amber_limit,
            )  # fmt: skip
            moves.append((measure, before.rating, summary.rating, by_another))
    return moves


def _compared(site: Site) -> Counter[str]:
    """Return how many measures are worse than, similar to and better than England."""
    found: Counter[str] = Counter()
    for measure, _ in site.board:
        row = comparison(site.published, measure)
        if row is not None and row.comparison_list is not None:
            other = row.comparison_list.startswith("worse")
            found["worse" if other else row.comparison_list] += 1
    return found


def matrix(board: Sequence[Row]) -> list[tuple[str, str, Sequence[Row], bool]]:
    """Return the measures by latest change and assurance, and whether a page names them."""
    held = grouped(board, by=lambda row: (variation_of(row), assurance_of(row)))
    return [
        (variation, assurance, held[variation, assurance], is_news)
        for variation in VARIATIONS
        for assurance in ASSURANCES
        if (variation, assurance) in held
        for is_news in [
            variation not in ("common cause", "none") or assurance == "consistently failing"
        ]
    ]


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    published = site.published
    board = site.board
    due = [
        s
        for s in published.submissions
        if s.quarter == published.release.quarter and s.is_owed_by_now
    ]
    asks = asked(site)
    attention = attention_rows(site)
    improved = [row for row in board if variation_of(row) == "improvement"]
    yield Page(
        path="index.html",
        title="Summary",
        template="summary.html",
        provenance=site.provenance_of(
            (summary for _, summary in board),
            *(row.illustrative for row in published.asks),
            *(row.illustrative for row in published.actions),
        ),
        context={
            "finding": summary_words.finding(board),
            "lead": summary_words.lead(published, site.plans, board),
            "asks": asks[:_MOST_ASKS],
            "asks_left": max(len(asks) - _MOST_ASKS, 0),
            "ratings": [(r, sum(rating_of(row) == r for row in board)) for r in RATINGS],
            "matrix": matrix(board),
            "compared": _compared(site),
            "unjudged": summary_words.unjudged(published, board),
            "headline_rows": headline_rows(site),
            "attention": [
                (*row, summary_words.answer_to(published, site.plans, row[0]))
                for row in attention[:_MOST_ATTENTION]
            ],
            "attention_left": max(len(attention) - _MOST_ATTENTION, 0),
            "improved": improved[:_MOST_IMPROVED],
            "improved_left": max(len(improved) - _MOST_IMPROVED, 0),
            "overdue": sum(action.standing == "late" for action in published.actions),
            "moves": status_moves(site),
            "revisions": [r for r in published.revisions if r.breakdown == "total"],
            "due": due,
            "in_time": [s for s in due if s.is_in_time],
            "late": [s for s in due if s.accepted_received_at and s.days_late],
            "lacking": [s for s in due if s.is_lacking],
        },
    )
