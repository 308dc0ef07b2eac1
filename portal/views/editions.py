"""What is published: every edition as it stands, and the withdrawal of one.

A withdrawal is asked for here and done by the engine, as a publication is.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect

from pipelines.publishing.asked_for import WITHDRAW, ask, waiting
from pipelines.publishing.editions import amended_by, editions
from pipelines.publishing.releases import PublishingError, Release, edition_of
from pipelines.publishing.withdrawing import check_withdrawal
from pipelines.publishing.withdrawn import withdrawals
from portal.pages import Asked, log, officers_only, show
from portal.refused import not_found
from portal.state import the_portal

_HERE = "/officer/editions"


@officers_only
def editions_page(request: Asked) -> HttpResponse:
    """Return the list of what is published, the newest first."""
    workspace = the_portal().settings.workspace
    published = editions(workspace.releases)
    gone = withdrawals(the_portal().record)
    rows = [
        {
            "release": one,
            "edition": edition_of(one),
            "amended_by": amended_by(published, one),
            "withdrawn": gone.get(edition_of(one).name),
        }
        for one in reversed(published)
    ]
    return show(
        request,
        "editions.html",
        rows=rows,
        done=request.GET.get("done"),
        waiting=[one for one in waiting(workspace) if one.what == WITHDRAW],
    )


@officers_only
def withdraw_page(request: Asked, name: str) -> HttpResponse:
    """Return what a withdrawal does and ask for the note; with it, ask the engine to do it."""
    release = _standing(name)
    if request.method != "POST":
        return _form(request, release, refused=None)
    note = request.POST.get("note", "").strip()
    workspace, who = the_portal().settings.workspace, request.user.name
    try:
        check_withdrawal(workspace, the_portal().record, name, by_whom=who, note=note)
    except PublishingError as refusal:
        return _form(request, release, refused=str(refusal))
    ask(workspace, WITHDRAW, by_whom=who, at=the_portal().now, note=note, edition=name)
    log(request, "asked for a withdrawal", edition=name)
    return HttpResponseRedirect(f"{_HERE}?done=withdraw")


def _standing(name: str) -> Release:
    """Return the published edition of that name that was not withdrawn."""
    if name not in withdrawals(the_portal().record):
        for one in editions(the_portal().settings.workspace.releases):
            if edition_of(one).name == name:
                return one
    raise not_found()


def _form(request: Asked, release: Release, *, refused: str | None) -> HttpResponse:
    return show(
        request,
        "withdraw_edition.html",
        status=422 if refused else 200,
        refused=refused,
        release=release,
        edition=edition_of(release),
        typed=request.POST,
    )
