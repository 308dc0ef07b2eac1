"""Who is late, what is open, what is accepted: everybody who says it gives one answer.

The trap: the command says a partner is 12 days late, the pages say 8, and the upload pages ask
again for what was answered. Random histories are told; then the command, the upload pages,
Dagster's checks, the loaded standings and (of a few) the published data and the exceptions page
are asked, and held against what the history itself remembers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import duckdb
import pytest
from click.testing import CliRunner
from django.test import RequestFactory

import orchestration.checks.returns
import pipelines.obligations.standing
import portal.findings
from dashboards.data.files import read_model
from dashboards.data.rows import Release, Submission
from dashboards.pages.base import Site
from dashboards.pages.exceptions.page import return_exceptions
from orchestration.checks.returns import ACCEPTED, ANSWERED, RECEIVED, results
from orchestration.cli.officer import status
from orchestration.tables import BEHIND
from pipelines.disclosure.adapter import decide
from pipelines.obligations.standing import Decided, Known, standings_of_all
from pipelines.publishing.releases import export_published
from pipelines.warehouse.loading import connect, load
from pipelines.workspace import Workspace
from portal.project import set_up
from portal.settings import Settings
from portal.state import make_portal
from tests.dbt_project.warehouse import KEY, Warehouse
from tests.end_to_end.histories import FEW, QUARTER, REFERENCE, RETURN, Answer, History

SEEDS = range(12)
STEPS = 26


def told(folder: Path, seed: int) -> History:
    """A history that has been told."""
    history = History(Workspace(folder / str(seed)), seed)
    history.tell(STEPS)
    return history


def by_the_command(history: History) -> dict[str, dict[str, Any]]:
    """What ``quarterdeck status`` prints: the state, days late (0 where none), open queries."""
    said = CliRunner().invoke(status, ["--quarter", QUARTER.key], obj=history.workspace)
    assert said.exit_code == 0, said.output
    found: dict[str, dict[str, Any]] = {}
    for line in said.output.splitlines():
        if line[13:35].strip() == RETURN and line[:13].strip() in history.partners:
            notes = line[71:]
            late = re.search(r"(\d+) days? late", notes)
            queries = re.search(r"(\d+) quer(?:y|ies) open", notes)
            found[line[:13].strip()] = {
                "state": line[47:71].strip(),
                "late": int(late[1]) if late else 0,
                "open_queries": int(queries[1]) if queries else 0,
            }
    return found


def by_the_portal(history: History) -> dict[str, dict[str, Any]]:
    """What the officer's page of the upload pages shows."""
    portal = make_portal(Settings(workspace=history.workspace))
    set_up(portal)
    from portal.models import Account  # noqa: PLC0415  # once Django is set up
    from portal.views import officer  # noqa: PLC0415

    shown: dict[str, Any] = {}
    asked_by = RequestFactory().get("/officer", {"quarter": QUARTER.key})
    asked_by.user = Account(name="officer", roles=["officer"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(officer, "show", lambda *_, **values: shown.update(values))
        patch.setattr(type(portal), "reference", REFERENCE)
        officer.officer_page(cast("Any", asked_by))
    asked = [one.row.standing.obligation for one in shown["queries"]]
    return {
        row.standing.obligation.organisation: {
            "state": row.state,
            "late": row.standing.days_late or 0,
            "open_queries": asked.count(row.standing.obligation),
            "accepted": row.standing.current and row.standing.current.submission_id,
        }
        for row in shown["rows"]
        if row.standing.obligation.return_name == RETURN
        and row.standing.obligation.organisation in history.partners
    }


def by_the_checks(history: History) -> dict[str, list[tuple[str, ...]]]:
    """The tables behind Dagster's checks of the return: their first columns, row by row."""
    on = history.workspace.today(now=dt.datetime.now(dt.UTC))
    found = {}
    key = dg.AssetKey(["raw", RETURN])
    stood = standings_of_all(history.record, REFERENCE, on=on)
    for one in results(key, history.record, REFERENCE, stood):
        text = str(one.metadata[BEHIND].value).replace("\\", "")
        rows = [tuple(c.strip() for c in line.split("|")[1:-1]) for line in text.splitlines()[2:]]
        found[str(one.check_name)] = [
            row for row in rows if row and row[0] in history.partners and row[1] == QUARTER.label
        ]
    return found


def by_the_warehouse(history: History) -> dict[str, dict[str, Any]]:
    """What is loaded into ``raw.standing``, and which queries ``raw.finding`` has as open."""
    on = history.workspace.today(now=dt.datetime.now(dt.UTC))
    with duckdb.connect() as connection:
        load(connection, history.record, REFERENCE, on=on)
        rows = connection.execute(
            "SELECT organisation, state, days_late, open_queries, current_submission_id, "
            "(SELECT count(*) FROM raw.finding WHERE is_open_query "
            "AND submission_id = current_submission_id) "
            "FROM raw.standing WHERE return_name = ? AND quarter = ?",
            [RETURN, QUARTER.key],
        ).fetchall()
    return {
        code: {"state": state, "late": late or 0, "open_queries": n, "accepted": used, "open": m}
        for code, state, late, n, used, m in rows
        if code in history.partners
    }


def disagreements(history: History) -> list[str]:
    """What somebody says otherwise than the history remembers; nothing where all agree."""
    right = history.answers()
    found = []
    for who, said in {
        "the command": by_the_command(history),
        "the portal": by_the_portal(history),
        "the warehouse": by_the_warehouse(history),
    }.items():
        for code, answer in right.items():
            wanted = _as_said(answer)
            found += [
                f"{who} says of {code}: {name} {given}, not {wanted[name]}"
                for name, given in said[code].items()
                if given != wanted[name]
            ]
    checks = by_the_checks(history)
    late = {(row[0], int(row[2])) for row in checks[RECEIVED]}
    wanted_late = {(c, a.days_late) for c, a in right.items() if a.state == "overdue"}
    if late != wanted_late:
        found.append(f"the check of what has come says {late}, not {wanted_late}")
    queried = sorted(row[0] for row in checks[ANSWERED])
    wanted_queried = sorted(code for code, one in right.items() for _ in range(one.open_queries))
    if queried != wanted_queried:
        found.append(f"the check of queries says {queried}, not {wanted_queried}")
    rejected = {row[0] for row in checks[ACCEPTED]}
    refused = {c for c, a in right.items() if a.state in ("refused", "needs correction")}
    if not refused <= rejected:
        found.append(f"the check of the newest files leaves out {refused - rejected}")
    return found


def _as_said(answer: Answer) -> dict[str, Any]:
    return {
        "state": answer.state,
        "late": answer.days_late or 0,
        "open_queries": answer.open_queries,
        "open": answer.open_queries,
        "accepted": answer.accepted,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_who_is_asked_gives_one_answer(tmp_path: Path, seed: int) -> None:
    assert disagreements(told(tmp_path, seed)) == []


def test_the_histories_hold_every_way_in_which_a_return_can_stand(tmp_path: Path) -> None:
    """Else the test above would agree about little."""
    histories = [told(tmp_path, seed) for seed in SEEDS]
    answers = [one for history in histories for one in history.answers().values()]
    assert {one.state for one in answers} >= {
        "overdue", "needs correction", "accepted", "accepted with queries", "nil", "excused",
    }  # fmt: skip
    assert {one.open_queries for one in answers} == {0, 1, 2}
    assert any(one.days_late for one in answers)
    carried = [
        sent
        for history in histories
        for partner in history.partners.values()
        for sent in partner.sent
        if sent.submission_id == partner.answer(history.on).accepted
        and sent.outcome == "accepted with queries"
        and partner.answer(history.on).open_queries + len(sent.answered) < sent.people.count(FEW)
    ]
    assert carried


def _largest_extension(events: Any) -> Decided:
    events = list(events)
    days = [one.details.extended_to for one in events if one.details.extended_to is not None]
    newest = _by(events)
    return replace(newest, extended_to=max(days, default=None))


_by = Decided.by


def _own_answers_only(record: Any, submission: Any, reference: Any) -> Mapping[int, Any]:
    found = pipelines.obligations.explanations.explained(record, submission, reference)
    return {number: one for number, one in found.items() if not one.carried}


def _a_day_early(known: Known, *arguments: Any, on: dt.date, **more: Any) -> Any:
    return _decide_all(known, *arguments, on=on - dt.timedelta(days=1), **more)


_decide_all = pipelines.obligations.standing.decide_all


@pytest.mark.parametrize(
    ("where", "name", "wrong"),
    [
        (Decided, "by", staticmethod(_largest_extension)),
        (portal.findings, "explained", _own_answers_only),
        (orchestration.checks.returns, "explained", lambda *_: {}),
        (pipelines.obligations.standing, "decide_all", _a_day_early),
    ],
    ids=["the largest extension", "carried answers asked again", "answers not seen", "a day early"],
)
def test_a_second_opinion_would_be_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    wrong: Callable[..., Any],
) -> None:
    monkeypatch.setattr(where, name, wrong)
    assert any(disagreements(told(tmp_path, seed)) for seed in SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 5])
def test_the_published_data_give_the_same_answer(tmp_path: Path, seed: int) -> None:
    history = told(tmp_path, seed)
    workspace = history.workspace
    with connect(workspace.warehouse) as connection:
        load(connection, history.record, REFERENCE, on=history.on)
    warehouse = Warehouse(workspace.warehouse)
    warehouse.dbt("run", {}, "--selector", "before_disclosure")
    with connect(workspace.warehouse) as connection:
        decide(connection, key=KEY)
    warehouse.dbt("run", {"quarter": QUARTER.key}, "--selector", "after_disclosure")
    with connect(workspace.warehouse) as connection:
        export_published(connection, tmp_path / "data")
    right = history.answers()
    [release] = read_model(tmp_path / "data", Release)
    assert release.as_of_day == history.on
    rows = [
        one
        for one in read_model(tmp_path / "data", Submission)
        if (one.return_name, one.quarter) == (RETURN, QUARTER.key)
    ]
    said = {one.organisation: one for one in rows if one.organisation in right}
    for code, answer in right.items():
        one = said[code]
        assert (one.state, one.days_late, one.open_queries) == (
            answer.state, answer.days_late, answer.open_queries,
        )  # fmt: skip
        assert (one.submission_id if one.accepted_received_at else None) == answer.accepted
    site = SimpleNamespace(published=SimpleNamespace(release=release, submissions=rows))
    picked = {
        one.organisation: rule
        for rule, one in return_exceptions(cast("Site", site))
        if one.organisation in right
    }
    assert picked == {code: rule for code, one in right.items() if (rule := _exception(one))}
    used = warehouse.rows(
        "select organisation, submission_id from marts.fct_submission "
        "where standing = 'current' and return_name = ?",
        [RETURN],
    )
    assert dict(used) == {c: one.accepted for c, one in right.items() if one.accepted}
    [(accepted, owed)] = warehouse.rows(
        "select part, whole from published.pub_data_quality where subject_id = ? "
        "and quarter = ? and score = 'complete' and subject_kind = 'return'",
        [RETURN, QUARTER.key],
    )
    assert accepted == sum(one.accepted is not None for one in right.values())
    assert owed == sum(one.state != "excused" for one in rows)


def _exception(answer: Answer) -> str | None:
    if answer.state == "overdue":
        return "overdue"
    if answer.state in ("refused", "needs correction"):
        return "blocked"
    return "queries" if answer.open_queries else None
