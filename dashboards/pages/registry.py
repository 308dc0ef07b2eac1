"""The kinds of pages, in the order of the menu. A new kind is a module and a line here."""

from __future__ import annotations

from dashboards.pages import (
    archive,
    asks,
    changes,
    data,
    data_quality,
    exceptions,
    measures,
    method,
    partners,
    plans,
    risks,
    summary,
    themes,
)
from dashboards.pages.base import PageType

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
