"""Puts a release together: the published data, the pages made of it, the manifest.

It lies here because it joins what must not know each other: the warehouse and the pages.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dashboards.site import SiteReport, build_site
from pipelines.disclosure.accepted import accepted_figures, accepted_ids
from pipelines.disclosure.adapter import write_ledger
from pipelines.disclosure.attack import attack_release
from pipelines.record.model import Event
from pipelines.record.store import Record
from pipelines.releases import (
    LEDGER,
    NotSignedOffError,
    Release,
    data_sha256,
    export_published,
    finish,
    make_current,
    newest_draft,
    published_folders,
    signed_off,
    staging_folder,
)
from pipelines.warehouse import connect
from pipelines.workspace import Workspace
from schemas.quarter import Quarter

Status = Literal["draft", "final"]


class UnsafeReleaseError(Exception):
    """A suppressed figure could be worked back from what would be published; nothing was made."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A release and what its pages lack, if anything."""

    release: Release
    site: SiteReport


def export(workspace: Workspace) -> Path:
    """Takes the published data out of the warehouse into a folder of its own and gives it.

    Raises ``UnsafeReleaseError`` where a suppressed figure can be worked back from it.
    """
    staging = staging_folder(workspace.releases)
    with connect(workspace.warehouse) as connection:
        export_published(connection, staging / "data")
        write_ledger(connection, staging / LEDGER, release_id=data_sha256(staging / "data"))
    attack = attack_release(
        staging / "data",
        earlier=[folder / "data" for folder in published_folders(workspace.releases)],
        accepted=accepted_ids(accepted_figures(Record(workspace.record))),
    )
    if attack.succeeded:
        shutil.rmtree(staging)
        first = (attack.exposed or attack.doors)[0]
        raise UnsafeReleaseError(
            f"{len(attack.exposed) + len(attack.doors)} suppressed figures can be worked back "
            f"from what would be published, first: {first}. Nothing was made."
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
) -> Made:
    """Makes the pages of the data in ``staging`` and finishes the release."""
    site = build_site(
        staging / "data", staging / "site", status=status, chart_cache=workspace.charts
    )
    release = finish(
        staging,
        workspace.releases,
        quarter=quarter,
        status=status,
        made_at=now,
        made_by=made_by,
    )
    return Made(release=release, site=site)


def publish(workspace: Workspace, record: Record, quarter: Quarter, *, now: dt.datetime) -> Made:
    """Makes the signed-off figures of the quarter current.

    The pages are made anew from the very data that was signed off, without the marks of a draft.
    Raises ``NotSignedOffError`` where there is no draft, no sign-off, or the sign-off is of other
    figures than the newest draft's.
    """
    draft, event = signed_off_draft(workspace, record, quarter)
    staging = staging_folder(workspace.releases)
    source = workspace.releases / draft.release_id
    shutil.copytree(source / "data", staging / "data")
    shutil.copy2(source / LEDGER, staging / LEDGER)
    made = make_release(
        workspace, staging, quarter=quarter, status="final", made_by=event.by_whom, now=now
    )
    make_current(workspace.releases, made.release)
    return made


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
