"""What a correction changed, against rows whose changes are known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.receiving.differences import CellChange, Differences, RowChange, differences
from schemas.declaration import record_columns
from schemas.registry import returns

RET = returns()["training_compliance"]


def row(number: int, course: str, trained: str, **others: Any) -> dict[str, Any]:
    figure = float(trained) if trained.replace(".", "").isdigit() else None
    return {
        "row_number": number,
        "organisation": "UHB",
        "quarter": "2018-19 Q1",
        "course": course,
        "staff_group": None,
        "eligible": 100,
        "eligible_as_sent": "100",
        "trained": None if figure is None else int(figure),
        "trained_as_sent": trained,
        "trained_symbol": "x" if trained == "[x]" else None,
        **others,
    }


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=record_columns(RET), orient="row")


def test_a_changed_figure_is_told_with_both_values_and_both_rows() -> None:
    before = frame(row(2, "Level 1", "80"), row(3, "Level 2", "70"))
    after = frame(row(2, "Level 2", "71"), row(3, "Level 1", "80"))
    assert differences(before, after, ret=RET) == Differences(
        changed=(
            CellChange(
                row="Level 2",
                column="trained",
                before="70",
                after="71",
                row_before=3,
                row_after=2,
                sensitive=False,
            ),
        ),
        added=(),
        removed=(),
    )


def test_rows_that_came_and_went_are_told() -> None:
    before = frame(row(2, "Level 1", "80"))
    after = frame(row(2, "Level 3", "80", staff_group="clinical staff"))
    found = differences(before, after, ret=RET)
    assert found.added == (RowChange(row="Level 3, clinical staff", row_number=2),)
    assert found.removed == (RowChange(row="Level 1", row_number=2),)


@pytest.mark.parametrize("sent", ["80", "80.0", "080"])
def test_the_same_number_written_otherwise_is_no_change(sent: str) -> None:
    assert differences(
        frame(row(2, "Level 1", "80")), frame(row(9, "Level 1", sent)), ret=RET
    ).is_empty


def test_a_number_that_became_a_symbol_is_a_change() -> None:
    found = differences(frame(row(2, "L", "80")), frame(row(2, "L", "[x]")), ret=RET)
    assert [(c.before, c.after) for c in found.changed] == [("80", "[x]")]


def test_a_symbol_that_became_another_is_a_change() -> None:
    other = row(2, "L", "[x]") | {"trained_as_sent": "[z]", "trained_symbol": "z"}
    found = differences(frame(row(2, "L", "[x]")), frame(other), ret=RET)
    assert [(c.before, c.after) for c in found.changed] == [("[x]", "[z]")]


def test_a_comment_is_marked_so_that_nobody_quotes_it() -> None:
    found = differences(
        frame(row(2, "L", "80")), frame(row(2, "L", "80", comment="Ask Ann.")), ret=RET
    )
    assert [(c.column, c.before, c.after, c.sensitive) for c in found.changed] == [
        ("comment", "", "Ask Ann.", True)
    ]


def test_a_column_that_the_earlier_template_lacked_counts_as_blank() -> None:
    before = frame(row(2, "L", "80")).drop("comment")
    assert differences(before, frame(row(2, "L", "80")), ret=RET).is_empty


ROWS = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["1", "2", "2.0", "[x]", ""])), max_size=6
).map(lambda cells: frame(*(row(n, *cell) for n, cell in enumerate(cells, start=2))))


@given(ROWS, st.randoms())
def test_order_alone_changes_nothing(rows: pl.DataFrame, random: Any) -> None:
    distinct = rows.unique("course", keep="first", maintain_order=True)
    order = list(range(distinct.height))
    random.shuffle(order)
    assert differences(distinct, distinct[order], ret=RET).is_empty


@given(ROWS, ROWS)
def test_backwards_the_same_changes_are_told_the_other_way_round(
    before: pl.DataFrame, after: pl.DataFrame
) -> None:
    there, back = differences(before, after, ret=RET), differences(after, before, ret=RET)
    assert there.added == back.removed
    assert sorted((c.before, c.after) for c in there.changed) == sorted(
        (c.after, c.before) for c in back.changed
    )
    assert before.height - len(there.removed) == after.height - len(there.added)


def test_a_row_of_a_month_is_named_by_the_month_in_words() -> None:
    activity = returns()["safeguarding_activity"]
    sent = {"row_number": 3, "measure": "Referrals", "month": dt.date(2018, 5, 1), "value": 4.0}
    after = pl.DataFrame([sent], schema=record_columns(activity))
    (added,) = differences(after.clear(), after, ret=activity).added
    assert added.row == "Referrals, May 2018"
