"""Drivers move the set's own path: neutral ones not at all, others as their sign says; layers are used again."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.projection import people as people_module
from poolcast.projection.drivers import ADDITIVE, MULTIPLICATIVE, Drivers
from poolcast.projection.engine import project, run
from poolcast.projection.people import project_people
from tests.projection.random_sets import base_set, calibrated, random_set, ruled_set, with_regions

PATHS, YEARS = 12, 6
USE = ("utilisation", "inpatient_use", "outpatient_use")
ADDED = ("wage_growth", "consumer_prices", "unit_cost_growth", "interest_rate", "employment", "extra_cost")
FACTORS = (*USE, "benefit_level", "elasticity", "mortality", "fertility", "migration", "collection")
DEMOGRAPHIC = ("mortality", "fertility", "migration")


@pytest.fixture(scope="module")
def assumptions(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    base = base_set(tmp_path_factory.mktemp("sets") / "pair", regions=["A", "B"], last_year=2030)
    return calibrated(random_set(base, 11, coverage_movement="by_cohort"), 12)


@pytest.fixture(scope="module")
def single(assumptions: Assumptions) -> xr.Dataset:
    return project(assumptions)


def neutral(names: tuple[str, ...], paths: int = PATHS, regions: int = 2) -> Drivers:
    return Drivers(**{name: np.full((paths, regions, YEARS), float(name in FACTORS)) for name in names})


def one(name: str, amount: float, regions: int = 1) -> Drivers:
    """Path 0 is neutral, path 1 moved from 2027 on."""
    array = np.full((2, regions, YEARS), float(name in FACTORS))
    array[1, :, 2:] += amount
    return Drivers(**{name: array})


def agree(many: xr.Dataset, alone: xr.Dataset, paths: int) -> None:
    assert set(alone.data_vars) - set(many.data_vars) == {"population_by_age"}
    for name, variable in many.data_vars.items():
        if "path" not in variable.dims:
            np.testing.assert_array_equal(variable.values, alone[name].values)
            continue
        assert variable.dims == ("path", *alone[name].dims)
        assert variable.shape == (paths, *alone[name].shape)
        size = np.nanmax(np.abs(alone[name].values), initial=0.0)
        wanted = np.broadcast_to(alone[name].values, variable.shape)
        np.testing.assert_allclose(variable.values, wanted, rtol=1e-12, atol=1e-12 * size, err_msg=str(name))


@pytest.mark.parametrize(
    "names",
    [ADDED, (*ADDED, "utilisation", "collection"), DEMOGRAPHIC, ("mortality",), (*ADDED, *FACTORS)],
    ids=["money", "money and use", "people", "mortality", "all"],
)
@pytest.mark.parametrize("regions", [1, 2])
def test_neutral_paths_equal_the_single_run(
    assumptions: Assumptions, single: xr.Dataset, names: tuple[str, ...], regions: int
) -> None:
    agree(project(assumptions, neutral(names, regions=regions)), single, PATHS)


@pytest.mark.parametrize("names", [ADDED, DEMOGRAPHIC])
def test_few_neutral_paths_equal_the_single_run(
    assumptions: Assumptions, single: xr.Dataset, names: tuple[str, ...]
) -> None:
    agree(project(assumptions, neutral(names, paths=2)), single, 2)


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    return ruled_set(tmp_path_factory.mktemp("sets") / "ruled")


@pytest.mark.parametrize("names", [("utilisation", "collection", "interest_rate"), DEMOGRAPHIC, (*ADDED, *FACTORS)])
def test_rules_on_neutral_paths(ruled: Assumptions, names: tuple[str, ...]) -> None:
    alone = project(ruled)
    assert float(alone.revenue_by_line.sel(revenue_line="R5").sum()) > 0
    agree(project(ruled, neutral(names)), alone, PATHS)


def test_a_path_is_the_same_in_any_company(ruled: Assumptions) -> None:
    """Each of twelve moved paths equals a run with that path alone, through every rule."""
    random = np.random.default_rng(9)
    rows = {
        name: float(name in FACTORS) + random.uniform(-0.04, 0.04, (PATHS, 2, YEARS)) for name in (*ADDED, *FACTORS)
    }
    together = project(ruled, Drivers(**rows))
    for path in (0, 7):
        apart = project(ruled, Drivers(**{name: array[path : path + 1] for name, array in rows.items()}))
        for name in ("revenue", "expenditure", "reserve", "prepaid", "members", "deaths", "fund_payments"):
            left, right = together[name].isel(path=path).values, apart[name].isel(path=0).values
            np.testing.assert_allclose(left, right, rtol=1e-10, atol=1e-3, err_msg=name)


def test_no_drivers_at_all_keep_one_path(assumptions: Assumptions, single: xr.Dataset) -> None:
    agree(project(assumptions, Drivers()), single, 1)


def test_names_are_those_of_the_class() -> None:
    others = {"mortality_index", "mortality_pattern", "simulated"}
    assert {field.name for field in fields(Drivers)} == {*ADDED, *FACTORS, *others}
    assert {*ADDITIVE, *MULTIPLICATIVE} == {*ADDED, *FACTORS, "mortality_index"}


@pytest.mark.parametrize("name", [*ADDED, *FACTORS])
def test_the_base_year_is_never_moved(assumptions: Assumptions, single: xr.Dataset, name: str) -> None:
    array = np.full((2, 1, YEARS), float(name in FACTORS))
    array[1] += 0.05
    forecast = project(assumptions, Drivers(**{name: array}))
    for variable in ("revenue", "expenditure", "reserve", "members", "fund_payments", "average_wage"):
        found = forecast[variable].sel(path=1, year=2025) if "path" in forecast.coords else forecast[variable][1, 0]
        np.testing.assert_allclose(found.values, single[variable].sel(year=2025).values, rtol=1e-12)


def test_a_regional_array_moves_its_region_only(assumptions: Assumptions) -> None:
    array = np.ones((1, 2, YEARS))
    array[0, 1, 1:] = 0.9
    calm = assumptions.with_values({"behaviour.response": np.asarray(0.0)})  # less care would change the own share
    forecast = project(calm, Drivers(utilisation=array)).isel(path=0)
    central = project(calm)
    np.testing.assert_allclose(forecast.expenditure.sel(region="A"), central.expenditure.sel(region="A"), rtol=1e-12)
    ratio = (forecast.fund_payments / central.fund_payments).sel(region="B", benefit="inpatient", status="active")
    np.testing.assert_allclose(ratio.values, [1.0, *[0.9] * 5], rtol=1e-12)


def test_one_row_serves_all_regions(assumptions: Assumptions) -> None:
    """A region axis of length one is the same as the row repeated, for every driver at once."""
    random = np.random.default_rng(3)
    rows = {
        name: float(name in FACTORS) + random.uniform(-0.02, 0.02, (PATHS, 1, YEARS)) for name in (*ADDED, *FACTORS)
    }
    short = project(assumptions, Drivers(**rows))
    long = project(assumptions, Drivers(**{name: np.repeat(array, 2, axis=1) for name, array in rows.items()}))
    for name, variable in short.data_vars.items():
        np.testing.assert_array_equal(variable.values, long[name].values, err_msg=str(name))


def test_drivers_with_few_and_with_many_paths_may_meet(assumptions: Assumptions) -> None:
    random = np.random.default_rng(4)
    moved = random.uniform(-0.02, 0.02, (PATHS, 1, YEARS))
    still = np.full((1, 1, YEARS), 0.97)
    both = run(assumptions, Drivers(wage_growth=moved, utilisation=still)).accounts.reserve
    whole = run(assumptions, Drivers(wage_growth=moved, utilisation=still.repeat(PATHS, axis=0))).accounts.reserve
    np.testing.assert_array_equal(both, whole)


def path_effect(assumptions: Assumptions, name: str, amount: float, variable: str, **where: object) -> np.ndarray:
    forecast = project(assumptions, one(name, amount))
    values = forecast[variable].sel(region="A", year=[2028, 2029, 2030], **where)
    return (values[1] - values[0]).values


@pytest.mark.parametrize(
    ("name", "amount", "variable", "where", "sign"),
    [
        ("wage_growth", 0.02, "revenue", {"ledger": "EPF"}, 1),
        ("wage_growth", 0.02, "average_wage", {}, 1),
        ("wage_growth", 0.02, "contributory_bases", {}, 1),
        ("wage_growth", 0.02, "revenue", {"ledger": "EPA"}, 1),
        ("consumer_prices", 0.01, "consumer_price_index", {}, 1),
        ("unit_cost_growth", 0.02, "expenditure", {"ledger": "EPF"}, 1),
        ("unit_cost_growth", 0.02, "bills", {"status": "retired", "benefit": "inpatient"}, 1),
        ("interest_rate", 0.01, "interest", {"ledger": "LAS"}, 1),
        ("interest_rate", 0.01, "reserve", {"ledger": "LAS"}, 1),
        ("utilisation", 0.05, "services", {"status": "retired", "benefit": "inpatient"}, 1),
        ("utilisation", 0.05, "expenditure", {"ledger": "RPF"}, 1),
        ("inpatient_use", 0.05, "services", {"status": "retired", "benefit": "inpatient"}, 1),
        ("inpatient_use", 0.05, "expenditure", {"ledger": "RPF"}, 1),
        ("outpatient_use", 0.05, "bills", {"status": "retired", "benefit": "chronic"}, 1),
        ("outpatient_use", 0.05, "expenditure", {"ledger": "EPF"}, 1),
        ("benefit_level", 0.05, "bills", {"status": "child", "benefit": "outpatient"}, 1),
        ("benefit_level", 0.05, "expenditure", {"ledger": "EPF"}, 1),
        ("employment", -0.05, "members", {"status": "active"}, -1),
        ("employment", -0.05, "members", {"status": "adult_resident"}, 1),
        ("employment", -0.05, "contributory_bases", {}, -1),
        ("employment", 0.05, "revenue", {"ledger": "EPF"}, 1),
        ("extra_cost", 0.01, "expenditure", {"ledger": "RPF"}, 1),
        ("extra_cost", 0.01, "reserve", {"ledger": "EPF"}, -1),
        ("mortality", 0.2, "deaths", {}, 1),
        ("mortality", 0.2, "population", {}, -1),
        ("mortality", 0.2, "members", {"status": "retired"}, -1),
        ("fertility", 0.2, "births", {}, 1),
        ("fertility", 0.2, "fund_payments", {"status": "active", "benefit": "maternity_allowance"}, 1),
        ("collection", -0.05, "revenue", {"ledger": "EPF"}, -1),
        ("collection", -0.05, "arrears", {}, 1),
    ],
)
def test_signs(
    assumptions: Assumptions, name: str, amount: float, variable: str, where: dict[str, str], sign: int
) -> None:
    still = {"behaviour.response": np.asarray(0.0)}
    assert (sign * path_effect(assumptions.with_values(still), name, amount, variable, **where) > 0).all()


def test_sizes(assumptions: Assumptions) -> None:
    """Half a point on wages for four years; a tenth on use; a tenth on births."""
    forecast = project(assumptions, one("wage_growth", 0.005))
    wage = forecast.average_wage.sel(region="A")
    own = assumptions.from_year("economy.wage_growth", 2027)[0]
    wanted = np.cumprod((1 + own + 0.005) / (1 + own))
    np.testing.assert_allclose((wage[1] / wage[0]).sel(year=[2027, 2028, 2029, 2030]), wanted, rtol=1e-12)
    births = project(assumptions, one("fertility", 0.1)).births.sel(region="A", year=2027)
    assert float(births[1] / births[0]) == pytest.approx(1.1, rel=1e-12)
    prices = project(assumptions, one("consumer_prices", 0.01)).consumer_price_index.sel(region="A", year=2027)
    inflation = float(assumptions.in_year("economy.consumer_price_inflation", 2027)[0])
    assert float(prices[1] / prices[0]) == pytest.approx((1 + inflation + 0.01) / (1 + inflation), rel=1e-12)
    migrants = project(assumptions, one("migration", 0.5)).net_migrants.sel(region="A", year=2028)
    assert float(migrants[1] / migrants[0]) == pytest.approx(1.5, rel=1e-9)


def test_collection_stops_at_everything(assumptions: Assumptions) -> None:
    found = run(assumptions, one("collection", 5.0)).money.contributions
    due = found.units / np.minimum(assumptions.from_year("revenue.collection_rate", 2025) * [[1], [1]], 1)
    np.testing.assert_allclose(found.units[1, :, 2:], due[0, :, 2:], rtol=1e-12)


@pytest.mark.parametrize(
    "name",
    [
        "revenue.employer_rate",
        "economy.wage_growth",
        "cost.autonomous_growth",
        "cost.multiplier",
        "ledger.interest_rate",
        "inpatient.reimbursement_rate",
        "resident.personal_premium",
        "utilisation.multiplier",
    ],
)
def test_money_changes_use_the_people_again(assumptions: Assumptions, name: str) -> None:
    """The very object, and the very numbers that a run with an empty cache gives."""
    before = project_people(assumptions)
    values = assumptions[name].copy()
    axis = poolcast.parameters.declarations.PARAMETERS[name].dimensions.index("year")
    values[(slice(None),) * axis + (slice(4, None),)] *= 0.9
    changed = assumptions.with_values({name: values})
    assert project_people(changed) is before
    again = project(changed)
    people_module._CACHE.clear()
    fresh = project(changed)
    assert project_people(changed) is not before
    for variable, array in fresh.data_vars.items():
        np.testing.assert_array_equal(again[variable].values, array.values, err_msg=str(variable))
    assert not np.array_equal(fresh.reserve.values, project(assumptions).reserve.values, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("population.survival_ratio", 0.99),
        ("coverage.vested_share", 0.9),
        ("utilisation.inpatient_rate", 0.9),
        ("retirement.delay", 0.0),
    ],
)
def test_changes_of_people_do_not(assumptions: Assumptions, name: str, factor: float) -> None:
    before = project_people(assumptions)
    changed = project_people(assumptions.with_values({name: assumptions[name] * factor}))
    assert changed is not before
    assert any(not np.array_equal(changed.sums[key], before.sums[key]) for key in before.sums)


def test_the_cache_does_not_grow(tmp_path: Path, assumptions: Assumptions) -> None:
    for number in range(people_module._CACHE_SIZE + 3):
        project_people(assumptions.with_values({"retirement.early_share": np.asarray(number / 100)}))
    assert len(people_module._CACHE) <= people_module._CACHE_SIZE


@pytest.mark.parametrize("case", ["nan", "regions"])
def test_drivers_that_do_not_fit_are_refused(assumptions: Assumptions, case: str) -> None:
    array = np.full((2, 2, YEARS), np.nan) if case == "nan" else np.ones((2, 3, YEARS))
    alone = assumptions if case == "nan" else with_regions(assumptions, [0])
    with pytest.raises((poolcast.AssumptionError, ValueError)):
        run(alone, Drivers(utilisation=array))


def test_paths_that_empty_a_region_are_refused(assumptions: Assumptions) -> None:
    leaving = np.full_like(assumptions["population.net_migration"], -10.0)
    with pytest.raises(poolcast.AssumptionError):
        run(
            assumptions.with_values({"population.net_migration": leaving}),
            Drivers(migration=np.full((PATHS, 1, YEARS), 1000.0)),
        )
