"""Downloads: every published model as a file, described so that a program can read it too."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

from dashboards import downloads
from dashboards.data.measure_changes import MeasureChange
from dashboards.data.provenance import share_of_counts
from dashboards.data.release import Published, grouped
from dashboards.data.rows import (
    Comparator,
    Measure,
    ProcessPoint,
    PublishedRow,
    Release,
    Revision,
    Summary,
    Value,
)
from dashboards.pages.base import Page, Site
from dashboards.story import words

_COLUMNS = Path(__file__).parents[2] / "columns.toml"
_CSVW = {"@context": "http://www.w3.org/ns/csvw", "dialect": {"encoding": "utf-8", "header": True}}

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
    ("revisions", "revisions", "Figures that partners corrected"),
    ("measure_changes", "target-changes", "Targets and definitions that changed"),
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


@dataclass(frozen=True)
class _Rows:
    """The rows of one model as its file holds them, their provenance among the cells."""

    model: type[PublishedRow]
    derive: Callable[[Any], str] | None

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [field.name for field in fields(self.model)] + ["provenance"] * bool(self.derive)

    def cells(self, rows: Iterable[Any]) -> Iterator[list[str | float | bool | None]]:
        """Yield the cells of each row."""
        read = attrgetter(*(field.name for field in fields(self.model)))
        for row in rows:
            cells = [_plain(value) for value in read(row)]
            yield [*cells, self.derive(row)] if self.derive else cells

    def lines(self, rows: Iterable[Any]) -> str:
        """Return the rows as lines of a CSV file."""
        return downloads.csv_lines(self.cells(rows))

    def named(self, rows: Iterable[Any]) -> list[dict[str, str | float | bool]]:
        """Return the rows by the names of their columns, without cells that are empty."""
        return [
            {name: cell for name, cell in zip(self.names, cells, strict=True) if cell is not None}
            for cells in self.cells(rows)
        ]

    def schema(self) -> dict[str, Any]:
        """Describe the columns as CSVW does (W3C, Metadata Vocabulary for Tabular Data)."""
        hints = get_type_hints(self.model) | {"provenance": str}
        descriptions = _descriptions()[self.model.model] | {
            "provenance": words.say("files.provenance")
        }
        return {
            "columns": [
                {
                    "name": name,
                    "titles": name,
                    "dc:description": descriptions[name],
                    "datatype": _csvw_type(hints[name]),
                }
                for name in self.names
            ],
            "primaryKey": [key for key in self.model.key if key != "sort"],
        }


def _plain(value: Any) -> str | float | bool | None:
    return value.isoformat() if isinstance(value, dt.date) else value


def files(published: Published, measure_slugs: Mapping[str, str]) -> Mapping[str, bytes]:
    """Make every download: CSV files, their CSVW descriptions, and JSON.

    Of the whole release there is a file for each model, and one description of all; of each measure
    its figures, their description, and everything about it as JSON.

    Args:
        published: The release's data.
        measure_slugs: The file name of each measure.

    Returns:
        The bytes of each file by its path under the site.
    """
    derive: dict[type[Any], Callable[[Any], str]] = {
        Value: published.provenance,
        Comparator: published.comparator_provenance,
        Revision: published.revision_provenance,
        Summary: published.summary_provenance,
        ProcessPoint: published.point_provenance,
    }

    def of(model: type[PublishedRow]) -> _Rows:
        return _Rows(model, derive.get(model))

    found: dict[str, bytes] = {}
    tables = []
    figures = of(Value)
    lines_of = {
        measure: figures.lines(values) for measure, values in published.values_by_measure.items()
    }
    for attribute, name, title in _MODELS:
        rows = getattr(published, attribute)
        if not rows:
            continue
        shape = of(type(rows[0]))
        # Figures come by measure: the whole is its parts, one after another.
        lines = "".join(lines_of.values()) if attribute == "values" else shape.lines(rows)
        heading = downloads.csv_lines([shape.names])
        found[f"data/{name}.csv"] = downloads.as_file(heading + lines)
        tables.append({"url": f"{name}.csv", "dc:title": title, "tableSchema": shape.schema()})
    label = published.release.quarter_label
    found["data/csv-metadata.json"] = downloads.json_bytes(
        _CSVW | {"dc:title": f"Published figures, {label}", "tables": tables}
    )
    [release] = of(Release).named([published.release])
    found["data/release.json"] = downloads.json_bytes(release)
    about: dict[str, tuple[_Rows, Mapping[str, Sequence[Any]]]] = {
        "latest": (of(Summary), grouped(published.summaries, by=attrgetter("measure"))),
        "process_control": (of(ProcessPoint), grouped(published.process, by=attrgetter("measure"))),
        "comparators": (of(Comparator), grouped(published.comparators, by=attrgetter("measure"))),
        "revisions": (of(Revision), grouped(published.revisions, by=attrgetter("measure"))),
        "target_changes": (
            of(MeasureChange),
            grouped(published.measure_changes, by=attrgetter("measure")),
        ),
        "figures": (figures, published.values_by_measure),
    }
    heading, schema = downloads.csv_lines([figures.names]), figures.schema()
    for measure, lines in lines_of.items():
        path = f"data/measures/{measure_slugs[measure]}"
        described = {
            "url": f"{measure_slugs[measure]}.csv",
            "dc:title": f"{published.measure_by_id[measure].title}, {label}",
            "tableSchema": schema,
        }
        found[f"{path}.csv"] = downloads.as_file(heading + lines)
        found[f"{path}.csv-metadata.json"] = downloads.json_bytes(_CSVW | described)
        found[f"{path}.json"] = downloads.json_rows(
            {
                "measure": of(Measure).named([published.measure_by_id[measure]])[0],
                "release": release,
                **{key: shape.named(rows.get(measure, ())) for key, (shape, rows) in about.items()},
            }
        )
    return found


@cache
def _descriptions() -> dict[str, dict[str, str]]:
    """Return what each column holds, by model and column."""
    return tomllib.loads(_COLUMNS.read_text(encoding="utf-8"))


def _csvw_type(hint: Any) -> str:
    names = str(hint if not isinstance(hint, type) else hint.__name__)
    first = names.split(" | ", maxsplit=1)[0].rsplit(".", 1)[-1]
    return _CSVW_TYPES[first]


def pages(site: Site) -> Iterator[Page]:
    """Make the page."""
    listed = [
        (name, title, len(rows))
        for attribute, name, title in _MODELS
        if (rows := getattr(site.published, attribute))
    ]
    yield Page(
        path="data.html",
        title="Data",
        provenance=share_of_counts(value.illustrative for value in site.published.values),
        context={"listed": listed, "measures": site.published.measures},
    )
