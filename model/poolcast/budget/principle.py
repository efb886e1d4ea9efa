"""The principle of the budget: revenue decides expenditure, balanced, slight surplus; and what would restore it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from poolcast.budget.statement import Statement
from poolcast.outlook.compliance import Finding, check_compliance
from poolcast.outlook.solving import solve
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from poolcast.outlook.searching import Solution

Verdict = Literal["deficit", "deficit_beyond_reserve", "balanced", "surplus"]

RULES = ("C13", "C14", "C15", "C16")
"""Compliance rules about the budget (handbook 9)."""

VERDICTS: Mapping[Verdict, Words] = {
    "deficit": Words("Deficit, covered by the reserve", "当期赤字,由累计结余弥补"),
    "deficit_beyond_reserve": Words("Deficit beyond the reserve", "当期赤字,累计结余不足"),
    "balanced": Words("Balanced, less than the planned surplus", "收支平衡,低于计划结余"),
    "surplus": Words("At least the planned surplus", "收支平衡、略有结余"),
}

UNKNOWNS: Mapping[str, tuple[str, ...]] = {
    "EPF": ("revenue.employer_rate", "revenue.flexible_rate", "payment.budget_growth[scheme=employee]"),
    "RPF": ("scale:resident.subsidy", "scale:resident.personal_premium", "payment.budget_growth[scheme=resident]"),
}
"""What may restore the balance of a fund: rates or financing per head, and the growth of the budget of providers."""


@dataclass(frozen=True)
class Balance:
    """Whether the draft of a fund keeps the principle.

    Parameters
    ----------
    region, ledger : str
    year : int
    revenue, expenditure, balance, reserve : float
        Of the draft, yuan.
    planned : float
        Planned surplus as a share of revenue; NaN where the set names none.
    """

    region: str
    ledger: str
    year: int
    revenue: float
    expenditure: float
    balance: float
    reserve: float
    planned: float

    @property
    def surplus_share(self) -> float:
        """Balance over revenue."""
        return self.balance / self.revenue if self.revenue else float("nan")

    @property
    def verdict(self) -> Verdict:
        """How the draft stands; where no planned surplus is named, any surplus will do."""
        if self.balance < 0:
            return "deficit_beyond_reserve" if self.reserve < 0 else "deficit"  # of a pool's member the pool keeps it
        wanted = 0.0 if np.isnan(self.planned) else self.planned
        return "surplus" if self.surplus_share >= wanted else "balanced"


def balances(statement: Statement, planned: Mapping[str, float]) -> tuple[Balance, ...]:
    """Return for each pooled fund of a statement whether the draft keeps the principle.

    Parameters
    ----------
    statement : Statement
    planned : mapping of ledger to fraction
        Planned surplus over revenue.
    """
    return tuple(
        Balance(
            statement.region,
            ledger,
            statement.year,
            statement.value("R", ledger),
            statement.value("E", ledger),
            statement.value("B1", ledger),
            statement.value("B3", ledger),
            planned.get(ledger, float("nan")),
        )
        for ledger in UNKNOWNS
        if ledger in statement.ledgers
    )


def rules_of_the_budget(
    assumptions: Assumptions, scenario: Scenario, year: int, rules: str = "national"
) -> tuple[Finding, ...]:
    """Return the findings of rules C13-C16 that concern the draft and the two years of the plan behind it.

    Parameters
    ----------
    assumptions : Assumptions
        A set, calibrated or not.
    scenario : Scenario
    year : int
        Year of the draft.
    rules : {"national", "hebei"}
    """
    found = check_compliance(assumptions, scenario, rules).findings
    last = year + 2
    return tuple(
        one
        for one in found
        if one.rule.id in RULES
        and (one.first_year is None or one.first_year <= last)
        and (one.last_year is None or one.last_year >= year)
    )


def what_would_restore(
    assumptions: Assumptions, scenario: Scenario, region: str, ledger: str, year: int, condition: str | None = None
) -> tuple[Solution, ...]:
    """Return the smallest change of each of `UNKNOWNS` from the draft year on that restores the principle for a fund.

    Each answer is verified by a run of its own; one that is not reached says so, as the growth of a budget where
    providers are paid their claims.

    Parameters
    ----------
    assumptions : Assumptions
        A set, calibrated or not.
    scenario : Scenario
        What holds besides.
    region, ledger : str
        A region or pool, and EPF or RPF.
    year : int
        Year of the draft, after the base year.
    condition : str, optional
        What must hold, as ``actuarial_balance(RPF, horizon=10) >= 0`` of rule C15; that the draft has no deficit (C13)
        where it is left out.
    """
    wanted = condition or f"balance({ledger}, year={year}) >= 0"
    return tuple(
        solve(assumptions, unknown, wanted, region=region, start=year, base_scenario=scenario)
        for unknown in UNKNOWNS.get(ledger, ())
        if unknown.partition("[")[0].removeprefix("scale:") in assumptions
    )


__all__ = ["RULES", "UNKNOWNS", "VERDICTS", "Balance", "balances", "rules_of_the_budget", "what_would_restore"]
