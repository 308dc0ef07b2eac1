"""The attack knows which categories make a sum, and which measures make one with others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.disclosure.attack import attack_release, in_words
from tests.pipelines.disclosure.warehouses import DEFAULTS


def published(folder: Path, rows: list[dict[str, Any]], categories: list[tuple[Any, ...]]) -> Path:
    """The published files of these rows; each is shown unless it has no value."""
    folder.mkdir()
    keys = ("measure", "organisation", "area", "quarter", "breakdown", "category")
    default = {name: DEFAULTS[name] for name in keys} | {"category": "all"}
    frame = [
        {
            **default, "part_of": None, "numerator": None, "denominator": None, **row,
            "state": "suppressed" if row["value"] is None else "shown",
            "submission_id": str(number), "row_number": 1, "known_from": None,
        }
        for number, row in enumerate(rows)
    ]  # fmt: skip
    pl.DataFrame(frame, infer_schema_length=None).write_parquet(
        folder / "pub_measure_value.parquet"
    )
    forms = {row["measure"]: row.get("form", "count") for row in rows}
    pl.DataFrame(
        [(name, form, 4, 1, True) for name, form in forms.items()],
        schema=["measure", "form", "threshold", "rounding", "show_zero"],
        orient="row",
    ).write_parquet(folder / "pub_measure.parquet")
    pl.DataFrame(
        categories,
        schema={
            "measure": pl.String, "breakdown": pl.String, "category": pl.String,
            "category_measure": pl.String, "adds_up": pl.Boolean,
        },
        orient="row",
    ).write_parquet(folder / "pub_measure_category.parquet")  # fmt: skip
    return folder


def groups(adds_up: bool) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    """People of two groups, 40 in all; how many have a disability is suppressed."""
    shown = {"disability": None, "aged 65 or over": 38}
    rows = [{"measure": "DA01", "value": 40.0}] + [
        {"measure": "DA01", "breakdown": "characteristic", "category": name, "value": count}
        for name, count in shown.items()
    ]
    return rows, [("DA01", "characteristic", name, None, adds_up) for name in shown]


def test_a_part_of_a_sum_is_worked_out(tmp_path: Path) -> None:
    attack = attack_release(published(tmp_path / "data", *groups(adds_up=True)))
    assert [(one.category, one.least, one.greatest) for one in attack.exposed] == [
        ("disability", 2, 2)
    ]


def test_groups_that_overlap_make_no_sum_and_no_alarm(tmp_path: Path) -> None:
    assert not attack_release(published(tmp_path / "data", *groups(adds_up=False))).succeeded


def test_a_breakdown_that_nobody_declared_is_named_with_whose_it_is_and_what_to_do(
    tmp_path: Path,
) -> None:
    rows, _ = groups(adds_up=True)
    told = in_words(attack_release(published(tmp_path / "data", rows, [])))
    assert "is 2, by DA01 characteristic numerator. bcc gives DA01 by characteristic in" in told
    assert "Declare it there, or ask bcc for a return without it" in told
    declared = in_words(attack_release(published(tmp_path / "2", *groups(adds_up=True))))
    assert "measure_categories" not in declared


def a_year(second: float | None) -> list[dict[str, Any]]:
    """A year and its quarters, of which the third was never sent."""
    quarters = {1: 9.0, 2: second, 4: 10.0}
    starts = {1: (2018, 4, 6, 30), 2: (2018, 7, 9, 30), 4: (2019, 1, 3, 31)}
    year = {
        "measure": "DA01", "value": 20.0, "period": "2018-19", "period_kind": "financial_year",
        "period_start": dt.date(2018, 4, 1), "period_end": dt.date(2019, 3, 31),
    }  # fmt: skip
    return [year] + [
        {
            "measure": "DA01", "value": quarters[number], "period": f"2018-19-Q{number}",
            "period_kind": "quarter", "period_start": dt.date(when, first, 1),
            "period_end": dt.date(when, last, day),
        }
        for number, (when, first, last, day) in starts.items()
    ]  # fmt: skip


def test_a_quarter_is_no_more_than_the_year_without_the_others_though_one_was_never_sent(
    tmp_path: Path,
) -> None:
    attack = attack_release(published(tmp_path / "data", a_year(None), []))
    assert [(one.period, one.least, one.greatest) for one in attack.exposed] == [
        ("2018-19-Q2", 0, 1)
    ]
    # Quarters that are more than their year in full view: nobody believes that they are within it.
    rows = [*a_year(None), *({**row, "organisation": "WMP"} for row in a_year(5.0))]
    assert not attack_release(published(tmp_path / "2", rows, [])).succeeded


SHARE = {"form": "proportion", "denominator": None, "numerator": None}


def test_an_outcome_is_worked_out_from_all_referrals_and_the_other_outcomes(
    tmp_path: Path,
) -> None:
    rows: list[dict[str, Any]] = [
        {"measure": "RO01", "value": 90.0},
        {"measure": "RO02", **SHARE, "numerator": 87.0, "denominator": 90.0, "value": 96.7},
        {"measure": "RO04", **SHARE, "value": None},
    ]
    categories = [("RO01", "outcome", name, name, True) for name in ("RO02", "RO04")]
    attack = attack_release(published(tmp_path / "data", rows, categories))
    assert {(one.measure, one.least, one.greatest) for one in attack.exposed} == {
        ("RO04", 3, 3),
        ("RO04", 87, 87),  # what is left of its denominator
    }


def test_a_quarter_is_worked_out_from_two_years_to_date(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"measure": "SA01", "quarter": "2018-19-Q1", "value": 20.0},
        {"measure": "SA01", "quarter": "2018-19-Q2", "value": None},
        {"measure": "SA02", "quarter": "2018-19-Q1", "value": 20.0},
        {"measure": "SA02", "quarter": "2018-19-Q2", "value": 23.0},
        {"measure": "SA02", "quarter": "2017-18-Q4", "value": 99.0},
    ]
    categories = [("SA02", "year to date", "Referrals", "SA01", True)]
    attack = attack_release(published(tmp_path / "data", rows, categories))
    assert [(one.period, one.least, one.greatest) for one in attack.exposed] == [
        ("2018-19-Q2", 3, 3)
    ]
