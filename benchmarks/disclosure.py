"""What disclosure control hides and costs: by default 100 organisations over 40 quarters.

    python benchmarks/disclosure.py [organisations] [quarters]

Made-up counts by four categories, one in fifteen of them small, with the totals of each
organisation, the combined figures, and years as the sum of their quarters. Prints the seconds of
processor time for the decision and for the attack on what would be published, and how many figures
are hidden. Then, on random tables with totals and subtotals, how many protect others if they are
chosen one by one, and if the fewest are sought.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.protect import Protection, protect
from pipelines.disclosure.tables import SUPPRESS_1_TO_4, Cell, Equation, Reason, State
from schemas.quarter import Quarter
from tests.pipelines.disclosure.tables_at_random import seeded, table

FIRST = Quarter(2008, 1)
CATEGORIES = ("a", "b", "c", "d")
SMALL = 1 / 15
Figure = tuple[str, str, str]  # organisation, period, category


def made_up(
    organisations: int, quarters: int
) -> tuple[dict[Figure, int], list[list[tuple[Figure, int]]]]:
    """Counts, and sums of them: a total and its parts."""
    chance = random.Random(5)  # noqa: S311  # repeatable, not secret
    counts: dict[Figure, int] = {}
    sums: list[list[tuple[Figure, int]]] = []

    def add(whole: Figure, parts: list[Figure]) -> None:
        counts[whole] = sum(counts[part] for part in parts)
        sums.append([(whole, 1), *((part, -1) for part in parts)])

    partners = [f"O{number:03}" for number in range(organisations)]
    for quarter in [FIRST.shift(number) for number in range(quarters)]:
        period = quarter.key
        for partner in partners:
            for category in CATEGORIES:
                is_small = chance.random() < SMALL
                count = chance.randint(1, 4) if is_small else chance.randint(5, 120)
                counts[partner, period, category] = count
            add((partner, period, "all"), [(partner, period, one) for one in CATEGORIES])
        for category in (*CATEGORIES, "all"):
            add(("ALL", period, category), [(one, period, category) for one in partners])
        sums.append([
            (("ALL", period, "all"), 1), *((("ALL", period, one), -1) for one in CATEGORIES)
        ])  # fmt: skip
    for year in range(quarters // 4):
        of_year = [FIRST.shift(4 * year + number).key for number in range(4)]
        for partner in (*partners, "ALL"):
            add((partner, f"{2008 + year}", "all"), [(partner, one, "all") for one in of_year])
    return counts, sums


def decided(counts: dict[Figure, int], sums: list[list[tuple[Figure, int]]]) -> Protection:
    """Decide which are shown."""
    cells = [
        Cell(
            cell_id="|".join(name), row="|".join(name), count=count, rule=SUPPRESS_1_TO_4,
            cost=((name[0] == "ALL") + (name[2] == "all"), count),
        )
        for name, count in counts.items()
    ]  # fmt: skip
    equations = [
        Equation(terms=tuple(("|".join(name), sign) for name, sign in line)) for line in sums
    ]
    return protect(cells, equations)


def publish(counts: dict[Figure, int], made: Protection, folder: Path) -> None:
    """Write the published files that the attack reads."""
    rows: list[dict[str, Any]] = []
    for (organisation, period, category), count in counts.items():
        is_shown = made.decisions[f"{organisation}|{period}|{category}"].state is State.SHOWN
        is_year = "-Q" not in period
        quarter = None if is_year else Quarter.parse(period)
        start = dt.date(int(period), 4, 1) if quarter is None else quarter.start
        end = dt.date(int(period) + 1, 3, 31) if quarter is None else quarter.end
        rows.append(
            {
                "measure": "M", "organisation": organisation, "area": "all", "period": period,
                "period_kind": "financial_year" if is_year else "quarter",
                "period_start": start, "period_end": end, "part_of": None,
                "breakdown": "total" if category == "all" else "kind", "category": category,
                "state": "shown" if is_shown else "suppressed", "numerator": None,
                "denominator": None, "value": float(count) if is_shown else None,
                "submission_id": "one", "row_number": 1, "known_from": dt.datetime(2018, 1, 1),  # noqa: DTZ001
            }
        )  # fmt: skip
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / "pub_measure_value.parquet")
    measure = {"measure": "M", "form": "count", "kind": "flow", "threshold": 4, "rounding": 1}
    pl.DataFrame([measure]).write_parquet(folder / "pub_measure.parquet")


def helpers(made: Protection) -> int:
    """How many rows protect others."""
    return sum(one.reason is Reason.PROTECTS for one in made.decisions.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("organisations", type=int, nargs="?", default=100)
    parser.add_argument("quarters", type=int, nargs="?", default=40)
    given = parser.parse_args()
    counts, sums = made_up(given.organisations, given.quarters)
    started = time.process_time()
    made = decided(counts, sums)
    hidden = sum(one.state is State.SUPPRESSED for one in made.decisions.values())
    print(
        f"{len(counts)} figures, {hidden} hidden, {helpers(made)} of these to protect others; "
        f"{made.by_greedy} of {made.neighbourhoods} sets chosen one by one; "
        f"{time.process_time() - started:.1f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        publish(counts, made, Path(folder))
        started = time.process_time()
        attack = attack_release(Path(folder))
    print(f"attack: {len(attack.exposed)} worked out, {time.process_time() - started:.1f} s")
    for rows, columns, subtotals in ((3, 4, False), (4, 5, False), (5, 6, True), (8, 10, True)):
        chance = seeded(11)
        one_by_one = fewest = 0
        for _ in range(10):
            one = table(chance, rows=rows, columns=columns, largest=60, subtotals=subtotals)
            one_by_one += helpers(protect(one.cells(), one.equations(), fewest=False))
            fewest += helpers(protect(one.cells(), one.equations()))
        print(
            f"{rows} by {columns}{', subtotals' if subtotals else ''}: {one_by_one} one by one, "
            f"{fewest} fewest"
        )


if __name__ == "__main__":
    main()
