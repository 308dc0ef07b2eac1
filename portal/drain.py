"""An answer to a request whose body was not read to its end."""

from __future__ import annotations

import asyncio
import time

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

_SECONDS = 3.0
_BYTES = 60_000_000


class DrainedResponse:
    """Sends the answer at once, then takes and drops what still comes in for a moment.

    A server that answers and closes while the browser is still sending makes most browsers show
    "connection reset" in place of the page that says why. What comes in is not kept; after a
    few seconds or some megabytes the connection is closed whatever still comes.
    """

    def __init__(self, response: Response) -> None:
        """Wrap the answer."""
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an ASGI request."""
        self._response.headers["Connection"] = "close"

        async def hold_open(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "more_body": True}
            await send(message)

        await self._response(scope, receive, hold_open)
        await _drop(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drop(receive: Receive) -> None:
    ends_at, dropped = time.monotonic() + _SECONDS, 0
    while dropped < _BYTES:
        left = ends_at - time.monotonic()
        if left <= 0:
            return
        try:
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError:
            return
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        dropped += len(message.get("body", b""))
