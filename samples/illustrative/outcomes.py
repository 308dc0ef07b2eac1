"""Made-up yearly indicators of the population and of youth justice, with areas to compare with.

The board pack's own indicators of 2018 follow on them; they are in ``board_pack``. A yearly return
comes with the second quarter and is of the financial or calendar year before.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class Told:
    """An indicator: how many people it is over in Birmingham, per how many it is said, where it
    starts in Birmingham and in England, and how it moves a year in each."""

    people: int
    per: int
    start: float
    country: float
    drift: float
    country_drift: float
    financial_year: bool = True
    decimals: int = 1


POPULATION = {
    "Infant mortality": Told(people=17200, per=1000, start=7.3, country=4.1, drift=0.15,
                             country_drift=-0.05, financial_year=False),
    "Low birth weight": Told(people=16900, per=100, start=9.9, country=7.4, drift=-0.05,
                             country_drift=-0.02, financial_year=False),
    "Smoking at time of delivery": Told(people=16800, per=100, start=10.9, country=12.0,
                                        drift=-0.7, country_drift=-0.4),
    "Reception year excess weight": Told(people=15800, per=100, start=23.4, country=22.3,
                                         drift=0.3, country_drift=0.1),
    "MMR two doses at age 5": Told(people=17400, per=100, start=87.1, country=88.0, drift=-1.1,
                                   country_drift=-0.1),
    "School readiness": Told(people=16100, per=100, start=50.0, country=52.0, drift=4.0,
                             country_drift=4.6),
}  # fmt: skip
YOUTH = {
    "First-time entrants aged 10-17": Told(people=118700, per=100000, start=560, country=440,
                                           drift=-24, country_drift=-37, financial_year=False,
                                           decimals=0),
    "Young offenders who re-offended": Told(people=1150, per=100, start=38.2, country=38.0,
                                            drift=-0.4, country_drift=1.0),
}  # fmt: skip


def population_outcomes(organisation: str, quarter: Quarter) -> list[Row] | None:
    """The indicators beside England, the region and the cities alike."""
    if organisation != "PH":
        return None
    return _return(POPULATION, quarter, areas=(HOME, REGION, COUNTRY, *PEERS))


def youth_justice(organisation: str, quarter: Quarter) -> list[Row] | None:
    """The indicators beside England and the region."""
    if organisation != "YOS":
        return None
    return _return(YOUTH, quarter, areas=(HOME, REGION, COUNTRY))


def _return(told: dict[str, Told], quarter: Quarter, *, areas: tuple[str, ...]) -> list[Row] | None:
    if quarter.number != 2 or quarter.start.year not in BEFORE_PRINTED:
        return None
    return [_row(item, how, quarter, area) for item, how in told.items() for area in areas]


def _row(item: str, how: Told, quarter: Quarter, area: str) -> Row:
    """One figure. The chain of years is the same whichever of them is asked for."""
    place = quarter.start.year - BEFORE_PRINTED[0]
    year = quarter.start.year - 2  # what is published lags by a year or more
    home = area == HOME
    start = how.start if home else how.country
    drift = how.drift if home else how.country_drift
    if area == REGION:
        start += 0.3 * (how.start - how.country)
    if area in PEERS:  # each peer has a level of its own, about half-way
        start = (how.start + how.country) / 2 + abs(how.start - how.country) * 0.3 * noise(
            item, area
        )
    denominator = round(how.people * SIZE.get(area, A_PEER) * (1 + 0.004 * place))
    chance = how.per / how.people**0.5 * 0.2 * noise(item, area, year) if home else 0.0
    rate = max(0.0, start + drift * place + chance * 0.1)
    numerator = min(denominator, round(denominator * rate / how.per))
    return {
        "indicator": item,
        "area": area,
        "period": f"{year}-{(year + 1) % 100:02d}" if how.financial_year else str(year),
        "numerator": numerator,
        "denominator": denominator,
        "value": f"{numerator / denominator * how.per:.{how.decimals}f}",
    }


def not_available(items: list[str], quarter: Quarter) -> list[Row]:
    """A row that says [x] for each of ``items``: no figure was made up for it."""
    blank = {"area": HOME, "period": str(quarter.start.year - 1)}
    figures = dict.fromkeys(("numerator", "denominator", "value"), NOT_AVAILABLE)
    return [{"indicator": item, **blank, **figures} for item in items]
