"""Taking a file, counted while it comes in. Its name is text, its declared type is not believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from portal.refused import Refused
from portal.state import the_portal

_LONGEST_NAME = 200
_TOO_LARGE = "portal_file_too_large"


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file of a form: the last part of its name, as text, and its bytes."""

    name: str
    content: bytes


class CountedUpload(FileUploadHandler):
    """Keeps a file in memory and stops reading at the limit, whatever the request declares."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Add what came. Raises ``StopUpload`` at the limit: the rest is not read."""
        if start + len(raw_data) > the_portal().settings.limits.file:
            if self.request is not None:
                self.request.META[_TOO_LARGE] = True
            raise StopUpload(connection_reset=True)
        self._content += raw_data

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        """Return the file, whole."""
        del file_size  # counted while it came
        return SimpleUploadedFile(self.file_name or "", bytes(self._content))


def sent_file(request: HttpRequest) -> SentFile | None:
    """Return the file of the form, None if none was chosen. Raises ``Refused`` at the limit."""
    found = request.FILES.get("file")
    if _TOO_LARGE in request.META:
        raise Refused("too_large", 413)
    return SentFile(name=as_text(found.name or ""), content=found.read()) if found else None


def as_text(name: str) -> str:
    """Return a file's name as it is kept and shown: without folders, at most 200 characters.

    It never becomes a path; the record names its files itself.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if char.isprintable()).strip()
    return shown[-_LONGEST_NAME:] or "unnamed"
