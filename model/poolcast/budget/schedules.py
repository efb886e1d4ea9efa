"""Supporting schedules S1-S5, S7 and S8 of the budget statement (handbook 5.2), each figure with its trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.assumption_schedule import assumption_schedule
from poolcast.budget.provider_budget import ProviderBudgets
from poolcast.budget.provider_claims import METHODS
from poolcast.budget.schedule import RELATIVE_CHANGE, Schedule, ScheduleColumn, ScheduleRow, YearColumns
from poolcast.budget.statement import Statement
from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.axes import AXES, EMPLOYEE_STATUSES, INSURED_STATUSES, RESIDENT_STATUSES, positions
from poolcast.parameters.declaration import Words
from poolcast.projection.engine import Projection

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

TITLES: Mapping[str, Words] = {
    "S1": Words("Participants by status", "参保人数(分身份)"),
    "S2": Words("Bases and collection", "缴费基数与征缴"),
    "S3": Words("Use and cost of care", "就医利用与费用"),
    "S4": Words("Budget of providers by payment method", "医药机构预算(分支付方式)"),
    "S5": Words("Care outside the region", "异地就医"),
    "S6": Words("Monthly phasing", "分月预算"),
    "S7": Words("Assumptions and their evidence", "假设及依据"),
    "S8": Words("Budget, forecast outcome and final accounts", "预算、预计执行与决算对照"),
}
"""S6 is made by the monthly part of the budget."""

_STATUSES_OF = {"employee": EMPLOYEE_STATUSES, "resident": RESIDENT_STATUSES}
_OF_ALLOTMENT: Mapping[str, Words] = {
    "revenue": Words("Revenue of the fund", "基金收入"),
    "planned_surplus": Words("Planned surplus", "计划结余"),
    "not_to_providers": Words("Not paid to providers", "非医药机构支出"),
    "out_of_region": Words("Care outside the region", "异地就医"),
    "individual": Words("Payments to individuals", "零星(手工)报销"),
    "risk_share": Words("Risk share held back", "风险调剂金"),
    "available": Words("Available to providers in the region", "统筹区内医药机构可用资金"),
    "short": Words("Wanted and not available", "资金缺口"),
    "left": Words("Available and not allotted", "未分配资金"),
}


@dataclass(frozen=True)
class ScheduleMaker:
    """Makes the schedules of regions and pools from one run.

    Parameters
    ----------
    projection : Projection
    forecast : xarray.Dataset
        The same run, labelled.
    providers : ProviderBudgets or None
        None where the set does not hold what they rest on.
    """

    projection: Projection = field(repr=False)
    forecast: xr.Dataset = field(repr=False)
    providers: ProviderBudgets | None = field(repr=False)

    def all_of(self, statement: Statement) -> dict[str, Schedule]:
        """Return the schedules of a region or pool by code; S6 is left out."""
        years = tuple(map(int, self.forecast.year.values))
        shown = YearColumns(tuple(one for one in statement.columns if one.key != "budget"), years)
        region = statement.region
        made = {
            "S1": list(self._participants(region, shown)),
            "S2": list(self._collection(region, shown)),
            "S3": list(self._use(region, shown)),
            "S4": list(self._providers(statement, shown)),
            "S5": list(self._elsewhere(region, shown)),
        }
        found = {code: Schedule(code, TITLES[code], region, shown.labels, tuple(rows)) for code, rows in made.items()}
        assumptions = self.projection.assumptions
        found["S7"] = assumption_schedule(assumptions, statement, TITLES["S7"])
        found["S8"] = _reconciliation(statement)
        return found

    def _of(self, array: xr.DataArray, region: str, benefit: str = "") -> Array:
        """Return a variable of the forecast by year; a pool has the sum of its regions."""
        filled = with_pools(self.forecast, array)
        chosen = filled.sel(region=region, benefit=benefit) if benefit else filled.sel(region=region)
        values: Array = chosen.transpose("year", ...).values
        return values

    def _participants(self, region: str, shown: YearColumns) -> Iterator[ScheduleRow]:
        """S1: members by status, at the year end and on average."""
        labels = AXES["status"].member_labels_zh
        insured = positions("status", INSURED_STATUSES)
        for name, words in (
            ("members", Words("Members at the year end", "年末参保人数")),
            ("average_members", Words("Average members", "平均参保人数")),
        ):
            values = self._of(self.forecast[name], region)
            yield shown.row(name, words, values[:, insured].sum(-1), "persons", name)
            for status, number in zip(INSURED_STATUSES, insured, strict=True):
                label = Words(status.replace("_", " ").capitalize(), labels[status])
                trace = f"{name}(status={status})"
                yield shown.row(f"{name}/{status}", label, values[:, number], "persons", trace, 1)
        members = self._of(self.forecast.members, region)
        paying = members[:, positions("status", ("active", "flexible", "unemployed", "paying_past_retirement"))].sum(-1)
        ratio = _ratio(paying, members[:, positions("status", ("retired",))].sum(-1))
        words = Words("Contributing over retired members", "抚养比")
        yield shown.row("dependency_ratio", words, ratio, "ratio", "members")

    def _collection(self, region: str, shown: YearColumns) -> Iterator[ScheduleRow]:
        """S2: what is due, collected and outstanding of units, and bases and premiums per member."""
        money, holders = self.projection.money, self.projection.holders
        place = [unit.code for unit in holders.units].index(region)
        paid = money.contributions

        def of(values: Array) -> Array:
            result: Array = holders.total(np.broadcast_to(values, paid.arrears.shape))[0, place]
            return result

        collection = money.assumptions.from_year("revenue.collection_rate", money.assumptions.base_year)
        due = of(np.divide(paid.units, collection[None], out=np.zeros_like(paid.units), where=collection[None] > 0))
        collected, arrears = of(paid.units), of(paid.arrears)
        average = self._of(self.forecast.average_members, region)
        active, flexible, paying = (
            average[:, positions("status", (name,))[0]] for name in ("active", "flexible", "paying_past_retirement")
        )
        rows: tuple[tuple[str, Words, Array, str, str], ...] = (
            (
                "unit_base",
                Words("Contribution base of units", "单位缴费基数总额"),
                of(paid.unit_payroll),
                "yuan",
                "contributions",
            ),
            (
                "unit_base_per_member",
                Words("Base per active member", "在职人均缴费基数"),
                _ratio(of(paid.unit_payroll), active),
                "yuan",
                "contributions, average_members",
            ),
            ("due", Words("Contributions of units due", "单位应缴"), due, "yuan", "R1.1 / revenue.collection_rate"),
            ("collected", Words("Contributions of units collected", "单位实缴"), collected, "yuan", "contributions"),
            (
                "collection_rate",
                Words("Collection rate of units", "单位征缴率"),
                _ratio(collected, due),
                "fraction",
                "revenue.collection_rate",
            ),
            ("recovered", Words("Arrears recovered", "清缴欠费"), of(paid.arrears_recovered), "yuan", "R1.5"),
            ("arrears", Words("Arrears at the year end", "年末欠费"), arrears, "yuan", "arrears"),
            (
                "arrears_over_due",
                Words("Arrears over what was due", "欠费占应缴比例"),
                _ratio(arrears, due),
                "fraction",
                "arrears, due",
            ),
            (
                "flexible_base",
                Words("Base of flexible workers", "灵活就业缴费基数总额"),
                of(paid.flexible_payroll),
                "yuan",
                "contributions",
            ),
            (
                "flexible_base_per_member",
                Words("Base per flexible worker", "灵活就业人均缴费基数"),
                _ratio(of(paid.flexible_payroll), flexible + paying),
                "yuan",
                "contributions, average_members",
            ),
        )
        for row in rows:
            yield shown.row(*row)
        if "RPF" in self.forecast.ledger.values:
            yield from self._resident_financing(region, shown)

    def _resident_financing(self, region: str, shown: YearColumns) -> Iterator[ScheduleRow]:
        lines = self.forecast.revenue_by_line.sel(region=region, ledger="RPF").transpose("year", "revenue_line")
        heads = self._of(self.forecast.members, region)[:, positions("status", RESIDENT_STATUSES)].sum(-1)
        for key, words, codes in (
            (
                "premium_per_head",
                Words("Personal premium per resident, aid inside", "居民人均个人缴费(含资助)"),
                ["R1.4", "R2.4"],
            ),
            ("subsidy_per_head", Words("Subsidy per resident", "居民人均财政补助"), ["R2.1", "R2.2", "R2.3"]),
        ):
            received = lines.sel(revenue_line=codes).values.sum(-1)
            yield shown.row(key, words, _ratio(received, heads), "yuan", f"{', '.join(codes)}, members")

    def _use(self, region: str, shown: YearColumns) -> Iterator[ScheduleRow]:
        """S3: services per member, cost per service, and what the pooled fund pays of it."""
        average = self._of(self.forecast.average_members, region)
        benefits = AXES["benefit"].member_labels_zh
        for scheme, statuses in _STATUSES_OF.items():
            of_scheme = positions("status", statuses)
            heads = average[:, of_scheme].sum(-1)
            scheme_zh = AXES["scheme"].member_labels_zh[scheme]
            for benefit in ("inpatient", "outpatient", "chronic", "dual_channel"):
                services, bills, policy, paid = (
                    self._of(self.forecast[name], region, benefit=benefit)[:, of_scheme].sum(-1)
                    for name in ("services", "bills", "in_policy_bills", "fund_payments")
                )
                if not np.any(services):
                    continue
                key = f"{scheme}/{benefit}"
                words = Words(f"{scheme} {benefit}".replace("_", " ").capitalize(), f"{scheme_zh}{benefits[benefit]}")
                place = f"(scheme={scheme}, benefit={benefit})"
                if benefit == "inpatient":
                    yield shown.row(f"{key}/services", words, services, "services", f"services{place}")
                    label = Words("Admissions per average member", "住院率(按平均参保人数)")
                    use = _ratio(services, heads)
                    yield shown.row(f"{key}/use", label, use, "ratio", f"services, average_members{place}", 1)
                    cost = Words("Bill per admission", "次均住院费用")
                else:
                    yield shown.row(f"{key}/bills", words, bills, "yuan", f"bills{place}")
                    cost = Words("Bill per member and year", "人均年费用")
                ratio, policy_ratio = _ratio(paid, bills), _ratio(paid, policy)
                yield shown.row(f"{key}/cost", cost, _ratio(bills, services), "yuan", f"bills, services{place}", 1)
                label = Words("Fund share of the bill", "实际报销比例")
                yield shown.row(f"{key}/payment_ratio", label, ratio, "fraction", f"fund_payments, bills{place}", 1)
                label = Words("Fund share of the in-policy bill", "政策范围内报销比例")
                trace = f"fund_payments, in_policy_bills{place}"
                yield shown.row(f"{key}/policy_ratio", label, policy_ratio, "fraction", trace, 1)

    def _providers(self, statement: Statement, shown: YearColumns) -> Iterator[ScheduleRow]:
        """S4: from revenue to the blocks of providers, their settlement, and prices of points."""
        providers = self.providers
        if providers is None:
            return
        place = providers.regions.index(statement.region)
        for number, ledger in enumerate(providers.ledgers):
            if ledger not in statement.ledgers:
                continue
            one = providers.allotment
            for name, words in _OF_ALLOTMENT.items():
                values = getattr(one, name)[place, :, number]
                yield shown.row(f"{ledger}/{name}", words, values, "yuan", f"provider_budgets({ledger})")
            for method, (key, words) in enumerate(METHODS.items()):
                budget, settled = one.blocks[method, place, :, number], providers.settled[method, place, :, number]
                if np.any(np.nan_to_num(budget)):
                    yield shown.row(f"{ledger}/{key}", words, budget, "yuan", f"provider_budgets({ledger})", 1)
                    label = Words("Settlement at the year end", "年终清算预计")
                    yield shown.row(f"{ledger}/{key}/settled", label, settled, "yuan", f"provider_budgets({ledger})", 2)
            for method, key in ((0, "drg"), (1, "dip")):
                where = (method, place, slice(None), number)
                price = _ratio(one.blocks[where] + providers.own_share[where], providers.points[where])
                if np.isfinite(price).any():
                    words = (
                        Words("Base rate (DRG)", "DRG费率") if key == "drg" else Words("Point value (DIP)", "DIP点值")
                    )
                    yield shown.row(f"{ledger}/{key}/price", words, price, "yuan", f"provider_budgets({ledger})", 1)

    def _elsewhere(self, region: str, shown: YearColumns) -> Iterator[ScheduleRow]:
        """S5: inpatient care outside the region."""
        for scheme, statuses in _STATUSES_OF.items():
            by_tier = self._of(self.forecast.inpatient_payments, region)[:, positions("status", statuses)].sum(1)
            words = AXES["scheme"].member_labels_zh[scheme]
            label = Words(f"{scheme.capitalize()} inpatient payments outside", f"{words}异地住院基金支付")
            outside = by_tier[:, -1]
            trace = f"inpatient_payments(scheme={scheme}, tier=out_of_region)"
            yield shown.row(f"{scheme}/outside", label, outside, "yuan", trace)
            share = Words("Share of inpatient payments", "占住院支付比例")
            yield shown.row(f"{scheme}/share", share, _ratio(outside, by_tier.sum(-1)), "fraction", trace, 1)


def _reconciliation(statement: Statement) -> Schedule:
    """S8: the running year's approved budget against its forecast outcome, beside the last final accounts."""
    columns = (
        ScheduleColumn("final", Words("Final accounts of the last closed year", "上年决算")),
        ScheduleColumn("budget", Words("Approved budget", "本年批复预算")),
        ScheduleColumn("outlook", Words("Forecast outcome", "本年预计执行")),
        ScheduleColumn("deviation", Words("Forecast outcome less budget", "预计执行与预算差额")),
        ScheduleColumn("relative_deviation", RELATIVE_CHANGE, "fraction"),
    )
    rows = []
    for ledger in statement.ledgers:
        for line in statement.lines_of(ledger):
            final, budget, outlook = (
                statement.value(line.code, ledger, key) if statement.has(key) else np.nan
                for key in ("outcome", "budget", "outlook")
            )
            apart = outlook - budget
            relative = apart / abs(budget) if budget else np.nan
            values = (final, budget, outlook, apart, relative)
            trace = f"statement {ledger} {line.code}"
            rows.append(ScheduleRow(f"{ledger}/{line.code}", line.label, values, line.unit, line.level, trace))
    return Schedule("S8", TITLES["S8"], statement.region, columns, tuple(rows))


def _ratio(part: Array, whole: Array) -> Array:
    result: Array = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.nan_to_num(whole) > 0)
    return result


__all__ = ["TITLES", "ScheduleMaker"]
