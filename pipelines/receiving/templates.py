"""The form that a partner starts from, CSV or workbook: its headings, and the rows expected."""

from __future__ import annotations

from typing import Literal

import polars as pl

from pipelines.checking.engine.context import LOOKED_BACK, History
from pipelines.checking.engine.expected import ExpectedFigure, expected_figures
from pipelines.escaping import write_csv
from pipelines.receiving.template_workbook import template_workbook
from schemas.declaration import Observation, Return
from schemas.quarter import Quarter
from schemas.reference import Reference

Form = Literal["csv", "xlsx"]


def file_name(
    organisation: str, return_name: str, quarter: Quarter, *, note: str = "", ending: str = ".csv"
) -> str:
    """Return the name under which a return is saved: ``ABC-training_compliance-2018-19-Q2.csv``.

    ``note`` says what else the file is: ``-findings``.
    """
    return f"{organisation}-{return_name}-{quarter.key}{note}{ending}"


def template(
    *,
    organisation: str,
    ret: Return,
    quarter: Quarter,
    reference: Reference,
    history: History | None = None,
    form: Form = "csv",
) -> bytes:
    """Return a form with a row for each figure that the organisation owes; the figures are blank.

    A monthly measure has a row for each month where the return has a column for it. Where a
    return's rows last (actions, risks), they are those of the newest return in ``history`` that
    are not finished, with what is new left blank.
    """
    ret = ret.at(quarter)
    rows = _carried_forward(organisation, ret, quarter, history=history)
    if not rows and ret.views:
        due = expected_figures(ret, organisation=organisation, quarter=quarter, reference=reference)
        rows = [_row(figure, seen) for figure in due if (seen := _observation(figure, ret))]
    if ret.wide:  # one row has several measures
        rows = list({tuple(sorted(row.items())): row for row in rows}.values())
    names = [column.name for column in ret.columns]
    start = {"organisation": organisation, "quarter": quarter.label}
    lines = [[{**start, **row}.get(name, "") for name in names] for row in rows]
    if form == "csv":
        return write_csv([names, *lines])
    return template_workbook(
        lines, organisation=organisation, ret=ret, quarter=quarter, reference=reference
    )


def _carried_forward(
    organisation: str, ret: Return, quarter: Quarter, *, history: History | None
) -> list[dict[str, str]]:
    """Return the rows of the newest earlier return that go on, in the columns that are carried."""
    if history is None or not ret.carried_forward:
        return []
    for back in range(1, LOOKED_BACK + 1):
        before = history.rows(organisation, ret.name, quarter.shift(-back))
        if before is None:
            continue
        if ret.finished is not None:
            column, done = ret.finished
            before = before.filter(pl.col(column).ne_missing(done))
        kept = before.select(pl.col(name).fill_null("") for name in ret.carried_forward)
        return kept.to_dicts()
    return []


def _observation(due: ExpectedFigure, ret: Return) -> Observation | None:
    every = [view.observation for view in ret.views if view.observation is not None]
    return next((one for one in every if one.of in (None, due.item)), None)


def _row(due: ExpectedFigure, seen: Observation) -> dict[str, str]:
    row = {seen.item: due.item} if seen.item else {}
    if due.breakdown != "total":
        if seen.breakdown and seen.category:
            row |= {seen.breakdown: due.breakdown, seen.category: due.category}
        elif due.breakdown in seen.category_columns:
            row[due.breakdown] = due.category
        elif seen.category:
            row[seen.category] = due.category
    if seen.area and due.area:
        row[seen.area] = due.area
    if seen.month and due.month:
        row[seen.month] = f"{due.month:%Y-%m}"
    return row
