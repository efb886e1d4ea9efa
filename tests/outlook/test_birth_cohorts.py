"""Birth cohorts: hand-checked present values along the diagonal, the table, the grammar and solve."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.outlook.birth_cohorts import (
    benefit_contribution_ratio,
    benefit_contribution_ratio_of_all,
    benefit_contribution_ratio_of_all_with_subsidy,
    benefit_contribution_ratio_with_subsidy,
    present_values,
)
from poolcast.outlook.conditions import parse_condition
from poolcast.outlook.solving import solve
from poolcast.parameters.errors import ResultError, ScenarioError


def small(interest: float = 0.02) -> xr.Dataset:
    """Two projected years; benefits of 10 x age and contributions of 100 at ages 20 to 59, per sex; subsidy 5."""
    years, ages = [2025, 2026, 2027], np.arange(101)
    shape = (3, 1, 2, 2, 101)
    axes = ("year", "region", "scheme", "sex", "age")
    by_age = {
        "benefits": np.broadcast_to(10.0 * ages, shape),
        "contributions": np.broadcast_to(np.where((ages >= 20) & (ages < 60), 100.0, 0.0), shape),
        "subsidies": np.broadcast_to(5.0, shape) * np.array([0.0, 1.0])[None, None, :, None, None],
        "account_contributions": np.broadcast_to(1.0, shape),
    }
    rates = np.broadcast_to(np.array([interest, interest]), (3, 1, 2))
    coords = {"year": years, "region": ["A"], "ledger": ["EPF", "RPF"], "scheme": ["employee", "resident"]}
    coords |= {"sex": ["male", "female"], "age": ages}
    return xr.Dataset(
        {
            **{f"{name}_by_age": (axes, values.copy()) for name, values in by_age.items()},
            "interest_rate": (("year", "region", "ledger"), rates),
        },
        coords=coords,
        attrs={"base_year": 2025, "prices": "nominal"},
    )


def test_a_cohort_by_hand():
    """Born 1976: 50 in 2026 and 51 in 2027; v = 1.02^-1/2 and 1.02^-3/2; two sexes.

    Benefits 2 x (500 v1 + 510 v2), contributions 2 x (100 v1 + 100 v2), subsidies of residents 2 x (5 v1 + 5 v2).
    """
    first, second = 1.02**-0.5, 1.02**-1.5
    benefits = 2 * (500 * first + 510 * second)
    paid, aided = 200 * (first + second), 10 * (first + second)
    values = present_values(small()).sel(region="A", cohort=1976)
    assert float(values.benefits.sel(ledger="EPF")) == pytest.approx(benefits)
    found = {
        name: measure(small(), None, 1976).values
        for name, measure in {
            "plain": benefit_contribution_ratio,
            "aided": benefit_contribution_ratio_with_subsidy,
            "all": benefit_contribution_ratio_of_all,
            "all aided": benefit_contribution_ratio_of_all_with_subsidy,
        }.items()
    }
    assert found["plain"].tolist() == [pytest.approx([benefits / paid] * 2)]
    assert found["aided"].tolist() == [pytest.approx([benefits / paid, benefits / (paid + aided)])]
    assert found["all"].tolist() == pytest.approx([benefits / paid])
    assert found["all aided"].tolist() == pytest.approx([2 * benefits / (2 * paid + aided)])


def test_edges_of_a_cohort():
    """Born 1967: 59, then 60 and free of contributions; born 1928: 98, then 99; born 1927: 99, then gone; 2027: new."""
    values = present_values(small(0.0)).sel(region="A", ledger="EPF")
    assert float(values.contributions.sel(cohort=1967)) == 200
    assert float(values.benefits.sel(cohort=1928)) == 2 * (980 + 990)
    assert float(values.benefits.sel(cohort=1927)) == 2 * 990
    assert float(values.account_contributions.sel(cohort=2027)) == 2
    assert values.cohort.values.tolist() == list(range(1927, 2028))
    assert float(present_values(small(0.0), 1).benefits.sel(region="A", ledger="EPF", cohort=1976)) == 1000
    assert np.isnan(benefit_contribution_ratio(small(), None, 1928)).all(), "nobody pays in: no ratio"


def test_all_cohorts_together_are_all_ages_below_a_hundred():
    forecast = small(0.03)
    factors = np.array([1.03**-0.5, 1.03**-1.5])
    below = forecast.benefits_by_age.sel(year=slice(2026, 2027), age=slice(0, 99)).sum(("sex", "age")).isel(region=0)
    paid = forecast.contributions_by_age.sel(year=slice(2026, 2027)).sum(("sex", "age")).isel(region=0)
    expected = (below.values * factors[:, None]).sum(0) / (paid.values * factors[:, None]).sum(0)
    np.testing.assert_allclose(benefit_contribution_ratio(forecast).values[0], expected)


@pytest.fixture(scope="module", params=["china", "hebei"])
def forecast(request: pytest.FixtureRequest) -> xr.Dataset:
    return poolcast.project(poolcast.load_assumptions(request.param, to=2045), by_age=True)


def test_money_of_all_cohorts_and_the_oldest_is_the_present_value_of_the_lines(forecast):
    """Sum over cohorts, and over those of 100 and older, of discounted premiums = discounted line R1.4."""
    rates = forecast.interest_rate.sel(ledger="RPF", year=slice(2026, None)).isel(region=0).values
    at_end = np.cumprod(1 + rates)
    factors = np.sqrt(1 + rates) / at_end
    line = forecast.revenue_by_line.sel(ledger="RPF", revenue_line="R1.4", year=slice(2026, None)).isel(region=0)
    oldest = forecast.contributions_by_age.sel(scheme="resident", age=100, year=slice(2026, None)).isel(region=0)
    values = present_values(forecast).contributions.sel(ledger="RPF").isel(region=0).sum()
    expected = (factors * line.values).sum() - (factors * oldest.sum("sex").values).sum()
    assert float(values) == pytest.approx(expected, rel=1e-9)


def test_the_table(forecast):
    table = poolcast.birth_cohorts(forecast)
    assert not table.duplicated(["region", "ledger", "cohort"]).any()
    region = str(forecast.region.values[0])
    row = table[(table.region == region) & (table.ledger == "EPF") & (table.cohort == 1985)].iloc[0]
    assert (row.from_age, row.to_age, row.from_year, row.to_year) == (41, 60, 2026, 2045)
    assert row.ratio == pytest.approx(row.present_value_of_benefits / row.present_value_of_contributions)
    assert row.ratio == float(benefit_contribution_ratio(forecast, None, 1985).sel(region=region, ledger="EPF"))
    old = table[(table.region == region) & (table.ledger == "RPF") & (table.cohort == 1940)].iloc[0]
    assert (old.from_age, old.to_age, old.to_year) == (86, 99, 2039)
    born = table[(table.region == region) & (table.ledger == "RPF") & (table.cohort == 2030)].iloc[0]
    assert (born.from_age, born.from_year) == (0, 2030)
    parts = table[(table.region == region) & (table.cohort == 1985)].set_index("ledger")
    for name in ("benefits", "contributions", "subsidies"):
        column = parts[f"present_value_of_{name}"]
        assert column["all"] == pytest.approx(column["EPF"] + column["RPF"])


def test_the_old_receive_more_than_they_pay_and_the_young_less(forecast):
    ratios = [
        float(benefit_contribution_ratio_of_all(forecast, None, cohort).isel(region=0)) for cohort in (1960, 1975, 1990)
    ]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] > 1 > ratios[-1]


def test_the_grammar_names_a_cohort(forecast):
    region = str(forecast.region.values[0])
    text = f'benefit_contribution_ratio(EPF, horizon=10, cohort=1985, region="{region}") <= 3'
    condition = parse_condition(text)
    assert parse_condition(str(condition)) == condition
    expected = benefit_contribution_ratio(forecast, 10, 1985).sel(region=region, ledger="EPF")
    assert condition.value(forecast) == float(expected)
    with pytest.raises(ScenarioError, match="a measure of birth cohorts"):
        parse_condition("reserve(EPF, cohort=1985) > 0").read(forecast)
    with pytest.raises(ScenarioError, match="Did you mean 'cohort'"):
        parse_condition("benefit_contribution_ratio(EPF, cohrt=1985) > 0")
    with pytest.raises(ResultError, match="1927 to 2045"):
        parse_condition("benefit_contribution_ratio(EPF, cohort=1926) > 0").read(forecast)
    with pytest.raises(ResultError, match="by_age=True"):
        parse_condition("benefit_contribution_ratio(EPF) > 0").read(forecast.drop_vars("benefits_by_age"))


def test_solve_for_a_cohort_and_compare():
    assumptions = poolcast.load_assumptions("china", to=2045)
    target = "benefit_contribution_ratio(EPF, cohort=1990) <= 0.25"
    found = solve(assumptions, "revenue.employer_rate", target)
    assert found.reached
    assert found.verified
    forecasts = {
        "baseline": poolcast.project(assumptions, by_age=True),
        "solved": poolcast.project(assumptions, found.scenario, by_age=True),
    }
    after = benefit_contribution_ratio(forecasts["solved"], None, 1990).sel(region="000000", ledger="EPF")
    assert float(after) == pytest.approx(0.25, rel=1e-9)
    comparison = poolcast.compare(forecasts, ["benefit_contribution_ratio"])
    moved = comparison.differences("benefit_contribution_ratio").sel(scenario="solved", ledger="EPF")
    assert (moved < 0).all()
    plain = {name: one.drop_vars("benefits_by_age") for name, one in forecasts.items()}
    assert "benefit_contribution_ratio" not in poolcast.compare(plain, ["all"]).levels
    assert "benefit_contribution_ratio" in poolcast.compare(forecasts, ["all"]).levels
    with pytest.raises(ResultError, match="by_age=True"):
        poolcast.compare(plain, ["benefit_contribution_ratio"])
