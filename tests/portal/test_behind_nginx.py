"""The configuration in docs/operations, run by a real nginx: TLS, single sign-on, limits.

The trap: a page of advice whose configuration nobody ever ran, and through which a browser could
say who it is.
"""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.portal.conftest import make_world
from tests.portal.serving import free_port, serving

CONF = Path(__file__).resolve().parents[2] / "docs/operations/portal-nginx.conf"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path(NGINX).exists() or shutil.which("openssl") is None,
        reason="nginx or openssl is not installed: the proxy's configuration is NOT tried. "
        "Run scripts/install-browser, which installs both.",
    ),
]


class SignOn(BaseHTTPRequestHandler):
    """Stands for oauth2-proxy: whoever has the cookie `sso=NAME` is NAME."""

    def do_GET(self) -> None:  # the name that the library calls
        found = re.search(r"sso=([\w.]+)", self.headers.get("cookie", ""))
        self.send_response(202 if found else 401)
        if found:
            self.send_header("X-Auth-Request-User", found[1])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as inherited
        """Says nothing."""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port on which nginx serves TLS for a portal with single sign-on."""
    folder = tmp_path_factory.mktemp("proxy")
    make_world(folder / "workspace")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=returns.example.org", "-addext", "subjectAltName=DNS:returns.example.org",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    sign_on = ThreadingHTTPServer(("127.0.0.1", 0), SignOn)
    threading.Thread(target=sign_on.serve_forever, daemon=True).start()
    plain, tls = free_port(), free_port()
    options = ("--name", "returns.example.org", "--trusted-proxy", "127.0.0.1",
               "--user-header", "X-Remote-User")  # fmt: skip
    with serving(folder / "workspace", *options) as portal:
        conf = CONF.read_text(encoding="utf-8")
        for old, new in {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
            "/etc/ssl/certs/returns.example.org.pem": str(folder / "cert.pem"),
            "/etc/ssl/private/returns.example.org.key": str(folder / "key.pem"),
            "http://127.0.0.1:8080": portal,
            "127.0.0.1:4180": f"127.0.0.1:{sign_on.server_port}",
        }.items():
            assert old in conf
            conf = conf.replace(old, new)
        whole = folder / "nginx.conf"
        whole.write_text(_around(conf, folder), encoding="utf-8")
        command = [NGINX, "-p", str(folder), "-c", str(whole), "-g", "daemon off;"]
        subprocess.run([NGINX, "-t", "-q", "-p", str(folder), "-c", str(whole)], check=True)
        nginx = subprocess.Popen(command, stderr=subprocess.PIPE)
        try:
            _wait_for_tls(tls, folder)
            yield tls
        finally:
            nginx.terminate()
            nginx.communicate(timeout=20)
            sign_on.shutdown()
            sign_on.server_close()


def _around(conf: str, folder: Path) -> str:
    temp = "".join(
        f"    {name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n"
        f"    access_log off;\n{temp}{conf}\n}}\n"
    )


def browser(port: int, cookie: str | None = None) -> httpx2.Client:
    """A client that believes in the certificate of the test alone, and has that cookie."""
    client = httpx2.Client(
        base_url=f"https://127.0.0.1:{port}",
        headers={"host": "returns.example.org"},
        verify=_trusting_nobody_else(),
        timeout=30,
    )
    if cookie:
        client.headers["cookie"] = f"sso={cookie}"
    return client


def _trusting_nobody_else() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False  # it is asked by its address
    context.verify_mode = ssl.CERT_NONE
    return context


def _wait_for_tls(port: int, folder: Path) -> None:
    for _ in range(100):
        try:
            with browser(port) as client:
                client.get("/health")
        except httpx2.TransportError:
            threading.Event().wait(0.1)
        else:
            return
    raise RuntimeError((folder / "error.log").read_text())


def test_who_is_signed_on_comes_in_and_who_is_not_is_sent_to_sign_on(proxy: int) -> None:
    with browser(proxy, "bchc") as lead:
        answer = lead.get("/")
        assert answer.status_code == 200
        assert "Signed in as bchc" in answer.text
        assert answer.headers["strict-transport-security"]
        assert "__Host-returns=" in answer.headers["set-cookie"]
        assert "nginx/" not in answer.headers.get("server", "")
    with browser(proxy) as stranger:
        answer = stranger.get("/")
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("https://sign-on.example.org/")


def test_a_browser_cannot_say_who_it_is(proxy: int) -> None:
    forged = {"X-Remote-User": "officer", "X-Forwarded-For": "203.0.113.9"}
    with browser(proxy) as stranger:
        assert stranger.get("/", headers=forged).status_code == 302
        assert stranger.get("/health", headers=forged).json() == {"status": "ok"}
    with browser(proxy, "bchc") as lead:
        assert "Signed in as bchc" in lead.get("/history", headers=forged).text
        assert lead.get("/officer", headers=forged).status_code == 404
    with browser(proxy, "nobody") as unknown:
        answer = unknown.get("/")
        assert answer.status_code == 403
        assert "no account here belongs to you" in answer.text


def test_a_flood_of_headers_is_turned_away_and_the_pages_go_on(proxy: int) -> None:
    with browser(proxy, "bchc") as lead:
        flood = {f"X-{number}": "y" * 1000 for number in range(90)}
        assert lead.get("/", headers=flood).status_code in (400, 414, 431, 494)
        assert lead.get("/").status_code == 200


def test_a_file_goes_through_and_one_that_is_too_large_does_not(proxy: int) -> None:
    path = "/returns/BCHC/training_compliance/2018-19-Q2"
    with browser(proxy, "bchc") as lead:
        page = lead.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        cookies = re.findall(r"__Host-returns(?:-form)?=[^;]+", str(page.headers["set-cookie"]))
        assert token is not None
        assert len(cookies) == 2
        lead.headers["cookie"] = "; ".join(["sso=bchc", *cookies])
        lead.headers["origin"] = "https://returns.example.org"
        form = {"csrfmiddlewaretoken": token[1], "do": "check"}
        content = b"organisation,quarter\r\nBCHC,2018-19 Q2\r\n"
        answer = lead.post(path + "/file", data=form, files={"file": ("a.csv", content)})
        assert answer.headers["location"].startswith("/checked/")
        large = lead.post(path + "/file", data=form, files={"file": ("a.csv", b"x" * 12_000_000)})
        assert large.status_code == 413
