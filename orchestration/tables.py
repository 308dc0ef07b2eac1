"""Markdown tables for Dagster's pages; every cell escaped."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.escaping import markdown_cell

# The name under which a check's metadata holds its table.
BEHIND = "what is behind it"
_SHOWN = 50  # rows of a table in the metadata; more than that nobody reads there


def table(heading: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> str:
    """Return the lines under the heading, the first fifty of them and how many more there are.

    A column in which no line has anything is left out.
    """
    if not lines:
        return "Nothing to show."
    filled = [place for place in range(len(heading)) if any(line[place] for line in lines)]
    kept = [tuple(line[place] for place in filled) for line in (heading, *lines[:_SHOWN])]
    shown = [kept[0], ("---",) * len(filled), *kept[1:]]
    text = "\n".join(
        "| " + " | ".join(cell if cell == "---" else markdown_cell(cell) for cell in line) + " |"
        for line in shown
    )
    rest = len(lines) - _SHOWN
    return f"{text}\n\nand {rest} more" if rest > 0 else text
