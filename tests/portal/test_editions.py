"""What is published in the officer's pages, and the withdrawal of an edition.

The traps: an edition is withdrawn by somebody who is no officer, by a page of another site, without
a note or with the very figure in it; or twice, by a button that is pressed again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from orchestration.resources import WorkspaceResource
from orchestration.sensors import asked_for
from pipelines.publishing.asked_for import waiting
from pipelines.publishing.releases import Edition, finish, staging_folder
from pipelines.record.model import Details, EventKind
from tests.faults import small
from tests.portal.conftest import World
from tests.portal.test_publication import words_of

PAGE = "/officer/editions"
NAME = "2018-09-04"
FORM = f"{PAGE}/{NAME}/withdraw"
WHY = "It let a hidden number be worked out."


def edition(workspace_of: World, figure: int, *, revision: int = 0, note: str = "") -> None:
    """Publish an edition of the meeting of 4 September."""
    releases = workspace_of.portal.settings.workspace.releases
    staging = staging_folder(releases)
    (staging / "data").mkdir()
    (staging / "data" / "figure.parquet").write_text(str(figure), encoding="utf-8")
    meeting_on = dt.date(2018, 9, 4)
    finish(
        staging, releases, quarter=small.QUARTER, status="final", made_by="Head of performance",
        made_at=dt.datetime(2018, 8, 20, 9 + revision, tzinfo=dt.UTC),
        edition=Edition(meeting=NAME, meeting_on=meeting_on, revision=revision, note=note),
    )  # fmt: skip


@pytest.fixture
def office(make: Callable[..., World]) -> World:
    world = make(practice_day=dt.date(2018, 8, 20))
    edition(world, 80)
    return world


def test_every_edition_stands_on_the_page_as_it_is(office: World) -> None:
    edition(office, 81, revision=1, note="A trust sent a corrected figure.")
    office.portal.record.add_event(
        EventKind.EDITION_WITHDRAWN, at=dt.datetime(2018, 8, 21, tzinfo=dt.UTC),
        by_whom="An officer", reason=WHY, details=Details(edition=NAME),
    )  # fmt: skip
    officer = office.person("officer")
    page = officer.get(PAGE)
    said = words_of(page)
    assert said.index(f"{NAME}-r1") < said.index("Withdrawn by An officer")
    assert "Its note: “A trust sent a corrected figure.”" in said
    assert f"“{WHY}”" in said
    assert f"{PAGE}/{NAME}-r1/withdraw" in page.text
    assert FORM not in page.text
    assert officer.get(FORM).status_code == 404  # it is withdrawn already
    assert f'href="{PAGE}"' in officer.get("/officer/publication").text


def test_a_withdrawal_says_what_it_does_and_is_asked_for_once_by_who_is_signed_in(
    office: World,
) -> None:
    workspace = office.portal.settings.workspace
    officer = office.person("officer")
    said = words_of(officer.get(FORM))
    for words in ("stands a notice with your note", "cannot be undone", "amendment of the same"):
        assert words in said
    assert "Withdraw 2018-09-04 as officer" in said
    for note in ("", "   "):
        refused = officer.post(FORM, {"note": note})
        assert refused.status_code == 422
        assert "Say to its readers why it is withdrawn" in words_of(refused)
    told = officer.post(FORM, {"note": "It showed the 3 women."})
    assert told.status_code == 422
    assert "cannot be searched for hidden figures" in words_of(told)
    assert "It showed the 3 women." in words_of(told)  # what was typed is still there
    assert waiting(workspace) == []
    for _ in range(2):
        answer = officer.post(FORM, {"note": WHY})
        assert answer.status_code == 302
    assert "The withdrawal was asked for." in words_of(officer.get(answer.headers["location"]))
    [request] = waiting(workspace)
    assert (request.what, request.edition, request.note) == ("withdraw", NAME, WHY)
    assert request.by_whom == "officer"
    assert office.portal.record.events(EventKind.EDITION_WITHDRAWN) == []  # the engine does it
    assert office.log()[-1][0] == "asked for a withdrawal"
    assert "waits for the service" in words_of(officer.get("/officer/publication"))


def test_nobody_else_withdraws(office: World) -> None:
    for person in (office.person("bchc"), office.person("bchc.chief")):
        assert person.get(PAGE).status_code == 404
        assert person.get(FORM).status_code == 404
        assert person.post(FORM, {"note": WHY}).status_code in (403, 404)
    officer = office.person("officer")
    officer.get(FORM)
    officer.token = "of another site"  # noqa: S105  # no password
    assert officer.post(FORM, {"note": WHY}).status_code == 403
    assert officer.get(f"{PAGE}/2018-09-05/withdraw").status_code == 404
    assert waiting(office.portal.settings.workspace) == []


def test_the_engine_withdraws_with_the_words_and_the_name(office: World, tmp_path: Path) -> None:
    office.person("officer").post(FORM, {"note": WHY})
    resource = WorkspaceResource(root=str(office.portal.settings.workspace.root))
    with (
        dg.DagsterInstance.local_temp(str(tmp_path)) as instance,
        dg.build_sensor_context(instance=instance, resources={"workspace": resource}) as context,
    ):
        asked = asked_for(context)
    assert isinstance(asked, list)
    [request] = asked
    assert request.job_name == "withdraw_edition"
    assert request.run_config["ops"]["withdraw_the_edition"]["config"] == {
        "edition": NAME, "by_whom": "officer", "note": WHY,
    }  # fmt: skip
    assert request.tags["asked by"] == "officer"
