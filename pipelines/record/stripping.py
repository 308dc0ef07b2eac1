"""What is left of a submission whose content was erased, and making a folder that."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipelines.durable import flush_folder, place_file
from pipelines.record.model import Submission
from pipelines.record.seals import SUMS, sums

ERASED = "erased"


def left_of(submission: Submission) -> dict[str, bytes]:
    """The files that stay of it: the same wherever they are made."""
    left = replace(submission, sender=ERASED, file_name=ERASED, erased=True)
    content = json.dumps(left.as_json(), ensure_ascii=False, indent=1).encode()
    return {"submission.json": content, SUMS: sums({"submission.json": content})}


def strip(folder: Path, left: Mapping[str, bytes], *, staging: Path) -> None:
    """Makes ``folder`` hold what is left and nothing else; may be done again, and by two at once.

    ``staging`` is a folder on the same disk. Raises ``OSError``.
    """
    content, listed = left["submission.json"], left[SUMS]
    place_file(content, folder / "submission.json", staging=staging / secrets.token_hex(8))
    for path in folder.iterdir():
        if path.name not in left:
            path.unlink(missing_ok=True)
    place_file(listed, folder / SUMS, staging=staging / secrets.token_hex(8))
    flush_folder(folder)
