"""``editions``: what was published for each meeting."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import click

from orchestration.cli.options import BY, refusal_as_sentence
from pipelines.escaping import terminal
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.counting import how_many


@click.command()
@click.option("--verify", is_flag=True, help="Look at every file that is shown to the public.")
@click.option("--show-again", is_flag=True, help="Make the public folder anew from the releases.")
@click.pass_obj
def editions(workspace: Workspace, verify: bool, show_again: bool) -> None:
    """What was published for each meeting; check it, show it again."""
    from orchestration.site import BoardSite  # noqa: PLC0415  # loads Plotly
    from pipelines.durable import exclusive  # noqa: PLC0415
    from pipelines.publishing.editions import amended_by, public_faults  # noqa: PLC0415
    from pipelines.publishing.editions import editions as published_editions  # noqa: PLC0415
    from pipelines.publishing.making import show  # noqa: PLC0415
    from pipelines.publishing.releases import PublishingError, edition_of  # noqa: PLC0415
    from pipelines.publishing.withdrawn import withdrawals  # noqa: PLC0415

    published = published_editions(workspace.releases)
    if not published:
        click.echo("Nothing has been published yet.")
        return
    gone = withdrawals(Record(workspace.record))
    if show_again:
        with (
            refusal_as_sentence(PublishingError),
            exclusive(workspace.releases / ".publishing.lock"),
        ):
            show(workspace, BoardSite(workspace))
    click.echo(f"{'Edition':<16}{'Quarter':<13}{'Published':<13}{'Figures':<15}Standing")
    for one in published:
        edition = edition_of(one)
        amended = amended_by(published, one)
        if edition.name in gone:
            amended, edition = (
                None,
                replace(edition, note=f"withdrawn: {gone[edition.name].reason}"),
            )
        standing = f"amended by {amended}" if amended else edition.note or "final"
        click.echo(
            f"{edition.name:<16}{one.quarter.label:<13}{one.made_at:%Y-%m-%d}   "
            f"{one.data_sha256[:12]:<15}{terminal(standing)}"
        )
    click.echo(
        f"\nThe newest: {edition_of(published[-1]).name}. To serve or copy: {workspace.public}"
    )
    if verify:
        wrong = public_faults(workspace.releases, workspace.public, published, withdrawn=set(gone))
        for fault in wrong:
            click.echo(terminal(fault), err=True)
        if wrong:
            raise click.ClickException(
                f"{how_many(len(wrong), 'fault', 'faults')}. Take the folder that is wrong out of "
                f"{workspace.public / 'meetings'}, then: quarterdeck editions --show-again"
            )
        click.echo("Every file is as it was published.")


@click.command()
@click.argument("edition")
@click.option("--note", required=True, help="Why, as its readers see it; never the figure itself.")
@BY
@click.pass_obj
def withdraw_edition(workspace: Workspace, edition: str, note: str, by_whom: str) -> None:
    """Put a notice in the place of a published edition that gives something away.

    EDITION is its name in the list of editions. The house keeps the edition as it was. Then correct
    the figures, and publish them with --note: they are an amendment of the same meeting.
    """
    from orchestration.site import BoardSite  # noqa: PLC0415  # loads Plotly
    from pipelines.publishing.releases import PublishingError  # noqa: PLC0415
    from pipelines.publishing.withdrawing import withdraw_edition as withdraw  # noqa: PLC0415

    with refusal_as_sentence(PublishingError):
        withdraw(
            workspace,
            Record(workspace.record),
            edition,
            BoardSite(workspace),
            by_whom=by_whom,
            note=note,
            at=dt.datetime.now(dt.UTC),
        )
    click.echo(f"Withdrawn: {terminal(edition)}. By: {terminal(by_whom)}.")
    click.echo(
        f"Copy {workspace.public} to where it is served from now, and take the edition out of "
        "copies and caches that you know of."
    )
