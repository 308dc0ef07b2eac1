"""Pages to HTML: Jinja2 with everything escaped and nothing undefined let through."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from dashboards import downloads
from dashboards.data.editions import ALL_EDITIONS
from dashboards.data.rows import Value
from dashboards.drawing import icons, sparklines
from dashboards.drawing.chart import Chart
from dashboards.pages.base import Page, Site
from dashboards.pages.registry import PAGE_TYPES
from dashboards.story import numbers, words

# A page's template lies beside its code, what pages share in "shared".
_TEMPLATES = sorted(one for one in Path(__file__).parent.iterdir() if one.is_dir())

_YEARS = re.compile(r"\b\d{4}-\d{2}\b")
_OF_A_TITLE, _MOST_NAMES = 45, 3  # in a cell of the summary's matrix

# Nothing is fetched from anywhere, no style or script stands in a page, no form leads out.
CONTENT_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)


def environment(
    site: Site,
    *,
    assets: Mapping[str, str],
    pictured: Collection[str],
    sizes: Mapping[str, int],
    printed: bool = False,
) -> Environment:
    """Return the templates with what they may call.

    Args:
        site: The data of the pages.
        assets: The path of each asset by its plain name.
        pictured: The ids of the charts that will have a picture.
        sizes: The bytes of each file that can be downloaded.
        printed: Whether there will be PDFs.
    """
    made = templates()
    published = site.published

    def last_sent_key(value: Value, ended: str | None = None) -> str:
        if value.breakdown != "total":
            return "part"
        if value.area != published.main_area(value.measure):
            return "of_area"
        return "ended" if ended else "still"

    def chart_json(chart: Chart) -> Markup:
        return Markup(downloads.json_in_page(chart.figure))  # noqa: S704  # escaped for a script element

    made.globals |= {
        "site": site,
        "release": published.release,
        "published": published,
        "draft": site.status == "draft",
        "edition": site.edition,
        "all_editions": ALL_EDITIONS,
        "printed": printed,
        "policy": CONTENT_POLICY,
        "navigation": [kind.navigation for kind in PAGE_TYPES if kind.navigation],
        "assets": assets,
        "pictured": pictured,
        "picture": picture,
        "sizes": sizes,
        "figure": words.shown_figure,
        "spark": partial(sparklines.sparkline, published),
        "series_headline": partial(words.series_headline, published),
        "period": numbers.period,
        "word": words.word,
        "first_sentence": words.first_sentence,
        "say": words.say,
        "listed": lambda rows: words.listed(
            [words.shortened(measure.title, most=_OF_A_TITLE) for measure, _ in rows],
            most=_MOST_NAMES,
        ),
        "small_numbers": partial(words.small_numbers_on_its_page, published),
        "counted": words.counted,
        "target_of": words.target_of,
        "rating_tag": icons.rating_tag,
        "rating_glyph": icons.rating_glyph,
        "last_sent_key": last_sent_key,
        "rests_on_illustrative": published.rests_on_illustrative,
        "revision_provenance": published.revision_provenance,
        "state_words": words.state_words,
        "lacks": words.lacks,
        "partner_names": lambda codes: ", ".join(map(site.organisation_name, codes.split("; "))),
        "revised_figure": words.revised_figure,
        "change_icon": partial(icons.change_icon, published),
        "variation_icon": icons.variation_icon,
        "assurance_icon": icons.assurance_icon,
        "outlook_icon": partial(icons.outlook_icon, published),
        "measure_path": lambda measure: f"measures/{site.measure_slugs[measure]}.html",
        "theme_path": lambda theme: f"themes/{site.theme_slugs[theme]}.html",
        "partner_path": lambda code: f"partners/{site.organisation_slugs[code]}.html",
        "has_partner_page": lambda code: code in site.organisation_slugs,
        "url": _url,
        "chart_json": chart_json,
    }
    return made


def templates() -> Environment:
    """Return the templates with their filters, whose names are looked up when they are compiled."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "together": _together,
        "day": numbers.day,
        "moment": numbers.moment,
        "count": numbers.count,
        "plain": numbers.plain,
        "file_size": numbers.file_size,
    }
    return made


def _together(text: str) -> Markup:
    """Return a sentence whose financial years are not parted at the end of a line."""
    return Markup(_YEARS.sub(r'<span class="together">\g<0></span>', str(escape(text))))  # noqa: S704  # escaped


@pass_context
def _url(context: Context, path: str) -> str:
    """Return a link from the page being written to ``path`` of the site.

    It is relative, so that the folder can be moved, zipped and opened from a disk.
    """
    page: Page = context["page"]
    return "../" * page.path.count("/") + path


def render(made: Environment, page: Page) -> bytes:
    """Return a page's HTML."""
    template = made.get_template(page.template or page.path)
    return template.render(page=page, **page.context).encode("utf-8")


def picture(chart_id: str) -> str:
    """Return the path of a chart's picture in a page that is not yet ``with_pictures``."""
    return f"charts/{chart_id}.svg"


def with_pictures(html: bytes, page: Page, pictures: Mapping[str, str]) -> bytes:
    """Return the rendered page with the final path of each of its pictures, by the chart's id.

    Nothing that anybody typed can look like one: quotation marks in text are escaped.
    """
    for chart in page.charts:
        if chart.chart_id in pictures:
            before, after = picture(chart.chart_id), pictures[chart.chart_id]
            html = html.replace(f'{before}" width='.encode(), f'{after}" width='.encode())
    return html
