from __future__ import annotations

import numpy as np
import pytest

from poolcast.parameters.axes import index
from poolcast.scenarios.catalogue import BY_NAME, LEVERS
from poolcast.scenarios.catalogue.prices import LEVERS as PRICES
from tests.scenarios.lever_signs import SETS, baseline, calibrated, changed, check_signs, identical, with_lever

NEUTRAL = {
    "B15": {"removed_share": 0},
    "B16": {"net_increase": 0},
    "B18": {},
    "B19": {"high_value_share": 0},
    "B21": {"cut": 0},
    "P12": {"covered_share": 0},
    "P13": {"covered_share": 0},
    "P14": {"retention_rate": 0.5},
    "P15": {"discount": 0},
    "P16": {"saving": 0},
    "P17": {"saving": 0},
    "P18": {"saving": 0},
    "P19": {"offset": 1},
    "P20": {"increase": 0},
    "P21": {"increase": 0},
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", PRICES, ids=lambda lever: lever.id)
def test_the_lever_moves_what_it_declares(lever, name):
    assert check_signs(lever, name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", PRICES, ids=lambda lever: lever.id)
def test_neutral_arguments_change_no_bit(lever, name):
    assert identical(baseline(name), with_lever(lever, name, **NEUTRAL[lever.id]))


def test_every_row_of_the_group_stands_here():
    assert [lever.id for lever in PRICES] == ["B15", "B16", "B18", "B19", "B21"] + [
        f"P{number}" for number in range(12, 22)
    ]
    assert all(BY_NAME[lever.name] is LEVERS[lever.id] for lever in PRICES)
    assert {lever.id for lever in PRICES if lever.stress} == {"B19", "B21"}
    assert {lever.id for lever in PRICES if lever.no_effect} == {"B18"}


def _in_year(lever, name, parameter, year, **words):
    """Values of a parameter in a year with the lever over those without it (ratio)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        after, before = changed(lever, name, **words), calibrated(name)
        return after.in_year(parameter, year) / before.in_year(parameter, year)


@pytest.mark.parametrize(
    ("lever", "parameter", "factor"),
    [
        ("B15", "outpatient.in_policy_share", 1 - 0.01 * 0.4 * 0.30),
        ("B19", "inpatient.in_policy_share", 1 - 0.05 * 0.3 * 0.5 * 0.6),
        ("P16", "chronic.in_policy_share", 1 - 0.003 * 0.30),
    ],
)
def test_in_policy_shares_by_hand(lever, parameter, factor):
    assert _in_year(lever, "china", parameter, 2027) == pytest.approx(factor, rel=1e-12)
    assert np.all(_in_year(lever, "china", parameter, 2026) == 1)


@pytest.mark.parametrize(
    ("lever", "benefit", "year", "factor"),
    [
        ("B16", "dual_channel", 2029, 1.004**3),
        ("B16", "inpatient", 2060, 1.004**5),
        ("P15", "inpatient", 2027, 1 - 0.01 * 0.3 * 0.3),
        ("P17", "chronic", 2036, (1 - 0.005 * 0.3) ** 10),
        ("P18", "outpatient", 2027, 1 - 0.002 * 0.3),
        ("P19", "inpatient", 2027, 1 + 0.25 * 0.04 * 0.2),
        ("P20", "inpatient", 2040, 1.002**5),
    ],
)
def test_unit_cost_by_hand(lever, benefit, year, factor):
    ratio = _in_year(lever, "china", "cost.multiplier", year)
    assert ratio[0, :, index("benefit", benefit)] == pytest.approx(factor, rel=1e-12)
    assert np.all(ratio[0, :, index("benefit", "maternity_care")] == 1)


BATCH = 0.30 * 0.05 * (1 - 1.1 * 0.5) * 0.9
SUPPLIES = 0.12 * 0.1 * (1 - 1.15 * 0.2)


def test_a_batch_of_drugs_by_hand():
    assert pytest.approx(0.006075) == BATCH
    cost = _in_year("P12", "china", "cost.multiplier", 2029)[0, 0]
    assert cost[index("benefit", "inpatient")] == pytest.approx((1 - BATCH / 2) ** 3, rel=1e-12)
    assert cost[index("benefit", "outpatient")] == pytest.approx((1 - BATCH) ** 3, rel=1e-12)
    assert (
        _in_year("P12", "china", "cost.multiplier", 2031)[0, 0, 0]
        == _in_year("P12", "china", "cost.multiplier", 2050)[0, 0, 0]
    )
    hebei = changed("P12", "hebei")
    assert hebei.in_year("procurement.saving_share", 2028) == pytest.approx(0.03 + 2 * BATCH, rel=1e-12)
    assert np.all(_in_year("P12", "hebei", "cost.multiplier", 2031)[..., index("benefit", "inpatient")] == 1)


def test_supplies_by_hand():
    assert pytest.approx(0.00924) == SUPPLIES
    assert _in_year("P13", "china", "cost.multiplier", 2027)[0, 0, 0] == pytest.approx(1 - SUPPLIES / 2, rel=1e-12)
    hebei = changed("P13", "hebei")
    assert hebei.in_year("procurement.saving_share", 2040) == pytest.approx(0.03 + SUPPLIES * 0.85, rel=1e-12)


def test_retention_and_effort_by_hand():
    hebei = changed("P14", "hebei", retention_rate=0.8)
    assert np.all(hebei.in_year("procurement.retention_rate", 2027) == 0.8)
    assert hebei.in_year("procurement.saving_share", 2027) == pytest.approx(0.03 * 1.06, rel=1e-12)


def test_rates_of_drugs_by_hand():
    after, before = changed("B21", "china"), calibrated("china")
    for benefit, cut in (("inpatient", 0.02 * 0.7 * 0.3), ("chronic", 0.02 * 0.7 * 0.3), ("dual_channel", 0.02)):
        name = f"{benefit}.reimbursement_rate"
        fall = before.in_year(name, 2027) - after.in_year(name, 2027)
        insured = fall[0, 1:7] if benefit != "dual_channel" else fall[0]
        assert insured == pytest.approx(cut, rel=1e-12)


def test_a_neutral_price_reform_leaves_prices_alone_and_an_unmet_offset_raises_them_by_one_per_cent():
    assert _in_year("P19", "china", "cost.multiplier", 2027, offset=0)[0, 0, 0] == pytest.approx(1.01, rel=1e-12)


def test_prices_rise_once_in_each_year_after_a_rich_one():
    before, after = baseline("china"), with_lever("P21", "china", increase=0.01)
    months = after.payable_months.sel(ledger="RPF").isel(region=0)
    care = before.expenditure_by_line.sel(ledger="RPF", expenditure_line=["E1.1", "E1.2", "E1.3", "E1.4", "E1.5"])
    care = care.isel(region=0).sum("expenditure_line")
    level = 1.0
    for year in (2027, 2028, 2029, 2030):
        level *= 1.01 if float(months.sel(year=year - 1)) > 9 else 1.0
        added = (after.expenditure - before.expenditure).sel(ledger="RPF", year=year).isel(region=0)
        assert float(added) == pytest.approx(float(care.sel(year=year)) * (level - 1), rel=1e-6)
