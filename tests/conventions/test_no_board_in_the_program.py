"""No organisation, measure or place of a board stands in the program: any council's board, not one.

The trap: a name of the demo's board in a default, an example or a sentence, which another council
reads on its pages.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.boards import birmingham

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "pipelines", "dbt_project", "dashboards", "portal", "orchestration")
# A country is no place of one board; `upgrade` and `demo` name the folder of the demo's board.
ANYBODYS = {"England", "all"}
NAME_THE_DEMO = {"orchestration/cli/board.py", "orchestration/cli/demo.py"}


def names_of_the_demo() -> re.Pattern[str]:
    """What only the demo's board has: its codes and names of organisations, measures and areas."""
    board = birmingham()
    names = {one.organisation for one in board.organisations}
    names |= {one.name for one in board.organisations}
    names |= {one.measure for one in board.measures}
    names |= {one.area for one in board.areas} | {one.name for one in board.areas}
    listed = sorted(names - ANYBODYS, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)")


def test_no_name_of_a_board_stands_in_the_program() -> None:
    wanted = names_of_the_demo()
    assert wanted.search("sent by UHB for TC02 in Birmingham")
    files = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    found = {}
    for name in files:
        path = ROOT / name
        if name in NAME_THE_DEMO or "/vendor/" in name or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        if said := sorted(set(wanted.findall(text))):
            found[name] = said
    assert not found
