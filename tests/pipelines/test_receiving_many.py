"""Files checked ahead in another process come out as files received one after the other.

The trap: a return that is checked before the one that the same organisation sent just before it is
kept is not compared with it, and a query is never raised. The files here come one right after the
other from the same organisations, which the samples' own order seldom has.
"""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from orchestration.cli.demo import deliveries
from pipelines import receiving_many
from pipelines.receiving import Sender
from pipelines.receiving_many import Sent, receive_all
from pipelines.record.store import Record
from pipelines.reference import load_reference
from tests.faults.small import send

SENT = [
    Sent(
        content=delivery.file.read_bytes(),
        file_name=delivery.file.name,
        sender=Sender(name=f"{delivery.organisation} data lead", channel="test"),
        received_at=delivery.received_at,
    )
    for delivery in deliveries()
    if (delivery.organisation, delivery.file.parent.name)
    in {("WMP", "domestic_abuse"), ("WMAS", "safeguarding_activity")}
]
Kept = list[tuple[str, int, int, str | None, list[dict[str, object]]]]


def kept(record: Record) -> Kept:
    return [
        (
            one.outcome,
            one.rows_used,
            one.queries,
            one.figures_sha256,
            record.findings(one.submission_id),
        )
        for one in record.submissions()
    ]


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    record = Record(tmp_path_factory.mktemp("one") / "record")
    for one in SENT:
        send(record, one.content, at=one.received_at, sender=one.sender.name,
             file_name=one.file_name)  # fmt: skip
    return kept(record)


def test_they_are_found_what_they_would_have_been_found_alone(
    tmp_path: Path, one_by_one: Kept
) -> None:
    record = Record(tmp_path / "record")
    received = list(receive_all(record, SENT, reference=load_reference()))
    assert [one.submission.submission_id for one in received] == [
        one.submission_id for one in record.submissions()
    ]
    assert kept(record) == one_by_one
    assert sum(queries for _, _, queries, _, _ in one_by_one) > 0


class AtOnce(ThreadPoolExecutor):
    """Checks a file as soon as it may: always before those before it are kept."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__(1)

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        made = super().submit(*args, **kwargs)
        made.exception()  # waits
        return made


@pytest.mark.parametrize("again", [True, False])
def test_a_check_that_came_too_early_is_made_again(
    tmp_path: Path, one_by_one: Kept, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    monkeypatch.setattr(receiving_many, "ProcessPoolExecutor", AtOnce)
    if not again:  # so that it is seen to matter
        monkeypatch.setattr(receiving_many, "_could_change", lambda *_: False)
    record = Record(tmp_path / "record")
    list(receive_all(record, SENT, reference=load_reference()))
    assert (kept(record) == one_by_one) is again


def test_what_was_kept_stays_where_a_later_file_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(tmp_path / "record")
    receiving = receive_all(record, SENT[:4], reference=load_reference())
    first = next(receiving)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Record, "add_submission", full)
    with pytest.raises(OSError, match="No space left"):
        next(receiving)
    found = json.loads(
        (record.submission_folder(first.submission.submission_id) / "submission.json").read_bytes()
    )
    assert found["file_name"] == SENT[0].file_name
    assert len(Record(record.folder).submissions()) == 1
