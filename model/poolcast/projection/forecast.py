"""The door of the engine: plain arrays become a labelled forecast."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast._version import __version__
from poolcast.parameters.axes import (
    AXES,
    BENEFITS,
    EMPLOYEE_STATUSES,
    LEDGERS,
    RESIDENT_STATUSES,
    SCHEMES,
    SEXES,
    STATUSES,
    TIERS,
    index,
    positions,
)
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.age_detail import age_detail
from poolcast.projection.control_totals import FACTORS
from poolcast.projection.economy import growth_index
from poolcast.projection.engine import Projection
from poolcast.projection.flows import FINANCED_BY_NEED
from poolcast.projection.pools import Holders
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES

Array = NDArray[np.float64]

BASIS = "current"
"""Payable months rest on the expenditure of the same year (handbook 5.4)."""

_MEMBERS_PAYING = [index("status", name) for name in ("active", "flexible", "unemployed", "paying_past_retirement")]
_RETIRED = index("status", "retired")

_WORDS: dict[str, tuple[str, str, str]] = {
    "revenue": ("yuan", "Revenue", "基金收入"),
    "expenditure": ("yuan", "Expenditure", "基金支出"),
    "balance": ("yuan", "Balance", "当期结余"),
    "interest": ("yuan", "Interest", "利息收入"),
    "revenue_before_interest": ("yuan", "Revenue before interest", "不含利息收入"),
    "balance_before_interest": ("yuan", "Balance before interest", "不含利息当期结余"),
    "reserve": ("yuan", "Reserve at 31 December", "累计结余"),
    "payable_months": ("months", "Payable months", "可支付月数"),
    "prepaid": ("yuan", "Prepaid to providers", "预付金"),
    "settled_faster": ("yuan", "Cash settled sooner than in the base year", "提速结算释放现金"),
    "revenue_by_line": ("yuan", "Revenue by statement line", "分项收入"),
    "expenditure_by_line": ("yuan", "Expenditure by statement line", "分项支出"),
    "members": ("persons", "Members at 31 December", "年末参保人数"),
    "average_members": ("persons", "Average members", "平均参保人数"),
    "population": ("persons", "Population at 31 December", "年末人口"),
    "births": ("persons", "Births", "出生人数"),
    "deaths": ("persons", "Deaths", "死亡人数"),
    "net_migrants": ("persons", "Net migrants", "净迁移人数"),
    "population_by_age": ("persons", "Population by sex and age at 31 December", "分性别年龄人口"),
    "benefits_by_age": ("yuan", "Benefits of the pooled funds by age reached in the year", "统筹基金待遇(按当年年龄)"),
    "contributions_by_age": (
        "yuan",
        "Contributions to the pooled funds by age reached in the year",
        "统筹基金缴费(按当年年龄)",
    ),
    "account_contributions_by_age": (
        "yuan",
        "Own contributions to personal accounts by age reached in the year",
        "个人账户缴费(按当年年龄)",
    ),
    "subsidies_by_age": ("yuan", "Subsidies by head by age reached in the year", "按人头财政补助(按当年年龄)"),
    "average_wage": ("yuan", "Average wage", "社会平均工资"),
    "disposable_income": ("yuan", "Disposable income per head", "人均可支配收入"),
    "consumer_price_index": ("ratio", "Consumer price index", "居民消费价格指数"),
    "gross_domestic_product": ("yuan", "Gross domestic product", "地区生产总值"),
    "contributory_bases": ("yuan", "Contributory bases", "缴费基数总额"),
    "arrears": ("yuan", "Arrears at 31 December", "年末欠费"),
    "dependency_ratio": ("ratio", "Dependency ratio", "抚养比"),
    "cost_rate": ("fraction", "Cost rate of the employee pooled fund", "职工统筹支出率"),
    "income_rate": ("fraction", "Income rate of the employee pooled fund", "职工统筹收入率"),
    "use_index": ("ratio", "Index of use at constant age", "利用率指数"),
    "unit_cost_index": ("ratio", "Index of unit cost", "单位费用指数"),
    "case_mix_index": ("ratio", "Index of points per case by coding", "例均分值指数"),
    "care_price_index": ("ratio", "Index of the price of care", "医疗服务价格指数"),
    "intensity_index": ("ratio", "Index of intensity (unit cost over price)", "服务强度指数"),
    "services": ("services", "Services", "服务量"),
    "bills": ("yuan", "Bills", "医疗总费用"),
    "in_policy_bills": ("yuan", "In-policy bills", "政策范围内费用"),
    "fund_payments": ("yuan", "Payments of the pooled funds", "统筹基金支付"),
    "claims": (
        "yuan",
        "What the law entitles patients to, before audit and budgets",
        "审核和预算前按政策应付",
    ),
    "inpatient_payments": ("yuan", "Inpatient payments by tier", "分级住院支付"),
    "provider_borne": ("yuan", "Claims borne by providers under budgets and amounts per head", "医疗机构承担"),
    "procurement_saving": ("yuan", "Saving of the pooled funds by volume-based procurement", "集采节约的基金支出"),
    "interest_rate": ("fraction", "Interest rate on the opening reserve", "期初结余利率"),
    "taken_over": ("yuan", "Reserve taken over when the year opened", "年初并账划转结余"),
    "schemes_merged": ("1 on, 0 off", "Both schemes share a ledger", "两制度并账"),
}


_OF_CLAIMS = (
    "services",
    "bills",
    "in_policy_bills",
    "fund_payments",
    "claims",
    "inpatient_payments",
    "provider_borne",
    "procurement_saving",
)


def label(
    projection: Projection,
    *,
    with_paths: bool,
    only: Collection[str] | None = None,
    by_age: bool = False,
    set_digest: str | None = None,
) -> xr.Dataset:
    """Return a forecast as an `xarray.Dataset` with units and names in both languages.

    Parameters
    ----------
    projection : Projection
        A run of the engine.
    with_paths : bool
        Whether the leading ``path`` dimension stays; a single run drops it.
    only : collection of str, optional
        Names of the variables wanted, for searches that run often and read little; such a part of a forecast does not
        say of which content of the set it is.
    by_age : bool
        Whether a single run also holds the money by age (`age_detail`).
    set_digest : str, optional
        Hash of the set on which the forecast rests, where it is known: that of the reformed set takes as long as
        half of a run on a set of many regions.
    """
    builder = _Builder(projection, with_paths, only)
    builder.fill()
    if by_age:
        builder.ages()
    return builder.dataset(set_digest)


def plain_arrays(projection: Projection, only: Collection[str]) -> dict[str, Array]:
    """Return variables of a forecast without labels, with the axes that `label` gives them (path, year, region, ...).

    A simulation reads a few variables of many blocks; naming their axes would take as long as a tenth of the engine.
    """
    builder = _Builder(projection, True, only)
    builder.fill()
    return builder.arrays()


def accounts_known(holders: Holders, ledgers: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a holder has an account of a ledger, and where that account also shows revenue (holder, ledger).

    Pools have those that they keep, regions all but the adjustment fund; one that the budget fills to its need shows
    expenditure only.
    """
    held = np.ones((holders.count, len(ledgers)), dtype=bool)
    held[holders.regions :] = holders.keeps(ledgers)[holders.regions :]
    held[: holders.regions, [ledger == "ADJ" for ledger in ledgers]] = False
    return held, held & ~np.array([ledger in FINANCED_BY_NEED for ledger in ledgers])


class _Builder:
    def __init__(self, projection: Projection, with_paths: bool, only: Collection[str] | None) -> None:
        self._only = only
        self._run = projection
        self._set = projection.assumptions
        self._with_paths = with_paths
        self._variables: dict[str, tuple[tuple[str, ...], Array, dict[str, str]]] = {}

    def fill(self) -> None:
        """Add all variables, or those wanted."""
        self.accounts()
        self.people()
        self.economy()
        self.trends()
        self.care()
        self.calibration()

    def arrays(self) -> dict[str, Array]:
        """Return the variables added, without names of their axes."""
        return {name: values for name, (_, values, _) in self._variables.items()}

    def _wants(self, *names: str) -> bool:
        return self._only is None or any(name in self._only for name in names)

    def _add(self, name: str, dimensions: tuple[str, ...], made: Array | Callable[[], Array], **words: str) -> None:
        """Add an array (path, region, year, ...) as (path, year, region, ...); regions are padded for the pools.

        What takes time is given as a function, which is called only if the variable is wanted.
        """
        if not self._wants(name):
            return
        values = made() if callable(made) else made
        units, english, chinese = _WORDS[name]
        missing = self._run.holders.count - values.shape[1]
        if missing:
            empty = np.full((values.shape[0], missing, *values.shape[2:]), np.nan)
            values = np.concatenate([values, empty], axis=1)
        moved = np.swapaxes(values, 1, 2)
        if self._with_paths:
            moved = np.broadcast_to(moved, (self._run.drivers.paths, *moved.shape[1:]))
        else:
            moved = moved[0]
        front = ("path", "year", "region") if self._with_paths else ("year", "region")
        attributes = {"units": units, "long_name": english, "long_name_zh": chinese, **words}
        self._variables[name] = ((*front, *dimensions), moved, attributes)

    def accounts(self) -> None:
        """Add the accounts of every ledger; one that the budget fills to its need shows expenditure only."""
        accounts = self._run.accounts
        held, funded = (where[None, :, None] for where in accounts_known(self._run.holders, self._set.ledgers))

        def kept(values: Array, where: NDArray[np.bool_] = held) -> Array:
            result: Array = np.where(where, values, np.nan)
            return result

        @cache
        def known(name: str) -> Array:
            where = held if name == "expenditure" else funded
            return kept(self._as_read(getattr(accounts, name)), where)

        @cache
        def before_interest() -> Array:
            return known("revenue") - known("interest")

        def months() -> Array:
            spent = known("expenditure")
            return 12 * self._as_read(accounts.reserve) / np.where(spent > 0, spent, np.nan)

        for name, made in (
            ("revenue", lambda: known("revenue")),
            ("expenditure", lambda: known("expenditure")),
            ("balance", lambda: known("revenue") - known("expenditure")),
            ("interest", lambda: known("interest")),
            ("revenue_before_interest", before_interest),
            ("balance_before_interest", lambda: before_interest() - known("expenditure")),
            ("reserve", lambda: self._as_read(accounts.reserve)),
            ("prepaid", lambda: kept(accounts.prepaid)),
            ("interest_rate", lambda: kept(accounts.interest_rate)),
            ("settled_faster", lambda: kept(accounts.settled_faster)),
        ):
            self._add(name, ("ledger",), made)
        if accounts.merged.any():
            self._add(
                "taken_over", ("ledger",), np.where(np.isnan(accounts.reserve[:, :, :1]), np.nan, accounts.taken_over)
            )
            self._add("schemes_merged", (), accounts.merged[None].astype(float))
        self._add("payable_months", ("ledger",), months, basis=BASIS)
        self._add(
            "revenue_by_line", ("ledger", "revenue_line"), lambda: kept(accounts.revenue_lines, funded[..., None])
        )
        paid = ("ledger", "expenditure_line")
        self._add("expenditure_by_line", paid, lambda: kept(accounts.expenditure_lines, held[..., None]))

    def _as_read(self, values: Array) -> Array:
        """Return an array (path, holder, year, ledger) that lies in memory as the rows of a simulation are read."""
        if not self._with_paths:
            return values
        return np.ascontiguousarray(values.swapaxes(1, 2)).swapaxes(1, 2)

    def people(self) -> None:
        """Add population, members and the flows between year ends."""
        people = self._run.money.people
        members = people.at_year_end("members")
        self._add("members", ("status",), members)
        self._add("average_members", ("status",), lambda: people.in_year("members"))
        self._add("population", (), people.population[:, :, 1:])
        for name in ("births", "deaths", "net_migrants"):
            self._add(name, (), getattr(people, name))
        self._add("dependency_ratio", (), lambda: _dependency_ratio(members))
        if not self._with_paths:
            self._add("population_by_age", ("sex", "age"), people.population_by_age[None, :, 1:])

    def ages(self) -> None:
        """Add the money by age, sex and scheme; pools have none of their own."""
        detail = age_detail(self._run)
        schemes = [positions("status", statuses) for statuses in (EMPLOYEE_STATUSES, RESIDENT_STATUSES)]
        for name in ("benefits", "contributions", "account_contributions", "subsidies"):
            values = getattr(detail, name)
            summed = np.stack([values[:, :, statuses].sum(2) for statuses in schemes], axis=2)
            self._add(f"{name}_by_age", ("scheme", "sex", "age"), summed[None])

    def economy(self) -> None:
        """Add wages, prices, the product and the rates of the employee pooled fund."""
        economy, paid = self._run.money.economy, self._run.money.contributions
        self._add("average_wage", (), economy.wage)
        self._add("disposable_income", (), economy.income)
        holders = self._run.holders
        self._add("consumer_price_index", (), lambda: holders.mean(economy.consumer_price_index))
        self._add("gross_domestic_product", (), lambda: holders.total_of_all(economy.gross_domestic_product))
        self._add("contributory_bases", (), lambda: paid.contributory_bases)
        self._add("arrears", (), paid.arrears)
        if "EPF" in self._set.ledgers and self._wants("cost_rate", "income_rate"):
            number = self._set.ledgers.index("EPF")
            accounts, regions = self._run.accounts, self._run.holders.regions
            apart, bases = ~accounts.merged[None, :regions], paid.contributory_bases  # of employees only
            known = np.where((bases > 0) & apart, bases, np.nan)
            revenue = (accounts.revenue - accounts.interest)[:, :regions, :, number]
            self._add("cost_rate", (), accounts.expenditure[:, :regions, :, number] / known)
            self._add("income_rate", (), revenue / known)

    def trends(self) -> None:
        """Add the indices of use, unit cost, price and intensity, base year 1 (handbook 6.5, 6.6)."""
        if not self._wants("use_index", "unit_cost_index", "care_price_index", "intensity_index", "case_mix_index"):
            return
        trend = self._run.money.trend
        growth = self._set.from_year("cost.price_growth", self._set.base_year)[None]
        price = growth_index(growth, 2)
        self._add("use_index", ("benefit",), trend.use)
        self._add("unit_cost_index", ("scheme", "benefit"), trend.unit_cost)
        self._add("care_price_index", (), price)
        coding = self._set.from_year("payment.case_mix_growth", self._set.base_year)[None]
        self._add("case_mix_index", ("scheme",), growth_index(coding, 2))
        self._add("intensity_index", ("scheme", "benefit"), trend.unit_cost / price[..., None, None])

    def care(self) -> None:
        """Add services, bills and payments, which a simulation makes only where they are asked for."""
        if not self._wants(*_OF_CLAIMS):
            return
        claims = self._run.money.claims
        for name, values in (
            ("services", claims.services),
            ("bills", claims.bills),
            ("in_policy_bills", claims.in_policy_bills),
            ("fund_payments", claims.payments),
            ("claims", claims.entitled),
        ):
            self._add(name, ("status", "benefit"), values)
        self._add("inpatient_payments", ("status", "tier"), claims.inpatient_payments)
        self._add("provider_borne", ("scheme",), claims.provider_borne)
        self._add("procurement_saving", ("scheme",), claims.procurement_saving)

    def calibration(self) -> None:
        """Add the calibration factors; pools have none."""
        for name in FACTORS if self._only is None else ():
            parameter = PARAMETERS[name]
            array = self._set[name]
            missing = self._run.holders.count - array.shape[0]
            padded = np.concatenate([array, np.full((missing, *array.shape[1:]), np.nan)]) if missing else array
            if "ledger" in parameter.dimensions:
                axis = parameter.dimensions.index("ledger")
                padded = np.take(padded, [index("ledger", ledger) for ledger in self._set.ledgers], axis=axis)
            words = {"units": "ratio", "long_name": parameter.label.en, "long_name_zh": parameter.label.zh}
            self._variables[name.replace(".", "_")] = (parameter.dimensions, np.array(padded), words)

    def dataset(self, set_digest: str | None = None) -> xr.Dataset:
        """Return the forecast with coordinates and what is needed to reproduce it."""
        if set_digest is None:
            set_digest = self._set.digest() if self._only is None else ""
        assumptions, holders = self._set, self._run.holders
        coordinates: dict[str, object] = {
            "year": list(range(assumptions.base_year, assumptions.last_year + 1)),
            "region": [unit.code for unit in holders.units],
            "ledger": list(assumptions.ledgers),
            "status": list(STATUSES),
            "scheme": list(SCHEMES),
            "benefit": list(BENEFITS),
            "tier": list(TIERS),
            "revenue_line": list(REVENUE_LINES),
            "expenditure_line": list(EXPENDITURE_LINES),
            "kind": ("region", ["region"] * holders.regions + ["pool"] * (holders.count - holders.regions)),
            "pool": ("region", holders.pool_of_each()),
            "region_name": ("region", [unit.name.en for unit in holders.units]),
            "region_name_zh": ("region", [unit.name.zh for unit in holders.units]),
            "ledger_name": ("ledger", [LEDGER_NAMES[ledger] for ledger in assumptions.ledgers]),
            "ledger_name_zh": ("ledger", [AXES["ledger"].member_labels_zh[ledger] for ledger in assumptions.ledgers]),
        }
        if holders.common:
            coordinates["common_pool"] = ("region", holders.common_pool_of_each())
        if not self._with_paths:
            coordinates |= {"sex": list(SEXES), "age": np.arange(101)}
        attributes = {
            "title": assumptions.title.en,
            "title_zh": assumptions.title.zh,
            "set": assumptions.name,
            "set_digest": set_digest,
            "scenario": "baseline",
            "scenario_digest": "",
            "version": __version__,
            "base_year": assumptions.base_year,
            "last_year": assumptions.last_year,
            "synthetic": int(assumptions.synthetic),
            "payable_months_basis": BASIS,
            "flow_timing": float(assumptions["ledger.flow_timing"]),
            "prices": "nominal",
            "command": "",
            "seed": "",
        }
        variables = {name: (axes, np.array(values), words) for name, (axes, values, words) in self._variables.items()}
        return xr.Dataset(variables, coords=coordinates, attrs=attributes)


def _dependency_ratio(members: Array) -> Array:
    """Contributors per retired member (path, region, year), from members by status at the year end."""
    retired = members[..., _RETIRED]
    paying = members[..., _MEMBERS_PAYING].sum(-1)
    result: Array = np.divide(paying, retired, out=np.full_like(paying, np.nan), where=retired > 0)
    return result


LEDGER_NAMES = dict(
    zip(
        LEDGERS,
        (
            "Employee pooled fund",
            "Personal accounts",
            "Resident fund",
            "Critical-illness insurance",
            "Employee large-amount subsidy",
            "Civil servants' subsidy",
            "Medical assistance fund",
            "Long-term care insurance",
            "Adjustment fund",
            "Retained procurement surplus",
        ),
        strict=True,
    )
)
