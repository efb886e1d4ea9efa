"""Tables of an annual budget: tidy, with units, for files and for whoever reads them; nothing rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcast.budget.reasons_of_change import EXPENDITURE_REASONS, REVENUE_REASONS
from poolcast.budget.statement import Statement

if TYPE_CHECKING:
    import pandas as pd

    from poolcast.budget.annual_budget import AnnualBudget
    from poolcast.budget.fund_months import FundMonths

PRICE_UNITS = {"nominal": "yuan", "real": "yuan of the base year", "gdp": "fraction of GDP"}


@dataclass(frozen=True)
class Shown:
    """Which part of a budget is asked for, and how.

    Parameters
    ----------
    budget : AnnualBudget
    regions, ledgers : tuple of str
        Codes; a ledger that a region does not keep is passed over.
    prices : {"nominal", "real", "gdp"}
        Of the statement; months, warnings and schedules are nominal.
    """

    budget: AnnualBudget
    regions: tuple[str, ...]
    ledgers: tuple[str, ...]
    prices: str = "nominal"

    def statements(self) -> Iterator[Statement]:
        """Yield the statement of each region in the prices asked for."""
        for code in self.regions:
            yield priced(self.budget, self.budget.statements[code], self.prices)

    def funds(self) -> Iterator[tuple[Statement, str]]:
        """Yield each statement with each of its ledgers that is asked for."""
        for statement in self.statements():
            for ledger in self.ledgers:
                if ledger in statement.ledgers:
                    yield statement, ledger

    def watched(self) -> Iterator[FundMonths]:
        """Yield the running year of each fund that has months."""
        months = self.budget.months
        if months is not None:
            for region, ledger in months.given:
                if region in self.regions and ledger in self.ledgers:
                    yield months.of(region, ledger)


def priced(budget: AnnualBudget, statement: Statement, prices: str) -> Statement:
    """Return a statement with the money of each column over the price index or the product of its year.

    Within a column everything is divided by the same figure, so that it foots; an opening reserve in constant prices is
    therefore not the last closing one.
    """
    if prices == "nominal":
        return statement
    name = "consumer_price_index" if prices == "real" else "gross_domestic_product"
    divisor = budget.forecast[name].sel(region=statement.region)
    money = np.array([line.unit == "yuan" for line in statement.lines])
    amounts = np.array(statement.amounts)
    for number, column in enumerate(statement.columns):
        amounts[number][:, money] /= float(divisor.sel(year=column.year))
    return replace(statement, amounts=amounts)


def statement_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield every figure of the statements that applies."""
    for statement, ledger in shown.funds():
        place = statement.ledgers.index(ledger)
        for number, line in enumerate(statement.lines):
            for at, column in enumerate(statement.columns):
                value = float(statement.amounts[at, place, number])
                if math.isfinite(value):
                    yield {
                        "region": statement.region,
                        "ledger": ledger,
                        "line": line.code,
                        "label": line.label.en,
                        "label_zh": line.label.zh,
                        "level": line.level,
                        "column": column.key,
                        "year": column.year,
                        "value": value,
                        "unit": PRICE_UNITS[shown.prices] if line.unit == "yuan" else line.unit,
                        "basis": column.basis.en,
                        "basis_zh": column.basis.zh,
                    }


def execution_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield execution and year-end outlook by line of the funds that have months."""
    for fund in shown.watched():
        done, outlook = fund.watched.execution, fund.watched.outlook
        for number, line in enumerate(done.lines):
            place = outlook.lines.index(line)
            yield {
                "region": fund.region,
                "ledger": fund.ledger,
                "line": line,
                "year": fund.year,
                "months": done.months,
                "budget": _number(outlook.budget[place]),
                "phased": _number(done.phased[number]),
                "actual": _number(done.actual[number]),
                "execution_rate": _number(done.rate[number]),
                "budget_rate": _number(done.budget_rate[number]),
                "alert": done.alerts[number],
                "outlook": _number(outlook.nowcast.central[place]),
                "outlook_low": _number(outlook.nowcast.low[place]),
                "outlook_high": _number(outlook.nowcast.high[place]),
                "blend": _number(outlook.blend.central[place]),
                "blend_low": _number(outlook.blend.low[place]),
                "blend_high": _number(outlook.blend.high[place]),
                "straight_line": _number(outlook.straight_line[place]),
                "unit": "yuan",
            }


def phasing_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield the phased months of the running year and of the draft, with bands and what is known and expected."""
    months = shown.budget.months
    if months is None:
        return
    for region, ledger in months.funds:
        if region not in shown.regions or ledger not in shown.ledgers:
            continue
        made = [months.of(region, ledger)]
        if shown.budget.statements[region].has("draft"):
            made.append(months.draft(region, ledger))
        for fund in made:
            yield from _phased(fund)


def _phased(fund: FundMonths) -> Iterator[dict[str, Any]]:
    watched = fund.watched
    for number, line in enumerate(fund.lines):
        words = watched.patterns.method_words(line)
        for month in range(12):
            yield {
                "region": fund.region,
                "ledger": fund.ledger,
                "line": line,
                "year": fund.year,
                "month": month + 1,
                "phased": _number(watched.phased[number, month]),
                "phased_low": _number(watched.phased_low[number, month]),
                "phased_high": _number(watched.phased_high[number, month]),
                "actual": _number(watched.actual[number, month]),
                "expected": _number(fund.expected[number, month]),
                "unit": "yuan",
                "pattern": words.en,
                "pattern_zh": words.zh,
                "grade": watched.patterns.grades[number],
                "basis": fund.basis.en,
                "basis_zh": fund.basis.zh,
            }


def cash_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield the lowest cash of the running year and of the draft year by fund."""
    months = shown.budget.months
    if months is None:
        return
    for region, ledger in months.funds:
        if region in shown.regions and ledger in shown.ledgers:
            for fund in (months.of(region, ledger), months.draft(region, ledger)):
                cash = fund.cash
                yield {
                    "region": region,
                    "ledger": ledger,
                    "year": fund.year,
                    "lowest_day": cash.lowest_day.isoformat(),
                    "lowest": cash.lowest,
                    "lowest_low": cash.lowest_low,
                    "lowest_high": cash.lowest_high,
                    "lowest_day_probability": cash.lowest_day_probability,
                    "probability_below_zero": cash.probability_below,
                    "year_end": float(cash.month_end[-1]),
                    "payable": cash.payable,
                    "unit": "yuan",
                    "calendar_of": fund.calendar_of,
                }


def adjustment_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield the lines whose budget is proposed to be changed."""
    for fund in shown.watched():
        record = fund.watched.adjustment
        for one in record.adjustments:
            yield {
                "region": fund.region,
                "ledger": fund.ledger,
                "line": one.line,
                "year": record.year,
                "months": record.months,
                "approved": one.approved,
                "proposed": one.proposed,
                "change": one.change,
                "low": one.low,
                "high": one.high,
                "unit": "yuan",
                "reason": one.reason.en,
                "reason_zh": one.reason.zh,
                "approved_by": record.approved_by,
                "procedure": record.procedure.en,
                "procedure_zh": record.procedure.zh,
            }


def warning_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield the warnings that fire and those that are coming."""
    for fund in shown.budget.warnings.by_worry():
        if fund.region in shown.regions and fund.ledger in shown.ledgers:
            for one in (*fund.warnings, *fund.coming):
                document = one.document()
                yield {
                    key: "|".join(map(str, item)) if isinstance(item, list) else item for key, item in document.items()
                }


def schedule_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield every figure of the schedules S1-S5, S7 and S8."""
    for region in shown.regions:
        for code, schedule in shown.budget.schedules[region].items():
            for row in schedule.rows:
                for column, value in zip(schedule.columns, row.values, strict=True):
                    if isinstance(value, str) or math.isfinite(value):
                        yield {
                            "region": region,
                            "schedule": code,
                            "row": row.key,
                            "label": row.label.en,
                            "label_zh": row.label.zh,
                            "column": column.key,
                            "value": value,
                            "unit": column.unit or row.unit,
                            "trace": row.trace,
                        }


def reason_rows(shown: Shown) -> Iterator[dict[str, Any]]:
    """Yield what the change of the draft on the outlook of the projection is made of."""
    reasons = shown.budget.reasons
    if reasons is None:
        return
    for region in shown.regions:
        for ledger in (code for code in shown.ledgers if code in shown.budget.statements[region].ledgers):
            for side, kinds in (("revenue", REVENUE_REASONS), ("expenditure", EXPENDITURE_REASONS)):
                found = reasons.of(region, ledger, side)
                for one in kinds:
                    yield {
                        "region": region,
                        "ledger": ledger,
                        "side": side,
                        "reason": one.key,
                        "label": one.label.en,
                        "label_zh": one.label.zh,
                        "class": one.of_class,
                        "amount": found[one.key],
                        "unit": "yuan",
                    }


TABLES: Mapping[str, Callable[[Shown], Iterator[dict[str, Any]]]] = {
    "statement": statement_rows,
    "reasons": reason_rows,
    "schedules": schedule_rows,
    "phasing": phasing_rows,
    "cash": cash_rows,
    "execution": execution_rows,
    "adjustments": adjustment_rows,
    "warnings": warning_rows,
}
"""The tables of a budget folder, by file name without its end."""


def table(rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a table."""
    import pandas as pd

    return pd.DataFrame(list(rows))


def _number(value: Any) -> float:
    return float(value)


__all__ = ["PRICE_UNITS", "TABLES", "Shown", "priced", "table"]
