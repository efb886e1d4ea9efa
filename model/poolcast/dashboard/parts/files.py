"""Files that a reader takes along: tables as CSV and XLSX, pictures; what is made up or borrowed says so in each."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.origin import marks, short_marks
from poolcast.parameters.exchange.layout import LEADS_A_FORMULA, sheet_name

if TYPE_CHECKING:
    import pandas as pd

SEPARATOR = " · "
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_name(context: Context, what: str, ending: str) -> str:
    """Return the name of a file: what it shows, where, and that it is synthetic where it is."""
    parts = ["poolcast", what, context.view.set, context.region, context.ledger]
    if context.held.synthetic:
        parts.append("synthetic")
    return "_".join(part for part in parts if part) + "." + ending


def set_file_name(context: Context, what: str, ending: str) -> str:
    """Return the name of a file of the whole set, which knows no region."""
    parts = ["poolcast", what, context.view.set, *(["synthetic"] if context.held.synthetic else [])]
    return "_".join(parts) + "." + ending


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(LEADS_A_FORMULA) else value


def as_csv(table: pd.DataFrame, context: Context) -> bytes:
    """Return a table as CSV that Excel opens with Chinese as it is (utf-8 with a mark at its head)."""
    text = _clean(table).to_csv(index=False)
    said = SEPARATOR.join(marks(context))
    first = f"# {said}\n" if said else ""
    return (first + text).encode("utf-8-sig")


def as_xlsx(sheets: Mapping[str, pd.DataFrame], context: Context) -> bytes:
    """Return tables as a workbook, one sheet each; text is never taken for a formula or an address.

    A sheet has the name that it is given, less what Excel does not take in one: long ones, signs, and the same twice.
    """
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    bold, wide = book.add_format({"bold": True, "bottom": 1, "text_wrap": True}), 14
    warn = book.add_format({"bold": True, "font_color": "#8A6500"})
    said = SEPARATOR.join(marks(context))
    taken: list[str] = []
    for name, table in sheets.items():
        taken.append(sheet_name(name, "", taken))
        sheet = book.add_worksheet(taken[-1])
        row = 0
        if said:
            sheet.write_string(0, 0, said, warn)
            row = 1
        clean = _clean(table)
        for column, title in enumerate(clean.columns):
            sheet.write_string(row, column, str(title), bold)
            for place, value in enumerate(clean.iloc[:, column].tolist(), start=row + 1):
                _write(sheet, place, column, value)
        sheet.set_column(0, max(len(clean.columns) - 1, 0), wide)
        sheet.freeze_panes(row + 1, 1)
    book.close()
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None and value == value:
        sheet.write(row, column, value)


def _clean(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(harmless).rename(columns=lambda name: harmless(str(name)))


def as_page(figure: Mapping[str, Any], title: str, context: Context) -> bytes:
    """Return a figure as a web page of its own that needs nothing from anywhere."""
    import plotly.io

    config = {"displaylogo": False, "responsive": True}
    text = plotly.io.to_html(_titled(figure, title, context), include_plotlyjs=True, config=config, validate=False)
    return str(text).encode()


def can_draw() -> bool:
    """Whether this machine can draw pictures: needs the extra ``report`` and a browser."""
    return find_spec("kaleido") is not None and shutil.which("chromium") is not None


def as_picture(figure: Mapping[str, Any], title: str, context: Context, kind: str) -> bytes:
    """Return a figure as ``png`` or ``svg``, on white, made-up data marked at the lower left."""
    import plotly.io

    plotly.io.defaults.mathjax = None
    titled = _titled(figure, title, context)
    made: bytes = plotly.io.to_image(titled, format=kind, width=960, height=540, scale=2, validate=False)
    return made


def _titled(figure: Mapping[str, Any], title: str, context: Context) -> dict[str, Any]:
    layout = dict(figure["layout"])
    margin = dict(layout.get("margin", {}))
    layout["title"] = {"text": title, "x": 0.01, "font": {"size": 16}}
    layout["margin"] = {**margin, "t": margin.get("t", 26) + 40, "b": margin.get("b", 26) + 24}
    layout["paper_bgcolor"] = layout["plot_bgcolor"] = context.palette.page
    layout["height"] = 540
    said = SEPARATOR.join(short_marks(context))
    if said:
        mark = {"text": said, "xref": "paper", "yref": "paper", "x": 0, "y": 0, "yshift": -44}
        mark |= {"showarrow": False, "xanchor": "left", "font": {"size": 12, "color": "#8A6500"}}
        layout["annotations"] = [*layout.get("annotations", []), mark]
    return {"data": figure["data"], "layout": layout}
