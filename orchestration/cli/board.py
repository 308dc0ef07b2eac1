"""``init`` and ``board``: what the performance officer does with the board's folder."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from orchestration.cli.options import BY
from pipelines.board.differences import differences
from pipelines.board.in_force import apply as put_into_force
from pipelines.board.in_force import faults_of_applying, files_in, in_force, versions
from pipelines.board.tables import ReadBoard, files_of, load_reference, read_board, typed
from pipelines.escaping import terminal
from pipelines.record.model import Event
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.counting import how_many
from schemas.working_days import LONDON

BOARDS = Path(__file__).parents[2] / "boards"
STARTER, BIRMINGHAM = BOARDS / "starter", BOARDS / "birmingham"
FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))


def _folder(workspace: Workspace, given: Path | None) -> Path:
    """Return the board's folder: the one named, else ``QUARTERDECK_BOARD``, else the workspace's.

    Raises:
        click.ClickException: There is no such folder.
    """
    named = given or workspace.board
    if not named.is_dir():
        raise click.ClickException(
            f"There is no folder {terminal(str(named))}. Begin one with: quarterdeck init"
        )
    return named


@click.command()
@FOLDER
@click.pass_obj
def init(workspace: Workspace, folder: Path | None) -> None:
    """Begin a board of your own in FOLDER.

    By default in QUARTERDECK_BOARD, or the folder ``board`` of the workspace.

    It holds three made-up partners, two measures and one return, to be replaced by yours.
    """
    target = folder or workspace.board
    if target.exists() and any(target.iterdir()):
        raise click.ClickException(
            f"{terminal(str(target))} holds something already, and nothing in it was changed."
        )
    shutil.copytree(STARTER, target, dirs_exist_ok=True)
    click.echo(f"A board to begin with is in {terminal(str(target))}. Edit its tables, then:")
    named = "" if folder is None else f" {terminal(str(folder))}"
    click.echo(f"  quarterdeck board check{named}")
    click.echo(f'  quarterdeck board apply{named} --by "your role" --note "why"')


@click.group()
def board() -> None:
    """Check the board's tables, and put them into force.

    FOLDER holds board.toml and reference/*.csv; by default QUARTERDECK_BOARD, or the folder
    ``board`` of the workspace. What is not applied is only a draft.
    """


@board.command()
@FOLDER
@click.pass_obj
def check(workspace: Workspace, folder: Path | None) -> None:
    """Say every fault of the tables in FOLDER, at its row and column, and what to write.

    Ends with 0 if there is none, 1 if there is any.
    """
    files = files_of(_folder(workspace, folder))
    read = _without_fault(Record(workspace.record), files)
    rows = sum(len(table.rows) for table in read.tables.values())
    click.echo(f"{len(read.tables)} tables with {how_many(rows, 'row', 'rows')}: no fault.")


@board.command()
@FOLDER
@click.pass_obj
def diff(workspace: Workspace, folder: Path | None) -> None:
    """Say in sentences what `board apply` would change. Nothing is changed."""
    record = Record(workspace.record)
    before = in_force(record) if versions(record) else None
    files = files_of(_folder(workspace, folder))
    found = differences(before, typed(_without_fault(record, files)))
    for line in found:
        click.echo(terminal(line))
    if not found:
        click.echo("Nothing would change.")


@board.command()
@FOLDER
@BY
@click.option("--note", required=True, help="What changes, and why; it is kept for ever.")
@click.pass_obj
def apply(workspace: Workspace, folder: Path | None, by_whom: str, note: str) -> None:
    """Put the tables in FOLDER into force, as one version that never changes.

    Nothing is changed where there is a fault. Builds, checks and pages use it from then on.
    """
    record, named = Record(workspace.create().record), _folder(workspace, folder)
    known = len(versions(record))
    _without_fault(record, files_of(named))
    event, reference = put_into_force(
        record, named, by_whom=by_whom, note=note, at=dt.datetime.now(dt.UTC)
    )
    if len(versions(record)) == known:
        click.echo(f"This very version is in force already, as {event.event_id}.")
        return
    click.echo(f"In force: {terminal(reference.settings.name)}, as {event.event_id}.")


@board.command()
@click.option("--version", "name", help="Of this version. [default: the one in force]")
@click.option(
    "--into", type=click.Path(path_type=Path), help="Write its files into this new folder."
)
@click.pass_obj
def show(workspace: Workspace, name: str | None, into: Path | None) -> None:
    """Say which versions were in force, by whom and why; write one into a folder."""
    kept = versions(Record(workspace.record))
    if not kept:
        raise click.ClickException(
            "No board is in force yet. Begin: quarterdeck init, then: quarterdeck board apply"
        )
    if into is None:
        for one in kept:
            click.echo(terminal(_line(one)))
        return
    chosen = next((one for one in kept if one.event_id == name), None) if name else kept[-1]
    if chosen is None:
        raise click.ClickException(f"There is no version “{terminal(name or '')}”.")
    if into.exists():
        raise click.ClickException(f"{terminal(str(into))} is there already; name a new folder.")
    for file, content in files_in(chosen).items():
        target = into / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    click.echo(f"Wrote version {chosen.event_id} into {terminal(str(into))}.")


@click.command()
@click.pass_obj
def upgrade(workspace: Workspace) -> None:
    """Carry over what a workspace of an earlier version lacks, and say what was done.

    Before boards were kept in workspaces, the program had one: Birmingham's. It comes into force
    as of before the first return, so that whatever was published can be made again.
    """
    record = Record(workspace.record)
    sent = [one.received_at for one in record.submissions()]
    if versions(record) or not sent:
        click.echo("Nothing is to be carried over.")
        return
    reference = load_reference(BIRMINGHAM)
    began = dt.datetime.combine(reference.settings.first_quarter.start, dt.time(), LONDON)
    event, _ = put_into_force(
        record, BIRMINGHAM, by_whom="quarterdeck upgrade", at=min(began, *sent),
        note="The board that the program had before boards were kept in workspaces",
    )  # fmt: skip
    click.echo(f"In force: {reference.settings.name}, as {event.event_id}.")
    click.echo("Have you edited its tables? Put yours into force with: quarterdeck board apply")


def _line(version: Event) -> str:
    when = version.at.astimezone(LONDON)
    return f"{version.event_id}  {when:%-d %B %Y at %H:%M}  {version.by_whom}: {version.reason}"


def faults_of_look_if_any(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the words and outlines of a board, each at its file."""
    if not any(name.startswith(("words/", "shapes/")) for name in files):
        return []
    from orchestration.look import faults_of_look  # noqa: PLC0415  # loads the pages

    return faults_of_look(files)


def _without_fault(record: Record, files: Mapping[str, bytes]) -> ReadBoard:
    """Return the board that was read; end the command where it, or the change to it, has faults."""
    read = read_board(files)
    faults = [*map(str, read.faults), *faults_of_look_if_any(files)]
    if not faults and versions(record):
        faults = [str(one) for one in faults_of_applying(record, typed(read))]
    if not faults:
        return read
    for fault in faults:
        click.echo(terminal(fault))
    click.echo(f"\n{how_many(len(faults), 'fault', 'faults')}. Nothing was changed.")
    sys.exit(1)
