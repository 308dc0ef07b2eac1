"""What each column means, for Dagster's pages, where no other place declares it."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from pipelines.warehouse.tables import TableColumn

CELL_STATE = {
    "cell_id": "The figure: measure, organisation, area, quarter, breakdown, category.",
    "state": "shown or suppressed.",
    "reason": "Why it is suppressed: small numbers, no count given, withheld by the organisation.",
}


def described(columns: dict[str, str]) -> dict[str, dg.TableSchema]:
    """Return the metadata of an asset with these columns and their descriptions."""
    listed = [dg.TableColumn(name=name, description=text) for name, text in columns.items()]
    return {"dagster/column_schema": dg.TableSchema(columns=listed)}


def of_raw(columns: Iterable[TableColumn]) -> dict[str, dg.TableSchema]:
    """Return the metadata of a table of the ``raw`` schema."""
    return described({column.name: column.description for column in columns})
