"""What a file is by its content, where that is not text in columns.

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
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "rich text"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"SQLite format 3\x00", "database"),
    (b"PAR1", "Parquet"),
)
WORKBOOK = "Excel workbook"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A workbook that wants a password is such a file, with the workbook as a stream of this name.
_WITH_PASSWORD = "EncryptedPackage".encode("utf-16-le")
# Names of parts; "xl/" alone comes by chance in what is compressed.
_OF_A_WORKBOOK = re.compile(
    rb"workbook\.(?:xml|bin)|xl/(?:worksheets/|styles|theme/|sharedStrings)"
)
_MACROS = b"xl/vbaProject.bin"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|table|script|div)\b", re.IGNORECASE)
_XML = re.compile(r"<\?xml\b", re.IGNORECASE)
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')


def compression(content: bytes) -> str | None:
    """The name of the compression that the bytes show, None where they show none."""
    return next((name for mark, name in _COMPRESSED if content.startswith(mark)), None)


def is_workbook(content: bytes) -> bool:
    """Return whether the bytes are a workbook of the kind that is read: ``.xlsx``, ``.xlsm``."""
    return binary_kind(content) == WORKBOOK


def ending_of(content: bytes) -> str:
    """Return how the name of such a file ends: a workbook with macros opens under its own only."""
    if not is_workbook(content):
        return ".csv"
    return ".xlsm" if _MACROS in content else ".xlsx"


def binary_kind(content: bytes) -> str | None:
    """What the bytes are when they are a known kind of file other than text, else None.

    One of ``Excel workbook``, ``OpenDocument spreadsheet``, ``zip``, ``old Excel``, ``workbook
    with a password``, ``PDF``, ``rich text``, ``picture``, ``database``, ``Parquet``.
    """
    if content.startswith(_ZIP):
        # A zip names its members at its end, and each once more where it stands.
        if _OF_A_WORKBOOK.search(content):
            return WORKBOOK
        return "OpenDocument spreadsheet" if _OPEN_DOCUMENT in content[:200] else "zip"
    if content.startswith(_OLD_OFFICE):
        return "workbook with a password" if _WITH_PASSWORD in content else "old Excel"
    return next((name for mark, name in _OTHER if content.startswith(mark)), None)


def text_kind(text: str) -> str | None:
    """What the beginning of a text shows it to be (``web page``, ``XML``, ``JSON``), else None."""
    start = text[:1000].lstrip("\ufeff \t\r\n")
    if _HTML.match(start):
        return "web page"
    if _XML.match(start):
        return "XML"
    return "JSON" if _JSON.match(start) else None
