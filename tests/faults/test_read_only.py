"""Dagster's pages for those who only look: nothing is changed through them, by whatever method.

The trap: Dagster's server runs a mutation that comes by GET, so that a link in an e-mail can change
something in the name of whoever follows it. The control is the same server without `--read-only`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import httpx2

MADE_UP = (
    "mutation { reportRunlessAssetEvents(eventParams: {eventType: ASSET_MATERIALIZATION, "
    'assetKey: {path: ["draft_release"]}}) { __typename } }'
)
WIPED = (
    'mutation { wipeAssets(assetPartitionRanges: [{assetKey: {path: ["draft_release"]}}]) '
    "{ __typename } }"
)


def answers(home: Path, *, read_only: bool) -> list[str]:
    """What the server answers to each attempt, and at the end whether one was made up."""
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance, served(home, read_only) as client:
        said = [
            response.text
            for mutation in (MADE_UP, WIPED, MADE_UP)
            for response in (
                client.get("/graphql", params={"query": mutation}),
                client.post("/graphql", json={"query": mutation}),
            )
        ]
        said.append(str(client.post("/report_asset_materialization/draft_release").status_code))
        made = instance.get_latest_materialization_event(dg.AssetKey("draft_release"))
    return [*said, "made up" if made else "nothing there"]


@contextmanager
def served(home: Path, read_only: bool) -> Iterator[httpx2.Client]:
    """Dagster's own server with no code to show, and who asks it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = [sys.executable, "-m", "dagster_webserver", "--empty-workspace", "--port", port]
    with subprocess.Popen(
        [*words, "--read-only"] if read_only else words,
        env={**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                ends = time.monotonic() + 120
                while True:
                    try:
                        client.get("/server_info")
                        break
                    except httpx2.ConnectError:
                        assert time.monotonic() < ends
                        time.sleep(0.2)
                yield client
        finally:
            server.terminate()


def test_read_only_pages_change_nothing_by_get_either(tmp_path: Path) -> None:
    *said, status, there = answers(tmp_path / "home", read_only=True)
    assert all("UnauthorizedError" in one for one in said)
    assert (status, there) == ("401", "nothing there")


def test_the_ordinary_pages_take_them_which_is_why_the_proxy_stands_before_them(
    tmp_path: Path,
) -> None:
    *said, status, there = answers(tmp_path / "home", read_only=False)
    assert not any("UnauthorizedError" in one for one in said)
    assert (status, there) == ("200", "made up")
