"""What the performance officer looks at first: what is owed, and what is published next.

What belongs here: tables and checks for Dagster's pages. What does not: who is late, or what may
be published (``pipelines.publishing.overview``, ``pipelines.obligations.standing``).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

import dagster as dg

from orchestration.assets.board import OWNER
from orchestration.resources import AsOfResource, WorkspaceResource
from orchestration.tables import BEHIND, table
from pipelines.board.in_force import in_force
from pipelines.obligations.standing import Standing, State, most_pressing_first
from pipelines.publishing.failed_build import failed_build
from pipelines.publishing.overview import (
    NextPublication,
    Owed,
    came_lately,
    next_publication,
    owed,
)
from pipelines.receiving.disagreements import RULE, Disagreement, disagreements
from pipelines.record.model import Submission
from pipelines.warehouse.tables import StandingRow, SubmissionRow
from schemas.working_days import LONDON

Events = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]

GLANCE = dg.AssetKey("at_a_glance")  # its name puts it first in the catalogue
OWED = dg.AssetKey("what_is_owed")
NEXT = dg.AssetKey("next_publication")

_OWED_CHECKS = {
    "nothing_is_late": "Every return that is due has come, or its sender was excused.",
    "nothing_is_rejected": "The newest file of every organisation, return and quarter was "
    "accepted. Where one was not, the figures accepted before it stay in use.",
    "nothing_odd_is_unanswered": "Every figure that looked odd was corrected or explained.",
    "no_figure_is_contradicted": "Figures of the same place and time are the same, whichever "
    "organisation sent them. Where they are not, ask both which figure is right.",
}
_NEXT_CHECKS = {
    "the_draft_holds_everything_that_came": "There is a draft, and nothing came after it.",
    "the_figures_are_signed_off": "Somebody signed off the figures of the newest draft.",
    "every_break_is_recorded": "Where an organisation took over from another, or others than "
    "before are in a sum, a rebase with its reason is recorded in rebases.csv.",
    "the_papers_are_in_time": "The last day for the papers, five clear days before the meeting "
    "(Local Government Act 1972, section 100B), is still to come, or they are published.",
}


@dg.asset(
    key=OWED,
    deps=[["raw", SubmissionRow.table], ["raw", StandingRow.table]],
    group_name="returns",
    owners=[OWNER],
    kinds={"markdown"},
    code_version="1",
    description="What every organisation owes for every quarter, and what became of it: what came, "
    "what is late, what was rejected, what has queries.",
    check_specs=[
        dg.AssetCheckSpec(name, asset=OWED, description=sentence)
        for name, sentence in _OWED_CHECKS.items()
    ],
)
def what_is_owed(workspace: WorkspaceResource, as_of: AsOfResource) -> Events:
    """Look at what is owed and what came, for the tables on Dagster's pages."""
    yield from _about_owed(workspace, on=as_of.on(workspace.workspace))


def _about_owed(workspace: WorkspaceResource, *, on: dt.date) -> Events:
    record, reference = workspace.record, in_force(workspace.record)
    found = owed(record, reference, on=on)
    newest = found.quarters[:1]
    contradictions = [
        one for quarter in found.quarters for one in disagreements(record, reference, quarter)
    ]
    yield dg.MaterializeResult(
        asset_key=OWED,
        metadata={
            "as it stands on": _day(found.on),
            "quarters": dg.MetadataValue.md(_quarters_table(found)),
            **{
                f"{quarter.label}, each return": dg.MetadataValue.md(
                    _standings_table(found.of(quarter))
                )
                for quarter in newest
            },
            "late": dg.MetadataValue.md(_standings_table(found.late)),
            "rejected": dg.MetadataValue.md(_standings_table(found.rejected)),
            "with queries": dg.MetadataValue.md(_standings_table(found.queried)),
            "contradictions": dg.MetadataValue.md(_contradictions_table(contradictions)),
        },
    )
    behind = [
        *((bool(s), _standings_table(s)) for s in (found.late, found.rejected, found.queried)),
        (bool(contradictions), _contradictions_table(contradictions)),
    ]
    for name, (failed, rows) in zip(_OWED_CHECKS, behind, strict=True):
        yield _result(OWED, name, passed=not failed, behind=rows)


@dg.asset(
    key=NEXT,
    deps=["draft_release", OWED],
    group_name="releases",
    owners=[OWNER],
    kinds={"markdown"},
    code_version="1",
    description="What will be published next, for which meeting and by when, what it will contain, "
    "and what stands in its way.",
    check_specs=[
        dg.AssetCheckSpec(name, asset=NEXT, description=sentence)
        for name, sentence in _NEXT_CHECKS.items()
    ],
)
def upcoming(workspace: WorkspaceResource, as_of: AsOfResource) -> Events:
    """Look at what will be published next, and at what stands in its way."""
    yield from _about_publication(workspace, on=as_of.on(workspace.workspace))


def _about_publication(workspace: WorkspaceResource, *, on: dt.date) -> Events:
    reference = in_force(workspace.record)
    coming = next_publication(workspace.record, reference, workspace.workspace.releases, on=on)
    stood = owed(workspace.record, reference, on=on)
    if coming is None:
        yield dg.MaterializeResult(
            asset_key=NEXT, metadata={"next": "No meeting is planned, and there is no draft."}
        )
        for name in _NEXT_CHECKS:
            yield _result(NEXT, name, passed=True, behind="Nothing is to be published.")
        return
    yield dg.MaterializeResult(asset_key=NEXT, metadata=_publication(coming, stood))
    in_time = coming.published is not None or not (
        coming.publish_by and stood.on > coming.publish_by
    )
    in_the_way = table(("What stands in its way",), [(one,) for one in coming.in_the_way])
    outcomes = (
        (coming.draft is not None and not coming.is_behind, in_the_way),
        (coming.sign_off is not None, in_the_way),
        (not coming.rebases, _rebases_table(coming)),
        (in_time, in_the_way),
    )
    for name, (passed, behind) in zip(_NEXT_CHECKS, outcomes, strict=True):
        yield _result(NEXT, name, passed=passed, behind=behind)


@dg.asset(
    key=GLANCE,
    deps=[OWED, NEXT],
    group_name="releases",
    owners=[OWNER],
    kinds={"markdown"},
    code_version="1",
    description="A Monday morning in one look: what came, what is late, what was rejected, what "
    "looks odd, what the next publication will contain and what stands in its way. Every quarter "
    "is in what_is_owed, and more about the publication in next_publication.",
)
def at_a_glance(workspace: WorkspaceResource, as_of: AsOfResource) -> dg.MaterializeResult[None]:
    """Put together what an officer asks first, about the quarter that is published next."""
    return _glance(workspace, on=as_of.on(workspace.workspace))


def overview(workspace: WorkspaceResource, *, on: dt.date) -> Events:
    """Yield what the officer's assets and their checks say on the day ``on``."""
    yield from _about_owed(workspace, on=on)
    yield from _about_publication(workspace, on=on)
    yield _glance(workspace, on=on)


def as_events(
    results: Events,
) -> Iterator[dg.AssetMaterialization | dg.AssetCheckEvaluation]:
    """Yield results of assets and checks as events that a sensor can report without a run."""
    for one in results:
        if isinstance(one, dg.AssetCheckResult):
            yield dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey.from_coercible(one.asset_key or []),
                check_name=str(one.check_name),
                passed=one.passed,
                severity=one.severity,
                metadata=one.metadata,
            )
        else:
            yield dg.AssetMaterialization(
                asset_key=dg.AssetKey.from_coercible(one.asset_key or []), metadata=one.metadata
            )


def _glance(workspace: WorkspaceResource, *, on: dt.date) -> dg.MaterializeResult[None]:
    record = workspace.record
    reference = in_force(record)
    failed = failed_build(workspace.workspace)
    coming = next_publication(record, reference, workspace.workspace.releases, on=on)
    stood = owed(record, reference, on=on)
    found: dict[str, dg.MetadataValue | str] = {}
    if failed is not None:
        found |= {"the newest build failed": failed.in_words}
    if coming is not None:
        lines = _in_short(coming, stood)
        if failed is not None:
            lines.insert(0, f"The newest build failed. {failed.why}")
        found |= {
            "in short": dg.MetadataValue.md(table(("In short",), [(line,) for line in lines]))
        }
    found |= {"as it stands on": _day(stood.on)}
    if coming is not None:
        found |= _in_detail(coming, stood)
    came = came_lately(record, on=stood.on)
    return dg.MaterializeResult(
        asset_key=GLANCE,
        metadata={**found, "came in the last seven days": dg.MetadataValue.md(_came_table(came))},
    )


def _in_short(coming: NextPublication, stood: Owed) -> list[str]:
    """Return what an officer sees first of the page.

    The publication, what is in its way, what came. In short lines: the page does not show the end
    of a long one.
    """
    of_quarter = Owed(on=stood.on, standings=tuple(stood.of(coming.quarter)))
    came = sum(one.current is not None for one in of_quarter.standings)
    if coming.published is None:
        said = [f"{coming.quarter.label} is not published yet."]
        if coming.publish_by:
            said.append(f"It is to be published by {_last_day(coming)}.")
        said += coming.in_the_way or ("Nothing stands in its way.",)
    else:
        said = [f"{coming.quarter.label} is published.", *coming.in_the_way]
    queries = sum(one.open_queries for one in of_quarter.queried)
    said.append(
        f"Returns owed for it: {len(of_quarter.standings)}. Accepted {came}, late "
        f"{len(of_quarter.late)}, rejected {len(of_quarter.rejected)}."
    )
    said.append(f"Open queries: {queries}.")
    return said


def _in_detail(coming: NextPublication, stood: Owed) -> dict[str, dg.MetadataValue | str]:
    quarter = coming.quarter
    of_quarter = Owed(on=stood.on, standings=tuple(stood.of(quarter)))
    published = coming.published.release_id if coming.published else "not yet"
    return {
        "next publication": quarter.label,
        "for the meeting": _meeting(coming),
        "publish by": _last_day(coming),
        "published": published,
        "stands in its way": dg.MetadataValue.md(_what_stands_in_its_way(coming)),
        "it will contain": f"figures shown: {coming.shown}; suppressed: {coming.suppressed}",
        "returns": dg.MetadataValue.md(_quarters_table(of_quarter)),
        "late": dg.MetadataValue.md(
            _standings_table(of_quarter.late, without=("Quarter", "State"))
        ),
        "rejected": dg.MetadataValue.md(
            _standings_table(of_quarter.rejected, without=("Quarter",))
        ),
        "looks odd": dg.MetadataValue.md(
            _standings_table(of_quarter.queried, without=("Quarter", "Days late", "Due"))
        ),
    }


def _meeting(coming: NextPublication) -> str:
    meeting = coming.meeting
    return f"{meeting.board}, {_day(meeting.meeting_on)}" if meeting else "no meeting planned"


def _last_day(coming: NextPublication) -> str:
    return f"{coming.publish_by:%A %-d %B %Y}" if coming.publish_by else "any day"


def _what_stands_in_its_way(coming: NextPublication) -> str:
    if coming.in_the_way:
        return table(("What stands in its way",), [(one,) for one in coming.in_the_way])
    if coming.published is None:
        return "Nothing. It can be published."
    if coming.draft and coming.draft.data_sha256 == coming.published.data_sha256:
        return "Nothing. It is published."
    return (
        "Nothing. It is published, and the newest draft has other figures: to publish them is an "
        "amendment, which needs a note."
    )


def _publication(coming: NextPublication, stood: Owed) -> dict[str, dg.MetadataValue | str | int]:
    draft, sign_off = coming.draft, coming.sign_off
    missing = [one for one in stood.of(coming.quarter) if one.current is None]
    return {
        "quarter": coming.quarter.label,
        "meeting": _meeting(coming),
        "publish by": _last_day(coming),
        "stands in its way": dg.MetadataValue.md(_what_stands_in_its_way(coming)),
        "draft": f"{draft.release_id}, made {_moment(draft.made_at)}" if draft else "none yet",
        "signed off": f"by {sign_off.by_whom}, {_moment(sign_off.at)}" if sign_off else "not yet",
        "already published": coming.published.release_id if coming.published else "no",
        "figures shown": coming.shown,
        "figures suppressed": coming.suppressed,
        "rebases to record": dg.MetadataValue.md(_rebases_table(coming)),
        "it will lack": dg.MetadataValue.md(
            _standings_table(missing, without=("Quarter", "Reference"))
        ),
        "it will show with a mark (queries)": dg.MetadataValue.md(
            _standings_table(coming.open_points.queried, without=("Quarter", "Days late", "Due"))
        ),
    }


def _quarters_table(found: Owed) -> str:
    lines = []
    for quarter in found.quarters:
        counts = found.counts(quarter)
        stood = found.of(quarter)
        lines.append(
            (
                quarter.label,
                str(len(stood)),
                str(sum(one.current is not None for one in stood)),
                str(counts[State.OVERDUE]),
                str(counts[State.REFUSED] + counts[State.NEEDS_CORRECTION]),
                str(sum(one.open_queries for one in stood)),
                str(counts[State.EXCUSED] or ""),
                str(counts[State.NOT_DUE] or ""),
            )
        )
    return table(
        ("Quarter", "Owed", "Accepted", "Late", "Rejected", "Queries", "Excused", "Not due yet"),
        lines,
    )


def _standings_table(standings: Iterable[Standing], *, without: Collection[str] = ()) -> str:
    """Return a line for each, the newest quarter and in it the most pressing first.

    ``without`` columns that would say the same in every line.
    """
    ordered = sorted(standings, key=most_pressing_first)
    ordered.sort(key=lambda one: one.obligation.quarter, reverse=True)
    lines = [
        (
            one.obligation.organisation,
            one.obligation.return_name,
            one.obligation.quarter.label,
            one.state.value,
            str(one.days_late) if one.days_late else "",
            f"{one.due_on:%-d %b %Y}",
            str(one.open_queries) if one.open_queries else "",
            one.latest.submission_id if one.latest else "",
        )
        for one in ordered
    ]
    heading = (
        "Organisation", "Return", "Quarter", "State", "Days late", "Due", "Queries", "Reference",
    )  # fmt: skip
    kept = [place for place, name in enumerate(heading) if name not in without]
    return table(
        tuple(heading[place] for place in kept),
        [tuple(line[place] for place in kept) for line in lines],
    )


def _contradictions_table(found: Iterable[Disagreement]) -> str:
    lines = [
        (one.quarter.label, one.return_name, one.message, f"{one.hint} [{RULE}]",
         f"{one.one.submission_id}, row {one.one.row}",
         f"{one.other.submission_id}, row {one.other.row}")
        for one in found
    ]  # fmt: skip
    return table(
        ("Quarter", "Return", "What was found", "What to do", "Reference", "Other reference"), lines
    )


def _rebases_table(coming: NextPublication) -> str:
    lines = [
        (one.measure, one.organisation, one.quarter.label, one.reason) for one in coming.rebases
    ]
    return table(("Measure", "Organisation", "From", "Why"), lines)


def _came_table(came: Iterable[Submission]) -> str:
    lines = [
        (
            _moment(one.received_at),
            one.organisation or "not told",
            one.return_name or "not told",
            one.quarter.label if one.quarter else "not told",
            one.outcome,
            one.channel,
            one.submission_id,
        )
        for one in came
    ]
    return table(
        ("When", "Organisation", "Return", "Quarter", "Outcome", "How", "Reference"), lines
    )


def _day(day: dt.date) -> str:
    return f"{day:%-d %B %Y}"


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(LONDON):%-d %B %Y at %H:%M}"


def _result(key: dg.AssetKey, name: str, *, passed: bool, behind: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={BEHIND: dg.MetadataValue.md(behind)},
    )
