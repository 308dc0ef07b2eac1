"""What is not done, and the page that says so."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not a fault of the program
    """A request that is not served.

    ``reason`` is a key of ``[errors]`` in ``words.toml``, ``status`` the answer's, ``retry_after``
    the seconds to wait where waiting helps.
    """

    def __init__(self, reason: str, status: int, *, retry_after: int | None = None) -> None:
        """Say why, and with which status."""
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


def not_found() -> Refused:
    """There is no such thing, or it is not theirs: the same answer for both."""
    return Refused("not_found", 404)
