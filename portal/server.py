"""Serving the pages with waitress, on this machine alone."""

from __future__ import annotations

import signal
import sys

import waitress
from django.core.wsgi import get_wsgi_application

from portal.project import set_up
from portal.settings import Settings
from portal.state import make_portal
from portal.work import Workers

_MOST = 32_000_000  # bytes that are taken off the wire so that a page can say "too large"
_PAGES = 16  # threads for pages, besides those in which files wait to be checked


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve until it is stopped. Raises ``OSError`` if the port is taken."""
    portal = make_portal(settings)
    set_up(portal)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    portal.workers = Workers(settings.workers, seconds=settings.limits.answer_seconds)
    try:
        waitress.serve(
            get_wsgi_application(),
            host=host,
            port=port,
            threads=settings.limits.files_at_once + _PAGES,
            connection_limit=256,
            # A form comes in whole, in memory or a temporary file, before it takes a thread.
            max_request_body_size=_MOST,
            max_request_header_size=32_768,
            channel_timeout=60,
            url_scheme="https" if settings.behind_tls else "http",
            # Where a request came from is decided in portal.middleware, by our own settings.
            clear_untrusted_proxy_headers=False,
            ident=None,
            _quiet=True,
        )
    finally:
        portal.workers.stop()
