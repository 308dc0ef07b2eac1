"""Made-up yearly indicators of the population and of youth justice, with areas to compare with.

The board pack's own indicators of 2018 follow on them; they are in ``board_pack``. A yearly return
comes with the second quarter and is of the financial or calendar year before.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from series import noise

from schemas.quarter import Quarter

Row = dict[str, object]
NOT_AVAILABLE = "[x]"
PEERS = (
    "Bristol", "Leeds", "Liverpool", "Manchester", "Newcastle upon Tyne", "Nottingham", "Sheffield",
    "Bradford", "Coventry", "Leicester", "Sandwell", "Walsall", "Wolverhampton",
)  # fmt: skip
HOME, REGION, COUNTRY = "Birmingham", "West Midlands", "England"
SIZE = {HOME: 1.0, REGION: 4.9, COUNTRY: 45.0}  # of Birmingham's people; a peer is a third of it
A_PEER = 0.35
BEFORE_PRINTED = range(2014, 2018)  # the financial years in which a made-up return came
INDICATORS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def population_outcomes(organisation: str, quarter: Quarter) -> list[Row] | None:
    """Return the indicators beside England, the region and the cities alike."""
    areas = (HOME, REGION, COUNTRY, *PEERS)
    return _return("population", quarter, areas=areas) if organisation == "PH" else None


def youth_justice(organisation: str, quarter: Quarter) -> list[Row] | None:
    """Return the indicators beside England and the region."""
    areas = (HOME, REGION, COUNTRY)
    return _return("youth", quarter, areas=areas) if organisation == "YOS" else None


def _return(name: str, quarter: Quarter, *, areas: tuple[str, ...]) -> list[Row] | None:
    if quarter.number != 2 or quarter.start.year not in BEFORE_PRINTED:
        return None
    return [
        _row(item, how, quarter, area) for item, how in INDICATORS[name].items() for area in areas
    ]


def _row(item: str, how: dict[str, Any], quarter: Quarter, area: str) -> Row:
    """Return one figure. The chain of years is the same whichever of them is asked for."""
    place = quarter.start.year - BEFORE_PRINTED[0]
    year = quarter.start.year - 2  # what is published lags by a year or more
    start, drift = how["country"], how["country_drift"]
    chance = 0.0
    if area == HOME:
        start, drift = how["start"], how["drift"]
        chance = how["per"] / how["people"] ** 0.5 * 0.2 * noise(item, area, year)
    elif area == REGION:
        start += 0.3 * (how["start"] - how["country"])
    elif area in PEERS:  # each peer has a level of its own, about half-way
        gap = abs(how["start"] - how["country"])
        start = (how["start"] + how["country"]) / 2 + gap * 0.3 * noise(item, area)
    denominator = round(how["people"] * SIZE.get(area, A_PEER) * (1 + 0.004 * place))
    rate = max(0.0, start + drift * place + chance * 0.1)
    numerator = min(denominator, round(denominator * rate / how["per"]))
    return {
        "indicator": item,
        "area": area,
        "period": str(year) if how.get("calendar_year") else f"{year}-{(year + 1) % 100:02d}",
        "numerator": numerator,
        "denominator": denominator,
        "value": f"{numerator / denominator * how['per']:.{how.get('decimals', 1)}f}",
    }


def not_available(items: list[str], quarter: Quarter) -> list[Row]:
    """Return a row that says [x] for each of ``items``: no figure was made up for it."""
    blank = {"area": HOME, "period": str(quarter.start.year - 1)}
    figures = dict.fromkeys(("numerator", "denominator", "value"), NOT_AVAILABLE)
    return [{"indicator": item, **blank, **figures} for item in items]
