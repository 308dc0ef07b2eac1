"""The kinds of pages, in the order of the menu. A new kind is a module and a line here."""

from __future__ import annotations

from dashboards.pages.archive import page as archive
from dashboards.pages.asks import page as asks
from dashboards.pages.base import PageType
from dashboards.pages.changes import page as changes
from dashboards.pages.data import page as data
from dashboards.pages.data_quality import page as data_quality
from dashboards.pages.exceptions import page as exceptions
from dashboards.pages.figures import page as figures
from dashboards.pages.measures import page as measures
from dashboards.pages.method import page as method
from dashboards.pages.partners import page as partners
from dashboards.pages.plans import page as plans
from dashboards.pages.risks import page as risks
from dashboards.pages.summary import page as summary
from dashboards.pages.themes import page as themes

PAGE_TYPES: tuple[PageType, ...] = (
    PageType(summary.pages, ("Summary", "index.html")),
    PageType(asks.pages),
    PageType(themes.listing, ("Themes", "themes/index.html")),
    PageType(themes.pages),
    PageType(measures.listing, ("Measures", "measures/index.html")),
    PageType(measures.pages),
    PageType(figures.pages),
    PageType(partners.listing, ("Partners", "partners/index.html")),
    PageType(partners.pages),
    PageType(plans.listing, ("Plans", "plans/index.html")),
    PageType(plans.groups),
    PageType(plans.pages),
    PageType(risks.pages, ("Risks", "risks.html")),
    PageType(exceptions.pages, ("Exceptions", "exceptions.html")),
    PageType(data_quality.pages, ("Data quality", "data-quality.html")),
    PageType(method.pages, ("Method", "method.html")),
    PageType(changes.pages, ("Changes", "changes.html")),
    PageType(archive.pages, ("Archive", "archive.html")),
    PageType(data.pages, ("Data", "data.html")),
)
