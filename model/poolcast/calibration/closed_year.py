"""The accounts of a closed year: read from a table, and put into a rolled set in place of what was projected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions, Source
from poolcast.parameters.axes import LEDGERS, index
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.rows import Cells, SetRows, place_shape
from poolcast.parameters.set_file import SetFile
from poolcast.parameters.set_folder import check_duplicates
from poolcast.parameters.table_checks import add_table
from poolcast.parameters.tables import read_table
from poolcast.projection.rolled_accounts import ACCOUNTS
from poolcast.projection.statement import BENEFIT_LINES

Array = NDArray[np.float64]

LEVELS = (
    "economy.average_wage",
    "economy.disposable_income",
    "economy.average_pension",
    "economy.gross_domestic_product",
)
POPULATION = "population.at_base_year_end"
OBSERVABLE = (*ACCOUNTS, *LEVELS, POPULATION)
"""What a table of a closed year may give; everything else is the projection's."""

_FUNDS = ("EPF", "RPF")
_LONG_TERM = index("benefit", "long_term_care")
_PAID = [index("benefit", benefit) for benefit in BENEFIT_LINES if benefit != "long_term_care"]


@dataclass(frozen=True)
class ClosedYear:
    """What a table gives of a closed year.

    Parameters
    ----------
    file : Path
        The table.
    values : dict of str to array
        Given cells by parameter, axes as declared less the year; NaN elsewhere.
    texts : dict of str to dict
        By parameter and position of a cell: evidence, grade, source and note of its row.
    sources : mapping
        Documents that the table cites and the set does not know.
    """

    file: Path
    values: dict[str, Array]
    texts: dict[str, dict[tuple[int, ...], tuple[str, str, str, str]]] = field(repr=False)
    sources: Mapping[str, Source]


def read_closed_year(file: Path, set_file: SetFile, year: int) -> ClosedYear:
    """Read a table of the accounts of a year, in the form of the tables of a set.

    Parameters
    ----------
    file : Path
        ``.csv``, or ``.xlsx`` whose first sheet holds the table.
    set_file : SetFile
        Of the set that is rolled: regions, ledgers and sources.
    year : int
        The year that is closed.

    Raises
    ------
    AssumptionError
        With everything that is wrong with the table.
    """
    problems: list[Problem] = []
    if not file.is_file():
        remedy = "Name a CSV or Excel file with the accounts."
        raise AssumptionError(Problem("--accounts", f"'{file}', which is not there", "a file", remedy))
    table = None
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        with TemporaryDirectory() as folder:
            copy = Path(folder) / f"{file.stem}.csv"
            if _first_sheet(file, copy, problems):
                table = read_table(copy, problems)
                problems = [replace(problem, file=display(file)) for problem in problems]
                table = None if table is None else replace(table, file=display(file))
    else:
        table = read_table(file, problems)
    if table is None:
        raise AssumptionError(problems)
    known = dict(set_file.sources)
    cited = {key.strip() for word in table.columns["source"].words for key in word.split(";") if key.strip()}
    new = {
        key: Source(
            key, key, f"as cited in {file.name}", str(year), file.name, "D", "given with the accounts of a roll"
        )
        for key in sorted(cited - set(known))
    }
    rows = SetRows(replace(set_file, sources={**known, **new}))
    add_table(rows, table, problems)
    values: dict[str, Array] = {}
    texts: dict[str, dict[tuple[int, ...], tuple[str, str, str, str]]] = {}
    for name, cells in rows.cells.items():
        check_duplicates(PARAMETERS[name], cells, rows, problems)
        _refuse_misplaced(name, cells, rows, year, problems)
        if not problems:
            values[name], texts[name] = _cells(name, cells, rows)
    if not problems and not any(name in ACCOUNTS for name in values):
        problems.append(
            Problem(
                display(file),
                "no accounts",
                f"revenue, expenditure and reserve of {year} by ledger (accounts.*)",
                "Give at least one figure of the accounts.",
                column="parameter",
            )
        )
    if problems:
        raise AssumptionError(problems)
    return ClosedYear(file, values, texts, new)


def _first_sheet(file: Path, copy: Path, problems: list[Problem]) -> bool:
    """Write the first sheet of a workbook as CSV, row by row."""
    import csv
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        found = f"a workbook that cannot be read ({error})"
        problems.append(Problem(display(file), found, "an Excel workbook", "Save it again, or as CSV UTF-8."))
        return False
    with copy.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        for row in book.worksheets[0].iter_rows(values_only=True):
            writer.writerow(["" if cell is None else str(cell) for cell in row])
    book.close()
    return True


def _refuse_misplaced(name: str, cells: Cells, rows: SetRows, year: int, problems: list[Problem]) -> None:
    """Refuse rows of other parameters, years, regions or ledgers than those of the closed year; each row once."""

    def refuse(wrong: NDArray[np.bool_], column: str, found: str, allowed: str, remedy: str) -> None:
        for row in np.unique(cells.row[wrong]).tolist():
            file, line = rows.place(row)
            problems.append(Problem(file, found, allowed, remedy, row=line, column=column, kind=f"{name} {column}"))

    everywhere = np.ones(len(cells.row), dtype=bool)
    if name not in OBSERVABLE:
        remedy = did_you_mean(name, OBSERVABLE) or "Change the rolled set itself, or a scenario."
        refuse(everywhere, "parameter", f"{name}, which no accounts show", ", ".join(OBSERVABLE), remedy)
        return
    parameter, set_file = PARAMETERS[name], rows.set_file
    if parameter.is_dated:
        found = f"a year other than {year}"
        refuse(cells.year != year, "year", found, str(year), f"Give the figures of {year}, the year that is closed.")
    codes = ", ".join(region.code for region in set_file.regions)
    found = f"{name} of what is no projected region"
    refuse(cells.level >= len(set_file.regions), "region", found, codes, "Give every region its own figure.")
    if "ledger" in parameter.dimensions:
        held = np.array([ledger in set_file.ledgers for ledger in LEDGERS])
        found = "a ledger that the set does not hold"
        allowed = ", ".join(set_file.ledgers)
        refuse(~held[cells.place], "ledger", found, allowed, "Remove the row, or add the ledger to the set first.")


def _cells(name: str, cells: Cells, rows: SetRows) -> tuple[Array, dict[tuple[int, ...], tuple[str, str, str, str]]]:
    """Return given values (region, ...) and the texts behind each."""
    parameter, regions = PARAMETERS[name], len(rows.set_file.regions)
    shape = place_shape(parameter, regions)
    values = np.full((regions, *shape), np.nan)
    texts = {}
    for level, place, value, row in zip(
        cells.level.tolist(), cells.place.tolist(), cells.value.tolist(), cells.row.tolist(), strict=True
    ):
        position = (level, *(int(at) for at in np.unravel_index(place, shape)))
        values[position] = value
        evidence, grade, source, note = (rows.word(row, word) for word in ("evidence", "grade", "source", "note"))
        texts[position] = (evidence, grade, source, note)
    return values, texts


def with_closed_year(later: Assumptions, given: Mapping[str, Array], residual: Array) -> Assumptions:
    """Return a rolled set with what was observed in place of what was projected.

    Reserves that are not given follow from revenue and expenditure that are; benefits that are not given keep their
    proportions, so that with them the ledger pays the expenditure given.

    Parameters
    ----------
    later : Assumptions
        Rolled with its own projection.
    given : mapping of str to array
        See `ClosedYear.values`.
    residual : array (region, ledger)
        ``calibration.other_expenditure_share`` of the set that was rolled.
    """
    position = later.year_position(later.base_year)
    values: dict[str, Array] = {}

    def put(name: str, cells: Array, *, held: bool = False) -> None:
        array = later[name].copy() if name in later else np.full(_shape(later, name), np.nan)
        years = slice(position, None) if held else slice(position, position + 1)
        array[:, years] = cells[:, None]
        values[name] = array

    now = {name: _now(later, name) for name in ACCOUNTS}
    seen = {name: np.where(np.isfinite(given[name]), given[name], now[name]) for name in ACCOUNTS if name in given}
    moved = {
        side: np.nan_to_num(seen.get(f"accounts.{side}", now[f"accounts.{side}"]) - now[f"accounts.{side}"])
        for side in ("revenue", "expenditure")
    }
    reserve = later["ledger.opening_reserve"] + moved["revenue"] - moved["expenditure"]
    if "accounts.reserve" in given:
        reserve = np.where(np.isfinite(given["accounts.reserve"]), given["accounts.reserve"], reserve)
    values["ledger.opening_reserve"] = reserve
    seen["accounts.reserve"] = np.where(np.isfinite(now["accounts.reserve"]), reserve, np.nan)
    if "accounts.reserve" in given:
        seen["accounts.reserve"] = np.where(np.isfinite(given["accounts.reserve"]), reserve, seen["accounts.reserve"])
    seen["accounts.benefit_expenditure"] = _benefits(
        now["accounts.benefit_expenditure"],
        given.get("accounts.benefit_expenditure"),
        moved,
        residual,
        now["accounts.expenditure"],
    )
    for name, cells in seen.items():
        put(name, cells)
    for name in LEVELS:
        if name in given:
            put(name, np.where(np.isfinite(given[name]), given[name], later.in_year(name, later.base_year)), held=True)
    if POPULATION in given:  # a region's own, or cells of it: whoever is not given is projected
        values[POPULATION] = np.where(np.isfinite(given[POPULATION]), given[POPULATION], later[POPULATION])
    return later.with_values(values)


def _benefits(
    now: Array, given: Array | None, moved: Mapping[str, Array], residual: Array, expenditure: Array
) -> Array:
    """Benefits (region, scheme, benefit) that add to the expenditure given, less transfers, premiums and residual."""
    known = np.zeros(now.shape, dtype=bool) if given is None else np.isfinite(given)
    result = now.copy() if given is None else np.where(known, given, now)
    for scheme, ledger in enumerate(_FUNDS):
        number = LEDGERS.index(ledger)
        wanted = moved["expenditure"][:, number] / (1 + residual[:, number])
        if ledger == "RPF":
            wanted = wanted - moved["revenue"][:, LEDGERS.index("CII")]  # the premium is paid by this ledger
        of_scheme, open_cells = result[:, scheme], ~known[:, scheme]
        paid = np.zeros(now.shape[-1], dtype=bool)
        paid[_PAID] = True
        open_cells = open_cells & paid & np.isfinite(now[:, scheme])
        wanted = wanted - np.nan_to_num(np.where(known[:, scheme] & paid, of_scheme - now[:, scheme], 0.0)).sum(-1)
        rest = np.where(open_cells, of_scheme, 0.0).sum(-1)
        factor = 1 + np.divide(wanted, rest, out=np.zeros_like(wanted), where=rest > 0)
        touched = (moved["expenditure"][:, number] != 0) | known[:, scheme].any(-1)
        scale = np.where(touched, np.maximum(factor, 0.0), 1.0)[:, None]
        result[:, scheme] = np.where(open_cells, of_scheme * scale, of_scheme)
    number = LEDGERS.index("LTCI")
    grown = np.divide(
        expenditure[:, number] + moved["expenditure"][:, number],
        expenditure[:, number],
        out=np.ones(len(now)),
        where=expenditure[:, number] > 0,
    )
    result[..., _LONG_TERM] = np.where(
        known[..., _LONG_TERM], result[..., _LONG_TERM], now[..., _LONG_TERM] * grown[:, None]
    )
    return result


def _now(later: Assumptions, name: str) -> Array:
    if name in later:
        return later.in_year(name, later.base_year)
    shape = _shape(later, name)
    return np.full((shape[0], *shape[2:]), np.nan)


def _shape(later: Assumptions, name: str) -> tuple[int, ...]:
    return tuple(len(later.axis_members(axis)) for axis in PARAMETERS[name].dimensions)
