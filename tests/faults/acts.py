"""The acts of which ``one_effect`` shows that each has one effect: what is done, what comes of it.

Whoever does an act again, a person or the daemon, does it with the same words at the same moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dashboards.site import SiteReport
from orchestration import site
from orchestration.cli import keeping  # noqa: F401  # here once, instead of in every process
from orchestration.cli.main import quarterdeck
from pipelines.inbox import look as inbox
from pipelines.publishing import making, withdrawing
from pipelines.publishing import sign_off as signing
from pipelines.publishing.editions import editions, public_faults
from pipelines.publishing.releases import LEDGER, current, edition_of, staging_folder
from pipelines.receiving import decisions
from pipelines.record.model import EventKind
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from tests import small_city
from tests.faults import kills, small  # noqa: F401  # kills imports what a first check would

LATER = small.NOON + dt.timedelta(days=3)
BY = "Performance officer"
WHY = "The ward moved in June"
_SAID: dict[str, Any] = {"by_whom": BY, "reason": WHY, "at": LATER}
_ODD = small.training_return(8000).replace(b"539,445", b"2,1")  # gets a query (ROW-002)
_PERSON = "Jane Exampleperson"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that somebody does; ``effects`` says what is wrong with what came of it."""

    name: str
    does: Callable[[Workspace], object]
    effects: Callable[[Workspace], list[str]]
    prepares: Callable[[Workspace], object] = lambda _: None


# --- what is done ---------------------------------------------------------------------------------


def _record(workspace: Workspace) -> Record:
    return Record(workspace.record)


def _sent(workspace: Workspace) -> str:
    """The newest submission."""
    return _record(workspace).submissions()[-1].submission_id


def _looks(workspace: Workspace) -> None:
    """As the daemon looks at the inbox, twice with ten seconds between."""
    for at in (0.0, inbox.STILL_SECONDS):
        clock = partial(float, at)
        inbox.look(workspace, _record(workspace), small.reference(), now=LATER, clock=clock)


def _dropped(workspace: Workspace) -> None:
    folder = workspace.inbox / "UHB"
    folder.mkdir(parents=True)
    (folder / "return.csv").write_bytes(small.training_return(8700))


def _explain(workspace: Workspace) -> None:
    sent = _sent(workspace)
    found = _record(workspace).findings(sent)
    number = next(n for n, one in enumerate(found, start=1) if one.severity == "query")
    decisions.explain(
        _record(workspace),
        submission_id=sent,
        finding_number=number,
        by_whom=BY,
        text=WHY,
        at=LATER,
    )


def _with_a_name(workspace: Workspace) -> None:
    content = small.training_return(8300, comment=_PERSON)
    small.send(_record(workspace), content, file_name=f"{_PERSON}.csv", at=LATER)
    kept = workspace.inbox / "UHB" / ".received" / _sent(workspace) / "file"
    kept.mkdir(parents=True)
    (kept / "return.csv").write_bytes(content)
    workspace.warehouse.write_text(_PERSON, encoding="utf-8")


def _erase(workspace: Workspace) -> None:
    erased = next(
        one.submission_id for one in _record(workspace).submissions() if one.received_at == LATER
    )
    words = ["erase", erased, "--reason", "A name", "--by", BY, "--yes"]
    done = CliRunner().invoke(quarterdeck, ["--workspace", str(workspace.root), *words])
    if done.exit_code:
        raise AssertionError(done.output) from done.exception


def site_of_one_page(data_dir: Path, site_dir: Path, **_: object) -> SiteReport:
    """A page stands for the site."""
    site_dir.mkdir()
    figures = sorted(path.stat().st_size for path in data_dir.iterdir())
    (site_dir / "index.html").write_text(f"<p>{figures}</p>", encoding="utf-8")
    return SiteReport(files={}, pages=("index.html",), charts=0, charts_from_cache=0, missing=())


def _city(workspace: Workspace, raised: float) -> None:
    """A draft of a small city's figures, signed off."""
    staging = staging_folder(workspace.releases)
    small_city.build(
        staging / "data", quarter=small.QUARTER, meeting_on=dt.date(2018, 7, 31), raised=raised,
        without=["TC01", "DA01", "CP01"], plans=False,
    )  # fmt: skip
    (staging / LEDGER).write_text("{}", encoding="utf-8")
    making.make_draft(
        workspace, staging, site.BoardSite(workspace), made_by="test",
        now=LATER + dt.timedelta(minutes=raised),
    )  # fmt: skip
    _sign_off(workspace)


def _sign_off(workspace: Workspace) -> None:
    signing.sign_off(
        _record(workspace), small.reference(), workspace.releases, small.QUARTER, by_whom=BY,
        note="", at=LATER, on=LATER.date(),
    )  # fmt: skip


def _publish(note: str | None = None) -> Callable[[Workspace], object]:
    return lambda workspace: making.publish(
        workspace,
        _record(workspace),
        small.QUARTER,
        site.BoardSite(workspace),
        now=LATER,
        note=note,
    )


def _published(workspace: Workspace) -> None:
    _city(workspace, 0.0)
    _publish()(workspace)


def _other_figures(workspace: Workspace) -> None:
    _published(workspace)
    _city(workspace, 0.7)


def _withdraw_edition(workspace: Workspace) -> None:
    withdrawing.withdraw_edition(
        workspace, _record(workspace), _WAY, site.BoardSite(workspace), by_whom=BY, note=WHY,
        at=LATER,
    )  # fmt: skip


# --- what must have come of it --------------------------------------------------------------------


def _one(kind: EventKind, **details: object) -> Callable[[Workspace], list[str]]:
    def effects(workspace: Workspace) -> list[str]:
        found = [
            event for event in _record(workspace).events(kind)
            if event.by_whom == BY and details.items() <= event.details.as_json().items()
        ]  # fmt: skip
        return [] if len(found) == 1 else [f"{len(found)} decisions of the kind {kind}"]

    return effects


def _one_submission(workspace: Workspace) -> list[str]:
    sent = small.training_return(8700)
    record = _record(workspace)
    kept = [one for one in record.submissions() if record.as_sent(one.submission_id) == sent]
    return [] if len(kept) == 1 else [f"{len(kept)} submissions of one file"]


def _one_out_of_the_inbox(workspace: Workspace) -> list[str]:
    received = list(workspace.inbox.glob("UHB/.received/*/file*/return.csv"))
    left = [one for one in workspace.inbox.rglob("*.csv") if one not in received]
    wrong = [] if len(received) == 1 and not left else [f"received {received}, left {left}"]
    return [*_one_submission(workspace), *wrong]


def _erased(workspace: Workspace) -> list[str]:
    left = [
        str(path)
        for path in workspace.root.rglob("*")
        if path.is_file() and _PERSON.encode() in path.read_bytes() + path.name.encode()
    ]
    return [
        *_one(EventKind.WITHDRAWAL, erased=True)(workspace),
        *(f"the name is left in {path}" for path in left),
    ]


def _editions(*names: str) -> Callable[[Workspace], list[str]]:
    def effects(workspace: Workspace) -> list[str]:
        published = editions(workspace.releases)
        found = tuple(edition_of(one).name for one in published)
        wrong = [] if found == names else [f"editions {found}"]
        if current(workspace.releases) != published[-1]:
            wrong.append("another edition is current")
        return [*wrong, *public_faults(workspace.releases, workspace.public, published)]

    return effects


def _is_withdrawn(workspace: Workspace) -> list[str]:
    published = editions(workspace.releases)
    told = {
        path.read_bytes()
        for one in published
        for path in (workspace.releases / one.release_id / "site").rglob("*")
        if path.is_file()
    }
    return [
        *_one(EventKind.EDITION_WITHDRAWN, edition=_WAY)(workspace),
        *public_faults(workspace.releases, workspace.public, published, withdrawn={_WAY}),
        *(
            f"{path} still says it"
            for path in workspace.public.rglob("*")
            if path.is_file() and path.read_bytes() in told
        ),
        *([] if (workspace.public / "meetings" / _WAY / "index.html").is_file() else ["no notice"]),
    ]


_WAY = "2018-07-31"
ACTS = (
    Act(
        name="receive",
        does=lambda ws: small.send(_record(ws), small.training_return(8700), at=LATER),
        effects=_one_submission,
    ),
    Act(
        name="receive by the inbox",
        prepares=_dropped,
        does=_looks,
        effects=_one_out_of_the_inbox,
    ),
    Act(
        name="explain",
        prepares=lambda ws: small.send(_record(ws), _ODD),
        does=_explain,
        effects=_one(EventKind.EXPLANATION),
    ),
    Act(
        name="withdraw",
        does=lambda ws: decisions.withdraw(_record(ws), submission_id=_sent(ws), **_SAID),
        effects=_one(EventKind.WITHDRAWAL),
    ),
    Act(
        name="excuse",
        does=lambda ws: decisions.excuse(_record(ws), small.reference(), small.OWED, **_SAID),
        effects=_one(EventKind.EXCUSED),
    ),
    Act(
        name="extend",
        does=lambda ws: decisions.extend(
            _record(ws), small.reference(), small.OWED, until=dt.date(2018, 12, 1), **_SAID
        ),
        effects=_one(EventKind.EXTENDED),
    ),
    Act(
        name="reopen",
        prepares=lambda ws: decisions.excuse(_record(ws), small.reference(), small.OWED, **_SAID),
        does=lambda ws: decisions.reopen(_record(ws), small.reference(), small.OWED, **_SAID),
        effects=_one(EventKind.REOPENED),
    ),
    Act(name="erase", prepares=_with_a_name, does=_erase, effects=_erased),
    Act(
        name="sign off",
        prepares=lambda ws: small.draft(ws, 8100),
        does=_sign_off,
        effects=_one(EventKind.SIGN_OFF),
    ),
    Act(
        name="publish",
        prepares=lambda ws: _city(ws, 0.0),
        does=_publish(),
        effects=_editions(_WAY),
    ),
    Act(
        name="amend",
        prepares=_other_figures,
        does=_publish(WHY),
        effects=_editions(_WAY, f"{_WAY}-r1"),
    ),
    Act(
        name="withdraw an edition",
        prepares=_published,
        does=_withdraw_edition,
        effects=_is_withdrawn,
    ),
    Act(
        name="amend the same figures",
        prepares=_published,
        does=_publish(WHY),
        effects=_editions(_WAY, f"{_WAY}-r1"),
    ),
)
