"""What figures of measures with a small-number rule were before: their counts, version by version.

A figure that was corrected stands in the warehouse with its newest counts; those before are in the
facts. What several of them made together then, a combined figure or a quarter of its months, stands
nowhere and is added up anew, for each moment at which one of them was stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from pipelines.disclosure.ledger import Ledger
from pipelines.disclosure.rows import Row, counts_of

FACTS = "marts.fct_measure_value"
MEASURES = "marts.dim_measure"
_CELLS = "intermediate.int_disclosure__cells"
_KEYS = "measure, organisation, area, period, breakdown, category"

# A figure and its counts, as often as a reader can have seen them.
Shown = frozenset[tuple[str, int | None, int | None]]


def stated_before(connection: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Yield what figures were before they were corrected or withdrawn, and what they made up."""
    found = connection.execute(
        f"""
        with facts as (
            select facts.*, measures.form, measures.aggregation, measures.kind
            from {FACTS} as facts
            inner join {MEASURES} as measures using (measure)
            where measures.threshold is not null
        ),
        by_period as (
            select * from facts
            union all
            select * replace (quarter as period)
            from facts
            where period_kind = 'month' and kind = 'flow'
        ),
        parts as (
            select * from by_period
            union all
            select * replace ('ALL' as organisation)
            from by_period
            where aggregation in ('sum', 'ratio')
        ),
        changed as (
            select {_KEYS}
            from parts
            group by all
            having bool_or(not is_current)
        ),
        moments as (
            select distinct {_KEYS}, known_from as moment
            from parts
            semi join changed using ({_KEYS})
        ),
        sums as (
            select
                {_KEYS}, any_value(parts.form) as form,
                sum(coalesce(parts.numerator, parts.value)) as numerator,
                sum(parts.denominator) as denominator
            from moments
            inner join parts using ({_KEYS})
            where
                parts.known_from <= moment
                and (parts.known_to is null or parts.known_to > moment)
            group by {_KEYS}, moment
            having count(*) > 1
        ),
        everything as (
            select
                concat_ws('|', {_KEYS}) as cell_id, form, numerator, denominator, value
            from facts
            where not is_current
            union
            select
                concat_ws('|', {_KEYS}) as cell_id, form, numerator, denominator,
                case
                    when form = 'count' then numerator
                    when form = 'proportion' and denominator > 0
                        then 100 * numerator / denominator
                end as value
            from sums
            where concat_ws('|', {_KEYS}) in (select cell_id from {_CELLS})
        )
        select cell_id, form, numerator, denominator, value
        from everything
        order by all
        """
    )
    for cell_id, form, numerator, denominator, value in found.fetchall():
        yield Row(
            cell_id=cell_id,
            form=form,
            numerator=numerator,
            denominator=denominator,
            value=value,
        )


def shown_in(ledgers: Iterable[Ledger]) -> Shown:
    """Return the figures that editions show, with the counts that they show of them."""
    return frozenset(
        (cell.cell_id, cell.numerator, cell.denominator)
        for ledger in ledgers
        for cell in ledger.cells
        if cell.shown
    )


def as_shown(row: Row) -> tuple[str, int | None, int | None]:
    """Return a figure with its counts, as ``shown_in`` has those that editions show."""
    counts = counts_of(row)
    return row.cell_id, counts.numerator, counts.denominator
