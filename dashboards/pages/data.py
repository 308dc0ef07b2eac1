"""Downloads: every published model as a file, described so that a program can read it too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, get_type_hints

from dashboards import downloads
from dashboards.pages.base import Page, PageType, Site
from dashboards.published import Published

_MODELS = (
    ("values", "figures", "Every published figure, with the state of each cell"),
    ("summaries", "latest", "Where each measure stands at the release's quarter"),
    ("process", "process-control", "Means, limits and signals of each series"),
    ("comparators", "comparators", "Other areas and sets of peers"),
    ("measures", "measures", "The catalogue of measures"),
    ("organisations", "partners", "Partners and their codes"),
    ("submissions", "submissions", "What was owed, and what came when"),
    ("findings", "findings", "How often each check found something"),
    ("revisions", "revisions", "Published figures that changed"),
    ("plans", "plans", "Plans, with the theme and the priority they serve"),
    ("actions", "actions", "Where each action stands, with its deadline as written and as read"),
    ("plan_standings", "plan-standings", "How many actions stood how, quarter by quarter"),
    ("risks", "risks", "Risks, and how they moved"),
    (
        "plan_links",
        "plan-links",
        "Which measures, themes and priorities actions and risks are about",
    ),
)
_CSVW_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean",
               "date": "date", "datetime": "datetime"}  # fmt: skip


def _plain(value: Any) -> str | float | bool | None:
    return value.isoformat() if isinstance(value, dt.date) else value


def files(published: Published) -> Mapping[str, bytes]:
    """Every download by its path under the site: CSV files, their CSVW description, and JSON."""
    found: dict[str, bytes] = {}
    tables = []
    for attribute, name, title in _MODELS:
        rows = getattr(published, attribute)
        if not rows:
            continue
        names = [field.name for field in fields(rows[0])]
        cells = attrgetter(*names)
        found[f"data/{name}.csv"] = downloads.csv_bytes(
            names, ([_plain(value) for value in cells(row)] for row in rows)
        )
        hints = get_type_hints(type(rows[0]))
        tables.append(
            {
                "url": f"{name}.csv",
                "dc:title": title,
                "tableSchema": {
                    "columns": [
                        {"name": each, "titles": each, "datatype": _csvw_type(hints[each])}
                        for each in names
                    ],
                    "primaryKey": [key for key in type(rows[0]).key if key != "sort"],
                },
            }
        )
    description = {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": f"Published figures, {published.release.quarter_label}",
        "dialect": {"encoding": "utf-8", "header": True},
        "tables": tables,
    }
    found["data/csv-metadata.json"] = downloads.json_bytes(description)
    release = {
        field.name: _plain(getattr(published.release, field.name))
        for field in fields(published.release)
    }
    found["data/release.json"] = downloads.json_bytes(release)
    return found


def _csvw_type(hint: Any) -> str:
    names = str(hint if not isinstance(hint, type) else hint.__name__)
    first = names.split(" | ", maxsplit=1)[0].rsplit(".", 1)[-1]
    return _CSVW_TYPES[first]


def _make(site: Site) -> Iterator[Page]:
    listed = [
        (name, title, len(rows))
        for attribute, name, title in _MODELS
        if (rows := getattr(site.published, attribute))
    ]
    yield Page(
        path="data.html",
        title="Data",
        section="Data",
        template="data.html",
        illustrative=site.published.release.has_illustrative,
        context={"listed": listed, "measures": site.published.measures},
    )


PAGE_TYPE = PageType(
    name="data", parts=("files", "dictionary"), make=_make, navigation=("Data", "data.html")
)
