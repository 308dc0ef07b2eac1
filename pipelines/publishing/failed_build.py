"""A build that failed, as a state that everybody sees until one succeeds.

What failed is kept in one small file beside the warehouse, since the record is about returns and
decisions. Without the file the newest build succeeded, or there was none. The sentences stand in
``failed_build.toml``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from pipelines.durable import replace_file
from pipelines.workspace import Workspace

_FILE = "failed_build.json"
_WORDS = Path(__file__).with_suffix(".toml")
_MOST_LETTERS = 300  # of what the program said
# What passes by itself is tried again after so many minutes, and then no more.
_AGAIN_AFTER = (2, 10, 30)


@dataclass(frozen=True, kw_only=True)
class FailedBuild:
    """The newest build, which failed.

    ``kind`` is a heading of ``failed_build.toml``, such as ``lock``. ``up_to`` is the newest id of
    the record at the time; ``failures`` how many builds of that state of the record have failed.
    ``said`` is what the program said, for who looks after it.
    """

    run_id: str
    at: dt.datetime
    kind: str
    said: str
    up_to: str | None
    failures: int

    @property
    def why(self) -> str:
        """Why it failed, in a sentence."""
        return _words()[self.kind]["why"]

    @property
    def what_to_do(self) -> str:
        """What a person can do, in a sentence or two."""
        return _words()[self.kind]["do"]

    @property
    def next_try_at(self) -> dt.datetime | None:
        """When it is tried again by itself; None where only a change or a person can help."""
        passes = _words()[self.kind].get("passes", "no") == "yes"
        if not passes or self.failures > len(_AGAIN_AFTER):
            return None
        return self.at + dt.timedelta(minutes=_AGAIN_AFTER[self.failures - 1])

    @property
    def in_words(self) -> str:
        """All of it, for a page or a terminal."""
        said = _words()["sentences"]
        if self.next_try_at is not None:
            after = said["again"].format(number=self.failures, most=len(_AGAIN_AFTER) + 1)
        else:
            after = said["no_more"]
        return f"{said['failed']} {self.why} {self.what_to_do} {after}"


def kind_of(error: str) -> str:
    """Return what kind of failure an error's name and message tell of.

    Args:
        error: As Dagster keeps it: the error's class and what it said, with its causes.
    """
    for kind, said in _words().items():
        if any(re.search(pattern, error, re.IGNORECASE) for pattern in said.get("told_by", ())):
            return kind
    return "program"


def note_failure(
    workspace: Workspace, *, run_id: str, error: str, up_to: str | None, at: dt.datetime
) -> FailedBuild:
    """Keep that a build failed, once for each run.

    Args:
        workspace: Whose build it was.
        run_id: The run.
        error: The error's class and what it said, with its causes.
        up_to: The newest id of the record.
        at: When it failed.
    """
    before = failed_build(workspace)
    if before is not None and before.run_id == run_id:
        return before
    again = before is not None and before.up_to == up_to
    noted = FailedBuild(
        run_id=run_id,
        at=at,
        kind=kind_of(error),
        said=" ".join(error.split())[:_MOST_LETTERS],
        up_to=up_to,
        failures=before.failures + 1 if before is not None and again else 1,
    )
    kept = {**asdict(noted), "at": at.isoformat()}
    workspace.cache.mkdir(parents=True, exist_ok=True)
    replace_file(json.dumps(kept, indent=1).encode(), workspace.cache / _FILE)
    return noted


def note_success(workspace: Workspace) -> None:
    """Forget the failure: a build has succeeded."""
    (workspace.cache / _FILE).unlink(missing_ok=True)


def failed_build(workspace: Workspace) -> FailedBuild | None:
    """Return the newest build if it failed; None if it did not.

    A file that cannot be read is a failure of which nothing more is known.
    """
    try:
        kept = json.loads((workspace.cache / _FILE).read_text(encoding="utf-8"))
        return FailedBuild(**{**kept, "at": dt.datetime.fromisoformat(kept["at"])})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        at = dt.datetime.fromtimestamp((workspace.cache / _FILE).stat().st_mtime, tz=dt.UTC)
        return FailedBuild(run_id="unknown", at=at, kind="program", said="", up_to=None, failures=1)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
