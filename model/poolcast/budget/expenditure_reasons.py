"""Reasons of change of expenditure: members, use, unit cost, age and status, policy, and what follows revenue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.log_mean import shares_of_product
from poolcast.outlook.attribution import attribute
from poolcast.outlook.mixed_sets import Side
from poolcast.outlook.mixed_years import MixedYears
from poolcast.parameters.axes import EMPLOYEE_STATUSES, INSURED_STATUSES, RESIDENT_STATUSES, positions
from poolcast.projection.engine import Projection
from poolcast.projection.statement import BENEFIT_LINES, EXPENDITURE_LINES

Array = NDArray[np.float64]

_GROUPS: tuple[frozenset[str], ...] = (
    frozenset({"demography", "coverage"}),
    frozenset({"utilisation"}),
    frozenset({"wage", "price", "intensity"}),
    frozenset({"reimbursement", "policy"}),
)
_PEOPLE, _USE, _UNIT_COST, _POLICY = range(4)
_MEMBERS_OF: dict[str, tuple[str, ...]] = {
    "EPF": EMPLOYEE_STATUSES,
    "EPA": EMPLOYEE_STATUSES,
    "LAS": EMPLOYEE_STATUSES,
    "CSS": EMPLOYEE_STATUSES,
    "RPF": RESIDENT_STATUSES,
    "CII": RESIDENT_STATUSES,
    "MAF": RESIDENT_STATUSES,
}
"""Whose number stands behind the expenditure of a ledger; of other ledgers that of all insured."""

_BENEFITS = [list(EXPENDITURE_LINES).index(line) for line in BENEFIT_LINES.values()]
_SPLIT = [*_BENEFITS, *(list(EXPENDITURE_LINES).index(line) for line in ("E1.7", "E2"))]
_FUNDS = ("EPF", "RPF", "LTCI")


def expenditure_shares(side: Side, projection: Projection, before: int, after: int) -> Array:
    """Return the change of every line by reason (reason, holder, ledger, line), yuan.

    Mixtures of the two years value the groups of drivers in all orders (Shapley). What people do is split into their
    number and their age and status by logarithmic means. What no mixture holds is, for benefits of the pooled funds,
    the budgets of earlier years, which count as payment policy; elsewhere spending and transfers that follow revenue.

    Parameters
    ----------
    side : Side
    projection : Projection
        The run after the scenario.
    before, after : int
    """
    mixture = MixedYears(side, before, after)
    nothing = mixture.expenditure_by_line(frozenset())

    def change(coalition: tuple[int, ...]) -> Array:
        chosen: frozenset[str] = frozenset().union(*(_GROUPS[number] for number in coalition))
        return mixture.expenditure_by_line(chosen) - nothing

    found = attribute(len(_GROUPS), change).best
    base = projection.assumptions.base_year
    lines = projection.accounts.expenditure_lines[0]
    old, new = lines[:, before - base], lines[:, after - base]
    members, mix = _members_and_mix(projection, nothing, found[_PEOPLE], before - base, after - base)
    rest = new - old - found.sum(0)
    of_budgets = np.zeros_like(rest, dtype=bool)
    for number, ledger in enumerate(projection.assumptions.ledgers):
        if ledger in _FUNDS:
            of_budgets[:, number, _BENEFITS] = True
    policy = found[_POLICY] + np.where(of_budgets, rest, 0.0)
    follows = np.where(of_budgets, 0.0, rest)
    return np.stack([members, found[_USE], found[_UNIT_COST], mix, policy, follows])


def _members_and_mix(projection: Projection, old: Array, people: Array, before: int, after: int) -> tuple[Array, Array]:
    """Split what people do to each line (holder, ledger, line) into their number, and their age and status.

    Of transfers and other expenditure it all counts as their number.
    """
    average = projection.holders.total(projection.money.people.in_year("members"))[0]
    members, mix = people.copy(), np.zeros_like(people)
    for number, ledger in enumerate(projection.assumptions.ledgers):
        heads = average[..., positions("status", _MEMBERS_OF.get(ledger, INSURED_STATUSES))].sum(-1)
        shares = shares_of_product(
            old[:, number, _SPLIT],
            old[:, number, _SPLIT] + people[:, number, _SPLIT],
            {"members": (heads[:, before, None], heads[:, after, None])},
            "mix",
        )
        members[:, number, _SPLIT], mix[:, number, _SPLIT] = shares["members"], shares["mix"]
    return members, mix


__all__ = ["expenditure_shares"]
