"""The manifest that stands beside a public edition: whose it is, and a hash of every public file.

The release's own manifest stays in the house. It names the hashes of files that are not published,
and a hash of a file whose only unknowns are a few small counts is these counts.
"""

from __future__ import annotations

import json

from pipelines.publishing.releases import Release, edition_of

SITE = "site/"
PACK = "pack"


def public_files(release: Release) -> dict[str, str]:
    """Return an edition's files by path below ``meetings``, each with its path in the release."""
    name = edition_of(release).name
    found = {
        f"{name}/{path.removeprefix(SITE)}": path for path in release.files if path.startswith(SITE)
    }
    return found | {
        path.removeprefix(f"{PACK}/"): path for path in release.files if path.startswith(f"{PACK}/")
    }


def public_manifest(release: Release) -> bytes:
    """Return the manifest of an edition: what it is, and the SHA-256 of each public file."""
    edition = edition_of(release)
    content = {
        "edition": edition.name,
        "meeting": edition.meeting,
        "quarter": release.quarter.key,
        "revision": edition.revision,
        "note": edition.note,
        "signed_off_by": release.made_by,
        "published_at": release.made_at.isoformat(),
        "files": {
            path: release.files[origin] for path, origin in sorted(public_files(release).items())
        },
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
