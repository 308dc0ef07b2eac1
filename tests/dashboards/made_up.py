"""A small board with every kind of thing that the pages show, as a release's published data.

Names and texts hold what a partner might type to break a page: markup, quotes, formulas.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.data.files import columns_of
from dashboards.data.plans import Action, Plan, PlanLink, PlanStanding, Risk
from dashboards.data.rows import (
    Commentary,
    Comparator,
    Measure,
    Organisation,
    ProcessPoint,
    Release,
    Revision,
    RowFate,
    Score,
    Submission,
    Summary,
    Theme,
    Value,
)
from schemas.period import Period
from schemas.quarter import Quarter

MEETING = dt.date(2018, 11, 27)
LAST = Quarter.parse("2018-19-Q2")
HOSTILE = '<img src=x onerror="alert(1)"> & "friends"'
TARGETS = {"P1": (90.0, 85.0), "P2": (10.0, 12.0)}  # with the limit of what is close
WARDS = ("North ward", "East ward", "South ward", "West ward")


def row(model: type[Any], **given: Any) -> Any:
    """A row of a model: what is given, and nothing in every other column."""
    if model is Summary:  # what it is read as is what its latest point says
        given = {
            "reading": given.get("variation"),
            "read_from": given.get("variation") and "process control",
            **given,
        }
    names = {field.name for field in fields(model)}
    if "period" in names and "period" not in given and given.get("quarter"):
        given |= period_of(given)
    if model is Measure:
        given = {"main_kind": "quarter", **given}
    if model in (Value, Summary):
        target, limit = TARGETS.get(given.get("measure", ""), (None, None))
        given = {"target": target, "amber_limit": limit, **given}
    if model is Value:
        given = {"members": given.get("organisation"), **given}
    if model is Summary and given.get("previous_value") is not None:
        before = period_of({"quarter": Quarter.parse(given["quarter"]).shift(-1).key})
        given = {
            "is_like_for_like": True, "previous_period": before["period"],
            "previous_label": before["period_label"], **given,
        }  # fmt: skip
    given = {key: said for key, said in given.items() if key in names}
    return model(**dict.fromkeys(names) | given)


def period_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of its period, from its days or its quarter."""
    quarter = Quarter.parse(given["quarter"])
    start, end = given.get("period_start"), given.get("period_end")
    period = Period.of(start or quarter.start, end or quarter.end)
    return {
        "period": period.key, "period_kind": period.kind.value, "period_label": period.label,
        "period_start": period.start, "period_end": period.end, "quarter": period.quarter.key,
    }  # fmt: skip


def measure(code: str, **given: Any) -> Measure:
    """A measure of the catalogue."""
    usual = {
        "measure": code, "return_name": "training", "title": f"Measure {code}", "unit": "percent",
        "decimals": 1, "polarity": "higher", "form": "proportion", "aggregation": "ratio",
        "kind": "flow", "frequency": "quarterly", "theme": "safety", "status": "live",
        "theme_title": "Safety", "return_title": "Training", "owner_role": "Head of safety",
    }  # fmt: skip
    made: Measure = row(Measure, **usual | given)
    return made


MEASURES = (
    measure("P1", title="Staff trained", target=90.0, amber_limit=85.0, headline=1,
            numerator_words="Staff trained", denominator_words="Staff",
            next_quarter_label="2018-19 Q3", next_due_on=dt.date(2019, 1, 21)),
    measure("P2", title="Waits over 4 weeks", polarity="lower", target=10.0, amber_limit=12.0,
            headline=2),
    measure("C1", title=HOSTILE, unit="count", decimals=0, polarity="none", aggregation="sum",
            form="count"),
    measure("R1", title="Entrants", unit="rate_per_100000", polarity="lower", frequency="yearly"),
    measure("N1", title="Never sent", polarity="lower"),
)  # fmt: skip
RELEASE = Release(
        quarter=LAST.key, quarter_label=LAST.label, meeting="m", meeting_on=MEETING,
        board="Board of a city", data_cut_off=None, has_illustrative=True, submissions=3,
    )  # fmt: skip
PARTNERS = (
    ("A", "Alpha trust", 0.95, 1200), ("B", HOSTILE, 0.81, 300), ("C", "Gamma trust", 0.7, 2400),
    ("D", "Delta trust", 0.88, 90), ("E", "Epsilon trust", 0.97, 640),
)  # fmt: skip


def quarters(number: int) -> list[Quarter]:
    """The last quarters up to the release's, the oldest first."""
    return [LAST.shift(-n) for n in reversed(range(number))]


def value(
    code: str, organisation: str, quarter: Quarter, figure: float | None, **given: Any
) -> Any:
    """One figure."""
    usual = {
        "measure": code, "organisation": organisation, "area": "all", "quarter": quarter.key,
        "breakdown": "total", "category": "total", "state": "shown", "value": figure, "sort": 1,
        "illustrative": code == "P2", "open_queries": 0, "submission_id": f"s-{organisation}",
        "row_number": 2, "value_as_sent": None if figure is None else f"{figure:.1f}",
    }  # fmt: skip
    return row(Value, **usual | given)


def series(code: str, organisation: str, figures: Sequence[float | None]) -> list[Any]:
    """A series that ends at the release's quarter."""
    return [
        value(code, organisation, quarter, figure, state="shown" if figure is not None else state)
        for quarter, figure in zip(quarters(len(figures)), figures, strict=True)
        for state in ["suppressed"]
    ]


FALLING = [92.0, 91.0, 92.5, 91.5, 92.0, 91.0, 92.0, 91.8, 92.2, 91.4, 88.1, 80.3]
RISING = [30.0, 29.0, 31.0, None, 28.0, 25.0, 22.0, 20.0, 18.0, 15.0, 14.0, 13.5]


def values() -> list[Any]:
    """Every figure."""
    found = series("P1", "ALL", FALLING) + series("P2", "ALL", RISING)
    found += series("C1", "ALL", [1200.0, 1300.0, 1100.0, 1250.0])
    found += [value("R1", "ALL", LAST.shift(-4 * n), 50.0 + n) for n in range(3)]
    for code, _, share, staff in PARTNERS:
        trained = round(share * staff)
        found.append(
            value("P1", code, LAST, 100 * trained / staff, numerator=float(trained),
                  denominator=float(staff), lower=100 * trained / staff - 3,
                  upper=min(100 * trained / staff + 3, 100.0))
        )  # fmt: skip
    for n, ward in enumerate(WARDS):
        hidden = n == 3
        found.append(
            value("P1", "ALL", LAST, None if hidden else 80.0 + n, breakdown="ward", category=ward,
                  sort=n, state="suppressed" if hidden else "shown",
                  lower=None if hidden else 79.2 + n, upper=None if hidden else 80.8 + n)
        )  # fmt: skip
    found += [
        value("P2", "ALL", LAST, 11.0, breakdown="age", category="Under 18", sort=1),
        value("P2", "ALL", LAST, 16.0, breakdown="age", category="18 and over", sort=2),
    ]
    return found


def process() -> list[Any]:
    """Readings of the two long series, as the statistics give them."""
    found = []
    for code, figures, side in (("P1", FALLING, "low"), ("P2", RISING, "low")):
        known = [figure for figure in figures if figure is not None]
        mean = sum(known) / len(known)
        for quarter, figure in zip(quarters(len(figures)), figures, strict=True):
            last = quarter == LAST
            word = "concern" if code == "P1" else "improvement"
            found.append(
                row(ProcessPoint, measure=code, organisation="ALL", quarter=quarter.key,
                    value=figure, mean=mean, upl=mean + 6.0, lpl=mean - 6.0, stretch=1,
                    points=len(known), special_cause="astronomical" if last else None,
                    special_cause_side=side if last else None,
                    variation=f"{word} low" if last else "common cause",
                    assurance="hit and miss" if code == "P1" else "consistently failing",
                    trial=code == "P2", illustrative=code == "P2")
            )  # fmt: skip
    return found


def summaries() -> list[Any]:
    """Where each measure stands."""
    usual = {"organisation": "ALL", "quarter": LAST.key, "state": "shown", "open_queries": 0}
    return [
        row(Summary, **usual, measure="P1", value=FALLING[-1], previous_value=FALLING[-2],
            rating="off target", variation="concern low", assurance="hit and miss",
            attention_rank=1, attention_reason="getting worse by more than chance"),
        row(Summary, **usual, measure="P2", value=RISING[-1], previous_value=RISING[-2],
            rating="off target", variation="improvement low", assurance="consistently failing",
            attention_rank=2, attention_reason="will keep missing its target without change",
            illustrative=True),
        row(Summary, **usual, measure="C1", value=1250.0, previous_value=1100.0,
            rating="not rated", rating_reason="no target is set"),
        row(Summary, **usual, measure="R1", value=50.0, rating="not rated"),
        row(Summary, **usual | {"state": "not received"}, measure="N1", rating="not rated"),
        *(row(Summary, **usual | {"organisation": code}, measure="P1", value=100 * s,
              rating="not rated") for code, _, s, n in PARTNERS),
    ]  # fmt: skip


def comparators() -> list[Any]:
    """Other areas for the first measure."""
    usual = {"measure": "P1", "period_start": LAST.start, "period_end": LAST.end}
    areas = (
        ("Northtown", "core_city", 91.0), ("Southport", "core_city", 76.5),
        ("Westbridge", "core_city", 84.4), ("Eastham", "core_city", 95.2),
        (HOSTILE, "core_city", 71.1), ("England", "country", 85.0),
    )  # fmt: skip
    home = row(
        Comparator,
        **usual,
        area="all",
        area_name="All of it",
        area_kind="city",
        value=FALLING[-1],
        comparison="not compared",
        comparison_list="performing poorly",
    )
    others = [
        row(Comparator, **usual, area=name, area_name=name, area_kind=kind, value=figure,
            lower=figure - 2, upper=figure + 2, comparison="worse" if figure > 82 else "similar")
        for name, kind, figure in areas
    ]  # fmt: skip
    return [home, *others]


def commentary() -> list[Any]:
    """What officers wrote: two comments of different quarters, and one ask."""
    usual = {"organisation": "A", "submission_id": "s-A", "row_number": 2, "illustrative": False}
    now = {"quarter": LAST.key, "quarter_label": LAST.label, "written_on": dt.date(2018, 10, 12)}
    then = {"quarter": LAST.shift(-1).key, "quarter_label": LAST.shift(-1).label,
            "written_on": dt.date(2018, 7, 9)}  # fmt: skip
    about = {"subject_kind": "measure", "subject_id": "P1", "kind": "commentary"}
    return [
        row(Commentary, **usual, **now, **about, commentary_id="1", role="Lead nurse",
            text=f"Two half days are tried. {HOSTILE}"),
        row(Commentary, **usual, **then, **about, commentary_id="2", role="Lead nurse",
            text="Courses were full in spring."),
        row(Commentary, **usual, **now, subject_kind="board", kind="ask", commentary_id="3",
            role="Chief nurse", text="Ask each trust when it will meet the target."),
        row(Commentary, **usual, **now, subject_kind="plan", subject_id="p", kind="ask",
            commentary_id="4", role="Plan lead", text=f"Agree to fund it. {HOSTILE}"),
    ]  # fmt: skip


def plans() -> dict[type[Any], list[Any]]:
    """One plan with a late action about the first measure, and a risk to it."""
    action = row(
        Action, organisation="A", plan_id="p", ref="1", quarter=LAST.key, judged_on=MEETING,
        reported_quarter=LAST.key, action=f"Train more. {HOSTILE}", lead_body="A body",
        due_words="October 2018", due_start=dt.date(2018, 10, 1), due_end=dt.date(2018, 10, 31),
        due_certainty="month", times_moved=0, rating="Amber", standing="late", days_overdue=27,
        quarters_without_update=0, is_stale=False, is_without_lead=False, submission_id="s-A",
        row_number=2, illustrative=False, rests_on_illustrative=False,
    )  # fmt: skip
    other = {**asdict(action), "ref": "2", "due_end": dt.date(2019, 3, 31), "standing": "at risk",
             "due_start": dt.date(2019, 3, 1), "days_overdue": None}  # fmt: skip
    return {
        Plan: [row(Plan, plan_id="p", title="The plan", kind="actions", theme="safety")],
        Action: [action, Action(**other)],
        PlanStanding: [
            row(PlanStanding, plan_id="p", quarter=LAST.key, quarter_label=LAST.label,
                standing="late", actions=1, illustrative=False)
        ],
        Risk: [
            row(Risk, organisation="A", report="Register", ref="R1", quarter=LAST.key,
                risk=f"No rooms. {HOSTILE}", likelihood="High", impact="Medium", score=6,
                movement="higher", submission_id="s-A", row_number=2, illustrative=False,
                rests_on_illustrative=False)
        ],
        PlanLink: [
            PlanLink(subject="action", belongs_to="p", ref=ref, about="measure", about_id="P1")
            for ref in ("1", "2")
        ],
    }  # fmt: skip


def submissions() -> list[Any]:
    """One return in time, one late with an open query, one overdue."""
    due = dt.date(2018, 10, 21)
    states = (("A", "accepted", 0), ("B", "accepted with queries", 3), ("C", "overdue", None))
    return [
        row(Submission, organisation=code, return_name="training", quarter=LAST.key,
            quarter_label=LAST.label, due_on=due, state=state, days_late=late, corrections=0,
            rows_found=10, rows_used=10, errors=0, queries=1, notes=0,
            open_queries=1 if code == "B" else 0, submission_id=f"s-{code}",
            accepted_received_at=None if late is None else dt.datetime(2018, 10, 20, 9, 30))  # noqa: DTZ001  # the model keeps UTC without a zone
        for code, state, late in states
    ]  # fmt: skip


def scores() -> list[Any]:
    """Scores of the one return in two quarters, and of two measures."""
    counted = (
        (LAST.shift(-1), "return", "training", {"complete": (3, 3), "in time": (3, 3),
                                                "valid": (30, 30), "settled": (0, 0)}),
        (LAST, "return", "training", {"complete": (2, 3), "in time": (1, 3), "valid": (18, 20),
                                      "settled": (1, 2)}),
        (LAST, "measure", "P1", {"complete": (3, 4), "valid": (3, 3), "settled": (2, 3)}),
        (LAST, "measure", "P2", {"complete": (1, 1), "valid": (1, 1), "settled": (1, 1)}),
    )  # fmt: skip
    return [
        row(Score, quarter=quarter.key, quarter_label=quarter.label, subject_kind=kind,
            subject_id=subject, score=score, part=part, whole=whole)
        for quarter, kind, subject, by_score in counted
        for score, (part, whole) in by_score.items()
    ]  # fmt: skip


def everything() -> dict[type[Any], list[Any]]:
    """The rows of every model."""
    return {
        Release: [RELEASE],
        Organisation: [row(Organisation, organisation=c, name=n) for c, n, _, _ in PARTNERS],
        Theme: [row(Theme, theme="safety", title="Safety", sort=1)],
        Measure: list(MEASURES),
        Value: values(),
        ProcessPoint: process(),
        Summary: summaries(),
        Comparator: comparators(),
        Submission: submissions(),
        Score: scores(),
        Commentary: commentary(),
        RowFate: [
            RowFate(submission_id="s-A", return_name="training", organisation="A",
                    quarter=LAST.key, fate="published", reason="", superseded_by="",
                    accepted_rows=18),
        ],
        Revision: [
            row(Revision, measure="P1", organisation="A", quarter=LAST.shift(-1).key,
                breakdown="total", category="total", old_value=88.4, new_value=88.1)
        ],
        **plans(),
    }  # fmt: skip


def write(folder: Path, rows: dict[type[Any], list[Any]]) -> Path:
    """The rows as the Parquet files of a release."""
    for model, found in rows.items():
        schema = {name: dtype for name, (dtype, _) in columns_of(model).items()}
        frame = pl.DataFrame([asdict(each) for each in found], schema=schema)
        frame.write_parquet(folder / f"{model.model}.parquet")
    return folder


def shapes() -> dict[str, bytes]:
    """Four square wards, for the map."""
    features = [
        {
            "type": "Feature", "properties": {"category": ward},
            "geometry": {"type": "Polygon", "coordinates": [
                [[n % 2, n // 2], [n % 2 + 1, n // 2], [n % 2 + 1, n // 2 + 1],
                 [n % 2, n // 2 + 1], [n % 2, n // 2]]
            ]},
        }
        for n, ward in enumerate(WARDS)
    ]  # fmt: skip
    collection = {
        "type": "FeatureCollection", "breakdown": "ward", "made_up": True,
        "attribution": "Squares of one size.", "features": features,
    }  # fmt: skip
    return {"ward.geojson": json.dumps(collection).encode()}
