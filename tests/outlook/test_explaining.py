"""Why two results differ: reasons add up for any two results, and inputs of runs are found again."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.cli import main
from poolcast.outlook.cases import run_folder_of, saved_case
from poolcast.outlook.reasons import OPENING, reasons_for_change
from poolcast.parameters.errors import ResultError
from poolcast.scenarios.reading import BASELINE, load_scenario, with_reforms
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import write_worked_example


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china", to=2035)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name, arguments in {
        "changed": ("B01", "--reform", "revenue.employer_rate=0.09@2027", "--to", "2030"),
        "plain": ("baseline", "--to", "2030"),
    }.items():
        assert main(["run", *arguments, "-q", "--out", str(folder / name)]) == 0
    return folder


def adds_up(reasons):
    gap = reasons.parts.sum("reason", skipna=False) - reasons.total
    assert np.array_equal(np.isnan(gap), np.isnan(reasons.total))
    assert float(np.nanmax(np.abs(gap))) <= 1e-9 * float(np.nanmax(np.abs(reasons.parts)))


@pytest.mark.parametrize("scenario", ["B01", "high_cost", "financing_package"])
def test_reasons_add_up_to_the_difference_of_reserves(china, scenario):
    first, against = poolcast.project(china, scenario), poolcast.project(china)
    reasons = reasons_for_change(first, against)
    adds_up(reasons)
    expected = (first.reserve - against.reserve).transpose("year", "region", "ledger")
    assert np.nanmax(np.abs(reasons.total.values - expected.values)) == 0
    assert float(np.nanmax(np.abs(reasons.parts.sel(reason=OPENING)))) == 0


def test_expenditure_stands_with_the_sign_of_its_effect(china):
    reasons = reasons_for_change(poolcast.project(china, "high_cost"), poolcast.project(china))
    assert float(reasons.parts.sel(reason="E1.1", ledger="EPF", year=2035)[0]) < 0


def test_pools_and_regions_of_hebei_add_up():
    hebei = poolcast.load_assumptions("hebei", to=2032)
    reasons = reasons_for_change(poolcast.project(hebei, "G01"), poolcast.project(hebei))
    adds_up(reasons)
    assert float(np.nanmax(np.abs(reasons.parts.sel(reason=OPENING)))) > 0  # the pool takes reserves over


def test_sets_of_other_years_regions_and_ledgers_begin_at_the_later_base_year(tmp_path):
    example = poolcast.load_assumptions(write_worked_example(tmp_path / "worked_example"))
    other = poolcast.load_assumptions(
        write_minimal_set(tmp_path / "other", base_year=2025, last_year=2030, ledgers=("EPF", "EPA"))
    )
    one, two = poolcast.project(example), poolcast.project(other)
    reasons = reasons_for_change(one, two)
    adds_up(reasons)
    assert reasons.start == 2025
    assert reasons.parts.year.values.tolist() == [2025, 2026]
    code = str(one.region.values[0])
    opening = float(reasons.parts.sel(reason=OPENING, ledger="RPF", region=code, year=2026))
    assert opening == pytest.approx(3_586_140.70, abs=0.0051)  # the whole fund, for the other has none
    explained = poolcast.explain(one, two)
    assert explained.drivers is None
    assert explained.levers == ()
    assert len(explained.notes) == 2
    late = poolcast.load_assumptions(write_minimal_set(tmp_path / "late", base_year=2030, last_year=2035))
    with pytest.raises(ResultError, match="common year"):
        reasons_for_change(one, poolcast.project(late))


def test_two_scenarios_are_explained_by_the_levers_of_both(china):
    found = poolcast.explain("B01", "F01", china, shapley=True)
    total = found.reasons.total
    added = sum(
        sign * explained.parts.sel(approach="shapley", measure="reserve").sum(["lever", "part"], skipna=False)
        for sign, explained in found.levers
    )
    scale = float(np.nanmax(np.abs(total)))
    assert [(sign, explained.levers) for sign, explained in found.levers] == [(1, ("B01",)), (-1, ("F01",))]
    assert float(np.nanmax(np.abs(added - total))) <= 1e-9 * scale
    drivers = found.drivers.parts.sel(approach="shapley", measure="reserve")
    assert float(np.nanmax(np.abs(drivers.sum("driver", skipna=False) - total))) <= 1e-9 * scale
    assert set(found.drivers.drivers) == {"reimbursement", "policy", "residual"}


def test_the_inputs_of_a_run_are_found_again(runs):
    case = saved_case(runs / "changed")
    assert case.assumptions.digest() == case.forecast.attrs["set_digest"]
    wanted = with_reforms(load_scenario("B01"), ["revenue.employer_rate=0.09@2027"])
    assert case.scenario.digest == wanted.digest
    again = poolcast.project(case.assumptions, case.scenario)
    assert np.array_equal(again.reserve.values, case.forecast.reserve.values, equal_nan=True)


def test_two_runs_are_explained_by_lever_and_driver(runs):
    found = poolcast.explain(runs / "changed", runs / "plain")
    assert found.notes == ()
    assert found.levers[0][1].levers == ("B01", "revenue.employer_rate")
    assert set(found.drivers.drivers) == {"reimbursement", "policy", "residual"}


def test_a_run_and_a_scenario_stand_side_by_side(runs):
    found = poolcast.explain(runs / "plain" / "result.nc", BASELINE, poolcast.load_assumptions("china", to=2030))
    assert float(np.nanmax(np.abs(found.reasons.total))) == 0


def test_a_run_whose_inputs_were_changed_is_explained_by_lines_only(runs, tmp_path):
    import shutil

    shutil.copytree(runs / "changed", tmp_path / "copy")
    file = tmp_path / "copy" / "inputs" / "set.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("name: china", "name: other"), encoding="utf-8")
    found = poolcast.explain(tmp_path / "copy", runs / "plain")
    assert found.first.assumptions is None
    assert found.drivers is None
    adds_up(found.reasons)


def test_a_folder_of_several_runs_names_them(runs):
    with pytest.raises(ResultError, match="changed, plain"):
        run_folder_of(runs)
    assert run_folder_of("B01") is None
