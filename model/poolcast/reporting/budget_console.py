"""The terminal's view of an annual budget: the statement, footed; execution and outlook; warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.execution import ALERTS
from poolcast.budget.lines import EXPENDITURE, REVENUE, statement_lines
from poolcast.budget.principle import VERDICTS
from poolcast.budget.statement import Statement
from poolcast.budget.warning_rules import LEVELS
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.reporting.budget_tables import Shown
from poolcast.reporting.console import simple_box, width_wanted
from poolcast.reporting.formats import (
    MONTHS,
    NOT_DEFINED,
    PERCENT,
    Scale,
    growth_text,
    money_scale,
    money_unit,
    range_text,
    rounded,
)
from poolcast.reporting.words import LEDGER_NAMES, word

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from poolcast.budget.fund_months import FundMonths

DISPLAY: dict[str, tuple[Scale, float]] = {
    "yi": (Scale(1e8, 2, Words("100m yuan", "亿元")), 1e6),
    "wan": (Scale(1e4, 0, Words("10k yuan", "万元")), 1e4),
    "yuan": (Scale(1.0, 2, Words("yuan", "元")), 0.01),
}
"""How money is shown, and what it is rounded to in yuan so that it foots."""
_LEAST_FOR_YI = 1e10
MOST_GROWTH = 10.0
TOTALS = {line.code: line.label for line in statement_lines() if line.code in (REVENUE, EXPENDITURE)}

_W = {
    "line": Words("Line", "项目"),
    "change": Words("Change", "增减额"),
    "growth": Words("%", "增减%"),
    "principle": Words("Principle", "收支平衡"),
    "months": Words("Months so far", "截至月份"),
    "phased": Words("Phased", "分月预算累计"),
    "actual": Words("Actual", "实际累计"),
    "rate": Words("Execution", "执行进度"),
    "budget": Words("Budget", "全年预算"),
    "outlook": Words("Year-end outlook", "年末预计"),
    "band": Words("80% band", "80%区间"),
    "alert": Words("Alert", "提示"),
    "lowest": Words(
        "Lowest cash {year}: {amount} on {day} (80 % band {band}); {chance} within five working days of it.",
        "{year} 年现金最低点：{day}，{amount}（80% 区间 {band}）；落在前后五个工作日内的概率 {chance}。",
    ),
    "adjust": Words(
        "Proposed adjustment of {line}: {before} to {after} ({reason}).",
        "建议调整 {line}：{before} → {after}（{reason}）。",
    ),
    "warnings": Words("Early warning at the end of {year}", "{year} 年末预警"),
    "none": Words("nothing fires", "无预警"),
    "funds": Words("Draft budget {year} by fund", "{year} 年预算草案（分基金）"),
    "region": Words("Region", "统筹区"),
    "ledger": Words("Ledger", "基金"),
    "light": Words("Light", "灯号"),
    "payable": Words("Months", "可支付月数"),
    "projection": Words(
        "A projection under the law in force and the scenario named; approving a budget is a decision of its own.",
        "本表为现行政策及所选情景下的模型测算；批复预算须按法定程序决定。",
    ),
}


def print_budget(console: Console, shown: Shown, unit: str, language: str) -> None:
    """Print the statement of one region, or the funds of several, with execution and warnings.

    Parameters
    ----------
    console : Console
    shown : Shown
    unit : {"auto", "yi", "wan", "yuan"}
    language : {"en", "zh"}
    """
    if len(shown.regions) == 1:
        for statement in shown.statements():
            _print_statement(console, shown, statement, unit, language)
    else:
        _print_all(console, _funds_table(shown, unit, language))
    for fund in shown.watched():
        _print_months(console, fund, unit, language)
    _print_warnings(console, shown, language)
    console.print(_words("projection", language), style="dim")
    if shown.budget.synthetic:
        console.print(word("synthetic", language), style="bold yellow")


def display_of(unit: str, values: NDArray[np.float64], prices: str = "nominal") -> tuple[Scale, float]:
    """Return how money is shown and what it is rounded to in yuan; 0 where it is not rounded to foot."""
    if prices == "gdp":
        return money_scale(values.ravel().tolist(), prices), 0.0
    if unit == "auto":
        largest = np.nanmax(np.abs(values), initial=0.0)
        unit = "yi" if largest >= _LEAST_FOR_YI else "wan"
    return DISPLAY[unit]


def ledger_name(ledger: str, language: str) -> str:
    """Return code and name of a ledger."""
    return f"{ledger} {AXES['ledger'].member_labels_zh[ledger] if language == 'zh' else LEDGER_NAMES[ledger]}"


def _words(key: str, language: str, **texts: object) -> str:
    return _W[key].in_language(language).format(**texts)


def _print_all(console: Console, table: Table) -> None:
    if not console.is_terminal:  # a file or a pipe: no line is broken
        console.width = max(console.width, width_wanted(console, table))
    console.print(table)


def _table(title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    return Table(title=Text(title, style="bold"), title_justify="left", header_style="bold", box=simple_box())


def _print_statement(console: Console, shown: Shown, statement: Statement, unit: str, language: str) -> None:
    from rich.text import Text

    money = [number for number, line in enumerate(statement.lines) if line.unit == "yuan"]
    places = [statement.ledgers.index(code) for code in shown.ledgers if code in statement.ledgers]
    scale, rounding = display_of(unit, statement.amounts[:, places][..., money], shown.prices)
    footed = statement.displayed(rounding) if rounding else statement
    shown_unit = money_unit(scale, shown.prices, shown.budget.read.base_year).in_language(language)
    for ledger in (code for code in shown.ledgers if code in statement.ledgers):
        title = f"{statement.name.in_language(language)} · {ledger_name(ledger, language)} · {shown_unit}"
        table = _table(title)
        table.add_column(_words("line", language), no_wrap=True)
        for column in statement.columns:
            table.add_column(f"{column.label.in_language(language)}\n{column.year}", justify="right", no_wrap=True)
        with_change = footed.has("outlook")
        if with_change:
            table.add_column(_words("change", language), justify="right", no_wrap=True)
            table.add_column(_words("growth", language), justify="right", no_wrap=True)
        place = statement.ledgers.index(ledger)
        for line in statement.lines_of(ledger):
            row = statement.row(line.code)
            values = footed.amounts[:, place, row]
            if line.level and not np.nan_to_num(values).any():
                continue  # a line of noughts says nothing at a terminal; files hold it
            as_money = line.unit == "yuan"
            cells = ["  " * line.level + f"{line.code}  {line.label.in_language(language)}"]
            cells += [(scale if as_money else MONTHS).show(float(value)) for value in values]
            if with_change:
                cells.append((scale if as_money else MONTHS).show(float(footed.change()[place, row]), sign=True))
                cells.append(_growth(statement, place, row) if as_money else "")
            table.add_row(*(Text(cell, style="bold" if line.level == 0 else "") for cell in cells))
        _print_all(console, table)
    for one in shown.budget.balances[statement.region]:
        if one.ledger in shown.ledgers:
            share = PERCENT.show(one.surplus_share)
            verdict = VERDICTS[one.verdict].in_language(language)
            text = f"  {_words('principle', language)} {one.ledger} {one.year}: {verdict} ({share})"
            console.print(text, markup=False, soft_wrap=True)
    console.print()


def _growth(statement: Statement, place: int, row: int) -> str:
    """Return the growth of a row; a dash where the sign changes or it grows more than tenfold, which says nothing."""
    growth = float(statement.relative_change()[place, row])
    before = float(statement.amounts[statement.column("outlook"), place, row])
    after = float(statement.amounts[statement.column("draft"), place, row])
    return growth_text(growth) if before * after > 0 and abs(growth) <= MOST_GROWTH else NOT_DEFINED


def _funds_table(shown: Shown, unit: str, language: str) -> Table:
    from rich.text import Text

    funds = list(shown.funds())
    rows = [
        [statement.value(code, ledger) for code in (REVENUE, EXPENDITURE, "B1", "B3")] for statement, ledger in funds
    ]
    scale, _ = display_of(unit, np.array(rows or [[0.0]]), shown.prices)
    year, base = shown.budget.year, shown.budget.read.base_year
    title = f"{_words('funds', language, year=year)} · {money_unit(scale, shown.prices, base).in_language(language)}"
    table = _table(title)
    table.add_column(_words("region", language), no_wrap=True)
    table.add_column(_words("ledger", language), no_wrap=True)
    line_words = {line.code: line.label.in_language(language) for line in funds[0][0].lines} if funds else {}
    for code in (REVENUE, EXPENDITURE, "B1", "B3"):
        table.add_column(line_words.get(code, code), justify="right", no_wrap=True)
    for key in ("payable", "light"):
        table.add_column(_words(key, language), justify="right", no_wrap=True)
    lights = {(fund.region, fund.ledger): fund.light for fund in shown.budget.warnings.funds}
    for (statement, ledger), amounts in zip(funds, rows, strict=True):
        light = lights.get((statement.region, ledger))
        cells = [f"{statement.region} {statement.name.in_language(language)}", ledger]
        cells += [scale.show(amount) for amount in amounts]
        cells.append(MONTHS.show(statement.value("B4.1", ledger)))
        cells.append(LEVELS[light].in_language(language) if light else NOT_DEFINED)
        table.add_row(*map(Text, cells))
    return table


def _print_months(console: Console, fund: FundMonths, unit: str, language: str) -> None:
    from rich.text import Text

    done, outlook = fund.watched.execution, fund.watched.outlook
    scale, _ = display_of(unit, outlook.budget)
    names = dict(zip(fund.lines, fund.labels, strict=True)) | TOTALS
    title = (
        f"{fund.region} {ledger_name(fund.ledger, language)} · {fund.year}-01 – {fund.year}-{done.months:02d} · "
        f"{scale.unit.in_language(language)} · {fund.basis.in_language(language)}"
    )
    table = _table(title)
    table.add_column(_words("line", language), no_wrap=True)
    for key in ("phased", "actual", "rate", "alert", "budget", "outlook", "band"):
        table.add_column(_words(key, language), justify="right", no_wrap=True)
    for number, line in enumerate(done.lines):
        place = outlook.lines.index(line)
        label = names[line].in_language(language) if line in names else ""
        low, high = (scale.show(float(edge[place])) for edge in (outlook.nowcast.low, outlook.nowcast.high))
        table.add_row(
            *map(
                Text,
                (
                    f"{line}  {label}".rstrip(),
                    scale.show(float(done.phased[number])),
                    scale.show(float(done.actual[number])),
                    PERCENT.show(float(done.rate[number])),
                    ALERTS[done.alerts[number]].in_language(language),
                    scale.show(float(outlook.budget[place])),
                    scale.show(float(outlook.nowcast.central[place])),
                    range_text(low, high, language),
                ),
            )
        )
    _print_all(console, table)
    cash = fund.cash
    band = range_text(scale.show(cash.lowest_low), scale.show(cash.lowest_high), language)
    chance = rounded(100 * cash.lowest_day_probability, 0) + "%"
    lines = [
        _words(
            "lowest",
            language,
            year=fund.year,
            amount=scale.show(cash.lowest),
            day=cash.lowest_day.isoformat(),
            band=band,
            chance=chance,
        )
    ]
    record = fund.watched.adjustment
    lines += [
        _words(
            "adjust",
            language,
            line=one.line,
            before=scale.show(one.approved),
            after=scale.show(one.proposed),
            reason=one.reason.in_language(language),
        )
        for one in record.adjustments
    ]
    if record.adjustments:
        lines.append(record.procedure.in_language(language))
    for line in lines:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    console.print()


def _print_warnings(console: Console, shown: Shown, language: str) -> None:
    found = shown.budget.warnings
    console.print(_words("warnings", language, year=found.as_of), style="bold")
    any_shown = False
    for fund in found.by_worry():
        if fund.region not in shown.regions or fund.ledger not in shown.ledgers:
            continue
        for one in (*fund.warnings, *fund.coming):
            any_shown = True
            console.print(f"  {one.sentence(language)}", markup=False, soft_wrap=True)
    if not any_shown:
        console.print(f"  {_words('none', language)}")


__all__ = ["DISPLAY", "display_of", "ledger_name", "print_budget"]
