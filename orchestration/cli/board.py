"""What the performance officer does with the board's tables."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.board.tables import SEEDS_DIR, read_tables
from pipelines.escaping import terminal


@click.group()
def board() -> None:
    """Check the board's tables: organisations, measures, targets, meetings and the rest."""


@board.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), default=SEEDS_DIR)
def check(folder: Path) -> None:
    """Say every fault of the tables in FOLDER, at its row and column, and what to write.

    Without FOLDER, of the tables in use. Ends with 0 if there is none, 1 if there is any.
    """
    tables, faults = read_tables(folder)
    for fault in faults:
        click.echo(terminal(str(fault)))
    rows = sum(len(table.rows) for table in tables.values())
    if faults:
        click.echo(f"\n{len(faults)} faults. Nothing was changed.")
        sys.exit(1)
    click.echo(f"{len(tables)} tables with {rows} rows: no fault.")
