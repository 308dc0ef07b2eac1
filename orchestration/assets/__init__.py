"""Dagster's assets: returns, warehouse, releases, overviews."""
