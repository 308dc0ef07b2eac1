"""Every rule of the catalogue is whole: words, version, severity, intent, remedy, a good and a bad
file, a page; it is wired in, and it speaks as a person would.

The trap: a rule that stopped working finds nothing, and nothing found looks like nothing wrong.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipelines.checking.engine.context import Context
from pipelines.checking.engine.wording import Wording, rules
from pipelines.publishing.sign_off import UNANSWERED, open_points
from pipelines.receiving import decisions
from pipelines.receiving.decisions import says_nothing
from pipelines.receiving.disagreements import disagreements
from pipelines.receiving.receive import Received, Sender, receive
from pipelines.record.store import Record
from schemas.finding import Finding, Severity
from schemas.quarter import Quarter
from tests.boards import birmingham
from tests.pipelines.checking.cases import FIXTURES, USUAL_DAY, Case, at_noon

PAGES = Path(__file__).resolve().parents[3] / "docs" / "rules"

# What the catalogue must hold, with the severity of its plain words.
CATALOGUE = {
    Severity.REFUSE: "FIL-001 FIL-002 FIL-003 FIL-004 FIL-007 FIL-008 FIL-009 ENC-003 STR-002 "
    "STR-007 HDR-001 HDR-003 AUT-001 AUT-002 AUT-003",
    Severity.ERROR: "ENC-004 STR-001 STR-003 STR-006 STR-008 HDR-002 HDR-005 PER-001 PER-002 "
    "DAT-001 DAT-002 DAT-003 DAT-004 NUM-001 NUM-002 NUM-003 NUM-004 NUM-005 "
    "NUM-006 NUM-007 SYM-001 SYM-002 COD-001 COD-002 COD-003 COD-004 COD-005 "
    "KEY-001 KEY-002 ROW-001 ROW-003 ROW-004 ROW-005 ROW-006 ROW-008 PLN-001 "
    "PLN-003 COV-001 SDC-002 EXP-001 EXP-002",
    Severity.QUERY: "NUM-008 SYM-003 ROW-002 ROW-007 PLN-002 PLN-005 COV-002 HIS-001 HIS-002 "
    "HIS-003 HIS-004 MAC-001 XRT-001",
    Severity.NOTE: "FIL-005 FIL-006 ENC-001 ENC-002 ENC-005 STR-004 STR-005 STR-009 STR-010 "
    "HDR-004 PLN-004 COV-003 SDC-001 SEC-001 EXP-003 EXP-004",
}
OF_A_FILE = [rule for rule in rules() if Case(rule).is_of_a_file]


def given(rule: str, file: Path) -> list[Finding]:
    """The findings of a rule that one of its fixtures gives."""
    return [finding for finding in _findings(rule, file) if finding.rule == rule]


@cache
def _findings(rule: str, file: Path) -> tuple[Finding, ...]:
    return Case(rule).check(file).findings


def every_finding() -> list[Finding]:
    """What all bad files of all rules give, whatever the rule."""
    return [one for rule in OF_A_FILE for file in Case(rule).bad for one in _findings(rule, file)]


def test_the_catalogue_holds_every_rule_and_no_other() -> None:
    assert sorted(rules()) == sorted(" ".join(CATALOGUE.values()).split())


@pytest.mark.parametrize("severity", list(Severity))
def test_a_rule_weighs_what_the_catalogue_says(severity: Severity) -> None:
    assert {rule for rule, one in rules().items() if one.severity is severity} == set(
        CATALOGUE[severity].split()
    )


def test_no_fixture_is_left_of_a_rule_that_is_gone() -> None:
    assert {folder.name for folder in FIXTURES.iterdir()} == set(rules())


@pytest.mark.parametrize("rule", rules())
def test_a_rule_is_whole(rule: str) -> None:
    declared, case = rules()[rule], Case(rule)
    assert declared.version >= 1
    for words in (declared.title, declared.intent, declared.put_right):
        assert len(words) >= 8
    assert case.bad, "no bad file"
    assert case.good.is_file(), "no good file"
    assert (PAGES / f"{rule}.md").is_file(), "no page"


@pytest.mark.parametrize("rule", OF_A_FILE)
def test_every_bad_file_gives_its_rule_and_the_good_one_does_not(rule: str) -> None:
    case = Case(rule)
    for file in case.bad:
        assert given(rule, file), f"{file.name} does not give {rule}"
    assert not given(rule, case.good)


@pytest.mark.parametrize("rule", OF_A_FILE)
def test_a_good_file_is_taken(rule: str) -> None:
    assert Case(rule).check(Case(rule).good).accepted


@pytest.mark.parametrize("rule", OF_A_FILE)
def test_every_finding_of_a_bad_file_has_the_severity_of_its_words(rule: str) -> None:
    severities = {wording.severity for wording in rules()[rule].wordings.values()}
    for file in Case(rule).bad:
        assert {finding.severity for finding in given(rule, file)} <= severities


# --- Rules that are not of a file alone ------------------------------------------------------


def test_the_same_bytes_again_are_said_to_be_the_same(tmp_path: Path) -> None:
    case, record = Case("FIL-005"), Record(tmp_path)
    first = _receive(record, case.folder / "before.csv")
    again = _receive(record, case.bad[0])
    assert again.is_duplicate
    assert again.receipt.duplicate_of == first.submission.submission_id
    other = _receive(record, case.good)
    assert not other.is_duplicate
    assert len(record.submissions()) == 2


def test_a_query_without_an_answer_is_open_at_sign_off(tmp_path: Path) -> None:
    assert UNANSWERED == "EXP-001"
    case = Case(UNANSWERED)
    for file, queries in ((case.bad[0], 1), (case.good, 0)):
        record = Record(tmp_path / file.stem)
        _receive(record, file)
        found = open_points(record, birmingham(), Quarter(2018, 2), on=USUAL_DAY)
        assert found.queries == queries


def test_an_answer_that_says_nothing_is_refused_in_the_words_of_its_rule(tmp_path: Path) -> None:
    case = Case("EXP-002")
    record = Record(tmp_path)
    sent = _receive(record, Case(UNANSWERED).bad[0]).submission
    for text in _lines(case.bad[0]):
        assert says_nothing(text)
        with pytest.raises(decisions.DecisionError) as refusal:
            decisions.explain(
                record,
                submission_id=sent.submission_id,
                finding_number=1,
                by_whom="Data lead",
                text=text,
                at=at_noon(USUAL_DAY),
            )
        words = rules()["EXP-002"].wordings[""]
        assert str(refusal.value) == f"{words.message} {words.hint}"
    assert not any(says_nothing(text) for text in _lines(case.good))


def test_two_organisations_that_disagree_are_asked_about_by_the_officer_alone(
    tmp_path: Path,
) -> None:
    case, reference = Case("XRT-001"), birmingham()
    own = next(one for one in reference.every_obligation if one.return_name == "youth_justice")
    both = (*reference.every_obligation, replace(own, organisation="PH"))
    reference = replace(reference, every_obligation=both)
    others = (case.folder / "others.csv").read_text(encoding="utf-8").replace("YOS,", "PH,")
    for file, expected in ((case.bad[0], 1), (case.good, 0)):
        record = Record(tmp_path / file.stem)
        context = replace(case.context(), reference=reference)
        _receive_bytes(record, others.encode(), "others.csv", context)
        sent = _receive_bytes(record, file.read_bytes(), file.name, context)
        assert sent.submission.is_accepted
        assert not [one for one in sent.checked.findings if one.rule == "XRT-001"]
        found = disagreements(record, reference, Quarter(2018, 2))
        assert len(found) == expected
        for one in found:
            assert {one.one.organisation, one.other.organisation} == {"PH", "YOS"}
            assert "39.4" in one.message
            assert "38.1" in one.message


def _lines(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["answer"] for row in csv.DictReader(lines)]


def _receive(record: Record, file: Path) -> Received:
    return _receive_bytes(record, file.read_bytes(), file.name, Case("FIL-005").context())


def _receive_bytes(record: Record, content: bytes, name: str, context: Context) -> Received:
    return receive(
        record,
        content,
        file_name=name,
        sender=Sender(name="Data lead", channel="test"),
        received_at=at_noon(USUAL_DAY),
        context=context,
    )


# --- How a message reads ---------------------------------------------------------------------

WORDINGS = [
    pytest.param(wording, id=f"{rule}{'.' if name else ''}{name}")
    for rule, declared in rules().items()
    for name, wording in declared.wordings.items()
]
_JARGON = re.compile(
    r"\b(invalid|illegal|null|nan|schema|regex|string|integer|float|parse\w*|delimiter|boolean"
    r"|exception|traceback|dtype|encod\w+|token|user|please|denominator|numerator|will|shall)\b",
    re.I,
)
_SAYS_WHAT_TO_DO = re.compile(
    r"There is nothing to do|(?:If|Add|Agree|Answer|Ask|Check|Check whether|Compare|Delete|Download"
    r"|Export|Fill|Format|Give|Leave|Look|Mend|Open|Pick|Rate|Say|Send|Shorten|Sign|Take|Type"
    r"|Unpack|Use|Widen|Write)\b"
)


@pytest.mark.parametrize("wording", WORDINGS)
def test_words_are_plain_and_say_what_to_do(wording: Wording) -> None:
    for text in (wording.message, wording.hint):
        assert text.strip() == text
        assert text.endswith((".", "."))
        words = re.sub(r"\{\w+\}", "", text)
        assert not _JARGON.search(words), _JARGON.search(words)
        assert "!" not in text
    assert _SAYS_WHAT_TO_DO.match(wording.hint), wording.hint
    assert len(wording.message) <= 200


@pytest.mark.parametrize("rule", rules())
def test_the_page_of_a_rule_is_in_plain_words(rule: str) -> None:
    declared = rules()[rule]
    for text in (declared.intent, declared.put_right):
        assert not re.search(r"\binvalid\b|\bnull\b|\bschema\b|\bparse", text, re.I)
        assert text.endswith(".")


def test_a_message_says_where_what_and_what_to_do_and_its_rule_last() -> None:
    for finding in every_finding():
        assert finding.sentence.endswith(f"[{finding.rule}]")
        assert finding.sentence.startswith(finding.where)
        assert re.match(r"Rows? \d|Column [A-Z]|This file", finding.where), finding.where
        assert finding.message[0].isupper() or not finding.message[0].isalpha(), finding.message
        assert finding.hint
        assert "{" not in finding.message + finding.hint
        quoted = re.findall(r"“([^”]*)”", finding.message)
        assert all(len(text) <= 60 or "|" in text for text in quoted), finding.message


# What no file of the present returns brings about: the plain words of a rule that has words for
# each kind there is, and words for columns that are never quoted where no such column can.
UNREACHED = {
    "NUM-002.", "FIL-002.", "FIL-003.", "ENC-005.", "STR-001.", "STR-006.",
    "HIS-003.unquoted", "HIS-003.worked_out_unquoted", "ROW-003.share_unquoted",
    "ROW-003.change_unquoted",
    # Of returns whose areas may be blank, as only a board declares them: test_a_blank_area.py.
    "KEY-001.home_area", "KEY-002.home_area",
}  # fmt: skip


def test_every_wording_is_spoken_by_some_bad_file() -> None:
    """A variant that nothing reaches is a variant that nobody has read."""
    said = [(one.rule, one.message, one.hint) for one in every_finding()]
    silent = []
    for rule in OF_A_FILE:
        for name, wording in rules()[rule].wordings.items():
            if f"{rule}.{name}" in UNREACHED:
                continue
            message, hint = _pattern(wording.message), _pattern(wording.hint)
            if not any(r == rule and message.match(m) and hint.match(h) for r, m, h in said):
                silent.append(f"{rule}.{name}")
    assert silent == []


def _pattern(words: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", words)
    first = parts[0]
    if first:  # a sentence begins with a capital
        parts[0] = first[0].upper() + first[1:]
    return re.compile(".*".join(map(re.escape, parts)), re.S)
