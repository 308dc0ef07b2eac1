"""Status tags and process-control icons: drawn from scratch, each with its words beside it.

Shape and letter carry the meaning; colour repeats it. The drawing is hidden from assistive
technology because the words stand beside it.
"""

from __future__ import annotations

from markupsafe import Markup

from dashboards.data.release import Published
from dashboards.data.rows import Summary
from dashboards.story import words

_RATINGS = {
    "on target": ("on", "\N{BLACK CIRCLE}"),
    "close to target": ("close", "\N{BLACK UP-POINTING TRIANGLE}"),
    "off target": ("off", "\N{BLACK SQUARE}"),
    "not rated": ("none", "\N{WHITE CIRCLE}"),
}
_SHAPES = {
    "common cause": '<circle cx="14" cy="14" r="12"/>',
    "improvement": '<path d="M14 0.5 27.5 14 14 27.5 0.5 14Z"/>',
    "concern": '<rect x="2" y="2" width="24" height="24"/>',
    "neutral": '<path d="M14 1 27.5 26.5H0.5Z"/>',
    "none": '<circle cx="14" cy="14" r="11" class="hollow"/>',
}
_ASSURANCE = {
    "consistently passing": ("pass", "P"),
    "consistently failing": ("fail", "F"),
    "hit and miss": ("chance", "?"),
}


def rating_tag(rating: str | None, reason: str | None = None) -> Markup:
    """Return a rating as glyph, words and colour; where there is none, grey and with its reason."""
    kind, glyph = _RATINGS.get(rating or "not rated", _RATINGS["not rated"])
    tag = Markup('<span class="tag tag-{}"><span aria-hidden="true">{}</span> {}</span>').format(
        kind, glyph, words.word("rating", rating or "not rated")
    )
    if kind == "none" and reason:
        tag += Markup(' <span class="small">({})</span>').format(reason)
    return tag


def rating_glyph(rating: str | None) -> Markup:
    """Return the glyph alone, for a dense table whose cell holds the words for a screen reader."""
    kind, glyph = _RATINGS.get(rating or "not rated", _RATINGS["not rated"])
    return Markup('<span class="glyph glyph-{}" aria-hidden="true">{}</span>').format(kind, glyph)


def change_icon(published: Published, summary: Summary) -> Markup:
    """Return the icon of what a measure's figures signal, with its words."""
    text = words.change_words(published, summary, length="short")
    return variation_icon(summary.reading, text=text)


def variation_icon(variation: str | None, *, text: str | None = None) -> Markup:
    """Return the icon of a reading, with its words, or others that say how it was come by."""
    kind, _, side = (variation or "none").partition(" ")
    kind = "common cause" if variation == "common cause" else kind
    letter = {"high": "H", "low": "L"}.get(side, "")
    if kind == "common cause":
        letter = "~"
    drawn = _icon(kind.split(" ")[0], shape=_SHAPES.get(kind, _SHAPES["none"]), letter=letter)
    return _with_words(drawn, text or words.word("variation.short", variation))


def outlook_icon(published: Published, summary: Summary | None, *, has_target: bool) -> Markup:
    """Return the icon of whether a series will meet its target, or why that cannot be said."""
    why = words.why_unread(published, summary) if summary is not None and has_target else None
    if summary is None or summary.assurance or why is None:
        return assurance_icon(summary.assurance if summary else None, has_target=has_target)
    return Markup('<span class="quiet">{}</span>').format(words.word("variation.short", why))


def assurance_icon(assurance: str | None, *, has_target: bool = True) -> Markup:
    """Return the icon of whether the target will be met; words alone if that cannot be said."""
    if assurance not in _ASSURANCE:
        why = "too few" if has_target else "no target"
        return Markup('<span class="quiet">{}</span>').format(words.word("assurance.short", why))
    kind, letter = _ASSURANCE[assurance]
    drawn = _icon(kind, shape='<rect x="1" y="1" width="26" height="26" rx="8"/>', letter=letter)
    return _with_words(drawn, words.word("assurance.short", assurance))


def _icon(kind: str, *, shape: str, letter: str) -> Markup:
    low = 23 if kind == "neutral" else 19.5
    return Markup(
        '<svg class="icon icon-{}" viewBox="0 0 28 28" width="28" height="28" aria-hidden="true" '
        'focusable="false">{}<text x="14" y="{}" text-anchor="middle">{}</text></svg>'
    ).format(kind, Markup(shape), low, letter)  # noqa: S704  # the shapes are the ones above


def _with_words(drawn: Markup, text: str) -> Markup:
    return Markup('<span class="reading">{}<span>{}</span></span>').format(drawn, text)
