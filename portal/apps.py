"""The upload pages as an application of Django's."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Connects the log to what Django and allauth say of signing in."""

    name = "portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the signals, once the models are there."""
        from portal import signing_in  # noqa: PLC0415  # needs the models

        signing_in.connect()
