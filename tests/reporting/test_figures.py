from __future__ import annotations

import json

import plotly.graph_objects
import pytest

from poolcast.parameters.declaration import Words
from poolcast.reporting import figures
from poolcast.reporting.figure_parts import both, in_language, nice_step
from poolcast.reporting.outcome import Outcome
from tests.fixtures.fake_forecast import china_like, fake_forecast

PLACE = ("110000", "RPF")


def _ys(chart):
    return [trace["y"] for trace in chart.figure["data"]]


def test_texts_come_in_one_language_at_a_time():
    figure = {"a": [both(Words("Reserve <b>", "结余")), 3], "b": "plain"}
    assert in_language(figure, "en") == {"a": ["Reserve &lt;b&gt;", 3], "b": "plain"}
    assert in_language(figure, "zh") == {"a": ["结余", 3], "b": "plain"}


def test_every_figure_is_one_that_plotly_accepts():
    outcomes = [Outcome.of(china_like("baseline")), Outcome.of(china_like("high_cost"))]
    charts = [
        figures.revenue_and_expenditure(outcomes, "000000", "EPF", "real"),
        figures.balance(outcomes, "000000", "EPF", "gdp"),
        figures.reserve(outcomes, "000000", "RPF", "nominal"),
        figures.payable_months(outcomes, "000000", "RPF"),
        figures.income_cover(outcomes, "000000", "RPF"),
        figures.rates(outcomes, "000000"),
        figures.dependency_ratio(outcomes, "000000"),
        figures.members(outcomes[0], "000000"),
        figures.benefits(outcomes[0], "000000", "employee", "nominal"),
        figures.pyramid(outcomes[0], "000000"),
    ]
    for chart in charts:
        assert chart is not None
        for language in ("en", "zh"):
            drawn = plotly.graph_objects.Figure(in_language(chart.figure, language))
            assert "§" not in drawn.to_json()
        json.dumps(chart.figure, allow_nan=False)


def test_lines_carry_the_numbers_in_the_unit_of_the_axis(outcomes):
    chart = figures.revenue_and_expenditure(outcomes[:1], "110000", "EPF", "nominal")
    revenue, expenditure = chart.figure["data"]
    assert revenue["x"] == list(range(2025, 2036))
    assert revenue["y"][0] == pytest.approx(18292.91 * 0.75, abs=0.1)
    assert expenditure["y"][0] == pytest.approx(13594.28 * 0.75, abs=0.1)
    assert (revenue["line"]["color"], expenditure["line"]["color"]) == ("#2166AC", "#D9722B")
    assert chart.unit.zh == "亿元，当年价"


def test_the_reserve_ends_in_a_cross_on_zero(outcomes):
    chart = figures.reserve(outcomes, *PLACE, "nominal")
    law, dear, cross = _ys(chart)
    assert all(value > 0 for value in law)
    assert dear[2031 - 2025] == 0.0
    assert dear[2032 - 2025 :] == [None] * 4
    assert (chart.figure["data"][2]["x"], cross) == ([2031], [0])
    assert chart.figure["layout"]["annotations"][0]["text"] == "<b>2031</b>"
    assert "exhausted" in chart.note.en


def test_after_exhaustion_flows_are_without_interest_on_the_gap(outcomes):
    dear = outcomes[1]
    shown = figures.balance([dear], *PLACE, "nominal").figure["data"][0]["y"]
    before = dear.series("balance_before_interest", *PLACE)
    with_interest = dear.series("balance", *PLACE)
    assert shown[3] == pytest.approx(with_interest[3] / 1e8, rel=1e-5)
    assert shown[-1] == pytest.approx(before[-1] / 1e8, rel=1e-5)
    assert abs(shown[-1] - with_interest[-1] / 1e8) > 1


def test_months_show_the_bands_of_the_handbook(outcomes):
    chart = figures.payable_months(outcomes, *PLACE)
    bands = [(shape["y0"], shape["y1"]) for shape in chart.figure["layout"]["shapes"]]
    assert bands[:4] == [(0.0, 3.0), (3.0, 6.0), (6.0, 9.0), (9.0, 15.0)]
    assert bands[4][0] == 15.0
    assert [key[2].zh for key in chart.keys] == ["▼ 红 <3", "◆ 橙 3–6", "● 正常 6–9", "▲ 充裕 9–15", "■ 过高 >15"]


def test_a_fund_financed_to_balance_shows_its_spending_only(outcomes):
    chart = figures.revenue_and_expenditure(outcomes[:1], "110000", "MAF", "nominal")
    assert len(chart.figure["data"]) == 1
    assert chart.title.en == "Expenditure"


def test_benefits_stack_to_the_payments_of_the_scheme(outcomes):
    forecast = outcomes[0].forecast
    chart = figures.benefits(outcomes[0], "110000", "resident", "nominal")
    stacked = sum(trace["y"][0] for trace in chart.figure["data"])
    paid = forecast["fund_payments"].sel(region="110000", year=2025, status=["child", "adult_resident"])
    expected = float(paid.drop_sel(benefit="long_term_care").sum()) / 1e8
    assert stacked == pytest.approx(expected, rel=1e-5)


def test_the_pyramid_counts_everyone(outcomes):
    chart = figures.pyramid(outcomes[0], "110000")
    men, base_men, women, _ = chart.figure["data"]
    ages = outcomes[0].forecast["population_by_age"].sel(region="110000")
    assert sum(women["x"]) * 1e4 == pytest.approx(float(ages.sel(sex="female", year=2035).sum()), rel=1e-3)
    assert -sum(base_men["x"]) * 1e4 == pytest.approx(float(ages.sel(sex="male", year=2025).sum()), rel=1e-3)
    assert max(men["x"]) <= 0 <= min(women["x"])


def test_no_ages_no_pyramid():
    assert figures.pyramid(Outcome.of(fake_forecast().drop_vars("population_by_age")), "110000") is None


def test_steps_of_an_axis_are_round():
    assert [nice_step(value) for value in (3.4, 26, 4999, 0.7)] == [2.5, 25, 2500, 0.5]
