"""The ``quarterdeck`` command: one subcommand for each thing a person does.

A subcommand's module is imported when it is called and not before: checking a file must not wait
for Dagster to load.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import click

from pipelines.board import NoBoardError, ReferenceDataError
from pipelines.escaping import terminal
from pipelines.record.format import RecordTooNewError
from pipelines.record.reading import DamagedRecordError
from pipelines.settings import WORKSPACE
from pipelines.workspace import Workspace

# subcommand -> (module in orchestration.cli, what it does, in the order people meet them)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Set up a workspace with the samples, run everything, say where the site is."),
    "template": ("partner", "Write the CSV to fill in, with the rows that are expected."),
    "schema": ("partner", "Print how a return is declared, in a format that other tools read."),
    "check": ("partner", "Check files without sending them."),
    "submit": ("partner", "Send files: receive them into the record and print the receipt."),
    "receipt": (
        "partner",
        "Print the receipt of a submission again, or the file with its findings.",
    ),
    "explain": ("partner", "Answer a query: say why a figure that looks odd is right."),
    "withdraw": ("partner", "Withdraw a submission; the one before it counts again."),
    "init": ("board", "Begin a board of your own: a folder with tables to fill in."),
    "board": ("board", "Check the board's tables, and put them into force."),
    "status": ("officer", "Who has sent what, what is late, what has queries."),
    "excuse": ("officer", "Excuse an organisation from a return, or give it longer."),
    "reopen": ("officer", "Take an excuse back: the return is owed again."),
    "build": ("run", "Load the warehouse and make a draft release, through Dagster."),
    "accept-disclosure": (
        "disclosure",
        "Let a figure be published that cannot be hidden safely any more.",
    ),
    "sign-off": ("officer", "Record the sign-off of a quarter's figures."),
    "publish": ("officer", "Make the signed-off release current."),
    "editions": ("editions", "What was published for each meeting; check it, show it again."),
    "withdraw-edition": (
        "editions",
        "Put a notice in the place of a published edition that gives something away.",
    ),
    "trace": ("trace", "Lead from a figure on a page back to file, row, sender and hash."),
    "as-of": ("run", "Build what was known on a day, in a folder of its own."),
    "rebuild": ("run", "Delete the warehouse and rebuild it from the record."),
    "verify": ("keeping", "Look at every hash in the record and the releases."),
    "backup": ("keeping", "Bring a second copy of everything up to date, and verify it."),
    "restore": ("keeping", "Put back from a backup what is missing or damaged."),
    "set-aside": ("keeping", "Leave something damaged out, so that figures can be made again."),
    "find-file": ("keeping", "Say which submissions came as exactly a file, erased ones too."),
    "erase": ("keeping", "Erase a submission that should never have come: personal data."),
    "portal": ("portal", "Open the upload pages for partners."),
    "account": ("accounts", "Make and change the accounts of the upload pages."),
    "upgrade": ("board", "Carry over what a workspace of an earlier version lacks."),
    "set-up": ("run", "Make the workspace ready for the services that run on it."),
    "ui": ("run", "Open Dagster's web pages on the workspace."),
}


class _Lazy(click.Group):
    """Loads a subcommand's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"orchestration.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("What you can do"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    envvar=WORKSPACE,
    help=f"The folder with record, warehouse and releases. [default: {WORKSPACE} or ./workspace]",
)
@click.version_option(package_name="quarterdeck")
@click.pass_context
def quarterdeck(ctx: click.Context, workspace: Path | None) -> None:
    """Quarterly returns: received, checked, kept for ever, published."""
    ctx.obj = Workspace.locate(workspace)


def main() -> None:
    """Run the command. A person never sees a traceback: it goes into a file that is named."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries warn those who program, not those who send
    try:
        quarterdeck.main(prog_name="quarterdeck", standalone_mode=True)
    except BrokenPipeError:
        sys.exit(0)
    except (DamagedRecordError, RecordTooNewError) as problem:
        _stop(str(problem))
    except NoBoardError as problem:
        _stop(str(problem))
    except ReferenceDataError as faults:
        _stop(f"The board's tables cannot be used; nothing was done.\n{faults}")
    except OSError as problem:
        _stop(f"The disk or a file said no: {problem}. Nothing that was acknowledged is lost.")
    except Exception as problem:  # noqa: BLE001  # the last border before a person
        details = _details()
        _stop(
            f"Quarterdeck met something it did not expect ({type(problem).__name__}: {problem}). "
            f"That is a fault of the program, not of your file. What happened is in {details}; "
            "please send it to whoever looks after Quarterdeck."
        )


def _details() -> Path:
    with tempfile.NamedTemporaryFile(
        "w", prefix="quarterdeck-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return Path(file.name)


def _stop(message: str) -> None:
    click.echo("\n".join(map(terminal, message.splitlines())), err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
