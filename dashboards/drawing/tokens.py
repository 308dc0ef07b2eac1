"""The colours and sizes that charts and pages share.

Chart colours: the Government Analysis Function's palettes and NHS England's meanings, in hues that
keep 3:1 against white and stay apart for readers with any colour blindness. The stylesheet repeats
the page's own; ``tests/dashboards/test_tokens.py`` holds both to their contrast.
"""

from __future__ import annotations

FONT = "Arial, Helvetica, sans-serif"
CHART_TEXT_PX = 17

TEXT = "#0b0c0c"
SECONDARY = "#484949"
GRID = "#D6D6D6"
WHITE = "#ffffff"

# Process control: the meaning of a point.
COMMON = "#858686"
IMPROVEMENT = "#1d70b8"
CONCERN = "#b7592a"
NEUTRAL = "#54319f"
TARGET = "#ca3535"

# Analysis Function palette.
FOCUS = "#12436D"

# Sequential palette with the ink that can be read on each; the darker, the larger.
SEQUENTIAL = (("#ADD1F1", TEXT), ("#6BACE6", TEXT), ("#2073BC", WHITE), ("#12436D", WHITE))

POINT_COLOURS = {
    "common cause": COMMON,
    "improvement": IMPROVEMENT,
    "concern": CONCERN,
    "neutral": NEUTRAL,
}
