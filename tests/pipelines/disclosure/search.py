"""Plain search through every file of a release for a number, however it is written."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

import polars as pl

# ``12 0 obj`` and ``12 0 R``: an object and where it is spoken of (ISO 32000, 7.3.10).
_PART_OF_A_PDF = re.compile(r"\b[0-9]+ 0 (?:obj|R)\b")


def holders(release: Path, numbers: Iterable[str]) -> set[tuple[str, str]]:
    """Each file of the release in which one of ``numbers`` stands, with the number.

    ``7919`` is found as 7919, 7919.0, 7,919 and 7 919 (any space, and as an entity), and not
    within a longer number, a word or a hash. Every cell of a Parquet file is looked at, every
    file in an archive, and every other file as text.
    """
    patterns = {number: re.compile(_written(number)) for number in numbers}
    return {
        (str(path.relative_to(release)), number)
        for path in release.rglob("*")
        if path.is_file()
        for text in (_text(path),)
        for number, pattern in patterns.items()
        if pattern.search(text)
    }


def _written(number: str) -> str:
    whole, point, rest = number.partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    separator = r"(?:,|\s|&nbsp;|&#160;|&#8239;)?"
    decimals = rf"\.{rest}" if point else r"(?:\.0+)?"
    return rf"(?<![0-9A-Za-z.]){separator.join(groups)}{decimals}(?![0-9A-Za-z])"


def _text(path: Path) -> str:
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return "\n".join(str(cell) for row in frame.iter_rows() for cell in row)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            inside = [(name, archive.read(name)) for name in archive.namelist()]
        return "\n".join(_of_bytes(content, Path(name).suffix) for name, content in inside)
    return _of_bytes(path.read_bytes(), path.suffix)


def _of_bytes(content: bytes, suffix: str) -> str:
    """The content as text; of a PDF its pages too, and not the numbers that name its parts."""
    text = content.decode("utf-8", errors="replace")
    if suffix != ".pdf":
        return text
    pages = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=False
    )
    return _PART_OF_A_PDF.sub("", text) + pages.stdout.decode("utf-8", errors="replace")
