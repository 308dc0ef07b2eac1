"""`quarterdeck check` and its neighbours as a data lead runs them: in processes of their own, in a
folder where nothing is set up, and without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.reading.kinds import ending_of
from pipelines.workspace import Workspace
from tests.boards import with_board
from tests.pipelines.checking.cases import Case
from tests.workbooks import as_workbook

COMMAND = Path(sys.executable).parent / "quarterdeck"
FIELDS = {"rule", "severity", "row", "column", "value", "message", "hint"}
# Any attempt to reach a network ends the process with a code of its own.
NO_NETWORK = """
import socket, os
def refuse(*args, **kwargs):
    os._exit(77)
socket.socket.connect = refuse
socket.getaddrinfo = refuse
"""

WHAT_IS_LOADED = """
import atexit, sys
sys.argv = ['quarterdeck', 'check', 'good.csv']
from orchestration.cli.main import main
slow = {'dagster', 'dbt', 'duckdb', 'plotly', 'jinja2', 'pandas'}
atexit.register(lambda: print(sorted({name.split('.')[0] for name in sys.modules} & slow)))
main()
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with four files, and a workspace that holds a board and nothing else."""
    folder = tmp_path / "desk"
    with_board(Workspace(folder / "workspace"))
    case = Case("ROW-002")
    for name, content in {
        "good.csv": case.good.read_bytes(),
        "odd.csv": case.bad[0].read_bytes(),
        "wrong.csv": Case("ROW-001").bad[0].read_bytes(),
        "no return.csv": b"name,colour\r\nA,red\r\n",
    }.items():
        (folder / name).write_bytes(content)
    return folder


def run(desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (desk.parent / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QUARTERDECK")}
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=desk,
        env={**environment, "PYTHONPATH": str(desk.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("file", "code"), [("good.csv", 0), ("odd.csv", 0), ("wrong.csv", 1), ("no return.csv", 2)]
)
def test_a_check_ends_with_the_code_that_scripts_lean_on(desk: Path, file: str, code: int) -> None:
    done = run(desk, "check", file)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_workbook_is_the_form_from_template_to_findings(desk: Path) -> None:
    wanted = ("--organisation", "UHB", "--quarter", "2018-19-Q2", "--xlsx")
    done = run(desk, "template", "training_compliance", *wanted)
    assert "Wrote UHB-training_compliance-2018-19-Q2.xlsx" in done.stdout, done.stderr
    assert ending_of((desk / "UHB-training_compliance-2018-19-Q2.xlsx").read_bytes()) == ".xlsx"
    (desk / "wrong.xlsx").write_bytes(as_workbook((desk / "wrong.csv").read_bytes()))
    by_workbook, by_csv = (run(desk, "check", f"wrong{one}", "--json") for one in (".xlsx", ".csv"))
    assert by_workbook.returncode == by_csv.returncode == 1
    assert json.loads(by_workbook.stdout)["findings"] == json.loads(by_csv.stdout)["findings"]
    assert run(desk, "check", "wrong.xlsx", "--annotated", "out").returncode == 1
    assert run(desk, "check", "out/wrong.xlsx").returncode == 1


def test_a_file_that_is_not_there_is_said_and_ends_with_2(desk: Path) -> None:
    done = run(desk, "check", "nothing.csv")
    assert done.returncode == 2
    assert "nothing.csv cannot be read" in done.stderr
    assert run(desk, "check").returncode == 2


def test_many_files_are_checked_at_once_and_the_worst_one_decides(desk: Path) -> None:
    done = run(desk, "check", "good.csv", "wrong.csv", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [one["file"] for one in told] == ["good.csv", "wrong.csv"]
    assert [one["accepted"] for one in told] == [True, False]
    assert run(desk, "check", "good.csv", "no return.csv").returncode == 2


def test_one_file_as_json_is_one_object_of_the_fixed_form(desk: Path) -> None:
    told = json.loads(run(desk, "check", "wrong.csv", "--json").stdout)
    assert told.keys() == {
        "file", "return", "organisation", "quarter", "accepted", "rows", "findings",
    }  # fmt: skip
    assert (told["return"], told["organisation"], told["quarter"]) == (
        "training_compliance", "UHB", "2018-19 Q2",
    )  # fmt: skip
    assert (told["accepted"], told["rows"]) == (False, 2)
    finding = next(one for one in told["findings"] if one["rule"] == "ROW-001")
    assert finding.keys() >= FIELDS
    assert (finding["row"], finding["column"], finding["value"]) == (2, "trained", "3900")
    assert finding["message"] == "3900 is more than the 3,879 eligible staff."


def test_a_check_writes_nothing_where_nothing_is_set_up(desk: Path) -> None:
    before = sorted(path.name for path in desk.iterdir())
    run(desk, "check", "good.csv", "wrong.csv")
    assert sorted(path.name for path in desk.iterdir()) == before


def test_the_annotated_copies_go_into_the_folder_named(desk: Path) -> None:
    run(desk, "check", "wrong.csv", "--annotated", "beside")
    assert b"[ROW-001]" in (desk / "beside" / "wrong.csv").read_bytes()


def test_who_owes_nothing_of_a_return_is_told_so_and_given_no_empty_form(desk: Path) -> None:
    made = run(desk, "template", "training_compliance", "--organisation", "PH",
               "--quarter", "2018-19-Q2")  # fmt: skip
    assert made.returncode != 0
    assert "PH owes no training_compliance for 2018-19 Q2: there is nothing to fill in." in (
        made.stderr
    )
    assert "It is owed by " in made.stderr
    assert "UHB" in made.stderr
    early = run(desk, "template", "training_compliance", "--organisation", "UHB",
                "--quarter", "2013-14-Q2")  # fmt: skip
    assert "Nothing is owed before 2014-15 Q1." in early.stderr
    assert not [*desk.glob("*training_compliance*")]


def test_template_check_submit_explain_withdraw_from_an_empty_folder(desk: Path) -> None:
    name = "UHB-training_compliance-2018-19-Q2.csv"
    made = run(desk, "template", "training_compliance", "--organisation", "UHB",
               "--quarter", "2018-19-Q2")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert (desk / name).is_file()
    assert run(desk, "check", name).returncode == 1  # blank figures

    sent = run(desk, "submit", "odd.csv", "--as", "UHB", "--by", "UHB data lead")
    assert sent.returncode == 0, sent.stderr
    assert "Your return is accepted. Some figures need a word from you." in sent.stdout
    again = run(desk, "submit", "odd.csv", "--as", "UHB", "--by", "UHB data lead")
    assert again.returncode == 0
    assert "You sent this file before" in again.stdout
    reference = next(desk.glob("workspace/record/submissions/*/*")).name

    receipt = run(desk, "receipt", reference, "--format", "json")
    told = json.loads(receipt.stdout)
    assert (told["reference"], told["outcome"]) == (reference, "accepted with queries")
    number = next(
        n for n, one in enumerate(told["findings"], start=1) if one["severity"] == "query"
    )
    who = ("--by", "UHB data lead")
    refused = run(desk, "explain", reference, str(number), "--reason", "OK", *who)
    assert refused.returncode != 0
    assert "does not say why" in refused.stderr
    kept = run(desk, "explain", reference, str(number), "--reason", "Three joined in May", *who)
    assert kept.returncode == 0, kept.stderr
    gone = run(desk, "withdraw", reference, "--reason", "Sent too early", *who)
    assert gone.returncode == 0, gone.stderr
    twice = run(desk, "withdraw", reference, "--reason", "Sent too early", *who)
    assert (twice.returncode, twice.stdout) == (0, gone.stdout)
    other = run(desk, "withdraw", reference, "--reason", "Another reason", *who)
    assert "withdrawn already" in other.stderr


def test_a_refused_file_is_kept_and_its_receipt_says_why(desk: Path) -> None:
    done = run(desk, "submit", "no return.csv", "--as", "UHB", "--by", "UHB data lead")
    assert done.returncode == 2
    assert "We could not read your file as a return" in done.stdout
    kept = next(desk.glob("workspace/record/submissions/*/*/as_sent.csv"))
    assert kept.read_bytes() == (desk / "no return.csv").read_bytes()


def test_a_check_loads_neither_dagster_nor_dbt(desk: Path) -> None:
    # What another test's workspace is must not be this one's.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QUARTERDECK")}
    done = subprocess.run(
        [sys.executable, "-c", WHAT_IS_LOADED],
        cwd=desk, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
