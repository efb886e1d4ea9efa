"""Projections, cards and sentences: the numbers are those of the command line's functions, and sentences tell them."""

import math
import re

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.dashboard.services import library, takeaways
from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.headline import headline, merged_in, reserve_state
from poolcast.dashboard.services.projections import (
    Projected,
    compared,
    explained,
    findings,
    forecast,
    projected,
    series,
    waterfall,
)
from poolcast.dashboard.services.required import required_financing
from poolcast.dashboard.services.sets import Edit, edited_set
from poolcast.dashboard.services.takeaways import Execution
from poolcast.outlook.measures import exhaustion
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import ResultError
from poolcast.reporting.outcome import Outcome
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.services_shared import baseline, draft, loaded, with_draft

NATION = "000000"
LANGUAGES = ("zh", "en")


def test_a_projection_is_that_of_the_package_and_is_made_once():
    item = with_draft(rate_change=0.15)
    xr.testing.assert_identical(item.forecast, poolcast.project(loaded().assumptions, item.scenario))
    assert with_draft(rate_change=0.15) is item
    assert with_draft(rate_change=0.20) is not item
    assert forecast("china", "baseline") is baseline().forecast
    assert baseline().key != item.key


def test_what_is_shared_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        baseline().forecast.reserve.values[0] = 1.0


def test_an_edited_set_has_projections_of_its_own():
    other = projected(edited_set(loaded(), [Edit("revenue.employer_rate", 0.09)]), BASELINE)
    assert other.key != baseline().key
    place = {"region": NATION, "ledger": "EPF", "year": 2050}
    assert float(other.forecast.reserve.sel(place)) > float(baseline().forecast.reserve.sel(place))


def test_a_comparison_is_that_of_the_package():
    items = [baseline(), with_draft()]
    found = compared(items, ["reserve", "exhaustion"])
    expected = poolcast.compare({item.name: item.forecast for item in items}, ["reserve", "exhaustion"])
    xr.testing.assert_identical(found.level("reserve"), expected.level("reserve"))
    assert compared(items, ["reserve", "exhaustion"]) is found
    assert compared(items, ["reserve"]) is not found


def test_series_of_a_measure_and_of_what_has_no_years():
    found = series(baseline(), "payable_months", NATION, "EPF")
    assert found[2040] == float(baseline().forecast.payable_months.sel(region=NATION, ledger="EPF", year=2040))
    with pytest.raises(ResultError, match="each year"):
        series(baseline(), "exhaustion", NATION, "EPF")


@pytest.mark.parametrize("by", ["lever", "driver"])
def test_parts_of_a_difference_add_up(by):
    item = projected(loaded(), draft("B01").with_lever("F01").scenario)
    bars = waterfall(explained(item, baseline()), by, "reserve", NATION, "EPF", 2040)
    change = [float(one.forecast.reserve.sel(region=NATION, ledger="EPF", year=2040)) for one in (item, baseline())]
    assert bars[-1].key == "total"
    assert bars[-1].value == pytest.approx(change[0] - change[1], rel=1e-9)
    assert sum(bar.value for bar in bars[:-1]) == pytest.approx(bars[-1].value, rel=1e-12)
    if by == "lever":
        assert [bar.key for bar in bars] == ["B01", "F01", "total"]


def test_findings_are_those_of_the_command():
    found = findings(loaded(), draft("B01").scenario, "hebei")
    expected = poolcast.check_compliance(loaded().assumptions, draft("B01").scenario, "hebei")
    assert found.document() == expected.document()
    assert findings(loaded(), draft("B01").scenario, "hebei") is found


def test_state_of_a_reserve_agrees_with_the_measure_everywhere():
    item = baseline("hebei")
    expected = exhaustion(item.forecast)
    seen = set()
    for region in item.outcome.regions:
        for ledger in item.outcome.ledgers:
            state, year = reserve_state(item, region, ledger)
            seen.add(state)
            wanted = float(expected.sel(region=region, ledger=ledger))
            assert (year == wanted) or (math.isnan(year) and math.isnan(wanted))
    assert seen == {"number", "never", "none"}


def test_cards_hold_the_numbers_of_the_forecasts():
    first, item = baseline(), with_draft()
    cards = headline([first, item], NATION, "EPF", 2040)

    def at(one, name):
        return float(one.forecast[name].sel(region=NATION, ledger="EPF", year=2040))

    months = cards["months"]
    assert [card.value for card in months] == [at(first, "payable_months"), at(item, "payable_months")]
    assert months[1].difference == at(item, "payable_months") - at(first, "payable_months")
    assert (months[0].tone, months[1].tone) == ("", "worse")
    total = item.forecast.balance.sel(region=NATION, ledger="EPF", year=slice(2026, 2040)).sum()
    assert cards["sum"][1].value == pytest.approx(float(total))
    assert cards["sum"][1].tone == "worse"
    assert cards["exhaustion"][0].state == "never"
    assert cards["required"][1].difference > 0
    assert cards["required"][1].tone == "worse"


def test_the_present_value_of_the_sum_by_hand():
    item = baseline()
    place = {"region": NATION, "ledger": "EPF"}
    before = item.forecast.balance_before_interest.sel(place).sel(year=slice(2026, 2028)).values
    rate = item.forecast.interest_rate.sel(place).sel(year=slice(2026, 2028)).values
    expected, factor = 0.0, 1.0
    for balance, interest in zip(before, rate, strict=True):
        expected += balance * factor / (1 + interest) ** 0.5
        factor /= 1 + interest
    found = headline([item], NATION, "EPF", 2028, kinds=("sum",))["sum"][0]
    assert found.present_value == pytest.approx(expected, rel=1e-12)


def test_a_difference_below_half_a_digit_is_none():
    cards = headline([baseline(), projected(loaded(), draft("B01").scenario)], NATION, "RPF", 2040)
    assert {cards[kind][1].tone for kind in ("months", "sum", "exhaustion")} == {"same"}
    assert all(card.value >= 0 for card in cards["months"])
    assert cards["months"][0].gap == -float(baseline().forecast.reserve.sel(region=NATION, ledger="RPF", year=2040))


@pytest.mark.parametrize(("ledger", "name"), [("EPF", "china"), ("RPF", "china"), ("RPF", "hebei")])
def test_required_financing_reaches_the_target_as_solve_does(ledger, name):
    item = with_draft(name)
    region = item.loaded.assumptions.region_codes[0]
    months = 6.0 if ledger == "RPF" else 80.0
    found = required_financing(item, region, ledger, 2040, months)
    condition = f"payable_months({ledger}, year=2040, region={region}) >= {months}"
    solved = poolcast.solve(
        item.loaded.assumptions, found.unknown, condition, region=region, base_scenario=item.scenario
    )
    assert solved.change > 0
    assert found.is_reached
    assert found.factor == pytest.approx(solved.value, rel=1e-6)
    assert found.runs <= 6
    if ledger == "RPF":
        amounts = [item.reformed.in_year(f"resident.{part}", 2027)[0] for part in ("personal_premium", "subsidy")]
        assert found.value == pytest.approx(amounts[0] + found.factor * amounts[1])
    assert required_financing(item, region, ledger, 2040, months) is found


def test_required_financing_has_no_answer_where_there_is_no_rate_or_no_room():
    assert required_financing(baseline(), NATION, "EPA", 2040, 6.0) is None
    assert required_financing(baseline(), NATION, "EPF", 2026, 6.0) is None
    assert not required_financing(baseline(), NATION, "EPF", 2027, 2_000.0).is_reached


# sentences


def changed(item, ledger, name="changed", titled=None, **values):
    """Return a projection in which series of a ledger have other values, to meet the cases that no set holds."""
    dataset = item.forecast.copy(deep=True)
    place = {"region": NATION, "ledger": ledger}
    for variable, series_of in values.items():
        dataset[variable].loc[place] = series_of
    title = titled or Words("Changed", "改动")
    scenario = draft("B01").scenario
    scenario = type(scenario)(name, title, title, "", scenario.reforms)
    return Projected(item.loaded, scenario, Outcome(name, title, dataset))


def shifted(item, ledger, first_negative, months=5.0, name="changed", titled=None):
    """Return a projection whose reserve is below zero from a year on; never for None."""
    years = item.forecast.year.values
    sign = np.where(years >= first_negative, -1.0, 1.0) if first_negative else np.ones(len(years))
    return changed(item, ledger, name, titled, reserve=sign * 1e11, payable_months=sign * months)


def numbers(text):
    return re.findall(r"\d[\d,]*(?:\.\d+)?", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_a_forecast(language):
    item = baseline()
    never = takeaways.forecast(item, NATION, "EPF", 2040, language)
    months = item.outcome.series("payable_months", NATION, "EPF")
    assert {f"{months[0]:.1f}", f"{months[-1]:.1f}", "2025", "2060"} <= set(numbers(never))
    assert str(item.outcome.event_year("first_deficit", NATION, "EPF")) in never
    year = takeaways.forecast(item, NATION, "RPF", 2040, language)
    exhausted = item.outcome.event_year("exhaustion", NATION, "RPF")
    assert f"*{exhausted}" in year
    place = {"region": NATION, "ledger": "RPF", "year": exhausted}
    share = item.forecast.revenue_before_interest.sel(place) / item.forecast.expenditure.sel(place)
    assert f"{100 * float(share):.0f}%" in year
    already = takeaways.forecast(shifted(item, "EPF", 2025), NATION, "EPF", 2040, language)
    assert "1,000.0" in already
    assert "2025" in already
    spent = item.outcome.series("expenditure", NATION, "MAF")
    none = takeaways.forecast(item, NATION, "MAF", 2040, language)
    assert {f"{spent[0] / 1e8:,.1f}", f"{spent[-1] / 1e8:,.1f}"} <= set(numbers(none))
    assert takeaways.forecast(item, "999", "EPF", 2040, language).startswith("999")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("before", "after", "key", "shown"),
    [
        (2040, 2036, "pair_earlier", {"4", "2040", "2036"}),
        (2040, 2041, "pair_later", {"1", "2040", "2041"}),
        (2040, None, "pair_saved", {"2040", "2060"}),
        (None, 2050, "pair_lost", {"2050", "2060"}),
        (2025, 2025, "pair_already", {"2045"}),
    ],
)
def test_sentence_of_a_comparison_by_year_of_exhaustion(before, after, key, shown, language):
    first = shifted(baseline(), "EPF", before, name="first")
    item = shifted(baseline(), "EPF", after)
    if key == "pair_already":
        item = changed(
            item,
            "EPF",
            reserve=item.forecast.reserve.sel(region=NATION, ledger="EPF").values,
            balance=baseline().forecast.balance.sel(region=NATION, ledger="EPF").values + 1e9,
        )
        years = 2045 - 2025
        shown = {*shown, f"{years * 1e9 / 1e8:,.1f}"}
    text = takeaways.compare([first, item], NATION, "EPF", 2045, language)
    assert shown <= set(numbers(text))
    assert pattern(key, language).fullmatch(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ledger_that_is_merged_into_another_has_no_end_and_no_required_rate(language):
    first = baseline()
    item = projected(first.loaded, library.scenario("merge_schemes_one_ledger"))
    since = str(merged_in(item, NATION, "RPF"))
    assert merged_in(first, NATION, "RPF") is None
    assert reserve_state(item, NATION, "RPF")[0] == "none"
    for cards in headline([first, item], NATION, "RPF", 2040).values():
        assert (cards[0].state, cards[1].state) == ("number", "none")
    assert headline([first, item], NATION, "RPF", int(since) - 1)["sum"][1].state == "number"
    assert math.isnan(headline([item, first], NATION, "RPF", 2040)["sum"][1].difference)
    for text in (
        takeaways.compare([first, item], NATION, "RPF", 2040, language),
        takeaways.forecast(item, NATION, "RPF", 2040, language),
        takeaways.uncertainty(item, NATION, "RPF", 2040, language),
    ):
        assert pattern("merged", language).fullmatch(text)
        assert since in text
    assert not pattern("merged", language).fullmatch(takeaways.forecast(item, NATION, "EPF", 2040, language))


def pattern(key, language):
    from poolcast.dashboard.words import catalogue

    template = re.escape(catalogue(language)[f"take.{key}"])
    return re.compile(re.sub(r"\\\{.*?\\\}", ".+?", template), re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_a_comparison_without_exhaustion(language):
    first = shifted(baseline(), "EPF", None, name="first", months=5.0)
    more, fewer, same = (shifted(baseline(), "EPF", None, months=months) for months in (6.26, 4.0, 5.04))
    assert pattern("pair_more", language).fullmatch(takeaways.compare([first, more], NATION, "EPF", 2040, language))
    assert {"5.0", "6.3"} <= set(numbers(takeaways.compare([first, more], NATION, "EPF", 2040, language)))
    assert pattern("pair_fewer", language).fullmatch(takeaways.compare([first, fewer], NATION, "EPF", 2040, language))
    assert pattern("pair_same", language).fullmatch(takeaways.compare([first, same], NATION, "EPF", 2040, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_a_comparison_that_cannot_speak_of_reserves(language):
    item = with_draft()
    text = takeaways.compare([baseline(), item], NATION, "MAF", 2040, language)
    assert pattern("pair_spending_same", language).fullmatch(text)
    spent = changed(item, "MAF", expenditure=baseline().forecast.expenditure.sel(region=NATION, ledger="MAF") + 2e9)
    text = takeaways.compare([baseline(), spent], NATION, "MAF", 2040, language)
    assert pattern("pair_spending", language).fullmatch(text)
    assert "+20.0" in text
    nothing = changed(item, "MAF", expenditure=np.nan)
    text = takeaways.compare([baseline(), nothing], NATION, "MAF", 2040, language)
    assert pattern("pair_no_data", language).fullmatch(text)
    alone = takeaways.compare([baseline()], NATION, "EPF", 2040, language)
    assert f"{baseline().outcome.series('payable_months', NATION, 'EPF')[15]:.1f}" in alone
    assert pattern("compare_none_no_reserve", language).fullmatch(
        takeaways.compare([baseline()], NATION, "MAF", 2040, language)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_several_scenarios_names_the_most_and_the_fewest(language):
    names = {"a": 7.0, "b": 3.0, "c": 5.5}
    items = [shifted(baseline(), "EPF", None, months, key, Words(key, key)) for key, months in names.items()]
    first = shifted(baseline(), "EPF", None, 5.0, "first")
    text = takeaways.compare([first, *items], NATION, "EPF", 2040, language)
    assert re.search(r"[「']a[」'].*7\.0.*[「']b[」'].*3\.0", text, re.DOTALL)
    gone = [
        shifted(baseline(), "EPF", year, name=key, titled=Words(key, key)) for key, year in (("a", 2030), ("b", 2033))
    ]
    first = shifted(baseline(), "EPF", 2031, name="first")
    text = takeaways.compare([first, *gone], NATION, "EPF", 2040, language)
    assert re.search(r"[「']b[」'].*2033.*[「']a[」'].*2030.*2031", text, re.DOTALL)
    same = [shifted(baseline(), "EPF", 2031, name=key, titled=Words(key, key)) for key in "ab"]
    text = takeaways.compare([first, *same], NATION, "EPF", 2040, language)
    assert pattern("many_same_year", language).fullmatch(text)
    assert {"2", "2031"} <= set(numbers(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_the_overview(language):
    item = baseline("hebei")
    years = exhaustion(item.forecast).sel(ledger="RPF")
    regions = years.sel(region=list(item.loaded.assumptions.region_codes))
    text = takeaways.overview(item, "RPF", 2040, language)
    assert f"*{int(regions.notnull().sum())}*" in text
    assert str(int(regions.min())) in text
    first = str(regions.region.values[int(np.nanargmin(regions.values))])
    assert item.outcome.region_name(first).in_language(language) in text
    none = takeaways.overview(item, "EPA", 2040, language)
    months = item.forecast.payable_months.sel(ledger="EPA", year=2040, region=list(regions.region.values))
    assert f"*{float(months.min()):.1f}" in none
    assert pattern("overview_no_data", language).fullmatch(takeaways.overview(item, "MAF", 2040, language))
    assert takeaways.overview(baseline(), "EPF", 2040, language) == takeaways.forecast(
        baseline(), NATION, "EPF", 2040, language
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_the_builder(language):
    assert pattern("build_none", language).fullmatch(
        takeaways.build(baseline(), projected(loaded(), Draft().scenario), NATION, "EPF", 2040, language)
    )
    text = takeaways.build(baseline(), with_draft(), NATION, "EPF", 2040, language)
    assert text.startswith("1")
    assert text.endswith(takeaways.compare([baseline(), with_draft()], NATION, "EPF", 2040, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_a_goal_seek(language):
    condition = "payable_months(RPF, year=2040) >= 6"
    done = poolcast.solve(loaded().assumptions, "scale:resident.subsidy", condition)
    text = takeaways.solve(done, "X", language, probability=0.9)
    assert {f"{done.value:.3f}", f"{100 * done.change:.1f}", "90"} <= set(numbers(text))
    nothing = poolcast.solve(loaded().assumptions, "revenue.employer_rate", "payable_months(EPF, year=2040) >= 6")
    assert pattern("solve_nothing", language).fullmatch(takeaways.solve(nothing, "X", language))
    out = poolcast.solve(
        loaded().assumptions, "revenue.employer_rate", "payable_months(EPF, year=2028) >= 900", bounds=(0.05, 0.09)
    )
    assert {"5.00", "9.00"} <= set(numbers(takeaways.solve(out, "X", language)))
    assert pattern("solve_before", language).fullmatch(takeaways.solve(None, "X", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_the_assumptions(language):
    held = loaded("hebei").assumptions.provenance
    counts = {
        kind: sum(any(entry.evidence == kind for entry in entries) for entries in held.values())
        for kind in ("synthetic", "borrowed", "assumption")
    }
    text = takeaways.assumptions(loaded("hebei"), language)
    assert {str(number) for number in counts.values()} <= set(numbers(text))
    mine = edited_set(loaded(), [Edit("revenue.employer_rate", 0.09)])
    assert "*1*" in takeaways.assumptions(mine, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("execution", "key", "shown"),
    [
        (None, "budget_no_data", set()),
        (Execution(2, 1.0, 0, 0), "budget_few", {"2"}),
        (Execution(6, 1.02, 5e9, 5e9), "budget_on_course", {"102.0", "50.0"}),
        (Execution(6, 1.12, 5.6e9, 5e9), "budget_above", {"112.0", "6.0"}),
        (Execution(6, 0.9, 4.5e9, 5e9), "budget_below", {"90.0", "5.0"}),
    ],
)
def test_sentence_of_the_budget(execution, key, shown, language):
    text = takeaways.budget(execution, Words("Here", "此地"), "EPF", "2026-06", language)
    assert pattern(key, language).fullmatch(text)
    assert shown <= set(numbers(text))


def test_a_title_cannot_set_off_a_part_of_a_sentence():
    item = shifted(baseline(), "EPF", 2040, titled=Words("*loud*", "*响*"))
    assert "*loud*" not in takeaways.forecast(item, NATION, "EPF", 2040, "en")
