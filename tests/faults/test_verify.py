"""``verify`` names each damage by its place, in words, and looks at the rest all the same.

The trap: a checker that was only ever run on sound data. Here every kind of file is damaged, for
real, one after the other, and each must be named and nothing else.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli.main import quarterdeck
from pipelines.keeping.verify import Verified, verify
from pipelines.record.model import EventKind
from pipelines.record.reading import DamagedRecordError
from pipelines.record.store import Record
from pipelines.warehouse.loading import connect, load
from pipelines.workspace import Workspace
from tests.faults.small import DAY, NOON, reference, send, small_workspace, training_return


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small_workspace(tmp_path / "ws")


def one_fault(found: Verified) -> str:
    assert len(found.faults) == 1, found.faults
    return f"{found.faults[0].where}: {found.faults[0].what}"


def flip(file: Path) -> None:
    """Turns one bit in the middle of the file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_sound_workspace_is_sound(workspace: Workspace) -> None:
    found = verify(workspace)
    assert found.is_sound, found.faults
    assert (found.submissions, found.events, found.releases) == (3, 2, 2)


@pytest.mark.parametrize(
    "name",
    [
        "as_sent.csv",
        "findings.json",
        "rows.parquet",
        "receipt.txt",
        "receipt.json",
        "receipt.html",
        "SHA256SUMS",
    ],
)
def test_one_bit_in_any_file_of_a_submission_is_named(workspace: Workspace, name: str) -> None:
    folder = next(workspace.record.glob("submissions/*/*/rows.parquet")).parent
    flip(folder / name)
    faults = verify(workspace).faults
    assert faults
    assert all(folder.name in fault.where for fault in faults)
    assert any(name in fault.where for fault in faults) or name == "SHA256SUMS"


@pytest.mark.parametrize("name", ["as_sent.csv", "rows.parquet", "submission.json", "SHA256SUMS"])
def test_a_file_that_is_gone_is_named(workspace: Workspace, name: str) -> None:
    folder = next(workspace.record.glob("submissions/*/*/rows.parquet")).parent
    (folder / name).unlink()
    faults = verify(workspace).faults
    assert faults
    assert all(name in fault.where for fault in faults)


def test_every_submission_is_to_have_its_list(workspace: Workspace) -> None:
    for folder in workspace.record.glob("submissions/*/*"):
        (folder / "SHA256SUMS").unlink()
    found = verify(workspace)
    assert (
        len(
            [
                one
                for one in found.faults
                if "SHA256SUMS: It is missing" in f"{one.where}: {one.what}"
            ]
        )
        == 3
    )


def test_figures_without_their_list_are_not_used(workspace: Workspace) -> None:
    folder = next(workspace.record.glob("submissions/*/*/rows.parquet")).parent
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(DamagedRecordError, match="SHA256SUMS"):
        Record(workspace.record).sound_rows_file(folder.name)


def test_a_figure_changed_in_the_submission_file_is_named(workspace: Workspace) -> None:
    file = next(workspace.record.glob("submissions/*/*/submission.json"))
    fields = json.loads(file.read_bytes())
    file.write_text(json.dumps(fields | {"outcome": "accepted", "rows_used": 7}), encoding="utf-8")
    assert "submission.json: Its SHA-256 is" in one_fault(verify(workspace))


def test_a_submission_that_is_gone_whole_is_named_by_the_one_after_it(workspace: Workspace) -> None:
    second = sorted(workspace.record.glob("submissions/*/*"))[1]
    shutil.rmtree(second)
    said = one_fault(verify(workspace))
    assert second.name in said
    assert "It is gone" in said


def test_a_decision_that_was_changed_is_named(workspace: Workspace) -> None:
    file = next(workspace.record.glob("events/*/*.json"))
    file.write_text(file.read_text(encoding="utf-8").replace("Head", "Hand"), encoding="utf-8")
    assert "changed after it was written" in one_fault(verify(workspace))


def test_a_file_that_was_put_there_is_named(workspace: Workspace) -> None:
    folder = next(workspace.record.glob("submissions/*/*"))
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    assert "notes.txt: It was not there" in one_fault(verify(workspace))
    (folder / "notes.txt").unlink()
    (workspace.record / "submissions" / "2018-07" / "Copy of old").mkdir()
    assert "It does not belong here" in one_fault(verify(workspace))


@pytest.mark.parametrize("path", ["site/index.html", "data/pub_measure_value.parquet"])
def test_one_bit_in_a_release_is_named(workspace: Workspace, path: str) -> None:
    folder = next(workspace.releases.glob("*-final-*"))
    flip(folder / path)
    faults = verify(workspace).faults
    assert any(fault.where.endswith(path) for fault in faults)
    assert all(folder.name in fault.where for fault in faults)


def test_a_manifest_rewritten_to_fit_the_damage_is_named(workspace: Workspace) -> None:
    folder = next(workspace.releases.glob("*-final-*"))
    page = folder / "site" / "index.html"
    page.write_text("<p>9999</p>", encoding="utf-8")
    manifest = folder / "manifest.json"
    fields = json.loads(manifest.read_bytes())
    done = subprocess.run(["sha256sum", page], capture_output=True, text=True, check=True)
    fields["files"]["site/index.html"] = done.stdout.split()[0]
    manifest.write_text(json.dumps(fields), encoding="utf-8")
    assert "does not have the content after which" in one_fault(verify(workspace))


def test_a_pointer_to_nothing_is_named(workspace: Workspace) -> None:
    shutil.rmtree(next(workspace.releases.glob("*-final-*")))
    assert "releases/current: It points at" in one_fault(verify(workspace))


def test_the_command_says_it_in_words_and_by_its_exit_code(workspace: Workspace) -> None:
    runner = CliRunner()
    sound = runner.invoke(quarterdeck, ["--workspace", str(workspace.root), "verify"])
    assert (sound.exit_code, "Everything is as it was written" in sound.output) == (0, True)
    flip(next(workspace.record.glob("submissions/*/*/as_sent.csv")))
    bad = runner.invoke(quarterdeck, ["--workspace", str(workspace.root), "verify", "--json"])
    assert bad.exit_code == 1
    assert json.loads(bad.output)["is_sound"] is False
    nothing = runner.invoke(quarterdeck, ["--workspace", str(workspace.root / "x"), "verify"])
    assert nothing.exit_code == 2


def test_the_list_of_hashes_is_read_by_sha256sum_too(workspace: Workspace) -> None:
    folder = next(workspace.record.glob("submissions/*/*"))
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    flip(folder / "receipt.txt")
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    assert done.returncode == 1


def test_a_damaged_submission_stops_no_receiving_and_lets_no_figures_be_made(
    workspace: Workspace,
) -> None:
    newest_accepted = sorted(workspace.record.glob("submissions/*/*/rows.parquet"))[-1].parent
    (newest_accepted / "submission.json").write_bytes(b"{")
    record = Record(workspace.record)
    after = send(record, training_return(8200), sender="Another")
    assert after.submission.is_accepted
    assert list(record.damaged()) == [newest_accepted.name]
    with (
        connect(workspace.root / "w.duckdb") as connection,
        pytest.raises(DamagedRecordError, match="could be older ones"),
    ):
        load(connection, record, reference(), on=DAY)


def test_what_is_damaged_can_be_set_aside_by_a_person(workspace: Workspace) -> None:
    damaged = sorted(workspace.record.glob("submissions/*/*/rows.parquet"))[-1].parent
    (damaged / "rows.parquet").write_bytes(b"PAR1")
    record = Record(workspace.record)
    with pytest.raises(DamagedRecordError, match=damaged.name):
        record.sound_rows_file(damaged.name)
    command = [
        "--workspace",
        str(workspace.root),
        "set-aside",
        "--reason",
        "Lost",
        "--by",
        "Officer",
    ]
    runner = CliRunner()
    refused = runner.invoke(quarterdeck, [*command, "20180714T120000000000Z-bbbbbb"])
    assert refused.exit_code == 1
    done = runner.invoke(quarterdeck, [*command, damaged.name])
    assert done.exit_code == 0, done.output
    record = Record(workspace.record)
    assert damaged.name not in {one.submission_id for one in record.submissions()}
    assert record.events(EventKind.SET_ASIDE)[0].reason == "Lost"
    assert [one.received_at for one in record.current().values()] == [NOON]
