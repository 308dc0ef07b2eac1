"""Plans: ratings, and what an action's dates and its being there say over time (ROW-005,
DAT-004, PLN).

PLN-004, of dates written loosely, is found with the cells (``deadline_cells``).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.checking.rules.codes import list_in_words
from pipelines.checking.rules.history import LOOKED_BACK
from pipelines.checking.rules.rows import Rows
from pipelines.deadlines.reading import day_month_year
from schemas.quarter import Quarter

PLANS = "action_progress"
COMPLETE = "Blue"
RED = "Red"
RATINGS = (COMPLETE, "Green", "Amber", RED)
_KEY = ["plan", "ref"]
_MOST_NAMED = 20
_SHORT = {"b": "Blue", "g": "Green", "a": "Amber", "r": "Red", "complete": COMPLETE,
          "completed": COMPLETE, "done": COMPLETE}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Move:
    """A due date that became later: from one last day to another."""

    before: dt.date
    after: dt.date

    @property
    def said(self) -> str:
        """``30 June 2018 to 31 August 2018``."""
        return f"{day_month_year(self.before)} to {day_month_year(self.after)}"


def rules_over_plans(rows: Rows, *, context: Context) -> Iterator[Violations]:
    """Every rule of this page; nothing for another return than that of plans."""
    if rows.ret.name != PLANS:
        return
    yield from ratings(rows)
    yield from what_red_needs(rows)
    yield from due_before_start(rows)
    if rows.organisation is None or rows.quarter is None:
        return
    past = _past(rows, rows.organisation, rows.quarter, context=context)
    if past.is_empty():
        return
    last = past.filter(pl.col("back") == past["back"].min())
    before = rows.quarter.shift(-int(last["back"][0])).label
    yield from reopened(rows, last, before=before)
    yield from moved_later(rows, past)
    yield from vanished(rows, last, before=before)


def _past(rows: Rows, organisation: str, quarter: Quarter, *, context: Context) -> pl.DataFrame:
    """The actions of the quarters before, with ``back``: how many quarters ago."""
    wanted = [*_KEY, "rating", "due", "due_end", "due_moved_from"]
    found = []
    for back in range(1, LOOKED_BACK + 1):
        frame = context.history.rows(organisation, rows.ret.name, quarter.shift(-back))
        if frame is not None and not frame.is_empty():
            found.append(frame.select(*wanted, back=pl.lit(back)))
    return pl.concat(found) if found else pl.DataFrame()


def ratings(rows: Rows) -> Iterator[Violations]:
    """PLN-001: a rating that is none of the four."""
    odd = rows.rows.filter(pl.col("rating").is_not_null() & ~pl.col("rating").is_in(RATINGS))
    for text in odd["rating"].unique(maintain_order=True):
        violation = odd.filter(pl.col("rating") == text).select("row_number", value="rating")
        meant = meant_rating(text)
        yield Violations(
            rule="PLN-001", variant="meant" if meant else "", column="rating", rows=violation,
            facts={"meant": meant or ""},
        )  # fmt: skip


def meant_rating(text: str) -> str | None:
    """The rating that a text clearly stands for: ``blue``, ``B``, ``done``; None where none is."""
    plain = text.strip().strip(".").casefold()
    whole = {rating.casefold(): rating for rating in RATINGS}
    return whole.get(plain) or _SHORT.get(plain)


def what_red_needs(rows: Rows) -> Iterator[Violations]:
    """ROW-005: Red without a reason, or without a date by which it is back on course."""
    red = rows.rows.filter(pl.col("rating") == RED)
    for needed in ("reason", "recovery_date"):
        empty = red.filter(pl.col(needed).is_null())
        if not empty.is_empty():
            yield Violations(
                rule="ROW-005", column=needed, facts={"needed": needed},
                rows=empty.select("row_number", _named(), value="rating"),
            )  # fmt: skip
    dateless = red.filter(
        pl.col("recovery_date").is_not_null() & pl.col("recovery_date_start").is_null()
    )
    if not dateless.is_empty():
        yield Violations(
            rule="ROW-005", variant="no_date", column="recovery_date",
            rows=dateless.select("row_number", _named(), value="recovery_date"),
        )  # fmt: skip


def due_before_start(rows: Rows) -> Iterator[Violations]:
    """DAT-004: an action that is due before it starts, however its dates are meant: the last day
    that the words for its due date can mean lies before the first that those for its start can.
    """
    wrong = rows.rows.filter(pl.col("due_end") < pl.col("start_start"))
    if not wrong.is_empty():
        yield Violations(
            rule="DAT-004", variant="before_start", column="due",
            rows=wrong.select("row_number", _named(), value="due", start="start"),
        )  # fmt: skip


def reopened(rows: Rows, last: pl.DataFrame, *, before: str) -> Iterator[Violations]:
    """PLN-001, a query: complete when it was last reported, and not complete now."""
    complete = last.filter(pl.col("rating") == COMPLETE).select(_KEY)
    again = rows.rows.join(complete, on=_KEY, how="semi", maintain_order="left")
    rated = again.filter(pl.col("rating").is_in(RATINGS) & (pl.col("rating") != COMPLETE))
    unrated = again.filter(pl.col("rating").is_null())
    for variant, violation in (("reopened", rated), ("reopened_unrated", unrated)):
        if not violation.is_empty():
            yield Violations(
                rule="PLN-001", variant=variant, column="rating", facts={"before": before},
                rows=violation.select("row_number", _named(), value="rating"),
            )  # fmt: skip


def moved_later(rows: Rows, past: pl.DataFrame) -> Iterator[Violations]:
    """PLN-002: the due date is later than it was, or gone, and the action is not complete."""
    earlier = (
        past.sort("back", descending=True)
        .group_by(_KEY, maintain_order=True)
        .agg("due_moved_from", "due_end")
        .rename({"due_moved_from": "moved_from_before", "due_end": "end_before"})
    )
    open_now = rows.rows.filter(pl.col("rating").is_null() | (pl.col("rating") != COMPLETE))
    both = open_now.join(earlier, on=_KEY, how="inner", maintain_order="left")
    found: dict[str, list[dict[str, object]]] = {"": [], "first": [], "taken_away": []}
    for row in both.iter_rows(named=True):
        told = [*zip(row["moved_from_before"], row["end_before"], strict=True)]
        dates = dates_in_turn(told)
        if not dates:
            continue
        place = {"row_number": row["row_number"], "value": row["due"]}
        if row["due_start"] is None:
            found["taken_away"].append({**place, "before": day_month_year(dates[-1])})
            continue
        now = dates_in_turn([*told, (row["due_moved_from"], row["due_end"])])
        if len(now) == len(dates) or now[-1] <= dates[-1]:
            continue
        moves = moves_later(dates)
        if moves:
            found[""].append({**place, "moves": "; ".join(move.said for move in moves)})
        else:
            found["first"].append({**place, "before": day_month_year(dates[-1])})
    for variant, places in found.items():
        if places:
            frame = pl.DataFrame(places, infer_schema_length=None)
            frame = frame.with_columns(pl.col("row_number").cast(pl.Int32))
            yield Violations(rule="PLN-002", variant=variant, column="due", rows=frame)


def dates_in_turn(told: Sequence[tuple[dt.date | None, dt.date | None]]) -> list[dt.date]:
    """The last days of a due date, oldest first, each told once.

    ``told`` has a pair for each quarter: the day before the move that the words tell of (None:
    they tell of none), and the day.
    """
    days = [day for pair in told for day in pair if day is not None]
    if not days:
        return []
    kept = [days[0]]
    for index, day in enumerate(days[1:], start=1):
        # Words that go on telling of an old move ("June, moved to August") tell nothing new.
        repeats = day in kept and index + 1 < len(days) and days[index + 1] == kept[-1]
        if day != kept[-1] and not repeats:
            kept.append(day)
    return kept


def moves_later(dates: Sequence[dt.date]) -> list[Move]:
    """The steps of ``dates`` in which the date became later."""
    return [Move(before=a, after=b) for a, b in itertools.pairwise(dates) if b > a]


def vanished(rows: Rows, last: pl.DataFrame, *, before: str) -> Iterator[Violations]:
    """PLN-003: an action that was open is not there, and its plan is still in use."""
    if any(name in rows.unread for name in _KEY):
        return  # it may be there, under a code that could not be read
    in_use = {code.code: code.label for code in rows.reference.code_list("plan", rows.quarter)}
    open_before = last.filter(
        (pl.col("rating").is_null() | (pl.col("rating") != COMPLETE))
        & pl.col("plan").is_in(list(in_use))
    )
    missing = open_before.join(rows.rows, on=_KEY, how="anti", maintain_order="left")
    for plan in missing["plan"].unique(maintain_order=True):
        refs = missing.filter(pl.col("plan") == plan)["ref"].to_list()
        one = len(refs) == 1
        yield of_file(
            "PLN-003", column="ref", plan=f"“{in_use[plan]}”", before=before,
            missing=f"Action{'' if one else 's'} {list_in_words(refs, most=_MOST_NAMED)}",
            was="was" if one else "were", **{"is": "is" if one else "are"},
        )  # fmt: skip


def _named() -> pl.Expr:
    return pl.format("Action {}", pl.col("ref")).alias("action")
