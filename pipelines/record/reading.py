"""Reading back what the record's files say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.record.model import Event, Submission
from schemas.finding import Finding


class DamagedRecordError(Exception):
    """Something in the record cannot be read; the message names it and says what to do."""


def read_submission(folder: Path) -> Submission:
    """Return the submission that lies in a folder. Raises ``DamagedRecordError``."""
    file = folder / "submission.json"
    fields = read_json(file)
    try:
        return Submission.from_json(fields)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DamagedRecordError(f"{file} does not describe a submission: {problem}") from problem


def read_event(file: Path) -> Event:
    """Return the event in a file. Raises ``DamagedRecordError``."""
    fields = read_json(file)
    try:
        return Event.from_json(fields)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DamagedRecordError(f"{file} does not describe an event: {problem}") from problem


def read_findings(file: Path) -> tuple[Finding, ...]:
    """Return the findings in a file, in order. Raises ``DamagedRecordError``."""
    fields = read_json(file)
    try:
        return tuple(map(Finding.from_json, fields))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DamagedRecordError(f"{file} does not hold findings: {problem}") from problem


def read_json(file: Path) -> Any:
    """Return what a JSON file says. Raises ``DamagedRecordError``."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError) as problem:
        raise DamagedRecordError(f"{file} cannot be read: {problem}") from problem
