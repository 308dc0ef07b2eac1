"""Each attack succeeds where its guard is off, and fails where it is on.

The traps: an attack that never succeeds proves nothing, and a guard that nobody attacked is a hope.
Differencing two releases is in ``test_releases``, plain search in ``test_whole_release``.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure.adapter import decide, write_ledger
from pipelines.disclosure.attack import attack_release, in_words
from pipelines.disclosure.knowledge import System, known_bounds
from pipelines.disclosure.ledger import Ledger, read_ledger
from pipelines.disclosure.percentages import shown_counts
from pipelines.disclosure.protect import protect
from pipelines.disclosure.tables import (
    SUPPRESS_1_TO_4,
    CannotProtectError,
    Cell,
    Equation,
    Rule,
    State,
)
from tests.pipelines.disclosure import test_whole_release as whole
from tests.pipelines.disclosure.attacker import ranges
from tests.pipelines.disclosure.tables_at_random import Table, seeded, table
from tests.pipelines.disclosure.warehouses import KEY, publish, warehouse

SEEDS = st.integers(0, 10**6)


# --- a hash is tried ------------------------------------------------------------------------------


def texts(folder: Path) -> Iterator[bytes]:
    """Everything that is in the files of a folder, what archives hold too."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    yield from (archive.read(name) for name in archive.namelist())


def rebuilt(folder: Path, candidates: Mapping[int, bytes]) -> set[int]:
    """The counts whose file has a hash that is told somewhere, whole or its first digits."""
    told = b"\0".join(texts(folder))
    found = set()
    for count, content in candidates.items():
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, content)
            spellings = (digest.digest(), digest.hexdigest()[:8].encode())
            if any(one in told for one in spellings):
                found.add(count)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("leaks", [True, False])
def test_no_file_can_be_rebuilt_by_trying_its_hash(tmp_path: Path, leaks: bool) -> None:
    release = whole.build(tmp_path / "one")
    # A reader knows the layout and all that is shown: only the small count is left to be tried.
    candidates = {}
    sent = len(whole.QUARTERS)
    for count in range(1, 5):
        rest = whole.PROTECTS + whole.SMALL - count
        candidates[count] = f"{sent} {whole.rows_of_last(count, rest)}".encode()
    if leaks:
        hashed = hashlib.sha256(candidates[whole.SMALL]).hexdigest()
        path = next(release.rglob("*.json"))
        path.write_text(path.read_text(encoding="utf-8") + hashed[:12], encoding="utf-8")
    assert rebuilt(release, candidates) == ({whole.SMALL} if leaks else set())


# --- a linear programme, and a whole-number programme ---------------------------------------------


def test_what_only_whole_numbers_give_away_is_found() -> None:
    # Each two of a, b, c are at most 1 together. By fractions all three may be 0.5, and their sum
    # 1.5; of people at most one is there, and so the sum is small.
    pairs = [("a", "b"), ("b", "c"), ("a", "c")]
    terms = [[(x, 1), (y, 1), (f"spare {x}{y}", 1), ("one", -1)] for x, y in pairs]
    terms.append([("a", 1), ("b", 1), ("c", 1), ("sum", -1)])
    bounds: dict[str, tuple[int, int | None]] = {
        name: (0, None) for line in terms for name, _ in line
    }
    bounds["one"] = (1, 1)
    assert ranges(bounds, terms)["sum"][1] == ranges(bounds, terms, whole=True)["sum"][1] == 1
    linear = dict(bounds) | {"one": (3, 3)}  # 3 in place of 1: fractions reach 4.5
    equations = [
        Equation(
            terms=tuple(term for term in line if term[0] != "one"),
            constant=3 * any(name == "one" for name, _ in line),
        )
        for line in terms
    ]
    del linear["one"]
    system = System(bounds=linear, equations=equations)
    assert system.range_of("sum").greatest == 4
    assert list(system.exposed({"sum": 4})) == ["sum"]
    assert list(system.exposed({"sum": 3})) == []


@pytest.mark.parametrize("guarded", [False, True])
def test_a_programme_over_a_table_works_out_what_is_only_crossed_out(guarded: bool) -> None:
    chance = seeded(5)
    leaks = 0
    for _ in range(6):
        one = table(chance, rows=3, columns=4)
        decisions = protect(one.cells(), one.equations(), complementary=guarded).decisions
        bounds = {
            cell.cell_id: known_bounds(cell, is_shown=decisions[cell.row].state is State.SHOWN)
            for cell in one.cells()
        }
        found = ranges(bounds, one.terms, whole=True)
        leaks += any(
            least == most or most <= SUPPRESS_1_TO_4.threshold
            for name, (least, most) in found.items()
            if decisions[name].state is State.SUPPRESSED
        )
    assert (leaks == 0) is guarded


# --- a percentage with its rounding ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "numerator", "denominator"),
    [
        ({"denominator": 9.0, "value": 33.3, "value_as_sent": "33.3"}, (3, 3), (9, 9)),
        ({"denominator": 5e3, "value": 33.3, "value_as_sent": "33.3"}, (1663, 1667), (5000, 5000)),
        ({"denominator": 9.0, "value": 33.0, "value_as_sent": "33%"}, (3, 3), (9, 9)),
        ({"numerator": 3.0, "value": 33.3, "value_as_sent": "33.3"}, (3, 3), (9, 9)),
        ({"denominator": 9.0, "value": 100 / 3}, (3, 3), (9, 9)),
        (
            {
                "numerator": 1665.0, "denominator": 5000.0, "value": 33.3,
                "value_as_sent": "33.3", "numerator_worked_out": True,
            },
            (1663, 1667), (5000, 5000),
        ),
        ({"denominator": 9.0, "value": 33.3, "state": "suppressed"}, None, None),
    ],
)  # fmt: skip
def test_a_percentage_is_read_back_as_far_as_its_decimals_go(
    row: dict[str, object],
    numerator: tuple[int, int] | None,
    denominator: tuple[int, int] | None,
) -> None:
    given_row = {"state": "shown", "numerator": None, "denominator": None, "value": None} | row
    found = shown_counts(given_row, "proportion", Rule(threshold=4))
    assert found == {"numerator": numerator, "denominator": denominator}


@pytest.mark.parametrize("guarded", [False, True])
def test_a_hidden_share_is_worked_out_from_the_other_shares(tmp_path: Path, guarded: bool) -> None:
    shares = {"a": (3, 9), "b": (20, 60), "c": (31, 62)}
    whole_of = tuple(map(sum, zip(*shares.values(), strict=True)))
    rows = [
        {
            "cell_id": name, "form": "proportion", "numerator": x, "denominator": n,
            "value": 100 * x / n, "breakdown": "total" if name == "all" else "age",
        }
        for name, (x, n) in {**shares, "all": whole_of}.items()
    ]  # fmt: skip
    equations = {
        of: [(name, of, 1 if name == "all" else -1) for name in (*shares, "all")]
        for of in ("numerator", "denominator")
    }
    connection = warehouse(rows, equations)
    decide(connection, key=KEY)
    publish(connection, tmp_path / "data", leak=not guarded)
    path = tmp_path / "data" / "pub_measure_value.parquet"
    # Of what is shown the numerator is left out: a reader works it out from the percentage.
    pl.read_parquet(path).with_columns(pl.lit(None, pl.Float64).alias("numerator")).write_parquet(
        path
    )
    attack = attack_release(tmp_path / "data")
    found = {(one.category, one.least, one.greatest) for one in attack.exposed}
    assert found == (set() if guarded else {("a", 3, 3)})
    if not guarded:
        [line] = in_words(attack).splitlines()
        assert line.startswith("DA01|bcc|")
        assert line.endswith("is 3, by DA01 age numerator")


# --- histories ------------------------------------------------------------------------------------


def released(
    one: Table, versions: Mapping[str, str], folder: Path, ledgers: list[Ledger]
) -> Ledger:
    """Publish a table of partners and kinds as a release, and return its ledger."""
    rows = []
    for name, count in one.counts.items():
        side, column = name.split("/")
        rows.append(
            {
                "cell_id": name, "value": count, "version_id": versions[name],
                "organisation": "ALL" if side == "all" else side, "category": column,
                "breakdown": "total" if column == "all" else "kind",
            }
        )  # fmt: skip
    terms = {
        str(place): [(name, "numerator", coefficient) for name, coefficient in line]
        for place, line in enumerate(one.terms)
    }
    connection = warehouse(rows, terms)
    decide(connection, key=KEY, ledgers=ledgers)
    publish(connection, folder, sent=folder.name)
    write_ledger(connection, folder / "ledger.json", key=KEY, release_id=folder.name)
    return read_ledger(folder / "ledger.json")


def corrected(one: Table, versions: Mapping[str, str], chance: random.Random, at: int) -> tuple[
    Table, dict[str, str]
]:  # fmt: skip
    """The table after a partner corrected one count, with what follows from it."""
    counts = dict(one.counts)
    cell = chance.choice([name for name in counts if one.heights[name] == 0])
    counts[cell] = chance.randint(0, 30)
    for (total, _), *parts in one.terms:
        counts[total] = sum(counts[part] for part, _ in parts)
    now = {
        name: str(at) if counts[name] != one.counts[name] else version
        for name, version in versions.items()
    }
    return Table(counts=counts, terms=one.terms, heights=one.heights), now


def exposed_by_history(seed: int, folder: Path, *, guarded: bool) -> int:
    """How many counts a reader of three releases with corrections between works out."""
    chance = seeded(seed)
    one = table(chance, rows=3, columns=3, largest=40)
    versions = dict.fromkeys(one.counts, "1")
    ledgers: list[Ledger] = []
    folders: list[Path] = []
    shutil.rmtree(folder, ignore_errors=True)
    exposed = 0
    for at in range(1, 4):
        try:
            ledger = released(one, versions, folder / str(at), ledgers if guarded else [])
        except CannotProtectError:
            break  # a person must decide; nothing is published
        exposed += len(attack_release(folder / str(at), earlier=folders).exposed)
        ledgers.append(ledger)
        folders.append(folder / str(at))
        one, versions = corrected(one, versions, chance, at + 1)
    return exposed


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_no_history_of_corrections_gives_anything_away(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    assert exposed_by_history(seed, tmp_path_factory.mktemp("history"), guarded=True) == 0


def test_without_the_ledgers_histories_leak(tmp_path: Path) -> None:
    found = [exposed_by_history(seed, tmp_path / "h", guarded=False) for seed in range(15)]
    assert sum(one > 0 for one in found) >= 5


def test_guesses_that_contradict_each_other_hide_no_leak(tmp_path: Path) -> None:
    """The trap: one wrong guess makes everything around it impossible, and the look stops there."""
    rows = [
        {"cell_id": name, "value": count, "organisation": partner, "category": category,
         "breakdown": "total" if category == "all" else "age"}
        for name, count, partner, category in (
            ("a", 3, "x", "young"), ("b", 20, "x", "old"), ("all", 23, "x", "all"),
            ("A", 2, "ALL", "young"),  # less than its part: of other people
        )
    ]  # fmt: skip
    connection = warehouse(rows, {})
    decide(connection, key=KEY)
    publish(connection, tmp_path / "data", leak=True)
    path = tmp_path / "data" / "pub_measure_value.parquet"
    wrong = pl.col("organisation") == "ALL"
    pl.read_parquet(path).with_columns(
        pl.when(wrong).then(pl.lit("shown")).otherwise("state").alias("state"),
        pl.when(wrong).then(2.0).otherwise("value").alias("value"),
    ).write_parquet(path)
    found = attack_release(tmp_path / "data").exposed
    assert {(one.organisation, one.category) for one in found} == {("x", "young")}


def test_a_cell_without_equations_is_safe() -> None:
    cell = Cell(cell_id="a", row="a", count=3, rule=SUPPRESS_1_TO_4)
    assert protect([cell], []).decisions["a"].state is State.SUPPRESSED
