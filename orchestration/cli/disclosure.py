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
    help="All figures of a measure that are out under the rule it had before, or under none.",
)
@click.option(
    "--publish",
    "is_to_be_published",
    is_flag=True,
    help="Needed with FIGURE: it is published, and the next edition shows it.",
)
@click.option("--reason", required=True, help="Why the figures may be public.")
@BY
@click.pass_obj
def accept_disclosure(
    workspace: Workspace,
    figures: tuple[str, ...],
    tightened: str | None,
    is_to_be_published: bool,
    reason: str,
    by_whom: str,
) -> None:
    """Let a figure be published that cannot be hidden safely any more.

    FIGURE is its name as the build gave it. It is hidden no longer: the next edition shows it,
    small number or not. A figure named with its version after an @ stays hidden where it is, in an
    earlier edition, and readers may work it out from what is published. The decision is kept in the
    record, and holds for this version of the figure alone: a corrected one is guarded again.

    With --tightened nothing is shown that no edition shows: what is out of the measure keeps the
    rule of its day (or none), new and corrected figures have the tighter one.
    """
    if bool(figures) == bool(tightened):
        raise click.UsageError("Name figures, or one measure with --tightened.")
    if figures and not is_to_be_published:
        raise click.UsageError(
            "Nothing was done. What is named would be published: "
            f"{'; '.join(map(_what_happens, figures))}. "
            "If that is meant, write --publish beside it. If it must stay hidden, do not accept "
            "it: withdraw the edition that gives it away (quarterdeck withdraw-edition), or ask "
            "the partner for a return that leaves out what does."
        )
    if tightened:
        _tighten(workspace, tightened, reason=reason, by_whom=by_whom)
        click.echo("Build again: quarterdeck build")
        return
    found = [_version(workspace, figure) for figure in figures]
    record = Record(workspace.record)
    for one in found:
        accept(record, one, at=dt.datetime.now(dt.UTC), by_whom=by_whom, reason=reason)
    for figure in figures:
        click.echo(f"Recorded: {_what_happens(figure)}. By: {terminal(by_whom)}.")
    click.echo("Build again: quarterdeck build")


def _what_happens(figure: str) -> str:
    """Say what readers see of a figure once it is accepted."""
    cell_id, _, version_id = figure.partition(" @ ")
    if version_id:
        return f"{terminal(cell_id)} of an earlier edition can be worked out by readers from now on"
    return f"{terminal(cell_id)} is shown in the next edition"


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
