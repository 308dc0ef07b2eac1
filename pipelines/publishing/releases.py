"""Releases: one folder each with the published data, the site and a manifest of every hash.

A release folder is made under another name and renamed once it is whole. ``current`` is a
symbolic link that is switched by one rename, so a reader sees one release or the next.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.durable import flush_folder, flush_tree, place_link
from pipelines.record.model import Event, EventKind
from pipelines.record.store import Record
from schemas.quarter import Quarter
from schemas.reference_rows import Meeting

MANIFEST = "manifest.json"
_DAY = 24 * 60 * 60
LEDGER = "disclosure_ledger.json"
OFFICERS_LIST = "index.html"  # beside the releases; made anew whenever one is added


class PublishingError(Exception):
    """Something is not published, or not shown; the message is a plain sentence."""


class NotSignedOffError(PublishingError):
    """There is no sign-off of these figures."""


class DamagedReleaseError(PublishingError):
    """A release is not as its manifest says: files were changed, lost or added."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Which edition of which meeting a published release is.

    ``meeting`` names the meeting (``2018-11-27``; the quarter's key if there is none).
    ``revision`` 0 is what was published for the meeting, 1 its first amendment. ``note`` says why
    there is an amendment; empty for revision 0.
    """

    meeting: str
    meeting_on: dt.date | None
    revision: int
    note: str

    @property
    def name(self) -> str:
        """``2018-11-27``, or ``2018-11-27-r1``: its folder's name."""
        return f"{self.meeting}-r{self.revision}" if self.revision else self.meeting


@dataclass(frozen=True, kw_only=True)
class Release:
    """A finished release. ``data_sha256`` names its figures: a sign-off is of these.

    ``files`` gives the SHA-256 of every file by its path in the release. ``edition`` is there
    when it is published. Its facts are a function of the record up to ``counts_up_to`` and of the
    day ``as_of``, by which lateness is judged, with the version ``board_version`` of the board; a
    release made before these were kept has none.
    """

    release_id: str
    quarter: Quarter
    status: str
    data_sha256: str
    made_at: dt.datetime
    made_by: str
    files: Mapping[str, str]
    edition: Edition | None = None
    as_of: dt.date | None = None
    counts_up_to: dt.datetime | None = None
    board_version: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the manifest's content."""
        fields = {**asdict(self), "quarter": self.quarter.key, "made_at": self.made_at.isoformat()}
        fields["as_of"] = self.as_of.isoformat() if self.as_of else None
        fields["counts_up_to"] = self.counts_up_to.isoformat() if self.counts_up_to else None
        if self.edition is not None:
            met = self.edition.meeting_on
            fields["edition"]["meeting_on"] = met.isoformat() if met else None
        return fields

    @classmethod
    def read(cls, folder: Path) -> Release:
        """Return the release in ``folder``.

        Raises ``OSError`` or ``ValueError`` if it is damaged.
        """
        fields = json.loads((folder / MANIFEST).read_bytes())
        fields["quarter"] = Quarter.parse(fields["quarter"])
        fields["made_at"] = dt.datetime.fromisoformat(fields["made_at"])
        if day := fields.get("as_of"):
            fields["as_of"] = dt.date.fromisoformat(day)
        if moment := fields.get("counts_up_to"):
            fields["counts_up_to"] = dt.datetime.fromisoformat(moment)
        if edition := fields.get("edition"):
            met = edition["meeting_on"]
            edition["meeting_on"] = dt.date.fromisoformat(met) if met else None
            fields["edition"] = Edition(**edition)
        return cls(**fields)


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What published data say of themselves: the quarter that is reported, and for which meeting.

    ``as_of`` and ``counts_up_to`` are None in data of before these were kept.
    """

    quarter: Quarter
    meeting_on: dt.date | None
    board: str | None
    as_of: dt.date | None
    counts_up_to: dt.datetime | None
    board_version: str | None = None

    @classmethod
    def read(cls, data: Path) -> Reported:
        """Return what the data in a release's folder ``data`` say."""
        row = pl.read_parquet(data / "pub_release.parquet").row(0, named=True)
        return cls(
            quarter=Quarter.parse(row["quarter"]),
            meeting_on=row["meeting_on"],
            board=row.get("board"),
            as_of=row.get("as_of_day"),
            board_version=row.get("board_version"),
            counts_up_to=row.get("counts_up_to"),
        )

    @property
    def meeting(self) -> str:
        """The meeting's name: its day; the quarter's key where no meeting is known."""
        return self.meeting_on.isoformat() if self.meeting_on else self.quarter.key


def export_published(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> list[Path]:
    """Write every model of the schema ``published`` as a Parquet file; nothing else leaves.

    Rows are ordered by all their columns, so that the same data give the same bytes.
    """
    data_dir.mkdir(parents=True)
    names = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'published' "
        "ORDER BY table_name"
    ).fetchall()
    connection.execute("SET threads = 1")  # several threads cut the row groups differently
    files = []
    for (name,) in names:
        file = data_dir / f"{name}.parquet"
        target = str(file).replace("'", "''")
        connection.execute(
            f"COPY (SELECT * FROM published.{name} ORDER BY ALL) TO '{target}' "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        files.append(file)
    connection.execute("RESET threads")
    return files


def data_sha256(data_dir: Path) -> str:
    """One hash for all published figures: of the files' names and contents."""
    whole = hashlib.sha256()
    for file in sorted(data_dir.glob("*.parquet")):
        whole.update(f"{file.name}\0{_sha256(file)}\n".encode())
    return whole.hexdigest()


def content_id(files: Mapping[str, str]) -> str:
    """Return the end of a release's name: of the hashes of all its files by their paths."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()[:8]


def staging_folder(releases: Path) -> Path:
    """Make a staging folder for a release and return it.

    What a killed build left half-made a day ago or more is removed.
    """
    making = releases / ".making"
    folder = making / secrets.token_hex(8)
    folder.mkdir(parents=True)
    for left in making.iterdir():
        if time.time() - left.stat().st_mtime > _DAY:
            shutil.rmtree(left, ignore_errors=True)  # another may be removing it too
    return folder


def finish(
    staging: Path,
    releases: Path,
    *,
    quarter: Quarter,
    status: str,
    made_at: dt.datetime,
    made_by: str,
    edition: Edition | None = None,
    as_of: dt.date | None = None,
    counts_up_to: dt.datetime | None = None,
    board_version: str | None = None,
) -> Release:
    """Make the release in ``staging`` appear, with its manifest, and return it.

    The id is made of the quarter, the status and the hash of all files: the same content is the
    same release, and one that is there already stays as it is. Raises ``OSError``.
    """
    files = _hashes(staging)
    release = Release(
        release_id=f"{quarter.key}-{status}-{content_id(files)}",
        quarter=quarter,
        status=status,
        data_sha256=data_sha256(staging / "data"),
        made_at=made_at,
        made_by=made_by,
        files=files,
        edition=edition,
        as_of=as_of,
        counts_up_to=counts_up_to,
        board_version=board_version,
    )
    final = releases / release.release_id
    if final.exists():
        shutil.rmtree(staging)
        return Release.read(final)
    manifest = json.dumps(release.as_json(), ensure_ascii=False, indent=1)
    (staging / MANIFEST).write_text(manifest, encoding="utf-8")
    flush_tree(staging)
    staging.rename(final)
    flush_folder(releases)
    return release


def faults(folder: Path) -> tuple[str, ...]:
    """Return how the release in ``folder`` differs from its manifest, in words.

    Nothing if it does not.

    Raises ``OSError`` or ``ValueError`` if the manifest itself cannot be read.
    """
    release = Release.read(folder)
    found = {path: sha for path, sha in _hashes(folder).items() if path != MANIFEST}
    lost = [f"{path} is missing" for path in release.files if path not in found]
    added = [f"{path} was added" for path in found if path not in release.files]
    changed = [
        f"{path} was changed"
        for path, sha in found.items()
        if path in release.files and sha != release.files[path]
    ]
    wrong = sorted(lost + added + changed)
    if not wrong and data_sha256(folder / "data") != release.data_sha256:
        wrong.append("the manifest names other figures than the folder holds")
    return tuple(wrong)


def check_whole(folder: Path) -> None:
    """Raise ``DamagedReleaseError`` if the release is not what its manifest says."""
    if wrong := faults(folder):
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise DamagedReleaseError(
            f"{folder.name} is not as it was made: {wrong[0]}{more}. It is not published."
        )


def all_releases(releases: Path) -> list[Release]:
    """Return every finished release, oldest first. Raises ``OSError``."""
    found = [
        Release.read(file.parent)
        for file in releases.glob(f"*/{MANIFEST}")
        if not file.parent.is_symlink()  # `current` is one of the others
    ]
    return sorted(found, key=lambda release: (release.made_at, release.release_id))


def order(release: Release) -> tuple[dt.date, int]:
    """Sort editions: by meeting, then the amendments of it. Raises ``ValueError`` for a draft."""
    edition = edition_of(release)
    return (edition.meeting_on or release.quarter.end, edition.revision)


def edition_of(release: Release) -> Edition:
    """Return the edition that a published release is. Raises ``ValueError`` if it is none."""
    if release.edition is None:
        raise ValueError(f"{release.release_id} is no edition")
    return release.edition


def newest_draft(
    releases: Path, quarter: Quarter, *, meeting_on: dt.date | None = None
) -> Release | None:
    """Return the draft of the quarter that was made last, of one meeting's where one is named."""
    for release in reversed(all_releases(releases)):
        if release.quarter == quarter and release.status == "draft":
            reported = Reported.read(releases / release.release_id / "data") if meeting_on else None
            if reported is None or reported.meeting_on == meeting_on:
                return release
    return None


def no_draft(quarter: Quarter, meeting_on: dt.date | None) -> str:
    """Say that there is no draft, and how one is made."""
    met = f" and the meeting of {meeting_on:%-d %B %Y}" if meeting_on else ""
    option = f" --meeting {meeting_on.isoformat()}" if meeting_on else ""
    return (
        f"There is no draft for {quarter.label}{met}. "
        f"Make one with: quarterdeck build --quarter {quarter.key}{option}"
    )


def published_for(made: Iterable[Release], meeting: Meeting) -> Release | None:
    """Return the newest edition among these releases that was published for a meeting."""
    found = None
    for one in made:
        edition = one.edition
        if one.quarter == meeting.quarter and edition and edition.meeting_on == meeting.meeting_on:
            found = one
    return found


def signed_off(record: Record, quarter: Quarter, figures: str) -> Event | None:
    """Return the newest sign-off of exactly these figures of the quarter, or None."""
    for event in reversed(record.events(EventKind.SIGN_OFF)):
        if event.details.quarter == quarter and event.details.data_sha256 == figures:
            return event
    return None


def make_current(releases: Path, release: Release) -> None:
    """Point ``current`` at the release: a reader sees the one before or this one, never a mix."""
    place_link(releases / "current", release.release_id)


def current(releases: Path) -> Release | None:
    """Return the release that readers see, or None before the first publication."""
    link = releases / "current"
    return Release.read(link.resolve()) if link.exists() else None


def _hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below ``folder`` by its path, with ``/``."""
    return {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
