"""What the summary says first: what got worse, whether that is real, and what is being done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.data.plan_groups import Plans
from dashboards.data.plans import Action
from dashboards.data.release import Published
from dashboards.data.rows import Commentary, Measure, Submission, Summary
from dashboards.story import words

BoardRow = tuple[Measure, Summary | None]
_MOST_NAMES = 3


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is being done about one measure, as far as the returns tell.

    ``actions`` are those not complete, the most urgent first; ``commentary`` is the newest;
    ``lacking`` are returns of the measure that are due and have not come.
    """

    actions: tuple[Action, ...]
    commentary: Commentary | None
    lacking: tuple[Submission, ...]


def answer_to(published: Published, plans: Plans, measure: Measure) -> Answer:
    """Return what is being done about a measure."""
    comments = published.commentary_about("measure", measure.measure)
    partners = {one.organisation for one in published.values_by_measure.get(measure.measure, ())}
    return Answer(
        actions=tuple(
            action
            for action in plans.actions_about("measure", measure.measure)
            if action.standing != "complete"
        ),
        commentary=comments[0] if comments else None,
        lacking=tuple(
            owed
            for owed in published.submissions
            if owed.return_name == measure.return_name
            and owed.organisation in partners
            and owed.quarter == published.release.quarter
            and owed.is_lacking
        ),
    )


def pressing(board: Sequence[BoardRow]) -> list[tuple[Measure, Summary]]:
    """Return what the summary is about, the most pressing first.

    That is what got worse by more than chance; if nothing did, what will keep missing its target.
    """
    rows = [(measure, summary) for measure, summary in board if summary]
    worse = [row for row in rows if words.is_concern(row[1])]
    failing = [row for row in rows if words.keeps_missing(row[1])]
    return sorted(worse or failing, key=lambda row: most_pressing_first(*row))


def most_pressing_first(measure: Measure, summary: Summary) -> tuple[int, str]:
    """Return the key of every list that puts the most pressing measure first.

    It is the rank that the data give; the measures that they do not rank come last.
    """
    return summary.attention_rank or 10_000, measure.measure


def finding(board: Sequence[BoardRow]) -> str:
    """Return the headline of the summary: the most pressing finding in one sentence."""
    rows = pressing(board)
    if not rows:
        return words.say(f"summary.finding_{'none' if is_any_judged(board) else 'unknown'}")
    kind = "worse" if words.is_concern(rows[0][1]) else "failing"
    return words.counted(
        f"summary.finding_{kind}",
        len(rows),
        number=len(rows),
        names=words.listed([named(*row) for row in rows], most=_MOST_NAMES),
    )


def is_any_judged(board: Sequence[BoardRow]) -> bool:
    """Return whether it can be said of any measure if its change is real."""
    return any(summary is not None and summary.reading is not None for _, summary in board)


def named(measure: Measure, summary: Summary) -> str:
    """Return a measure with its figure, and the target where it has one."""
    value = words.shown_figure(measure, summary.value)
    if summary.target is None:
        return words.say("summary.named", title=measure.title, value=value)
    target = words.shown_figure(measure, summary.target)
    return words.say("summary.named_with_target", title=measure.title, value=value, target=target)


def lead(published: Published, plans: Plans, board: Sequence[BoardRow]) -> list[str]:
    """Return the sentences under the headline: what is done, what improved, what is noise."""
    sentences = []
    rows = pressing(board)
    if any(published.rests_on_illustrative(summary) for _, summary in rows):
        sentences.append(words.say(f"summary.rests_{'one' if len(rows) == 1 else 'many'}"))
    if rows:
        with_action = sum(bool(answer_to(published, plans, m).actions) for m, _ in rows)
        which = "none" if not with_action else "all" if with_action == len(rows) else "some"
        ending = "one" if len(rows) == 1 else "many"
        sentences.append(
            words.say(f"summary.done_{which}_{ending}", with_action=with_action, number=len(rows))
        )
    if rows and words.is_concern(rows[0][1]):
        failing = sum(words.keeps_missing(s) and not words.is_concern(s) for _, s in board if s)
        if failing:
            sentences.append(words.counted("summary.failing_too", failing, number=failing))
    late = sum(action.standing == "late" for action in published.actions)
    if published.actions:
        sentences.append(
            words.counted("summary.late", late, late=late, actions=len(published.actions))
        )
    known = [(m, s) for m, s in board if s]
    counts = {
        "better": sum(words.is_improvement(s) for _, s in known),
        "noise": sum(
            # The trend of five years has no usual range.
            s.variation == s.reading == "common cause" and words.moved_the_wrong_way(m, s)
            for m, s in known
        ),
    }
    sentences += [
        words.counted(f"summary.{key}", number, number=number)
        for key, number in counts.items()
        if number
    ]
    return sentences


def unjudged(published: Published, board: Sequence[BoardRow]) -> str:
    """Return in one sentence of how many measures no change can be judged, and why."""
    found = Counter(why for row in board if (why := _why_unjudged(published, *row)))
    if not found:
        return ""
    reasons = [
        words.counted(f"unjudged.{why}", number, number=number)
        for why, number in found.most_common()
    ]
    return words.say(
        "summary.judged",
        judged=len(board) - found.total(),
        all=len(board),
        reasons=words.listed(reasons, most=len(reasons)),
    )


def _why_unjudged(published: Published, measure: Measure, summary: Summary | None) -> str:
    """Return why no change of a measure can be judged; empty where it can."""
    if summary is None:
        is_sent = measure.measure in published.values_by_measure
        return "apart" if is_sent else "never sent"
    if summary.reading is not None:
        return ""
    return words.why_unread(published, summary) or summary.no_limits_reason or "incomplete"
