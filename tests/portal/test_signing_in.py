"""ASVS 5.0 chapters V6 (authentication) and V7 (sessions), one test each."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
import sqlite3
import statistics
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import argon2
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.exceptions import ValidationError

from pipelines.workspace import Workspace
from portal.project import LOCKED_FOR, TRIES, open_accounts, set_up
from portal.roles import Role
from portal.settings import Limits, Settings
from portal.state import make_portal
from tests.boards import with_board
from tests.portal.conftest import PASSWORD, RETURN, Answer, Person, World

NEW = "granite harbour whisper lemon"


BEFORE = """
CREATE TABLE account (name TEXT PRIMARY KEY, organisations TEXT NOT NULL, roles TEXT NOT NULL,
    password_hash TEXT, password_is_first INTEGER NOT NULL, password_ends_at REAL,
    is_disabled INTEGER NOT NULL DEFAULT 0, wrong_tries INTEGER NOT NULL DEFAULT 0,
    locked_until REAL, created_at REAL NOT NULL, last_sign_in_at REAL) STRICT;
CREATE TABLE session (key_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (name),
    way TEXT NOT NULL, created_at REAL NOT NULL, seen_at REAL NOT NULL) STRICT;
CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


def session_of(person: Person) -> str:
    return person.client.cookies["returns"].value


def give(world: World, name: str, password: str) -> None:
    """Gives somebody that password."""
    account = world.accounts.account(name)
    account.set_password(password)
    account.password_is_first, account.password_ends_at = False, None
    account.save()


def choose(person: Person, now: str, new: str, again: str | None = None) -> Answer:
    """Changes one's own password."""
    person.get("/password")
    fields = {"oldpassword": now, "password1": new, "password2": new if again is None else again}
    return person.post("/password", fields)


def code(secret: str, at: dt.datetime) -> str:
    """The code of RFC 6238 that an app on a telephone shows."""
    counter = int(at.timestamp() // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def test_passwords_are_kept_as_argon2id_hashes_only(quiet: World) -> None:
    """ASVS 11.4.2: RFC 9106's parameters, a salt each."""
    assert make_password("x" * 12).startswith("argon2$argon2id$v=19$m=65536,t=3,p=4$")
    assert make_password("x" * 12) != make_password("x" * 12)
    content = (quiet.portal.settings.workspace.portal / "accounts.sqlite3").read_bytes()
    assert PASSWORD.encode() not in content


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "too_short"),
        ("x" * 129, "too_long"),
        ("password1234", "easily_guessed"),
        ("qwertyuiop12", "easily_guessed"),
        ("aaaaaaaaaaaaaaaa", "easily_guessed"),
        ("quarterdeck1", "easily_guessed"),
        ("bchc.data-lead1", "easily_guessed"),
        ("lantern orbit velvet cactus", None),
        ("tr0ub4dor&3 ☃ zwölf", None),
        ("x9" * 20 + "zebra umbrella river stone", None),
    ],
)
def test_a_password_is_long_and_not_a_known_one(
    quiet: World, password: str, fault: str | None
) -> None:
    """ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.9: length counts, not a mix of kinds of characters."""
    del quiet
    account = get_user_model()(name="bchc.data-lead", organisations=["BCHC"])
    codes = []
    try:
        validate_password(password, account)
    except ValidationError as problem:
        codes = [one.code for one in problem.error_list]
    assert codes == ([fault] if fault else [])


def test_a_password_is_verified_exactly_as_it_was_typed(quiet: World) -> None:
    """ASVS 6.2.8: neither trimmed nor cut nor folded."""
    give(quiet, "bchc", " Über lantern orbit velvet ")

    def status(password: str) -> int:
        return quiet.person().sign_in("bchc", password).status_code

    assert status(" Über lantern orbit velvet ") == 302
    assert status(unicodedata.normalize("NFD", " Über lantern orbit velvet ")) == 302
    assert status("Über lantern orbit velvet") == 401
    assert status(" über lantern orbit velvet ") == 401


def test_an_account_waits_after_five_wrong_tries_and_the_answer_is_no_other(quiet: World) -> None:
    """ASVS 6.3.1: brute force; 6.3.8: being locked is not told."""
    lead = quiet.person()
    answers = {lead.sign_in("bchc", "wrong").text for _ in range(TRIES)}
    locked = lead.sign_in("bchc", PASSWORD)
    assert locked.status_code == 401
    assert re.sub(r'value="[^"]+"', "", locked.text) in {
        re.sub(r'value="[^"]+"', "", answer) for answer in answers
    }
    quiet.clock.forward(seconds=LOCKED_FOR.total_seconds() + 1)
    assert lead.sign_in("bchc").status_code == 302


def test_no_stranger_locks_anybody_out(quiet: World) -> None:
    """ASVS 6.3.1: wrong tries from one address are no hindrance to whoever comes from another."""
    stranger = quiet.person(address="203.0.113.66")
    for _ in range(TRIES + 1):
        stranger.sign_in("bchc", "wrong")
    assert stranger.sign_in("bchc").status_code == 401
    assert quiet.person().sign_in("bchc").status_code == 302
    assert quiet.accounts.locked_until(quiet.accounts.account("bchc")) is not None
    quiet.accounts.reset("bchc")
    assert quiet.accounts.locked_until(quiet.accounts.account("bchc")) is None


def test_an_address_has_only_so_many_tries(make: Callable[..., World]) -> None:
    """ASVS 6.3.1, 2.4.1: many accounts, one password each."""
    world = make(limits=Limits(sign_ins_from_an_address="4/300s/ip"))
    stranger = world.person()
    answers = [stranger.sign_in(f"name{n}", "x").status_code for n in range(5)]
    assert answers == [401, 401, 401, 401, 429]
    assert world.person(address="192.0.2.99").sign_in("bchc").status_code == 302


def test_whether_there_is_an_account_shows_in_no_answer_and_in_no_time(
    make: Callable[..., World],
) -> None:
    """ASVS 6.3.8: user enumeration."""
    world = make()
    world.accounts.add("other", organisations=["UHB"], roles=[Role.SENDER])
    world.accounts.disable("uhb")
    stranger = world.person()
    pages = set()
    for name, password in [
        ("nobody", "x"), ("bchc", "x"), ("uhb", PASSWORD), ("other", "x"), ("' OR 1=1 --", "x"),
    ]:  # fmt: skip
        answer = stranger.sign_in(name, password)
        assert answer.status_code == 401
        pages.add(re.sub(r'value="[^"]+"', "", answer.text))
    assert len(pages) == 1

    def seconds(name: str) -> float:
        taken = []
        for number in range(7):
            visitor = world.person(address=f"192.0.2.{100 + number}")
            visitor.get("/sign-in")
            started = time.thread_time()
            visitor.post("/sign-in", {"login": name, "password": "wrong"})
            taken.append(time.thread_time() - started)
        return statistics.median(taken)

    ratio = seconds("nobody") / seconds("bchc.chief")
    assert 0.5 < ratio < 2


def test_a_first_password_is_random_good_once_and_ends(quiet: World) -> None:
    """ASVS 6.4.1: it may only be used to choose one's own."""
    made = [quiet.accounts.reset("bchc") for _ in range(3)]
    assert len(set(made)) == 3
    assert all(re.fullmatch(r"([2-9b-z]{5}-){3}[2-9b-z]{5}", one) for one in made)
    lead = quiet.person()
    assert lead.sign_in("bchc", made[-1]).status_code == 302
    assert quiet.person().sign_in("bchc", made[-1]).status_code == 401  # good for one sign-in
    assert lead.get("/assets/portal.css").status_code == 200
    assert lead.get("/").headers["location"] == "/password"
    assert lead.get(RETURN).headers["location"] == "/password"
    done = choose(lead, made[-1], NEW)
    assert done.headers["location"] == "/sign-in?changed=1"
    assert lead.sign_in("bchc", made[-1]).status_code == 401
    assert lead.sign_in("bchc", NEW).headers["location"] == "/"
    assert lead.get("/").status_code == 200

    late = quiet.accounts.reset("uhb")
    quiet.clock.forward(days=8)
    assert quiet.person().sign_in("uhb", late).status_code == 401


def test_changing_a_password_asks_for_the_old_one_and_ends_every_session(quiet: World) -> None:
    """ASVS 6.2.2, 6.2.3, 7.4.3."""
    lead, elsewhere = quiet.person("bchc"), quiet.person("bchc")
    for now, new, again, said in (
        ("wrong", NEW, NEW, "Your password now is not right."),
        (PASSWORD, NEW, NEW + "x", "You must type the same password each time."),
        (PASSWORD, "password1234", "password1234", "too easily guessed"),
        (PASSWORD, PASSWORD, PASSWORD, "the same as the old one"),
    ):
        answer = choose(lead, now, new, again)
        assert answer.status_code == 422
        assert said in answer.text
    assert choose(lead, PASSWORD, NEW).status_code == 302
    assert elsewhere.get("/").headers["location"].startswith("/sign-in")


def test_the_password_can_be_pasted_and_is_masked(quiet: World) -> None:
    """ASVS 6.2.6, 6.2.7."""
    page = quiet.person().get("/sign-in").text
    field = re.search(r'<input type="password"[^>]*>', page)
    assert field is not None
    assert 'autocomplete="current-password"' in field[0]
    assert "onpaste" not in page


def test_a_session_is_new_at_each_sign_in_and_long_and_random(quiet: World) -> None:
    """ASVS 7.2.2, 7.2.3, 7.2.4: session fixation."""
    lead = quiet.person()
    planted = "a" * 32
    lead.client.cookies["returns"] = planted
    lead.sign_in("bchc")
    keys = {session_of(lead), session_of(quiet.person("bchc")), session_of(quiet.person("uhb"))}
    assert len(keys) == 3
    assert planted not in keys
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)
    thief = quiet.person()
    thief.client.cookies["returns"] = planted
    assert thief.get("/").status_code == 302


def test_nobody_else_on_the_machine_reads_sessions_or_the_key(quiet: World) -> None:
    """ASVS 7.2.1, 13.3.1: what Django signs with is made here and stands in no code."""
    folder = quiet.portal.settings.workspace.portal
    for name in ("accounts.sqlite3", "secret_key"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert len((folder / "secret_key").read_text()) > 50


def test_signing_out_ends_the_session_on_the_server(quiet: World) -> None:
    """ASVS 7.4.1: the cookie alone brings nobody back."""
    lead = quiet.person("bchc")
    key = session_of(lead)
    answer = lead.post("/sign-out")
    assert "cache" in answer.headers["clear-site-data"]
    assert not SessionStore().exists(key)
    assert "You are signed out." in lead.get(answer.headers["location"]).text
    thief = quiet.person()
    thief.client.cookies["returns"] = key
    assert thief.get("/").status_code == 302


def test_a_session_ends_when_nothing_is_done_and_at_last_in_any_case(quiet: World) -> None:
    """ASVS 7.3.1, 7.3.2."""
    idle = quiet.person("bchc")
    quiet.clock.forward(minutes=29)
    assert idle.get("/").status_code == 200
    quiet.clock.forward(minutes=31)
    assert idle.get("/").headers["location"] == "/sign-in?ended=1"

    busy = quiet.person("bchc")
    for _ in range(23):
        quiet.clock.forward(minutes=20)
        assert busy.get("/").status_code == 200
    quiet.clock.forward(minutes=25)
    assert busy.get("/").status_code == 302


def test_disabling_an_account_ends_its_sessions(quiet: World) -> None:
    """ASVS 7.4.2."""
    lead = quiet.person("bchc")
    quiet.accounts.disable("bchc")
    assert lead.get("/").status_code == 302
    assert quiet.person().sign_in("bchc").status_code == 401
    quiet.accounts.enable("bchc")
    assert lead.get("/").status_code == 302


def test_every_page_has_the_way_out(quiet: World) -> None:
    """ASVS 7.4.4."""
    lead = quiet.person("bchc")
    for path in ("/", "/history", "/password"):
        assert 'action="/sign-out"' in lead.get(path).text


def test_rights_that_change_hold_at_once(running: World) -> None:
    """ASVS 8.3.2: who moves to another organisation sees nothing of the first one any more."""
    running.accounts.add("mover", organisations=["UHB"], roles=[Role.SENDER])
    give(running, "mover", PASSWORD)
    lead = running.person("mover")
    at_first = RETURN.replace("BCHC", "UHB")
    unreadable = lead.send(b"no return at all", path=at_first).path
    checked = lead.send(b"no return either", path=at_first, do="check").path
    theirs = (at_first, at_first + "/template", unreadable, unreadable + "/as-sent", checked)
    for path in theirs:
        assert lead.get(path).status_code == 200, path
    running.clock.forward(minutes=1)
    running.accounts.change("mover", organisations=["BCHC"], roles=[Role.SENDER])
    for path in theirs:
        assert lead.get(path).status_code == 404, path
    assert lead.post(checked + "/send").status_code == 404
    assert unreadable.rsplit("/", 1)[-1] not in lead.get("/history").text
    assert lead.get(RETURN).status_code == 200


def test_what_was_sent_after_the_session_ended_is_not_said_to_be_kept(quiet: World) -> None:
    """ASVS 7.4.4 and plain truth: the form was not taken."""
    lead = quiet.person("bchc")
    lead.get(RETURN)
    quiet.clock.forward(minutes=31)
    answer = lead.post_file(RETURN + "/file", b"x")
    assert answer.headers["location"] == "/sign-in?ended=form"
    assert "is not kept" in lead.get("/sign-in?ended=form").text
    assert quiet.portal.record.submissions() == []


def test_accounts_of_before_are_carried_over_with_their_passwords(tmp_path: Path) -> None:
    """The portal's own tables of before Django: once, with the same argon2 hash."""
    folder = tmp_path / "portal"
    folder.mkdir()
    with sqlite3.connect(folder / "accounts.sqlite3") as before:
        before.executescript(BEFORE)
        hashed = argon2.PasswordHasher().hash(PASSWORD)
        ends_at = time.time() + 3600
        before.executemany(
            "INSERT INTO account VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    "uhb.lead",
                    "BCHC UHB",
                    "sender signatory",
                    hashed,
                    0,
                    None,
                    0,
                    3,
                    None,
                    1e9,
                    1.1e9,
                ),
                ("gone", "UHB", "sender", hashed, 0, None, 1, 0, None, 1e9, None),
                ("new", "UHB", "sender", hashed, 1, ends_at, 0, 0, None, 1e9, None),
                ("by.proxy", "", "officer", None, 1, ends_at, 0, 0, None, 1e9, None),
            ],
        )
        before.execute("INSERT INTO session VALUES ('x', 'uhb.lead', 'password', 1, 1)")
    before.close()
    workspace = with_board(Workspace(tmp_path))
    portal = make_portal(Settings(workspace=workspace))
    for _ in range(2):
        set_up(portal)
    accounts = open_accounts(workspace)
    assert [one.name for one in accounts.all()] == ["by.proxy", "gone", "new", "uhb.lead"]
    world = World(portal=portal, given_clock=None, accounts=accounts)
    lead = world.person()
    assert lead.sign_in("uhb.lead").status_code == 302
    assert "Signed in as uhb.lead" in lead.get("/account").text
    assert lead.get(RETURN).status_code == 200
    assert world.person().sign_in("gone").status_code == 401
    assert world.person().sign_in("by.proxy").status_code == 401
    first = world.person()
    assert first.sign_in("new").status_code == 302
    assert first.get("/").headers["location"] == "/password"


def test_a_second_factor_is_asked_for_once_it_is_set_up(quiet: World) -> None:
    """ASVS 6.3.3: a code from a telephone, or a spare code, each good once."""
    lead = quiet.person()
    lead.sign_in("bchc")
    sure = lead.get("/second-factor/add").headers["location"]
    lead.get(sure)
    page = lead.get(lead.post(sure, {"password": PASSWORD}).headers["location"])
    secret = re.search(r'class="hash">([A-Z2-7]+)<', page.text)
    assert secret is not None
    answer = lead.post("/second-factor/add", {"code": code(secret[1], quiet.clock.now)})
    assert answer.headers["location"] == "/second-factor/codes"
    spare = re.findall(r'<li class="hash">(\d+)</li>', lead.get("/second-factor/codes").text)
    assert len(spare) == 10

    for number in range(2):
        again = quiet.person()
        assert again.sign_in("bchc").headers["location"] == "/sign-in/code"
        assert again.get("/").headers["location"].startswith("/sign-in")
        assert "Incorrect code" in again.post("/sign-in/code", {"code": "000000"}).text
        answer = again.post("/sign-in/code", {"code": spare[0]})
        assert answer.status_code == (302 if number == 0 else 200)
    guesser = quiet.person()
    guesser.sign_in("bchc")
    for _ in range(5):
        guesser.post("/sign-in/code", {"code": "000000"})
    assert guesser.post("/sign-in/code", {"code": spare[1]}).status_code == 200
    quiet.clock.forward(minutes=6)
    assert guesser.post("/sign-in/code", {"code": spare[1]}).status_code == 302
    first = quiet.accounts.reset("bchc")  # who has lost the telephone
    assert quiet.person().sign_in("bchc", first).headers["location"] == "/"
    assert ("second factor added", "bchc") in quiet.log()
    assert ("second factor refused", "bchc") in quiet.log()


def test_one_sees_where_one_is_signed_in_and_ends_the_others(quiet: World) -> None:
    """ASVS 7.5.2."""
    here, there = quiet.person(), quiet.person(address="198.51.100.9")
    for person in (here, there):
        person.sign_in("bchc")
    assert "198.51.100.9" in here.get("/sessions").text
    here.post("/sessions")
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_a_forgotten_password_is_set_anew_by_mail_and_nobody_learns_who_has_an_account(
    quiet: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 6.4.3: the link is good once, for an hour; none is promised where no mail goes out."""
    assert "/password/forgotten" not in quiet.person().get("/sign-in").text
    assert quiet.person().get("/password/forgotten").status_code == 404
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
    monkeypatch.setattr(mail, "outbox", [], raising=False)
    quiet.accounts.change(
        "bchc", organisations=["BCHC"], roles=[Role.SENDER], email="Lead@bchc.example"
    )
    assert "/password/forgotten" in quiet.person().get("/sign-in").text
    answers = {
        ask(quiet.person(), to).headers["location"]
        for to in ("no@one.example", "lead@bchc.example")
    }
    assert len(answers) == 1
    assert [one.to for one in mail.outbox] == [["lead@bchc.example"]]
    link = re.search(r"http://127\.0\.0\.1(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    lead = quiet.person()
    form = lead.get(link[1]).headers["location"]
    lead.get(form)
    lead.post(form, {"password1": NEW, "password2": NEW})
    assert lead.sign_in("lead@bchc.example", NEW).status_code == 302
    assert "too old" in quiet.person().get(link[1]).text

    quiet.accounts.change(
        "bchc", organisations=["BCHC"], roles=[Role.SENDER], email="new@bchc.example"
    )
    assert quiet.person().sign_in("lead@bchc.example", NEW).status_code == 401
    assert quiet.person().sign_in("new@bchc.example", NEW).status_code == 302
    quiet.accounts.add(
        "sso",
        organisations=["UHB"],
        roles=[Role.SENDER],
        email="sso@one.example",
        with_password=False,
    )
    ask(quiet.person(), "sso@one.example")
    assert len(mail.outbox) == 1


def ask(person: Person, address: str) -> Answer:
    """Asks for a link to choose a new password."""
    person.get("/password/forgotten")
    return person.post("/password/forgotten", {"email": address})
