"""The approved budget of the running year: read from a table, its sums filled and checked."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from poolcast.budget.accounts_by_line import AccountsByLine
from poolcast.budget.lines import BALANCE, CLOSING, EXPENDITURE, OPENING, REVENUE, StatementLine
from poolcast.budget.reading_statement import is_workbook, read_statement
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.location import display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.number_cells import Fault, read_number
from poolcast.parameters.tables import read_text

COLUMNS = ("year", "region", "ledger", "line", "amount", "unit")
"""Columns of the table; ``unit`` is yuan, 万元 or 亿元, and others as ``source`` and ``note`` are passed over."""

UNITS: Mapping[str, float] = {"yuan": 1.0, "元": 1.0, "10k yuan": 1e4, "万元": 1e4, "100m yuan": 1e8, "亿元": 1e8}
_TOLERANCE = 0.02
"""By how much of its unit a sum may differ from its rows: budgets are printed with two decimals."""


@dataclass(frozen=True)
class ApprovedBudget:
    """What was approved for a year.

    Parameters
    ----------
    year : int
    file : str
        Where it was read.
    amounts : mapping of (region, ledger, line) to yuan
        Given rows and the sums that follow from them.
    """

    year: int
    file: str
    amounts: Mapping[tuple[str, str, str], float] = field(repr=False)

    def of(self, region: str) -> dict[tuple[str, str], float]:
        """Return the rows of a region or pool by ledger and line."""
        return {(ledger, line): amount for (code, ledger, line), amount in self.amounts.items() if code == region}


def read_approved_budget(file: str | os.PathLike[str], accounts: AccountsByLine, year: int) -> ApprovedBudget:
    """Read the budget approved for a year.

    Parameters
    ----------
    file : path
        A budget workbook whose draft, or whose approved budget, is of that year (`reading_statement`); or a CSV table
        with the columns of `COLUMNS`: rows of other years are passed over. A sum may be given, or follows
        from its rows; where both are given they must agree to two hundredths of the largest unit.
    accounts : AccountsByLine
        Regions, ledgers and lines that there are.
    year : int
        The year wanted.

    Raises
    ------
    ResultError
        With every problem of the table and its line.
    """
    path = Path(file).expanduser()
    if is_workbook(path):
        return _of_workbook(path, accounts, year)
    problems: list[Problem] = []
    if not path.is_file():
        raise ResultError(Problem(str(file), "no such file", "a CSV table", "Check the path."))
    text = read_text(path, problems)
    amounts: dict[tuple[str, str, str], float] = {}
    largest = 1.0
    if text is not None:
        for row, cells in _rows(text, display(path), problems):
            _take(cells, display(path), row, accounts, year, amounts, problems)
            largest = max(largest, UNITS.get(cells["unit"], 1.0))
    if not problems and not amounts:
        problems.append(
            Problem(display(path), f"no row of {year}", f"rows with year {year}", "Add the approved budget.")
        )
    if not problems:
        _fill_sums(amounts, accounts, display(path), _TOLERANCE * largest, problems)
    if problems:
        raise ResultError(problems)
    return ApprovedBudget(year, display(path), amounts)


def _of_workbook(path: Path, accounts: AccountsByLine, year: int) -> ApprovedBudget:
    """Return the budget of a year from a workbook; its rows must be those of the set."""
    read = read_statement(path)
    region = read.statement.region
    rows = {(region, *key): amount for key, amount in read.rows_of(year).items()}
    codes = [line.code for line in accounts.lines]
    problems = []
    if region not in accounts.regions:
        found, allowed = f"region '{region}'", ", ".join(accounts.regions)
        problems.append(Problem(read.file, found, allowed, "Use a workbook of this set.", kind="unknown region"))
    for _, ledger, line in rows:
        if ledger not in accounts.ledgers or line not in codes:
            remedy = "Use a workbook of this set."
            problems.append(Problem(read.file, f"{ledger} {line}", "a row of the set", remedy, kind="unknown row"))
    if problems:
        raise ResultError(problems)
    return ApprovedBudget(year, read.file, rows)


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header: list[str] | None = None
    for record in reader:
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        if header is None:
            header = cells
            missing = [name for name in COLUMNS if name not in header]
            if missing:
                found, allowed = f"no column {', '.join(missing)}", ", ".join(COLUMNS)
                problems.append(Problem(file, found, allowed, "Add it to the first line.", row=reader.line_num))
                return
            continue
        if len(cells) < len(header):
            found = f"{len(cells)} cells"
            problems.append(Problem(file, found, f"{len(header)} cells", "Keep empty cells.", row=reader.line_num))
            continue
        yield reader.line_num, dict(zip(header, cells, strict=False))


def _take(
    cells: Mapping[str, str],
    file: str,
    row: int,
    accounts: AccountsByLine,
    year: int,
    amounts: dict[tuple[str, str, str], float],
    problems: list[Problem],
) -> None:
    """Add one row, or say what is wrong with it."""
    if cells["year"] != str(year):
        if not cells["year"].isdigit():
            problems.append(Problem(file, f"'{cells['year']}'", "a year", "Write 2026.", row=row, column="year"))
        return
    before = len(problems)
    lines = [line.code for line in accounts.lines if line.unit == "yuan"]
    known: tuple[tuple[str, Sequence[str]], ...] = (
        ("region", accounts.regions),
        ("ledger", accounts.ledgers),
        ("line", lines),
        ("unit", tuple(UNITS)),
    )
    for column, members in known:
        if cells[column] not in members:
            remedy = did_you_mean(cells[column], members) or "Use a code of the set."
            found, allowed = f"'{cells[column]}'", ", ".join(members)
            problems.append(Problem(file, found, allowed, remedy, row=row, column=column, kind=f"unknown {column}"))
    number = read_number(cells["amount"])
    if isinstance(number, Fault):
        problems.append(Problem(file, number.found, number.allowed, number.remedy, row=row, column="amount"))
    key = (cells["region"], cells["ledger"], cells["line"])
    if key in amounts:
        problems.append(Problem(file, f"{' '.join(key)} twice", "each row once", "Remove one.", row=row))
    if len(problems) == before and not isinstance(number, Fault):
        amounts[key] = number * UNITS[cells["unit"]]


def _fill_sums(
    amounts: dict[tuple[str, str, str], float],
    accounts: AccountsByLine,
    file: str,
    tolerance: float,
    problems: list[Problem],
) -> None:
    """Fill the sums that rows give, balance and closing reserve, and refuse sums that their rows contradict."""
    lines = {line.code: line for line in accounts.lines}
    for region, ledger in sorted({(region, ledger) for region, ledger, _ in amounts}):
        own = {line: amount for (code, of, line), amount in amounts.items() if (code, of) == (region, ledger)}
        sums: list[tuple[str, float]] = []
        for total in (REVENUE, EXPENDITURE):
            _sum_up(total, lines, own, sums)
        if REVENUE in own and EXPENDITURE in own:
            _fill(own, BALANCE, own[REVENUE] - own[EXPENDITURE], sums)
        if OPENING in own and BALANCE in own:
            _fill(own, CLOSING, own[OPENING] + own[BALANCE], sums)
        for code, wanted in sums:
            if abs(own[code] - wanted) > tolerance:
                place, remedy = f"{file}, {region} {ledger} {code}", "Correct the sum or its rows, or leave it out."
                problems.append(Problem(place, f"{own[code]:,.2f}", f"{wanted:,.2f}, from its rows", remedy))
        amounts.update({(region, ledger, line): amount for line, amount in own.items()})


def _sum_up(
    code: str, lines: Mapping[str, StatementLine], own: dict[str, float], sums: list[tuple[str, float]]
) -> None:
    parts = lines[code].parts
    for part in parts:
        _sum_up(part, lines, own, sums)
    given = [own[part] for part in parts if part in own]
    if given:
        _fill(own, code, float(np.sum(given)), sums)


def _fill(own: dict[str, float], code: str, wanted: float, sums: list[tuple[str, float]]) -> None:
    """Fill a sum that is not given, and note what its rows make."""
    own.setdefault(code, wanted)
    sums.append((code, wanted))


__all__ = ["COLUMNS", "UNITS", "ApprovedBudget", "read_approved_budget"]
