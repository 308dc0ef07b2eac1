"""A figure keeps the target and the definition of its own period.

The trap: a target without a date. Raising one from 90 to 95 rated every past figure anew, in the
amendment of an old edition too, without a word.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.site import build_site
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.reference_rows import Baseline, Definition, Target
from tests.boards import birmingham
from tests.dbt_project.conftest import level_2
from tests.dbt_project.warehouse import Warehouse

Q1, Q2 = Quarter(2018, 1), Quarter(2018, 2)
SUMMED = "DA08"  # a count that two partners send
RATED = (
    "select period, value, target, rating from published.pub_measure_value "
    "where measure = 'TC02' and organisation = ? and breakdown = 'total' order by period"
)
CHANGES = (
    "select subject, organisation, until_label, quarter_label, old_target, new_target, "
    "old_definition from published.pub_measure_change where subject <> 'rebase' order by all"
)


def board_with(*targets: Target) -> Reference:
    """The samples' board with these targets of the measure and no others of it."""
    board = birmingham()
    others = tuple(one for one in board.targets if one.measure != "TC02")
    return replace(board, targets=(*others, *targets))


def target(
    value: float,
    limit: float | None = None,
    *,
    first: Quarter | None = None,
    last: Quarter | None = None,
    organisation: str | None = None,
) -> Target:
    """A target of the measure."""
    return Target(
        measure="TC02", organisation=organisation, area=None, first_period=first, last_period=last,
        target=value, amber_limit=limit, note=None,
    )  # fmt: skip


def baseline(value: float, label: str, *, organisation: str | None = None) -> Baseline:
    """A baseline of the measure, for ever."""
    return Baseline(
        measure="TC02", organisation=organisation, area=None, first_period=None, last_period=None,
        label=label, value=value, source="A report",
    )  # fmt: skip


def definition(text: str, *, first: Quarter | None, breaks: bool) -> Definition:
    """A wording of the measure's definition."""
    return Definition(
        measure="TC02", first_period=first, definition=text, breaks_series=breaks, note=None
    )


def from_now_on() -> Reference:
    """Ninety-five from the second quarter on, by another definition; one trust has its own."""
    board = board_with(
        target(90.0, 85.0, last=Q1),
        target(95.0, 92.0, first=Q2),
        target(60.0, organisation="UHB"),
    )
    [now] = [one.definition for one in board.measures if one.measure == "TC02"]
    return replace(
        board,
        definitions=(
            definition("Once.", first=None, breaks=False),
            definition(now, first=Q2, breaks=True),
        ),
        baselines=(baseline(70.0, "2016-17"), baseline(50.0, "2015-16", organisation="UHB")),
    )


@pytest.mark.slow
def test_a_past_figure_keeps_the_target_of_its_period_when_a_later_one_is_set(
    tmp_path: Path,
) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", board=board_with(target(90.0, 85.0)))

    def send(organisation: str, quarter: str, received: str, trained: int) -> None:
        rows = [level_2(100, trained)]
        warehouse.send("training_compliance", organisation, quarter, received=received, rows=rows)

    send("BCHC", "2018-19-Q1", "2018-07-10 09:00", 92)
    send("UHB", "2018-19-Q1", "2018-07-10 10:00", 70)
    warehouse.build()
    assert warehouse.rows(RATED, ["BCHC"]) == [("2018-19-Q1", 92.0, 90.0, "on target")]
    assert warehouse.rows(RATED, ["UHB"]) == [("2018-19-Q1", 70.0, 90.0, "off target")]

    warehouse.board = from_now_on()
    send("BCHC", "2018-19-Q2", "2018-10-10 09:00", 93)
    send("UHB", "2018-19-Q2", "2018-10-10 10:00", 70)
    warehouse.build()
    both = [
        ("2018-19-Q1", 92.0, 90.0, "on target"),
        ("2018-19-Q2", 93.0, 95.0, "close to target"),
    ]
    assert warehouse.rows(RATED, ["BCHC"]) == both
    assert warehouse.rows(RATED, ["UHB"])[1] == ("2018-19-Q2", 70.0, 60.0, "on target")
    assert warehouse.rows(RATED, ["ALL"]) == [
        # The other trusts that owe it are missing: a target stands beside it and rates nothing.
        ("2018-19-Q1", 81.0, 90.0, "not rated"),
        ("2018-19-Q2", 81.5, 95.0, "not rated"),
    ]
    # What the pages say of the measure is of the newest quarter, and since when.
    assert warehouse.rows(
        "select organisation, target, amber_limit, target_from, baseline, baseline_label "
        "from published.pub_measure_summary where measure = 'TC02' "
        "and organisation in ('ALL', 'UHB') order by 1"
    ) == [
        ("ALL", 95.0, 92.0, "2018-19-Q2", 70.0, "2016-17"),
        ("UHB", 60.0, None, None, 50.0, "2015-16"),
    ]
    [now] = [one.definition for one in warehouse.board.measures if one.measure == "TC02"]
    measure = (
        "select target, target_from, definition from published.pub_measure where measure = 'TC02'"
    )
    assert warehouse.rows(measure) == [(95.0, "2018-19-Q2", now)]
    changes = [
        ("definition", "ALL", "2018-19 Q1", "2018-19 Q2", None, None, "Once."),
        ("target", "each", "2018-19 Q1", "2018-19 Q2", 90.0, 95.0, None),
    ]
    assert warehouse.rows(CHANGES) == changes
    # Another definition is another series.
    assert warehouse.rows(
        "select members, direction from published.pub_measure_value where measure = 'TC02' "
        "and organisation = 'BCHC' and breakdown = 'total' order by period"
    ) == [("BCHC/0", "not compared"), ("BCHC/1", "not compared")]

    # A correction of the first quarter, and the amendment of its edition.
    send("BCHC", "2018-19-Q1", "2018-11-10 09:00", 91)
    warehouse.build(quarter="2018-19-Q1")
    assert warehouse.rows(RATED, ["BCHC"]) == [("2018-19-Q1", 91.0, 90.0, "on target")]
    assert warehouse.rows(measure) == [(90.0, None, "Once.")]
    assert warehouse.rows(CHANGES) == changes


def test_a_target_that_ends_and_one_that_begins_are_told_as_two_changes(tmp_path: Path) -> None:
    warehouse = Warehouse(
        tmp_path / "warehouse.duckdb",
        board=board_with(
            target(90.0, last=Q1),
            target(95.0, first=Q2.shift(1), last=Q2.shift(1)),
            target(96.0, first=Q2.shift(2)),
        ),
    )
    warehouse.load()
    warehouse.dbt("run", {}, "--select", "+pub_measure_change")
    assert warehouse.rows(
        "select until_label, quarter_label, old_target, new_target "
        "from published.pub_measure_change where subject = 'target' order by quarter"
    ) == [
        ("2018-19 Q1", "2018-19 Q2", 90.0, None),
        ("2018-19 Q2", "2018-19 Q3", None, 95.0),
        ("2018-19 Q3", "2018-19 Q4", 95.0, 96.0),
    ]


@pytest.mark.slow
def test_a_target_of_each_is_not_held_against_their_sum(tmp_path: Path) -> None:
    """Seen: a target for each sender, and a sum of both that was on target by it."""
    of_each = replace(target(150.0), measure=SUMMED)
    of_sum = replace(of_each, organisation="ALL", target=400.0, first_period=Q2)
    base = replace(baseline(120.0, "2016-17"), measure=SUMMED)
    board = replace(birmingham(), targets=(of_each, of_sum), baselines=(base,))
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", board=board)
    for quarter, received, count in (
        ("2018-19-Q1", "2018-07-10 09:00", 160), ("2018-19-Q2", "2018-10-10 09:00", 190),
    ):  # fmt: skip
        row = {"measure": SUMMED, "value": float(count), "value_as_sent": str(count)}
        for sender in ("BSWA", "SWM-CRC"):
            warehouse.send("domestic_abuse", sender, quarter, received=received, rows=[row])
    warehouse.build()
    rated = (
        "select organisation, period, value, target, rating from published.pub_measure_value "
        f"where measure = '{SUMMED}' and organisation in ('ALL', 'BSWA') order by all"
    )
    assert warehouse.rows(rated) == [
        ("ALL", "2018-19-Q1", 320.0, None, "not rated"),
        ("ALL", "2018-19-Q2", 380.0, 400.0, "off target"),
        ("BSWA", "2018-19-Q1", 160.0, 150.0, "on target"),
        ("BSWA", "2018-19-Q2", 190.0, 150.0, "on target"),
    ]
    assert warehouse.rows(
        "select organisation, target, baseline from published.pub_measure_summary "
        f"where measure = '{SUMMED}' order by 1"
    ) == [("ALL", 400.0, None), ("BSWA", 150.0, 120.0), ("SWM-CRC", 150.0, 120.0)]
    measure = f"select target from published.pub_measure where measure = '{SUMMED}'"
    assert warehouse.rows(measure) == [(400.0,)]

    data, site = tmp_path / "data", tmp_path / "site"
    with connect(warehouse.path) as connection:
        export_published(connection, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboards.drawing.chromium.find_browser", lambda: None)
        build_site(data, site, status="draft")
    page = (site / f"measures/{SUMMED.lower()}.html").read_text(encoding="utf-8")
    said = "For all partners together: There was no target until 2018-19 Q1; it is 400"
    assert said in " ".join(page.split())
