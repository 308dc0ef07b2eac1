"""The kinds of pages, in the order of the menu. A new kind is a module and a line here.

Pages of action plans and risks belong here once returns of them are published.
"""

from __future__ import annotations

from dashboards.pages import (
    changes,
    data,
    data_quality,
    exceptions,
    measures,
    method,
    partners,
    summary,
    themes,
)
from dashboards.pages.base import PageType

PAGE_TYPES: tuple[PageType, ...] = (
    summary.PAGE_TYPE,
    themes.LIST_PAGE_TYPE,
    themes.PAGE_TYPE,
    measures.LIST_PAGE_TYPE,
    measures.PAGE_TYPE,
    partners.LIST_PAGE_TYPE,
    partners.PAGE_TYPE,
    exceptions.PAGE_TYPE,
    data_quality.PAGE_TYPE,
    method.PAGE_TYPE,
    changes.PAGE_TYPE,
    data.PAGE_TYPE,
)
