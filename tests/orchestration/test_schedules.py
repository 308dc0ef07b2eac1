"""Traps of publishing by itself: too late to be lawful, without a sign-off, twice, or figures that
changed after the sign-off. And a sensor that builds what is built already."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import dagster as dg
import polars as pl

from orchestration.resources import WorkspaceResource
from orchestration.schedules import nothing_to_add, to_publish
from orchestration.sensors import built_up_to, new_submissions
from pipelines.publishing.releases import Edition, Release, data_sha256, finish, staging_folder
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from schemas.reference import Reference
from tests.boards import birmingham
from tests.faults import small

Q2 = Quarter(2018, 2)
NOVEMBER, DECEMBER = dt.date(2018, 11, 27), dt.date(2018, 12, 18)
LAST_DAY = dt.date(2018, 11, 19)  # for the meeting on 27 November 2018
AT = dt.datetime(2018, 11, 15, 9, tzinfo=dt.UTC)


def draft(
    workspace: Workspace,
    figures: bytes,
    *,
    status: str = "draft",
    made_at: dt.datetime = AT,
    as_of: dt.date | None = None,
    meeting_on: dt.date = NOVEMBER,
) -> Release:
    staging = staging_folder(workspace.releases)
    (staging / "data").mkdir()
    (staging / "data" / "figures.parquet").write_bytes(figures)
    reported = {"quarter": [Q2.key], "meeting_on": [meeting_on]}
    pl.DataFrame(reported).write_parquet(staging / "data" / "pub_release.parquet")
    edition = Edition(meeting=str(meeting_on), meeting_on=meeting_on, revision=0, note="")
    assert data_sha256(staging / "data")
    return finish(
        staging, workspace.releases, quarter=Q2, status=status, made_at=made_at, made_by="a test",
        as_of=as_of, edition=edition if status == "final" else None,
    )  # fmt: skip


def sign(record: Record, release: Release) -> None:
    record.add_event(
        EventKind.SIGN_OFF, at=AT, by_whom="Head of performance", reason="",
        details=Details(quarter=Q2, data_sha256=release.data_sha256, open_queries=0),
    )  # fmt: skip


def said(workspace: Workspace, on: dt.date, reference: Reference | None = None) -> dt.date | str:
    board = reference or birmingham()
    due = to_publish(workspace, Record(workspace.record), board, on=on)
    return due if isinstance(due, str) else due.meeting_on


def with_december() -> Reference:
    """The board, which looks at the second quarter again in December."""
    board = birmingham()
    return replace(
        board,
        meetings=tuple(
            replace(one, quarter=Q2) if one.meeting_on == DECEMBER else one
            for one in board.meetings
        ),
    )


def test_it_publishes_only_signed_off_figures_and_not_before_the_day(workspace: Workspace) -> None:
    assert "There is no draft" in str(said(workspace, LAST_DAY))
    made = draft(workspace, b"one")
    assert "Nobody has signed off" in str(said(workspace, LAST_DAY))
    sign(Record(workspace.record), made)
    assert "is published on 19 November 2018" in str(said(workspace, dt.date(2018, 11, 18)))
    assert said(workspace, LAST_DAY) == NOVEMBER
    # The service was off on the day: it is made up for on the next.
    assert said(workspace, LAST_DAY + dt.timedelta(days=1)) == NOVEMBER


def test_figures_that_were_published_are_not_published_again_by_themselves(
    workspace: Workspace,
) -> None:
    sign(Record(workspace.record), draft(workspace, b"one"))
    draft(workspace, b"one", status="final")
    assert "is published already" in str(said(workspace, LAST_DAY))


def test_a_second_meeting_of_a_quarter_has_a_publication_of_its_own(workspace: Workspace) -> None:
    record, board = Record(workspace.record), with_december()
    sign(record, draft(workspace, b"one"))
    assert said(workspace, LAST_DAY, board) == NOVEMBER
    draft(workspace, b"one", status="final")
    assert "for the meeting of 27 November 2018, is published" in str(
        said(workspace, NOVEMBER, board)
    )
    after = NOVEMBER + dt.timedelta(days=1)
    assert "is published on 10 December 2018" in str(said(workspace, after, board))
    last_day = dt.date(2018, 12, 10)
    assert "There is no draft of 2018-19 Q2, for the meeting of 18 December 2018." in str(
        said(workspace, last_day, board)
    )
    sign(record, draft(workspace, b"two", meeting_on=DECEMBER))
    assert said(workspace, last_day, board) == DECEMBER
    # Without another meeting of the quarter nothing is to be published then.
    assert "No meeting is planned" in str(said(workspace, last_day))


def test_a_night_makes_the_draft_of_the_next_meeting_once_one_is_over(workspace: Workspace) -> None:
    record = Record(workspace.record)
    sign(record, draft(workspace, b"one", made_at=small.NOON, as_of=NOVEMBER))

    def why_not(on: dt.date, reference: Reference) -> str:
        return str(nothing_to_add(workspace, record, reference, on=on))

    assert "it stays as it is" in why_not(NOVEMBER, with_december())
    assert why_not(NOVEMBER + dt.timedelta(days=1), with_december()) == "None"
    assert "it stays as it is" in why_not(NOVEMBER + dt.timedelta(days=1), birmingham())


def test_a_night_makes_no_draft_that_would_differ_in_its_date_alone(workspace: Workspace) -> None:
    record, reference = Record(workspace.record), birmingham()
    small.send(record, small.training_return(8000))
    made_at, day = small.NOON + dt.timedelta(hours=1), small.NOON.date()

    def why_not(on: dt.date) -> str:
        return str(nothing_to_add(workspace, record, reference, on=on))

    assert why_not(day) == "None"  # there is no draft yet
    made = draft(workspace, b"one", made_at=made_at, as_of=day)
    due = dt.date(2018, 7, 23)  # 21 days after the quarter is a Saturday
    assert "nothing is later than on 14 July 2018" in why_not(due)
    assert why_not(due + dt.timedelta(days=1)) == "None"  # others are late now
    sign(record, made)
    assert "was signed off: it stays as it is" in why_not(due + dt.timedelta(days=1))
    small.send(record, small.training_return(8100), at=made_at + dt.timedelta(days=1))
    assert why_not(due) == "None"


def test_an_empty_record_starts_nothing(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    assert built_up_to(instance) is None
    with dg.build_sensor_context(
        instance=instance, resources={"workspace": WorkspaceResource(root=str(workspace.root))}
    ) as context:
        outcome = new_submissions(context)
    assert isinstance(outcome, dg.SkipReason)
    assert outcome.skip_message == "No return was accepted yet."
