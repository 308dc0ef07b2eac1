"""Changes of targets and definitions, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards.data.measure_changes import EACH, MeasureChange
from dashboards.data.release import COMBINED, Published
from dashboards.data.rows import Measure
from dashboards.story import words
from dashboards.story.comparing import Changes
from schemas.quarter import Quarter


def every_change(published: Published) -> list[tuple[Measure, str]]:
    """Return each change of a target or a definition with its measure, the newest first."""
    return [
        (measure, _told(published, measure, change))
        for change in reversed(published.measure_changes)
        if (measure := published.measure_by_id.get(change.measure))
        and not _is_the_first(published, change)
    ]


def changes_of(published: Published, measure: Measure) -> list[str]:
    """Return the changes of a measure's targets and of its definition, the newest first."""
    return [sentence for one, sentence in every_change(published) if one is measure]


def by_sentence(changes: Iterable[tuple[Measure, str]]) -> list[tuple[str, list[Measure]]]:
    """Return each sentence once, in order, with its measures: a merger alters many in one way."""
    found: dict[str, list[Measure]] = {}
    for measure, sentence in changes:
        found.setdefault(sentence, []).append(measure)
    return list(found.items())


def since_the_edition_before(
    published: Published, changes: Changes | None
) -> list[tuple[Measure, str]]:
    """Return each target by which figures of the edition before are rated otherwise in this one."""
    found = []
    for move in changes.targets if changes else ():
        measure = published.measure_by_id.get(move.measure)
        if measure is None:
            continue
        several = "" if move.first == move.last else "_several"
        sentence = words.say(
            f"targets.since{several}",
            first=move.first,
            last=move.last,
            was=_target_or_none(measure, move.old, move.old_limit),
            now=_target_or_none(measure, move.new, move.new_limit),
        )
        whose = published.board_organisation(move.measure)
        if move.organisation is not None and move.organisation != whose:
            name = published.organisation_names.get(move.organisation, move.organisation)
            sentence = words.say("targets.change.whose", whose=name, sentence=sentence)
        found.append((measure, sentence))
    return found


def _target_or_none(measure: Measure, target: float | None, limit: float | None) -> str:
    if target is None:
        return words.say("targets.since_none")
    return words.say("targets.since_by", target=_target(measure, target, limit))


def _is_the_first(published: Published, change: MeasureChange) -> bool:
    """Whether it is a target that is as old as the figures: nothing changed by it."""
    figures = published.values_by_measure.get(change.measure, ())
    return (
        change.subject == "target"
        and change.old_target is None
        and change.quarter <= published.release.quarter
        and not any(one.quarter < change.quarter and one.value is not None for one in figures)
    )


def _told(published: Published, measure: Measure, change: MeasureChange) -> str:
    """Return what was until when, what is from when, and why."""
    parts = {"until": change.until_label, "quarter": change.quarter_label}
    release = published.release
    newest = Quarter.containing(release.as_of_day).key if release.as_of_day else release.quarter
    coming = "_coming" if change.quarter > max(newest, release.quarter) else ""
    if change.subject == "rebase":
        sentences = [
            _whose(published, change, words.say(f"targets.change.rebase{coming}", **parts))
        ]
    elif change.subject == "definition":
        parts |= {"was": _quoted(change.old_definition), "now": _quoted(change.new_definition)}
        sentences = [words.say(f"targets.change.definition{coming}", **parts)]
    else:
        kind = "altered"
        if change.old_target is None or change.new_target is None:
            kind = "set" if change.old_target is None else "ended"
            if kind == "ended" and (
                change.organisation not in (EACH, COMBINED) or change.area != "all"
            ):
                kind = "ended_own"
        sentence = words.say(
            f"targets.change.{kind}{coming}",
            was=_target(measure, change.old_target, change.old_amber_limit),
            now=_target(measure, change.new_target, change.new_amber_limit),
            **parts,
        )
        sentences = [_whose(published, change, sentence)]
    if change.breaks_series and change.subject == "definition":
        sentences.append(words.say("targets.change.breaks"))
    if change.note:
        sentences.append(words.say("targets.change.why", note=change.note))
    return " ".join(sentences)


def _whose(published: Published, change: MeasureChange, sentence: str) -> str:
    """Return the sentence, with the organisation and the area that it is of alone."""
    named = []
    if change.subject == "target" and change.organisation == COMBINED:
        named.append(words.say("targets.change.whose_combined"))
    elif change.organisation == EACH:
        is_sum = published.measure_by_id[change.measure].aggregation == "sum"
        if is_sum and published.board_organisation(change.measure) == COMBINED:
            named.append(words.say("targets.change.whose_each"))
    elif change.organisation != COMBINED:
        named.append(published.organisation_names.get(change.organisation, change.organisation))
    if change.area != "all":
        named.append(change.area)
    if not named:
        return sentence
    return words.say("targets.change.whose", whose=", ".join(named), sentence=sentence)


def _target(measure: Measure, target: float | None, limit: float | None) -> str:
    """Return a target as it is written, with the limit of what is close to it."""
    written = words.shown_figure(measure, target)
    if limit is None:
        return written
    near = words.shown_figure(measure, limit)
    return words.say(f"targets.change.close_{measure.polarity}", target=written, limit=near)


def _quoted(definition: str | None) -> str:
    return (definition or "").rstrip(".")
