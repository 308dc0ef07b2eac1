"""How one portal is set up: where it keeps what, whom it trusts, and what it takes at most."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.workspace import Workspace

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the portal takes at most. Sizes are in bytes, times in seconds.

    ``file`` is the largest return (FIL-003 refuses the same); ``form`` what may stand around it.
    ``answer_seconds`` is how long a check may take, ``files_at_once`` how many may wait for one.
    The rates are allauth's: forms sent by one account, and attempts to sign in from one address.
    """

    file: int = 10_000_000
    form: int = 64_000
    answer_seconds: float = 120.0
    files_at_once: int = 64
    forms_of_an_account: str = "60/60s/user"
    sign_ins_from_an_address: str = "100/300s/ip"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One portal.

    ``names`` are the names under which people reach it; a request for another is refused.
    ``behind_tls``: it is reached through a proxy that ends TLS, so cookies are bound to this very
    host and browsers are told to come by https only. ``trusted_proxies`` are the networks whose
    word is taken for where a request came from, and, where ``user_header`` is set, for who sent
    it; ``sign_out_path`` is where such a proxy signs people out. ``practice_day``: everything
    happens on that day and is kept as a sample. ``faults_of_look``: what is wrong with the words
    and outlines in the files of a board, which are of the published site.
    """

    workspace: Workspace
    names: tuple[str, ...] = LOOPBACK_NAMES
    behind_tls: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    user_header: str | None = None
    sign_out_path: str | None = None
    practice_day: dt.date | None = None
    workers: int = 2
    limits: Limits = Limits()
    faults_of_look: Callable[[Mapping[str, bytes]], list[str]] = lambda _: []

    def trusts(self, address: str) -> bool:
        """Whether the address is that of a proxy whose word is taken."""
        return is_address(address) and any(
            ipaddress.ip_address(address) in network for network in self.trusted_proxies
        )


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
