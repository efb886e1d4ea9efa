"""The engine: one run from calibrated assumptions to every flow and stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import AssumptionError, Problem, ResultError
from poolcast.projection.contributions import project_contributions
from poolcast.projection.drivers import NO_DRIVERS, Drivers
from poolcast.projection.economy import project_cost_trend, project_economy
from poolcast.projection.flows import Flows, project_flows
from poolcast.projection.ledgers import LedgerAccounts, LedgerRecursion
from poolcast.projection.money import MoneyState
from poolcast.projection.people import People, project_people
from poolcast.projection.pools import Holders
from poolcast.projection.structure import contradictions_of_structure

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Projection:
    """Everything that one run holds, as plain arrays.

    Parameters
    ----------
    money : MoneyState
        People, economy, contributions and claims.
    flows : Flows
        Revenue and expenditure by ledger and line, and the transfers between ledgers.
    accounts : LedgerAccounts
        Ledgers after interest and the rules that look at stocks.
    holders : Holders
        Regions and pools.
    drivers : Drivers
        Deviations of the paths.
    """

    money: MoneyState
    flows: Flows
    accounts: LedgerAccounts
    holders: Holders
    drivers: Drivers

    @property
    def assumptions(self) -> Assumptions:
        """The calibrated assumptions behind the run."""
        return self.money.assumptions


def project_money(assumptions: Assumptions, drivers: Drivers = NO_DRIVERS, people: People | None = None) -> MoneyState:
    """Run the first two layers: people, unless they are known, then wages, contributions, care and claims."""
    people = project_people(assumptions, drivers) if people is None else people
    economy = project_economy(assumptions, drivers)
    trend = project_cost_trend(assumptions, economy, drivers)
    contributions = project_contributions(assumptions, people, economy, drivers)
    return MoneyState(assumptions, people, economy, trend, contributions, drivers)


def run(assumptions: Assumptions, drivers: Drivers = NO_DRIVERS, people: People | None = None) -> Projection:
    """Run all three layers on calibrated assumptions.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated.
    drivers : Drivers
    people : People, optional
        The first layer of the same paths, where it is known already.

    Raises
    ------
    AssumptionError
        If the set was not calibrated, or its options contradict each other.
    """
    _refuse_unready(assumptions)
    ages = assumptions["population.at_base_year_end"].shape[-1]
    drivers.fit(len(assumptions.regions), assumptions.last_year - assumptions.base_year + 1, ages)
    money = project_money(assumptions, drivers, people)
    flows = project_flows(money)
    holders = Holders.of(assumptions)
    accounts = LedgerRecursion(assumptions, flows, holders, drivers).run()
    return Projection(money, flows, accounts, holders, drivers)


def project(
    assumptions: Assumptions, drivers: Drivers | None = None, *, by_age: bool = False, set_digest: str | None = None
) -> xr.Dataset:
    """Project calibrated assumptions into a labelled forecast.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated (`control_totals.calibrate`), with or without a scenario applied.
    drivers : Drivers, optional
        Deviations by path; with them every flow has a leading ``path`` dimension.
    by_age : bool
        Whether the forecast of a single run also holds the money by age.
    set_digest : str, optional
        Hash of the set on which the forecast rests, where it is known; that of `assumptions` otherwise.

    Returns
    -------
    xarray.Dataset
        See docs/reference/forecast.md for its variables.
    """
    from poolcast.projection.forecast import label

    if by_age and drivers is not None:
        remedy = "Leave the drivers out, or by_age."
        raise ResultError(Problem("by_age", "age detail of many paths", "the age detail of a single run", remedy))
    chosen = NO_DRIVERS if drivers is None else drivers
    return label(run(assumptions, chosen), with_paths=drivers is not None, by_age=by_age, set_digest=set_digest)


def _refuse_unready(assumptions: Assumptions) -> None:
    problems = []
    where = f"assumption set {assumptions.name}"
    if "calibration.benefit" not in assumptions:
        problems.append(
            Problem(where, "no calibration factors", "a calibrated set", "Call poolcast.calibrate(assumptions) first.")
        )
    problems += contradictions_of_structure(assumptions)
    if problems:
        raise AssumptionError(problems)
