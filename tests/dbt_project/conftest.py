"""One warehouse for most tests: a few partners over a few quarters, with all that goes wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.dbt_project.warehouse import NEEDS_CORRECTION, Warehouse, moment

QUERY = {"rule": "far from the last", "severity": "query", "row_number": 2, "rows_in_group": 1}
ERROR = {"rule": "part above whole", "severity": "error", "row_number": 2, "rows_in_group": 1}


def level_2(
    eligible: int | None, trained: int | None, percent: float | None = None
) -> dict[str, object]:
    """A row of the training return: safeguarding children level 2, all staff."""
    return {
        "course": "Safeguarding children level 2",
        "eligible": eligible,
        "trained": trained,
        "percent": percent,
        "percent_as_sent": None if percent is None else str(percent),
    }


def kind(category: str | None, count: int) -> dict[str, object]:
    """A row of the domestic abuse return: reports to the police, whole or of one kind."""
    return {
        "measure": "DA02",
        "breakdown": None if category is None else "kind",
        "category": category,
        "value": float(count),
        "value_as_sent": str(count),
    }


def month(first_day: dt.date | None, count: int) -> dict[str, object]:
    """A row of the activity return: child safeguarding referrals of a month."""
    return {
        "measure": "Child safeguarding referrals",
        "month": first_day,
        "value": float(count),
        "value_as_sent": str(count),
    }


def mmr(
    area: str, numerator: int | None, denominator: int | None, value: float
) -> dict[str, object]:
    """A row of the population return: MMR, two doses at age 5, in 2016-17."""
    return {
        "indicator": "MMR two doses at age 5",
        "area": area,
        "period": "2016-17",
        "period_start": dt.date(2016, 4, 1),
        "period_end": dt.date(2017, 3, 31),
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "value_as_sent": str(value),
    }


def tell_the_story(warehouse: Warehouse) -> None:
    """Fills the raw schema. Each paragraph is one thing that happens to returns."""
    # University Hospitals: in time, corrected after the due date, then a correction refused.
    warehouse.send("training_compliance", "UHB", "2018-19-Q1", received="2018-07-10 09:00",
                   rows=[level_2(4000, 3400)])  # fmt: skip
    warehouse.send("training_compliance", "UHB", "2018-19-Q1", received="2018-08-01 09:00",
                   rows=[level_2(4000, 3600)], findings=[QUERY])  # fmt: skip
    warehouse.send("training_compliance", "UHB", "2018-19-Q1", received="2018-08-05 09:00",
                   rows=[level_2(4000, 5000)],
                   outcome=NEEDS_CORRECTION, findings=[ERROR])  # fmt: skip
    # Community Healthcare gave a percentage alone: shown, but no part of the combined one.
    warehouse.send("training_compliance", "BCHC", "2018-19-Q1", received="2018-07-12 09:00",
                   rows=[level_2(None, None, 87.4)])  # fmt: skip
    # Women's and Children's: a first try refused in time, accepted nine days late; the correction
    # of it was withdrawn, so the return before it stands again.
    warehouse.send("training_compliance", "BWC", "2018-19-Q1", received="2018-07-20 09:00",
                   outcome=NEEDS_CORRECTION, findings=[ERROR])  # fmt: skip
    warehouse.send("training_compliance", "BWC", "2018-19-Q1", received="2018-07-30 09:00",
                   rows=[level_2(1000, 900)])  # fmt: skip
    warehouse.send("training_compliance", "BWC", "2018-19-Q1", received="2018-08-02 09:00",
                   withdrawn="2018-08-03 09:00", rows=[level_2(1000, 100)])  # fmt: skip
    # Change Grow Live is excused; the orthopaedic hospital has an extension; the others are silent.
    warehouse.event(event_id="1", kind="excused", organisation="CGL", by_whom="An officer",
                    return_name="training_compliance", quarter="2018-19-Q1", reason="Moved house",
                    at=moment("2018-07-01"))  # fmt: skip
    warehouse.event(event_id="2", kind="extended", organisation="ROH", by_whom="An officer",
                    return_name="training_compliance", quarter="2018-19-Q1", reason="Illness",
                    extended_to=dt.date(2018, 9, 30), at=moment("2018-07-01"))  # fmt: skip
    # Before the merger both trusts reported.
    warehouse.send("training_compliance", "HEFT", "2017-18-Q4", received="2018-04-10 09:00",
                   rows=[level_2(3000, 2400)])  # fmt: skip
    warehouse.send("training_compliance", "UHB", "2017-18-Q4", received="2018-04-11 09:00",
                   rows=[level_2(2000, 1800)], sample="illustrative")  # fmt: skip
    # The police: small numbers of some kinds.
    warehouse.send("domestic_abuse", "WMP", "2018-19-Q1", received="2018-07-15 23:30",
                   rows=[kind(None, 20), kind("female genital mutilation", 3),
                         kind("honour-based abuse", 9), kind("forced marriage", 8)])  # fmt: skip
    # The ambulance service: three months of one quarter, two of the next.
    warehouse.send("safeguarding_activity", "WMAS", "2017-18-Q4", received="2018-04-12 09:00",
                   rows=[month(dt.date(2018, m, 1), 100 + m) for m in (1, 2, 3)])  # fmt: skip
    warehouse.send("safeguarding_activity", "WMAS", "2018-19-Q1", received="2018-07-12 09:00",
                   rows=[month(dt.date(2018, m, 1), 200) for m in (4, 5)])  # fmt: skip
    # Public health: Birmingham beside England and two peers.
    warehouse.send("population_outcomes", "PH", "2017-18-Q2", received="2017-10-20 09:00",
                   rows=[mmr("Birmingham", 14000, 17500, 80.0), mmr("England", None, None, 87.2),
                         mmr("Leeds", 8000, 9000, 88.9), mmr("Bristol", 4400, 5000, 88.0),
                         mmr("Core cities", None, None, 85.0)])  # fmt: skip


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The story, built whole."""
    folder: Path = tmp_path_factory.mktemp("story")
    warehouse = Warehouse(folder / "warehouse.duckdb")
    tell_the_story(warehouse)
    warehouse.build()
    return warehouse
