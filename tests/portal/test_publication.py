"""The next edition in the officer's pages: seen as it stands, and done by who is signed in.

The traps: a draft that was replaced since the page was opened is signed off; a button pressed twice
publishes twice; a page of a draft is read by somebody who is no officer, or leads out of its
folder.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from orchestration.resources import WorkspaceResource
from orchestration.sensors import ASKED, asked_for
from pipelines.publishing.asked_for import waiting
from pipelines.publishing.failed_build import note_failure
from pipelines.record.model import EventKind
from tests.faults import small
from tests.portal.conftest import Answer, Person, World

PAGE = "/officer/publication"


def words_of(answer: Answer) -> str:
    """What a page says, as a reader reads it."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def draft(world: World, figure: int) -> str:
    """A draft of the quarter of the next meeting; gives its name."""
    workspace = world.portal.settings.workspace
    world.clock.forward(seconds=1)
    made = small.draft(workspace, figure, now=dt.datetime.now(dt.UTC))
    row = {
        "measure": "TC01", "organisation": "UHB", "area": "all", "breakdown": "total",
        "category": "all", "period_kind": "quarter", "quarter": small.QUARTER.key,
        "period_end": small.QUARTER.end, "value": float(figure), "state": "shown",
        "members": "UHB/0", "partners_missing": None,
    }  # fmt: skip
    data = workspace.releases / made.release_id / "data"
    pl.DataFrame([row]).write_parquet(data / "pub_measure_value.parquet")
    return made.release_id


@pytest.fixture
def office(make: Callable[..., World]) -> World:
    """A portal on a day before the meeting of 4 September, with one return accepted."""
    world = make(practice_day=dt.date(2018, 8, 20))
    small.send(world.portal.record, small.training_return(8000))
    return world


def press(person: Person, do: str, **fields: str) -> Answer:
    """Press a button of the page as it stands, and look at the page that it leads to."""
    page = person.get(PAGE)
    seen = re.search(r'name="draft" value="([^"]+)"', page.text)
    given = {"draft": seen[1] if seen else "", **fields}
    answer = person.post(PAGE, {"do": do, **given})
    return person.get(answer.headers["location"]) if answer.status_code == 302 else answer


def test_a_monday_morning_is_a_build_a_sign_off_and_a_publication(office: World) -> None:
    workspace, record = office.portal.settings.workspace, office.portal.record
    officer = office.person("officer")
    page = officer.get(PAGE)
    assert "There is no draft for 2018-19 Q1." in words_of(page)
    assert "A build was asked for. It begins" in words_of(press(officer, "build"))
    again = press(officer, "build")  # pressed twice: one request
    assert "asked for by officer" in words_of(again)
    assert [one.what for one in waiting(workspace)] == ["build"]

    draft(office, 80)
    page = officer.get(PAGE)
    assert "Nobody has signed off" in words_of(page)
    assert "Open now, and kept with the sign-off:" in words_of(page)
    assert "Look at the draft" in words_of(page)
    said = press(officer, "sign-off", note="Seen with the data leads")
    assert "The sign-off is kept." in words_of(said)
    assert "Signed off by officer" in words_of(said)
    [event] = record.events(EventKind.SIGN_OFF)
    assert (event.by_whom, event.reason) == ("officer", "Seen with the data leads")

    office.clock.forward(seconds=1)
    said = press(officer, "publish")
    assert "The publication was asked for." in words_of(said)
    press(officer, "publish")
    assert [one.what for one in waiting(workspace)] == ["build", "publish"]
    assert [what for what, _ in office.log()[-4:]] == [
        "asked for a build", "signed off", "asked for a publication", "asked for a publication",
    ]  # fmt: skip


def test_another_draft_than_the_one_that_was_seen_is_not_signed_off(office: World) -> None:
    officer = office.person("officer")
    seen = draft(office, 80)
    officer.get(PAGE)
    draft(office, 81)
    answer = officer.post(PAGE, {"do": "sign-off", "draft": seen})
    assert answer.status_code == 422
    assert "A newer draft was made since" in words_of(answer)
    assert office.portal.record.events(EventKind.SIGN_OFF) == []


def test_what_nobody_signed_off_is_not_published(office: World) -> None:
    officer = office.person("officer")
    draft(office, 80)
    answer = officer.post(PAGE, {"do": "publish"})
    assert answer.status_code == 422
    assert "Nobody has signed off" in words_of(answer)
    assert waiting(office.portal.settings.workspace) == []
    assert officer.post(PAGE, {"do": "erase"}).status_code == 404


def test_a_failed_build_stands_on_both_pages_until_one_succeeds(office: World) -> None:
    workspace = office.portal.settings.workspace
    at = dt.datetime.now(dt.UTC)
    note_failure(workspace, run_id="1", error="No space left on device", up_to="a", at=at)
    officer = office.person("officer")
    for page in (PAGE, "/officer"):
        assert "The newest build failed" in words_of(officer.get(page))
        assert "The disk is full." in words_of(officer.get(page))


def test_a_draft_is_looked_at_by_officers_alone_and_nothing_beside_it(office: World) -> None:
    name = draft(office, 80)
    site = office.portal.settings.workspace.releases / name / "site"
    (site / "index.html").write_text("<title>A draft</title>", encoding="utf-8")
    officer = office.person("officer")
    assert officer.get(f"/officer/releases/{name}/index.html").text == "<title>A draft</title>"
    for path in ("../manifest.json", "%2e%2e/manifest.json", "..%2fmanifest.json", "no.html", ""):
        assert officer.get(f"/officer/releases/{name}/{path}").status_code == 404, path
    assert officer.get("/officer/releases/no-such/index.html").status_code == 404
    assert officer.get("/officer/releases/%2e%2e/index.html").status_code == 404
    for person in (office.person("bchc"), office.person("bchc.chief")):
        assert person.get(f"/officer/releases/{name}/index.html").status_code == 404
        assert person.get(PAGE).status_code == 404
        assert person.post(PAGE, {"do": "build"}).status_code in (403, 404)
    assert waiting(office.portal.settings.workspace) == []


def test_the_engine_does_what_was_asked_once(office: World, tmp_path: Path) -> None:
    workspace = office.portal.settings.workspace
    officer = office.person("officer")
    draft(office, 80)
    press(officer, "sign-off")
    press(officer, "publish")
    resource = WorkspaceResource(root=str(workspace.root))
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:

        def look() -> list[dg.RunRequest] | dg.SkipReason:
            with dg.build_sensor_context(
                instance=instance, resources={"workspace": resource}
            ) as context:
                said = asked_for(context)
            assert isinstance(said, list | dg.SkipReason)
            return said

        first, second = look(), look()
        assert isinstance(first, list)
        assert isinstance(second, list)
        [request] = first
        assert request.run_key == second[0].run_key  # Dagster starts a key once
        assert request.job_name == "publish"
        assert request.tags["asked by"] == "officer"
        assert len(waiting(workspace)) == 1  # until the run is there
        instance.create_run_for_job(
            dg.job(name="publish")(lambda: None), tags={ASKED: request.tags[ASKED]}
        )
        assert isinstance(look(), dg.SkipReason)
        assert waiting(workspace) == []
