"""Notices in the place of an edition in the public folder, and the look whether it is gone."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pipelines.durable import flush_folder, flush_tree, make_folder, write_flushed
from pipelines.publishing.public_manifest import public_files
from pipelines.publishing.releases import Release


def place_notices(
    notices: Mapping[str, bytes], meetings: Path, *, name: str, staging: Path
) -> None:
    """Make the edition's folder hold these notices alone, and take its archive away.

    Args:
        notices: By path below the edition's folder.
        meetings: The folder of all editions.
        name: The edition's.
        staging: An empty folder on the same disk that no page leads to.
    """
    (meetings / f"{name}.zip").unlink(missing_ok=True)
    final = meetings / name
    there = {
        path.relative_to(final).as_posix(): path.read_bytes()
        for path in final.rglob("*")
        if path.is_file()
    }
    if there != dict(notices):
        for path, content in notices.items():
            make_folder((staging / "new" / path).parent)
            write_flushed(staging / "new" / path, content)
        flush_tree(staging)
        make_folder(meetings)
        if final.exists():
            final.rename(staging / "old")
        (staging / "new").rename(final)
        flush_folder(meetings)
    shutil.rmtree(staging)


def what_is_left(source: Path, release: Release, meetings: Path) -> list[str]:
    """Return the public files that still hold what a withdrawn edition said, in words."""
    return [
        f"{path} of a withdrawn edition is still there"
        for path, origin in public_files(release).items()
        if (meetings / path).is_file()
        and (meetings / path).read_bytes() == (source / origin).read_bytes()
    ]
