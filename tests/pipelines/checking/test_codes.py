"""What a cell that is in no list is answered with: names that can be told apart, the likely first.

The trap: names with commas in them run into each other, the last is cut in the middle, and the one
that was meant stands behind thirty others.
"""

from __future__ import annotations

from pipelines.checking.rules.codes import judge_code, list_in_words

ITEMS = {
    "Child safeguarding referrals": "",
    "Child safeguarding referrals, year to date": "",
    "Advice calls to the safeguarding team": "",
    **{f"Another measure of another kind, number {n}": "" for n in range(30)},
}


def test_the_most_alike_stands_first_and_none_is_cut() -> None:
    options = judge_code("Advise calls", labels=ITEMS, nearest=True).facts["options"]
    named, more = options.rsplit(" and ", 1)
    names = named.split("; ")
    assert names[0] == "Advice calls to the safeguarding team"
    assert set(names) <= set(ITEMS)
    assert more == f"{len(ITEMS) - len(names)} more"
    assert len(options) < 200


def test_codes_without_commas_are_parted_by_commas() -> None:
    assert list_in_words(["UHB", "BWC"]) == "UHB, BWC"
    assert list_in_words([]) == ""
    assert list_in_words(["UHB", "BWC", "ROH"], most=2) == "UHB, BWC and 1 more"


def test_one_name_that_is_longer_than_a_list_may_be_is_still_given() -> None:
    assert list_in_words(["a" * 180, "b"]) == f"{'a' * 180} and 1 more"
