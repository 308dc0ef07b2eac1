"""The proxy's rules before Dagster's pages, by a real nginx on loopback and requests that attack.

The trap: a rule that reads well and lets a change through. What stands behind the proxy here only
counts what reaches it. Dagster itself runs changes sent by GET and takes them from any origin.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "deploy/nginx/quarterdeck.conf"
CHANGE = "mutation{wipeAssets(assetPartitionRanges:[]){__typename}}"
JSON = {"Content-Type": "application/json"}


@dataclass
class Behind:
    """The proxy's port, and what came through it."""

    port: int
    reached: list[str] = field(default_factory=list)

    @property
    def own(self) -> dict[str, str]:
        return {"Origin": f"http://127.0.0.1:{self.port}"}

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> bool:
        """Whether the request reached what is behind the proxy."""
        self.reached.clear()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = b"{}" if method in ("POST", "PUT", "PATCH") else None
        connection.request(method, path, body=body, headers=headers or {})
        status = connection.getresponse().status
        connection.close()
        assert bool(self.reached) == (status == 200), (status, self.reached)
        return bool(self.reached)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if nginx is None:
        pytest.skip("NOT TRIED: nginx is not installed here (Debian: nginx-light)")
    folder = tmp_path_factory.mktemp("nginx")
    behind = Behind(_free_port())

    class Recording(BaseHTTPRequestHandler):
        def answer(self) -> None:
            behind.reached.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Recording)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    text = CONFIGURATION.read_text(encoding="utf-8")
    officers = text[text.rindex("server {") :]
    officers = re.sub(r".*(ssl_certificate|auth_basic).*\n", "", officers)
    officers = officers.replace("listen 443 ssl", f"listen 127.0.0.1:{behind.port}")
    officers = officers.replace("127.0.0.1:3000", f"127.0.0.1:{upstream.server_port}")
    maps = text[: text.index("server {")].replace(
        "https://officers.example.gov.uk", behind.own["Origin"]
    )
    file = folder / "nginx.conf"
    rooms = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {rooms}\n{maps}{officers} }}\n",
        encoding="utf-8",
    )
    with subprocess.Popen([nginx, "-p", str(folder), "-c", str(file)]) as process:
        _wait_for(behind.port)
        yield behind
        process.terminate()
    upstream.shutdown()
    upstream.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start")


def test_its_own_pages_work(proxy: Behind) -> None:
    assert proxy.ask("POST", "/graphql", JSON | proxy.own)
    assert proxy.ask("GET", "/assets")
    assert proxy.ask("HEAD", "/runs")
    socket_headers = {"Upgrade": "websocket", "Connection": "Upgrade"} | proxy.own
    assert proxy.ask("GET", "/graphql", socket_headers)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", f"/graphql?query={CHANGE}", {}),
        ("GET", "/graphql", {}),
        ("POST", "/graphql", JSON),
        ("POST", "/graphql", JSON | {"Origin": "http://evil.example"}),
        ("POST", "/graphql", JSON | {"Origin": "null"}),
        ("POST", "/report_asset_materialization/a", JSON),
        ("POST", "/report_asset_check/a", JSON),
        ("GET", "/report_asset_materialization/a", {}),
        ("POST", "/report_asset_observation/a", JSON),
        ("POST", "//report_asset_materialization/a", JSON),
        ("POST", "/%72eport_asset_materialization/a", JSON),
        ("POST", "/assets", JSON),
        ("PUT", "/assets", {}),
        ("DELETE", "/assets", {}),
        ("GET", "/graphql", {"Upgrade": "websocket", "Connection": "Upgrade",
                             "Origin": "http://evil.example"}),
    ],
)  # fmt: skip
def test_what_attacks_does_not_get_through(
    proxy: Behind, method: str, path: str, headers: dict[str, str]
) -> None:
    assert not proxy.ask(method, path, headers)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/graphql?query={CHANGE}", JSON),
        ("/graphql", {"Content-Type": "text/plain"}),
        ("/graphql", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("/graphql", {}),
        ("/report_asset_materialization/a", JSON),
    ],
)
def test_not_even_from_its_own_pages_in_another_form(
    proxy: Behind, path: str, headers: dict[str, str]
) -> None:
    assert not proxy.ask("POST", path, headers | proxy.own)
