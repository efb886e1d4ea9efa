"""Names, numbers and buttons that the browser would cut, at the two widths at which room is short."""

import pytest

from poolcast.dashboard.services.drafts import Draft
from tests.e2e.served import chromium, needs_browser, served

pytestmark = [needs_browser, pytest.mark.long, pytest.mark.timeout(900)]

LONG = "merge_schemes_one_ledger,long_term_care_extended,jingjinji_pool,outpatient_pooling_undone"
DRAFT = Draft().with_lever("F01").with_argument("F01", "change", -0.01).with_lever("B01").with_start("B01", 2028)

_CUT = """places => [...document.querySelectorAll(places)].filter(one => one.innerText && (
    one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)).map(one => one.innerText)"""
_LINES = """place => new Set([...document.querySelector(place).children]
    .filter(one => one.getBoundingClientRect().width > 6)
    .map(one => Math.round((one.getBoundingClientRect().top + one.getBoundingClientRect().bottom) / 8))).size"""
"""How many lines the parts of a row take, by their middles."""
_SHOWN = """() => [...document.querySelectorAll('.st-key-question [data-testid=stSelectbox] input')].map(one => {
    const draw = document.createElement('canvas').getContext('2d');
    const style = getComputedStyle(one);
    draw.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return [one.value, Math.floor(draw.measureText(one.value).width), Math.ceil(room)];
})"""
"""What the boxes of a row show, the pixels that it takes and those that there are."""
_TICKS = """() => [...document.querySelectorAll('.xtick text')].filter(one =>
    /rotate\\((?!0)/.test(one.getAttribute('transform') || '')).length"""


@pytest.fixture(scope="module")
def browser():
    with served() as address, chromium(address) as opened:
        yield opened


@pytest.mark.parametrize("width", [1366, 1024])
def test_names_of_scenarios_are_whole_in_the_cards(browser, width):
    tab = browser.open("compare", width=width, set="china", lang="en", s=LONG, paths="40")
    assert tab.locator(".pc-row .name").count() == 20
    assert tab.evaluate(_CUT, ".pc-row .name, .pc-row .value, .pc-row .change, .pc-head") == []
    assert tab.evaluate(_TICKS) == 0
    browser.close_tabs()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_builder_on_a_tablet_has_whole_numbers_and_its_row_in_one_line(browser, language):
    tab = browser.open("build", width=1024, set="hebei", lang=language, d=DRAFT.link(), paths="40")
    numbers = "[data-testid=stMetricValue] div, [data-testid=stMetricDelta] div, [data-testid=stMetricLabel] p"
    assert tab.locator("[data-testid=stMetricValue]").count() == 4
    assert tab.evaluate(_CUT, f"{numbers}, .pc-head") == []
    assert tab.evaluate(_LINES, ".st-key-build_head") == 1
    assert tab.evaluate(_LINES, ".st-key-ctx") == 1, "the bar, with its badges"
    browser.close_tabs()


def test_the_question_of_solve_stands_in_one_line(browser):
    tab = browser.open("solve", set="china", lang="en", ledger="RPF", to="2040")
    tab.locator(".st-key-question [data-testid=stSelectbox] input").nth(3).wait_for()
    assert tab.evaluate(_LINES, ".st-key-question") == 1
    told = tab.evaluate(_SHOWN)
    assert told[0][0] == "Fiscal subsidy of residents, factor"
    assert [text for text, wanted, room in told if wanted > room] == []
    browser.close_tabs()
