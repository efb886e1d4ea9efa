"""What financing a target needs: the employer rate, or residents' financing per head, constant from a year on.

The reserve is nearly a straight line in the rate, so that a few runs of the engine find it; each answer is run once
more. `poolcast solve` finds the same where the target is missed now; where it is met, this tells the room that is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.projections import Projected
from poolcast.outlook.unknowns import regions_under
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import ScenarioError
from poolcast.projection.engine import run
from poolcast.scenarios.reform import Kind, Reform
from poolcast.scenarios.scenario import FIRST_YEAR_OF_A_POLICY, Scenario

MOST_RUNS = 6
TOLERANCE = 1e-6
"""Of the target, as a part of the expenditure of the year."""
LARGEST_FACTOR = 10.0


@dataclass(frozen=True)
class Required:
    """What a target needs.

    Parameters
    ----------
    is_reached : bool
        Whether a value within the bounds reaches the target.
    value : float
        Employer rate (fraction), or financing per head of residents in the first year (yuan).
    factor : float
        What the subsidy of residents is multiplied with; the rate itself for employees.
    unit : {"fraction", "yuan_per_person_year"}
    start : int
        First year of the change.
    unknown : str
        What `poolcast solve` calls it.
    runs : int
        Runs of the engine.
    """

    is_reached: bool
    value: float
    factor: float
    unit: str
    start: int
    unknown: str
    runs: int


@dataclass(frozen=True)
class Answer:
    """What was found, also where that is nothing: so that a search without result is not made twice."""

    found: Required | None


_REQUIRED: BoundedCache[Answer] = BoundedCache(512, 2**20, lambda _: 500)


def required_financing(item: Projected, region: str, ledger: str, year: int, months: float) -> Required | None:
    """Return what keeps so many payable months at the end of a year; None for ledgers without a rate.

    Parameters
    ----------
    item : Projected
        Set and scenario.
    region : str
        Region, or pool for all regions below it.
    ledger : {"EPF", "RPF"}
        Others have none.
    year : int
        Target year, from the second year after the base year on.
    months : float
    """
    start = item.loaded.base_year + FIRST_YEAR_OF_A_POLICY
    if not _has_answer(item, region, ledger, year):
        return None
    key = (*item.key, region, ledger, year, months)

    def find() -> Answer:
        return Answer(_search(item, region, ledger, year, months, start))

    return _REQUIRED.get(key, find).found


def held_required(item: Projected, region: str, ledger: str, year: int, months: float) -> bool:
    """Whether what financing needs is known already, or known not to be a question of this ledger."""
    key = (*item.key, region, ledger, year, months)
    return not _has_answer(item, region, ledger, year) or _REQUIRED.peek(key) is not None


def _has_answer(item: Projected, region: str, ledger: str, year: int) -> bool:
    start = item.loaded.base_year + FIRST_YEAR_OF_A_POLICY
    if ledger not in ("EPF", "RPF") or year < start or not item.outcome.has_reserve(region, ledger):
        return False
    return bool(np.isfinite(item.outcome.series("reserve", region, ledger)[year - item.loaded.base_year]))


def _search(item: Projected, region: str, ledger: str, year: int, months: float, start: int) -> Required | None:
    reformed = item.reformed
    try:
        codes = regions_under(reformed, region)
    except ScenarioError:
        return None
    is_employee = ledger == "EPF"
    parameter = "revenue.employer_rate" if is_employee else "resident.subsidy"
    kind: Kind = "set" if is_employee else "scale"
    declared = PARAMETERS[parameter]
    lower, upper = (declared.minimum, declared.maximum) if is_employee else (0.0, LARGEST_FACTOR)
    holder = item.outcome.regions.index(region)
    runs = 0

    def lacking(amount: float) -> float:
        """Return the reserve beyond the target, over the expenditure of the year."""
        nonlocal runs
        runs += 1
        reform = Reform(kind, parameter, {start: amount}, {"region": "|".join(codes)})
        changed = Scenario("required", item.scenario.title, item.scenario.why, reforms=(reform,)).apply(reformed)
        accounts = run(changed).accounts
        place = (0, holder, year - item.loaded.base_year, reformed.ledgers.index(ledger))
        spent = float(accounts.expenditure[place])
        return float(accounts.reserve[place]) / spent - months / 12

    present = _mean(reformed, parameter, start, codes) if is_employee else 1.0
    one, two = present, min(present + 0.01, upper) if is_employee else 1.1
    at_one, at_two = lacking(one), lacking(two)
    unknown = parameter if is_employee else f"scale:{parameter}"

    def answer(found: float, reached: bool) -> Required:
        value = found
        if not is_employee:
            personal = _mean(reformed, "resident.personal_premium", start, codes)
            value = personal + found * _mean(reformed, parameter, start, codes)
        return Required(reached, value, found, declared.unit, start, unknown, runs)

    while runs < MOST_RUNS and abs(at_two) > TOLERANCE and at_two != at_one:
        following = two - at_two * (two - one) / (at_two - at_one)
        if not np.isfinite(following):
            break
        one, at_one = two, at_two
        two = float(min(max(following, lower), upper))
        at_two = lacking(two)
        if two in (lower, upper) and abs(at_two) > TOLERANCE and two == one:
            break
    if abs(at_two) > 1e-3:
        return answer(two, False)
    return answer(two, True)


def _mean(assumptions: Assumptions, parameter: str, year: int, codes: tuple[str, ...]) -> float:
    """Return the mean of a parameter (region, year) over some regions in a year."""
    rows = [assumptions.region_codes.index(code) for code in codes]
    return float(np.mean(assumptions.in_year(parameter, year)[rows]))
