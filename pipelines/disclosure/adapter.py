"""Disclosure control of the warehouse: read its cells, write which are shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipelines.disclosure.ledger import (
    Ledger,
    LedgerCell,
    LedgerEquation,
    LedgerTerm,
    write_ledger_file,
)
from pipelines.disclosure.protect import Protection, protect
from pipelines.disclosure.rows import Row, Tables, Term, counts_of, gather, key
from pipelines.disclosure.tables import SMALL_NUMBERS, Accepted, Reason, State
from pipelines.disclosure.versions import version_id

CELLS = "intermediate.int_disclosure__cells"
EQUATIONS = "intermediate.int_disclosure__equations"
# What one version of a figure holds, and the rule that it is judged by.
_CONTENT = ("state", "numerator", "denominator", "value", "symbol")
_RULE = ("threshold", "rounding", "show_zero")

# One word for a small number and for what protects it: which of them a figure is would tell a
# reader that it lies inside the threshold.
_PUBLIC_REASONS = {
    Reason.SMALL_NUMBER: SMALL_NUMBERS,
    Reason.PROTECTS: SMALL_NUMBERS,
    Reason.NO_COUNT: Reason.NO_COUNT.value,
    Reason.WITHHELD: Reason.WITHHELD.value,
}


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many rows were decided, and how many are suppressed for each cause.

    ``neighbourhoods``, ``by_greedy`` and ``known_small`` as in ``Protection``.
    """

    rows: int
    suppressed: Mapping[Reason, int]
    programmes: int
    neighbourhoods: int
    by_greedy: int
    known_small: int


def decide(
    connection: duckdb.DuckDBPyConnection,
    *,
    key: bytes,
    ledgers: Collection[Ledger] = (),
    accepted: Collection[Accepted] = (),
    tightened: Mapping[str, int] | None = None,
) -> Summary:
    """Decide for each row of ``int_disclosure__cells`` whether it is shown, in one transaction.

    Writes ``disclosure.cell_state`` (for all later models) and ``disclosure.decision`` (the cause,
    for officers only).

    Args:
        connection: The warehouse.
        key: Under which versions of figures are named (``versions.ledger_key``).
        ledgers: Those of the releases already published.
        accepted: The rows which a person decided to leave as they are.
        tightened: The measures whose released figures keep the rule of their release, and up to
            which threshold that was decided.

    Raises:
        CannotProtectError: Only a person can decide about the cells it names; nothing is written.
    """
    rows, equations = _read(connection, key)
    tables = gather(rows, equations, ledgers=ledgers, accepted=accepted, tightened=tightened)
    protection = protect(tables.cells.values(), tables.equations.values())
    causes: dict[str, Reason | None] = {}
    for row in rows:
        decision = protection.decisions.get(row.cell_id)
        causes[row.cell_id] = tables.problems.get(
            row.cell_id, None if decision is None else decision.reason
        )
    _write(connection, causes, protection)
    return Summary(
        rows=len(rows),
        suppressed=Counter(cause for cause in causes.values() if cause is not None),
        programmes=protection.programmes,
        neighbourhoods=protection.neighbourhoods,
        by_greedy=protection.by_greedy,
        known_small=protection.known_small,
    )


def write_ledger(
    connection: duckdb.DuckDBPyConnection, path: Path, *, key: bytes, release_id: str
) -> None:
    """Write the ledger of the release that the warehouse now makes, from ``disclosure.cell_state``.

    Only rows of measures with a small-number rule are in it, and no count that is hidden.
    """
    rows, equations = _read(connection, key)
    shown = {
        cell_id
        for (cell_id,) in connection.execute(
            "select cell_id from disclosure.cell_state where state = 'shown'"
        ).fetchall()
    }
    tables = gather(rows, equations)
    [(by_greedy, known_small)] = connection.execute(
        "select by_greedy, known_small from disclosure.method"
    ).fetchall()
    ledger = _ledger(rows, equations, tables, shown, release_id)
    write_ledger_file(replace(ledger, by_greedy=by_greedy, known_small=known_small), path)


def _ledger(
    rows: Collection[Row],
    equations: Collection[Collection[Term]],
    tables: Tables,
    shown: Collection[str],
    release_id: str,
) -> Ledger:
    cells = {}
    for row in rows:
        rule, counts = row.rule, counts_of(row)
        if rule is None:
            continue
        is_shown = row.cell_id in shown
        x, n = (counts.numerator, counts.denominator) if is_shown else (None, None)
        cells[row.cell_id] = LedgerCell(
            cell_id=row.cell_id,
            version_id=row.version_id,
            shown=is_shown,
            has_denominator=row.form == "proportion",
            has_figure=counts.numerator is not None or counts.problem is not None,
            numerator=None if x is None else rule.shows_as(x),
            denominator=None if n is None else rule.shows_as(n),
            threshold=rule.threshold,
            rounding=rule.rounding,
            show_zero=rule.show_zero,
        )
    versions = {row.cell_id: row.version_id for row in rows}
    written = []
    for terms in equations:
        if any(term.cell_id in versions and term.cell_id not in cells for term in terms):
            continue
        constant = _constant(tables, terms, versions)
        if constant is not None:
            ledger_terms = tuple(
                LedgerTerm(version_id=versions.get(term.cell_id, ""), **vars(term))
                for term in terms
            )
            written.append(LedgerEquation(terms=ledger_terms, constant=constant))
    return Ledger(release_id=release_id, cells=tuple(cells.values()), equations=tuple(written))


def _constant(tables: Tables, terms: Collection[Term], versions: Mapping[str, str]) -> int | None:
    """Return the constant with which ``gather`` kept the equation; None if it was left out."""
    merged: dict[str, int] = defaultdict(int)
    for term in terms:
        merged[key(term.cell_id, versions.get(term.cell_id, ""), term.quantity)] += term.coefficient
    equation = tables.equations.get(tuple(sorted(merged.items())))
    return None if equation is None else equation.constant


def version_of(connection: duckdb.DuckDBPyConnection, cell_id: str, *, key: bytes) -> str | None:
    """Return the version of a figure that the warehouse now has; None if it has no such figure."""
    for row in _read_rows(connection, key, where="where cell_id = ?", given=[cell_id]):
        return row.version_id
    return None


def _read_rows(
    connection: duckdb.DuckDBPyConnection,
    key: bytes,
    *,
    where: str = "",
    given: Collection[str] = (),
) -> list[Row]:
    names = ", ".join((*_CONTENT, *_RULE))
    found = connection.execute(
        f"select cell_id, form, {names} from {CELLS} {where} order by cell_id", list(given)
    ).fetchall()
    rows = []
    for cell_id, form, *values in found:
        content = dict(zip(_CONTENT, values, strict=False))
        version = version_id(cell_id, content.values(), key)
        del content["state"]
        rule = dict(zip(_RULE, values[len(_CONTENT) :], strict=True))
        rows.append(Row(cell_id=cell_id, version_id=version, form=form, **content, **rule))
    return rows


def _read(connection: duckdb.DuckDBPyConnection, key: bytes) -> tuple[list[Row], list[list[Term]]]:
    rows = _read_rows(connection, key)
    equations: dict[str, list[Term]] = defaultdict(list)
    for equation_id, cell_id, quantity, coefficient in connection.execute(
        f"select equation_id, cell_id, quantity, coefficient from {EQUATIONS} "
        "order by equation_id, cell_id, quantity"
    ).fetchall():
        if coefficient != int(coefficient):
            raise ValueError(
                f"Equation {equation_id} has the coefficient {coefficient}, no whole number"
            )
        equations[equation_id].append(
            Term(cell_id=cell_id, quantity=quantity, coefficient=int(coefficient))
        )
    return rows, list(equations.values())


def _write(
    connection: duckdb.DuckDBPyConnection,
    causes: Mapping[str, Reason | None],
    protection: Protection,
) -> None:
    found = causes.values()
    columns = {
        "ids": list(causes),
        "states": [(State.SHOWN if cause is None else State.SUPPRESSED).value for cause in found],
        "reasons": [None if cause is None else _PUBLIC_REASONS[cause] for cause in found],
        "causes": [None if cause is None else cause.value for cause in found],
    }
    connection.execute("begin")
    try:
        connection.execute("create schema if not exists disclosure")
        connection.execute(
            "create or replace temporary table decided as select "
            "unnest($ids::varchar[]) as cell_id, unnest($states::varchar[]) as state, "
            "unnest($reasons::varchar[]) as reason, unnest($causes::varchar[]) as cause",
            columns,
        )
        connection.execute(
            "create or replace table disclosure.cell_state as "
            "select cell_id, state, reason from decided order by cell_id"
        )
        connection.execute(
            "create or replace table disclosure.decision as "
            "select cell_id, cause from decided order by cell_id"
        )
        connection.execute(
            "create or replace table disclosure.method as "
            "select cast(? as int) as neighbourhoods, cast(? as int) as by_greedy, "
            "cast(? as int) as known_small",
            [protection.neighbourhoods, protection.by_greedy, protection.known_small],
        )
        connection.execute("drop table decided")
        connection.execute("commit")
    except duckdb.Error:
        connection.execute("rollback")
        raise
