"""Markdown tables for Dagster's pages; every cell safe, whoever typed it."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.escaping import markdown_cell

_SHOWN = 50  # rows of a table in the metadata; more than that nobody reads there


def table(heading: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> str:
    """The lines under the heading, the first fifty of them and how many more there are."""
    if not lines:
        return "Nothing to show."
    shown = [heading, ("---",) * len(heading), *lines[:_SHOWN]]
    text = "\n".join(
        "| " + " | ".join(cell if cell == "---" else markdown_cell(cell) for cell in line) + " |"
        for line in shown
    )
    rest = len(lines) - _SHOWN
    return f"{text}\n\nand {rest} more" if rest > 0 else text
