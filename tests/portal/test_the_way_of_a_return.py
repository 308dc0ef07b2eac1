"""What a data lead does in ten minutes, page by page, over HTTP as a browser without scripts
would. The trap: each part works alone, and the way from one to the next does not."""

from __future__ import annotations

import csv
import io
import re

from click.testing import CliRunner
from openpyxl import load_workbook

from orchestration.cli.main import quarterdeck
from tests.portal.conftest import GOOD, RETURN, World
from tests.workbooks import as_workbook

_THREE_FAULTS = (
    GOOD.replace(b"4736,4530", b"4736,4830")  # more trained than there are
    .replace(b"2843,2475", b"2843,lots")
    .replace(b"1466,1280", b"1466,")
)


def test_template_faults_correction_receipt_and_history(running: World) -> None:
    lead = running.person("bchc")
    home = lead.get("/").text
    assert "Training compliance, 2018-19 Q2" in home
    assert "Due on Monday 22 October 2018, in 4 days" in home

    template = lead.get(RETURN + "/template")
    assert (
        'filename="BCHC-training_compliance-2018-19-Q2.csv"'
        in template.headers["content-disposition"]
    )
    assert "Safeguarding children level 1" in template.content.decode("utf-8-sig")

    checked = lead.send(_THREE_FAULTS, do="check").text
    assert "This file needs correction. It was not sent." in checked
    assert running.portal.record.submissions() == []
    for place in ("Row 2, column F (trained)", "Row 3, column F (trained)", "Row 4"):
        assert place in checked
    assert "3 errors: please correct them" in checked

    sent = lead.send(_THREE_FAULTS)
    assert "Needs correction. It is not used." in sent.text
    reference = sent.path.rsplit("/", 1)[-1]
    annotated = lead.get(f"/submissions/{reference}/annotated").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(annotated, newline="")))
    assert rows[0][-2:] == ["findings", "what to do"]
    assert "4830" in rows[1][-2]

    corrected = lead.send(GOOD)
    assert "Accepted" in corrected.text
    new = corrected.path.rsplit("/", 1)[-1]
    assert reference in lead.get("/history").text
    assert new in lead.get("/history").text
    receipt = lead.get(f"/submissions/{new}/receipt")
    assert new in receipt.text
    assert "<style>" in receipt.text
    assert new in lead.get(f"/submissions/{new}/receipt-text").text
    assert lead.get(f"/submissions/{new}/as-sent").content == GOOD

    changed = lead.send(GOOD.replace(b"4736,4530", b"4736,4531"))
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", changed.text))
    assert "2: Safeguarding children level 1 trained 4530 4531" in page
    assert "Replaced by a later one" in lead.get(f"/submissions/{new}").text


def test_a_workbook_goes_the_same_way(running: World) -> None:
    lead = running.person("bchc")
    page = lead.get(RETURN).text
    assert 'accept=".xlsx' in page
    template = lead.get(RETURN + "/template?form=xlsx")
    name = "BCHC-training_compliance-2018-19-Q2"
    assert f'filename="{name}.xlsx"' in template.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(template.content)).worksheets[0]
    assert sheet["C2"].value == "Safeguarding children level 1"

    wrong = as_workbook(_THREE_FAULTS)
    checked = lead.send(wrong, do="check", name="a.csv")  # its content says what it is
    for place in ("Row 2, column F (trained)", "Row 3, column F (trained)", "Row 4"):
        assert place in checked.text
    annotated = lead.get(f"{checked.path}/annotated")
    assert f'filename="{name}-findings.xlsx"' in annotated.headers["content-disposition"]
    assert load_workbook(io.BytesIO(annotated.content)).sheetnames == ["Return", "Findings"]

    sent = lead.send(annotated.content, name="a.xlsx")  # as it is
    assert "Needs correction. It is not used." in sent.text
    assert lead.get(f"{sent.path}/as-sent").content == annotated.content
    name_of_it = lead.get(f"{sent.path}/as-sent").headers["content-disposition"]
    assert f'filename="{name}-as-sent.xlsx"' in name_of_it
    again = lead.get(f"{sent.path}/annotated").content
    assert load_workbook(io.BytesIO(again)).sheetnames == ["Return", "Findings"]
    assert "Accepted" in lead.send(as_workbook(GOOD.replace(b"4530", b"4533"))).text


def test_the_same_bytes_make_no_second_submission_and_the_page_says_so(running: World) -> None:
    lead = running.person("bchc")
    first = lead.send(GOOD.replace(b"4530", b"4532"))
    again = lead.send(GOOD.replace(b"4530", b"4532"))
    assert again.path == first.path
    assert "You sent this very file before" in again.text


def test_an_earlier_file_that_a_person_sends_again_after_a_correction_is_in_use(
    running: World,
) -> None:
    lead = running.person("bchc")
    one, other = GOOD.replace(b"4530", b"4541"), GOOD.replace(b"4530", b"4542")
    first = lead.send(one)
    lead.send(other)
    again = lead.send(one)
    assert again.path != first.path
    assert "Accepted" in again.text
    current = list(running.portal.record.current().values())
    assert [running.portal.record.as_sent(each.submission_id) for each in current] == [one]
    assert lead.send(one).path == again.path  # pressed twice is once


def test_a_checked_file_is_sent_without_choosing_it_again_and_forgotten_at_sign_out(
    running: World,
) -> None:
    lead = running.person("bchc")
    checked = lead.send(GOOD.replace(b"4530", b"4533"), do="check")
    key = checked.path
    assert lead.get(key + "/annotated").status_code == 200
    assert running.person("both").get(key).status_code == 404
    lead.post("/sign-out")
    lead.sign_in("bchc")
    assert lead.get(key).status_code == 404

    key = str(lead.send(GOOD.replace(b"4530", b"4534"), do="check").path)
    lead.get(key)
    sent = lead.post(key + "/send")
    assert sent.headers["location"].startswith("/submissions/")


def test_a_query_is_answered_and_an_answer_that_says_nothing_is_not_kept(running: World) -> None:
    lead = running.person("bchc")
    lead.send(GOOD.replace(b"2018-19 Q2", b"2018-19 Q1"), path=RETURN.replace("Q2", "Q1"))
    sent = lead.send(GOOD.replace(b"4736,4530", b"4736,453"))
    assert "Some figures want a word from you" in sent.text
    number = re.search(r'name="query" value="(\d+)"', sent.text)
    assert number is not None
    path = sent.path

    refused = lead.post(path + "/explain", {"query": number[1], "answer": "ok"})
    assert refused.status_code == 422
    assert "does not say why" in refused.text

    said = "Two clinics closed & their staff <moved>."
    kept = lead.post(path + "/explain", {"query": number[1], "answer": said})
    page = lead.get(kept.headers["location"]).text
    assert "Two clinics closed &amp; their staff &lt;moved&gt;." in page
    assert "Your answer is kept." in page
    for other in set(re.findall(r'name="query" value="(\d+)"', sent.text)) - {number[1]}:
        lead.post(path + "/explain", {"query": other, "answer": said})
    answered = lead.get(path).text
    assert "Accepted. Every query is answered." in answered
    assert "say why it is right" not in answered


def test_a_signatory_withdraws_and_the_return_before_it_is_in_use_again(running: World) -> None:
    lead = running.person("bchc")
    before = lead.send(GOOD.replace(b"4530", b"4541"))
    wrong = lead.send(GOOD.replace(b"4530", b"4542"))
    path = wrong.path
    assert lead.get(path + "/withdraw").status_code == 403

    chief = running.person("bchc.chief")
    chief.get(path + "/withdraw")
    assert chief.post(path + "/withdraw", {"reason": " "}).status_code == 422
    chief.post(path + "/withdraw", {"reason": "Figures of another trust."})
    page = chief.get(path).text
    assert "Withdrawn by" not in page  # the sentence has the day between
    assert "Figures of another trust." in page
    assert "Replaced by a later one" not in lead.get(before.path).text


def test_the_officer_sees_who_sent_what_and_excuses_extends_and_reopens(running: World) -> None:
    running.person("bchc").send(GOOD.replace(b"4530", b"4551"))
    officer = running.person("officer")
    page = officer.get("/").headers["location"]
    assert page == "/officer"
    assert "bchc, 18 October 2018" in officer.get("/officer").text

    path = "/officer/returns/UHB/training_compliance/2018-19-Q2"
    officer.get(path)
    late = officer.post(path, {"do": "extend", "until": "2018-10-01", "reason": "Illness"})
    assert late.status_code == 422
    assert "no later than it is due anyhow" in late.text
    officer.post(path, {"do": "extend", "until": "2018-11-15", "reason": "Illness"})
    assert "Due on Thursday 15 November 2018" in officer.get(path).text
    assert "You have been given longer" in running.person("uhb").get("/").text

    officer.get(path)
    officer.post(path, {"do": "excuse", "reason": "Merged"})
    assert "Excused" in officer.get(path).text
    officer.post(path, {"do": "reopen", "reason": "Not merged"})
    assert "Owed again since" in officer.get(path).text
    assert ("extended", "officer") in running.log()


def test_an_account_of_two_organisations_sees_both_and_each_file_is_held_to_its_page(
    running: World,
) -> None:
    both = running.person("both")
    home = both.get("/").text
    assert "/returns/UHB/" in home
    assert "/returns/BCHC/" in home
    wrong = both.send(GOOD.replace(b"4530", b"4561"), path=RETURN.replace("BCHC", "UHB"))
    assert "Not usable" in wrong.text


def test_a_submission_that_was_erased_says_so_and_has_no_files(running: World) -> None:
    lead = running.person("bchc")
    path = str(lead.send(GOOD.replace(b"4530", b"4591")).path)
    assert lead.get(path + "/as-sent").status_code == 200
    answer = CliRunner().invoke(
        quarterdeck,
        ["--workspace", str(running.portal.settings.workspace.root), "erase",
         path.rsplit("/", 1)[-1], "--by", "officer", "--reason", "It held names."],
        input="y\n",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    assert "The file was erased from the record" in lead.get(path).text
    for part in ("as-sent", "annotated", "receipt", "receipt-text"):
        assert lead.get(f"{path}/{part}").status_code == 404
