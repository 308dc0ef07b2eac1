"""Of which measure a cell of a wide table is: a finding in it says nothing of the row's others."""

from __future__ import annotations

from pipelines.reading.headings import plain
from schemas.reference import Reference


def measure_of_cell(
    reference: Reference, return_name: str | None, column: str | None
) -> str | None:
    """Return the measure that a column of a wide table is of.

    None where the finding is of the row as a whole: in a long table, or in a column that all of the
    row's measures share.
    """
    declared = reference.declared(return_name)
    if declared is None or column is None:
        return None
    for seen in declared.wide:
        names = (*seen.figures, seen.lower, seen.upper)
        if any(name is not None and plain(name) == plain(column) for name in names):
            measure = reference.measure_by_item(declared.name, seen.of or "")
            return measure.measure if measure else None
    return None
