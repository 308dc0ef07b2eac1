"""What keeps everything safe: verify, backup, restore, set-aside, erase."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import click

from orchestration.cli.options import BY, refusal_as_sentence
from pipelines.escaping import terminal
from pipelines.keeping.backup import BackupError, Copied, back_up
from pipelines.keeping.backup import restore as restore_from
from pipelines.keeping.verify import Verified
from pipelines.keeping.verify import verify as verify_workspace
from pipelines.record.erasure import EraseError, submissions_of
from pipelines.record.erasure import erase as erase_submission
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.counting import how_many

FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def verify(workspace: Workspace, as_json: bool) -> None:
    """Look at every hash in the record and the releases.

    Ends with 0 if everything is as it was written, 1 if something is not, 2 if there is nothing to
    look at.
    """
    if not workspace.record.is_dir():
        click.echo(f"There is no record in {terminal(str(workspace.root))}.", err=True)
        sys.exit(2)
    found = verify_workspace(workspace)
    if as_json:
        click.echo(json.dumps({**asdict(found), "is_sound": found.is_sound}, ensure_ascii=False))
    else:
        _tell(found)
    sys.exit(0 if found.is_sound else 1)


@click.command()
@FOLDER
@click.pass_obj
def backup(workspace: Workspace, folder: Path) -> None:
    """Bring the copy in FOLDER up to date: record, releases, accounts, inbox. Then verify it."""
    with refusal_as_sentence(BackupError):
        _told(back_up(workspace, folder), folder)


@click.command()
@FOLDER
@click.pass_obj
def restore(workspace: Workspace, folder: Path) -> None:
    """Put back from the backup in FOLDER what this workspace lacks or has damaged."""
    with refusal_as_sentence(BackupError):
        done = restore_from(folder, workspace)
    for name in done.replaced:
        click.echo(f"Put back {terminal(name)}; the damaged one lies in damaged/.")
    click.echo("The warehouse is derived: make it anew with: quarterdeck rebuild")
    _told(done, workspace.root)


@click.command("set-aside")
@click.argument("reference")
@click.option("--reason", required=True, help="Why it is left out.")
@BY
@click.pass_obj
def set_aside(workspace: Workspace, reference: str, reason: str, by_whom: str) -> None:
    """Leave a damaged submission or decision out, so that figures can be made without it."""
    record = Record(workspace.record)
    found = verify_workspace(workspace)
    damaged = {fault.where.split("/")[3].removesuffix(".json")
               for fault in found.faults
               if fault.where.startswith("record/") and fault.where.count("/") >= 3}  # fmt: skip
    if reference not in damaged:
        known = ", ".join(sorted(damaged)) or "nothing"
        raise click.ClickException(
            f"“{terminal(reference)}” is not damaged. Damaged is: {terminal(known)}."
        )
    record.add_event(
        EventKind.SET_ASIDE,
        at=dt.datetime.now(dt.UTC),
        by_whom=by_whom,
        reason=reason,
        details=Details(damaged=reference),
    )
    click.echo(f"Kept. {reference} is left out from now on; what came before it counts again.")


@click.command()
@click.argument("reference")
@click.option("--reason", required=True, help="Why it is erased; this is kept.")
@BY
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(workspace: Workspace, reference: str, reason: str, by_whom: str, yes: bool) -> None:
    """Erase a submission that should never have come: personal data. There is no way back."""
    if not yes:
        click.confirm(
            "The file, its rows, findings and receipts are removed for good; its hash under the "
            "officer's key, and that you decided it, stay. Go on?",
            abort=True,
        )
    record = Record(workspace.record)
    with refusal_as_sentence(EraseError):
        erase_submission(
            record,
            reference,
            by_whom=by_whom,
            reason=reason,
            at=dt.datetime.now(dt.UTC),
            key_file=workspace.officer_key,
        )
    for path in workspace.root.glob("warehouse.duckdb*"):
        path.unlink(missing_ok=True)  # derived, and it held the rows; the next build makes it anew
    for folder in workspace.inbox.glob(f"*/.received/{reference}"):
        shutil.rmtree(folder)
    click.echo(f"Erased {reference}. The warehouse that held its rows was deleted.")
    click.echo(
        "Now: quarterdeck build, then look at docs/operations/erasure.md for what else to do."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def find_file(workspace: Workspace, file: Path) -> None:
    """Say which submissions came as exactly this file, erased ones too."""
    found = submissions_of(
        Record(workspace.record), file.read_bytes(), key_file=workspace.officer_key
    )
    for one in found:
        erased = ", erased since" if one.erased else ""
        click.echo(f"{one.submission_id}: received {one.received_at:%Y-%m-%d %H:%M} UTC{erased}")
    if not found:
        raise click.ClickException("Nothing in the record came as exactly this file.")


def _told(done: Copied, where: Path) -> None:
    click.echo(f"Copied {done.copied}; {done.already_there} were there already.")
    click.echo(f"Looked at {terminal(str(where))}:")
    _tell(done.verified)
    if not done.verified.is_sound:
        sys.exit(1)


def _tell(found: Verified) -> None:
    click.echo(
        f"{how_many(found.submissions, 'submission', 'submissions')} ({found.erased} erased), "
        f"{how_many(found.events, 'decision', 'decisions')} and "
        f"{how_many(found.releases, 'release', 'releases')}: "
        f"{how_many(found.files, 'file', 'files')} looked at."
    )
    for note in found.notes:
        click.echo(terminal(note))
    for fault in found.faults:
        click.echo(
            f"\n{terminal(fault.where)}\n    {terminal(fault.what)}\n    {terminal(fault.to_do)}"
        )
    click.echo(
        "Everything is as it was written."
        if found.is_sound
        else f"\n{len(found.faults)} things are not as they were written."
    )
