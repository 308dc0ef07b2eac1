"""The site of a release, made by ``dashboards``: what publishing asks of a site builder.

It lies here because it joins rooms that must not know each other: releases and pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from dashboards.data import editions as pages
from dashboards.data.look import Look
from dashboards.drawing.rendering import Drawing
from dashboards.drawing.rendering import drawing as in_browser
from dashboards.pages.archive import all_editions as archive
from dashboards.printing import pack
from dashboards.site import build_site
from dashboards.story.comparing import NotComparableError, compare
from orchestration.look import look_of
from pipelines.board.in_force import files_in, versions
from pipelines.checking.engine.wording import rules
from pipelines.publishing.editions import Entrances, amended_by, as_list
from pipelines.publishing.making import SiteContext
from pipelines.publishing.releases import Edition, Release, Reported, edition_of
from pipelines.publishing.withdrawn import withdrawals
from pipelines.record.model import Event
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.working_days import LONDON


@dataclass(frozen=True)
class BoardSite:
    """Makes the pages of a workspace's releases.

    ``drawing`` is one that was begun already, so that its browser is there when it is needed.
    """

    workspace: Workspace
    drawing: Drawing | None = None

    def build(self, data: Path, site: Path, context: SiteContext) -> tuple[str, ...]:
        """Write the pages of the data into the folder ``site``; return what it lacks, in words."""
        is_final = context.status == "final"
        with ExitStack() as ends:
            drawing = self.drawing or ends.enter_context(
                in_browser(cache=self.workspace.charts, draft=not is_final)
            )
            if is_final and drawing.chromium is not None:
                drawing.chromium.start()  # it will print: it starts while the data are compared
            return build_site(
                data,
                site,
                status=context.status,
                edition=self.edition(data, context),
                look=self.look(),
                paper=is_final,
                check_titles={rule_id: rule.title for rule_id, rule in rules().items()},
                drawing=drawing,
            ).missing

    def look(self) -> Look:
        """Return what the board in force says and shows otherwise; as a plain board without one."""
        record = Record(self.workspace.record)
        return look_of(files_in(versions(record)[-1])) if versions(record) else Look()

    def edition(self, data: Path, context: SiteContext) -> pages.Edition:
        """Return what the pages of these data show of their edition and of those before it."""
        edition, signed_off, earlier = context.edition, context.signed_off, context.earlier
        changes = None
        if earlier:
            with suppress(NotComparableError):  # published in an older form; the page says so
                changes = compare(self._data(earlier[-1]), data)
        return pages.Edition(
            name=edition.name,
            revision=edition.revision,
            note=edition.note,
            signed_off_by=signed_off.by_whom if signed_off else None,
            signed_off_on=signed_off.at.astimezone(LONDON).date() if signed_off else None,
            earlier=self._listed(earlier),
            changes=changes,
        )

    def pack(self, files: Mapping[str, bytes], data: Path, edition: Edition) -> bytes:
        """Return an edition's files as a zip, with a page that leads in."""
        reported = Reported.read(data)
        start = archive.start_page(
            name=edition.name,
            meeting=edition.meeting,
            meeting_on=edition.meeting_on,
            quarter_label=reported.quarter.label,
            board=reported.board,
        )
        return pack.zipped({**files, **start})

    def entrances(self, published: Sequence[Release]) -> Entrances:
        """Return the pages that stand beside the editions in the public folder."""
        html = {
            edition_of(one).name: [
                path.removeprefix("site/")
                for path in one.files
                if path.startswith("site/") and path.endswith(".html")
            ]
            for one in published
        }
        gone = withdrawals(Record(self.workspace.record))
        reasons = {name: event.reason for name, event in gone.items()}
        standing = {name: pages for name, pages in html.items() if name not in gone}
        return Entrances(
            latest=archive.ways(standing or html),
            root=archive.editions_json(as_list(published, withdrawn=reasons))
            | archive.public_index(self._listed(published)),
            notices={
                name: archive.notices(
                    html[name],
                    edition=name,
                    note=event.reason,
                    on=event.at.astimezone(LONDON).date(),
                )
                for name, event in gone.items()
                if name in html
            },
        )

    def officers_list(
        self, drafts: Sequence[Release], published: Sequence[Release]
    ) -> Mapping[str, bytes]:
        """Return the list of drafts (newest first) and editions, by path beside the releases."""
        figures = {one.data_sha256 for one in published}
        listed = [(one.release_id, one.quarter.label, one.data_sha256 in figures) for one in drafts]
        return archive.releases_index(listed, self._listed(published))

    def _listed(self, published: Sequence[Release]) -> tuple[pages.Listed, ...]:
        gone = withdrawals(Record(self.workspace.record))
        return tuple(
            self._as_listed(one, published, gone.get(edition_of(one).name)) for one in published
        )

    def _as_listed(
        self, release: Release, published: Sequence[Release], withdrawn: Event | None
    ) -> pages.Listed:
        edition = edition_of(release)
        return pages.Listed(
            name=edition.name,
            meeting=edition.meeting,
            meeting_on=edition.meeting_on,
            quarter_label=release.quarter.label,
            revision=edition.revision,
            note=edition.note,
            signed_off_by=release.made_by,
            published_on=release.made_at.astimezone(LONDON).date(),
            amended_by=amended_by(published, release),
            withdrawn=withdrawn.reason if withdrawn else None,
            board=Reported.read(self._data(release)).board,
            has_summary_pdf="site/pack/summary.pdf" in release.files,
            has_whole_pdf="site/pack/whole.pdf" in release.files,
        )

    def _data(self, release: Release) -> Path:
        return self.workspace.releases / release.release_id / "data"
