"""A release is set against those before it, by the decision and by an attacker."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure.adapter import decide, write_ledger
from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.ledger import Ledger, read_ledger
from pipelines.disclosure.tables import CannotProtectError
from tests.pipelines.disclosure.attacker import ranges
from tests.pipelines.disclosure.tables_at_random import Table, seeded, table
from tests.pipelines.disclosure.warehouses import KEY, publish, states, warehouse


def as_warehouse(given: Table, versions: dict[str, str]) -> duckdb.DuckDBPyConnection:
    return warehouse(
        [
            {"cell_id": name, "value": count, "version_id": versions[name]}
            for name, count in given.counts.items()
        ],
        {
            str(number): [(name, "numerator", coefficient) for name, coefficient in terms]
            for number, terms in enumerate(given.terms)
        },
    )


def release(
    given: Table, versions: dict[str, str], path: Path, ledgers: list[Ledger]
) -> tuple[dict[str, str], Ledger]:
    connection = as_warehouse(given, versions)
    decide(connection, key=KEY, ledgers=ledgers)
    write_ledger(connection, path, key=KEY, release_id=path.stem)
    return states(connection), read_ledger(path)


def corrected(given: Table, versions: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Change one or two inner cells, and with them every total; give what changed a new version."""
    before = dict(given.counts)
    inner = [name for name in given.counts if given.heights[name] == 0]
    for name in chance.sample(inner, k=chance.choice((1, 2))):
        given.counts[name] = chance.randint(0, 20)
    for terms in given.terms:  # parts come before their totals
        (whole, _), *parts = terms
        given.counts[whole] = sum(given.counts[name] for name, _ in parts)
    return {
        name: version if given.counts[name] == before[name] else version + "'"
        for name, version in versions.items()
    }


def worked_out(releases: list[tuple[Table, dict[str, str], dict[str, str]]]) -> set[str]:
    """What an attacker with all releases in hand finds: (counts, versions, states) of each."""
    bounds: dict[str, tuple[int, int | None]] = {}
    equations = []
    for shown, versions, state in releases:
        for name, count in shown.counts.items():
            variable = f"{name}@{versions[name]}"
            if state[name] == "shown":
                bounds[variable] = (count, count)
            else:
                bounds.setdefault(variable, (0, None))
        equations += [
            [(f"{name}@{versions[name]}", coefficient) for name, coefficient in terms]
            for terms in shown.terms
        ]
    hidden = {name for name, (low, high) in bounds.items() if low != high}
    secret = {
        f"{name}@{versions[name]}"
        for shown, versions, state in releases
        for name, count in shown.counts.items()
        if state[name] != "shown" and 1 <= count <= 4
    }
    found = ranges(bounds, equations)
    exposed = {name for name in hidden if found[name][0] == found[name][1] or found[name][1] <= 4}
    return exposed | (secret - hidden)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_two_releases_together_give_nothing_away(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = seeded(seed)
    folder = tmp_path_factory.mktemp("ledgers")
    first = table(chance, rows=2, columns=4)
    versions = dict.fromkeys(first.counts, "1")
    state, ledger = release(first, versions, folder / "1.json", [])
    second = Table(counts=dict(first.counts), terms=first.terms, heights=first.heights)
    later = corrected(second, versions, chance)
    try:
        state_later, _ = release(second, later, folder / "2.json", [ledger])
    except CannotProtectError:
        return  # said, and nothing published
    assert worked_out([(first, versions, state), (second, later, state_later)]) == set()


# A first release hides a (3) and, to protect it, b. Then a is corrected to 30 and nothing is small.
LINE = [[("all", 1), ("a", -1), ("b", -1), ("c", -1)]]
HEIGHTS = {"a": 0, "b": 0, "c": 0, "all": 1}
FIRST = Table(counts={"a": 3, "b": 20, "c": 25, "all": 48}, terms=LINE, heights=HEIGHTS)
SECOND = Table(counts={"a": 30, "b": 20, "c": 25, "all": 75}, terms=LINE, heights=HEIGHTS)
AS_FIRST = dict.fromkeys(HEIGHTS, "1")
AS_SECOND = AS_FIRST | {"a": "2", "all": "2"}


def test_without_the_ledger_two_releases_leak(tmp_path: Path) -> None:
    state, _ = release(FIRST, AS_FIRST, tmp_path / "1.json", [])
    assert {name for name, each in state.items() if each == "suppressed"} == {"a", "b"}
    careless, _ = release(SECOND, AS_SECOND, tmp_path / "2.json", [])
    assert set(careless.values()) == {"shown"}
    together = [(FIRST, AS_FIRST, state), (SECOND, AS_SECOND, careless)]
    assert "a@1" in worked_out(together)


def test_with_the_ledger_the_figure_that_protected_it_stays_hidden(tmp_path: Path) -> None:
    state, ledger = release(FIRST, AS_FIRST, tmp_path / "1.json", [])
    later, _ = release(SECOND, AS_SECOND, tmp_path / "2.json", [ledger])
    assert later["b"] == "suppressed"
    assert later["c"] == "shown"  # it was released
    assert worked_out([(FIRST, AS_FIRST, state), (SECOND, AS_SECOND, later)]) == set()


def test_a_ledger_holds_no_hidden_count_and_shows_rounded_ones_rounded(tmp_path: Path) -> None:
    connection = warehouse(
        [
            {"cell_id": "a", "value": 3, "threshold": 7, "rounding": 5},
            {"cell_id": "b", "value": 13, "threshold": 7, "rounding": 5},
            {"cell_id": "other", "value": 3, "threshold": None},
        ],
        {},
    )
    decide(connection, key=KEY)
    write_ledger(connection, tmp_path / "ledger.json", key=KEY, release_id="1")
    ledger = read_ledger(tmp_path / "ledger.json")
    assert {cell.cell_id: cell.numerator for cell in ledger.cells} == {"a": None, "b": 15}


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text('{"format": 2}', encoding="utf-8")
    with pytest.raises(ValueError, match="format 2"):
        read_ledger(path)
    path.write_text('{"format": 1, "release_id": "1"}', encoding="utf-8")
    with pytest.raises(ValueError, match="not a whole ledger"):
        read_ledger(path)


# --- The attack on published files ----------------------------------------------------------------


def one_quarter(counts: dict[str, int]) -> duckdb.DuckDBPyConnection:
    rows = [
        {
            "cell_id": name,
            "value": count,
            "breakdown": "total" if name == "all" else "age",
            "category": name,
        }
        for name, count in counts.items()
    ]
    terms = [(name, "numerator", 1 if name == "all" else -1) for name in counts]
    connection = warehouse(rows, {"sum": terms})
    decide(connection, key=KEY)
    return connection


COUNTS = {"young": 3, "grown": 20, "old": 30, "all": 53}


def test_a_protected_release_withstands_the_attack(tmp_path: Path) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data")
    attack = attack_release(tmp_path / "data")
    assert attack.suppressed == 2
    assert not attack.succeeded


def test_the_attack_finds_what_is_only_crossed_out(tmp_path: Path) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data", leak=True)
    attack = attack_release(tmp_path / "data")
    assert [(found.category, found.least, found.greatest) for found in attack.exposed] == [
        ("young", 3, 3)
    ]


def test_the_attack_sets_a_release_against_an_earlier_one(tmp_path: Path) -> None:
    # Earlier, a figure was shown that is hidden now although it is the same.
    earlier = one_quarter({"young": 30, "grown": 20, "old": 3, "all": 53})
    publish(earlier, tmp_path / "1")
    connection = one_quarter(COUNTS)
    publish(connection, tmp_path / "2")
    assert not attack_release(tmp_path / "2").succeeded
    values = pl.read_parquet(tmp_path / "2" / "pub_measure_value.parquet")
    shown = values.with_columns(
        pl.lit("shown").alias("state"),
        pl.col("category").replace_strict(COUNTS, return_dtype=pl.Float64).alias("value"),
    )
    shown.write_parquet(tmp_path / "1" / "pub_measure_value.parquet")
    attack = attack_release(tmp_path / "2", earlier=[tmp_path / "1"])
    assert {found.category for found in attack.exposed} == {"young"}


def whole_release(
    given: Table, versions: dict[str, str], folder: Path, *, ledgers: list[Ledger], sent: str
) -> Ledger:
    """Publish a table whose every row came in one file, and give its ledger."""
    connection = warehouse(
        [
            {
                "cell_id": name, "value": count, "version_id": versions[name],
                "breakdown": "total" if name == "all" else "kind", "category": name,
            }
            for name, count in given.counts.items()
        ],
        {"sum": [(name, "numerator", coefficient) for name, coefficient in given.terms[0]]},
    )  # fmt: skip
    decide(connection, key=KEY, ledgers=ledgers)
    publish(connection, folder, sent=sent)
    write_ledger(connection, folder / "ledger.json", key=KEY, release_id=folder.name)
    return read_ledger(folder / "ledger.json")


@pytest.mark.parametrize("guarded", [False, True])
def test_a_file_that_was_sent_again_for_one_row_gives_no_other_row_away(
    tmp_path: Path, guarded: bool
) -> None:
    ledger = whole_release(FIRST, AS_FIRST, tmp_path / "1", ledgers=[], sent="first")
    whole_release(
        SECOND, AS_SECOND, tmp_path / "2", ledgers=[ledger] if guarded else [], sent="second"
    )
    attack = attack_release(tmp_path / "2", earlier=[tmp_path / "1"])
    found = [(one.category, one.least, one.greatest) for one in attack.exposed]
    assert found == ([] if guarded else [("a", 3, 3)])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("value_as_sent", "3"),
        ("lower", 0.4),
        ("rating", "off target"),
        ("direction", "worse"),
        ("denominator", 40.0),
    ],
)
def test_a_figure_left_in_another_column_is_an_open_door(
    tmp_path: Path, column: str, value: object
) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data")
    path = tmp_path / "data" / "pub_measure_value.parquet"
    values = pl.read_parquet(path)
    hidden = pl.col("state") == "suppressed"
    values.with_columns(pl.when(hidden).then(pl.lit(value)).alias(column)).write_parquet(path)
    doors = attack_release(tmp_path / "data").open_columns
    assert {(door.model, door.column) for door in doors} == {("pub_measure_value", column)}


def test_words_that_tell_nothing_are_no_door(tmp_path: Path) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data")
    path = tmp_path / "data" / "pub_measure_value.parquet"
    pl.read_parquet(path).with_columns(
        pl.lit("not rated").alias("rating"), pl.lit("not compared").alias("direction")
    ).write_parquet(path)
    assert not attack_release(tmp_path / "data").succeeded


def test_a_mean_with_a_hidden_point_in_it_is_an_open_door(tmp_path: Path) -> None:
    publish(one_quarter(COUNTS), tmp_path / "data")
    control = pl.DataFrame(
        {
            "measure": ["DA01"] * 3,
            "organisation": ["bcc"] * 3,
            "quarter": ["2017-18-Q4", "2018-19-Q2", "2018-19-Q3"],
            "stretch": [1] * 3,
            "value": [10.0, None, 20.0],
            "mean": [15.0] * 3,
        }
    )
    path = tmp_path / "data" / "pub_process_control.parquet"
    control.write_parquet(path)
    assert attack_release(tmp_path / "data").open_columns == ()
    control.with_columns(pl.lit(11.0).alias("mean")).write_parquet(path)
    [door] = attack_release(tmp_path / "data").open_columns
    assert (door.model, door.column) == ("pub_process_control", "mean")
