"""Pages from templates. Everything is escaped, and characters that cannot be seen are named."""

from __future__ import annotations

from typing import Any

import jinja2
from django.http import HttpRequest

from pipelines.board import ReferenceDataError
from pipelines.escaping import visible
from portal.models import Account
from portal.state import the_portal
from portal.words import counted, day, moment, words


def environment(**options: Any) -> jinja2.Environment:
    """Return Jinja2 as Django's engine uses it; a value that is missing is an error."""
    made = jinja2.Environment(
        loader=options["loader"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["w"] = words()
    made.filters.update(day=day, moment=moment, counted=counted)
    return made


def on_every_page(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page shows."""
    account = getattr(request, "user", None)
    try:
        board = the_portal().reference.settings.name
    except ReferenceDataError:
        board = ""  # also the page that says so has this frame
    return {
        "board": board,
        "account": account if isinstance(account, Account) else None,
        "path": request.path,
        "practice_day": the_portal().settings.practice_day,
    }
