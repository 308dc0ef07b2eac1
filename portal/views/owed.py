"""What is owed, due and open, as rows that a page lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from pipelines.obligations.standing import Standing, State, standings
from pipelines.record.model import Obligation, Submission
from portal.refused import not_found
from portal.state import the_portal
from portal.words import counted, day, due_words, words
from schemas.quarter import Quarter
from schemas.return_calendar import Calendar

LISTED_QUARTERS = 8


@dataclass(frozen=True, kw_only=True)
class Row:
    """One obligation on a page. ``group`` is ``to_do``, ``done`` or ``later``."""

    standing: Standing
    title: str
    organisation: str
    organisation_name: str
    state: str
    due: str
    notes: tuple[str, ...]
    act: str
    act_href: str
    href: str
    group: str


def newest_quarter() -> Quarter:
    """Return the newest quarter that is over: the one that is reported now."""
    return Quarter.containing(the_portal().today).shift(-1)


def asked_quarter(request: HttpRequest) -> Quarter | None:
    """Return the quarter in the address, None if there is none.

    Raises ``Refused`` for no quarter.
    """
    text = request.GET.get("quarter")
    return None if text is None else quarter_of(text)


def quarter_of(text: str) -> Quarter:
    """Return the quarter of a key. Raises ``Refused``, as for any page that is not there."""
    try:
        return Quarter.parse(text)
    except ValueError:
        raise not_found() from None


def obligation_of(organisation: str, return_name: str, quarter: str) -> Obligation:
    """Return the obligation that an address names.

    Raises ``Refused`` if there is no such organisation or return.
    """
    found = Obligation(organisation, return_name, quarter_of(quarter))
    reference = the_portal().reference
    if reference.organisation(organisation) is None or reference.declared(return_name) is None:
        raise not_found()
    return found


def listed_quarters() -> list[Quarter]:
    """Return the quarters that can be chosen, newest first.

    Of those before the service only the ones for which something was sent are among them.
    """
    newest, first = newest_quarter(), the_portal().reference.settings.first_quarter
    sent = {one.quarter for one in the_portal().record.submissions()}
    quarters = [newest.shift(-back) for back in range(LISTED_QUARTERS)]
    return [one for one in quarters if one >= first or one in sent or one == newest]


def rows_of(quarter: Quarter, organisations: Iterable[str] | None) -> list[Row]:
    """Return the obligations of a quarter, of these organisations or of all."""
    wanted = None if organisations is None else frozenset(organisations)
    on = the_portal().today
    return [
        row_of(standing, on=on)
        for standing in standings(the_portal().record, the_portal().reference, quarter, on=on)
        if wanted is None or standing.obligation.organisation in wanted
    ]


def standing_of(obligation: Obligation) -> Standing:
    """Return how the obligation stands. Raises ``Refused`` if it is neither owed nor was sent."""
    found = standings(
        the_portal().record,
        the_portal().reference,
        obligation.quarter,
        on=the_portal().today,
    )
    for standing in found:
        if standing.obligation == obligation:
            return standing
    raise not_found()


def row_of(standing: Standing, *, on: dt.date) -> Row:
    """One obligation as a page lists it."""
    obligation = standing.obligation
    calendar = the_portal().reference.calendar(obligation.return_name)
    organisation = the_portal().reference.organisation(obligation.organisation)
    is_open = calendar is None or on >= calendar.opens_on(obligation.quarter)
    due = due_words(standing, on=on)
    if not is_open and calendar is not None:
        due = words()["due"]["opens"].format(
            day=day(calendar.opens_on(obligation.quarter)), due=day(standing.due_on)
        )
    return Row(
        standing=standing,
        title=calendar.title if calendar else obligation.return_name,
        organisation=obligation.organisation,
        organisation_name=organisation.name if organisation else obligation.organisation,
        state=standing.state.value,
        due=due,
        notes=tuple(_notes(standing, calendar)),
        act=words()["act"][standing.state.value],
        act_href=_act_path(standing),
        href=path_of(obligation),
        group=_group(standing, is_open=is_open),
    )


def path_of(obligation: Obligation) -> str:
    """Return the address of a return's page."""
    return f"/returns/{obligation.organisation}/{obligation.return_name}/{obligation.quarter.key}"


def page_of(submission: Submission) -> str:
    """Return the address of a submission's page."""
    return f"/submissions/{submission.submission_id}"


def _act_path(standing: Standing) -> str:
    """Return where what is to be done is done: at the findings, where there are some."""
    if standing.state in (State.REFUSED, State.NEEDS_CORRECTION) or standing.last_correction_failed:
        found = standing.latest
    else:
        found = standing.current if standing.open_queries else None
    return path_of(standing.obligation) if found is None else page_of(found)


def _notes(standing: Standing, calendar: Calendar | None) -> Iterable[str]:
    if standing.open_queries:
        yield counted(words()["queries"], standing.open_queries)
    if standing.last_correction_failed:
        yield words()["queries"]["last_failed"]
    if calendar and standing.due_on != calendar.due_on(standing.obligation.quarter):
        yield words()["due"]["extended"]


def _group(standing: Standing, *, is_open: bool) -> str:
    if not is_open and standing.latest is None:
        return "later"
    waits = standing.state in (
        State.NOT_DUE,
        State.OVERDUE,
        State.REFUSED,
        State.NEEDS_CORRECTION,
    )
    return "to_do" if waits or standing.open_queries or standing.last_correction_failed else "done"
