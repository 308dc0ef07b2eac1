"""Pages from templates. Everything is escaped, and characters that cannot be seen are named."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from pipelines.escaping import visible
from portal.words import counted, day, moment, words


def render(template: str, **values: Any) -> str:
    """Return the page as HTML. Raises ``jinja2.UndefinedError`` if a value is missing."""
    return _environment().get_template(template).render(w=words(), **values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("portal", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    environment.filters["moment"] = moment
    environment.filters["counted"] = counted
    return environment
