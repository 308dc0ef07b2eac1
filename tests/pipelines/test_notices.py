"""Traps of telling people: twice the same, a chaser after the return has come, a week's chasers at
once after the service was off, figures or a partner's words in a message, a name that starts a
header of its own, a mail server that says no to one and yes to the next."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from pipelines.inbox.look import STILL_SECONDS, look
from pipelines.notices.delivery import (
    MailServer,
    NoticeSettingsError,
    Settings,
    deliver,
    message,
    read_settings,
    settings_file,
    unsent,
)
from pipelines.notices.notices import (
    OFFICERS,
    Notice,
    about_publication,
    about_submissions,
    chasers,
    notices,
    words,
)
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests.boards import birmingham, with_board

SAMPLES = Path(__file__).parents[2] / "samples" / "illustrative" / "training_compliance"
REFERENCE = birmingham()
DUE = dt.date(2018, 10, 21)  # training compliance of 2018-19 Q2; a Sunday
AT = dt.datetime(2018, 10, 22, 7, 0, tzinfo=dt.UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return with_board(Workspace(tmp_path / "workspace"))


@pytest.fixture
def record(workspace: Workspace) -> Record:
    return Record(workspace.record)


def drop(workspace: Workspace, record: Record, organisation: str, content: bytes) -> None:
    file = workspace.inbox / organisation / "return.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    began = time.monotonic()
    for clock in (lambda: began, lambda: began + STILL_SECONDS):
        look(workspace, record, REFERENCE, now=AT, clock=clock)


def to_wmas(record: Record, on: dt.date) -> list[str]:
    """The chasers to one organisation for what is due on the day: kind and key."""
    found = chasers(record, REFERENCE, on=on)
    return [one.key for one in found if one.to == "WMAS" and str(DUE) in one.key]


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2018-10-07", []),
        ("2018-10-08", ["due/WMAS/2018-10-21/-10"]),
        ("2018-10-16", ["due/WMAS/2018-10-21/-10"]),
        ("2018-10-17", ["due/WMAS/2018-10-21/-3"]),
        ("2018-10-21", ["due_today/WMAS/2018-10-21/0"]),
        ("2018-10-22", ["late/WMAS/2018-10-21/1"]),
        ("2018-10-26", ["late/WMAS/2018-10-21/5"]),
        # Off for a week over all of it: the last one still goes, and none before it.
        ("2018-11-02", ["late/WMAS/2018-10-21/5"]),
        ("2018-12-21", []),  # nobody is chased for ever
    ],
)
def test_a_missing_return_is_asked_for_on_its_days(
    record: Record, on: str, told: list[str]
) -> None:
    assert to_wmas(record, dt.date.fromisoformat(on)) == told


@pytest.mark.parametrize(
    ("on", "offset"),
    [
        ("2019-04-04", None),
        ("2019-04-05", -10),
        ("2019-04-15", -10),
        ("2019-04-16", -3),  # Good Friday, 19 April, is no working day
        ("2019-04-21", 0),
        ("2019-04-22", 0),  # Easter Monday is none either
        ("2019-04-23", 1),
        ("2019-04-29", 5),
    ],
)
def test_over_easter_it_is_asked_for_in_working_days(
    record: Record, on: str, offset: int | None
) -> None:
    found = chasers(record, REFERENCE, on=dt.date.fromisoformat(on))
    keys = [one.key for one in found if one.to == "WMAS" and "2019-04-21" in one.key]
    assert [int(one.rpartition("/")[2]) for one in keys] == ([] if offset is None else [offset])


def test_after_a_week_off_each_notice_is_told_once_and_none_that_is_overtaken(
    workspace: Workspace, record: Record
) -> None:
    off = [dt.date(2018, 10, 17) + dt.timedelta(days=n) for n in range(7)]
    told: list[tuple[dt.date, str]] = []
    for day in (dt.date(2018, 10, 8) + dt.timedelta(days=n) for n in range(28)):
        for _ in range(0 if day in off else 2):  # a missed tick that is made up for comes too
            found = notices(record, REFERENCE, workspace.releases, on=day)
            now = dt.datetime.combine(day, dt.time(7), tzinfo=dt.UTC)
            told += [(day, one.key) for one in deliver(workspace, found, Settings(), now=now).filed]
    keys = [key for _, key in told]
    assert len(keys) == len(set(keys))
    assert [(f"{day:%m-%d}", key) for day, key in told if "/WMAS/2018-10-21" in key] == [
        ("10-08", "due/WMAS/2018-10-21/-10"),
        # The reminders of the 17th and the 21st are overtaken by the chaser of the 22nd.
        ("10-24", "late/WMAS/2018-10-21/1"),
        ("10-26", "late/WMAS/2018-10-21/5"),
    ]
    in_folder = list((workspace.root / "notices" / "WMAS").iterdir())
    assert len(in_folder) == sum("/WMAS/" in key for key in keys)


def test_a_return_that_came_is_not_asked_for(workspace: Workspace, record: Record) -> None:
    content = (SAMPLES / "WMAS-training_compliance-2018-19-Q2.csv").read_bytes()
    drop(workspace, record, "WMAS", content)
    texts = [one.text for one in chasers(record, REFERENCE, on=DUE) if one.to == "WMAS"]
    assert all("Training compliance" not in text for text in texts)
    assert any("Safeguarding activity" in text for text in texts)


def test_officers_get_one_list_of_who_is_late(record: Record) -> None:
    found = chasers(record, REFERENCE, on=dt.date(2018, 10, 22))
    lists = [one for one in found if one.to == OFFICERS and one.key.endswith("2018-10-21/1")]
    assert len(lists) == 1
    assert "- WMAS: Training compliance, 2018-19 Q2" in lists[0].text


def test_a_rejected_file_is_told_to_its_sender_without_a_figure_of_it(
    workspace: Workspace, record: Record
) -> None:
    content = (SAMPLES / "BWC-training_compliance-2018-19-Q2.csv").read_bytes()  # 5232 of 4896
    drop(workspace, record, "BWC", content)
    found = about_submissions(record, REFERENCE, on=AT.date())
    assert [(one.kind, one.to) for one in found] == [("rejected", "BWC")]
    assert record.submissions()[0].submission_id in found[0].text
    assert "5232" not in found[0].text
    assert "return.csv" not in found[0].text + found[0].subject


def test_a_file_for_another_organisation_is_told_to_whose_folder_it_lay_in(
    workspace: Workspace, record: Record
) -> None:
    content = (SAMPLES / "BWC-training_compliance-2018-19-Q2.csv").read_bytes()
    drop(workspace, record, "WMAS", content)
    assert [one.to for one in about_submissions(record, REFERENCE, on=AT.date())] == ["WMAS"]


def test_old_files_are_no_news(workspace: Workspace, record: Record) -> None:
    drop(workspace, record, "WMAS", b"nothing that is a return")
    assert len(about_submissions(record, REFERENCE, on=AT.date())) == 1
    assert not about_submissions(record, REFERENCE, on=AT.date() + dt.timedelta(days=60))


def test_officers_hear_before_the_last_day_of_publication_and_once_more_after_it(
    workspace: Workspace, record: Record
) -> None:
    def keys(day: int) -> list[str]:
        on = dt.date(2018, 11, day)
        return [one.key for one in about_publication(record, REFERENCE, workspace.releases, on=on)]

    assert keys(14) == []
    assert keys(15) == ["not_published/2018-11-27/near"]
    assert keys(19) == ["not_published/2018-11-27/near"]
    assert keys(20) == ["not_published/2018-11-27/over"]
    assert keys(28) == []


def test_no_subject_has_more_in_it_than_a_day_a_quarter_or_a_count() -> None:
    fields = {"due", "quarter", "count"}
    for kind, said in words().items():
        facts = dict.fromkeys(fields, "")
        assert said["subject"].format_map(facts), kind  # KeyError where another is named


# --- telling ------------------------------------------------------------------------------------


def notice(key: str, to: str = "WMAS", subject: str = "Quarterdeck: returns due") -> Notice:
    return Notice(key=key, to=to, kind="due", subject=subject, text="The text.\n.\nAfter a dot.")


class Mailbox:
    """A mail server's handler that keeps what it takes, and refuses one address."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox: nobody, and here is what you wrote"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken.append(parsed)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, MailServer]]:
    handler = Mailbox()
    controller = Controller(handler, hostname="127.0.0.1", port=3199)
    controller.start()
    yield (
        handler,
        MailServer(
            host="127.0.0.1", port=3199, sender="performance@council.example", security="none"
        ),
    )
    controller.stop()


def test_each_notice_is_mailed_once_to_the_addresses_of_its_body(
    workspace: Workspace, mailbox: tuple[Mailbox, MailServer]
) -> None:
    handler, server = mailbox
    settings = Settings(server=server, addresses={"WMAS": ("lead@wmas.example",)})
    found = [notice("due/1"), notice("due/2")]
    first = deliver(workspace, found, settings, now=AT)
    again = deliver(workspace, found, settings, now=AT)
    assert (len(first.mailed), len(again.mailed)) == (2, 0)
    assert [str(one["To"]) for one in handler.taken] == ["lead@wmas.example"] * 2
    assert handler.taken[0]["Subject"] == "Quarterdeck: returns due"
    assert handler.taken[0].get_content().splitlines() == ["The text.", ".", "After a dot."]
    assert len({one["Message-ID"] for one in handler.taken}) == 2


def test_without_an_address_a_notice_goes_to_the_folder_once(workspace: Workspace) -> None:
    for _ in range(2):
        told = deliver(workspace, [notice("due/1")], Settings(), now=AT)
    assert not told.filed
    files = list((workspace.root / "notices" / "WMAS").iterdir())
    assert len(files) == 1
    assert "The text." in files[0].read_text(encoding="utf-8")


def test_one_refused_address_does_not_stop_the_others_and_is_tried_again(
    workspace: Workspace, mailbox: tuple[Mailbox, MailServer]
) -> None:
    handler, server = mailbox
    addresses = {"BWC": ("nobody@bwc.example",), "WMAS": ("lead@wmas.example",)}
    settings = Settings(server=server, addresses=addresses)
    found = [notice("due/1", to="BWC"), notice("due/2")]
    told = deliver(workspace, found, settings, now=AT)
    assert [one.key for one in told.mailed] == ["due/2"]
    assert [reason for _, reason in told.failed] == ["the mail server refused every address"]
    assert [one.key for one in unsent(workspace, found)] == ["due/1"]
    mended = Settings(server=server, addresses={**addresses, "BWC": ("lead@bwc.example",)})
    assert [one.key for one in deliver(workspace, found, mended, now=AT).mailed] == ["due/1"]
    assert len(handler.taken) == 2
    assert len(list((workspace.root / "notices" / "BWC").iterdir())) == 1


def test_a_mail_server_that_is_down_leaves_every_notice_to_be_told(workspace: Workspace) -> None:
    server = MailServer(host="127.0.0.1", port=3198, sender="a@b.example", security="none")
    settings = Settings(server=server, addresses={"WMAS": ("lead@wmas.example",)})
    told = deliver(workspace, [notice("due/1")], settings, now=AT)
    assert [reason for _, reason in told.failed] == [
        "the mail server cannot be reached (Connection refused)"
    ]
    assert unsent(workspace, [notice("due/1")])


def test_nothing_can_start_a_header_of_its_own() -> None:
    hostile = notice("due/1", subject="Hello\r\nBcc: all@everywhere.example\r\n\r\nBuy")
    mail = message(hostile, sender="a@b.example", addresses=["c@d.example"], now=AT)
    parsed = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "Hello Bcc: all@everywhere.example Buy"
    assert parsed.get_content().startswith("The text.")


def test_what_was_told_is_kept_without_its_text(workspace: Workspace) -> None:
    deliver(workspace, [notice("due/1")], Settings(), now=AT)
    (kept,) = (workspace.root / "notices" / ".told").iterdir()
    assert set(json.loads(kept.read_bytes())) == {"key", "to", "at", "how"}


@pytest.mark.parametrize(
    "written",
    [
        "[email",
        '[email]\nhost = "h"\n',
        '[email]\nhost="h"\nport=25\nsender="a@b"\nsecurity="perhaps"\n',
        '[addresses]\nWMAS = ["no address"]\n',
        '[addresses]\nWMAS = ["a@b.example\\nBcc: c@d.example"]\n',
        "[addresses]\nWMAS = [7]\n",
    ],
)
def test_settings_that_cannot_be_used_are_named(workspace: Workspace, written: str) -> None:
    settings_file(workspace).write_text(written, encoding="utf-8")
    with pytest.raises(NoticeSettingsError, match=r"notices\.toml"):
        read_settings(workspace)


def test_settings_are_read(workspace: Workspace) -> None:
    settings_file(workspace).write_text(
        '[email]\nhost="mail"\nport=587\nsender="a@b.example"\nuser="q"\n'
        '[addresses]\nofficers = ["a@b.example"]\n',
        encoding="utf-8",
    )
    settings = read_settings(workspace)
    assert settings.server == MailServer(host="mail", port=587, sender="a@b.example", user="q")
    assert settings.addresses["officers"] == ("a@b.example",)
