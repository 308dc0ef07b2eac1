"""The board as officers see it: what is in force, its history, and the draft of a change."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from itertools import pairwise

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from pipelines.board import ReferenceDataError
from pipelines.board.cells import Fault
from pipelines.board.choices import choices
from pipelines.board.differences import differences
from pipelines.board.draft import (
    Cells,
    Draft,
    DraftRefusedError,
    Files,
    Lines,
    Refusal,
    lines_of_table,
)
from pipelines.board.in_force import files_in, reference_of_version, version_in_force, versions
from pipelines.board.tables import read_board, reference_of
from pipelines.record.model import Event
from portal.pages import Asked, log, officers_only, show
from portal.refused import not_found
from portal.state import the_portal
from portal.words import words
from schemas.reference import TABLES

EDITED = ("measures", "targets", "obligations", "expected_rows")
_DRAFT = "/officer/board/draft"


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of the history, with what it changed; None if its tables cannot be used."""

    event: Event
    changed: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One cell of the form: ``options`` are codes with their names, None for free text."""

    name: str
    value: str
    options: list[tuple[str, str]] | None
    faults: list[str]


@officers_only
def board_page(request: Asked) -> HttpResponse:
    """Return the board in force, its tables, and each version with what it changed."""
    record, reference = the_portal().record, the_portal().reference
    return show(
        request,
        "board.html",
        settings=reference.settings,
        version=version_in_force(record),
        tables=[(name, len(getattr(reference, field))) for name, (field, _) in TABLES.items()],
        history=_history(),
        done="done" in request.GET,
    )


@officers_only
def table_page(request: Asked, table: str) -> HttpResponse:
    """Return the rows of a table in force."""
    if table not in TABLES:
        raise not_found()
    lines = lines_of_table(files_in(version_in_force(the_portal().record)), table)
    return show(request, "board_table.html", table=table, lines=lines, drafts=False)


@officers_only
def draft_page(request: Asked) -> HttpResponse:
    """Return what the draft would change, who drafted it, and what is wrong with it."""
    return _draft_page(request, refused=None)


@officers_only
def draft_table(request: Asked, table: str) -> HttpResponse:
    """Return the rows of a table as drafted, each with the form that changes it."""
    return show(
        request, "board_table.html", table=table, lines=_lines(_draft().files(), table), drafts=True
    )


@officers_only
def draft_row(request: Asked, table: str, number: str) -> HttpResponse:
    """Return the form of a row, or of a new one; keep what was typed, or take the row out."""
    draft = _draft()
    lines = _lines(draft.files(), table)
    known: dict[str, tuple[int | None, Cells]] = {"new": (None, ("",) * len(lines.heading))}
    known |= {str(at): (at, cells) for at, cells in lines.numbered}
    if number not in known:
        raise not_found()
    at, cells = known[number]
    if request.method != "POST":
        return _form(request, draft, table, at, cells)
    typed = tuple(_one_line(request.POST.get(name, "")) for name in lines.heading)
    takes_out = request.POST.get("do") == "take out" and at is not None
    try:
        kept_at = draft.put(
            table,
            at,
            None if takes_out else typed,
            by_whom=request.user.name,
            at=the_portal().now,
            seen=request.POST.get("seen", ""),
        )
    except DraftRefusedError as refused:
        return _form(request, draft, table, at, cells if at else typed, refused=refused.why)
    log(request, "board drafted", table=table, row=kept_at)
    path = _DRAFT if takes_out else f"{_DRAFT}/{table}/{kept_at}"
    return HttpResponseRedirect(f"{path}?kept=1")


@officers_only
@require_POST
def put_into_force(request: Asked) -> HttpResponse:
    """Put the draft into force, unless who asks drafted any of it."""
    try:
        event = _draft().put_into_force(
            by_whom=request.user.name,
            note=_one_line(request.POST.get("note", "")),
            at=the_portal().now,
            seen=request.POST.get("seen", ""),
        )
    except DraftRefusedError as refused:
        log(request, "board not put into force", reason=refused.why)
        return _draft_page(request, refused=refused.why)
    log(request, "board put into force", version=event.event_id)
    return HttpResponseRedirect("/officer/board?done=1")


def _draft() -> Draft:
    portal = the_portal()
    return Draft(
        portal.record,
        portal.settings.workspace.board,
        faults_of_look=portal.settings.faults_of_look,
    )


def _history() -> list[Version]:
    """Return every version, the newest first."""
    record = the_portal().record
    found = []
    for before, event in pairwise([None, *versions(record)]):
        if event is None:
            continue
        try:
            was = reference_of_version(record, before) if before else None
            changed = differences(was, reference_of_version(record, event)) if was else []
        except ReferenceDataError:
            changed = None
        found.append(Version(event=event, changed=changed))
    return found[::-1]


def _lines(files: Files, table: str) -> Lines:
    """Return a table of the draft that can be edited here. Raises ``Refused`` if it cannot.

    The page of the draft says what is wrong with a file that cannot be read.
    """
    if table not in _editable(files):
        raise not_found()
    return lines_of_table(files, table)


def _editable(files: Files) -> list[str]:
    """Return the tables that have forms here, of those that have the columns that they must."""
    found = []
    for table in EDITED:
        columns = {one.name: one.default is MISSING for one in fields(TABLES[table][1])}
        with suppress(ValueError):
            heading = lines_of_table(files, table).heading
            needed = {name for name, is_needed in columns.items() if is_needed}
            if len({*heading}) == len(heading) and needed <= {*heading} <= columns.keys():
                found.append(table)
    return found


def _draft_page(request: Asked, *, refused: Refusal | None) -> HttpResponse:
    draft = _draft()
    faults = draft.faults()
    now = None if faults else reference_of(draft.files())
    return show(
        request,
        "board_draft.html",
        status={None: 200, Refusal.OWN: 403}.get(refused, 422),
        edited=_editable(draft.files()),
        rows=draft.rows(),
        faults=faults,
        changed=differences(the_portal().reference, now) if now else [],
        refusal=draft.refusal(request.user.name),
        refused=words()["board"]["refused"][refused] if refused else None,
        seen=draft.fingerprint(),
        note=request.POST.get("note", ""),
        kept="kept" in request.GET,
    )


def _form(
    request: Asked,
    draft: Draft,
    table: str,
    number: int | None,
    cells: Cells,
    *,
    refused: Refusal | None = None,
) -> HttpResponse:
    files = draft.files()
    faults, tables = draft.faults(), read_board(files).tables
    here = [one for one in faults if number and (one.table, one.row) == (table, number)]
    shown = [
        _field(
            name, cells[at] if at < len(cells) else "", choices(table, name, tables), faults=here
        )
        for at, name in enumerate(lines_of_table(files, table).heading)
    ]
    return show(
        request,
        "board_row.html",
        status=422 if refused else 200,
        table=table,
        number=number,
        fields=shown,
        here=here,
        without_field=[one.text for one in here if one.column is None],
        elsewhere=[one for one in faults if one not in here],
        refused=words()["board"]["refused"][refused] if refused else None,
        seen=draft.fingerprint(),
        kept="kept" in request.GET,
    )


def _field(
    name: str, value: str, options: list[tuple[str, str]] | None, *, faults: list[Fault]
) -> Field:
    if options is not None and value not in ("", *(code for code, _ in options)):
        options = [(value, value), *options]
    return Field(
        name=name,
        value=value,
        options=options,
        faults=[one.text for one in faults if one.column == name],
    )


def _one_line(text: str) -> str:
    """Return what was typed as a cell holds it: one line, and nothing that cannot be seen."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
