"""The PDFs of an edition: that the same pages give the same bytes, and that their links lead on.

Chromium writes the address at which it read a page into each link of the PDF. A PDF printed in one
folder then differed from the same one printed in another, gave the release another id, told the
publisher's folder to every reader, and led nowhere on another machine.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from dashboards.data.look import Look
from dashboards.drawing.chromium import Chromium, RenderingError, find_browser
from dashboards.printing import pack
from dashboards.printing.paper import printing, settled
from dashboards.site import build_site

_PDFS = (pack.SUMMARY_PDF, pack.WHOLE_PDF)
_LINK = re.compile(rb"/URI \(((?:[^()\\]|\\.)*)\)")


@pytest.fixture(scope="module")
def twice(
    data: Path, look: Look, chart_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Two sites of the same board, in folders whose paths are not of one length."""
    if find_browser() is None:
        pytest.skip("no Chromium to print with: scripts/install-browser installs it")
    sites = tuple(tmp_path_factory.mktemp(name) / "site" for name in ("short", "a-longer-path"))
    for site in sites:
        build_site(data, site, status="final", chart_cache=chart_cache, look=look, paper=True)
    return sites[0], sites[1]


@pytest.mark.browser
@pytest.mark.parametrize("pdf", _PDFS)
def test_the_same_pages_printed_twice_in_two_folders_are_the_same_bytes(
    twice: tuple[Path, Path], pdf: str
) -> None:
    one, other = ((site / pdf).read_bytes() for site in twice)
    assert one.startswith(b"%PDF-")
    assert one == other


@pytest.mark.browser
@pytest.mark.parametrize("pdf", _PDFS)
def test_no_link_on_paper_names_the_folder_of_the_build_or_leads_nowhere(
    twice: tuple[Path, Path], pdf: str
) -> None:
    site = twice[0]
    content = (site / pdf).read_bytes()
    assert b"file:" not in content
    assert b".invalid" not in content
    links = {link.decode() for link in _LINK.findall(content)}
    inside = {link for link in links if not link.startswith(("http:", "https:", "mailto:"))}
    assert inside
    for link in inside:
        if link == "../../../index.html":  # the list of all editions, beside the editions
            continue
        assert (site / pdf).parent.joinpath(unquote(link.partition("#")[0])).is_file(), link


def test_settling_moves_no_byte_and_leads_from_the_place_of_the_pdf() -> None:
    before = (
        b"/CreationDate (D:20261125235104+00'00') /ID (node00000207) /ID (node00000031) "
        b"/Headers [(node00000207)] "
        b"/URI (https://quarterdeck.invalid/meetings/edition/asks.html#ask-1)>> "
        b"/URI (https://quarterdeck.invalid/index.html)>> /URI (https://example.org/)>>"
    )
    after = settled(before, "pack/summary.pdf")
    assert len(after) == len(before)
    assert re.sub(rb" +", b" ", after) == (
        b"/CreationDate (D:19800101000000+00'00') /ID (node00000001) /ID (node00000002) "
        b"/Headers [(node00000001)] "
        b"/URI (../asks.html#ask-1) >> /URI (../../../index.html) >> /URI (https://example.org/)>>"
    )


@pytest.mark.browser
def test_a_browser_that_does_not_start_is_named_and_nobody_waits_for_it() -> None:
    no_browser = shutil.which("false") or "false"
    with (
        Chromium(no_browser) as chromium,
        pytest.raises(RenderingError, match=f"{no_browser} does not start"),
    ):
        printing(chromium, {}, {"a.pdf": "index.html"}, edition="One").result()
