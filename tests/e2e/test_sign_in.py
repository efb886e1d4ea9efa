"""The whole way of a sign-in: the button, a provider of OpenID Connect, the cookie, and what each role may do then."""

import pytest

pytest.importorskip("authlib", reason="the extra `auth` is not installed: sign-in not tested")
pytest.importorskip("httpx", reason="the extra `auth` is not installed: sign-in not tested")

import io
from pathlib import Path

from openpyxl import load_workbook

from poolcast.dashboard.services.drafts import Draft
from tests.e2e.load import ARGUMENT, LEVER, SLIDER, Reader, _apart, show_levers
from tests.e2e.provider import CLIENT, SECRET, provider
from tests.e2e.served import chromium, free_port, needs_browser, served, settle
from tests.e2e.wire import opened

pytestmark = [needs_browser, pytest.mark.long, pytest.mark.timeout(900)]

EDITOR = {"email": "Planner@example.org", "email_verified": True, "name": "Planner"}
VIEWER = {"email": "auditor@example.org", "email_verified": True, "name": "Auditor"}
STRANGER = {"email": "guest@example.org", "email_verified": True, "name": "Guest"}
SETTINGS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "made for one test and forgotten after it"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"

[roles]
editors = ["planner@example.org"]
viewers = ["auditor@example.org"]
"""
DRAFT = Reader(0, "china", "000000").query(-1.0)
WAIT = 120_000


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    """Provider, browser and log of a server with sign-in."""
    folder, port = tmp_path_factory.mktemp("deployment"), free_port()
    (folder / ".streamlit").mkdir()
    with provider() as known:
        text = SETTINGS.format(port=port, client=CLIENT, secret=SECRET, issuer=known.address)
        (folder / ".streamlit" / "secrets.toml").write_text(text, encoding="utf-8")
        with served(folder / "log", folder=folder, port=port) as address, chromium(address) as browser:
            yield known, browser, folder / "log"


@pytest.fixture
def known(deployment):
    """The provider as it should be, whatever the test before made of it."""
    found = deployment[0]
    found.claims, found.has_foreign_key, found.changed = None, False, {}
    found.asked.clear()
    yield found
    deployment[1].close_tabs()
    assert deployment[1].seen.hosts == set()


@pytest.fixture
def browser(deployment):
    return deployment[1]


@pytest.fixture
def log(deployment):
    return deployment[2]


def door(browser):
    """Open the dashboard in a browser that nobody has signed in with."""
    tab = browser.browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    tab.set_default_timeout(WAIT)
    tab.on("request", browser._note)
    tab.goto(f"{browser.address}/?lang=en")
    tab.locator(".st-key-sign_in button").wait_for()
    return tab


def sign_in(tab):
    """Press the button; the provider sends the browser back at once."""
    with tab.expect_response(lambda response: "/oauth2callback" in response.url, timeout=WAIT):
        tab.locator(".st-key-sign_in button").click()


def at_build(tab, browser):
    """Go to the draft of a lever, as by a link, and show its controls."""
    link = "&".join(f"{key}={value}" for key, value in {**DRAFT, "lang": "en"}.items())
    tab.locator(".st-key-sign_out").wait_for()
    tab.goto(f"{browser.address}/build?{link}")
    tab.locator(".pc-line").first.wait_for()
    show_levers(tab)


_ENABLED = """place => [...document.querySelectorAll(`${place} :is(input, button)`)]
    .filter(one => !one.disabled && !one.ariaLabel?.startsWith('Help for'))
    .map(one => one.closest('[class*="st-key-"]').className.match(/st-key-([^ ]+)/)[1])"""
"""Keys of the controls in a place that can be used, explanations left out."""


def cookies(tab):
    return {one["name"]: one["value"] for one in tab.context.cookies()}


def drawn_on_the_wire(browser, tab, *moves):
    """Send moves with the cookie of a browser but past its page, and return the draft and what the server says."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies(tab).items())

    async def ask():
        async with opened(browser.address, Cookie=cookie, Origin=str(browser.address)) as session:
            await session.open("build", **DRAFT, lang="en")
            if "build_filter@en" not in session.keys:
                return None, session.keys
            await session.move("build_filter@en", session.options("build_filter@en")[0])
            for key, value in moves:
                await session.move(key, value)
            call = Draft.of_link(session.query.get("d", "")).call(LEVER)
            at = None if call is None else round({**call.lever.defaults, **call.arguments}[ARGUMENT] * 100, 9)
            return at, session.keys

    return _apart(ask())


def test_an_editor_signs_in_and_moves_a_lever(known, browser):
    known.claims = EDITOR
    tab = door(browser)
    assert "_streamlit_user" not in cookies(tab)
    sign_in(tab)
    at_build(tab, browser)
    assert known.asked[0] == "/.well-known/openid-configuration"
    assert known.asked.index("/authorise") < known.asked.index("/token") < known.asked.index("/keys")
    cookie = next(one for one in tab.context.cookies() if one["name"] == "_streamlit_user")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    handle = tab.locator(f"[class*='st-key-{SLIDER}'] input[type=range]")
    assert handle.is_enabled()
    before = tab.url
    handle.press("ArrowRight")
    tab.wait_for_function("before => location.href !== before", arg=before, timeout=WAIT)
    assert drawn_on_the_wire(browser, tab, (f"{SLIDER}@en", 1.0))[0] == 1.0


def test_a_viewer_sees_everything_and_can_change_nothing(known, browser):
    known.claims = VIEWER
    tab = door(browser)
    sign_in(tab)
    at_build(tab, browser)
    open_to_all = tab.evaluate(_ENABLED, f".st-key-lever_{LEVER}")
    assert {key.split("_")[0] for key in open_to_all} <= {"more", "solve"}, "what it is, and the page that solves"
    for key in ("build_save", SLIDER, f"reset_{LEVER}"):
        control = tab.locator(f"[class*='st-key-{key}'] :is(input, button:not([aria-label^='Help for']))").first
        assert control.is_disabled(), key
    moves = (f"{SLIDER}@en", 1.0), (f"reset_{LEVER}@en", ...), (f"on_{LEVER}@en", False)
    assert drawn_on_the_wire(browser, tab, *moves)[0] == -1.0


def test_a_viewer_reads_assumptions_and_takes_a_workbook_but_changes_no_value(known, browser):
    known.claims = VIEWER
    tab = door(browser)
    sign_in(tab)
    at_page(tab, browser, "assumptions", ".st-key-rows_grid [data-testid=stDataFrame]")
    for key in ("mine", "shipped"):
        assert not opened_by_key(tab, {"mine": 2, "shipped": 3}[key]), key
    press(tab, "assume_upload")
    assert tab.locator("[class*='st-key-assume_upload_'] input[type=file]").is_disabled()
    tab.keyboard.press("Escape")
    press(tab, "assume_download")
    press(tab, "make_workbook")
    name, book = taken(tab, "get_make_workbook")
    assert name.endswith(".xlsx")
    assert "parameters Every parameter" in load_workbook(book).sheetnames
    assert tab.locator("[class*='st-key-ctx_undo']").count() == 0, "no set of this reader's own came about"


def test_a_viewer_reads_the_budget_and_takes_the_statement_but_sends_no_months(known, browser):
    known.claims = VIEWER
    tab = door(browser)
    sign_in(tab)
    at_page(tab, browser, "budget", ".st-key-card_statement .pc-table")
    before = tab.locator(".st-key-card_statement .pc-table").inner_text()
    press(tab, "budget_upload")
    for key in ("budget_months", "budget_approved"):
        assert tab.locator(f"[class*='st-key-{key}'] input[type=file]").is_disabled(), key
    assert tab.locator("[class*='st-key-budget_example'] button").first.is_disabled()
    tab.keyboard.press("Escape")
    press(tab, "budget_excel")
    name, book = taken(tab, "budget_xlsx")
    assert name.endswith(".xlsx")
    assert load_workbook(book).sheetnames
    assert tab.locator(".st-key-card_statement .pc-table").inner_text() == before


def at_page(tab, browser, page, drawn):
    """Go to a page of the national set, and wait until a part of it is drawn."""
    tab.locator(".st-key-sign_out").wait_for()
    tab.goto(f"{browser.address}/{page}?set=china&lang=en")
    tab.locator(drawn).first.wait_for()
    settle(tab)


def press(tab, key):
    tab.locator(f"[class*='st-key-{key}'] button").first.click()


def taken(tab, key):
    """Press a download, and return its name and what is in it."""
    with tab.expect_download(timeout=WAIT) as waited:
        press(tab, key)
    return waited.value.suggested_filename, io.BytesIO(Path(waited.value.path()).read_bytes())


def opened_by_key(tab, column):
    """Return whether a cell of the first row opens for typing; the grid of Assumptions is walked by the keyboard."""
    corner = tab.locator(".st-key-rows_grid [data-testid=stDataFrame]").first.bounding_box()
    tab.mouse.click(corner["x"] + 30, corner["y"] + 46)
    for passed in range(column):
        selected = f"[data-testid='glide-cell-{passed}-0'][aria-selected=true]"
        tab.locator(selected).wait_for(state="attached")
        tab.keyboard.press("ArrowRight")
    tab.locator(f"[data-testid='glide-cell-{column}-0'][aria-selected=true]").wait_for(state="attached")
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(500)
    box = tab.locator("input.gdg-input")
    is_open = box.count() > 0 and box.is_editable()
    tab.keyboard.press("Escape")
    return is_open


def test_who_is_on_no_list_stays_at_the_door(known, browser):
    known.claims = STRANGER
    tab = door(browser)
    sign_in(tab)
    tab.locator(".st-key-sign_out button").wait_for()
    assert "Guest" in tab.locator(".st-key-pc_door").inner_text()
    assert tab.locator(".pc-line, [class*='st-key-chart_']").count() == 0
    draft, keys = drawn_on_the_wire(browser, tab)
    assert draft is None
    assert [key for key in keys if key.startswith(("set@", "region@", "build_"))] == []
    tab.locator(".st-key-sign_out button").click()
    tab.locator(".st-key-sign_in button").wait_for()
    assert "_streamlit_user" not in cookies(tab)


def test_whom_the_provider_refuses_stays_at_the_door(known, browser):
    tab = door(browser)
    sign_in(tab)
    nobody_came_in(tab, browser)
    assert "/token" not in known.asked


@pytest.mark.parametrize("fault", ["signature", "audience", "nonce", "issuer", "expired"])
def test_a_token_that_is_not_the_providers_for_us_opens_nothing(known, browser, log, fault):
    known.claims = EDITOR
    known.has_foreign_key = fault == "signature"
    known.changed = {
        "audience": {"aud": "another"},
        "nonce": {"nonce": "of another sign-in"},
        "issuer": {"iss": "http://127.0.0.1:9"},
        "expired": {"exp": 1_000_000_000},
    }.get(fault, {})
    tab = door(browser)
    said = len(log.read_text(encoding="utf-8", errors="replace"))
    sign_in(tab)
    nobody_came_in(tab, browser)
    assert "/token" in known.asked
    told = log.read_text(encoding="utf-8", errors="replace")[said:]
    assert REASON[fault] in told, told[-600:]


REASON = {
    "signature": "bad_signature",
    "audience": "'azp'",  # a token for others must at least name the party that may use it
    "nonce": "'nonce'",
    "issuer": "'iss'",
    "expired": "expired",
}
"""What the log says of each, so that a token is not refused for something else."""


def nobody_came_in(tab, browser):
    """Hold that a browser is at the door, has no cookie, and that the wire lets it nowhere either."""
    tab.locator(".st-key-sign_in button").wait_for()
    assert "_streamlit_user" not in cookies(tab)
    assert tab.locator(".pc-line, [class*='st-key-chart_']").count() == 0
    assert drawn_on_the_wire(browser, tab)[0] is None
