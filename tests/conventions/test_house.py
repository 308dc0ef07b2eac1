"""The drawing of the house is that of the code.

The trap: a map of rooms that was right before the last move.
"""

from __future__ import annotations

import re

from scripts.house import FOLDERS, PAGE, page


def test_the_drawing_is_what_the_imports_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.house"


def test_every_room_says_what_it_holds() -> None:
    rows = re.findall(r"^\| `[^`]+` \| (.*?) \|", page(), re.MULTILINE)
    assert len(rows) > len(FOLDERS)
    assert all(rows)
