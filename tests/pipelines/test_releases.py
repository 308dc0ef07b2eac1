"""From a draft to an edition that the public reads, and from one edition to the next.

What must never happen: figures that nobody signed off, or others than those, before the public; an
edition changed after it was published; an amendment without its reason; an address that was given
out and leads nowhere; a stop half-way that shows half of two editions.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.site import build_site
from orchestration.site import BoardSite
from pipelines.disclosure.attack import Attack, Exposed
from pipelines.disclosure.ledger import Ledger, write_ledger_file
from pipelines.publishing import editions as editions_module
from pipelines.publishing import making as making_module
from pipelines.publishing.editions import (
    AmendmentNeedsNoteError,
    NothingToAmendError,
    editions,
    public_faults,
)
from pipelines.publishing.making import (
    Made,
    SiteContext,
    UnsafeReleaseError,
    editions_before,
    make_draft,
    publish,
    show,
)
from pipelines.publishing.releases import (
    LEDGER,
    MANIFEST,
    DamagedReleaseError,
    NotSignedOffError,
    all_releases,
    check_whole,
    current,
    edition_of,
    faults,
    staging_folder,
)
from pipelines.publishing.withdrawing import NothingToWithdrawError, withdraw_edition
from pipelines.publishing.withdrawn import published_folders
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from tests import small_city
from tests.boards import with_board

Q1, Q2 = Quarter(2018, 1), Quarter(2018, 2)
JULY, NOVEMBER = dt.date(2018, 7, 31), dt.date(2018, 11, 27)
DECEMBER = dt.date(2018, 12, 18)
NOW = dt.datetime(2018, 11, 20, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about files: a site without pictures is made in no time."""
    monkeypatch.setenv("QUARTERDECK_CHROMIUM", "no-such-browser")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(with_board(Workspace(tmp_path / "workspace")))


class Office:
    """An officer with a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.record = Record(workspace.record)
        self.builder = BoardSite(workspace)
        self.minutes = 0

    def draft(self, quarter: Quarter = Q2, *, meeting_on: dt.date | None = NOVEMBER,
              without: Sequence[str] = (), raised: float = 0.0) -> Made:  # fmt: skip
        staging = staging_folder(self.workspace.releases)
        small_city.build(
            staging / "data", quarter=quarter, meeting_on=meeting_on, raised=raised,
            without=["TC01", "DA01", "CP01", *without], plans=False,
        )  # fmt: skip
        write_ledger_file(Ledger(release_id="1", cells=(), equations=()), staging / LEDGER)
        return make_draft(
            self.workspace, staging, BoardSite(self.workspace), made_by="a test", now=self.now(),
        )  # fmt: skip

    def now(self) -> dt.datetime:
        self.minutes += 1
        return NOW + dt.timedelta(minutes=self.minutes)

    def sign(self, made: Made) -> None:
        self.record.add_event(
            EventKind.SIGN_OFF, at=self.now(), by_whom="Head of performance", reason="",
            details=Details(
                quarter=made.release.quarter, data_sha256=made.release.data_sha256, open_queries=0
            ),
        )  # fmt: skip

    def publish(
        self, quarter: Quarter = Q2, note: str | None = None, *, meeting_on: dt.date | None = None
    ) -> Made:
        return publish(
            self.workspace,
            self.record,
            quarter,
            BoardSite(self.workspace),
            now=self.now(),
            note=note,
            meeting_on=meeting_on,
        )

    def issue(self, quarter: Quarter = Q2, *, note: str | None = None, **city: Any) -> Made:
        """A draft, signed off and published."""
        self.sign(self.draft(quarter, **city))
        return self.publish(quarter, note)

    def public(self, path: str) -> Path:
        return self.workspace.public / path

    def shown(self) -> dict[str, bytes]:
        """Every file below the public folder, by its path."""
        root = self.workspace.public
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and "latest" not in path.relative_to(root).parts
        }


def listed(office: Office) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(office.public("editions.json").read_bytes())
    return content


def way_of(office: Office, path: str) -> Path:
    """Where the page ``latest/<path>`` leads."""
    page = office.public(f"latest/{path}")
    found = re.search(r'refresh" content="0; url=([^"]+)"', page.read_text(encoding="utf-8"))
    assert found is not None
    parts: list[str] = [*Path("latest", path).parent.parts]
    for part in found[1].split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return office.public("/".join(parts))


def test_nothing_is_public_before_it_is_published(office: Office) -> None:
    made = office.draft()
    assert made.release.status == "draft"
    assert not office.workspace.public.exists()
    assert current(office.workspace.releases) is None
    site = office.workspace.releases / made.release.release_id / "site"
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert 'name="robots" content="noindex' in text, page
        assert "DRAFT: not for publication" in text, page


def test_figures_that_nobody_signed_off_are_not_published(office: Office) -> None:
    office.draft()
    with pytest.raises(NotSignedOffError, match="Nobody has signed off"):
        office.publish()
    assert not office.workspace.public.exists()


def test_a_sign_off_is_of_those_figures_and_no_others(office: Office) -> None:
    office.sign(office.draft())
    office.draft(raised=1.0)
    with pytest.raises(NotSignedOffError, match="newest draft"):
        office.publish()


@pytest.mark.parametrize("where", ["data/pub_measure_value.parquet", "site/index.html"])
def test_a_draft_that_was_changed_after_its_sign_off_is_refused(office: Office, where: str) -> None:
    made = office.draft()
    office.sign(made)
    path = office.workspace.releases / made.release.release_id / where
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DamagedReleaseError, match=f"{where} was changed"):
        office.publish()
    assert not office.workspace.public.exists()


def test_a_manifest_rewritten_for_other_figures_has_no_sign_off(office: Office) -> None:
    made = office.draft()
    office.sign(made)
    other = office.draft(raised=1.0).release
    folder = office.workspace.releases / made.release.release_id
    shutil.rmtree(folder)
    (office.workspace.releases / other.release_id).rename(folder)
    with pytest.raises(NotSignedOffError):
        office.publish()


def test_an_added_and_a_missing_file_are_told(office: Office) -> None:
    folder = office.workspace.releases / office.draft().release.release_id
    assert faults(folder) == ()
    (folder / "site" / "more.html").write_text("more", encoding="utf-8")
    (folder / LEDGER).unlink()
    assert faults(folder) == (f"{LEDGER} is missing", "site/more.html was added")


def test_what_was_published_is_final_and_the_same_in_every_place(office: Office) -> None:
    made = office.issue()
    assert edition_of(made.release).name == "2018-11-27"
    release = office.workspace.releases / made.release.release_id
    assert current(office.workspace.releases) == made.release
    edition = office.public("meetings/2018-11-27")
    site = {path.removeprefix("site/") for path in made.release.files if path.startswith("site/")}
    for path in site:
        assert (edition / path).read_bytes() == (release / "site" / path).read_bytes()
    assert "DRAFT" not in (edition / "index.html").read_text(encoding="utf-8")
    assert "signed off by Head of performance on 20 November 2018" in (
        edition / "index.html"
    ).read_text(encoding="utf-8")
    assert listed(office)["latest"] == "2018-11-27"
    assert public_faults(office.workspace.releases, office.workspace.public, [made.release]) == ()


def test_publishing_twice_makes_one_edition(office: Office) -> None:
    first = office.issue()
    shown = office.shown()
    second = office.publish()
    assert second.was_published
    assert second.release == first.release
    assert office.shown() == shown


def test_two_publications_at_once_make_one_edition(office: Office) -> None:
    office.sign(office.draft())
    made: list[Made] = []
    threads = [threading.Thread(target=lambda: made.append(office.publish())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.was_published for one in made) == [False, True, True]
    assert len({one.release.release_id for one in made}) == 1
    assert len(editions(office.workspace.releases)) == 1


def test_other_figures_for_a_meeting_need_a_note(office: Office) -> None:
    office.issue()
    shown = office.shown()
    office.sign(office.draft(raised=0.7))
    for note in (None, "", "  \n"):
        with pytest.raises(AmendmentNeedsNoteError, match="2018-11-27"):
            office.publish(note=note)
    assert office.shown() == shown


def test_an_amendment_stands_beside_the_edition_which_stays_as_it_was(office: Office) -> None:
    first = office.issue()
    before = {p: c for p, c in office.shown().items() if p.startswith("meetings/2018-11-27/")}
    second = office.issue(raised=0.7, note="A trust <sent> corrected figures.")
    assert edition_of(second.release).name == "2018-11-27-r1"
    after = office.shown()
    assert {path: after[path] for path in before} == before
    assert current(office.workspace.releases) == second.release
    assert listed(office)["latest"] == "2018-11-27-r1"
    assert [one["amended_by"] for one in listed(office)["editions"]] == ["2018-11-27-r1", None]
    index = office.public("index.html").read_text(encoding="utf-8")
    assert "Amended since: read 2018-11-27-r1 instead" in index
    banner = office.public("meetings/2018-11-27-r1/index.html").read_text(encoding="utf-8")
    assert "What was put right: A trust &lt;sent&gt; corrected figures." in banner
    assert faults(office.workspace.releases / first.release.release_id) == ()


def test_figures_that_go_back_to_what_they_were_are_an_amendment_too(office: Office) -> None:
    # Without the measure whose hidden figure is made up, and protected by nothing.
    office.issue(without=["SA01"])
    office.issue(without=["SA01"], raised=0.7, note="One.")
    third = office.issue(without=["SA01"], note="The first were right after all.")
    assert edition_of(third.release).name == "2018-11-27-r2"


def test_a_note_makes_an_amendment_of_the_same_figures(office: Office) -> None:
    office.issue()
    amended = office.publish(note="A title was wrong.")
    assert edition_of(amended.release).name == "2018-11-27-r1"
    again = office.publish(note=" A title was wrong. ")
    assert again.was_published
    assert again.release == amended.release
    other = office.publish(note="Another title was wrong.")
    assert edition_of(other.release).name == "2018-11-27-r2"


def test_a_note_where_nothing_is_published_is_refused(office: Office) -> None:
    """It would be forgotten; and asked for again it would be an amendment."""
    with pytest.raises(NothingToAmendError, match="2018-11-27"):
        office.issue(note="A title was wrong.")
    assert editions(office.workspace.releases) == ()


def test_an_amendment_of_an_older_meeting_does_not_become_the_newest(office: Office) -> None:
    office.issue(Q1, meeting_on=JULY)
    newest = office.issue(Q2)
    office.issue(Q1, meeting_on=JULY, without=["SA01"], note="One measure should not stand here.")
    assert current(office.workspace.releases) == newest.release
    assert listed(office)["latest"] == "2018-11-27"
    names = [one["edition"] for one in listed(office)["editions"]]
    assert names == ["2018-07-31", "2018-07-31-r1", "2018-11-27"]
    changes = office.public("meetings/2018-07-31-r1/changes.html").read_text(encoding="utf-8")
    assert "Since the edition before (2018-07-31)" in changes
    assert "since the edition before</h1>" in changes
    archive = office.public("meetings/2018-07-31-r1/archive.html").read_text(encoding="utf-8")
    assert ">One edition was published before this one</h1>" in archive


def test_no_address_that_was_given_out_ends_nowhere(office: Office) -> None:
    office.issue(Q1, meeting_on=JULY)
    office.issue(Q2, without=["SA01"])
    office.issue(Q2, without=["SA01", "AQ01"], note="Air is left out.")
    pages = {
        path.relative_to(edition).as_posix()
        for edition in office.public("meetings").iterdir()
        if edition.is_dir()
        for path in edition.rglob("*.html")
    }
    assert "measures/sa01.html" in pages
    for path in pages:
        assert way_of(office, path).is_file(), path
    assert way_of(office, "index.html") == office.public("meetings/2018-11-27-r1/index.html")
    assert way_of(office, "measures/aq01.html").parts[-3] == "2018-11-27"
    assert way_of(office, "measures/sa01.html").parts[-3] == "2018-07-31"


def test_a_later_publication_takes_no_file_away(office: Office) -> None:
    office.issue(Q1, meeting_on=JULY)
    before = office.shown()
    office.issue(Q2)
    after = office.shown()
    lists = {"index.html", "editions.json"}
    assert {path: after.get(path) for path in before if path not in lists} == {
        path: content for path, content in before.items() if path not in lists
    }


def test_each_meeting_of_one_quarter_has_an_edition_of_its_own(office: Office) -> None:
    office.issue(Q2)
    first = office.shown()
    second = office.issue(Q2, meeting_on=DECEMBER, raised=1.0)
    assert edition_of(second.release).name == "2018-12-18"
    assert edition_of(second.release).revision == 0  # no amendment, and no note is asked for
    page = office.public("meetings/2018-12-18/index.html").read_text(encoding="utf-8")
    assert "2018-19 Q2, meeting of 18 December 2018</title>" in page
    changes = office.public("meetings/2018-12-18/changes.html").read_text(encoding="utf-8")
    assert "Since the edition before (2018-11-27)" in changes
    assert "published figures changed since the edition before" in changes
    shown = office.shown()
    kept = [path for path in first if path.startswith("meetings/2018-11-27")]
    assert kept
    assert [path for path in kept if first[path] != shown.get(path)] == []
    listed = json.loads(office.public("editions.json").read_bytes())
    assert [(one["edition"], one["quarter"]) for one in listed["editions"]] == [
        ("2018-11-27", "2018-19-Q2"),
        ("2018-12-18", "2018-19-Q2"),
    ]


def test_the_edition_of_the_meeting_that_is_named_is_published(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Figures that were made up and raised keep the means of before: no real release does that.
    monkeypatch.setattr("pipelines.publishing.making.check_safe", lambda *_args: None)
    office.issue(Q2)
    december = office.draft(Q2, meeting_on=DECEMBER)
    office.sign(december)
    office.sign(office.draft(Q2, raised=1.0))  # of November, and newer
    made = office.publish(Q2, meeting_on=DECEMBER)
    assert made.release.data_sha256 == december.release.data_sha256
    amended = office.publish(Q2, "A partner put a figure right.", meeting_on=NOVEMBER)
    assert edition_of(amended.release).name == "2018-11-27-r1"
    newest = current(office.workspace.releases)
    assert newest is not None
    assert edition_of(newest).meeting_on == DECEMBER
    with pytest.raises(NotSignedOffError, match=r"the meeting of 31 July 2018\. Make one with"):
        office.publish(Q2, meeting_on=JULY)


def test_a_release_without_a_meeting_is_named_by_its_quarter(office: Office) -> None:
    made = office.issue(Q2, meeting_on=None)
    assert edition_of(made.release).name == "2018-19-Q2"
    assert office.public("meetings/2018-19-Q2/index.html").is_file()


class _StoppedError(Exception):
    pass


@pytest.mark.parametrize("step", ["_appear", "place_link", "replace_file", "make_current"])
def test_a_publication_that_was_stopped_is_finished_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = office.issue(Q1, meeting_on=JULY)
    office.sign(office.draft(Q2))

    def stop(*_args: object, **_named: object) -> None:
        raise _StoppedError

    with monkeypatch.context() as stopped:
        # Just before one of its steps, as a killed process would be.
        stopped.setattr(editions_module, step, stop)
        with pytest.raises(_StoppedError):
            office.publish()

    # What a reader finds meanwhile is the edition before, or the new one, and whole.
    assert way_of(office, "index.html").is_file()
    now = current(office.workspace.releases)
    assert now is not None
    assert now.release_id == first.release.release_id
    made = office.publish()
    assert made.was_published
    published = editions(office.workspace.releases)
    assert [edition_of(one).name for one in published] == ["2018-07-31", "2018-11-27"]
    assert public_faults(office.workspace.releases, office.workspace.public, published) == ()
    assert current(office.workspace.releases) == made.release
    assert listed(office)["latest"] == "2018-11-27"


def test_the_public_folder_can_be_made_anew_with_the_same_bytes(office: Office) -> None:
    office.issue(Q1, meeting_on=JULY)
    office.issue(Q2)
    before = office.shown()
    shutil.rmtree(office.workspace.public)
    show(office.workspace, BoardSite(office.workspace))
    again = office.shown()
    made_for_readers = {path for path in before if not path.startswith("redirects/")}
    assert {p: again.get(p) for p in made_for_readers} == {p: before[p] for p in made_for_readers}


def test_a_file_changed_in_the_public_folder_is_told(office: Office) -> None:
    made = office.issue()
    office.public("meetings/2018-11-27/index.html").write_text("other", encoding="utf-8")
    office.public("meetings/2018-11-27/more.html").write_text("more", encoding="utf-8")
    office.public("meetings/2018-11-27/risks.html").unlink()
    wrong = public_faults(office.workspace.releases, office.workspace.public, [made.release])
    assert sorted(wrong) == [
        "meetings/2018-11-27/index.html was changed",
        "meetings/2018-11-27/more.html was added",
        "meetings/2018-11-27/risks.html is missing",
    ]


def test_a_draft_made_again_after_its_publication_has_the_same_pages(office: Office) -> None:
    first = office.draft()
    office.sign(first)
    office.publish()
    assert office.draft().release.release_id == first.release.release_id
    assert len(all_releases(office.workspace.releases)) == 2


def test_the_same_data_and_edition_give_the_same_bytes(office: Office, tmp_path: Path) -> None:
    office.issue(Q1, meeting_on=JULY)
    made = office.issue(Q2)
    folder = office.workspace.releases / made.release.release_id
    event = office.record.events(EventKind.SIGN_OFF)[-1]
    known = BoardSite(office.workspace).edition(
        folder / "data",
        SiteContext(
            status="final",
            edition=edition_of(made.release),
            signed_off=event,
            earlier=editions_before(office.workspace, folder / "data"),
        ),
    )
    for name in ("one", "two"):
        built = build_site(folder / "data", tmp_path / name, status="final", edition=known)
        for path, sha in built.files.items():
            assert made.release.files[f"site/{path}"] == sha, path
    other = build_site(
        folder / "data", tmp_path / "three", status="final", edition=replace(known, note="Other.")
    )
    assert other.files["index.html"] != made.release.files["site/index.html"]


def test_a_manifest_reads_back_as_it_was_written(office: Office) -> None:
    office.issue()
    made = office.issue(raised=1.0, note="Why.")
    folder = office.workspace.releases / made.release.release_id
    assert type(made.release).read(folder) == made.release


def test_the_public_manifest_holds_the_hash_of_public_files_alone(office: Office) -> None:
    made = office.issue()
    meetings = office.public("meetings")
    told = json.loads((meetings / "2018-11-27" / MANIFEST).read_bytes())
    for path, sha in told["files"].items():
        assert hashlib.sha256((meetings / path).read_bytes()).hexdigest() == sha, path
    assert "2018-11-27.zip" in told["files"]
    # Of what stays in the house no hash is anywhere in public, neither whole nor its beginning.
    hashes = made.release.files.items()
    inside = [sha for path, sha in hashes if not path.startswith(("site/", "pack/"))]
    inside += [made.release.data_sha256, made.release.release_id.rsplit("-", 1)[-1]]
    assert len(inside) > 10
    for path, content in office.shown().items():
        assert not [sha for sha in inside if sha[:8].encode() in content], path


def test_a_withdrawn_edition_is_replaced_by_notices_and_reissued(office: Office) -> None:
    """The trap: its figures live on in the archive, or in a later page that looks back."""
    first = office.issue(Q2)
    pages = [path for path in first.release.files if path.endswith(".html")]
    record = Record(office.workspace.record)
    builder = BoardSite(office.workspace)
    with pytest.raises(NothingToWithdrawError):
        withdraw_edition(
            office.workspace, record, "2018-11-28", builder, by_whom="Officer", note="Why.", at=NOW
        )
    withdraw_edition(
        office.workspace, record, "2018-11-27", builder, by_whom="Officer",
        note="It told too much.", at=NOW,
    )  # fmt: skip
    folder = office.public("meetings/2018-11-27")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")} == {
        path.removeprefix("site/") for path in pages if path.startswith("site/")
    }
    for page in folder.rglob("*"):
        assert not page.is_file() or "It told too much." in page.read_text(encoding="utf-8"), page
    assert not office.public("meetings/2018-11-27.zip").exists()
    [one] = listed(office)["editions"]
    assert one["withdrawn"] == "It told too much."
    assert "It told too much." in office.public("index.html").read_text(encoding="utf-8")
    published = editions(office.workspace.releases)
    assert public_faults(
        office.workspace.releases, office.workspace.public, published, withdrawn={"2018-11-27"}
    ) == ()  # fmt: skip
    check_whole(office.workspace.releases / first.release.release_id)  # kept
    # Nothing is set against it any more, and no page looks back on it.
    assert published_folders(office.workspace.releases, record) == []
    again = office.issue(Q2, raised=1.0, note="Corrected.")
    assert edition_of(again.release).name == "2018-11-27-r1"
    assert listed(office)["latest"] == "2018-11-27-r1"
    assert way_of(office, "index.html") == office.public("meetings/2018-11-27-r1/index.html")
    assert office.public("meetings/2018-11-27/index.html").is_file()
    changes = office.public("meetings/2018-11-27-r1/changes.html").read_text(encoding="utf-8")
    assert "2018-11-27/" not in changes
    assert current(office.workspace.releases) == again.release


def test_what_came_out_since_the_draft_is_set_against_it_before_it_is_published(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap: two drafts, each safe by itself, that are published one after the other."""
    office.sign(office.draft(Q2))
    first = office.issue(Q1, meeting_on=JULY)
    found = Exposed(
        measure="DA01", organisation="WMP", area=None, period="2018-19 Q2", breakdown="age",
        category="young", least=3, greatest=3, way="DA01 age numerator",
    )  # fmt: skip

    def together(_: Path, *, earlier: Sequence[Path], **given: object) -> Attack:
        assert earlier == [office.workspace.releases / first.release.release_id / "data"]
        return Attack(suppressed=1, exposed=(found,), open_columns=())

    monkeypatch.setattr(making_module, "attack_release", together)
    with pytest.raises(UnsafeReleaseError, match="young: is 3, by DA01 age numerator"):
        office.publish(Q2)
    assert not office.public("meetings/2018-11-27").exists()
    assert len(editions(office.workspace.releases)) == 1


def test_a_public_manifest_of_an_older_form_is_replaced(office: Office) -> None:
    made = office.issue()
    file = office.public("meetings/2018-11-27") / MANIFEST
    file.write_bytes((office.workspace.releases / made.release.release_id / MANIFEST).read_bytes())
    office.issue(raised=1.0, note="Why.")
    assert "data_sha256" not in json.loads(file.read_bytes())


def test_the_officers_list_names_drafts_and_the_public_one_does_not(office: Office) -> None:
    office.issue()
    draft = office.draft(raised=2.0)
    officers = (office.workspace.releases / "index.html").read_text(encoding="utf-8")
    assert draft.release.release_id in officers
    for path, content in office.shown().items():
        if path.endswith((".html", ".json")):
            assert b"-draft-" not in content, path
