"""``build``, ``rebuild`` and ``ui``: what runs through Dagster."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from orchestration.cli.options import MEETING, QUARTER
from orchestration.instance import opened, set_up_home, settings_behind
from pipelines.board.in_force import in_force
from pipelines.durable import exclusive
from pipelines.escaping import terminal
from pipelines.keeping.backup import BackupError
from pipelines.keeping.known_then import copy_as_of
from pipelines.record.store import Record
from pipelines.settings import environment
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge what is late by this day. [default: today in London, or the practice day]",
)


@click.command()
@click.option("--quarter", type=QUARTER, help="Report this quarter. [default: the newest sent]")
@MEETING
@AS_OF
@click.pass_obj
def build(
    workspace: Workspace,
    quarter: Quarter | None,
    meeting: dt.date | None,
    as_of: dt.datetime | None,
) -> None:
    """Load the warehouse and make a draft release, through Dagster."""
    if meeting is not None:
        quarter = _quarter_of(workspace, meeting, asked=quarter)
    run_build(workspace, quarter, as_of=as_of, meeting_on=meeting)


def _quarter_of(workspace: Workspace, meeting_on: dt.date, *, asked: Quarter | None) -> Quarter:
    """Return the quarter that is reported to the meeting on that day."""
    reported = {
        one.meeting_on: one.quarter
        for one in in_force(Record(workspace.record)).meetings
        if one.quarter is not None
    }
    quarter = reported.get(meeting_on)
    if quarter is None or asked not in (None, quarter):
        days = ", ".join(
            day.isoformat() for day, of in sorted(reported.items()) if asked in (None, of)
        )
        what = asked.label if asked else "A quarter"
        raise click.UsageError(
            f"{what} is not reported to a meeting on {meeting_on.isoformat()}, but on: "
            f"{days or 'no day yet'}. The meetings are those of meetings.csv."
        )
    return quarter


@click.command()
@click.option("--quarter", type=QUARTER, help="Report this quarter. [default: the newest sent]")
@AS_OF
@click.pass_obj
def rebuild(workspace: Workspace, quarter: Quarter | None, as_of: dt.datetime | None) -> None:
    """Delete the warehouse and rebuild it from the record."""
    with exclusive(workspace.cache / "warehouse.lock"):  # a build that goes on ends first
        for path in workspace.root.glob(workspace.warehouse.name + "*"):
            path.unlink()
    click.echo(f"Deleted {workspace.warehouse}; building it again from the record.")
    run_build(workspace, quarter, as_of=as_of)


@click.command("as-of")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--quarter", type=QUARTER, help="Report this quarter. [default: the newest sent]")
@click.pass_obj
def as_of(workspace: Workspace, day: dt.datetime, folder: Path, quarter: Quarter | None) -> None:
    """Build what was known at the end of DAY, in the new workspace FOLDER.

    Nothing here is changed. Look at the draft and trace its figures with --workspace FOLDER.
    """
    if day.date() >= workspace.today(now=dt.datetime.now(dt.UTC)):
        raise click.UsageError("Give a day that is over: nobody knows yet what will be known then.")
    try:
        then = copy_as_of(workspace, day.date(), folder)
    except BackupError as refusal:
        raise click.ClickException(terminal(str(refusal))) from refusal
    click.echo(f"What was known on {day:%-d %B %Y} is in {terminal(str(then.root))}.")
    run_build(then, quarter, as_of=None)


@click.command()
@click.option("--port", default=3000, show_default=True, help="The port on this machine.")
@click.option("--read-only", is_flag=True, help="Show everything, start and change nothing.")
@click.pass_obj
def ui(workspace: Workspace, port: int, read_only: bool) -> None:
    """Open Dagster's web pages on the workspace. They are reached from this machine alone."""
    if _is_taken(port):
        # Two servers could share a port, and requests would go now to one and now to the other.
        raise click.ClickException(
            f"Something answers on port {port} already. Close it, or choose another: --port"
        )
    for line in prepare_home(workspace):
        click.echo(line)
    click.echo(f"Dagster's pages: http://127.0.0.1:{port}   (stop with Ctrl-C)")
    servers = ["dagster_webserver", "--read-only"] if read_only else ["dagster", "dev"]
    where = ["-m", "orchestration.definitions", "--host", "127.0.0.1", "--port", str(port)]
    # Libraries warn those who program, not those who look at pages.
    child = environment(PYTHONWARNINGS="ignore")
    os.execve(sys.executable, [sys.executable, "-m", *servers, *where], child)  # noqa: S606


def _is_taken(port: int) -> bool:
    """Whether something answers on the port of this machine."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@click.command("set-up")
@click.pass_obj
def set_up(workspace: Workspace) -> None:
    """Make the workspace and Dagster's home in it, before its services start."""
    for line in prepare_home(workspace):
        click.echo(line)
    click.echo(f"{workspace.root} is ready.")


def prepare_home(workspace: Workspace) -> list[str]:
    """Make what Dagster needs in the workspace; return what the person who starts it must know."""
    with opened(workspace):
        return settings_behind(workspace)


# Less than this is nothing to a build; each library has words of its own for what happens then.
_NOTHING_LEFT = 16_000_000
_FULL = (
    "No space left: the disk with the workspace is full, and the build stopped. The last good "
    "release stays as it was. Make room, and build again."
)


def _is_full(workspace: Workspace) -> bool:
    return shutil.disk_usage(workspace.root).free < _NOTHING_LEFT


@contextmanager
def _keeping_the_terminal() -> Iterator[None]:
    """Give the terminal back to the command after the block.

    Dagster leads what a step prints into a file of its own; where the disk is full, it does not
    lead it back, and the person would be told nothing.
    """
    kept = [(stream, os.dup(number)) for number, stream in ((1, sys.stdout), (2, sys.stderr))]
    try:
        yield
    finally:
        for number, (stream, copy) in enumerate(kept, start=1):
            with suppress(OSError, ValueError):
                stream.flush()
            os.dup2(copy, number)
            os.close(copy)


def run_build(
    workspace: Workspace,
    quarter: Quarter | None,
    *,
    as_of: dt.datetime | None,
    meeting_on: dt.date | None = None,
) -> None:
    """Run the build and report the outcome; end the command if it failed."""
    if not any(workspace.record.glob("submissions/*/*")):
        raise click.ClickException(
            f"The record in {workspace.root} holds no return yet. "
            "Send one with `quarterdeck submit`, or try `quarterdeck demo`."
        )
    set_up_home(workspace)
    from orchestration.build import build as build_release  # noqa: PLC0415  # Dagster takes seconds

    try:
        with _keeping_the_terminal():
            outcome = build_release(
                workspace,
                quarter,
                as_of=as_of.date() if as_of else None,
                meeting_on=meeting_on,
            )
    except Exception as problem:
        if _is_full(workspace):
            raise click.ClickException(_FULL) from problem
        raise
    for line in outcome.lines:
        click.echo(line)
    if not outcome.succeeded and _is_full(workspace):
        raise click.ClickException(_FULL)
    if not outcome.succeeded:
        raise click.ClickException("The build failed; the last good release stays as it was.")
