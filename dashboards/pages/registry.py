"""The kinds of pages, in the order of the menu. A new kind is a module and a line here."""

from __future__ import annotations

from dashboards.pages.archive import page as archive
from dashboards.pages.asks import page as asks
from dashboards.pages.base import PageType
from dashboards.pages.changes import page as changes
from dashboards.pages.data import page as data
from dashboards.pages.data_quality import page as data_quality
from dashboards.pages.exceptions import page as exceptions
from dashboards.pages.measures import page as measures
from dashboards.pages.method import page as method
from dashboards.pages.partners import page as partners
from dashboards.pages.plans import page as plans
from dashboards.pages.risks import page as risks
from dashboards.pages.summary import page as summary
from dashboards.pages.themes import page as themes

PAGE_TYPES: tuple[PageType, ...] = (
    summary.PAGE_TYPE,
    asks.PAGE_TYPE,
    themes.LIST_PAGE_TYPE,
    themes.PAGE_TYPE,
    measures.LIST_PAGE_TYPE,
    measures.PAGE_TYPE,
    partners.LIST_PAGE_TYPE,
    partners.PAGE_TYPE,
    plans.LIST_PAGE_TYPE,
    plans.FILTER_PAGE_TYPE,
    plans.PAGE_TYPE,
    risks.PAGE_TYPE,
    exceptions.PAGE_TYPE,
    data_quality.PAGE_TYPE,
    method.PAGE_TYPE,
    changes.PAGE_TYPE,
    archive.PAGE_TYPE,
    data.PAGE_TYPE,
)
