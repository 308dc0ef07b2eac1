"""A person's details are found wherever they stand, and the quick look misses none of them."""

from __future__ import annotations

import pytest

from pipelines.checking.rules.personal_details import is_nhs_number, personal_details

HELD = {
    "943 476 5919": "an NHS number",
    "9434765919": "an NHS number",
    "AB 12 34 56 C": "a National Insurance number",
    "ab123456c": "a National Insurance number",
    "B15 2TH": "a full postcode",
    "sw1a1aa": "a full postcode",
    "GIR 0AA": "a full postcode",
    "someone@example.org": "an e-mail address",
    "0121 496 0000": "a telephone number",
    "+44 (0)121 496 0000": "a telephone number",
    "07700 900123": "a telephone number",
}


@pytest.mark.parametrize("text", HELD)
def test_each_kind_is_found_alone_and_in_a_sentence(text: str) -> None:
    assert personal_details(text) == HELD[text]
    assert personal_details(f"Ask about {text}, please") == HELD[text]


@pytest.mark.parametrize(
    "text",
    ["", "Two clinics closed", "2018-19 Q2", "1234567890", "87.4", "Level 2", "B15", "g123456",
     "1,234,567", "2018-07-14", "3 of 10 wards", "item 15(a)", "page 4-5", "Q1 2017/18 to Q4"],
)  # fmt: skip
def test_what_returns_hold_is_none(text: str) -> None:
    assert personal_details(text) is None


def test_ten_digits_are_an_nhs_number_only_with_their_check_digit() -> None:
    assert is_nhs_number("9434765919")
    assert not any(is_nhs_number(f"943476591{last}") for last in range(9))
    assert not is_nhs_number("0000000000")
