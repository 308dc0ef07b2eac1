"""The schedules, in London's time: the draft each night, chasing, publication.

Chasing and publication look each day at what is to be done on it, so that a day on which the
service was off is made up for on the next.
"""

import datetime as dt

import dagster as dg

from orchestration.jobs import build_job, build_request, publish, send_notices, without_board
from orchestration.resources import WorkspaceResource
from pipelines.board.in_force import in_force
from pipelines.obligations.calendar import london_day
from pipelines.obligations.standing import standings_of_all
from pipelines.publishing.overview import next_meeting
from pipelines.publishing.releases import (
    Reported,
    all_releases,
    newest_draft,
    published_for,
    signed_off,
)
from pipelines.record.changes import newest_change
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.reference import Reference
from schemas.reference_rows import Meeting
from schemas.working_days import publish_by

LONDON = "Europe/London"
_NIGHT = dt.timedelta(hours=20)  # until when a night's draft is still worth making


@dg.schedule(
    job=build_job,
    cron_schedule="0 3 * * *",  # no clock is ever changed at this hour
    execution_timezone=LONDON,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A draft each night of all that came, so that the pages stand ready each morning.",
)
def nightly_draft(
    context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build, also if nothing came but something more is late than a day ago.

    Nights on which the service was off are not made up for: the last one's draft has it all.
    """
    now = dt.datetime.now(dt.UTC)
    if now - context.scheduled_execution_time > _NIGHT:
        return dg.SkipReason(f"The night of {context.scheduled_execution_time:%-d %B %Y} is over.")
    if (why := without_board(workspace.record)) is not None:
        return why
    on = workspace.workspace.today(now=now)
    why_not = nothing_to_add(
        workspace.workspace, workspace.record, in_force(workspace.record), on=on
    )
    if why_not is not None:
        return dg.SkipReason(why_not)
    return build_request(workspace.record, on=on, run_key=None)


def nothing_to_add(
    workspace: Workspace, record: Record, reference: Reference, *, on: dt.date
) -> str | None:
    """Return why the newest draft is to stay as it is on the day ``on``; None if it is not.

    A draft that somebody signed off must not be replaced by one that differs in its date alone:
    its figures would have to be signed off again each day.
    """
    drafts = [one for one in all_releases(workspace.releases) if one.status == "draft"]
    newest = drafts[-1] if drafts else None
    if newest is None or newest.as_of is None or newest.made_at < newest_change(record):
        return None
    meeting = next_meeting(reference, on=on)
    if meeting is not None and meeting.quarter == newest.quarter:
        reported = Reported.read(workspace.releases / newest.release_id / "data")
        if reported.meeting_on != meeting.meeting_on:
            return None  # the meeting that it was made for is over, and the quarter has another
    if signed_off(record, newest.quarter, newest.data_sha256) is not None:
        return "Nothing came since the newest draft was signed off: it stays as it is."
    then = standings_of_all(record, reference, on=newest.as_of)
    if then == standings_of_all(record, reference, on=on):
        return f"Nothing came, and nothing is later than on {newest.as_of:%-d %B %Y}."
    return None


@dg.schedule(
    job=send_notices,
    cron_schedule="0 8 * * *",
    execution_timezone=LONDON,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Reminds 10 and 3 working days before a return is due and on the day, and chases 1 "
    "and 5 working days after it. England's bank holidays are no working days.",
)
def chasing(workspace: WorkspaceResource) -> dg.RunRequest | dg.SkipReason:
    """Ask each day for the notices that are due on it; each is sent once."""
    return without_board(workspace.record) or dg.RunRequest()


@dg.schedule(
    job=publish,
    cron_schedule="0 7 * * *",
    execution_timezone=LONDON,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Publishes the figures for a meeting once the papers must be out, five clear days "
    "before it (Local Government Act 1972, section 100B), and only if they are signed off.",
)
def publication(
    context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource
) -> dg.RunRequest | dg.SkipReason:
    """Publishes, or says what it waits for."""
    if (why := without_board(workspace.record)) is not None:
        return why
    due = to_publish(
        workspace.workspace,
        workspace.record,
        in_force(workspace.record),
        on=london_day(context.scheduled_execution_time),
    )
    if isinstance(due, str):
        return dg.SkipReason(due)
    return dg.RunRequest(run_config={"ops": {"publish_the_release": {"config": _which(due)}}})


def _which(meeting: Meeting) -> dict[str, str]:
    quarter = {"quarter": meeting.quarter.key} if meeting.quarter else {}
    return {**quarter, "meeting": meeting.meeting_on.isoformat()}


def to_publish(
    workspace: Workspace, record: Record, reference: Reference, *, on: dt.date
) -> Meeting | str:
    """Return the meeting to publish for on the day ``on``, or why none, in a sentence."""
    meeting = next_meeting(reference, on=on)
    if meeting is None or meeting.quarter is None:
        return "No meeting is planned to which a quarter is reported."
    quarter = meeting.quarter
    last_day = publish_by(meeting.meeting_on)
    if on < last_day:
        return f"{quarter.label} is published on {last_day:%-d %B %Y}, if it is signed off."
    of = f"{quarter.label}, for the meeting of {meeting.meeting_on:%-d %B %Y},"
    if published_for(all_releases(workspace.releases), meeting) is not None:
        return f"{of} is published already. An amendment is published by a person."
    draft = newest_draft(workspace.releases, quarter, meeting_on=meeting.meeting_on)
    if draft is None:
        return f"There is no draft of {of.removesuffix(',')}."
    if signed_off(record, quarter, draft.data_sha256) is None:
        return f"Nobody has signed off the newest draft of {of} so it is not published."
    return meeting
