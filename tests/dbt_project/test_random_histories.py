"""The same record gives the same facts, in whatever way its history came about.

The traps: a warehouse that was built again and again keeps something of before (a figure that a
correction left out, rows of an erased return, a measure's old unit); a version that a withdrawal
brought back has the wrong span. A random history with corrections, withdrawals and erasure is told
twice: to the models, built after each step in one warehouse, and to a few lines of Python that ask
at each moment which return stood.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from schemas.quarter import Quarter
from tests.dbt_project.conftest import QUERY, level_2
from tests.dbt_project.warehouse import ACCEPTED, NEEDS_CORRECTION, Warehouse

pytestmark = pytest.mark.slow

SEED = 1
BEGAN = dt.datetime.fromisoformat("2018-07-01 00:00")
QUARTERS = [Quarter(2017, 4).key, Quarter(2018, 1).key]
PARTNERS = ("UHB", "BWC", "ROH", "BSMHFT", "BCHC")
GROUPS = ("", "medical staff", "nursing and midwifery staff")
_TABLES = (
    "select table_schema, table_name from information_schema.tables "
    "where table_schema in ('intermediate', 'marts', 'published') order by all"
)


@dataclass
class Sent:
    """One return of the history, as Python remembers it."""

    obligation: tuple[str, str]
    submission_id: str
    received_at: dt.datetime
    accepted: bool
    figures: dict[str, tuple[int, int]]
    withdrawn_at: dt.datetime | None = None
    erased: bool = False


def tell(seed: int, warehouse: Warehouse) -> Iterator[list[Sent]]:
    """Tells a random history in three steps; gives all that was sent after each."""
    chance = random.Random(seed)  # noqa: S311  # a history that can be told again
    told: list[Sent] = []
    minutes = 0
    for _ in range(3):
        for _ in range(14):
            minutes += chance.choice([0, 1, 60, 1441])
            now = BEGAN + dt.timedelta(minutes=minutes)
            standing = [one for one in told if one.accepted and one.withdrawn_at is None]
            if standing and chance.random() < 0.25:
                _withdraw(warehouse, chance.choice(standing), now, erase=chance.random() < 0.4)
            else:
                told.append(_send(warehouse, chance, now))
        warehouse.event(
            event_id=str(minutes), kind="reopened", organisation=chance.choice(PARTNERS),
            by_whom="An officer", return_name="training_compliance",
            quarter=chance.choice(QUARTERS), reason="A late figure", at=now,
        )  # fmt: skip
        warehouse.explain_all(now, "A new site")
        warehouse.load()
        yield told


def _send(warehouse: Warehouse, chance: random.Random, now: dt.datetime) -> Sent:
    organisation, quarter = chance.choice(PARTNERS), chance.choice(QUARTERS)
    groups = chance.sample(GROUPS, chance.randint(0, len(GROUPS)))
    figures = {group: (1000, chance.randint(700, 703)) for group in groups}
    accepted = chance.random() < 0.8
    rows = [level_2(*counts) | {"staff_group": group or None} for group, counts in figures.items()]
    submission_id = warehouse.send(
        "training_compliance", organisation, quarter, received=f"{now:%Y-%m-%d %H:%M}", rows=rows,
        outcome=ACCEPTED if accepted else NEEDS_CORRECTION,
        findings=[QUERY] if accepted and rows else [],
    )  # fmt: skip
    return Sent((organisation, quarter), submission_id, now, accepted, figures)


def _withdraw(warehouse: Warehouse, one: Sent, now: dt.datetime, *, erase: bool) -> None:
    one.withdrawn_at, one.erased = now, erase
    warehouse.withdraw(one.submission_id, now, erase=erase)


def figures_at(told: list[Sent], moment: dt.datetime) -> set[tuple[Any, ...]]:
    """The figures that stood at a moment: of the newest return that had come and not gone."""
    found: set[tuple[Any, ...]] = set()
    for obligation in {one.obligation for one in told}:
        there = [
            one
            for one in told
            if one.obligation == obligation
            and one.accepted
            and one.received_at <= moment
            and (one.withdrawn_at is None or moment < one.withdrawn_at)
        ]
        if there:
            newest = max(there, key=lambda one: (one.received_at, one.submission_id))
            if not newest.erased:
                found |= {
                    (*obligation, group or "all", float(part), float(whole))
                    for group, (whole, part) in newest.figures.items()
                }
    return found


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of every model, in order."""
    return {
        f"{schema}.{name}": warehouse.rows(f"from {schema}.{name} order by all")
        for schema, name in warehouse.rows(_TABLES)
    }


def test_built_after_each_step_or_once_the_facts_are_the_same(tmp_path: Path) -> None:
    grown = Warehouse(tmp_path / "grown" / "warehouse.duckdb")
    told: list[Sent] = []
    for told in tell(SEED, grown):  # noqa: B007  # what the last step leaves is asked for below
        grown.dbt("run", {}, "--selector", "before_disclosure")
    grown.build()
    assert {one.erased for one in told} == {True, False}
    at_once = Warehouse(tmp_path / "at_once" / "warehouse.duckdb")
    for _ in tell(SEED, at_once):
        pass
    at_once.build()
    assert everything(grown) == everything(at_once)
    moments = {one.received_at for one in told} | {one.withdrawn_at for one in told}
    for moment in sorted(one for one in moments if one is not None):
        known = grown.rows(
            "select organisation, period, category, numerator, denominator "
            "from marts.fct_measure_value "
            "where known_from <= $1 and (known_to is null or known_to > $1)",
            [moment],
        )
        assert len(known) == len(set(known))
        assert set(known) == figures_at(told, moment)


def test_new_reference_data_reach_figures_of_long_ago(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    listed = level_2(1000, 900)
    warehouse.send(
        "training_compliance", "UHB", "2017-18-Q4", received="2018-04-10 09:00",
        rows=[listed | {"course": "A new course"}, listed],
    )  # fmt: skip
    warehouse.load()
    warehouse.dbt("run", {}, "--select", "+fct_measure_value")
    asked = "select value from marts.fct_measure_value where measure = 'TC99'"
    assert warehouse.rows(asked) == []
    [like] = [one for one in warehouse.board.measures if one.measure == "TC02"]
    new = replace(like, measure="TC99", item="A new course", headline=None)
    warehouse.board = replace(warehouse.board, measures=(*warehouse.board.measures, new))
    warehouse.load()
    warehouse.dbt("run", {}, "--select", "+fct_measure_value")
    assert warehouse.rows(asked) == [(90.0,)]
