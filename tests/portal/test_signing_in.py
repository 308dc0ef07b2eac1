"""ASVS 5.0 chapters V6 (authentication) and V7 (sessions), one test each."""

from __future__ import annotations

import re
import sqlite3
import statistics
import time
from collections.abc import Callable

import pytest

from portal.accounts import LOCKED_FOR, TRIES, Role
from portal.passwords import hash_of, weakness
from portal.settings import Limits
from tests.portal.conftest import PASSWORD, World

NEW = "granite harbour whisper lemon"
_KEY = re.compile(r"^returns=([^;]+)")


def session_of(world: World, person_name: str = "bchc") -> str:
    person = world.person(person_name)
    return str(person.client.cookies["returns"])


def test_passwords_are_kept_as_argon2id_hashes_only(quiet: World) -> None:
    """ASVS 11.4.2: RFC 9106's parameters, a salt each."""
    assert hash_of("x" * 12).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hash_of("x" * 12) != hash_of("x" * 12)
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
def test_a_password_is_long_and_not_a_known_one(password: str, fault: str | None) -> None:
    """ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.9: length counts, not a mix of kinds of characters."""
    assert weakness(password, known=["bchc.data-lead", "BCHC"]) == fault


def test_a_password_is_verified_exactly_as_it_was_typed(quiet: World) -> None:
    """ASVS 6.2.8: neither trimmed nor cut nor folded."""
    quiet.portal.accounts.set_password("bchc", " Über lantern orbit velvet ")
    now = quiet.clock()
    sign_in = quiet.portal.accounts.sign_in
    assert sign_in("bchc", " Über lantern orbit velvet ", now=now)
    assert not sign_in("bchc", "Über lantern orbit velvet", now=now)
    assert not sign_in("bchc", " über lantern orbit velvet ", now=now)


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


def test_an_address_has_only_so_many_tries(make: Callable[..., World]) -> None:
    """ASVS 6.3.1, 2.4.1: many accounts, one password each."""
    world = make(limits=Limits(sign_ins_from_an_address=(4, 300)))
    stranger = world.person()
    answers = [stranger.sign_in(f"name{n}", "x").status_code for n in range(5)]
    assert answers == [401, 401, 401, 401, 429]
    assert world.person(address="192.0.2.99").sign_in("bchc").status_code == 302


def test_whether_there_is_an_account_shows_in_no_answer_and_in_no_time(
    make: Callable[..., World],
) -> None:
    """ASVS 6.3.8: user enumeration."""
    world = make()
    accounts = world.portal.accounts
    accounts.add("other", organisations=["UHB"], roles=[Role.SENDER], now=world.clock())
    accounts.disable("uhb")
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
        for _ in range(7):
            started = time.thread_time()
            accounts.sign_in(name, "wrong", now=world.clock())
            taken.append(time.thread_time() - started)
        return statistics.median(taken)

    ratio = seconds("nobody") / seconds("bchc.chief")
    assert 0.5 < ratio < 2


def test_a_first_password_is_random_good_once_and_ends(quiet: World) -> None:
    """ASVS 6.4.1: it may only be used to choose one's own."""
    accounts = quiet.portal.accounts
    made = [accounts.reset("bchc", now=quiet.clock()) for _ in range(3)]
    assert len(set(made)) == 3
    assert all(re.fullmatch(r"([2-9b-z]{5}-){3}[2-9b-z]{5}", one) for one in made)
    lead = quiet.person()
    assert lead.sign_in("bchc", made[-1]).headers["location"] == "/password"
    assert lead.get("/").headers["location"] == "/password"
    lead.get("/password")
    done = lead.post("/password", {"now": made[-1], "new": NEW, "again": NEW})
    assert done.headers["location"] == "/sign-in?changed=1"
    assert lead.sign_in("bchc", made[-1]).status_code == 401
    assert lead.sign_in("bchc", NEW).headers["location"] == "/"

    late = accounts.reset("uhb", now=quiet.clock())
    quiet.clock.forward(days=8)
    assert quiet.person().sign_in("uhb", late).status_code == 401


def test_changing_a_password_asks_for_the_old_one_and_ends_every_session(quiet: World) -> None:
    """ASVS 6.2.2, 6.2.3, 7.4.3."""
    lead, elsewhere = quiet.person("bchc"), quiet.person("bchc")
    lead.get("/password")
    for fields in (
        {"now": "wrong", "new": NEW, "again": NEW},
        {"now": PASSWORD, "new": NEW, "again": NEW + "x"},
        {"now": PASSWORD, "new": "password1234", "again": "password1234"},
        {"now": PASSWORD, "new": PASSWORD, "again": PASSWORD},
    ):
        assert lead.post("/password", fields).status_code == 422
    assert lead.post("/password", {"now": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert elsewhere.get("/").headers["location"].startswith("/sign-in")


def test_the_password_can_be_pasted_and_is_masked(quiet: World) -> None:
    """ASVS 6.2.6, 6.2.7."""
    page = quiet.person().get("/sign-in").text
    assert 'type="password" autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_a_session_is_new_at_each_sign_in_and_long_and_random(quiet: World) -> None:
    """ASVS 7.2.2, 7.2.3, 7.2.4: session fixation."""
    lead = quiet.person()
    planted = "a" * 43
    lead.client.cookies.set("returns", planted, domain="127.0.0.1", path="/")
    lead.sign_in("bchc")
    keys = {
        str(cookie.value)
        for cookie in lead.client.cookies.jar
        if cookie.name == "returns" and cookie.value != planted
    }
    assert len(keys) == 1
    assert len(min(keys)) == 43
    assert quiet.portal.sessions.visitor(planted, now=quiet.clock()) is None
    again = session_of(quiet)
    assert again not in keys


def test_only_the_hash_of_a_session_is_kept(quiet: World) -> None:
    """ASVS 7.2.1: whoever reads the file cannot take a session over."""
    key = session_of(quiet)
    file = quiet.portal.settings.workspace.portal / "accounts.sqlite3"
    assert key.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file) as connection:
        (kept,) = connection.execute("SELECT key_hash FROM session").fetchone()
    connection.close()
    assert len(kept) == 64


def test_signing_out_ends_the_session_on_the_server(quiet: World) -> None:
    """ASVS 7.4.1: the cookie alone brings nobody back."""
    lead = quiet.person("bchc")
    key = str(lead.client.cookies["returns"])
    lead.get("/")
    answer = lead.post("/sign-out")
    assert "cache" in answer.headers["clear-site-data"]
    thief = quiet.person()
    thief.client.cookies.set("returns", key, domain="127.0.0.1", path="/")
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
    quiet.portal.accounts.disable("bchc")
    assert lead.get("/").status_code == 302
    assert quiet.person().sign_in("bchc").status_code == 401


def test_every_page_has_the_way_out(quiet: World) -> None:
    """ASVS 7.4.4."""
    lead = quiet.person("bchc")
    for path in ("/", "/history", "/password"):
        assert 'action="/sign-out"' in lead.get(path).text


def test_rights_that_change_hold_at_once(quiet: World) -> None:
    """ASVS 8.3.2: not only from the next sign-in."""
    lead = quiet.person("bchc")
    quiet.portal.accounts.change("bchc", organisations=["UHB"], roles=[Role.SENDER])
    assert lead.get("/returns/BCHC/training_compliance/2018-19-Q2").status_code == 404
