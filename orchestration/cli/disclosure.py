"""What the performance officer decides about figures that cannot be protected any more."""

from __future__ import annotations

import datetime as dt

import click

from orchestration.cli.options import BY
from pipelines.board.in_force import in_force
from pipelines.disclosure.accepted import accept, tighten
from pipelines.disclosure.adapter import version_of
from pipelines.disclosure.tables import Accepted
from pipelines.disclosure.versions import ledger_key
from pipelines.escaping import terminal
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace


@click.command()
@click.argument("figures", nargs=-1, metavar="[FIGURE]...")
@click.option(
    "--tightened",
    metavar="MEASURE",
    help="All figures of a measure that are out under the rule it had before.",
)
@click.option("--reason", required=True, help="Why the figure may be left as it is.")
@BY
@click.pass_obj
def accept_disclosure(
    workspace: Workspace,
    figures: tuple[str, ...],
    tightened: str | None,
    reason: str,
    by_whom: str,
) -> None:
    """Record that a figure which cannot be protected any more is left as it is.

    FIGURE is its name as the build gave it. The decision is kept in the record and holds for this
    version of the figure alone: a corrected one is guarded again. With --tightened it holds for all
    that editions already published tell of the measure: those figures keep the rule of their day,
    new and corrected ones have the tighter one.
    """
    if bool(figures) == bool(tightened):
        raise click.UsageError("Name figures, or one measure with --tightened.")
    if tightened:
        _tighten(workspace, tightened, reason=reason, by_whom=by_whom)
        click.echo("Build again: quarterdeck build")
        return
    found = [_version(workspace, figure) for figure in figures]
    record = Record(workspace.record)
    for one in found:
        accept(record, one, at=dt.datetime.now(dt.UTC), by_whom=by_whom, reason=reason)
        click.echo(f"Recorded: {terminal(one.cell_id)} is left as it is. By: {terminal(by_whom)}.")
    click.echo("Build again: quarterdeck build")


def _tighten(workspace: Workspace, measure: str, *, reason: str, by_whom: str) -> None:
    record = Record(workspace.record)
    board = in_force(record)
    names = [one.small_number_rule for one in board.measures if one.measure == measure]
    rule = board.small_number_rule(names[0]) if names else None
    if rule is None or not rule.threshold:
        raise click.ClickException(
            f"There is no measure “{terminal(measure)}” with a small-number rule."
        )
    now = dt.datetime.now(dt.UTC)
    tighten(record, measure, rule.threshold, at=now, by_whom=by_whom, reason=reason)
    click.echo(
        f"Recorded: what is out of {terminal(measure)} keeps the rule of its day. "
        f"By: {terminal(by_whom)}."
    )


def _version(workspace: Workspace, figure: str) -> Accepted:
    """Return the current version; a figure of an earlier release brings its own after an @."""
    cell_id, _, version_id = figure.partition(" @ ")
    if version_id:
        return Accepted(cell_id, version_id)
    if not workspace.warehouse.exists():
        raise click.ClickException("There is no warehouse yet. Make one with: quarterdeck build")
    with connect(workspace.warehouse, read_only=True) as connection:
        version = version_of(connection, cell_id, key=ledger_key(Record(workspace.record)))
    if version is None:
        raise click.ClickException(
            f"There is no figure “{terminal(cell_id)}”. Copy its name from the build's message."
        )
    return Accepted(cell_id, version)
