"""Declarations: when money moves inside a year. The engine knows years; the monthly budget reads these."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "phasing.premium_first_month", ("region",), "months", 1, 12, Words("First month of the premium season", "居民集中征缴起始月"),
        Words("Month in which residents begin to pay for the next year of cover.", "居民开始缴纳次年保费的月份。"), "assumption", "2.1", default=9, integer=True, needed="never",
    ),
    Parameter(
        "phasing.premium_last_month", ("region",), "months", 1, 12, Words("Last month of the premium season", "居民集中征缴截止月"),
        Words("Month in which the premium season ends; before the first month it is one of the year covered.", "集中征缴截止月份,小于起始月时为参保当年。"), "assumption", "2.1", default=2, integer=True, needed="never",
    ),
    Parameter(
        "phasing.premium_booked_when_covered", ("region",), "switch", 0, 1, Words("Premiums booked in the year covered", "保费计入参保年度"),
        Words("1 holds premiums paid before the turn of the year as advance receipts until January, 0 books them when they arrive.", "1 年前所收保费先列预收、次年1月计入收入,0 收到即计收入。"), "assumption", "2.1", default=0, integer=True, needed="never",
    ),
    Parameter(
        "phasing.clearing_first_month", ("region",), "months", 1, 12, Words("First month of clearing", "年度清算起始月"),
        Words("Month in which the clearing of the year before with providers begins.", "上年度费用清算起始月份。"), "assumption", "5.3", default=3, integer=True, needed="never",
    ),
    Parameter(
        "phasing.clearing_last_month", ("region",), "months", 1, 12, Words("Last month of clearing", "年度清算截止月"),
        Words("Month in which the clearing of the year before with providers ends.", "上年度费用清算截止月份。"), "assumption", "5.3", default=6, integer=True, needed="never",
    ),
    Parameter(
        "phasing.clearing_share", ("region",), "fraction", 0, 0.5, Words("Share withheld until clearing", "清算前预留比例"),
        Words("Share of a year's benefits that providers receive only when the year is cleared.", "待年度清算后支付的待遇支出比例。"), "assumption", "5.3", default=0.05, needed="never",
    ),
    Parameter(
        "phasing.settlement_lag_days", ("region",), "days", 0, 250, Words("Settlement lag", "结算时滞"),
        Words("Working days (250 a year) from a service to its payment.", "从服务发生到支付的工作日数(每年按250天)。"), "assumption", "4", default=30, needed="never",
    ),
    Parameter(
        "phasing.booked_when_paid", ("region",), "switch", 0, 1, Words("Accounts book at payment", "按支付记账"),
        Words("1 where months of the accounts show payments, so that they hold lag and clearing already; 0 where they show services.", "1 月度账按实际支付记载(已含时滞和清算),0 按服务发生记载。"), "assumption", "5.3", default=1, integer=True, needed="never",
    ),
)
