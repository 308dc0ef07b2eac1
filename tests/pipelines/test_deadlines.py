"""The trap: a date parser that guesses puts a false date on an action that people answer for."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.deadlines.reading import LONGEST, Certainty, Deadline, in_words, read_deadline

MEETING = dt.date(2018, 11, 27)

# Every way in which the 114 deadlines of the board pack's action plans and its 10 milestones are
# printed, read by hand: the words, the first day, the last day, how closely they name it.
PRINTED = [
    ("Jun-18", "2018-06-01", "2018-06-30", "month"),
    ("Jul-18", "2018-07-01", "2018-07-31", "month"),
    ("Deadline TBC.", None, None, "not set"),
    ("Aug-18", "2018-08-01", "2018-08-31", "month"),
    ("Apr-19", "2019-04-01", "2019-04-30", "month"),
    ("Sept/Oct 18", "2018-09-01", "2018-10-31", "range"),
    ("Sep-18", "2018-09-01", "2018-09-30", "month"),
    ("Oct 18", "2018-10-01", "2018-10-31", "month"),
    ("From Nov 18", "2018-11-01", None, "open"),
    ("June 2018", "2018-06-01", "2018-06-30", "month"),
    ("Oct-18", "2018-10-01", "2018-10-31", "month"),
    ("Sept 2018 – March 2019", "2018-09-01", "2019-03-31", "range"),
    ("End Aug-18", "2018-08-31", "2018-08-31", "exact"),
    ("End Jul-18", "2018-07-31", "2018-07-31", "exact"),
    ("End Dec-18", "2018-12-31", "2018-12-31", "exact"),
    ("01/07/2018 - Deadline revised to Oct 2018", "2018-10-01", "2018-10-31", "month"),
    ("", None, None, "not set"),
    ("End Apr-19", "2019-04-30", "2019-04-30", "exact"),
    ("Oct 2018 - likely to be slippage", "2018-10-01", "2018-10-31", "month"),
    ("Dec-18", "2018-12-01", "2018-12-31", "month"),
    ("2019/20", "2019-04-01", "2020-03-31", "year"),
    ("End Sep-18", "2018-09-30", "2018-09-30", "exact"),
    ("Dec 2018 Deadline amended to March 2019", "2019-03-01", "2019-03-31", "month"),
    ("Jun-20", "2020-06-01", "2020-06-30", "month"),
    ("Dec-19", "2019-12-01", "2019-12-31", "month"),
    (
        "Approach to be agreed by September 2018. Implementation from Sept 2018.",
        "2018-09-01",
        None,
        "open",
    ),
    ("TBC", None, None, "not set"),
    (
        "Engagement years 1-2, (2018/19-2019/20); Capabilities of workforce years 3-4 (2020/21)",
        "2018-04-01",
        "2021-03-31",
        "range",
    ),
    ("Years 1-5, (2018/19-2022/23)", "2018-04-01", "2023-03-31", "range"),
    ("Years 1-5 (2018/19-2022/23)", "2018-04-01", "2023-03-31", "range"),
    ("Years 1-2 (2018/19-2020/21)", "2018-04-01", "2021-03-31", "range"),
    (
        "Establish data analytics working group year 1 2018/19",
        "2018-04-01",
        "2019-03-31",
        "year",
    ),
    ("Year 2, 2019/20", "2019-04-01", "2020-03-31", "year"),
    ("Year 1, (Feb-March) 2018/19", "2019-02-01", "2019-03-31", "range"),
    ("Year 3, 2020/21", "2020-04-01", "2021-03-31", "year"),
    ("Year 3,", None, None, "unreadable"),
    ("March 2019", "2019-03-01", "2019-03-31", "month"),
    ("November 2018", "2018-11-01", "2018-11-30", "month"),
    ("December 2018 March 2019", "2018-12-01", "2019-03-31", "range"),
    ("December 2018", "2018-12-01", "2018-12-31", "month"),
    ("May 2018 – March 2019", "2018-05-01", "2019-03-31", "range"),
    ("October 2018", "2018-10-01", "2018-10-31", "month"),
    ("March 2019; November 2018; August 2018", "2018-08-01", "2019-03-31", "range"),
    ("2018-2019; September 2018", "2018-04-01", "2019-03-31", "range"),
    ("12th November", "2018-11-12", "2018-11-12", "exact"),
    ("26th November", "2018-11-26", "2018-11-26", "exact"),
    ("between November 2018 and March 2019", "2018-11-01", "2019-03-31", "range"),
    ("by September 2019", "2019-09-01", "2019-09-30", "month"),
    ("by November 2019", "2019-11-01", "2019-11-30", "month"),
    ("by January 2019", "2019-01-01", "2019-01-31", "month"),
    ("February 2019", "2019-02-01", "2019-02-28", "month"),
    ("Spring 2019", "2019-03-01", "2019-05-31", "quarter or season"),
    ("29th September 2019", "2019-09-29", "2019-09-29", "exact"),
    ("June 2019", "2019-06-01", "2019-06-30", "month"),
]

# Forms that the pack does not have and other boards do.
OTHERS = [
    ("2018-07-01", "2018-07-01", "2018-07-01", "exact"),
    ("01.07.18", "2018-07-01", "2018-07-01", "exact"),
    ("3 of March, 2019", "2019-03-03", "2019-03-03", "exact"),
    ("July 4th, 2018", "2018-07-04", "2018-07-04", "exact"),
    ("2018-19 Q3", "2018-10-01", "2018-12-31", "quarter or season"),
    ("Quarter 4 2018/19", "2019-01-01", "2019-03-31", "quarter or season"),
    ("Winter 2018/19", "2018-12-01", "2019-02-28", "quarter or season"),
    ("end of 2019/20", "2020-03-31", "2020-03-31", "exact"),
    ("2019", "2019-01-01", "2019-12-31", "year"),
    ("2018-2020", "2018-01-01", "2020-12-31", "range"),
    ("before March 2019", "2019-02-28", "2019-02-28", "exact"),
    ("Nov - Feb 2019", "2018-11-01", "2019-02-28", "range"),
    ("January", "2019-01-01", "2019-01-31", "month"),
    ("six-monthly", None, None, "open"),
    ("n/a", None, None, "not set"),
    ("31/02/2019", None, None, "unreadable"),
    ("07/13/2018", None, None, "unreadable"),
    ("2018/20", None, None, "unreadable"),
    ("may slip", None, None, "unreadable"),
    ("When the lead is back", None, None, "unreadable"),
]


@pytest.mark.parametrize(("words", "start", "end", "certainty"), PRINTED + OTHERS)
def test_each_printed_deadline_is_read_as_a_person_reads_it(
    words: str, start: str | None, end: str | None, certainty: str
) -> None:
    read = read_deadline(words, written_on=MEETING)
    assert read.as_written == words
    assert (
        read.start and read.start.isoformat(),
        read.end and read.end.isoformat(),
        read.certainty.value,
    ) == (start, end, certainty)


def test_a_moved_deadline_keeps_the_earlier_one() -> None:
    read = read_deadline("01/07/2018 - Deadline revised to Oct 2018")
    assert read.moved_from is not None
    assert read.moved_from.as_written == "01/07/2018"
    assert read.moved_from.end == dt.date(2018, 7, 1)
    assert read.note == "Moved from 1 July 2018."
    twice = read_deadline("Dec 2018 amended to March 2019, now extended to June 2019")
    assert twice.end == dt.date(2019, 6, 30)
    assert twice.moved_from is not None
    assert twice.moved_from.end == dt.date(2019, 3, 31)
    assert twice.moved_from.moved_from is not None
    assert twice.moved_from.moved_from.end == dt.date(2018, 12, 31)


def test_a_deadline_moved_to_nothing_is_not_set_and_keeps_the_earlier_one() -> None:
    read = read_deadline("Dec 2018, deadline moved to TBC")
    assert (read.start, read.end, read.certainty) == (None, None, Certainty.NOT_SET)
    assert read.moved_from is not None
    assert read.moved_from.end == dt.date(2018, 12, 31)
    assert read.note == "Moved from December 2018. No deadline is set."


def test_moved_from_one_date_to_another_is_read_both_ways() -> None:
    read = read_deadline("moved from June 2018 to August 2018")
    assert (in_words(read), read.moved_from and in_words(read.moved_from)) == (
        "August 2018",
        "June 2018",
    )


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (
            "Years 1-2 (2018/19-2020/21)",
            "“Years 1-2” is 2 years, but the dates beside it span 3 years; the dates were used.",
        ),
        ("Oct 2018 - likely to be slippage", "the other words are kept as written"),
        ("March 2019; November 2018; August 2018", "3 dates are written"),
        ("12th November", "No year is written: read as 2018"),
        ("March 2019 - December 2018", "The second date is before the first."),
        ("2018/20", "2018 is followed by 2019"),
        ("31/02/2019", "There is no day 31/2/2019"),
        ("Year 3,", "not which year that is"),
    ],
)
def test_what_is_odd_is_said(words: str, note: str) -> None:
    assert note in read_deadline(words, written_on=MEETING).note


def test_without_the_day_it_was_written_a_date_without_a_year_is_not_guessed() -> None:
    read = read_deadline("12th November")
    assert (read.start, read.certainty) == (None, Certainty.UNREADABLE)
    assert read.note == "“12th November” has no year."


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d %B %Y", "%d-%b-%y", "%Y-%m-%d", "%d.%m.%y"]))
def test_a_whole_date_is_read_day_before_month(day: dt.date, form: str) -> None:
    read = read_deadline(day.strftime(form))
    assert (read.start, read.end, read.certainty) == (day, day, Certainty.EXACT)
    assert read.note == ""


@given(DAYS, st.sampled_from(["%B %Y", "%b-%y", "%b %Y", "by %B %Y", "%b. %Y", "%B, %Y"]))
def test_a_month_is_read_from_its_first_to_its_last_day(day: dt.date, form: str) -> None:
    for words in (day.strftime(form), day.strftime(form).upper()):
        read = read_deadline(words)
        assert read.certainty is Certainty.MONTH
        assert read.start == day.replace(day=1)
        assert read.end is not None
        assert (read.end + dt.timedelta(days=1)).day == 1
        assert read.end.month == day.month


@given(DAYS, DAYS)
def test_two_days_joined_span_both(one: dt.date, other: dt.date) -> None:
    read = read_deadline(f"{one:%d %B %Y} to {other:%d %B %Y}")
    assert (read.start, read.end) == (min(one, other), max(one, other))


@given(DAYS, DAYS)
def test_a_move_ends_where_the_new_words_end(one: dt.date, other: dt.date) -> None:
    read = read_deadline(f"{one:%d/%m/%Y} - deadline revised to {other:%B %Y}")
    assert read.moved_from is not None
    assert read.moved_from.end == one
    assert read.start == other.replace(day=1)


PIECES = st.lists(
    st.one_of(
        st.sampled_from([words for words, *_ in PRINTED + OTHERS]),
        st.sampled_from([" to ", "-", "/", " from ", "revised to", "(", "99", "q4", "’18", "٣"]),
        st.text(max_size=8),
    )
).map("".join)


@given(PIECES, st.none() | st.dates())
def test_any_words_are_kept_and_never_stop_the_reader(words: str, day: dt.date | None) -> None:
    read: Deadline | None = read_deadline(words, written_on=day)
    assert read is not None
    assert read.as_written == words
    while read is not None:
        if read.end is not None:
            assert read.start is not None
            assert read.start <= read.end
        if read.certainty in (Certainty.NOT_SET, Certainty.UNREADABLE):
            assert read.start is None
            assert read.end is None
        elif read.certainty is not Certainty.OPEN:
            assert read.end is not None
        read = read.moved_from


def test_long_text_is_left_alone_quickly() -> None:
    began = time.monotonic()
    assert read_deadline(" -" * 16_000).note == "Too long to be a deadline."
    for filler in (" ", "-", "(", "by ", "years 1", "n/a ", "revised to ", "Jan", "1/"):
        read_deadline((filler * LONGEST)[:LONGEST])
    assert time.monotonic() - began < 2
