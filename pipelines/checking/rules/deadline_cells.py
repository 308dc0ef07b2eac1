"""Cells of deadlines: the words are kept, what was read stands beside them (PLN-004)."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.checking.rules.numbers import Judgement, Reading
from pipelines.deadlines.reading import Certainty, Deadline, in_words, read_deadline
from schemas.quarter import Quarter

_READ_AS = "Read as "


def deadline_reader(quarter: Quarter | None) -> Callable[[str], Reading]:
    """Return how a cell of a deadline is read.

    Its value is the words, then ``DEADLINE_PARTS`` in order. A month without a year is the one
    nearest to the last day of ``quarter``: the same for the same file at any time. No words are
    refused, so every value is kept.
    """
    written_on = None if quarter is None else quarter.end

    def reader(text: str) -> Reading:
        read = read_deadline(text, written_on=written_on)
        moved_from = None if read.moved_from is None else read.moved_from.end
        value = (text, read.start, read.end, str(read.certainty), moved_from, read.note or None)
        return Reading(value=value, judgement=_note(read))

    return reader


def _note(read: Deadline) -> Judgement | None:
    """Return PLN-004 if the words are anything but one day or one month, plainly written."""
    if read.certainty in (Certainty.EXACT, Certainty.MONTH) and not read.note:
        return None
    if read.certainty is Certainty.NOT_SET:
        return Judgement(rule="PLN-004", variant="not_set")
    if read.start is None:
        return Judgement(rule="PLN-004", variant="unreadable", facts={"why": read.note})
    day = in_words(read)
    if read.note.startswith(_READ_AS) and read.note.endswith(f", {day}."):
        return Judgement(rule="PLN-004", facts={"read": read.note[len(_READ_AS) : -1], "note": ""})
    note = f" {read.note}" if read.note else ""
    return Judgement(rule="PLN-004", facts={"read": day, "note": note})
