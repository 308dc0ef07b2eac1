"""Dagster's pages for those who only look: nothing is changed through them, by whatever method.

The trap: Dagster's server runs a mutation that comes by GET, so that a link in an e-mail can change
something in the name of whoever follows it. The control is the same server without `--read-only`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import dagster as dg
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_webserver.webserver import DagsterWebserver
from starlette.testclient import TestClient

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
    with (
        dg.DagsterInstance.local_temp(str(home)) as instance,
        WorkspaceProcessContext(instance, EmptyWorkspaceTarget(), read_only=read_only) as context,
    ):
        client = TestClient(DagsterWebserver(context).create_asgi_app())
        said = [
            response.text
            for mutation in (MADE_UP, WIPED, MADE_UP)
            for response in (
                client.get(f"/graphql?{urlencode({'query': mutation})}"),
                client.post("/graphql", json={"query": mutation}),
            )
        ]
        said.append(str(client.post("/report_asset_materialization/draft_release").status_code))
        made = instance.get_latest_materialization_event(dg.AssetKey("draft_release"))
    return [*said, "made up" if made else "nothing there"]


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
