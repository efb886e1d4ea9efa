"""The engine against a model of plain loops written from the handbook: every ledger, every year, to 1e-10."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.age_sums import dense_weights, measures_of
from poolcast.projection.cohort import PathMultipliers, project_cohort
from poolcast.projection.coverage import project_status_shares
from poolcast.projection.engine import run
from poolcast.projection.people import cohort_inputs
from tests.projection import scalar_model, scalar_people
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set
from tests.projection.scalar_coverage import insured_by_age, shares_by_cohort


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    return base_set(tmp_path_factory.mktemp("sets") / "scalar", last_year=2029)


def as_lists(assumptions: Assumptions) -> dict[str, Any]:
    """The values of the only region, as nested lists."""
    lists: dict[str, Any] = {"payment_rule": assumptions.options["payment_rule"]}
    for name, array in assumptions.values.items():
        has_region = "region" in PARAMETERS[name].dimensions
        lists[name] = (array[0] if has_region else array).tolist()
    return lists


def shares_by_age(P: dict[str, Any], years: int) -> list[Any]:
    return insured_by_age(P, [P["coverage.previous_status_share"], *[P["coverage.status_share"]] * (years + 1)])


def compare(assumptions: Assumptions, P: dict[str, Any], shares: list[Any], ledgers: tuple[str, ...]) -> None:
    expected = scalar_model.project(P, assumptions.base_year, assumptions.last_year, shares)
    found = run(assumptions)
    accounts = found.accounts
    for code in ledgers:
        number = assumptions.ledgers.index(code)
        series = {"revenue": accounts.revenue, "expenditure": accounts.expenditure, "interest": accounts.interest}
        if code not in ("CII", "MAF", "CSS"):
            series["reserve"] = accounts.reserve
        if code in ("MAF", "CSS"):
            del series["revenue"]
        for name, array in series.items():
            wanted = [year[name] for year in expected[code]]
            assert array[0, 0, :, number] == pytest.approx(wanted, rel=1e-10, abs=1e-4), f"{code} {name}"
    members = found.money.people.at_year_end("members")[0, 0]
    assert members == pytest.approx(np.array([list(year.values()) for year in expected["members"]]), rel=1e-10)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_ledger_with_cover_by_age(base: Assumptions, seed: int) -> None:
    varied = random_set(base, seed)
    still = {"procurement.saving_share": np.zeros_like(varied["procurement.saving_share"])}
    assumptions = calibrated(varied.with_values(still), seed + 100)
    P = as_lists(assumptions)
    compare(assumptions, P, shares_by_age(P, 4), tuple(ledger for ledger in ALL_LEDGERS if ledger != "VBPR"))


@pytest.mark.parametrize("seed", [3, 4])
def test_every_ledger_with_cover_by_cohort(base: Assumptions, seed: int) -> None:
    varied = random_set(base, seed, coverage_movement="by_cohort")
    still = {"procurement.saving_share": np.zeros_like(varied["procurement.saving_share"])}
    assumptions = calibrated(varied.with_values(still), seed + 100)
    P = as_lists(assumptions)
    stocks, _ = scalar_people.population(P, 4)
    shares = shares_by_cohort(P, assumptions.base_year, assumptions.last_year, stocks)
    compare(assumptions, P, shares, tuple(ledger for ledger in ALL_LEDGERS if ledger != "VBPR"))


def test_budgets_and_procurement(base: Assumptions) -> None:
    """Under budgets the funds; what providers bear is nobody's own share, so CII, LAS, CSS and MAF stand elsewhere."""
    assumptions = calibrated(random_set(base, 5, payment_rule="closure"), 105)
    P = as_lists(assumptions)
    compare(assumptions, P, shares_by_age(P, 4), ("EPF", "EPA", "RPF", "LTCI", "VBPR"))


def test_lagged_wages_and_premiums(base: Assumptions) -> None:
    values = {name: np.asarray(1.0) for name in ("resident.personal_premium_lag",)}
    assumptions = calibrated(random_set(base, 6).with_values(values), 106)
    P = as_lists(assumptions)
    compare(assumptions, P, shares_by_age(P, 4), ("EPF", "EPA", "RPF"))


@pytest.mark.parametrize("movement", ["by_age", "by_cohort"])
def test_age_sums_by_the_compiled_kernel(base: Assumptions, movement: str) -> None:
    """Twelve paths with their own mortality, fertility and migration, each against loops over ages."""
    assumptions = random_set(base, 7, coverage_movement=movement)
    years, paths = 4, 12
    random = np.random.default_rng(8)
    factors = [random.uniform(0.7, 1.3, (paths, 1, years)) for _ in range(3)]
    central = project_cohort(
        cohort_inputs(assumptions, np.empty((years + 1, 1, 0, 2, 101))),
        keep_population=True,
        implementation="reference",
    )
    assert central.population is not None
    previous = assumptions["population.at_previous_year_end"]
    shares = project_status_shares(assumptions, np.concatenate([previous[:, None], central.population[0]], axis=1))
    measures = measures_of(assumptions, years)
    inputs = cohort_inputs(assumptions, dense_weights(shares[:, 1:], measures))
    found = project_cohort(inputs, PathMultipliers(*factors), implementation="compiled")
    for path in (0, 5, 11):
        P = as_lists(assumptions)
        survival, migration, fertility = (
            np.array(P[f"population.{name}"]) for name in ("survival_ratio", "net_migration", "fertility_rate")
        )
        for year in range(years):
            death, births, moves = (factor[path, 0, year] for factor in factors)
            survival[year + 3] = 1 - np.minimum((1 - survival[year + 3]) * death, 1.0)
            migration[year + 3] *= moves
            fertility[year + 3] *= births
        moved = {**P, "population.survival_ratio": survival.tolist(), "population.net_migration": migration.tolist()}
        stocks, born = scalar_people.population({**moved, "population.fertility_rate": fertility.tolist()}, years)
        expected = scalar_people.age_sums(P, stocks, shares[0].tolist())
        assert found.births[path, 0] == pytest.approx(born, rel=1e-10)
        for number, measure in enumerate(measures):
            key = {"active_by_sex": "heads", "relative_wages": "wages"}.get(measure.name, measure.name)
            place = measure.status if measure.sex is None or measure.name == "births" else measure.sex
            wanted = [end[key][place] for end in expected[1:]]
            assert found.measures[path, 0, :, number] == pytest.approx(wanted, rel=1e-10), measure.name
        total = [sum(map(sum, stock)) for stock in stocks[1:]]
        assert found.measures[path, 0, :, -1] == pytest.approx(total, rel=1e-10)
