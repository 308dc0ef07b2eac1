"""A return against what its own organisation sent before: HIS, SYM-003, COV-002."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.figures import figure_of
from pipelines.checking.engine.models import with_measures
from pipelines.checking.engine.observations import observations, stating
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.checking.rules.rows import Rows
from schemas.declaration import with_every_column
from schemas.quarter import Quarter

_FEWEST_FOR_LIMITS = 8
# Our choice: four sound figures of a steady series span about two standard deviations, so that
# a step of more than two and a half times their range is one in some hundred.
_FEWEST_FOR_RANGE, _TIMES_THE_RANGE = 4, 2.5
# The upper limit of moving ranges of two points: 3.268 times their mean (D4 in Shewhart's tables;
# Wheeler, Understanding Variation, 1993).
_RANGE_FACTOR = 3.268
_MANY_ALIKE = 0.8
_FEWEST_ALIKE = 5
_ROUGHLY = 0.25  # a factor of ten may be off by a quarter either way
_FAR_FEWER = 0.5
_KEY = ["item", "breakdown", "category", "area", "when", "of"]


def rules_over_time(rows: Rows, *, context: Context, wrong: pl.Series) -> Iterator[Violations]:
    """Yield the violations of every rule of this module; none if the obligation is not known.

    ``wrong`` are the rows whose figure cannot be right, whatever came before. That it is unlike
    those before is asked once it is put right.
    """
    if rows.organisation is None or rows.quarter is None or not rows.views:
        return
    before = _past(rows, rows.organisation, rows.quarter, context=context)
    if before is None:
        return
    now, past = _keyed(rows.observed), pl.concat([_observed(before, one) for one in rows.views])
    if past.is_empty():
        return
    last = past.filter(pl.col("back") == past["back"].min())
    if last["back"][0] == 1:
        yield from _many_the_same(now, last)
        if now.height < last.height * _FAR_FEWER:
            yield of_file("COV-002", variant="fewer", now=now.height, before=last.height)
    for view in rows.views:
        yield from _of_measures(view, before, rows.quarter, wrong=wrong)


def _of_measures(
    rows: Rows, before: pl.DataFrame, quarter: Quarter, *, wrong: pl.Series
) -> Iterator[Violations]:
    """Yield what is odd of single figures, those of a measure or of a return that names them."""
    past = _observed(before, rows)
    if past.is_empty():
        return
    now = _keyed(rows.observed)
    likely = now if wrong.is_empty() else now.filter(~pl.col("row_number").is_in(wrong.implode()))
    last = past.filter(pl.col("back") == past["back"].min())
    # Figures of a month or a period of their own are compared with the same month or period.
    yield from _restated(likely, past, rows)
    if last["back"][0] == 1:
        yield from _no_longer_available(now, last, rows)
    odd = [*_unusual(likely, past, rows, quarter)]
    yield from odd
    asked = pl.concat([pl.Series(dtype=pl.Int32), *(one.rows["row_number"] for one in odd), wrong])
    yield from _unusual_wholes(rows, before, quarter, asked=asked)


def _unusual_wholes(
    rows: Rows, before: pl.DataFrame, quarter: Quarter, *, asked: pl.Series
) -> Iterator[Violations]:
    """Yield HIS-004, or else HIS-001: a count over which others are counted is unlike those before.

    A slip in it can leave a share much as it was. ``asked`` are rows that are asked about already.
    """
    whole = rows.ret.observation.denominator if rows.ret.observation else None
    if whole is None or whole not in rows.sheet.positions:
        return
    now, past = (_counted_over(frame, rows, whole) for frame in (rows.rows, before))
    now = now.filter(~pl.col("row_number").is_in(asked.implode()))
    for rule, places in _far_from_before(now, past, rows, quarter).items():
        if places:
            frame = pl.DataFrame(places).with_columns(pl.col("row_number").cast(pl.Int32))
            sent = rows.rows.select("row_number", _sent(whole).alias("value"))
            found = frame.join(sent, on="row_number", maintain_order="left")
            yield Violations(rule=rule, column=whole, rows=found)


def _counted_over(frame: pl.DataFrame, rows: Rows, whole: str) -> pl.DataFrame:
    """Return the counts over which others are counted, as ``_observed`` returns figures."""
    frame = stating(frame.lazy(), rows.ret).collect()
    seen = observations(rows.ret, frame).with_columns(
        frame[whole].cast(pl.Float64).alias("figure"), of=pl.lit("count")
    )
    return _keyed(seen.hstack([frame["back"]]) if "back" in frame.columns else seen)


def _past(
    rows: Rows, organisation: str, quarter: Quarter, *, context: Context
) -> pl.DataFrame | None:
    """Return the rows accepted before, with ``back``: how many quarters ago; None for nothing."""
    before = context.accepted_before(organisation, rows.ret.name, quarter)
    frames = [
        frame.hstack([pl.Series("back", [back] * frame.height, dtype=pl.Int32)])
        for back, frame in before
    ]
    if not frames:
        return None
    # Earlier templates may have had other columns.
    alike = all(frame.columns == frames[0].columns for frame in frames)
    every = pl.concat(frames, how="vertical" if alike else "diagonal_relaxed")
    return with_every_column(every, rows.ret)


def _observed(accepted: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Return the observations of accepted rows, in the units of ``rows.observed``."""
    accepted = stating(accepted.lazy(), rows.ret).collect()
    back = accepted["back"]
    if rows.ret.observation is not None and rows.ret.observation.denominator is not None:
        accepted = with_measures(accepted, rows.ret, reference=rows.reference)
    return _keyed(observations(rows.ret, accepted).hstack([back]))


def _keyed(seen: pl.DataFrame) -> pl.DataFrame:
    return seen.with_columns(pl.col("breakdown", "category", "area", "when").fill_null(""))


def _without_time(seen: pl.DataFrame) -> pl.DataFrame:
    return seen.filter((pl.col("when") == "") & pl.col("figure").is_not_null())


def _restated(now: pl.DataFrame, past: pl.DataFrame, rows: Rows) -> Iterator[Violations]:
    """Yield HIS-003: a figure of the same month or period is another than the one accepted last."""
    if (now["when"] == "").all():
        return
    known = past.filter(pl.col("when") != "").sort("back").unique(_KEY, keep="first")
    both = now.join(known, on=_KEY, how="inner", suffix="_before", maintain_order="left")
    changed = both.filter((pl.col("figure") - pl.col("figure_before")).abs() > 1e-9)
    found = changed.select("row_number", figure=_text("figure"), before=_text("figure_before"))
    yield from _as_sent(Violations(rule="HIS-003", rows=found), rows)


def _many_the_same(now: pl.DataFrame, last: pl.DataFrame) -> Iterator[Violations]:
    both = _without_time(now).join(_without_time(last), on=_KEY, how="inner", suffix="_before")
    counted = both.filter(pl.col("figure") > 0)
    alike = counted.filter(pl.col("figure") == pl.col("figure_before"))
    if alike.height >= _FEWEST_ALIKE and alike.height >= _MANY_ALIKE * counted.height:
        yield of_file("HIS-002", alike=alike.height, compared=counted.height)


def _no_longer_available(now: pl.DataFrame, last: pl.DataFrame, rows: Rows) -> Iterator[Violations]:
    """Yield SYM-003: not available now, reported before."""
    seen = rows.ret.observation
    if seen is None:
        return
    withheld = [n for n in seen.figures if rows.rows[f"{n}_symbol"].null_count() < now.height]
    if not withheld:
        return
    known = last.filter(pl.col("figure").is_not_null())
    given = now.filter(pl.col("figure").is_null())
    key = [name for name in _KEY if name != "of"]
    both = given.join(known, on=key, how="inner", suffix="_before", maintain_order="left")
    for name in withheld:
        symbols = rows.rows.filter(pl.col(f"{name}_symbol") == "x")["row_number"]
        is_here = pl.col("row_number").is_in(symbols.implode())
        found = both.filter(is_here).select("row_number", before=_text("figure_before"))
        yield Violations(rule="SYM-003", column=name, rows=found)
        both = both.filter(~is_here)


def _unusual(
    now: pl.DataFrame, past: pl.DataFrame, rows: Rows, quarter: Quarter
) -> Iterator[Violations]:
    """Yield HIS-004, or else HIS-001: a figure unlike those before it."""
    for rule, places in _far_from_before(now, past, rows, quarter).items():
        if places:
            frame = pl.DataFrame(places).with_columns(pl.col("row_number").cast(pl.Int32))
            yield from _as_sent(Violations(rule=rule, rows=frame), rows)


def _far_from_before(
    now: pl.DataFrame, past: pl.DataFrame, rows: Rows, quarter: Quarter
) -> dict[str, list[dict[str, object]]]:
    """Return by rule the rows whose figure is unlike those before it, with the words' facts."""
    series = (
        _without_time(past)
        .sort("back", descending=True)
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("figure").alias("before"), pl.col("back").last())
    )
    both = _without_time(now).join(series, on=_KEY, how="inner", maintain_order="left")
    found: dict[str, list[dict[str, object]]] = {"HIS-004": [], "HIS-001": []}
    for row in both.iter_rows(named=True):
        figure, before = float(row["figure"]), [float(x) for x in row["before"]]
        usual = statistics.median(before)
        factor = _power_of_ten(figure, usual)
        limit = usual_change(before) if factor is None else None
        if factor is None and (limit is None or abs(figure - before[-1]) <= limit):
            continue
        measure = rows.reference.measure_by_item(rows.ret.name, row["item"])
        way = figure_of(measure, counted=row["of"] == "count")
        place = {"row_number": row["row_number"], "kind": way.kind}
        if factor is not None:
            found["HIS-004"].append({**place, **way.beside(figure, usual), "factor": factor})
        elif limit is not None:
            when = quarter.shift(-row["back"]).label
            moved = way.move(before[-1], figure, limit=limit)
            found["HIS-001"].append({**place, **moved, "when": when})
    return found


def _as_sent(violations: Violations, rows: Rows) -> Iterator[Violations]:
    """Yield the violations at the columns of their figures, each with its cell as it was sent.

    That is a value, a count, or a numerator with the denominator of a figure that was worked out.
    """
    seen = rows.ret.observation
    for here in _by_column(violations, rows):
        if here.column is None or seen is None:
            continue
        cells = [pl.col("row_number"), _sent(here.column).alias("value")]
        if here.column != seen.numerator or seen.denominator is None:
            sent = rows.rows.select(cells)
            yield replace(here, rows=here.rows.join(sent, on="row_number", maintain_order="left"))
            continue
        whole = pl.col(seen.denominator).is_not_null() & (pl.col("measure_unit") != "count")
        cells += [pl.col(here.column).alias("part"), _sent(seen.denominator).alias("other")]
        cells += [whole.alias("of_a_whole")]
        every = here.rows.join(rows.rows.select(cells), on="row_number", maintain_order="left")
        every = every.with_columns(part=pl.Series([f"{part:,}" for part in every["part"]]))
        for of_a_whole in (False, True):
            those = every.filter(pl.col("of_a_whole") == of_a_whole).drop("of_a_whole")
            yield replace(
                here, rows=those, variant="worked_out" if of_a_whole else "",
                other_columns=(seen.denominator,) if of_a_whole else (),
            )  # fmt: skip


def _sent(column: str) -> pl.Expr:
    return pl.col(f"{column}_as_sent").str.strip_chars()


def usual_change(before: list[float]) -> float | None:
    """Return the most by which a series, oldest first, usually moves from point to point.

    Of a year or more, and fewer than eight points, it is some times their range. That is None for
    less than a year, or if nothing ever moved.
    """
    if len(before) < _FEWEST_FOR_RANGE:
        return None
    if len(before) < _FEWEST_FOR_LIMITS:
        return _TIMES_THE_RANGE * (max(before) - min(before)) or None
    moves = [abs(b - a) for a, b in itertools.pairwise(before)]
    limit = _RANGE_FACTOR * statistics.fmean(moves)
    return limit if limit > 0 else None


def _by_column(violations: Violations, rows: Rows) -> Iterator[Violations]:
    """Yield violations at the column in which each row's figure stands: value or numerator."""
    seen = rows.ret.observation
    if seen is None:
        return
    left = violations.rows
    for name in (seen.value, seen.numerator):
        if name is None or name not in rows.sheet.positions:
            continue
        filled = rows.rows.filter(pl.col(name).is_not_null())["row_number"]
        is_here = pl.col("row_number").is_in(filled.implode())
        yield replace(violations, column=name, rows=left.filter(is_here))
        left = left.filter(~is_here)


def _power_of_ten(figure: float, usual: float) -> str | None:
    """Return "ten times", "a tenth of" and so on, if a figure is that against the usual one."""
    if figure <= 0 or usual <= 0 or max(figure, usual) < 10:
        return None
    names = {10: ("ten times", "a tenth of"), 100: ("a hundred times", "a hundredth of"),
             1000: ("a thousand times", "a thousandth of")}  # fmt: skip
    for power, (more, less) in names.items():
        if abs(figure / usual / power - 1) <= _ROUGHLY:
            return more
        if abs(usual / figure / power - 1) <= _ROUGHLY:
            return less
    return None


def _text(column: str) -> pl.Expr:
    return pl.col(column).round(2).cast(pl.String).str.replace(r"\.0$", "")
