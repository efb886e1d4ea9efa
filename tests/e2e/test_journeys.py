"""What a planner does, in a browser: compare, share, move a lever, go back, stop, change an assumption, send a file."""

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook

from tests.e2e.load import SLIDER, Reader, lines_of, show_levers, slider_to_chart, wait_for_lines
from tests.e2e.served import chromium, needs_browser, served, settle

pytestmark = [needs_browser, pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def browser():
    with served() as address, chromium(address) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine_and_the_console_is_quiet(browser):
    yield
    browser.close_tabs()
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


def test_a_lever_moves_the_line_and_goes_back(browser):
    tab = browser.open("build", **Reader(0, "china", "000000").query(-1.0))
    show_levers(tab)
    before = lines_of(tab, "effect")
    slider_to_chart(tab, SLIDER, "effect", "ArrowRight")
    moved = lines_of(tab, "effect")
    assert moved != before
    button(tab, "more_undo").click(timeout=120_000)
    wait_for_lines(tab, "effect", before)
    button(tab, "more_redo").click(timeout=120_000)
    wait_for_lines(tab, "effect", moved)


def test_the_back_button_of_the_browser_goes_back_a_page(browser):
    """A past fault: each change of the view was a step of the history, so that "back" stayed on the page."""
    tab = browser.open("forecast", set="hebei", region="130200", paths="40")
    go(tab, "compare")
    tab.wait_for_url("**/compare?*region=130200*", timeout=120_000)
    for measure in ("结余", "收支"):  # two changes of the view
        address = tab.url
        tab.locator("[class*='st-key-measure'] button").filter(has_text=measure).first.click()
        tab.wait_for_function("before => location.href !== before", arg=address, timeout=120_000)
    tab.go_back()
    tab.wait_for_url("**/forecast?*region=130200*", timeout=120_000)
    says(tab, "唐山")
    tab.go_forward()
    tab.wait_for_url("**/compare?*region=130200*", timeout=120_000)
    tab.wait_for_selector(".st-key-chart_lines .main-svg", timeout=120_000)


def test_a_simulation_is_cancelled(browser):
    tab = browser.open("uncertainty", set="hebei", paths="10000", seed="991")
    stop = button(tab, "cancel_simulation")
    stop.wait_for(timeout=120_000)
    stop.click()
    tab.locator("[class*='st-key-cancel_simulation']").first.wait_for(state="detached", timeout=240_000)
    says(tab, "已停止")
    settle(tab)
    tab.wait_for_timeout(2_500)  # two looks: what was stopped does not begin again by itself
    assert button(tab, "cancel_simulation").count() == 0
    button(tab, "again").click()
    button(tab, "cancel_simulation").click(timeout=120_000)
    says(tab, "已停止")


def test_a_broken_workbook_is_refused_at_its_cells_and_the_mended_one_is_loaded(browser, tmp_path):
    from poolcast.parameters.exchange.export import export_bytes
    from tests.fixtures.minimal_set import write_minimal_set

    whole = export_bytes(write_minimal_set(tmp_path / "minimal"), language="zh")
    mended, broken = tmp_path / "mended.xlsx", tmp_path / "broken.xlsx"
    mended.write_bytes(whole)
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            new.writestr(item, old.read(item))
        new.writestr("xl/vbaProject.bin", b"macro")
    tab = browser.open("assumptions", region="000000")
    upload(tab, broken, 0)
    tab.wait_for_selector(".st-key-card_problems", timeout=120_000)
    assert tab.locator(".st-key-card_loaded").count() == 0
    upload(tab, mended, 1)
    tab.wait_for_selector(".st-key-card_loaded", timeout=120_000)
    tab.locator(".st-key-card_problems").wait_for(state="detached", timeout=120_000)
    button(tab, "ctx_share").click()
    says(tab, "链接里放不下")


def upload(tab, path, before):
    """Send a file; `before` is how many were sent before, as each has an uploader of its own."""
    box = tab.locator(f"[class*='st-key-assume_upload_{before}'] input[type=file]")
    if before == 0:
        button(tab, "assume_upload").click()
    box.set_input_files(str(path), timeout=120_000)


def test_an_assumption_is_changed_and_every_page_knows(browser):
    tab = browser.open("assumptions", region="000000")
    type_into_grid(tab, "2-0", "7.5")
    button(tab, "ctx_undo").wait_for(timeout=120_000)
    says(tab, "（我的修改）")
    for page in ("forecast", "compare", "build"):
        go(tab, page)
        tab.wait_for_url(f"**/{page}**", timeout=120_000)
        settle(tab)
        says(tab, "（我的修改）")
    button(tab, "ctx_undo").click()
    tab.locator("[class*='st-key-ctx_undo']").wait_for(state="detached", timeout=120_000)
    tab.wait_for_function(
        "() => ![...document.querySelectorAll('input')].some(box => box.value.includes('（我的修改）'))"
        " && !document.body?.innerText.includes('（我的修改）')",
        timeout=120_000,
    )


def type_into_grid(tab, cell, text):
    """Type into a cell of the grid of assumptions, by the keys of a keyboard; each step waits for the one before."""
    place = "[data-testid='glide-cell-{}']"
    grid = tab.locator(".st-key-rows_grid [data-testid=stDataFrame]").first
    grid.locator(place.format(cell)).wait_for(state="attached", timeout=120_000)
    column, row = map(int, cell.split("-"))
    corner = grid.bounding_box()
    tab.mouse.click(corner["x"] + 30, corner["y"] + 46 + 29 * row)  # heads are 32 pixels high, rows 29
    for passed in range(column + 1):
        tab.wait_for_function(
            "cell => document.querySelector(cell)?.getAttribute('aria-selected') === 'true'",
            arg=place.format(f"{passed}-{row}"),
            timeout=120_000,
        )
        tab.keyboard.press("ArrowRight" if passed < column else "Enter")
    box = tab.locator("input.gdg-input")
    box.fill(text, timeout=120_000)
    box.press("Enter")
