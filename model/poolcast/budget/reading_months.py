"""Reading the months so far from a planner's file: CSV or Excel, Chinese or English, monthly or cumulative.

The header says what a column holds (`poolcast.budget.month_headers`). Two forms are read: a row a line with a column a
month, or a row a month with the columns ``month`` and ``amount``. Nothing in a file is ever evaluated: a formula is
refused, as are macros and links to other workbooks. All that is wrong is found at once, each with its cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.month_headers import (
    BASES,
    COLUMNS,
    UNITS,
    MonthColumn,
    basis_in,
    column_kind,
    ledger_code,
    line_code,
    line_names,
    month_column,
    normal,
    unit_in,
)
from poolcast.budget.months import MONTHS, MonthlyHistory, months_of_cumulative
from poolcast.budget.months_sheet import Sheet, read_sheet
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.number_cells import Fault, read_number

Array = NDArray[np.float64]
Key = tuple[str, str, str, int]
"""Region (empty where the file names none), ledger (likewise), line, year."""

_ROWS_BEFORE_HEADER = 10
_FORMULA = "a formula, which is never evaluated"


@dataclass(frozen=True)
class MonthsRead:
    """Months read from a file.

    Parameters
    ----------
    file : str
    months : dict of (region, ledger, line, year) to array (12,), yuan
        Months alone, never cumulative; NaN where the file gives none.
    remarks : tuple of Words
        What is allowed but should be looked at.
    """

    file: str
    months: dict[Key, Array]
    remarks: tuple[Words, ...] = ()

    def years(self) -> tuple[int, ...]:
        """Return the years of which anything is given."""
        return tuple(sorted({year for _, _, _, year in self.months}))

    def table(self, lines: Sequence[str], year: int, ledger: str = "", region: str = "") -> Array:
        """Return the months (line, 12), yuan, of a year; NaN for a line that the file does not give."""
        nothing = np.full(MONTHS, np.nan)
        return np.array([self._of(region, ledger, line, year, nothing) for line in lines]).reshape(-1, MONTHS)

    def history(self, lines: Sequence[str], before: int, ledger: str = "", region: str = "") -> MonthlyHistory | None:
        """Return the years before one as a history of the lines that have any, or None where there is none."""
        years = [year for year in self.years() if year < before]
        kept = [line for line in lines if any((region, ledger, line, year) in self.months for year in years)]
        if not kept:
            return None
        amounts = np.array([self.table(kept, year, ledger, region) for year in years]).transpose(1, 0, 2)
        return MonthlyHistory(tuple(kept), tuple(years), amounts, source=self.file)

    def _of(self, region: str, ledger: str, line: str, year: int, nothing: Array) -> Array:
        return self.months.get((region, ledger, line, year), nothing)


@dataclass(frozen=True)
class _Header:
    """Where the columns are."""

    row: int
    kinds: dict[str, int]
    months: dict[int, MonthColumn]
    unit: float
    basis: str
    year: int | None


def read_months(path: str | Path, *, year: int | None = None, regions: Sequence[str] = ()) -> MonthsRead:
    """Read a file of months.

    Parameters
    ----------
    path : str or Path
        ``.csv`` in UTF-8, or ``.xlsx`` whose first sheet holds the table.
    year : int, optional
        Year of the months, where the file does not say.
    regions : sequence of str
        Codes of regions that the file may name; any where empty.

    Raises
    ------
    AssumptionError
        With everything that is wrong with the file.
    """
    path = Path(path)
    problems: list[Problem] = []
    sheet = read_sheet(path, problems)
    if sheet is None:
        raise AssumptionError(problems)
    header = _header(sheet, year)
    values: dict[tuple[Key, str], Array] = {}
    if header is not None:
        for row in range(header.row + 1, len(sheet.rows)):
            if any(sheet.rows[row]):
                _read_row(sheet, header, row, regions, values)
    months = _as_months(sheet, values)
    if not months and not sheet.problems:
        sheet.problems.append(Problem(sheet.file, "no amounts", "at least one month of one line", "Fill the table."))
    if sheet.problems:
        raise AssumptionError(sheet.problems)
    return MonthsRead(sheet.file, months, _remarks(values))


def _header(sheet: Sheet, year: int | None) -> _Header | None:
    """Find the header: the first row with a column of lines; what stands above may say unit, basis and year."""
    above: list[str] = []
    for row, cells in enumerate(sheet.rows[: _ROWS_BEFORE_HEADER + 1]):
        kinds = {kind: column for column, cell in reversed(list(enumerate(cells))) if (kind := column_kind(cell))}
        if "line" in kinds:
            title = " ".join(above)
            found = re.search(r"20\d{2}", title)
            header = _Header(
                row,
                kinds,
                {column: month for column, cell in enumerate(cells) if (month := month_column(cell))},
                unit_in(title) or unit_in(cells[kinds.get("amount", kinds["line"])]),
                basis_in(title) or basis_in(cells[kinds.get("amount", kinds["line"])]),
                year or (int(found.group()) if found else None),
            )
            return header if _check_header(sheet, header, cells) else None
        above += cells
    names = ", ".join(COLUMNS["line"])
    remedy = "Head the column of statement lines with one of these."
    sheet.problems.append(Problem(sheet.file, "no header", f"a row with a column {names}", remedy, kind="header"))
    return None


def _check_header(sheet: Sheet, header: _Header, cells: list[str]) -> bool:
    before = len(sheet.problems)
    long = "month" in header.kinds and "amount" in header.kinds
    if not long and not header.months:
        allowed = "a column a month (1月, 2026-01, Jan), or the columns month and amount"
        sheet.refuse(header.row, None, "no months", allowed, "Name the months in the header.", "header")
    basis = header.basis or ("column" if "basis" in header.kinds else "")
    unit = header.unit or ("column" if "unit" in header.kinds else 0.0)
    silent = [column for column, month in header.months.items() if not month.basis and not basis]
    if silent or (long and not basis):
        column = silent[0] if silent else header.kinds["amount"]
        found = "months that are not said to be monthly or cumulative"
        remedy = "Write it beside the month (1月累计, Jan cumulative), above the table, or in a column 口径 / basis."
        sheet.refuse(header.row, column, found, ", ".join(BASES), remedy, "header")
    no_unit = [column for column, month in header.months.items() if not month.unit and not unit]
    if no_unit or (long and not unit):
        column = no_unit[0] if no_unit else header.kinds["amount"]
        remedy = "Write it above the table (单位:万元), in the header, or in a column 单位 / unit."
        sheet.refuse(header.row, column, "amounts without a unit", ", ".join(UNITS), remedy, "header")
    dated = "year" in header.kinds or header.year is not None
    if not dated and (long or any(month.year is None for month in header.months.values())):
        remedy = "Write it in the header (2026-01), above the table, or in a column 年度 / year."
        sheet.refuse(header.row, None, "months without a year", "a year such as 2026", remedy, "header")
    for column, cell in enumerate(cells):
        known = column in header.months or column_kind(cell) is not None
        if cell and not known:
            remedy = did_you_mean(cell, [name for names in COLUMNS.values() for name in names])
            allowed = "a month, or " + ", ".join(names[0] for names in COLUMNS.values())
            sheet.refuse(header.row, column, f"an unknown column '{cell}'", allowed, remedy or "Rename it.", "header")
    return len(sheet.problems) == before


def _read_row(
    sheet: Sheet, header: _Header, row: int, regions: Sequence[str], values: dict[tuple[Key, str], Array]
) -> None:
    cells = sheet.rows[row]

    def word(kind: str) -> str:
        column = header.kinds.get(kind)
        return cells[column] if column is not None and column < len(cells) else ""

    line = _named(sheet, header, row, "line", word("line"))
    ledger = _named(sheet, header, row, "ledger", word("ledger")) if "ledger" in header.kinds else ""
    region = word("region")
    if regions and "region" in header.kinds and region not in regions:
        remedy = did_you_mean(region, regions) or "Give the code of the pooling region."
        sheet.refuse(row, header.kinds["region"], f"region '{region}'", ", ".join(regions), remedy, "region")
    unit = _choice(sheet, header, row, "unit", word("unit"), UNITS)
    basis = _choice(sheet, header, row, "basis", word("basis"), BASES)
    year = header.year
    if "year" in header.kinds:
        year = _whole(sheet, row, header.kinds["year"], word("year"), 1990, 2200)
    cells_of_row = _month_cells(sheet, header, row)
    for column, month, found in cells_of_row:
        number = _amount(sheet, row, column, found)
        final_year = month.year or year
        size = month.unit or unit or header.unit
        how = month.basis or basis or header.basis
        if number is None or not line or ledger is None or not final_year or not size or not how:
            continue
        key = (region, ledger, line, final_year)
        months = values.setdefault((key, how), np.full(MONTHS, np.nan))
        if np.isfinite(months[month.month - 1]):
            found = f"month {month.month} of {line} in {final_year} twice"
            sheet.refuse(row, column, found, "each month of a line once", "Remove one of them.", "twice")
        months[month.month - 1] = number * size


def _month_cells(sheet: Sheet, header: _Header, row: int) -> list[tuple[int, MonthColumn, str]]:
    """Return the cells of a row that hold amounts: column, month and word."""
    cells = sheet.rows[row]
    if header.months:
        given = (
            (column, month, cells[column] if column < len(cells) else "") for column, month in header.months.items()
        )
        return [(column, month, word) for column, month, word in given if word]
    column = header.kinds["month"]
    spoken = cells[column] if column < len(cells) else ""
    month = month_column(spoken)
    if month is None:
        remedy = "Write a month as 3, 3月, March or 2026-03."
        sheet.refuse(row, column, f"'{spoken}'" if spoken else "no month", "a month from 1 to 12", remedy, "month")
        return []
    column = header.kinds["amount"]
    return [(column, month, cells[column] if column < len(cells) else "")]


def _named(sheet: Sheet, header: _Header, row: int, kind: str, word: str) -> str | None:
    code = line_code(word) if kind == "line" else ledger_code(word)
    if code is None:
        names = line_names() if kind == "line" else LEDGERS
        remedy = did_you_mean(word, names) or "Use the code of the statement, such as R1.1, or its words."
        if kind == "ledger":
            remedy = did_you_mean(word, names) or "Use the code of the ledger, such as EPF."
        found = f"an unknown {kind} '{word}'" if word else f"no {kind}"
        allowed = "lines R1.1 to E6 of the statement, R and E" if kind == "line" else ", ".join(LEDGERS)
        sheet.refuse(row, header.kinds[kind], found, allowed, remedy, kind)
    return code


def _choice(sheet: Sheet, header: _Header, row: int, kind: str, word: str, choices: dict[str, Any]) -> Any:
    if kind not in header.kinds:
        return None
    chosen = choices.get(normal(word))
    if chosen is None and not (not word and (header.unit if kind == "unit" else header.basis)):
        remedy = did_you_mean(word, choices) or "Choose one of these."
        sheet.refuse(row, header.kinds[kind], f"'{word}'" if word else f"no {kind}", ", ".join(choices), remedy, kind)
    return chosen


def _whole(sheet: Sheet, row: int, column: int, word: str, least: int, most: int) -> int | None:
    match = re.fullmatch(r"(\d{4})年?", normal(word))
    if match and least <= int(match[1]) <= most:
        return int(match[1])
    allowed = f"a year from {least} to {most}"
    sheet.refuse(row, column, f"'{word}'" if word else "no year", allowed, "Write it as 2026.", "year")
    return None


def _amount(sheet: Sheet, row: int, column: int, word: str) -> float | None:
    """Return the number of a cell; a formula is refused, because nothing in a file is evaluated."""
    if word.startswith("="):
        remedy = "Copy the cells and paste them as values."
        sheet.refuse(row, column, f"{_FORMULA} ({word[:40]})", "a number", remedy, "formula")
        return None
    number = read_number(word)
    if isinstance(number, Fault):
        sheet.refuse(row, column, number.found, number.allowed, number.remedy, "number")
        return None
    return number


def _as_months(sheet: Sheet, values: dict[tuple[Key, str], Array]) -> dict[Key, Array]:
    """Turn cumulative figures into months, and put both kinds of a line together."""
    result: dict[Key, Array] = {}
    for (key, how), amounts in values.items():
        known = np.flatnonzero(np.isfinite(amounts))
        if how == "cumulative" and len(known) and not np.isfinite(amounts[: known[-1]]).all():
            missing = ", ".join(str(month + 1) for month in range(known[-1]) if np.isnan(amounts[month]))
            found = f"cumulative figures of {key[2]} in {key[3]} without month {missing}"
            remedy = "Give the missing months; a month is the difference of two cumulative figures."
            sheet.problems.append(Problem(sheet.file, found, "every month from January on", remedy, kind="gap"))
        months = months_of_cumulative(amounts) if how == "cumulative" else amounts
        before = result.get(key, np.full(MONTHS, np.nan))
        if (np.isfinite(before) & np.isfinite(months)).any():
            found = f"months of {key[2]} in {key[3]} both as monthly and as cumulative figures"
            sheet.problems.append(Problem(sheet.file, found, "one of them", "Keep one kind.", kind="twice"))
        result[key] = np.where(np.isfinite(before), before, months)
    return result


def _remarks(values: dict[tuple[Key, str], Array]) -> tuple[Words, ...]:
    """Return what looks as if monthly and cumulative were mistaken for each other."""
    remarks = []
    for ((_, ledger, line, year), how), amounts in values.items():
        known = amounts[np.isfinite(amounts)]
        place = " ".join(part for part in (ledger, line, str(year)) if part)
        if how == "cumulative" and (np.diff(known) < 0).any():
            remarks.append(Words(f"{place}: a cumulative figure falls", f"{place}:累计数下降"))
        rising = len(known) >= 4 and (np.diff(known) > 0).all() and known[-1] > 0.6 * len(known) * known[0] > 0
        if how == "monthly" and rising:
            en = f"{place}: monthly figures rise like cumulative ones; is the header right?"
            remarks.append(Words(en, f"{place}:当月数逐月递增,疑为累计数,请核对表头"))
    return tuple(remarks)
