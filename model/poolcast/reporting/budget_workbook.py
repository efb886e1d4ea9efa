"""The budget workbook: the statement in its official form with live formulas, and everything that belongs to it.

A planner traces every sum, overwrites the yellow cells, writes a note, and hands the workbook back
(`poolcast.budget.reading_statement.read_statement`). Sheets are protected without a password: headers and sums are
locked against slips, not against intent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.budget.lines import StatementLine
from poolcast.budget.reading_statement import StatementRead, read_statement
from poolcast.budget.statement import Statement
from poolcast.budget.statement_cells import (
    BASIS_ROW,
    FIRST_COLUMN,
    FIRST_ROW,
    HEADER_ROW,
    YEAR_ROW,
    StatementCell,
    cells_of,
    letters,
)
from poolcast.budget.statement_memory import SHEET, Memory
from poolcast.parameters.declaration import Words
from poolcast.reporting.budget_console import ledger_name
from poolcast.reporting.words import word

if TYPE_CHECKING:
    from poolcast.budget.annual_budget import AnnualBudget

W: Mapping[str, Words] = {
    "draft": Words("Draft", "预算草案"),
    "check": Words("Checks", "校验"),
    "title": Words("Budget {year} · {region}", "{region} {year} 年基金预算"),
    "unit": Words("10,000 yuan (万元)", "单位:万元"),
    "code": Words("Code", "代码"),
    "line": Words("Line", "项目"),
    "change": Words("Change, draft less outlook", "增减额(草案减预计)"),
    "growth": Words("Change, %", "增减 %"),
    "note": Words("Note", "说明"),
    "legend": Words(
        "Yellow cells may be overwritten; sums, balances, reserves and the other side of a transfer follow by formula. "
        "Give the workbook back with poolcast budget --approved FILE, or read_statement(FILE).",
        "黄色单元格可修改;合计、结余及划转对方科目由公式自动得出。修改后可用 poolcast budget --approved 文件 读回。",
    ),
    "closed": Words("closed accounts, locked", "决算数,已锁定"),
    "input_title": Words("Amount in 万元", "单位:万元"),
    "input_help": Words("A number; sums follow by themselves.", "请输入数字,合计自动更新。"),
    "not_a_number": Words("Write a number in 万元.", "请输入以万元为单位的数字。"),
}

_BASE: dict[str, Any] = {"font_size": 10, "valign": "vcenter"}
_GREY, _YELLOW, _LINE = "#F3F6F8", "#FFF9E5", "#C9D3DB"


class BudgetBook:
    """An open workbook with its styles and language."""

    def __init__(self, path: Path, language: str, warning: str) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False})
        self.language = language
        self.warning = warning
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **settings: Any) -> Any:
        """Return a style, made once."""
        font = "Microsoft YaHei" if self.language == "zh" else "Calibri"
        full = {**_BASE, "font_name": font, **settings}
        key = tuple(sorted(full.items()))
        if key not in self._styles:
            self._styles[key] = self.book.add_format(full)
        return self._styles[key]

    def words(self, key: str, **texts: object) -> str:
        """Return words of this module in the language of the workbook."""
        return W[key].in_language(self.language).format(**texts)

    def sheet(self, name: str, title: str, note: str, widths: Sequence[float]) -> Any:
        """Add a sheet with title, note and, where the set is made up, the mark of it; the table begins in row 5."""
        sheet = self.book.add_worksheet(name[:31])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, self.style(bold=True, font_size=14))
        sheet.write_string(1, 0, note, self.style(italic=True, font_color="#5F6B77"))
        if self.warning:
            sheet.write_string(2, 0, self.warning, self.style(bold=True, font_color="#C00000"))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        mark = "" if not self.warning else word("synthetic_short", self.language)
        sheet.set_footer(f"&L&8Poolcast {__version__}&C&8{mark}&R&8&P / &N")
        return sheet

    def protect(self, sheet: Any) -> None:
        """Lock what is not an input; widths, filters and copying stay free."""
        allowed = ("format_cells", "format_columns", "format_rows", "autofilter")
        sheet.protect("", dict.fromkeys(allowed, True) | {"select_locked_cells": True})

    def head(self, sheet: Any, row: int, texts: Sequence[str], height: float = 30) -> None:
        """Write a header."""
        sheet.set_row(row, height)
        for column, text in enumerate(texts):
            style = self.style(bold=True, bg_color=_GREY, bottom=1, text_wrap=True, align="center")
            sheet.write_string(row, column, text, style)


def write_budget_workbook(path: Path, budget: AnnualBudget, region: str, language: str) -> None:
    """Write the workbook of a region or pool.

    Parameters
    ----------
    path : path
    budget : AnnualBudget
    region : str
        Code.
    language : {"en", "zh"}
        Of every word in it.
    """
    from poolcast.reporting.budget_workbook_sheets import write_other_sheets

    statement = budget.statements[region]
    cells = cells_of(statement, budget.read.base_year)
    book = BudgetBook(path, language, word("synthetic", language) if budget.synthetic else "")
    _draft_sheet(book, statement, cells)
    for ledger in statement.ledgers:
        _ledger_sheet(book, statement, ledger, [cell for cell in cells if cell.ledger == ledger])
    _check_sheet(book, budget, statement, cells)
    write_other_sheets(book, budget, statement, cells)
    memory = Memory(
        statement, cells, language, budget.read.name, budget.read.digest(), budget.scenario.name, __version__
    )
    hidden = book.book.add_worksheet(SHEET)
    for row, piece in enumerate(memory.pieces()):
        hidden.write_string(row, 0, piece)
    hidden.very_hidden()
    book.book.close()


def column_label(statement: Statement, number: int, language: str) -> str:
    """Return the label of a column."""
    return statement.columns[number].label.in_language(language)


def _ledger_sheet(book: BudgetBook, statement: Statement, ledger: str, cells: Sequence[StatementCell]) -> None:
    """Write the statement of a ledger: lines down, years across, all sums as formulas."""
    lines, count = statement.lines_of(ledger), len(statement.columns)
    language = book.language
    name = statement.name.in_language(language)
    title = f"{book.words('title', year=statement.year, region=name)} · {ledger_name(ledger, language)}"
    widths = (10, 40, *([17] * count), *([16, 10] if statement.has("outlook") else []), 36)
    sheet = book.sheet(ledger, title, f"{book.words('unit')} · {book.words('legend')}", widths)
    changes = [book.words("change"), book.words("growth")] if statement.has("outlook") else []
    labels = [column.label.in_language(language) for column in statement.columns]
    book.head(sheet, HEADER_ROW - 1, [book.words("code"), book.words("line"), *labels, *changes, book.words("note")])
    for number, column in enumerate(statement.columns):
        at = FIRST_COLUMN - 1 + number
        sheet.write_number(YEAR_ROW - 1, at, column.year, book.style(num_format="0", align="center", bold=True))
        basis = column.basis.in_language(language)
        sheet.write_string(
            BASIS_ROW - 1, at, basis, book.style(align="center", font_size=8, font_color="#5F6B77", text_wrap=True)
        )
        sheet.write_comment(HEADER_ROW - 1, at, f"{column.key} · {column.year} · {basis}")
    sheet.set_row(BASIS_ROW - 1, 36)
    for number, line in enumerate(lines):
        _line_head(book, sheet, FIRST_ROW - 1 + number, line)
    for cell in cells:
        _write_cell(book, sheet, cell, lines)
    if changes:
        _changes(book, sheet, statement, ledger, cells)
    note = FIRST_COLUMN - 1 + count + len(changes)
    for number in range(len(lines)):
        free = book.style(locked=False, text_wrap=True, bottom=4, bottom_color=_LINE)
        sheet.write_blank(FIRST_ROW - 1 + number, note, None, free)
    sheet.freeze_panes(FIRST_ROW - 1, FIRST_COLUMN - 1)
    sheet.repeat_rows(HEADER_ROW - 1, YEAR_ROW - 1)
    book.protect(sheet)


def _line_head(book: BudgetBook, sheet: Any, row: int, line: StatementLine) -> None:
    bold = line.level == 0
    sheet.write_string(row, 0, line.code, book.style(bold=bold, font_color="#5F6B77"))
    label = line.label.in_language(book.language)
    sheet.write_string(row, 1, label, book.style(bold=bold, indent=line.level))


def _number_format(line: StatementLine) -> str:
    return "#,##0.0;[Color 53]-#,##0.0" if line.unit == "months" else "#,##0.00;[Color 53]-#,##0.00;0.00"


def _write_cell(book: BudgetBook, sheet: Any, cell: StatementCell, lines: Sequence[StatementLine]) -> None:
    line = next(one for one in lines if one.code == cell.line)
    settings: dict[str, Any] = {"num_format": _number_format(line), "bottom": 4, "bottom_color": _LINE}
    if line.level == 0:
        settings["bold"] = True
    if cell.kind == "input":
        style = book.style(**settings, bg_color=_YELLOW, font_color="#1F3FA8", locked=False)
        sheet.write_number(cell.address, cell.shown, style)
        sheet.data_validation(
            cell.address,
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": -1e12,
                "maximum": 1e12,
                "input_title": book.words("input_title"),
                "input_message": book.words("input_help"),
                "error_title": book.words("input_title"),
                "error_message": book.words("not_a_number"),
            },
        )
    elif cell.kind == "formula":
        sheet.write_formula(cell.address, cell.formula, book.style(**settings), cell.shown)
    else:
        sheet.write_number(cell.address, cell.shown, book.style(**settings, font_color="#44505C"))


def _changes(book: BudgetBook, sheet: Any, statement: Statement, ledger: str, cells: Sequence[StatementCell]) -> None:
    """Write the change of the draft on the outlook as formulas."""
    places = {(cell.line, cell.column): cell for cell in cells}
    first = FIRST_COLUMN + len(statement.columns)
    for number, line in enumerate(statement.lines_of(ledger)):
        draft, outlook = places.get((line.code, "draft")), places.get((line.code, "outlook"))
        if draft is None or outlook is None:
            continue
        row = FIRST_ROW + number
        change = draft.shown - outlook.shown
        style = book.style(num_format=_number_format(line), bottom=4, bottom_color=_LINE)
        sheet.write_formula(f"{letters(first)}{row}", f"={draft.address}-{outlook.address}", style, change)
        if line.unit == "yuan":
            percent = book.style(num_format="0.0%;[Color 53]-0.0%", bottom=4, bottom_color=_LINE)
            formula = f'=IF({outlook.address}<>0,{letters(first)}{row}/ABS({outlook.address}),"")'
            value = change / abs(outlook.shown) if outlook.shown else ""
            sheet.write_formula(f"{letters(first + 1)}{row}", formula, percent, value)


def _draft_sheet(book: BudgetBook, statement: Statement, cells: Sequence[StatementCell]) -> None:
    """Write the draft in the official form: lines down, one column a ledger, each cell a reference to its sheet."""
    language = book.language
    lines = [line for line in statement.lines if any(line in statement.lines_of(one) for one in statement.ledgers)]
    title = book.words("title", year=statement.year, region=statement.name.in_language(language))
    sheet = book.sheet(book.words("draft"), title, book.words("unit"), (10, 40, *([20] * len(statement.ledgers))))
    names = [ledger_name(ledger, language) for ledger in statement.ledgers]
    book.head(sheet, HEADER_ROW - 1, [book.words("code"), book.words("line"), *names], height=44)
    places = {(cell.ledger, cell.line): cell for cell in cells if cell.column == "draft"}
    for number, line in enumerate(lines):
        row = HEADER_ROW + number
        _line_head(book, sheet, row, line)
        settings: dict[str, Any] = {"num_format": _number_format(line), "bottom": 4, "bottom_color": _LINE}
        if line.level == 0:
            settings |= {"bold": True, "bg_color": _GREY}
        for at, ledger in enumerate(statement.ledgers, 2):
            cell = places.get((ledger, line.code))
            if cell is None:
                sheet.write_blank(row, at, None, book.style(**settings))
            else:
                sheet.write_formula(row, at, f"={ledger}!{cell.address}", book.style(**settings), cell.shown)
    sheet.freeze_panes(HEADER_ROW, 2)
    sheet.fit_to_pages(1, 1)
    sheet.set_portrait()
    book.protect(sheet)


_CHECKS: Mapping[str, Words] = {
    "what": Words("What is checked", "校验内容"),
    "value": Words("Value, 万元", "数值(万元)"),
    "result": Words("Result", "结果"),
    "transfer": Words("{source} to {target}, {year}: both sides", "{source} 划转 {target}，{year} 年：双方一致"),
    "opening": Words("{ledger} {year}: opening reserve is the last closing one", "{ledger} {year} 年：上年末结余衔接"),
    "surplus": Words(
        "{ledger} {year}: balance is at least the planned surplus ({share})",
        "{ledger} {year} 年：当期结余不低于计划结余（{share}）",
    ),
    "balanced": Words("{ledger} {year}: revenue covers expenditure", "{ledger} {year} 年：收入不低于支出"),
    "reserve": Words("{ledger} {year}: reserve is not negative", "{ledger} {year} 年：累计结余不为负"),
    "yes": Words("holds", "通过"),
    "no": Words("DOES NOT HOLD", "未通过"),
}


def _check_sheet(book: BudgetBook, budget: AnnualBudget, statement: Statement, cells: Sequence[StatementCell]) -> None:
    """Write the checks as formulas, so that they follow what a planner overwrites."""
    sheet = book.sheet(book.words("check"), book.words("check"), book.words("unit"), (64, 20, 18))

    def say(key: str, **texts: object) -> str:
        return _CHECKS[key].in_language(book.language).format(**texts)

    book.head(sheet, HEADER_ROW - 1, [say("what"), say("value"), say("result")])
    row = HEADER_ROW
    for text, formula, value, condition, holds in _checks(budget, statement, cells, say):
        sheet.write_string(row, 0, text, book.style(bottom=4, bottom_color=_LINE))
        sheet.write_formula(
            row, 1, formula, book.style(num_format="#,##0.00;-#,##0.00;0.00", bottom=4, bottom_color=_LINE), value
        )
        shown = say("yes") if holds else say("no")
        answer = f'=IF({condition.format(cell=f"B{row + 1}")},"{say("yes")}","{say("no")}")'
        sheet.write_formula(row, 2, answer, book.style(align="center", bottom=4, bottom_color=_LINE), shown)
        row += 1
    if row > HEADER_ROW:
        red = book.style(bg_color="#F9D6D2", font_color="#8E1B10", bold=True)
        rule = {"type": "cell", "criteria": "==", "value": f'"{say("no")}"', "format": red}
        sheet.conditional_format(HEADER_ROW, 2, row - 1, 2, rule)
    book.protect(sheet)


def _checks(
    budget: AnnualBudget, statement: Statement, cells: Sequence[StatementCell], say: Any
) -> list[tuple[str, str, float, str, bool]]:
    """Return the checks: words, formula, value, condition on its cell, and whether it holds as written."""
    at = {(cell.ledger, cell.line, cell.column): cell for cell in cells}
    found = []
    planned = {one.ledger: one.planned for one in budget.balances[statement.region]}
    for column in statement.columns:
        for one in statement.transfers:
            pays, gets = (
                at.get((one.source, one.paid_on, column.key)),
                at.get((one.target, one.received_on, column.key)),
            )
            if pays and gets:
                sign = "-" if one.sign < 0 else ""
                formula = f"={sign}{one.source}!{pays.address}-{one.target}!{gets.address}"
                text = say("transfer", source=one.source, target=one.target, year=column.year)
                value = one.sign * pays.shown - gets.shown
                found.append((text, formula, value, "ABS({cell})<0.005", abs(value) < 0.005))
        for ledger in ("EPF", "RPF"):
            cell = {code: at.get((ledger, code, column.key)) for code in ("R", "B1", "B3")}
            if column.key not in ("draft", "plan_2", "plan_3") or any(part is None for part in cell.values()):
                continue
            revenue, balance, reserve = (part for part in cell.values() if part is not None)
            share = planned.get(ledger, math.nan)
            if column.key == "draft" and math.isfinite(share):
                text = say("surplus", ledger=ledger, year=column.year, share=f"{share:.1%}")
                formula = f"={ledger}!{balance.address}-{share!r}*{ledger}!{revenue.address}"
                value = balance.shown - share * revenue.shown
                found.append((text, formula, value, "{cell}>=0", value >= 0))
            text = say("balanced", ledger=ledger, year=column.year)
            found.append((text, f"={ledger}!{balance.address}", balance.shown, "{cell}>=0", balance.shown >= 0))
            text = say("reserve", ledger=ledger, year=column.year)
            found.append((text, f"={ledger}!{reserve.address}", reserve.shown, "{cell}>=0", reserve.shown >= 0))
    return found


__all__ = ["BudgetBook", "StatementRead", "read_statement", "write_budget_workbook"]
