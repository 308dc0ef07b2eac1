"""A copy in an object store, on a real S3 server on this machine.

The trap: there is no rename in a bucket. A copy that was stopped half-way must not be taken for a
whole one, by the restore or by the next copy, and what was erased must not stay there.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fsspec.core import url_to_fs
from moto.server import ThreadedMotoServer

from orchestration.cli.main import quarterdeck
from pipelines import bucket
from pipelines.backup import BackupError, restore
from pipelines.bucket import back_up_to, fetched
from pipelines.record.erasure import erase
from pipelines.record.store import Record
from pipelines.verify import verify
from pipelines.workspace import Workspace
from tests.faults import builds, small
from tests.faults.test_keeping import contents


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server on a free port of this machine, and what a client must know of it."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    _, port = running.get_host_and_port()
    given = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    yield given["AWS_ENDPOINT_URL"]
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    running.stop()


@pytest.fixture
def address(server: str) -> str:
    """A folder in a bucket of its own."""
    name = f"bucket-{secrets.token_hex(6)}"
    files, _ = url_to_fs(f"s3://{name}")
    files.mkdir(name)
    return f"s3://{name}/quarterdeck"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = small.small_workspace(tmp_path / "ws")
    (workspace.inbox / "UHB").mkdir(parents=True)
    (workspace.inbox / "UHB" / "next.csv").write_bytes(small.training_return(8200))
    return workspace


def came_back(address: str, to: Path) -> Workspace:
    elsewhere = Workspace(to)
    with fetched(address) as copy:
        assert restore(copy, elsewhere).verified.is_sound
    return elsewhere


def kept(workspace: Workspace) -> dict[str, bytes]:
    return {
        name: content
        for name, content in contents(workspace.root).items()
        if name.split("/")[0] in ("record", "releases", "inbox")
        and not name.endswith(".lock")
        and "/.incoming/" not in name
    }


def test_what_comes_back_is_the_same_to_the_byte(
    workspace: Workspace, address: str, tmp_path: Path
) -> None:
    first = back_up_to(workspace, address)
    assert (first.copied, first.already_there) == (7, 0)
    again = back_up_to(workspace, address)
    assert (again.copied, again.already_there) == (0, 7)
    elsewhere = came_back(address, tmp_path / "elsewhere")
    assert kept(elsewhere) == kept(workspace)
    assert (elsewhere.releases / "current").readlink() == (
        workspace.releases / "current"
    ).readlink()
    assert Record(elsewhere.record).submissions() == Record(workspace.record).submissions()


@pytest.mark.slow
def test_everything_is_built_from_what_the_bucket_holds(address: str, tmp_path: Path) -> None:
    here = builds.small_city(tmp_path / "here")
    back_up_to(here, address)
    builds.run(here, "build")
    elsewhere = came_back(address, tmp_path / "elsewhere")
    builds.run(elsewhere, "build")
    assert len(builds.facts(here)) > 30
    assert builds.facts(elsewhere) == builds.facts(here)
    assert builds.unlike(builds.bytes_of(elsewhere), builds.bytes_of(here)) == []


def stopped_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the connection breaks after so many objects."""
    left = count
    put = bucket._Store.put

    def breaks(self: Any, source: Path, keys: list[str]) -> None:
        nonlocal left
        put(self, source, keys[:left])
        if len(keys) > left:
            raise OSError(104, "Connection reset by peer")
        left -= len(keys)

    monkeypatch.setattr(bucket._Store, "put", breaks)


@pytest.mark.parametrize("count", [0, 1, 5, 15, 21, 23])
def test_one_that_was_stopped_half_way_is_sound_and_is_gone_on_with(
    workspace: Workspace, address: str, tmp_path: Path, count: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stopped_after(count, patch)
        with pytest.raises(BackupError, match="Connection reset"):
            back_up_to(workspace, address)
    with fetched(address) as copy:
        assert verify(Workspace(copy)).faults == []
    back_up_to(workspace, address)
    assert kept(came_back(address, tmp_path / "elsewhere")) == kept(workspace)


def test_one_that_writes_the_mark_first_is_found_out(
    workspace: Workspace, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "_files", reversed_files)
        stopped_after(5, patch)
        with pytest.raises(BackupError):
            back_up_to(workspace, address)
    with fetched(address) as copy:
        assert verify(Workspace(copy)).faults != []


def reversed_files(root: Path, name: str) -> list[str]:
    """The files of a part in the wrong order: the mark first."""
    if (root / name).is_file():
        return [name]
    found = sorted(str(one.relative_to(root)) for one in (root / name).rglob("*") if one.is_file())
    return sorted(found, key=lambda one: not one.endswith(bucket._LAST))


def test_what_was_erased_is_gone_from_it(
    workspace: Workspace, address: str, tmp_path: Path
) -> None:
    record = Record(workspace.record)
    sent = small.send(record, small.training_return(8300, comment="Jane Exampleperson"))
    name = sent.submission.submission_id
    back_up_to(workspace, address)
    erase(record, name, by_whom="Officer", reason="A name", at=dt.datetime.now(dt.UTC))
    back_up_to(workspace, address)
    files, root = url_to_fs(address)
    files.invalidate_cache()
    everything = {path: files.cat_file(path) for path in files.find(root)}
    assert not any(b"Exampleperson" in content for content in everything.values())
    assert sorted(path.rsplit("/", 1)[1] for path in everything if f"/{name}/" in path) == [
        "SHA256SUMS",
        "submission.json",
    ]
    restored = Record(came_back(address, tmp_path / "elsewhere").record).submission(name)
    assert restored is not None
    assert restored.erased


def test_a_copy_that_is_damaged_there_is_not_restored(
    workspace: Workspace, address: str, tmp_path: Path
) -> None:
    back_up_to(workspace, address)
    files, root = url_to_fs(address)
    victim = next(path for path in files.find(root) if path.endswith("as_sent.csv"))
    files.pipe_file(victim, files.cat_file(victim)[:-1] + b"x")
    with fetched(address) as copy, pytest.raises(BackupError, match="damaged itself"):
        restore(copy, Workspace(tmp_path / "elsewhere"))


@pytest.mark.parametrize("name", ["../outside.txt", "record/../../outside.txt", "inbox//x"])
def test_a_name_that_leads_out_of_the_copy_is_refused(
    workspace: Workspace, address: str, tmp_path: Path, name: str
) -> None:
    back_up_to(workspace, address)
    with bucket._store(address) as store:
        # As anybody can who may write there: S3 takes any name, the client's paths do not.
        folder, _, key = store.root.partition("/")
        store.files.call_s3("put_object", Bucket=folder, Key=f"{key}/{name}", Body=b"x")
    with pytest.raises(BackupError, match="a name that is no path"), fetched(address):
        pass
    assert not (tmp_path / "outside.txt").exists()


def test_the_command_takes_an_address(workspace: Workspace, address: str, tmp_path: Path) -> None:
    def run(root: Path, *arguments: str) -> str:
        said = CliRunner().invoke(quarterdeck, ["--workspace", str(root), *arguments])
        assert said.exit_code == 0, said.output
        return said.output

    assert "Copied 7; 0 were there already." in run(workspace.root, "backup", address)
    assert "Everything is as it was written." in run(tmp_path / "new", "restore", address)
    nowhere = CliRunner().invoke(
        quarterdeck, ["--workspace", str(workspace.root), "backup", "s3://no-such-bucket-at-all/x"]
    )
    assert nowhere.exit_code == 1
    assert "cannot be reached or used" in nowhere.output
