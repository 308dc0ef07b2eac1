"""What machines that share a record do with it: begin, join, verify, put right, erase, release.

The trap: two records that are taken for one, a copy that keeps what was erased, and a release that
another machine does not have.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fsspec.core import url_to_fs

from orchestration.cli.main import quarterdeck
from pipelines.backup import BackupError, back_up, restore
from pipelines.object_store import SETTING, ObjectStore, StoreError, at
from pipelines.record import shared
from pipelines.record.erasure import erase
from pipelines.record.model import EventKind
from pipelines.record.parcel import entries_in, packed, unpacked
from pipelines.record.reading import DamagedRecordError
from pipelines.record.shared import AFTER, key_after
from pipelines.record.store import Record
from pipelines.releases import (
    Edition,
    PublishedElsewhereError,
    Release,
    all_releases,
    current,
    finish,
    staging_folder,
)
from pipelines.sharing import SharingError, share, verify_all
from pipelines.verify import verify
from pipelines.warehouse import connect
from pipelines.warehouse_health import start_over
from pipelines.workspace import Workspace
from tests.faults import builds, machines, small
from tests.faults.test_keeping import OLD


@pytest.fixture
def first(tmp_path: Path, address: str) -> Workspace:
    """A machine with three returns, a draft, a sign-off and a publication, that began to share."""
    workspace = small.small_workspace(tmp_path / "first")
    sent = share(workspace, address)
    assert (sent.entries, sent.releases, sent.held) == (4, 2, 4)
    return workspace


def with_nothing_but_the_setting(first: Workspace, name: str) -> Workspace:
    """Another machine."""
    other = Workspace(first.root.with_name(name))
    other.root.mkdir()
    shutil.copy(first.root / SETTING, other.root)
    return other


def run(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(quarterdeck, ["--workspace", str(workspace.root), *arguments])


def test_a_machine_with_nothing_but_the_setting_does_what_the_first_does(first: Workspace) -> None:
    other = with_nothing_but_the_setting(first, "other")
    assert run(other, "status").output == run(first, "status").output
    file = other.root / "UHB-training_compliance-2018-19-Q1.csv"
    file.write_bytes(small.training_return(8200))
    said = run(other, "submit", str(file), "--as", "UHB")
    assert said.exit_code == 0, said.output
    ids = machines.same_on(first, other)
    assert ids[-1] in said.output
    for one in (first, other):
        done = run(one, "verify")
        assert done.exit_code == 0, done.output
        assert "4 submissions (0 erased), 1 decisions and 2 releases" in done.output
        start_over(one.warehouse, Record(one.record), on=small.DAY)
    assert loaded(other) == loaded(first)
    assert len(loaded(first)) == 12


def loaded(workspace: Workspace) -> list[tuple[object, ...]]:
    """Every row that the warehouse was filled with."""
    with connect(workspace.warehouse, read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw' ORDER BY 1"
        ).fetchall()
        return [
            (name, *row)
            for (name,) in names
            for row in connection.execute(f"SELECT * FROM raw.{name} ORDER BY ALL").fetchall()
        ]


@pytest.mark.slow
def test_a_machine_with_nothing_but_the_setting_builds_the_same_and_the_first_has_the_draft(
    tmp_path: Path, address: str
) -> None:
    city = builds.small_city(tmp_path / "city")
    alone = Workspace(tmp_path / "alone")
    shutil.copytree(city.root, alone.root)
    builds.run(alone, "build")
    share(city, address)
    other = with_nothing_but_the_setting(city, "other")
    builds.run(other, "rebuild", before=(), **machines.environment())
    assert len(builds.facts(other)) > 30
    assert builds.facts(other) == builds.facts(alone)
    assert builds.unlike(builds.bytes_of(other), builds.bytes_of(alone)) == []
    (draft,) = all_releases(city.releases)
    assert builds.unlike(builds.bytes_of(city), builds.bytes_of(other)) == []
    measure = ("trace", "TC02", "--quarter", "2017-18-Q4", "--organisation", "BSMHFT")
    traced = [run(one, *measure) for one in (city, other)]
    assert [one.exit_code for one in traced] == [0, 0]
    assert "the kept file still has it" in traced[0].output
    assert traced[0].output.replace(str(city.root), str(other.root)) == traced[1].output
    assert draft.status == "draft"
    assert verify_all(city).faults == []


def test_a_record_of_the_version_before_can_be_shared(tmp_path: Path, address: str) -> None:
    shutil.copytree(OLD, tmp_path / "first")
    first = Workspace(tmp_path / "first").create()
    share(first, address)
    other = with_nothing_but_the_setting(first, "other")
    small.send(Record(other.record), small.training_return(8222), at=dt.datetime.now(dt.UTC))
    assert len(machines.same_on(first, other)) > 4
    assert verify(other).is_sound


def test_one_that_was_stopped_half_way_is_gone_on_with(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = small.small_workspace(tmp_path / "first")
    create, left = ObjectStore.create, 5

    def breaks(self: ObjectStore, key: str, content: bytes) -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            raise StoreError("the connection broke")
        return create(self, key, content)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "create", breaks)
        with pytest.raises(StoreError):
            share(workspace, address)
    assert not (workspace.root / SETTING).exists()
    assert len(at(address).names(AFTER)) == 2
    assert share(workspace, address).entries == 2
    assert len(machines.same_on(workspace)) == 4


def test_two_records_are_never_made_one(first: Workspace, address: str, tmp_path: Path) -> None:
    other = small.small_workspace(tmp_path / "another record")
    before = machines.content_of(other.record)
    with pytest.raises(SharingError, match="are two"):
        share(other, address)
    assert not (other.root / SETTING).exists()
    assert machines.content_of(other.record) == before
    with pytest.raises(SharingError, match="already"):
        share(first, machines.new_address())
    assert len(machines.same_on(first)) == 4


def test_a_name_at_which_nothing_was_begun_makes_no_second_record(
    tmp_path: Path, address: str
) -> None:
    workspace = Workspace(tmp_path / "ws").create()
    (workspace.root / SETTING).write_text(f'address = "{address}-mistyped"\n', encoding="utf-8")
    with pytest.raises(StoreError, match="There is no record in"):
        small.send(Record(workspace.record), small.training_return(8000))
    (workspace.root / SETTING).write_text("adress = 's3://x/y'\n", encoding="utf-8")
    with pytest.raises(StoreError, match="does not say"):
        Record(workspace.record)


def test_a_store_that_does_not_keep_the_condition_is_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(self: ObjectStore, key: str, content: bytes) -> bool:
        self.write(key, content)
        return True

    monkeypatch.setattr(ObjectStore, "create", over)
    with pytest.raises(StoreError, match="If-None-Match"):
        share(Workspace(tmp_path / "ws").create(), address)


def test_what_a_newer_version_added_is_not_built_upon(
    first: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = with_nothing_but_the_setting(first, "other")
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.record.parcel.FORMAT", 3)
        small.send(Record(first.record), small.training_return(8300))
    said = run(other, "status")
    assert "A newer version of Quarterdeck" in str(said.exception)


@pytest.mark.parametrize("harm", ["changed", "gone", "another", "not a parcel"])
def test_what_is_wrong_in_the_store_is_named_and_put_back_by_who_has_it(
    first: Workspace, address: str, harm: str
) -> None:
    store, ids = at(address), list(entries_in(first.record))
    key = key_after(ids[0])
    whole = store.read(key)
    assert whole is not None
    if harm == "changed":
        files = dict(unpacked(whole).files)
        store.write(key, packed({**files, "as_sent.csv": files["as_sent.csv"] + b"x"}))
    elif harm == "gone":
        store.remove(key)
    elif harm == "another":
        store.write(key, store.read(key_after(None)) or b"")
    else:
        store.write(key, b"damaged")
    if harm != "gone":  # then the chain ends there, and what follows is not known to be
        found = verify_all(first)
        assert [fault.where for fault in found.faults] == [f"record/in the store/entries/{ids[1]}"]
        other = with_nothing_but_the_setting(first, "other")
        record = Record(other.record)
        assert list(record.damaged()) == [ids[1]]
        with pytest.raises(DamagedRecordError):
            record.require_sound()  # no figures without it
        assert "2 submissions" in run(other, "verify").output
    if harm == "another":
        with pytest.raises(SharingError, match="are two"):
            share(first, address)
        return
    assert share(first, address).entries == 1
    assert store.read(key) == whole
    assert machines.same_on(first) == ids


def test_what_no_machine_has_can_be_set_aside(first: Workspace, address: str) -> None:
    store, ids = at(address), list(entries_in(first.record))
    store.write(key_after(ids[0]), b"damaged")
    other = with_nothing_but_the_setting(first, "other")
    said = run(other, "set-aside", ids[1], "--reason", "Nobody has it", "--by", "Officer")
    assert said.exit_code == 0, said.output
    Record(other.record).require_sound()
    record = Record(first.record)
    record.catch_up()
    assert record.submission(ids[1]) not in record.submissions()


def test_what_is_damaged_here_alone_is_fetched_anew(first: Workspace) -> None:
    ids = list(entries_in(first.record))
    folder = Record(first.record).submission_folder(ids[1])
    (folder / "submission.json").write_bytes(b"damaged")
    (fault, *_) = verify_all(first).faults
    assert "it is fetched anew" in fault.to_do
    said = run(first, "set-aside", ids[1], "--reason", "Damaged", "--by", "Officer")
    assert "Delete it here" in said.output
    shutil.rmtree(folder)
    assert machines.same_on(first) == ids


def erased_everywhere(address: str, *workspaces: Workspace) -> bool:
    """Whether the name is nowhere: not in the store, not on these machines."""
    files, root = url_to_fs(address, skip_instance_cache=True)
    there = [files.cat_file(path) for path in files.find(root) if "/after/" in path]
    texts = [content for one in there for content in unpacked(one).files.values()]
    for workspace in workspaces:
        texts += machines.content_of(workspace.record).values()
        texts += [one.read_bytes() for one in workspace.inbox.rglob("*") if one.is_file()]
    return not any(b"Exampleperson" in text for text in texts)


@pytest.mark.parametrize("stopped", [False, True])
def test_what_is_erased_is_erased_in_the_store_and_on_every_machine(
    first: Workspace, address: str, monkeypatch: pytest.MonkeyPatch, *, stopped: bool
) -> None:
    record = Record(first.record)
    content = small.training_return(8300, comment="Jane Exampleperson")
    sent = small.send(record, content).submission.submission_id
    small.send(record, small.training_return(8400))
    other = with_nothing_but_the_setting(first, "other")
    there = Record(other.record)
    assert there.submission(sent) is not None
    copy = other.inbox / "UHB" / ".received" / sent / "file"
    copy.mkdir(parents=True)
    (copy / "return.csv").write_bytes(content)
    with monkeypatch.context() as patch:
        if stopped:
            patch.setattr(shared.Chain, "erase", lambda *_: (_ for _ in ()).throw(StoreError("x")))
            with pytest.raises(StoreError):
                erase(record, sent, by_whom="Officer", reason="A name", at=small.NOON)
        else:
            erase(record, sent, by_whom="Officer", reason="A name", at=small.NOON)
    if stopped:
        wrong = verify_all(first).faults
        assert len(wrong) == 2  # here and in the store
        assert all(f"quarterdeck erase {sent}" in one.to_do for one in wrong)
        erase(record, sent, by_whom="Officer", reason="A name", at=small.NOON)
    there.catch_up()
    third = with_nothing_but_the_setting(first, "third")
    machines.same_on(first, other, third)
    for workspace in (first, other, third):
        left = Record(workspace.record).submission(sent)
        assert left is not None
        assert left.erased
    assert there.submission(sent) == left
    assert erased_everywhere(address, first, other, third)


def test_a_machine_that_meets_an_erasure_finishes_it(
    first: Workspace, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that decided it was killed before anything was removed."""
    record = Record(first.record)
    sent = small.send(record, small.training_return(8300, comment="Jane Exampleperson")).submission
    other = with_nothing_but_the_setting(first, "other")
    assert len(Record(other.record).submissions()) == 4
    with monkeypatch.context() as patch:
        patch.setattr(shared.Chain, "erase", lambda *_: (_ for _ in ()).throw(StoreError("x")))
        with pytest.raises(StoreError):
            erase(record, sent.submission_id, by_whom="O", reason="A name", at=small.NOON)
    assert not erased_everywhere(address)
    assert Record(other.record).submission(sent.submission_id) != sent
    assert erased_everywhere(address, other)


def edition(workspace: Workspace, figure: int, *, note: str = "", revision: int = 0) -> Release:
    """Publishes this figure as an edition of one meeting."""
    staging = staging_folder(workspace.releases)
    small._fill(staging, figure)
    meeting = dt.date(2018, 11, 27)
    return finish(
        staging, workspace.releases, quarter=small.QUARTER, status="final",
        made_at=dt.datetime.now(dt.UTC), made_by="test",
        edition=Edition(
            meeting="2018-11-27", meeting_on=meeting, revision=revision, note=note
        ),
    )  # fmt: skip


def test_releases_are_on_every_machine_and_the_newest_edition_is_current(
    first: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.shared_releases._ASKED_EVERY", 0.0)
    monkeypatch.setattr("pipelines.shared_releases._UNTIL", {})  # ten seconds later
    other = with_nothing_but_the_setting(first, "other")
    made = edition(first, 8150)
    edition(first, 8200, revision=1, note="A figure was late.")
    draft = small.draft(other, 8200)
    releases = all_releases(other.releases)
    assert len(releases) == 5
    assert all_releases(first.releases) == releases
    shown = current(other.releases)
    assert shown is not None
    assert shown.edition is not None
    assert shown.edition.revision == 1
    assert verify(other).is_sound
    assert verify_all(first).is_sound
    assert draft in releases
    # Published again from elsewhere: the same pages are the same edition; others are refused.
    assert edition(with_nothing_but_the_setting(first, "third"), 8150) == made
    fourth = with_nothing_but_the_setting(first, "fourth")
    with pytest.raises(PublishedElsewhereError, match=made.release_id):
        edition(fourth, 8300)
    assert [one for one in all_releases(fourth.releases) if one.status == "final"] == [
        one for one in releases if one.status == "final"
    ]


def test_a_release_that_the_store_has_not_got_appears_nowhere(
    first: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(first.releases.iterdir())

    def breaks(*_: object) -> bool:
        raise StoreError("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "create", breaks)
        with pytest.raises(StoreError):
            edition(first, 8150)
    assert sorted(one for one in first.releases.iterdir() if one.name != ".making") == [
        one for one in before if one.name != ".making"
    ]
    assert edition(first, 8150) in all_releases(first.releases)


def test_a_backup_of_a_shared_workspace_is_one_by_itself(first: Workspace, tmp_path: Path) -> None:
    small.send(Record(first.record), small.training_return(8300))
    back_up(first, tmp_path / "backup")
    assert not (tmp_path / "backup" / SETTING).exists()
    with pytest.raises(BackupError, match="is fetched from there"):
        restore(tmp_path / "backup", first)
    alone = Workspace(tmp_path / "alone")
    assert restore(tmp_path / "backup", alone).verified.is_sound
    assert machines.content_of(alone.record) == machines.content_of(first.record)
    again = machines.new_address()
    assert share(alone, again).entries == 5
    Record(alone.record).add_event(EventKind.EXCUSED, at=small.NOON, by_whom="x", reason="y")
    assert len(machines.same_on(alone)) == 6
