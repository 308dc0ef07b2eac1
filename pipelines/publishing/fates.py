"""What became of the accepted rows of a submission, as the newest release that holds it says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import polars as pl

from pipelines.publishing.releases import Release

_WORDS = {
    "published": "published",
    "suppressed": "suppressed, since small numbers about people are not shown",
    "nil return": "told as a nil return: there was nothing to report",
    "superseded": "replaced by a later return",
    "withdrawn": "withdrawn",
    "not used": "not used",
}


def rows_by_fate(folder: Path) -> Mapping[str, Mapping[str, int]]:
    """Return how many rows of each submission have which fate, in the release of that folder."""
    return _read(folder / "data" / "pub_row_fate.parquet")


@lru_cache(maxsize=4)
def _read(file: Path) -> Mapping[str, Mapping[str, int]]:
    if not file.is_file():  # a release of a version that did not say
        return {}
    counted = (
        pl.read_parquet(file)
        .with_columns(
            fate=pl.when(pl.col("reason") == "")
            .then("fate")
            .otherwise(pl.format("{}: {}", "fate", "reason"))
        )
        .group_by("submission_id", "fate")
        .agg(pl.col("accepted_rows").sum())
        .sort("submission_id", "fate")
    )
    found: dict[str, dict[str, int]] = {}
    for submission_id, fate, rows in counted.iter_rows():
        found.setdefault(submission_id, {})[fate] = rows
    return found


def fates_in_words(fates: Mapping[str, int]) -> str:
    """Return the fates as a list: ``- 9 published``, one a line, in the order of importance."""
    order = list(_WORDS)
    lines = []
    for fate in sorted(fates, key=lambda one: (order.index(one.partition(":")[0]), one)):
        kind, _, reason = fate.partition(":")
        lines.append(f"- {fates[fate]} {_WORDS[kind]}{':' + reason if reason else ''}")
    return "\n".join(lines)


def newest_with(releases: list[Release], submission_id: str, folder: Path) -> Release | None:
    """Return the newest release, draft or final, whose data account for the submission."""
    for release in reversed(releases):
        if submission_id in rows_by_fate(folder / release.release_id):
            return release
    return None
