"""Editions: what was published for each meeting, frozen, in the folder that the public is served.

The truth is the published releases, whose manifests say which edition each is. The public folder is
made of them and can be made anew at any time:

```
public/meetings/2018-11-27/       an edition, the very bytes of its release; never changed
public/meetings/2018-11-27-r1/    an amendment of it, beside it
public/meetings/2018-11-27.zip    the edition to carry away
public/latest                     -> a folder of pages that lead to the newest edition's
public/editions.json, index.html  the list of them, for programs and for people
```

Nothing of an edition is reached by way of ``latest``: its pages lead on to the edition's own
folder. So a reader who has an old page open still finds every picture and script it asks for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.durable import (
    flush_folder,
    flush_tree,
    make_folder,
    place_link,
    replace_file,
    write_flushed,
)
from pipelines.publishing.notices_in_place import place_notices, what_is_left
from pipelines.publishing.public_manifest import public_files, public_manifest
from pipelines.publishing.releases import (
    MANIFEST,
    Edition,
    PublishingError,
    Release,
    all_releases,
    check_whole,
    edition_of,
    make_current,
    order,
)

MEETINGS = "meetings"
_ENTRANCES = "redirects"


class AmendmentNeedsNoteError(PublishingError):
    """Other figures than those published for a meeting were to be published without saying why."""


class NothingToAmendError(PublishingError):
    """A note was given where nothing has been published for the meeting yet."""


@dataclass(frozen=True, kw_only=True)
class Entrances:
    """What is written beside the editions, by path.

    ``latest`` below its folder, ``root`` below the public folder, ``notices`` in the place of the
    editions that were withdrawn, by the edition's name.
    """

    latest: Mapping[str, bytes]
    root: Mapping[str, bytes]
    notices: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)


def editions(releases: Path) -> tuple[Release, ...]:
    """Return every published edition, by meeting and amendment; the last is the newest."""
    return tuple(sorted((r for r in all_releases(releases) if r.edition is not None), key=order))


def editions_of(published: Sequence[Release], meeting: str) -> tuple[Release, ...]:
    """Return the editions of one meeting, amendments last."""
    return tuple(one for one in published if edition_of(one).meeting == meeting)


def before(
    published: Sequence[Release], *, meeting: str, meeting_day: dt.date, figures: str
) -> tuple[Release, ...]:
    """Return the editions on which pages with these figures look back, oldest first.

    Those of earlier meetings, and of the same meeting those with other figures: pages made again
    after they were published look back on what they looked back on then.
    """
    found = []
    for one in published:
        if edition_of(one).meeting == meeting and one.data_sha256 == figures:
            break
        if order(one)[0] <= meeting_day:
            found.append(one)
    return tuple(found)


def next_edition(
    published: Sequence[Release],
    *,
    meeting: str,
    meeting_on: dt.date | None,
    figures: str,
    note: str | None,
) -> Edition | None:
    """Return what an edition with these figures would be.

    It is None if they are published as they are, with this note if there is one: a publication that
    was stopped half-way is completed by the next.

    The first of a meeting has no note. Raises ``AmendmentNeedsNoteError`` if the meeting has an
    edition with other figures and ``note`` is empty, and ``NothingToAmendError`` if it has none and
    there is a note.
    """
    earlier = editions_of(published, meeting)
    words = (note or "").strip()
    if not earlier and words:
        raise NothingToAmendError(
            f"Nothing has been published for the meeting {meeting} yet, so there is nothing to "
            "amend. Publish it without --note."
        )
    if not earlier:
        return Edition(meeting=meeting, meeting_on=meeting_on, revision=0, note="")
    last = edition_of(earlier[-1])
    if earlier[-1].data_sha256 == figures and words in ("", last.note):
        return None
    if words:
        return Edition(
            meeting=meeting, meeting_on=meeting_on, revision=last.revision + 1, note=words
        )
    raise AmendmentNeedsNoteError(
        f"The meeting {meeting} has an edition already ({last.name}), and the "
        "figures are others now. Say to its readers why, in a sentence or two: "
        '--note "what was wrong, and what is right now"'
    )


def settle(
    releases: Path, public: Path, published: Sequence[Release], entrances: Entrances
) -> None:
    """Make the public folder and ``current`` show these editions; what is right already stays.

    Each step is one rename, in an order in which a reader meets no link that leads nowhere: the
    editions, then ``latest``, then the lists, then ``current``. Stopped anywhere, the next call
    finishes. Raises ``DamagedReleaseError`` if a release that is to be copied is damaged.
    """
    if not published:
        return
    notices = entrances.notices
    for release in published:
        name = edition_of(release).name
        if name in notices:
            place_notices(notices[name], public / MEETINGS, name=name, staging=_staging(public))
        else:
            _place_edition(releases / release.release_id, release, public)
    standing = [one for one in published if edition_of(one).name not in notices]
    newest = (standing or published)[-1]
    entrance = f"{edition_of(newest).name}-{_named(entrances.latest)}"
    folder = public / _ENTRANCES / entrance
    if not folder.is_dir():
        staging = _staging(public)
        for path, content in entrances.latest.items():
            make_folder((staging / path).parent)
            write_flushed(staging / path, content)
        _appear(staging, folder)
    place_link(public / "latest", f"{_ENTRANCES}/{entrance}")
    for path, content in entrances.root.items():
        target = public / path
        if not target.is_file() or target.read_bytes() != content:
            replace_file(content, target)
    make_current(releases, newest)


def as_list(
    published: Sequence[Release], *, withdrawn: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the content of ``editions.json``; ``withdrawn`` says why, by the edition's name."""
    gone = withdrawn or {}
    names = [edition_of(one).name for one in published]
    standing = [name for name in names if name not in gone]
    return {
        "latest": (standing or names)[-1] if names else None,
        "editions": [
            {
                "edition": edition_of(one).name,
                "meeting": edition_of(one).meeting,
                "quarter": one.quarter.key,
                "revision": edition_of(one).revision,
                "amended_by": amended_by(published, one),
                "note": edition_of(one).note,
                "signed_off_by": one.made_by,
                "published_at": one.made_at.isoformat(),
                "path": f"{MEETINGS}/{edition_of(one).name}/",
                "withdrawn": gone.get(edition_of(one).name),
                "manifest_sha256": hashlib.sha256(public_manifest(one)).hexdigest(),
            }
            for one in published
        ],
    }


def amended_by(published: Sequence[Release], release: Release) -> str | None:
    """Return the name of the newest amendment of an edition, or None."""
    newest = editions_of(published, edition_of(release).meeting)[-1]
    return None if newest == release else edition_of(newest).name


def public_faults(
    releases: Path,
    public: Path,
    published: Sequence[Release],
    *,
    withdrawn: Collection[str] = (),
) -> tuple[str, ...]:
    """Return how the public editions differ from the releases they were copied from, in words.

    Of those that were withdrawn nothing may be left.
    """
    wrong = []
    for release in published:
        if edition_of(release).name in withdrawn:
            wrong += what_is_left(releases / release.release_id, release, public / MEETINGS)
            continue
        wanted = public_files(release)
        folder = public / MEETINGS / edition_of(release).name
        source = releases / release.release_id
        for path, origin in wanted.items():
            shown = public / MEETINGS / path
            if not shown.is_file():
                wrong.append(f"{shown.relative_to(public)} is missing")
            elif shown.read_bytes() != (source / origin).read_bytes():
                wrong.append(f"{shown.relative_to(public)} was changed")
        manifest = folder / MANIFEST
        if not manifest.is_file() or manifest.read_bytes() != public_manifest(release):
            wrong.append(f"{manifest.relative_to(public)} is not that of the edition")
        if folder.is_dir():
            wrong += [
                f"{path.relative_to(public)} was added"
                for path in sorted(folder.rglob("*"))
                if path.is_file()
                and path != manifest
                and path.relative_to(public / MEETINGS).as_posix() not in wanted
            ]
    return tuple(wrong)


def _place_edition(source: Path, release: Release, public: Path) -> None:
    """Copy an edition out of its release unless it is there."""
    meetings = public / MEETINGS
    final = meetings / edition_of(release).name
    wanted = public_files(release)
    beside = {path: origin for path, origin in wanted.items() if "/" not in path}
    if not final.is_dir() or not all((meetings / path).is_file() for path in beside):
        check_whole(source)
    for path, origin in beside.items():
        if not (meetings / path).is_file():
            replace_file((source / origin).read_bytes(), meetings / path)
    manifest = public_manifest(release)
    if final.is_dir():
        if (final / MANIFEST).read_bytes() != manifest:
            replace_file(manifest, final / MANIFEST)
        return
    staging = _staging(public)
    write_flushed(staging / MANIFEST, manifest)
    for path, origin in wanted.items():
        if path not in beside:
            target = staging / path.partition("/")[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / origin, target)
    _appear(staging, final)


def _named(files: Mapping[str, bytes]) -> str:
    """Return a short name for exactly these files."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return whole.hexdigest()[:8]


def _staging(public: Path) -> Path:
    """Return an empty folder on the same disk that no page leads to.

    One left by a stopped run is gone.
    """
    staging = public / ".making"
    if staging.exists():
        shutil.rmtree(staging)
    make_folder(staging)
    return staging


def _appear(staging: Path, final: Path) -> None:
    flush_tree(staging)
    make_folder(final.parent)
    staging.rename(final)
    flush_folder(final.parent)
