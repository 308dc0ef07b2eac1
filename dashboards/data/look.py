"""What a board says and shows otherwise than the pages would: words, outlines, colour, logo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Look:
    """One board's own look.

    Attributes:
        words: Sentences in the place of the site's, by their full names (``banner.draft``).
        shapes: Files of outlines of areas by name, as ``docs/shapes.md`` describes them.
        accent: The colour of the head of each page, ``#12436d``; None: the site's own.
        logo: An SVG picture for the head of each page; None: none.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, bytes] = field(default_factory=dict)
    accent: str | None = None
    logo: bytes | None = None
