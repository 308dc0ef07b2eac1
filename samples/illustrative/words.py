"""Made-up commentary on the made-up figures; the words themselves stand in ``commentary.toml``."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

from schemas.quarter import Quarter

WORDS = Path(__file__).parent / "commentary.toml"
WRITTEN_AFTER = dt.timedelta(days=35)  # days after the quarter: the figures are in by then
Row = dict[str, object]


def commentary(organisation: str, quarter: Quarter) -> list[Row] | None:
    """Return the pieces of an organisation for a quarter, None if it wrote none."""
    pieces = tomllib.loads(WORDS.read_text(encoding="utf-8"))["piece"]
    rows: list[Row] = [
        {
            "subject": piece["subject"],
            "kind": "commentary",
            "text": piece["text"],
            "role": piece["role"],
            "written_on": (quarter.end + WRITTEN_AFTER).isoformat(),
        }
        for piece in pieces
        if (piece["organisation"], piece["quarter"]) == (organisation, quarter.key)
    ]
    return rows or None
