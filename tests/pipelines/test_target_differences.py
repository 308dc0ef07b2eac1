"""What a change of targets would do is said before it is made.

The trap: a target edited in its row, which rates every past figure anew, looks like one that begins
with the next quarter.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.board.differences import differences
from schemas.quarter import Quarter
from schemas.reference_rows import Target
from tests.boards import birmingham

Q1, Q2 = Quarter(2018, 1), Quarter(2018, 2)
FROM_Q2 = "TC02: figures from 2018-19 Q2 on are rated by it,"


def target(value: float, *, first: Quarter | None = None, last: Quarter | None = None) -> Target:
    return Target(
        measure="TC02", organisation=None, area=None, first_period=first, last_period=last,
        target=value, amber_limit=85.0, note=None,
    )  # fmt: skip


def told(*targets: Target) -> list[str]:
    """What the change from ninety since always to these targets would do."""
    board = birmingham()
    before = replace(board, targets=(target(90.0),))
    return differences(before, replace(board, targets=targets))


@pytest.mark.parametrize(
    ("targets", "sentences"),
    [
        ((target(90.0),), []),
        (
            (target(90.0, last=Q1), target(95.0, first=Q2)),
            [
                "TC02: target 90 (amber limit 85) becomes 95 (amber limit 85) from 2018-19 Q2.",
                f"{FROM_Q2} published ones too; none before is rated anew.",
            ],
        ),
        (
            (target(95.0),),
            [
                "TC02: target 90 (amber limit 85) becomes 95 (amber limit 85).",
                "TC02: past figures are rated anew.",
            ],
        ),
        (
            (target(80.0, last=Q1), target(90.0, first=Q2, last=Q2)),
            [
                "TC02: target 90 (amber limit 85) becomes 80 (amber limit 85) to 2018-19 Q1.",
                "TC02: target 90 (amber limit 85) becomes none from 2018-19 Q3.",
                "TC02: past figures are rated anew.",
            ],
        ),
        (
            (target(90.0, last=Q1), target(90.0, first=Q2)),
            ["TC02: the rows of its target are others; no figure is rated anew."],
        ),
        (
            (),
            [
                "TC02: target 90 (amber limit 85) becomes none.",
                "TC02: past figures are rated anew.",
            ],
        ),
    ],
)
def test_it_is_said_from_when_on_figures_are_rated_otherwise(
    targets: tuple[Target, ...], sentences: list[str]
) -> None:
    assert told(*targets) == sentences
