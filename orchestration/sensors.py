"""The sensors: new files, new submissions, notices that are due, runs that died.

What belongs here: when to look, and what to start. What does not: what is done with a file
(``pipelines.inbox.look``) or who is told what (``pipelines.notices.notices``).
"""

import datetime as dt
import hashlib

import dagster as dg

from orchestration.assets.overview import as_events, overview
from orchestration.assets.returns import SUBMISSIONS, UP_TO
from orchestration.jobs import (
    BUILD,
    build_job,
    build_request,
    publish,
    send_notices,
    withdraw_edition,
    without_board,
)
from orchestration.resources import WorkspaceResource, end_interrupted_run, warehouse_lock
from pipelines.board.in_force import in_force
from pipelines.escaping import log_line
from pipelines.inbox.look import CHANNEL, STILL_SECONDS, in_words, look, on_its_way
from pipelines.notices.delivery import unsent
from pipelines.notices.notices import (
    about_failure,
    about_publication,
    about_rows,
    about_submissions,
)
from pipelines.publishing.asked_for import PUBLISH, WITHDRAW, Request, taken, waiting
from pipelines.publishing.failed_build import failed_build, note_failure
from pipelines.publishing.releases import all_releases
from pipelines.record.changes import newest_change_id
from pipelines.record.ids import time_of

# Dagster's daemon goes round the sensors every five seconds, one after the other, in an order that
# it shuffles. An interval of five seconds would often be over a moment after the round: a look at
# every second round only.
_EVERY_ROUND = 3
# So that many files make one build, it waits until the inbox is empty and nothing has come for so
# long; not after a file from the inbox, of which one look takes all that is still …
_SETTLED = dt.timedelta(seconds=2)
# … and no longer than this after the first of them.
_LONGEST = dt.timedelta(minutes=30)
_GOES_ON = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
DRAFT = dg.AssetKey("draft_release")
ASKED = "quarterdeck/asked"  # a run's tag: the id of the request it is of


@dg.sensor(
    minimum_interval_seconds=_EVERY_ROUND,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Receives files dropped into inbox/<organisation>/ once they have not changed for "
    f"{STILL_SECONDS:g} seconds; one that changes afterwards is received again, as a correction. "
    "What it cannot take it puts aside with the reason.",
)
def inbox(context: dg.SensorEvaluationContext, workspace: WorkspaceResource) -> dg.SkipReason:
    """Look at the inbox once and say in the tick what was done."""
    if (why := without_board(workspace.record)) is not None:
        return why
    found = look(
        workspace.workspace,
        workspace.record,
        in_force(workspace.record),
        now=dt.datetime.now(dt.UTC),
    )
    for aside in found.put_aside:
        context.log.warning(f"Put aside {aside.organisation}/{aside.name}: {aside.reason}")
    return dg.SkipReason(log_line(in_words(found)))


@dg.sensor(
    job=build_job,
    minimum_interval_seconds=_EVERY_ROUND,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts one build for all that came into the record since the last one: new "
    "returns, late ones and corrections of any quarter, and decisions about them.",
)
def new_submissions(
    context: dg.SensorEvaluationContext, workspace: WorkspaceResource
) -> dg.RunRequest | dg.SkipReason:
    """Compare the record with what the last finished build had read of it.

    Nothing is remembered in the sensor: a build that never finished is seen as one that did not
    happen. The run's key is the newest id of the record, so one state of it is built once; again
    only where a build of it failed for a cause that may pass, and not for ever.
    """
    record, instance = workspace.record, context.instance
    newest = newest_change_id(record)
    if newest is None:
        return dg.SkipReason("The record holds nothing yet.")
    built = built_up_to(instance)
    if built is not None and built >= newest:
        return dg.SkipReason("Everything in the record is in the newest draft.")
    now = dt.datetime.now(dt.UTC)
    waiting = _still_arriving(workspace, built, newest, now=now)
    if waiting is not None:
        return dg.SkipReason(waiting)
    if instance.get_run_records(dg.RunsFilter(job_name=BUILD, statuses=_GOES_ON), limit=1):
        return dg.SkipReason("A build goes on. What came since is built after it.")
    failed, key = failed_build(workspace.workspace), newest
    if failed is not None and failed.up_to == newest:
        if failed.next_try_at is None or now < failed.next_try_at:
            return dg.SkipReason(failed.in_words)
        key = f"{newest}-again-{failed.failures}"
    return build_request(record, on=workspace.workspace.today(now=now), run_key=key)


def built_up_to(instance: dg.DagsterInstance) -> str | None:
    """Return the newest id of the record that the last finished build had read.

    None before the first.
    """
    read = instance.get_latest_materialization_event(SUBMISSIONS)
    made = instance.get_latest_materialization_event(DRAFT)
    if read is None or made is None or read.run_id != made.run_id:
        return None
    materialization = read.asset_materialization
    kept = materialization.metadata.get(UP_TO) if materialization else None
    return str(kept.value) if kept is not None else None


def _still_arriving(
    workspace: WorkspaceResource, built: str | None, newest: str, *, now: dt.datetime
) -> str | None:
    """Return what a build waits for, in words; None if for nothing more."""
    submissions = workspace.record.submissions()
    new = [one for one in submissions if built is None or one.submission_id > built]
    began = time_of(new[0].submission_id if new else newest)
    if not dt.timedelta() <= now - began < _LONGEST:  # or a clock was ahead for a while
        return None
    left = on_its_way(workspace.workspace)
    by_inbox = bool(new) and new[-1].channel == CHANNEL
    if not left and (by_inbox or not dt.timedelta() <= now - time_of(newest) < _SETTLED):
        return None
    return (
        f"{len(new)} new and {left} in the inbox: waiting until nothing has come for a moment, "
        f"{_LONGEST.seconds // 60} minutes at most."
    )


@dg.sensor(
    job=send_notices,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells a sender that a file was rejected or has queries, and the officers what "
    "was published or stands in the way. Reminders and chasers go by the schedule `chasing`.",
)
def news(workspace: WorkspaceResource) -> dg.RunRequest | dg.SkipReason:
    """Start ``send_notices`` if a notice about something that happened is due."""
    record = workspace.record
    if (why := without_board(record)) is not None:
        return why
    reference = in_force(record)
    now = dt.datetime.now(dt.UTC)
    on = workspace.workspace.today(now=now)
    releases = workspace.workspace.releases
    waiting = unsent(
        workspace.workspace,
        [
            *about_submissions(record, reference, on=on),
            *about_rows(record, reference, releases, on=on),
            *about_publication(record, reference, releases, on=on),
            *about_failure(failed_build(workspace.workspace)),
        ],
    )
    if not waiting:
        return dg.SkipReason("No notice is waiting.")
    # The hour is part of the key: what a mail server refused is tried again every hour.
    names = min(one.name for one in waiting)
    return dg.RunRequest(run_key=f"{names}-{len(waiting)}-{now:%Y%m%dT%H}")


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fails a build whose process is gone, because it was killed or the machine "
    "stopped. Dagster then starts it once more by itself.",
)
def lost_runs(context: dg.SensorEvaluationContext, workspace: WorkspaceResource) -> dg.SkipReason:
    """Look whether the run that held the warehouse died, and say so in the tick."""
    ended = end_interrupted_run(context.instance, warehouse_lock(workspace.workspace))
    return dg.SkipReason(
        f"Failed, since its process is gone: {ended}." if ended else "No run was lost."
    )


@dg.run_failure_sensor(
    monitored_jobs=[build_job],
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Keeps that a build failed, and why, until one succeeds: it then stands on the "
    "first page, in `status` and in a notice to the officers.",
)
def failed_builds(
    context: dg.RunFailureSensorContext, workspace: WorkspaceResource
) -> dg.SkipReason:
    """Note the failure, unless a build has succeeded since."""
    run_id, instance = context.dagster_run.run_id, context.instance
    made = instance.get_latest_materialization_event(DRAFT)
    ended = instance.get_run_record_by_id(run_id)
    if made is not None and ended is not None and made.timestamp > (ended.end_time or 0):
        return dg.SkipReason("A build has succeeded since.")
    said = [
        event.step_failure_data.error.to_string()
        for event in context.get_step_failure_events()
        if event.step_failure_data.error is not None
    ]
    failed = note_failure(
        workspace.workspace,
        run_id=run_id,
        error="\n".join(said) or context.failure_event.message or "",
        up_to=newest_change_id(workspace.record),
        at=dt.datetime.now(dt.UTC),
    )
    return dg.SkipReason(failed.in_words)


@dg.sensor(
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes at_a_glance, what_is_owed and next_publication anew once something in them "
    "is otherwise: a sign-off, a publication, an answer, a failed build, a day that is over.",
)
def as_it_stands(
    context: dg.SensorEvaluationContext, workspace: WorkspaceResource
) -> dg.SensorResult | dg.SkipReason:
    """Compare what stands on the officer's assets with how it is, and report what differs."""
    if (why := without_board(workspace.record)) is not None:
        return why
    on = workspace.workspace.today(now=dt.datetime.now(dt.UTC))
    cursor = _seen(workspace, on=on)
    if context.cursor == cursor:
        return dg.SkipReason("It stands as it is written there.")
    return dg.SensorResult(asset_events=list(as_events(overview(workspace, on=on))), cursor=cursor)


def _seen(workspace: WorkspaceResource, *, on: dt.date) -> str:
    """Return what changes whenever something on the officer's assets can be otherwise."""
    failed, record = failed_build(workspace.workspace), workspace.record
    made = [one.release_id for one in all_releases(workspace.workspace.releases)]
    decided = [one.event_id for one in record.events()]  # a sign-off too, which moves no figure
    seen = (on, newest_change_id(record), decided[-1:], made, failed and (failed.run_id, failed.at))
    return hashlib.sha256(repr(seen).encode()).hexdigest()


@dg.sensor(
    jobs=[build_job, publish, withdraw_edition],
    minimum_interval_seconds=_EVERY_ROUND,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts what an officer asked for in the upload pages: a build, a publication, "
    "a withdrawal.",
)
def asked_for(
    context: dg.SensorEvaluationContext, workspace: WorkspaceResource
) -> list[dg.RunRequest] | dg.SkipReason:
    """Ask for a run of each request, and take it off the list once the run is there."""
    if (why := without_board(workspace.record)) is not None:
        return why
    requests = []
    for one in waiting(workspace.workspace):
        tags = {ASKED: one.request_id}
        if context.instance.get_run_records(dg.RunsFilter(tags=tags), limit=1):
            taken(workspace.workspace, one)
            continue
        made = _request(workspace, one)
        if isinstance(made, dg.RunRequest):
            who = {**tags, "asked by": one.by_whom}
            requests.append(made.with_replaced_attrs(run_key=one.request_id, tags=who))
        else:
            context.log.info(f"Not done: {made.skip_message}")
            taken(workspace.workspace, one)
    return requests or dg.SkipReason("Nobody asked for anything.")


def _request(workspace: WorkspaceResource, one: Request) -> dg.RunRequest | dg.SkipReason:
    if one.what == PUBLISH and one.quarter is not None:
        config = {"quarter": one.quarter.key, "note": one.note}
        return dg.RunRequest(
            job_name=publish.name, run_config={"ops": {"publish_the_release": {"config": config}}}
        )
    if one.what == WITHDRAW:
        said = {"edition": one.edition, "by_whom": one.by_whom, "note": one.note}
        return dg.RunRequest(
            job_name=withdraw_edition.name,
            run_config={"ops": {"withdraw_the_edition": {"config": said}}},
        )
    on = workspace.workspace.today(now=dt.datetime.now(dt.UTC))
    return build_request(workspace.record, on=on, run_key=None)
