"""``demo``: the samples through every layer, in a workspace of its own."""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import click

from orchestration.instance import set_up_home
from pipelines.record.model import Details, EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from schemas.counting import how_many
from schemas.working_days import LONDON

SAMPLES = Path(__file__).parents[2] / "samples"
BOARD = Path(__file__).parents[2] / "boards" / "birmingham"
DEMONSTRATION = "Demonstration (no person signed this off)"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One sample file: by whom and when it is received."""

    file: Path
    sample: str
    organisation: str
    received_at: dt.datetime
    channel: str
    expected_outcome: str


@click.command()
@click.pass_obj
def demo(workspace: Workspace) -> None:
    """Set up a workspace with the samples, run everything, say where the site is."""
    if any(workspace.record.glob("submissions/*/*")):
        raise click.ClickException(
            f"{workspace.root} holds returns already, and the demo would mix samples into them. "
            "Give it a folder of its own: quarterdeck --workspace FOLDER demo"
        )
    # Samples lie in the past, and nobody is years late with them.
    workspace.create()
    workspace.practise(max(one.received_at for one in deliveries()).astimezone(LONDON).date())
    timed: dict[str, float] = {}
    began = started = time.monotonic()
    set_up_home(workspace)
    # The files are received in a process of their own while this one loads Dagster and dbt.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        receiving = beside.submit(receive_samples, workspace)
        from orchestration.build import build, ready  # noqa: PLC0415  # takes seconds to import

        ready(workspace)
        timed["loading Dagster and dbt, at the same time"] = time.monotonic() - started
        outcomes = receiving.result()
    timed["receiving and checking"] = time.monotonic() - started
    click.echo(
        f"Received {how_many(sum(outcomes.values()), 'file', 'files')}: " + _counted(outcomes)
    )

    started = time.monotonic()
    outcome = build(workspace, None)
    timed["building facts, pages and charts"] = time.monotonic() - started
    if not outcome.succeeded or outcome.draft is None:
        for line in outcome.lines:
            click.echo(line, err=True)
        raise click.ClickException("The build failed.")

    started = time.monotonic()
    from orchestration.site import BoardSite  # noqa: PLC0415  # loads Plotly
    from pipelines.publishing.making import publish  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    record = Record(workspace.record)
    record.add_event(
        EventKind.SIGN_OFF,
        at=now,
        by_whom=DEMONSTRATION,
        reason="Samples",
        details=Details(
            quarter=outcome.draft.quarter,
            data_sha256=outcome.draft.data_sha256,
            open_queries=0,
            not_accepted=(),
        ),
    )
    made = publish(workspace, record, outcome.draft.quarter, BoardSite(workspace), now=now)
    timed["publishing"] = time.monotonic() - started
    for missing in made.missing:
        click.echo(f"The site lacks: {missing}")
    for what, seconds in timed.items():
        click.echo(f"{seconds:6.1f} s  {what}")
    click.echo(f"{time.monotonic() - began:6.1f} s  in all")
    click.echo(f"The site: {workspace.releases / 'current' / 'site' / 'index.html'}")


def deliveries() -> list[Delivery]:
    """Return the samples in the order in which they are received."""
    with (SAMPLES / "deliveries.csv").open(encoding="utf-8", newline="") as file:
        return [
            Delivery(
                file=SAMPLES / row["file"],
                sample=row["sample"],
                organisation=row["organisation"],
                received_at=dt.datetime.fromisoformat(row["received_at"]),
                channel=row["channel"],
                expected_outcome=row["expected_outcome"],
            )
            for row in csv.DictReader(file)
        ]


def receive_samples(workspace: Workspace) -> Counter[str]:
    """Put the samples' board into force and receive every sample at the time its delivery says.

    Return how many had which outcome.
    """
    # Imported in the process that receives, while the other one loads Dagster.
    from pipelines.board.in_force import apply  # noqa: PLC0415
    from pipelines.receiving.desk import Desk, Requester  # noqa: PLC0415

    workspace.create()
    record, sent = Record(workspace.record), deliveries()
    _, reference = apply(
        record, BOARD, by_whom=DEMONSTRATION, note="Samples",
        at=dt.datetime(2014, 4, 1, tzinfo=dt.UTC),  # the first quarter of the samples begins
    )  # fmt: skip
    outcomes: Counter[str] = Counter()
    for delivery in sent:
        requester = Requester(
            name=f"{delivery.organisation} data lead",
            channel=delivery.channel,
            organisations=frozenset({delivery.organisation}),
        )
        desk = Desk(record, reference, requester, today=delivery.received_at.date())
        received = desk.receive(
            delivery.file.read_bytes(),
            file_name=delivery.file.name,
            received_at=delivery.received_at,
            enforce_window=False,
            sample=delivery.sample,
        )
        outcomes[received.submission.outcome] += 1
    return outcomes


def _counted(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
