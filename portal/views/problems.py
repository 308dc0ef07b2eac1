"""The pages that Django asks for when something is not there or goes wrong."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import requires_csrf_token

from portal.error_log import log_problem
from portal.pages import refusal_page, show
from portal.refused import Refused, not_found
from portal.words import words


def wrong_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that is not from one of our pages, given to this visitor."""
    del reason
    return refusal_page(request, Refused("form", 403))


def broken(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for a form or an address that is none."""
    del exception
    return refusal_page(request, Refused("broken", 400))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for what an account may not do."""
    del exception
    return refusal_page(request, Refused("not_allowed", 403))


def not_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for what is not there."""
    del exception
    return refusal_page(request, not_found())


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """Return the page for an unexpected error: it shows a number and nothing else."""
    problem = sys.exc_info()[1]
    number = log_problem(problem or RuntimeError())
    said = words()["errors"]["failed"]
    text = said["words"].format(number=number)
    return show(request, "problem.html", status=500, title=said["title"], text=text)
