"""The reader: inheritance, filling, provenance, conditions, observations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcast.parameters.assumptions import Provenance
from poolcast.parameters.axes import AXES, LEDGERS
from poolcast.parameters.declarations import OPTIONS, PARAMETERS
from poolcast.parameters.errors import AssumptionError
from poolcast.parameters.location import available_sets
from poolcast.parameters.needs import (
    describe_cells,
    is_needed,
    missing_values,
    needed_cells,
    sums_not_one,
    values_out_of_bounds,
)
from poolcast.parameters.reading import load_assumptions, load_observations
from tests.fixtures.minimal_set import MinimalSet, minimal_set, write_minimal_set

PAIR = {"regions": ["A", "B"], "parents": {"A": "P", "B": "P"}}


def _row(content: MinimalSet, parameter: str, value: float, **cells: str) -> None:
    content.add(parameter, value, **cells)


# -- shape and content -----------------------------------------------------------------------------


def test_arrays_have_the_declared_axes_and_are_read_only(tmp_path: Path) -> None:
    assumptions = load_assumptions(
        write_minimal_set(tmp_path / "pair", **PAIR, ledgers=LEDGERS, options={"adjustment_fund": "both"})
    )
    assert assumptions.region_codes == ("A", "B")
    assert [region.code for region in assumptions.parents] == ["P"]
    assert assumptions.years == tuple(range(2023, 2031))
    for name, array in assumptions.values.items():
        axes = PARAMETERS[name].dimensions
        assert array.shape == tuple(len(assumptions.axis_members(axis)) for axis in axes)
        assert not array.flags.writeable
        assert array.flags.c_contiguous
    assert assumptions["behaviour.response"].ndim == 0
    assert assumptions.dataset["coverage.status_share"].dims == ("region", "status", "sex", "age")


@pytest.mark.parametrize("ledger", LEDGERS)
def test_the_builder_gives_what_any_ledger_needs(ledger: str, tmp_path: Path) -> None:
    options = {"adjustment_fund": "employee"} if ledger == "ADJ" else {}
    ledgers = list(dict.fromkeys(["EPF", "EPA", "RPF", ledger]))
    assert load_assumptions(write_minimal_set(tmp_path / "one", ledgers=ledgers, options=options))


@pytest.mark.parametrize(
    ("option", "choice"), [(option.name, choice) for option in OPTIONS.values() for choice in option.choices]
)
def test_the_builder_gives_what_any_option_needs(option: str, choice: str, tmp_path: Path) -> None:
    fund = option in ("adjustment_fund", "cross_province_pool") and choice != "none"
    ledgers = ["EPF", "EPA", "RPF", *(["ADJ"] if fund else [])]
    pools = {"AB": ["A", "B"]} if option == "cross_province_pool" else {}
    folder = write_minimal_set(tmp_path / "one", **PAIR, ledgers=ledgers, options={option: choice}, pools=pools)
    assert load_assumptions(folder).options[option] == choice


def test_selectors_cover_what_they_say(tmp_path: Path) -> None:
    content = minimal_set()
    content.give(
        "utilisation.inpatient_rate",
        (0.1, {"region": "A", "status": "child|adult_resident", "sex": "all", "age": "0-59|61"}),
        (0.2, {"region": "A", "status": "child|adult_resident", "sex": "male", "age": "60"}),
        (0.3, {"region": "A", "status": "adult_resident|child", "sex": "female", "age": "60"}),
        (0.4, {"region": "A", "status": "child|adult_resident", "sex": "all", "age": "62+"}),
        (
            0.5,
            {
                "region": "A",
                "status": "active|flexible|retired|unemployed|uninsured",
                "sex": "female|male",
                "age": "all",
            },
        ),
        (0.6, {"region": "A", "status": "paying_past_retirement", "sex": "all", "age": "0-99"}),
        (0.7, {"region": "A", "status": "paying_past_retirement", "sex": "all", "age": "100"}),
    )
    rate = load_assumptions(content.write(tmp_path / "set"))["utilisation.inpatient_rate"][0]
    assert rate[:2, :, :60].tolist() == np.full((2, 2, 60), 0.1).tolist()
    assert rate[:2, :, 60].tolist() == [[0.2, 0.3], [0.2, 0.3]]
    assert rate[:2, :, 61].tolist() == [[0.1, 0.1], [0.1, 0.1]]
    assert (rate[:2, :, 62:] == 0.4).all()
    assert (rate[[2, 3, 4, 6, 7]] == 0.5).all()
    assert (rate[5, :, :100] == 0.6).all()
    assert (rate[5, :, 100] == 0.7).all()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_cells_against_a_plain_loop(data: st.DataObject, tmp_path: Path) -> None:
    """Random cells by tier and status, written as random selectors, equal a loop over rows and members."""
    statuses, tiers = AXES["status"].members, AXES["tier"].members
    order = data.draw(st.permutations([(status, tier) for status in statuses for tier in tiers]))
    content = minimal_set()
    content.drop("inpatient.deductible")
    expected = np.full((len(statuses), len(tiers)), np.nan)
    by_value: dict[tuple[float, str], list[str]] = {}
    for status, tier in order:
        by_value.setdefault((float(data.draw(st.integers(0, 3))), tier), []).append(status)
    for (value, tier), members in by_value.items():
        word = "all" if len(members) == len(statuses) else "|".join(members)
        _row(content, "inpatient.deductible", value, region="all", year="2024", status=word, tier=tier)
        for status in members:
            expected[statuses.index(status), tiers.index(tier)] = value
    found = load_assumptions(content.write(tmp_path / "set"))["inpatient.deductible"]
    assert np.isnan(found[0, 0]).all()
    assert (found[0, 1:] == expected).all()


# -- years -----------------------------------------------------------------------------------------


def test_a_shorter_or_longer_horizon_changes_no_common_year(tmp_path: Path) -> None:
    content = minimal_set(longest=2040)
    content.give(
        "economy.wage_growth",
        (0.05, {"region": "all", "year": "2026"}),
        (0.03, {"region": "all", "year": "2036"}),
    )
    folder = content.write(tmp_path / "set")
    default, short, long = (
        load_assumptions(folder),
        load_assumptions(folder, to=2027),
        load_assumptions(folder, to=2040),
    )
    assert (short.last_year, default.last_year, long.last_year) == (2027, 2030, 2040)
    for name, array in long.values.items():
        if "year" in PARAMETERS[name].dimensions:
            axis = PARAMETERS[name].dimensions.index("year")
            cut = array.take(range(len(short.years)), axis=axis)
            assert np.array_equal(cut, short[name], equal_nan=True)
    growth = long["economy.wage_growth"][0]
    assert np.isnan(growth[:3]).all()
    assert growth[3] == 0.05
    assert growth[8] == pytest.approx(0.04)
    assert growth[-1] == 0.03


def test_accounts_are_never_filled(tmp_path: Path) -> None:
    content = minimal_set(options={"calibration": "accounts"})
    _row(content, "accounts.revenue", 1e9, region="A", year="2019", ledger="EPF")
    revenue = load_assumptions(content.write(tmp_path / "set"))["accounts.revenue"][0, :, 0]
    assert np.isnan(revenue).tolist() == [True, False, False, True, True, True, True, True]


# -- levels ----------------------------------------------------------------------------------------


def test_own_values_then_the_parents_then_those_for_all(tmp_path: Path) -> None:
    content = minimal_set(regions=["A", "B", "C"], parents={"A": "P", "B": "P", "P": "Q"})
    _row(content, "revenue.employer_rate", 0.07, region="Q", year="2023")
    assert load_assumptions(content.write(tmp_path / "1"))["revenue.employer_rate"][:, 0].tolist() == [0.07, 0.07, 0.08]
    _row(content, "revenue.employer_rate", 0.06, region="P", year="2023")
    _row(content, "revenue.employer_rate", 0.05, region="B", year="2023")
    assumptions = load_assumptions(content.write(tmp_path / "2"))
    assert assumptions["revenue.employer_rate"][:, 0].tolist() == [0.06, 0.05, 0.08]
    assert assumptions.provenance["revenue.employer_rate"] == tuple(
        Provenance(code, "synthetic", "", "") for code in "ABC"
    )
    assert assumptions.provenance["revenue.employee_rate"] == (Provenance("all", "synthetic", "", ""),)


def test_the_order_of_regions_permutes_the_region_axis_only(tmp_path: Path) -> None:
    content = minimal_set(regions=["A", "B", "C"])
    for number, code in enumerate("ABC"):
        _row(content, "revenue.employer_rate", 0.05 + number / 100, region=code, year="2023")
    straight = load_assumptions(content.write(tmp_path / "1"))
    content.document["regions"] = content.document["regions"][::-1]
    turned = load_assumptions(content.write(tmp_path / "2"))
    for name, array in straight.values.items():
        axes = PARAMETERS[name].dimensions
        expected = np.flip(array, [number for number, axis in enumerate(axes) if axis in ("region", "destination")])
        assert np.array_equal(turned[name], expected, equal_nan=True)


def test_nobody_moves_to_his_own_region(tmp_path: Path) -> None:
    flow = load_assumptions(write_minimal_set(tmp_path / "pair", **PAIR))["population.migration_flow"]
    assert flow[:, :, 3].tolist() == [[0.0, 100.0], [150.0, 0.0]]


def test_zero_for_all_regions_of_what_adds(tmp_path: Path) -> None:
    content = minimal_set(**PAIR)
    content.give("ledger.opening_reserve", (0.0, {"region": "all", "ledger": "all"}))
    assert not load_assumptions(content.write(tmp_path / "set"))["ledger.opening_reserve"].any()


# -- a set based on another ------------------------------------------------------------------------


def _national(folder: Path) -> Path:
    content = minimal_set(name="national", regions=["000000"])
    for row in content.of("revenue.employer_rate"):
        row.update(evidence="source", grade="A", source="MADE_UP")
    return content.write(folder)


def _based(folder: Path, base: Path, **changes: object) -> MinimalSet:
    content = minimal_set(regions=["A", "B"], based_on=str(base), **changes)  # type: ignore[arg-type]
    extensive = {name for name, parameter in PARAMETERS.items() if parameter.is_extensive}
    content.rows = [row for row in content.rows if row["parameter"] in extensive | {"population.migration_age_profile"}]
    return content


def test_values_of_another_set_are_borrowed(tmp_path: Path) -> None:
    base = _national(tmp_path / "national")
    content = _based(tmp_path / "local", base)
    _row(content, "economy.wage_growth", 0.01, region="A", year="2026")
    local = load_assumptions(content.write(tmp_path / "local"))
    national = load_assumptions(base)
    for name in ("revenue.employer_rate", "coverage.status_share", "behaviour.phase_in", "utilisation.inpatient_rate"):
        expected = national[name]
        if "region" in PARAMETERS[name].dimensions:
            expected = np.repeat(expected, 2, axis=0)
        assert np.array_equal(local[name], expected, equal_nan=True)
    assert local["economy.wage_growth"][:, 3].tolist() == [0.01, 0.035]
    assert local.provenance["revenue.employer_rate"] == (
        Provenance("all", "borrowed", "A", "national:MADE_UP", "national"),
    )
    assert local.provenance["economy.wage_growth"][0].evidence == "synthetic"
    assert local.provenance["economy.wage_growth"][1].evidence == "borrowed"
    assert local.sources["national:MADE_UP"].title == "Made up"


def test_a_block_of_the_own_set_is_never_completed_from_the_other(tmp_path: Path) -> None:
    content = _based(tmp_path / "local", _national(tmp_path / "national"))
    _row(content, "inpatient.repeat_share", 0.1, region="A", scheme="employee")
    with pytest.raises(AssumptionError, match=r"no value of inpatient\.repeat_share for region A, scheme resident"):
        load_assumptions(content.write(tmp_path / "local"))


def test_people_are_never_borrowed(tmp_path: Path) -> None:
    content = _based(tmp_path / "local", _national(tmp_path / "national"))
    content.drop("ledger.opening_reserve")
    with pytest.raises(AssumptionError) as caught:
        load_assumptions(content.write(tmp_path / "local"))
    assert [problem.found for problem in caught.value.problems] == ["no value of ledger.opening_reserve"]


def test_faults_of_the_other_set_are_reported_too(tmp_path: Path) -> None:
    base = minimal_set(name="national")
    base.of("revenue.employer_rate")[0]["value"] = "8"
    folder = base.write(tmp_path / "national")
    with pytest.raises(AssumptionError) as caught:
        load_assumptions(_based(tmp_path / "local", folder).write(tmp_path / "local"))
    assert [Path(problem.file).parent for problem in caught.value.problems] == [folder]


def test_a_set_with_other_regions_cannot_be_a_base(tmp_path: Path) -> None:
    base = write_minimal_set(tmp_path / "other", regions=["X", "Y"])
    with pytest.raises(AssumptionError, match="which has no region A, B"):
        load_assumptions(_based(tmp_path / "local", base).write(tmp_path / "local"))


def test_a_base_with_the_same_codes_serves_region_by_region(tmp_path: Path) -> None:
    other = minimal_set(name="other", regions=["B", "A"])
    for code, value in (("A", 0.05), ("B", 0.06)):
        _row(other, "revenue.employer_rate", value, region=code, year="2023")
    base = other.write(tmp_path / "other")
    local = load_assumptions(_based(tmp_path / "local", base).write(tmp_path / "local"))
    assert local["revenue.employer_rate"][:, 0].tolist() == [0.05, 0.06]


def test_a_made_up_base_makes_the_set_made_up(tmp_path: Path) -> None:
    base = _national(tmp_path / "national")
    with pytest.raises(AssumptionError, match="which is synthetic"):
        load_assumptions(_based(tmp_path / "local", base, synthetic=False).write(tmp_path / "local"))


# -- conditions, and sets that a scenario has changed ----------------------------------------------


@pytest.mark.parametrize(
    ("name", "ledgers", "options", "regions", "needed"),
    [
        ("revenue.employer_rate", (), {}, 1, True),
        ("calibration.benefit", LEDGERS, {}, 2, False),
        ("long_term_care.take_up", ("EPF",), {}, 1, False),
        ("long_term_care.take_up", ("LTCI",), {}, 1, True),
        ("population.migration_flow", (), {}, 1, False),
        ("population.migration_flow", (), {}, 2, True),
        ("payment.catch_up", (), {"payment_rule": "corridor"}, 1, True),
        ("payment.catch_up", (), {"payment_rule": "fee_for_service"}, 1, False),
    ],
)
def test_needed(name: str, ledgers: tuple[str, ...], options: Mapping[str, str], regions: int, needed: bool) -> None:
    assert is_needed(PARAMETERS[name], ledgers, options, regions) is needed


def test_what_is_not_needed_may_be_given(tmp_path: Path) -> None:
    given_too = {"long_term_care.take_up": 0.5, "calibration.benefit": 1.1, "payment.catch_up": 0.5}
    assumptions = load_assumptions(write_minimal_set(tmp_path / "set", values=given_too))
    assert assumptions["long_term_care.take_up"][0, 0] == 0.5
    assert "long_term_care.prevalence" not in assumptions


def test_an_absent_ledger_needs_no_values(tmp_path: Path) -> None:
    assumptions = load_assumptions(write_minimal_set(tmp_path / "set"))
    needed = needed_cells(PARAMETERS["ledger.interest_rate"], assumptions)
    assert needed.any(axis=(0, 1)).tolist() == [ledger in ("EPF", "EPA", "RPF") for ledger in LEDGERS]
    assert needed.any(axis=(0, 2)).tolist() == [False, False] + [True] * 6


def test_checks_serve_a_set_that_was_changed(tmp_path: Path) -> None:
    assumptions = load_assumptions(write_minimal_set(tmp_path / "set"))
    assert not missing_values(assumptions)
    assert not sums_not_one(assumptions)
    assert not values_out_of_bounds(assumptions)
    closed = missing_values(assumptions.with_options(payment_rule="closure"))
    assert "no value of payment.overspend_softness" in [problem.found for problem in closed]
    dear = assumptions.with_values({"revenue.employer_rate": assumptions["revenue.employer_rate"] * 100})
    assert "Write 0.08 for 8 %" in str(values_out_of_bounds(dear)[0])
    odd = assumptions.with_values({"resident.subsidy_share": assumptions["resident.subsidy_share"] * 1.1})
    assert "adding to 1.1 over government" in str(sums_not_one(odd)[0])


def test_cells_are_named_in_few_words(tmp_path: Path) -> None:
    assumptions = load_assumptions(write_minimal_set(tmp_path / "set"))
    parameter = PARAMETERS["population.survival_ratio"]
    mask = np.zeros(assumptions[parameter.name].shape, dtype=bool)
    mask[0, 4, 1, 37:42] = True
    assert describe_cells(parameter, mask, assumptions) == "year 2027, sex female, age 37-41"
    mask[0, 4, 1, [50, 99, 100]] = True
    assert describe_cells(parameter, mask, assumptions) == "year 2027, sex female, age 37-41, 50, 99-100"
    mask[0, 5, 0] = True
    assert describe_cells(parameter, mask, assumptions).endswith("; year 2028, sex male, every age")


def test_shares_may_miss_one_by_what_calibration_refits(tmp_path: Path) -> None:
    content = minimal_set()
    content.of("coverage.status_share")[0]["value"] = "0.95005"
    assert load_assumptions(content.write(tmp_path / "near"))
    content.of("resident.subsidy_share")[0]["value"] = "0.50005"
    with pytest.raises(AssumptionError, match=r"adding to 1\.00005 over government"):
        load_assumptions(content.write(tmp_path / "far"))


# -- observations ----------------------------------------------------------------------------------


def test_observations_hold_the_history_as_written(tmp_path: Path) -> None:
    content = minimal_set(**PAIR, options={"calibration": "accounts"})
    _row(
        content,
        "accounts.revenue",
        1e9,
        region="P",
        year="2012",
        ledger="EPF|RPF",
        evidence="source",
        grade="B",
        source="MADE_UP",
    )
    folder = content.write(tmp_path / "set")
    frame = load_observations(folder, "accounts.revenue")
    assert list(frame.columns) == [
        "region", "year", "ledger", "value", "unit", "evidence", "grade", "source", "note", "file", "line",
    ]  # fmt: skip
    old = frame[frame["year"] == 2012]
    assert old["region"].tolist() == ["P", "P"]
    assert old["ledger"].tolist() == ["EPF", "RPF"]
    assert set(old["value"]) == {1e9}
    assert set(old["line"]) == {len(content.rows) + 1}
    assert load_observations(folder, "accounts.admissions").empty
    assert load_observations(folder, "population.migration_flow")["destination"].tolist() == ["A", "B", "A", "B"]
    with pytest.raises(AssumptionError, match=r"Did you mean 'accounts.revenue'"):
        load_observations(folder, "accounts.revenu")


# -- the sets we ship ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(available_sets()))
def test_shipped_sets_are_read(name: str) -> None:
    assumptions = load_assumptions(name)
    assert assumptions.name == name
    assert not values_out_of_bounds(assumptions)
    longest = load_assumptions(name, to=assumptions.last_year)
    assert longest.digest() == assumptions.digest()
