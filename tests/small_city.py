"""The published data of a small made-up city: little of everything that the pages can show.

Every page type has something to say, and every state of a figure, rating, reading, standing of an
action and movement of a risk is there at least once. Nothing in it is about a real place.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.data.files import columns_of
from dashboards.data.plans import Action, Plan, PlanLink, PlanStanding, Risk
from dashboards.data.rows import (
    Comparator,
    FindingCount,
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
from schemas.quarter import Quarter

LAST = Quarter(2018, 2)
QUARTERS = tuple(LAST.shift(n) for n in range(-13, 1))
MEETING = dt.date(2018, 11, 27)
PARTNERS = {"ALF": "Alder Foundation Trust", "BRK": "Brook Council", "CDR": "Cedar Police & Fire"}
# measure -> title, unit, polarity, target, amber limit, first value, step a quarter
MEASURES: dict[str, tuple[str, str, str, float | None, float | None, float, float]] = {
    "TC01": ("Staff trained at level 1", "percent", "higher", 90.0, 85.0, 93.0, 0.2),
    "TC02": ("Staff trained at level 2", "percent", "higher", 90.0, 85.0, 92.0, -0.4),
    "DA01": ("Reports of abuse", "count", "none", None, None, 1180.0, 9.0),
    "CP01": ("Children re-registered within two years", "percent", "lower", 20.0, 22.0, 21.0, 0.3),
    "AQ01": ("Nitrogen dioxide at the ring road", "microgram_m3", "lower", 40.0, 42.0, 41.5, -0.3),
    "SA01": (
        "Referrals “closed” in <3 days",
        "percent",
        "none",
        None,
        None,
        30.0,
        0.1,
    ),
}
_EMPTY: dict[object, Any] = {str: "", int: 0, float: 0.0, bool: False, dt.date: MEETING}


def row(model: Any, **given: Any) -> Any:
    """A row of a model: what is given, and as little as the model allows for the rest."""
    hints = typing.get_type_hints(model)
    usual = {
        field.name: None
        if type(None) in typing.get_args(hints[field.name])
        else _EMPTY[hints[field.name]]
        for field in fields(model)
        if field.name not in given
    }
    names = {field.name for field in fields(model)}
    return model(**{name: said for name, said in (usual | given).items() if name in names})


def period_of(quarter: Quarter) -> dict[str, Any]:
    """What a row says of the quarter that it is of."""
    return {
        "period": quarter.key, "period_kind": "quarter", "period_label": quarter.label,
        "period_start": quarter.start, "period_end": quarter.end, "quarter": quarter.key,
    }  # fmt: skip


def at(year: int, month: int, day: int) -> dt.datetime:
    """Nine in the morning of a day, in UTC without a zone, as published data have times."""
    return dt.datetime.combine(dt.date(year, month, day), dt.time(9))


def write(folder: Path, model: Any, rows: Sequence[Any]) -> None:
    """The rows of one published model as a release has them."""
    schema = {name: dtype for name, (dtype, _) in columns_of(model).items()}
    frame = pl.DataFrame([asdict(one) for one in rows], schema=schema)
    frame.write_parquet(folder / f"{model.model}.parquet")


def value_at(measure: str, place: int) -> float:
    """The combined figure of a measure at a place in ``QUARTERS``: a course with some noise."""
    *_, first, step = MEASURES[measure]
    noise = (0.3, -0.2, 0.1, -0.4, 0.2)[place % 5] * (10 if measure == "DA01" else 1)
    return round(first + step * place + noise, 1)


def build(
    folder: Path,
    *,
    quarter: Quarter = LAST,
    meeting_on: dt.date | None = MEETING,
    without: Sequence[str] = (),
    raised: float = 0.0,
    plans: bool = True,
) -> Path:
    """Writes the published data into ``folder`` and gives it.

    ``without`` leaves measures away, ``plans`` False plans and risks; ``raised`` makes the newest
    figures of TC02 others.
    """
    folder.mkdir(parents=True)
    measures = {name: facts for name, facts in MEASURES.items() if name not in without}
    write(folder, Release, [row(
        Release, quarter=quarter.key, quarter_label=quarter.label,
        meeting=meeting_on.isoformat() if meeting_on else None, meeting_on=meeting_on,
        board="Small City Health and Wellbeing Board",
        data_cut_off=at(2018, 11, 10), has_illustrative=True, submissions=9,
    )])  # fmt: skip
    write(folder, Organisation, [
        row(Organisation, organisation=code, name=name, kind="NHS trust")
        for code, name in PARTNERS.items()
    ])  # fmt: skip
    write(folder, Theme, [
        row(Theme, theme="children", title="Children", description="Safe and well.",
            lead_role="Director of children's services", sort=1),
        row(Theme, theme="places", title="Places & air", sort=2),
    ])  # fmt: skip
    write(folder, Measure, [_measure(name, facts) for name, facts in measures.items()])
    place = QUARTERS.index(quarter)
    values: list[Any] = []
    points: list[Any] = []
    summaries: list[Any] = []
    for name in measures:
        for organisation in ("ALL", *PARTNERS):
            shift = raised if name == "TC02" else 0.0
            series = _series(name, organisation, QUARTERS[: place + 1], shift)
            values += series
            points += _points(series)
            summaries.append(_summary(name, series, rank=len(summaries) + 1))
    values += _breakdown(quarter)
    write(folder, Value, values)
    write(folder, ProcessPoint, points)
    write(folder, Summary, summaries)
    write(folder, Comparator, _comparators(quarter))
    write(folder, Submission, _submissions(quarter))
    write(folder, Score, _scores(quarter))
    write(folder, FindingCount, [
        row(FindingCount, organisation="ALF", return_name="training", severity="query",
            quarter=quarter.key, rule="a_jump_since_last_time", findings=2),
    ])  # fmt: skip
    write(folder, RowFate, [
        row(RowFate, submission_id="s", return_name="training", organisation="ALF",
            quarter=quarter.key, fate="published", reason="", superseded_by="", accepted_rows=11),
    ])  # fmt: skip
    write(folder, Revision, [
        row(Revision, measure="TC01", organisation="ALF", area="all", breakdown="total",
            **period_of(quarter.shift(-1)), category="all", old_value=93.4, new_value=93.6,
            old_submission_id="s1", new_submission_id="s2",
            changed_at=at(2018, 7, 31)),
    ])  # fmt: skip
    if plans:
        write_plans(folder, quarter)
    return folder


def _measure(name: str, facts: tuple[Any, ...]) -> Any:
    title, unit, polarity, target, amber, *_ = facts
    return row(
        Measure, measure=name, return_name="training", title=title, unit=unit,
        definition=f"What {title} counts.", decimals=0 if unit == "count" else 1,
        numerator_words="Those counted", denominator_words="All", polarity=polarity, target=target,
        amber_limit=amber, form="count" if unit == "count" else "proportion", aggregation="ratio",
        kind="flow", frequency="quarterly", main_kind="quarter",
        theme="places" if name == "AQ01" else "children",
        theme_title="Places & air" if name == "AQ01" else "Children", owner_role="Head of service",
        small_number_rule="people" if name in {"DA01", "SA01"} else None, source="Returns",
        status="proposed" if name == "SA01" else "live", headline=list(MEASURES).index(name) + 1,
        priority_title="Safe children", return_title="Training returns",
    )  # fmt: skip


def _series(
    measure: str, organisation: str, quarters: Sequence[Quarter], raised: float
) -> list[Any]:
    found = []
    for place, quarter in enumerate(quarters):
        is_last = place == len(quarters) - 1
        offset = 0 if organisation == "ALL" else "ABC".index(organisation[0]) - 1
        value: float | None = value_at(measure, place) + offset + (raised if is_last else 0.0)
        state, reason = "shown", None
        if measure == "SA01" and organisation == "BRK":
            value, state, reason = None, "suppressed", "small numbers"
        if organisation == "CDR" and is_last:
            value, state, reason = None, "not received", "no return"
        is_share = measure not in {"DA01", "AQ01"} and value is not None
        found.append(row(
            Value, measure=measure, organisation=organisation, area="all",
            **period_of(quarter), members=organisation, breakdown="total", category="all",
            state=state, state_reason=reason, value=value,
            numerator=round(value * 10) if is_share and value else None,
            denominator=1000.0 if is_share else None,
            lower=value - 2 if value else None, upper=value + 2 if value else None,
            target=MEASURES[measure][3], amber_limit=MEASURES[measure][4],
            rating=_rating(measure, value), direction="worse" if measure == "TC02" else None,
            partners_reported=2,
            partners_expected=3, partners_missing=PARTNERS["CDR"] if is_last else None,
            illustrative=measure == "AQ01", open_queries=1 if measure == "TC02" and is_last else 0,
            submission_id=None if organisation == "ALL" else f"s-{quarter.key}", row_number=2,
            known_from=at(2018, 7, 1), version=1,
        ))  # fmt: skip
    return found


def _rating(measure: str, value: float | None) -> str:
    _, _, polarity, target, amber, *_ = MEASURES[measure]
    if value is None or target is None or amber is None:
        return "not rated"
    sign = 1 if polarity == "higher" else -1
    if sign * value >= sign * target:
        return "on target"
    return "close to target" if sign * value >= sign * amber else "off target"


_VARIATION = {
    "TC01": "improvement high", "TC02": "concern low", "DA01": "neutral high",
    "CP01": "concern high", "AQ01": "improvement low", "SA01": "common cause",
}  # fmt: skip
_ASSURANCE = {"TC01": "consistently passing", "TC02": "hit and miss", "CP01": "hit and miss",
              "AQ01": "consistently failing"}  # fmt: skip


def _points(series: Sequence[Any]) -> list[Any]:
    known = [one for one in series if one.value is not None]
    if not known:
        return []
    mean = sum(one.value for one in known) / len(known)
    found = []
    for place, one in enumerate(known):
        is_last = place == len(known) - 1
        variation = _VARIATION[one.measure] if is_last else "common cause"
        side = variation.split()[-1] if variation != "common cause" else None
        found.append(row(
            ProcessPoint, measure=one.measure, organisation=one.organisation,
            **period_of(Quarter.parse(one.quarter)), value=one.value, mean=mean,
            upl=mean + 3, lpl=mean - 3, stretch=1,
            points=len(known), special_cause="trend" if side else None, special_cause_side=side,
            variation=variation, assurance=_ASSURANCE.get(one.measure), trial=False,
            illustrative=one.illustrative,
        ))  # fmt: skip
    return found


def _summary(measure: str, series: Sequence[Any], *, rank: int) -> Any:
    last, before = series[-1], series[-2] if len(series) > 1 else None
    shown = last.state == "shown"
    concern = shown and _VARIATION[measure].startswith("concern")
    return row(
        Summary, measure=measure, organisation=last.organisation,
        **period_of(Quarter.parse(last.quarter)),
        state=last.state, value=last.value, numerator=last.numerator,
        denominator=last.denominator, lower=last.lower, upper=last.upper, rating=last.rating,
        rating_reason=None if shown else last.state, target=last.target,
        amber_limit=last.amber_limit,
        variation=_VARIATION[measure] if shown else None,
        reading=_VARIATION[measure] if shown else None,
        assurance=_ASSURANCE.get(measure), direction=last.direction, recent_trend=None,
        previous_period=before.period if before else None,
        previous_label=before.period_label if before else None,
        is_like_for_like=bool(before),
        previous_value=before.value if before else None, points=len(series),
        open_queries=last.open_queries, illustrative=last.illustrative,
        attention_rank=rank if concern else None,
        attention_reason="Off target and getting worse" if concern else None,
    )  # fmt: skip


def _breakdown(quarter: Quarter) -> list[Any]:
    kinds = {"medical staff": 81.8, "nursing staff": 87.3, "other staff": None}
    return [
        row(
            Value, measure="TC02", organisation="ALL", area="all",
            **period_of(quarter),
            breakdown="staff group", category=kind, sort=place,
            state="shown" if value else "suppressed", value=value, illustrative=False,
            state_reason=None if value else "small numbers", version=1,
            target=MEASURES["TC02"][3], amber_limit=MEASURES["TC02"][4],
        )
        for place, (kind, value) in enumerate(kinds.items())
    ]  # fmt: skip


def _comparators(quarter: Quarter) -> list[Any]:
    others = {"Home": ("city", 90.0), "Elm": ("city", 88.0), "Fir": ("city", 92.5),
              "England": ("country", 91.0)}  # fmt: skip
    return [
        row(
            Comparator, measure="TC02", area=name[:3].upper(), area_name=name,
            area_kind=kind, period_start=quarter.start, period_end=quarter.end, value=value,
            lower=value - 1, upper=value + 1, comparison=None if name == "Home" else "similar",
        )
        for name, (kind, value) in others.items()
    ]  # fmt: skip


def _submissions(quarter: Quarter) -> list[Any]:
    states = {"ALF": "accepted with queries", "BRK": "accepted", "CDR": "overdue"}
    return [
        row(
            Submission, organisation=code, return_name="training", quarter=each.key,
            quarter_label=each.label, due_on=each.end + dt.timedelta(days=30),
            state=states[code] if each == quarter else "accepted",
            accepted_received_at=None if (code, each) == ("CDR", quarter)
            else at(2018, 7, 20), days_late=3 if code == "BRK" else 0, corrections=1,
            rows_found=12, rows_used=11, errors=0, queries=2, notes=1, open_queries=1,
            submission_id=f"s-{each.key}", sha256="ab" * 32,
        )
        for each in (quarter.shift(-1), quarter)
        for code in PARTNERS
    ]  # fmt: skip


def _scores(quarter: Quarter) -> list[Any]:
    came = {"complete": (2, 3), "in time": (1, 3), "valid": (22, 24), "settled": (2, 4)}
    return [
        row(
            Score, quarter=quarter.key, quarter_label=quarter.label,
            subject_kind="return", subject_id="training", score=score, part=part, whole=whole,
        )
        for score, (part, whole) in came.items()
    ]  # fmt: skip


def write_plans(folder: Path, quarter: Quarter) -> None:
    """A plan with an action of every standing, and risks that moved each way."""
    write(folder, Plan, [row(Plan, plan_id="safe", title="Safe homes plan", kind="actions",
                             theme="children", theme_title="Children", sort=1)])  # fmt: skip
    standings = ("late", "at risk", "on track", "not yet due", "without date", "complete")
    ratings = (None, "Amber", "Green", None, None, "Blue")
    write(folder, Action, [
        row(Action, organisation="BRK", plan_id="safe", ref=f"1.{place}", quarter=quarter.key,
            judged_on=MEETING, reported_quarter=quarter.key, action=f"Promise number {place}",
            lead_body="Brook Council" if place % 2 else None, due_words="Dec 2018",
            due_start=dt.date(2018, 12, 1), due_end=dt.date(2018, 12, 31), due_certainty="month",
            times_moved=0, rating=ratings[place], standing=standing, quarters_without_update=0,
            days_overdue=12 if standing == "late" else None, progress="Begun",
            submission_id=f"s-{quarter.key}", row_number=place + 2, is_without_lead=not place % 2)
        for place, standing in enumerate(standings)
    ])  # fmt: skip
    write(folder, PlanStanding, [
        row(PlanStanding, plan_id="safe", quarter=each.key, quarter_label=each.label,
            standing=standing, actions=place + 1)
        for each in (quarter.shift(-1), quarter)
        for place, standing in enumerate(standings)
    ])  # fmt: skip
    write(folder, Risk, [
        row(Risk, organisation="BRK", report="Register", ref=f"R{place}", quarter=quarter.key,
            risk=f"Threat number {place}", owner_body="Brook Council", likelihood=likelihood,
            impact="High", score=score, mitigation="Watched", previous_likelihood="Medium",
            previous_impact="High", movement=movement, submission_id=f"s-{quarter.key}",
            row_number=place + 2)
        for place, (likelihood, score, movement) in enumerate(
            [("High", 9, "higher"), ("Low", 3, "lower"), ("Medium", 6, "same"), ("High", 9, "new")]
        )
    ])  # fmt: skip
    write(folder, PlanLink, [
        row(PlanLink, subject="action", belongs_to="safe", ref="1.0", about="measure",
            about_id="TC02"),
    ])  # fmt: skip
