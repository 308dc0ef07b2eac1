"""Nothing a sender receives depends on another partner's rows.

The trap: a file of another organisation is refused, and the findings beside the refusal, made
before it, tell what that organisation sent earlier. So whatever others sent, a sender must be
answered in the same words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.receiving.desk import Desk, NotAllowedError, NotFoundError, Requester, Right
from pipelines.receiving.receipts.as_text import as_text
from pipelines.record.model import Obligation
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.registry import returns
from tests.boards import birmingham

REFERENCE = birmingham()
TRAINING = returns()["training_compliance"]
Q1, Q2 = Quarter(2018, 1), Quarter(2018, 2)
START = dt.datetime(2018, 7, 10, 9, tzinfo=dt.UTC)
LATER = dt.datetime(2018, 10, 10, 9, tzinfo=dt.UTC)


def desk(record: Record, organisation: str | None, *, at: dt.datetime = LATER) -> Desk:
    """The desk of one organisation's data lead, or of the officer."""
    requester = Requester(
        name=f"{organisation} data lead",
        channel="command line",
        organisations=frozenset({organisation}) if organisation else None,
        oversees=organisation is None,
    )
    return Desk(record, REFERENCE, requester, today=at.date())


def filled(organisation: str, quarter: Quarter, *, eligible: int, trained: int) -> bytes:
    """A training return with the same figure in each row."""
    template = Desk(
        Record(Path("nowhere")), REFERENCE,
        Requester(name="", channel="", organisations=None), today=LATER.date(),
    ).template(TRAINING, organisation, quarter)  # fmt: skip
    heading, *rows = template.decode("utf-8-sig").splitlines()
    cells = [row.split(",") for row in rows]
    at_eligible, at_trained = (heading.split(",").index(name) for name in ("eligible", "trained"))
    for number, row in enumerate(cells):
        row[at_eligible], row[at_trained] = str(eligible + number * 7), str(trained + number * 5)
    return "\r\n".join([heading, *(",".join(row) for row in cells), ""]).encode()


def heard(record: Record, asked_by: str, content: bytes) -> tuple[object, ...]:
    """Everything that a sender is told of a file, checked and then sent, but for its reference."""
    sender = desk(record, asked_by)
    checked = sender.check(content, file_name="return.csv")
    received = sender.receive(content, file_name="return.csv", received_at=LATER)
    reference = received.submission.submission_id
    receipt = as_text(received.receipt).replace(reference, "REFERENCE")
    listed = [one.file_name for one in sender.submissions()]
    form = sender.template(TRAINING, asked_by, Q2)
    return checked.findings, received.checked.findings, receipt, listed, form


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=st.tuples(st.integers(200, 900), st.integers(100, 190)),
    sends_for=st.sampled_from(["UHB", "BSMHFT"]),
    names=st.sampled_from(["UHB", "BSMHFT"]),
    now=st.tuples(st.integers(200, 900), st.integers(100, 190)),
    answered=st.booleans(),
)
def test_what_a_sender_is_told_is_the_same_whatever_others_sent(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    before: tuple[int, int],
    sends_for: str,
    names: str,
    now: tuple[int, int],
    answered: bool,
) -> None:
    other = "BSMHFT" if sends_for == "UHB" else "UHB"
    content = filled(names, Q2, eligible=now[0], trained=now[1])
    told = []
    for others_sent in (False, True):
        record = Record(tmp_path_factory.mktemp("record"))
        if others_sent:
            theirs = desk(record, other)
            for quarter, at in ((Q1, START), (Q2, LATER)):
                sent = theirs.receive(
                    filled(other, quarter, eligible=before[0], trained=before[1]),
                    file_name="theirs.csv",
                    received_at=at,
                    enforce_window=False,
                )
                if answered and sent.submission.queries:
                    number = 1 + [f.severity.value for f in sent.checked.findings].index("query")
                    reference = sent.submission.submission_id
                    theirs.explain(reference, number, text="A second ward opened in July", at=at)
        told.append(heard(record, sends_for, content))
    assert told[0] == told[1]


def test_the_officer_alone_is_told_what_another_sent(tmp_path: Path) -> None:
    """The control: with the officer's rights the same file is compared with what was sent."""
    record = Record(tmp_path)
    before = filled("BSMHFT", Q1, eligible=900, trained=800)
    desk(record, "BSMHFT").receive(
        before, file_name="a.csv", received_at=START, enforce_window=False
    )
    same = before.replace(b"Q1", b"Q2")
    told = {one.rule for one in desk(record, None).check(same, file_name="b.csv").findings}
    hidden = {one.rule for one in desk(record, "UHB").check(same, file_name="b.csv").findings}
    assert "HIS-002" in told
    assert "HIS-002" not in hidden
    assert "AUT-001" in hidden


def test_what_is_not_ones_own_is_not_found(tmp_path: Path) -> None:
    record = Record(tmp_path)
    content = filled("BSMHFT", Q2, eligible=900, trained=800)
    sent = desk(record, "BSMHFT").receive(
        content, file_name="a.csv", received_at=LATER, enforce_window=False
    )
    reference = sent.submission.submission_id
    stranger = desk(record, "UHB")
    asked: list[Callable[[], object]] = [
        lambda: stranger.submission(reference),
        lambda: stranger.receipt(reference, form="txt"),
        lambda: stranger.as_sent(reference),
        lambda: stranger.annotated(reference),
        lambda: stranger.explain(reference, 1, text="A second ward opened", at=LATER),
        lambda: stranger.withdraw(reference, reason="Not ours", at=LATER),
        lambda: stranger.template(TRAINING, "BSMHFT", Q2),
    ]
    for ask in asked:
        with pytest.raises(NotFoundError):
            ask()
    assert stranger.submissions() == []
    assert {one.obligation.organisation for one in stranger.standings([Q2])} == {"UHB"}
    assert stranger.submissions_of(Obligation("BSMHFT", TRAINING.name, Q2)) == []
    assert desk(record, None).submission(reference) == sent.submission


def test_a_file_of_anothers_is_in_no_list_of_that_other(tmp_path: Path) -> None:
    """Sent under the wrong name, it is its sender's refused file and nobody else's."""
    record = Record(tmp_path)
    content = filled("BSMHFT", Q2, eligible=900, trained=800)
    wrong = desk(record, "UHB").receive(content, file_name="a.csv", received_at=LATER)
    reference = wrong.submission.submission_id
    assert wrong.submission.outcome == "refused"
    assert desk(record, "BSMHFT").submissions() == []
    assert [one.submission_id for one in desk(record, "UHB").submissions()] == [reference]


def test_rights_are_those_of_the_requester(tmp_path: Path) -> None:
    record = Record(tmp_path)
    content = filled("UHB", Q2, eligible=900, trained=800)
    sent = desk(record, "UHB").receive(
        content, file_name="a.csv", received_at=LATER, enforce_window=False
    )
    reference = sent.submission.submission_id
    sender = Requester(
        name="lead",
        channel="portal",
        organisations=frozenset({"UHB"}),
        rights=frozenset({Right.SEND}),
    )
    with pytest.raises(NotAllowedError):
        Desk(record, REFERENCE, sender, today=LATER.date()).withdraw(
            reference, reason="Wrong file", at=LATER
        )
    officer = Requester(
        name="officer",
        channel="portal",
        organisations=frozenset(),
        oversees=True,
        rights=frozenset(),
    )
    overseer = Desk(record, REFERENCE, officer, today=LATER.date())
    assert overseer.submission(reference) == sent.submission
    with pytest.raises(NotAllowedError):
        overseer.explain(reference, 1, text="It is right because", at=LATER)
    desk(record, "UHB").withdraw(reference, reason="Wrong file", at=LATER)
