"""Where the officer sees that two organisations contradict each other (XRT-001).

The trap: a question that is found and that nobody is asked; or a sender who is asked it, and so
told what another organisation sent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import dagster as dg
import pytest
from click.testing import CliRunner

from orchestration.assets.overview import what_is_owed
from orchestration.cli.main import quarterdeck
from orchestration.resources import AsOfResource, WorkspaceResource
from orchestration.tables import BEHIND
from pipelines.receiving.receive import Sender, receive
from tests.boards import birmingham
from tests.pipelines.checking.cases import USUAL_DAY, Case, at_noon
from tests.portal.conftest import World, make_world

CHECK = "no_figure_is_contradicted"


@pytest.fixture(params=["contradicting", "agreeing"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """Two organisations' returns of one place and time."""
    case, reference = Case("XRT-001"), birmingham()
    own = next(one for one in reference.every_obligation if one.return_name == "youth_justice")
    both = (*reference.every_obligation, replace(own, organisation="PH"))
    context = replace(case.context(), reference=replace(reference, every_obligation=both))
    others = (case.folder / "others.csv").read_text(encoding="utf-8").replace("YOS,", "PH,")
    file = case.bad[0] if request.param == "contradicting" else case.good
    made = make_world(tmp_path)
    made.portal.settings.workspace.practise(dt.date(2018, 11, 19))
    for content in (others.encode(), file.read_bytes()):
        sent = receive(
            made.portal.record, content, file_name="return.csv",
            sender=Sender(name="Data lead", channel="test"), received_at=at_noon(USUAL_DAY),
            context=context,
        )  # fmt: skip
        assert sent.submission.is_accepted
    return made


def test_command_portal_and_dagster_ask_the_same_officer_the_same(
    world: World, request: pytest.FixtureRequest
) -> None:
    asked = request.node.callspec.params["world"] == "contradicting"
    workspace = world.portal.settings.workspace
    command = ["--workspace", str(workspace.root), "status", "--quarter", "2018-19-Q2"]
    status = CliRunner().invoke(quarterdeck, command)
    assert status.exit_code == 0, status.output
    page = world.person("officer").get("/officer?quarter=2018-19-Q2")
    assert page.status_code == 200
    resource = WorkspaceResource(root=str(workspace.root))
    made = list(cast("list[Any]", what_is_owed(resource, AsOfResource())))
    check = next(
        one for one in made if isinstance(one, dg.AssetCheckResult) and one.check_name == CHECK
    )
    shown = str(check.metadata[BEHIND].value).replace("\\", "")
    assert check.passed is not asked
    for text in (status.output, page.text, shown):
        assert ("38.1" in text and "39.4" in text and "XRT-001" in text) is asked
        assert ("Ask both which figure is right" in text) is asked
