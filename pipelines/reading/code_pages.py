"""Which code page a file without a mark was saved in: Windows-1252, or 850 of MS-DOS.

Excel saves "CSV (MS-DOS)" in the code page of the command line, 850 in Western Europe; 437 has
the same letters in the same places. Both know nearly every byte, so that only the words tell: a £
before a figure and an é in a word, or an œ before a figure and a ‚ in a word.
"""

from __future__ import annotations

import re

WINDOWS, DOS = "windows-1252", "cp850"

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_OF_MONEY_AND_MEASURE = frozenset("£€°½¼¾±²³µ§©®«»´¿¡")
_MARKS_OF_WINDOWS = frozenset("‘’“”–—…•™\u00a0")
_WORD = re.compile(r"[^\s,;|\t\"]*[^\x00-\x7f][^\s,;|\t\"]*")
_MOST_WORDS = 5
_LONGEST_WORD = 30


def likely_code_page(content: bytes) -> tuple[str, bool]:
    """Return the code page in which the words make sense, and whether it is certain.

    Windows-1252 unless the bytes make sense in 850 alone; not certain where they do in neither.
    """
    in_windows, in_dos = (_makes_sense(content, page) for page in (WINDOWS, DOS))
    if in_dos and not in_windows:
        return DOS, True
    return WINDOWS, in_windows


def words_beyond_ascii(cells: tuple[str, ...]) -> list[str]:
    """Return the words of a record with a letter or sign beyond ASCII, each cut short."""
    found = (word for cell in cells for word in _WORD.findall(cell))
    return [word[:_LONGEST_WORD] for word in found if any(map(str.isalnum, word))][:_MOST_WORDS]


def _makes_sense(content: bytes, page: str) -> bool:
    """Return whether each letter and sign beyond ASCII stands where it can be meant."""
    try:
        text = content.decode(page)
    except UnicodeDecodeError:
        return False
    return all(
        _is_meant(text[max(found.start() - 1, 0) : found.start()], found[0],
                  text[found.end() : found.end() + 1])
        for found in _BEYOND_ASCII.finditer(text)
    )  # fmt: skip


def _is_meant(before: str, character: str, after: str) -> bool:
    if character in _OF_MONEY_AND_MEASURE:
        return True
    if character.isalpha():
        # A letter stands beside a plain one; a capital not inside a word of small ones.
        beside = [one for one in before + after if one.isascii()]
        inside = before.islower() and character.isupper() and after.islower()
        return any(one.isalpha() for one in beside) and not inside and not after.isdigit()
    if character in _MARKS_OF_WINDOWS:
        # A quotation mark or a dash parts words; only an apostrophe stands within one.
        within = before.isalpha() and after.isalpha()
        return not within or character in "’–—\u00a0"
    return False
