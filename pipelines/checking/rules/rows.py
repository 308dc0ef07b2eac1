"""Rules over the rows of a whole return: figures due, keys, categories, coverage, oddities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from pipelines.checking.engine.expected import ExpectedFigure, expected_figures
from pipelines.checking.engine.models import with_measures
from pipelines.checking.engine.observations import ALL, counts, observations, places, stating
from pipelines.checking.engine.sheet import Sheet
from pipelines.checking.engine.violations import Violations, of_file
from pipelines.checking.rules.codes import NEAREST_LOOKED_FOR, list_in_words, probably_meant
from pipelines.reading.headings import BLANK
from schemas.columns import Kind
from schemas.declaration import Observation, Return
from schemas.period import Period
from schemas.quarter import Quarter
from schemas.reference import Reference

_ENOUGH_TO_LOOK_ODD = 8
OF_THE_FILE = ("organisation", "quarter")  # the same in every row


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Typed rows and what is known of them.

    ``unread`` names, for each column, the rows whose cell could not be read; a rule that needs such
    a cell leaves its row out. ``rows_lost``: the file has rows whose cells could not be split.
    """

    ret: Return
    sheet: Sheet
    rows: pl.DataFrame
    unread: Mapping[str, pl.Series]
    reference: Reference
    organisation: str | None
    quarter: Quarter | None
    rows_lost: bool = False

    @cached_property
    def views(self) -> tuple[Rows, ...]:
        """The rows as each view of the return has them: those that state its measure."""
        if self.ret.observation is not None:
            return (self,)
        plain = self.rows.drop("measure_form", "measure_unit").lazy()
        return tuple(
            replace(
                self,
                ret=view,
                rows=with_measures(stating(plain, view).collect(), view, reference=self.reference),
            )
            for view in self.ret.views
        )

    @cached_property
    def observed(self) -> pl.DataFrame:
        """The ``observations`` of the rows."""
        return pl.concat([observations(one.ret, one.rows) for one in self.views])

    def readable(self, *columns: str) -> pl.DataFrame:
        """Return the rows whose cells of these columns could all be read."""
        faulty = [self.unread[name] for name in columns if name in self.unread]
        if not faulty:
            return self.rows
        return self.rows.filter(~pl.col("row_number").is_in(pl.concat(faulty).implode()))


def rules_over_rows(rows: Rows) -> Iterator[Violations]:
    """Yield the violations of every rule of this module."""
    yield from figures_due(rows)
    yield from repeated_keys(rows)
    yield from not_owed(rows)
    if rows.views:
        yield from unknown_categories(rows)
        yield from missing_rows(rows)
        yield from small_numbers(rows)
    yield from dates_in_the_future(rows)
    yield from oddities(rows)


def figures_due(rows: Rows) -> Iterator[Violations]:
    """Yield SYM-001: a row in which no way of giving the figure is filled whole."""
    names = [
        name for seen in rows.ret.wide for name in seen.figures if name in rows.sheet.positions
    ]
    if names and all(rows.ret.column_by_name[name].blank_allowed for name in names):
        nothing = pl.all_horizontal(~_given(name) for name in names)
        yield Violations(
            rule="SYM-001", column=names[0], rows=rows.rows.filter(nothing).select("row_number")
        )
    for view in rows.views:
        yield from _figures_due(view)


def _given(name: str) -> pl.Expr:
    """Return whether a column of numbers is filled, with a symbol too."""
    return pl.col(f"{name}_as_sent").fill_null("").str.strip_chars() != ""


def _figures_due(rows: Rows) -> Iterator[Violations]:
    present = rows.sheet.positions
    ways = [way for way in rows.ret.figures if all(name in present for name in way)]
    if not ways:
        ways = [way for way in rows.ret.figures if any(name in present for name in way)]
    if not ways:
        return
    given = {name: _given(name) for way in ways for name in way}
    lacking = rows.rows.filter(
        ~pl.any_horizontal(pl.all_horizontal(given[name] for name in way) for way in ways)
    )
    is_wide = bool(rows.ret.observation and rows.ret.observation.of)
    for way in sorted(ways, key=len, reverse=True):
        started = lacking.filter(pl.any_horizontal(given[name] for name in way))
        for name in way:
            if is_wide and not rows.ret.column_by_name[name].blank_allowed:
                continue  # found with the cells
            others = tuple(other for other in way if other != name)
            yield Violations(
                rule="SYM-001", variant="other_half", column=name, other_columns=others,
                rows=started.filter(~given[name]).select("row_number"),
            )  # fmt: skip
        lacking = lacking.filter(~pl.any_horizontal(given[name] for name in way))
    yield Violations(rule="SYM-001", column=ways[0][0], rows=lacking.select("row_number"))


def repeated_keys(rows: Rows) -> Iterator[Violations]:
    """Yield KEY-001 and KEY-002: rows with the same key, however it is written.

    Case and spaces do not tell two keys apart, nor do two ways of writing one period. A row that
    names no area and one that names the home area are of the same.
    """
    key = [name for name in rows.ret.key if name in rows.sheet.positions]
    readable = rows.readable(*(name for name in key if name not in OF_THE_FILE))
    parts = [part for name in key for part in _parts_of_key(rows.ret, name)]
    grouped = [f"key_{name}" for name in parts]
    folded = readable.with_columns(_folded(readable[name]).alias(f"key_{name}") for name in parts)
    seen = rows.views[0].ret.observation if rows.views else None
    home = seen.home_area if seen and seen.area in key else None
    no_area = pl.lit(value=False)
    if seen and home:
        blank, place = pl.col(seen.area or ""), f"key_{seen.area}"
        no_area = blank.is_null().n_unique().over(grouped) > 1
        folded = folded.with_columns(pl.col(place).replace("", home.lower()))
    again = folded.filter(pl.struct(grouped).is_duplicated())
    sent = [c.name for c in rows.ret.columns if not c.key and c.kind is not Kind.TEXT]
    sent = [f"{n}_as_sent" if f"{n}_as_sent" in again.columns else n for n in sent]
    first = again.with_columns(
        no_area=no_area,
        first=pl.col("row_number").min().over(grouped),
        same=pl.all_horizontal(
            pl.col(name).eq_missing(pl.col(name).first().over(grouped)) for name in sent
        ),
    ).filter(pl.col("row_number") != pl.col("first"))
    for rule, of_rule in (("KEY-001", pl.col("same")), ("KEY-002", ~pl.col("same"))):
        for variant, of_variant in (("", ~pl.col("no_area")), ("home_area", pl.col("no_area"))):
            yield Violations(
                rule=rule,
                variant=variant,
                rows=first.filter(of_rule & of_variant).select("row_number", "first"),
                facts={"key": _listed(key[2:] or key), "home": home or ""},
            )


def _parts_of_key(ret: Return, name: str) -> tuple[str, ...]:
    """Return the typed columns that a column of the key is compared by."""
    is_period = ret.column_by_name[name].kind is Kind.PERIOD
    return (f"{name}_start", f"{name}_end") if is_period else (name,)


def _listed(names: list[str]) -> str:
    """Return names in a sentence: ``measure, breakdown and category``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _folded(cells: pl.Series) -> pl.Series:
    """Return the cells of a key without regard to case and to how many spaces there are."""
    if cells.name in OF_THE_FILE:  # one that cannot be read is as in the other rows
        cells = cells.fill_null(strategy="forward").fill_null(strategy="backward")
    if cells.dtype != pl.String:
        return cells
    return cells.fill_null("").str.to_lowercase().str.replace_all(r"\s+", " ")


def unknown_categories(rows: Rows) -> Iterator[Violations]:
    """Yield COD-001: a breakdown or category that the measure does not have."""
    seen = rows.views[0].ret.observation  # views differ in their figures only
    if seen is None or not (seen.category or seen.category_columns):
        return
    broken_down = [
        measure.item
        for measure in rows.reference.measures_of(rows.ret.name)
        if rows.reference.categories_of(measure.measure)
    ]
    named = rows.observed.filter((pl.col("category") != ALL) & pl.col("item").is_in(broken_down))
    named = named.unique("row_number", keep="first", maintain_order=True)
    combinations = named.select("item", "breakdown", "category").unique(maintain_order=True)
    for item, breakdown, category in combinations.iter_rows():
        measure = rows.reference.measure_by_item(rows.ret.name, item)
        every = rows.reference.categories_of(measure.measure) if measure else ()
        known = {c.category: "" for c in every if breakdown in (None, c.breakdown)}
        if category in known:
            continue
        meant = probably_meant(category, known, nearest=True)
        column = seen.category or (
            breakdown if breakdown in seen.category_columns else seen.category_columns[0]
        )
        wrong = seen.breakdown is not None and not known
        found = named.filter(
            (pl.col("item") == item)
            & pl.col("breakdown").eq_missing(breakdown)
            & (pl.col("category") == category)
        )
        options = sorted({c.breakdown for c in every}) if wrong else list(known)
        yield Violations(
            rule="COD-001",
            variant="nearest" if meant else "of_measure",
            column=seen.breakdown if wrong else column,
            rows=found.select("row_number", value=pl.lit(breakdown if wrong else category)),
            facts={"plain": meant or "", "item": item, "options": list_in_words(options)},
        )


def not_owed(rows: Rows) -> Iterator[Violations]:
    """Yield COD-004: a measure that is not in the organisation's return; PER-001: none is owed."""
    if rows.organisation is None or rows.quarter is None or _organisation_is_in_doubt(rows):
        return
    owed = [
        o
        for o in rows.reference.every_obligation
        if o.organisation == rows.organisation and o.return_name == rows.ret.name
    ]
    if not rows.reference.owes(rows.organisation, rows.ret.name, rows.quarter):
        variant = "not_this_quarter" if owed else "not_owed"
        facts = {"quarter": rows.quarter.label, "title": rows.ret.title}
        yield of_file("PER-001", variant=variant, organisation=rows.organisation, **facts)
        return
    items = {figure.item for figure in _expected(rows, rows.organisation, rows.quarter)}
    for view in rows.views if items else ():
        seen = _seen(view)
        foreign = view.rows.filter(seen.what.is_not_null() & ~seen.what.is_in(items))
        facts = {"organisation": rows.organisation, "quarter": rows.quarter.label}
        yield Violations(
            rule="COD-004",
            variant="" if seen.item else "column",
            column=seen.item or seen.figures[0],
            rows=foreign.select("row_number", value=seen.what),
            facts=facts,
        )


def _organisation_is_in_doubt(rows: Rows) -> bool:
    """Return whether more rows name an organisation that there is not than one that there is."""
    unread = rows.unread.get("organisation")
    return unread is not None and 2 * len(unread) > rows.rows.height


def _seen(view: Rows) -> Observation:
    if view.ret.observation is None:
        raise ValueError(f"{view.ret.name} is no view of a return")
    return view.ret.observation


def missing_rows(rows: Rows) -> Iterator[Violations]:
    """Yield COV-001: an expected measure is missing; COV-002: an expected breakdown or area is."""
    if rows.organisation is None or rows.quarter is None:
        return
    seen = _seen(rows.views[0])
    item_column = seen.item
    if item_column is not None and item_column not in rows.sheet.positions:
        return
    expected = _expected(rows, rows.organisation, rows.quarter)
    sent = rows.observed.select("item", "breakdown", "category", "area", "when")
    wanted = pl.col("category").is_in([*{figure.category for figure in expected}, ALL])
    have = set(sent.filter(wanted).unique().iter_rows())
    have |= set(_blank_and_needed(rows))
    items = {*sent["item"].unique().to_list(), *(item for item, *_ in have)}
    if item_column is not None:
        # A consequence of a slip in a code is not reported a second time.
        items |= {*items_meant(rows.sheet, rows.unread, reference=rows.reference).values()}
    have |= {(item, None, category, area, when) for item, _, category, area, when in have}
    have |= {(*what, None) for *what, _ in have}
    without_item: list[str] = []
    without_rows: list[str] = []
    for due in expected:
        breakdown = None if seen.breakdown is None else due.breakdown
        when = due.month.isoformat() if due.month else None
        if due.item not in items:
            without_item.append(due.item)
        elif not any(
            (due.item, way, due.category, due.area, when) in have
            for way in (breakdown, due.breakdown)
        ):
            without_rows.append(f"{due.item} ({_place(due)})")
    if without_item and not _may_be_there(rows, item_column):
        names = list(dict.fromkeys(without_item))
        yield of_file("COV-001", column=item_column, missing=list_in_words(names, most=20))
    if without_rows and not _unread_keys(rows) and not rows.rows_lost:
        yield of_file("COV-002", missing=list_in_words(without_rows, most=20))


def _blank_and_needed(rows: Rows) -> Iterator[tuple[str | None, ...]]:
    """Yield what a row of a wide table must state: a blank cell has a finding of its own."""
    for view in rows.views if rows.ret.wide else ():
        seen, declared = _seen(view), view.ret.column_by_name
        if not all(declared[name].blank_allowed for name in seen.figures):
            for place in places(rows.ret, rows.rows).unique().rows():
                yield seen.of, *place


def _may_be_there(rows: Rows, column: str | None) -> bool:
    """Return whether a row that seems to be missing may be there and could not be read.

    A row whose measure is blank counts: it has a finding of its own.
    """
    if rows.rows_lost:
        return True
    if column is None or column not in rows.unread:
        return False
    at = rows.sheet.table["row_number"].is_in(rows.unread[column].implode())
    return any(not text.strip(BLANK) for text in rows.sheet.text(column).filter(at).to_list())


def _unread_keys(rows: Rows) -> bool:
    return any(name in rows.unread for name in rows.ret.key if name not in OF_THE_FILE)


def items_meant(
    sheet: Sheet, unread: Mapping[str, pl.Series], *, reference: Reference
) -> dict[int, str]:
    """Return the items that unreadable cells were probably meant to be, by the row's number."""
    column = sheet.ret.observation.item if sheet.ret.observation else None
    if column is None or column not in unread:
        return {}
    at = sheet.table["row_number"].is_in(unread[column].implode())
    numbers, cells = sheet.table["row_number"].filter(at), sheet.text(column).filter(at)
    texts = dict(zip(numbers, cells, strict=True))
    labels = {m.item: m.title for m in reference.measures_of(sheet.ret.name)}
    distinct = list(dict.fromkeys(texts.values()))[:NEAREST_LOOKED_FOR]
    meant = {text: probably_meant(text, labels, nearest=True) for text in distinct}
    return {row: item for row, text in texts.items() if (item := meant.get(text)) is not None}


def _expected(rows: Rows, organisation: str, quarter: Quarter) -> list[ExpectedFigure]:
    due = expected_figures(
        rows.ret, organisation=organisation, quarter=quarter, reference=rows.reference
    )
    return list(due)


def _place(due: ExpectedFigure) -> str:
    """Return what tells an expected figure from the others of its measure, in words."""
    month = Period.of_month(due.month).label if due.month else None
    parts = (due.category if due.category != ALL else None, due.area, month)
    return ", ".join(part for part in parts if part) or "the total"


def small_numbers(rows: Rows) -> Iterator[Violations]:
    """Yield SDC-001: numbers that will be suppressed on pages; none of them is quoted."""
    measures = rows.reference.measures_of(rows.ret.name)
    thresholds = {one.small_number_rule: one.threshold for one in rows.reference.small_number_rules}
    limits = {one.item: thresholds.get(one.small_number_rule, 0) for one in measures}
    if not any(limits.values()):
        return
    found = [_small(view, limits).select("row_number") for view in rows.views]
    yield Violations(rule="SDC-001", rows=pl.concat(found).unique().sort("row_number"), whole=True)


def _small(view: Rows, limits: Mapping[str, int]) -> pl.DataFrame:
    seen = _seen(view)
    threshold = seen.what.replace_strict(limits, default=0, return_dtype=pl.Int32)
    is_count = pl.col("measure_unit") == "count"
    small = pl.lit(value=False)
    for name, counted in ((seen.numerator, pl.lit(value=True)), (seen.value, is_count)):
        if name is not None:
            here = (pl.col(name) > 0) & (pl.col(name) <= pl.col("threshold")) & counted
            small = small | here.fill_null(value=False)
    return view.rows.with_columns(threshold=threshold).filter(small)


def dates_in_the_future(rows: Rows) -> Iterator[Violations]:
    """Yield DAT-004: a month after the quarter that is reported, or a period that ends after it."""
    if rows.quarter is None:
        return
    for column in rows.ret.columns:
        if column.kind is Kind.MONTH:
            late = pl.col(column.name) > rows.quarter.end
        elif column.kind is Kind.PERIOD:
            late = pl.col(f"{column.name}_end") > rows.quarter.end
        else:
            continue
        sent = rows.rows.with_columns(rows.sheet.text(column.name).alias("value"))
        yield Violations(
            rule="DAT-004", column=column.name, facts={"quarter": rows.quarter.label},
            rows=sent.filter(late).select("row_number", "value"),
        )  # fmt: skip


def oddities(rows: Rows) -> Iterator[Violations]:
    """Yield MAC-001: every count a multiple of five; every percentage 100."""
    numbers = [rows.rows[name] for name in counts(rows.ret)]
    counted = pl.concat(numbers).drop_nulls() if numbers else pl.Series(dtype=pl.Int64)
    counted = counted.filter(counted > 0)
    if len(counted) >= _ENOUGH_TO_LOOK_ODD and bool((counted % 5 == 0).all()):
        yield of_file("MAC-001", found=len(counted))
    for column in rows.ret.columns:
        if column.kind is Kind.PERCENTAGE:
            shown = rows.rows[column.name].drop_nulls()
            if len(shown) >= _ENOUGH_TO_LOOK_ODD // 2 and bool((shown == 100).all()):
                yield of_file("MAC-001", variant="all_100", column=column.name, found=len(shown))
