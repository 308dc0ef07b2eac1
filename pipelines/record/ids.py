"""Names in the record: they sort by the time of receipt."""

from __future__ import annotations

import datetime as dt
import re
import secrets

# No vowels and no look-alikes: a reference can be read out over the telephone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
_FORM = re.compile(r"(\d{8}T\d{12}Z)-[23456789bcdfghjkmnpqrstvwxz]{6}", re.ASCII)
_TIME = "%Y%m%dT%H%M%S%fZ"


def make_id(at: dt.datetime, *, newest: str | None) -> str:
    """Return an id for something received at ``at`` (aware), later than every id before it.

    Where the clock has jumped back behind ``newest``, the id continues one microsecond after it:
    the order of receipt is kept, whatever the clock says.
    """
    moment = at.astimezone(dt.UTC)
    if newest is not None:
        moment = max(moment, time_of(newest) + dt.timedelta(microseconds=1))
    ending = "".join(secrets.choice(_ALPHABET) for _ in range(6))
    return f"{moment.strftime(_TIME)}-{ending}"


def is_id(text: str) -> bool:
    """Whether the text has the form of an id."""
    return _FORM.fullmatch(text) is not None


def time_of(identifier: str) -> dt.datetime:
    """Return the moment (UTC) in an id. Raises ``ValueError`` for what is no id."""
    match = _FORM.fullmatch(identifier)
    if match is None:
        raise ValueError(f"not an id of the record: {identifier!r}")
    return dt.datetime.strptime(match[1], _TIME).replace(tzinfo=dt.UTC)


def month_of(identifier: str) -> str:
    """Return the folder of the record in which the id belongs: ``2018-07``."""
    return f"{identifier[:4]}-{identifier[4:6]}"
