"""The tutorial works as it is written: its commands are run, and what it shows comes out.

The trap: a tutorial that was followed once, by its writer. ``make demo`` alone is replaced: by a
workspace with two quarters of one partner, published once.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.workspace import Workspace
from tests.boards import birmingham, with_board

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial.md"
TRAINING = ROOT / "samples/illustrative/training_compliance"
# A block of commands, how it ends if not with 0, and what it prints.
_STEP = re.compile(
    r"(?:<!-- ends with (?P<code>\d) -->\n)?```sh\n(?P<commands>.*?)```\n"
    r"(?:\n```text\n(?P<printed>.*?)```)?",
    re.DOTALL,
)

pytestmark = pytest.mark.slow


def _run(commands: str, folder: Path, **environment: str) -> str:
    """Run commands in one shell, as a person would in one terminal; return what was printed."""
    programs = f"{folder / 'programs'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", commands],
        cwd=folder, env={**os.environ, "PATH": programs, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like the project's, with what ``make demo`` leaves, in small."""
    for name in (".venv", "samples"):
        (tmp_path / name).symlink_to(ROOT / name)
    make = tmp_path / "programs/make"
    make.parent.mkdir()
    make.write_text('#!/bin/sh\ntest "$*" = demo\n', encoding="utf-8")
    make.chmod(0o755)
    workspace = with_board(Workspace(tmp_path / "workspace-demo"))
    workspace.practise(dt.date(2018, 11, 19))
    _run(
        f"""set -e
        quarterdeck submit {TRAINING}/BSMHFT-*-2018-19-Q[12].csv --as BSMHFT
        quarterdeck build --quarter 2018-19-Q2
        quarterdeck sign-off --quarter 2018-19-Q2 --by Tester
        quarterdeck publish --quarter 2018-19-Q2""",
        tmp_path,
        QUARTERDECK_WORKSPACE=str(workspace.root),
    )
    return tmp_path


def test_every_step_of_the_tutorial_does_what_the_page_says(folder: Path) -> None:
    follow(PAGE, folder, at_least=9)


def test_a_board_of_ones_own_is_published_as_its_page_says(tmp_path: Path) -> None:
    follow(ROOT / "docs/first-board.md", tmp_path, at_least=8)
    workspace = Workspace(tmp_path / "exampleshire" / "workspace")
    pages = [*workspace.public.rglob("*.html"), *workspace.public.rglob("*.csv")]
    texts = [path.read_text(encoding="utf-8-sig") for path in pages]
    assert any("Exampleshire Health and Wellbeing Board" in text for text in texts)
    others = {*(one.organisation for one in birmingham().organisations), "Birmingham"}
    own = {"BCC", "PH"}  # two letters stand in other words too
    for path, text in zip(pages, texts, strict=True):
        found = [one for one in others - own if re.search(rf"\b{re.escape(one)}\b", text)]
        assert not found, (path, found)


def follow(page: Path, folder: Path, *, at_least: int) -> None:
    """Runs the commands of a page in one shell; each ends, and prints, as the page says."""
    text = page.read_text(encoding="utf-8")
    steps = list(_STEP.finditer(text))
    assert len(steps) == text.count("```sh") >= at_least
    commands = [line for step in steps for line in step["commands"].splitlines()]
    script = "".join(f'{line}\necho "=== $?"\n' for line in commands)
    said = re.split(r"^=== (\d+)\n", _run(script, folder), flags=re.MULTILINE)
    answers = dict(zip(range(len(commands)), zip(said[::2], said[1::2], strict=False), strict=True))
    at = 0
    for step in steps:
        lines = step["commands"].splitlines()
        own = [answers[at + number] for number in range(len(lines))]
        at += len(lines)
        codes = [code for _, code in own]
        printed = "".join(text for text, _ in own)
        assert codes == ["0"] * (len(lines) - 1) + [step["code"] or "0"], printed
        for line in (step["printed"] or "").splitlines():
            wanted = ".*".join(re.escape(part) for part in line.strip().split("…"))
            assert re.search(wanted, printed), f"{line!r} is not in\n{printed}"
