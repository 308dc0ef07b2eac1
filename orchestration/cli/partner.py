"""What a partner does: template, check, submit, receipt, explain, withdraw."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import sys
from pathlib import Path

import click

from orchestration.cli.options import BY, QUARTER, refusal_as_sentence
from pipelines.board.in_force import in_force
from pipelines.checking.engine.outcome import CheckedFile
from pipelines.escaping import terminal
from pipelines.reading.from_disk import NotReadError, read_from_disk
from pipelines.reading.kinds import ending_of, is_workbook
from pipelines.receiving import decisions
from pipelines.receiving.desk import Desk, Requester
from pipelines.receiving.interchange import csvw, table_schema
from pipelines.receiving.receipts.as_text import as_text, findings_as_text
from pipelines.receiving.templates import Form
from pipelines.receiving.templates import file_name as template_name
from pipelines.record.model import Submission
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.declaration import Return
from schemas.quarter import Quarter
from schemas.reference import Reference

AS = click.option(
    "--as",
    "organisation",
    help="As this organisation: its figures and no other's. [default: any, as the officer]",
)
FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)


@click.command()
@click.argument("return_name", metavar="RETURN")
@click.option("--organisation", required=True, help="The organisation's code, as the board has it.")
@click.option("--quarter", required=True, type=QUARTER, help="Such as 2018-19-Q1.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Write here. [default: a name made of the three]",
)
@click.option(
    "--xlsx",
    "form",
    flag_value="xlsx",
    help="A workbook: lists for codes, and what is filled in is locked.",
)
@click.pass_obj
def template(
    workspace: Workspace,
    return_name: str,
    organisation: str,
    quarter: Quarter,
    output: Path | None,
    form: Form | None,
) -> None:
    """Write the form to fill in, CSV or workbook, with the rows that are expected.

    Of actions and risks, those that were open in the return before.
    """
    reference = in_force(Record(workspace.record))
    declared = _declared(reference, return_name)
    if reference.organisation(organisation) is None:
        codes = ", ".join(one.organisation for one in reference.organisations)
        raise click.ClickException(
            f"There is no organisation “{organisation}”. There are: {codes}."
        )
    if not reference.owes(organisation, return_name, quarter):
        raise click.ClickException(_not_owed(reference, return_name, organisation, quarter))
    form = form or "csv"
    desk = _desk(workspace, organisation=organisation)
    content = desk.template(declared, organisation, quarter, form=form)
    name = template_name(organisation, return_name, quarter, ending=f".{form}")
    target = output or Path(name)
    target.write_bytes(content)
    click.echo(f"Wrote {target}. Fill it in, then: quarterdeck check {target}")


@click.command()
@click.argument("return_name", metavar="RETURN")
@click.option(
    "--as",
    "form",
    type=click.Choice(["table-schema", "csvw"]),
    default="table-schema",
    show_default=True,
    help="Frictionless Data's Table Schema, or the W3C's CSV on the Web.",
)
@click.option(
    "--quarter", type=QUARTER, help="The columns and codes of that quarter. [default: all]"
)
@click.pass_obj
def schema(workspace: Workspace, return_name: str, form: str, quarter: Quarter | None) -> None:
    """Print how a return is declared, in a format that other tools read."""
    reference = in_force(Record(workspace.record))
    declared = _declared(reference, return_name)
    made = (
        csvw(declared, quarter=quarter, reference=reference, url=f"{return_name}.csv")
        if form == "csvw"
        else table_schema(declared, quarter=quarter, reference=reference)
    )
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


def _not_owed(reference: Reference, return_name: str, organisation: str, quarter: Quarter) -> str:
    """Return that nothing is to be filled in, and of whom the return is asked in that quarter."""
    said = f"{organisation} owes no {return_name} for {quarter.label}: there is nothing to fill in."
    first = reference.settings.first_quarter
    if quarter < first:
        return f"{said} Nothing is owed before {first.label}."
    owing = [
        one.organisation for one in reference.obligations(quarter) if one.return_name == return_name
    ]
    return f"{said} It is owed by {', '.join(owing) if owing else 'nobody in that quarter'}."


def _declared(reference: Reference, name: str) -> Return:
    declared = reference.declared(name)
    if declared is None:
        known = ", ".join(reference.declared_returns)
        raise click.ClickException(f"There is no return “{name}”. There are: {known}.")
    return declared


@click.command()
@FILES
@click.option("--json", "as_json", is_flag=True, help="One JSON object, a list for several files.")
@click.option(
    "--annotated",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write each file with its findings beside its rows into this folder.",
)
@AS
@click.pass_obj
def check(
    workspace: Workspace,
    files: tuple[Path, ...],
    as_json: bool,
    annotated: Path | None,
    organisation: str | None,
) -> None:
    """Check files without sending them.

    Ends with 0 where nothing stops a file, 1 where one would be rejected, 2 where one could not
    be read as a return at all.
    """
    desk = _desk(workspace, organisation=organisation)
    checked = []
    for file in files:
        content = _read(file)
        one = desk.check(content, file_name=file.name)
        checked.append(one)
        if annotated is not None:
            annotated.mkdir(parents=True, exist_ok=True)
            made = desk.annotate(content, one)
            target = annotated / file.name
            if is_workbook(content):
                target = target.with_suffix(ending_of(made))
            target.write_bytes(made)
    if as_json:
        objects = [one.as_json() for one in checked]
        click.echo(json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False))
    else:
        for one in checked:
            click.echo(findings_as_text(one))
    sys.exit(max(_exit_code(one) for one in checked))


@click.command()
@FILES
@AS
@click.option("--by", "sender", default=getpass.getuser, help="Who sends. [default: your login]")
@click.pass_obj
def submit(
    workspace: Workspace, files: tuple[Path, ...], organisation: str | None, sender: str
) -> None:
    """Send files: receive them into the record and print the receipt.

    Ends as `check` does. Whatever a file is, it is kept.
    """
    workspace.create()
    desk = _desk(workspace, organisation=organisation, name=sender)
    ends = []
    for file in files:
        content = _read(file)
        received = desk.receive(content, file_name=file.name, received_at=dt.datetime.now(dt.UTC))
        click.echo(as_text(received.receipt))
        ends.append(_exit_code(received.checked))
    sys.exit(max(ends))


@click.command()
@click.argument("reference")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text")
@click.pass_obj
def receipt(workspace: Workspace, reference: str, form: str) -> None:
    """Print the receipt of a submission again."""
    record = Record(workspace.record)
    submission = _submission(record, reference)
    ending = {"text": "txt"}.get(form, form)
    file = record.submission_folder(submission.submission_id) / f"receipt.{ending}"
    click.echo(file.read_text(encoding="utf-8"))


@click.command()
@click.argument("reference")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why the figure is right, in your words.")
@BY
@click.pass_obj
def explain(workspace: Workspace, reference: str, number: int, reason: str, by_whom: str) -> None:
    """Answer query NUMBER of a submission: say why a figure that looks odd is right."""
    record = Record(workspace.record)
    submission = _submission(record, reference)
    with refusal_as_sentence(decisions.DecisionError):
        decisions.explain(
            record,
            submission_id=submission.submission_id,
            finding_number=number,
            by_whom=by_whom,
            text=reason,
            at=dt.datetime.now(dt.UTC),
        )
    finding = record.findings(submission.submission_id)[number - 1]
    click.echo(f"Kept. Query {number} is answered: {terminal(finding.message)}")


@click.command()
@click.argument("reference")
@click.option("--reason", required=True, help="Why it is withdrawn.")
@BY
@click.pass_obj
def withdraw(workspace: Workspace, reference: str, reason: str, by_whom: str) -> None:
    """Withdraw a submission; the one before it counts again."""
    record = Record(workspace.record)
    submission = _submission(record, reference)
    with refusal_as_sentence(decisions.DecisionError):
        decisions.withdraw(
            record,
            submission_id=submission.submission_id,
            by_whom=by_whom,
            reason=reason,
            at=dt.datetime.now(dt.UTC),
        )
    now = record.current().get(submission.obligation) if submission.obligation else None
    after = f"Now in use: {now.submission_id}." if now else "No figures are in use in its place."
    click.echo(f"Withdrawn. The file stays in the record. {after}")


def _desk(
    workspace: Workspace, *, organisation: str | None = None, name: str | None = None
) -> Desk:
    """Open the desk for the person at this terminal, as one organisation or as the officer."""
    record = Record(workspace.record)
    requester = Requester(
        name=name or getpass.getuser(),
        channel="command line",
        organisations=frozenset({organisation}) if organisation else None,
        oversees=organisation is None,
    )
    today = workspace.today(now=dt.datetime.now(dt.UTC))
    return Desk(record, in_force(record), requester, today=today)


def _submission(record: Record, reference: str) -> Submission:
    submission = record.submission(reference.strip())
    if submission is None:
        raise click.ClickException(f"The record has no submission “{terminal(reference)}”.")
    return submission


def _read(file: Path) -> bytes:
    try:
        return read_from_disk(file)
    except NotReadError as refusal:
        click.echo(f"{terminal(str(file))}: {refusal}", err=True)
        sys.exit(2)
    except OSError as problem:
        click.echo(f"{terminal(str(file))} cannot be read: {problem.strerror}.", err=True)
        sys.exit(2)


def _exit_code(checked: CheckedFile) -> int:
    if checked.outcome == "refused":
        return 2
    return 0 if checked.outcome in ("accepted", "accepted with queries") else 1
