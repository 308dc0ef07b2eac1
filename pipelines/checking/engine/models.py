"""The one border with pandera: runs a return's models and turns their failures into violations."""

from __future__ import annotations

from collections.abc import Iterator

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from pipelines.checking.engine.violations import Violations
from schemas.declaration import Return
from schemas.reference import Reference
from schemas.row_checks import decimals_shown, unit_factor

# pandera's own checks, by what a failure of them means here.
_RULES = {
    "greater_than_or_equal_to": "NUM-004",
    "less_than_or_equal_to": "NUM-006",
}


def with_measures(rows: pl.DataFrame, ret: Return, *, reference: Reference) -> pl.DataFrame:
    """Return the rows with ``measure_form`` and ``measure_unit`` of the catalogue."""
    measures = reference.measures_of(ret.name) if ret.observation is not None else ()
    item = pl.lit(None) if ret.observation is None else pl.col(ret.observation.item)
    catalogue = pl.DataFrame(
        [(m.item, m.form, m.unit) for m in measures],
        schema=dict.fromkeys(("measure_item", "measure_form", "measure_unit"), pl.String),
        orient="row",
    )
    return (
        rows.with_columns(measure_item=item.cast(pl.String))
        .join(catalogue, on="measure_item", how="left", maintain_order="left", validate="m:1")
        .drop("measure_item")
    )


def failures(model: type[pa.DataFrameModel] | None, rows: pl.DataFrame) -> Iterator[Violations]:
    """Yield a violation for each check of ``model`` that some row does not pass.

    ``rows`` is as ``with_measures`` returns it. Empty cells are no failure here: whether a cell may
    be empty is judged with the cells.

    Raises:
        TypeError: The rows are not even of the model's types, which no file can bring about.
    """
    if model is None:
        return
    try:
        model.to_schema().validate(rows, lazy=True)
    except SchemaErrors as errors:
        found = errors.schema_errors
    else:
        return
    for error in found:
        if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
            continue
        if not isinstance(error.check_output, pl.DataFrame):
            raise TypeError(f"{model.__name__}: {error}")
        yield from _violations(error, error.check_output.to_series(), rows)


def _violations(error: SchemaError, passed: pl.Series, rows: pl.DataFrame) -> Iterator[Violations]:
    if not isinstance(error.check, pa.Check):
        raise TypeError(f"not a failed check: {error}")
    says = error.check.statistics or {}
    name = str(error.check.name)
    if name in _RULES:
        rule, variant, columns = _RULES[name], "", [str(error.schema.name)]
    else:
        rule, variant, columns = says["rule"], says["variant"], list(says["columns"])
    failing = rows.filter(~passed.fill_null(value=True))
    if failing.is_empty():
        return
    value, others = columns[0], tuple(columns[1:])
    facts = [pl.col(f"{value}_as_sent").str.strip_chars().alias("value")]
    facts += [
        pl.col(f"{other}_as_sent").str.strip_chars().alias(fact)
        for other, fact in zip(others, ("other", "third"), strict=False)
    ]
    facts += _computed(rule, variant, columns)
    violation = failing.select("row_number", *facts)
    if rule == "ROW-002":
        nobody = failing[value] == 0
        for way, of_way in (("nobody", nobody), ("", ~nobody)):
            if of_way.any():
                yield Violations(
                    rule=rule, variant=way, column=value, rows=violation.filter(of_way)
                )
        return
    yield Violations(rule=rule, variant=variant, column=value, rows=violation, other_columns=others)


def _computed(rule: str, variant: str, columns: list[str]) -> list[pl.Expr]:
    """Return what a contradicting rate should be, and to how many decimals to show it."""
    if rule != "ROW-003":
        return []
    first, second = (pl.col(name) for name in columns[1:3])
    exact = (
        (first - second) / second * 100.0
        if variant == "change"
        else first / second * unit_factor().fill_null(100.0)
    )
    return [exact.alias("exact"), decimals_shown(columns[0]).alias("decimals")]
