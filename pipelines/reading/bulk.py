"""The quick way to the same records: the whole file at once, where nothing in it is awkward.

It takes a file only where every quotation mark stands in its place and all line ends are the
same. Then a record ends at each line end outside quotation marks, and counting delimiters says
how many cells it has: nothing is left for a reader to guess, and polars may split the rows.
Anything else is the exact scanner's. Both give the same records; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.reading.records import frame_of_rows
from pipelines.reading.scanner import QuoteFault, scan

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]
_Offsets = npt.NDArray[np.int64]

_QUOTE, _LF, _CR, _TAB = 0x22, 0x0A, 0x0D, 0x09
_CHUNK = 1 << 18  # bytes looked at in one go: small enough to stay in the processor's cache


def bulk_records(body: bytes, *, delimiter: str) -> BulkRecords | None:
    """The records of a text in UTF-8 (without a byte order mark), None where its quotation marks
    or line ends need the exact scanner."""
    if not body:
        return None
    content = np.frombuffer(body, dtype=np.uint8)
    mark = ord(delimiter)
    quoted = b'"' in body
    separators = _offsets(
        content,
        (lambda c: (c == mark) | (c == _LF) | (c == _QUOTE))
        if quoted
        else (lambda c: (c == mark) | (c == _LF)),
    )
    kinds = content[separators]
    quotes = np.zeros(0, dtype=np.int64)
    if quoted:
        is_quote = kinds == _QUOTE
        quotes = separators[is_quote]
        if not _in_their_places(content, quotes, mark):
            return None
        outside = ~(np.bitwise_xor.accumulate(is_quote) | is_quote)
        separators, kinds = separators[outside], kinds[outside]
    closing = np.flatnonzero(kinds == _LF)
    ends = separators[closing]
    line_end = _line_end(content, ends, quotes)
    if line_end is None:
        return None
    widths = np.diff(closing, prepend=-1)
    if not len(ends) or ends[-1] + 1 < len(content):  # the last line has no line end
        widths = np.append(widths, len(kinds) - (closing[-1] + 1 if len(closing) else 0) + 1)
    return BulkRecords(
        body, delimiter=delimiter, ends=ends, widths=widths, line_ends={line_end: len(ends)}
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
        self.line_ends = {end: count for end, count in line_ends.items() if count}

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


def _offsets(content: _Bytes, test: Callable[[_Bytes], _Flags]) -> _Offsets:
    """The offsets of the bytes that pass a test."""

    def look(start: int) -> _Offsets:
        return np.flatnonzero(test(content[start : start + _CHUNK])) + start

    starts = range(0, len(content), _CHUNK)
    if len(starts) <= 1:
        return look(0)
    with ThreadPoolExecutor() as pool:  # numpy lets go of the interpreter while it counts
        return np.concatenate(list(pool.map(look, starts)))


def _is_ascii_control(chunk: _Bytes) -> _Flags:
    low = (chunk < 0x20) | (chunk == 0x7F)
    found: _Flags = low & (chunk != _LF) & (chunk != _CR) & (chunk != _TAB)
    return found


def _in_their_places(content: _Bytes, quotes: _Offsets, mark: int) -> bool:
    """Whether each opening quotation mark begins a cell and each closing one ends it; two
    together inside a cell are a closing and an opening one."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = content[np.maximum(opening - 1, 0)]
    after = content[np.minimum(closing + 1, len(content) - 1)]
    begins = (opening == 0) | (before == mark) | (before == _LF) | (before == _QUOTE)
    ends = (after == mark) | (after == _LF) | (after == _CR) | (after == _QUOTE)
    return bool(begins.all() and (ends | (closing == len(content) - 1)).all())


def _line_end(content: _Bytes, ends: _Offsets, quotes: _Offsets) -> str | None:
    """The line end that all records have, None where they differ or where a carriage return
    stands alone outside quotation marks."""
    returns = _offsets(content, lambda c: c == _CR)
    if not len(returns):
        return "\n"
    pairs = (ends > 0) & (content[np.maximum(ends - 1, 0)] == _CR)
    if pairs.any() and not pairs.all():
        return None
    if pairs.any():
        if len(returns) == len(ends):
            return "\r\n"
        returns = np.setdiff1d(returns, ends - 1, assume_unique=True)
    inside = np.searchsorted(quotes, returns) % 2 == 1
    if not inside.all():
        return None
    return "\r\n" if pairs.any() else "\n"
