"""Who pays: the parts add up to the bills, each ledger's part is what it booked, nobody pays more than is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.outlook import burden
from poolcast.outlook.who_pays import FUNDS, PATIENT, PAYERS, beyond_bills, care_bills, who_pays
from poolcast.parameters.errors import ResultError
from tests.fixtures.fake_forecast import fake_forecast
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import write_worked_example

PAIR = {"regions": ["A", "B"], "parents": {"A": "P", "B": "P"}}


@pytest.fixture(scope="module")
def china() -> xr.Dataset:
    return poolcast.project("china")


@pytest.fixture(scope="module")
def hebei() -> xr.Dataset:
    return poolcast.project(poolcast.load_assumptions("hebei", to=2040))


@pytest.fixture(params=["china", "hebei"])
def forecast(request: pytest.FixtureRequest) -> xr.Dataset:
    found: xr.Dataset = request.getfixturevalue(request.param)
    return found


def test_the_parts_add_up_to_every_bill(forecast: xr.Dataset) -> None:
    parts, bills = who_pays(forecast), care_bills(forecast)
    assert parts.dims == ("year", "region", "status", "benefit", "payer")
    total = parts.sum("payer", skipna=False)
    largest = float(bills.max())
    np.testing.assert_allclose(total.values, bills.values, rtol=1e-9, atol=1e-9 * largest)
    assert float(abs(total - bills).max()) <= 1e-9 * largest
    of_care = forecast.bills.drop_sel(benefit=["maternity_allowance", "maternity_care"])
    regions = forecast.kind.values == "region"
    np.testing.assert_array_equal(bills.sel(benefit=of_care.benefit).values[:, regions], of_care.values[:, regions])


def test_nobody_pays_less_than_nothing(forecast: xr.Dataset) -> None:
    parts = who_pays(forecast).drop_sel(payer="providers")
    assert float(parts.min()) >= -1e-12 * float(parts.max())


def test_each_ledger_pays_what_it_booked(forecast: xr.Dataset) -> None:
    beyond = beyond_bills(forecast)
    booked = forecast.expenditure.sum("region")
    for payer in beyond.payer.values:
        if payer == "EPA":
            assert float(beyond.sel(payer=payer).min()) > -1.0  # pharmacies and relatives, never less than nothing
        else:
            part = abs(beyond.sel(payer=payer)).sum("region") / booked.sel(ledger=payer).clip(min=1.0)
            assert float(part.max()) < 1e-9, payer


def test_the_fields_of_the_second_layers(hebei: xr.Dataset) -> None:
    parts = who_pays(hebei).isel(region=0, year=-1)
    residents, employees = ["child", "adult_resident"], ["active", "flexible", "retired"]
    for payer, statuses, benefits in (
        ("CII", residents, ["inpatient", "chronic"]),
        ("LAS", employees, ["inpatient"]),
        ("CSS", ["active", "retired"], ["inpatient", "outpatient"]),
        ("MAF", residents, ["inpatient", "outpatient", "long_term_care"]),
        ("EPA", employees, ["inpatient", "outpatient"]),
        ("EPF", employees, ["inpatient", "outpatient"]),
        ("RPF", residents, ["inpatient", "outpatient"]),
        ("LTCI", residents + employees, ["long_term_care"]),
    ):
        part = parts.sel(payer=payer)
        assert (part.sel(status=statuses, benefit=benefits) > 0).all(), payer
        insured = [status for status in part.status.values if _insured_by(payer, str(status))]
        assert float(part.drop_sel(status=insured).sum()) == 0.0, payer
        assert float(part.sel(benefit="maternity_allowance").sum()) == 0.0
    assert float(parts.sel(payer="LAS").drop_sel(benefit="inpatient").sum()) == 0.0
    assert float(parts.sel(payer="CII", benefit="outpatient").sum()) == 0.0


def _insured_by(payer: str, status: str) -> bool:
    resident = status in ("child", "adult_resident")
    return {"LTCI": True, "CSS": status in ("active", "retired")}.get(
        payer, resident == (payer in ("RPF", "CII", "MAF"))
    )


def test_providers_bear_what_the_fund_withholds(hebei: xr.Dataset) -> None:
    parts = who_pays(hebei)
    regions = hebei.kind.values == "region"
    borne = parts.sel(payer="providers").sum("status").isel(region=regions)
    # outpatient claims are audited only; of stays the budget leaves more unpaid than the audit cuts
    cut = (hebei.claims - hebei.fund_payments).sel(benefit="outpatient").sum("status").values[:, regions]
    np.testing.assert_allclose(borne.sel(benefit="outpatient").values, cut, rtol=1e-9, atol=1e-3)
    assert (cut > 0).all()
    audited = hebei.claims.sel(benefit="inpatient").sum("status").values[:, regions] * _audit_share(hebei)[:, regions]
    budget = hebei.provider_borne.sum("scheme").values[:, regions]
    np.testing.assert_allclose(borne.sel(benefit="inpatient").values, audited + budget, rtol=1e-6)


def _audit_share(forecast: xr.Dataset) -> np.ndarray:
    paid, claimed = (
        forecast[name].sel(benefit="outpatient").sum("status").values for name in ("fund_payments", "claims")
    )
    share: np.ndarray = 1 - np.divide(paid, claimed, out=np.ones_like(paid), where=claimed > 0)
    return share


def test_a_bill_by_hand() -> None:
    """One region, one year: residents' inpatient bill 1,000 and outpatient bill 200, employees' bill 500."""
    forecast = fake_forecast(ledgers=("EPF", "EPA", "RPF", "CII", "MAF"), regions=("000000",), last_year=2026)
    for name in ("bills", "in_policy_bills", "claims", "fund_payments"):
        forecast[name] = forecast[name] * 0.0
    forecast = forecast.assign_coords(expenditure_line=["E1.1", "E1.2", "E1.7", "E2"])
    for status, benefit, amounts in (
        ("adult_resident", "inpatient", (1000.0, 900.0, 640.0, 600.0)),
        ("adult_resident", "outpatient", (200.0, 180.0, 100.0, 100.0)),
        ("active", "outpatient", (500.0, 400.0, 300.0, 310.0)),
    ):
        for name, amount in zip(("bills", "in_policy_bills", "claims", "fund_payments"), amounts, strict=True):
            forecast[name].loc[{"status": status, "benefit": benefit}] = amount
    for ledger, amount in (("CII", 52.0), ("MAF", 36.0), ("EPA", 400.0)):
        forecast.expenditure_by_line.loc[{"ledger": ledger, "expenditure_line": "E1.7"}] = amount
    parts = who_pays(forecast).isel(year=0, region=0)
    stay = parts.sel(status="adult_resident", benefit="inpatient")
    visit = parts.sel(status="adult_resident", benefit="outpatient")
    # own payments 260 and 80; CII 52 of inpatient care; aid 36 on 208 and 80 left; nobody has an account
    for payer, of_stay, of_visit in (
        ("out_of_catalogue", 100.0, 20.0),
        ("RPF", 600.0, 100.0),
        ("providers", 40.0, 0.0),
        ("CII", 52.0, 0.0),
        ("MAF", 26.0, 10.0),
        ("EPA", 0.0, 0.0),
        ("cash", 182.0, 70.0),
    ):
        assert float(stay.sel(payer=payer)) == pytest.approx(of_stay), payer
        assert float(visit.sel(payer=payer)) == pytest.approx(of_visit), payer
    employee = parts.sel(status="active", benefit="outpatient")
    # the account could pay 400 but only 100 is left; providers keep a surplus of 10
    for payer, amount in (
        ("EPF", 310.0),
        ("providers", -10.0),
        ("EPA", 100.0),
        ("cash", 0.0),
        ("out_of_catalogue", 100.0),
    ):
        assert float(employee.sel(payer=payer)) == pytest.approx(amount), payer
    assert float(beyond_bills(forecast).isel(year=0, region=0).sel(payer="EPA")) == pytest.approx(300.0)
    shares = {
        name: getattr(burden, name)(forecast).isel(year=0, region=0) for name in ("out_of_pocket_share", "cash_share")
    }
    assert float(shares["out_of_pocket_share"].sel(ledger="RPF")) == pytest.approx(372 / 1200)
    assert float(shares["out_of_pocket_share"].sel(ledger="EPF")) == pytest.approx(200 / 500)
    assert float(shares["cash_share"].sel(ledger="EPF")) == pytest.approx(100 / 500)
    ratio = burden.actual_reimbursement_ratio(forecast).isel(year=0, region=0)
    assert float(ratio.sel(ledger="RPF")) == pytest.approx((600 + 100 + 52 + 36) / 1200)
    assert float(ratio.sel(ledger="EPF")) == pytest.approx(310 / 500)
    in_policy = burden.in_policy_payment_ratio(forecast).isel(year=0, region=0)
    assert float(in_policy.sel(ledger="RPF")) == pytest.approx(700 / 1080)
    stays = burden.inpatient_payment_ratio(forecast).isel(year=0, region=0)
    assert float(stays.sel(ledger="RPF")) == pytest.approx(600 / 900)
    assert float(burden.provider_deficit(forecast).isel(year=0, region=0).sel(ledger="EPF")) == pytest.approx(-10.0)
    overall = float(burden.out_of_pocket_share_of_all(forecast).isel(year=0, region=0))
    assert overall == pytest.approx((372 + 200) / 1700)
    assert float(burden.equity_between_schemes(forecast).isel(year=0, region=0)) == pytest.approx((788 / 1200) / 0.62)
    residents = forecast.average_members.isel(year=0, region=0).sel(status=["child", "adult_resident"]).sum()
    per_head = burden.out_of_pocket_per_member(forecast).isel(year=0, region=0).sel(ledger="RPF")
    assert float(per_head) == pytest.approx(372 / float(residents))


def test_three_ratios_are_not_mixed(forecast: xr.Dataset) -> None:
    """Handbook 1.2: c, the person's part and that of providers make one; b is above c."""
    actual, person = burden.actual_reimbursement_ratio(forecast), burden.out_of_pocket_share(forecast)
    parts = burden.by_scheme_ledger(forecast, who_pays(forecast).sum("benefit", skipna=False))
    rest = parts.sel(payer="providers", drop=True) / parts.sum("payer", skipna=False)
    total = (actual + person + rest).sel(ledger=["EPF", "RPF"])
    np.testing.assert_allclose(total.values, 1.0, rtol=1e-12)
    assert (burden.in_policy_payment_ratio(forecast).sel(ledger="EPF") > actual.sel(ledger="EPF")).all()
    assert set(FUNDS) | set(PATIENT) | {"providers"} == set(PAYERS)
    assert np.isnan(actual.sel(ledger="EPA")).all()


def test_published_inpatient_ratios_are_met(china: xr.Dataset) -> None:
    """The catalogue payment ratio of 2023 was 84.6 % for employees (handbook 3.1)."""
    ratio = burden.inpatient_payment_ratio(china).isel(region=0).sel(year=2025)
    assert float(ratio.sel(ledger="EPF")) == pytest.approx(0.846, abs=0.02)


def test_the_worked_example_has_only_funds_accounts_and_cash(tmp_path: Path) -> None:
    forecast = poolcast.project(write_worked_example(tmp_path / "worked_example"))
    parts = who_pays(forecast).sel(year=2025).sum(["region", "status", "benefit"])
    assert float(parts.sel(payer="EPF")) == pytest.approx(7_910_400.0, abs=0.006)
    assert float(parts.sel(payer="RPF")) == pytest.approx(1_734_969.60 + 168_000.0, abs=0.006)
    assert float(parts.sel(payer="EPA")) == pytest.approx(3_102_269.44, abs=0.006)
    # own payments in policy: 750 stays of 10,200, outpatient care of 1,400 at 1,200 and 1,200 at 2,400; 416 of 6,400
    own = 750 * 10_200 - 6_129_600 + 1_400 * 1_200 + 1_200 * 2_400 - 1_780_800 + 416 * 6_400 - 1_734_969.60
    others = float(parts.sel(payer=["EPA", "CII", "cash"]).sum())
    assert others == pytest.approx(own, rel=1e-9)
    for payer in ("LAS", "CSS", "MAF", "LTCI", "providers"):
        assert float(parts.sel(payer=payer)) == 0.0
    assert float(parts.sel(payer="out_of_catalogue")) == pytest.approx(
        750 * 12_000 * 0.15 + 416 * 8_000 * 0.20, rel=1e-9
    )


def test_pools_are_the_sums_of_their_members(tmp_path: Path) -> None:
    options = {"employee_pool": "parent", "resident_pool": "parent"}
    forecast = poolcast.project(write_minimal_set(tmp_path / "p", **PAIR, options=options))
    parts = who_pays(forecast)
    pool = forecast.region.values[forecast.kind.values == "pool"]
    np.testing.assert_allclose(
        parts.sel(region=pool[0]).values, parts.sel(region=["A", "B"]).sum("region").values, rtol=1e-12
    )
    share = burden.out_of_pocket_share(forecast).sel(ledger="EPF")
    assert float(share.sel(region=pool[0]).min()) > 0


def test_paths_lead(china: xr.Dataset) -> None:
    twice = xr.concat([china, china], "path", data_vars="all", coords="minimal", compat="override", join="override")
    parts = who_pays(twice)
    assert parts.dims[0] == "path"
    np.testing.assert_array_equal(parts.isel(path=1).values, who_pays(china).values)
    assert burden.out_of_pocket_share(twice).dims == ("path", "year", "region", "ledger")


def test_an_old_result_is_refused(china: xr.Dataset) -> None:
    with pytest.raises(ResultError, match="claims"):
        who_pays(china.drop_vars("claims"))


def test_more_generous_benefits_lower_the_share_of_persons() -> None:
    before, after = (poolcast.project("china", name) for name in ("baseline", "B01"))
    moved = burden.out_of_pocket_share(after) - burden.out_of_pocket_share(before)
    assert float(moved.isel(region=0).sel(ledger="EPF", year=2050)) < -0.005
    assert abs(float(moved.isel(region=0).sel(ledger="RPF", year=2050))) < 1e-12


def test_subsidy_by_level(hebei: xr.Dataset) -> None:
    levels = burden.subsidy_by_level(hebei)
    assert levels.level.values.tolist() == ["central", "provincial", "local", "premium_aid", "other"]
    lines = hebei.revenue_by_line.sel(ledger="RPF")
    for level, line in (("central", "R2.1"), ("provincial", "R2.2"), ("local", "R2.3"), ("premium_aid", "R2.4")):
        np.testing.assert_array_equal(levels.sel(ledger="RPF", level=level), lines.sel(revenue_line=line))
    np.testing.assert_allclose(
        burden.subsidy(hebei).sel(ledger="RPF"), levels.sel(ledger="RPF").sum("level", skipna=False)
    )
    regions = hebei.kind.values == "region"
    need = burden.subsidy(hebei).sel(ledger="MAF").isel(region=regions)
    np.testing.assert_array_equal(need, hebei.expenditure.sel(ledger="MAF").isel(region=regions))
    assert np.isnan(burden.subsidy(hebei).sel(ledger="ADJ").isel(region=0)).all()


def test_equity_between_regions(hebei: xr.Dataset, china: xr.Dataset) -> None:
    ratio = burden.actual_reimbursement_ratio(hebei).sel(ledger="RPF", year=2030)
    heads = hebei.average_members.sel(status=["child", "adult_resident"], year=2030).sum("status")
    regions = np.flatnonzero(hebei.kind.values == "region")
    ratio, weight = ratio.values[regions], heads.values[regions] / heads.values[regions].sum()
    mean = (weight * ratio).sum()
    expected = np.sqrt((weight * (ratio - mean) ** 2).sum()) / mean
    assert float(burden.equity_between_regions(hebei).sel(ledger="RPF", year=2030)) == pytest.approx(expected)
    assert np.isnan(burden.equity_between_regions(china)).all()


def test_bills_are_split_once_inside_the_block(china: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(burden, "who_pays", lambda forecast: calls.append(1) or who_pays(forecast))
    with burden.bills_split_once(china):
        first = burden.out_of_pocket_share(china)
        burden.cash_share(china)
        other = china.assign(claims=china.claims * 0.9, fund_payments=china.fund_payments * 0.9)
        assert not first.equals(burden.out_of_pocket_share(other))  # another forecast is split for itself
    assert len(calls) == 2
    xr.testing.assert_identical(first, burden.out_of_pocket_share(china))
