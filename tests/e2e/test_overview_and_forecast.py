"""Overview and Forecast in a browser: from the map to a region, its link in another session, both languages."""

import pytest

from tests.e2e.served import chromium, needs_browser, served, settle

pytestmark = [needs_browser, pytest.mark.long]


@pytest.fixture(scope="module")
def browser():
    with served() as address, chromium(address) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_tab_stays_open(browser):
    yield
    browser.close_tabs()


def test_from_the_table_to_a_forecast_and_by_its_link_to_another_session(browser):
    tab = browser.open("overview", set="hebei", paths="40")
    place = tab.locator(".st-key-chart_tiles .point").nth(6).bounding_box()
    tab.mouse.move(place["x"] + 20, place["y"] + 22)
    tab.mouse.click(place["x"] + 22, place["y"] + 22)
    tab.wait_for_url("**/forecast?*region=130700*", timeout=60_000)
    settle(tab)
    sentence = tab.locator(".pc-line").first.inner_text()
    assert "张家口" in sentence
    other = browser.open("forecast", **dict(part.split("=") for part in tab.url.split("?")[1].split("&")))
    assert other.locator(".pc-line").first.inner_text().split("。")[0] == sentence.split("。")[0]
    other.get_by_role("radio", name="EN").or_(other.get_by_text("EN", exact=True)).first.click()
    other.wait_for_function(
        "() => document.querySelector('.pc-line')?.innerText.includes('Zhangjiakou')", timeout=60_000
    )
    other.wait_for_url("**region=130700**lang=en**", timeout=60_000)  # the address is written at the end of a run


def test_the_back_button_keeps_the_region(browser):
    tab = browser.open("forecast", set="hebei", region="130200", paths="40")
    tab.get_by_role("link", name="概览").click()
    tab.wait_for_selector(".st-key-chart_tiles .main-svg", timeout=60_000)
    tab.go_back()
    tab.get_by_role("link", name="预测").click()
    tab.wait_for_function("() => document.querySelector('.pc-line')?.innerText.includes('唐山')", timeout=60_000)


def test_the_band_arrives_and_a_table_goes_into_a_file(browser, tmp_path):
    tab = browser.open("forecast", set="china", ledger="RPF", paths="40")
    tab.wait_for_function("() => document.body?.innerText.includes('40 次模拟')", timeout=120_000)
    tab.locator(".st-key-more_flows button").click()
    with tab.expect_download(timeout=60_000) as waited:
        tab.get_by_text("下载 CSV").click()
    file = tmp_path / "flows.csv"
    waited.value.save_as(file)
    content = file.read_bytes()
    assert content.startswith("\ufeff".encode())
    text = content.decode("utf-8-sig")
    assert "2018" in text
    assert "实际" in text
    assert "synthetic" not in waited.value.suggested_filename


def test_nothing_left_the_machine_and_the_console_is_quiet(browser):
    browser.open("overview", set="hebei", paths="40", lang="en", dark=True)
    assert browser.seen.hosts == set()
    assert browser.seen.errors == []
