"""Two whole publications of the same data give the same editions, to the byte.

The trap: a page that is the same, beside a PDF with the time in it, a ZIP with the time of its
files or a picture with an id of its own: then nobody can show that what is archived was signed off.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pipelines.publishing.releases import MANIFEST
from pipelines.workspace import Workspace
from tests.browser.conftest import publish_two


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_two_whole_publications_give_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    """Pages, pictures drawn anew, both PDFs, the ZIPs, the lists around them, and the manifests."""
    again = Workspace(tmp_path / "again").create()
    publish_two(again)
    first, second = hashes(workspace.public), hashes(again.public)
    assert {path for path, sha in first.items() if second.get(path) != sha} == set()
    assert first.keys() == second.keys()
    kinds = {path.rsplit(".", 1)[-1] for path in first}
    assert {"html", "svg", "pdf", "zip", "csv", "json", "js", "css"} <= kinds


@pytest.mark.slow
def test_a_release_is_named_by_what_it_holds(workspace: Workspace) -> None:
    for manifest in workspace.releases.glob(f"*-final-*/{MANIFEST}"):
        told = json.loads(manifest.read_bytes())
        assert manifest.parent.name == told["release_id"]
        held = hashes(manifest.parent)
        del held[MANIFEST]
        files = {path: sha for path, sha in told["files"].items() if path in held}
        assert files == {path: held[path] for path in files}
        assert len(files) > 50
