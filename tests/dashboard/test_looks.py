"""What planners stumbled over when they met the pages anew; each was a fault once."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from poolcast.budget.schedule import RELATIVE_CHANGE
from poolcast.dashboard.budget_details import _shown_schedule
from poolcast.dashboard.charts.labels import LABEL_HEIGHT, folded, label_margin, spread_labels, text_width
from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.charts.scenario_lines import Drawn, scenario_lines
from poolcast.dashboard.charts.uncertainty import parts_of_variance
from poolcast.dashboard.compare_parts import region_table
from poolcast.dashboard.headline_words import headline_cards
from poolcast.dashboard.parts.cards import Card, CardLine, _card
from poolcast.dashboard.parts.levels import SYMBOLS
from poolcast.dashboard.parts.origin import borrowed_sentence
from poolcast.dashboard.services.finding_words import found_and_required
from poolcast.dashboard.services.headline import headline
from poolcast.dashboard.services.settings import cell_of, name_of, setting_rows
from poolcast.dashboard.services.takeaways.place import closed_up
from poolcast.outlook import compliance_checks
from poolcast.outlook.compliance import Finding
from poolcast.outlook.compliance_rules import RULES
from poolcast.parameters.axes import AXES
from poolcast.reporting.formats import BANDS, MONTHS, NOT_DEFINED, band_of
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.reform import Reform
from tests.dashboard.opening import html, open_page
from tests.dashboard.services_shared import loaded
from tests.dashboard.test_compare import drawn_of, here

LONG = "<b>Merging the schemes into one ledger</b> exhausted 2056"


def test_a_long_label_takes_two_lines_and_leaves_the_lines_their_room():
    made = folded(LONG)
    assert made == "<b>Merging the schemes into<br>one ledger</b> exhausted 2056"
    assert label_margin([made]) == text_width("one ledger exhausted 2056") + 14
    assert folded("<b>Current law</b> 27.3") == "<b>Current law</b> 27.3"
    assert folded("<b>职工与居民医保并轨并账</b> 2049 耗尽") == "<b>职工与居民医保并轨并账</b><br>2049 耗尽"


def test_labels_of_two_lines_keep_their_distance():
    labels = [(value, folded(LONG), "#000000") for value in (1.0, 1.1, 1.2)]
    places = sorted(note["y"] for note in spread_labels(labels, 0.0, 100.0, 190))
    for low, high in pairwise(places):
        assert (high - low) * 190 / 100 >= 1.8 * LABEL_HEIGHT


def test_policies_that_begin_close_together_are_named_below_each_other():
    context = here()
    starts = [(2027, "3 项政策开始"), (2028, "门诊共济开始")]
    spec = scenario_lines(context, drawn_of(context), "payable_months", "level", starts=starts, height="effect")
    placed = {note["text"]: note["yshift"] for note in spec["layout"]["annotations"] if "开始" in note["text"]}
    assert placed["3 项政策开始"] - placed["门诊共济开始"] >= 12


@pytest.mark.parametrize(("values", "side"), [([7.0] * 11 + [40.0] * 25, "right"), ([40.0] * 36, "left")])
def test_the_words_of_the_warning_lines_stand_where_no_line_runs(values, side):
    figure = OverYears(here(), MONTHS, 2025, 2060)
    figure.line(list(range(2025, 2061)), values, "x", "#000000")
    figure.rail()
    notes = [note for note in figure.specification()["layout"]["annotations"] if "6" in note["text"]]
    assert [note["xanchor"] for note in notes] == [side]


def test_words_on_axes_are_never_turned():
    for chart in open_page("uncertainty", set="china", ledger="RPF").get("plotly_chart"):
        drawn = json.loads(chart.proto.spec)["layout"]
        assert drawn["xaxis"]["tickangle"] == drawn["yaxis"]["tickangle"] == 0


def test_whiskers_stay_in_the_plot():
    spec = parts_of_variance(here("en"), ["a", "b"], [("first", "#000000", [0.9, 0.02], [0.4, 0.2])])
    low, high = spec["layout"]["xaxis"]["range"]
    assert low < 2 - 20
    assert high > 90 + 40


def test_cards_with_long_names_let_them_take_two_lines_and_colour_the_chances():
    context = here("en", ("merge_schemes_one_ledger",))
    titles = ("Current law", "Merging the schemes into one ledger")
    lines = [CardLine(replace(one, title=title), "1") for one, title in zip(context.shown, titles, strict=True)]
    made = _card(Card("Title", lines, foot="Chance by 2040: ", parts=("1%", "2%")), "")
    assert 'class="pc-rows pc-long"' in made
    assert f'<b style="color:{context.shown[1].text_colour}">2%</b>' in made
    assert "pc-long" not in _card(Card("Title", lines[:1]), "")


def test_without_a_pick_no_card_waits_for_a_simulation_that_nobody_began():
    context = here(scenarios=())
    item = context.projected("baseline")
    values = headline([item], context.region, context.ledger, 2040)
    foot = headline_cards(context, context.shown, values, 2040, "…")[0].foot
    assert foot == context.t("compare.foot_pick") != context.t("compare.foot_exhaustion")


def test_the_basis_of_a_sentence_breaks_between_its_parts_only():
    page = html(open_page("solve", set="china"))
    basis = re.search(r'class="pc-line".*?<small>(.*?)</small>', page)
    assert basis is not None
    assert len(re.findall(r"<span>[^<]+</span>", basis[1])) == basis[1].count(" · ") + 1 > 1


def test_what_each_odds_needs_is_sketched_and_asked_for_beside_it():
    app = open_page("solve", set="china", lang="en")
    page = html(app)
    assert 'class="pc-sketch" aria-hidden="true"' in page
    assert "<u style" not in page  # of one region there is no dot for even odds
    assert "Press Solve: what the target needs at each of several odds, 90% among them" in page
    button = next(one for one in app.button if one.key == "solve_here@en")
    assert button.label == "Solve"


def test_months_of_regions_are_never_negative():
    context = here("en", ("high_cost",), "hebei")
    drawn = [Drawn(shown, context.projected(shown.id)) for shown in context.shown]
    table = region_table(context, drawn, "payable_months", 2055)
    column = table["high_cost (months)"]
    assert "0.0" in set(column)
    assert not [text for text in column if text.startswith("−")]


def test_settings_name_members_in_words_and_leave_a_whole_axis_out():
    names = [row.name for row in setting_rows([load_scenario("high_cost")], loaded("china"), "zh")]
    assert names
    assert not [name for name in names if "|" in name or re.search(r"\[[a-z_]+", name)], names
    cells = [cell for row in setting_rows([load_scenario("high_cost")], loaded("china"), "en") for cell in row.cells]
    assert "2026: 1.1 ratio, 2046: 1 ratio" in cells
    assert "费用超额增长 [待遇 5 项]" in names
    whole = Reform("set", "cost.excess_growth", {2027: 0.01}, {"benefit": "|".join(AXES["benefit"].members)})
    assert name_of(whole, "zh") == "费用超额增长"
    two = replace(whole, where={"benefit": "inpatient|outpatient"})
    assert name_of(two, "zh") == "费用超额增长 [住院、普通门诊]"
    assert name_of(two, "en") == "Excess growth of cost [Inpatient, Outpatient]"


def test_what_is_added_to_a_rate_is_said_in_points():
    slower = Reform("shift", "economy.wage_growth", {2027: -0.01}, {})
    assert cell_of(slower, loaded("china"), "zh") == "2027 年 −1.00 个百分点"
    assert cell_of(slower, loaded("china"), "en") == "2027: −1.00 pt"


def test_no_space_stands_between_chinese_words():
    text = closed_up("*51% ±3.1 个百分点* 在 2040 年底前耗尽；八成落在 *0.0 个月 至 24.4 个月* 之间")
    assert text == "*51% ±3.1 个百分点*在 2040 年底前耗尽；八成落在 *0.0 个月至 24.4 个月*之间"


RULE = next(iter(RULES.values()))


@pytest.mark.parametrize(
    ("place", "value", "required", "zh", "en"),
    [
        ("actuarial_balance(EPF, horizon=10)", -0.004886, ">= 0", ("−0.49%", "≥ 0"), ("−0.49%", "≥ 0")),
        ("in-policy payment ratio of inpatient care, employee scheme", 0.7503, "0.65 to 0.75",
         ("75.03%", "65%–75%"), ("75.03%", "65%–75%")),
        ("inpatient.reimbursement_rate[status=retired], secondary less tertiary", 0.148, ">= 0.15",
         ("14.8%", "≥ 15%"), ("14.8%", "≥ 15%")),
        ("revenue.share_credited_to_active_accounts", 0.3, "0 from 2021",
         ("30%", "2021 年起为 0"), ("30%", "0 from 2021")),
        ("revenue.share_credited_to_active_accounts", 0.4, "<= 0.3 before 2021",
         ("40%", "2021 年以前 ≤ 30%"), ("40%", "≤ 30% before 2021")),
        ("balance(RPF)", -3.2e9, ">= 0", ("−32.0 亿元", "≥ 0"), ("−32.0 (100m yuan)", "≥ 0")),
        ("lever B23", None, "off", ("", "不启用"), ("", "off")),
    ],
)  # fmt: skip
def test_what_a_rule_finds_is_said_in_planners_units(place, value, required, zh, en):
    finding = Finding(RULE, "warning", True, place=place, value=value, required=required)
    assert found_and_required(finding, "zh") == zh
    assert found_and_required(finding, "en") == en


def test_everything_that_a_rule_can_ask_for_has_chinese_words():
    """Read from the source of the rules, so that a new sentence there is not forgotten here."""
    from inspect import getsource

    source = getsource(compliance_checks)
    asked = re.findall(r'f?"((?:[<>]=? |0|off|no flow|municipal|region|Xiong)[^"]*)"[,)\n]', source)
    asked = [re.sub(r"\{minimum:g\}", "0.15", text).replace("{REFORM_YEAR}", "2021") for text in asked]
    asked = [text for text in asked if "{" not in text and text not in ("regions", "region_code")]
    assert len(asked) > 12
    for text in asked:
        told = found_and_required(Finding(RULE, "warning", True, place="x", required=text), "zh")[1]
        assert not re.search(r"[a-z]{3,}", told), (text, told)


def test_schedules_show_people_whole_and_growth_in_per_cent():
    import pandas as pd

    context = here("en")
    growth = context.say(RELATIVE_CHANGE)
    units = [context.t(f"budget_unit.{unit}") for unit in ("persons", "fraction", "ratio")]
    table = pd.DataFrame({"2025": [3081.004, 0.95, 2.5], growth: [-0.0817, 0.01, float("nan")], "Unit": units})
    shown = _shown_schedule(context, table)
    assert list(shown["2025"]) == ["3,081", "95.00%", "2.5000"]
    assert list(shown[growth]) == ["−8.2%", "+1.0%", NOT_DEFINED]
    assert list(shown["Unit"]) == ["persons", "%", "ratio"]


def test_the_lender_is_named_by_its_title():
    context = here(set_name="hebei")
    assert "借自 全国职工和居民" in borrowed_sentence(context)


def test_no_symbol_means_both_a_level_of_warning_and_another_band():
    words = {"red": "red", "orange": "orange"}
    taken = {symbol: name for name, *_, symbol, _ in BANDS if name not in words}
    assert not set(taken) & set(SYMBOLS.values())


def test_three_months_read_from_rounded_accounts_are_three_months():
    """A past fault: the light of a region was red because of 3.0 months < 3.0 months."""
    assert band_of(2.9999997) == band_of(3.0) == "orange"
    app = open_page("overview", set="hebei", ledger="RPF", lang="en")
    rules = [text for text in app.dataframe[0].value["Rule fired"] if "Low reserve" in text]
    assert rules
    for text in rules:
        value, limit = map(float, re.findall(r"\d+\.\d+", text))
        assert value < limit, text


def test_small_lines_say_where_they_are_cut():
    app = open_page("overview", set="hebei", lang="en")
    columns = json.loads(app.dataframe[0].proto.columns)
    assert "0 to 24" in columns["Trend to 2050"]["help"]
    assert columns["Months 2025"]["label"] == "2025 mo."
