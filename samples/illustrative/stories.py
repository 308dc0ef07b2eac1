"""What each partner sends for a quarter: one function for each return.

Each gives the cells of its rows, by column, or None where the partner owes nothing. Levels are
near the board pack's printed figures where it has some; the rest is made up.
"""

from __future__ import annotations

from series import count, level, place, share, split

from schemas.quarter import Quarter

Row = dict[str, object]
Rows = list[Row] | None

NOT_AVAILABLE = "[x]"
MERGED = Quarter(2018, 1)  # Heart of England became part of University Hospitals Birmingham

CHARACTERISTICS = [
    "disability",
    "ethnic minority",
    "lesbian, gay, bisexual or transgender",
    "pregnancy or maternity",
    "aged 65 or over",
]
SOURCES = ["GP practice", "hospital", "school", "housing", "children's services", "self or family"]
CONSTITUENCIES = [
    "Edgbaston",
    "Erdington",
    "Hall Green",
    "Hodge Hill",
    "Ladywood",
    "Northfield",
    "Perry Barr",
    "Selly Oak",
    "Sutton Coldfield",
    "Yardley",
]
STAFF_GROUPS = ["nursing and midwifery staff", "medical staff", "other clinical staff"]
SITES = {
    "Colmore Row": 44.0,
    "Moor Street Queensway": 52.5,
    "Lower Severn Street": 41.0,
    "St Chads Queensway": 47.5,
    "Digbeth": 36.5,
}
VEHICLES = {"car": 52.0, "van": 31.0, "taxi": 24.0, "bus and coach": 58.0, "lorry": 44.0}
CONCERNS = ["physical abuse", "emotional abuse", "sexual abuse", "neglect", "domestic abuse"]


def _counted(measure: str, value: int, *, breakdown: str = "", category: str = "") -> Row:
    return {"measure": measure, "breakdown": breakdown, "category": category, "value": value}


def _proportion(measure: str, numerator: int, denominator: int) -> Row:
    return {"measure": measure, "numerator": numerator, "denominator": denominator}


def domestic_abuse(organisation: str, quarter: Quarter) -> Rows:
    """The eight measures of the strategy, each from whoever knows it."""
    key = f"{organisation} domestic abuse"
    rows: list[Row] = []
    if organisation == "BSWA":
        groups = [
            count(f"{key} {name}", quarter, start=start, spread=spread)
            for name, start, spread in zip(
                CHARACTERISTICS, (52, 118, 4, 31, 7), (5, 8, 1.5, 4, 1.8), strict=True
            )
        ]
        rows.append(_counted("DA01", round(sum(groups) * 0.86)))
        rows += [
            _counted("DA01", value, breakdown="characteristic", category=name)
            for name, value in zip(CHARACTERISTICS, groups, strict=True)
        ]
        referrals = count(f"{key} DA04", quarter, start=160, drift=2.4, spread=9, step=(12, 34))
        rows.append(_counted("DA04", referrals))
        rows += [
            _counted("DA04", value, breakdown="source", category=name)
            for name, value in zip(
                SOURCES, split(key, quarter, referrals, (38, 30, 20, 40, 48, 4)), strict=True
            )
        ]
        rows.append(_counted("DA08", count(f"{key} DA08", quarter, start=14, spread=3)))
    elif organisation == "WMP":
        kinds = [
            count(f"{key} {name}", quarter, start=start, drift=0.1, spread=spread)
            for name, start, spread in (
                ("female genital mutilation", 3, 1.3),
                ("honour-based abuse", 21, 4),
                ("forced marriage", 6, 1.9),
            )
        ]
        names = ("female genital mutilation", "honour-based abuse", "forced marriage")
        rows.append(_counted("DA02", sum(kinds)))
        rows += [
            _counted("DA02", value, breakdown="kind", category=name)
            for name, value in zip(names, kinds, strict=True)
        ]
        reports = count(f"{key} reports", quarter, start=4310, drift=74, spread=120)
        below = share(f"{key} DA03", quarter, reports, start=66.2, spread=0.7, turn=(9, 0.65))
        rows.append(_proportion("DA03", below, reports))
    elif organisation in ("BCC", "BCT"):
        if organisation == "BCC":
            rows.append(_counted("DA05", 11))
        # The Children's Trust took children's services over from the council.
        if (organisation == "BCT") == (quarter >= MERGED):
            children = [
                count(f"children {name}", quarter, start=start, spread=2.2)
                for name, start in zip(
                    CONSTITUENCIES, (7, 11, 8, 15, 14, 10, 9, 6, 3, 9), strict=True
                )
            ]
            rows.append(_counted("DA06", sum(children)))
            rows += [
                _counted("DA06", value, breakdown="constituency", category=name)
                for name, value in zip(CONSTITUENCIES, children, strict=True)
            ]
            plans = count("plans", quarter, start=1190, drift=4, spread=28)
            rows.append(
                _proportion("DA07", share("DA07", quarter, plans, start=61, spread=1.4), plans)
            )
        elif organisation == "BCT":
            return None
    elif organisation in ("BWC", "UHB"):
        start = 41 if organisation == "BWC" else 58
        rows.append(_counted("DA04", count(key, quarter, start=start, drift=0.4, spread=5)))
    elif organisation == "SWM-CRC":
        rows.append(_counted("DA08", count(key, quarter, start=64, drift=-0.3, spread=6)))
    else:
        return None
    return rows


def _course(course: str, trained: int, eligible: int, *, group: str = "") -> Row:
    return {"course": course, "staff_group": group, "eligible": eligible, "trained": trained}


def _percent_only(course: str, percent: float) -> Row:
    """A partner that has the percentage and neither number."""
    return {
        "course": course,
        "staff_group": "",
        "eligible": NOT_AVAILABLE,
        "trained": NOT_AVAILABLE,
        "percent": f"{percent:.1f}",
    }


LEVEL = "Safeguarding children level "


def training_compliance(organisation: str, quarter: Quarter) -> Rows:
    """Course by course; two trusts by groups of staff, two partners in percentages only."""
    key = f"{organisation} training"
    if organisation == "CGL":
        starts = {
            "Safeguarding adults (online)": (93, 0.14),
            "Safeguarding adults (classroom)": (74, -0.1),
            "Safeguarding children (online)": (95, 0.1),
            "Safeguarding children (classroom)": (83, 0.3),
            "Mental Capacity Act module 1": (78, 0.3),
            "Mental Capacity Act module 2": (77, 0.3),
        }
        return [
            _percent_only(
                course,
                min(100, level(f"{key} {course}", quarter, start=start, drift=drift, spread=1.1)),
            )
            for course, (start, drift) in starts.items()
        ]
    if organisation == "SWBHT":
        # A shift: a new way of booking, from the tenth quarter on.
        return [
            _percent_only(
                f"{LEVEL}{n}", level(f"{key} {n}", quarter, start=start, spread=0.8, step=(9, up))
            )
            for n, start, up in ((2, 83.6, 5.6), (3, 90.6, 1.8))
        ]
    # Course: eligible staff, per cent trained and how it moves.
    courses: dict[str, dict[str, tuple[int, dict[str, object]]]] = {
        "BCHC": {
            "1": (4720, {"start": 95.6, "spread": 0.5}),
            "2": (2860, {"start": 88.4, "spread": 0.9}),
            "3": (930, {"start": 84.2, "spread": 1.3}),
        },
        "BWC": {
            "1": (5230, {"start": 93.9, "spread": 0.6}),
            "2": (3680, {"start": 80.8, "spread": 0.9, "turn": (7, 1.15)}),
            "3": (2110, {"start": 81.5, "spread": 1.2, "turn": (10, 0.6)}),
        },
        "BSMHFT": {
            "1": (3910, {"start": 94.8, "spread": 0.6}),
            "2": (2540, {"start": 86.2, "spread": 0.9}),
            "3": (1480, {"start": 85.9, "spread": 1.0}),
            "Female genital mutilation": (1480, {"start": 72.0, "drift": 0.7, "spread": 1.1}),
            "Child sexual exploitation": (1480, {"start": 70.5, "drift": 0.8, "spread": 1.1}),
        },
        "ROH": {"2": (610, {"start": 90.7, "spread": 0.8, "turn": (8, -1.05)})},
        "UHB": {
            "2": (6120, {"start": 93.2, "spread": 0.5}),
            "Early help and Right Service, Right Time": (
                540,
                {"start": 70.0, "drift": 0.85, "spread": 1.2},
            ),
        },
        "HEFT": {
            "Right Service, Right Time": (1260, {"start": 86.0, "drift": 0.5, "spread": 1.0}),
            "Safeguarding supervision": (410, {"start": 91.0, "drift": 0.3, "spread": 1.3}),
            "Clinical holding in paediatrics (e-learning)": (
                230,
                {"start": 41.0, "drift": 2.2, "spread": 1.8},
            ),
        },
        "WMAS": {
            "1": (4180, {"start": 95.1, "spread": 0.5}),
            "2": (3010, {"start": 90.3, "spread": 0.8}),
        },
    }
    if organisation not in courses:
        return None
    rows: list[Row] = []
    for short, (size, how) in courses[organisation].items():
        course = f"{LEVEL}{short}" if len(short) == 1 else short
        merged = 1.74 if organisation == "UHB" and quarter >= MERGED and short == "2" else 1.0
        name = f"{key} {course}"
        eligible = count(f"{name} eligible", quarter, start=size, spread=size * 0.006)
        eligible = round(eligible * merged)
        trained = share(name, quarter, eligible, **how)
        rows.append(_course(course, trained, eligible))
        if organisation in ("BCHC", "BWC") and short in "23":
            need = split(f"{name} groups", quarter, eligible, (55, 13, 32))
            # Who is not trained is shared out, so that no group has more trained than it has staff.
            missing = split(f"{name} missing", quarter, eligible - trained, (46, 24, 30))
            rows += [
                _course(course, max(0, whole - out), whole, group=group)
                for group, whole, out in zip(STAFF_GROUPS, need, missing, strict=True)
            ]
    return rows


def _outcome(outcome: str, referrals: int, whole: int, *, part_of: str = "") -> Row:
    return {
        "outcome": outcome,
        "part_of": part_of,
        "referrals": referrals,
        "percent": f"{100 * referrals / whole:.1f}",
    }


ASSESSMENT = "Assessment led by a social worker"
EARLY_HELP = "Early help recommended"


def referral_outcomes(organisation: str, quarter: Quarter) -> Rows:
    """What came of the requests for support."""
    key = f"{organisation} referrals"
    if organisation == "BWC":
        whole = count(key, quarter, start=402, drift=3, spread=18)
        accepted = share(f"{key} accepted", quarter, whole, start=57, spread=1.8)
        early = share(f"{key} early help", quarter, whole, start=8.4, spread=0.8)
        return [
            {"outcome": "All referrals", "referrals": whole},
            _outcome("Accepted by children's social care", accepted, whole),
            _outcome("Early help assessment", early, whole),
            _outcome("Any other outcome", whole - accepted - early, whole),
        ]
    sizes = {"HEFT": (640.0, 6.5), "UHB": (655.0, 6.5), "BCHC": (188.0, 0.8)}
    if organisation not in sizes or (organisation == "UHB" and quarter < MERGED):
        return None
    start, drift = sizes[organisation]
    whole = count(key, quarter, start=start, drift=drift, spread=0.04 * start)
    # Heart of England found out more and more of what came of its referrals.
    unknown_start, turn = {
        "HEFT": (54.0, (8, -4.2)),
        "UHB": (15.6, (99, 0.0)),
        "BCHC": (24.0, (99, 0.0)),
    }[organisation]
    unknown = share(f"{key} unknown", quarter, whole, start=unknown_start, spread=1.6, turn=turn)
    assessed, early, nothing, advice = split(
        f"{key} known", quarter, whole - unknown, (40.4, 10.4, 26.9, 6.7)
    )
    rows: list[Row] = [
        {"outcome": "All referrals", "referrals": whole},
        _outcome(ASSESSMENT, assessed, whole),
        _outcome(EARLY_HELP, early, whole),
        _outcome("No further action", nothing, whole),
        _outcome("No further action, advice to parents", advice, whole),
        _outcome("Outcome unknown", unknown, whole),
    ]
    if organisation == "HEFT":
        for parent, made, names, weights in (
            (
                ASSESSMENT,
                assessed,
                (
                    "Already open to a social worker",
                    "Section 47",
                    "Allocated for single assessment",
                ),
                (6.1, 4.7, 29.7),
            ),
            (
                EARLY_HELP,
                early,
                (
                    "Early help supported by local authority staff",
                    "Early help team already have the case open",
                    "Early help assessment to be completed by HEFT",
                    "Early help assessment by another provider",
                ),
                (6.3, 1.1, 1.6, 2.9),
            ),
        ):
            parts = split(f"{key} {parent}", quarter, made, weights)
            rows += [
                _outcome(name, part, whole, part_of=parent)
                for name, part in zip(names, parts, strict=True)
            ]
    return rows


def clean_air_zone(organisation: str, quarter: Quarter) -> Rows:
    """Nitrogen dioxide from the start; vehicles since the cameras were put up in 2016."""
    if organisation != "PH":
        return None
    means = {
        site: round(level(f"air {site}", quarter, start=start, drift=-0.14, spread=0.7), 1)
        for site, start in SITES.items()
    }
    rows: list[Row] = [
        {"measure": "Annual mean nitrogen dioxide", "value": f"{max(means.values()):.1f}"}
    ]
    rows += [
        {"measure": "Annual mean nitrogen dioxide", "site": site, "value": f"{mean:.1f}"}
        for site, mean in means.items()
    ]
    if quarter < Quarter(2016, 1):
        return rows
    a_day = count("vehicles", quarter, start=97800, drift=110, spread=1100)
    classes = split("vehicle classes", quarter, a_day, (74, 14, 7, 2, 3))
    comply = {
        name: level(f"comply {name}", quarter, start=start - 6, drift=1.1, spread=0.5)
        for name, start in VEHICLES.items()
    }
    everything = (
        sum(part * comply[name] for name, part in zip(VEHICLES, classes, strict=True)) / a_day
    )
    rows.append({"measure": "Vehicles that comply", "value": f"{everything:.1f}"})
    rows += [
        {"measure": "Vehicles that comply", "vehicle_class": name, "value": f"{percent:.1f}"}
        for name, percent in comply.items()
    ]
    rows.append({"measure": "Unique vehicles a day", "value": a_day})
    rows += [
        {"measure": "Unique vehicles a day", "vehicle_class": name, "value": part}
        for name, part in zip(VEHICLES, classes, strict=True)
    ]
    return rows


def safeguarding_activity(organisation: str, quarter: Quarter) -> Rows:  # noqa: PLR0911
    """Calls, supervision, caseloads and children seen; some of it only after the year."""
    key = f"{organisation} activity"
    year = place(quarter) // 4
    if organisation == "WMAS":
        first = quarter.start
        how = {"start": 246, "drift": 7.4, "spread": 14}
        return [
            {
                "measure": "Child safeguarding referrals",
                "month": f"{first.year}-{first.month + n:02d}",
                "value": count(f"{key} {n}", quarter, **how),
            }
            for n in range(3)
        ]
    if organisation in ("BCHC", "BSMHFT", "BWC"):
        start = {"BCHC": 132, "BSMHFT": 208, "BWC": 176}[organisation]
        # One real jump to ask about: calls after a campaign.
        calls = count(key, quarter, start=start, drift=0.8, spread=start * 0.06)
        if organisation == "BSMHFT" and quarter == Quarter(2018, 2):
            calls = round(calls * 1.7)
        rows: list[Row] = [{"measure": "Advice calls to the safeguarding team", "value": calls}]
        if organisation != "BWC":
            rows += [
                {
                    "measure": "Advice calls to the safeguarding team",
                    "category": name,
                    "value": part,
                }
                for name, part in zip(
                    CONCERNS, split(key, quarter, calls, (22, 30, 9, 24, 31)), strict=True
                )
            ]
        sessions = count(f"{key} sessions", quarter, start=start * 0.45, drift=0.6, spread=5)
        rows.append({"measure": "Supervision sessions", "value": sessions})
        return rows
    if organisation == "CGL":
        caseload = count(key, quarter, start=5460, drift=31, spread=55)
        now = share(f"{key} now", quarter, caseload, start=19.4, spread=0.5)
        before = share(f"{key} before", quarter, caseload, start=4.8, spread=0.3)
        plain = {
            "Recorded children (open cases)": (2380, 12, 40),
            "Children on a child protection plan": (318, 0.9, 11),
            "Children in need": (149, 0.5, 8),
            "Children on family support": (26, 0, 4),
            "Children on early help": (29, 0.2, 4),
            "Pregnant service users": (45, 0.2, 5),
        }
        return [
            {"measure": "Current caseload", "value": caseload},
            {"measure": "Total safeguarding", "value": now + before},
            {"measure": "Total safeguarding", "category": "Safeguarding currently", "value": now},
            {
                "measure": "Total safeguarding",
                "category": "Safeguarding previously",
                "value": before,
            },
            *(
                {
                    "measure": name,
                    "value": count(
                        f"{key} {name}", quarter, start=start, drift=drift, spread=spread
                    ),
                }
                for name, (start, drift, spread) in plain.items()
            ),
        ]
    if quarter.number != 4:
        return None
    if organisation == "SWBHT":
        return [
            {
                "measure": "Advice calls to the safeguarding team in the year",
                "value": 212 + 24 * year + round(6 * noise_of(key, year)),
            },
            {
                "measure": (
                    "Victims of domestic violence and abuse identified in the emergency department"
                ),
                "value": (104, 118, 131, 224)[year],
            },
        ]
    if organisation == "WMP":
        crimes = "Recorded crimes investigated by the child abuse investigation team"
        return [
            {"measure": crimes, "value": (2218, 2467, 2725, 3352)[year]},
            {"measure": "Offences with a positive outcome", "value": (17, 18, 19, 25)[year]},
        ]
    if organisation == "UHB":
        rows = []
        for measure, start, drift, young in (
            ("Children seen in the emergency department", 5410, 230, 0.58),
            ("Children seen by sexual health clinics", 3120, 110, 0.17),
            ("Children seen as outpatients", 9020, 240, 0.21),
        ):
            whole = start + drift * year
            younger = round(whole * young)
            rows.append({"measure": measure, "value": whole})
            rows.append({"measure": measure, "category": "0-15", "value": younger})
            rows.append({"measure": measure, "category": "16-17", "value": whole - younger})
        return rows
    return None


def noise_of(key: str, year: int) -> float:
    """Noise of a yearly figure, between -1 and 1."""
    return ((hash_of(key) + 7 * year) % 21 - 10) / 10


def hash_of(key: str) -> int:
    """A number for a text, the same everywhere (``hash`` is not)."""
    return sum(ord(letter) for letter in key)
