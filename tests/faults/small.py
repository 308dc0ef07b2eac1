"""A small workspace to break: a few real returns, a draft and a publication without pages.

No Dagster and no dbt in it, so that a thousand faults cost minutes.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from pathlib import Path

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.publishing.releases import (
    Release,
    finish,
    make_current,
    newest_draft,
    staging_folder,
)
from pipelines.receiving.receive import Received, Sender, receive
from pipelines.record.model import Details, Event, EventKind, Obligation
from pipelines.record.store import Record
from pipelines.warehouse.health import writing_to
from pipelines.warehouse.loading import connect, load
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from schemas.reference import Reference
from tests.boards import birmingham, with_board

QUARTER = Quarter(2018, 1)
OWED = Obligation("UHB", "training_compliance", QUARTER)
DAY = dt.date(2018, 8, 1)  # on which lateness is judged
MEETING = dt.date(2018, 9, 4)  # of the board, on this quarter
NOON = dt.datetime(2018, 7, 14, 12, tzinfo=dt.UTC)
_HEADING = "organisation,quarter,course,staff_group,eligible,trained,percent,comment"


@functools.cache
def reference() -> Reference:
    """The reference data, read once."""
    return birmingham()


def training_return(trained: int, *, organisation: str = "UHB", comment: str = "") -> bytes:
    """A return that is accepted, with a figure to tell it by."""
    rows = [
        _HEADING,
        f"{organisation},2018-19 Q1,Safeguarding children level 2,,9000,{trained},,{comment}",
        f'{organisation},2018-19 Q1,"Early help and Right Service, Right Time",,539,445,,',
    ]
    return "".join(f"{row}\r\n" for row in rows).encode()


def send(
    record: Record,
    content: bytes,
    *,
    at: dt.datetime = NOON,
    sender: str = "UHB data lead",
    file_name: str = "UHB-training_compliance-2018-19-Q1.csv",
) -> Received:
    """Receives the bytes as every channel does."""
    return receive(
        record,
        content,
        file_name=file_name,
        sender=Sender(name=sender, channel="test"),
        received_at=at,
        context=Context(reference=reference(), as_of=at.date()),
    )


def draft(workspace: Workspace, figure: int, *, now: dt.datetime = NOON) -> Release:
    """A draft of published data with this one figure; a page stands for the site."""
    staging = staging_folder(workspace.releases)
    _fill(staging, figure)
    return finish(
        staging, workspace.releases, quarter=QUARTER, status="draft", made_at=now, made_by="test"
    )


def sign_off(workspace: Workspace, *, now: dt.datetime = NOON, note: str = "") -> Event:
    """The sign-off of the newest draft, as it is kept."""
    newest = newest_draft(workspace.releases, QUARTER)
    assert newest is not None
    return Record(workspace.record).add_event(
        EventKind.SIGN_OFF,
        at=now,
        by_whom="Head of performance",
        reason=note,
        details=Details(quarter=QUARTER, data_sha256=newest.data_sha256, open_queries=0),
    )


def publish(workspace: Workspace, figure: int, *, now: dt.datetime = NOON) -> Release:
    """Finishes a final release with this figure and makes it current."""
    staging = staging_folder(workspace.releases)
    _fill(staging, figure)
    release = finish(
        staging, workspace.releases, quarter=QUARTER, status="final", made_at=now, made_by="test"
    )
    make_current(workspace.releases, release)
    return release


def small_workspace(root: Path) -> Workspace:
    """Three returns, one of them corrected, one that needs correction; signed off, published."""
    workspace = with_board(Workspace(root))
    record = Record(workspace.record)
    send(record, training_return(8000))
    send(record, training_return(8100), at=NOON + dt.timedelta(days=1))
    send(record, training_return(9900), at=NOON + dt.timedelta(days=2))
    draft(workspace, 8100)
    sign_off(workspace)
    publish(workspace, 8100)
    return workspace


def load_warehouse(workspace: Workspace) -> None:
    """Brings the warehouse to what the record holds, as the first step of a build does."""
    with (
        writing_to(workspace.warehouse, loads=True),
        connect(workspace.warehouse) as connection,
    ):
        load(connection, Record(workspace.record), reference(), on=DAY)


def _fill(staging: Path, figure: int) -> None:
    for folder in ("data", "site"):
        (staging / folder).mkdir()
    pl.DataFrame({"value": [figure]}).write_parquet(staging / "data" / "pub_measure_value.parquet")
    release = {"quarter": QUARTER.key, "meeting_on": MEETING, "board": "A board"}
    pl.DataFrame([release]).write_parquet(staging / "data" / "pub_release.parquet")
    mark = hashlib.sha256(str(figure).encode()).hexdigest()
    for name in ("index.html", "method.html"):
        text = f"<p>{figure}</p><p>{mark}</p>"
        (staging / "site" / name).write_text(text, encoding="utf-8")
