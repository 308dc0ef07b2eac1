"""An attack on suppressed figures, from what is published, as someone outside would try it.

Run on each release before it is published. It reads the published Parquet files alone, guesses
which figures add up to which (and drops a guess that figures in full view contradict), and solves
for each suppressed count the least and the greatest that it can be.

It stands apart from the decision: it knows none of the warehouse's equations or ledgers, so a fault
in those shows here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipelines.disclosure.knowledge import NothingFitsError, System, linked_systems
from pipelines.disclosure.open_columns import (
    HIDDEN_STATES,
    SAME_ROW,
    SAME_SERIES,
    OpenColumn,
    by_period,
    open_columns,
)
from pipelines.disclosure.percentages import shown_counts
from pipelines.disclosure.sums import (
    Categories,
    Family,
    PublishedRow,
    families,
    named_families,
    period_families,
)
from pipelines.disclosure.tables import SMALL_NUMBERS, SUPPRESS_1_TO_4, Equation, Rule


@dataclass(frozen=True, kw_only=True)
class Exposed:
    """A suppressed count that can be worked out: exactly, or as being a small number.

    ``way`` says by which sums, for officers: it names the figure to those who may know it.
    ``advice`` says what to do, where that is known.
    """

    measure: str
    organisation: str
    area: str | None
    period: str
    breakdown: str
    category: str
    least: int
    greatest: int
    way: str
    advice: str = ""

    @property
    def cell_id(self) -> str:
        """The id that the warehouse gives the figure."""
        return "|".join(str(getattr(self, name)) for name in SAME_ROW)


@dataclass(frozen=True, kw_only=True)
class Attack:
    """The outcome. The release may be published if ``succeeded`` is false."""

    suppressed: int
    exposed: tuple[Exposed, ...]
    open_columns: tuple[OpenColumn, ...]

    @property
    def succeeded(self) -> bool:
        """Whether anything that is suppressed can be worked out."""
        return bool(self.exposed or self.open_columns)


def attack_release(
    data_dir: Path,
    *,
    earlier: Sequence[Path] = (),
    accepted: Collection[str] = (),
    tightened: Mapping[str, int] | None = None,
) -> Attack:
    """Attack the published files in ``data_dir``, together with those of ``earlier`` releases.

    Needs ``pub_measure_value.parquet`` and ``pub_measure.parquet`` (with ``threshold, rounding,
    show_zero``; if they are missing, 1 to 4 is taken to be small).

    Args:
        data_dir: The folder of the published files.
        earlier: The folders of earlier releases.
        accepted: The ids of the figures (``Exposed.cell_id``) that a person decided to leave
            although they can be worked out: they are no longer secret.
        tightened: The measures whose released figures keep the rule of their release, and up to
            which threshold that was decided.

    Raises:
        FileNotFoundError: The files are not there.
    """
    directories = (*earlier, data_dir)
    values = {
        each: by_period(pl.read_parquet(each / "pub_measure_value.parquet")) for each in directories
    }
    # A measure that hides nothing in one release can give away what it hides in another.
    sensitive = {
        measure
        for frame in values.values()
        for measure in frame.filter(pl.col("state").is_in(HIDDEN_STATES))["measure"]
    }
    categories = {each: Categories.read(each) for each in directories}
    for each in categories.values():
        sensitive = each.linked_to(sensitive)
    knowledge = _Knowledge(tightened=tightened or {})
    for directory, frame in values.items():
        of_these = frame.filter(pl.col("measure").is_in(sensitive))
        knowledge.read(of_these, directory, categories[directory])
    return Attack(
        suppressed=len(knowledge.hidden),
        exposed=tuple(found for found in knowledge.exposed() if found.cell_id not in accepted),
        open_columns=open_columns(data_dir),
    )


def in_words(attack: Attack, *, most: int = 20) -> str:
    """Return what could be worked out and by which way, a line each; for officers only."""
    lines = [
        f"{one.cell_id}: "
        + (f"is {one.least}" if one.least == one.greatest else f"{one.least} to {one.greatest}")
        + f", by {one.way}"
        + (f". {one.advice}" if one.advice else "")
        for one in attack.exposed
    ]
    lines += [
        f"{'|'.join(one.row)}: stands in {one.model}, {one.column}" for one in attack.open_columns
    ]
    more = [f"and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join([*lines[:most], *more])


_SHOWN_BEFORE = (
    "Withdraw that release (quarterdeck withdraw-edition), or leave the small-number rule as it was"
)
_MISSING = "what was never sent"
_Variable = str
_Bounds = tuple[int, int | None]


@dataclass
class _Knowledge:
    """All that the published files reveal: bounds of counts, and what adds up to what."""

    tightened: Mapping[str, int] = field(default_factory=dict)
    bounds: dict[_Variable, _Bounds] = field(default_factory=dict)
    hidden: dict[_Variable, tuple[tuple[str, ...], Rule]] = field(default_factory=dict)
    explained: set[_Variable] = field(default_factory=set)
    certain: list[Equation] = field(default_factory=list)
    guesses: dict[tuple[str, str], list[Equation]] = field(
        default_factory=lambda: defaultdict(list)
    )
    names: dict[tuple[str, ...], _Variable] = field(default_factory=dict)
    undeclared: dict[str, tuple[str, str]] = field(default_factory=dict)

    def read(self, values: pl.DataFrame, data_dir: Path, categories: Categories) -> None:
        measures = {
            row["measure"]: row
            for row in pl.read_parquet(data_dir / "pub_measure.parquet").iter_rows(named=True)
        }
        groups: dict[tuple[str, ...], list[PublishedRow]] = defaultdict(list)
        series: dict[tuple[str, ...], list[PublishedRow]] = defaultdict(list)
        rows = values.rows(named=True)
        for row in rows:
            measure = measures[row["measure"]]
            self._read_row(row, str(measure["form"]), _rule(measure), str(data_dir))
            groups[row["measure"], row["area"], row["period"]].append(row)
            series[tuple(str(row[column]) for column in SAME_SERIES)].append(row)
        for (measure_name, *_), group in groups.items():
            sent_in = str(measures[measure_name].get("return_name", "of the measure"))
            for family in families(group, categories):
                for quantity in ("numerator", "denominator"):
                    self._guess(measure_name, family, quantity, str(data_dir))
                    if family.undeclared:
                        kind = f"{measure_name} {family.kind} {quantity}"
                        self.undeclared[kind] = (family.undeclared, sent_in)
        for (measure_name, *_), of_series in series.items():
            is_flow = measures[measure_name].get("kind", "flow") == "flow"
            for family in period_families(of_series, is_flow=is_flow):
                for quantity in (
                    ("numerator",) if family.lacks_parts else ("numerator", "denominator")
                ):
                    self._guess(measure_name, family, quantity, str(data_dir))
        for family in named_families(rows, categories):
            measure_name = str(family.whole["measure"])
            self._guess(measure_name, family, "numerator", str(data_dir))
            form = str(measures[measure_name]["form"])
            self._guess_shared(measure_name, family, form, str(data_dir))

    def _read_row(self, row: PublishedRow, form: str, rule: Rule, place: str) -> None:
        name = self._name(row, place)
        is_hidden = row["state"] in HIDDEN_STATES
        for quantity, span in shown_counts(row, form, rule).items():
            variable = f"{name} {quantity}"
            if span is not None:
                self._narrow(variable, span)
            else:
                none_there = row["state"] == "not applicable"
                self.bounds.setdefault(variable, (0, 0) if none_there else (0, None))
        secret = ["numerator"]
        if form == "proportion":
            secret.append("rest")
            self.bounds.setdefault(f"{name} rest", (0, None))
            parts = ((f"{name} numerator", 1), (f"{name} rest", 1))
            self.certain.append(Equation(terms=(*parts, (f"{name} denominator", -1))))
        if is_hidden:
            for quantity in secret:
                key = tuple(str(row[column]) for column in SAME_ROW)
                variable, of_its_day = f"{name} {quantity}", rule
                if variable in self.hidden and rule.threshold <= self.tightened.get(key[0], 0):
                    of_its_day = min(rule, self.hidden[variable][1], key=lambda one: one.threshold)
                self.hidden[variable] = (key, of_its_day)
                if row["state"] != "suppressed" or row.get("state_reason") not in (
                    None,
                    SMALL_NUMBERS,
                ):
                    self.explained.add(variable)

    def _name(self, row: PublishedRow, place: str) -> _Variable:
        """Return the name of a count: the same in two releases if the figure did not change.

        A figure is known from the moment when it was first stated as it is now, however often the
        same was sent again; a sum also has its members, a quarter its months. One submission says
        the same whenever it counts, and that which said it first is named. A clever reader sees it.
        """
        cell = tuple(str(row[column]) for column in SAME_ROW)
        since = (row.get("known_from"), row.get("members"), row.get("made_of"))
        seen: list[tuple[object, ...]] = [] if since[0] is None else [since]
        if row.get("submission_id") and not row.get("made_of"):
            seen += [(row[by],) for by in ("submission_id", "first_stated_in") if row.get(by)]
        if not seen:
            seen.append((row.get("submission_id") or place, row.get("row_number")))
        marks = [(*cell, *(str(part) for part in one)) for one in seen]
        name = next((self.names[one] for one in marks if one in self.names), " ".join(marks[0]))
        for one in marks:
            self.names.setdefault(one, name)
        return name

    def _narrow(self, variable: _Variable, span: tuple[int, int]) -> None:
        """Keep what this release and earlier ones say together."""
        low, high = self.bounds.get(variable, (0, None))
        least, greatest = max(low, span[0]), span[1] if high is None else min(high, span[1])
        # One that contradicts the other is another figure under the same name: the newest counts.
        self.bounds[variable] = (least, greatest) if least <= greatest else span

    def _guess(self, measure: str, family: Family, quantity: str, place: str) -> None:
        """Guess that the parts make up the whole, or, of what lacks parts, are no more than it."""
        whole = (f"{self._name(family.whole, place)} {quantity}", 1)
        parts = [(f"{self._name(part, place)} {quantity}", -1) for part in family.parts]
        if family.lacks_parts:
            missing = f"{whole[0]} {family.kind} {_MISSING} {place}"
            self.bounds[missing] = (0, None)
            parts.append((missing, -1))
        self.guesses[measure, f"{family.kind} {quantity}"].append(Equation(terms=(whole, *parts)))

    def _guess_shared(self, measure: str, family: Family, form: str, place: str) -> None:
        """Guess that a part which is published as a share is a share of the whole's count."""
        quantity = "numerator" if form == "count" else "denominator"
        whole = (f"{self._name(family.whole, place)} {quantity}", 1)
        self.guesses[measure, f"{family.kind} share"] += [
            Equation(terms=(whole, (f"{self._name(part, place)} denominator", -1)))
            for part in family.parts
        ]

    def believed(self) -> dict[str, list[Equation]]:
        """Return each kind of guess that figures in full view bear out, by its name.

        That is more often than not, or, for numerators, if none of them tests it.
        """
        found: dict[str, list[Equation]] = defaultdict(list)
        for (measure, kind), guesses in self.guesses.items():
            open_ones, right, wrong = [], 0, 0
            for guess in guesses:
                sent = [term for term in guess.terms if f" {_MISSING} " not in term[0]]
                lacks_parts = len(sent) < len(guess.terms)
                least = sum(_end(self.bounds[name], coefficient, 0) for name, coefficient in sent)
                most = sum(_end(self.bounds[name], coefficient, 1) for name, coefficient in sent)
                if any(self.bounds[name][1] is None for name, _ in sent):
                    open_ones.append(guess)
                elif (lacks_parts or least <= 0) and most >= 0:
                    right += 1
                else:
                    wrong += 1
            if right > wrong or (right == wrong == 0 and kind.endswith("numerator")):
                found[f"{measure} {kind}"] += open_ones
        return found

    def exposed(self) -> Iterator[Exposed]:
        """Yield each suppressed count that the equations pin down."""
        believed = self.believed()
        everything = [one for kind in believed.values() for one in kind]
        found: dict[_Variable, Exposed] = {}
        for system in linked_systems(self.bounds, [*self.certain, *everything]):
            try:
                found |= self._pinned_in(system, believed)
            except NothingFitsError:
                # The guesses contradict each other here. Each kind of them may still be right.
                for kind, guesses in believed.items():
                    here = [one for one in guesses if any(n in system.place for n, _ in one.terms)]
                    own = [one for one in self.certain if one.terms[0][0] in system.place]
                    for part in linked_systems(system.bounds, _known_out(own + here, self.bounds)):
                        with suppress(NothingFitsError):
                            found |= self._pinned_in(part, {kind: guesses})
        for variable, (key, rule) in self.hidden.items():
            low, high = self.bounds[variable]
            if low == high and 0 < low <= rule.threshold:
                found[variable] = replace(
                    _exposed(key, low, low, "another release shows it"), advice=_SHOWN_BEFORE
                )
        for variable in sorted(found):
            yield found[variable]

    def _pinned_in(
        self, system: System, believed: Mapping[str, Sequence[Equation]]
    ) -> dict[_Variable, Exposed]:
        rules = {one: self.hidden[one][1] for one in system.bounds if one in self.hidden}
        spans = {
            variable: system.range_of(variable)
            for variable in system.exposed({one: rule.threshold for one, rule in rules.items()})
        }
        by_rule = ""
        if not spans and not self.explained & rules.keys():
            # That a figure is a small number may be told by its being hidden; which one may not.
            by_rule = ", and since no other hidden figure beside it can be the small one"
            spans = {
                variable: span
                for variable, span in system.told_by_rule(rules).items()
                if span.least == span.greatest and rules[variable].threshold > 1
            }
        found = {}
        for variable, span in spans.items():
            ways = sorted(
                kind
                for kind, guesses in believed.items()
                if any(variable == name for one in guesses for name, _ in one.terms)
            )
            key = self.hidden[variable][0]
            way = (", ".join(ways) or "its own counts and percentage") + by_rule
            exposed = _exposed(key, span.least, span.greatest, way)
            found[variable] = replace(exposed, advice=self._advice(exposed, ways))
        return found

    def _advice(self, exposed: Exposed, ways: Sequence[str]) -> str:
        """Return what to do about a figure that a breakdown gives away which nobody declared."""
        for breakdown, return_name in (
            self.undeclared[way] for way in ways if way in self.undeclared
        ):
            return (
                f"{exposed.organisation} gives {exposed.measure} by {breakdown} in its return "
                f"{return_name}, and measure_categories.csv does not declare that breakdown, so "
                "nothing more of it is hidden. Declare it there, or ask "
                f"{exposed.organisation} for a return without it"
            )
        return ""


def _known_out(equations: Sequence[Equation], bounds: Mapping[str, _Bounds]) -> list[Equation]:
    """Return the equations with what is known exactly moved into the constant."""
    found = []
    for one in equations:
        known = {
            name: bounds[name][0] for name, _ in one.terms if bounds[name][0] == bounds[name][1]
        }
        found.append(
            Equation(
                terms=tuple(term for term in one.terms if term[0] not in known),
                constant=one.constant - sum(c * known[n] for n, c in one.terms if n in known),
            )
        )
    return found


def _exposed(key: tuple[str, ...], least: int, greatest: int, way: str) -> Exposed:
    return Exposed(**dict(zip(SAME_ROW, key, strict=True)), least=least, greatest=greatest, way=way)


def _end(bounds: _Bounds, coefficient: int, which: int) -> int:
    """Return the least (0) or greatest (1) that a term can be."""
    low, high = bounds
    ends = sorted((coefficient * low, coefficient * (low if high is None else high)))
    return ends[which]


def _rule(measure: PublishedRow) -> Rule:
    threshold = measure.get("threshold")
    if not isinstance(threshold, int):
        return SUPPRESS_1_TO_4
    rounding = measure.get("rounding")
    return Rule(
        threshold=threshold,
        rounding=rounding if isinstance(rounding, int) else 0,
        show_zero=bool(measure.get("show_zero", True)),
    )
