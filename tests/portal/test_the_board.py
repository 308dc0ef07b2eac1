"""The board in the officer's pages: what is in force, a draft of a change, and the second person.

The trap: a rule of two people that holds in the page and not in the form behind it.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from orchestration.cli.board import faults_of_look_if_any
from pipelines.board.draft import lines_of_table
from pipelines.board.in_force import apply, files_in, versions
from pipelines.board.tables import files_of
from pipelines.record.model import Details, EventKind
from portal.roles import Role
from portal.state import make_portal
from portal.words import words
from schemas.reference import TABLES
from tests.boards import BIRMINGHAM
from tests.portal.conftest import Answer, Person, World
from tests.portal.test_pages_and_headers import NAUGHTY

BOARD, DRAFT = "/officer/board", "/officer/board/draft"
APPLY = DRAFT + "/put-into-force"
NEW_TARGET = {"measure": "TC01", "organisation": "ROH", "target": "96", "amber_limit": "91"}
_SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


def words_of(answer: Answer) -> str:
    """What a page says, as a reader reads it."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def seen(answer: Answer) -> str:
    found = _SEEN.search(answer.text)
    return found[1] if found else ""


def drafts(person: Person, path: str, fields: dict[str, str]) -> Answer:
    """Opens a form of the draft, sends it, and gives the page that it leads to."""
    form = person.get(f"{DRAFT}/{path}")
    answer = person.post(f"{DRAFT}/{path}", {"do": "keep", **fields, "seen": seen(form)})
    return person.get(answer.headers["location"]) if answer.status_code == 302 else answer


def applies(person: Person, note: str = "Targets of 2019-20") -> Answer:
    return person.post(APPLY, {"note": note, "seen": seen(person.get(DRAFT))})


@pytest.fixture
def office(make: Callable[..., World]) -> World:
    """A portal with two officers."""
    world = make(faults_of_look=faults_of_look_if_any)
    world.accounts.add("second", organisations=[], roles=[Role.OFFICER], with_password=False)
    return world


def restarted(world: World) -> World:
    """The same portal as another process has it."""
    return replace(world, portal=make_portal(world.portal.settings))


def folder_of(world: World) -> Path:
    return world.portal.settings.workspace.board


def test_the_page_tells_the_board_in_force_and_who_changed_what(
    office: World, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(BIRMINGHAM, changed)
    targets = changed / "reference" / "targets.csv"
    targets.write_text(targets.read_text().replace("DA03,,,,,70,65", "DA03,,,,,75,65"))
    record, at = office.portal.record, office.clock.now
    apply(record, changed, by_whom="The <officer>", note="As the board asked", at=at)
    said = words_of(office.person("officer").get(BOARD))
    assert "In force since 18 October 2018 at 10:00, by The <officer>: As the board asked" in said
    assert "DA03: target 70 (amber limit 65) becomes 75 (amber limit 65)." in said
    assert said.index("As the board asked") < said.index("To begin with")
    assert "The first version." in said
    assert re.search(r"targets\s+7\s", said)


def test_no_quarter_before_the_service_is_offered(office: World, tmp_path: Path) -> None:
    """The demo's service began years ago; a new board's begins now."""
    officer = office.person("officer")
    offered = re.findall(r"quarter=(20[-0-9Q]+)", officer.get("/officer").text)
    assert len(offered) == 8
    begun = Path(shutil.copytree(BIRMINGHAM, tmp_path / "begun"))
    settings = (begun / "board.toml").read_text(encoding="utf-8")
    settings = re.sub(r'(?m)^first_quarter = ".*"$', 'first_quarter = "2018-19-Q1"', settings)
    (begun / "board.toml").write_text(settings, encoding="utf-8")
    apply(office.portal.record, begun, by_whom="x", note="Begun", at=office.clock.now)
    offered = re.findall(r"quarter=(20[-0-9Q]+)", officer.get("/officer").text)
    assert offered == ["2018-19-Q2", "2018-19-Q1"]


def test_each_table_has_a_page_and_an_unknown_name_has_none(office: World) -> None:
    officer = office.person("officer")
    for table in re.findall(r'href="/officer/board/(\w+)"', officer.get(BOARD).text):
        assert officer.get(f"{BOARD}/{table}").status_code == 200, table
    assert "DA03" in words_of(officer.get(f"{BOARD}/targets"))
    assert "It has no rows." in words_of(officer.get(f"{BOARD}/baselines"))
    for path in ("no_such_table", "../targets", "draft/themes", "draft/targets/99", "draft/x/new"):
        assert officer.get(f"{BOARD}/{path}").status_code == 404, path


def test_only_officers_see_it_or_draft_it(office: World) -> None:
    """ASVS 8.2.1."""
    for name in ("bchc", "bchc.chief"):
        lead = office.person(name)
        for path in ("", "/targets", "/draft", "/draft/targets", "/draft/put-into-force"):
            assert lead.get(BOARD + path).status_code == 404, path
        lead.get("/")
        for path in ("targets/new", "targets/2", "put-into-force"):
            assert lead.post(f"{DRAFT}/{path}", NEW_TARGET).status_code == 404, path
            lead.get("/")
    assert not folder_of(office).exists()


def test_a_second_person_puts_into_force_what_the_first_drafted(office: World) -> None:
    officer, second = office.person("officer"), office.person("second")
    page = drafts(officer, "targets/new", NEW_TARGET)
    assert page.path == f"{DRAFT}/targets/9"
    assert "It is kept in the draft." in words_of(page)
    assert len(versions(office.portal.record)) == 1

    own = words_of(officer.get(DRAFT))
    assert "You drafted a part of this. A second person must put it into force." in own
    assert "<button>Put into force" not in officer.get(DRAFT).text
    told = words_of(second.get(DRAFT))
    assert "TC01, ROH: target none becomes 96 (amber limit 91)." in told
    assert re.search(r"TC01 · ROH · 96 · 91\s+in the draft\s+officer, 18 October 2018", told)

    refused = officer.post(APPLY, {"note": "Mine", "seen": seen(second.get(DRAFT))})
    assert refused.status_code == 403
    assert "A second person must put it into force." in words_of(refused)
    assert applies(second, note=" ").status_code == 422
    assert len(versions(office.portal.record)) == 1

    assert applies(second).headers["location"] == f"{BOARD}?done=1"
    event = versions(office.portal.record)[-1]
    assert (event.by_whom, event.reason) == ("second", "Targets of 2019-20")
    assert files_in(event) == files_of(folder_of(office))
    assert any(one.organisation == "ROH" for one in office.portal.reference.targets)
    log = office.log()
    assert ("board drafted", "officer") in log
    assert ("board not put into force", "officer") in log
    assert log[-1] == ("board put into force", "second")
    assert "Targets of" not in (office.portal.settings.workspace.portal / "audit.jsonl").read_text()


def test_the_next_draft_is_nobodys_of_the_one_before(office: World) -> None:
    officer, second = office.person("officer"), office.person("second")
    drafts(officer, "targets/new", NEW_TARGET)
    applies(second)
    drafts(second, "targets/9", {**NEW_TARGET, "target": "97"})
    assert applies(second).status_code == 403
    assert applies(officer, note="Back").status_code == 302
    assert [one.by_whom for one in versions(office.portal.record)] == [
        "A test", "second", "officer",
    ]  # fmt: skip


def test_who_drafted_any_part_is_known_after_a_restart_and_cannot_be_typed_away(
    office: World,
) -> None:
    officer, second = office.person("officer"), office.person("second")
    drafts(officer, "targets/new", {**NEW_TARGET, "by_whom": "second", "account": "second"})
    drafts(second, "targets/9", {**NEW_TARGET, "target": "97"})  # over what the first wrote
    officer.world = second.world = restarted(office)
    for person in (officer, second):
        assert applies(person).status_code == 403
        forged = {"note": "x", "seen": seen(person.get(DRAFT)), "by_whom": "third"}
        assert person.post(APPLY, forged).status_code == 403
    office.accounts.add("third", organisations=[], roles=[Role.OFFICER], with_password=False)
    assert applies(office.person("third")).status_code == 302


def test_the_draft_is_written_as_the_files_are(office: World) -> None:
    """A row is changed; every other byte of the board stays, without a BOM or another line end."""
    officer = office.person("officer")
    before = files_in(versions(office.portal.record)[-1])
    note = "Agreed,\r\nat last; “ever”"
    row = {"measure": "DA03", "target": "71", "amber_limit": "65", "note": note}
    drafts(officer, "targets/2", row)
    after = files_of(folder_of(office))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"reference/targets.csv"}
    was, now = (files["reference/targets.csv"] for files in (before, after))
    wanted = 'DA03,,,,,71,65,"Agreed, at last; “ever”"'.encode()
    assert now == was.replace(b"DA03,,,,,70,65,", wanted)


def test_each_fault_is_shown_at_its_field_and_keeps_the_draft_out_of_force(office: World) -> None:
    officer, second = office.person("officer"), office.person("second")
    page = drafts(officer, "targets/new", {**NEW_TARGET, "target": "lots", "amber_limit": ""})
    field = re.search(r'<input type="text" id="target"[^>]*>', page.text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'value="lots"' in field[0]
    assert '<a href="#target">Target: “lots” is not a number such as 95 or 87.4.</a>' in page.text
    assert "<title>Error: " in page.text
    drafts(officer, "obligations/new", {"organisation": "BSWA", "return_name": "domestic_abuse",
                                        "first_quarter": "2014-15-Q1"})  # fmt: skip
    told = words_of(second.get(DRAFT))
    assert "targets.csv, row 9, column target: “lots” is not a number" in told
    assert "obligations.csv, row 57: the organisation and return and first_quarter" in told
    assert "The draft has faults. Put them right first." in told
    assert second.post(APPLY, {"note": "x", "seen": seen(page)}).status_code == 422
    assert len(versions(office.portal.record)) == 1
    head = words_of(officer.get(f"{DRAFT}/obligations/57"))
    assert "stands there twice, in row 2 too." in head
    assert "targets.csv, row 9, column target" in head  # said of the rest of the draft too


def test_faults_of_words_keep_a_draft_out_of_force_as_on_the_command_line(office: World) -> None:
    shutil.copytree(BIRMINGHAM, folder_of(office))
    (folder_of(office) / "words").mkdir()
    (folder_of(office) / "words" / "own.toml").write_text('no_such_sentence = "x"\n')
    second = office.person("second")
    told = words_of(second.get(DRAFT))
    assert "words/own.toml: there is no sentence “no_such_sentence”." in told
    assert re.search(r"words/own.toml\s+in the draft\s+in the folder, not in these pages", told)
    assert applies(second).status_code == 422


def test_a_measure_is_changed_and_an_obligation_added_and_taken_out(office: World) -> None:
    officer = office.person("officer")
    form = officer.get(f"{DRAFT}/measures/2")
    fields = dict(re.findall(r'<input type="text" id="(\w+)"[^>]* value="([^"]*)"', form.text))
    for name, options in re.findall(r'<select id="(\w+)"[^>]*>(.*?)</select>', form.text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    long = re.findall(r'<textarea id="(\w+)"[^>]*>(.*?)</textarea>', form.text, re.S)
    fields |= {name: html.unescape(text) for name, text in long}
    assert len(fields) == len(lines_of_table(files_of(BIRMINGHAM), "measures").heading)
    drafts(officer, "measures/2", {**fields, "decimals": "1"})
    owed = {"organisation": "ROH", "return_name": "domestic_abuse", "first_quarter": "2019-20-Q1"}
    page = drafts(officer, "obligations/new", owed)
    told = words_of(officer.get(DRAFT))
    assert "no row of “domestic_abuse” is expected of ROH" in told
    row = {"organisation": "ROH", "measure": "DA01", "breakdown": "total", "category": "all"}
    drafts(officer, "expected_rows/new", row)
    told = words_of(officer.get(DRAFT))
    assert "decimals 0 becomes 1." in told
    assert "ROH owes domestic_abuse from 2019-20 Q1" in told
    number = page.path.rsplit("/", 1)[1]
    drafts(officer, f"obligations/{number}", {"do": "take out"})
    assert "ROH owes domestic_abuse" not in words_of(officer.get(DRAFT))


def test_nothing_is_done_on_what_somebody_has_not_seen(office: World) -> None:
    """Between opening a page and pressing its button others may have changed the draft."""
    officer, second = office.person("officer"), office.person("second")
    drafts(officer, "targets/new", NEW_TARGET)
    form, page = second.get(f"{DRAFT}/targets/2"), second.get(DRAFT)
    drafts(officer, "targets/9", {"do": "take out"})
    drafts(officer, "targets/new", {**NEW_TARGET, "target": "20", "amber_limit": "10"})
    kept = files_of(folder_of(office))
    late = second.post(APPLY, {"note": "x", "seen": seen(page)})
    assert late.status_code == 422
    assert "was changed since you opened this page" in words_of(late)
    fields = {"measure": "DA03", "target": "1", "seen": seen(form)}
    assert second.post(f"{DRAFT}/targets/2", fields).status_code == 422
    assert second.post(f"{DRAFT}/targets/2", {**fields, "seen": ""}).status_code == 422
    assert files_of(folder_of(office)) == kept
    assert len(versions(office.portal.record)) == 1


def test_saving_what_stands_there_makes_nobody_its_author(office: World) -> None:
    officer, second = office.person("officer"), office.person("second")
    drafts(officer, "targets/new", NEW_TARGET)
    drafts(second, "targets/9", NEW_TARGET)
    assert applies(second).status_code == 302


def test_a_draft_by_hand_is_taken_as_it_is_and_a_broken_table_has_no_form(office: World) -> None:
    shutil.copytree(BIRMINGHAM, folder_of(office))
    targets = folder_of(office) / "reference" / "targets.csv"
    targets.write_bytes(targets.read_bytes() + b'TC02,,,,,"9')
    officer = office.person("officer")
    told = words_of(officer.get(DRAFT))
    assert "a quotation mark is not closed" in told
    assert "targets: change a row or add one" not in told
    assert officer.get(f"{DRAFT}/targets").status_code == 404
    targets.write_bytes((BIRMINGHAM / "reference" / "targets.csv").read_bytes() + b"TC02,,\n")
    assert "has 3 cells and the heading has 8" in words_of(officer.get(f"{DRAFT}/targets/9"))
    drafts(officer, "targets/9", {"measure": "TC02", "target": "90"})
    assert targets.read_text().endswith("\nTC02,,,,,90,,\n")


@pytest.mark.parametrize("typed", NAUGHTY)
def test_what_an_officer_typed_is_text_wherever_it_is_shown(office: World, typed: str) -> None:
    """ASVS 1.2.1; and one cell stays one cell."""
    officer, second = office.person("officer"), office.person("second")
    pages = [drafts(officer, "targets/new", {**NEW_TARGET, "note": typed + "\u2028\x00,,\n"})]
    applies(second, note=typed)
    assert len(versions(office.portal.record)) == 2
    pages += [second.get(path) for path in (BOARD, f"{BOARD}/targets", DRAFT, DRAFT + "/targets")]
    drafts(officer, "targets/new", {"measure": typed, "organisation": typed, "target": typed})
    pages += [second.get(DRAFT), second.get(f"{DRAFT}/targets/10")]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert "\x1b" not in page.text
        assert "\u202e" not in page.text
        assert "49" not in re.findall(r"\b49\b", page.text)


def test_every_page_names_the_board(office: World) -> None:
    name = office.portal.reference.settings.name
    for person in (office.person(), office.person("bchc")):
        for path in ("/", "/sign-in", "/accessibility", "/no-such-page"):
            page = person.get(path)
            if page.status_code != 302:
                assert f'<p class="small-print">{name}</p>' in page.text, path


def test_pages_that_lose_their_board_say_so(office: World) -> None:
    lead, officer = office.person("bchc"), office.person("officer")
    for event in office.portal.record.events(EventKind.BOARD):
        office.portal.record.event_file(event.event_id).unlink()
    world = restarted(office)
    for person, path in ((lead, "/"), (officer, "/officer"), (officer, BOARD), (officer, DRAFT)):
        person.world = world
        answer = person.get(path)
        assert answer.status_code == 503, path
        assert "No board is in force" in words_of(answer)
        assert "quarterdeck board apply" in words_of(answer)
        assert "Traceback" not in answer.text


def test_a_version_that_this_program_cannot_read_is_said_to_be_one(office: World) -> None:
    """After a step back to an older program, say: no traceback, and the history goes on."""
    record, at = office.portal.record, office.clock.now
    details = Details(board={"board.toml": "name = 1"})
    record.add_event(EventKind.BOARD, at=at, by_whom="x", reason="y", details=details)
    officer = office.person("officer")
    answer = officer.get(BOARD)
    assert answer.status_code == 503
    assert "The board’s tables cannot be used" in words_of(answer)
    apply(record, BIRMINGHAM, by_whom="z", note="Put right", at=at)
    page = officer.get(BOARD)
    assert page.status_code == 200
    assert "This version of the program cannot read its tables." in words_of(page)


def test_each_column_that_has_a_form_has_words(office: World) -> None:
    del office  # sets Django up
    from portal.views.board import EDITED  # noqa: PLC0415  # once it is

    for table in EDITED:
        assert {one.name for one in fields(TABLES[table][1])} <= words()["columns"].keys(), table
