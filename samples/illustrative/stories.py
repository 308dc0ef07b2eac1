"""What each partner sends for a quarter: one function for each return, over ``stories.toml``.

Each returns the cells of its rows, by column, or None where the partner owes nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from series import count, level, place, share, split

from schemas.quarter import Quarter

Row = dict[str, object]
Rows = list[Row] | None

NOT_AVAILABLE = "[x]"
MERGED = Quarter(2018, 1)  # Heart of England became part of University Hospitals Birmingham
CAMERAS = Quarter(2016, 1)  # vehicles are counted from then on
STORIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def domestic_abuse(organisation: str, quarter: Quarter) -> Rows:
    """Return the eight measures of the strategy, each from the partner that counts it."""
    return _counted("domestic_abuse", organisation, quarter)


def safeguarding_activity(organisation: str, quarter: Quarter) -> Rows:
    """Return calls, supervision, caseloads and children seen; some of it only after the year."""
    return _counted("safeguarding_activity", organisation, quarter)


def _counted(return_name: str, organisation: str, quarter: Quarter) -> Rows:
    rows = []
    for entry in STORIES[return_name]:
        window = entry.get("organisations", {entry.get("organisation"): {}}).get(organisation)
        if window is not None and (
            window.get("from", quarter.key) <= quarter.key <= window.get("until", quarter.key)
        ):
            rows += list(_measure(entry, quarter))
    return rows or None


def _measure(entry: dict[str, Any], quarter: Quarter) -> Iterator[Row]:
    """Yield the row of a measure as a whole, then one for each part of it."""
    row, parts = entry["row"], entry.get("parts", {})
    values: dict[str, int] = {}
    if "months" in entry:
        how = entry["months"]
        for n in range(3):
            month = f"{quarter.start.year}-{quarter.start.month + n:02d}"
            yield {**row, "month": month, "value": _number(how, quarter, f"{how['key']} {n}")}
        return
    if "denominator" in entry:
        part = {**entry["numerator"], "of": entry["denominator"]}
        whole = _number(entry["denominator"], quarter)
        yield {**row, "numerator": _number(part, quarter), "denominator": whole}
        return
    if "years" in entry:
        if quarter.number != 4:
            return
        whole = entry["years"][place(quarter) // 4]
        values = {name: each[place(quarter) // 4] for name, each in parts.get("years", {}).items()}
    elif "each" in parts:
        values = {how["name"]: _number(how, quarter) for how in parts["each"]}
        whole = round(sum(values.values()) * entry.get("factor", 1))
    else:
        whole = _number(entry["value"], quarter)
        whole = round(whole * entry.get("jump", {}).get(quarter.key, 1))
        if weights := parts.get("weights"):
            cut = split(parts["key"], quarter, whole, [*weights.values()])
            values = dict(zip(weights, cut, strict=True))
    yield {**row, "value": whole}
    for name, value in values.items():
        yield {**row, **parts.get("row", {}), "category": name, "value": value}


def _number(series: dict[str, Any] | int, quarter: Quarter, key: str | None = None) -> int:
    """Return the value of a series: a count, a share of another series, or always the same."""
    if isinstance(series, int):
        return series
    how = {name: given for name, given in series.items() if name not in ("key", "name", "of")}
    key = key or series["key"]
    if "of" in series:
        return share(key, quarter, _number(series["of"], quarter), **how)
    return count(key, quarter, **how)


def training_compliance(organisation: str, quarter: Quarter) -> Rows:
    """Return course by course; two trusts by groups of staff, two partners in percentages."""
    levels = STORIES["training"].get(organisation)
    if levels is None:
        return None
    rows: list[Row] = []
    for course, how in levels.get("percent", {}).items():
        series = {"key": f"{organisation} training {course}", **how}
        percent = min(100, level(series.pop("key"), quarter, **series))
        blank = {"eligible": NOT_AVAILABLE, "trained": NOT_AVAILABLE}
        rows.append({"course": course, **blank, "percent": f"{percent:.1f}"})
    for course, how in levels.get("counted", {}).items():
        rows += _course(course, dict(how), f"{organisation} training {course}", quarter)
    return rows


def _course(course: str, how: dict[str, Any], key: str, quarter: Quarter) -> Iterator[Row]:
    size, merged, groups = how.pop("eligible"), how.pop("merged", 1), how.pop("groups", False)
    eligible = count(f"{key} eligible", quarter, start=size, spread=size * 0.006)
    eligible = round(eligible * (merged if quarter >= MERGED else 1))
    trained = share(key, quarter, eligible, **how)
    yield {"course": course, "eligible": eligible, "trained": trained}
    if groups:
        names = STORIES["staff_groups"]
        staff, untrained = zip(*names.values(), strict=True)
        need = split(f"{key} groups", quarter, eligible, staff)
        # Who is not trained is shared out, so that no group has more trained than it has staff.
        missing = split(f"{key} missing", quarter, eligible - trained, untrained)
        for name, whole, out in zip(names, need, missing, strict=True):
            trained = max(0, whole - out)
            yield {"course": course, "staff_group": name, "eligible": whole, "trained": trained}


def referral_outcomes(organisation: str, quarter: Quarter) -> Rows:
    """Return the outcomes of requests for support."""
    levels = STORIES["referrals"].get(organisation)
    if levels is None or quarter.key < levels.get("from", ""):
        return None
    key = f"{organisation} referrals"
    whole = count(key, quarter, **levels["all"])
    rows: list[Row] = [{"outcome": "All referrals", "referrals": whole}]

    def add(outcome: str, referrals: int, part_of: str = "") -> None:
        percent = f"{100 * referrals / whole:.1f}"
        rows.append(
            {"outcome": outcome, "part_of": part_of, "referrals": referrals, "percent": percent}
        )

    if "shares" in levels:
        left = whole
        for how in levels["shares"]:
            series = {name: how[name] for name in ("start", "spread")}
            part = share(f"{key} {how['key']}", quarter, whole, **series)
            add(how["outcome"], part)
            left -= part
        add("Any other outcome", left)
        return rows
    known = STORIES["referrals"]["known"]
    unknown = share(f"{key} unknown", quarter, whole, **levels["unknown"])
    cut = split(f"{key} known", quarter, whole - unknown, [*known.values()])
    by_outcome = dict(zip(known, cut, strict=True))
    for outcome, referrals in by_outcome.items():
        add(outcome, referrals)
    add("Outcome unknown", unknown)
    for parent, weights in levels.get("parts", {}).items():
        parts = split(f"{key} {parent}", quarter, by_outcome[parent], [*weights.values()])
        for outcome, referrals in zip(weights, parts, strict=True):
            add(outcome, referrals, parent)
    return rows


def clean_air_zone(organisation: str, quarter: Quarter) -> Rows:
    """Return nitrogen dioxide from the start; vehicles since the cameras were put up in 2016."""
    if organisation != "PH":
        return None
    levels = STORIES["clean_air_zone"]
    means = {
        site: round(level(f"air {site}", quarter, start=start, drift=-0.14, spread=0.7), 1)
        for site, start in levels["sites"].items()
    }

    def rows_of(measure: str, whole: object, column: str, parts: dict[str, Any]) -> list[Row]:
        each = [{"measure": measure, column: name, "value": part} for name, part in parts.items()]
        return [{"measure": measure, "value": whole}, *each]

    rows = rows_of("Annual mean nitrogen dioxide", max(means.values()), "site", means)
    if quarter < CAMERAS:
        return rows
    a_day = count("vehicles", quarter, start=97800, drift=110, spread=1100)
    weights = [weight for _, weight in levels["vehicles"].values()]
    classes = dict(
        zip(levels["vehicles"], split("vehicle classes", quarter, a_day, weights), strict=True)
    )
    comply = {
        name: level(f"comply {name}", quarter, start=start, drift=1.1, spread=0.5)
        for name, (start, _) in levels["vehicles"].items()
    }
    overall = sum(part * comply[name] for name, part in classes.items()) / a_day
    shown = {name: f"{percent:.1f}" for name, percent in comply.items()}
    rows += rows_of("Vehicles that comply", f"{overall:.1f}", "vehicle_class", shown)
    return rows + rows_of("Unique vehicles a day", a_day, "vehicle_class", classes)
