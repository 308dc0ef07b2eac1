"""The sensors: new files, new submissions, notices that are due, runs that died.

What belongs here: when to look, and what to start. What does not: what is done with a file
(``pipelines.inbox.look``) or who is told what (``pipelines.notices.notices``).
"""

import datetime as dt
from time import sleep

import dagster as dg

from orchestration.assets.returns import SUBMISSIONS, UP_TO
from orchestration.jobs import BUILD, build_job, build_request, tell
from orchestration.resources import WorkspaceResource, end_interrupted_run, warehouse_lock
from pipelines.board.tables import load_reference
from pipelines.escaping import log_line
from pipelines.inbox.look import CHANNEL, STILL_SECONDS, in_words, look, on_its_way
from pipelines.notices.delivery import untold
from pipelines.notices.notices import about_publication, about_submissions
from pipelines.record.changes import newest_change_id
from pipelines.record.ids import time_of
from pipelines.record.store import Record

# Dagster's daemon goes round the sensors every five seconds, one after the other, in an order that
# it shuffles. An interval of five seconds would often be over a moment after the round: a look at
# every second round only.
_EVERY_ROUND = 3
# A build waits until the inbox is empty and nothing has come for so long, so that many files make
# one build: those that one command sends follow each other within it. After a file from the inbox
# it does not wait: one look takes all that is still, and what is not keeps the build waiting …
_SETTLED = dt.timedelta(seconds=2)
# … but no longer than this after the first of them; longer where the inbox is being emptied.
_LONGEST = dt.timedelta(minutes=10)
_LONGEST_FOR_THE_INBOX = dt.timedelta(minutes=30)
_GOES_ON = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
DRAFT = dg.AssetKey("draft_release")


@dg.sensor(
    job=build_job,
    minimum_interval_seconds=_EVERY_ROUND,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Receives files dropped into inbox/<organisation>/ once they have not changed for "
    f"{STILL_SECONDS:g} seconds; one that changes afterwards is received again, as a correction. "
    "What it cannot take it puts aside with the reason. Asks for the build of what it received.",
)
def inbox(
    context: dg.SensorEvaluationContext, workspace: WorkspaceResource
) -> dg.RunRequest | dg.SkipReason:
    """Look at the inbox once and say in the tick what was done.

    If all went well, ask for the build too: ``new_submissions`` may have looked just before, and
    looks again seconds later.
    """
    found = look(
        workspace.workspace, workspace.record, load_reference(), now=dt.datetime.now(dt.UTC)
    )
    for aside in found.put_aside:
        context.log.warning(f"Put aside {aside.organisation}/{aside.name}: {aside.reason}")
    said = log_line(in_words(found))
    if found.received and not found.put_aside:
        asked = _build_of_what_came(context.instance, workspace)
        if isinstance(asked, dg.RunRequest):
            context.log.info(said)  # a tick that asks for a run has no words of its own
            return asked
    return dg.SkipReason(said)


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
    happen. The run's key is the newest id of the record, so one state of it is built once.
    """
    return _build_of_what_came(context.instance, workspace)


def _build_of_what_came(
    instance: dg.DagsterInstance, workspace: WorkspaceResource
) -> dg.RunRequest | dg.SkipReason:
    record = workspace.record
    newest = newest_change_id(record)
    if newest is None:
        return dg.SkipReason("The record holds nothing yet.")
    built = built_up_to(instance)
    if built is not None and built >= newest:
        return dg.SkipReason("Everything in the record is in the newest draft.")
    now = dt.datetime.now(dt.UTC)
    waiting = _still_arriving(workspace, built, newest, now=now)
    if waiting is not None and not on_its_way(workspace.workspace):
        # Only a moment is lacking, and the next round of the daemon would be later.
        sleep(_unsettled(record, newest, now=now).total_seconds())
        newest, now = newest_change_id(record) or newest, dt.datetime.now(dt.UTC)
        waiting = _still_arriving(workspace, built, newest, now=now)
    if waiting is not None:
        return dg.SkipReason(waiting)
    if instance.get_run_records(dg.RunsFilter(job_name=BUILD, statuses=_GOES_ON), limit=1):
        return dg.SkipReason("A build goes on. What came since is built after it.")
    # Dagster compares the keys of one sensor's runs, and two sensors ask.
    same = dg.RunsFilter(job_name=BUILD, tags={"dagster/run_key": newest})
    if instance.get_run_records(same, limit=1):
        return dg.SkipReason("This state of the record was built. What comes next is built anew.")
    return build_request(record, on=workspace.workspace.today(now=now), run_key=newest)


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
    if time_of(newest) > now:
        return None  # a clock that was ahead for a while: waiting would last until that day
    submissions = (one.submission_id for one in workspace.record.submissions())
    new = [one for one in submissions if built is None or one > built]
    left = on_its_way(workspace.workspace)
    longest = _LONGEST_FOR_THE_INBOX if left else _LONGEST
    if now - time_of(new[0] if new else newest) >= longest:
        return None
    if not left and not _unsettled(workspace.record, newest, now=now):
        return None
    return (
        f"{len(new)} new and {left} in the inbox: waiting until nothing has come for a moment, "
        f"{longest.seconds // 60} minutes at most."
    )


def _unsettled(record: Record, newest: str, *, now: dt.datetime) -> dt.timedelta:
    """Return how much longer to wait for more before a build is asked for."""
    submission = record.submission(newest)
    if submission is not None and submission.channel == CHANNEL:
        return dt.timedelta()
    since = now - time_of(newest)
    # An id of the future is that of a clock which was ahead: that is not waited for.
    return _SETTLED - since if dt.timedelta() <= since < _SETTLED else dt.timedelta()


@dg.sensor(
    job=tell,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells a sender that a file was rejected or has queries, and the officers what "
    "was published or stands in the way. Reminders and chasers go by the schedule `chasing`.",
)
def news(workspace: WorkspaceResource) -> dg.RunRequest | dg.SkipReason:
    """Start ``tell`` if a notice about something that happened is due."""
    record = workspace.record
    reference = load_reference()
    now = dt.datetime.now(dt.UTC)
    on = workspace.workspace.today(now=now)
    waiting = untold(
        workspace.workspace,
        [
            *about_submissions(record, reference, on=on),
            *about_publication(record, reference, workspace.workspace.releases, on=on),
        ],
    )
    if not waiting:
        return dg.SkipReason("Everybody was told.")
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
