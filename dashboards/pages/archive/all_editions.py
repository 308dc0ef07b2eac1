"""The pages around the editions: the list of all, the ways to the newest, what a zip opens with.

They say nothing of any figure. Each is a pure function of the list of editions.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from dashboards.data.editions import Listed
from dashboards.pages.templating import CONTENT_POLICY, templates
from dashboards.story import numbers, words

_DASHBOARDS = Path(__file__).parents[2]
_STYLE = _DASHBOARDS / "assets" / "site.css"


def public_index(editions: Sequence[Listed]) -> dict[str, bytes]:
    """Return the list of all editions and its style sheet, by path below the public folder."""
    style, content = _style("assets")
    page = _environment().get_template("editions.html")
    text = page.render(
        style=style,
        editions=tuple(reversed(editions)),
        newest=editions[-1] if editions else None,
        board=editions[-1].board if editions else None,
        carried=None,
    )
    return {style: content, "index.html": text.encode("utf-8")}


def start_page(
    *, name: str, meeting: str, meeting_on: dt.date | None, quarter_label: str, board: str | None
) -> dict[str, bytes]:
    """Return what a zip of one edition opens with, by path beside the folder ``meetings``."""
    style, content = _style("assets")
    carried = {
        "name": name,
        "meeting": numbers.day(meeting_on) if meeting_on else meeting,
        "quarter_label": quarter_label,
    }
    page = _environment().get_template("editions.html")
    text = page.render(style=style, editions=(), newest=None, board=board, carried=carried)
    return {style: content, "index.html": text.encode("utf-8")}


def releases_index(
    drafts: Sequence[tuple[str, str, bool]], editions: Sequence[Listed]
) -> dict[str, bytes]:
    """Return the officers' list, by path below the folder of releases.

    ``drafts`` are id, quarter and whether it is a draft still, newest first.
    """
    style, content = _style(".assets")
    page = _environment().get_template("releases.html")
    text = page.render(style=style, drafts=drafts, editions=tuple(reversed(editions)))
    return {style: content, "index.html": text.encode("utf-8")}


def ways(pages: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """Return, for every page that any edition ever had, one that leads to the newest edition's.

    ``pages`` gives the paths of each edition's pages by its name, the newest last. So no address
    that was ever given out ends nowhere: a measure that is not published any more is found in the
    last edition that had it. By path below ``latest``.
    """
    names = list(pages)
    newest = names[-1]
    last_with = {path: name for name in names for path in pages[name]}
    way = _environment().get_template("way.html")
    return {
        path: way.render(
            target=f"../{'../' * path.count('/')}meetings/{name}/{path}",
            title=words.say("archive.moved" if name == newest else "archive.moved_older"),
            edition=name,
        ).encode("utf-8")
        for path, name in sorted(last_with.items())
    }


def notices(pages: Sequence[str], *, edition: str, note: str, on: dt.date) -> dict[str, bytes]:
    """Return a notice for every page of an edition that was withdrawn, by the page's path."""
    notice = _environment().get_template("withdrawn.html")
    return {
        path: notice.render(
            edition=edition,
            note=note,
            day=numbers.day(on),
            editions=f"../../{'../' * path.count('/')}index.html",
        ).encode("utf-8")
        for path in sorted(pages)
    }


def editions_json(content: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the list for programs, by path below the public folder."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return {"editions.json": text.encode("utf-8")}


def _style(folder: str) -> tuple[str, bytes]:
    content = _STYLE.read_bytes()
    return f"{folder}/site.{hashlib.sha256(content).hexdigest()[:8]}.css", content


def _environment() -> Environment:
    made = templates()
    made.globals |= {"policy": CONTENT_POLICY, "say": words.say}
    return made
