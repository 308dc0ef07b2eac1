"""Writes ``docs/commands.md`` from the commands: ``python -m orchestration.cli.reference``."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from orchestration.cli.main import quarterdeck

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

_OPENING = """# The `quarterdeck` command

One command with a subcommand for each thing a person does. Written from the command itself by
`python -m orchestration.cli.reference`; a test holds it to that.

`--workspace FOLDER` before the subcommand, or the variable `QUARTERDECK_WORKSPACE`, says which
workspace; without either it is `./workspace`.
"""


def page() -> str:
    """Return the page: each subcommand with its arguments, in the order of the help."""
    return "\n".join([_OPENING, *_sections(quarterdeck, "quarterdeck", level=2)])


def _sections(group: click.Group, title: str, *, level: int) -> Iterator[str]:
    context = click.Context(group, info_name=title)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(f"{title} lists {name} and has none")
        yield _section(command, f"{title} {name}", level=level)
        if isinstance(command, click.Group):
            yield from _sections(command, f"{title} {name}", level=level + 1)


def _section(command: click.Command, title: str, *, level: int) -> str:
    context = click.Context(command, info_name=title)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"{'#' * level} `{title}`", "", f"```\n{title} {usage}\n```", ""]
    if command.help:
        lines += [cleandoc(command.help.replace("\b\n", "")), ""]
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record is not None and not parameter.hidden:
            lines.append(f"- `{record[0]}` {record[1]}".rstrip())
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
