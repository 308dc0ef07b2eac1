"""Signing in, signing out, choosing a password."""

from __future__ import annotations

from starlette.responses import Response

from portal.handling import Call, delete_cookie, form_cookie, session_cookie, set_cookie
from portal.passwords import weakness
from portal.refused import Refused
from portal.words import words


def sign_in_page(call: Call) -> Response:
    """Return the form to sign in."""
    if call.visitor is not None:
        return call.go("/")
    ended = "ended" in call.request.query_params
    changed = "changed" in call.request.query_params
    return call.show("sign_in.html", wrong=False, ended=ended, changed=changed)


def sign_in(call: Call) -> Response:
    """Sign in with name and password. A new session is begun, whatever the browser held."""
    wait = call.portal.sign_ins_from_an_address.wait_for(call.address)
    if wait > 0:
        raise Refused("too_many", 429, retry_after=int(wait) + 1)
    # A password is taken as it was typed, blanks at its ends too.
    password = call.form.fields.get("password", "")
    name = call.form.text("name")
    account = call.portal.accounts.sign_in(name, password, now=call.now)
    if account is None:
        known = call.portal.accounts.account(name)
        # What was typed may be a password in the wrong field, so an unknown name is not kept.
        call.portal.audit.add(
            "sign-in refused",
            at=call.now,
            account=known.name if known else None,
            address=call.address,
        )
        return call.show("sign_in.html", status=401, wrong=True, ended=False, changed=False)
    if call.visitor is not None:
        call.portal.sessions.end(call.visitor.key)
        call.visitor = None
    key = call.portal.sessions.begin(account, way="password", now=call.now)
    call.portal.audit.add(
        "signed in", at=call.now, account=account.name, address=call.address, way="password"
    )
    response = call.go("/password" if account.has_first_password else "/")
    set_cookie(response, session_cookie(call.portal.settings), key)
    delete_cookie(response, form_cookie(call.portal.settings))
    return response


def sign_out(call: Call) -> Response:
    """End the session on the server and forget what waited in it."""
    if call.visitor is not None:
        call.portal.sessions.end(call.visitor.key)
        call.portal.waiting.forget(account=call.visitor.account.name)
        call.log("signed out")
    response = call.go("/sign-in")
    delete_cookie(response, session_cookie(call.portal.settings))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def password_page(call: Call) -> Response:
    """Return the form to choose a password."""
    return _password_page(call, fault=None)


def change_password(call: Call) -> Response:
    """Changes the password and ends every session of the account, this one too."""
    account = call.account
    if not account.has_password:
        raise Refused("not_allowed", 403)
    now, new = call.form.fields.get("now", ""), call.form.fields.get("new", "")
    fault = None
    if not call.portal.accounts.password_is(account.name, now):
        fault = "wrong_now"
        call.log("password not changed")
    elif new != call.form.fields.get("again", ""):
        fault = "differ"
    elif new == now:
        fault = "same"
    else:
        fault = weakness(new, known=(account.name, *account.organisations))
    if fault is not None:
        return _password_page(call, fault=fault)
    call.portal.accounts.set_password(account.name, new)
    call.log("password changed")
    response = call.go("/sign-in?changed=1")
    delete_cookie(response, session_cookie(call.portal.settings))
    return response


def _password_page(call: Call, *, fault: str | None) -> Response:
    said = words()["password"][fault] if fault else None
    return call.show(
        "password.html",
        status=422 if fault else 200,
        fault=said,
        field={"wrong_now": "now", "differ": "again"}.get(fault or "", "new"),
        is_first=call.account.has_first_password,
        has_password=call.account.has_password,
    )
