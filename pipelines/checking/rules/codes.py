"""Finding a cell's code in a list: as it is, or what was probably meant."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Mapping

from pipelines.checking.rules.numbers import Judgement

# Letters of other scripts that look like Latin ones (Unicode's confusables, those that a keyboard
# for Cyrillic or Greek types), and zero and one beside the letters they are taken for.
_LOOK_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTYXaeopcyxijsABEZHIKMNOPTYXo",
)
_NAMES = {"CYRILLIC": "a Cyrillic letter", "GREEK": "a Greek letter", "FULLWIDTH": "a wide letter"}
_LONGEST_LIST = 170  # characters; a fact of more than 200 would be cut in the middle of a code
NEAREST_LOOKED_FOR = 100  # in one column; a column of other things needs no more advice


def judge_code(text: str, *, labels: Mapping[str, str], nearest: bool) -> Judgement:
    """Return what is wrong with a trimmed cell that is none of the codes in ``labels``.

    ``labels`` has each code's name. ``nearest``: look for the code that was probably meant.
    """
    seen = _latin(text)
    if seen != text:
        foreign = next(char for char in text if _latin(char) != char)
        script = unicodedata.name(foreign, "").split(" ")[0]
        facts = {"letter": _NAMES.get(script, "another character"), "like": _latin(foreign)}
        if seen in labels:
            return Judgement(rule="COD-002", facts={**facts, "plain": seen})
    meant = probably_meant(seen, labels, nearest=nearest)
    if meant is None:
        options = _most_alike_first(seen, labels) if nearest else labels
        return Judgement(rule="COD-001", facts={"options": list_in_words(options)})
    if meant != seen and labels.get(meant, "").casefold() == seen.casefold():
        return Judgement(rule="COD-001", variant="name", facts={"plain": meant})
    return Judgement(rule="COD-001", variant="nearest", facts={"plain": meant})


def probably_meant(text: str, labels: Mapping[str, str], *, nearest: bool) -> str | None:
    """Return the code that ``text`` is but for case and spaces, or names; else the most alike."""
    folded = _folded(text)
    for code, label in labels.items():
        if folded in (_folded(code), _folded(label)):
            return code
    if not nearest:
        return None
    by_folded = {_folded(code): code for code in labels}
    by_folded |= {_folded(label): code for code, label in labels.items() if label}
    found = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.75)
    return by_folded[found[0]] if found else None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _latin(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_LOOK_ALIKE))


def list_in_words(codes: Collection[str], *, most: int = 12) -> str:
    """List codes in a sentence: at most so many, none of them cut, and how many more.

    Semicolons part them if one has a comma in itself.
    """
    every = list(codes)
    between = "; " if any("," in code for code in every) else ", "
    shown = every[:1]
    for code in every[1:most]:
        if len(between.join([*shown, code])) > _LONGEST_LIST:
            break
        shown.append(code)
    more = len(every) - len(shown)
    return between.join(shown) + (f" and {more} more" if more else "")


def _most_alike_first(text: str, labels: Mapping[str, str]) -> list[str]:
    """Return the codes, those that are most like ``text`` first."""
    folded = _folded(text)
    return sorted(
        labels, key=lambda code: -difflib.SequenceMatcher(None, folded, _folded(code)).ratio()
    )
