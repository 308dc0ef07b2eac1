"""OWASP's File Upload Cheat Sheet and ASVS 5.0 chapter V5, one test each.

The trap: a limit that is read from a header, or kept by a library that first takes everything.
"""

from __future__ import annotations

import gzip
import http.client
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipelines.workspace import Workspace
from portal.settings import Limits
from portal.uploads import as_text
from tests.boards import with_board
from tests.portal.conftest import GOOD, RETURN, World, multipart
from tests.portal.serving import serving

SMALL = Limits(file=1000, form=500)
KIND = "multipart/form-data; boundary=B"


class Counted(io.BytesIO):
    """A body that says how many bytes of it were asked for."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_a_body_is_counted_and_read_no_further_than_the_limit(make: Callable[..., World]) -> None:
    """ASVS 5.2.1; OWASP upload: a gigabyte if anyone would take it, whatever it declares."""
    lead = make(limits=SMALL).person("bchc")
    lead.get(RETURN)
    body = Counted(multipart({"csrfmiddlewaretoken": lead.token}, b"x" * 5_000_000, name="a.csv"))
    size = len(body.getvalue())
    environ: dict[str, Any] = {
        "wsgi.input": body, "CONTENT_TYPE": KIND, "CONTENT_LENGTH": str(size),
    }  # fmt: skip
    answer = lead.client.generic("POST", RETURN + "/file", **environ)
    assert answer.status_code == 413
    assert body.taken < 200_000


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(make: Callable[..., World]) -> None:
    """ASVS 5.2.1: the limit is the file's, whatever stands around it."""
    lead = make(limits=SMALL).person("bchc")
    for size, status in ((1000, 503), (1001, 413)):  # no worker is there to check the first
        lead.get(RETURN)
        assert lead.post_file(RETURN + "/file", b"x" * size).status_code == status


def test_fields_are_small_and_few(make: Callable[..., World]) -> None:
    """OWASP upload: a form is no way round the limit of a file."""
    lead = make(limits=SMALL).person("bchc")
    for fields in ({"a": "x" * 600}, {f"a{n}": "" for n in range(41)}):
        for kind in ("file", "page"):
            lead.get(RETURN)
            path = RETURN + "/file" if kind == "file" else "/sign-out"
            assert lead.post(path, fields).status_code in (400, 413)
    assert lead.get("/").status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"no boundary", b"--B\r\nContent-Disposition: form-data; name", b"--B--", b"\x00" * 400],
)
def test_a_form_that_is_none_is_refused_and_nothing_worse(quiet: World, body: bytes) -> None:
    """ASVS 4.1.1: whatever comes, an answer."""
    lead = quiet.person("bchc")
    for kind in (KIND, "multipart/form-data", "application/json", "text/csv", ""):
        answer = lead.client.generic("POST", RETURN + "/file", data=body, content_type=kind)
        assert answer.status_code in (400, 403)
    assert quiet.portal.record.submissions() == []


def test_a_compressed_body_is_refused(quiet: World) -> None:
    """ASVS 5.2.3: no zip, and nothing that unpacks to more than it is."""
    lead = quiet.person("bchc")
    body = gzip.compress(multipart({}, b"x" * 100_000, name="a.csv"))
    answer = lead.client.generic(
        "POST", RETURN + "/file", data=body, content_type=KIND,
        headers={"content-encoding": "gzip"},
    )  # fmt: skip
    assert answer.status_code == 415
    assert "not compressed" in answer.content.decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, without its scheme, of a portal as the command runs it."""
    workspace = with_board(Workspace(tmp_path_factory.mktemp("served")))
    with serving(workspace.root) as address:
        yield urlsplit(address).netloc


@pytest.mark.slow
def test_a_body_without_a_size_is_counted_by_the_server_too(served: str) -> None:
    """ASVS 5.2.1: chunked, without end; taken to a bound and given up."""
    connection = http.client.HTTPConnection(served, timeout=60)
    connection.putrequest("POST", "/sign-in")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    chunk = b"%x\r\n" % 1_000_000 + b"x" * 1_000_000 + b"\r\n"
    sent = 0
    try:
        while sent < 500:
            connection.send(chunk)
            sent += 1
    except OSError:
        connection.close()
    assert 30 < sent < 100


@pytest.mark.slow
def test_slow_senders_and_floods_of_headers_hold_up_nobody(served: str) -> None:
    """OWASP upload: time limits; ASVS 2.4.1: who sends slowly takes no thread."""
    slow = []
    for _ in range(120):
        connection = http.client.HTTPConnection(served, timeout=60)
        connection.putrequest("POST", "/sign-in")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"login=")
        slow.append(connection)
    started = time.monotonic()
    for headers in ({}, {f"X-{n}": "y" * 500 for n in range(90)}):
        connection = http.client.HTTPConnection(served, timeout=60)
        connection.request("GET", "/health", headers=headers)
        answer = connection.getresponse()
        assert answer.status == (431 if headers else 200)
        assert b"Traceback" not in answer.read()
        connection.close()
    assert time.monotonic() - started < 5
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\fakepath\\return.csv", "return.csv"),
        ("/etc/cron.d/x", "x"),
        ("a\x00b.csv", "ab.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("\u202egnp.csv", "gnp.csv"),
        ("", "unnamed"),
        ("..", ".."),
        ("x" * 500 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_name_is_text_without_folders_or_unseen_characters(sent: str, kept: str) -> None:
    """ASVS 5.3.2, 5.4.1; OWASP upload: change the filename, limit its length."""
    assert as_text(sent) == kept


def test_no_name_becomes_a_path(running: World) -> None:
    """ASVS 5.3.2: whatever it is called, the record names the files itself."""
    names = ["../../../../tmp/evil.csv", "as_sent.csv/../../x", ".lock", "submission.json", "CON"]
    for number, name in enumerate(names):
        running.person("bchc").send(GOOD.replace(b"4530", b"46%02d" % number), name=name)
    folders = {path for path in running.portal.record.folder.rglob("*") if path.is_file()}
    assert {path.name for path in folders if "submissions" in path.parts} == {
        "as_sent.csv", "submission.json", "findings.json", "rows.parquet",
        "receipt.txt", "receipt.json", "receipt.html", "SHA256SUMS",
    }  # fmt: skip


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("return.csv", GOOD)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped(),
        gzip.compress(GOOD),
        b"%PDF-1.7\n...",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"MZ\x90\x00\x03" + b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
        b'<?php system($_GET["c"]); ?>',
        b"",
    ],
    ids=["zip", "gzip", "pdf", "html", "exe", "png", "php", "empty"],
)
def test_content_decides_over_name_and_declared_type(running: World, content: bytes) -> None:
    """ASVS 5.2.2; OWASP upload: the Content-Type header is not to be trusted."""
    page = running.person("bchc").send(content, name="BCHC-training_compliance-2018-19-Q2.csv")
    assert "Not usable" in page.text
    reference = page.path.rsplit("/", 1)[-1]
    assert not running.portal.record.rows_file(reference).exists()


def test_what_was_uploaded_is_only_ever_downloaded(running: World) -> None:
    """ASVS 5.3.1, 3.2.1; OWASP upload: never interpreted, by us or by a browser."""
    lead = running.person("bchc")
    page = lead.send(b"<html><script>alert(1)</script></html>", name="x.html")
    for ending in ("as-sent", "annotated"):
        answer = lead.get(f"{page.path}/{ending}")
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert "html" not in answer.headers["content-disposition"]
        assert answer.headers["content-type"].split(";")[0] in (
            "text/csv", "application/octet-stream",
        )  # fmt: skip
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_only_those_who_may_send_upload_and_the_body_of_others_is_not_read(
    make: Callable[..., World],
) -> None:
    """OWASP upload: authorised users only; asked before the file is read."""
    world = make(limits=SMALL)
    for name, status in (("officer", 403), ("uhb", 404)):
        person = world.person(name)
        assert person.post_file(RETURN + "/file", b"x" * 5000).status_code == status
    stranger = world.person()
    answer = stranger.post_file(RETURN + "/file", b"x" * 5000)
    assert answer.headers["location"] == "/sign-in?ended=form"


def test_a_large_file_is_refused_in_words_and_nothing_is_kept(make: Callable[..., World]) -> None:
    """ASVS 5.2.1, 16.5.1: the page says how large a file may be."""
    world = make(limits=Limits(file=2_000_000))
    lead = world.person("bchc")
    lead.get(RETURN)
    answer = lead.post_file(RETURN + "/file", b"x" * 2_000_001)
    assert answer.status_code == 413
    assert "at most 2 MB" in answer.text
    assert world.portal.record.submissions() == []


def test_an_account_sends_only_so_many_forms_a_minute(make: Callable[..., World]) -> None:
    """ASVS 2.4.1; OWASP upload: rate limits."""
    world = make(limits=Limits(forms_of_an_account="3/60s/user"))
    lead = world.person("bchc")
    for _ in range(3):
        lead.get(RETURN)
        assert lead.post(RETURN + "/file").status_code != 429
    lead.get(RETURN)
    answer = lead.post(RETURN + "/file")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61
    assert "nothing of it is kept" in answer.text
    world.clock.forward(seconds=61)
    lead.get(RETURN)
    assert lead.post(RETURN + "/file").status_code != 429


def test_only_so_many_files_wait_to_be_checked_at_once(running: World) -> None:
    """OWASP upload: what is held in memory is bounded."""
    lead = running.person("bchc")
    lead.get(RETURN)
    places = running.portal.places
    held = 0
    while places.acquire(blocking=False):
        held += 1
    try:
        assert lead.post_file(RETURN + "/file", GOOD).status_code == 503
    finally:
        for _ in range(held):
            places.release()
    assert held == running.portal.settings.limits.files_at_once


def test_the_page_of_faults_takes_the_next_file(running: World) -> None:
    """Put right and sent again from where the faults are read."""
    lead = running.person("bchc")
    for do in ("check", "send"):
        page = lead.send(GOOD.replace(b"4736,4530", b"4736,4830"), do=do)
        assert f'action="{RETURN}/file"' in page.text
        assert 'name="file" type="file"' in page.text
    page = lead.send(b"no return at all")
    assert "Not usable" in page.text
    assert f'action="{RETURN}/file"' in page.text
    for named in ("UHB/training_compliance/2018-19-Q2", "a", "x/y/z"):
        strange = lead.get(f"{page.path}?for={named}")
        assert 'type="file"' not in strange.text
    lead.get(page.path)
    answer = lead.post_file(RETURN + "/file", GOOD.replace(b"4530", b"4529"))
    assert "Accepted" in lead.get(answer.headers["location"]).text


def test_a_file_for_another_organisation_is_refused_and_tells_nothing_of_it(
    running: World,
) -> None:
    """ASVS 8.2.2: no finding, receipt or list tells one partner what another sent."""
    lead = running.person("bchc")
    lead.send(GOOD.replace(b"2018-19 Q2", b"2018-19 Q1"), path=RETURN.replace("Q2", "Q1"))
    lead.send(GOOD)
    before = running.portal.record.current()
    stranger = running.person("uhb")
    forged = GOOD.replace(b"4736,4530", b"4736,453")
    page = stranger.send(forged, path=RETURN.replace("BCHC", "UHB"))
    assert "Not usable" in page.text
    assert "of the usual" not in page.text
    assert "stay in use" not in page.text
    reference = page.path.rsplit("/", 1)[-1]
    receipt = stranger.get(f"/submissions/{reference}/receipt-text").text
    assert not any(one.submission_id in receipt for one in before.values())
    assert reference not in lead.get("/history").text
    assert running.portal.record.current() == before
    assert lead.get(f"/submissions/{reference}").status_code == 404
    assert "of the usual" in lead.send(forged).text  # told to whom it belongs
