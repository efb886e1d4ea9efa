"""The total budget for providers: from revenue to blocks by payment method, prices, and the year-end settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine
from poolcast.budget.allotment import Allotment, allot
from poolcast.budget.provider_claims import METHODS, UNDER_BUDGET, ProviderClaims, provider_claims, settle
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.engine import Projection
from poolcast.projection.payment import budget_closure, risk_corridor

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

FUNDS = ("EPF", "RPF")
"""Funds that pay providers, in the order of the schemes."""

_NOT_TO_PROVIDERS = ("E1.6", "E1.7", "E1.8", "E2", "E3", "E4", "E5", "E6")


@dataclass(frozen=True)
class ProviderBlock:
    """One block of the budget of providers, yuan.

    Parameters
    ----------
    method : str
        Key of `METHODS`.
    label : Words
    budget, budget_before : float
        Of the year and of the year before.
    claims : float
        Expected claims under fee for service.
    settled : float
        Estimate of what the fund pays at the year end.
    """

    method: str
    label: Words
    budget: float
    budget_before: float
    claims: float
    settled: float

    @property
    def growth(self) -> float:
        """Growth over the year before; NaN where there was nothing."""
        return self.budget / self.budget_before - 1 if self.budget_before > 0 else float("nan")

    @property
    def retained(self) -> float:
        """What providers keep beyond their claims."""
        return max(self.settled - self.claims, 0.0)

    @property
    def borne(self) -> float:
        """Claims that providers bear."""
        return max(self.claims - self.settled, 0.0)

    @property
    def shared(self) -> float:
        """What the fund pays beyond the budget."""
        return max(self.settled - self.budget, 0.0)


@dataclass(frozen=True)
class UnitPrice:
    """Price of a point (DIP) or base rate (DRG), yuan.

    Parameters
    ----------
    method : {"drg", "dip"}
    cases : float
        Expected cases.
    points : float
        Points (DIP), or weight (DRG) with the average case of the base year as 1.
    budget : float
        Budget of the block.
    own_share : float
        What patients and other payers bear of these bills.
    at_start : float
        ``(budget + own share) / points``: the estimate with which the year starts.
    at_end : float
        The same with what the year-end settlement is expected to pay.
    """

    method: str
    cases: float
    points: float
    budget: float
    own_share: float
    at_start: float
    at_end: float


@dataclass(frozen=True)
class ProviderBudget:
    """The budget of providers of a fund for a year, with the year before beside it.

    Parameters
    ----------
    region, ledger : str
    year : int
    allotment : Allotment
        Every figure a number.
    blocks : tuple of ProviderBlock
    prices : mapping of str to UnitPrice
        By ``drg`` and ``dip``, where they are used.
    revenue_growth, need_growth : float
        Growth of revenue and of what is wanted; the total budget is to grow by no more than the smaller one (handbook
        4.2).
    """

    region: str
    ledger: str
    year: int
    allotment: Allotment
    blocks: tuple[ProviderBlock, ...]
    prices: Mapping[str, UnitPrice]
    revenue_growth: float
    need_growth: float
    _terms: Mapping[str, float | str] = field(repr=False, default_factory=dict)

    @property
    def total(self) -> float:
        """Total budget of providers in the region."""
        return float(sum(block.budget for block in self.blocks))

    @property
    def growth(self) -> float:
        """Growth of the total budget."""
        before = sum(block.budget_before for block in self.blocks)
        return self.total / before - 1 if before > 0 else float("nan")

    @property
    def settled(self) -> float:
        """Estimate of what the fund pays providers in the region at the year end."""
        return float(sum(block.settled for block in self.blocks))

    @property
    def within_guideline(self) -> bool:
        """Whether the total budget grows by no more than the smaller of revenue and need."""
        limit = min(self.revenue_growth, self.need_growth)
        return not self.growth > limit + 1e-9

    def settlement_if(self, claims_over_budget: float, method: str = "dip") -> float:
        """Return what the fund would pay for a block under a budget if claims came to so many times the budget, yuan.

        Parameters
        ----------
        claims_over_budget : float
            C / B.
        method : {"drg", "dip"}
        """
        block = next((one for one in self.blocks if one.method == method and method in UNDER_BUDGET), None)
        if block is None:
            raise ResultError(Problem("method", method, ", ".join(UNDER_BUDGET), "Name a method under a budget."))
        claims, budget = np.array(claims_over_budget * block.budget), np.array(block.budget)
        rule, terms = self._terms["rule"], {name: np.array(value) for name, value in self._terms.items()}
        if rule == "fee_for_service":
            return float(claims)
        start, kept = terms["retention_threshold"], terms["retained_share"]
        if rule == "closure":
            return float(budget_closure(claims, budget, terms["overspend_softness"], kept, start))
        return float(risk_corridor(claims, budget, start, kept, terms["overspend_share"], terms["overspend_limit"]))

    def table(self) -> pd.DataFrame:
        """Return one row a block: budget, growth, claims, settlement, retained, borne and shared."""
        import pandas as pd

        columns = ("budget_before", "budget", "growth", "claims", "settled", "retained", "borne", "shared")
        return pd.DataFrame(
            [
                {"method": block.method, "label": block.label.en, "label_zh": block.label.zh}
                | {name: getattr(block, name) for name in columns}
                for block in self.blocks
            ]
        )


@dataclass(frozen=True)
class ProviderBudgets:
    """Budgets of providers of every holder, year and fund.

    Parameters
    ----------
    regions, years, ledgers : tuple
    allotment : Allotment
        Arrays (region, year, ledger), blocks first where there are blocks.
    claims, settled, own_share, cases, points : array (block, region, year, ledger)
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    ledgers: tuple[str, ...]
    allotment: Allotment = field(repr=False)
    claims: Array = field(repr=False)
    settled: Array = field(repr=False)
    own_share: Array = field(repr=False)
    cases: Array = field(repr=False)
    points: Array = field(repr=False)
    terms: Mapping[str, Array | str] = field(repr=False, default_factory=dict)

    def of(self, region: str, ledger: str, year: int) -> ProviderBudget | None:
        """Return the budget of providers of a fund; None where the holder does not keep it."""
        for name, known, what in ((region, self.regions, "region"), (ledger, self.ledgers, "ledger")):
            if name not in known:
                raise ResultError(Problem(what, name, ", ".join(known), "Name one of those."))
        if year not in self.years:
            allowed = f"{self.years[0]} to {self.years[-1]}"
            raise ResultError(Problem("year", str(year), allowed, "Name a year of the projection."))
        place = (self.regions.index(region), self.years.index(year), self.ledgers.index(ledger))
        if not np.isfinite(self.allotment.revenue[place]):
            return None
        before = (place[0], place[1] - 1, place[2])
        has_before = place[1] > 0
        blocks = tuple(
            ProviderBlock(
                method,
                label,
                float(self.allotment.blocks[(number, *place)]),
                float(self.allotment.blocks[(number, *before)]) if has_before else float("nan"),
                float(self.claims[(number, *place)]),
                float(self.settled[(number, *place)]),
            )
            for number, (method, label) in enumerate(METHODS.items())
            if np.any(self.allotment.blocks[(number, place[0], slice(None), place[2])])
        )
        one = {name: _at(getattr(self.allotment, name), place) for name in Allotment.__dataclass_fields__}
        revenue, wanted = self.allotment.revenue, self.allotment.wanted.sum(0)
        return ProviderBudget(
            region,
            ledger,
            year,
            Allotment(**one),
            blocks,
            self._prices(place),
            float(revenue[place] / revenue[before] - 1) if has_before else float("nan"),
            float(wanted[place] / wanted[before] - 1) if has_before else float("nan"),
            {name: value if isinstance(value, str) else float(value[place]) for name, value in self.terms.items()},
        )

    def _prices(self, place: tuple[int, int, int]) -> dict[str, UnitPrice]:
        found = {}
        for method in UNDER_BUDGET:
            where = (list(METHODS).index(method), *place)
            points, own = float(self.points[where]), float(self.own_share[where])
            if points > 0:
                budget, settled = float(self.allotment.blocks[where]), float(self.settled[where])
                start, end = (budget + own) / points, (settled + own) / points
                found[method] = UnitPrice(method, float(self.cases[where]), points, budget, own, start, end)
        return found


def provider_budgets(projection: Projection, accounts: AccountsByLine) -> ProviderBudgets:
    """Return the budgets of providers of every holder, year and fund, from the run behind the statement.

    Budgets of regions are added for a pool that keeps their fund; a merged fund pays the providers of both schemes. The
    year-end settlement applies the payment rule of the set to the expected claims and the budget as allotted; where the
    money allows what is wanted, it pays what the statement shows.

    Parameters
    ----------
    projection : Projection
        A single run.
    accounts : AccountsByLine
        Its statement lines.

    Raises
    ------
    AssumptionError
        Where the set lacks what the budget of providers rests on.
    """
    found = provider_claims(projection)
    ledgers = tuple(ledger for ledger in FUNDS if ledger in accounts.ledgers)
    rows = {line.code: number for number, line in enumerate(accounts.lines)}
    funds = accounts.amounts[:, :, [accounts.ledgers.index(ledger) for ledger in ledgers]]
    revenue = funds[..., rows["R"]]
    others = np.nansum(funds[..., [rows[code] for code in _NOT_TO_PROVIDERS]], axis=-1)
    by_fund = _ByFund(projection, len(ledgers))
    allotment = allot(
        revenue,
        by_fund.mean("provider_budget.planned_surplus"),
        others,
        by_fund.total(found.outside),
        by_fund.total(found.individual),
        by_fund.mean("provider_budget.risk_share"),
        by_fund.total(found.wanted),
    )
    return ProviderBudgets(
        accounts.regions,
        accounts.years,
        ledgers,
        allotment,
        by_fund.total(found.claimed),
        _settlement(projection, found, by_fund, allotment.scale),
        by_fund.total(found.own_share),
        by_fund.total(found.cases),
        by_fund.total(found.points),
        by_fund.terms(),
    )


@dataclass(frozen=True)
class _ByFund:
    """Carries amounts by region and scheme to holders and funds; where schemes share a ledger, EPF has both."""

    projection: Projection
    funds: int

    def total(self, values: Array) -> Array:
        """Add (..., region, year, scheme) up to (..., holder, year, fund)."""
        front = values.shape[:-3]
        flat = values.reshape(-1, *values.shape[-3:])
        added = np.stack([self.projection.holders.total(one[None])[0] for one in flat])
        merged = self.projection.accounts.merged
        added[..., 0] = added[..., 0] + np.where(merged, added[..., 1], 0.0)
        added[..., 1] = np.where(merged, 0.0, added[..., 1])
        result: Array = added[..., : self.funds].reshape(*front, *added.shape[1:-1], self.funds)
        return result

    def mean(self, name: str) -> Array:
        """Return a parameter by holder, year and fund; of pools the mean of their regions."""
        assumptions = self.projection.assumptions
        values = assumptions.from_year(name, assumptions.base_year)
        result: Array = self.projection.holders.mean(values[None])[0][..., : self.funds]
        return result

    def terms(self) -> dict[str, Array | str]:
        """Return the payment rule of the set and its terms by holder, year and fund."""
        assumptions = self.projection.assumptions
        names = [name for name in _TERMS if f"payment.{name}" in assumptions]
        found: dict[str, Array | str] = {name: self.mean(f"payment.{name}") for name in names}
        return found | {"rule": assumptions.options["payment_rule"]}


_TERMS = ("retention_threshold", "retained_share", "overspend_softness", "overspend_share", "overspend_limit")


def _settlement(projection: Projection, found: ProviderClaims, by_fund: _ByFund, scale: Array) -> Array:
    """Return what the fund pays each block at the year end (block, holder, year, fund).

    Every region settles its own budget, cut as its holder's is; blocks without a budget are paid as the engine pays.
    """
    assumptions, holders = projection.assumptions, projection.holders
    budgeted = [list(METHODS).index(method) for method in UNDER_BUDGET]
    wide = np.ones((*scale.shape[:-1], found.paid.shape[-1]))
    wide[..., : scale.shape[-1]] = scale
    wide = np.where(projection.accounts.merged[..., None], wide[..., :1], wide)

    def settled(cut: Array) -> Array:
        paid = found.paid.copy()
        paid[budgeted] = settle(assumptions, found.claimed[budgeted], found.wanted[budgeted] * cut)
        return by_fund.total(paid)

    result = settled(wide[: holders.regions])
    for pool, members in holders.pools.items():
        cut = wide[: holders.regions].copy()
        cut[members] = wide[pool]
        result[:, pool] = settled(cut)[:, pool]
    return result


def _at(values: Array, place: tuple[int, int, int]) -> Array:
    """Return the figure of one holder, year and fund; blocks stay."""
    result: Array = values[(..., *place)]
    return result


__all__ = ["ProviderBlock", "ProviderBudget", "ProviderBudgets", "UnitPrice", "provider_budgets"]
