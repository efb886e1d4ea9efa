"""The annual budget: next year's draft with everything that belongs to it, from the one model (handbook 5)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine, accounts_by_line
from poolcast.budget.adjustment import AdjustmentRecord
from poolcast.budget.approved_budget import ApprovedBudget, read_approved_budget
from poolcast.budget.early_warning import early_warnings
from poolcast.budget.fund_months import MonthsOfBudget, months_of_budget
from poolcast.budget.official_budgets import OfficialBudget, official_budgets
from poolcast.budget.principle import Balance, balances, rules_of_the_budget, what_would_restore
from poolcast.budget.provider_budget import FUNDS, ProviderBudgets, provider_budgets
from poolcast.budget.provider_claims import NEEDED
from poolcast.budget.reading_months import MonthsRead
from poolcast.budget.reasons_of_change import ReasonsOfChange, reasons_of_change
from poolcast.budget.schedule import Schedule
from poolcast.budget.schedules import ScheduleMaker
from poolcast.budget.statement import Statement, statement_of
from poolcast.budget.warning_results import Warnings
from poolcast.outlook.compliance import Finding
from poolcast.outlook.mixed_sets import Side
from poolcast.outlook.searching import Solution
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import Projection, run
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

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
        Every row of the statement for every year of the projection, to the last bit; months do not change it.
    months : MonthsOfBudget or None
        Phasing, execution, year-end outlook and cash of each fund; None where the running year is not projected.
    approved : ApprovedBudget or None
        The budget approved for the running year, where a file gives it.
    simulation : Simulation or None
        Of the same set and scenario, for the warnings that speak of chances.
    history : str or None
        Name or folder of the set, whose tables may know more closed years than the engine reads.
    """

    year: int
    scenario: Scenario
    read: Assumptions = field(repr=False)
    side: Side = field(repr=False)
    projection: Projection = field(repr=False)
    forecast: xr.Dataset = field(repr=False)
    accounts: AccountsByLine = field(repr=False)
    months: MonthsOfBudget | None = field(default=None, repr=False)
    approved: ApprovedBudget | None = field(default=None, repr=False)
    simulation: Simulation | None = field(default=None, repr=False)
    history: str | os.PathLike[str] | None = field(default=None, repr=False)

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
        """The statement of every region and pool, by code; with months the outlook is that of the months."""
        kinds = [str(kind) for kind in self.forecast.kind.values]
        accounts = self.accounts if self.months is None else self.months.accounts()
        found = {
            unit.code: statement_of(
                accounts,
                unit.code,
                self.year,
                name=unit.name,
                kind=kind,
                approved=None if self.approved is None else self.approved.of(unit.code),
                synthetic=self.synthetic,
            )
            for unit, kind in zip(self.projection.holders.units, kinds, strict=True)
        }
        if self.months is None or not self.months.given:
            return found
        watched = {region for region, _ in self.months.given}
        return {code: self._with_basis(one) if code in watched else one for code, one in found.items()}

    def _with_basis(self, statement: Statement) -> Statement:
        """Say in the column of the outlook that months are in it."""
        assert self.months is not None
        until = f"{self.outlook_year}-{self.months.known:02d}"
        words = Words(f"months to {until}, then what they lead to expect", f"截至{until}的执行数及后续月份预测")
        columns = tuple(
            replace(column, basis=words) if column.key == "outlook" else column for column in statement.columns
        )
        return replace(statement, columns=columns)

    @property
    def adjustments(self) -> Mapping[tuple[str, str], AdjustmentRecord]:
        """The proposed mid-year adjustment of every fund with months, by region and ledger, with its record."""
        if self.months is None:
            return {}
        return {fund: self.months.of(*fund).watched.adjustment for fund in self.months.given}

    @cached_property
    def warnings(self) -> Warnings:
        """Early warning of every fund at the last closed year, with the alerts of the months.

        Raises
        ------
        ResultError
            Where the simulation is of another set or scenario.
        """
        return early_warnings(
            self.forecast,
            self.side.reformed,
            self.simulation,
            execution=() if self.months is None else self.months.alerts(),
            history=self.history,
        )

    @cached_property
    def reasons(self) -> ReasonsOfChange | None:
        """Why the projected draft differs from the projected outlook, by line; None where the draft year is the first.

        What months change of the outlook is in the statement, and in no reason.
        """
        if self.outlook_year < self.read.base_year:
            return None
        return reasons_of_change(self.side, self.projection, self.outlook_year, self.year)

    @cached_property
    def schedules(self) -> Mapping[str, Mapping[str, Schedule]]:
        """The schedules of every region and pool by code; S6 is of a fund: ``months.draft(code, ledger).schedule()``.

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
    actuals: str | os.PathLike[str] | MonthsRead | None = None,
    as_of: str | None = None,
    ledger: str = "",
    simulation: Simulation | None = None,
    history: str | os.PathLike[str] | None = None,
) -> AnnualBudget:
    """Return the annual budget of a set: statements, schedules, provider budgets, months, warnings, and the plan.

    Everything but the run itself is made when it is asked for.

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
    actuals : path or MonthsRead, optional
        Months of the running year so far, and of closed years where they are at hand (`reading_months`).
    as_of : str, optional
        Last month that counts, as ``2026-05``; all months of the file where it is left out.
    ledger : str
        Ledger of rows of the file that name none.
    simulation : Simulation, optional
        Of the same set and scenario, for the warnings that speak of chances.
    history : str or path, optional
        Name or folder of the set where it is given as `Assumptions`: its tables may know more closed years.

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
    months = None
    if of_year > read.base_year or actuals is not None or as_of is not None:
        months = _months(projection, accounts, of_year, given, actuals, as_of, ledger)
    history = None if isinstance(assumptions, Assumptions) else assumptions
    return AnnualBudget(of_year, chosen, read, side, projection, forecast, accounts, months, given, simulation, history)


def _months(
    projection: Projection,
    accounts: AccountsByLine,
    year: int,
    approved: ApprovedBudget | None,
    actuals: str | os.PathLike[str] | MonthsRead | None,
    as_of: str | None,
    ledger: str,
) -> MonthsOfBudget:
    if year - 1 < accounts.years[0]:
        allowed = f"a running year from {accounts.years[0]} on"
        raise ResultError(Problem("--actuals", f"months of {year - 1}", allowed, "Name a later year with --year."))
    return months_of_budget(projection, accounts, year - 1, approved, actuals, as_of, ledger)


def _lag_days(projection: Projection) -> Array | None:
    """Return the days from care to its payment (holder, 1); None where the set does not give them."""
    assumptions = projection.assumptions
    if "phasing.settlement_lag_days" not in assumptions:
        return None
    result: Array = projection.holders.mean(assumptions["phasing.settlement_lag_days"][None, :, None])[0]
    return result


__all__ = ["AnnualBudget", "budget"]
