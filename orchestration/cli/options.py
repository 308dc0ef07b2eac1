"""What subcommands share: a quarter in either way of writing it, a role, refusals as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from pipelines.escaping import terminal
from schemas.quarter import Quarter


class QuarterType(click.ParamType[Quarter]):
    """A quarter on the command line."""

    name = "quarter"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Quarter:
        """Return the quarter; the command ends with a plain sentence where it is none."""
        if isinstance(value, Quarter):
            return value
        try:
            return Quarter.parse(str(value))
        except ValueError:
            self.fail(f"“{value}” is not a quarter. Write it like 2018-19-Q1.", param, ctx)


QUARTER = QuarterType()
MEETING = click.option(
    "--meeting",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _ctx, _param, value: value and value.date(),
    help="The day of the meeting it is for. [default: the next; then that of the newest draft]",
)
BY = click.option("--by", "by_whom", required=True, help="Your role.")


@contextmanager
def refusal_as_sentence(kind: type[Exception]) -> Iterator[None]:
    """End the command with the message of a refusal of this kind, as a plain sentence.

    Raises:
        click.ClickException: The block was refused.
    """
    try:
        yield
    except kind as refusal:
        raise click.ClickException(terminal(str(refusal))) from refusal
