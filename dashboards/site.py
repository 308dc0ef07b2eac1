"""The published site: a pure function from a release's data files to a folder of pages.

``build_site`` reads the Parquet files of a release and writes HTML, CSS, SVG, JavaScript, CSV and
JSON. The same data and status give the same bytes: nothing here reads a clock, draws a random
number or knows which run it is part of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dashboards.data.editions import Edition
from dashboards.data.look import Look
from dashboards.data.release import load as load_published
from dashboards.denials import DenialError, denials
from dashboards.drawing import areas, base, rendering
from dashboards.drawing.chromium import Chromium
from dashboards.pages import templating
from dashboards.pages.base import Page, Site
from dashboards.pages.data import page as data
from dashboards.pages.registry import PAGE_TYPES
from dashboards.printing import pack
from dashboards.printing import paper as on_paper
from dashboards.story import words

_ASSETS = Path(__file__).parent / "assets"
_VENDOR = Path(__file__).parent / "vendor"


@dataclass(frozen=True, kw_only=True)
class SiteReport:
    """What a build made.

    ``files`` holds each file's SHA-256 by its path (with ``/``, relative to the site); ``missing``
    says in words what the site lacks, nothing when it is whole.
    """

    files: Mapping[str, str]
    pages: tuple[str, ...]
    charts: int
    charts_from_cache: int
    missing: tuple[str, ...]


def build_site(
    data_dir: Path,
    site_dir: Path,
    *,
    status: Literal["draft", "final"],
    chart_cache: Path | None = None,
    look: Look | None = None,
    check_titles: Mapping[str, str] | None = None,
    edition: Edition | None = None,
    paper: bool = False,
    drawing: rendering.Drawing | None = None,
) -> SiteReport:
    """Write the site of one release.

    A ``draft`` is marked on every page and in every picture. A final site has the whole on one page
    and the summary in one file. Without Chromium the site is whole but for its pictures, and the
    report says so.

    Args:
        data_dir: The folder of the release's ``pub_*.parquet``, which is only read.
        site_dir: The folder to make; a page left from before would be published with the rest.
        status: Whether it is a draft or final.
        chart_cache: A folder where pictures are kept between builds.
        look: The board's own words, outlines of areas, colour and logo.
        check_titles: What each check finds, in words, by its rule.
        edition: Which edition it is and what came before it; without one the pages stand by
            themselves.
        paper: Whether a final site is printed to PDF too, which needs Chromium.
        drawing: One that the caller has begun already, with its own cache.

    Raises:
        PublishedDataError: The data are not what the contract says.
        ShapesError: A file of shapes is not as described.
        DenialError: A page denies what is published.
        FileExistsError: ``site_dir`` is not empty.
        ValueError: The status is neither.
    """
    if status not in ("draft", "final"):
        raise ValueError(f"a site is a draft or final, not {status!r}")
    if site_dir.exists() and any(site_dir.iterdir()):
        raise FileExistsError(f"{site_dir} is not empty")
    look = look or Look()
    site = Site(
        published=load_published(data_dir),
        status=status,
        edition=edition,
        areas=areas.load(look.shapes),
        look=look,
        check_titles=check_titles or {},
    )
    with ExitStack() as ends:
        ends.enter_context(words.otherwise(look.words))
        if drawing is None:
            drawing = ends.enter_context(
                rendering.drawing(cache=chart_cache, draft=status == "draft")
            )
        press = drawing.chromium if paper and status == "final" else None
        if press is not None:
            press.start()
        pages: list[Page] = []
        for kind in PAGE_TYPES:
            for page in kind.make(site):
                pages.append(page)
                drawing.add(page.charts)
        files, drawn = _files(site, pages, drawing, press)
        denied = denials(site, files)
        if denied and status == "final":
            raise DenialError("; ".join(denied))
        _write(site_dir, files)
    missing = [*drawn.missing, *(f"a page denies what is published: {one}" for one in denied)]
    if paper and status == "final" and press is None:
        missing.append("the PDFs were not made: no Chromium was found")
    return SiteReport(
        files={path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)},
        pages=tuple(page.path for page in pages),
        charts=sum(len(page.charts) for page in pages),
        charts_from_cache=drawn.from_cache,
        missing=tuple(missing),
    )


def _files(
    site: Site, pages: Sequence[Page], drawing: rendering.Drawing, press: Chromium | None
) -> tuple[dict[str, bytes], rendering.Drawn]:
    """Return all files of the site by path, and the pictures among them.

    Paper takes the browser longest: what goes on it is made first, and printed while the other
    pages are made.
    """
    files: dict[str, bytes] = {}
    assets = _asset_files(files, site.look)
    files |= data.files(site.published, site.measure_slugs)
    _table_files(files, pages)
    environment = templating.environment(
        site,
        assets=assets,
        pictured=drawing.pictured,
        sizes={k: len(v) for k, v in files.items()},
        printed=press is not None,
    )
    first = pack.printed(pages) if press is not None else pages
    # Until the browser has drawn the charts, a picture has the name of its chart alone.
    rendered = {page.path: templating.render(environment, page) for page in first}
    drawn = drawing.drawn()
    pictures = _picture_files(files, drawn.svgs)
    for page in first:
        files[page.path] = templating.with_pictures(rendered[page.path], page, pictures)
    if site.status == "final":
        files[pack.WHOLE] = pack.whole(pages, files)
        files[pack.SUMMARY] = pack.summary(files)
    pdfs = _printing(press, files, site) if press is not None else None
    for page in pages:
        if page.path not in rendered:
            html = templating.render(environment, page)
            files[page.path] = templating.with_pictures(html, page, pictures)
    return files | (pdfs.result() if pdfs is not None else {}), drawn


def _printing(press: Chromium, files: Mapping[str, bytes], site: Site) -> Future[dict[str, bytes]]:
    sheets = {pack.SUMMARY_PDF: "index.html", pack.WHOLE_PDF: pack.WHOLE}
    named = f"{site.published.release.board or 'Board'}, {site.edition_name}"
    return on_paper.printing(press, files, sheets, edition=named)


def _hashed(path: str, content: bytes) -> str:
    """Return ``assets/site.1a2b3c4d.css`` for ``assets/site.css``: new content, new name."""
    stem, _, ending = path.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:8]}.{ending}"


def _asset_files(files: dict[str, bytes], look: Look) -> dict[str, str]:
    """Add style sheets and scripts; return the path of each by its plain name."""
    template = json.dumps(base.template(), sort_keys=True, separators=(",", ":"))
    config = json.dumps(dict(base.CONFIG), sort_keys=True, separators=(",", ":"))
    contents = {path.name: path.read_bytes() for path in sorted(_ASSETS.iterdir())}
    contents["chart-template.js"] = (
        f"window.chartTemplate={template};window.chartConfig={config};\n".encode()
    )
    if look.accent is not None:
        contents["site.css"] += f":root{{--accent:{look.accent}}}\n".encode()
    if look.logo is not None:
        contents["logo.svg"] = look.logo
    contents["plotly.css"] = (_VENDOR / "plotly.css").read_bytes()
    contents["plotly-basic.min.js"] = rendering.PLOTLY_SCRIPT.read_bytes()
    names = {}
    for name, content in contents.items():
        names[name] = _hashed(f"assets/{name}", content)
        files[names[name]] = content
    files["assets/plotly-licence.txt"] = (_VENDOR / "LICENSE").read_bytes()
    return names


def _picture_files(files: dict[str, bytes], svgs: Mapping[str, bytes]) -> dict[str, str]:
    """Add the pictures; return the path of each by its chart."""
    paths = {chart_id: _hashed(templating.picture(chart_id), svg) for chart_id, svg in svgs.items()}
    files |= {paths[chart_id]: svg for chart_id, svg in svgs.items()}
    return paths


def _table_files(files: dict[str, bytes], pages: Iterable[Page]) -> None:
    """Add the file of each chart and of each table that is offered."""
    for page in pages:
        tables = {chart.chart_id: chart.table for chart in page.charts} | dict(page.tables)
        for name, table in tables.items():
            path = f"data/tables/{name}.csv"
            if path in files:
                raise ValueError(f"two tables are called {name}")
            files[path] = table.csv()


def _write(site_dir: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        target = site_dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
