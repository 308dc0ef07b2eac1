"""One record that machines share, on a real S3 server on this machine.

The trap: two machines that each believe that they were first. Something acknowledged would be in
no record, or in an order that is another on each machine.
"""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.cli.main import quarterdeck
from pipelines import object_store
from pipelines.object_store import SETTING, ObjectStore, StoreError, at
from pipelines.record import shared
from pipelines.record.model import EventKind
from pipelines.record.shared import Chain
from pipelines.record.store import Record
from pipelines.sharing import share
from pipelines.workspace import Workspace
from tests.faults import machines, small


@pytest.fixture
def machine(tmp_path: Path, address: str) -> Callable[[str], Workspace]:
    """Makes a machine of this name that works on the store; the first begins the record."""

    def made(name: str) -> Workspace:
        workspace = Workspace(tmp_path / name).create()
        share(workspace, address)
        return workspace

    return made


Machine = Callable[[str], Workspace]


def test_machines_that_add_at_once_lose_nothing_and_have_one_order(machine: Machine) -> None:
    one, other = machine("one"), machine("other")
    told = machines.at_once(
        machines.started("careful", where.root, first, 60)
        for where, first in ((one, 1000), (other, 2000))
    )
    assert [len(said) for said in told] == [60, 60]
    ids = machines.same_on(one, other, machine("third"))
    acknowledged = {said["id"] for said in told[0] + told[1]}
    assert acknowledged == set(ids)
    # What both sent is one submission, told to both.
    sent = [{said["sha256"]: said["id"] for said in by if "sha256" in said} for by in told]
    both = sent[0].keys() & sent[1].keys()
    assert len(both) >= 7
    assert all(sent[0][sha256] == sent[1][sha256] for sha256 in both)
    assert len(ids) == 120 - len(both)


def test_machines_that_put_over_each_other_are_found_out(machine: Machine) -> None:
    """The control: without the condition what was acknowledged is lost."""
    one, other = machine("one"), machine("other")
    told = machines.at_once(
        machines.started("careless", where.root, first, 15)
        for where, first in ((one, 1000), (other, 2000))
    )
    store = object_store.store_of(one.root)
    assert store is not None
    acknowledged = {said["id"] for said in told[0] + told[1]}
    assert acknowledged - set(machines.chain_in(store))


def test_one_that_is_killed_at_any_step_holds_nobody_up_and_loses_nothing(machine: Machine) -> None:
    one, other = machine("one"), machine("other")
    told = machines.told_by(machines.started("kills", one.root, other.root, 4))
    assert len([said for said in told if "killed" in said]) == len(machines.POINTS)
    ids = machines.same_on(one, other)
    assert {said["id"] for said in told if "id" in said} <= set(ids)
    # Whoever was killed before an answer sends again: it is the submission that is there, or a new.
    record = Record(one.record)
    for said in told:
        if said.get("sends"):
            machines.act(record, said["number"], sends=True)
    submissions = record.submissions()
    assert len({submission.sha256 for submission in submissions}) == len(submissions)


def test_what_came_first_on_another_machine_is_looked_at_before_it_is_decided(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine is first in the moment between the decision and the addition."""
    one, other = Record(machine("one").record), Record(machine("other").record)
    commit = Chain.commit
    others = iter([small.training_return(8000), small.training_return(8100)])

    def second(self: Chain, identifier: str, files: dict[str, bytes], *, after: str | None) -> None:
        if self is one.shared and (content := next(others, None)) is not None:
            small.send(other, content)
            # A page that somebody looks at meanwhile brings the record up to date.
            seen = threading.Thread(target=one.catch_up)
            seen.start()
            seen.join()
        commit(self, identifier, files, after=after)

    monkeypatch.setattr(Chain, "commit", second)
    received = small.send(one, small.training_return(8000))
    assert received.is_duplicate
    assert received.submission == other.submissions()[0]
    received = small.send(one, small.training_return(8200))
    before = other.submissions()[1]
    assert received.submission.follows == before.submission_id
    receipt = one.submission_folder(received.submission.submission_id) / "receipt.txt"
    assert "8100" in receipt.read_text(encoding="utf-8")  # what it takes the place of
    assert one.submissions() == Record(other.folder).submissions()


@pytest.mark.parametrize("by", ["another process", "another thread"])
def test_what_is_fetched_before_who_added_it_has_put_it_there_is_acknowledged(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Others on the same machine look between the put and the folder's appearance."""
    where = machine("one")
    one = Record(where.record)
    looks = one if by == "another thread" else Record(where.record)
    create = ObjectStore.create

    def seen_at_once(self: ObjectStore, key: str, content: bytes) -> bool:
        done = create(self, key, content)
        seen = threading.Thread(target=looks.catch_up)
        seen.start()
        seen.join()
        return done

    monkeypatch.setattr(ObjectStore, "create", seen_at_once)
    sent = [small.send(one, small.training_return(8000 + n)).submission for n in range(2)]
    event = one.add_event(EventKind.EXCUSED, at=small.NOON, by_whom="x", reason="y")
    assert machines.same_on(where) == [*(by.submission_id for by in sent), event.event_id]
    assert [one.submissions(), looks.submissions()] == [sent, sent]


def test_what_others_add_is_seen_within_a_second_and_at_once_by_who_adds(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_ASKED_EVERY", 600.0)
    one, other = Record(machine("one").record), Record(machine("other").record)
    assert other.submissions() == []
    sent = small.send(one, small.training_return(8000)).submission
    asked: list[str] = []
    read = ObjectStore.read

    def noted(self: ObjectStore, key: str) -> bytes | None:
        asked.append(key)
        return read(self, key)

    monkeypatch.setattr(ObjectStore, "read", noted)
    for _ in range(50):
        assert other.submissions() == []
    assert asked == []
    assert other.shared is not None
    other.shared._until = 0.0  # a second later
    assert other.submissions() == [sent]
    assert small.send(other, small.training_return(8100)).submission.follows == sent.submission_id


def test_the_folder_may_be_deleted_at_any_time(machine: Machine) -> None:
    one = machine("one")
    record = Record(one.record)
    sent = [small.send(record, small.training_return(8000 + n)).submission for n in range(4)]
    record.add_event(EventKind.EXCUSED, at=small.NOON, by_whom="x", reason="y")
    before = machines.content_of(one.record)
    shutil.rmtree(record.submission_folder(sent[1].submission_id))
    record.catch_up()  # a process that is at work
    assert machines.content_of(one.record) == before
    shutil.rmtree(one.record)
    record.catch_up()
    assert machines.content_of(one.record) == before
    assert record.submissions() == sent
    shutil.rmtree(one.record)
    assert Record(one.record).submissions() == sent  # a new one
    other = Workspace(one.root.with_name("nothing but the setting"))
    other.root.mkdir()
    shutil.copy(one.root / SETTING, other.root)
    assert Record(other.record).submissions() == sent
    machines.same_on(one, other)


def test_what_lies_in_the_folder_and_not_in_the_store_is_not_built_upon(machine: Machine) -> None:
    one, elsewhere = machine("one"), Record(machine("other").root / "elsewhere" / "record")
    small.send(Record(one.record), small.training_return(8000))
    strange = small.send(elsewhere, small.training_return(8100)).submission.submission_id
    shutil.copytree(
        elsewhere.submission_folder(strange), Record(one.record).submission_folder(strange)
    )
    said = CliRunner().invoke(quarterdeck, ["--workspace", str(one.root), "status"])
    assert strange in str(said.exception)
    shutil.rmtree(Record(one.record).submission_folder(strange))
    assert len(Record(one.record).submissions()) == 1


def test_without_the_store_nothing_is_acknowledged_and_what_is_here_is_read(
    tmp_path: Path,
) -> None:
    with machines.running() as server:
        one = Workspace(tmp_path / "one").create()
        share(one, machines.new_address())
        record = Record(one.record)
        sent = small.send(record, small.training_return(8000)).submission
        before = machines.content_of(one.record)
        server.stop()
        with pytest.raises(StoreError, match="cannot be reached"):
            small.send(record, small.training_return(8100))
        with pytest.raises(StoreError, match="cannot be reached"):
            record.add_event(EventKind.EXCUSED, at=small.NOON, by_whom="x", reason="y")
        assert record.submissions() == [sent]
        with pytest.raises(StoreError):
            record.require_sound()  # no figures without what others may have sent
        with pytest.raises(StoreError):
            Record(one.record).submissions()  # one that never knew how old the folder is
        said = subprocess.run(
            [sys.executable, "-m", "orchestration.cli.main", "--workspace", one.root, "status"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 2
    assert "cannot be reached" in said.stderr
    assert "Traceback" not in said.stderr
    assert machines.content_of(one.record) == before
    problem = pickle.loads(pickle.dumps(StoreError("a sentence")))  # noqa: S301  # as workers do
    assert isinstance(problem, OSError)
    assert str(problem) == "a sentence"


class _Broken:
    """A file system whose answers get lost: ``does`` tells whether the request came there."""

    def __init__(self, files: Any, *, does: list[bool]) -> None:
        self._files = files
        self._does = does

    def pipe_file(self, *args: Any, **kwargs: Any) -> None:
        if not self._does:
            self._files.pipe_file(*args, **kwargs)
            return
        if self._does.pop(0):
            self._files.pipe_file(*args, **kwargs)
        raise TimeoutError("no answer came")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)


@pytest.mark.parametrize(
    ("does", "is_there"),
    [([True], True), ([False, False, True], True), ([False] * 4, False)],
)
def test_an_answer_that_was_lost_is_settled_by_reading(
    address: str, monkeypatch: pytest.MonkeyPatch, does: list[bool], *, is_there: bool
) -> None:
    opened = object_store._opened
    files, root = opened(address)
    monkeypatch.setattr(object_store, "_opened", lambda _: (_Broken(files, does=does), root))
    store = at(address)
    if is_there:
        assert store.create("x", b"mine")
        assert not store.create("x", b"another's")
    else:
        with pytest.raises(StoreError, match="no answer came"):
            store.create("x", b"mine")
    assert store.read("x") == (b"mine" if is_there else None)


def test_a_record_that_is_not_shared_asks_no_store(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from pipelines.record.store import Record\n"
        "from tests.faults import small\n"
        "small.send(Record(Path(sys.argv[1])), small.training_return(8001))\n"
        "assert not {'fsspec', 's3fs', 'botocore'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "record"], check=True)


def test_a_program_that_was_started_before_it_was_shared_adds_nothing(
    tmp_path: Path, address: str
) -> None:
    one = Workspace(tmp_path / "one").create()
    record = Record(one.record)
    small.send(record, small.training_return(8000))
    share(one, address)
    with pytest.raises(StoreError, match="Start the program again"):
        small.send(record, small.training_return(8100))
    assert len(machines.same_on(one)) == 1
