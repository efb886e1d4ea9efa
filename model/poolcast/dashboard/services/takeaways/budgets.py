"""The sentences of Budget: whether spending is on course, and what the draft of a year comes to."""

from __future__ import annotations

from dataclasses import dataclass

from poolcast.dashboard.services.takeaways.place import ledger_words, plain
from poolcast.dashboard.words import t
from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import growth_text, money_scale, money_text


@dataclass(frozen=True)
class Execution:
    """How spending of a year goes so far.

    Parameters
    ----------
    months : int
        Months that are known.
    rate : float
        Spending so far over what the plan has for these months; a fraction.
    outlook, budgeted : float
        Spending of the whole year as expected, and as budgeted; yuan.
    tolerance : float
        From which distance of one on the rate counts as off the plan.
    """

    months: int
    rate: float
    outlook: float
    budgeted: float
    tolerance: float = 0.05


def budget(execution: Execution | None, region_name: Words, ledger: str, month: str, language: str) -> str:
    """Say whether spending is on course, and where the year is expected to end."""
    if execution is None or execution.months == 0:
        return t("take.budget_no_data", language)
    if execution.months < 3:
        return t("take.budget_few", language, n=execution.months)
    values: dict[str, object] = {
        "month": month,
        "place": plain(region_name.in_language(language)),
        "ledger": ledger_words(ledger, language),
        "rate": growth_text(execution.rate, sign=False),
        "outlook": money_text(execution.outlook, language),
        "gap": money_text(abs(execution.outlook - execution.budgeted), language),
    }
    if abs(execution.rate - 1) <= execution.tolerance:
        return t("take.budget_on_course", language, **values)
    key_above = execution.outlook > execution.budgeted
    return t("take.budget_above" if key_above else "take.budget_below", language, **values)


def budget_draft(
    year: int, revenue: float, expenditure: float, balance: float, region_name: Words, ledger: str, language: str
) -> str:
    """Say what the draft of a year comes to, where no months are known yet."""
    values: dict[str, object] = {
        "year": year,
        "place": plain(region_name.in_language(language)),
        "ledger": ledger_words(ledger, language),
    }
    scale = money_scale([revenue, expenditure])
    for name, value in (("revenue", revenue), ("expenditure", expenditure), ("balance", abs(balance))):
        unit = scale.unit.in_language(language)
        values[name] = f"{scale.show(value)} {unit}" if language == "zh" else f"{scale.show(value)} ({unit})"
    return t("take.budget_surplus" if balance >= 0 else "take.budget_deficit", language, **values)
