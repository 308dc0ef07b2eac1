"""Making, publishing and amending releases.

The pages are another room's: whatever makes them is handed in as a ``SiteBuilder``.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pipelines.disclosure.accepted import accepted_figures, accepted_ids, tightened_rules
from pipelines.disclosure.adapter import write_ledger
from pipelines.disclosure.attack import attack_release, in_words
from pipelines.disclosure.versions import ledger_key
from pipelines.durable import exclusive, replace_file
from pipelines.publishing.editions import (
    MEETINGS,
    Entrances,
    before,
    editions,
    editions_of,
    next_edition,
    settle,
)
from pipelines.publishing.notes import check_note
from pipelines.publishing.public_manifest import PACK
from pipelines.publishing.releases import (
    LEDGER,
    Edition,
    NotSignedOffError,
    PublishingError,
    Release,
    Reported,
    all_releases,
    check_whole,
    data_sha256,
    edition_of,
    export_published,
    finish,
    newest_draft,
    no_draft,
    signed_off,
    staging_folder,
)
from pipelines.publishing.withdrawn import published_folders, still_published
from pipelines.record.model import Event
from pipelines.record.store import Record
from pipelines.warehouse.health import check_totals
from pipelines.warehouse.loading import connect
from pipelines.workspace import Workspace
from schemas.quarter import Quarter
from schemas.reference import Reference


class UnsafeReleaseError(PublishingError):
    """A suppressed figure could be worked back from what would be published; nothing was made."""


@dataclass(frozen=True, kw_only=True)
class SiteContext:
    """What the pages of a release show of it besides its data.

    ``edition`` of a draft is the one that it would be. ``earlier`` are the editions that the pages
    look back on, oldest first.
    """

    status: Literal["draft", "final"]
    edition: Edition
    signed_off: Event | None
    earlier: tuple[Release, ...]


class SiteBuilder(Protocol):
    """Makes the pages of a release, and those that lead to them."""

    def build(self, data: Path, site: Path, context: SiteContext) -> tuple[str, ...]:
        """Write the pages of the data into the folder ``site``; return what it lacks, in words."""

    def pack(self, files: Mapping[str, bytes], data: Path, edition: Edition) -> bytes:
        """Return an edition's files as one archive, with a page that leads in."""

    def entrances(self, published: Sequence[Release]) -> Entrances:
        """Return the pages that stand beside the editions in the public folder."""

    def officers_list(
        self, drafts: Sequence[Release], published: Sequence[Release]
    ) -> Mapping[str, bytes]:
        """Return the list of drafts (newest first) and editions, by path beside the releases."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A release, and what its site lacks, in words.

    ``was_published``: nothing was made, these figures are published already.
    """

    release: Release
    missing: tuple[str, ...] = ()
    was_published: bool = False


def export(workspace: Workspace, record: Record, reference: Reference) -> Path:
    """Copy the published data out of the warehouse into a staging folder and return it.

    Raises:
        UnsafeReleaseError: A suppressed figure can be worked back from the data.
    """
    staging = staging_folder(workspace.releases)
    with connect(workspace.warehouse) as connection:
        check_totals(connection, record, reference)
        export_published(connection, staging / "data")
        write_ledger(
            connection,
            staging / LEDGER,
            key=ledger_key(record),
            release_id=data_sha256(staging / "data"),
        )
    try:
        check_safe(workspace, record, staging / "data")
    except UnsafeReleaseError:
        shutil.rmtree(staging)
        raise
    return staging


def check_safe(workspace: Workspace, record: Record, data: Path) -> None:
    """Attack the published data together with all that is out.

    Raises:
        UnsafeReleaseError: A suppressed figure can be worked back from them. The message says which
            and how: it is for officers alone.
    """
    attack = attack_release(
        data,
        earlier=[folder / "data" for folder in published_folders(workspace.releases, record)],
        accepted=accepted_ids(accepted_figures(record)),
        tightened=tightened_rules(record),
    )
    if attack.succeeded:
        raise UnsafeReleaseError(
            f"{len(attack.exposed) + len(attack.open_columns)} suppressed figures can be worked "
            f"back from what would be published. Nothing was made.\n{in_words(attack)}"
        )


def make_draft(
    workspace: Workspace, staging: Path, builder: SiteBuilder, *, made_by: str, now: dt.datetime
) -> Made:
    """Make the draft of the data in ``staging``, whose pages say which edition it would be."""
    reported = Reported.read(staging / "data")
    earlier = editions_before(workspace, staging / "data")
    same = editions_of(earlier, reported.meeting)
    edition = Edition(
        meeting=reported.meeting,
        meeting_on=reported.meeting_on,
        revision=edition_of(same[-1]).revision + 1 if same else 0,
        note="",
    )
    context = SiteContext(status="draft", edition=edition, signed_off=None, earlier=earlier)
    return _make(workspace, staging, builder, context=context, made_by=made_by, now=now)


def _make(
    workspace: Workspace,
    staging: Path,
    builder: SiteBuilder,
    *,
    context: SiteContext,
    made_by: str,
    now: dt.datetime,
) -> Made:
    data, site = staging / "data", staging / "site"
    missing = builder.build(data, site, context)
    published = context.edition if context.status == "final" else None
    if published is not None:
        files = {
            f"{MEETINGS}/{published.name}/{path.relative_to(site).as_posix()}": path.read_bytes()
            for path in site.rglob("*")
            if path.is_file()
        }
        (staging / PACK).mkdir()
        archive = staging / PACK / f"{published.name}.zip"
        archive.write_bytes(builder.pack(files, data, published))
    reported = Reported.read(data)
    release = finish(
        staging,
        workspace.releases,
        quarter=reported.quarter,
        status=context.status,
        made_at=now,
        made_by=made_by,
        edition=published,
        as_of=reported.as_of,
        counts_up_to=reported.counts_up_to,
        board_version=reported.board_version,
    )
    show_to_officers(workspace, builder)
    return Made(release=release, missing=missing)


def publish(
    workspace: Workspace,
    record: Record,
    quarter: Quarter,
    builder: SiteBuilder,
    *,
    now: dt.datetime,
    note: str | None = None,
    meeting_on: dt.date | None = None,
) -> Made:
    """Make the signed-off figures of the quarter an edition, and show it to the public.

    They are those of the quarter's newest draft; with ``meeting_on`` of the newest for that
    meeting. The pages are made anew from the very data that was signed off, without the marks of
    a draft. Figures that are published already stay as they are, unless ``note`` is another one:
    then an amendment carries it. Of two calls at once the second waits, and finds the edition of
    the first. One that was stopped at any step is completed by the next call.

    Raises:
        NotSignedOffError: There is no draft, no sign-off, or the sign-off is of other figures than
            the newest draft's.
        DamagedReleaseError: The draft's files are not those that its manifest names.
        AmendmentNeedsNoteError: The meeting has an edition with other figures; no note says why.
        NothingToAmendError: There is a note, and the meeting has no edition.
        TellingNoteError: The note gives a number that a hidden figure has.
        UnsafeReleaseError: A suppressed figure can be worked back, with what is out by now.
    """
    with exclusive(workspace.releases / ".publishing.lock"):
        plan = planned_edition(workspace, record, quarter, note=note, meeting_on=meeting_on)
        draft, event, edition = plan.draft, plan.sign_off, plan.edition
        source = workspace.releases / draft.release_id
        check_whole(source)
        published = editions(workspace.releases)
        reported = Reported.read(source / "data")
        if edition is None:
            made = Made(release=editions_of(published, reported.meeting)[-1], was_published=True)
        else:
            if any(
                one.made_at > draft.made_at and one.data_sha256 != draft.data_sha256
                for one in published
            ):
                check_safe(workspace, record, source / "data")  # set against what came out since
            staging = staging_folder(workspace.releases)
            shutil.copytree(source / "data", staging / "data")
            shutil.copy2(source / LEDGER, staging / LEDGER)
            context = SiteContext(
                status="final",
                edition=edition,
                signed_off=event,
                earlier=editions_before(workspace, source / "data"),
            )
            made = _make(
                workspace, staging, builder, context=context, made_by=event.by_whom, now=now
            )
        show(workspace, builder)
    return made


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a publication would do: of which draft, signed off by whom.

    ``edition`` is what it would be; None where these figures are published already.
    """

    draft: Release
    sign_off: Event
    edition: Edition | None


def planned_edition(
    workspace: Workspace,
    record: Record,
    quarter: Quarter,
    *,
    note: str | None,
    meeting_on: dt.date | None = None,
) -> Plan:
    """Return what publishing the quarter would do now.

    Raises:
        NotSignedOffError: As ``publish`` does.
        AmendmentNeedsNoteError: As ``publish`` does.
        NothingToAmendError: As ``publish`` does.
        TellingNoteError: As ``publish`` does.
    """
    check_note(workspace, record, note or "")
    draft, event = signed_off_draft(workspace, record, quarter, meeting_on=meeting_on)
    reported = Reported.read(workspace.releases / draft.release_id / "data")
    edition = next_edition(
        editions(workspace.releases),
        meeting=reported.meeting,
        meeting_on=reported.meeting_on,
        figures=draft.data_sha256,
        note=note,
    )
    return Plan(draft=draft, sign_off=event, edition=edition)


def show(workspace: Workspace, builder: SiteBuilder) -> None:
    """Make the public folder show what is published. Raises ``DamagedReleaseError``."""
    published = editions(workspace.releases)
    if published:
        settle(workspace.releases, workspace.public, published, builder.entrances(published))
    show_to_officers(workspace, builder)


def show_to_officers(workspace: Workspace, builder: SiteBuilder) -> None:
    """Write the list of drafts and editions beside the releases."""
    made = all_releases(workspace.releases)
    drafts = [one for one in reversed(made) if one.status == "draft"]
    files = builder.officers_list(drafts, editions(workspace.releases))
    for path, content in files.items():
        replace_file(content, workspace.releases / path)


def editions_before(workspace: Workspace, data: Path) -> tuple[Release, ...]:
    """Return the editions on which pages of these data look back, oldest first.

    What was withdrawn is not looked back on: its figures would be told again.
    """
    reported = Reported.read(data)
    return before(
        still_published(editions(workspace.releases), Record(workspace.record)),
        meeting=reported.meeting,
        meeting_day=reported.meeting_on or reported.quarter.end,
        figures=data_sha256(data),
    )


def signed_off_draft(
    workspace: Workspace, record: Record, quarter: Quarter, *, meeting_on: dt.date | None = None
) -> tuple[Release, Event]:
    """Return the newest draft of the quarter, or of its meeting on that day, with its sign-off.

    Raises ``NotSignedOffError``.
    """
    draft = newest_draft(workspace.releases, quarter, meeting_on=meeting_on)
    if draft is None:
        raise NotSignedOffError(no_draft(quarter, meeting_on))
    event = signed_off(record, quarter, draft.data_sha256)
    if event is None:
        option = f" --meeting {meeting_on.isoformat()}" if meeting_on else ""
        raise NotSignedOffError(
            f"Nobody has signed off the figures of the newest draft for {quarter.label}. Look at "
            f"it ({workspace.releases / draft.release_id / 'site' / 'index.html'}), then: "
            f'quarterdeck sign-off --quarter {quarter.key}{option} --by "your role"'
        )
    return draft, event
