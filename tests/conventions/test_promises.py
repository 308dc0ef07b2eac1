"""Every promise names tests that exist.

The trap: a page of promises whose tests were renamed or removed long ago.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_a_promise_names_exists() -> None:
    text = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
    named = _NAMED.findall(text)
    assert len(named) > 20
    missing = [
        f"{file}::{name}"
        for file, name in named
        if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_promise_names_a_test() -> None:
    text = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| **")]
    without = [row for row in rows if not _NAMED.search(row) and "the tests of each" not in row]
    assert rows
    assert without == []


def test_every_package_in_the_lock_has_a_hash() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    files = re.findall(r"\{ url = [^}]*\}", lock)
    assert len(files) > 100
    assert [file for file in files if 'hash = "sha256:' not in file] == []
