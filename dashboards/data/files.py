"""The files of a release's data, read as the contract says and refused where they are not.

A column that the contract names and the file lacks is an error, unless its field has a default
(releases made before it lack it); a column more is left alone. A model that may be missing
(``optional``) is then empty, and its sections stay away.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TypeVar

import polars as pl

from dashboards.data.rows import PublishedRow


class PublishedDataError(ValueError):
    """The data folder is not a release's published data; the message says what is wrong."""


_POLARS: Mapping[object, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    dt.date: pl.Date(),
    dt.datetime: pl.Datetime("us"),
}

_SHARED = (pl.String, pl.Date, pl.Datetime)
_AT_ONCE = 50_000

_Model = TypeVar("_Model", bound=PublishedRow)


def columns_of(model: type[_Model]) -> dict[str, tuple[pl.DataType, bool]]:
    """Return each column's polars type, and whether it may be empty."""
    columns = {}
    hints = typing.get_type_hints(model)
    for field in fields(model):
        hint = hints[field.name]
        nullable = isinstance(hint, types.UnionType)
        inner = next(a for a in typing.get_args(hint) if a is not type(None)) if nullable else hint
        columns[field.name] = (_POLARS[inner], nullable)
    return columns


def read_model(data_dir: Path, model: type[_Model]) -> tuple[_Model, ...]:
    """Read the rows of one published model, in the order of its key.

    Args:
        data_dir: The folder that holds the release's Parquet files.
        model: The class of its rows.

    Returns:
        The rows; none of a model that may be missing and is.

    Raises:
        PublishedDataError: The file or a column is missing, cannot be read as the type of the
            contract, or holds nothing where something must stand.
    """
    path = data_dir / f"{model.model}.parquet"
    if not path.is_file():
        if model.optional:
            return ()
        raise PublishedDataError(f"{path.name} is missing from the published data")
    frame = pl.read_parquet(path)
    later = {field.name for field in fields(model) if field.default is not MISSING}
    agreed = columns_of(model).items()
    columns = {name: kind for name, kind in agreed if name in frame.columns or name not in later}
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise PublishedDataError(f"{path.name} lacks the column(s) {', '.join(missing)}")
    try:
        frame = frame.select(_cast(frame, name, dtype) for name, (dtype, _) in columns.items())
    except pl.exceptions.PolarsError as error:
        raise PublishedDataError(f"{path.name} does not hold the types agreed: {error}") from error
    for name, (_, nullable) in columns.items():
        if not nullable and frame[name].null_count():
            raise PublishedDataError(f"{path.name} has a row with nothing in {name}")
    frame = frame.sort(model.key, nulls_last=True, maintain_order=False)
    return tuple(_rows(frame, model))


def _rows(frame: pl.DataFrame, model: type[_Model]) -> Iterator[_Model]:
    """Yield the rows as the model has them.

    The same text or day is one object, however often it stands in its column: millions of figures
    are of few organisations, quarters and returns.
    """
    shared: dict[str, dict[object, object]] = {
        name: {} for name, kind in frame.schema.items() if kind in _SHARED
    }
    names = frame.columns
    for some in frame.iter_slices(_AT_ONCE):
        columns: list[Iterable[object]] = []
        for name in names:
            cells = some[name].to_list()
            if name in shared:
                cells = list(map(shared[name].setdefault, cells, cells))
            columns.append(cells)
        for row in zip(*columns, strict=True):
            yield model(**dict(zip(names, row, strict=True)))


def _cast(frame: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as its agreed type; times are kept as UTC without a zone."""
    present = frame.schema[name]
    column = pl.col(name)
    if isinstance(present, pl.Datetime) and present.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return column.cast(dtype)
