"""The jobs: what a person, a sensor or a schedule starts.

``sign_off`` and ``publish`` do what the commands of these names do, by the same code.
"""

import datetime as dt
from typing import Any

import dagster as dg

from orchestration.resources import WorkspaceResource
from pipelines.board.in_force import in_force, versions
from pipelines.escaping import log_line
from pipelines.notices.delivery import NoticeSettingsError, deliver, read_settings
from pipelines.notices.notices import notices
from pipelines.publishing.failed_build import failed_build
from pipelines.publishing.overview import quarter_to_report
from pipelines.publishing.releases import PublishingError
from pipelines.publishing.sign_off import SigningError
from pipelines.publishing.sign_off import sign_off as record_sign_off
from pipelines.record.store import Record
from schemas.quarter import Quarter

BUILD = "build"
# Begins again from the first step: the steps of a build belong together.
_AGAIN = {"dagster/retry_strategy": "ALL_STEPS"}

build_job = dg.define_asset_job(
    BUILD,
    selection=dg.AssetSelection.all(),
    description="From the record to a draft release: loads the returns, builds the "
    "facts, decides what may be shown, makes the pages.",
    tags=_AGAIN,
)


def without_board(record: Record) -> dg.SkipReason | None:
    """Return why there is nothing to do as long as no board is in force; None if one is."""
    return None if versions(record) else dg.SkipReason("No board is in force yet.")


def build_request(
    record: Record, *, on: dt.date, run_key: str | None
) -> dg.RunRequest | dg.SkipReason:
    """Return what starts a build of all that came, or why there is nothing to build.

    ``on`` is the day by which lateness is judged.
    """
    if (why := without_board(record)) is not None:
        return why
    if not any(one.is_accepted for one in record.submissions()):
        return dg.SkipReason("No return was accepted yet.")
    quarter = quarter_to_report(record, in_force(record), on=on)
    return dg.RunRequest(
        run_key=run_key, job_name=BUILD, run_config=build_config(quarter, as_of=on)
    )


def build_config(
    quarter: Quarter | None, *, as_of: dt.date, meeting_on: dt.date | None = None
) -> dict[str, Any]:
    """Return the run's settings.

    Args:
        quarter: What is reported; None for the newest that was sent.
        as_of: The day by which lateness is judged.
        meeting_on: The meeting for which it is reported; None for the quarter's next.
    """
    judged = {"day": as_of.isoformat(), "meeting": meeting_on and meeting_on.isoformat()}
    return {
        "ops": {"published_models": {"config": {"quarter": quarter and quarter.key}}},
        "resources": {"as_of": {"config": judged}},
    }


class SignOffConfig(dg.Config):
    """Whose sign-off, of which quarter's newest draft; of one meeting's where one is named."""

    quarter: str
    meeting: str | None = None
    by_whom: str
    note: str = ""


class PublishConfig(dg.Config):
    """Which quarter is published, for which meeting (None: that of the newest draft).

    The note is needed where it amends a published edition.
    """

    quarter: str
    meeting: str | None = None
    note: str | None = None


class WithdrawEditionConfig(dg.Config):
    """Which published edition is withdrawn, who decides, and why, as its readers see it."""

    edition: str
    by_whom: str
    note: str


@dg.op(description="Records who signs off the figures of the quarter's newest draft.")
def record_the_sign_off(
    context: dg.OpExecutionContext, config: SignOffConfig, workspace: WorkspaceResource
) -> None:
    """Do what ``quarterdeck sign-off`` does."""
    now = dt.datetime.now(dt.UTC)
    try:
        draft, event = record_sign_off(
            workspace.record,
            in_force(workspace.record),
            workspace.workspace.releases,
            _quarter(config.quarter),
            by_whom=config.by_whom,
            note=config.note,
            meeting_on=_day(config.meeting),
            at=now,
            on=workspace.workspace.today(now=now),
        )
    except SigningError as refusal:
        raise dg.Failure(str(refusal), allow_retries=False) from refusal
    context.add_output_metadata(
        {
            "draft": draft.release_id,
            "meeting": event.details.meeting or "none",
            "by": event.by_whom,
            "queries open": event.details.open_queries,
            "returns not accepted": ", ".join(event.details.not_accepted or ()) or "none",
        }
    )


@dg.op(description="Makes the signed-off figures of the quarter what everybody reads.")
def publish_the_release(
    context: dg.OpExecutionContext, config: PublishConfig, workspace: WorkspaceResource
) -> None:
    """Do what ``quarterdeck publish`` does."""
    from orchestration.site import BoardSite  # noqa: PLC0415  # loads Plotly
    from pipelines.publishing.making import publish  # noqa: PLC0415

    try:
        made = publish(
            workspace.workspace,
            workspace.record,
            _quarter(config.quarter),
            BoardSite(workspace.workspace),
            now=dt.datetime.now(dt.UTC),
            note=config.note,
            meeting_on=_day(config.meeting),
        )
    except PublishingError as refusal:
        raise dg.Failure(str(refusal), allow_retries=False) from refusal
    site = workspace.workspace.releases / made.release.release_id / "site" / "index.html"
    context.log_event(
        dg.AssetMaterialization(
            PUBLISHED.key,
            metadata={
                "release": made.release.release_id,
                "site": dg.MetadataValue.path(str(site)),
                "signed off by": made.release.made_by,
                "figures (SHA-256)": made.release.data_sha256,
            },
        )
    )


@dg.op(description="Puts a notice in the place of a published edition that gives something away.")
def withdraw_the_edition(config: WithdrawEditionConfig, workspace: WorkspaceResource) -> None:
    """Do what ``quarterdeck withdraw-edition`` does."""
    from orchestration.site import BoardSite  # noqa: PLC0415  # loads Plotly
    from pipelines.publishing.withdrawing import withdraw_edition as withdraw  # noqa: PLC0415

    try:
        withdraw(
            workspace.workspace,
            workspace.record,
            config.edition,
            BoardSite(workspace.workspace),
            by_whom=config.by_whom,
            note=config.note,
            at=dt.datetime.now(dt.UTC),
        )
    except PublishingError as refusal:
        raise dg.Failure(str(refusal), allow_retries=False) from refusal


@dg.op(
    description="Sends partners and officers the notices that are due and were not sent yet.",
    # A mail server that is away for a moment is back the next; what was sent is not sent again.
    retry_policy=dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL),
)
def deliver_notices(context: dg.OpExecutionContext, workspace: WorkspaceResource) -> None:
    """Determine every notice that is due and deliver those that were not sent yet."""
    now = dt.datetime.now(dt.UTC)
    record = workspace.record
    try:
        settings = read_settings(workspace.workspace)
    except NoticeSettingsError as problem:
        raise dg.Failure(str(problem), allow_retries=False) from problem
    found = notices(
        record,
        in_force(record),
        workspace.workspace.releases,
        on=workspace.workspace.today(now=now),
        failed=failed_build(workspace.workspace),
    )
    delivered = deliver(workspace.workspace, found, settings, now=now)
    for notice in (*delivered.mailed, *delivered.filed):
        context.log.info(f"Sent to {log_line(notice.to)}: {notice.kind} ({notice.name}).")
    for notice, reason in delivered.failed:
        context.log.warning(
            f"Not sent to {log_line(notice.to)}: {notice.kind}: {log_line(reason)}."
        )
    context.add_output_metadata(
        {
            "by e-mail": len(delivered.mailed),
            "to the folder": len(delivered.filed),
            "failed": len(delivered.failed),
        }
    )
    if delivered.failed:
        raise dg.Failure(
            f"{len(delivered.failed)} notices could not be sent, first because "
            f"{delivered.failed[0][1]}. They are tried again; the others were sent."
        )


@dg.job(description="Sign off a quarter's figures: those of its newest draft, and no others.")
def sign_off() -> None:
    """One step."""
    record_the_sign_off()


@dg.job(description="Make the signed-off release current. Refuses where nobody signed it off.")
def publish() -> None:
    """One step."""
    publish_the_release()


@dg.job(description="Withdraw a published edition that gives something away.")
def withdraw_edition() -> None:
    """One step."""
    withdraw_the_edition()


@dg.job(
    description="Send notices of what is due, late, rejected, queried or published to partners "
    "and officers."
)
def send_notices() -> None:
    """One step."""
    deliver_notices()


PUBLISHED = dg.AssetSpec(
    "published_release",
    deps=["draft_release"],
    group_name="releases",
    owners=["team:performance-office"],
    kinds={"html"},
    code_version="1",
    description="What the board reads: the signed-off figures with their pages. `current` points "
    "at it. Made by the job `publish`, after a sign-off, and never changed afterwards.",
)


def _quarter(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except ValueError as problem:
        raise dg.Failure(
            f"“{log_line(text)}” is not a quarter. Write it like 2018-19-Q1.", allow_retries=False
        ) from problem


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise dg.Failure(
            f"“{log_line(str(text))}” is not a day. Write the meeting's day like 2018-11-27.",
            allow_retries=False,
        ) from problem
