"""The one border with pandera: runs a return's models and turns their failures into violations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from pipelines.checking.engine.violations import Violations
from schemas.declaration import Return
from schemas.reference import Reference
from schemas.row_checks import plain_number

# pandera's own checks: where the limit stands among what they say, and what a failure means: for
# the limit that numbers have anyhow, and for any other one.
_LIMITS = {
    "greater_than_or_equal_to": ("min_value", {0.0: ("NUM-004", "")}, ("NUM-007", "")),
    "less_than_or_equal_to": ("max_value", {100.0: ("NUM-006", "")}, ("NUM-007", "above")),
}
_PATTERN = "str_matches"


def with_measures(
    rows: pl.DataFrame, ret: Return, *, reference: Reference, meant: Mapping[int, str] | None = None
) -> pl.DataFrame:
    """Return the rows with ``measure_form`` and ``measure_unit`` of the catalogue.

    Both are null where a row is of no one measure; each view of a wide table has its own.

    Args:
        rows: The rows.
        ret: Their return.
        reference: The board.
        meant: Of rows whose item could not be read the one that was probably meant, by number.
    """
    measures = reference.measures_of(ret.name) if ret.observation is not None else ()
    item = pl.lit(None) if ret.observation is None else ret.observation.what
    if meant:
        of_row = pl.col("row_number").replace_strict(meant, default=None, return_dtype=pl.String)
        item = pl.coalesce(item, of_row)
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
    rule, variant, columns, computed = _meaning(error)
    failing = rows.filter(~passed.fill_null(value=True))
    if failing.is_empty():
        return
    value, others = columns[0], tuple(columns[1:])
    facts = [
        _sent(name, rows).alias(fact)
        for name, fact in zip(columns, ("value", "other", "third"), strict=False)
    ]
    facts += [made.alias(fact) for fact, made in computed.items()]
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


def _meaning(error: SchemaError) -> tuple[str, str, list[str], Mapping[str, pl.Expr]]:
    """Return the rule that a failed check stands for, its variant, its columns and its facts."""
    check = error.check
    says, name = check.statistics or {}, str(check.name)
    if name in _LIMITS:
        limit, usual, otherwise = _LIMITS[name]
        rule, variant = usual.get(float(says[limit]), otherwise)
        return rule, variant, [str(error.schema.name)], {"limit": pl.lit(plain_number(says[limit]))}
    if name == _PATTERN:
        described = error.schema.metadata["column"]
        return "COD-005", "", [described.name], {"example": pl.lit(described.example)}
    return says["rule"], says["variant"], list(says["columns"]), says["facts"]


def _sent(name: str, rows: pl.DataFrame) -> pl.Expr:
    """Return the cells of a column as they were sent."""
    as_sent = f"{name}_as_sent"
    sent = pl.col(as_sent) if as_sent in rows.columns else pl.col(name).cast(pl.String)
    return sent.str.strip_chars()
