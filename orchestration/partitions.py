"""Returns are partitioned by financial quarter, with keys such as ``2018-19-Q1``.

The quarters are a dynamic set: a quarter is there as soon as it is begun or a return for it has
come, without anyone adding it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import dagster as dg

from pipelines.obligations.standing import known_quarters
from pipelines.record.store import Record
from schemas.quarter import Quarter

QUARTERS = dg.DynamicPartitionsDefinition(name="quarter")

_RANGE_START = "dagster/asset_partition_range_start"
_RANGE_END = "dagster/asset_partition_range_end"


def add_quarters(instance: dg.DagsterInstance, record: Record, *, on: dt.date) -> list[Quarter]:
    """Make sure that every quarter known on the day ``on`` is a partition.

    Returns them all, oldest first; none where the record has no accepted return.
    """
    quarters = known_quarters(record.submissions(), on=on)
    known = set(instance.get_dynamic_partitions("quarter"))
    if missing := [quarter.key for quarter in quarters if quarter.key not in known]:
        instance.add_dynamic_partitions("quarter", missing)
    return quarters


def range_tags(instance: dg.DagsterInstance, quarters: Iterable[Quarter]) -> dict[str, str]:
    """Return the tags that make one run load all these quarters (and any that lie between them)."""
    order = list(instance.get_dynamic_partitions("quarter"))
    wanted = sorted(order.index(quarter.key) for quarter in quarters)
    return {_RANGE_START: order[wanted[0]], _RANGE_END: order[wanted[-1]]}
