"""Reasons of change of revenue: members, bases, rates, collection, reserve and its yield, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poolcast.budget.log_mean import shares_of_product
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.projection.contributions import premium_of_cover
from poolcast.projection.engine import Projection
from poolcast.projection.flows import FINANCED_BY_NEED
from poolcast.projection.statement import REVENUE_LINES

Array = NDArray[np.float64]
Factors = dict[str, tuple[ArrayLike, ArrayLike]]

REASONS = ("members", "reserve", "base", "interest_rate", "rate", "collection", "other")
_ACTIVE, _FLEXIBLE, _PAYING, _RETIRED, _UNEMPLOYED = (
    index("status", name) for name in ("active", "flexible", "paying_past_retirement", "retired", "unemployed")
)


@dataclass(frozen=True)
class _Term:
    """A part of a line that is a product: its amount by region and year, and its named factors."""

    ledger: str
    line: str
    amount: Array
    factors: dict[str, Array]
    rest: str
    sign: float = 1.0


def revenue_shares(projection: Projection, before: int, after: int) -> Array:
    """Return the change of every revenue line by reason (reason, holder, ledger, line), yuan.

    Lines that are products of members, base, rate and collection are split by logarithmic means, region by region, and
    added over the regions of a pool; interest into the opening reserve and its yield. What rules on reserves, transfers
    and declared amounts do is the rest. NaN for ledgers without revenue of their own.

    Parameters
    ----------
    projection : Projection
    before, after : int
    """
    assumptions, holders = projection.assumptions, projection.holders
    first, second = before - assumptions.base_year, after - assumptions.base_year
    lines = projection.accounts.revenue_lines[0]
    change = lines[:, second] - lines[:, first]
    result = np.zeros((len(REASONS), *change.shape))
    position = {line: number for number, line in enumerate(REVENUE_LINES)}
    merged = projection.accounts.merged[:, [first, second]].any(-1)
    for term in _terms(projection):
        pairs: Factors = {name: (values[:, first], values[:, second]) for name, values in term.factors.items()}
        shares = shares_of_product(term.amount[:, first], term.amount[:, second], pairs, term.rest)
        place = assumptions.ledgers.index(term.ledger), position[term.line]
        for name, share in shares.items():
            of_holder = np.where(merged, 0.0, term.sign * holders.total(share[None])[0])
            result[(REASONS.index(name), slice(None), *place)] += of_holder
    _interest(projection, result, first, second)
    result[REASONS.index("other")] += change - result.sum(0)
    result[:, :, [number for number, ledger in enumerate(assumptions.ledgers) if ledger in FINANCED_BY_NEED]] = np.nan
    return result


def _interest(projection: Projection, result: Array, first: int, second: int) -> None:
    """Split the change of interest into the opening reserve and its yield; of the base year the opening is implied."""
    accounts = projection.accounts
    reserve, booked = accounts.reserve[0], accounts.interest[0]
    balance = accounts.revenue[0] - accounts.expenditure[0]

    def opening(year: int) -> Array:
        found: Array = reserve[:, year - 1] if year else reserve[:, 0] - balance[:, 0]
        return np.nan_to_num(found)

    old, new = booked[:, first], booked[:, second]
    shares = shares_of_product(old, new, {"reserve": (opening(first), opening(second))}, "interest_rate")
    for name, share in shares.items():
        result[REASONS.index(name), :, :, list(REVENUE_LINES).index("R3")] += share


def _terms(projection: Projection) -> Iterator[_Term]:
    """Yield the products behind the lines that the set's ledgers hold."""
    held = projection.assumptions.ledgers
    if "EPF" in held:
        yield from _employee_terms(projection)
    if "RPF" in held:
        yield from _resident_terms(projection)
    for ledger, line, statuses in (
        ("CII", "R4", RESIDENT_STATUSES),
        ("LAS", "R1.1", EMPLOYEE_STATUSES),
        ("LAS", "R4", EMPLOYEE_STATUSES),
        ("LTCI", "R1.1", EMPLOYEE_STATUSES),
        ("LTCI", "R2.5", RESIDENT_STATUSES),
        ("LTCI", "R4", EMPLOYEE_STATUSES),
    ):
        amount = projection.flows.revenue.get(ledger, {}).get(line) if ledger in held else None
        if amount is not None:
            heads = projection.money.people.in_year("members")[0][..., positions("status", statuses)].sum(-1)
            yield _Term(ledger, line, amount[0], {"members": heads}, "base")


def _employee_terms(projection: Projection) -> Iterator[_Term]:
    money = projection.money
    paid, members = money.contributions, money.people.in_year("members")[0]

    def yearly(name: str) -> Array:
        return money.assumptions.from_year(f"revenue.{name}", money.assumptions.base_year)

    active, flexible = members[..., _ACTIVE], members[..., _FLEXIBLE] + members[..., _PAYING]
    base, own_base = _per(paid.unit_payroll[0], active), _per(paid.flexible_payroll[0], flexible)
    whole_rate = yearly("employer_rate") + yearly("maternity_rate")
    collected = yearly("collection_rate")
    of_units = {"members": active, "base": base, "collection": collected}
    yield _Term("EPF", "R1.1", paid.units[0], of_units, "rate")  # what moves to long-term care is part of the rate
    of_flexible = {"members": flexible, "base": own_base, "collection": yearly("flexible_collection_rate")}
    yield _Term("EPF", "R1.3", paid.flexible[0], of_flexible, "rate")
    yield _Term("EPF", "R1.5", paid.arrears_recovered[0], {}, "collection")
    yield _Term("EPF", "R1.6", paid.late_fees[0], {}, "collection")
    unemployed = members[..., _UNEMPLOYED]
    yield _Term("EPF", "R1.7", paid.unemployment_fund[0], {"members": unemployed, "rate": whole_rate}, "base")
    retired = members[..., _RETIRED]
    of_retired = {"members": retired, "rate": yearly("retiree_rate")}
    yield _Term("EPF", "R1.8", paid.retirees[0], of_retired, "base")
    if "EPA" not in money.assumptions.ledgers:
        return
    for ledger, line, sign in (("EPF", "R1.9", -1.0), ("EPA", "R4", 1.0)):
        yield _Term(ledger, line, paid.credited_to_active[0], {"members": active, "base": base}, "rate", sign)
        yield _Term(ledger, line, paid.credited_to_retired[0], {"members": retired}, "rate", sign)
    yield _Term("EPA", "R1.2", paid.members[0], of_units, "rate")
    with_account = {"members": members[..., _FLEXIBLE], "base": _per(paid.flexible_payroll[0], flexible)}
    yield _Term("EPA", "R1.2", paid.flexible_accounts[0], with_account, "rate")


def _resident_terms(projection: Projection) -> Iterator[_Term]:
    money, revenue = projection.money, projection.flows.revenue
    residents = positions("status", RESIDENT_STATUSES)
    heads = money.people.at_year_end("members")[0][..., residents].sum(-1)
    premium = premium_of_cover(money.assumptions)
    collected = money.assumptions.from_year("revenue.resident_collection_rate", money.assumptions.base_year)
    funds = revenue["RPF"]
    yield _Term("RPF", "R1.4", funds["R1.4"][0], {"members": heads, "rate": premium, "collection": collected}, "rate")
    for line in ("R2.1", "R2.2", "R2.3"):
        yield _Term("RPF", line, funds[line][0], {"members": heads}, "rate")
    if "R2.4" in funds:
        yield _Term("RPF", "R2.4", funds["R2.4"][0], {"members": heads}, "rate")


def _per(amount: Array, heads: Array) -> Array:
    result: Array = np.divide(amount, heads, out=np.zeros_like(amount), where=heads > 0)
    return result


__all__ = ["REASONS", "revenue_shares"]
