"""No page says "none" of what is published: the site of such a page is not made.

The trap: thirteen pages said that no partner had sent a measure of which up to sixteen figures had
been accepted, of another period, area or part than the page looks at.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.data.plans import Action
from dashboards.data.release import load as load_published
from dashboards.data.rows import Commentary, Value
from dashboards.denials import DenialError, denials
from dashboards.drawing.chromium import BROWSER_VARIABLE
from dashboards.pages.base import Site
from dashboards.site import build_site
from dashboards.story import words
from tests.dashboards import made_up
from tests.dashboards.test_pages import words_of


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("none.series", "measures/p1.html"),
        ("none.partner", "measures/p1.html"),
        ("none.own", "partners/a.html"),
        ("none.measure", "themes/safety.html"),
        ("changes.corrected_none", "changes.html"),
        ("plans.finding_none", "plans/index.html"),
        ("plans.risks_none", "risks.html"),
    ],
)
def test_a_page_that_denies_what_the_data_have_is_found(name: str, path: str, data: Path) -> None:
    site = Site(published=load_published(data), status="final")
    page = f"<p>{words.say(name)}</p>".encode()
    [found] = denials(site, {path: page})
    assert found.startswith(path)


def test_where_there_is_none_a_page_may_say_so(data: Path) -> None:
    site = Site(published=load_published(data), status="final")
    page = f"<p>{words.say('none.partner')}</p>".encode()
    pages = {"measures/n1.html": page, "measures/p1.html": b"<p>Figures.</p>"}
    assert denials(site, pages) == []


def test_a_partner_that_types_a_denial_stops_no_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    rows = made_up.everything()
    typed = words.say("none.partner")
    rows[Commentary] = [replace(one, text=typed) for one in rows[Commentary]]
    rows[Action] = [replace(one, action=typed, progress=typed) for one in rows[Action]]
    (tmp_path / "data").mkdir()
    build_site(made_up.write(tmp_path / "data", rows), tmp_path / "site", status="final")
    assert typed in words_of(tmp_path / "site", "measures/p1.html")


def test_an_edition_that_denies_is_not_written_and_a_draft_says_so(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    monkeypatch.setitem(
        words.own_sentences(), "none.partner", "No plan names an action about this."
    )
    with pytest.raises(DenialError, match=r"measures/p2\.html"):
        build_site(data, tmp_path / "site", status="final")
    assert not (tmp_path / "site").exists()
    report = build_site(data, tmp_path / "site", status="draft")
    assert any("measures/p2.html" in one for one in report.missing)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"breakdown": "ward", "category": "North ward"},
         "Alpha trust last sent figures for 2016-17 Q2, only in parts."),
        ({}, "Alpha trust last sent a figure for 2016-17 Q2: 80.0%."),
    ],
)  # fmt: skip
def test_what_was_sent_for_another_period_or_part_is_named_and_not_denied(
    about: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    rows = made_up.everything()
    old = made_up.value("N1", "A", made_up.LAST.shift(-8), 80.0)
    rows[Value] = [*rows[Value], replace(old, **about)]
    (tmp_path / "data").mkdir()
    build_site(made_up.write(tmp_path / "data", rows), tmp_path / "site", status="draft")
    text = words_of(tmp_path / "site", "measures/n1.html")
    assert said in text
    assert words.say("none.partner") not in text
