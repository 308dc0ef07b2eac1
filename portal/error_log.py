"""Unexpected errors in the server's log.

Where it happened, and never what a partner's file or form held.
"""

from __future__ import annotations

import logging
import secrets
import traceback

_LOG = logging.getLogger("quarterdeck.portal")


def log_problem(problem: BaseException) -> str:
    """Log the kind and the place of a problem under a number, and return the number.

    The exception's own words are left out: they may quote a cell.
    """
    number = secrets.token_hex(4)
    places = [
        f"{frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(problem.__traceback__)
    ]
    _LOG.error("problem %s: %s at %s", number, type(problem).__name__, "; ".join(places[-8:]))
    return number
