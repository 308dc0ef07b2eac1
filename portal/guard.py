"""The outermost layer: what every answer carries, and the last net under the application."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.error_log import log_problem

# No script at all; styles and the icon from here; forms go nowhere else; nobody frames us.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers then send the Origin of a form as "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
_TWO_YEARS = "max-age=63072000"


class Guard:
    """Puts the headers on every answer that has none of its own.

    What nobody caught becomes an answer without a word about it.
    """

    def __init__(self, app: ASGIApp, *, behind_tls: bool) -> None:
        """Wrap the application."""
        self._app = app
        self._headers = dict(_ALWAYS)
        if behind_tls:
            self._headers["Strict-Transport-Security"] = _TWO_YEARS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an ASGI request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as problem:  # noqa: BLE001  # the last border before a person
            log_problem(problem)
            if started:
                return
            start = {"type": "http.response.start", "status": 500, "headers": _PLAIN}
            await with_headers(start)
            await send({"type": "http.response.body", "body": b"Something went wrong here.\n"})


_PLAIN = [(b"content-type", b"text/plain; charset=utf-8")]
