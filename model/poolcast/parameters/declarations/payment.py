"""Declarations: how providers are paid."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_RYG = ("region", "year", "scheme")
_RYGB = ("region", "year", "scheme", "benefit")
_CLOSED = "option:payment_rule=closure|corridor"
_CAPITATED = (("benefit", ("inpatient", "outpatient", "chronic", "dual_channel", "maternity_care")),)

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "payment.budgeted_share", _RYG, "fraction", 0, 1, Words("Inpatient spending under a budget", "总额预算覆盖比例"),
        Words("Share of inpatient claims paid under a total budget (DRG, DIP or global).", "住院费用中按总额预算(DRG/DIP/总额)支付的比例。"), "source", "4", default=0.9, needed=_CLOSED,
    ),
    Parameter(
        "payment.budget_growth", _RYG, "rate_per_year", -0.3, 0.5, Words("Budget growth", "预算增长率"),
        Words("Growth of the budget before the catch-up.", "追加前的预算增长率。"), "assumption", "4.2", default=0.05, needed=_CLOSED, first_year=1,
    ),
    Parameter(
        "payment.budget_follows_revenue", _RYG, "fraction", 0, 1, Words("Budget follows revenue", "预算随收入增长"),
        Words("Weight of the smaller of revenue growth and claims growth in the growth of the budget; the rest is the declared growth.", "预算增长中取收入增长与费用增长较小者的权重,其余为给定增长率。"), "assumption", "4.2", default=0.0, needed=_CLOSED, first_year=1,
    ),
    Parameter(
        "payment.overspend_softness", _RYG, "fraction", 0, 1, Words("Softness of the budget", "预算软约束系数"),
        Words("Share of claims above the budget that the fund pays after all: 1 is fee for service, 0 a hard cap.", "超预算部分由基金支付的比例:1 等同按项目付费,0 硬约束。"), "assumption", "4", default=0.3, needed="option:payment_rule=closure",
    ),
    Parameter(
        "payment.retained_share", _RYG, "fraction", 0, 1, Words("Retained surplus", "结余留用比例"),
        Words("Share of the unspent budget that providers keep.", "结余由医疗机构留用的比例。"), "assumption", "4.2", default=0.7, needed=_CLOSED,
    ),
    Parameter(
        "payment.retention_threshold", _RYG, "fraction", 0, 1, Words("Threshold of retention", "留用门槛"),
        Words("Ratio of claims to budget above which a surplus may be retained.", "可留用结余的费用预算比下限。"), "assumption", "4.2", default=0.85, needed=_CLOSED,
    ),
    Parameter(
        "payment.overspend_share", _RYG, "fraction", 0, 1, Words("Overspend shared by the fund", "超支分担比例"),
        Words("Share of the overspend within the corridor that the fund pays.", "走廊内超支由基金分担的比例。"), "assumption", "4.2", default=0.6, needed="option:payment_rule=corridor",
    ),
    Parameter(
        "payment.overspend_limit", _RYG, "ratio", 1, 3, Words("Limit of overspend sharing", "超支分担上限"),
        Words("Ratio of claims to budget above which no more overspend is shared.", "不再分担超支的费用预算比。"), "assumption", "4.2", default=1.15, needed="option:payment_rule=corridor",
    ),
    Parameter(
        "payment.catch_up", _RYG, "fraction", 0, 1.9, Words("Catch-up of the budget", "预算追加系数"),
        Words("Share of this year's gap between claims and budget that enters next year's budget.", "当年费用与预算差额计入次年预算的比例。"), "assumption", "4", default=0.5, needed=_CLOSED,
    ),
    Parameter(
        "payment.case_mix_growth", _RYG, "rate_per_year", -0.1, 0.2, Words("Growth of points per case", "例均分值增长率"),
        Words("Growth of points (DIP) or weight (DRG) per case by coding, beyond what patients need; it lowers the point value.", "因编码升级导致的例均分值或权重增长,稀释点值。"), "assumption", "4.4", default=0.0, first_year=1,
    ),
    Parameter(
        "payment.audit_deduction", _RYG, "fraction", 0, 0.3, Words("Audit deduction", "审核扣减比例"),
        Words("Share of medical claims cut by audit.", "审核扣减的医疗费用比例。"), "assumption", "4.1", default=0.0,
    ),
    Parameter(
        "capitation.share", _RYGB, "fraction", 0, 1, Words("Care paid per head", "按人头付费比例"),
        Words("Share of the members whose care of a benefit is paid by an amount per head; 0 pays the claims.", "该项待遇实行按人头付费的参保人比例,0 为按费用支付。"), "assumption", "4.6", default=0.0, between="step", needed_members=_CAPITATED,
    ),
    Parameter(
        "capitation.amount_ratio", _RYG, "ratio", 0, 3, Words("Amount over the payment per head", "人头标准与人均支付之比"),
        Words("Amount per head over the fund's payment per head of the base year.", "人头标准与基年基金人均支付之比。"), "assumption", "4.6", default=1.0, between="step",
    ),
    Parameter(
        "capitation.growth", _RYG, "rate_per_year", -0.3, 0.5, Words("Growth of the amount per head", "人头标准增长率"),
        Words("Declared growth of the amount per head, beside what it follows.", "人头标准的给定增长率,不含随费用和收入增长部分。"), "assumption", "4.6", default=0.0, first_year=1,
    ),
    Parameter(
        "capitation.follows_cost", _RYG, "fraction", 0, 1, Words("Amount follows cost", "人头标准随费用增长"),
        Words("Weight of the expected growth of use and unit cost in the growth of the amount per head.", "人头标准增长中预期利用和单位费用增长的权重。"), "assumption", "4.6", default=1.0, first_year=1,
    ),
    Parameter(
        "capitation.follows_revenue", _RYG, "fraction", 0, 1, Words("Amount follows revenue", "人头标准随收入增长"),
        Words("Weight of the growth of contribution income per member in the growth of the amount per head.", "人头标准增长中人均缴费收入增长的权重。"), "assumption", "4.6", default=0.0, first_year=1,
    ),
    Parameter(
        "capitation.risk_adjustment", _RYG, "fraction", 0, 1, Words("Risk adjustment of the amount", "人头标准风险调整"),
        Words("1 moves the amount with the age and status of the members since the base year, 0 pays for heads alone.", "1 按参保人年龄和身份结构变化调整标准,0 只按人头。"), "assumption", "4.6", default=1.0,
    ),
    Parameter(
        "capitation.out_of_region_deducted", _RYG, "fraction", 0, 1, Words("Out-of-region use deducted", "异地就医从标准中扣除"),
        Words("Share of the payments for stays outside the region that is taken off the amount: the money follows the patient.", "统筹区外住院支付从人头标准中扣除的比例,钱随人走。"), "assumption", "4.6", default=1.0,
    ),
    Parameter(
        "capitation.retained_share", _RYG, "fraction", 0, 1, Words("Surplus of the amount that providers keep", "人头结余留用比例"),
        Words("Share of the surplus of the amount over claims that providers keep, within the quality gate.", "人头标准结余在质量门槛内由医疗机构留用的比例。"), "assumption", "4.6", default=1.0,
    ),
    Parameter(
        "capitation.quality_gate", _RYG, "fraction", 0, 1, Words("Quality gate of the surplus", "结余留用质量门槛"),
        Words("Ratio of claims to the amount below which more surplus counts as care withheld and goes back to the fund.", "费用与人头标准之比低于此值的结余视为服务不足,退回基金。"), "assumption", "4.6", default=0.85,
    ),
    Parameter(
        "capitation.overspend_share", _RYG, "fraction", 0, 1, Words("Overspend of the amount borne by the fund", "人头超支基金分担比例"),
        Words("Share of the claims above the amount that the fund pays.", "超出人头标准的费用由基金分担的比例。"), "assumption", "4.6", default=0.6,
    ),
    Parameter(
        "prepayment.months", _RYG, "months", 0, 6, Words("Prepaid months", "预付月数"),
        Words("Months of fund payments advanced to providers when the tests are passed; an asset, not expenditure.", "通过测试后向医疗机构预付的月数,为资产而非支出。"), "source", "4", default=0.0, between="step",
    ),
    Parameter(
        "prepayment.minimum_months", ("scheme",), "months", 0, 60, Words("Months needed for prepayment", "预付所需可支付月数"),
        Words("Payable months at the last year end from which prepayment is allowed.", "允许预付的上年末可支付月数。"), "source", "4", default=12.0,
    ),
    Parameter(
        "settlement.days_faster", _RYG, "days", 0, 250, Words("Days of faster settlement", "结算提速天数"),
        Words("Working days by which providers are settled sooner than in the base year; it moves cash, not expenditure.", "较基年提前结算的工作日数,影响现金不影响支出。"), "assumption", "4", default=0.0, between="step", layer="ledger",
    ),
    Parameter(
        "price_trigger.increase", _RYG, "fraction", 0, 0.2, Words("Triggered price rise", "触发式调价幅度"),
        Words("Rise of the price of care in each year after one that ended above the months of the trigger; zero for none.", "上年末可支付月数超过触发值时当年调价幅度,0 为不启用。"), "assumption", "8.3", default=0.0, between="step", layer="ledger",
    ),
    Parameter(
        "price_trigger.minimum_months", (), "months", 0, 60, Words("Months of the price trigger", "调价触发月数"),
        Words("Payable months at the last year end above which prices are raised.", "触发调价的上年末可支付月数。"), "assumption", "8.3", default=9.0, layer="ledger",
    ),
    Parameter(
        "procurement.saving_share", _RYG, "fraction", 0, 0.5, Words("Procurement saving", "集采节约比例"),
        Words("Saving by volume-based procurement as a share of inpatient and chronic claims.", "集采节约占住院和慢特病费用的比例。"), "assumption", "4.8", default=0.0, needed="ledger:VBPR",
    ),
    Parameter(
        "procurement.retention_rate", _RYG, "fraction", 0, 1, Words("Retained procurement saving", "集采结余留用比例"),
        Words("Share of the saving that hospitals keep; paid out in the next year.", "集采节约中医院留用比例,次年拨付。"), "source_unverified", "4.8", default=0.5, needed="ledger:VBPR",
    ),
)
