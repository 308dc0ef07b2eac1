"""What is written about the project must be true of it.

The trap: a page of documentation goes stale in silence. A command gets an option, a folder a new
name, a page is moved, and the newcomer is the first to find out.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from orchestration.cli.reference import PAGE, page

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"```.*?```", re.DOTALL)


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m orchestration.cli.reference"


@pytest.mark.parametrize("name", [one for one in _tracked() if one.endswith(".md")])
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    text = _FENCE.sub("", (ROOT / name).read_text(encoding="utf-8"))
    broken = []
    for pair in _LINK.findall(text):
        target = (pair[0] or pair[1]).partition("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        if not ((ROOT / name).parent / target).exists():
            broken.append(target)
    assert not broken


def test_the_map_of_folders_has_every_folder_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in readme.splitlines() if re.match(r"\| `[a-z_]+/`", line)]
    mapped = set(re.findall(r"`([a-z_]+)/`", "".join(rows)))
    there = {name.partition("/")[0] for name in _tracked() if "/" in name}
    assert mapped == {name for name in there if not name.startswith(".")}


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        here = waiting.pop()
        if here in reached:
            continue
        reached.add(here)
        for pair in _LINK.findall(here.read_text(encoding="utf-8")):
            target = (pair[0] or pair[1]).partition("#")[0]
            linked = (here.parent / target).resolve() if target else here
            if linked.is_dir():
                linked = linked / "index.md"
            if linked.suffix == ".md" and linked.is_file():
                waiting.append(linked)
    pages = {
        ROOT / name for name in _tracked() if name.startswith("docs/") and name.endswith(".md")
    }
    assert not sorted(str(one.relative_to(ROOT)) for one in pages - reached)


_PATH = re.compile(r"`((?:[\w.*-]+/)+[\w.*-]*)`")


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_every_path_that_a_page_names_exists(name: str) -> None:
    named = _PATH.findall((ROOT / name).read_text(encoding="utf-8"))
    made = ("releases/", "site-docs/", "workspace-", "./workspace")  # by the program, not by us
    missing = [path for path in named if not path.startswith(made) and not [*ROOT.glob(path)]]
    assert named
    assert missing == []


def test_the_changes_that_come_name_what_to_touch_and_what_to_run() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("## The ten changes")[2].partition("\n## ")[0]
    changes = [one for one in section.split("\n\n") if one.strip()]
    assert len(changes) == 10
    for change in changes:
        touched, run, tests = change.partition("\nRun: ")
        assert run, change
        assert _PATH.findall(touched) or "as for a" in tests, change
        assert "`tests/" in tests or "as for a" in tests, change
