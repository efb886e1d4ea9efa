"""Who pays the bills: every bill split by payer, benefit and status (handbook 1.2).

    bill = out of catalogue + in-policy bill
    in-policy bill = claims on the pooled fund + own payments
    claims = pooled fund + borne by providers
    own payments = CII or LAS + CSS + medical assistance + personal account + cash

What is exact: out of catalogue, pooled fund (EPF, RPF, LTCI) and providers are known by status and benefit. What is
shared out: the second layers, assistance and accounts are known by ledger only. In the order of the waterfall each pays
a part of the own payments that the earlier ones left, pro rata within its field, and never more than is left there:

    CII   residents, inpatient and chronic care
    LAS   employees, inpatient care
    CSS   active and retired employees, all care
    MAF   residents, all care
    EPA   employees, all care: accounts may pay in-policy own payments only, so that what is out of catalogue is cash

Where both schemes share a ledger, the merged fund, EPF, pays for residents too. Cash is the rest. Spending of these
ledgers beyond the modelled bills, such as accounts at pharmacies, is not part of any bill; `beyond_bills` shows it.
The maternity allowance replaces wages and is no bill: it is left out throughout. Claims are what the law entitles
patients to. Providers bear audit cuts and what a budget does not pay; the amount is negative where they keep a
surplus of it. Bills are those after the price cuts of procurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.axes import (
    BENEFITS,
    EMPLOYEE_STATUSES,
    RESIDENT_STATUSES,
    STATUSES,
    index,
    positions,
)
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.statement import BENEFIT_LINES

Array = NDArray[np.float64]

PAYERS: dict[str, Words] = {
    "EPF": Words("Employee pooled fund", "职工统筹基金"),
    "RPF": Words("Resident fund", "居民统筹基金"),
    "LTCI": Words("Long-term care insurance", "长期护理保险"),
    "CII": Words("Critical-illness insurance", "大病保险"),
    "LAS": Words("Large-amount subsidy", "职工大额补助"),
    "CSS": Words("Civil servants' subsidy", "公务员医疗补助"),
    "MAF": Words("Medical assistance", "医疗救助"),
    "EPA": Words("Personal account", "个人账户"),
    "cash": Words("Cash, in-policy", "政策范围内现金自付"),
    "out_of_catalogue": Words("Cash, out of catalogue", "目录外自费"),
    "providers": Words("Borne by providers", "医疗机构承担"),
}
"""Who pays a part of the bill; the parts add up to it."""

FUNDS = ("EPF", "RPF", "LTCI", "CII", "LAS", "CSS", "MAF")
"""Payers whose sum is the fund payment of the settlement interface (``fund_pay_sumamt``)."""

PATIENT = ("EPA", "cash", "out_of_catalogue")
"""Payers whose sum is the person's part (``psn_part_amt``)."""

CASH_BENEFITS = ("maternity_allowance",)
SCHEME_LEDGERS = {"EPF": EMPLOYEE_STATUSES, "RPF": RESIDENT_STATUSES}

_EMPLOYEES = positions("status", EMPLOYEE_STATUSES)
_RESIDENTS = positions("status", RESIDENT_STATUSES)
_CARE = [index("benefit", name) for name in BENEFITS if name not in CASH_BENEFITS]
_LONG_TERM = index("benefit", "long_term_care")
_PROCURED = positions("benefit", ("inpatient", "chronic"))
_FIELDS: dict[str, tuple[Sequence[int], Sequence[int]]] = {
    "CII": (_RESIDENTS, _PROCURED),
    "LAS": (_EMPLOYEES, positions("benefit", ("inpatient",))),
    "CSS": (positions("status", ("active", "retired")), _CARE),
    "MAF": (_RESIDENTS, _CARE),
    "EPA": (_EMPLOYEES, _CARE),
}
"""Statuses and benefits whose own payments a ledger takes over, in the order of the waterfall."""

_CELLS = ("bills", "in_policy_bills", "claims", "fund_payments")
_ORDER = ("year", "region", "status", "benefit")


def who_pays(forecast: xr.Dataset) -> xr.DataArray:
    """Return every bill by payer (handbook 1.2); the parts add up to `care_bills`.

    Parameters
    ----------
    forecast : xarray.Dataset
        A forecast in any prices; with a leading ``path`` the result has one too.

    Returns
    -------
    xarray.DataArray (year, region, status, benefit, payer)
        In the forecast's money. Rows of pools are the sums of their members.

    Raises
    ------
    ResultError
        Where the forecast was saved before it held what is needed.
    """
    cells = _cells(forecast)
    parts = _exact_parts(cells)
    if "schemes_merged" in forecast:
        merged = forecast.schemes_merged.transpose(..., "year", "region").values[..., None, None] > 0
        parts["EPF"] = parts["EPF"] + np.where(merged, parts["RPF"], 0.0)
        parts["RPF"] = np.where(merged, 0.0 * parts["RPF"], parts["RPF"])
    left = cells["in_policy_bills"] - cells["claims"]
    for ledger in _FIELDS:
        parts[ledger] = _share_out(_benefits_paid(forecast, ledger), left, ledger)
        left = left - parts[ledger]
    parts["cash"] = left
    stacked = np.stack([parts[payer] for payer in PAYERS], axis=-1)
    like = forecast.bills.transpose(..., *_ORDER)
    result = xr.DataArray(
        stacked,
        coords={**like.coords, "payer": list(PAYERS), "payer_name_zh": ("payer", [w.zh for w in PAYERS.values()])},
        dims=(*like.dims, "payer"),
        attrs={
            "units": forecast.bills.attrs["units"],
            "long_name": "Bills by payer",
            "long_name_zh": "医疗费用按支付方",
        },
    )
    return with_pools(forecast, result)


def care_bills(forecast: xr.Dataset) -> xr.DataArray:
    """Return the bills that `who_pays` splits (year, region, status, benefit): those of care, without allowances."""
    like = forecast.bills.transpose(..., *_ORDER)
    return with_pools(forecast, like.copy(data=_cells(forecast)["bills"]))


def beyond_bills(forecast: xr.Dataset) -> xr.DataArray:
    """Return what ledgers spend on benefits beyond the modelled bills (year, region, payer).

    Booked benefit expenditure less the part of the bills: pharmacies and relatives for accounts; for the pooled funds
    allowances are not counted, and a difference is what a rule on stocks added, such as triggered prices.
    """
    ledgers = [ledger for ledger in (*FUNDS, "EPA") if ledger in forecast.ledger.values]
    paid = who_pays(forecast).sel(payer=ledgers).sum(["status", "benefit"], skipna=False)
    booked = [_benefits_paid(forecast, ledger) for ledger in ledgers]
    result: xr.DataArray = paid.copy(data=np.stack(booked, axis=-1)) - paid
    return result


def _cells(forecast: xr.Dataset) -> dict[str, Array]:
    """Return bills, in-policy bills, claims and payments (..., year, region, status, benefit), care only."""
    missing = [name for name in _CELLS if name not in forecast]
    if missing:
        remedy = "Project the scenario again with this version."
        raise ResultError(Problem("forecast", f"no {', '.join(missing)}", "claims by status and benefit", remedy))
    cells = {name: forecast[name].transpose(..., *_ORDER).values.copy() for name in _CELLS}
    for values in cells.values():
        values[..., [index("benefit", name) for name in CASH_BENEFITS]] *= 0.0
    cells["bills"] = np.maximum(cells["bills"], cells["in_policy_bills"])
    return cells


def _exact_parts(cells: Mapping[str, Array]) -> dict[str, Array]:
    """Return the parts that are known by status and benefit: pooled funds, out of catalogue and providers."""
    paid, claims = cells["fund_payments"], cells["claims"]
    is_long_term = np.arange(len(BENEFITS)) == _LONG_TERM
    of_resident = np.isin(np.arange(len(STATUSES)), _RESIDENTS)[:, None]
    return {
        "EPF": np.where(~of_resident & ~is_long_term, paid, 0.0 * paid),
        "RPF": np.where(of_resident & ~is_long_term, paid, 0.0 * paid),
        "LTCI": np.where(is_long_term, paid, 0.0 * paid),
        "out_of_catalogue": cells["bills"] - cells["in_policy_bills"],
        "providers": claims - paid,
    }


def _benefits_paid(forecast: xr.Dataset, ledger: str) -> Array:
    """Return what a ledger spends on care (..., year, region): its benefit lines; nothing where it is not held."""
    lines = [line for benefit, line in BENEFIT_LINES.items() if benefit not in CASH_BENEFITS]
    if ledger in _FIELDS:
        lines = ["E1.7"]
    if ledger not in forecast.ledger.values:
        return np.zeros(forecast.bills.transpose(..., *_ORDER).shape[:-2])
    known = [line for line in lines if line in forecast.expenditure_line.values]
    booked = forecast.expenditure_by_line.sel(ledger=ledger, expenditure_line=known)
    result: Array = booked.transpose(..., "year", "region", "expenditure_line").values.sum(-1)
    return result


def _share_out(amount: Array, left: Array, ledger: str) -> Array:
    """Return the part of a ledger by status and benefit: pro rata to what is left in its field, at most that."""
    rows, columns = np.ix_(*_FIELDS[ledger])
    result = 0.0 * left
    available = np.maximum(left[..., rows, columns], 0.0)
    result[..., rows, columns] = _pro_rata(np.clip(amount, 0.0, available.sum((-2, -1))), available)
    return result


def _pro_rata(amount: Array, weights: Array) -> Array:
    total = weights.sum((-2, -1), keepdims=True)
    share = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    result: Array = amount[..., None, None] * share
    return result


def by_scheme_ledger(forecast: xr.Dataset, amounts: xr.DataArray) -> xr.DataArray:
    """Add amounts by status up to the scheme that insures them, named by its pooled fund (..., region, ledger).

    Employees stand under EPF and residents under RPF; other ledgers insure nobody of their own: NaN.
    """
    held = amounts.status.values.tolist()
    values = np.moveaxis(amounts.values, amounts.get_axis_num("status"), -1)
    nothing = np.full(values.shape[:-1], np.nan)
    sums = [
        values[..., [held.index(status) for status in SCHEME_LEDGERS[ledger]]].sum(-1)
        if ledger in SCHEME_LEDGERS
        else nothing
        for ledger in map(str, forecast.ledger.values)
    ]
    rest = amounts.isel(status=0, drop=True)
    added = xr.DataArray(
        np.stack(sums, axis=-1), coords={**rest.coords, "ledger": forecast.ledger}, dims=(*rest.dims, "ledger")
    )
    return added.transpose(..., "year", "region", "ledger")
