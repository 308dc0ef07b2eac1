"""What a finding says to write is the number that stands in the cell, or no number at all.

The trap: "4,6O1" with "Write 46", which a data lead in a hurry does.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.checking.rules.numbers import judge_number
from schemas.columns import Kind


@pytest.mark.parametrize(
    ("text", "to_write"),
    [
        ("4,6O1", "4601"),
        ("46OO", "4600"),
        ("l2", "12"),
        ("4,601", "4601"),
        ("1,234 people", "1234"),
        ("45 µg/m3", "45"),
        ("4,600%", "4600"),
        ("4,6%", None),
        ("£1,5", None),
        ("4,6 people", None),
        ("45O kg", None),
        ("1O%", None),
        ("12 of 30", None),
        ("Il", None),
    ],
)
def test_what_to_write(text: str, to_write: str | None) -> None:
    judged = judge_number(text, Kind.NUMBER)
    assert judged is not None
    assert judged.facts.get("plain") == to_write


@given(st.text(alphabet="0123456789,.%£+-() OoIl_", min_size=1, max_size=9))
def test_no_digit_is_left_out_of_what_to_write(text: str) -> None:
    judged = judge_number(text, Kind.NUMBER)
    if judged is None or "plain" not in judged.facts:
        return
    meant = text.translate(str.maketrans("OoIl", "0011")) if judged.variant == "letters" else text
    digits, written = (re.sub(r"[^0-9]", "", one) for one in (meant, judged.facts["plain"]))
    # A point without a digit before it gets one.
    assert written in (digits, f"0{digits}")
