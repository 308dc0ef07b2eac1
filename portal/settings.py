"""How one portal is set up: where it keeps what, whom it trusts, and what it takes at most."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.obligations.standing import LONDON
from pipelines.workspace import Workspace

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK_NAMES = ("127.0.0.1", "localhost")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the portal takes at most. Sizes are in bytes, times in seconds.

    ``file`` is the largest return (FIL-003 refuses the same); ``form`` what may stand around it.
    ``upload_seconds`` is how long a form may take to come in, ``answer_seconds`` how long a check
    may take. The pairs are (how many, in how many seconds): forms sent by one account, and
    attempts to sign in from one address.
    """

    file: int = 10_000_000
    form: int = 64_000
    field: int = 8_000
    upload_seconds: float = 60.0
    answer_seconds: float = 120.0
    uploads_at_once: int = 64
    forms_of_an_account: tuple[int, int] = (60, 60)
    sign_ins_from_an_address: tuple[int, int] = (100, 300)


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """How long a session lasts: without a request, and in all."""

    idle: dt.timedelta = dt.timedelta(minutes=30)
    longest: dt.timedelta = dt.timedelta(hours=8)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One portal.

    ``names`` are the names under which people reach it; a request for another is refused.
    ``behind_tls``: it is reached through a proxy that ends TLS, so cookies are bound to this very
    host and browsers are told to come by https only. ``trusted_proxies`` are the networks whose
    word is taken for where a request came from, and, where ``user_header`` is set, for who sent
    it. ``practice_day``: everything happens on that day and is kept as a sample. ``clock`` gives
    the time, aware.
    """

    workspace: Workspace
    names: tuple[str, ...] = LOOPBACK_NAMES
    behind_tls: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    user_header: str | None = None
    practice_day: dt.date | None = None
    workers: int = 2
    limits: Limits = Limits()
    sessions: Sessions = Sessions()
    clock: Callable[[], dt.datetime] = _now

    def now(self) -> dt.datetime:
        """Return the time, in UTC; on the practice day if there is one."""
        moment = self.clock().astimezone(dt.UTC)
        if self.practice_day is None:
            return moment
        local = moment.astimezone(LONDON).time()
        return dt.datetime.combine(self.practice_day, local, LONDON).astimezone(dt.UTC)

    def today(self) -> dt.date:
        """Return the day on which lateness is judged: the practice day if there is one."""
        return self.practice_day or self.workspace.today(now=self.clock())

    def trusts(self, address: str) -> bool:
        """Whether the address is that of a proxy whose word is taken."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_proxies)
