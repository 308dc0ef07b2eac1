"""The accounts on a real PostgreSQL, by the setting that docs/portal.md names.

The trap: a setting that is documented and was never tried.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.orchestration.test_postgresql import (
    Cluster,
    cluster,  # noqa: F401  # a fixture
    programs,
)
from tests.portal.serving import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        programs() is None, reason="PostgreSQL is not installed (apt-get install postgresql)"
    ),
]


def test_an_account_is_made_and_signs_in(
    tmp_path: Path,
    cluster: Cluster,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_board(Workspace(tmp_path))
    address = cluster.address.replace("+psycopg2", "")
    monkeypatch.setenv("QUARTERDECK_PORTAL_DATABASE", address)
    added = subprocess.run(
        [sys.executable, "-m", "orchestration.cli.main", "--workspace", str(tmp_path), "account",
         "add", "uhb.lead", "--organisation", "UHB", "--role", "sender"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    password = re.search(r"First password: (\S+)", added.stdout)
    assert password is not None
    with serving(tmp_path) as served, httpx2.Client(base_url=served) as lead:
        page = lead.get("/sign-in")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "login": "uhb.lead", "password": password[1]}
        cookie = page.headers["set-cookie"].split(";")[0]
        answer = lead.post("/sign-in", data=form, headers={"cookie": cookie, "origin": served})
        assert answer.status_code == 302
        assert "returns=" in answer.headers["set-cookie"]
    assert not (tmp_path / "portal/accounts.sqlite3").exists()
