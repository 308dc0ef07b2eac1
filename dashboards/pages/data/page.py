"""Downloads: every published model as a file, described so that a program can read it too."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

from dashboards import downloads
from dashboards.data import Published, Value
from dashboards.pages.base import Page, PageType, Site

_COLUMNS = Path(__file__).parents[2] / "columns.toml"
_CSVW = {
    "@context": "http://www.w3.org/ns/csvw",
    "dialect": {"encoding": "utf-8", "header": True},
}

_MODELS = (
    ("values", "figures", "Every published figure, with the state of each cell"),
    ("summaries", "latest", "Where each measure stands at the release's quarter"),
    ("process", "process-control", "Means, limits and signals of each series"),
    ("comparators", "comparators", "Other areas and sets of peers"),
    ("measures", "measures", "The catalogue of measures"),
    ("organisations", "partners", "Partners and their codes"),
    ("submissions", "submissions", "What was owed, and what came when"),
    ("findings", "findings", "How often each check found something"),
    ("scores", "data-quality", "How good the returns are, as parts of wholes"),
    ("row_fates", "rows", "What became of the accepted rows of each submission"),
    ("revisions", "revisions", "Published figures that changed"),
    ("commentary", "commentary", "What officers wrote, and what the board is asked to do"),
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


def files(published: Published, measure_slugs: Mapping[str, str]) -> Mapping[str, bytes]:
    """Every download by its path under the site: CSV files, their CSVW descriptions, and JSON.

    Of the whole release a file for each model, and one description of all; of each measure its
    figures, their description, and everything about it as JSON.
    """
    found: dict[str, bytes] = {}
    tables = []
    lines_of: dict[str, str] = {}
    for attribute, name, title in _MODELS:
        rows = getattr(published, attribute)
        if not rows:
            continue
        names = [field.name for field in fields(rows[0])]
        if attribute == "values":  # they come by measure: the whole is its parts, one after another
            lines_of = {
                measure: _lines(names, values)
                for measure, values in published.values_by_measure.items()
            }
            lines = "".join(lines_of.values())
        else:
            lines = _lines(names, rows)
        found[f"data/{name}.csv"] = downloads.as_file(downloads.csv_lines([names]) + lines)
        tables.append(_described(type(rows[0]), url=f"{name}.csv", title=title))
    found["data/csv-metadata.json"] = downloads.json_bytes(
        {
            **_CSVW,
            "dc:title": f"Published figures, {published.release.quarter_label}",
            "tables": tables,
        }
    )
    found["data/release.json"] = downloads.json_bytes(_named(published.release))
    others = {
        "latest": _by_measure(published.summaries),
        "process_control": _by_measure(published.process),
        "comparators": _by_measure(published.comparators),
        "revisions": _by_measure(published.revisions),
    }
    schema = _schema(Value)
    for measure, lines in lines_of.items():
        about = {key: rows.get(measure, []) for key, rows in others.items()}
        found |= _of_measure(
            published, measure, about, lines, slug=measure_slugs[measure], schema=schema
        )
    return found


def _by_measure(rows: Iterable[Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.measure, []).append(row)
    return found


def _of_measure(
    published: Published,
    measure: str,
    about: Mapping[str, Sequence[Any]],
    lines: str,
    *,
    slug: str,
    schema: Mapping[str, Any],
) -> Mapping[str, bytes]:
    """The downloads of one measure."""
    names = [field.name for field in fields(Value)]
    path = f"data/measures/{slug}"
    title = f"{published.measure_by_id[measure].title}, {published.release.quarter_label}"
    everything = {
        "measure": _named(published.measure_by_id[measure]),
        "release": _named(published.release),
        **{key: _all_named(rows) for key, rows in about.items()},
        "figures": _all_named(published.values_by_measure[measure]),
    }
    return {
        f"{path}.csv": downloads.as_file(downloads.csv_lines([names]) + lines),
        f"{path}.csv-metadata.json": downloads.json_bytes(
            _CSVW | {"url": f"{slug}.csv", "dc:title": title, "tableSchema": schema}
        ),
        f"{path}.json": downloads.json_rows(everything),
    }


def _lines(names: Sequence[str], rows: Sequence[Any]) -> str:
    cells = attrgetter(*names)
    return downloads.csv_lines([_plain(value) for value in cells(row)] for row in rows)


def _named(row: Any) -> dict[str, str | float | bool]:
    """A row by the names of its columns, without those that are empty."""
    return _all_named([row])[0]


def _all_named(rows: Sequence[Any]) -> list[dict[str, str | float | bool]]:
    """Rows of one model, each by the names of its columns, without those that are empty."""
    if not rows:
        return []
    names = [field.name for field in fields(rows[0])]
    cells = attrgetter(*names)
    return [
        {
            name: plain
            for name, value in zip(names, cells(row), strict=True)
            if (plain := _plain(value)) is not None
        }
        for row in rows
    ]


def _described(model: type[Any], *, url: str, title: str) -> dict[str, Any]:
    """A file of rows of one model, as CSVW describes it (W3C, Metadata Vocabulary for Tabular
    Data)."""
    return {"url": url, "dc:title": title, "tableSchema": _schema(model)}


def _schema(model: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(model)
    said = _descriptions()[model.model]
    return {
        "columns": [
            {
                "name": each.name,
                "titles": each.name,
                "dc:description": said[each.name],
                "datatype": _csvw_type(hints[each.name]),
            }
            for each in fields(model)
        ],
        "primaryKey": [key for key in model.key if key != "sort"],
    }


@cache
def _descriptions() -> dict[str, dict[str, str]]:
    """What each column holds, by model and column."""
    return tomllib.loads(_COLUMNS.read_text(encoding="utf-8"))


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
