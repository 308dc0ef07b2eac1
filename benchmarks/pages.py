"""What the pages cost when a release has very many organisations, without their pictures.

    python -m benchmarks.pages DATA [--times 4] [--quarters 8] [--without-files]

``DATA`` is the folder of a release's published data, such as ``benchmarks.load`` leaves. Every
organisation but the combined one is there ``--times`` over, under other names; of the figures only
the last ``--quarters`` stay, all without it. Prints the processor time of each step and the memory
after it. ``--without-files`` leaves out the files that are offered for download, which grow with
the figures alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl

from dashboards.data.release import COMBINED
from dashboards.data.release import load as load_published
from dashboards.drawing import areas
from dashboards.pages import templating
from dashboards.pages.base import Page, Site
from dashboards.pages.data import page as data
from dashboards.pages.registry import PAGE_TYPES

MB = 1_000_000


def multiplied(source: Path, target: Path, *, times: int, quarters: int | None) -> None:
    """Writes the published data with every organisation so many times over."""
    for file in sorted(source.glob("pub_*.parquet")):
        rows = pl.read_parquet(file)
        if file.stem == "pub_measure_value" and quarters is not None:
            last = sorted(rows["quarter"].unique())[-quarters:]
            rows = rows.filter(pl.col("quarter").is_in(last))
        if "organisation" in rows.columns:
            own = rows.filter(pl.col("organisation") != COMBINED)
            others = [
                own.with_columns(pl.col("organisation") + f"-{number}")
                for number in range(1, times)
            ]
            rows = pl.concat([rows, *others])
        rows.write_parquet(target / file.name)


class Clock:
    """Prints what each step took since the one before, and how much memory there is after it."""

    def __init__(self) -> None:
        self._before = time.process_time()

    def __call__(self, what: str) -> None:
        """One line."""
        now = time.process_time()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        print(f"{now - self._before:8.1f} s  {pages * os.sysconf('SC_PAGE_SIZE') / MB:8,.0f} MB  "
              f"{what}", flush=True)  # fmt: skip
        self._before = now


def made(folder: Path, *, with_files: bool) -> None:
    """Makes every page of the data, and writes none."""
    told = Clock()
    site = Site(published=load_published(folder), status="draft", areas=areas.load({}))
    told(f"{len(site.published.values):,} figures of {len(site.organisation_slugs):,} "
         f"organisations read")  # fmt: skip
    pages: list[Page] = [page for kind in PAGE_TYPES for page in kind.make(site)]
    charts = [chart for page in pages for chart in page.charts]
    told(f"{len(pages):,} pages with {len(charts):,} charts put together")
    sizes: dict[str, int] = defaultdict(int)
    if with_files:
        files = data.files(site.published, site.measure_slugs)
        sizes |= {path: len(content) for path, content in files.items()}
        told(f"{len(files):,} files to download, {sum(sizes.values()) / MB:,.0f} MB")
    pictured = frozenset(chart.chart_id for chart in charts)
    assets = {name: name for name in ("site.css", "site.js", "plotly.css")}
    assets |= {name: name for name in ("chart-template.js", "plotly-basic.min.js")}
    environment = templating.environment(site, assets=assets, pictured=pictured, sizes=sizes)
    heaviest: Counter[str] = Counter()
    for page in pages:
        heaviest[page.path] = len(templating.render(environment, page))
    told(f"written, {sum(heaviest.values()) / MB:,.1f} MB of HTML")
    named = ", ".join(f"{path} {size / 1024:,.0f} KB" for path, size in heaviest.most_common(3))
    print(f"the heaviest: {named}")
    tallest = max(charts, key=lambda chart: chart.height)
    print(f"the tallest picture: {tallest.chart_id}, {tallest.height:,} pixels")


def main() -> None:
    """Does it in a temporary folder and says how much memory it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--quarters", type=int)
    parser.add_argument("--without-files", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        multiplied(given.data, Path(folder), times=given.times, quarters=given.quarters)
        made(Path(folder), with_files=not given.without_files)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most")


if __name__ == "__main__":
    main()
