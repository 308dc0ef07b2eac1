"""What the performance officer does: status, excuse, sign-off, publish, trace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from orchestration.cli.options import BY, MEETING, QUARTER, refusal_as_sentence
from pipelines.board.in_force import in_force
from pipelines.escaping import terminal
from pipelines.obligations.standing import (
    Standing,
    State,
    known_quarters,
    most_pressing_first,
    standings,
)
from pipelines.publishing.failed_build import failed_build
from pipelines.publishing.releases import PublishingError, all_releases, current
from pipelines.publishing.sign_off import SigningError
from pipelines.publishing.sign_off import sign_off as record_sign_off
from pipelines.receiving import decisions
from pipelines.receiving.disagreements import RULE, disagreements
from pipelines.record.model import Obligation
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.counting import how_many
from schemas.quarter import Quarter
from schemas.reference import Reference


@click.command()
@click.option("--quarter", type=QUARTER, help="[default: the newest that is over]")
@click.pass_obj
def status(workspace: Workspace, quarter: Quarter | None) -> None:
    """Who has sent what, what is late, what has queries."""
    record = Record(workspace.record)
    on = workspace.today(now=dt.datetime.now(dt.UTC))
    reference = in_force(record)
    quarter = quarter or _newest_quarter(record, reference, on=on)
    stood = standings(record, reference, quarter, on=on)
    if (failed := failed_build(workspace)) is not None:
        click.echo(f"{failed.in_words}\n")
    click.echo(f"{quarter.label}, as it stands on {on:%-d %B %Y}\n")
    click.echo(f"{'Organisation':<13}{'Return':<22}{'Due':<12}{'State':<24}Notes")
    for one in sorted(stood, key=most_pressing_first):
        click.echo(
            f"{one.obligation.organisation:<13}{one.obligation.return_name:<22}"
            f"{one.due_on.isoformat():<12}{one.state.value:<24}{_notes(one)}"
        )
    owed = [one for one in stood if one.counts]
    came = sum(one.current is not None for one in owed)
    late = sum(one.state is State.OVERDUE for one in owed)
    queries = how_many(sum(one.open_queries for one in owed), "query", "queries")
    click.echo(f"\n{came} of {len(owed)} accepted, {late} overdue, {queries} open.")
    for two in disagreements(record, reference, quarter):
        click.echo(f"\nLooks odd: {terminal(two.message)} {two.hint} [{RULE}]")
        for each in (two.one, two.other):
            click.echo(f"  {each.organisation}: row {each.row} of {each.submission_id}")


@click.command()
@click.argument("organisation")
@click.argument("return_name", metavar="RETURN")
@click.option("--quarter", required=True, type=QUARTER)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Give until this day instead.")
@click.option("--reason", required=True)
@BY
@click.pass_obj
def excuse(
    workspace: Workspace,
    organisation: str,
    return_name: str,
    quarter: Quarter,
    until: dt.datetime | None,
    reason: str,
    by_whom: str,
) -> None:
    """Excuse an organisation from a return, or give it longer."""
    record = Record(workspace.create().record)
    about = (
        record,
        in_force(record),
        Obligation(organisation, return_name, quarter),
    )
    now = dt.datetime.now(dt.UTC)
    with refusal_as_sentence(decisions.DecisionError):
        if until is None:
            decisions.excuse(*about, by_whom=by_whom, reason=reason, at=now)
        else:
            decisions.extend(*about, until=until.date(), by_whom=by_whom, reason=reason, at=now)
    what = "excused" if until is None else f"due on {until:%-d %B %Y} now"
    click.echo(f"Kept: {organisation}, {return_name}, {quarter.label} is {what}.")


@click.command()
@click.argument("organisation")
@click.argument("return_name", metavar="RETURN")
@click.option("--quarter", required=True, type=QUARTER)
@click.option("--reason", required=True)
@BY
@click.pass_obj
def reopen(
    workspace: Workspace,
    organisation: str,
    return_name: str,
    quarter: Quarter,
    reason: str,
    by_whom: str,
) -> None:
    """Take an excuse back: the return is owed again."""
    record = Record(workspace.create().record)
    with refusal_as_sentence(decisions.DecisionError):
        decisions.reopen(
            record,
            in_force(record),
            Obligation(organisation, return_name, quarter),
            by_whom=by_whom,
            reason=reason,
            at=dt.datetime.now(dt.UTC),
        )
    click.echo(f"Kept: {organisation} owes {return_name} for {quarter.label} again.")


@click.command("sign-off")
@click.option("--quarter", required=True, type=QUARTER)
@MEETING
@click.option("--note", default="", help="Anything the next reader should know.")
@BY
@click.pass_obj
def sign_off(
    workspace: Workspace, quarter: Quarter, meeting: dt.date | None, note: str, by_whom: str
) -> None:
    """Record the sign-off of a quarter's figures: those of its newest draft, and no others."""
    now, record = dt.datetime.now(dt.UTC), Record(workspace.record)
    with refusal_as_sentence(SigningError):
        draft, event = record_sign_off(
            record,
            in_force(record),
            workspace.releases,
            quarter,
            by_whom=by_whom,
            note=note,
            at=now,
            on=workspace.today(now=now),
            meeting_on=meeting,
        )
    queries, missing = event.details.open_queries, event.details.not_accepted or ()
    click.echo(f"Signed off {draft.release_id} by {terminal(by_whom)}.")
    click.echo(f"It is of the edition {event.details.meeting}.")
    click.echo(
        f"Open at sign-off: {how_many(queries or 0, 'query', 'queries')}, "
        f"{how_many(len(missing), 'return', 'returns')} not accepted."
    )
    option = f" --meeting {meeting.isoformat()}" if meeting else ""
    click.echo(f"Now: quarterdeck publish --quarter {quarter.key}{option}")


@click.command()
@click.option("--quarter", required=True, type=QUARTER)
@MEETING
@click.option("--note", help="Why an edition that was published is amended; its readers see it.")
@click.pass_obj
def publish(
    workspace: Workspace, quarter: Quarter, meeting: dt.date | None, note: str | None
) -> None:
    """Make the signed-off release current."""
    from orchestration.site import BoardSite  # noqa: PLC0415  # loads Plotly
    from pipelines.publishing.making import publish as publish_release  # noqa: PLC0415

    with refusal_as_sentence(PublishingError):
        made = publish_release(
            workspace,
            Record(workspace.record),
            quarter,
            BoardSite(workspace),
            now=dt.datetime.now(dt.UTC),
            note=note,
            meeting_on=meeting,
        )
    edition = made.release.edition
    name = edition.name if edition else made.release.release_id
    if made.was_published:
        click.echo(f"These figures are published already, as edition {name}.")
    else:
        click.echo(f"Published edition {name} ({made.release.release_id}).")
    for missing in made.missing:
        click.echo(f"The site lacks: {missing}")
    click.echo(f"The site: {workspace.releases / 'current' / 'site' / 'index.html'}")
    click.echo(f"To serve or copy: {workspace.public}")


def _notes(standing: Standing) -> str:
    notes = []
    if not standing.is_owed:
        notes.append("not owed")
    elif standing.days_late:
        notes.append(f"{how_many(standing.days_late, 'day', 'days')} late")
    if standing.open_queries:
        notes.append(f"{how_many(standing.open_queries, 'query', 'queries')} open")
    if standing.corrections:
        notes.append(f"corrected {how_many(standing.corrections, 'time', 'times')}")
    if standing.last_correction_failed:
        notes.append("the last correction was not accepted; the figures before it stay")
    return "; ".join(notes)


def _newest_quarter(record: Record, reference: Reference, *, on: dt.date) -> Quarter:
    quarters = known_quarters(record.submissions(), reference, on=on)
    if not quarters:
        raise click.ClickException(
            f"The service begins with {reference.settings.first_quarter.label}, which is not over."
        )
    return quarters[-1]


def release_folder(workspace: Workspace, release_id: str | None) -> Path:
    """Return the folder of a release: the one named, else the current one or the newest draft.

    Raises:
        click.ClickException: There is none, or none of that name.
    """
    if release_id is not None:
        known = {one.release_id for one in all_releases(workspace.releases)}
        if release_id not in known:
            raise click.ClickException(f"There is no release “{terminal(release_id)}”.")
        return workspace.releases / release_id
    made = all_releases(workspace.releases)
    release = current(workspace.releases) or (made[-1] if made else None)
    if release is None:
        raise click.ClickException("There is no release yet. Make one with: quarterdeck build")
    return workspace.releases / release.release_id
