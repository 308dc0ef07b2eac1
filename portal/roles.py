"""What an account may do, and what is said of one that cannot be made."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

FIRST_PASSWORD_LASTS = dt.timedelta(days=7)


class Role(StrEnum):
    """What an account may do.

    A sender checks and sends returns and answers queries. A signatory answers for the figures:
    all that a sender does, and withdraws a return. An officer sees every organisation, excuses,
    extends and reopens, drafts changes of the board, and sends nothing.
    """

    SENDER = "sender"
    SIGNATORY = "signatory"
    OFFICER = "officer"


class AccountError(Exception):
    """An account cannot be made or changed so; the message says why in a plain sentence."""
