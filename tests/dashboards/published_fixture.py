"""Made-up published data by the contract: every kind of figure that a page must cope with.

The same call writes the same files. Nothing here comes from the project's own calculations; limits
and ratings are computed plainly so that the pages have something consistent to show.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from schemas.quarter import Quarter

LAST = Quarter(2018, 2)
QUARTERS = tuple(LAST.shift(-n) for n in reversed(range(18)))
PARTNERS = {
    "BCHC": "Birmingham Community Healthcare NHS Foundation Trust",
    "BSMHFT": "Birmingham and Solihull Mental Health NHS Foundation Trust",
    "BWC": "Birmingham Women's and Children's NHS Foundation Trust",
    "CGL": "Change Grow Live Birmingham",
    "HEFT": "Heart of England NHS Foundation Trust",
    "SWBHT": "Sandwell and West Birmingham Hospitals NHS Trust",
    "UHB": "University Hospitals Birmingham NHS Foundation Trust",
    "WMP": "West Midlands Police",
    "BCC": "Birmingham City Council",
    "PH": "Birmingham City Council Public Health",
    "BSOL CCG": "Birmingham and Solihull Clinical Commissioning Group",
}
THEMES = (
    ("safeguarding", "Safeguarding training", "Everyone who works with children is trained.",
     "Designated Nurse"),
    ("early_help", "Early identification and early help",
     "People at risk of abuse are found early.", "Head of Early Help"),
    ("safety", "Safety and support", "Victims and their children are safe.", None),
    ("population", "Population outcomes", "People live longer and in better health.",
     "Director of Public Health"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Series:
    """How one made-up measure runs."""

    measure: str
    title: str
    theme: str
    return_name: str
    partners: tuple[str, ...]
    unit: str = "percent"
    polarity: str = "higher"
    target: float | None = None
    amber: float | None = None
    start: float = 80.0
    noise: float = 2.0
    drift: float = 0.0
    shift_last: tuple[int, float] = (0, 0.0)  # the last n points move by so much
    points: int = 18
    headline: int | None = None
    aggregation: str = "ratio"
    frequency: str = "quarterly"
    status: str = "live"
    illustrative: bool = True
    breakdown: tuple[str, tuple[str, ...]] | None = None
    rebase_at: int | None = None


NHS = ("BCHC", "BSMHFT", "BWC", "SWBHT", "UHB")
SERIES = (
    Series(measure="TC02", title="Staff trained in safeguarding children, level 2",
           theme="safeguarding", return_name="training_compliance", partners=(*NHS, "HEFT"),
           target=90.0, amber=85.0, start=88.0, noise=1.2, shift_last=(2, -6.0), headline=1,
           breakdown=("staff group", ("Nurses", "Doctors", "Allied health", "Support staff"))),
    Series(measure="TC03", title="Staff trained in safeguarding children, level 3",
           theme="safeguarding", return_name="training_compliance", partners=NHS,
           target=85.0, amber=80.0, start=84.0, noise=2.2, headline=2),
    Series(measure="TC04", title="Staff trained in safeguarding adults",
           theme="safeguarding", return_name="training_compliance", partners=(*NHS, "CGL"),
           target=80.0, amber=75.0, start=78.0, noise=1.0, drift=0.75, headline=3, rebase_at=9),
    Series(measure="DA02", title="Reports of FGM, honour-based abuse and forced marriage",
           theme="early_help", return_name="domestic_abuse", partners=("WMP", "BCC"), unit="count",
           polarity="none", start=64, noise=7, aggregation="sum",
           breakdown=("kind", ("FGM", "Honour-based abuse", "Forced marriage"))),
    Series(measure="DA03", title="Incident reports to the police below high risk",
           theme="early_help", return_name="domestic_abuse", partners=("WMP",), target=75.0,
           amber=70.0, start=68.0, noise=1.5, headline=4),
    Series(measure="DA04", title="Referrals for early help from sources other than the police",
           theme="early_help", return_name="domestic_abuse", partners=("BCC",), unit="count",
           start=240, noise=14, shift_last=(4, 60.0), aggregation="sum", headline=5),
    Series(measure="DA05", title="Sectors engaged in identification and referral",
           theme="early_help", return_name="domestic_abuse", partners=("BCC",), unit="count",
           start=6, noise=0.8, points=4, target=8, amber=6, aggregation="sum", status="proposed"),
    Series(measure="DA06", title="Children and young people in high-risk households",
           theme="safety", return_name="domestic_abuse", partners=("WMP", "BCC"), unit="count",
           polarity="lower", start=610, noise=24, drift=6.0, aggregation="sum", target=600,
           amber=640, headline=6, breakdown=("age", ("Under 5", "5 to 10", "11 to 15", "16 to 17"))),
    Series(measure="DA07", title="Child protection plans with domestic abuse as a factor",
           theme="safety", return_name="domestic_abuse", partners=("BCC",), polarity="lower",
           start=58.0, noise=2.5, target=55.0, amber=60.0, points=10),
    Series(measure="DA08", title="People engaged with perpetrator programmes",
           theme="safety", return_name="domestic_abuse", partners=("CGL", "WMP"), unit="count",
           start=3, noise=1, aggregation="sum"),
    Series(measure="PO01", title="Infant mortality", theme="population",
           return_name="population_outcomes", partners=("PH",), unit="rate_per_1000",
           polarity="lower", target=4.0, amber=6.0, start=7.7, noise=0.15, frequency="yearly",
           aggregation="none", headline=7, illustrative=False),
    Series(measure="PO02", title="MMR, two doses at age 5", theme="population",
           return_name="population_outcomes", partners=("PH",), target=95.0, amber=90.0,
           start=86.0, noise=0.5, drift=-0.2, headline=8, illustrative=False, aggregation="none"),
    Series(measure="PO03", title="General fertility rate", theme="population",
           return_name="population_outcomes", partners=("PH",), unit="rate_per_1000",
           polarity="none", start=69.7, noise=0.4, shift_last=(1, 3.0), aggregation="none",
           illustrative=False),
    Series(measure="SA01", title="Average caseload of named nurses", theme="safeguarding",
           return_name="safeguarding_activity", partners=("BCHC", "BWC", "UHB"), unit="ratio",
           polarity="lower", start=18.0, noise=1.0, aggregation="none"),
    Series(measure="CAZ1", title="Annual mean nitrogen dioxide, <A38> & city centre",
           theme="population", return_name="clean_air_zone", partners=("BCC",),
           unit="microgram_m3", polarity="lower", target=40.0, amber=42.0, start=47.5, noise=0.8,
           aggregation="none", points=18),
    Series(measure="OLD1", title="Places on briefings (retired)", theme="safeguarding",
           return_name="safeguarding_activity", partners=("BCC",), unit="count", start=90, noise=9,
           points=8, aggregation="sum", status="retired"),
)  # fmt: skip

SCHEMAS: dict[str, dict[str, Any]] = {}


def write_published(folder: Path, *, optional: bool = True) -> Path:
    """Writes every ``pub_*.parquet`` into ``folder``, made if needed; ``optional=False`` leaves out
    the models that may be missing. Returns ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in published_rows(optional=optional).items():
        pl.DataFrame(rows, infer_schema_length=None, schema_overrides=_types(rows)).write_parquet(
            folder / f"{name}.parquet"
        )
    return folder


_FLOATS = {"value", "numerator", "denominator", "lower", "upper", "mean", "upl", "lpl", "target",
           "amber_limit", "previous_value", "old_value", "new_value"}  # fmt: skip


def _types(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Types for the columns whose rows may all be empty."""
    found: dict[str, Any] = {}
    for name in rows[0]:
        if name in _FLOATS:
            found[name] = pl.Float64
        elif all(row[name] is None for row in rows):
            found[name] = pl.String if not name.endswith("_on") else pl.Date
    return found


def published_rows(*, optional: bool = True) -> dict[str, list[dict[str, Any]]]:
    """The rows of each model, by its name."""
    maker = _Maker()
    for series in SERIES:
        maker.add(series)
    return maker.models(optional=optional)


def xmr(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, lower and upper limit of an XmR chart."""
    mean = sum(values) / len(values)
    ranges = [abs(b - a) for a, b in zip(values, values[1:], strict=False)]
    reach = 2.66 * sum(ranges) / max(len(ranges), 1)
    return mean, mean - reach, mean + reach


def _rating(value: float | None, series: Series) -> tuple[str, str | None]:
    if value is None:
        return "not rated", "no figure"
    if series.target is None or series.amber is None or series.polarity == "none":
        return "not rated", "no target"
    sign = 1 if series.polarity == "higher" else -1
    if sign * value >= sign * series.target:
        return "on target", None
    return ("close to target" if sign * value >= sign * series.amber else "off target"), None


class _Maker:
    """Gathers rows measure by measure."""

    def __init__(self) -> None:
        self.random = random.Random(20180930)  # noqa: S311  # made-up figures, not a secret
        self.values: list[dict[str, Any]] = []
        self.process: list[dict[str, Any]] = []
        self.summaries: list[dict[str, Any]] = []

    def add(self, series: Series) -> None:
        quarters = QUARTERS[-series.points :]
        if series.frequency == "yearly":
            quarters = tuple(q for q in quarters if q.number == 2)
        runs = {org: self._run(series, len(quarters)) for org in series.partners}
        for organisation, run in runs.items():
            self._series(series, organisation, quarters, run)
        if len(runs) > 1 and series.aggregation != "none":
            self._combined(series, quarters, runs)

    def _run(self, series: Series, count: int) -> list[float]:
        last, move = series.shift_last
        start = series.start / (len(series.partners) if series.unit == "count" else 1)
        found = []
        for n in range(count):
            value = start + series.drift * n + self.random.uniform(-1, 1) * series.noise
            value += move if n >= count - last else 0
            found.append(max(round(value) if series.unit == "count" else value, 0))
        return found

    def _state(self, series: Series, organisation: str, quarter: Quarter, value: float) -> str:
        if organisation == "HEFT" and quarter >= Quarter(2018, 1):
            return "not applicable"
        if organisation == "BSMHFT" and quarter == LAST and series.measure == "TC03":
            return "not received"
        if organisation == "SWBHT" and quarter == Quarter(2017, 3):
            return "not received"
        if series.unit == "count" and 0 < value < 5:
            return "suppressed"
        if organisation == "PH" and series.measure == "PO02" and quarter == Quarter(2016, 1):
            return "not available"
        return "shown"

    def _row(self, series: Series, organisation: str, quarter: Quarter, **more: Any) -> dict[str, Any]:
        start, end = quarter.start, quarter.end
        if series.frequency == "yearly":
            start, end = dt.date(quarter.start_year - 1, 1, 1), dt.date(quarter.start_year - 1, 12, 31)
        row: dict[str, Any] = {
            "measure": series.measure, "organisation": organisation, "area": "E08000025",
            "quarter": quarter.key, "quarter_label": quarter.label, "period_start": start,
            "period_end": end, "breakdown": "total", "category": "all", "part_of": None, "sort": 0,
            "state": "shown", "state_reason": None, "numerator": None, "denominator": None,
            "value": None, "value_as_sent": None, "lower": None, "upper": None,
            "rating": "not rated", "rating_reason": None, "direction": "not compared",
            "previous_value": None, "partners_reported": None, "partners_expected": None,
            "partners_missing": None, "illustrative": series.illustrative, "open_queries": 0,
            "submission_id": None, "row_number": None, "known_from": None, "version": 1,
        }  # fmt: skip
        return row | more

    def _series(
        self, series: Series, organisation: str, quarters: Sequence[Quarter], run: Sequence[float]
    ) -> None:
        rows = []
        for n, (quarter, value) in enumerate(zip(quarters, run, strict=True)):
            state = self._state(series, organisation, quarter, value)
            row = self._row(series, organisation, quarter, state=state)
            received = dt.datetime.combine(quarter.end, dt.time(10, 15)) + dt.timedelta(days=18)
            row |= {
                "submission_id": f"{received:%Y%m%dT%H%M%S}000000Z-{organisation[:3].lower()}{n:03d}"
                if state != "not received" else None,
                "row_number": n + 2 if state != "not received" else None,
                "known_from": received if state != "not received" else None,
            }  # fmt: skip
            if state == "suppressed":
                row["state_reason"] = "a count of 1 to 4 could point to people"
            if state == "shown":
                row |= self._figures(series, value)
                row["value_as_sent"] = f"{value:.1f}%" if series.unit == "percent" else str(value)
            if organisation == "UHB" and quarter == LAST and state == "shown":
                row["open_queries"] = 1
            if series.breakdown and state == "shown":
                self._breakdown(series, organisation, quarter, row)
            row["rating"], row["rating_reason"] = _rating(row["value"], series)
            rows.append(row)
        self._finish(series, organisation, rows)

    def _figures(self, series: Series, value: float) -> dict[str, Any]:
        if series.unit != "percent":
            half = abs(value) ** 0.5 * 0.6 if series.unit.startswith("rate") else None
            return {
                "value": float(value), "numerator": float(value) if series.unit == "count" else None,
                "lower": value - half if half else None, "upper": value + half if half else None,
            }  # fmt: skip
        denominator = 400 + self.random.randrange(900)
        numerator = round(denominator * min(value, 99.5) / 100)
        share = numerator / denominator * 100
        half = 196 * (share / 100 * (1 - share / 100) / denominator) ** 0.5
        return {
            "value": share, "numerator": float(numerator), "denominator": float(denominator),
            "lower": share - half, "upper": min(share + half, 100.0),
        }  # fmt: skip

    def _breakdown(
        self, series: Series, organisation: str, quarter: Quarter, total: dict[str, Any]
    ) -> None:
        assert series.breakdown is not None
        name, categories = series.breakdown
        left = total["value"]
        for n, category in enumerate(categories):
            row = self._row(series, organisation, quarter, breakdown=name, category=category, sort=n)
            if series.unit == "count":
                share = left if n == len(categories) - 1 else round(left * (0.2 + 0.5 * n / 4))
                left -= share
                if 0 < share < 5:
                    row |= {"state": "suppressed", "state_reason": "a count of 1 to 4"}
                else:
                    row |= {"value": float(share), "numerator": float(share)}
            else:
                row |= self._figures(series, total["value"] - 4 + 2.5 * n)
            self.values.append(row)

    def _combined(
        self, series: Series, quarters: Sequence[Quarter], runs: dict[str, list[float]]
    ) -> None:
        rows = []
        for quarter in quarters:
            parts = [
                row for row in self.values
                if (row["measure"], row["quarter"], row["breakdown"])
                == (series.measure, quarter.key, "total")
            ]  # fmt: skip
            expected = [p for p in parts if p["state"] != "not applicable"]
            shown = [p for p in expected if p["value"] is not None]
            row = self._row(series, "ALL", quarter, row_number=None)
            missing = [PARTNERS[p["organisation"]] for p in expected if p["value"] is None]
            row |= {
                "partners_reported": len(shown), "partners_expected": len(expected),
                "partners_missing": "; ".join(missing) or None,
            }  # fmt: skip
            if shown and series.unit == "percent":
                numerator = sum(p["numerator"] for p in shown)
                denominator = sum(p["denominator"] for p in shown)
                share = numerator / denominator * 100
                row |= {"numerator": numerator, "denominator": denominator, "value": share,
                        "lower": share - 1.2, "upper": min(share + 1.2, 100.0)}  # fmt: skip
            elif shown and len(shown) == len(expected):
                row["value"] = row["numerator"] = float(sum(p["value"] for p in shown))
            else:
                row |= {"state": "suppressed", "state_reason": "a partner's count is suppressed"}
            if series.breakdown:
                self._combined_breakdown(series, quarter)
            row["open_queries"] = sum(p["open_queries"] for p in shown)
            row["rating"], row["rating_reason"] = _rating(row["value"], series)
            rows.append(row)
        self._finish(series, "ALL", rows)

    def _combined_breakdown(self, series: Series, quarter: Quarter) -> None:
        assert series.breakdown is not None
        name, categories = series.breakdown
        for n, category in enumerate(categories):
            parts = [
                row for row in self.values
                if (row["measure"], row["quarter"], row["breakdown"], row["category"])
                == (series.measure, quarter.key, name, category)
            ]  # fmt: skip
            row = self._row(series, "ALL", quarter, breakdown=name, category=category, sort=n)
            if not parts or any(p["value"] is None for p in parts):
                row |= {"state": "suppressed", "state_reason": "a partner's count is suppressed"}
            elif series.unit == "count":
                row["value"] = row["numerator"] = float(sum(p["value"] for p in parts))
            else:
                numerator = sum(p["numerator"] for p in parts)
                denominator = sum(p["denominator"] for p in parts)
                row |= {"numerator": numerator, "denominator": denominator,
                        "value": numerator / denominator * 100}  # fmt: skip
            self.values.append(row)

    def _finish(self, series: Series, organisation: str, rows: list[dict[str, Any]]) -> None:
        previous: float | None = None
        for row in rows:
            row["previous_value"] = previous
            if row["value"] is not None and previous is not None and series.polarity != "none":
                rose = (row["value"] > previous) == (series.polarity == "higher")
                row["direction"] = "better" if rose else "worse"
            previous = row["value"] if row["value"] is not None else previous
        self.values += rows
        points = self._process(series, organisation, rows)
        self._summary(series, organisation, rows, points)

    def _process(
        self, series: Series, organisation: str, rows: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        shown = [row for row in rows if row["value"] is not None]
        at = series.rebase_at if series.rebase_at and organisation == "ALL" else None
        stretches = [shown] if at is None else [shown[:at], shown[at:]]
        found: list[dict[str, Any]] = []
        for number, stretch in enumerate(stretches, start=1):
            values = [row["value"] for row in stretch]
            enough = len(values) >= 7
            mean, low, high = xmr(values) if enough else (None, None, None)
            for row in stretch:
                signal = side = None
                if enough and mean is not None and low is not None and high is not None:
                    if not low <= row["value"] <= high:
                        signal, side = "astronomical", "high" if row["value"] > high else "low"
                found.append(
                    {
                        "measure": series.measure, "organisation": organisation,
                        "quarter": row["quarter"], "value": row["value"], "mean": mean, "upl": high,
                        "lpl": low, "stretch": number, "points": len(values),
                        "special_cause": signal, "special_cause_side": side, "variation": None,
                        "assurance": None, "trial": enough and len(values) < 12,
                        "illustrative": series.illustrative,
                    }
                )  # fmt: skip
            self._runs(found[-len(stretch) :], mean)
        for point in found:
            if point["mean"] is not None:
                point["variation"] = _variation(point, series)
                point["assurance"] = _assurance(point, series)
        self.process += found
        return found

    @staticmethod
    def _runs(points: list[dict[str, Any]], mean: float | None) -> None:
        """Seven in a row on one side of the mean."""
        if mean is None:
            return
        for start in range(len(points) - 6):
            run = points[start : start + 7]
            for side, holds in (("high", lambda v: v > mean), ("low", lambda v: v < mean)):
                if all(holds(point["value"]) for point in run):
                    for point in run:
                        if point["special_cause"] is None:
                            point |= {"special_cause": "shift", "special_cause_side": side}

    def _summary(
        self,
        series: Series,
        organisation: str,
        rows: list[dict[str, Any]],
        points: list[dict[str, Any]],
    ) -> None:
        last = rows[-1]
        before = [row for row in rows[:-1] if row["value"] is not None]
        point = next((p for p in points if p["quarter"] == last["quarter"]), None)
        variation = point["variation"] if point else None
        assurance = point["assurance"] if point else None
        reason = None
        if (variation or "").startswith("concern"):
            reason = "getting worse by more than chance"
        elif last["rating"] == "off target":
            reason = "off target"
        rank = None
        if organisation == "ALL" or len(series.partners) == 1:
            rank = {"getting worse by more than chance": 1, "off target": 100}.get(reason or "")
        self.summaries.append(
            {
                "measure": series.measure, "organisation": organisation, "quarter": last["quarter"],
                "period_end": last["period_end"], "state": last["state"], "value": last["value"],
                "numerator": last["numerator"], "denominator": last["denominator"],
                "lower": last["lower"], "upper": last["upper"], "rating": last["rating"],
                "rating_reason": last["rating_reason"], "variation": variation,
                "assurance": assurance, "direction": last["direction"], "recent_trend": None,
                "comparison": None, "previous_quarter": before[-1]["quarter"] if before else None,
                "previous_value": before[-1]["value"] if before else None, "points": len(points),
                "open_queries": last["open_queries"], "illustrative": series.illustrative,
                "attention_rank": rank, "attention_reason": reason if rank else None,
            }
        )  # fmt: skip

    def models(self, *, optional: bool) -> dict[str, list[dict[str, Any]]]:
        ranked = sorted(
            (row for row in self.summaries if row["attention_rank"]),
            key=lambda row: (row["attention_rank"], row["measure"]),
        )
        for rank, row in enumerate(ranked, start=1):
            row["attention_rank"] = rank
        found = {
            "pub_release": [_release()],
            "pub_organisation": _organisations(),
            "pub_theme": [
                {"theme": t, "title": title, "description": text, "lead_role": lead, "sort": n}
                for n, (t, title, text, lead) in enumerate(THEMES, start=1)
            ],
            "pub_measure": [_measure(series) for series in SERIES],
            "pub_measure_value": self.values,
            "pub_process_control": self.process,
            "pub_measure_summary": self.summaries,
            "pub_submission": _submissions(),
        }
        if optional:
            found |= {
                "pub_comparator": _comparators(),
                "pub_finding": _findings(),
                "pub_revision": _revisions(),
                "pub_commentary": _commentary(),
            }
        return found


def _variation(point: dict[str, Any], series: Series) -> str:
    if point["special_cause"] is None:
        return "common cause"
    side = point["special_cause_side"]
    if series.polarity == "none":
        return f"neutral {side}"
    return f"{'improvement' if (side == 'high') == (series.polarity == 'higher') else 'concern'} {side}"


def _assurance(point: dict[str, Any], series: Series) -> str | None:
    if series.target is None or series.polarity == "none":
        return None
    below, above = series.target < point["lpl"], series.target > point["upl"]
    if not below and not above:
        return "hit and miss"
    return "consistently passing" if below == (series.polarity == "higher") else "consistently failing"


def _release() -> dict[str, Any]:
    return {
        "quarter": LAST.key, "quarter_label": LAST.label, "meeting": "2018-11-27",
        "meeting_on": dt.date(2018, 11, 27), "board": "Birmingham Health and Wellbeing Board",
        "data_cut_off": dt.datetime(2018, 11, 9, 16, 42), "has_illustrative": True,
        "submissions": 148,
    }  # fmt: skip


def _organisations() -> list[dict[str, Any]]:
    return [
        {
            "organisation": code, "name": name, "kind": "NHS trust" if "Trust" in name else "other",
            "ended_on": dt.date(2018, 3, 31) if code == "HEFT" else None,
            "succeeded_by": "UHB" if code == "HEFT" else None,
        }
        for code, name in PARTNERS.items()
    ]  # fmt: skip


def _measure(series: Series) -> dict[str, Any]:
    theme = next(title for code, title, *_ in THEMES if code == series.theme)
    percent = series.unit == "percent"
    return {
        "measure": series.measure, "return_name": series.return_name, "item": series.measure,
        "title": series.title, "definition": f"{series.title}, as recorded by each partner.",
        "unit": series.unit, "decimals": 0 if series.unit == "count" else 1,
        "numerator_words": "People trained" if percent else None,
        "denominator_words": "People eligible on the last day" if percent else None,
        "polarity": series.polarity, "target": series.target, "amber_limit": series.amber,
        "form": "proportion" if percent else "count" if series.unit == "count" else "value",
        "aggregation": series.aggregation, "kind": "flow", "frequency": series.frequency,
        "seasonal": False, "theme": series.theme, "priority": None, "owner_role": "Designated Nurse",
        "small_number_rule": "under_5" if series.unit == "count" else "none",
        "source": "Partners' own records", "status": series.status, "headline": series.headline,
        "first_quarter": None, "last_quarter": None, "theme_title": theme, "priority_title": None,
        "return_title": series.return_name.replace("_", " ").capitalize(),
    }  # fmt: skip


def _submissions() -> list[dict[str, Any]]:
    found = []
    owed = sorted({(org, s.return_name) for s in SERIES for org in s.partners})
    for organisation, return_name in owed:
        for n, quarter in enumerate(QUARTERS[-8:]):
            if organisation == "HEFT" and quarter >= Quarter(2018, 1):
                continue
            due = quarter.end + dt.timedelta(days=30)
            late = 6 if (organisation, n % 4) == ("WMP", 3) else 0
            state, accepted = "accepted", True
            if organisation == "BSMHFT" and quarter == LAST:
                state, accepted = "overdue", False
            elif organisation == "BSOL CCG" or (organisation == "CGL" and quarter == LAST):
                state, accepted = "needs correction", False
            elif organisation == "UHB" and quarter == LAST:
                state = "accepted with queries"
            at = dt.datetime.combine(due, dt.time(15)) + dt.timedelta(days=late - 4 if not late else late)
            found.append(
                {
                    "organisation": organisation, "return_name": return_name,
                    "quarter": quarter.key, "quarter_label": quarter.label, "due_on": due,
                    "first_received_at": at if state != "overdue" else None,
                    "accepted_received_at": at if accepted else None, "state": state,
                    "days_late": 11 if state == "overdue" else late, "corrections": 1 if n == 5 else 0,
                    "rows_found": 24 if accepted else None, "rows_used": 24 if accepted else None,
                    "errors": 3 if state == "needs correction" else 0,
                    "queries": 1 if state == "accepted with queries" else 0, "notes": 0,
                    "open_queries": 1 if state == "accepted with queries" else 0,
                    "submission_id": f"{at:%Y%m%dT%H%M%S}000000Z-{organisation[:3].lower()}{n:03d}",
                    "sha256": f"{abs(hash_of(organisation, n)):064x}"[:64], "sample": "illustrative",
                }
            )  # fmt: skip
    return found


def hash_of(text: str, number: int) -> int:
    """A made-up number that looks like a hash and never changes."""
    return random.Random(f"{text}{number}").getrandbits(256)  # noqa: S311  # not a secret


def _comparators() -> list[dict[str, Any]]:
    rows = (
        ("PO01", "E92000001", "England", "country", None, 3.9, "worse", None, None),
        ("PO01", "E12000005", "West Midlands", "region", None, 5.6, "worse", None, None),
        ("PO01", None, "Core cities", "peer set", "core_cities", 4.9, "worse", 7, 8),
        ("PO02", "E92000001", "England", "country", None, 87.6, "worse", None, None),
        ("PO02", "E12000005", "West Midlands", "region", None, 86.9, "similar", None, None),
    )
    return [
        {
            "measure": m, "area": area, "area_name": name, "area_kind": kind, "peer_set": peers,
            "period_start": dt.date(2016, 4, 1), "period_end": dt.date(2017, 3, 31), "value": value,
            "lower": value * 0.98, "upper": value * 1.02, "comparison": verdict, "peers_used": used,
            "peers_expected": expected, "comparison_list": None,
        }
        for m, area, name, kind, peers, value, verdict, used, expected in rows
    ]  # fmt: skip


def _findings() -> list[dict[str, Any]]:
    return [
        {"organisation": org, "return_name": name, "quarter": LAST.key, "rule": rule,
         "severity": severity, "findings": n}
        for org, name, rule, severity, n in (
            ("UHB", "training_compliance", "far_from_last_quarter", "query", 1),
            ("CGL", "training_compliance", "numerator_above_denominator", "error", 3),
            ("BCC", "domestic_abuse", "text_was_trimmed", "note", 2),
        )
    ]  # fmt: skip


def _revisions() -> list[dict[str, Any]]:
    return [
        {
            "measure": "TC02", "organisation": org, "area": "E08000025", "quarter": "2017-18-Q4",
            "breakdown": "total", "category": "all", "old_value": old, "new_value": new,
            "old_submission_id": "20180418T101500000000Z-bwc016",
            "new_submission_id": "20180502T091000000000Z-bwc116",
            "changed_at": dt.datetime(2018, 5, 2, 9, 10),
        }
        for org, old, new in (("BWC", 91.2, 88.4), ("ALL", 88.9, 88.3))
    ]  # fmt: skip


def _commentary() -> list[dict[str, Any]]:
    rows = (
        ("PH", "board", "ask", "Note that training at level 2 has got worse, and ask trusts for a plan.",
         "Director of Public Health"),
        ("PH", "board", "ask", "Agree the measures for domestic abuse marked as proposed.", None),
        ("UHB", "TC02", "commentary",
         "=Two <b>courses</b> were cancelled & are booked again for January.", "Head of Safeguarding"),
    )  # fmt: skip
    return [
        {"organisation": org, "quarter": LAST.key, "subject": subject, "kind": kind, "text": text,
         "role": role, "written_on": dt.date(2018, 11, 6)}
        for org, subject, kind, text, role in rows
    ]  # fmt: skip
