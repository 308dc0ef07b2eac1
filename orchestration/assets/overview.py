"""What the performance officer looks at first: what is owed, and what is published next.

What belongs here: tables and checks for Dagster's pages. What does not: who is late, or what may
be published (``pipelines.publishing.overview``, ``pipelines.obligations.standing``).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from orchestration.assets.board import OWNER
from orchestration.assets.overview_tables import (
    came_table,
    contradictions_table,
    day,
    moment,
    quarters_table,
    rebases_table,
    standings_table,
)
from orchestration.resources import AsOfResource, WorkspaceResource
from orchestration.tables import BEHIND, table
from pipelines.board.in_force import in_force
from pipelines.publishing.failed_build import failed_build
from pipelines.publishing.overview import (
    NextPublication,
    Owed,
    came_lately,
    next_publication,
    owed,
)
from pipelines.receiving.disagreements import disagreements
from pipelines.warehouse.tables import StandingRow, SubmissionRow

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
            "as it stands on": day(found.on),
            "quarters": dg.MetadataValue.md(quarters_table(found)),
            **{
                f"{quarter.label}, each return": dg.MetadataValue.md(
                    standings_table(found.of(quarter))
                )
                for quarter in newest
            },
            "late": dg.MetadataValue.md(standings_table(found.late)),
            "rejected": dg.MetadataValue.md(standings_table(found.rejected)),
            "with queries": dg.MetadataValue.md(standings_table(found.queried)),
            "contradictions": dg.MetadataValue.md(contradictions_table(contradictions)),
        },
    )
    behind = [
        *((bool(s), standings_table(s)) for s in (found.late, found.rejected, found.queried)),
        (bool(contradictions), contradictions_table(contradictions)),
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
        (not coming.rebases, rebases_table(coming)),
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
    found |= {"as it stands on": day(stood.on)}
    if coming is not None:
        found |= _in_detail(coming, stood)
    came = came_lately(record, on=stood.on)
    return dg.MaterializeResult(
        asset_key=GLANCE,
        metadata={**found, "came in the last seven days": dg.MetadataValue.md(came_table(came))},
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
        "returns": dg.MetadataValue.md(quarters_table(of_quarter)),
        "late": dg.MetadataValue.md(standings_table(of_quarter.late, without=("Quarter", "State"))),
        "rejected": dg.MetadataValue.md(standings_table(of_quarter.rejected, without=("Quarter",))),
        "looks odd": dg.MetadataValue.md(
            standings_table(of_quarter.queried, without=("Quarter", "Days late", "Due"))
        ),
    }


def _meeting(coming: NextPublication) -> str:
    meeting = coming.meeting
    return f"{meeting.board}, {day(meeting.meeting_on)}" if meeting else "no meeting planned"


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
        "draft": f"{draft.release_id}, made {moment(draft.made_at)}" if draft else "none yet",
        "signed off": f"by {sign_off.by_whom}, {moment(sign_off.at)}" if sign_off else "not yet",
        "already published": coming.published.release_id if coming.published else "no",
        "figures shown": coming.shown,
        "figures suppressed": coming.suppressed,
        "rebases to record": dg.MetadataValue.md(rebases_table(coming)),
        "it will lack": dg.MetadataValue.md(
            standings_table(missing, without=("Quarter", "Reference"))
        ),
        "it will show with a mark (queries)": dg.MetadataValue.md(
            standings_table(coming.open_points.queried, without=("Quarter", "Days late", "Due"))
        ),
    }


def _result(key: dg.AssetKey, name: str, *, passed: bool, behind: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={BEHIND: dg.MetadataValue.md(behind)},
    )
