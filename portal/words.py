"""The words of the upload pages (``words.toml``), and the sentences about days and counts."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from pipelines.obligations.standing import Standing, State
from schemas.working_days import LONDON


@cache
def words() -> dict[str, Any]:
    """Return every word of the pages, as ``words.toml`` has them."""
    file = resources.files("portal") / "words.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def day(date: dt.date) -> str:
    """``Sunday 21 October 2018``."""
    return f"{date:%A} {date.day} {date:%B %Y}"


def moment(at: dt.datetime) -> str:
    """``21 October 2018 at 14:05``, the time in London."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y at %H:%M}"


def counted(said: dict[str, str], count: int) -> str:
    """``one`` or ``many`` of two wordings."""
    return said["one"] if count == 1 else said["many"].format(count=f"{count:,}")


def due_words(standing: Standing, *, on: dt.date) -> str:
    """Return when a return is or was due, as it concerns the reader on the day ``on``."""
    said = words()["due"]
    if standing.state is State.EXCUSED:
        return str(said["excused"])
    due = day(standing.due_on)
    late = standing.days_late or 0
    if standing.current is not None:
        kind = {0: "in_time", 1: "late_one"}.get(late, "late")
        return str(said[kind]).format(day=due, days=late)
    left = (standing.due_on - on).days
    if left < 0:
        return str(said["overdue_one" if left == -1 else "overdue"]).format(day=due, days=-left)
    kind = {0: "today", 1: "tomorrow"}.get(left, "in_days")
    return str(said[kind]).format(day=due, days=left)
