"""Scenario files: set, scale and shift, for whom and from when; what is refused; what a reform may never touch."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import ScenarioError
from poolcast.projection.engine import project
from poolcast.scenarios.reading import read_scenario, with_reforms
from poolcast.scenarios.scenario import BASELINE
from tests.projection.random_sets import base_set, calibrated, random_set

ACTIVE, FLEXIBLE, RETIRED = (index("status", status) for status in ("active", "flexible", "retired"))


@pytest.fixture(scope="module")
def assumptions(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    base = base_set(tmp_path_factory.mktemp("sets") / "pair", regions=["A", "B"], last_year=2032)
    return calibrated(random_set(base, 41))


def write(folder: Path, reforms: str, name: str = "case", extends: str = "") -> Path:
    head = f"name: {name}\ntitle: {{en: A case, zh: 案例}}\nwhy: {{en: To test, zh: 测试}}\nsource: tests\n"
    head += f"extends: {extends}\n" if extends else ""
    path = folder / f"{name}.yaml"
    path.write_text(
        head + "reforms:" + ("\n" + dedent(reforms).strip("\n") if reforms else " []") + "\n", encoding="utf-8"
    )
    return path


def changed(folder: Path, assumptions: Assumptions, reforms: str) -> Assumptions:
    return poolcast.load_scenario(write(folder, reforms)).apply(assumptions)


def refused(folder: Path, assumptions: Assumptions, reforms: str) -> str:
    with pytest.raises(poolcast.ScenarioError) as found:
        changed(folder, assumptions, reforms)
    return str(found.value)


def test_set_holds_from_its_year_on_and_nothing_before(tmp_path: Path, assumptions: Assumptions) -> None:
    name = "revenue.employer_rate"
    found = changed(tmp_path, assumptions, f"- set: {name}\n  values: {{2027: 0.07, 2030: 0.09}}")[name]
    old = assumptions[name]
    np.testing.assert_array_equal(found[:, :4], old[:, :4])  # 2023-2026
    assert PARAMETERS[name].between == "step"
    assert found[:, 4:].tolist() == [[0.07, 0.07, 0.07, 0.09, 0.09, 0.09]] * 2


def test_dated_amounts_are_linear_where_the_parameter_is(tmp_path: Path, assumptions: Assumptions) -> None:
    name = "economy.wage_growth"
    assert PARAMETERS[name].between == "linear"
    found = changed(tmp_path, assumptions, f"- set: {name}\n  values: {{2027: 0.02, 2030: 0.05}}")[name]
    assert found[0, 4:] == pytest.approx([0.02, 0.03, 0.04, 0.05, 0.05, 0.05])
    scaled = changed(tmp_path, assumptions, f"- scale: {name}\n  by: {{2027: 1.0, 2029: 0.5}}")[name]
    assert scaled[:, 4:] == pytest.approx(assumptions[name][:, 4:] * [1.0, 0.75, 0.5, 0.5, 0.5, 0.5])


def test_scale_and_shift(tmp_path: Path, assumptions: Assumptions) -> None:
    name = "resident.subsidy"
    scaled = changed(tmp_path, assumptions, f"- scale: {name}\n  by: {{2028: 1.1}}")[name]
    shifted = changed(tmp_path, assumptions, f"- shift: {name}\n  by: {{2028: 20}}")[name]
    old = assumptions[name]
    assert scaled[:, 5:] == pytest.approx(old[:, 5:] * 1.1)
    assert shifted[:, 5:] == pytest.approx(old[:, 5:] + 20)
    np.testing.assert_array_equal(scaled[:, :5], old[:, :5])


def test_where_selects_regions_statuses_and_ages(tmp_path: Path, assumptions: Assumptions) -> None:
    name = "outpatient.reimbursement_rate"
    where = "{region: [B], status: active|flexible}"
    found = changed(tmp_path, assumptions, f"- set: {name}\n  where: {where}\n  values: {{2027: 0.66}}")[name]
    moved = found != assumptions[name]
    expected = np.zeros_like(moved)
    expected[1, 4:, [ACTIVE, FLEXIBLE]] = True
    np.testing.assert_array_equal(moved, expected)
    assert set(found[moved]) == {0.66}

    name = "utilisation.inpatient_rate"
    reform = f"- scale: {name}\n  where: {{age: '65+', sex: female, status: [retired]}}\n  by: 0.9"
    found = changed(tmp_path, assumptions, reform)[name]
    ratio = np.divide(found, assumptions[name], out=np.ones_like(found), where=assumptions[name] > 0)
    expected = np.ones_like(ratio)
    expected[:, RETIRED, 1, 65:] = 0.9
    np.testing.assert_allclose(ratio, expected, rtol=1e-12)


def test_reforms_compose_in_their_order(tmp_path: Path, assumptions: Assumptions) -> None:
    first = "- set: revenue.employer_rate\n  values: {2027: 0.06}\n"
    second = "- scale: revenue.employer_rate\n  by: {2028: 1.5}\n"
    one = changed(tmp_path, assumptions, first + second)["revenue.employer_rate"][0, 3:6]
    other = changed(tmp_path, assumptions, second + first)["revenue.employer_rate"][0, 3:6]
    assert one[1:] == pytest.approx([0.06, 0.09])
    assert other[1:] == pytest.approx([0.06, 0.06])


def test_a_scenario_extends_another(tmp_path: Path, assumptions: Assumptions) -> None:
    lower = write(tmp_path, "- set: revenue.employer_rate\n  values: {2027: 0.06}", "lower")
    upper = write(tmp_path, "- scale: revenue.employer_rate\n  by: {2028: 1.5}", "upper", extends=str(lower))
    scenario = poolcast.load_scenario(upper)
    assert [reform.kind for reform in scenario.reforms] == ["set", "scale"]
    assert scenario.apply(assumptions)["revenue.employer_rate"][0, 4:6] == pytest.approx([0.06, 0.09])
    both = poolcast.load_scenario(write(tmp_path, "", "upmost", extends=str(upper)))
    assert both.digest == scenario.digest != poolcast.load_scenario(lower).digest


def test_circles_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "", "one", extends=str(tmp_path / "two.yaml"))
    write(tmp_path, "", "two", extends=str(tmp_path / "one.yaml"))
    with pytest.raises(poolcast.ScenarioError, match=r"circle.*one extends two extends one"):
        poolcast.load_scenario(tmp_path / "one.yaml")
    write(tmp_path, "", "self", extends=str(tmp_path / "self.yaml"))
    with pytest.raises(poolcast.ScenarioError, match="circle"):
        poolcast.load_scenario(tmp_path / "self.yaml")


@pytest.mark.parametrize(
    ("reform", "words"),
    [
        ("- set: revenue.employee_rat\n  values: {2027: 0.02}", ["revenue.employee_rat", "revenue.employee_rate"]),
        ("- set: revenue.employer_rate\n  values: {2027: 4.5}", ["4.5", "0 to 0.2"]),
        ("- scale: revenue.employer_rate\n  by: {2027: 100}", ["0 to 0.2"]),
        ("- set: revenue.employer_rate\n  values: {2025: 0.05}", ["2025", "2026 to 2032"]),
        ("- set: revenue.employer_rate\n  values: {2033: 0.05}", ["2033", "2026 to 2032"]),
        ("- set: revenue.employer_rate\n  values: 0.05", ["2027"]),
        ("- set: revenue.wage_relativity\n  values: {2027: 1.0}", ["no years"]),
        ("- set: revenue.employer_rate\n  where: {status: active}\n  values: {2027: 0.05}", ["status"]),
        ("- set: revenue.employer_rate\n  where: {regoin: A}\n  values: {2027: 0.05}", ["regoin"]),
        ("- set: revenue.employer_rate\n  where: {region: X}\n  values: {2027: 0.05}", ["X"]),
        ("- set: revenue.employer_rate\n  by: {2027: 0.05}", ["by"]),
        (
            "- set: revenue.employer_rate\n  scale: revenue.employer_rate\n  by: {2027: 1}",
            ["one of lever, set, scale, shift"],
        ),
        ("- set: revenue.employer_rate\n  values: {2027: .nan}", ["nan"]),
        ("- set: revenue.employer_rate\n  values: {2027: '5 %'}", ["5 %"]),
        ("- sett: revenue.employer_rate\n  values: {2027: 0.05}", ["sett"]),
        ("- 17", ["17"]),
    ],
)
def test_refusals(tmp_path: Path, assumptions: Assumptions, reform: str, words: list[str]) -> None:
    message = refused(tmp_path, assumptions, reform)
    for word in words:
        assert word in message


def test_parameters_that_the_set_does_not_hold_are_refused(tmp_path: Path) -> None:
    china = poolcast.calibrate(poolcast.load_assumptions("china"))
    for name in ("adjustment.pay_in_rate", "large_amount.premium_per_head", "population.migration_flow"):
        assert "does not hold" in refused(tmp_path, china, f"- set: {name}\n  values: {{2027: 0.05}}")


def test_all_problems_are_told_at_once(tmp_path: Path, assumptions: Assumptions) -> None:
    reforms = """
    - set: revenue.employer_rat
      values: {2027: 0.05}
    - set: revenue.employer_rate
      where: 5
      values: {2027: 0.05}
    - scale: revenue.employer_rate
      by: x
    """
    with pytest.raises(poolcast.ScenarioError) as found:
        poolcast.load_scenario(write(tmp_path, reforms))
    assert len(found.value.problems) == 3
    reforms = (
        "- set: revenue.employer_rate\n  values: {2027: 4.5}\n- set: revenue.employee_rate\n  values: {2024: 0.02}"
    )
    with pytest.raises(poolcast.ScenarioError) as found:
        changed(tmp_path, assumptions, reforms)
    assert len(found.value.problems) == 2


def test_nothing_is_changed_by_a_refused_scenario(tmp_path: Path, assumptions: Assumptions) -> None:
    before = assumptions.digest()
    reforms = "- set: revenue.employer_rate\n  values: {2027: 0.05}\n- set: revenue.employee_rate\n  values: {2027: 9}"
    refused(tmp_path, assumptions, reforms)
    changed(tmp_path, assumptions, "- set: revenue.employer_rate\n  values: {2027: 0.05}")
    assert assumptions.digest() == before


def test_baseline_is_the_set_itself(assumptions: Assumptions) -> None:
    baseline = poolcast.load_scenario("baseline")
    assert baseline.reforms == ()
    assert baseline.digest == ""
    assert baseline.apply(assumptions) is assumptions


def test_a_reform_never_moves_a_factor() -> None:
    """On `china`: factors of the unreformed base year stay, and so does the base year itself."""
    read = poolcast.load_assumptions("china")
    fitted = poolcast.calibrate(read)
    scenario = with_reforms(
        poolcast.load_scenario("high_cost"),
        [
            "revenue.employer_rate=0.06@2026",
            "resident.subsidy=900@2026",
            "inpatient.reimbursement_rate=0.9@2026",
            "utilisation.multiplier=1.1@2026",
            "cost.multiplier=0.9@2026",
        ],
    )
    reformed = scenario.apply(fitted)
    names = [name for name in fitted.values if name.startswith("calibration.")]
    assert len(names) >= 12
    for name in names:
        np.testing.assert_array_equal(reformed[name], fitted[name])
    left, right = project(fitted), poolcast.project(read, scenario)
    for name, variable in left.data_vars.items():
        if name.startswith("calibration_"):
            np.testing.assert_array_equal(right[name].values, variable.values)
        elif "year" in variable.dims:
            wanted = variable.sel(year=2025).values
            np.testing.assert_allclose(right[name].sel(year=2025).values, wanted, rtol=1e-12, err_msg=str(name))
    assert float(right.expenditure.sel(year=2026, ledger="EPF")[0]) != float(
        left.expenditure.sel(year=2026, ledger="EPF")[0]
    )
    assert right.attrs["scenario"] == scenario.name
    assert right.attrs["set_digest"] == read.digest()


def test_a_changed_assumption_is_calibrated_again() -> None:
    """The same change as an assumption leaves the base year on its accounts, through another factor."""
    read = poolcast.load_assumptions("china")
    rates = read["revenue.employer_rate"] * 0.9
    left, right = (poolcast.project(chosen) for chosen in (read, read.with_values({"revenue.employer_rate": rates})))
    found = right.revenue.sel(year=2025, ledger="EPF")
    assert float(found[0]) == pytest.approx(float(left.revenue.sel(year=2025, ledger="EPF")[0]), rel=1e-9)
    assert float(right.calibration_pooled_contribution[0] / left.calibration_pooled_contribution[0]) > 1.05


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("revenue.employer_rate=0.085@2027", None),
        ("revenue.employer_rate = 0.085", "parameter=value@year"),
        ("revenue.employer_rate=0.085", "@year"),
        ("revenue.wage_relativity=1.1@2027", "@year"),
        ("revenue.employer_rat=0.085@2027", "revenue.employer_rate"),
        ("revenue.employer_rate=eight@2027", "0.085"),
    ],
)
def test_reforms_in_one_line(assumptions: Assumptions, text: str, words: str | None) -> None:
    baseline = poolcast.load_scenario("baseline")
    if words is None:
        found = with_reforms(baseline, [text]).apply(assumptions)["revenue.employer_rate"]
        assert found[0, 3:6].tolist()[1:] == [0.085, 0.085]
        return
    with pytest.raises(poolcast.ScenarioError, match=words):
        with_reforms(baseline, [text])


def test_the_uninsured_and_other_members_are_left_alone(tmp_path: Path, assumptions: Assumptions) -> None:
    reform = "- shift: outpatient.reimbursement_rate\n  where: {status: retired}\n  by: {2028: 0.05}"
    left, right = project(assumptions), project(changed(tmp_path, assumptions, reform))
    paid, new = left.fund_payments, right.fund_payments
    others = [status for status in left.status.values if status != "retired"]
    np.testing.assert_allclose(new.sel(status=others), paid.sel(status=others), rtol=1e-14)
    moved = (new - paid).sel(status="retired", benefit="outpatient", year=slice(2028, None))
    assert (moved > 0).all()
    np.testing.assert_allclose(new.sel(year=slice(2025, 2027)), paid.sel(year=slice(2025, 2027)), rtol=1e-14)


def test_values_that_contradict_each_other_are_refused() -> None:
    """A floor above the cap keeps every single bound and makes no sense together."""
    floor = with_reforms(BASELINE, ["revenue.base_floor_multiple=1.4@2027", "revenue.base_cap_multiple=1.2@2027"])
    with pytest.raises(poolcast.ScenarioError, match="a floor of the contribution base above its cap"):
        floor.apply(poolcast.calibrate(poolcast.load_assumptions("china", to=2030)))


HEAD = "name: a\ntitle: {en: a, zh: a}\nwhy: {en: a, zh: a}\nsource: s\nreforms: []\n"


@pytest.mark.parametrize("tail", [
    "x: " + "[" * 5000 + "]" * 5000,
    "x: " + "{a: " * 3000 + "1" + "}" * 3000,
    "".join(f"{' ' * n}a:\n" for n in range(1200)),
    "x: " + "1" * 5000,
    "x: \x00",
], ids=["lists", "mappings", "indents", "digits", "signs"])  # fmt: skip
def test_a_text_that_would_exhaust_its_reader_is_refused_with_words(tail):
    with pytest.raises(ScenarioError) as caught:
        read_scenario(HEAD + tail, "mine.yaml")
    (problem,) = caught.value.problems
    assert problem.found.startswith("text that is no YAML")
