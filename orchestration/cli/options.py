"""What the subcommands take: a quarter in either way of writing it."""

from __future__ import annotations

from typing import Any

import click

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
