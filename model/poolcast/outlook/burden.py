"""Burden: what patients, providers and governments carry, read from who pays (handbook 1.2, 6.9).

Measures by ledger speak of the scheme that the pooled fund insures: EPF for members of the employee scheme, RPF for
residents; other ledgers are NaN. They speak of people: where both schemes share a ledger, EPF and RPF still tell
employees from residents. Bills are those of `poolcast.outlook.who_pays`: all care, long-term care inside, the
maternity allowance not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import xarray as xr

from poolcast.outlook.pool_totals import with_pools
from poolcast.outlook.who_pays import FUNDS, PATIENT, by_scheme_ledger, who_pays
from poolcast.parameters.axes import INSURED_STATUSES
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.flows import FINANCED_BY_NEED

CASH = ("cash", "out_of_catalogue")
BASIC_BENEFITS = ("inpatient", "outpatient", "chronic", "dual_channel", "maternity_care")

SUBSIDY_LINES: dict[str, tuple[str, Words]] = {
    "central": ("R2.1", Words("Central government", "中央财政")),
    "provincial": ("R2.2", Words("Province", "省级财政")),
    "local": ("R2.3", Words("City and county", "市县财政")),
    "premium_aid": ("R2.4", Words("Premium aid from medical assistance", "医疗救助资助参保")),
    "other": ("R2.5", Words("Other fiscal subsidy", "其他财政补贴")),
}
"""Levels of government and the statement lines that carry their subsidy (handbook 5.2)."""


def out_of_pocket_share(forecast: xr.Dataset) -> xr.DataArray:
    """Return the person's part of the bills, accounts and cash together (year, region, ledger); a fraction.

    ``psn_part_amt / medfee_sumamt``: with the actual reimbursement ratio and the part of providers it adds up to one.
    It does not depend on how own payments are divided between account and cash.
    """
    return _share(_bills_by_payer(forecast), PATIENT)


def out_of_pocket_share_of_all(forecast: xr.Dataset) -> xr.DataArray:
    """Return the person's part of the bills of all members (year, region); a fraction."""
    return _share(_bills_by_status(forecast).sum("status", skipna=False), PATIENT)


def cash_share(forecast: xr.Dataset) -> xr.DataArray:
    """Return the part of the bills that persons pay in cash, accounts not counted (year, region, ledger)."""
    return _share(_bills_by_payer(forecast), CASH)


def out_of_pocket_per_member(forecast: xr.Dataset) -> xr.DataArray:
    """Return what an average member pays, from the account or in cash (year, region, ledger), yuan a year."""
    paid = _bills_by_payer(forecast).sel(payer=list(PATIENT)).sum("payer", skipna=False)
    heads = by_scheme_ledger(forecast, with_pools(forecast, forecast.average_members))
    result: xr.DataArray = (paid / heads.where(heads > 0)).transpose(*paid.dims)
    return result


def actual_reimbursement_ratio(forecast: xr.Dataset) -> xr.DataArray:
    """Return what all funds together pay of the bills, ``fund_pay_sumamt / medfee_sumamt`` (year, region, ledger).

    Ratio (c) of handbook 1.2: pooled fund, second layers and assistance, long-term care insurance with them.
    """
    return _share(_bills_by_payer(forecast), FUNDS)


def in_policy_payment_ratio(forecast: xr.Dataset) -> xr.DataArray:
    """Return what the pooled fund pays of the in-policy bills, ``hifp_pay / inscp_scp_amt`` (year, region, ledger).

    Ratio (b) of handbook 1.2 over all benefits of basic insurance; neither second layers nor assistance.
    """
    return _paid_of_in_policy(forecast, BASIC_BENEFITS)


def inpatient_payment_ratio(forecast: xr.Dataset) -> xr.DataArray:
    """Return ratio (b) of handbook 1.2 for inpatient care, which official targets speak of (year, region, ledger)."""
    return _paid_of_in_policy(forecast, ("inpatient",))


def point_value(forecast: xr.Dataset) -> xr.DataArray:
    """Return the point value of inpatient care, base year 1 (year, region, ledger); handbook 4.3, 4.4.

    ``v = (fund + patients) / points``: what the pooled fund pays and the in-policy own share of the patients, over the
    in-policy bills at the unit cost of the base year times the index of points per case. Paid as claimed, it grows with
    unit cost; under a closed budget, volume and coding lower it. Of a DRG base rate it is the same index.
    """
    missing = [name for name in ("unit_cost_index", "case_mix_index") if name not in forecast]
    if missing:
        remedy = "Project the scenario again with this version."
        raise ResultError(Problem("forecast", f"no {', '.join(missing)}", "indices of cost and case mix", remedy))

    def of_scheme(name: str) -> xr.DataArray:
        return by_scheme_ledger(forecast, with_pools(forecast, forecast[name].sel(benefit="inpatient", drop=True)))

    def index_of(name: str) -> xr.DataArray:
        found = forecast[name]
        values = found.sel(benefit="inpatient", drop=True) if "benefit" in found.dims else found
        first = values.isel(scheme=0, drop=True)
        of_ledger = {"EPF": first, "RPF": values.isel(scheme=1, drop=True)}
        return xr.concat([of_ledger.get(str(code), first * np.nan) for code in forecast.ledger.values], forecast.ledger)

    in_policy = of_scheme("in_policy_bills")
    settled = in_policy - of_scheme("claims") + of_scheme("fund_payments")
    points = in_policy / index_of("unit_cost_index") * index_of("case_mix_index")
    value = (settled / points.where(points > 0)).transpose(*in_policy.dims)
    result: xr.DataArray = value / value.sel(year=int(forecast.attrs["base_year"]), drop=True)
    return result


def provider_deficit(forecast: xr.Dataset) -> xr.DataArray:
    """Return claims that the pooled fund does not pay providers (year, region, ledger), yuan; negative: a surplus.

    Audit cuts and what a budget leaves unpaid or lets providers keep (``hosp_part_amt``).
    """
    result: xr.DataArray = _bills_by_payer(forecast).sel(payer="providers", drop=True)
    return result


def subsidy_by_level(forecast: xr.Dataset) -> xr.DataArray:
    """Return the subsidy in the revenue of each ledger by level of government (year, region, ledger, level), yuan.

    Lines R2.1 to R2.5; ledgers that the budget fills to their need have it all under ``other``. Premium aid is money
    that medical assistance passes on: adding it to the need of that ledger would count it twice.
    """
    lines = [line for line, _ in SUBSIDY_LINES.values()]
    received = forecast.revenue_by_line.reindex(revenue_line=lines, fill_value=0.0).rename(revenue_line="level")
    received = received.assign_coords(level=list(SUBSIDY_LINES)).transpose(..., "year", "region", "ledger", "level")
    by_need = forecast.ledger.isin(FINANCED_BY_NEED) & (received.level == "other")
    result: xr.DataArray = received.where(~by_need, forecast.expenditure).transpose(*received.dims)
    return result


def subsidy(forecast: xr.Dataset) -> xr.DataArray:
    """Return the fiscal subsidy of each ledger, all levels and premium aid (year, region, ledger), yuan."""
    return subsidy_by_level(forecast).sum("level", min_count=1)


def subsidy_central(forecast: xr.Dataset) -> xr.DataArray:
    """Return the subsidy of the central government (year, region, ledger), yuan; line R2.1."""
    return _of_level(forecast, "central")


def subsidy_provincial(forecast: xr.Dataset) -> xr.DataArray:
    """Return the subsidy of the province (year, region, ledger), yuan; line R2.2."""
    return _of_level(forecast, "provincial")


def subsidy_local(forecast: xr.Dataset) -> xr.DataArray:
    """Return the subsidy of city and county (year, region, ledger), yuan; line R2.3."""
    return _of_level(forecast, "local")


def premium_aid(forecast: xr.Dataset) -> xr.DataArray:
    """Return the premiums that medical assistance pays (year, region, ledger), yuan; line R2.4."""
    return _of_level(forecast, "premium_aid")


def subsidy_other(forecast: xr.Dataset) -> xr.DataArray:
    """Return other fiscal subsidy, and the whole need of ledgers that the budget fills (year, region, ledger), yuan."""
    return _of_level(forecast, "other")


def equity_between_schemes(forecast: xr.Dataset) -> xr.DataArray:
    """Return the actual reimbursement ratio of residents over that of the employee scheme (year, region).

    One where both schemes pay the same part of the bills (handbook 6.9); NaN where the set holds one scheme only.
    """
    ratio = actual_reimbursement_ratio(forecast)
    if not {"EPF", "RPF"} <= set(map(str, ratio.ledger.values)):
        result: xr.DataArray = xr.full_like(ratio.isel(ledger=0, drop=True), np.nan)
        return result
    result = ratio.sel(ledger="RPF", drop=True) / ratio.sel(ledger="EPF", drop=True)
    return result


def equity_between_regions(forecast: xr.Dataset) -> xr.DataArray:
    """Return the spread of the actual reimbursement ratio over regions (year, ledger).

    Coefficient of variation, each region with the weight of its average members: zero where the scheme pays the same
    part of the bills everywhere. NaN for a single region.
    """
    regions = np.flatnonzero(forecast.kind.values == "region")
    ratio = actual_reimbursement_ratio(forecast).isel(region=regions)
    if len(regions) < 2:
        result: xr.DataArray = xr.full_like(ratio.isel(region=0, drop=True), np.nan)
        return result
    weight = by_scheme_ledger(forecast, forecast.average_members).isel(region=regions)
    weight = weight / weight.sum("region", skipna=False)
    mean = (weight * ratio).sum("region", skipna=False)
    variance = (weight * (ratio - mean) ** 2).sum("region", skipna=False)
    result = (variance**0.5 / mean).transpose(..., "year", "ledger")
    return result


def insured(forecast: xr.Dataset) -> xr.DataArray:
    """Return the members of each scheme at 31 December (year, region, ledger), persons."""
    return by_scheme_ledger(forecast, with_pools(forecast, forecast.members.sel(status=list(INSURED_STATUSES))))


_shared: ContextVar[tuple[xr.Dataset, list[xr.DataArray]] | None] = ContextVar("_shared", default=None)


@contextmanager
def bills_split_once(forecast: xr.Dataset) -> Iterator[None]:
    """Split the bills of a forecast once for all measures read inside the block; it must not change meanwhile."""
    token = _shared.set((forecast, []))
    try:
        yield
    finally:
        _shared.reset(token)


def _bills_by_status(forecast: xr.Dataset) -> xr.DataArray:
    """Return the bills by payer (year, region, status, payer)."""
    shared = _shared.get()
    kept = shared[1] if shared is not None and shared[0] is forecast else []
    if not kept:
        kept.append(who_pays(forecast).sum("benefit", skipna=False))
    return kept[0]


def _bills_by_payer(forecast: xr.Dataset) -> xr.DataArray:
    return by_scheme_ledger(forecast, _bills_by_status(forecast))


def _share(bills: xr.DataArray, payers: tuple[str, ...]) -> xr.DataArray:
    total = bills.sum("payer", skipna=False)
    part = bills.sel(payer=list(payers)).sum("payer", skipna=False)
    result: xr.DataArray = part / total.where(total > 0)
    return result


def _paid_of_in_policy(forecast: xr.Dataset, benefits: tuple[str, ...]) -> xr.DataArray:
    def of_scheme(name: str) -> xr.DataArray:
        amounts = with_pools(forecast, forecast[name].sel(benefit=list(benefits)).sum("benefit", skipna=False))
        return by_scheme_ledger(forecast, amounts)

    whole = of_scheme("in_policy_bills")
    result: xr.DataArray = of_scheme("fund_payments") / whole.where(whole > 0)
    return result


def _of_level(forecast: xr.Dataset, level: str) -> xr.DataArray:
    result: xr.DataArray = subsidy_by_level(forecast).sel(level=level, drop=True)
    return result
