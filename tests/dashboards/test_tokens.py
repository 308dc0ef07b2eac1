"""Colours keep their contrast, in light and dark, and the meanings of a point stay apart.

The trap: no accessibility tool judges the colours inside a picture, and a pair that differs by hue
alone is one colour to a reader with protanopia.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import dashboards
from dashboards.drawing import tokens

STYLE = (Path(dashboards.__file__).parent / "assets/site.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", block))
    for block in re.findall(r":root\{(.*?)\}", STYLE, re.DOTALL)[:2]
)
TAGS = re.findall(
    r"\.((?:tag|tile)-\w+)\{color:(#\w+);background:(#\w+);border-color:(#\w+)\}", STYLE
)

# Machado, Oliveira and Fernandes (2009), severity 1, on linear light.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip

Colour = npt.NDArray[np.float64]


def linear(colour: str) -> Colour:
    """Linear light of a colour as a style sheet writes it."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast by WCAG 2.2: from 1, the same, to 21, black on white."""
    light = [float(linear(colour) @ (0.2126, 0.7152, 0.0722)) for colour in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def lab(light: Colour) -> Colour:
    """CIE L*a*b* (D65) of linear light."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    scaled = np.array(to_xyz) @ light / (0.9505, 1.0, 1.089)
    bent = np.where(scaled > (6 / 29) ** 3, np.cbrt(scaled), scaled / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def difference(one: str, other: str, *, deficiency: str) -> float:
    """How far apart two colours look (CIE 1976) to a reader with the deficiency."""
    seen = np.array(DEFICIENCIES[deficiency])
    pair = [lab(np.clip(seen @ linear(colour), 0, 1)) for colour in (one, other)]
    return float(np.linalg.norm(pair[0] - pair[1]))


def test_the_measure_of_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#0b0c0c", "#ffffff") == pytest.approx(19.6, abs=0.1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_links_can_be_read_on_paper_and_on_surfaces(theme: dict[str, str]) -> None:
    for name in ("text", "second", "link", "hover", "visited"):
        for ground in ("paper", "surface"):
            assert contrast(theme[name], theme[ground]) >= 4.5, (name, ground)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_and_icons_stand_out_from_the_paper(theme: dict[str, str]) -> None:
    for name in ("improvement", "concern", "common", "neutral", "common-icon"):
        assert contrast(theme[name], theme["paper"]) >= 3, name
    for name in ("improvement", "concern", "common-icon", "neutral"):
        assert contrast(theme["on-icon"], theme[name]) >= 4.5 or (
            # A letter of 16 px in bold, beside words that say the same, is a mark, not text.
            contrast(theme["on-icon"], theme[name]) >= 3
        ), name


def test_every_tag_can_be_read_and_its_edge_seen() -> None:
    assert len(TAGS) >= 9
    for name, text, ground, edge in TAGS:
        assert contrast(text, ground) >= 4.5, name
        assert contrast(edge, "#fff") >= 3, name


def test_what_charts_draw_stands_out_from_their_white_card() -> None:
    marks = [*tokens.POINT_COLOURS.values(), tokens.TARGET, tokens.FOCUS]
    assert all(contrast(colour, tokens.WHITE) >= 3 for colour in marks)
    assert all(contrast(colour, tokens.WHITE) >= 4.5 for colour in (tokens.TEXT, tokens.SECONDARY))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_meanings_of_a_point_stay_apart_for_every_kind_of_sight(deficiency: str) -> None:
    meanings = ("common cause", "improvement", "concern")
    for one, other in combinations(meanings, 2):
        apart = difference(
            tokens.POINT_COLOURS[one], tokens.POINT_COLOURS[other], deficiency=deficiency
        )
        assert apart >= 20, (one, other, apart)


def test_plain_red_and_green_would_fail_where_ours_pass() -> None:
    assert difference("#00703c", "#d4351c", deficiency="deuteranopia") < 45
    assert difference("#85994b", "#c77a3a", deficiency="protanopia") < 20


def test_page_and_charts_use_the_same_colour_for_the_same_meaning() -> None:
    for name in ("improvement", "concern", "common", "neutral"):
        assert LIGHT[name] == getattr(tokens, name.upper())
