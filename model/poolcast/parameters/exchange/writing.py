"""Writing a workbook: sheets with headers in two languages, drop-downs, bounds and protection."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import EVIDENCES, GRADES, UNITS, Parameter, Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.documentation import filling_words
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.layout import HEAD_ROWS, HELPER, LEADS_A_FORMULA, SheetTable
from poolcast.parameters.number_cells import plain, read_number
from poolcast.parameters.selectors import ALL
from poolcast.parameters.set_file import SetFile

_LAST_ROW = 1_048_575
_OPEN_ROWS = 2_000
"""Rows below the data that a planner may fill, with drop-downs."""

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13},
    "warning": {"bold": True, "font_color": "#C00000"},
    "text": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter", "align": "center"},
    "id": {"bg_color": "#D3DEE9", "font_name": "Consolas", "font_size": 9, "bottom": 1, "align": "center"},
    "fixed": {"bg_color": "#F5F7F9", "font_color": "#5F6B77"},
    "word": {"num_format": "@", "locked": False},
    "quoted": {"num_format": "@", "locked": False, "quote_prefix": True},
    "number": {"locked": False, "align": "right"},
    "year": {"num_format": "0", "locked": False},
    "amount": {
        "locked": False,
        "align": "right",
        "bg_color": "#FFF8DC",
        "border": 1,
        "border_color": "#D9C58A",
        "num_format": "#,##0",
    },
    "wanted": {"locked": False, "align": "right", "bg_color": "#FFF8DC", "border": 1, "border_color": "#D9C58A"},
}
_WIDTHS = {"parameter": 34, "value": 18, "note": 46, "source": 24, "status": 22, "unit": 22, "title": 50, "address": 44,
           "publisher": 36, "name.en": 24, "name.zh": 18, "#name": 44, "#help": 40, "#range": 26, "#needed": 22,
           "#example": 18, "benefit": 20, "key": 26, "members": 30}  # fmt: skip
_STILL_ALLOWED = (
    "format_cells",
    "format_columns",
    "format_rows",
    "insert_rows",
    "delete_rows",
    "sort",
    "autofilter",
)
_MAY_PROTECTED = dict.fromkeys(_STILL_ALLOWED, True)


class BookWriter:
    """An open workbook that is filled sheet by sheet.

    Parameters
    ----------
    path : str or path
        File to write.
    set_file : SetFile
        Name, regions, sources and the mark for made-up data.
    language : {"en", "zh"}
        Which language comes first.
    """

    def __init__(self, path: str | os.PathLike[str], set_file: SetFile, language: str) -> None:
        import xlsxwriter

        choices = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(os.fspath(path), choices)
        font = {"font_name": "Microsoft YaHei" if language == "zh" else "Calibri", "font_size": 10}
        self.styles = {name: self.book.add_format({**font, **style}) for name, style in _STYLES.items()}
        self.set_file, self.language = set_file, language
        self.names: list[str] = []
        self.lists: dict[str, str] = {}

    def word(self, words: Words) -> str:
        """Return words in the language of the workbook."""
        return words.in_language(self.language)

    def both(self, words: Words) -> tuple[str, str]:
        """Return words in both languages, that of the workbook first."""
        return (words.zh, words.en) if self.language == "zh" else (words.en, words.zh)

    def add_sheet(self, name: str, words: Words, kind: str) -> Any:
        """Add a sheet that says in its first cell what it is."""
        title = layout.sheet_name(name, self.word(words), self.names)
        self.names.append(title)
        sheet = self.book.add_worksheet(title)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1, HEAD_ROWS - 1)
        sheet.write_string(0, 0, f"{layout.MARK}:{kind}", self.styles["id"])
        sheet.write_string(0, 1, name, self.styles["id"])
        text = " · ".join(part for part in self.both(words) if part)
        sheet.write_string(0, 2, text, self.styles["title"])
        if self.set_file.synthetic:
            made_up = Words("synthetic: made-up data, not to be quoted", "synthetic:合成数据,不得引用")
            sheet.write_string(0, 4, self.word(made_up), self.styles["warning"])
        return sheet

    def write_head(self, sheet: Any, columns: Sequence[str]) -> None:
        """Write the headers in two languages and the names below them, and keep them in view."""
        for number, name in enumerate(columns):
            words = layout.COLUMN_WORDS.get(name, Words(name, name))
            for row, text in enumerate(self.both(words), start=1):
                sheet.write_string(row, number, text, self.styles["head"])
            sheet.write_string(3, number, name, self.styles["id"])
            note = layout.COLUMN_NOTES.get(name)
            if note is not None:
                sheet.write_comment(3, number, "\n".join(self.both(note)), {"x_scale": 2, "author": "Poolcast"})
            style = self.styles["fixed" if name.startswith(HELPER) else _style(name)]
            sheet.set_column(number, number, _WIDTHS.get(name, 13), style)
        sheet.freeze_panes(HEAD_ROWS, 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.protect("", _MAY_PROTECTED)

    def write_text(self, sheet: Any, row: int, column: int, text: str, style: str = "word") -> None:
        """Write a text as text: what begins like a formula carries Excel's own mark that it is none."""
        if text:
            quoted = text.startswith(LEADS_A_FORMULA) and style == "word"
            sheet.write_string(row, column, text, self.styles["quoted" if quoted else style])

    def write_value(self, sheet: Any, row: int, column: int, text: str, style: str = "number") -> None:
        """Write a number as a number where Excel's file keeps all its digits, and as text where it would not."""
        number = read_number(text) if text else None
        if isinstance(number, float) and float(f"{number:.16G}") == number:
            sheet.write_number(row, column, number, self.styles[style])
        elif text:
            self.write_text(sheet, row, column, text)
        elif style != "number":
            sheet.write_blank(row, column, None, self.styles[style])

    def add_list(self, name: str, members: Sequence[str]) -> None:
        """Keep a list for drop-downs; the sheet of lists is written at the end."""
        from xlsxwriter.utility import xl_col_to_name

        column = xl_col_to_name(len(self.lists))
        self.lists[name] = f"='{layout.LISTS}'!${column}${HEAD_ROWS + 1}:${column}${HEAD_ROWS + max(len(members), 1)}"
        self._list_members = [*getattr(self, "_list_members", []), (name, list(members))]

    def write_lists(self) -> None:
        """Write the hidden sheet behind the drop-downs."""
        self.names.append(layout.LISTS)
        sheet = self.book.add_worksheet(layout.LISTS)
        sheet.write_string(0, 0, f"{layout.MARK}:{layout.LISTS}", self.styles["id"])
        for column, (name, members) in enumerate(self._list_members):
            sheet.write_string(HEAD_ROWS - 1, column, name, self.styles["id"])
            for row, member in enumerate(members):
                sheet.write_string(HEAD_ROWS + row, column, member)
        sheet.protect()
        sheet.hide()


def write_book(
    path: Path, set_file: SetFile, tables: Sequence[SheetTable], language: str, notes: Sequence[Words]
) -> None:
    """Write a workbook.

    Parameters
    ----------
    path : path
        File to write.
    set_file : SetFile
        What becomes ``set.yaml``.
    tables : sequence of SheetTable
        Its tables, one sheet each.
    language : {"en", "zh"}
        Which language comes first.
    notes : sequence of Words
        More lines of guidance, such as the digest of the set.
    """
    writer = BookWriter(path, set_file, language)
    _add_lists(writer)
    _write_guide(writer, notes)
    _write_settings(writer)
    _write_set_lists(writer)
    for table in tables:
        write_table(writer, table)
    _write_reference(writer)
    writer.write_lists()
    writer.book.set_properties({"title": set_file.title.zh, "comments": set_file.title.en, "created": _FIXED_DATE})
    writer.book.close()


def _fixed_date() -> Any:
    from datetime import UTC, datetime

    return datetime(2000, 1, 1, tzinfo=UTC)  # the same set gives the same bytes


_FIXED_DATE = _fixed_date()


def _add_lists(writer: BookWriter) -> None:
    set_file = writer.set_file
    codes = [*(region.code for region in (*set_file.regions, *set_file.parents)), ALL]
    lists: dict[str, Sequence[str]] = {
        "parameter": list(PARAMETERS),
        "region": codes,
        "destination": [region.code for region in set_file.regions] + [ALL],
        "source": list(set_file.sources),
        "evidence": EVIDENCES,
        "grade": GRADES,
        "unit": list(UNITS),
    }
    lists |= {name: [*axis.members, ALL] for name, axis in AXES.items() if axis.members and name != "age"}
    for name, members in lists.items():
        writer.add_list(name, members)


def _style(column: str) -> str:
    return {"value": "number", "year": "year"}.get(column, "word")


def _write_guide(writer: BookWriter, notes: Sequence[Words]) -> None:
    sheet = writer.add_sheet(layout.GUIDE, layout.SHEETS[layout.GUIDE], layout.GUIDE)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 2, 78)
    title = writer.both(writer.set_file.title)
    lines = [*notes, *layout.GUIDANCE]
    for column, text in enumerate(title, start=1):
        sheet.write_string(2, column, text, writer.styles["title"])
    for row, words in enumerate(lines, start=4):
        sheet.write_number(row, 0, row - 3, writer.styles["text"])
        for column, text in enumerate(writer.both(words), start=1):
            sheet.write_string(row, column, text, writer.styles["text"])
    sheet.hide_gridlines(2)
    sheet.protect()


def _write_settings(writer: BookWriter) -> None:
    sheet = writer.add_sheet(layout.SETTINGS, layout.SHEETS[layout.SETTINGS], layout.SETTINGS)
    writer.write_head(sheet, (*layout.COLUMNS_OF[layout.SETTINGS], "#help"))
    sheet.set_column(1, 1, 60, writer.styles["word"])
    sheet.set_column(2, 2, 60, writer.styles["fixed"])
    for row, (key, value) in enumerate(layout.setting_rows(writer.set_file), start=HEAD_ROWS):
        sheet.write_string(row, 0, key, writer.styles["fixed"])
        if value.isdigit() and key in ("base_year", "last_year", "longest"):
            sheet.write_number(row, 1, int(value), writer.styles["year"])
        else:
            writer.write_text(sheet, row, 1, value)
        sheet.write_string(row, 2, " · ".join(writer.both(layout.setting_words(key))), writer.styles["fixed"])
        choices = layout.setting_choices(key)
        if choices:
            sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": list(choices)})


def _write_set_lists(writer: BookWriter) -> None:
    """Write the sheets of regions, pools and sources."""
    set_file = writer.set_file
    truth = {True: "true", False: "false"}
    contents: dict[str, list[tuple[str, ...]]] = {
        layout.REGIONS: [
            (
                place.code,
                place.name.en,
                place.name.zh,
                place.parent or "",
                truth[place.projected],
                truth[place.own_pool],
                ", ".join(map(str, set_file.tiles.get(place.code, ()))),
            )
            for place in (*set_file.parents, *set_file.regions)
        ],
        layout.POOLS: [(pool.code, pool.name.en, pool.name.zh, ", ".join(pool.members)) for pool in set_file.pools],
        layout.SOURCES: [
            (key, one.title, one.publisher, one.year, one.address, one.grade, one.note)
            for key, one in set_file.sources.items()
        ],
    }
    for kind, rows in contents.items():
        sheet = writer.add_sheet(kind, layout.SHEETS[kind], kind)
        columns = layout.COLUMNS_OF[kind]
        writer.write_head(sheet, columns)
        for number, cells in enumerate(rows, start=HEAD_ROWS):
            for column, text in enumerate(cells):
                writer.write_text(sheet, number, column, text)
        last = HEAD_ROWS + len(rows) + _OPEN_ROWS
        for name, source in (("projected", ["true", "false"]), ("own_pool", ["true", "false"]), ("grade", GRADES)):
            if name in columns:
                column = columns.index(name)
                sheet.data_validation(HEAD_ROWS, column, last, column, {"validate": "list", "source": list(source)})


def write_table(writer: BookWriter, table: SheetTable) -> None:
    """Write one table on a sheet of its own, with drop-downs and bounds."""
    parameters = [row[table.columns.index("parameter")] for row in table.rows]
    words = layout.table_words(table.name, parameters)
    sheet = writer.add_sheet(table.name, words, table.kind)
    writer.write_head(sheet, table.columns)
    value, note = table.columns.index("value"), table.columns.index("note") if "note" in table.columns else -1
    year = table.columns.index("year") if "year" in table.columns else -1
    helpers = {number for number, name in enumerate(table.columns) if name.startswith(HELPER)}
    asked = "#needed" in table.columns
    write_string, word = sheet.write_string, writer.styles["word"]
    for number, row in enumerate(table.rows, start=HEAD_ROWS):
        for column, text in enumerate(row):
            if column == value:
                writer.write_value(sheet, number, column, text, _value_style(row[0]) if asked else "number")
            elif not text:
                continue
            elif column in helpers:
                write_string(number, column, text, writer.styles["fixed"])
            elif column == year and text.isdigit():
                sheet.write_number(number, column, int(text), writer.styles["year"])
            elif column == note:
                writer.write_text(sheet, number, column, text)
            else:
                write_string(number, column, text, word)
    last = min(HEAD_ROWS + len(table.rows) + _OPEN_ROWS, _LAST_ROW)
    sheet.autofilter(HEAD_ROWS - 1, 0, max(HEAD_ROWS + len(table.rows) - 1, HEAD_ROWS), len(table.columns) - 1)
    _validate_words(writer, sheet, table.columns, last)
    _validate_values(writer, sheet, parameters, value, table.kind)


def _value_style(parameter: str) -> str:
    """Return the style of a value that a planner is asked for: amounts of persons and yuan with separators."""
    declared = PARAMETERS.get(parameter)
    return "amount" if declared is not None and declared.is_extensive else "wanted"


def _validate_words(writer: BookWriter, sheet: Any, columns: Sequence[str], last: int) -> None:
    """Offer drop-downs; several members joined by ``|`` stay possible, so Excel only warns."""
    free = Words("Several members are joined by |, sources by ;. Keep it?", "多个成员用 | 连接,来源用 ; 连接。保留吗?")
    for column, name in enumerate(columns):
        if name == "year":
            limits = {"validate": "integer", "criteria": "between", "minimum": 1900, "maximum": 2300}
            sheet.data_validation(HEAD_ROWS, column, last, column, limits)
        elif name in writer.lists:
            strict = name in ("parameter", "evidence", "grade", "unit")
            choice: dict[str, Any] = {"validate": "list", "source": writer.lists[name]}
            if not strict:
                choice |= {"error_type": "information", "error_title": name[:32], "error_message": writer.word(free)}
            sheet.data_validation(HEAD_ROWS, column, last, column, choice)


def _validate_values(writer: BookWriter, sheet: Any, parameters: Sequence[str], column: int, kind: str) -> None:
    """Put the declared bounds on the values, with the meaning as a prompt; totals have no upper bound."""
    for name, spans in _spans(parameters).items():
        parameter = PARAMETERS.get(name)
        if parameter is None:
            continue
        low, high = parameter.minimum, parameter.maximum
        words = (UNITS[parameter.unit][1 if writer.language == "zh" else 0], bounds_text(parameter))
        found: dict[str, Any] = {
            "validate": "integer" if parameter.integer else "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "input_title": writer.word(parameter.label)[:32],
            "input_message": f"{words[0]}: {words[1]}\n{writer.word(parameter.help)}"[:255],
            "error_title": name[:32],
            "error_message": f"{writer.word(parameter.label)}: {words[1]} ({words[0]})"[:255],
        }
        if kind == layout.TOTALS:
            found |= {"validate": "decimal", "criteria": ">=", "value": min(low, 0)}
            found.pop("minimum"), found.pop("maximum")
        blocks = [[HEAD_ROWS + start, column, HEAD_ROWS + end, column] for start, end in spans]
        if len(blocks) > 1:
            found["other_cells"] = blocks[1:]
        sheet.data_validation(*blocks[0], found)


def _spans(parameters: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Return for each parameter the runs of its rows: first and last."""
    starts = [0, *(number for number in range(1, len(parameters)) if parameters[number] != parameters[number - 1])]
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end in pairwise([*starts, len(parameters)]):
        if end > start:
            spans.setdefault(parameters[start], []).append((start, end - 1))
    return spans


def bounds_text(parameter: Parameter) -> str:
    """Return the bounds of a parameter in few signs."""
    return f"{plain(parameter.minimum)} … {plain(parameter.maximum)}"


def _write_reference(writer: BookWriter) -> None:
    """Write what every declared parameter is."""
    sheet = writer.add_sheet(layout.REFERENCE, layout.SHEETS[layout.REFERENCE], layout.REFERENCE)
    heads = (Words("Parameter", "参数"), Words("Name", "名称"), Words("Unit", "单位"), Words("Axes", "维度"),
             Words("Bounds", "取值范围"), Words("Default", "默认值"), Words("Between, beyond", "年份间与年份后"),
             Words("Needed", "何时必需"), Words("Meaning", "含义"), Words("Handbook", "手册"))  # fmt: skip
    for column, words in enumerate(heads):
        for row, text in enumerate(writer.both(words), start=2):
            sheet.write_string(row, column, text, writer.styles["head"])
    for row, parameter in enumerate(PARAMETERS.values(), start=HEAD_ROWS):
        texts = (
            parameter.name,
            writer.word(parameter.label),
            f"{parameter.unit} · {UNITS[parameter.unit][1 if writer.language == 'zh' else 0]}",
            ", ".join(parameter.dimensions),
            bounds_text(parameter),
            "" if parameter.default is None else plain(parameter.default),
            filling_words(parameter, writer.language),
            parameter.needed,
            writer.word(parameter.help),
            parameter.handbook,
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)
    for column, width in enumerate((40, 26, 34, 30, 24, 12, 22, 30, 80, 10)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(HEAD_ROWS, 1)
    sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + len(PARAMETERS), len(heads) - 1)
    sheet.protect("", _MAY_PROTECTED)
