"""What asks for the board's attention, and in which order.

The trap: a yearly figure, which has too few points for process control, falls for five years
running and stands below a quarterly one that is merely close to its target.
"""

from __future__ import annotations

import pytest

from dashboards.data.release import NOTHING_CAME
from tests.statistics.macros import evaluate


@pytest.mark.parametrize(
    ("trend", "reading"),
    [
        ("decreasing and getting worse", "concern low"),
        ("increasing and getting worse", "concern high"),
        ("increasing and getting better", "improvement high"),
        ("decreasing and getting better", "improvement low"),
        ("increasing", "neutral high"),
        ("decreasing", "neutral low"),
        ("no significant change", "common cause"),
        ("cannot be calculated", None),
        (None, None),
    ],
)
def test_a_trend_of_years_is_read_in_the_words_of_process_control(
    trend: str | None, reading: str | None
) -> None:
    assert evaluate("reading_of_trend('trend')", trend=trend) == reading


@pytest.mark.parametrize(
    ("variation", "trend", "reading"),
    [
        ("improvement high", "decreasing and getting worse", "improvement high"),
        ("common cause", "decreasing and getting worse", "concern low"),
        ("common cause", "no significant change", "common cause"),
        ("common cause", "cannot be calculated", "common cause"),
        ("common cause", None, "common cause"),
        (None, "increasing and getting better", "improvement high"),
        (None, "no significant change", "common cause"),
        (None, "cannot be calculated", None),
    ],
)
def test_usual_variation_does_not_silence_what_five_years_signal(
    variation: str | None, trend: str | None, reading: str | None
) -> None:
    # Limits do not tell a fall that is slower than they are wide.
    assert _reading(variation=variation, trend=trend) == reading


@pytest.mark.parametrize(
    ("variation", "trend", "direction", "reading", "read_from"),
    [
        # Seventeen equal figures and then a fall beyond chance: no limits, and yet a change.
        (None, "no significant change", "worse", "concern low", "period before"),
        (None, None, "better", "improvement low", "period before"),
        (None, None, "lower", "neutral low", "period before"),
        (None, None, "no significant change", None, None),
        (None, "decreasing and getting worse", "worse", "concern low", "trend"),
        # Where the measure's own history can tell, two figures alone do not.
        ("common cause", None, "worse", "common cause", "process control"),
        (
            "concern low",
            "increasing and getting better",
            "better",
            "concern low",
            "process control",
        ),
    ],
)
def test_a_step_beyond_chance_is_read_where_the_history_gives_no_limits(
    variation: str | None,
    trend: str | None,
    direction: str,
    reading: str | None,
    read_from: str | None,
) -> None:
    assert _reading(variation=variation, trend=trend, direction=direction) == reading
    found = evaluate(
        "read_from('variation', 'trend', 'direction')",
        variation=variation, trend=trend, direction=direction,
    )  # fmt: skip
    assert found == read_from


def _reading(*, variation: str | None, trend: str | None, direction: str | None = None) -> object:
    """Return the reading of a figure that fell from 90 to 60."""
    return evaluate(
        "reading_of('variation', 'trend', 'direction', 'value', 'previous')",
        variation=variation, trend=trend, direction=direction, value=60.0, previous=90.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rating", "variation", "assurance", "direction", "level"),
    [
        ("off target", "concern low", None, None, 1),
        ("off target", "common cause", "consistently failing", "worse", 2),
        ("close to target", "common cause", "consistently failing", None, 3),
        ("off target", None, None, None, 4),
        ("not rated", "concern high", None, None, 5),
        ("not rated", None, None, "worse", 6),
        ("close to target", "improvement high", None, None, 8),
        ("on target", "improvement high", "hit and miss", "better", 9),
    ],
)
def test_off_target_and_getting_worse_comes_first(
    rating: str, variation: str | None, assurance: str | None, direction: str | None, level: int
) -> None:
    found = evaluate(
        "attention_level('state', 'rating', 'variation', 'assurance', 'direction')",
        state="shown", rating=rating, variation=variation, assurance=assurance,
        direction=direction,
    )  # fmt: skip
    assert found == level


def test_what_did_not_come_is_told_before_what_is_merely_close() -> None:
    found = evaluate(
        "attention_level('state', 'rating', 'variation', 'assurance', 'direction')",
        state="not received", rating="not rated", variation=None, assurance=None, direction=None,
    )  # fmt: skip
    assert found == 7


@pytest.mark.parametrize(
    "state", [*sorted(NOTHING_CAME), "figure", "withheld", "not applicable", "not available"]
)
def test_pages_and_models_agree_on_where_nothing_came(state: str) -> None:
    assert evaluate("nothing_came('state')", state=state) is (state in NOTHING_CAME)
