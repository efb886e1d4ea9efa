"""Declarations: how the budget of providers is derived from revenue; read by the annual budget, not by the engine."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_RYG = ("region", "year", "scheme")

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "provider_budget.planned_surplus", _RYG, "fraction", 0, 0.9, Words("Planned surplus", "计划结余率"),
        Words("Share of the revenue of the year that the budget leaves unspent: balanced, with a slight surplus.", "当年收入中预算安排结余的比例:收支平衡、略有结余。"), "assumption", "5.1", default=0.02, layer="budget", needed="never",
    ),
    Parameter(
        "provider_budget.risk_share", _RYG, "fraction", 0, 0.3, Words("Risk share held back", "风险调剂金比例"),
        Words("Share of the money for providers that is held back for the sharing of overspends at the year end.", "可用于医药机构的资金中预留用于年终超支分担的比例。"), "assumption", "4.2", default=0.03, layer="budget", needed="never",
    ),
    Parameter(
        "provider_budget.individual_payment_share", _RYG, "fraction", 0, 0.5, Words("Payments to individuals", "零星报销比例"),
        Words("Share of the benefits for care within the region that is repaid to members who paid the bill themselves.", "统筹区内医疗待遇中由参保人垫付后手工(零星)报销的比例。"), "assumption", "4", default=0.01, layer="budget", needed="never",
    ),
    Parameter(
        "provider_budget.per_diem_share", _RYG, "fraction", 0, 1, Words("Inpatient care paid by the day", "按床日付费比例"),
        Words("Share of inpatient claims paid by the day (psychiatry, rehabilitation, long stays); with the share under a budget at most 1.", "按床日付费(精神、康复、长期住院)占住院费用的比例,与总额预算比例之和不超过1。"), "assumption", "4.5", default=0.06, layer="budget", needed="never",
    ),
    Parameter(
        "provider_budget.points_share", _RYG, "fraction", 0, 1, Words("Paid by points (DIP)", "按病种分值(DIP)占比"),
        Words("Share of the inpatient care under a budget that is paid by points (DIP); the rest is paid by groups (DRG).", "总额预算住院费用中按病种分值(DIP)付费的比例,其余为DRG。"), "assumption", "4.4", default=0.5, layer="budget", needed="never",
    ),
    Parameter(
        "provider_budget.points_per_case", ("region", "scheme"), "ratio", 1, 1e6, Words("Points of the average case", "例均分值"),
        Words("Points of the average case of the base year: a definition that only fixes the unit of the point value.", "基年例均分值,仅决定点值的计量单位。"), "assumption", "4.4", default=1000.0, layer="budget", needed="never",
    ),
)
