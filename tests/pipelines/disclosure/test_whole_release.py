"""A whole release, pages and all, is searched for what was suppressed in it.

The traps: a hidden figure on a page, in a script, a picture's text or a download; and one that its
own partner types, in commentary, in the progress of an action or in a risk.

Two ways that know nothing of how suppression is done. Hidden figures of a size that stands nowhere
else are searched for in every file. And the hidden figures are changed for others that hide as
well: not one byte of the release may differ, so there is nothing in it to learn them from, whether
in a page, a script, the text of a picture or a download.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.printing import pack
from dashboards.site import build_site
from pipelines.disclosure.adapter import write_ledger
from pipelines.disclosure.attack import attack_release
from pipelines.disclosure.ledger import read_ledger
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect
from schemas.quarter import Quarter
from tests.dbt_project.warehouse import KEY, Warehouse
from tests.pipelines.disclosure.search import holders

pytestmark = pytest.mark.slow

QUARTERS = [Quarter(2016, 3).shift(n) for n in range(8)]
LAST = QUARTERS[-1]
# 3 of 16,045 reports are of one kind; what protects them is hidden too, and can be searched for.
SMALL, PROTECTS, TOTAL = 3, 7919, 16045
# All but 3 of 8,623: the share is hidden because of those 3.
BELOW_HIGH_RISK, REPORTS, PERCENT = 8620, 8623, "99.9652"
HARMLESS = "Reports rise with trust in the police."
HIDDEN = (str(PROTECTS), str(BELOW_HIGH_RISK), PERCENT)


def reports(kind: str | None, count: int) -> dict[str, Any]:
    return {
        "measure": "DA02",
        "breakdown": None if kind is None else "kind",
        "category": kind,
        "value": float(count),
        "value_as_sent": str(count),
    }


def words(hidden: int, share: float) -> dict[str, list[dict[str, Any]]]:
    """What the partner says in words, hidden figures and harmless ones, by return."""
    said = {"kind": "commentary", "role": "Head of performance", "written_on": dt.date(2018, 10, 9)}
    return {
        "commentary": [
            said | {"subject": "DA02", "text": f"Honour-based abuse: {hidden} of all reports."},
            said | {"subject": "DA02", "text": f"The other {hidden:,} were of one kind."},
            said | {"subject": "DA01", "text": f"Reports of one kind were {hidden}."},
            said | {"subject": "DA03", "text": f"All but {share}% are high risk."},
            said | {"subject": "DA03", "text": f"High risk is at {100 - share:.2f} per cent."},
            said | {"subject": "DA02", "text": HARMLESS},
            said | {"subject": "board", "kind": "ask", "text": f"Note the {hidden:,} reports."},
        ],
        "action_progress": [
            {
                "plan": "domestic_abuse_prevention", "ref": "1", "rating": "Amber",
                "action": "Train officers", "lead": "Police", "reason": f"{hidden} reports first.",
                "progress": f"All {hidden} reports were looked at.",
            }
        ],
        "risks": [
            {
                "report": "domestic_abuse", "ref": "1", "owner": "Police", "likelihood": "High",
                "impact": "High", "risk": f"There are {hidden} reports of one kind.",
                "mitigation": HARMLESS,
            }
        ],
    }  # fmt: skip


def asked(row_number: int, rule: str, severity: str) -> dict[str, Any]:
    return {"rule": rule, "severity": severity, "row_number": row_number}


def rows_of_last(small: int, protects: int, *, share: int = 0) -> list[dict[str, Any]]:
    """The figures of the newest quarter; ``share`` moves the one of DA03."""
    total = TOTAL + 10 * (len(QUARTERS) - 1)
    return [
        reports(None, total),
        reports("female genital mutilation", small),
        reports("honour-based abuse", protects),
        reports("forced marriage", total - SMALL - PROTECTS),
        {
            "measure": "DA03",
            "numerator": BELOW_HIGH_RISK + 10 * share,
            "denominator": REPORTS + 10 * share,
            "value": float(PERCENT) + share / 1000,
            "value_as_sent": f"{float(PERCENT) + share / 1000:.4f}",
        },
    ]


def build(folder: Path, *, change: int = 0) -> Path:
    """A release of one partner over two years; ``change`` changes only what is hidden.

    With it, other questions are asked about hidden figures: a check looks at true numbers.
    """
    folder.mkdir()
    warehouse = Warehouse(folder / "warehouse.duckdb")
    for place, quarter in enumerate(QUARTERS):
        moved = change if quarter == LAST else 0
        rows = [
            reports(None, TOTAL + 10 * place),
            reports("female genital mutilation", SMALL - moved),
            reports("honour-based abuse", PROTECTS + moved),
            reports("forced marriage", TOTAL + 10 * place - SMALL - PROTECTS),
        ]
        if quarter == LAST:
            rows = rows_of_last(SMALL - moved, PROTECTS + moved, share=moved)
        questions = [asked(2, "HIS-001", "query"), asked(3, "SDC-001", "note")]
        if moved:
            questions = [questions[0], asked(3, "HIS-001", "query"), asked(4, "HIS-004", "query")]
        received = dt.datetime.combine(quarter.end, dt.time(9)) + dt.timedelta(days=9)
        warehouse.send(
            "domestic_abuse", "WMP", quarter.key, received=f"{received:%Y-%m-%d %H:%M}", rows=rows,
            outcome="accepted with queries", findings=questions,
        )  # fmt: skip
    told = words(PROTECTS + change, float(PERCENT) + change / 1000)
    for return_name, rows in told.items():
        warehouse.send(return_name, "WMP", LAST.key, received="2018-10-10 09:00", rows=rows)
    warehouse.build()
    release = folder / "release"
    with connect(warehouse.path) as connection:
        export_published(connection, release / "data")
        write_ledger(connection, release / "disclosure_ledger.json", key=KEY, release_id="1")
    build_site(release / "data", release / "site", status="final", paper=True)
    files = {
        path.relative_to(release / "site").as_posix(): path.read_bytes()
        for path in (release / "site").rglob("*")
        if path.is_file()
    }
    (release / "edition.zip").write_bytes(pack.zipped(files))
    return release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("whole") / "one")


def test_the_figures_of_the_test_are_hidden(release: Path) -> None:
    values = pl.read_parquet(release / "data" / "pub_measure_value.parquet").filter(
        pl.col("quarter") == LAST.key, pl.col("organisation") == "WMP"
    )
    states = {
        (row["measure"], row["category"]): row["state"] for row in values.iter_rows(named=True)
    }
    assert states["DA02", "female genital mutilation"] == "suppressed"
    assert states["DA02", "honour-based abuse"] == "suppressed"
    assert states["DA02", "all"] == "shown"
    assert states["DA03", "all"] == "suppressed"


def test_no_file_of_the_release_holds_a_suppressed_figure(release: Path) -> None:
    assert holders(release, HIDDEN) == set()
    # The search works: a figure that is shown stands in the data, on pages and in downloads.
    found = {Path(path).suffix for path, _ in holders(release, [str(TOTAL + 70)])}
    assert {".parquet", ".html", ".csv", ".zip"} <= found
    # What was asked about shown figures is counted, and nothing that was asked about hidden ones.
    asked_of = pl.read_parquet(release / "data" / "pub_finding.parquet")
    assert set(asked_of["rule"]) == {"HIS-001"}
    assert set(asked_of["findings"]) == {1}


def test_words_that_give_a_hidden_figure_are_withheld_and_others_stand(release: Path) -> None:
    said = pl.read_parquet(release / "data" / "pub_commentary.parquet")["text"].to_list()
    assert [text for text in said if not text.startswith("Withheld")] == [HARMLESS]
    assert len(said) == 7
    [action] = pl.read_parquet(release / "data" / "pub_action.parquet").iter_rows(named=True)
    assert action["action"] == "Train officers"
    assert action["progress"].startswith("Withheld")
    assert action["reason"].startswith("Withheld")
    [risk] = pl.read_parquet(release / "data" / "pub_risk.parquet").iter_rows(named=True)
    assert risk["risk"].startswith("Withheld")
    assert risk["mitigation"] == HARMLESS


def test_the_linear_programme_works_out_nothing(release: Path) -> None:
    attack = attack_release(release / "data")
    assert attack.suppressed >= 2 * len(QUARTERS)
    assert not attack.succeeded


def test_other_hidden_figures_change_no_byte_of_the_release(release: Path, tmp_path: Path) -> None:
    other = build(tmp_path / "other", change=1)
    files = {path.relative_to(release) for path in release.rglob("*") if path.is_file()}
    assert files == {path.relative_to(other) for path in other.rglob("*") if path.is_file()}
    assert len(files) > 20
    assert {".parquet", ".html", ".svg", ".csv", ".json", ".pdf", ".zip"} <= {
        path.suffix for path in files
    }
    differing = [
        str(file) for file in files if (release / file).read_bytes() != (other / file).read_bytes()
    ]
    # The ledger stays in the house; it names versions of figures under the record's key.
    assert differing == ["disclosure_ledger.json"]
    ledgers = [read_ledger(one / "disclosure_ledger.json") for one in (release, other)]
    without_names = [[replace(cell, version_id="") for cell in one.cells] for one in ledgers]
    assert without_names[0] == without_names[1]


@pytest.mark.parametrize(
    ("suffix", "written"),
    [
        (".html", "<td>7,919</td>"),
        (".html", '<img alt="Reports rose to 7&nbsp;919.">'),
        (".js", "window.chart={y:[16045,7919]};"),
        (".json", '{"value": 7919.0}'),
        (".svg", "<text>7 919</text>"),
        (".csv", "kind,7919\n"),
        (".parquet", "7919"),
    ],
)
def test_the_search_finds_a_leak_in_every_kind_of_file(
    release: Path, tmp_path: Path, suffix: str, written: str
) -> None:
    leaky = tmp_path / "release"
    shutil.copytree(release, leaky)
    if suffix == ".parquet":
        path = leaky / "data" / "pub_finding.parquet"
        pl.DataFrame({"message": [f"The figure {written} looks odd"]}).write_parquet(path)
    else:
        path = next(iter(sorted(leaky.rglob(f"*{suffix}"))), leaky / f"new{suffix}")
        with path.open("a", encoding="utf-8") as file:
            file.write(written)
    assert holders(leaky, HIDDEN) == {(str(path.relative_to(leaky)), str(PROTECTS))}


def test_the_attack_finds_a_leak_that_is_planted_in_the_data(release: Path, tmp_path: Path) -> None:
    leaky = tmp_path / "data"
    shutil.copytree(release / "data", leaky)
    path = leaky / "pub_measure_value.parquet"
    protects = (pl.col("category") == "honour-based abuse") & (pl.col("quarter") == LAST.key)
    pl.read_parquet(path).with_columns(
        pl.when(protects).then(pl.lit("shown")).otherwise("state").alias("state"),
        pl.when(protects).then(float(PROTECTS)).otherwise("value").alias("value"),
    ).write_parquet(path)
    exposed = attack_release(leaky).exposed
    assert {(one.category, one.least, one.greatest) for one in exposed} >= {
        ("female genital mutilation", SMALL, SMALL)
    }


def test_why_a_figure_is_hidden_stays_in_the_house(release: Path) -> None:
    # The cause says which figure is the small one, and with it between which values it lies.
    names = {path.stem for path in (release / "data").iterdir()}
    assert all(name.startswith("pub_") for name in names)
    for path in release.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"protects another figure" not in content, path
    columns = {
        column for path in (release / "data").iterdir() for column in pl.read_parquet_schema(path)
    }
    assert "cause" not in columns
    ledger = json.loads((release / "disclosure_ledger.json").read_text(encoding="utf-8"))
    hidden = [cell for cell in ledger["cells"] if not cell["shown"]]
    assert hidden
    assert all(cell["numerator"] is None and cell["denominator"] is None for cell in hidden)
