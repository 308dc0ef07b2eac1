"""``portal``: the upload pages for partners."""

from __future__ import annotations

import datetime as dt
import ipaddress

import click

from orchestration.cli.board import faults_of_look_if_any
from pipelines.board.in_force import in_force
from pipelines.record.store import Record
from pipelines.workspace import Workspace
from portal.server import serve
from portal.settings import LOOPBACK_NAMES, Network, Settings


@click.command()
@click.option("--port", default=8080, show_default=True, help="The port on this machine.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on. Leave it: a proxy on this machine brings people here.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    help="A name under which people reach the pages, such as returns.example.org. Turns on what "
    "needs TLS in front.",
)
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="The address (or network) of a proxy whose word is taken for where a request came from.",
)
@click.option(
    "--user-header",
    help="The header in which a trusted proxy says who has signed on, such as X-Remote-User. "
    "[default: none; people sign in with a password]",
)
@click.option(
    "--sign-out-path",
    help="Where such a proxy signs people out, such as /oauth2/sign_out. "
    "[default: a page that says what is left to do]",
)
@click.option(
    "--practice",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Try the pages with the samples as if it were this day; what is sent is kept as a sample.",
)
@click.option("--workers", default=2, show_default=True, help="How many files are checked at once.")
@click.pass_obj
def portal(
    workspace: Workspace,
    port: int,
    host: str,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    user_header: str | None,
    sign_out_path: str | None,
    practice: dt.datetime | None,
    workers: int,
) -> None:
    """Open the upload pages for partners. They are reached from this machine alone.

    Accounts are made with `quarterdeck account add`. docs/operations/portal-behind-a-proxy.md says
    how to let others in.
    """
    if user_header and not proxies:
        raise click.ClickException(
            "--user-header needs --trusted-proxy: anyone could send the header otherwise."
        )
    record = Record(workspace.create().record)
    in_force(record)  # the command ends with what to do if there is none
    holds_only_samples = all(one.sample for one in record.submissions())
    if practice is not None and not holds_only_samples:
        # Practice marks what is sent as a sample, and a real record must never hold such a one.
        raise click.ClickException(
            "This record holds real returns. Practise in another workspace, such as the demo's."
        )
    practice_day = workspace.practice_day() if holds_only_samples else None
    settings = Settings(
        workspace=workspace,
        names=(*LOOPBACK_NAMES, *names),
        behind_tls=bool(names),
        trusted_proxies=tuple(_network(text) for text in proxies),
        user_header=user_header,
        sign_out_path=sign_out_path,
        practice_day=practice.date() if practice else practice_day,
        workers=workers,
        faults_of_look=faults_of_look_if_any,
    )
    click.echo(f"The upload pages: http://{host}:{port}   (stop with Ctrl-C)")
    click.echo(f"Returns are received into {workspace.record}")
    serve(settings, host=host, port=port)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as problem:
        raise click.ClickException(f"“{text}” is no address and no network.") from problem
