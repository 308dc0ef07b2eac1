"""Links put where the inbox moves files: nothing outside it is moved, read or written over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.inbox.files import NOT_TAKEN, RECEIVED, TAKING
from tests.pipelines.inbox_box import NAME, RETURN, Box


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a file that is no business of whoever may write in the inbox."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / NAME).write_bytes(b"of somebody else")
    return folder


def test_a_link_in_the_way_of_what_is_received_again_lets_nothing_be_written_over(
    box: Box, elsewhere: Path
) -> None:
    box.drop(RETURN)
    box.tick()
    own = box.received()[0].parent
    shutil.rmtree(own)
    own.symlink_to(elsewhere)
    receipt = own.with_name("receipt.txt")
    receipt.unlink()
    receipt.symlink_to(elsewhere / NAME)
    box.drop(RETURN)
    found = box.tick()
    assert "a link lies where it belongs" in found.put_aside[0].reason
    assert (elsewhere / NAME).read_bytes() == b"of somebody else"
    own.unlink()
    box.tick()
    assert (elsewhere / NAME).read_bytes() == b"of somebody else"
    assert not receipt.is_symlink()
    assert box.sent() == [RETURN]


@pytest.mark.parametrize("linked", [TAKING, f"{TAKING}/abc"])
def test_a_link_where_an_interrupted_look_left_files_moves_nothing(
    box: Box, elsewhere: Path, linked: str
) -> None:
    folder = elsewhere / "abc"
    folder.mkdir()
    (folder / NAME).write_bytes(b"of somebody else")
    place = box.workspace.inbox / "WMAS" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere if linked == TAKING else folder)
    box.look()
    assert (folder / NAME).read_bytes() == b"of somebody else"
    box.tick()
    assert not box.sent()


@pytest.mark.parametrize("name", [TAKING, RECEIVED])
def test_a_link_under_a_name_of_the_inbox_itself_is_put_aside(
    box: Box, elsewhere: Path, name: str
) -> None:
    (box.workspace.inbox / "WMAS").mkdir(parents=True)
    (box.workspace.inbox / "WMAS" / name).symlink_to(elsewhere)
    assert box.tick().put_aside[0].reason.startswith("It is a link")
    box.drop(RETURN)
    box.tick()
    assert box.sent() == [RETURN]
    assert box.received()[0].resolve().is_relative_to(box.workspace.inbox.resolve())


def test_a_link_where_things_are_put_aside_is_told_and_nothing_is_put_there(
    box: Box, elsewhere: Path
) -> None:
    folder = box.workspace.inbox / "WMAS"
    folder.mkdir(parents=True)
    (folder / NOT_TAKEN).symlink_to(elsewhere)
    (folder / "inner").mkdir()
    box.drop(RETURN)
    found = box.tick()
    assert box.sent() == [RETURN]
    assert {one.name for one in found.put_aside} == {NOT_TAKEN, "inner"}
    assert all(".not_taken is a link" in one.reason for one in found.put_aside)
    assert [one.name for one in elsewhere.iterdir()] == [NAME]
