"""The next edition: what it will hold, what stands in its way, and the three buttons.

A build and a publication are asked for here and done by the engine; a sign-off is recorded at once.
"""

from __future__ import annotations

from mimetypes import guess_type

from django.http import HttpResponse, HttpResponseRedirect

from pipelines.publishing.asked_for import BUILD, PUBLISH, ask, is_building, waiting
from pipelines.publishing.failed_build import failed_build
from pipelines.publishing.making import planned_edition
from pipelines.publishing.overview import NextPublication, next_publication
from pipelines.publishing.releases import PublishingError, all_releases
from pipelines.publishing.sign_off import SigningError, sign_off
from pipelines.workspace import Workspace
from portal.pages import Asked, log, officers_only, show
from portal.refused import not_found
from portal.state import the_portal
from portal.views.owed import row_of
from portal.words import words

_HERE = "/officer/publication"


class _NotDoneError(Exception):
    """What was asked for cannot be done now; the message says why."""


@officers_only
def publication_page(request: Asked) -> HttpResponse:
    """Return the page; build, sign off or publish as the button says."""
    if request.method != "POST":
        return _page(request, refused=None)
    what = request.POST.get("do", "")
    try:
        done = {"build": _build, "sign-off": _sign_off, "publish": _publish}[what](request)
    except KeyError:
        raise not_found() from None
    except (_NotDoneError, SigningError, PublishingError) as refusal:
        return _page(request, refused=str(refusal))
    return HttpResponseRedirect(f"{_HERE}?done={done}")


@officers_only
def preview(request: Asked, release_id: str, path: str) -> HttpResponse:
    """Return a page of a draft or edition as it was made, for officers alone."""
    del request
    releases = the_portal().settings.workspace.releases
    if release_id not in {one.release_id for one in all_releases(releases)}:
        raise not_found()
    site = (releases / release_id / "site").resolve()
    file = (site / path).resolve()
    if not file.is_relative_to(site) or not file.is_file():
        raise not_found()
    kind, _ = guess_type(file.name)
    return HttpResponse(file.read_bytes(), content_type=kind or "application/octet-stream")


def _build(request: Asked) -> str:
    ask(_workspace(), BUILD, by_whom=request.user.name, at=the_portal().now)
    log(request, "asked for a build")
    return "build"


def _sign_off(request: Asked) -> str:
    coming = _coming()
    draft = coming.draft if coming else None
    if coming is None or draft is None or draft.release_id != request.POST.get("draft"):
        raise _NotDoneError(words()["publication"]["another_draft"])
    sign_off(
        the_portal().record,
        the_portal().reference,
        _workspace().releases,
        coming.quarter,
        by_whom=request.user.name,
        note=request.POST.get("note", "").strip(),
        at=the_portal().now,
        on=the_portal().today,
        meeting_on=coming.meeting.meeting_on if coming.meeting else None,
    )
    log(request, "signed off", quarter=coming.quarter.key, release=draft.release_id)
    return "sign-off"


def _publish(request: Asked) -> str:
    coming = _coming()
    if coming is None:
        raise _NotDoneError(words()["publication"]["nothing"])
    note = request.POST.get("note", "").strip() or None
    plan = planned_edition(
        _workspace(),
        the_portal().record,
        coming.quarter,
        note=note,
        meeting_on=coming.meeting.meeting_on if coming.meeting else None,
    )
    if plan.edition is None:
        raise _NotDoneError(words()["publication"]["is_published"])
    ask(
        _workspace(),
        PUBLISH,
        by_whom=request.user.name,
        at=the_portal().now,
        quarter=coming.quarter,
        note=note,
    )
    log(request, "asked for a publication", quarter=coming.quarter.key)
    return "publish"


def _workspace() -> Workspace:
    return the_portal().settings.workspace


def _coming() -> NextPublication | None:
    portal = the_portal()
    return next_publication(portal.record, portal.reference, _workspace().releases, on=portal.today)


def _page(request: Asked, *, refused: str | None) -> HttpResponse:
    coming, workspace = _coming(), _workspace()
    published = coming.published if coming else None
    is_out = bool(
        coming and published and coming.draft and coming.draft.data_sha256 == published.data_sha256
    )
    return show(
        request,
        "publication.html",
        status=422 if refused else 200,
        refused=refused,
        done=request.GET.get("done"),
        coming=coming,
        is_out=is_out,
        is_amendment=published is not None and not is_out,
        queried=[row_of(one, on=the_portal().today) for one in coming.open_points.queried]
        if coming
        else [],
        missing=[row_of(one, on=the_portal().today) for one in coming.open_points.missing]
        if coming
        else [],
        failed=failed_build(workspace),
        waiting=waiting(workspace),
        building=is_building(workspace),
        typed=request.POST,
    )
