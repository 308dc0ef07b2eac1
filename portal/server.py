"""Serving the pages with uvicorn, on this machine alone."""

from __future__ import annotations

import uvicorn

from portal.app import create_app
from portal.settings import Settings


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve until it is stopped. Raises ``SystemExit`` if the port is taken."""
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        # Where a request came from is decided in portal.handling, by the portal's own settings.
        proxy_headers=False,
        server_header=False,
        # Who did what stands in the audit log; addresses and agents of everyone do not.
        access_log=False,
        log_level="warning",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=30,
        limit_concurrency=512,
        h11_max_incomplete_event_size=16_384,
    )
