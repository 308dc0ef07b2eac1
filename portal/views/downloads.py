"""Files that a page hands out: always to be saved, never shown by the browser."""

from __future__ import annotations

from starlette.responses import Response


def download(content: bytes, name: str, *, kind: str = "text/csv") -> Response:
    """Return a file to save under ``name``, which is ours and not a user's."""
    return Response(
        content,
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
