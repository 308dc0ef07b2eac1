"""What keeps everything safe: verify, backup, restore, set-aside, erase."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import click

from pipelines.backup import BackupError, Copied, back_up
from pipelines.backup import restore as restore_from
from pipelines.bucket import back_up_to, fetched, is_address
from pipelines.escaping import terminal
from pipelines.object_store import store_of
from pipelines.record.erasure import EraseError
from pipelines.record.erasure import erase as erase_submission
from pipelines.record.model import EventKind
from pipelines.record.store import Record
from pipelines.sharing import SharingError, is_lost, verify_all
from pipelines.sharing import share as share_workspace
from pipelines.verify import Verified
from pipelines.workspace import Workspace

BY = click.option("--by", "by_whom", required=True, help="Your role.")
FOLDER = click.argument("folder")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def verify(workspace: Workspace, as_json: bool) -> None:
    """Look at every hash in the record and the releases.

    Where machines share the record, in the object store too. Ends with 0 where everything is as it
    was written, 1 where something is not, 2 where there is nothing to look at.
    """
    if not workspace.record.is_dir() and store_of(workspace.root) is None:
        click.echo(f"There is no record in {terminal(str(workspace.root))}.", err=True)
        sys.exit(2)
    found = verify_all(workspace)
    if as_json:
        click.echo(json.dumps({**asdict(found), "is_sound": found.is_sound}, ensure_ascii=False))
    else:
        _tell(found)
    sys.exit(0 if found.is_sound else 1)


@click.command()
@FOLDER
@click.pass_obj
def backup(workspace: Workspace, folder: str) -> None:
    """Bring the copy in FOLDER up to date: record, releases, accounts, inbox. Then verify it.

    FOLDER may be the address of an object store (s3://bucket/folder). Then the size of each object
    is held against the file; `restore` looks at every hash.
    """
    try:
        if is_address(folder):
            done = back_up_to(workspace, folder)
            click.echo(f"Copied {done.copied}; {done.already_there} were there already.")
            click.echo(
                "Every object is there with its size. To look at every hash, restore elsewhere."
            )
        else:
            _told(back_up(workspace, Path(folder)), Path(folder))
    except BackupError as refusal:
        raise click.ClickException(terminal(str(refusal))) from refusal


@click.command()
@FOLDER
@click.pass_obj
def restore(workspace: Workspace, folder: str) -> None:
    """Put back from the backup in FOLDER what this workspace lacks or has damaged.

    FOLDER may be the address of an object store (s3://bucket/folder).
    """
    try:
        with fetched(folder) if is_address(folder) else nullcontext(Path(folder)) as copy:
            done = restore_from(copy, workspace)
    except BackupError as refusal:
        raise click.ClickException(terminal(str(refusal))) from refusal
    for name in done.replaced:
        click.echo(f"Put back {terminal(name)}; the damaged one lies in damaged/.")
    click.echo("The warehouse is derived: make it anew with: quarterdeck rebuild")
    _told(done, workspace.root)


@click.command()
@click.argument("address")
@click.pass_obj
def share(workspace: Workspace, address: str) -> None:
    """Keep the record and the releases in the object store at ADDRESS (s3://bucket/folder).

    Several machines can work on it then, each with a workspace of its own, which is a copy of it.
    The first begins it with what it holds, the others join. Given again, it puts back what the
    store has lost and this workspace has. Start the upload pages and Dagster again afterwards.
    """
    try:
        sent = share_workspace(workspace.create(), address)
    except SharingError as refusal:
        raise click.ClickException(terminal(str(refusal))) from refusal
    click.echo(f"{terminal(str(workspace.root))} works on {terminal(address)} from now on.")
    click.echo(
        f"Put there: {sent.entries} submissions and decisions, {sent.releases} releases. "
        f"In the record now: {sent.held}."
    )


@click.command("set-aside")
@click.argument("reference")
@click.option("--reason", required=True, help="Why it is left out.")
@BY
@click.pass_obj
def set_aside(workspace: Workspace, reference: str, reason: str, by_whom: str) -> None:
    """Leave a damaged submission or decision out, so that figures can be made without it."""
    record = Record(workspace.record)
    found = verify_all(workspace)
    damaged = {fault.where.split("/")[3].removesuffix(".json")
               for fault in found.faults
               if fault.where.startswith("record/") and fault.where.count("/") >= 3}  # fmt: skip
    if (store := store_of(workspace.root)) is not None:
        whole = {one for one in damaged if not is_lost(one, found)}
        if reference in whole:
            raise click.ClickException(
                f"Delete it here: it is fetched anew from {store.address}, which has it whole."
            )
        damaged -= whole
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
        damaged=reference,
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
            "The file, its rows, findings and receipts are removed for good; its hash, and that "
            "you decided it, stay. Go on?",
            abort=True,
        )
    record = Record(workspace.record)
    try:
        erase_submission(
            record, reference, by_whom=by_whom, reason=reason, at=dt.datetime.now(dt.UTC)
        )
    except EraseError as refusal:
        raise click.ClickException(terminal(str(refusal))) from refusal
    for path in workspace.root.glob("warehouse.duckdb*"):
        path.unlink()  # derived, and it held the rows; the next build makes it anew
    for folder in workspace.inbox.glob(f"*/.received/{reference}"):
        shutil.rmtree(folder)
    click.echo(f"Erased {reference}. The warehouse that held its rows was deleted.")
    click.echo(
        "Now: quarterdeck build, then look at docs/operations/erasure.md for what else to do."
    )


def _told(done: Copied, where: Path) -> None:
    click.echo(f"Copied {done.copied}; {done.already_there} were there already.")
    click.echo(f"Looked at {terminal(str(where))}:")
    _tell(done.verified)
    if not done.verified.is_sound:
        sys.exit(1)


def _tell(found: Verified) -> None:
    click.echo(
        f"{found.submissions} submissions ({found.erased} erased), {found.events} decisions and "
        f"{found.releases} releases: {found.files} files looked at."
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
