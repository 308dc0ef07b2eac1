"""From a sum to itself and to each row that is in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pipelines.receiving.desk import Desk, Requester
from pipelines.record.store import Record
from pipelines.warehouse.trace import Origin, Sum, trace
from tests.boards import birmingham

SAMPLES = Path(__file__).parents[2] / "samples" / "illustrative" / "training_compliance"
REFERENCE = birmingham()
PARTNERS = {"BCHC": (1430.0, 1594.0), "BWC": (1858.0, 1970.0)}


def test_a_sum_leads_to_itself_first_and_then_to_a_row_of_each_partner(tmp_path: Path) -> None:
    record = Record(tmp_path / "record")
    rows = []
    for code, (trained, eligible) in PARTNERS.items():
        at = dt.datetime(2018, 7, 17, 13, 10, tzinfo=dt.UTC)
        who = Requester(name="lead", channel="command line", organisations=frozenset({code}))
        file = SAMPLES / f"{code}-training_compliance-2018-19-Q1.csv"
        desk = Desk(record, REFERENCE, who, today=at.date())
        desk.receive(file.read_bytes(), file_name=file.name, received_at=at)
        sent = record.submissions()[-1]
        rows.append(figure(code, trained, eligible, members=f"{code}/0",
                           submission_id=sent.submission_id, row_number=3))  # fmt: skip
    together = [sum(of) for of in zip(*PARTNERS.values(), strict=True)]
    rows.append(figure("ALL", *together, members="BCHC/0; BWC/0"))
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(
        tmp_path / "pub_measure_value.parquet"
    )

    whole, *parts = trace(
        record,
        tmp_path,
        reference=REFERENCE,
        measure=REFERENCE.measure("TC02"),  # type: ignore[arg-type]  # it is on the board
        period="2018-19 Q1",
        organisation="ALL",
    )
    assert isinstance(whole, Sum)
    assert (whole.organisation, whole.numerator, whole.denominator) == ("ALL", 3288.0, 3564.0)
    assert whole.figures == 2
    assert [(one.organisation, one.row_number) for one in parts if isinstance(one, Origin)] == [
        ("BCHC", 3),
        ("BWC", 3),
    ]
    # A partner's own figure is its row: nothing stands before it.
    [alone] = trace(
        record,
        tmp_path,
        reference=REFERENCE,
        measure=REFERENCE.measure("TC02"),  # type: ignore[arg-type]  # it is on the board
        period="2018-19-Q1",
        organisation="BWC",
    )
    assert isinstance(alone, Origin)


def figure(
    organisation: str,
    numerator: float,
    denominator: float,
    *,
    members: str,
    submission_id: str | None = None,
    row_number: int | None = None,
) -> dict[str, object]:
    """A row of the published figures of TC02, of 2018-19 Q1."""
    return {
        "measure": "TC02", "organisation": organisation, "area": "all", "period": "2018-19-Q1",
        "period_label": "2018-19 Q1", "period_end": dt.date(2018, 6, 30), "quarter": "2018-19-Q1",
        "returned_in": None, "breakdown": "total", "sort": 0, "category": "all", "state": "shown",
        "numerator": numerator, "denominator": denominator,
        "value": 100 * numerator / denominator, "value_as_sent": None, "members": members,
        "made_of": None, "submission_id": submission_id, "row_number": row_number,
    }  # fmt: skip
