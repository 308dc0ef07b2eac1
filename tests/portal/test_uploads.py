"""OWASP's File Upload Cheat Sheet and ASVS 5.0 chapter V5, one test each.

The trap: a limit that is read from a header, or kept by a library that first takes everything.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from portal.forms import Form, as_text, read_form
from starlette.requests import Request

from portal.refused import Refused
from portal.settings import Limits
from tests.portal.conftest import GOOD, RETURN, World

SMALL = Limits(file=1000, form=500, field=100)
HEAD = b'--B\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n'


def multipart(content: bytes, name: bytes = b"a.csv") -> bytes:
    return HEAD % name + content + b"\r\n--B--\r\n"


def request(
    chunks: Iterator[bytes], *, headers: dict[str, str] | None = None, pause: float = 0.0
) -> tuple[Request, list[int]]:
    """A request whose body comes in these chunks, and how many bytes of it were asked for."""
    taken: list[int] = []
    given = {"content-type": "multipart/form-data; boundary=B", **(headers or {})}

    async def receive() -> dict[str, Any]:
        if pause:
            await asyncio.sleep(pause)
        chunk = next(chunks, None)
        if chunk is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        taken.append(len(chunk))
        return {"type": "http.request", "body": chunk, "more_body": True}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    return Request(scope, receive), taken


def read(chunks: Iterator[bytes], limits: Limits = SMALL, **more: Any) -> Form:
    asked, _ = request(chunks, **more)
    return asyncio.run(read_form(asked, limits, with_file=True))


def refused(chunks: Iterator[bytes], limits: Limits = SMALL, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        read(chunks, limits, **more)
    return caught.value


def test_a_declared_size_over_the_limit_is_refused_before_a_byte_is_read() -> None:
    """ASVS 5.2.1; OWASP upload: size limit."""
    asked, taken = request(iter([b"x"] * 10), headers={"content-length": "1000000000"})
    with pytest.raises(Refused, match="too_large"):
        asyncio.run(read_form(asked, SMALL, with_file=True))
    assert taken == []


def test_a_body_of_no_declared_size_is_counted_and_refused_at_the_limit() -> None:
    """ASVS 5.2.1: chunked, and a gigabyte if anyone would take it."""

    def endless() -> Iterator[bytes]:
        yield HEAD % b"a.csv"
        while True:
            yield b"x" * 100

    asked, taken = request(endless())
    with pytest.raises(Refused, match="too_large") as caught:
        asyncio.run(read_form(asked, SMALL, with_file=True))
    assert caught.value.status == 413
    assert sum(taken) < SMALL.file + SMALL.form + 200


def test_a_declared_size_that_lies_is_not_believed() -> None:
    """ASVS 5.2.1: the bytes are counted whatever the header says."""
    chunks = iter([HEAD % b"a.csv", *[b"x" * 100] * 20])
    assert refused(chunks, headers={"content-length": "10"}).reason == "too_large"


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    """ASVS 5.2.1: the limit is the file's, whatever stands around it."""
    taken = read(iter([multipart(b"x" * 1000)])).file
    assert taken is not None
    assert len(taken.content) == 1000
    assert refused(iter([multipart(b"x" * 1001)])).reason == "too_large"


def test_fields_are_small_and_few() -> None:
    """OWASP upload: a form is no way round the limit of a file."""
    long = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * 101 + b"\r\n--B--"
    assert refused(iter([long])).reason == "too_large"
    many = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 21 + b"--B--"
    assert refused(iter([many]), Limits()).reason == "broken"


def test_a_body_that_comes_too_slowly_is_given_up() -> None:
    """OWASP upload: time limits (slow bodies)."""
    limits = Limits(upload_seconds=0.2)

    def slow() -> Iterator[bytes]:
        yield HEAD % b"a.csv"
        while True:
            yield b"x"

    started = time.monotonic()
    assert refused(slow(), limits, pause=0.05).reason == "too_slow"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "body", [b"", b"no boundary at all", HEAD % b"a" + b"x", b"--B\r\n\r\n--B--", b"\x00" * 400]
)
def test_a_form_that_is_none_is_refused_and_nothing_worse(body: bytes) -> None:
    """ASVS 4.1.1: whatever comes, an answer."""
    try:
        form = read(iter([body]))
    except Refused as problem:
        reason: str | None = problem.reason
    else:
        reason = None if form.file is None else "a file"
    assert reason in (None, "broken")


def test_a_compressed_body_is_refused() -> None:
    """ASVS 5.2.3: no zip, and nothing that unpacks to more than it is."""
    body = gzip.compress(multipart(b"x" * 100_000))
    assert refused(iter([body]), headers={"content-encoding": "gzip"}).status == 415


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
    world = make(limits=Limits(file=1000))
    officer = world.person("officer")
    officer.get(RETURN)
    answer = officer.post(RETURN + "/file", files={"file": ("a.csv", b"x" * 5000, "text/csv")})
    assert answer.status_code == 403
    stranger = world.person("uhb")
    stranger.get("/")
    answer = stranger.post(RETURN + "/file", files={"file": ("a.csv", b"x" * 5000, "text/csv")})
    assert answer.status_code == 404


def test_a_large_file_is_refused_in_words_and_nothing_is_kept(make: Callable[..., World]) -> None:
    """ASVS 5.2.1, 16.5.1: the page says how large a file may be."""
    world = make(limits=Limits(file=2_000_000))
    lead = world.person("bchc")
    lead.get(RETURN)
    answer = lead.post(RETURN + "/file", files={"file": ("a.csv", b"x" * 2_000_001, "text/csv")})
    assert answer.status_code == 413
    assert "at most 2 MB" in answer.text
    assert world.portal.record.submissions() == []


def test_an_account_sends_only_so_many_forms_a_minute(make: Callable[..., World]) -> None:
    """ASVS 2.4.1; OWASP upload: rate limits."""
    world = make(limits=Limits(forms_of_an_account=(3, 60)))
    lead = world.person("bchc")
    for _ in range(3):
        lead.get(RETURN)
        assert lead.post(RETURN + "/file").status_code != 429
    lead.get(RETURN)
    answer = lead.post(RETURN + "/file")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61


def test_only_so_many_uploads_are_read_at_once(make: Callable[..., World]) -> None:
    """OWASP upload: what is held in memory is bounded."""
    world = make(limits=Limits(uploads_at_once=0))
    lead = world.person("bchc")
    lead.get(RETURN)
    assert lead.post(RETURN + "/file").status_code == 503


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
