"""From a figure on a page back to the rows that it was made of."""

from __future__ import annotations

import click

from orchestration.cli.officer import release_folder
from orchestration.cli.options import QUARTER, refusal_as_sentence
from pipelines.board.in_force import in_force
from pipelines.escaping import terminal
from pipelines.record.store import Record
from pipelines.warehouse.trace import NothingToTraceError, Origin, Sum, find_measure
from pipelines.warehouse.trace import trace as trace_figures
from pipelines.workspace import Workspace
from schemas.qualifiers import qualified
from schemas.quarter import Quarter
from schemas.rounding import grouped
from schemas.working_days import LONDON


@click.command()
@click.argument("measure")
@click.option("--period", help="As a page writes it: 2018-19 Q1, June 2018, 2016-17.")
@click.option("--quarter", type=QUARTER, help="A quarter; also finds what its return gave.")
@click.option("--organisation", help="ALL for the combined figure. [default: every partner]")
@click.option("--release", "release_id", help="[default: the current one, else the newest draft]")
@click.pass_obj
def trace(
    workspace: Workspace,
    measure: str,
    period: str | None,
    quarter: Quarter | None,
    organisation: str | None,
    release_id: str | None,
) -> None:
    """Lead from a figure on a page back to file, row, sender and hash."""
    if (period is None) == (quarter is None):
        raise click.UsageError("Give either --period or --quarter.")
    data_dir = release_folder(workspace, release_id) / "data"
    record = Record(workspace.record)
    reference = in_force(record)
    with refusal_as_sentence(NothingToTraceError):
        origins = trace_figures(
            record,
            data_dir,
            reference=reference,
            measure=find_measure(reference, measure),
            period=period or (quarter.label if quarter else ""),
            organisation=organisation,
        )
    for origin in origins:
        what = "" if origin.category == "all" else f", {origin.breakdown}: {origin.category}"
        decimals = 0 if isinstance(origin, Origin) and origin.share else origin.measure.decimals
        sent = origin.value_as_sent if isinstance(origin, Origin) else None
        word = qualified(sent) if sent else None  # such as "over", which the page has too
        lines = {
            "figure": f"{origin.measure.measure} {origin.measure.title}{what}",
            "of": f"{origin.organisation}, {origin.period}",
            "on the page": origin.state
            if origin.value is None
            else (f"{word[0]} " if word else "") + grouped(origin.value, decimals),
        }
        lines |= _sum_lines(origin) if isinstance(origin, Sum) else _row_lines(origin)
        for name, text in lines.items():
            if text:
                click.echo(f"{name:>13}  {terminal(text)}")
        click.echo()


def _sum_lines(made: Sum) -> dict[str, str]:
    """Return what a figure was reckoned from; the figures that it was made of come after it."""
    parts = [grouped(one, 0) for one in (made.numerator, made.denominator) if one is not None]
    return {
        "reckoned from": " of ".join(parts),
        "made of": "the figure that follows"
        if made.figures == 1
        else f"the {made.figures} figures that follow",
    }


def _row_lines(origin: Origin) -> dict[str, str]:
    """Return where a figure of one row comes from."""
    return {
        "whole of": origin.share or "",
        "as sent": origin.value_as_sent or "",
        "file": origin.file_name,
        "sheet": origin.sheet,
        "row": str(origin.row_number or "none that was accepted"),
        "the row says": "; ".join(f"{name}={cell}" for name, cell in origin.cells if cell),
        "sent by": f"{origin.sender}, {origin.channel}, "
        f"{origin.received_at.astimezone(LONDON):%-d %B %Y at %H:%M}",
        "reference": origin.submission_id,
        "kept as": str(origin.file),
        "SHA-256": f"{origin.sha256} "
        + ("(the kept file still has it)" if origin.is_intact else "(THE KEPT FILE HAS ANOTHER)"),
        "sample": (origin.sample or "").replace("_", " "),
    }
