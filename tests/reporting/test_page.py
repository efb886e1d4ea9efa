"""The page: one file, both languages, nothing from elsewhere."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import pytest

from poolcast.reporting.outcome import Outcome
from poolcast.reporting.page import page
from tests.fixtures.fake_engine import fake_assumptions
from tests.fixtures.fake_forecast import fake_forecast

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class _Reader(HTMLParser):
    """Collects addresses, texts by language and the figures; knows nothing of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.texts: dict[str, list[str]] = {"en": [], "zh": []}
        self.open: list[str] = []
        self.data = ""
        self.inside = ""
        self.feed(html)
        self.figures = json.loads(self.data)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.addresses += [value for key, value in attrs if key in ("src", "href", "action", "poster", "srcset")]
        if tag == "span":
            self.open.append(given.get("lang", ""))
        self.inside = given.get("id", tag)

    def handle_endtag(self, tag):
        if tag == "span":
            self.open.pop()
        if tag == "script":
            self.inside = ""

    def handle_data(self, data):
        if self.inside == "figures":
            self.data += data
        elif self.open and self.open[-1]:
            self.texts[self.open[-1]].append(data)


@pytest.fixture(scope="module")
def html(outcomes):
    return page(outcomes, fake_assumptions())


@pytest.fixture(scope="module")
def read(html):
    return _Reader(html)


def test_nothing_is_fetched_from_elsewhere(html, read):
    assert read.addresses == ["data:,"]
    own = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)  # plotly.js names addresses that it does not ask
    assert "@import" not in own
    assert "url(" not in own
    assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//", own)
    assert html.count("plotly.js v") == 1


def test_every_text_stands_in_both_languages(read):
    assert len(read.texts["en"]) == len(read.texts["zh"])
    assert not [text for text in read.texts["en"] if re.search(r"[\u4e00-\u9fff]", text)]
    assert [text for text in read.texts["zh"] if re.search(r"[\u4e00-\u9fff]", text)]
    joined = " ".join(read.texts["en"])
    for expected in ("Projections, not forecasts", "Employee pooled fund", "Payable months", "Spending covered"):
        assert expected in joined
    assert "可支付月数" in " ".join(read.texts["zh"])


def test_the_lead_says_when_the_funds_run_dry(read):
    english = " ".join(read.texts["en"])
    assert "Resident fund. Law in force: first deficit in 2031, reserve not exhausted by 2035; " in english
    assert "High cost growth: first deficit in 2026, reserve exhausted in 2031." in english


def test_each_card_shows_a_figure_of_its_own(html, read):
    numbers = [int(number) for number in re.findall(r'data-figure="(\d+)"', html)]
    assert numbers == sorted(numbers, key=numbers.index)
    assert set(numbers) == set(range(len(read.figures["figures"])))
    ids = re.findall(r' id="([^"]+)"', html.split("<script")[0])
    assert len(ids) == len(set(ids))


def test_sources_are_cited_as_text(html):
    assert "https://example.org/bulletin" in html
    assert "Never cited" not in html


def test_synthetic_data_are_said(html):
    assert 'class="synthetic"' not in html
    assert 'class="synthetic"' in page([Outcome.of(fake_forecast(synthetic=1))], None, language="zh")


def test_names_cannot_bring_code_into_the_page():
    title = "</script><img src=x onerror=alert(1)>"
    forecast = fake_forecast().assign_attrs(scenario=title, scenario_title=title, scenario_title_zh="<b>")
    html = page([Outcome.of(forecast)], None)
    assert "<img" not in html.split("<script>")[0]
    assert "</script><img" not in html
    assert _Reader(html).addresses == ["data:,"]


def test_many_scenarios_are_cut_to_five_and_said():
    outcomes = [Outcome.of(fake_forecast(name)) for name in "abcdefg"]
    assert "2 more scenarios are in the run folder" in page(outcomes, None)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_in_a_browser_it_draws_switches_and_asks_nobody(tmp_path, html):
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    asked, complaints = [], []
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags, "--disable-sync"])
        view = browser.new_page(viewport={"width": 400, "height": 900})
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: complaints.append(message.text))
        view.on("pageerror", lambda error: complaints.append(str(error)))
        view.goto((tmp_path / "page.html").as_uri())
        view.wait_for_selector("article:not([hidden]) .main-svg")
        assert "Payable months" in view.inner_text("main")
        shown = view.locator("article:visible").count()
        view.click("button[value=zh]")
        text = view.inner_text("main")
        assert "可支付月数" in text
        assert "Payable months" not in text
        assert view.title() == "医疗保险基金测算 2025–2035 年：虚构假设集"
        assert view.get_attribute(".plot >> nth=0", "aria-label").startswith("收入与支出")
        assert view.evaluate("document.documentElement.lang") == "zh-CN"
        view.click("button[value=gdp]")
        assert view.locator("article:visible").count() == shown
        assert "占 GDP %" in view.inner_text("main")
        assert "亿元" not in view.inner_text("main")
        view.select_option("select[name=region]", "120000")
        assert view.locator("article:visible").count() == shown
        assert view.evaluate("document.documentElement.scrollWidth") <= 400
        drawn = view.evaluate("document.querySelectorAll('article:not([hidden]) .plot .main-svg').length")
        assert drawn >= shown
        browser.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert complaints == []
