"""Sentences written from the data by rule. The sentences themselves are in ``words.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from dashboards.data.release import Published
from dashboards.data.rows import Measure, Summary, Value
from dashboards.story import numbers
from schemas.qualifiers import qualified

WORDS_FILE = Path(__file__).parent / "words.toml"
TOO_FEW_POINTS = "fewer than seven points"  # the commonest reason for which there are no limits
ALT_SHORTEST, ALT_LONGEST = 40, 350
DASH = "\N{EN DASH}"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def flatten(section: Mapping[str, object], *, prefix: str = "") -> dict[str, str]:
    """Return every sentence by its full name, ``section.key`` or ``section.part.key``."""
    found: dict[str, str] = {}
    for key, value in section.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found |= flatten(value, prefix=f"{name}.")
        else:
            found[name] = str(value)
    return found


_OTHERWISE: ContextVar[Mapping[str, str] | None] = ContextVar("otherwise", default=None)


@contextmanager
def otherwise(said: Mapping[str, str]) -> Iterator[None]:
    """Say these sentences, by their full names, in the place of the site's within the block."""
    before = _OTHERWISE.set({**sentences(), **said})
    try:
        yield
    finally:
        _OTHERWISE.reset(before)


def sentences() -> Mapping[str, str]:
    """Return the sentences by their full names: those of ``story/*.toml``, or a board's own."""
    return _OTHERWISE.get() or own_sentences()


@cache
def own_sentences() -> dict[str, str]:
    """Return the sentences of ``story/*.toml`` by their full names."""
    found: dict[str, str] = {}
    for path in sorted(WORDS_FILE.parent.glob("*.toml")):
        found |= flatten(tomllib.loads(path.read_text(encoding="utf-8")))
    return found


def word(section: str, key: str | None) -> str:
    """Return the words for a code of the data; the code itself where the file has none for it."""
    return sentences().get(f"{section}.{key or 'none'}", key or "")


def say(name: str, /, **parts: object) -> str:
    """Return the sentence ``name`` with its parts filled in.

    Raises:
        KeyError: There is no such sentence.
    """
    return sentences()[name].format(**parts)


def state_words(state: str, reason: str | None = None) -> str:
    """Return what stands in the place of a figure: why there is none, as far as it is known."""
    return sentences().get(f"state.reason.{reason}") or word("state", state)


def breakdown_name(breakdown: str) -> str:
    """Return a breakdown as people say it: ``staff_group`` is 'staff group'."""
    return breakdown.replace("_", " ")


def shown_figure(measure: Measure, value: float | None) -> str:
    """Return a figure of a measure as a page writes it; a dash for none."""
    if value is None:
        return DASH
    return numbers.figure(value, unit=measure.unit, decimals=measure.decimals)


def shown_value(measure: Measure, value: Value | None) -> str:
    """Return a figure as a page writes it, with the word that its sender set before it."""
    text = shown_figure(measure, value.value if value else None)
    return f"{value.qualifier} {text}" if value and value.qualifier and value.value else text


def revised_figure(measure: Measure, value: float, as_sent: str | None) -> str:
    """Return a figure before or after its correction, with the word that its sender set before."""
    word = qualified(as_sent) if as_sent else None
    text = shown_figure(measure, value)
    return f"{word[0]} {text}" if word else text


def lacks(value: Value | None) -> str:
    """Return what a shown figure lacks, as "2 of 3 months" or "1 of 4 partners", if anything."""
    if value is None or value.value is None:
        return ""
    return value.state_reason or ""


def figure_with_marks(measure: Measure, value: Value) -> str:
    """Return a shown figure as pages write it, with its sender's word and what it lacks."""
    short = lacks(value)
    return shown_value(measure, value) + (f" ({short})" if short else "")


def measure_headline(published: Published, measure: Measure) -> str:
    """Return the finding of a measure's page: what moved, and whether that is real.

    A rating never stands alone: where there is one, the process-control reading stands before it.
    """
    summary = published.board_summary(measure.measure)
    if summary is None:
        return say("headline.no_combined", title=measure.title)
    return series_headline(published, measure, summary)


def series_headline(published: Published, measure: Measure, summary: Summary) -> str:
    """As ``measure_headline``, for one organisation's series."""
    period = after_in(summary.period_label)
    if summary.value is None:
        state = state_words(summary.state, summary.state_reason)
        return say("headline.no_figure", title=measure.title, period=period, state=state)
    is_set_against = summary.is_like_for_like and not _is_incomplete(published, summary)
    moved = movement(measure, summary) if is_set_against else "first"
    is_still = _is_still(summary, moved)
    start = say(
        f"headline.{moved}_still" if is_still else f"headline.{moved}",
        title=measure.title,
        value=_as_sent(published, measure, summary),
        period=period,
        previous=shown_figure(measure, summary.previous_value),
    )
    if is_still:
        end = say("headline.reading", reading=word("variation.still", summary.variation))
    else:
        end = say("headline.reading", reading=change_words(published, summary, length="headline"))
    if summary.rating and summary.rating != "not rated" and summary.target is not None:
        key = summary.rating.replace(" ", "_")
        end += say(f"headline.{key}", target=shown_figure(measure, summary.target))
        if keeps_missing(summary):
            end += say("headline.failing")
    return start + end


def _as_sent(published: Published, measure: Measure, summary: Summary) -> str:
    """Return the figure with its sender's word, such as "over", and the partners it lacks."""
    sent = published.value_of(summary)
    if sent is None:
        return shown_figure(measure, summary.value)
    return figure_with_marks(measure, sent) if sent.partners_missing else shown_value(measure, sent)


def _is_still(summary: Summary, moved: str) -> bool:
    """Return whether the signal is of an earlier change: the last step did not go its way."""
    if summary.variation in (None, "common cause") or summary.reading != summary.variation:
        return False
    goes = "rose" if (summary.variation or "").endswith("high") else "fell"
    return moved not in ("first", goes)


def after_in(period: str) -> str:
    """Return a period as it follows "in": ``2018-19 Q1``, ``the year to June 2018``."""
    return f"the {period}" if period.startswith("year to ") else period


def change_words(published: Published, summary: Summary, *, length: str) -> str:
    """Return what the figures signal, as people read it.

    Where the latest point gives no signal, as of a yearly measure with too few points, it may be of
    the trend of five years, or of the step from the period before; of a figure that lacks partners
    or a month there is none, with the reason.

    Args:
        published: The release's data.
        summary: The series.
        length: ``short`` (beside an icon), ``long`` (in a sentence) or ``headline``.
    """
    if summary.read_from == "period before":
        return word("step.short" if length == "short" else "step.long", summary.direction)
    if summary.reading is not None and summary.reading != summary.variation:
        return word("trend.short" if length == "short" else "trend.long", summary.recent_trend)
    return word(f"variation.{length}", summary.variation or why_unread(published, summary))


def why_unread(published: Published, summary: Summary) -> str | None:
    """Return why the latest point cannot be read; None for too few figures."""
    if summary.value is None:
        return "no figure"
    if _lacks_partners(published, summary):
        return "incomplete"
    if _lacks_a_month(published, summary):
        return "a month is missing"
    return None if summary.no_limits_reason == TOO_FEW_POINTS else summary.no_limits_reason


def _is_incomplete(published: Published, summary: Summary) -> bool:
    """Return whether a figure that is not read lacks partners or a month."""
    return summary.reading is None and (
        _lacks_partners(published, summary) or _lacks_a_month(published, summary)
    )


def _lacks_partners(published: Published, summary: Summary) -> bool:
    """Return whether the figure is a sum in which a partner is missing."""
    value = published.value_of(summary)
    is_sum = published.measure_by_id[summary.measure].aggregation == "sum"
    return is_sum and value is not None and bool(value.partners_missing)


def _lacks_a_month(published: Published, summary: Summary) -> bool:
    """Return whether a month is missing in the figure."""
    value = published.value_of(summary)
    return value is not None and value.is_whole_period is False


def small_numbers(measure: Measure) -> str:
    """Return what a measure's rule on small numbers hides; empty where the data do not say."""
    if measure.small_number_rule == "none":
        return say("small_numbers.none")
    if measure.threshold is None:
        return ""
    hidden = say("small_numbers.some", threshold=measure.threshold)
    if measure.rounding is None or measure.rounding <= 1:
        return hidden
    return f"{hidden} {say('small_numbers.rounded', nearest=measure.rounding)}"


def small_numbers_on_its_page(published: Published, measure: Measure) -> str:
    """Return what is hidden of a measure; of one without a rule of smaller areas only."""
    hides = any(
        value.state == "suppressed"
        for value in published.values_by_measure.get(measure.measure, ())
    )
    if measure.small_number_rule == "none" and hides:
        return say("small_numbers.of_areas")
    return small_numbers(measure)


def movement(measure: Measure, summary: Summary) -> str:
    """Return ``rose``, ``fell``, ``same`` or ``first``, by the figures as they are written."""
    if summary.value is None or summary.previous_value is None:
        return "first"
    if shown_figure(measure, summary.value) == shown_figure(measure, summary.previous_value):
        return "same"
    return "rose" if summary.value > summary.previous_value else "fell"


def moved_the_wrong_way(measure: Measure, summary: Summary) -> bool:
    """Return whether the figure as written is worse than the one before, chance or not."""
    wrong = {"higher": "fell", "lower": "rose"}.get(measure.polarity)
    return movement(measure, summary) == wrong


def target_of(measure: Measure, summary: Summary | None) -> float | None:
    """Return the target of a summary's own period; without a summary the measure's newest."""
    return measure.target if summary is None else summary.target


def is_concern(summary: Summary) -> bool:
    """Return whether the figures signal a change for the worse."""
    return (summary.reading or "").startswith("concern")


def keeps_missing(summary: Summary) -> bool:
    """Return whether the measure, as it runs now, will keep missing its target.

    Not where the newest figure is on target: then its past does not say where it will be.
    """
    return summary.assurance == "consistently failing" and summary.rating != "on target"


def is_improvement(summary: Summary) -> bool:
    """Return whether the figures signal a change for the better."""
    return (summary.reading or "").startswith("improvement")


def counted(name: str, count: int, /, **parts: object) -> str:
    """Return the sentence ``name_none``, ``name_one`` or ``name_many``, by the count."""
    ending = "none" if count == 0 else "one" if count == 1 else "many"
    return say(f"{name}_{ending}", **parts)


def listed(names: Sequence[str], *, most: int) -> str:
    """Return names in a row: ``a, b and c``; beyond ``most`` the number of those left out."""
    shown = list(names[:most])
    left = len(names) - len(shown)
    if left:
        shown.append(say("list.more", left=left))
    if len(shown) < 2:
        return "".join(shown)
    return say("list.joined", names=", ".join(shown[:-1]), last=shown[-1])


def checked_alt(text: str, *, title: str) -> str:
    """Return ``text`` if it can serve as a text alternative.

    Raises:
        ValueError: It is shorter than 40 or longer than 350 characters, or only repeats the title.
    """
    if not ALT_SHORTEST <= len(text) <= ALT_LONGEST:
        raise ValueError(f"a text alternative of {len(text)} characters: {text!r}")
    if text == title:
        raise ValueError(f"a text alternative that repeats the title: {text!r}")
    return text


def first_sentence(text: str) -> str:
    """Return the first sentence of what somebody said, whole: a quotation is never cut."""
    return _SENTENCE_END.split(text.strip(), maxsplit=1)[0]


def shortened(text: str, *, most: int) -> str:
    """Return ``text``, cut at a word with an ellipsis if it has more than ``most`` characters."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
