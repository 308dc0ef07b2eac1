"""What looks at the inbox came to, and how a sensor's tick says it."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.receiving import Received


@dataclass(frozen=True, kw_only=True)
class PutAside:
    """A file that was not taken: whose folder it lay in, its name made visible, and why."""

    organisation: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PutBack:
    """A file that was written to after it was received, and lies in the inbox again: whose folder
    it lies in, its name made visible, and the reference under which it was received."""

    organisation: str
    name: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at the inbox came to. ``left`` counts still files there was no time for.

    ``still_in``: after how many seconds another look can take those that wait, if nobody changes
    them; 0 where nothing waits, or for its name alone.
    """

    received: tuple[Received, ...] = ()
    put_aside: tuple[PutAside, ...] = ()
    put_back: tuple[PutBack, ...] = ()
    waiting: int = 0
    left: int = 0
    still_in: float = 0.0


def in_words(found: Look) -> str:
    """The look in a sentence or more, for a sensor's tick. Names no content of any file."""
    parts = []
    if found.received:
        outcomes: dict[str, int] = {}
        for one in found.received:
            outcome = "sent before" if one.is_duplicate else one.submission.outcome
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        counted = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        parts.append(f"Received {len(found.received)}: {counted}.")
    parts.extend(
        f"Put aside {aside.organisation}/{aside.name}: {aside.reason}"
        for aside in found.put_aside[:10]
    )
    if len(found.put_aside) > 10:
        parts.append(f"Put aside {len(found.put_aside) - 10} more.")
    parts.extend(
        f"{back.organisation}/{back.name} was written to after it was received as "
        f"{back.reference}. It lies in the inbox again and is received as it is then."
        for back in found.put_back[:10]
    )
    if len(found.put_back) > 10:
        parts.append(f"So were {len(found.put_back) - 10} more.")
    if found.waiting:
        parts.append(f"{found.waiting} not still yet.")
    if found.left:
        parts.append(f"{found.left} left for the next look.")
    return " ".join(parts) or "The inbox is empty."
