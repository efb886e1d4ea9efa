"""Lights, spells and looking ahead, on series made by hand and on the shipped sets; chances; what clears a warning."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import poolcast
from poolcast.budget.early_warning import early_warnings, judge
from poolcast.budget.execution import execution
from poolcast.budget.warning_chances import Chance, chances_of
from poolcast.budget.warning_clearing import quiet_condition, ways_to_clear
from poolcast.budget.warning_execution import alerts_of_execution
from poolcast.budget.warning_history import closed_years, extended
from poolcast.budget.warning_results import ExecutionAlert
from poolcast.budget.warning_rules import RULES, threshold
from poolcast.budget.warning_series import FundSeries, funds_of
from poolcast.budget.warning_words import figure, figures
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import ResultError, ScenarioError
from poolcast.parameters.location import package_copy
from tests.budget import warning_sets as sets

PLACE = Words("Somewhere", "某地")


def made(balance: list[float], reserve: list[float], ledger: str = "RPF") -> FundSeries:
    """A fund that spends 120 a year from 2020 on: a month is 10."""
    spent = np.full(len(balance), 120.0)
    figures_ = {"revenue": spent + np.array(balance), "expenditure": spent, "reserve": np.array(reserve)}
    return FundSeries(ledger, tuple(range(2020, 2020 + len(balance))), figures_, 2024)


def test_a_spell_of_deficits_since_when_history_and_ahead() -> None:
    """Deficits in 2020, 2022-2024 and, after a good year, 2026."""
    series = made([-1, 1, -1, -1, -1, 1, -1, 1], [200] * 8)
    fund = judge(series, "X", PLACE, None, 2024)
    deficit = next(one for one in fund.warnings if one.rule.id == "deficit")
    assert (deficit.since, deficit.since_open) == (2022, False)
    assert deficit.history == (2020, 2022, 2023, 2024)
    assert deficit.ahead == (2026,)
    assert deficit.value == pytest.approx(1 / 120)
    assert (deficit.is_coming, deficit.is_projected) == (False, False)
    quiet_now = judge(series, "X", PLACE, None, 2025)
    coming = next(one for one in quiet_now.coming if one.rule.id == "deficit")
    assert (coming.year, coming.is_coming, coming.is_projected, coming.since) == (2026, True, True, 2026)
    assert "deficit" in quiet_now.quiet
    assert "deficit" not in {one.rule.id for one in judge(series, "X", PLACE, None, 2025, ahead=0).coming}


def test_a_spell_that_reaches_back_to_the_first_year_is_open() -> None:
    fund = judge(made([-1] * 5, [200] * 5), "X", PLACE, None, 2024)
    deficit = next(one for one in fund.warnings if one.rule.id == "deficit")
    assert (deficit.since, deficit.since_open) == (2020, True)
    assert "since 2020 or before" in deficit.sentence()
    assert "自2020年或更早起" in deficit.sentence("zh")


def test_the_light_is_the_worst_rule_and_says_which() -> None:
    low = judge(made([0] * 5, [200, 200, 200, 200, 25]), "X", PLACE, None, 2024)
    assert (low.light, low.band and low.band.id, low.months) == ("red", "red", 2.5)
    assert low.decided_by is not None
    assert low.decided_by.rule.id == "low_reserve"
    yellow = judge(made([0, 0, 0, 0, -1], [200] * 5), "X", PLACE, None, 2024)
    assert yellow.light == "yellow"
    assert yellow.decided_by is not None
    assert yellow.decided_by.rule.id == "deficit"
    green = judge(made([1] * 5, [200] * 5), "X", PLACE, None, 2024)
    assert (green.light, green.decided_by) == ("green", None)


def test_what_lies_ahead_has_a_light_of_its_own() -> None:
    fund = judge(made([1] * 8, [200, 200, 200, 200, 200, 200, 25, 25]), "X", PLACE, None, 2024)
    assert (fund.light, fund.light_ahead) == ("green", "red")
    assert fund.coming[0].rule.id == "low_reserve"
    assert fund.coming[0].year == 2026


def test_a_red_value_is_red_though_the_spell_began_orange() -> None:
    fund = judge(made([0] * 5, [200, 50, 40, 35, 25]), "X", PLACE, None, 2024)
    low = fund.warnings[0]
    assert (low.level, low.threshold, low.since) == ("red", 3.0, 2021)


def test_what_is_not_known_is_said() -> None:
    fund = judge(made([1] * 5, [200] * 5), "X", PLACE, None, 2021)
    unknown = dict(fund.unknown)
    assert "growth_gap" in unknown, "two earlier years are needed"
    assert unknown["chance_low"] == Words("No simulation was given.", "未提供模拟结果。")
    assert "growth_gap" not in fund.quiet


def test_chances_are_rules_like_others() -> None:
    chance = Chance((2024, 2025), np.array([0.12, 0.3]), np.array([0.01, 0.02]))
    fund = judge(made([1] * 8, [200] * 8), "X", PLACE, None, 2024, chances={"chance_low": chance})
    warning = fund.warnings[0]
    assert (warning.rule.id, warning.level, warning.error) == ("chance_low", "orange", 0.01)
    assert (fund.chance_low, fund.chance_error) == (0.12, 0.01)
    assert "12.0% ± 1.0 points" in warning.sentence()
    assert judge(made([1] * 8, [200] * 8), "X", PLACE, None, 2025, chances={"chance_low": chance}).light == "red"


def test_worry_sorts_by_band_then_chance_then_exhaustion() -> None:
    base = judge(made([1] * 5, [200] * 5), "X", PLACE, None, 2024)
    red = judge(made([1] * 5, [25] * 5), "X", PLACE, None, 2024)
    likely = replace(base, chance_low=0.5)
    early, late = replace(base, exhaustion_year=2030.0), replace(base, exhaustion_year=2040.0)
    assert sorted([base, late, early, likely, red], key=lambda one: one.worry) == [red, likely, early, late, base]


def test_the_national_funds() -> None:
    found = early_warnings(sets.forecast("china"), sets.given("china"))
    employees, residents = found.fund("000000", "EPF"), found.fund("000000", "RPF")
    assert found.as_of == 2025
    assert employees.band is not None
    assert employees.band.id == "excessive"
    assert employees.months == pytest.approx(12 * 35144.13 / 13594.28, rel=1e-6)
    assert {one.rule.id for one in employees.warnings} == {"arrears"}
    assert residents.light == "green"
    forward = sets.forecast("china").expenditure.sel(region="000000", ledger="RPF")
    assert residents.months_forward == pytest.approx(12 * 8742.11e8 / float(forward.sel(year=2026)), rel=1e-4)
    assert residents.months == pytest.approx(12 * 8742.11 / 10678.63, rel=1e-4)
    with pytest.raises(ResultError, match="fund that holds a reserve"):
        found.fund("000000", "MAF")


def test_history_comes_from_the_accounts() -> None:
    series = funds_of(sets.forecast("china"), sets.given("china"))["000000", "EPF"]
    assert series.years[:3] == (2023, 2024, 2025)
    assert series["revenue"][:3] / 1e8 == pytest.approx([16580.30, 17342.45, 18292.91], abs=0.01)
    assert series["expenditure"][:2] / 1e8 == pytest.approx([11652.77, 13222.71])
    gap = RULES["growth_gap"].value(series)  # type: ignore[misc]
    by_hand = [13222.71 / 11652.77 - 17342.45 / 16580.30, 13594.28 / 13222.71 - 18292.91 / 17342.45]
    assert gap[2] == pytest.approx(min(by_hand), abs=1e-5)
    assert series["dependency_ratio"][1] == pytest.approx(27490.84 / 10457.50, rel=1e-3)


def test_the_tables_of_the_set_give_a_longer_history() -> None:
    """Residents 2021-2025: expenditure grew 0.6, 11.8, 2.0, 0.2 %, revenue 4.2, 4.4, 5.8, 0.5 %."""
    assumptions = sets.given("china")
    series = funds_of(sets.forecast("china"), assumptions)["000000", "RPF"]
    closed = closed_years("china")
    longer = extended(series, "000000", closed)
    assert longer.years[0] == 2018
    assert longer.years[-1] == series.years[-1]
    place = longer.position(2022)
    assert longer["revenue"][place] / 1e8 == pytest.approx(10128.90)
    assert longer.payable_months[place] == pytest.approx(12 * 7534.13 / 9353.44, rel=1e-4)
    for name, values in series.figures.items():
        assert np.array_equal(longer[name][-len(values) :], values, equal_nan=True), name
    assert extended(series, "999999", closed) is series
    gap = RULES["growth_gap"].value(longer)  # type: ignore[misc]
    assert gap[longer.position(2023)] == pytest.approx(9353.44 / 9296.37 - 10128.90 / 9724.48, abs=1e-5)
    found = early_warnings(sets.forecast("china"), assumptions, as_of=2023, history="china").fund("000000", "RPF")
    assert found.months == pytest.approx(12 * 7663.70 / 10457.65, rel=1e-6)
    assert "growth_gap" in found.quiet
    unknown = early_warnings(sets.forecast("china"), assumptions, as_of=2023).fund("000000", "RPF")
    assert "growth_gap" in dict(unknown.unknown)


def test_arrears_over_what_is_due_by_hand() -> None:
    """What is due is what units paid over the collection rate."""
    forecast, assumptions = sets.forecast("china"), sets.given("china")
    series = funds_of(forecast, assumptions)["000000", "EPF"]
    own = forecast.sel(region="000000", year=2027)
    units = float(own.revenue_by_line.sel(ledger="EPF", revenue_line="R1.1"))
    due = units / float(assumptions.in_year("revenue.collection_rate", 2027)[0])
    assert series["arrears_share"][series.position(2027)] == pytest.approx(float(own.arrears) / due)


def test_a_pool_is_judged_by_the_regions_behind_it() -> None:
    """One ledger of all regions of a province but Xiong'an, which keeps its own: people and arrears are theirs."""
    pooled = sets.given("hebei").with_options(employee_pool="parent")
    forecast = poolcast.project(pooled)
    found = funds_of(forecast, pooled)
    assert ("130100", "EPF") not in found
    assert ("133100", "EPF") in found
    series = found["130000", "EPF"]
    behind = [code for code in pooled.region_codes if code.startswith("13") and code != "133100"]
    members = forecast.members.sel(region=behind, year=2027).sum("region")
    paying = members.sel(status=["active", "flexible", "unemployed", "paying_past_retirement"]).sum()
    place = series.position(2027)
    assert series["dependency_ratio"][place] == pytest.approx(float(paying / members.sel(status="retired")))
    borne = float(forecast.provider_borne.sel(region=behind, scheme="employee", year=2027).sum())
    assert series["provider_share"][place] == pytest.approx(borne / series["expenditure"][place])
    arrears = float(forecast.arrears.sel(region=behind, year=2027).sum())
    units = float(forecast.revenue_by_line.sel(region="130000", ledger="EPF", revenue_line="R1.1", year=2027))
    assert series["arrears_share"][place] == pytest.approx(arrears / (units / 0.98))
    fund = early_warnings(forecast, pooled, as_of=2027).fund("130000", "EPF")
    assert "provider_share" not in dict(fund.unknown)


def test_a_region_has_the_dependency_ratio_of_the_forecast() -> None:
    forecast = sets.forecast("hebei")
    series = funds_of(forecast, sets.given("hebei"))["130100", "EPF"]
    ahead = series["dependency_ratio"][2:]
    assert ahead == pytest.approx(forecast.dependency_ratio.sel(region="130100").values)


def test_a_set_gives_thresholds_by_ledger_in_a_table(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(package_copy("assumptions") / "china", folder)
    head = "parameter,ledger,value,unit,evidence,grade,source,note"
    row = "warning.red_months,RPF,4,months,assumption,,,a line of its own"
    (folder / "warnings.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    own = poolcast.load_assumptions(folder, to=2027)
    assert threshold("warning.red_months", "RPF", own) == 4.0
    assert threshold("warning.red_months", "EPF", own) == 3.0
    assert threshold("warning.orange_months", "RPF", own) == 6.0


def test_every_fund_of_several_regions_is_judged() -> None:
    found = early_warnings(sets.forecast("hebei"), sets.given("hebei"), as_of=2027)
    assert len(found.funds) == 2 * len(sets.given("hebei").regions)
    assert found.synthetic
    worries = [fund.worry for fund in found.by_worry()]
    assert worries == sorted(worries)
    levels = [one.level for one in found.all]
    assert levels == sorted(levels, key=("red", "orange", "yellow").index)
    document = json.loads(json.dumps(found.document(), allow_nan=False))
    assert document["funds"][0]["warnings"] is not None
    for fund in found.funds:
        for one in (*fund.warnings, *fund.coming):
            assert one.region_name.zh in one.sentence("zh")
            assert one.year >= 2027


def test_own_thresholds_of_a_set_count() -> None:
    own = np.full(len(LEDGERS), np.nan)
    own[LEDGERS.index("RPF")] = 10.0
    strict = sets.given("china").with_values({"warning.red_months": own, "warning.orange_months": own})
    fund = early_warnings(sets.forecast("china"), strict).fund("000000", "RPF")
    assert fund.light == "red"
    assert fund.decided_by is not None
    assert fund.decided_by.threshold == 10.0
    assert fund.decided_by.score is None, "a score is shown for the published threshold only"


def test_wrong_questions_are_refused() -> None:
    forecast, assumptions = sets.forecast("china"), sets.given("china")
    with pytest.raises(ResultError, match="--as-of"):
        early_warnings(forecast, assumptions, as_of=2050)
    with pytest.raises(ResultError, match="nominal"):
        early_warnings(poolcast.in_prices(forecast, "real"), assumptions)
    with pytest.raises(ResultError, match="base year"):
        early_warnings(forecast, replace(assumptions, base_year=2024))


def test_chances_of_a_simulation_are_counted() -> None:
    simulation, assumptions = sets.simulation(), sets.given("china")
    found = chances_of(simulation, "baseline", assumptions)
    chance = found["000000", "RPF", "chance_low"]
    assert isinstance(chance, Chance)
    assert chance.years == tuple(range(2025, 2028)), "five years must follow"
    months = simulation.values("baseline", "payable_months").sel(region="000000", ledger="RPF")
    for place, year in enumerate(chance.years):
        by_hand = float((months.sel(year=slice(year + 1, year + 5)) < 3).any("year").mean("path"))
        assert chance.value[place] == pytest.approx(by_hand)
        assert chance.error[place] == pytest.approx(math.sqrt(by_hand * (1 - by_hand) / 64))
    own = np.full(len(LEDGERS), 8.5)
    higher = chances_of(simulation, "baseline", assumptions.with_values({"warning.red_months": own}))
    raised = higher["000000", "RPF", "chance_low"]
    assert isinstance(raised, Chance)
    assert raised.value[-1] > chance.value[-1], "the line is the set's own"
    fund = early_warnings(sets.forecast("china"), assumptions, simulation).fund("000000", "RPF")
    assert fund.chance_low == chance.value[0]
    with pytest.raises(ResultError, match="no scenario"):
        chances_of(simulation, "high_cost", assumptions)


def test_counted_paths_give_the_same_chances() -> None:
    simulation, assumptions = sets.simulation(), sets.given("china")
    counted = poolcast.simulate(
        assumptions, paths=64, seed=3, measures=["payable_months", "reserve"], workers=1, memory=1
    )
    assert not counted.is_exact
    for rule in ("chance_low", "chance_exhausted"):
        exact = chances_of(simulation, "baseline", assumptions)["000000", "RPF", rule]
        other = chances_of(counted, "baseline", assumptions)["000000", "RPF", rule]
        assert isinstance(exact, Chance)
        assert isinstance(other, Chance)
        assert other.years == (2025,)
        assert other.value[0] == exact.value[0]
    own = np.full(len(LEDGERS), 4.0)
    unknown = chances_of(counted, "baseline", assumptions.with_values({"warning.red_months": own}))
    assert isinstance(unknown["000000", "RPF", "chance_low"], Words)


def test_the_months_of_the_budget_are_taken_up() -> None:
    phased = np.full((3, 12), 10.0)
    actual = np.full((3, 12), np.nan)
    actual[:, :6] = np.array([[9.9], [10.7], [20.0]])
    found_so_far = execution(("R1.1", "E1.1", "E1.2"), actual, phased)
    alerts = alerts_of_execution("000000", "RPF", 2026, found_so_far)
    assert [(alert.level, alert.value) for alert in alerts] == [
        ("red", pytest.approx(0.535)),
        ("orange", pytest.approx(0.07)),
        ("red", pytest.approx(1.0)),
    ]
    found = early_warnings(sets.forecast("china"), sets.given("china"), execution=alerts)
    fund = found.fund("000000", "RPF")
    assert [one.rule.id for one in fund.warnings] == ["execution"] * 3
    assert (fund.light, fund.decided_by) == ("green", None), "the light is that of bands and trends"
    assert "科目E前6个月较分月预算+53.5%" in fund.warnings[0].sentence("zh")
    assert "line E +53.5%" in fund.warnings[0].sentence()
    other = ExecutionAlert("000000", "EPF", "red", 2026, 0.2, 0.1, PLACE)
    assert early_warnings(sets.forecast("china"), sets.given("china"), execution=[other]).fund(
        "000000", "RPF"
    ).warnings == ()  # fmt: skip
    with pytest.raises(ScenarioError, match="months of the budget"):
        next(ways_to_clear(fund.warnings[0], sets.given("china")))


def test_a_low_reserve_is_cleared_and_stays_cleared_in_a_run() -> None:
    assumptions = sets.given("hebei")
    found = early_warnings(sets.forecast("hebei"), assumptions)
    warnings = found.fund("130300", "RPF").warnings  # a fund that does not mend by itself
    low = next(one for one in warnings if one.rule.id == "low_reserve")
    way = next(ways_to_clear(low, assumptions))
    assert (way.reached, way.found.verified, way.year) == (True, True, 2029)
    after = early_warnings(poolcast.project(assumptions, way.found.scenario), assumptions, as_of=2029)
    fund = after.fund(low.region, "RPF")
    assert "low_reserve" in fund.quiet
    assert fund.months == pytest.approx(6.0, abs=1e-6), "the smallest change, not any"
    assert low.region not in {
        one.region for one in after.all if one.rule.id == "low_reserve" and one.ledger == "RPF"
    }  # fmt: skip
    assert "预警消除" in way.sentence("zh")
    factor = f"{way.found.value:.3f}"
    assert f"1.000 倍 → {factor} 倍" in way.sentence("zh")
    assert f"1.000 times → {factor} times" in way.sentence()
    assert json.dumps(way.document(), allow_nan=False)


def test_a_warning_that_the_projection_clears_by_itself_asks_for_no_change() -> None:
    assumptions = sets.given("hebei")
    found = early_warnings(sets.forecast("hebei"), assumptions).fund("131100", "EPF")
    way = next(ways_to_clear(next(one for one in found.warnings if one.rule.id == "low_reserve"), assumptions))
    assert way.found.value == way.found.unknown.present
    percent = f"{100 * way.found.value:g}%"
    assert f"need not change ({percent}): " in way.sentence()
    assert way.sentence().endswith("the warning clears by itself.")
    assert (
        way.sentence("zh") == f"单位费率不必改动（{percent}）：2029 年结余偏低为 {way.value:.1f} 个月，预警自行消除。"
    )


def test_a_rule_without_a_measure_is_cleared_through_the_rule_itself() -> None:
    assumptions = sets.given("china")
    arrears = early_warnings(sets.forecast("china"), assumptions).fund("000000", "EPF").warnings[0]
    ways = list(ways_to_clear(arrears, assumptions))
    assert [way.found.unknown.text for way in ways] == ["revenue.arrears_recovery_rate", "revenue.collection_rate"]
    assert ways[0].reached
    assert ways[0].value == pytest.approx(0.03, abs=1e-6)
    assert not ways[1].reached, "old arrears are still there when everything new is collected"
    assert "alone does not clear it" in ways[1].sentence()


def test_conditions_are_those_of_the_grammar() -> None:
    assumptions = sets.given("china")
    condition = quiet_condition(RULES["low_reserve"], "RPF", assumptions, 2029)
    assert str(condition) == "payable_months(RPF, year=2029) >= 6"
    chance = quiet_condition(RULES["chance_low"], "EPF", assumptions, 2025, horizon=5)
    assert str(chance) == "payable_months(EPF, horizon=5) >= 3"


@pytest.mark.long
def test_a_chance_is_cleared_on_fresh_paths() -> None:
    assumptions = sets.given("china", 2036)
    simulation = poolcast.simulate(assumptions, paths=200, seed=1, measures=["payable_months", "reserve"])
    fund = early_warnings(sets.forecast("china", 2036), assumptions, simulation).fund("000000", "RPF")
    warning = next(one for one in fund.coming if one.rule.id == "chance_low")
    way = next(ways_to_clear(warning, assumptions, paths=100))
    assert way.reached
    assert way.value <= 0.10 + 2 * math.sqrt(0.1 * 0.9 / 100) + 1e-9


def test_figures_show_what_tells_them_apart() -> None:
    assert figures(RULES["low_reserve"], 2.99, 3.0) == ("2.99 months", "3.00 months")
    assert figures(RULES["deficit"], 0.05, 0.0, "zh") == ("5.0%", "0.0%")
    assert figure(RULES["deficit"], -1e-9) == "0.0%"
    assert figure(RULES["dependency"], math.nan) == "—"
