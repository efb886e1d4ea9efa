"""A workbook as the tables of a set: one CSV file a sheet, totals spread, and what was left empty asked for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.safe_files import Limits, refusal
from poolcast.parameters.exchange.set_yaml import set_lines
from poolcast.parameters.exchange.sheets import Sheet, read_sheets
from poolcast.parameters.exchange.totals import spread_totals
from poolcast.parameters.exchange.unpacked import Unpacked, checked_set_file
from poolcast.parameters.location import SET_FILE, display
from poolcast.parameters.rows import SetRows
from poolcast.parameters.set_file import SetFile
from poolcast.parameters.set_folder import read_rows
from poolcast.parameters.table_checks import add_table
from poolcast.parameters.tables import Table, column_of


def unpack_book(content: bytes, unpacked: Unpacked, limits: Limits, problems: list[Problem]) -> bool:
    """Write ``set.yaml`` and one CSV file a sheet."""
    read = read_sheets(content, unpacked.name, limits, problems)
    if read is None:
        return False
    sheets, unpacked.ignored = read
    lines = unpacked.set_lines = set_lines(sheets, unpacked.name, problems)
    if layout.SETTINGS not in lines.sheets or layout.REGIONS not in lines.sheets:
        problems.append(
            refusal(
                unpacked.name,
                ("no sheet 'set' or no sheet 'regions'", "the sheets of a template", "Begin with `poolcast template`."),
                ("缺少 set 或 regions 工作表", "模板所含工作表", "请用 poolcast template 生成模板。"),
            )
        )
        return False
    path = unpacked.folder / SET_FILE
    path.write_bytes(("\n".join(lines.lines) + "\n").encode())
    set_file = checked_set_file(unpacked, problems)
    totals = []
    for sheet in sheets:
        if sheet.kind == layout.TABLE:
            _write_sheet(sheet, unpacked)
        elif sheet.kind == layout.TOTALS:
            totals.append(sheet)
    if totals:
        for sheet in totals:
            filled = _filled(sheet, unpacked)
            if set_file is None:
                continue
            spread = spread_totals(filled, set_file, unpacked.name, problems, unpacked.base_is_known)
            _write(sheet, spread.columns, spread.rows, spread.places, unpacked)
            unpacked.spread += spread.parameters
            unpacked.doubtful |= spread.doubtful
    _ask_for_required(unpacked, set_file, problems)
    return True


def _filled(sheet: Sheet, unpacked: Unpacked) -> Sheet:
    """Return a sheet without the rows whose value was left empty; what of them must be given is asked for later."""
    if "#needed" not in sheet.helpers or not {"value", "parameter"} <= set(sheet.columns):
        return sheet
    value, parameter = list(sheet.columns).index("value"), list(sheet.columns).index("parameter")
    region = list(sheet.columns).index("region") if "region" in sheet.columns else parameter
    following = {row for row, _ in sheet.rows if "with the rest" in sheet.helper(row, "#needed")}
    blocks = {(words[parameter], words[region]) for row, words in sheet.rows if words[value] and row not in following}
    kept, left = [], []
    for row, words in sheet.rows:
        if row in following and (words[parameter], words[region]) not in blocks:
            continue
        if words[value]:
            kept.append((row, words))
            continue
        left.append((row, words))
    if left:
        unpacked.empty_rows.append((sheet, left))
    return replace(sheet, rows=kept)


def _ask_for_required(unpacked: Unpacked, set_file: SetFile | None, problems: list[Problem]) -> None:
    """Refuse each row that must be given, was left empty, and is given nowhere else; forget the empty ones that are."""
    if not unpacked.empty_rows:
        return
    refused = frozenset(unpacked.doubtful)
    given = read_rows(unpacked.folder, []) if set_file is not None and unpacked.tables else None
    for sheet, rows in unpacked.empty_rows:
        parameter = list(sheet.columns).index("parameter")
        known = _given_elsewhere([words for _, words in rows], tuple(sheet.columns), given) if given else set()
        for number, (row, words) in enumerate(rows):
            if number in known:
                continue
            name, cell = words[parameter], sheet.cell(row, "value")
            unpacked.empty.setdefault(name, []).append((sheet.title, cell or ""))
            said = any(problem.sheet == sheet.title and problem.cell == cell for problem in problems)
            if said or name in refused or "required" not in sheet.helper(row, "#needed"):
                continue
            unpacked.doubtful.add(name)
            label, allowed = sheet.helper(row, "#name"), sheet.helper(row, "#range") or "a number"
            remedy = "Fill the cell; where nothing is published, assume a value, call it an assumption and say why."
            zh = (
                f"未填写 {name} {label}".rstrip(),
                allowed,
                "请填写;无公开数据时填假设值,依据选 assumption 并说明理由。",
            )
            found = f"no value of {name}" + (f" ({label})" if label else "")
            problems.append(
                Problem(unpacked.name, found, allowed, remedy, None, "value", "required", sheet.title, cell, zh)
            )


def _given_elsewhere(rows: Sequence[Sequence[str]], columns: Sequence[str], given: SetRows) -> set[int]:
    """Return the positions of the rows of which every cell has a value in the tables."""
    words = {name: [row[number] for row in rows] for number, name in enumerate(columns)} | {"value": ["0"] * len(rows)}
    asked = SetRows(given.set_file)
    table = Table("", {name: column_of(cells) for name, cells in words.items()}, np.arange(len(rows)))
    add_table(asked, table, [])
    known = set()
    for name, wanted in asked.cells.items():
        have = given.cells.get(name)
        if have is None:
            continue
        size = max(int(have.place.max()), int(wanted.place.max())) + 1
        years = max(int(have.year.max()), int(wanted.year.max())) + 1
        keys = [(cells.level * years + cells.year) * size + cells.place for cells in (wanted, have)]
        found = np.isin(keys[0], keys[1])
        for row in np.unique(wanted.row).tolist():
            if found[wanted.row == row].all():
                known.add(row)
    return known


def _write_sheet(sheet: Sheet, unpacked: Unpacked) -> None:
    sheet = _filled(sheet, unpacked)
    rows = [words for _, words in sheet.rows]
    _write(sheet, tuple(sheet.columns), rows, [row for row, _ in sheet.rows], unpacked)


def _write(
    sheet: Sheet, columns: tuple[str, ...], rows: list[list[str]], places: list[int], unpacked: Unpacked
) -> None:
    """Write a table, and remember for each line the row of the sheet from which it comes."""
    if not rows:
        return
    taken = {Path(file).stem.lower() for file in unpacked.tables}
    stem = re.sub(r"[^\w.-]+", "_", sheet.name).strip("._") or "table"
    while stem.lower() in taken:
        stem += "_"
    note = columns.index("note") if "note" in columns else -1
    lines = [sheet.header]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for words, place in zip(rows, places, strict=True):
        if note >= 0 and words[note].startswith(layout.LEADS_A_FORMULA):
            words = [*words[:note], layout.guarded(words[note]), *words[note + 1 :]]
        writer.writerow(words)
        lines += [place] * (1 + sum(word.count("\n") for word in words))
    path = unpacked.folder / f"{stem}.csv"
    path.write_bytes(text.getvalue().encode())
    unpacked.tables[display(path)] = (sheet, lines)
