"""A receipt as one HTML file that needs nothing else: no script, no request, and it prints."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pipelines.escaping import visible
from pipelines.receiving.receipts.receipt import Receipt
from pipelines.receiving.receipts.wording import receipt_words

if TYPE_CHECKING:
    import jinja2


def as_html(receipt: Receipt) -> str:
    """Return the receipt as a page.

    Text that others wrote is escaped, and characters that cannot be seen are named in it.
    """
    return _template().render(receipt=receipt, words=receipt_words(receipt))


@cache
def _template() -> jinja2.Template:
    import jinja2  # noqa: PLC0415  # only where a page is made: checking a file must begin at once

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.receiving.receipts", package_path=""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("receipt.html.jinja")
