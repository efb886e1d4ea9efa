"""Fill the template with Jiaozuo 2024, the worked example of `docs/how-to/enter-a-region.md`.

    python docs/examples/jiaozuo.py [FILE]

The accounts are those that the city published; what it did not publish is assumed here, and says so in its row, or is
left empty and borrowed from the set ``china``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolcast.parameters.exchange.template import write_template

CODE, YEAR = "410800", 2024
WORKBOOK = Path(__file__).with_name("jiaozuo-2024.xlsx")

SETTINGS = {
    "name": "jiaozuo_2024",
    "title.en": "Jiaozuo, Henan: accounts of 2024",
    "title.zh": "河南焦作:2024 年决算",
    "description.en": "Worked example: the published accounts of a prefecture; members, people and wages are assumed, "
    "rules and behaviour borrowed from the national set. Not a forecast for the city.",
    "description.zh": "录入示例:基金收支结余为公开决算;参保人数、人口、工资为假设,"
    "政策规则等借自全国假设集。不作为该市预测。",
    "last_year": 2050,
    "longest": 2060,
}
REGION = {"name.en": "Jiaozuo", "name.zh": "焦作市", "projected": "true"}
SOURCES = (
    {
        "key": "JZ_2024",
        "title": "2024年焦作市基本医疗保险基金收支结余情况公开",
        "publisher": "焦作市医疗保障局 (28 March 2025)",
        "year": "2024",
        "address": "https://ylbzj.jiaozuo.gov.cn/2025/03-28/235427.html",
        "grade": "A",
        "note": "secondary copy of the official table; printed in 10k yuan",
    },
)
_PUBLISHED = {"evidence": "source", "grade": "A", "source": "JZ_2024"}
_DERIVED = {"evidence": "derived", "grade": "A", "source": "JZ_2024"}
_ASSUMED = {"evidence": "assumption"}
PAYING, RESIDENTS = "active|flexible|unemployed|paying_past_retirement", "child|adult_resident"
BENEFITS = "inpatient|outpatient|chronic|dual_channel|maternity_care|maternity_allowance"
BOTH = "EPF|EPA"


@dataclass(frozen=True)
class Figure:
    """A cell of the template: where it stands, what goes in, and why."""

    sheet: str
    parameter: str
    value: float
    note: str
    texts: dict[str, str]
    year: int | None = None
    axes: tuple[tuple[str, str], ...] = ()


def _published(sheet: str, parameter: str, ten_thousand: float, note: str, **axes: str) -> Figure:
    """Return a published amount; the city prints 10,000 yuan."""
    dated = parameter != "ledger.opening_reserve"
    return Figure(sheet, parameter, ten_thousand * 1e4, note, _PUBLISHED, YEAR if dated else None, tuple(axes.items()))


def _assumed(sheet: str, parameter: str, value: float, note: str, year: int | None = None, **axes: str) -> Figure:
    return Figure(sheet, parameter, value, note, _ASSUMED, year, tuple(axes.items()))


_SPLIT = "pooled fund and accounts together; the split of the flows is not published"
_PEOPLE = (
    "3.52 million at the census of 2020 (recalled, not found), little changed; ages of Henan, moved as the nation's"
)
_WAGE = "three quarters of the national level; the city's own figure was not found"
_PAYERS = "revenue of 2,558.97 m yuan over 6,475 yuan a head: the nation's 8,633 of 2024 x 0.75 for wages"
_RETIRED = "0.38 retired to a contributor, as in the nation in 2024"
_BEFORE = "year before: moved back as the nation moved from 2024 to 2025"
_BILL = "the nation's 7,408 yuan of 2024 x 0.79, which published benefits imply under borrowed rules and rates of use"
_HEADS = "contributions and subsidy of 2,994.43 m yuan over 380 + 670 yuan a head, the national minimum for 2024"

FIGURES: tuple[Figure, ...] = (
    _published("totals", "accounts.revenue", 255_897, _SPLIT, ledger=BOTH),
    _published("totals", "accounts.expenditure", 236_692, _SPLIT, ledger=BOTH),
    _published("accounts", "accounts.revenue", 303_677, "", ledger="RPF"),
    _published("accounts", "accounts.revenue", 13_554, "premium for critical-illness insurance", ledger="CII"),
    _published(
        "accounts", "accounts.expenditure", 253_803, "premium of critical-illness insurance inside", ledger="RPF"
    ),
    _published("accounts", "accounts.reserve", 85_719, "", ledger="EPF"),
    _published("accounts", "accounts.reserve", 186_697, "", ledger="EPA"),
    _published("accounts", "accounts.reserve", 132_337, "family accounts of 82.72 m yuan inside", ledger="RPF"),
    _published("accounts", "ledger.opening_reserve", 85_719, "", ledger="EPF"),
    _published("accounts", "ledger.opening_reserve", 186_697, "", ledger="EPA"),
    _published("accounts", "ledger.opening_reserve", 132_337, "", ledger="RPF"),
    _published("totals", "accounts.benefit_expenditure", 240_249, "", scheme="resident", benefit=BENEFITS),
    Figure(
        "totals",
        "accounts.benefit_expenditure",
        (227_908 * 0.7016) * 1e4,
        "227,908 (10k yuan) of benefits of both ledgers x 0.7016, the pooled share of the nation's spending in 2025",
        _DERIVED,
        YEAR,
        (("scheme", "employee"), ("benefit", BENEFITS)),
    ),
    *(
        _assumed("totals", parameter, people * share, f"{_PEOPLE}: {share:.1%}", age=age, sex="all")
        for parameter, people, shares in (
            ("population.at_previous_year_end", 3_520_000, (0.210, 0.581, 0.209)),
            ("population.at_base_year_end", 3_515_000, (0.205, 0.580, 0.215)),
        )
        for age, share in zip(("0-14", "15-59", "60+"), shares, strict=True)
    ),
    _assumed("totals", "accounts.members", 395_200, _PAYERS, YEAR, status=PAYING),
    _assumed("totals", "accounts.members", 387_200, _BEFORE, YEAR - 1, status=PAYING),
    _assumed("totals", "accounts.members", 150_300, _RETIRED, YEAR, status="retired"),
    _assumed("totals", "accounts.members", 145_600, _BEFORE, YEAR - 1, status="retired"),
    Figure("totals", "accounts.members", 2_851_800, _HEADS, _DERIVED, YEAR, (("status", RESIDENTS),)),
    _assumed("totals", "accounts.members", 2_867_000, _BEFORE, YEAR - 1, status=RESIDENTS),
    _assumed("accounts", "accounts.cost_per_admission", 5_850, _BILL, YEAR, scheme="resident"),
    _assumed(
        "economy", "economy.gross_domestic_product", 2.3e11, "round figure, recalled; read for shares of GDP only", YEAR
    ),
    _assumed("economy", "economy.average_wage", 67_400, _WAGE, YEAR - 2),
    _assumed("economy", "economy.average_wage", 71_000, _WAGE, YEAR - 1),
    _assumed("economy", "economy.average_wage", 72_800, _WAGE, YEAR),
)


def fill(path: Path, figures: Iterable[Figure] = FIGURES) -> None:
    """Write the template and fill it, as a planner would in Excel.

    Parameters
    ----------
    path : path
        Workbook to write.
    figures : iterable of Figure
        What goes in.
    """
    from openpyxl import load_workbook

    write_template(path, codes=[CODE], base_year=YEAR, language="zh", overwrite=True)
    book = load_workbook(path)
    sheets = {str(sheet["B1"].value): sheet for sheet in book.worksheets}
    for row in sheets["set"].iter_rows(min_row=5):
        if row[0].value in SETTINGS:
            row[1].value = SETTINGS[row[0].value]
    _put(sheets["regions"], 5, REGION)
    for number, source in enumerate(SOURCES):
        _put(sheets["sources"], 5 + number, source)
    for figure in figures:
        _enter(sheets[figure.sheet], figure)
    book.save(path)


def _columns(sheet: Any) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[4] if cell.value}


def _put(sheet: Any, row: int, cells: dict[str, str]) -> None:
    columns = _columns(sheet)
    for name, text in cells.items():
        sheet.cell(row, columns[name]).value = text


def _enter(sheet: Any, figure: Figure) -> None:
    """Fill the row of a figure; one that the template does not have goes below the others."""
    columns = _columns(sheet)
    wanted = {"parameter": figure.parameter, "region": CODE, "year": figure.year, **dict(figure.axes)}
    last = 4
    for number in range(5, sheet.max_row + 1):
        if sheet.cell(number, columns["parameter"]).value is None:
            break
        last = number
        if all(sheet.cell(number, columns[name]).value == cell for name, cell in wanted.items() if name in columns):
            break
    else:
        last += 1
    row = last if all(sheet.cell(last, columns[name]).value == cell for name, cell in wanted.items()) else last + 1
    from poolcast.parameters.declarations import PARAMETERS

    cells = {**wanted, "value": figure.value, "note": figure.note, **figure.texts}
    cells["unit"] = PARAMETERS[figure.parameter].unit
    for name, value in cells.items():
        if value is not None:
            sheet.cell(row, columns[name]).value = value


if __name__ == "__main__":
    fill(Path(sys.argv[1]) if len(sys.argv) > 1 else WORKBOOK)
