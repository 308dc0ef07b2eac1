"""Kinds of file, known by their content, that are not text in columns.

A file's name says nothing: a workbook named ``.csv`` is a workbook. Signatures are those of the
formats' own specifications.
"""

from __future__ import annotations

import re

_COMPRESSED = (
    (b"\x1f\x8b", "gzip"),
    (b"\x1f\x9d", "compress"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
)
_OTHER = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "rich text"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"SQLite format 3\x00", "database"),
    (b"PAR1", "Parquet"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|table|script|div)\b", re.IGNORECASE)
_XML = re.compile(r"<\?xml\b", re.IGNORECASE)
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')


def compression(content: bytes) -> str | None:
    """Return the name of the compression that the bytes show, None for none."""
    return next((name for mark, name in _COMPRESSED if content.startswith(mark)), None)


def binary_kind(content: bytes) -> str | None:
    """Return what the bytes are if they are a known kind of file other than text, else None.

    One of ``Excel workbook``, ``OpenDocument spreadsheet``, ``zip``, ``old Excel``, ``PDF``,
    ``rich text``, ``picture``, ``database``, ``Parquet``.
    """
    if content.startswith(_ZIP):
        # A zip names its members at its end, and each once more where it stands.
        if b"xl/" in content:
            return "Excel workbook"
        return "OpenDocument spreadsheet" if _OPEN_DOCUMENT in content[:200] else "zip"
    return next((name for mark, name in _OTHER if content.startswith(mark)), None)


def text_kind(text: str) -> str | None:
    """Return ``web page``, ``XML`` or ``JSON`` if a text begins as one, else None."""
    start = text[:1000].lstrip("\ufeff \t\r\n")
    if _HTML.match(start):
        return "web page"
    if _XML.match(start):
        return "XML"
    return "JSON" if _JSON.match(start) else None
