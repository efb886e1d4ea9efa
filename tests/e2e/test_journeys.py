"""What a planner does, in a browser: a first visit that ends with a file, a link, a language."""

import io
import re

import pytest
from openpyxl import load_workbook

from tests.e2e.served import chromium, needs_browser, served, settle

pytestmark = [needs_browser, pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def browser():
    with served() as address, chromium(address) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine_and_the_console_is_quiet(browser):
    yield
    assert browser.seen.hosts == set()
    assert browser.seen.errors == []


def button(tab, key):
    return tab.locator(f"[class*='st-key-{key}'] button").first


def go(tab, page):
    tab.locator(f"a[href*='/{page}']").first.click()


def says(tab, text, timeout=120_000):
    tab.wait_for_function(
        """text => document.body?.innerText.includes(text)
            || [...document.querySelectorAll('input')].some(box => box.value.includes(text))""",
        arg=text,
        timeout=timeout,
    )


def pick(tab, scenario):
    """Pick a scenario of the library in the bar, as by typing its name."""
    button(tab, "ctx_scenarios").click()
    box = tab.locator("[class*='st-key-scenarios'] input").first
    box.fill(scenario)
    tab.get_by_role("option", name=scenario).first.click()
    tab.wait_for_url(re.compile(r"[?&]s="), timeout=60_000)
    tab.mouse.click(4, 700)  # beside everything: the popover closes
    tab.locator("[data-testid=stPopoverBody]").wait_for(state="detached", timeout=30_000)


def downloaded(tab, click):
    with tab.expect_download(timeout=120_000) as waited:
        click()
    with open(waited.value.path(), "rb") as file:
        return waited.value.suggested_filename, file.read()


def test_from_the_first_visit_to_a_compared_scenario_and_its_file(browser):
    tab = browser.open("overview")
    done = tab.get_by_role("dialog")
    if done.count():  # the tour of a first visit
        tab.keyboard.press("Escape")
        done.wait_for(state="detached")
    pick(tab, "高费用增长")
    go(tab, "compare")
    tab.wait_for_selector(".st-key-chart_lines .main-svg", timeout=120_000)
    settle(tab)
    says(tab, "高费用增长")
    tab.locator("[class*='st-key-below-'] button").filter(has_text="下载").click()
    name, content = downloaded(tab, lambda: button(tab, "compare_xlsx").click())
    assert name.endswith(".xlsx")
    book = load_workbook(io.BytesIO(content), data_only=False)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("高费用增长" in str(cell.value) for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"], "no formula in an export"


def test_a_link_shows_the_same_in_another_session(browser):
    tab = browser.open("compare", set="hebei", region="130200", s="high_cost", year="2040")
    button(tab, "ctx_share").click()
    link = tab.locator(".st-key-ctx_share code, [data-testid=stPopoverBody] code").first.inner_text().strip()
    page, query = link.split("?")
    assert page.endswith("/compare")
    other = browser.open("compare", **dict(part.split("=", 1) for part in query.split("&")))
    assert other.locator(".pc-line").first.inner_text() == tab.locator(".pc-line").first.inner_text()
    assert "唐山" in other.locator("body").inner_text()


def test_the_language_changes_and_the_place_stays(browser):
    tab = browser.open("build", set="hebei", region="130300", s="high_cost")
    tab.get_by_text("EN", exact=True).first.click()
    tab.wait_for_url("**lang=en**", timeout=60_000)
    settle(tab)
    assert "region=130300" in tab.url
    assert "s=high_cost" in tab.url
    assert "/build" in tab.url
    says(tab, "Qinhuangdao")
