"""A workbook to fill in the months of a fund, empty or with made-up months to try the page with."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.fund_months import FundMonths
from poolcast.budget.months import MONTHS
from poolcast.budget.year_end import drawn_years

Array = NDArray[np.float64]

EXAMPLE_MONTHS = 9
EXAMPLE_SEED = 7
_COMMON = 0.6
"""How far the lines of one side of the example move together, as a share of the log of each month."""
_HEADS = {
    "zh": ("统筹区", "基金", "科目", "名称", "{month}月累计（元）", "{year} 年 {ledger} 月报"),
    "en": ("region", "ledger", "line", "name", "{month} (cumulative, yuan)", "Months of {ledger} in {year}"),
}
_SYNTHETIC = {"zh": "合成数据：示例", "en": "Synthetic data: example"}
_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def example_months(fund: FundMonths, seed: int = EXAMPLE_SEED) -> Array:
    """Return made-up months (line, 12), yuan, of a year drawn from the same model as the bands; NaN after the ninth.

    Parameters
    ----------
    fund : FundMonths
        Whose phased budget is departed from.
    seed : int
    """
    noise = fund.watched.patterns.noise
    found = np.array(fund.watched.phased)
    for place, line in enumerate(fund.lines):
        common = drawn_years(noise[place], seed, 1, f"example {line[0]}")[0]
        own = drawn_years(noise[place], seed, 1, f"example {line}")[0]
        found[place] *= np.exp(_COMMON * common + (1 - _COMMON) * own)
    found[:, EXAMPLE_MONTHS:] = np.nan
    return found


def months_workbook(fund: FundMonths, language: str, months: Array | None = None) -> bytes:
    """Return a workbook that the reader of months takes: a row a line, a cumulative column a month.

    Parameters
    ----------
    fund : FundMonths
        Its lines become the rows.
    language : {"zh", "en"}
    months : array (line, 12), yuan, optional
        Months alone, to be filled in as cumulative figures; made up, so that the sheet says so.
    """
    import xlsxwriter

    region, ledger, line_head, name, month_head, title = _HEADS[language]
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    number = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet("months")
    sheet.write_string(0, 0, title.format(year=fund.year, ledger=fund.ledger))
    if months is not None:
        sheet.write_string(0, 3, _SYNTHETIC[language])
    heads = [month_head.format(month=month if language == "zh" else _ENGLISH[month - 1]) for month in range(1, 13)]
    for column, head in enumerate((region, ledger, line_head, name, *heads)):
        sheet.write_string(1, column, head, bold)
    for row, (line, label) in enumerate(zip(fund.lines, fund.labels, strict=True), start=2):
        for column, word in enumerate((fund.region, fund.ledger, line, label.in_language(language))):
            sheet.write_string(row, column, word)
        _fill(sheet, row, None if months is None else months[row - 2], number)
    sheet.set_column(0, 2, 9)
    sheet.set_column(3, 3, 34)
    sheet.set_column(4, 3 + MONTHS, 17)
    sheet.freeze_panes(2, 4)
    book.close()
    return stream.getvalue()


def _fill(sheet: Any, row: int, months: Array | None, number: Any) -> None:
    if months is None:
        return
    for month, value in enumerate(np.cumsum(months)):
        if np.isfinite(value):
            sheet.write_number(row, 4 + month, round(float(value), 2), number)
