"""Counts with their nouns, for sentences that people read."""

from __future__ import annotations


def how_many(count: int, one: str, many: str) -> str:
    """Return a count with its noun: ``1 query``, ``1,204 queries``."""
    return f"{count:,} {one if count == 1 else many}"
