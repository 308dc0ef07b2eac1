"""ASVS 5.0 chapters V3 (browsers), V8 (authorisation), V14 (data), V16 (logs, errors), one test
each, and the rule that text which a partner typed is text wherever it is shown."""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.urls import get_resolver

from pipelines.obligations.standing import standings
from portal.audit import AuditLog, BrokenLogError
from schemas.quarter import Quarter
from tests.portal.conftest import GOOD, PASSWORD, RETURN, Person, World

EVERY_FORM = (
    "/sign-in",
    "/sign-out",
    "/password",
    "/sessions",
    RETURN + "/file",
    "/checked/x/send",
    "/submissions/20180714T101500123456Z-7f3k2q/explain",
    "/submissions/20180714T101500123456Z-7f3k2q/withdraw",
    "/officer" + RETURN,
    "/officer/board/draft/targets/new",
    "/officer/board/draft/put-into-force",
)
EVERY_PAGE = ("/", "/history", "/account", "/password", "/sessions", "/accessibility", RETURN)

NAUGHTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE account; --",
    "{{ 7*7 }}{% raw %}",
    "${7*7}<%= 7*7 %>",
    "\u202eevil\u2066",
    "a\x1b[31mred",
    '=HYPERLINK("http://x";"y")',
    "javascript:alert(1)",
    "&lt;b&gt;",
    "日本語 ﷽ 👩‍👩‍👧",
    "../../../../etc/passwd",
    "\ufeff\u200bhidden",
]


def test_the_policy_allows_no_script_and_no_frame_on_any_page(quiet: World) -> None:
    """ASVS 3.4.3 (CSP), 3.4.4 (nosniff), 3.4.5 (referrer), 3.4.6 (frames), 3.4.8 (COOP)."""
    lead = quiet.person("bchc")
    for path in (*EVERY_PAGE, "/no-such-page", "/submissions/none", "/health", "/sign-in"):
        headers = lead.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "server" not in headers


def test_only_the_pages_that_ask_for_a_passkey_run_a_script_and_only_from_here(
    quiet: World,
) -> None:
    """ASVS 3.4.3: nothing inline, nothing from elsewhere."""
    lead = quiet.person()
    lead.sign_in("bchc")
    sure = lead.get("/passkeys/add").headers["location"]
    lead.get(sure)
    page = lead.get(lead.post(sure, {"password": PASSWORD}).headers["location"])
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for script in re.findall(r"<script[^>]*>", page.text):
        assert 'type="application/json"' in script or 'src="/assets/' in script


def test_private_pages_are_kept_nowhere(quiet: World) -> None:
    """ASVS 14.3.2: no-store on all but the style and the icon."""
    lead = quiet.person("bchc")
    for path in (*EVERY_PAGE, RETURN + "/template", "/no-such-page"):
        assert "no-store" in lead.get(path).headers["cache-control"], path
    assert "max-age" in lead.get("/assets/portal.css").headers["cache-control"]


def test_pages_have_no_script_no_inline_style_and_ask_nothing_of_others(quiet: World) -> None:
    """ASVS 3.4.3: so that the policy can be strict; works without JavaScript by having none."""
    lead = quiet.person("bchc")
    for path in EVERY_PAGE:
        text = lead.get(path).text
        assert "<script" not in text
        assert " style=" not in text
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)
        assert not re.search(r"\son[a-z]+=", text)


def test_cookies_are_for_this_host_alone_and_no_script_reads_them(
    quiet: World, make: Callable[..., World]
) -> None:
    """ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4."""
    answer = quiet.person().sign_in("bchc")
    for name in ("returns", "returns-form"):
        cookie = answer.cookies[name]
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    behind = make(behind_tls=True)
    answer = behind.person().sign_in("bchc")
    assert set(answer.cookies) == {"__Host-returns", "__Host-returns-form"}


def test_browsers_are_told_to_come_by_https_where_there_is_tls(make: Callable[..., World]) -> None:
    """ASVS 3.4.1."""
    header = "strict-transport-security"
    assert header not in make().person().get("/sign-in").headers
    assert int(make(behind_tls=True).person().get("/sign-in").headers[header][8:]) >= 31_536_000


def test_another_host_name_is_refused(quiet: World) -> None:
    """ASVS 3.5.5 (DNS rebinding): a page elsewhere cannot be pointed at this machine."""
    answer = quiet.person().get("/sign-in", headers={"host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", EVERY_FORM)
def test_no_form_is_taken_without_its_token(quiet: World, path: str) -> None:
    """ASVS 3.5.1: CSRF, on every POST there is."""
    person = quiet.person("officer" if path.startswith("/officer") else "bchc")
    for token in ("", "x", person.token[::-1], quiet.person("uhb").token):
        answer = person.post(path, {"csrfmiddlewaretoken": token})
        assert answer.status_code == 403
        assert "Nothing was done." in answer.text


def test_a_form_from_another_site_is_refused_even_with_its_token(quiet: World) -> None:
    """ASVS 3.5.3: what the browser itself says of where a form came from."""
    lead = quiet.person("bchc")
    lead.get("/")
    for origin in ("https://evil.example", "null", "http://127.0.0.1:81"):
        answer = lead.post("/sign-out", headers={"origin": origin})
        assert answer.status_code == 403
    assert lead.get("/").status_code == 200


def test_nothing_is_changed_by_get(quiet: World) -> None:
    """ASVS 3.5.3: a link does nothing."""
    lead = quiet.person("bchc")
    for path in ("/sign-out", RETURN + "/file", "/checked/x/send"):
        assert lead.get(path).status_code == 405
    assert quiet.person("officer").get("/officer/board/draft/put-into-force").status_code == 405
    assert lead.get("/").status_code == 200


def test_nobody_sees_a_page_without_signing_in(quiet: World) -> None:
    """ASVS 8.2.1: every page but a few says who it is for; the list of these is short."""
    open_to_all = {
        "accessibility", "signed-out", "health", "assets/<name>", "sign-in", "sign-out",
        "password/forgotten", "password/sent", "password/kept",
    }  # fmt: skip
    stranger = quiet.person()
    for one in get_resolver().url_patterns:
        route = str(one.pattern).strip("^$")
        if route in open_to_all or route.startswith("password/new"):
            continue
        plain = route.replace("<quarter>", "2018-19-Q2").replace("(?P<pk>[0-9]+)", "1")
        filled = re.sub(r"<\w+>", "x", plain)
        answer = stranger.get("/" + filled)
        assert answer.headers.get("location", "").startswith("/sign-in"), route


def objects_of(running: World) -> list[str]:
    """The address of everything that belongs to one partner."""
    lead = running.person("bchc")
    sent = lead.send(GOOD.replace(b"4530", b"4571"))
    checked = lead.send(GOOD.replace(b"4530", b"4572"), do="check")
    submission = sent.path
    return [
        submission,
        *[f"{submission}/{part}" for part in ("receipt", "receipt-text", "annotated", "as-sent")],
        submission + "/withdraw",
        checked.path,
        checked.path + "/annotated",
        RETURN,
        RETURN + "/template",
    ]


def test_what_belongs_to_another_partner_is_not_found(running: World) -> None:
    """ASVS 8.2.2 (IDOR), on every object: the same page as for what is not there at all."""
    theirs = objects_of(running)
    stranger = running.person("uhb")

    def plain(person: Person, path: str) -> str:
        answer = person.get(path)
        assert answer.status_code == 404, path
        return re.sub(r'value="[^"]+"', "", answer.text)

    missing = plain(stranger, "/submissions/20180714T101500123456Z-7f3k2q")
    assert {plain(stranger, path) for path in theirs} == {missing}
    stranger.get("/")
    for path, fields in [
        (theirs[0] + "/explain", {"query": "1", "answer": "Two clinics closed in May."}),
        (theirs[0] + "/withdraw", {"reason": "Because."}),
        (theirs[6] + "/send", {}),
        (RETURN + "/file", {"do": "send"}),
        ("/officer" + RETURN, {"do": "excuse", "reason": "x"}),
    ]:
        assert stranger.post(path, fields).status_code == 404, path
        stranger.get("/")
    assert theirs[0].rsplit("/", 1)[-1] not in stranger.get("/history").text


def test_only_the_officer_sees_the_officers_pages(quiet: World) -> None:
    """ASVS 8.2.1."""
    for name in ("bchc", "bchc.chief", "both"):
        assert quiet.person(name).get("/officer").status_code == 404
        assert quiet.person(name).get("/officer" + RETURN).status_code == 404
    assert quiet.person("officer").get("/officer").status_code == 200


def test_an_officer_sends_and_answers_nothing(running: World) -> None:
    """ASVS 8.2.1: who decides about returns does not make them."""
    path = objects_of(running)[0]
    officer = running.person("officer")
    assert officer.get(path).status_code == 200
    assert officer.post(path + "/explain", {"query": "1", "answer": "x"}).status_code == 403
    officer.get(path)
    assert officer.post(path + "/withdraw", {"reason": "x"}).status_code == 403


def test_the_listed_states_are_those_of_ones_own_organisations_only(running: World) -> None:
    """ASVS 8.2.2: the chase list holds everybody; a partner's page does not."""
    lead = running.person("bchc")
    text = lead.get("/").text
    portal = running.portal
    everyone = {
        one.obligation.organisation
        for one in standings(
            portal.record, portal.reference, Quarter(2018, 2), on=running.clock.now.date()
        )
    }
    assert len(everyone) > 5
    for code in everyone - {"BCHC"}:
        assert f"/returns/{code}/" not in text


@pytest.mark.parametrize("typed", NAUGHTY)
def test_what_a_partner_typed_is_text_wherever_it_is_shown(running: World, typed: str) -> None:
    """ASVS 1.2.1: cells, file names, answers, reasons; on pages of the partner and the officer."""
    lead, officer = running.person("bchc"), running.person("officer")
    cell = typed.replace('"', '""').encode()
    content = GOOD.replace(b"Safeguarding children level 1", b'"' + cell + b'"')
    page = lead.send(content, name=typed)
    for text in (page.text, officer.get(page.path).text, lead.get("/history").text):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "49" not in re.findall(r"\b49\b", text)
    receipt = lead.get(f"{page.path}/receipt").text
    assert "<script>alert" not in receipt


def test_an_unforeseen_problem_tells_nothing_and_is_logged_without_contents(
    make: Callable[..., World],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """ASVS 16.5.1, 16.5.4: no traceback, no path, no version; a number to ask for."""
    world = make()
    lead = world.person("bchc")

    def fails(*_: object, **__: object) -> None:
        raise ValueError("cell 'Jane Doe 1234' in /srv/secret")

    monkeypatch.setattr("portal.views.owed.standings", fails)
    with caplog.at_level(logging.ERROR):
        answer = lead.get("/")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    for inside in ("Traceback", "Jane", "secret", "ValueError", ".py", "django"):
        assert inside not in answer.text
    number = re.search(r"number ([0-9a-f]{8})", answer.text)
    assert number is not None
    assert number[1] in caplog.text
    assert "ValueError" in caplog.text
    assert "Jane" not in caplog.text


def test_nothing_sensitive_stands_in_an_address(running: World) -> None:
    """ASVS 14.2.1: no password, session or token; references and codes only."""
    lead = running.person("bchc")
    key = lead.client.cookies["returns"].value
    for path in objects_of(running):
        assert key not in path
    for text in (lead.get("/").text, lead.get("/history").text, lead.get(RETURN).text):
        links = re.findall(r'(?:href|action)="([^"]*)"', text)
        assert not [link for link in links if lead.token in link or "token" in link]
    answer = running.person().post("/sign-in", {"login": "bchc", "password": PASSWORD})
    assert PASSWORD not in answer.headers.get("location", "")


def test_the_log_tells_who_did_what_and_holds_no_contents(running: World) -> None:
    """ASVS 16.2.5, 16.3.1, 16.3.2."""
    lead = running.person()
    lead.sign_in("bchc", "not-the-password")
    lead.sign_in("typed my password here", "x")
    lead.sign_in("bchc")
    # So long that no hash in the log holds it by chance.
    lead.send(GOOD.replace(b"4530", b"45814581"), name="Jane Doe patients.csv")
    lead.get("/officer")
    log = running.log()
    for line in [
        ("signed in", "bchc"), ("sign-in refused", "bchc"), ("sign-in refused", None),
        ("file sent", "bchc"), ("refused", "bchc"),
    ]:  # fmt: skip
        assert line in log
    text = (running.portal.settings.workspace.portal / "audit.jsonl").read_text()
    typed = ("Jane", "patients", "45814581", "not-the-password", "typed my password")
    for secret in (*typed, PASSWORD):
        assert secret not in text


def test_a_line_of_the_log_that_was_changed_or_taken_out_is_seen(
    quiet: World,
) -> None:
    """ASVS 16.4.2: it is only added to."""
    for name in ("bchc", "uhb"):
        quiet.portal.audit.add("signed in", at=quiet.clock.now, account=name)
    file = quiet.portal.settings.workspace.portal / "audit.jsonl"
    assert len(list(AuditLog(file).entries())) == 2
    whole = file.read_bytes()
    first, second = whole.splitlines(keepends=True)
    file.write_bytes(second)
    with pytest.raises(BrokenLogError):
        list(AuditLog(file).entries())
    file.write_bytes(first.replace(b"bchc", b"both") + second)
    with pytest.raises(BrokenLogError):
        list(AuditLog(file).entries())
    file.write_bytes(whole)
    assert [json.loads(line)["what"] for line in whole.splitlines()] == ["signed in"] * 2
    assert file.stat().st_mode & 0o077 == 0


def test_a_line_of_the_log_cannot_be_forged_by_what_is_typed(quiet: World) -> None:
    """ASVS 16.4.1: log injection."""
    quiet.portal.audit.add("x\n{}", at=quiet.clock.now, account="a\r\nb\u2028c")
    assert [what for what, _ in quiet.log()] == ["x\n{}"]


def proxied(make: Callable[..., World], **more: Any) -> World:
    return make(
        trusted_proxies=(ipaddress.ip_network("192.0.2.10"),),
        user_header="X-Remote-User",
        **more,
    )


def test_a_trusted_proxy_says_who_signed_on(make: Callable[..., World]) -> None:
    """ASVS 6.8.1: single sign-on by a header, off unless it is set up."""
    world = proxied(make)
    header = {"X-Remote-User": "BCHC"}
    lead = world.person(address="192.0.2.10")
    assert lead.get("/", headers=header).status_code == 200
    assert lead.get("/").headers["location"].startswith("/sign-in")
    assert lead.get("/", headers={"X-Remote-User": "nobody"}).status_code == 403
    world.accounts.disable("bchc")
    assert lead.get("/", headers=header).status_code == 403


def test_the_header_of_anyone_else_is_not_believed(make: Callable[..., World]) -> None:
    """ASVS 4.1.3: a header that only the proxy may set cannot be set by a browser."""
    for world, address in [(proxied(make), "192.0.2.11"), (make(), "192.0.2.10")]:
        stranger = world.person(address=address)
        answer = stranger.get("/", headers={"X-Remote-User": "bchc"})
        assert answer.headers["location"].startswith("/sign-in")
    twice = {"X-Remote-User": "bchc, officer"}  # as a server joins them
    answer = proxied(make).person(address="192.0.2.10").get("/", headers=twice)
    assert answer.status_code == 302


def test_whom_the_proxy_names_is_who_it_is_even_with_anothers_cookie(
    make: Callable[..., World],
) -> None:
    """ASVS 7.6.1: one browser, two people one after the other."""
    world = proxied(make)
    desk = world.person(address="192.0.2.10")
    assert "bchc" in desk.get("/", headers={"X-Remote-User": "bchc"}).text
    text = desk.get("/history", headers={"X-Remote-User": "uhb"}).text
    assert "Signed in as uhb" in text


def test_where_a_request_came_from_is_the_proxys_word_only_where_it_is_trusted(
    make: Callable[..., World],
) -> None:
    """ASVS 16.2.1: the log names the true address."""
    world = proxied(make)
    forged = {"X-Forwarded-For": "203.0.113.5, 198.51.100.7"}
    for address, logged in [("192.0.2.10", "198.51.100.7"), ("192.0.2.50", "192.0.2.50")]:
        person = world.person(address=address)
        person.get("/sign-in", headers=forged)
        person.post("/sign-in", {"login": "bchc", "password": PASSWORD}, headers=forged)
        assert list(world.portal.audit.entries())[-1].address == logged


def test_the_health_page_says_ok_and_nothing_else(quiet: World) -> None:
    answer = quiet.person().get("/health")
    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "ok"})
    assert answer.cookies == {}


def test_whom_a_proxy_signs_on_signs_out_and_stays_out_until_they_come_again(
    make: Callable[..., World],
) -> None:
    """ASVS 7.4.1: the next page does not sign on again behind one's back."""
    header = {"X-Remote-User": "bchc"}
    for path, leads_to in ((None, "/signed-out"), ("/oauth2/sign_out", "/oauth2/sign_out")):
        world = proxied(make, sign_out_path=path)
        lead = world.person(address="192.0.2.10")
        lead.get("/", headers=header)
        key = lead.client.cookies["returns"].value
        answer = lead.post("/sign-out", headers=header)
        assert answer.headers["location"] == leads_to
        assert not SessionStore().exists(key)
    page = lead.get("/signed-out", headers=header).text
    assert "You are signed out here" in page
    assert "Signed in as" not in page
