"""Explain by lever: what each lever of a scenario does to the ledgers, and in which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook.attribution import MOST, Coalition, attribute, table_with_total
from poolcast.outlook.named_benefits import named_benefits
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS
from poolcast.parameters.errors import Problem, ResultError, ScenarioError
from poolcast.projection.behaviour import REFERENCE, REFERENCE_BY_TIER, is_active
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import Projection, run
from poolcast.projection.flows import FINANCED_BY_NEED
from poolcast.projection.statement import BENEFIT_LINES, EXPENDITURE_LINES, REVENUE_LINES
from poolcast.scenarios.scenario import LeverCall, Scenario

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

PARTS = ("static", "behavioural", "offset", "interest")
MEASURES = ("revenue", "expenditure", "balance", "reserve")
APPROACHES = ("alone", "sequential", "shapley")

_INTEREST = list(REVENUE_LINES).index("R3")
_LINE_OF_BENEFIT = {benefit: list(EXPENDITURE_LINES).index(line) for benefit, line in BENEFIT_LINES.items()}
_REVENUE, _INTEREST_COLUMN, _OPENING = 0, 1, 2
_SPENDING = slice(3, 3 + len(EXPENDITURE_LINES))
_COLUMNS = 3 + len(EXPENDITURE_LINES)


@dataclass(frozen=True)
class LeverExplanation:
    """The difference of a scenario from its baseline by lever and part.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    levers : tuple of str
        Levers, reforms, or the groups of them that the user made.
    parts : xarray.DataArray (approach, lever, part, measure, year, region, ledger), yuan
        ``static``: with behaviour off, on benefits that the lever names and on everything that is no benefit;
        ``behavioural``: what the answer of patients adds there; ``offset``: both, on benefits that the lever does not
        name; ``interest``. The parts of an approach other than ``alone`` add up to `total`. NaN where no ledger is
        kept.
    total : xarray.DataArray (measure, year, region, ledger), yuan
        Scenario less baseline.
    runs : int
        Runs of the engine.
    """

    scenario: str
    levers: tuple[str, ...]
    parts: xr.DataArray
    total: xr.DataArray
    runs: int

    @property
    def interaction(self) -> xr.DataArray:
        """What the levers do together beyond the sum of what each does alone."""
        return self.total - self.parts.sel(approach="alone").sum(["lever", "part"], skipna=False)

    def table(self, measure: str, region: str, ledger: str, year: int, approach: str = "shapley") -> pd.DataFrame:
        """Return one row a lever with its parts and their sum, the last row the total (yuan).

        Parameters
        ----------
        measure : {"revenue", "expenditure", "balance", "reserve"}
        region, ledger : str
            Codes.
        year : int
        approach : {"shapley", "sequential", "alone"}
        """
        chosen = self.parts.sel(approach=approach, measure=measure, region=region, ledger=ledger, year=year)
        values = chosen.transpose("lever", "part").values
        return table_with_total(values, list(self.levers), list(PARTS), across=True)


def explain_levers(
    assumptions: Assumptions,
    scenario: Scenario,
    *,
    groups: Mapping[str, Sequence[int]] | None = None,
    shapley: bool = True,
) -> LeverExplanation:
    r"""Split the difference of a scenario from its baseline by lever and by part (handbook 6.12, 6.13).

    With :math:`v(S)` the accounts under the levers S and :math:`v_0(S)` the same with behaviour off, the change
    :math:`v(S) - v(\emptyset)` is shared out by lever, line by line, and for each lever

    .. math::
        \text{static} + \text{behavioural} + \text{offset}
        = \Delta R - \sum_b \Delta X_b, \qquad
        \text{static} = \Delta_0 R - \sum_{b \in N} \Delta_0 X_b, \qquad
        \text{behavioural} = (\Delta - \Delta_0) R - \sum_{b \in N} (\Delta - \Delta_0) X_b

    where N are the benefits that the lever names and the lines that are no benefit. Of a reserve the parts are those of
    the balances of all years so far. A ledger that a pool takes over moves whole, and that is static.

    Parameters
    ----------
    assumptions : Assumptions
        A set; calibrated here.
    scenario : Scenario
        Its levers are the causes, and the reforms of one parameter are one, in order.
    groups : mapping of str to sequence of int, optional
        Positions of reforms that are one cause; the others stay by themselves.
    shapley : bool
        Whether to value all coalitions, up to `attribution.MOST` causes.

    Raises
    ------
    ResultError
        Where there is nothing to explain, or there are too many causes.
    ScenarioError
        Where some of the levers cannot stand without others; group them.
    """
    causes = _causes(scenario, groups or {}, shapley=shapley)
    valued = _Valued(calibrate(assumptions), scenario, list(causes.values()))
    found = attribute(len(causes), valued.change, shapley=shapley)
    approaches = [approach for approach in APPROACHES if shapley or approach != "shapley"]
    arrays = [_parts(getattr(found, approach), valued.named, valued.handed_over) for approach in approaches]
    full = _parts(found.total[None], [valued.everything], valued.handed_over)[0].sum(0)
    empty = _undefined(valued)
    coordinates = {
        "measure": list(MEASURES),
        "year": list(valued.years),
        "region": list(valued.codes),
        "ledger": list(valued.set.ledgers),
    }
    parts = xr.DataArray(
        np.where(empty, np.nan, np.stack(arrays)),
        coords={"approach": approaches, "lever": list(causes), "part": list(PARTS), **coordinates},
        dims=("approach", "lever", "part", *coordinates),
        attrs={"units": "yuan"},
    )
    total = xr.DataArray(np.where(empty, np.nan, full), coords=coordinates, dims=tuple(coordinates))
    return LeverExplanation(scenario.name, tuple(causes), parts, total, valued.runs)


def _causes(scenario: Scenario, groups: Mapping[str, Sequence[int]], *, shapley: bool) -> dict[str, list[int]]:
    """Return the positions of the reforms of every cause by its name."""
    count = len(scenario.reforms)
    taken = [position for positions in groups.values() for position in positions]
    problems = []
    if not count:
        found = f"scenario {scenario.name} without a reform"
        problems.append(Problem("explain", found, "a scenario with reforms", "There is nothing to explain by lever."))
    if len(set(taken)) < len(taken) or any(not 0 <= position < count for position in taken):
        allowed = f"each reform once, 1 to {count}"
        problems.append(Problem("group", str({name: list(g) for name, g in groups.items()}), allowed, "Mend a group."))
    if problems:
        raise ResultError(problems)
    causes: dict[str, list[int]] = {}
    started: dict[int, str] = {min(positions): name for name, positions in groups.items() if positions}
    for position, item in enumerate(scenario.reforms):
        if position in started:
            causes[started[position]] = sorted(groups[started[position]])
        elif position in taken:
            continue
        elif isinstance(item, LeverCall):
            repeated = item.lever.id in causes
            causes[f"{item.lever.id} #{position + 1}" if repeated else item.lever.id] = [position]
        else:
            causes.setdefault(item.parameter, []).append(position)
    if shapley and len(causes) > MOST:
        remedy = "Make groups of levers that belong together, as --group NAME=1+2, or ask for one at a time."
        raise ResultError(Problem("explain", f"{len(causes)} levers and reforms", f"up to {MOST}", remedy))
    return causes


class _Valued:
    """Values coalitions of causes: accounts by holder, year and ledger, with behaviour and without it."""

    def __init__(self, calibrated: Assumptions, scenario: Scenario, causes: Sequence[Sequence[int]]) -> None:
        self.set, self._scenario, self._causes = calibrated, scenario, causes
        self.codes = calibrated.all_codes
        self.years = tuple(range(calibrated.base_year, calibrated.last_year + 1))
        scenario.apply(calibrated)  # what is wrong with the whole is no matter of its parts
        self.named = [named_benefits(calibrated, self._applied((number,))) for number in range(len(causes))]
        self.everything = frozenset(BENEFITS)
        self.runs = 1
        self.keeps = np.zeros((len(self.codes), len(calibrated.ledgers)), dtype=bool)
        self.holds = self.keeps.copy()
        self._always = ~self.keeps
        self._merged = self.keeps.copy()
        self._baseline = self._accounts(run(calibrated))

    def change(self, coalition: Coalition) -> Array:
        """Return the change by a coalition (behaviour on or off, all flows or kept, holder, year, ledger, column)."""
        applied = self._applied(coalition)
        projection = run(applied)
        self.runs += 1
        with_behaviour = self._accounts(projection) - self._baseline
        without = with_behaviour
        if _patients_respond(projection):
            self.runs += 1
            still = applied.with_values({"behaviour.response": np.zeros_like(applied["behaviour.response"])})
            without = self._accounts(run(still)) - self._baseline
        return np.stack([with_behaviour, without])

    @property
    def handed_over(self) -> NDArray[np.bool_]:
        """Ledgers that pools or a merged fund take over under some of the levers (holder, ledger)."""
        return (self.keeps & ~self._always) | self._merged

    def _applied(self, coalition: Coalition) -> Assumptions:
        """Return the set after the reforms of a coalition, in the order of the scenario."""
        chosen = sorted(position for cause in coalition for position in self._causes[cause])
        items = tuple(self._scenario.reforms[position] for position in chosen)
        try:
            return replace(self._scenario, reforms=items).apply(self.set)
        except ScenarioError as error:
            alone = Problem(
                self._scenario.name,
                "some of its levers cannot stand without the others",
                "levers that each make a scenario",
                "Group those that need each other.",
            )
            raise ScenarioError([alone, *error.problems]) from error

    def _accounts(self, projection: Projection) -> Array:
        """Return all flows, and those of holders that keep the reserve, from which reserves are made."""
        accounts, holders, ledgers = projection.accounts, projection.holders, self.set.ledgers
        rows = [self.codes.index(unit.code) for unit in holders.units]
        result = np.zeros((2, len(self.codes), len(self.years), len(ledgers), _COLUMNS))
        revenue = accounts.revenue_lines[0].copy()
        result[0, rows, ..., _INTEREST_COLUMN] = revenue[..., _INTEREST]
        revenue[..., _INTEREST] = 0.0
        result[0, rows, ..., _REVENUE] = revenue.sum(-1)
        result[0, rows, ..., _SPENDING] = accounts.expenditure_lines[0]
        reserve = accounts.reserve[0]
        kept = np.isfinite(reserve[:, 0])
        result[1, rows] = np.where(kept[:, None, :, None], result[0, rows], 0.0)
        result[1, rows, ..., _OPENING] = np.nan_to_num(reserve[:, :1]) + np.cumsum(accounts.taken_over[0], axis=1)
        self.keeps[rows] |= kept
        self._merged[rows] |= (accounts.taken_over[0] != 0).any(1)
        holds = holders.keeps(ledgers)
        holds[: holders.regions] = [ledger != "ADJ" for ledger in ledgers]
        self.holds[rows] |= holds
        now = np.zeros_like(self._always)
        now[rows] = kept & holds
        self._always &= now
        result[0, rows] = np.where(holds[:, None, :, None], result[0, rows], 0.0)
        return result


def _patients_respond(projection: Projection) -> bool:
    """Whether the share that patients pay differs from that of the unreformed law, so that behaviour matters."""
    assumptions = projection.assumptions
    if not is_active(assumptions):
        return False
    entitlement, base = projection.money.claims.entitlement, assumptions.base_year
    pairs = [(entitlement.own_share, REFERENCE), (entitlement.tier_own_share, REFERENCE_BY_TIER)]
    return any((own[0] != assumptions.from_year(name, base)).any() for own, name in pairs if name in assumptions)


def _parts(changes: Array, named: Sequence[frozenset[str]], handed_over: NDArray[np.bool_]) -> Array:
    """Return (lever, part, measure, year, holder, ledger) of changes (lever, behaviour, kept, holder, year, ...)."""
    pairs = zip(changes, named, strict=True)
    return np.stack([_parts_of_one(change, benefits, handed_over[:, None]) for change, benefits in pairs])


def _parts_of_one(change: Array, named: frozenset[str], handed_over: NDArray[np.bool_]) -> Array:
    revenue, spending = _revenue_and_spending(change[:, 0], named, handed_over)
    received, spent = _revenue_and_spending(change[:, 1], named, handed_over)
    yearly = received - spent
    yearly[:, :, 0] = 0.0  # the reserve of the base year is given
    reserve = np.cumsum(yearly, axis=2)
    reserve[0] += change[0, 1, ..., _OPENING]
    result: Array = np.swapaxes(np.stack([revenue, spending, revenue - spending, reserve], axis=1), 2, 3)
    return result


def _revenue_and_spending(change: Array, named: frozenset[str], handed_over: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Split a change (behaviour on or off, holder, year, ledger, column) into parts (part, holder, year, ledger).

    A ledger that changes hands moves whole: what comes with it is no offset.
    """
    full, still = change
    others = [line for benefit, line in _LINE_OF_BENEFIT.items() if benefit not in named]
    spent, spent_still = full[..., _SPENDING].sum(-1), still[..., _SPENDING].sum(-1)
    aside, aside_still = (
        np.where(handed_over, 0.0, side[..., _SPENDING][..., others].sum(-1)) for side in (full, still)
    )
    static = spent_still - aside_still
    moved = (spent - aside) - static
    none = np.zeros_like(spent)
    received, received_still = full[..., _REVENUE], still[..., _REVENUE]
    revenue = np.stack([received_still, received - received_still, none, full[..., _INTEREST_COLUMN]])
    return revenue, np.stack([static, moved, aside, none])


def _undefined(valued: _Valued) -> NDArray[np.bool_]:
    """Where a measure means nothing (measure, year, holder, ledger): no account, no revenue of its own, no reserve."""
    needy = np.array([ledger in FINANCED_BY_NEED for ledger in valued.set.ledgers])
    silent = ~valued.holds
    by_measure = np.stack([silent | needy, silent, silent | needy, ~valued.keeps])
    return np.broadcast_to(by_measure[:, None], (len(MEASURES), len(valued.years), *silent.shape))


__all__ = ["APPROACHES", "MEASURES", "PARTS", "LeverExplanation", "explain_levers"]
