"""Control totals of a closed year as a projection gives them, for a set that begins at its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import LEDGERS, index
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.claims import by_scheme
from poolcast.projection.engine import Projection
from poolcast.projection.ledgers import reserve_step

Array = NDArray[np.float64]

ACCOUNTS = tuple(
    name for name, parameter in PARAMETERS.items() if parameter.layer == "accounts" and parameter.group == "accounts"
)
"""Control totals; all are dated, and given for closed years only."""

_INPATIENT = index("benefit", "inpatient")
_CLOSED = 1


def closed_accounts(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Return the control totals of the new base year and the reserves at its end.

    Cells are those that the old set gave for its own base year.

    Parameters
    ----------
    later : Assumptions
        The set on its new years, with the accounts of the old one.
    projection : Projection
        That of the old set.
    """
    claims = projection.money.claims
    bills = by_scheme(claims.bills, 3)[0]
    services = by_scheme(claims.services[..., _INPATIENT], 3)[0, :, _CLOSED]
    stays = bills[:, _CLOSED, :, _INPATIENT]
    money = _ledgers(projection)
    now = {
        "accounts.members": projection.money.people.at_year_end("members")[0, :, _CLOSED],
        "accounts.revenue": money["revenue"],
        "accounts.expenditure": money["expenditure"],
        "accounts.reserve": money["reserve"],
        "accounts.benefit_expenditure": by_scheme(claims.payments, 3)[0, :, _CLOSED],
        "accounts.admissions": services,
        "accounts.cost_per_admission": np.divide(stays, services, out=np.zeros_like(stays), where=services > 0),
    }
    if "accounts.medical_expense" in later:  # read by nobody: carried on with the bills of the model
        expense = later.in_year("accounts.medical_expense", later.base_year - 1)
        now["accounts.medical_expense"] = expense * bills[:, _CLOSED].sum(-1) / bills[:, 0].sum(-1)
    result = {}
    for name in ACCOUNTS:
        if name not in later:
            continue
        before = later.in_year(name, later.base_year - 1)
        result[name] = later[name].copy()
        position = later.year_position(later.base_year)
        result[name][:, position:] = np.nan
        result[name][:, position] = np.where(np.isfinite(before), now[name], np.nan)
    opening = later["ledger.opening_reserve"]
    result["ledger.opening_reserve"] = np.where(np.isfinite(opening), money["reserve"], np.nan)
    return result


def _ledgers(projection: Projection) -> dict[str, Array]:
    """Return revenue, expenditure and reserve of the closed year by region and ledger.

    Where a pool keeps a reserve for its regions, each region bears interest on its own part of it, so that the parts
    add up to what the pool holds.
    """
    old, accounts, holders = projection.assumptions, projection.accounts, projection.holders
    numbers = [LEDGERS.index(ledger) for ledger in old.ledgers]
    regions = slice(0, holders.regions)
    revenue, spent = accounts.revenue[0, :, _CLOSED], accounts.expenditure[0, :, _CLOSED]
    reserve = accounts.reserve[0, :, _CLOSED]
    before = np.nan_to_num(old["ledger.opening_reserve"][:, numbers])
    own_revenue, own_reserve = revenue[regions].copy(), reserve[regions].copy()
    for pool, members in holders.pools.items():
        for column, ledger in enumerate(old.ledgers):
            if not np.isfinite(reserve[pool, column]):
                continue
            if ledger == "ADJ":
                own_reserve[members, column] = reserve[pool, column] / len(members)
                continue
            balance = revenue[members, column] - spent[members, column]
            rate = old.in_year("ledger.interest_rate", old.base_year + 1)[members, numbers[column]]
            margin, timing = float(old["ledger.borrowing_margin"]), float(old["ledger.flow_timing"])
            closing, _ = reserve_step(before[members, column], balance, rate, margin, timing)
            weight = spent[members, column] / spent[members, column].sum()
            closing = closing + weight * (reserve[pool, column] - closing.sum())
            opening = (closing - balance * (1 + rate * timing)) / (1 + rate)
            opening = np.where(opening < 0, opening * (1 + rate) / (1 + rate + margin), opening)
            own_revenue[members, column] = revenue[members, column] + closing - opening - balance
            own_reserve[members, column] = closing
    result = {}
    for name, values in (("revenue", own_revenue), ("expenditure", spent[regions]), ("reserve", own_reserve)):
        wide = np.full((holders.regions, len(LEDGERS)), 0.0)
        wide[:, numbers] = np.nan_to_num(values)
        result[name] = wide
    return result
