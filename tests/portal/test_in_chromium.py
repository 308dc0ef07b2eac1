"""The pages in a real browser, as a data lead uses them: with scripts off, by keyboard, on a
telephone; and axe finds nothing.

The trap: pages that pass over HTTP and that nobody can use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.roles import Role
from tests.portal.browsing import THREE_FAULTS, choose, chromium_running, needs_chromium, sign_in
from tests.portal.conftest import GOOD, PASSWORD, RETURN, make_world
from tests.portal.serving import serving
from tests.portal.test_editions import edition
from tests.workbooks import as_workbook

PRACTICE = ("--practice", "2018-10-18")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    needs_chromium,
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal as the command runs it, on a record in which BCHC has sent a return."""
    folder = tmp_path_factory.mktemp("chromium")
    world = make_world(folder)
    edition(world, 80)
    world.accounts.add("second", organisations=[], roles=[Role.OFFICER], with_password=False)
    one, second = (world.accounts.account(name) for name in ("officer", "second"))
    second.password = one.password
    second.save()
    with serving(folder, *PRACTICE) as served:
        yield served


@pytest.fixture(scope="module")
def chromium(address: str) -> Iterator[Browser]:
    del address  # made before: playwright's loop and Django's database do not share a thread
    with chromium_running() as browser:
        yield browser


def window(chromium: Browser, address: str, **more: object) -> BrowserContext:
    """A window in which any request to another place is a failure."""
    context = chromium.new_context(**more)  # type: ignore[arg-type]  # playwright's own options
    context.set_default_timeout(20_000)
    foreign: list[str] = []
    context.on(
        "request", lambda sent: None if sent.url.startswith(address) else foreign.append(sent.url)
    )
    context.on("close", lambda _: None)
    context.foreign = foreign  # type: ignore[attr-defined]
    return context


def test_a_data_lead_puts_three_faults_right_without_scripts(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    """Template, check, three faults, correction, receipt, what changed: scripts are off."""
    context = window(chromium, address, java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    sign_in(page, address, "bchc")
    page.get_by_role("link", name="Training compliance, 2018-19 Q2").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the template").click()
    template = tmp_path / "template.xlsx"
    download.value.save_as(template)
    assert download.value.suggested_filename == "BCHC-training_compliance-2018-19-Q2.xlsx"
    assert load_workbook(template).worksheets[0]["C2"].value == "Safeguarding children level 1"
    with page.expect_download() as download:
        page.get_by_role("link", name="The template as CSV").click()
    assert download.value.suggested_filename == "BCHC-training_compliance-2018-19-Q2.csv"

    choose(page, as_workbook(THREE_FAULTS), "return.xlsx")
    page.get_by_role("button", name="Check without sending").click()
    expect(page.locator("h1")).to_have_text("This file needs correction. It was not sent.")
    expect(page.get_by_role("heading", name="3 errors: please correct them")).to_be_visible()
    for place in ("Row 2, column F (trained)", "Row 3, column F (trained)"):
        expect(page.get_by_role("heading", name=place)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your file with the findings").click()
    annotated = tmp_path / "annotated.xlsx"
    download.value.save_as(annotated)
    assert "4830" in str(load_workbook(annotated)["Return"]["F2"].comment.text)

    choose(page, GOOD)  # on the page of the faults
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Accepted")
    reference = page.url.rsplit("/", 1)[-1]

    page.get_by_role("link", name="Send a correction").click()
    choose(page, GOOD.replace(b"4736,4530", b"4736,4531"))
    page.get_by_role("button", name="Send", exact=True).click()
    row = page.get_by_role("row", name="2: Safeguarding children level 1")
    assert row.inner_text().split() == [
        "2:",
        "Safeguarding",
        "children",
        "level",
        "1",
        "trained",
        "4530",
        "4531",
    ]
    page.get_by_role("link", name="See the receipt").click()
    expect(page.locator("h1")).to_contain_text("Your return is accepted")
    page.go_back()
    page.get_by_role("link", name="History").click()
    expect(page.locator(f'a[href="/submissions/{reference}"]')).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    page.goto(address + "/history")
    assert page.url.startswith(address + "/sign-in")
    assert context.foreign == []  # type: ignore[attr-defined]
    context.close()


def test_by_keyboard_alone(chromium: Browser, address: str) -> None:
    """The skip link first, focus seen everywhere, the order of the page, no trap."""
    context = window(chromium, address)
    page = context.new_page()
    page.goto(address + "/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("bchc")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address + "/")
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e),
                r = e.getBoundingClientRect();
                return [e.tagName, e.textContent.trim() || e.name || '',
                        s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3,
                        r.height >= 24 || e.tagName === 'A', e.getAttribute('href')] }"""
        )
        if here[0] == "BODY":
            break
        assert here[2], f"no focus is seen on {here}"
        assert here[3], f"too small to hit: {here}"
        seen.append(here[1])
    wanted = ["Skip to the main content", "Quarterly returns", "Your returns", "History"]
    assert [one for one in seen if one in wanted][:4] == wanted
    assert "Sign out" in seen
    context.close()


def pages_of(page: Page, address: str) -> Iterator[str]:
    """Goes through every kind of page; gives the name of each once it is open."""
    page.goto(address + "/sign-in")
    yield "sign-in"
    page.get_by_label("Account").fill("nobody")
    page.get_by_label("Password").fill("x")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".fault").wait_for()
    yield "sign-in refused"
    sign_in(page, address, "uhb")
    yield "home"
    page.goto(address + RETURN.replace("BCHC", "UHB"))
    yield "return"
    page.locator("details > summary").first.click()
    yield "return, columns"
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".fault").wait_for()
    yield "no file"
    faulty = (
        b"organisation,quarter,course,staff_group,eligible,trained,percent,comment\r\n"
        b"UHB,2018-19 Q2,Safeguarding children level 2,,100,90,,\r\n"
    )
    choose(page, faulty + b"UHB,2018-19 Q2,Safeguarding children level 3,,10,12,,<b>\r\n")
    page.get_by_role("button", name="Check without sending").click()
    page.wait_for_url("**/checked/*")
    yield "checked"
    page.get_by_role("button", name="Send this file").click()
    page.wait_for_url("**/submissions/*")
    yield "needs correction"
    for quarter, trained in (("2018-19 Q1", b"90"), ("2018-19 Q2", b"9")):
        page.goto(
            address + RETURN.replace("BCHC", "UHB").replace("2018-19-Q2", quarter.replace(" ", "-"))
        )
        rows = b"".join(
            b"UHB,%s,%s,,100,%s,,\r\n" % (quarter.encode(), course, trained)
            for course in (b"Safeguarding children level 2", b"Safeguarding adults level 2")
        )
        choose(page, faulty.splitlines(keepends=True)[0] + rows)
        page.get_by_role("button", name="Send", exact=True).click()
        page.wait_for_url("**/submissions/*")
        yield f"submission {quarter}"
    if page.get_by_role("link", name="Withdraw this return").count():
        page.get_by_role("link", name="Withdraw this return").click()
        page.get_by_role("button", name="Withdraw it").wait_for()
        yield "withdraw"
    page.goto(address + "/second-factor/add")
    yield "the password once more"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Switch it on").wait_for()
    yield "second factor, set up"
    paths = ("/history", "/account", "/password", "/sessions", "/second-factor", "/passkeys")
    for path in (*paths, "/passkeys/add", "/accessibility", "/no-such-page"):
        page.goto(address + path)
        yield path
    page.context.clear_cookies()
    sign_in(page, address, "officer")
    yield "officer"
    page.goto(address + "/officer/publication")
    yield "the next edition"
    page.get_by_role("link", name="What is published").click()
    page.get_by_role("link", name="Withdraw 2018-09-04").wait_for()
    yield "what is published"
    page.get_by_role("link", name="Withdraw 2018-09-04").click()
    page.get_by_label("Why is it withdrawn?").fill("It showed 3.")
    page.get_by_role("button", name="Withdraw 2018-09-04 as").click()
    page.locator(".fault").wait_for()
    yield "withdraw an edition"
    page.goto(address + "/officer")
    page.get_by_role("link", name="Decide").first.click()
    page.get_by_role("button", name="Give longer").wait_for()
    yield "decide"
    page.get_by_role("link", name="The board", exact=True).click()
    yield "board"
    page.get_by_role("link", name="measures", exact=True).click()
    yield "table of the board"
    page.goto(address + "/officer/board/draft/targets/new")
    yield "a new row"
    page.get_by_label("Measure").select_option("TC01")
    page.get_by_label("Target").fill("lots")
    page.get_by_role("button", name="Keep in the draft").click()
    page.locator(".fault").wait_for()
    yield "a row with a fault"
    page.get_by_role("link", name="The draft of a change").click()
    page.get_by_role("heading", name="What is wrong").wait_for()
    yield "draft with a fault"
    page.get_by_role("link", name="targets: change a row or add one").click()
    page.get_by_role("link", name="Change row 9").click()
    yield "the row of a fault"
    page.get_by_role("button", name="Take this row out").click()
    page.get_by_text("Nothing: the draft is as the board in force.").wait_for()
    yield "draft"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, address: str, width: int, scheme: str
) -> None:
    """WCAG 2.2 AA as far as a tool sees it (no rule is switched off), and 1.4.10 reflow."""
    context = window(
        chromium, address, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content" in said.text else None)
    axe, names = Axe(), []
    for name in pages_of(page, address):
        found = axe.run(page)
        violations = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found.response["violations"]
        ]
        assert violations == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        names.append(name)
    assert len(names) >= 15
    assert blocked == []
    assert context.foreign == []  # type: ignore[attr-defined]
    context.close()


def test_an_officer_drafts_a_target_by_keyboard_without_scripts_and_a_second_one_applies_it(
    chromium: Browser, address: str
) -> None:
    """Tab, type, Enter; on a telephone. The pages have no script, and none is needed."""
    small = {"width": 390, "height": 800}
    context = window(chromium, address, java_script_enabled=False, viewport=small)
    page = context.new_page()
    sign_in(page, address, "officer")
    page.goto(address + "/officer/board/draft/targets/new")
    page.get_by_label("Measure").focus()
    # Measure, organisation, area and two quarters come before the target, an amber limit after it.
    for typed in ("TC01", "ROH", "", "2019-20-Q1", "", "96", "91"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("It is kept in the draft.").wait_for()
    expect(page.locator(".fault")).to_have_count(0)
    page.get_by_role("link", name="The draft of a change").click()
    expect(page.get_by_text("You drafted a part of this.")).to_be_visible()
    expect(page.get_by_role("button", name="Put into force")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address, "second")
    page.goto(address + "/officer/board/draft")
    sentence = "TC01, ROH: target none becomes 96 (amber limit 91) from 2019-20 Q1."
    expect(page.get_by_text(sentence)).to_be_visible()
    page.get_by_label("What changes, and why?").fill("Targets of 2019-20")
    page.get_by_role("button", name="Put into force").press("Enter")
    expect(page.get_by_text("The board is in force.")).to_be_visible()
    expect(page.get_by_text("by second: Targets of 2019-20")).to_be_visible()
    context.close()


def test_text_can_be_spaced_out_without_being_cut(chromium: Browser, address: str) -> None:
    """WCAG 1.4.12, with the style sheet that it names."""
    context = window(chromium, address, viewport={"width": 320, "height": 800}, bypass_csp=True)
    page = context.new_page()
    sign_in(page, address, "uhb")
    for path in ("/", RETURN.replace("BCHC", "UHB")):
        page.goto(address + path)
        page.add_style_tag(
            content="*{line-height:1.5!important;letter-spacing:.12em!important;"
            "word-spacing:.16em!important}p{margin-bottom:2em!important}"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        cut = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(e =>
                getComputedStyle(e).overflow === 'hidden' && !e.classList.contains('hidden')
                && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 90))"""
        )
        assert cut == []
    context.close()


def test_a_file_that_is_too_large_is_refused_in_words_and_not_by_a_broken_connection(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    """The server answers before the browser has sent all; the page must be seen all the same."""
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 25_000_000)
    context = window(chromium, address)
    page = context.new_page()
    sign_in(page, address, "bchc")
    page.goto(address + RETURN)
    page.get_by_label("Your file", exact=True).set_input_files(large)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="The file is too large").wait_for()
    context.close()


def test_a_passkey_is_added_and_asked_for(chromium: Browser, address: str) -> None:
    """ASVS 6.3.3: proof against a page that only looks like ours. Its pages alone have a script."""
    local = address.replace("127.0.0.1", "localhost")  # no passkey belongs to a bare number
    context = window(chromium, local)
    page = context.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content" in said.text else None)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, local, "both")
    page.goto(local + "/passkeys/add")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/passkeys/add")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Your spare codes").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
    page.get_by_label("Account").fill("both")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/code")
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_text("Signed in as both").wait_for()
    page.goto(local + "/passkeys")
    page.get_by_role("link", name="Remove it").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("You have none.").wait_for()
    assert blocked == []
    assert context.foreign == []  # type: ignore[attr-defined]
    context.close()
