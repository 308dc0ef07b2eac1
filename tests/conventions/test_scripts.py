"""Every script runs, and so does every benchmark: asked for help, each says what it does.

The trap: a script that is started once a year and was forgotten when the code under it moved.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STARTED = [
    f"{folder}.{path.stem}"
    for folder in ("scripts", "benchmarks")
    for path in sorted((ROOT / folder).glob("[!_]*.py"))
    if "__main__" in path.read_text(encoding="utf-8")
]
SHELL = sorted((ROOT / "scripts").glob("install-*"))


@pytest.mark.parametrize("name", STARTED)
def test_a_script_says_what_it_does(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = importlib.import_module(name)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        script.main()
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "usage:" in said
    assert (script.__doc__ or "nothing").split()[0] in said


@pytest.mark.parametrize("script", SHELL, ids=lambda path: str(path.name))
def test_a_shell_script_can_be_read(script: Path) -> None:
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
