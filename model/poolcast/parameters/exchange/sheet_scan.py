"""A first look at the sheets of a workbook: how far they reach, and where formulas and error values stand.

The reader proper lays a sheet out as a full rectangle and repeats a shared text for every cell that shows it, so that a
small file could ask for more memory than there is. Therefore cells and texts are counted here, one after the other.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange.safe_files import Limits, refusal

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_MOST_COLUMNS = 512


@dataclass
class Scan:
    """What stands on one sheet.

    Parameters
    ----------
    rows, columns : int
        How far it reaches.
    formulas, errors : set of (int, int)
        Row and column, from zero, of cells with a formula or an error value such as ``#N/A``.
    shared : list of int
        Numbers of the shared texts that its cells show.
    """

    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    shared: list[int] = field(default_factory=list)


def address(row: int, column: int) -> str:
    """Return the address of a cell counted from zero.

    Examples
    --------
    >>> address(0, 0), address(11, 27)
    ('A1', 'AB12')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def position(cell: str) -> tuple[int, int]:
    """Return row and column, from zero, of an address such as ``AB12``."""
    match = _ADDRESS.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def scan_sheets(members: Mapping[str, bytes], file: str, limits: Limits, problems: list[Problem]) -> dict[str, Scan]:
    """Look at every sheet; what reaches too far is refused.

    Returns
    -------
    dict of str to Scan
        By the name of the sheet; empty where something was refused.
    """
    before = len(problems)
    scans: dict[str, Scan] = {}
    try:
        parts = _sheet_parts(members)
        for name, part in parts.items():
            scans[name] = _scan(members[part])
    except (expat.ExpatError, ElementTree.ParseError, ValueError, KeyError, RecursionError):
        problems.append(
            refusal(
                file,
                ("sheets that cannot be read", "a workbook as Excel writes it", "Open it in Excel and save it again."),
                ("工作表无法读取", "Excel 写出的工作簿", "请用 Excel 打开后重新保存。"),
            )
        )
        return {}
    if len(scans) > limits.tables + 20:
        problems.append(_too_many(file, None, len(scans), limits.tables, ("sheets", "个工作表")))
    area = 0
    for name, scan in scans.items():
        area += scan.rows * scan.columns
        if scan.columns > _MOST_COLUMNS:
            problems.append(_too_many(file, name, scan.columns, _MOST_COLUMNS, ("columns", "列")))
    rows = sum(scan.rows for scan in scans.values())
    if rows > limits.rows:
        problems.append(_too_many(file, None, rows, limits.rows, ("rows", "行")))
    if area > limits.cells:
        problems.append(_too_many(file, None, area, limits.cells, ("cells", "个单元格")))
    if _shown(members, scans, limits) > limits.unpacked:
        problems.append(_too_many(file, None, limits.unpacked, limits.unpacked, ("signs of text or more", "字符以上")))
    return scans if len(problems) == before else {}


def _too_many(file: str, sheet: str | None, found: int, limit: int, what: tuple[str, str]) -> Problem:
    return refusal(
        file,
        (f"{found:,} {what[0]}", f"at most {limit:,}", "Delete what is not needed, empty rows below the data too."),
        (f"{found:,} {what[1]}", f"最多 {limit:,}", "请删除不需要的内容,包括数据下方的空行。"),
        sheet=sheet,
    )


def _sheet_parts(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the member that holds each sheet."""
    targets = {}
    for relation in ElementTree.fromstring(members["xl/_rels/workbook.xml.rels"]):
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        targets[relation.get("Id", "")] = path
    parts = {}
    for element in ElementTree.fromstring(members["xl/workbook.xml"]).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            key = element.get(_RELATION) or element.get(_STRICT_RELATION) or ""
            parts[element.attrib["name"]] = targets[key]
    return parts


class _SheetReader:
    """Follows one sheet's XML element by element."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.row, self.column = -1, 0
        self.cell = ""
        self.letters: set[str] = set()
        self.digits: set[str] = set()
        self.kind = ""
        self.in_value = False
        self.text = ""

    def start(self, name: str, given: dict[str, str]) -> None:
        """Note where a cell stands and what it is."""
        name = name.rpartition(":")[2]
        if name == "c":
            cell = given.get("r")
            if cell is None:  # it stands beside the one before
                self.column = position(self.cell)[1] + 1 if self.cell else 0
                cell = address(self.row, self.column)
            self.cell = cell
            letters = cell.rstrip("0123456789")
            self.letters.add(letters)
            self.digits.add(cell[len(letters) :])
            self.kind = given.get("t", "")
            if self.kind == "e":
                self.scan.errors.add(position(cell))
        elif name == "row":
            self.row = int(given["r"]) - 1 if "r" in given else self.row + 1
            self.cell = ""
        elif name == "f":
            self.scan.formulas.add(position(self.cell))
        elif name == "v":
            self.in_value, self.text = self.kind == "s", ""

    def end(self, name: str) -> None:
        """Note which shared text a cell shows."""
        if self.in_value and name.rpartition(":")[2] == "v":
            self.scan.shared.append(int(self.text))
            self.in_value = False

    def finished(self) -> Scan:
        """Return what was seen, with the reach of the sheet; an address that is none is an error."""
        if self.letters:
            self.scan.columns = max(position(f"{letters}1")[1] for letters in self.letters) + 1
            self.scan.rows = max(position(f"A{digits}")[0] for digits in self.digits) + 1
        return self.scan

    def data(self, text: str) -> None:
        """Collect the number of a shared text."""
        if self.in_value:
            self.text += text


def _scan(xml: bytes) -> Scan:
    reader = _SheetReader()
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.data
    parser.Parse(xml, True)
    return reader.finished()


def _shown(members: Mapping[str, bytes], scans: Mapping[str, Scan], limits: Limits) -> int:
    """Return how many signs all cells show together, at least; counting ends above the limit."""
    import numpy as np

    shared = next((data for name, data in members.items() if name.lower() == "xl/sharedstrings.xml"), None)
    if shared is None:
        return 0
    lengths = np.array([len(part) for part in re.split(rb"<(?:\w+:)?si\b", shared)[1:]] or [0], dtype=np.int64)
    total = 0
    for scan in scans.values():
        numbers = np.array(scan.shared, dtype=np.int64)
        if len(numbers) and int(numbers.max()) >= len(lengths):
            return limits.unpacked + 1
        total += int(lengths[numbers].sum()) if len(numbers) else 0
    return total
