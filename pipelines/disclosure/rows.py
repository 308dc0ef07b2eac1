"""From the rows of the warehouse, and the ledgers, to the cells and equations of ``protect``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipelines.disclosure.knowledge import linked_systems
from pipelines.disclosure.ledger import Ledger, LedgerCell
from pipelines.disclosure.tables import Accepted, Cell, Equation, Fate, Reason, Rule

WITHHELD = "c"
NOT_APPLICABLE = "z"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of ``int_disclosure__cells``: what ``pub_measure_value`` would show.

    ``version_id`` is made of what it holds (``versions.py``): other counts, another version.
    """

    cell_id: str
    version_id: str = ""
    form: str
    numerator: float | None
    denominator: float | None
    value: float | None
    symbol: str | None = None
    threshold: int | None = None
    rounding: int | None = None
    show_zero: bool | None = None

    @property
    def rule(self) -> Rule | None:
        """The row's small-number rule; None where its measure has none."""
        if self.threshold is None:
            return None
        return Rule(
            threshold=self.threshold,
            rounding=self.rounding or 0,
            show_zero=True if self.show_zero is None else self.show_zero,
        )


@dataclass(frozen=True, kw_only=True)
class Term:
    """One row of ``int_disclosure__equations``."""

    cell_id: str
    quantity: str
    coefficient: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The counts of people behind a row, None if not known.

    ``problem`` says why a row with a figure cannot be judged and so is not shown.
    """

    numerator: int | None = None
    denominator: int | None = None
    problem: Reason | None = None


def counts_of(row: Row) -> Counts:
    """Return the counts behind a row, as a reader could work them out too.

    A percentage and its denominator make the numerator, and with its numerator the denominator.
    """
    numerator, denominator = row.numerator, row.denominator
    if row.symbol in (WITHHELD, NOT_APPLICABLE):
        return Counts(problem=Reason.WITHHELD if row.symbol == WITHHELD else None)
    if row.form == "count":
        numerator, denominator = (row.value if numerator is None else numerator), None
    if numerator is None and row.value is None:
        return Counts(denominator=_whole(denominator))
    if row.form == "proportion" and row.value is not None:
        if numerator is None and denominator is not None:
            numerator = float(round(row.value * denominator / 100))
        elif denominator is None and numerator is not None and row.value > 0:
            denominator = float(round(100 * numerator / row.value))
    x, n = _whole(numerator), _whole(denominator)
    is_more = row.form == "proportion" and x is not None and n is not None and x > n
    if x is None or (denominator is not None and n is None) or is_more:
        return Counts(problem=Reason.NO_COUNT)
    return Counts(numerator=x, denominator=n)


def _whole(number: float | None) -> int | None:
    if number is None or number < 0 or number != int(number):
        return None
    return int(number)


def key(cell_id: str, version_id: str, quantity: str) -> str:
    """Return the id of a cell: one count in one version of one row."""
    return f"{cell_id} {quantity} @ {version_id}"


@dataclass
class Tables:
    """The cells and equations gathered so far; what ``protect`` takes."""

    cells: dict[str, Cell] = field(default_factory=dict)
    equations: dict[tuple[tuple[str, int], ...], Equation] = field(default_factory=dict)
    problems: dict[str, Reason] = field(default_factory=dict)

    def add_equation(self, terms: Iterable[tuple[str, int]], constant: int) -> None:
        """Add an equation unless the same terms are there already."""
        ordered = tuple(sorted(terms))
        self.equations.setdefault(ordered, Equation(terms=ordered, constant=constant))


def gather(
    rows: Collection[Row],
    equations: Collection[Collection[Term]],
    *,
    ledgers: Collection[Ledger] = (),
    accepted: Collection[Accepted] = (),
    tightened: Mapping[str, int] | None = None,
) -> Tables:
    """Return the cells and equations of a release to be, together with those of published ones.

    ``accepted`` are the rows that a person decided to leave as they are although they cannot be
    protected any more; they may be of an earlier release. Of the measures in ``tightened``, figures
    released under a looser rule keep it, if the rule now is no tighter than is said there.
    """
    tables = Tables()
    looser = _looser_rules(ledgers)
    published = {
        (cell.cell_id, cell.version_id): cell
        for ledger in ledgers
        for cell in ledger.cells
        if cell.shown
    }
    heights = _heights(equations)
    for row in rows:
        kept = looser.get((row.cell_id, row.version_id))
        limit = (tightened or {}).get(row.cell_id.partition("|")[0], 0)
        _add_row(
            tables,
            row,
            rule=_rule_of(row, kept, limit),
            published=published.get((row.cell_id, row.version_id)),
            accepted=Accepted(row.cell_id, row.version_id) in accepted,
            height=heights.get(row.cell_id, 0),
        )
    versions = {row.cell_id: row.version_id for row in rows}
    for terms in equations:
        _add_terms(tables, terms, versions)
    for ledger in ledgers:
        _add_ledger(tables, ledger, accepted)
    _drop_impossible(tables)
    return tables


def _looser_rules(ledgers: Collection[Ledger]) -> dict[tuple[str, str], Rule]:
    """Return the loosest rule under which each version of each figure was released."""
    found: dict[tuple[str, str], Rule] = {}
    for ledger in ledgers:
        for cell in ledger.cells:
            name, rule = (cell.cell_id, cell.version_id), _ledger_rule(cell)
            if name not in found or rule.threshold < found[name].threshold:
                found[name] = rule
    return found


def _rule_of(row: Row, released: Rule | None, limit: int) -> Rule | None:
    """Return the rule that guards a row: that of its release if a person decided so."""
    rule = row.rule
    if rule is None or released is None or not released.threshold < rule.threshold <= limit:
        return rule
    return replace(rule, threshold=released.threshold, show_zero=released.show_zero)


def _add_row(
    tables: Tables,
    row: Row,
    *,
    rule: Rule | None,
    published: LedgerCell | None,
    accepted: bool,
    height: int,
) -> None:
    counts = counts_of(row)
    if rule is None:
        # Always shown; a constant in whatever equation names it.
        rule, fate, guarded = Rule(threshold=0), Fate.PUBLIC, False
    elif counts.problem is not None:
        tables.problems[row.cell_id] = counts.problem
        fate, guarded = Fate.HIDDEN, True
    else:
        fate, guarded = (Fate.OPEN if published is None else Fate.PUBLIC), not accepted
    x, n = counts.numerator, counts.denominator
    if row.symbol == NOT_APPLICABLE:
        x, fate, guarded = 0, Fate.PUBLIC, False

    def add(quantity: str, count: int | None, *, is_guarded: bool) -> None:
        # A row that came without this figure hides nothing: the figure is not there to be hidden.
        no_figure = count is None and counts.problem is None
        cell_id = key(row.cell_id, row.version_id, quantity)
        tables.cells[cell_id] = Cell(
            cell_id=cell_id,
            row=row.cell_id,
            count=count,
            rule=rule,
            fate=Fate.HIDDEN if no_figure else fate,
            guarded=is_guarded and not no_figure,
            known=None if published is None or no_figure else _known(published, quantity),
            is_explained=counts.problem is not None and is_guarded,
            # Zeros last: hiding one protects little, since readers expect zeros to be shown.
            cost=(height, x if x else 10**9),
        )

    add("numerator", x, is_guarded=guarded)
    add("denominator", n, is_guarded=False)
    if row.form == "proportion":
        rest = None if x is None or n is None else n - x
        add("rest", rest, is_guarded=guarded)
        _add_rest_equation(tables, row.cell_id, row.version_id)


def _add_rest_equation(tables: Tables, cell_id: str, version_id: str) -> None:
    signs = {"numerator": 1, "rest": 1, "denominator": -1}
    terms = [(key(cell_id, version_id, quantity), sign) for quantity, sign in signs.items()]
    tables.add_equation(terms, 0)


def _known(published: LedgerCell, quantity: str) -> tuple[int, int] | None:
    rule = _ledger_rule(published)
    count = {"numerator": published.numerator, "denominator": published.denominator}.get(quantity)
    return None if count is None else rule.readable_as(count)


def _ledger_rule(cell: LedgerCell) -> Rule:
    return Rule(threshold=cell.threshold, rounding=cell.rounding, show_zero=cell.show_zero)


def _add_terms(tables: Tables, terms: Collection[Term], versions: Mapping[str, str]) -> None:
    """Add an equation of the warehouse.

    If all counts are known its constant is what is really left over: a partner's total need not be
    the sum of its parts, and a reader may know by how much.
    """
    merged: dict[str, int] = defaultdict(int)
    for term in terms:
        merged[key(term.cell_id, versions.get(term.cell_id, ""), term.quantity)] += term.coefficient
    counts = {one: tables.cells[one].count for one in merged if one in tables.cells}
    known = {one: count for one, count in counts.items() if count is not None}
    left_over = sum(merged[one] * count for one, count in known.items())
    is_known = len(known) == len(counts)
    missing = merged.keys() - counts.keys()
    for cell_id in missing:
        is_rest = is_known and len(missing) == 1 and merged[cell_id] == -1
        tables.cells[cell_id] = _missing(cell_id, left_over if is_rest else None)
    tables.add_equation(merged.items(), 0 if missing or not is_known else left_over)


def _missing(cell_id: str, count: int | None = None) -> Cell:
    """Return what the parts that nobody sent have of their whole: no figure, and not below nought.

    So the parts that came are known to be no more than the whole together.
    """
    return Cell(
        cell_id=cell_id,
        row=cell_id,
        count=None if count is None or count < 0 else count,
        rule=Rule(threshold=0),
        fate=Fate.HIDDEN,
        guarded=False,
    )


def _add_ledger(tables: Tables, ledger: Ledger, accepted: Collection[Accepted]) -> None:
    for cell in ledger.cells:
        if key(cell.cell_id, cell.version_id, "numerator") in tables.cells:
            continue  # unchanged since: the same counts, whatever the release did with them
        quantities = ["numerator", "denominator"] + (["rest"] if cell.has_denominator else [])
        is_secret = (
            cell.has_figure
            and not cell.shown
            and Accepted(cell.cell_id, cell.version_id) not in accepted
        )
        for quantity in quantities:
            cell_id = key(cell.cell_id, cell.version_id, quantity)
            tables.cells[cell_id] = Cell(
                cell_id=cell_id,
                row=f"{cell.cell_id} @ {cell.version_id}",
                count=None,
                rule=_ledger_rule(cell),
                fate=Fate.PUBLIC if cell.shown else Fate.HIDDEN,
                guarded=is_secret and quantity != "denominator",
                known=_known(cell, quantity) if cell.shown else None,
            )
        if cell.has_denominator:
            _add_rest_equation(tables, cell.cell_id, cell.version_id)
    for equation in ledger.equations:
        terms = [
            (
                key(term.cell_id, term.version_id or ledger.release_id, term.quantity),
                term.coefficient,
            )
            for term in equation.terms
        ]
        for term, (cell_id, _) in zip(equation.terms, terms, strict=True):
            if not term.version_id:  # what was missing then, and need not be the same now
                tables.cells[cell_id] = _missing(cell_id)
        if all(cell_id in tables.cells for cell_id, _ in terms):
            tables.add_equation(terms, equation.constant)


def _drop_impossible(tables: Tables) -> None:
    """Leave out equations that no whole numbers satisfy together.

    If a partner withheld parts that cannot make up its total, nothing true follows from them.
    """
    bounds: dict[str, tuple[int, int | None]] = {}
    for cell in tables.cells.values():
        if cell.count is not None:
            bounds[cell.cell_id] = (cell.count, cell.count)
        else:
            bounds[cell.cell_id] = cell.known or (0, None)
    doubtful: set[str] = set()
    for system in linked_systems(bounds, tables.equations.values()):
        if system.equations and not system.fits():
            doubtful |= set(system.bounds)
    for terms, equation in list(tables.equations.items()):
        unknown = {cell_id for cell_id, _ in terms if bounds[cell_id][0] != bounds[cell_id][1]}
        total = sum(coefficient * bounds[cell_id][0] for cell_id, coefficient in terms)
        if unknown & doubtful or (not unknown and total != equation.constant):
            del tables.equations[terms]


def _heights(equations: Collection[Collection[Term]]) -> dict[str, int]:
    """Return how many levels of parts each row is the total of: 0 for one that is no total.

    In an equation the total is the one term whose sign differs from all others'.
    """
    parts: dict[str, set[str]] = defaultdict(set)
    for terms in equations:
        positive = [term.cell_id for term in terms if term.coefficient > 0]
        negative = [term.cell_id for term in terms if term.coefficient < 0]
        for whole, rest in ((positive, negative), (negative, positive)):
            if len(whole) == 1 and rest:
                parts[whole[0]] |= set(rest)
                break
    heights: dict[str, int] = {}

    def height(cell_id: str, above: frozenset[str]) -> int:
        if cell_id in above:
            return 0  # a circle of totals has no height; nothing sensible makes one
        if cell_id not in heights:
            below = [height(part, above | {cell_id}) for part in sorted(parts.get(cell_id, ()))]
            heights[cell_id] = 1 + max(below) if below else 0
        return heights[cell_id]

    for cell_id in sorted(parts):
        height(cell_id, frozenset())
    return heights
