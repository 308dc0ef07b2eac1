"""The one border with pandera: a return's models are run, and their failures become hits.

A check's name is its rule and the columns concerned, ``ROW-001 trained eligible``; pandera's own
checks of a bound are those of NUM-004 (below zero) and NUM-006 (above 100).
"""

from __future__ import annotations

from collections.abc import Iterator

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaError, SchemaErrors

from pipelines.checking.hits import Hits
from schemas.declaration import Return
from schemas.reference import Reference
from schemas.row_checks import rate, unit_factor


def model_hits(
    rows: pl.DataFrame, ret: Return, *, reference: Reference, queries: bool
) -> Iterator[Hits]:
    """What the model (or the model for queries) of ``ret`` does not find as it should be.

    ``rows`` are typed rows as ``record_columns`` has them. Raises what pandera raises for a fault
    of the model itself.
    """
    model = ret.queries if queries else ret.model
    frame = _with_measures(rows, ret, reference)
    try:
        model.validate(frame, lazy=True)
    except SchemaErrors as failures:
        for failure in failures.schema_errors:
            # A cell that is empty or could not be read has a finding of its own already.
            if str(failure.check) != "not_nullable":
                yield _hits(failure, frame, ret)


def _with_measures(rows: pl.DataFrame, ret: Return, reference: Reference) -> pl.DataFrame:
    measures = reference.measures_of(ret.name)
    if ret.observation is None:
        return rows
    items = [measure.item for measure in measures]
    item = pl.col(ret.observation.item)
    return rows.with_columns(
        item.replace_strict(
            items, [m.form for m in measures], default=None, return_dtype=pl.String
        ).alias("measure_form"),
        item.replace_strict(
            items, [m.unit for m in measures], default=None, return_dtype=pl.String
        ).alias("measure_unit"),
    )


def _hits(failure: SchemaError, frame: pl.DataFrame, ret: Return) -> Hits:
    name = str(failure.check.name) if isinstance(failure.check, pa.Check) else str(failure.check)
    output = failure.check_output
    if not isinstance(output, pl.DataFrame):
        raise failure
    broken = frame.filter(~output.to_series())
    words = name.split(" ")
    if name.startswith(("greater_than", "less_than")):
        column = str(failure.schema.name)
        rule = "NUM-004" if name.startswith("greater_than") else "NUM-006"
        columns = [column]
    else:
        rule, *columns = words
    rule, _, variant = rule.partition(".")
    shown = [pl.col("row_number"), pl.col(f"{columns[0]}_as_sent").alias("value")]
    if rule == "ROW-001":
        shown.append(pl.col(f"{columns[1]}_as_sent").alias("whole_value"))
    if rule == "ROW-003":
        factor = unit_factor() if "measure_unit" in frame.columns else pl.lit(100.0)
        if ret.observation is not None and columns[0] == "percent":
            factor = pl.lit(100.0)
        given = rate(columns[1], columns[2], factor=factor)
        shown.append(given.round(2).cast(pl.String).alias("given"))
    described = ret.column_by_name
    facts = {"columns": " and ".join(columns)}
    if rule == "ROW-001":
        facts["part_words"] = described[columns[0]].counts or columns[0]
        facts["whole_words"] = described[columns[1]].counts or columns[1]
    return Hits(
        rule=rule,
        variant=variant,
        column=columns[0],
        other_columns=tuple(columns[1:]),
        rows=broken.select(shown),
        facts=facts,
    )
