"""The first page, the history, and the page about accessibility."""

from __future__ import annotations

from importlib import resources

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from portal.models import Account
from portal.pages import Asked, desk, show
from portal.refused import not_found
from portal.state import the_portal
from portal.views.listing import listed
from portal.views.owed import asked_quarter, listed_quarters, newest_quarter, rows_of

_A_PAGE = 25
_LOOKED_BACK = 3  # quarters, for what is still to do
# Where each asset is; the scripts, for passkeys alone, are allauth's.
_ASSETS = {
    "portal.css": ("portal", "assets", "text/css"),
    "icon.svg": ("portal", "assets", "image/svg+xml"),
    "onload.js": ("allauth.account", "static/account/js", "text/javascript"),
    "webauthn.js": ("allauth.mfa", "static/mfa/js", "text/javascript"),
    "webauthn-json.js": ("allauth.mfa", "static/mfa/js", "text/javascript"),
}


def home(request: Asked) -> HttpResponse:
    """Return what is owed, due and open, the most urgent first.

    One quarter alone where it is named.
    """
    account = request.user
    if account.is_officer and not account.may_send:
        return HttpResponseRedirect("/officer")
    asked = asked_quarter(request)
    newest = newest_quarter()
    quarter = asked or newest
    rows = rows_of(quarter, account.organisations)
    to_do = [row for row in rows if row.group == "to_do"]
    if asked is None:
        for back in range(1, _LOOKED_BACK + 1):
            earlier = rows_of(newest.shift(-back), account.organisations)
            to_do += [row for row in earlier if row.group == "to_do"]
    to_do.sort(key=lambda row: (row.standing.due_on, row.standing.obligation))
    known = the_portal().reference
    names = [known.organisation(code) for code in sorted(account.organisations)]
    return show(
        request,
        "home.html",
        quarter=quarter,
        asked=asked,
        to_do=to_do,
        done=[row for row in rows if row.group == "done"],
        later=[row for row in rows if row.group == "later"],
        several=len(account.organisations) > 1,
        organisations=[one.name for one in names if one is not None],
        quarters=listed_quarters(),
        on=the_portal().today,
    )


def history(request: Asked) -> HttpResponse:
    """Everything that was sent, newest first, a page at a time."""
    seen = desk(request).submissions()[::-1]
    pages = max(1, -(-len(seen) // _A_PAGE))
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= number <= pages:
        raise not_found()
    part = seen[(number - 1) * _A_PAGE : number * _A_PAGE]
    return show(
        request, "history.html", submissions=listed(part), page=number, pages=pages, total=len(seen)
    )


def account_page(request: Asked) -> HttpResponse:
    """Return what can be changed about one's own account."""
    return show(request, "account.html")


@login_not_required
def statement(request: HttpRequest) -> HttpResponse:
    """Return what is done so that everyone can use the pages."""
    return show(request, "statement.html")


@login_not_required
def signed_out(request: HttpRequest) -> HttpResponse:
    """Return what somebody sees whom a proxy signs on, once they have signed out here."""
    return show(request, "signed_out.html")


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Whether the portal can do its work: its accounts and the record can be read."""
    del request
    Account.objects.exists()
    is_well = the_portal().record.folder.is_dir()
    status = "ok" if is_well else "no record"
    return JsonResponse({"status": status}, status=200 if is_well else 503)


@login_not_required
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Return the style, the icon, or a script."""
    del request
    if name not in _ASSETS:
        raise Http404
    package, folder, kind = _ASSETS[name]
    content = (resources.files(package) / folder / name).read_bytes()
    headers = {"Cache-Control": "public, max-age=3600"}
    return HttpResponse(content, content_type=kind, headers=headers)
