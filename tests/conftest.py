"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is slow, and no property here is about time.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
