"""The annual budget: next year's draft with everything that belongs to it, from the one model (handbook 5)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine, accounts_by_line
from poolcast.budget.approved_budget import ApprovedBudget, read_approved_budget
from poolcast.budget.official_budgets import OfficialBudget, official_budgets
from poolcast.budget.principle import Balance, balances, rules_of_the_budget, what_would_restore
from poolcast.budget.provider_budget import FUNDS, ProviderBudgets, provider_budgets
from poolcast.budget.provider_claims import NEEDED
from poolcast.budget.reasons_of_change import ReasonsOfChange, reasons_of_change
from poolcast.budget.schedule import Schedule
from poolcast.budget.schedules import ScheduleMaker
from poolcast.budget.statement import Statement, statement_of
from poolcast.outlook.compliance import Finding
from poolcast.outlook.mixed_sets import Side
from poolcast.outlook.searching import Solution
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import Projection, run
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AnnualBudget:
    """Next year's budget of every region and pool of a set.

    Parameters
    ----------
    year : int
        Year of the draft; the running year is the one before.
    scenario : Scenario
        What holds besides the law of the set.
    read : Assumptions
        The set as read.
    side : Side
        The calibrated set before and after the scenario.
    projection : Projection
        The run of the set after the scenario.
    forecast : xarray.Dataset
        The same run, labelled, as `poolcast.project` gives it.
    accounts : AccountsByLine
        Every row of the statement for every year of the projection.
    approved : ApprovedBudget or None
        The budget approved for the running year, where a file gives it.
    months : object or None
        Monthly phasing, execution and year-end outlook, where months are asked for.
    warnings : object or None
        Early warning, where it is asked for.
    """

    year: int
    scenario: Scenario
    read: Assumptions = field(repr=False)
    side: Side = field(repr=False)
    projection: Projection = field(repr=False)
    forecast: xr.Dataset = field(repr=False)
    accounts: AccountsByLine = field(repr=False)
    approved: ApprovedBudget | None = field(default=None, repr=False)
    months: Any = field(default=None, repr=False)
    warnings: Any = field(default=None, repr=False)

    @property
    def outlook_year(self) -> int:
        """The running year, whose outcome is forecast."""
        return self.year - 1

    @property
    def regions(self) -> tuple[str, ...]:
        """Codes of the regions and pools."""
        return self.accounts.regions

    @property
    def synthetic(self) -> bool:
        """Whether figures of the set are made up."""
        return self.read.synthetic

    @cached_property
    def statements(self) -> Mapping[str, Statement]:
        """The statement of every region and pool, by code."""
        kinds = [str(kind) for kind in self.forecast.kind.values]
        return {
            unit.code: statement_of(
                self.accounts,
                unit.code,
                self.year,
                name=unit.name,
                kind=kind,
                approved=None if self.approved is None else self.approved.of(unit.code),
                synthetic=self.synthetic,
            )
            for unit, kind in zip(self.projection.holders.units, kinds, strict=True)
        }

    @cached_property
    def reasons(self) -> ReasonsOfChange | None:
        """Why the draft differs from the outlook, by line; None where the draft year is the first of the projection."""
        if self.outlook_year < self.read.base_year:
            return None
        return reasons_of_change(self.side, self.projection, self.outlook_year, self.year)

    @cached_property
    def schedules(self) -> Mapping[str, Mapping[str, Schedule]]:
        """The schedules of every region and pool by code; S6 is with `months`.

        S4 is empty where the set lacks what the budget of providers rests on.
        """
        providers = self.provider_budgets if all(name in self.side.reformed for name in NEEDED) else None
        maker = ScheduleMaker(self.projection, self.forecast, providers)
        return {code: maker.all_of(statement) for code, statement in self.statements.items()}

    @cached_property
    def provider_budgets(self) -> ProviderBudgets:
        """The budgets of providers of every region, pool, year and fund.

        Raises
        ------
        AssumptionError
            Where the set lacks what they rest on.
        """
        return provider_budgets(self.projection, self.accounts)

    @cached_property
    def balances(self) -> Mapping[str, tuple[Balance, ...]]:
        """Whether the draft of each pooled fund keeps the principle, by region and pool."""
        return {code: balances(one, self._planned_surplus(code)) for code, one in self.statements.items()}

    @cached_property
    def rules(self) -> tuple[Finding, ...]:
        """Findings of the compliance rules C13-C16 about the draft and the plan behind it."""
        return rules_of_the_budget(self.read, self.scenario, self.year)

    def restoring(self, region: str, ledger: str, condition: str | None = None) -> tuple[Solution, ...]:
        """Return the smallest changes from the draft year on that restore the principle for a fund, each verified.

        Parameters
        ----------
        region, ledger : str
            A region or pool, and EPF or RPF.
        condition : str, optional
            What must hold; that the draft has no deficit where it is left out.

        Raises
        ------
        ResultError, ScenarioError
            Where the draft year is the base year, or the condition cannot be read.
        """
        if self.year <= self.read.base_year:
            allowed = f"a year after {self.read.base_year}"
            raise ResultError(Problem("year", str(self.year), allowed, "Closed accounts cannot be restored."))
        return what_would_restore(self.read, self.scenario, region, ledger, self.year, condition)

    @property
    def official_budgets(self) -> tuple[OfficialBudget, ...]:
        """Official budgets of earlier years against their outcomes, to be shown beside this one."""
        return official_budgets()

    def _planned_surplus(self, region: str) -> dict[str, float]:
        """Return the planned surplus by fund; nothing where the set names none."""
        name = "provider_budget.planned_surplus"
        if name not in self.side.reformed:
            return {}
        values = self.projection.holders.mean(self.side.reformed.in_year(name, self.year)[None])[0]
        return dict(zip(FUNDS, map(float, values[self.regions.index(region)]), strict=True))


def budget(
    assumptions: Assumptions | str | os.PathLike[str],
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    year: int | None = None,
    *,
    approved: str | os.PathLike[str] | None = None,
) -> AnnualBudget:
    """Return the annual budget of a set: statements, reasons of change, schedules, provider budgets, and the plan.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set, its name or its folder.
    scenario : Scenario, str or path
        A scenario, its name or its file.
    year : int, optional
        Year of the draft, from the base year on; two years after the base year where it is left out, so that the
        running year is the one after the last closed year.
    approved : path, optional
        Table of the budget approved for the running year (`approved_budget`).

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        With every problem found.

    Examples
    --------
    >>> import poolcast
    >>> draft = poolcast.budget("china")
    >>> round(draft.statements["000000"].value("R", "EPF", "outcome") / 1e8, 2)
    18292.91
    """
    from poolcast.projection.forecast import label

    read = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    of_year = read.base_year + 2 if year is None else year
    if not read.base_year <= of_year <= read.last_year:
        allowed = f"{read.base_year} to {read.last_year}"
        raise ResultError(Problem("year", str(of_year), allowed, "Name a year of the projection."))
    calibrated = calibrate(read)
    side = Side(calibrated, chosen.apply(calibrated))
    projection = run(side.reformed)
    forecast = label(projection, with_paths=False).assign_attrs(
        scenario=chosen.name,
        scenario_digest=chosen.digest,
        scenario_title=chosen.title.en,
        scenario_title_zh=chosen.title.zh,
        set_digest=read.digest(),
    )
    accounts = accounts_by_line(projection, forecast, _lag_days(projection))
    given = None if approved is None else read_approved_budget(approved, accounts, of_year - 1)
    return AnnualBudget(of_year, chosen, read, side, projection, forecast, accounts, given)


def _lag_days(projection: Projection) -> Array | None:
    """Return the days from care to its payment (holder, 1); None where the set does not give them."""
    assumptions = projection.assumptions
    if "phasing.settlement_lag_days" not in assumptions:
        return None
    result: Array = projection.holders.mean(assumptions["phasing.settlement_lag_days"][None, :, None])[0]
    return result


__all__ = ["AnnualBudget", "budget"]
