"""The environment: the one place where what is set in it is read, and set for child processes."""

from __future__ import annotations

import os

WORKSPACE = "QUARTERDECK_WORKSPACE"
BOARD = "QUARTERDECK_BOARD"
PORTAL_DATABASE = "QUARTERDECK_PORTAL_DATABASE"
SMTP_PASSWORD = "QUARTERDECK_SMTP_PASSWORD"  # noqa: S105  # the name of a variable, no password


def setting(name: str) -> str:
    """Return what is set under this name; empty if nothing is."""
    return os.environ.get(name, "")


def set_for_children(**settings: str) -> None:
    """Set these for dbt, which reads the environment of this process, and for child processes."""
    os.environ.update(settings)


def environment(**settings: str) -> dict[str, str]:
    """Return the whole environment for a child process, with these settings besides."""
    return {**os.environ, **settings}
