"""``account``: who may sign in to the upload pages. Only the officer's command makes accounts."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipelines.board.in_force import in_force
from pipelines.escaping import terminal
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from portal.audit import AuditLog, BrokenLogError
from portal.project import open_accounts
from portal.roles import FIRST_PASSWORD_LASTS, AccountError, Role
from schemas.working_days import LONDON

if TYPE_CHECKING:
    from portal.accounts import Accounts
    from portal.models import Account

NAME = click.argument("name")
ORGANISATIONS = click.option(
    "--organisation", "organisations", multiple=True, help="A code of the board; once for each."
)
EMAIL = click.option(
    "--email", help="Where a link for a new password is sent, and another name to sign in with."
)
ROLES = click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="sender: checks, sends, answers queries. signatory: withdraws too. officer: sees all.",
)


@click.group()
def account() -> None:
    """Make and change the accounts of the upload pages."""


@account.command()
@NAME
@ORGANISATIONS
@ROLES
@EMAIL
@click.option("--no-password", is_flag=True, help="Signs in through the proxy's sign-on only.")
@click.pass_obj
def add(
    workspace: Workspace,
    name: str,
    organisations: tuple[str, ...],
    roles: tuple[str, ...],
    email: str | None,
    no_password: bool,
) -> None:
    """Add an account and print its first password, once."""
    _known(workspace, organisations)
    with _sentences():
        accounts = _accounts(workspace)
        password = accounts.add(
            name,
            organisations=organisations,
            roles=[Role(role) for role in roles],
            email=email or "",
            with_password=not no_password,
        )
    _log(workspace, "account added", name, rights=_rights(accounts.account(name)))
    click.echo(f"Added {terminal(name)}.")
    if password:
        _tell(password)


@account.command(name="list")
@click.pass_obj
def list_accounts(workspace: Workspace) -> None:
    """Show every account: for whom, as what, and when it last signed in."""
    accounts = _accounts(workspace)
    found = accounts.all()
    if not found:
        click.echo("There is no account yet. Make one with: quarterdeck account add")
        return
    click.echo(f"{'Account':<28}{'Organisations':<20}{'Roles':<20}{'State':<24}Last sign-in")
    for one in found:
        click.echo(
            f"{one.name:<28}{' '.join(sorted(one.organisations)) or 'all':<20}"
            f"{' '.join(sorted(one.roles)):<20}{_state(accounts, one):<24}{_day(one.last_login)}"
        )


@account.command()
@NAME
@ORGANISATIONS
@ROLES
@EMAIL
@click.pass_obj
def change(
    workspace: Workspace,
    name: str,
    organisations: tuple[str, ...],
    roles: tuple[str, ...],
    email: str | None,
) -> None:
    """Give an account other organisations and roles; name all that it is to have."""
    _known(workspace, organisations)
    with _sentences():
        accounts = _accounts(workspace)
        before = _rights(accounts.account(name))
        accounts.change(
            name, organisations=organisations, roles=[Role(role) for role in roles], email=email
        )
    after = _rights(accounts.account(name))
    _log(workspace, "account changed", name, rights_were=before, rights=after)
    click.echo(f"Changed {terminal(name)}.")


@account.command()
@NAME
@click.pass_obj
def reset(workspace: Workspace, name: str) -> None:
    """Give an account a new first password, unlock it, end its sessions and its second factor."""
    with _sentences():
        password = _accounts(workspace).reset(name)
    _log(workspace, "account reset", name)
    click.echo(f"Reset {terminal(name)}. Its sessions are ended.")
    _tell(password)


@account.command()
@NAME
@click.pass_obj
def disable(workspace: Workspace, name: str) -> None:
    """Let nobody in with an account any more. What it sent is kept."""
    with _sentences():
        _accounts(workspace).disable(name)
    _log(workspace, "account disabled", name)
    click.echo(f"Disabled {terminal(name)}. Its sessions are ended.")


@account.command()
@NAME
@click.pass_obj
def enable(workspace: Workspace, name: str) -> None:
    """Let a disabled account in again."""
    with _sentences():
        _accounts(workspace).enable(name)
    _log(workspace, "account enabled", name)
    click.echo(f"Enabled {terminal(name)}.")


@account.command()
@click.option("--name", help="Of this account alone.")
@click.pass_obj
def log(workspace: Workspace, name: str | None) -> None:
    """Print what was done in the upload pages, and see that no line was changed or taken out."""
    try:
        for entry in AuditLog(workspace.portal / "audit.jsonl").entries():
            if name in (None, entry.account, entry.about.get("about")):
                about = " ".join(f"{key}={value}" for key, value in entry.about.items())
                click.echo(
                    terminal(
                        f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.account or '-':<28}"
                        f"{entry.address or '-':<16}{entry.what}  {about}"
                    )
                )
    except BrokenLogError as problem:
        raise click.ClickException(f"{problem} Somebody changed the log.") from problem


def _accounts(workspace: Workspace) -> Accounts:
    workspace.create()
    return open_accounts(workspace)


def _log(workspace: Workspace, what: str, name: str, **rights: str) -> None:
    log_file = AuditLog(workspace.portal / "audit.jsonl")
    who = f"{getpass.getuser()} (command line)"
    log_file.add(what, at=_now(), account=who, about=name, **rights)


def _rights(one: Account) -> str:
    """Return what an account may do, and for whom, for the log."""
    return f"{'+'.join(sorted(one.roles))} of {'+'.join(one.organisations) or 'none'}"


def _known(workspace: Workspace, organisations: tuple[str, ...]) -> None:
    reference = in_force(Record(workspace.record))
    for code in organisations:
        if reference.organisation(code) is None:
            codes = ", ".join(one.organisation for one in reference.organisations)
            raise click.ClickException(
                f"There is no organisation “{terminal(code)}”. There are: {codes}."
            )


def _tell(password: str) -> None:
    click.echo(f"First password: {password}")
    click.echo(
        f"It is shown this once, good for one sign-in within {FIRST_PASSWORD_LASTS.days} days. "
        "Hand it over by another way than the account's name."
    )


def _state(accounts: Accounts, one: Account) -> str:
    if not one.is_active:
        return "disabled"
    locked_until = accounts.locked_until(one)
    if locked_until is not None:
        return f"locked until {locked_until.astimezone(LONDON):%H:%M}"
    if not one.has_usable_password():
        return "through the proxy"
    return "first password" if one.password_is_first else "in use"


def _day(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}" if moment else "never"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn refusals into a plain sentence on the terminal."""
    try:
        yield
    except AccountError as problem:
        raise click.ClickException(terminal(str(problem))) from problem
