"""The reader's faults as violations: their facts become the words' facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from pipelines.checking.engine.violations import Violations
from pipelines.checking.engine.wording import rules
from pipelines.reading.outcome import Fault

# Facts that choose the words; their values are the names of variants, blanks as underscores.
_CHOOSES = ("kind", "limit")
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ENCODINGS = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "windows-1252": "Windows-1252", "cp850": "MS-DOS 850",
}  # fmt: skip
_SHOWN_CELLS = 12


def violations_of(
    faults: Sequence[Fault], *, quotable: Callable[[str], bool], cells_to_show: int
) -> Iterator[Violations]:
    """Yield the faults as violations, alike ones together.

    ``quotable``: whether a text may be quoted. ``cells_to_show``: how many cells of a ragged row
    may be shown; the further ones may be of a column that is never quoted.
    """
    alike: dict[tuple[str, str, int | None], list[Fault]] = {}
    for fault in faults:
        key = (fault.rule, _variant(fault), fault.column)
        alike.setdefault(key, []).append(fault)
    for (rule, variant, column), found in alike.items():
        facts = [_facts(fault, quotable=quotable, cells_to_show=cells_to_show) for fault in found]
        rows = pl.DataFrame(facts, infer_schema_length=None).cast(pl.String)
        numbers = pl.Series("row_number", [fault.row for fault in found], dtype=pl.Int32)
        yield Violations(
            rule=rule, variant=variant, position=column, rows=rows.insert_column(0, numbers)
        )


def _variant(fault: Fault) -> str:
    chosen = [str(fault.facts[name]) for name in _CHOOSES if fault.facts.get(name)]
    if fault.rule == "STR-001":
        few = int(str(fault.facts["found"])) < int(str(fault.facts["expected"]))
        return "few" if few else "many"
    if fault.facts.get("likely"):
        return "likely_utf_16"
    variant = "_".join(chosen).replace(" ", "_").replace("-", "_").lower()
    # A kind without words of its own is named by the plain ones.
    return variant if variant in rules()[fault.rule].wordings else ""


def _facts(
    fault: Fault, *, quotable: Callable[[str], bool], cells_to_show: int
) -> dict[str, str | None]:
    facts: dict[str, str | None] = {"value": fault.value}
    for name, fact in fault.facts.items():
        match name:
            case "cells":
                facts[name] = _cells(fact, fault, quotable=quotable, cells_to_show=cells_to_show)
            case "words" if isinstance(fact, tuple):
                facts[name] = _listed([f"“{one}”" for one in fact if quotable(str(one))], most=5)
            case "stored":
                facts[name] = str(fact) if quotable(str(fact)) else "another number"
            case "delimiter":
                facts[name] = _DELIMITERS.get(str(fact), str(fact))
            case "encoding":
                facts[name] = _ENCODINGS.get(str(fact), str(fact))
            case "found" | "allowed" | "byte_offset":
                facts[name] = f"{int(str(fact)):,}"
            case _ if isinstance(fact, tuple):
                facts[name] = _listed(fact)
            case _:
                facts[name] = str(fact)
    return facts


def _listed(items: Sequence[object], *, most: int = 8) -> str:
    shown = ", ".join(map(str, items[:most]))
    return shown + (f" and {len(items) - most} more" if len(items) > most else "")


def _cells(
    fact: object, fault: Fault, *, quotable: Callable[[str], bool], cells_to_show: int
) -> str:
    cells = [str(cell) for cell in fact] if isinstance(fact, tuple) else []
    if fault.rule == "STR-001":
        # Cells may have moved to the left, out of a column that is never quoted.
        lacking = max(0, int(str(fault.facts["expected"])) - len(cells))
        cells_to_show = max(0, cells_to_show - lacking)
    shown = cells[: min(cells_to_show, _SHOWN_CELLS)]
    if not all(quotable(cell) for cell in shown):
        return "its cells"
    quoted = " | ".join(cell[:20] or "(blank)" for cell in shown)
    return f"“{quoted}{' | …' if len(cells) > len(shown) else ''}”" if shown else "its cells"
