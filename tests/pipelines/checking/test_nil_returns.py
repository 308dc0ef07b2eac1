"""What a file without rows is told to write for a nil return is one, of whichever return.

The trap: "nil as the measure", of a return in which no column names a measure.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest

from pipelines.checking.engine.check import check
from pipelines.checking.engine.context import Context
from schemas.finding import Finding
from tests.declared import declared_board

BOARD = declared_board()
SAID = re.compile(r"nil in the column (\w+); leave every other cell empty")


def findings(rows: list[list[str]]) -> tuple[Finding, ...]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    context = Context(reference=BOARD, as_of=dt.date(2018, 10, 20))
    return check(text.getvalue().encode(), file_name="", context=context).findings


@pytest.mark.parametrize("name", sorted(BOARD.declared_returns))
def test_the_row_that_is_named_is_a_nil_return(name: str) -> None:
    ret = BOARD.declared_returns[name]
    heading = [column.name for column in ret.columns]
    [alone] = [one for one in findings([heading]) if one.rule == "STR-007"]
    said = SAID.search(alone.hint)
    if not ret.views:  # what is said in words has no nil return
        assert said is None
        assert alone.hint == "Add your rows."
        return
    assert said is not None
    filled = {"organisation": "UHB", "quarter": "2018-19 Q2", said[1]: "nil"}
    rules = {one.rule for one in findings([heading, [filled.get(n, "") for n in heading]])}
    assert "COV-003" in rules
    assert not rules & {"COD-001", "NUM-001", "SYM-001", "SYM-002"}
