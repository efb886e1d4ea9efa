"""Further sheets of the budget workbook: reasons, schedules, months, execution, warnings, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.budget.execution import ALERTS
from poolcast.budget.reasons_of_change import CLASSES, EXPENDITURE_REASONS, REVENUE_REASONS
from poolcast.budget.schedule import Schedule
from poolcast.budget.schedules import TITLES
from poolcast.budget.statement import Statement
from poolcast.budget.statement_cells import HEADER_ROW, UNIT, StatementCell, letters
from poolcast.budget.warning_rules import LEVELS
from poolcast.parameters.declaration import Words
from poolcast.reporting.budget_console import ledger_name
from poolcast.reporting.words import EVIDENCES, word

if TYPE_CHECKING:
    from poolcast.budget.annual_budget import AnnualBudget
    from poolcast.budget.fund_months import FundMonths
    from poolcast.reporting.budget_workbook import BudgetBook

_MONEY = "#,##0.00;[Color 53]-#,##0.00;0.00"
_FORMATS = {"persons": "#,##0", "fraction": "0.00%", "ratio": "0.000", "yuan per person": "#,##0.00"}

_W: dict[str, Words] = {
    "reasons": Words("Reasons", "增减原因"),
    "reasons_note": Words(
        "Draft less outlook of the projection, 万元; what months changed of the outlook is in no reason",
        "预算草案减预测的本年预计数,单位:万元;月度数据引起的变动不在其中",
    ),
    "ledger": Words("Ledger", "基金"),
    "side": Words("Side", "方向"),
    "revenue": Words("Revenue", "收入"),
    "expenditure": Words("Expenditure", "支出"),
    "reason": Words("Reason", "原因"),
    "class": Words("Class", "类别"),
    "amount": Words("Amount, 万元", "金额(万元)"),
    "sum": Words("Sum", "合计"),
    "row": Words("Item", "项目"),
    "unit": Words("Unit", "单位"),
    "trace": Words("Trace", "取数"),
    "schedule_note": Words("Money in 万元; figures of the projection", "金额单位:万元;为模型测算数"),
    "months_note": Words(
        "万元; a month is the draft of its line times its share: overwrite the line and the months follow",
        "单位:万元;各月=全年预算草案×月度占比,修改全年数后自动更新",
    ),
    "year": Words("Year", "全年"),
    "share": Words("Share {month}", "{month}月占比"),
    "pattern": Words("Pattern", "季节模式"),
    "execution": Words("Execution", "预算执行"),
    "execution_note": Words("万元, {year}, months 1 to {months}; {basis}", "单位:万元,{year}年1-{months}月;{basis}"),
    "budget": Words("Budget of the year", "全年预算"),
    "phased": Words("Phased so far", "分月预算累计"),
    "actual": Words("Actual so far", "实际累计"),
    "rate": Words("Execution rate", "执行进度"),
    "alert": Words("Alert", "提示"),
    "outlook": Words("Year-end outlook", "年末预计"),
    "low": Words("80 % band, low", "80%区间下限"),
    "high": Words("80 % band, high", "80%区间上限"),
    "proposed": Words("Proposed adjustment", "建议调整为"),
    "why": Words("Reason", "理由"),
    "cash": Words("Lowest cash", "现金最低点"),
    "cash_note": Words(
        "{ledger} {year}: {amount:,.2f} on {day}, 80 % band {low:,.2f} to {high:,.2f}, 万元",
        "{ledger} {year}年:{day},{amount:,.2f},80%区间{low:,.2f}至{high:,.2f},万元",
    ),
    "warnings": Words("Warnings", "风险预警"),
    "warnings_note": Words(
        "Bands and rules of early warning at the end of {year}, and those coming by {until}",
        "{year} 年末预警及至 {until} 年将触发的预警",
    ),
    "level": Words("Level", "级别"),
    "sentence": Words("What it says", "内容"),
    "remedy": Words("What to do", "应对"),
    "source": Words("Source of the rule", "规则来源"),
    "about": Words("About", "编制说明"),
    "scenario": Words("Scenario", "情景"),
    "base": Words("Last closed year", "最近决算年度"),
    "draft_year": Words("Year of the draft", "预算年度"),
    "months_known": Words("Months known of {year}", "{year} 年已知月份"),
}


def write_other_sheets(
    book: BudgetBook, budget: AnnualBudget, statement: Statement, cells: Sequence[StatementCell]
) -> None:
    """Write every sheet behind the statement and its checks."""
    _reasons(book, budget, statement)
    for code, schedule in budget.schedules[statement.region].items():
        if schedule.rows:
            _schedule(book, schedule)
        if code == "S5":
            _months(book, budget, statement, cells)
    _execution(book, budget, statement)
    _warnings(book, budget, statement)
    _about(book, budget, statement)


def _say(book: BudgetBook, key: str, **texts: object) -> str:
    return _W[key].in_language(book.language).format(**texts)


def height_of(*texts: tuple[str, float], size: float = 10) -> float:
    """Return the height of a row that holds wrapped texts in columns of a width; Chinese signs take two places.

    Programs other than Excel do not always find it themselves.
    """
    rows = 1
    for text, width in texts:
        signs = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
        rows = max(rows, math.ceil(1.1 * signs * size / 10 / width))
    return 1.4 * size * rows


def _reasons(book: BudgetBook, budget: AnnualBudget, statement: Statement) -> None:
    found = budget.reasons
    if found is None:
        return
    sheet = book.sheet(_say(book, "reasons"), _say(book, "reasons"), _say(book, "reasons_note"), (26, 14, 48, 14, 20))
    book.head(sheet, HEADER_ROW - 1, [_say(book, key) for key in ("ledger", "side", "reason", "class", "amount")])
    row, text = HEADER_ROW, book.style(bottom=4, bottom_color="#C9D3DB")
    money = book.style(num_format=_MONEY, bottom=4, bottom_color="#C9D3DB")
    for ledger in statement.ledgers:
        for side, reasons in (("revenue", REVENUE_REASONS), ("expenditure", EXPENDITURE_REASONS)):
            amounts = found.of(statement.region, ledger, side)
            if not any(math.isfinite(amount) and amount for amount in amounts.values()):
                continue
            first = row
            for one in reasons:
                sheet.write_string(row, 0, ledger_name(ledger, book.language), text)
                sheet.write_string(row, 1, _say(book, side), text)
                sheet.write_string(row, 2, one.label.in_language(book.language), text)
                sheet.write_string(row, 3, CLASSES[one.of_class].in_language(book.language), text)
                sheet.write_number(row, 4, amounts[one.key] / UNIT, money)
                row += 1
            bold = book.style(bold=True, bottom=1)
            for column in (0, 1, 3):
                sheet.write_blank(row, column, None, bold)
            sheet.write_string(row, 2, _say(book, "sum"), bold)
            formula = f"=SUM(E{first + 1}:E{row})"
            total = sum(amounts.values()) / UNIT
            sheet.write_formula(row, 4, formula, book.style(bold=True, bottom=1, num_format=_MONEY), total)
            row += 1
    sheet.freeze_panes(HEADER_ROW, 0)
    book.protect(sheet)


def _schedule(book: BudgetBook, schedule: Schedule) -> None:
    """Write a schedule as it is, money in 万元, each row with its unit and trace."""
    title = f"{schedule.code} {schedule.title.in_language(book.language)}"
    widths = (46, *[24 if column.unit == "text" else 18 for column in schedule.columns], 12, 34)
    sheet = book.sheet(schedule.code, title, _say(book, "schedule_note"), widths)
    labels = [column.label.in_language(book.language) for column in schedule.columns]
    book.head(sheet, HEADER_ROW - 1, [_say(book, "row"), *labels, _say(book, "unit"), _say(book, "trace")], 44)
    for number, row in enumerate(schedule.rows, HEADER_ROW):
        texts = [(value, 24.0) for value in row.values if isinstance(value, str)]
        if texts:
            sheet.set_row(number, height_of(*texts, size=9))
        sheet.write_string(number, 0, row.label.in_language(book.language), book.style(indent=row.level))
        for at, (column, value) in enumerate(zip(schedule.columns, row.values, strict=True), 1):
            _value(book, sheet, number, at, value, column.unit if column.unit != "text" else "", row.unit, column.key)
        unit = "万元" if row.unit == "yuan" else row.unit
        sheet.write_string(number, len(labels) + 1, unit, book.style(font_color="#5F6B77"))
        sheet.write_string(number, len(labels) + 2, row.trace, book.style(font_color="#5F6B77", font_size=8))
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.repeat_rows(HEADER_ROW - 1)
    book.protect(sheet)


def _value(
    book: BudgetBook, sheet: Any, row: int, column: int, value: float | str, of_column: str, of_row: str, key: str
) -> None:
    if isinstance(value, str):
        text = value
        if key == "evidence":
            names = [
                EVIDENCES[one].in_language(book.language) if one in EVIDENCES else one for one in value.split(", ")
            ]
            text = ", ".join(names)
        sheet.write_string(row, column, text, book.style(text_wrap=True, font_size=9))
        return
    if not math.isfinite(value):
        return
    unit = of_column or of_row
    if unit == "yuan":
        sheet.write_number(row, column, value / UNIT, book.style(num_format=_MONEY))
    else:
        small = _FORMATS.get(unit, "General")
        sheet.write_number(row, column, value, book.style(num_format=small))


def _months(book: BudgetBook, budget: AnnualBudget, statement: Statement, cells: Sequence[StatementCell]) -> None:
    """Write S6: every month as the draft of its line times its share, live."""
    months = budget.months
    if months is None:
        return
    funds = [ledger for region, ledger in months.funds if region == statement.region]
    names = [f"{number}月" if book.language == "zh" else str(number) for number in range(1, 13)]
    title = f"S6 {TITLES['S6'].in_language(book.language)} · {statement.year}"
    sheet = book.sheet("S6", title, _say(book, "months_note"), (9, 30, *([14] * 13), 44, *([8] * 12)))
    shares = [_say(book, "share", month=number) for number in range(1, 13)]
    head = [_say(book, "ledger"), _say(book, "row"), *names, _say(book, "year"), _say(book, "pattern"), *shares]
    book.head(sheet, HEADER_ROW - 1, head, 30)
    places = {(cell.ledger, cell.line): cell for cell in cells if cell.column == "draft"}
    row = HEADER_ROW
    for ledger in funds:
        fund = months.draft(statement.region, ledger)
        for number, line in enumerate(fund.lines):
            cell = places.get((ledger, line))
            if cell is not None:
                _month_row(book, sheet, row, fund, number, cell)
                row += 1
    sheet.freeze_panes(HEADER_ROW, 2)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.print_area(0, 0, row + len(funds) + 1, 15)  # shares are on the screen, not on paper
    for ledger in funds:
        cash = months.draft(statement.region, ledger).cash
        row += 1
        text = _say(
            book,
            "cash_note",
            ledger=ledger,
            year=statement.year,
            day=cash.lowest_day.isoformat(),
            amount=cash.lowest / UNIT,
            low=cash.lowest_low / UNIT,
            high=cash.lowest_high / UNIT,
        )
        sheet.write_string(row, 0, f"{_say(book, 'cash')}: {text}", book.style())
    book.protect(sheet)


def _month_row(book: BudgetBook, sheet: Any, row: int, fund: FundMonths, number: int, cell: StatementCell) -> None:
    factors = fund.watched.patterns.factors[number] / 12
    sheet.write_string(row, 0, fund.ledger, book.style())
    label = f"{fund.lines[number]} {fund.labels[number].in_language(book.language)}"
    sheet.write_string(row, 1, label, book.style())
    money = book.style(num_format=_MONEY)
    for month in range(12):
        share = f"{letters(17 + month)}{row + 1}"
        formula = f"={fund.ledger}!{cell.address}*{share}"
        sheet.write_formula(row, 2 + month, formula, money, cell.shown * float(factors[month]))
        sheet.write_number(
            row, 16 + month, float(factors[month]), book.style(num_format="0.000%", font_color="#5F6B77")
        )
    total = f"=SUM(C{row + 1}:N{row + 1})"
    sheet.write_formula(row, 14, total, book.style(num_format=_MONEY, bold=True), cell.shown * float(factors.sum()))
    words = fund.watched.patterns.method_words(fund.lines[number]).in_language(book.language)
    sheet.write_string(row, 15, words, book.style(font_size=8))


def _execution(book: BudgetBook, budget: AnnualBudget, statement: Statement) -> None:
    """Write execution and outlook of the funds of the region that have months."""
    months = budget.months
    funds = [] if months is None else [months.of(*fund) for fund in months.given if fund[0] == statement.region]
    if not funds:
        return
    note = _say(
        book,
        "execution_note",
        year=funds[0].year,
        months=funds[0].known,
        basis=funds[0].basis.in_language(book.language),
    )
    sheet = book.sheet(
        _say(book, "execution"), _say(book, "execution"), note, (9, 40, *([17] * 3), 12, 16, *([17] * 4), 76)
    )
    keys = ("ledger", "row", "budget", "phased", "actual", "rate", "alert", "outlook", "low", "high", "proposed", "why")
    book.head(sheet, HEADER_ROW - 1, [_say(book, key) for key in keys])
    row = HEADER_ROW
    for fund in funds:
        done, outlook = fund.watched.execution, fund.watched.outlook
        proposed = {one.line: one for one in fund.watched.adjustment.adjustments}
        names = {line.code: line.label for line in statement.lines}
        for number, line in enumerate(done.lines):
            place = outlook.lines.index(line)
            label = names[line].in_language(book.language) if line in names else ""
            sheet.write_string(row, 0, fund.ledger, book.style())
            sheet.write_string(row, 1, f"{line} {label}".strip(), book.style(bold=line in ("R", "E")))
            money = book.style(num_format=_MONEY)
            for at, value in ((2, outlook.budget[place]), (3, done.phased[number]), (4, done.actual[number])):
                if math.isfinite(value):
                    sheet.write_number(row, at, float(value) / UNIT, money)
            rate = float(done.rate[number])
            formula = f'=IF(AND(ISNUMBER(E{row + 1}),D{row + 1}<>0),E{row + 1}/D{row + 1},"")'
            sheet.write_formula(row, 5, formula, book.style(num_format="0.0%"), rate if math.isfinite(rate) else "")
            sheet.write_string(
                row, 6, ALERTS[done.alerts[number]].in_language(book.language), book.style(align="center")
            )
            now = outlook.nowcast
            for at, value in ((7, now.central[place]), (8, now.low[place]), (9, now.high[place])):
                if math.isfinite(value):
                    sheet.write_number(row, at, float(value) / UNIT, money)
            if line in proposed:
                sheet.write_number(row, 10, proposed[line].proposed / UNIT, money)
                sheet.write_string(row, 11, proposed[line].reason.in_language(book.language), book.style(font_size=9))
            row += 1
        if proposed:
            sheet.write_string(
                row, 1, fund.watched.adjustment.procedure.in_language(book.language), book.style(italic=True)
            )
            row += 1
        cash = fund.cash
        text = _say(
            book,
            "cash_note",
            ledger=fund.ledger,
            year=fund.year,
            day=cash.lowest_day.isoformat(),
            amount=cash.lowest / UNIT,
            low=cash.lowest_low / UNIT,
            high=cash.lowest_high / UNIT,
        )
        sheet.write_string(row, 1, f"{_say(book, 'cash')}: {text}", book.style())
        row += 2
    sheet.freeze_panes(HEADER_ROW, 2)
    book.protect(sheet)


def _warnings(book: BudgetBook, budget: AnnualBudget, statement: Statement) -> None:
    found = budget.warnings
    note = _say(book, "warnings_note", year=found.as_of, until=found.until)
    sheet = book.sheet(_say(book, "warnings"), _say(book, "warnings"), note, (28, 10, 90, 70, 40))
    book.head(sheet, HEADER_ROW - 1, [_say(book, key) for key in ("ledger", "level", "sentence", "remedy", "source")])
    colours = {"red": "#F9D6D2", "orange": "#FCE4C4", "yellow": "#FFF3BF", "green": "#D9EFE3"}
    row, wrap = HEADER_ROW, {"text_wrap": True, "valign": "top", "bottom": 4, "bottom_color": "#C9D3DB"}
    for fund in found.by_worry():
        if fund.region != statement.region:
            continue
        name = ledger_name(fund.ledger, book.language)
        fired = (*fund.warnings, *fund.coming)
        if not fired:
            sheet.write_string(row, 0, name, book.style(**wrap))
            light = LEVELS[fund.light].in_language(book.language)
            sheet.write_string(row, 1, light, book.style(**wrap, bg_color=colours[fund.light]))
            row += 1
        for one in fired:
            level = LEVELS[one.level].in_language(book.language)
            sheet.set_row(
                row, height_of((one.sentence(book.language), 90), (one.rule.remedy.in_language(book.language), 70))
            )
            sheet.write_string(row, 0, name, book.style(**wrap))
            sheet.write_string(row, 1, level, book.style(**wrap, bg_color=colours[one.level]))
            sheet.write_string(row, 2, one.sentence(book.language), book.style(**wrap))
            sheet.write_string(row, 3, one.rule.remedy.in_language(book.language), book.style(**wrap))
            sheet.write_string(row, 4, one.rule.source, book.style(**wrap, font_size=8))
            row += 1
    sheet.freeze_panes(HEADER_ROW, 0)
    book.protect(sheet)


def _about(book: BudgetBook, budget: AnnualBudget, statement: Statement) -> None:
    sheet = book.sheet(_say(book, "about"), "Poolcast", word("statement", book.language), (30, 100))
    known = 0 if budget.months is None else budget.months.known
    facts = [
        (word("version", book.language), __version__),
        (word("assumption_set", book.language), f"{budget.read.name} ({budget.read.digest()})"),
        (
            _say(book, "scenario"),
            f"{budget.scenario.title.in_language(book.language)} ({budget.scenario.digest})".removesuffix(" ()"),
        ),
        (word("region", book.language), f"{statement.region} {statement.name.in_language(book.language)}"),
        (_say(book, "base"), str(budget.read.base_year)),
        (_say(book, "draft_year"), str(budget.year)),
        (_say(book, "months_known", year=budget.outlook_year), str(known)),
        (book.words("note"), book.words("legend")),
        (word("synthetic_short", book.language), word("yes" if budget.synthetic else "no", book.language)),
    ]
    if budget.approved is not None:
        facts.append((_say(book, "budget"), budget.approved.file))
    for row, (key, text) in enumerate(facts, HEADER_ROW - 1):
        sheet.set_row(row, height_of((text, 100.0)))
        sheet.write_string(row, 0, key, book.style(bold=True, valign="top"))
        sheet.write_string(row, 1, text, book.style(text_wrap=True, valign="top"))
    book.protect(sheet)


__all__ = ["write_other_sheets"]
