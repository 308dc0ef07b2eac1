"""How often someone may do something: so many times in so many seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


class Rate:
    """Allows ``times`` in any ``seconds`` for each key. Kept in memory: a restart forgets it."""

    def __init__(
        self, times: int, seconds: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin with nothing counted."""
        self._times = times
        self._seconds = seconds
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def wait_for(self, key: str) -> float:
        """0 where it is allowed, and it is counted; otherwise the seconds to wait."""
        now = self._clock()
        if len(self._seen) > 10_000:
            self._forget(now)
        seen = self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - self._seconds:
            seen.popleft()
        if len(seen) >= self._times:
            return seen[0] + self._seconds - now
        seen.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        for key in [key for key, seen in self._seen.items() if seen[-1] <= now - self._seconds]:
            del self._seen[key]
