"""Words of the groups into which the parameters fall, in the order of the handbook."""

from __future__ import annotations

from poolcast.parameters.declaration import Words

GROUPS: dict[str, Words] = {
    "population": Words("Population", "人口"),
    "health": Words("Health", "健康"),
    "coverage": Words("Coverage and status", "参保与状态"),
    "retirement": Words("Retirement age", "退休年龄"),
    "economy": Words("Wages, prices and incomes", "工资、价格与收入"),
    "revenue": Words("Contributions of employees", "职工缴费"),
    "resident": Words("Financing of residents", "居民筹资"),
    "utilisation": Words("Use of care", "利用率"),
    "cost": Words("Cost of care", "费用"),
    "behaviour": Words("Behavioural response", "行为反应"),
    "benefits": Words("Benefits in general", "待遇通则"),
    "inpatient": Words("Inpatient care", "住院"),
    "outpatient": Words("Outpatient care", "普通门诊"),
    "chronic": Words("Chronic outpatient care", "门诊慢特病"),
    "dual_channel": Words("Dual-channel drugs", "双通道药品"),
    "maternity": Words("Maternity", "生育"),
    "critical_illness": Words("Critical-illness insurance", "大病保险"),
    "long_term_care": Words("Long-term care insurance", "长期护理保险"),
    "assistance": Words("Medical assistance", "医疗救助"),
    "large_amount": Words("Large-amount subsidy", "大额医疗补助"),
    "civil_service": Words("Civil servants' subsidy", "公务员医疗补助"),
    "payment": Words("Payment of providers", "支付方式"),
    "settlement": Words("Settlement", "结算"),
    "price_trigger": Words("Price trigger", "触发式调价"),
    "holiday": Words("Rate holiday", "阶段性降费"),
    "prepayment": Words("Prepayment", "预付金"),
    "procurement": Words("Volume-based procurement", "集中带量采购"),
    "account": Words("Personal accounts", "个人账户"),
    "ledger": Words("Ledgers and interest", "基金与利息"),
    "backstop": Words("Fiscal backstop", "财政兜底"),
    "adjustment": Words("Adjustment fund", "调剂金"),
    "opening": Words("State carried over from earlier years", "往年延续状态"),
    "accounts": Words("Control totals of the accounts", "决算控制数"),
    "calibration": Words("Calibration factors", "校准系数"),
}
