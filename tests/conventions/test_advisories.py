"""Advisories held against the lock, without a network.

The trap: a check that is green because it checked nothing, or because it reads a version as text
(1.10 comes after 1.9).
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts.advisories import is_affected, locked

ROOT = Path(__file__).parents[2]


def advisory(package: str, *, withdrawn: bool = False, **affected: Any) -> dict[str, Any]:
    return {
        "id": f"PYSEC-{package}",
        "aliases": ["CVE-2026-1"],
        "summary": "It can be made to fall over",
        "affected": [{"package": {"ecosystem": "PyPI", "name": package}, **affected}],
        **({"withdrawn": "2026-01-01T00:00:00Z"} if withdrawn else {}),
    }


def a_range(*events: tuple[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{kind: at} for kind, at in events]}]}


@pytest.mark.parametrize(
    ("version", "affected", "expected"),
    [
        ("1.9", {"versions": ["1.9"]}, True),
        ("1.9", {"versions": ["1.10"]}, False),
        ("1.10", a_range(("introduced", "0"), ("fixed", "1.9")), False),
        ("1.9", a_range(("introduced", "0"), ("fixed", "1.10")), True),
        ("1.10", a_range(("introduced", "0"), ("fixed", "1.10")), False),
        ("1.10", a_range(("introduced", "0"), ("last_affected", "1.10")), True),
        ("1.11", a_range(("introduced", "0"), ("last_affected", "1.10")), False),
        ("2.5", a_range(("introduced", "0"), ("fixed", "1"), ("introduced", "2")), True),
        ("1.5", a_range(("introduced", "0"), ("fixed", "1"), ("introduced", "2")), False),
        ("1.0", {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
    ],
)
def test_which_versions_an_advisory_concerns(
    version: str, affected: dict[str, Any], *, expected: bool
) -> None:
    assert is_affected(version, affected) is expected


def audit(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.advisories", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def written(folder: Path, *found: dict[str, Any]) -> Path:
    file = folder / "all.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number, one in enumerate(found):
            archive.writestr(f"{number}.json", json.dumps(one))
    return file


def test_one_that_concerns_the_lock_is_named_and_fails(tmp_path: Path) -> None:
    version = locked(ROOT / "uv.lock")["starlette"]
    fine = advisory("starlette", versions=["0.1"])
    other = advisory("not-in-the-lock", versions=[version])
    said = audit(written(tmp_path, fine, other, advisory("Starlette", versions=[version])))
    assert said.returncode == 1
    assert f"starlette {version}: PYSEC-Starlette CVE-2026-1" in said.stdout
    assert "3 advisories: 1." in said.stdout


def test_none_that_concerns_it_is_green(tmp_path: Path) -> None:
    version = locked(ROOT / "uv.lock")["starlette"]
    gone = advisory("starlette", withdrawn=True, versions=[version])
    assert audit(written(tmp_path, gone, advisory("starlette", versions=["0.1"]))).returncode == 0


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_a_list_that_cannot_be_read_is_not_green(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "all.zip").write_bytes(content)
    said = audit(tmp_path / "all.zip")
    assert said.returncode == 2
    assert "nothing was checked" in said.stderr


def test_an_empty_list_is_not_green(tmp_path: Path) -> None:
    assert audit(written(tmp_path)).returncode == 2


def test_a_service_that_cannot_be_asked_is_not_green() -> None:
    """pip-audit ends with 0 over packages that it could not ask about, unless it is told not to."""
    (line,) = (one for one in (ROOT / "Makefile").read_text().splitlines() if "pip-audit" in one)
    assert "--strict" in line
