"""The quick way to the same records: the whole file at once, where nothing in it is awkward.

It takes a file only where every quotation mark stands in its place and all line ends are the
same. Then a record ends at each line end outside quotation marks, and counting delimiters says
how many cells it has: nothing is left for a reader to guess, and polars may split the rows.
Anything else is the exact scanner's. Both give the same records; a test holds them to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.reading.records import frame_of_rows
from pipelines.reading.scanner import QuoteFault, scan

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]
_Offsets = npt.NDArray[np.int64]
_Result = TypeVar("_Result")

_QUOTE, _LF, _CR, _TAB = 0x22, 0x0A, 0x0D, 0x09
_CHUNK = 1 << 18  # bytes looked at in one go: small enough to stay in the processor's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one chunk of a file holds outside quotation marks."""

    ends: _Offsets  # of the line feeds, in the file
    at: _Offsets  # how many separators (delimiters and line feeds) of the chunk come before each
    separators: int
    returns: int  # carriage returns
    pairs: int  # line feeds with a carriage return before them


def bulk_records(body: bytes, *, delimiter: str) -> BulkRecords | None:
    """The records of a text in UTF-8 (without a byte order mark), None where it is empty or its
    quotation marks or line ends need the exact scanner.
    """
    if not body:
        return None
    content = np.frombuffer(body, dtype=np.uint8)
    starts = range(0, len(content), _CHUNK)
    inside: list[bool] | None = None
    if b'"' in body:
        quotes = _each(lambda start: _count(content[start : start + _CHUNK], _QUOTE), starts)
        inside = [before % 2 == 1 for before in accumulate(quotes, initial=0)]
        if inside.pop():  # at the end of the file
            return None
    mark = ord(delimiter)
    parts = _each(
        lambda start: _part(
            content, start, mark=mark, inside=inside[start // _CHUNK] if inside else None
        ),
        starts,
    )
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    returns, pairs = sum(part.returns for part in found), sum(part.pairs for part in found)
    ends = np.concatenate([part.ends for part in found])
    if returns != pairs or pairs not in (0, len(ends)):
        return None
    before = accumulate((part.separators for part in found), initial=0)
    closing = np.concatenate([part.at + more for part, more in zip(found, before, strict=False)])
    widths = np.diff(closing, prepend=-1)
    if not len(ends) or ends[-1] + 1 < len(content):  # the last line has no line end
        last = sum(part.separators for part in found) - (closing[-1] + 1 if len(ends) else 0)
        widths = np.append(widths, last + 1)
    line_ends = {"\r\n" if pairs else "\n": len(ends)} if len(ends) else {}
    return BulkRecords(body, delimiter=delimiter, ends=ends, widths=widths, line_ends=line_ends)


def _part(content: _Bytes, start: int, *, mark: int, inside: bool | None) -> _Part | None:
    """What the chunk from ``start`` holds, None where a quotation mark is out of its place.

    ``inside`` says whether the chunk begins between quotation marks, None in a file without any.
    """
    chunk = content[start : start + _CHUNK]
    wanted = (chunk == mark) | (chunk == _LF) | (chunk == _CR)
    if inside is not None:
        wanted |= chunk == _QUOTE
    at = np.flatnonzero(wanted)
    kinds = chunk[at]
    if inside is not None:
        is_quote = kinds == _QUOTE
        between = np.bitwise_xor.accumulate(is_quote) ^ inside
        if not _in_their_places(content, at[is_quote] + start, between[is_quote], mark):
            return None
        outside = ~(between | is_quote)
        at, kinds = at[outside], kinds[outside]
    is_end = kinds == _LF
    is_separator = kinds != _CR
    ends = at[is_end] + start
    return _Part(
        ends=ends,
        at=np.flatnonzero(is_end[is_separator]),
        separators=int(np.count_nonzero(is_separator)),
        returns=len(kinds) - int(np.count_nonzero(is_separator)),
        pairs=_count(content[ends[ends > 0] - 1], _CR),
    )


class BulkRecords:
    """Records found by counting: see ``Records`` for what each part gives."""

    def __init__(
        self,
        body: bytes,
        *,
        delimiter: str,
        ends: _Offsets,
        widths: _Offsets,
        line_ends: Mapping[str, int],
    ) -> None:
        self._body = body
        self._delimiter = delimiter
        self._ends = ends
        self.widths = widths
        self.faults: Mapping[int, QuoteFault] = {}
        self.line_ends = line_ends

    def cells(self, index: int) -> tuple[str, ...]:
        text = self._body[slice(*self._span(index, index))].decode("utf-8")
        return next(scan(text, delimiter=self._delimiter)).cells

    def frame(self, indexes: _Offsets, width: int) -> pl.DataFrame:
        if width > 1 and len(indexes):  # polars passes over empty lines: rows of one cell
            runs = list(self._runs(indexes))
            begin, to_the_end = runs[0][0], len(runs) == 1 and runs[0][1] == len(self._body)
            frame = pl.read_csv(
                # No copy of the file where only lines at its top are left out.
                self._body if to_the_end else b"".join(self._body[a:b] for a, b in runs),
                skip_lines=self._body.count(b"\n", 0, begin) if to_the_end else 0,
                has_header=False,
                separator=self._delimiter,
                infer_schema=False,
                empty_string_is_null=False,
                new_columns=[f"c{i}" for i in range(width)],
            )
            # What was counted before is the measure of what polars made of it.
            if frame.shape == (len(indexes), width):
                return frame
        return frame_of_rows([self.cells(index) for index in indexes.tolist()], width)

    def with_control_characters(self) -> Sequence[int]:
        content = np.frombuffer(self._body, dtype=np.uint8)
        control = _offsets(content, _is_ascii_control)
        beyond = self._beyond_ascii()
        # The first bytes in UTF-8 of U+0080 to U+009F, U+061C, and U+2000 to U+207F.
        first, second = content[beyond], content[np.minimum(beyond + 1, len(content) - 1)]
        suspect = (
            ((first == 0xC2) & (second < 0xA0))
            | ((first == 0xD8) & (second == 0x9C))
            | ((first == 0xE2) & ((second == 0x80) | (second == 0x81)))
        )
        return self._records_at(np.concatenate([control, beyond[suspect]]))

    def with_cells_beyond(self, characters: int) -> Sequence[int]:
        stops = np.append(self._ends, len(self._body))
        indexes: list[int] = np.flatnonzero(np.diff(stops, prepend=-1) > characters).tolist()
        return indexes

    def beyond_ascii(self) -> Sequence[int]:
        return self._records_at(self._beyond_ascii())

    def _beyond_ascii(self) -> _Offsets:
        if self._body.isascii():
            return np.zeros(0, dtype=np.int64)
        return _offsets(np.frombuffer(self._body, dtype=np.uint8), lambda c: c >= 0x80)

    def _records_at(self, offsets: _Offsets) -> Sequence[int]:
        indexes: list[int] = np.unique(np.searchsorted(self._ends, offsets)).tolist()
        return indexes

    def _span(self, first: int, last: int) -> tuple[int, int]:
        """Where in the body the records from ``first`` to ``last`` stand, line end included."""
        start = int(self._ends[first - 1]) + 1 if first else 0
        end = int(self._ends[last]) + 1 if last < len(self._ends) else len(self._body)
        return start, end

    def _runs(self, indexes: _Offsets) -> Iterator[tuple[int, int]]:
        """Where each run of neighbouring records stands."""
        if len(indexes):
            breaks = np.flatnonzero(np.diff(indexes) != 1)
            firsts = indexes[np.append(0, breaks + 1)].tolist()
            lasts = indexes[np.append(breaks, len(indexes) - 1)].tolist()
            yield from (self._span(a, b) for a, b in zip(firsts, lasts, strict=True))


def _each(look: Callable[[int], _Result], starts: range) -> list[_Result]:
    """The result for each chunk, in order; the processors share the chunks of a large file."""
    if len(starts) <= 1:
        return [look(start) for start in starts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy frees the interpreter as it counts
        return list(pool.map(look, starts))


def _count(content: _Bytes, byte: int) -> int:
    return int(np.count_nonzero(content == byte))


def _offsets(content: _Bytes, test: Callable[[_Bytes], _Flags]) -> _Offsets:
    """The offsets of the bytes that pass a test."""
    starts = range(0, len(content), _CHUNK)
    return np.concatenate(
        _each(lambda start: np.flatnonzero(test(content[start : start + _CHUNK])) + start, starts)
    )


def _is_ascii_control(chunk: _Bytes) -> _Flags:
    low = (chunk < 0x20) | (chunk == 0x7F)
    found: _Flags = low & (chunk != _LF) & (chunk != _CR) & (chunk != _TAB)
    return found


def _in_their_places(content: _Bytes, quotes: _Offsets, opening: _Flags, mark: int) -> bool:
    """Whether each opening quotation mark begins a cell and each closing one ends it; two
    together inside a cell are a closing and an opening one.
    """
    last = len(content) - 1
    before, after = content[np.maximum(quotes - 1, 0)], content[np.minimum(quotes + 1, last)]
    begins = (quotes == 0) | (before == mark) | (before == _LF) | (before == _QUOTE)
    ends = (after == mark) | (after == _LF) | (after == _CR) | (after == _QUOTE) | (quotes == last)
    return bool(np.where(opening, begins, ends).all())
