"""The first page, the history, and the page about accessibility."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from portal.handling import Call
from portal.refused import not_found
from portal.views.listing import listed
from portal.views.owed import asked_quarter, listed_quarters, newest_quarter, rows_of

_A_PAGE = 25
_LOOKED_BACK = 3  # quarters, for what is still to do


def home(call: Call) -> Response:
    """Return what is owed, due and open, the most urgent first.

    One quarter alone where it is named.
    """
    account = call.account
    if account.is_officer and not account.may_send:
        return call.go("/officer")
    asked = asked_quarter(call)
    newest = newest_quarter(call)
    quarter = asked or newest
    rows = rows_of(call, quarter, account.organisations)
    to_do = [row for row in rows if row.group == "to_do"]
    if asked is None:
        for back in range(1, _LOOKED_BACK + 1):
            earlier = rows_of(call, newest.shift(-back), account.organisations)
            to_do += [row for row in earlier if row.group == "to_do"]
    to_do.sort(key=lambda row: (row.standing.due_on, row.standing.obligation))
    names = {code: call.reference.organisation(code) for code in sorted(account.organisations)}
    return call.show(
        "home.html",
        quarter=quarter,
        asked=asked,
        to_do=to_do,
        done=[row for row in rows if row.group == "done"],
        later=[row for row in rows if row.group == "later"],
        several=len(account.organisations) > 1,
        organisations=[one.name for one in names.values() if one is not None],
        quarters=listed_quarters(call),
        on=call.on,
    )


def history(call: Call) -> Response:
    """Everything that was sent, newest first, a page at a time."""
    seen = call.desk.submissions()[::-1]
    pages = max(1, -(-len(seen) // _A_PAGE))
    text = call.request.query_params.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= number <= pages:
        raise not_found()
    part = seen[(number - 1) * _A_PAGE : number * _A_PAGE]
    return call.show(
        "history.html", submissions=listed(call, part), page=number, pages=pages, total=len(seen)
    )


def statement(call: Call) -> Response:
    """Return what is done so that everyone can use the pages."""
    return call.show("statement.html")


def health(call: Call) -> Response:
    """Whether the portal can do its work: its accounts and the record can be read."""
    call.portal.accounts.account("health")
    is_well = call.portal.record.folder.is_dir()
    return JSONResponse({"status": "ok" if is_well else "no record"}, 200 if is_well else 503)
