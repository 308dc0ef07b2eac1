"""Picture, table, file and words of each chart agree.

The trap: axe and Lighthouse pass a chart that has no words at all, and a table that disagrees with
the picture looks fine to both. So the contract is read from the built files, and each promise is
broken on purpose to see that breaking it is found.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.site import SiteReport
from tests.dashboards.contract import charts_on, faults

pytestmark = pytest.mark.browser


def test_every_chart_of_the_site_keeps_the_contract(built: tuple[Path, SiteReport]) -> None:
    folder, report = built
    assert report.missing == ()
    assert len(list(charts_on(folder))) == report.charts > 8
    assert faults(folder) == []


def edit(page: Path, pattern: str, replacement: str) -> None:
    """Changes the first match; fails where there is none, so that no mutation is empty."""
    text = page.read_text(encoding="utf-8")
    changed, number = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert number == 1
    assert changed != text
    page.write_text(changed, encoding="utf-8")


def strip_alt(page: Path) -> None:
    edit(page, r'(<img[^>]*) alt="[^"]*"', r'\1 alt=""')


def repeat_the_title(page: Path) -> None:
    edit(
        page,
        r'(<img[^>]*) alt="[^"]*"',
        r'\1 alt="A chart of staff trained, as its title says, yes"',
    )


def name_a_colour(page: Path) -> None:
    edit(page, r'(<img[^>]*) alt="([^"]*)"', r'\1 alt="\2 The red line is the target."')


def invent_a_number(page: Path) -> None:
    edit(page, r'(<img[^>]*) alt="([^"]*)"', r'\1 alt="\2 It was 4321 once."')


def strip_caption(page: Path) -> None:
    edit(page, r"<figcaption>.*?</figcaption>", "")


def strip_table(page: Path) -> None:
    edit(page, r"(<details.*?)<table.*?</table>", r"\1")


def strip_table_caption(page: Path) -> None:
    edit(page, r"(<details.*?<table[^>]*>\s*)<caption.*?</caption>", r"\1")


def swap_a_value_of_the_table(page: Path) -> None:
    edit(page, r'(<details.*?<data value=")[^"]*"', r'\g<1>77.7"')


def drop_a_row_of_the_table(page: Path) -> None:
    edit(page, r"(<details.*?<tbody>\s*)<tr>.*?</tr>", r"\1")


def swap_a_value_of_the_figure(page: Path) -> None:
    edit(page, r'("y":\[)\d[\d.]*', r"\g<1>77.7")


def put_a_map_in_the_figure(page: Path) -> None:
    edit(page, r'("type":)"scatter"', r'\1"choropleth"')


def swap_a_value_of_the_file(page: Path) -> None:
    path = next((page.parents[1] / "data/tables").glob("p1-process*.csv"))
    path.write_bytes(path.read_bytes().replace(b"88.1", b"88.2", 1))


def lose_the_file(page: Path) -> None:
    next((page.parents[1] / "data/tables").glob("p1-process*.csv")).unlink()


def take_the_picture_of_another_chart(page: Path) -> None:
    other = next((page.parents[1] / "charts").glob("p2-process*.svg"))
    next((page.parents[1] / "charts").glob("p1-process*.svg")).write_bytes(other.read_bytes())


def ask_a_network_for_a_map(page: Path) -> None:
    edit(page, r"</main>", r"<p>https://cdn.plot.ly/world_110m.json</p></main>")


MUTATIONS: tuple[Callable[[Path], None], ...] = (
    strip_alt, repeat_the_title, name_a_colour, invent_a_number, strip_caption, strip_table,
    strip_table_caption, swap_a_value_of_the_table, drop_a_row_of_the_table,
    swap_a_value_of_the_figure, put_a_map_in_the_figure, swap_a_value_of_the_file, lose_the_file,
    take_the_picture_of_another_chart, ask_a_network_for_a_map,
)  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.__name__)
def test_breaking_one_promise_is_found(
    mutation: Callable[[Path], None], site: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "site"
    shutil.copytree(site, broken)
    mutation(broken / "measures/p1.html")
    assert faults(broken) != []
