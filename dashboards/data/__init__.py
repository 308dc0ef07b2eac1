"""The published data as Python values: the models a release exports, and nothing else.

``load`` reads a release's files (``files``) into a ``Published`` (``release``), whose rows are
those of ``rows`` and ``plans``.
"""

from dashboards.data.files import PublishedDataError, columns_of, read_model
from dashboards.data.release import COMBINED, Published, load
from dashboards.data.rows import (
    Commentary,
    Comparator,
    FindingCount,
    Measure,
    Organisation,
    ProcessPoint,
    Release,
    Revision,
    RowFate,
    Score,
    Submission,
    Summary,
    Theme,
    Value,
)

__all__ = [
    "COMBINED",
    "Commentary",
    "Comparator",
    "FindingCount",
    "Measure",
    "Organisation",
    "ProcessPoint",
    "Published",
    "PublishedDataError",
    "Release",
    "Revision",
    "RowFate",
    "Score",
    "Submission",
    "Summary",
    "Theme",
    "Value",
    "columns_of",
    "load",
    "read_model",
]
