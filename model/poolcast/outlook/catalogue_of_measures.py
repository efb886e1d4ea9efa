"""The catalogue of measures: what can be read from a forecast, each declared once with its unit and its basis.

Names are those of conditions, comparisons, files and pages. Nothing heavy is imported before a measure is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

if TYPE_CHECKING:
    import xarray as xr

Unit = Literal["yuan", "months", "month", "year", "fraction", "ratio", "persons"]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class Measure:
    """Something that can be read from a forecast.

    Parameters
    ----------
    name : str
        Name in conditions, comparisons and files.
    unit : str
        Unit; money follows the prices asked for, except present values, which are yuan of the base year end.
    label : Words
        Words for readers.
    basis : Words
        On what it rests, in one sentence.
    place : str
        ``module.function`` inside `poolcast.outlook`, or ``variable.name`` for a variable of the forecast.
    better : {"higher", "lower", "neither"}
        Which way a planner would have it; ranks start there, and with the highest where neither is better.
    takes_horizon : bool
        Whether it speaks of the first N years after the base year.
    per_head : bool
        Whether it is an amount per head, which is never stated as a share of GDP.
    by_cohort : bool
        Whether it can speak of one birth cohort; it then needs a forecast with the money by age.
    """

    name: str
    unit: Unit
    label: Words
    basis: Words
    place: str
    better: Better = "neither"
    takes_horizon: bool = False
    per_head: bool = False
    by_cohort: bool = False

    @property
    def is_flow_of_money(self) -> bool:
        """Whether it is money of a year, and so follows the prices asked for."""
        return self.unit == "yuan" and not self.takes_horizon

    @property
    def function(self) -> Callable[..., xr.DataArray]:
        """The function forecast -> values with axes among path, year, region and ledger."""
        home, _, name = self.place.partition(".")
        if home == "variable":
            return lambda forecast: forecast[name]
        found: Callable[..., xr.DataArray] = getattr(import_module(f"poolcast.outlook.{home}"), name)
        return found

    def read(self, forecast: xr.Dataset, horizon: int | None = None, cohort: int | None = None) -> xr.DataArray:
        """Return the measure of a forecast.

        Parameters
        ----------
        forecast : xarray.Dataset
            A forecast.
        horizon : int, optional
            Years after the base year, for measures that speak of a horizon; the whole projection by default.
        cohort : int, optional
            Birth year, for measures of birth cohorts; all cohorts together by default.

        Raises
        ------
        ResultError
            Where the forecast does not hold what the measure needs, or horizon or cohort do not fit.
        """
        if self.by_cohort:
            return self.function(forecast, horizon, cohort)
        if cohort is not None:
            found = f"a cohort for {self.name}"
            raise ResultError(Problem("measure", found, "no cohort", f"{self.name} has none; leave it out."))
        if self.takes_horizon:
            return self.function(forecast, horizon)
        if horizon is not None:
            found = f"a horizon for {self.name}"
            raise ResultError(Problem("measure", found, "no horizon", f"{self.name} has none; leave it out."))
        return self.function(forecast)


def _ledger_variable(
    name: str, unit: Unit, en: str, zh: str, basis_en: str, basis_zh: str, better: Better = "neither"
) -> Measure:
    return Measure(name, unit, Words(en, zh), Words(basis_en, basis_zh), f"variable.{name}", better)


_DEFICIT = "First projected year; interest and subsidy {} the balance; empty: not within the horizon."
_PRESENT = "Nominal flows at the ledger's interest rate, mid-year, valued at the end of the base year"
_PRESENT_ZH = "名义现金流按本基金利率年中折现至基年末"
_BILLS = "Bills of care, long-term care inside; EPF: employee scheme, RPF: residents; accounts count as the person's."
_BILLS_ZH = "按医疗费用（含长期护理）；EPF 为职工、RPF 为居民；个人账户计入个人负担。"
_BASE = "Share of contributory bases (EPF) or of residents' disposable income (RPF)"
_BASE_ZH = "占缴费基数（EPF）或居民可支配收入（RPF）的比例"

_COHORT = (
    "Present values, mid-year at the fund's interest rate, at the end of the base year, from the year after it to the "
    "horizon and ages up to 99; pooled funds with credits to accounts; own account payments on neither side"
)
_COHORT_ZH = (
    "自基年次年至期末、99 岁及以下，按基金利率年中折现至基年末；统筹基金（含划入个人账户），个人账户缴费两边均不计"
)

_DECLARED: tuple[Measure, ...] = (
    _ledger_variable(
        "revenue", "yuan", "Revenue", "收入", "As the accounts print it: interest and subsidy inside.",
        "按决算口径，含利息和财政补贴。", "higher",
    ),
    _ledger_variable(
        "expenditure", "yuan", "Expenditure", "支出", "As the accounts print it: transfers inside.",
        "按决算口径，含转移支出。", "lower",
    ),
    _ledger_variable(
        "balance", "yuan", "Balance", "当期结余", "Revenue less expenditure, interest and subsidy inside.",
        "收入减支出，含利息和财政补贴。", "higher",
    ),
    _ledger_variable(
        "interest", "yuan", "Interest", "利息收入", "On the opening reserve, and on the balance for part of the year.",
        "期初结余计息，当期结余按时间权重计息。",
    ),
    _ledger_variable(
        "revenue_before_interest", "yuan", "Revenue before interest", "不含利息收入", "Revenue less interest.",
        "收入减利息。", "higher",
    ),
    _ledger_variable(
        "balance_before_interest", "yuan", "Balance before interest", "不含利息当期结余", "Balance less interest.",
        "当期结余减利息。", "higher",
    ),
    _ledger_variable(
        "reserve", "yuan", "Reserve", "累计结余", "Stock at 31 December.", "12 月 31 日存量。", "higher",
    ),
    _ledger_variable(
        "payable_months", "months", "Payable months", "可支付月数",
        "Reserve over monthly expenditure of the same year.",
        "累计结余除以当年月均支出。", "higher",
    ),
    Measure(
        "payable_months_forward", "months", Words("Payable months, next year's spending", "可支付月数（次年支出口径）"),
        Words(
            "Reserve over monthly expenditure of the following year; undefined in the last year.",
            "累计结余除以次年月均支出；末年无此值。",
        ),
        "measures.payable_months_forward", "higher",
    ),
    Measure(
        "income_cover", "fraction", Words("Spending covered by income before interest", "不含利息收入可支付的支出比例"),
        Words("Revenue before interest over expenditure.", "不含利息收入除以支出。"), "measures.income_cover", "higher",
    ),
    Measure(
        "first_deficit", "year", Words("First deficit", "首次收不抵支"),
        Words(_DEFICIT.format("inside"), "首个预测年份，结余含利息和补贴；空：预测期内不会。"),
        "measures.first_deficit", "higher",
    ),
    Measure(
        "first_deficit_before_interest", "year", Words("First deficit before interest", "首次收不抵支（不含利息）"),
        Words(_DEFICIT.format("outside").replace("interest and subsidy", "interest"), "首个预测年份，结余不含利息。"),
        "measures.first_deficit_before_interest", "higher",
    ),
    Measure(
        "exhaustion", "year", Words("Reserve exhausted in", "结余耗尽年份"),
        Words("First projected year that ends with a negative reserve.", "首个年末累计结余为负的年份。"),
        "measures.exhaustion", "higher",
    ),
    Measure(
        "exhaustion_month", "month", Words("Month of exhaustion", "结余耗尽月份"),
        Words("On a straight line between the two year ends.", "两个年末之间按直线内插。"), "measures.exhaustion_month",
    ),
    Measure(
        "dependency_ratio", "ratio", Words("Contributors per retiree", "每位退休者对应的缴费人数"),
        Words("Members at 31 December: contributing over retired.", "年末缴费人数除以退休人数。"),
        "variable.dependency_ratio", "higher",
    ),
    Measure(
        "cost_rate", "fraction", Words("Cost rate", "成本率"), Words(f"Expenditure. {_BASE}.", f"支出{_BASE_ZH}。"),
        "actuarial_measures.cost_rate", "lower",
    ),
    Measure(
        "income_rate", "fraction", Words("Income rate", "收入率"),
        Words(f"Revenue before interest. {_BASE}.", f"不含利息收入{_BASE_ZH}。"), "actuarial_measures.income_rate",
        "higher",
    ),
    Measure(
        "balance_rate", "fraction", Words("Balance rate", "结余率"),
        Words(f"Balance before interest. {_BASE}.", f"不含利息当期结余{_BASE_ZH}。"), "actuarial_measures.balance_rate",
        "higher",
    ),
    Measure(
        "actuarial_balance", "fraction", Words("Actuarial balance", "精算平衡"),
        Words(
            f"{_PRESENT}; opening reserve in income, nine months of reserve at the end in cost. {_BASE}.",
            f"{_PRESENT_ZH}；期初结余计入收入，期末九个月储备计入支出；{_BASE_ZH}。",
        ),
        "actuarial_measures.actuarial_balance", "higher", takes_horizon=True,
    ),
    Measure(
        "summarised_income_rate", "fraction", Words("Summarised income rate", "综合收入率"),
        Words(f"{_PRESENT}; opening reserve inside. {_BASE}.", f"{_PRESENT_ZH}，含期初结余；{_BASE_ZH}。"),
        "actuarial_measures.summarised_income_rate", "higher", takes_horizon=True,
    ),
    Measure(
        "summarised_cost_rate", "fraction", Words("Summarised cost rate", "综合成本率"),
        Words(
            f"{_PRESENT}; nine months of reserve at the end inside. {_BASE}.",
            f"{_PRESENT_ZH}，含期末九个月储备；{_BASE_ZH}。",
        ),
        "actuarial_measures.summarised_cost_rate", "lower", takes_horizon=True,
    ),
    Measure(
        "level_rate_change", "fraction",
        Words("Level change of the rate for nine months", "期末九个月储备所需费率变动"),
        Words(
            f"From the year after the base year; each point brings a point of the base. {_BASE}.",
            f"自基年次年起，每个百分点按基数足额到账；{_BASE_ZH}。",
        ),
        "actuarial_measures.level_rate_change", "lower", takes_horizon=True,
    ),
    Measure(
        "implicit_gap", "yuan", Words("Implicit gap", "隐性缺口"),
        Words(f"{_PRESENT}: yearly deficits before interest.", f"{_PRESENT_ZH}：各年不含利息赤字之和。"),
        "actuarial_measures.implicit_gap", "lower", takes_horizon=True,
    ),
    Measure(
        "benefit_contribution_ratio", "ratio",
        Words("Benefits to contributions of a birth cohort", "出生队列待遇与缴费之比"),
        Words(f"{_COHORT}. Contributions of members and employers.", f"{_COHORT_ZH}；缴费为个人和单位缴费。"),
        "birth_cohorts.benefit_contribution_ratio", takes_horizon=True, by_cohort=True,
    ),
    Measure(
        "benefit_contribution_ratio_with_subsidy", "ratio",
        Words("Benefits to contributions and subsidy of a birth cohort", "出生队列待遇与缴费及补助之比"),
        Words(f"{_COHORT}. Contributions and subsidy by head.", f"{_COHORT_ZH}；含按人头的财政补助和资助参保。"),
        "birth_cohorts.benefit_contribution_ratio_with_subsidy", takes_horizon=True, by_cohort=True,
    ),
    Measure(
        "benefit_contribution_ratio_of_all", "ratio",
        Words("Benefits to contributions of a birth cohort, both schemes", "出生队列待遇与缴费之比（两制度合计）"),
        Words(f"{_COHORT}. Both schemes, without subsidy.", f"{_COHORT_ZH}；两个制度合计，不含补助。"),
        "birth_cohorts.benefit_contribution_ratio_of_all", takes_horizon=True, by_cohort=True,
    ),
    Measure(
        "benefit_contribution_ratio_of_all_with_subsidy", "ratio",
        Words(
            "Benefits to contributions and subsidy of a birth cohort, both schemes",
            "出生队列待遇与缴费及补助之比（两制度合计）",
        ),
        Words(f"{_COHORT}. Both schemes, with subsidy by head.", f"{_COHORT_ZH}；两个制度合计，含按人头的补助。"),
        "birth_cohorts.benefit_contribution_ratio_of_all_with_subsidy", takes_horizon=True, by_cohort=True,
    ),
    Measure(
        "out_of_pocket_share", "fraction", Words("Out-of-pocket share", "个人负担比例"), Words(_BILLS, _BILLS_ZH),
        "burden.out_of_pocket_share", "lower",
    ),
    Measure(
        "out_of_pocket_share_of_all", "fraction", Words("Out-of-pocket share, all members", "全体参保人个人负担比例"),
        Words("Bills of care of both schemes; accounts count as the person's.", "两个制度合计；个人账户计入个人负担。"),
        "burden.out_of_pocket_share_of_all", "lower",
    ),
    Measure(
        "out_of_pocket_per_member", "yuan", Words("Out of pocket per member", "人均个人负担"),
        Words(f"Per average member and year. {_BILLS}", f"按平均参保人数。{_BILLS_ZH}"),
        "burden.out_of_pocket_per_member", "lower", per_head=True,
    ),
    Measure(
        "cash_share", "fraction", Words("Cash share", "现金负担比例"),
        Words(
            "Own payments less what accounts pay of in-policy bills, shared out pro rata; out of catalogue is cash.",
            "个人负担扣除个人账户支付的政策范围内自付，按比例分摊；目录外为现金。",
        ),
        "burden.cash_share", "lower",
    ),
    Measure(
        "actual_reimbursement_ratio", "fraction", Words("Actual reimbursement ratio", "实际报销比例"),
        Words(
            "Ratio (c): pooled fund, second layers, assistance and long-term care insurance over the bills.",
            "统筹基金、大病和补助、医疗救助、长护险支付合计占医疗总费用。",
        ),
        "burden.actual_reimbursement_ratio", "higher",
    ),
    Measure(
        "in_policy_payment_ratio", "fraction", Words("In-policy payment ratio", "政策范围内支付比例"),
        Words(
            "Ratio (b): pooled fund over in-policy bills, all basic benefits.",
            "统筹基金支付占政策范围内费用，各项基本待遇。",
        ),
        "burden.in_policy_payment_ratio", "higher",
    ),
    Measure(
        "inpatient_payment_ratio", "fraction", Words("In-policy payment ratio, inpatient", "住院政策范围内支付比例"),
        Words("Ratio (b): pooled fund over in-policy inpatient bills.", "统筹基金支付占住院政策范围内费用。"),
        "burden.inpatient_payment_ratio", "higher",
    ),
    Measure(
        "point_value", "ratio", Words("Point value index", "点值指数"),
        Words(
            "Settled inpatient amount (fund and patients) per point (DIP) or weight (DRG), base year 1; points are "
            "in-policy bills at the unit cost of the base year, times coding.",
            "每分值(DIP)或权重(DRG)的住院结算额（基金与个人），基年为 1；分值按基年单位费用并计入编码升级。",
        ),
        "burden.point_value",
    ),
    Measure(
        "provider_deficit", "yuan", Words("Borne by providers", "医疗机构承担"),
        Words(
            "Claims that audit and budgets leave unpaid; negative: a surplus.", "审核和预算未付部分；负数为结余留用。"
        ),
        "burden.provider_deficit", "lower",
    ),
    Measure(
        "subsidy", "yuan", Words("Fiscal subsidy", "财政补贴"),
        Words(
            "Lines R2.1 to R2.5; the need of MAF and CSS. Premium aid is inside MAF too.",
            "科目 R2.1 至 R2.5；医疗救助和公务员补助为全部所需。",
        ),
        "burden.subsidy", "lower",
    ),
    Measure(
        "subsidy_central", "yuan", Words("Subsidy of the central government", "中央财政补助"),
        Words("Line R2.1.", "科目 R2.1。"), "burden.subsidy_central", "lower",
    ),
    Measure(
        "subsidy_provincial", "yuan", Words("Subsidy of the province", "省级财政补助"),
        Words("Line R2.2.", "科目 R2.2。"), "burden.subsidy_provincial", "lower",
    ),
    Measure(
        "subsidy_local", "yuan", Words("Subsidy of city and county", "市县财政补助"),
        Words("Line R2.3.", "科目 R2.3。"), "burden.subsidy_local", "lower",
    ),
    Measure(
        "premium_aid", "yuan", Words("Premium aid from medical assistance", "医疗救助资助参保"),
        Words("Line R2.4.", "科目 R2.4。"), "burden.premium_aid", "lower",
    ),
    Measure(
        "subsidy_other", "yuan", Words("Other fiscal subsidy", "其他财政补贴"),
        Words("Line R2.5; the whole need of MAF and CSS.", "科目 R2.5；医疗救助和公务员补助为全部所需。"),
        "burden.subsidy_other", "lower",
    ),
    Measure(
        "equity_between_schemes", "ratio",
        Words("Reimbursement of residents to employees", "居民与职工实际报销比例之比"),
        Words(
            "Actual reimbursement ratio of residents over that of employees.", "居民实际报销比例除以职工实际报销比例。"
        ),
        "burden.equity_between_schemes", "higher",
    ),
    Measure(
        "equity_between_regions", "ratio", Words("Spread of reimbursement between regions", "区域间实际报销比例离散度"),
        Words(
            "Coefficient of variation of the actual reimbursement ratio, weighted by members.",
            "实际报销比例的变异系数，按参保人数加权。",
        ),
        "burden.equity_between_regions", "lower",
    ),
    Measure(
        "members", "persons", Words("Members at 31 December", "年末参保人数"),
        Words("EPF: employee scheme, RPF: residents.", "EPF 为职工，RPF 为居民。"), "burden.insured",
    ),
    Measure(
        "population", "persons", Words("Population", "人口"), Words("At 31 December.", "12 月 31 日。"),
        "variable.population",
    ),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _DECLARED}
"""Every measure by name, in the order in which lists and tables show them."""

HEADLINE = (
    "revenue",
    "expenditure",
    "balance",
    "reserve",
    "payable_months",
    "first_deficit",
    "first_deficit_before_interest",
    "exhaustion",
    "dependency_ratio",
    "actuarial_balance",
    "implicit_gap",
    "out_of_pocket_share",
    "out_of_pocket_per_member",
    "actual_reimbursement_ratio",
    "provider_deficit",
    "subsidy",
)
"""What a comparison shows unless it is asked for something else."""


def chosen_measures(names: Sequence[str] | None, *, by_age: bool = True) -> tuple[Measure, ...]:
    """Return measures by name; the headline for none, every one for ``all``.

    Parameters
    ----------
    names : sequence of str or None
        What was asked for.
    by_age : bool
        Whether the money by age is at hand; ``all`` leaves out what needs it where it is not.

    Raises
    ------
    ResultError
        With every unknown name and the nearest valid one.
    """
    if not names:
        names = HEADLINE
    if "all" in names:
        names = tuple(name for name, measure in MEASURES.items() if by_age or not measure.by_cohort)
    problems = [
        Problem("measure", name, ", ".join(MEASURES), did_you_mean(name, MEASURES) or "See `poolcast list measures`.")
        for name in names
        if name not in MEASURES
    ]
    if problems:
        raise ResultError(problems)
    return tuple(MEASURES[name] for name in dict.fromkeys(names))
