"""Puts a release together: the published data, the pages made of it, the manifest.

It lies here because it joins what must not know each other: the warehouse and the pages.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from dashboards.data import editions as pages
from dashboards.drawing.rendering import Drawing
from dashboards.drawing.rendering import drawing as in_browser
from dashboards.pages.archive import all_editions as archive
from dashboards.printing import pack
from dashboards.site import SiteReport, build_site
from dashboards.story.comparing import Changes, NotComparableError, compare
from pipelines.checking.engine.wording import rules
from pipelines.disclosure.accepted import accepted_figures, accepted_ids
from pipelines.disclosure.adapter import write_ledger
from pipelines.disclosure.attack import attack_release
from pipelines.durable import exclusive, replace_file
from pipelines.obligations.standing import LONDON
from pipelines.publishing.editions import (
    MEETINGS,
    PACK,
    Entrances,
    amended_by,
    as_list,
    before,
    editions,
    editions_of,
    next_edition,
    settle,
)
from pipelines.publishing.releases import (
    LEDGER,
    Edition,
    NotSignedOffError,
    Release,
    all_releases,
    check_whole,
    data_sha256,
    edition_of,
    export_published,
    finish,
    newest_draft,
    published_folders,
    signed_off,
    staging_folder,
)
from pipelines.record.model import Event
from pipelines.record.store import Record
from pipelines.warehouse.health import check_totals
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

Status = Literal["draft", "final"]


class UnsafeReleaseError(Exception):
    """A suppressed figure could be worked back from what would be published; nothing was made."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A release and what its pages lack, if anything.

    ``was_published``: nothing was made, these figures are published already.
    """

    release: Release
    site: SiteReport
    was_published: bool = False


def export(workspace: Workspace, record: Record) -> Path:
    """Takes the published data out of the warehouse into a folder of its own and gives it.

    ``record`` is the workspace's. Raises ``UnsafeReleaseError`` where a suppressed figure can be
    worked back from it.
    """
    staging = staging_folder(workspace.releases)
    with connect(workspace.warehouse) as connection:
        check_totals(connection, record)
        export_published(connection, staging / "data")
        write_ledger(connection, staging / LEDGER, release_id=data_sha256(staging / "data"))
    attack = attack_release(
        staging / "data",
        earlier=[folder / "data" for folder in published_folders(workspace.releases)],
        accepted=accepted_ids(accepted_figures(record)),
    )
    if attack.succeeded:
        shutil.rmtree(staging)
        first = (attack.exposed or attack.open_columns)[0]
        raise UnsafeReleaseError(
            f"{len(attack.exposed) + len(attack.open_columns)} suppressed figures can be worked "
            f"back from what would be published, first: {first}. Nothing was made."
        )
    return staging


def make_release(
    workspace: Workspace,
    staging: Path,
    *,
    quarter: Quarter,
    status: Status,
    made_by: str,
    now: dt.datetime,
    edition: Edition | None = None,
    signed_off: Event | None = None,
    drawing: Drawing | None = None,
) -> Made:
    """Makes the pages of the data in ``staging`` and finishes the release.

    ``edition`` and ``signed_off`` belong to what is published; the pages of a draft are told which
    edition it would be. ``drawing`` is one that was begun already.
    """
    data = staging / "data"
    context = edition_context(workspace, data, edition=edition, signed_off=signed_off)
    site = build_site(
        data,
        staging / "site",
        status=status,
        chart_cache=workspace.charts,
        edition=context,
        shapes=workspace.root / "shapes",
        paper=edition is not None,
        check_titles={rule_id: rule.title for rule_id, rule in rules().items()},
        drawing=drawing,
    )
    if edition is not None:
        _pack(staging, edition=edition, quarter=quarter)
    row = _release_row(data)
    release = finish(
        staging,
        workspace.releases,
        quarter=quarter,
        status=status,
        made_at=now,
        made_by=made_by,
        edition=edition,
        as_of=row.get("as_of_day"),
        counts_up_to=row.get("counts_up_to"),
    )
    show_to_officers(workspace)
    return Made(release=release, site=site)


def _pack(staging: Path, *, edition: Edition, quarter: Quarter) -> None:
    """Adds the zip of an edition: its pages where they lie in the public folder, and a page
    beside them that leads in."""
    site = staging / "site"
    files = {
        f"{MEETINGS}/{edition.name}/{path.relative_to(site).as_posix()}": path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }
    start = archive.start_page(
        name=edition.name,
        meeting=edition.meeting,
        meeting_on=edition.meeting_on,
        quarter_label=quarter.label,
        board=_release_row(staging / "data")["board"],
    )
    target = staging / PACK / f"{edition.name}.zip"
    target.parent.mkdir()
    target.write_bytes(pack.zipped(files | start))


def publish(
    workspace: Workspace,
    record: Record,
    quarter: Quarter,
    *,
    now: dt.datetime,
    note: str | None = None,
) -> Made:
    """Makes the signed-off figures of the quarter an edition, and shows it to the public.

    The pages are made anew from the very data that was signed off, without the marks of a draft.
    Figures that are published already stay as they are, unless there is another ``note``: then
    there is an amendment that gives it. Two calls at once make one edition: the second waits, and
    finds it. One that was stopped at any step is completed by being asked for again.

    Raises ``NotSignedOffError`` where there is no draft, no sign-off, or the sign-off is of other
    figures than the newest draft's; ``DamagedReleaseError`` where the draft's files are not those
    that its manifest names; ``AmendmentNeedsNoteError`` where the meeting has an edition with other
    figures and there is no note; ``NothingToAmendError`` where it has none and there is a note.
    """
    with exclusive(workspace.releases / ".publishing.lock"):
        draft, event = signed_off_draft(workspace, record, quarter)
        source = workspace.releases / draft.release_id
        check_whole(source)
        published = editions(workspace.releases)
        meeting, meeting_on = meeting_of(source / "data")
        edition = next_edition(
            published,
            meeting=meeting,
            meeting_on=meeting_on,
            figures=draft.data_sha256,
            note=note,
        )
        if edition is None:
            made = _as_published(editions_of(published, meeting)[-1])
        else:
            with in_browser(cache=workspace.charts, draft=False) as drawing:
                if drawing.chromium is not None:
                    drawing.chromium.start()  # it will print, at least
                staging = staging_folder(workspace.releases)
                shutil.copytree(source / "data", staging / "data")
                shutil.copy2(source / LEDGER, staging / LEDGER)
                made = make_release(
                    workspace,
                    staging,
                    quarter=quarter,
                    status="final",
                    made_by=event.by_whom,
                    now=now,
                    edition=edition,
                    signed_off=event,
                    drawing=drawing,
                )
        show(workspace)
    return made


def show(workspace: Workspace) -> None:
    """Makes the public folder show what is published. Raises ``DamagedReleaseError``."""
    published = editions(workspace.releases)
    listed = listing(workspace, published)
    pages = {
        edition_of(one).name: [
            path.removeprefix("site/")
            for path in one.files
            if path.startswith("site/") and path.endswith(".html")
        ]
        for one in published
    }
    if published:
        settle(
            workspace.releases,
            workspace.public,
            published,
            Entrances(
                latest=archive.ways(pages),
                root=archive.editions_json(as_list(workspace.releases, published))
                | archive.public_index(listed),
            ),
        )
    show_to_officers(workspace)


def show_to_officers(workspace: Workspace) -> None:
    """Writes the list of drafts and editions beside the releases."""
    published = editions(workspace.releases)
    figures = {one.data_sha256 for one in published}
    drafts = [
        (one.release_id, one.quarter.label, one.data_sha256 in figures)
        for one in reversed(all_releases(workspace.releases))
        if one.status == "draft"
    ]
    files = archive.releases_index(drafts, listing(workspace, published))
    for path, content in files.items():
        replace_file(content, workspace.releases / path)


def edition_context(
    workspace: Workspace, data: Path, *, edition: Edition | None, signed_off: Event | None
) -> pages.Edition:
    """What the pages of these data are told of their edition and of those before it."""
    published = editions(workspace.releases)
    meeting, meeting_on = meeting_of(data)
    figures = data_sha256(data)
    quarter = Quarter.parse(_release_row(data)["quarter"])
    earlier = before(
        published, meeting=meeting, meeting_day=meeting_on or quarter.end, figures=figures
    )
    if edition is None:
        same = editions_of(earlier, meeting)
        edition = Edition(
            meeting=meeting,
            meeting_on=meeting_on,
            revision=edition_of(same[-1]).revision + 1 if same else 0,
            note="",
        )
    changes, why_not = _changes(workspace, earlier, data)
    return pages.Edition(
        name=edition.name,
        revision=edition.revision,
        note=edition.note,
        signed_off_by=signed_off.by_whom if signed_off else None,
        signed_off_on=signed_off.at.astimezone(LONDON).date() if signed_off else None,
        earlier=listing(workspace, earlier),
        changes=changes,
        not_comparable=why_not,
    )


def _changes(
    workspace: Workspace, earlier: Sequence[Release], data: Path
) -> tuple[Changes | None, str]:
    """How the data differ from the last of the editions before; else why that cannot be told."""
    if not earlier:
        return None, ""
    try:
        return compare(workspace.releases / earlier[-1].release_id / "data", data), ""
    except NotComparableError as reason:
        return None, str(reason)


def listing(workspace: Workspace, published: Sequence[Release]) -> tuple[pages.Listed, ...]:
    """The editions as lists on pages show them, in the order given."""
    found = []
    for one in published:
        edition = edition_of(one)
        row = _release_row(workspace.releases / one.release_id / "data")
        found.append(
            pages.Listed(
                name=edition.name,
                meeting=edition.meeting,
                meeting_on=edition.meeting_on,
                quarter_label=one.quarter.label,
                revision=edition.revision,
                note=edition.note,
                signed_off_by=one.made_by,
                published_on=one.made_at.astimezone(LONDON).date(),
                figures_sha256=one.data_sha256,
                amended_by=amended_by(published, one),
                board=row["board"],
                has_summary_pdf="site/pack/summary.pdf" in one.files,
                has_whole_pdf="site/pack/whole.pdf" in one.files,
            )
        )
    return tuple(found)


def meeting_of(data: Path) -> tuple[str, dt.date | None]:
    """The meeting that published data are for, by its name, and its day.

    Where no meeting is known the quarter stands for it, with no day.
    """
    row = _release_row(data)
    met: dt.date | None = row["meeting_on"]
    if met is None:
        return row["quarter"], None
    return met.isoformat(), met


def _release_row(data: Path) -> dict[str, Any]:
    return pl.read_parquet(data / "pub_release.parquet").row(0, named=True)


def _as_published(release: Release) -> Made:
    """A release that is there already, with what its manifest says of its pages."""
    files = {
        path.removeprefix("site/"): sha
        for path, sha in release.files.items()
        if path.startswith("site/")
    }
    return Made(
        release=release,
        site=SiteReport(
            files=files,
            pages=tuple(path for path in files if path.endswith(".html")),
            charts=sum(path.startswith("charts/") for path in files),
            charts_from_cache=0,
            missing=(),
        ),
        was_published=True,
    )


def signed_off_draft(
    workspace: Workspace, record: Record, quarter: Quarter
) -> tuple[Release, Event]:
    """The newest draft of the quarter with its sign-off. Raises ``NotSignedOffError``."""
    draft = newest_draft(workspace.releases, quarter)
    if draft is None:
        raise NotSignedOffError(
            f"There is no draft for {quarter.label}. Make one with: "
            f"quarterdeck build --quarter {quarter.key}"
        )
    event = signed_off(record, quarter, draft.data_sha256)
    if event is None:
        raise NotSignedOffError(
            f"Nobody has signed off the figures of the newest draft for {quarter.label}. Look at "
            f"it ({workspace.releases / draft.release_id / 'site' / 'index.html'}), then: "
            f'quarterdeck sign-off --quarter {quarter.key} --by "your role"'
        )
    return draft, event
