"""Dagster's assets, checks, sensors and schedules, and the ``quarterdeck`` command."""
