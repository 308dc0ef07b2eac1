"""`quarterdeck account`: what the officer types. The trap: a password in a log or a list, a right
that nobody gave, a traceback where a sentence belongs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli.main import quarterdeck
from pipelines.board import NoBoardError
from pipelines.workspace import Workspace
from tests.boards import with_board


def run(workspace: Path, *words: str) -> Result:
    with_board(Workspace(workspace))
    return CliRunner().invoke(quarterdeck, ["--workspace", str(workspace), *words])


def test_an_account_is_added_listed_reset_changed_disabled_and_logged(tmp_path: Path) -> None:
    added = run(tmp_path, "account", "add", "UHB.lead", "--organisation", "UHB", "--role", "sender")
    assert added.exit_code == 0
    password = re.search(r"First password: (\S{23})", added.output)
    assert password is not None
    assert "uhb.lead" in run(tmp_path, "account", "list").output
    reset = run(tmp_path, "account", "reset", "uhb.lead")
    assert "First password: " in reset.output
    assert password[1] not in reset.output
    run(tmp_path, "account", "change", "uhb.lead", "--organisation", "UHB",
        "--organisation", "BCHC", "--role", "signatory")  # fmt: skip
    assert "BCHC UHB" in run(tmp_path, "account", "list").output
    run(tmp_path, "account", "disable", "uhb.lead")
    assert "disabled" in run(tmp_path, "account", "list").output
    run(tmp_path, "account", "enable", "uhb.lead")
    log = run(tmp_path, "account", "log").output
    for what in ("added", "reset", "changed", "disabled", "enabled"):
        assert f"account {what}  about=" in log
    assert "rights_were=sender of UHB rights=signatory of BCHC+UHB" in log
    assert password[1] not in log


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "x"], "A name has 3 to 64"),
        (["add", "a/../b", "--organisation", "UHB", "--role", "sender"], "A name has 3 to 64"),
        (["add", "uhb.lead"], "Say what the account may do"),
        (["add", "uhb.lead", "--role", "sender"], "Say for which organisation"),
        (["add", "uhb.lead", "--role", "sender", "--organisation", "NONE"], "no organisation"),
        (["add", "boss", "--role", "officer", "--organisation", "UHB"], "sees every organisation"),
        (["add", "boss", "--role", "officer", "--email", "at home"], "is no e-mail address"),
        (["reset", "nobody"], "There is no account nobody."),
        (["disable", "nobody"], "There is no account nobody."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    answer = run(tmp_path, "account", *words)
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert "Traceback" not in answer.output


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    words = ("account", "add", "officer", "--role", "officer")
    assert run(tmp_path, *words).exit_code == 0
    assert "There is an account officer already." in run(tmp_path, *words).output


def test_an_e_mail_address_is_of_one_account(tmp_path: Path) -> None:
    words = ("--role", "officer", "--email", "Boss@one.example")
    assert run(tmp_path, "account", "add", "officer", *words).exit_code == 0
    for _ in range(2):
        assert run(tmp_path, "account", "change", "officer", *words).exit_code == 0
    answer = run(tmp_path, "account", "add", "other", *words)
    assert answer.exit_code == 1
    assert "Another account has this e-mail address." in answer.output


def test_a_header_is_never_believed_without_a_proxy_to_trust(tmp_path: Path) -> None:
    answer = run(tmp_path, "portal", "--user-header", "X-Remote-User")
    assert answer.exit_code == 1
    assert "--trusted-proxy" in answer.output


def test_the_pages_do_not_start_without_a_board_and_say_what_to_do(tmp_path: Path) -> None:
    words = ["--workspace", str(tmp_path), "portal", "--port", "0"]
    with pytest.raises(NoBoardError, match="Begin one with `quarterdeck init`"):
        CliRunner().invoke(quarterdeck, words, catch_exceptions=False)
