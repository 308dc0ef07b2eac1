"""Notices: which messages are due to whom, each sent once.

What is due is determined anew each time from the record; what was sent is kept as a file under
``notices/``. So a service that was off for a week catches up, and nothing is sent twice.
A notice names returns, days and references. It holds no figure, nothing a partner typed and no
file name: those stand in the receipt, behind the reference.

The words stand in ``wording.toml``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.inbox.look import sent_by
from pipelines.obligations.calendar import chasing_days
from pipelines.obligations.standing import Standing, State, open_queries, standings
from pipelines.publishing.failed_build import FailedBuild
from pipelines.publishing.fates import fates_in_words, newest_with, rows_by_fate
from pipelines.publishing.releases import all_releases, published_for
from pipelines.publishing.sign_off import open_points
from pipelines.record.model import Submission
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference import Reference
from schemas.reference_rows import Meeting
from schemas.working_days import LONDON, publish_by, working_days_from

OFFICERS = "officers"
_WORDS = Path(__file__).parent / "wording.toml"
# A submission older than this is no news; the service has been off for longer than a holiday.
_NEWS = dt.timedelta(days=28)
# Where the chasers after the due day were missed, the last one is still sent for so many days.
_CATCH_UP = 10
_OUTSTANDING = frozenset({State.NOT_DUE, State.OVERDUE, State.REFUSED, State.NEEDS_CORRECTION})


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One message to one body. ``key`` says what it is about: the same key is sent once."""

    key: str
    to: str
    kind: str
    subject: str
    text: str

    @property
    def name(self) -> str:
        """A short name made of the key, fit for a file and a message's id."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:16]


def notices(
    record: Record,
    reference: Reference,
    releases: Path,
    *,
    on: dt.date,
    failed: FailedBuild | None = None,
) -> list[Notice]:
    """Return every notice that is due by the day ``on`` and still of use.

    Args:
        record: What came and was decided.
        reference: The board in force.
        releases: The folder of the releases.
        on: The day.
        failed: The newest build, if it failed.
    """
    return [
        *about_failure(failed),
        *chasers(record, reference, on=on),
        *about_submissions(record, reference, on=on),
        *about_rows(record, reference, releases, on=on),
        *about_publication(record, reference, releases, on=on),
    ]


def chasers(record: Record, reference: Reference, *, on: dt.date) -> list[Notice]:
    """Return the reminders to each organisation, and the lists of late returns for the officers.

    Of the days on which a return is asked for, only the newest that has come counts: what was
    missed while the service was off is not sent after it. Returns that are due on one day are
    named in one notice.
    """
    grouped: dict[tuple[str, dt.date, int], list[Standing]] = defaultdict(list)
    for quarter in _quarters_about(on):
        for one in standings(record, reference, quarter, on=on):
            if not one.is_owed or one.state not in _OUTSTANDING or one.current is not None:
                continue
            come = [day for day in chasing_days(one.due_on) if day.on <= on]
            if come and on <= working_days_from(come[-1].on, _CATCH_UP):
                key = (one.obligation.organisation, one.due_on, come[-1].offset)
                grouped[key].append(one)
    found = []
    late: dict[tuple[dt.date, int], list[Standing]] = defaultdict(list)
    for (organisation, due_on, offset), stood in sorted(grouped.items()):
        kind = "due" if offset < 0 else "due_today" if offset == 0 else "late"
        found.append(
            _notice(
                kind,
                key=f"{organisation}/{due_on}/{offset}",
                to=organisation,
                due=_day(due_on),
                returns=_listed(stood, reference),
            )
        )
        if offset > 0:
            late[due_on, offset].extend(stood)
    for (due_on, offset), stood in sorted(late.items()):
        found.append(
            _notice(
                "late_list",
                key=f"{OFFICERS}/{due_on}/{offset}",
                to=OFFICERS,
                due=_day(due_on),
                returns=_listed(stood, reference, with_organisation=True),
                count=str(len(stood)),
            )
        )
    return found


def about_submissions(record: Record, reference: Reference, *, on: dt.date) -> list[Notice]:
    """Return a notice about each new file that was not accepted or has unanswered queries.

    It goes to the organisation; to the officers if neither the file nor its channel names one. No
    notice is about a sample.
    """
    found = []
    for one in _news(record, on=on):
        if not one.is_accepted:
            kind = "refused" if one.outcome == "refused" else "rejected"
        elif open_queries(record, one, reference):
            kind = "queries"
        else:
            continue
        sender = one.organisation or sent_by(one) or ""
        known = reference.organisation(sender) is not None
        found.append(
            _notice(
                kind,
                key=one.submission_id,
                to=sender if known else OFFICERS,
                what=_what(one, reference),
                reference=one.submission_id,
                count=str(one.queries if one.is_accepted else one.errors),
            )
        )
    return found


def about_rows(
    record: Record, reference: Reference, releases: Path, *, on: dt.date
) -> list[Notice]:
    """Return a notice about each new return that a build has taken in: what became of its rows."""
    made = all_releases(releases)
    found = []
    for one in _news(record, on=on):
        release = newest_with(made, one.submission_id, releases) if one.is_accepted else None
        if release is None:
            continue
        fates = rows_by_fate(releases / release.release_id)[one.submission_id]
        found.append(
            _notice(
                "rows",
                key=one.submission_id,
                to=one.organisation or OFFICERS,
                what=_what(one, reference),
                reference=one.submission_id,
                count=str(sum(fates.values())),
                fates=fates_in_words(fates),
                quarter=release.quarter.label,
            )
        )
    return found


def _news(record: Record, *, on: dt.date) -> Iterator[Submission]:
    """Yield what came lately and stands: no sample, not withdrawn, nothing newer in its place."""
    withdrawn = record.withdrawn()
    newest = {one.obligation: one for one in record.submissions() if one.obligation}
    for one in record.submissions():
        gone = one.submission_id in withdrawn or one.sample is not None
        replaced = one.obligation is not None and newest[one.obligation] is not one
        if not (gone or replaced or one.received_at.date() < on - _NEWS):
            yield one


def about_publication(
    record: Record, reference: Reference, releases: Path, *, on: dt.date
) -> list[Notice]:
    """Return notices to the officers: an obstacle to the next publication, and each publication."""
    found = []
    final = [one for one in all_releases(releases) if one.status == "final"]
    for meeting in reference.meetings:
        if meeting.quarter is None or not on <= meeting.meeting_on:
            continue
        last_day = publish_by(meeting.meeting_on)
        if published_for(final, meeting) is None and on >= working_days_from(last_day, -2):
            found.append(
                _not_published(record, reference, meeting, meeting.quarter, last_day, on=on)
            )
    found.extend(
        _notice(
            "published",
            key=one.release_id,
            to=OFFICERS,
            quarter=one.quarter.label,
            release=one.release_id,
        )
        for one in final
        if one.made_at.date() >= on - _NEWS
    )
    return found


def about_failure(failed: FailedBuild | None) -> list[Notice]:
    """Return a notice to the officers that the newest build failed; of one cause one alone."""
    if failed is None:
        return []
    return [
        _notice(
            "build_failed",
            key=f"{failed.up_to}/{failed.kind}",
            to=OFFICERS,
            when=f"{failed.at.astimezone(LONDON):%A %-d %B %Y at %H:%M}",
            why=failed.why,
            what_to_do=failed.what_to_do,
        )
    ]


def _not_published(
    record: Record,
    reference: Reference,
    meeting: Meeting,
    quarter: Quarter,
    last_day: dt.date,
    *,
    on: dt.date,
) -> Notice:
    still_open = open_points(record, reference, quarter, on=on)
    return _notice(
        "not_published",
        # Told again when the last day is over: it is another message then.
        key=f"{meeting.meeting}/{'over' if on > last_day else 'near'}",
        to=OFFICERS,
        quarter=quarter.label,
        meeting=_day(meeting.meeting_on),
        last_day=_day(last_day),
        queries=str(still_open.queries),
        missing=str(len(still_open.missing)),
        key_of_quarter=quarter.key,
    )


def _quarters_about(on: dt.date) -> list[Quarter]:
    """Return the quarters for which a return can be due about now: a year of them."""
    this = Quarter.containing(on)
    return [this.shift(-back) for back in range(4, -1, -1)]


def _what(one: Submission, reference: Reference) -> str:
    calendar = reference.calendar(one.return_name or "")
    title = calendar.title if calendar else "a file"
    return f"{title}, {one.quarter.label}" if one.quarter else title


def _listed(
    stood: Iterable[Standing], reference: Reference, *, with_organisation: bool = False
) -> str:
    lines = []
    for one in sorted(stood, key=lambda one: one.obligation):
        calendar = reference.calendar(one.obligation.return_name)
        title = calendar.title if calendar else one.obligation.return_name
        who = f"{one.obligation.organisation}: " if with_organisation else ""
        state = "" if one.latest is None else " (sent, but not accepted yet)"
        lines.append(f"- {who}{title}, {one.obligation.quarter.label}{state}")
    return "\n".join(lines)


def _day(day: dt.date) -> str:
    return f"{day:%A %-d %B %Y}"


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the subject and text of each kind of notice.

    Raises ``ValueError`` if one lacks either.
    """
    read = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    for kind, said in read.items():
        if set(said) != {"subject", "text"}:
            raise ValueError(f"{_WORDS.name}: [{kind}] needs a subject and a text, nothing else")
    return read


def _notice(kind: str, *, key: str, to: str, **facts: str) -> Notice:
    said = words()[kind]
    whom = "the performance office" if to == OFFICERS else f"the data lead of {to}"
    facts = {"whom": whom, **facts}
    return Notice(
        key=f"{kind}/{key}",
        to=to,
        kind=kind,
        subject=said["subject"].format_map(facts),
        text=said["text"].format_map(facts),
    )
