"""One table: a CSV file read into columns of words, with everything that can be wrong with a file.

Decisions, so that a file has one meaning only:

- UTF-8 with or without a byte-order mark is read; any line ending is read.
- GB18030 (what a Chinese Excel saves as plain CSV) is refused with the remedy; its rows are checked all the same, so
  that every other problem is in the same report.
- Blanks around a cell, empty rows and empty cells beyond the last column are dropped.
- Numbers are never guessed: see `poolcast.parameters.number_cells`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import AXES
from poolcast.parameters.errors import Problem
from poolcast.parameters.location import display
from poolcast.parameters.nearest import did_you_mean

REQUIRED_COLUMNS = ("parameter", "value", "unit", "evidence", "grade", "source")
COLUMNS = ("parameter", *AXES, "value", "unit", "evidence", "grade", "source", "note")


@dataclass(frozen=True)
class Column:
    """A column of words: each distinct word once, and the position of its word for every row.

    Parameters
    ----------
    words : tuple of str
        Distinct words, blanks around them dropped.
    codes : array (row,)
        Position in `words`.
    """

    words: tuple[str, ...]
    codes: NDArray[np.intp]

    def __getitem__(self, row: int) -> str:
        """Return the word of a row."""
        return self.words[int(self.codes[row])]

    def is_empty(self) -> NDArray[np.bool_]:
        """Return for every row whether its cell is empty."""
        return np.array([word == "" for word in self.words], dtype=bool)[self.codes]


@dataclass(frozen=True)
class Table:
    """The well-formed rows of one file.

    Parameters
    ----------
    file : str
        Path for readers.
    columns : dict of str to Column
        Columns by name.
    lines : array (row,)
        Line of each row in the file, the header being line 1.
    doubtful : frozenset of str
        First cells of the rows that were refused: parameters of which something is missing here.
    """

    file: str
    columns: dict[str, Column]
    lines: NDArray[np.intp]
    doubtful: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)


def table_files(folder: Path) -> list[Path]:
    """Return the tables of a set: every CSV file of its folder, but not hidden or lock files."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv" and path.is_file() and not path.name.startswith((".", "~$"))
    )


def read_text(path: Path, problems: list[Problem]) -> str | None:
    """Return the text of a file; what is wrong with its bytes is added to the problems.

    Returns
    -------
    str or None
        The text, or None where nothing can be read.
    """
    file = display(path)

    def refuse(found: str, remedy: str, row: int | None = None) -> None:
        problems.append(Problem(file, found, "text encoded as UTF-8", remedy, row=row, kind="file"))

    try:
        raw = path.read_bytes()
    except OSError as error:
        refuse(
            f"a file that cannot be opened ({error.strerror})",
            "Check its permissions and whether it is open elsewhere.",
        )
        return None
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        refuse(
            "an Excel workbook under another name", "In Excel choose File > Save as > 'CSV UTF-8 (comma delimited)'."
        )
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse("text encoded as UTF-16", "In Excel choose File > Save as > 'CSV UTF-8 (comma delimited)'.")
        return None
    if b"\x00" in raw:
        refuse("a binary file", "Save the table as text: 'CSV UTF-8'.", row=raw[: raw.index(b"\x00")].count(b"\n") + 1)
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            refuse(f"bytes that are no text (0x{raw[error.start]:02x})", "Save the file as UTF-8.", row=line)
            return None
        refuse(
            "text encoded as GB18030 (or GBK)",
            "In Excel choose File > Save as > 'CSV UTF-8 (逗号分隔)', or run: iconv -f GB18030 -t UTF-8.",
            row=line,
        )
    if not text.strip():
        refuse("an empty file", "Fill the file, or remove it.")
        return None
    return text


def read_table(path: Path, problems: list[Problem]) -> Table | None:
    """Read one CSV file; everything wrong with its form is added to the problems.

    Parameters
    ----------
    path : Path
        The file.
    problems : list of Problem
        Receives what is found.

    Returns
    -------
    Table or None
        The rows that can be checked further, or None where the file as a whole is refused.
    """
    text = read_text(path, problems)
    if text is None:
        return None
    file = display(path)
    records: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for record in reader:
            records.append(record)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Problem(
                file,
                f"a row that cannot be read ({error})",
                "cells separated by commas, quotes in pairs",
                "Close the quotation mark; write a quotation mark inside a quoted cell twice.",
                row=start,
                kind="file",
            )
        )
        return None
    position = next(number for number, record in enumerate(records) if any(cell.strip() for cell in record))
    header = [name.strip() for name in records[position]]
    if not _check_header(file, lines[position], header, problems):
        return None
    return _columns(file, header, records[position + 1 :], lines[position + 1 :], problems)


def _check_header(file: str, line: int, header: list[str], problems: list[Problem]) -> bool:
    """Check the names of the columns; False where the rows cannot be checked further."""
    while header and not header[-1]:
        header.pop()
    before = len(problems)

    def refuse(found: str, allowed: str, remedy: str, column: str | None = None) -> None:
        problems.append(Problem(file, found, allowed, remedy, row=line, column=column, kind="header"))

    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("，", "full-width commas")):
        if len(header) == 1 and separator in header[0]:
            refuse(
                f"columns separated by {name}",
                "columns separated by commas",
                "Save the table as 'CSV UTF-8 (comma delimited)'.",
            )
            return False
    for number, name in enumerate(header):
        if name not in COLUMNS:
            found = f"an unknown column '{name}'" if name else f"a column without a name (number {number + 1})"
            remedy = did_you_mean(name, COLUMNS) or "Rename or remove the column; remarks belong into 'note'."
            refuse(found, ", ".join(COLUMNS), remedy, name or None)
        elif name in header[:number]:
            refuse(f"the column '{name}' twice", "each column once", "Remove one of them.", name)
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        refuse(
            f"no column {', '.join(missing)}",
            f"at least {', '.join(REQUIRED_COLUMNS)}",
            "Add it to the first line.",
            missing[0],
        )
    return len(problems) == before


def _columns(
    file: str, header: list[str], records: Sequence[list[str]], lines: Sequence[int], problems: list[Problem]
) -> Table:
    """Turn records into columns; rows of another length are refused one by one."""
    width = len(header)
    kept: list[list[str]] = []
    kept_lines: list[int] = []
    doubtful: set[str] = set()
    for record, line in zip(records, lines, strict=True):
        if len(record) == width:
            kept.append(record)
            kept_lines.append(line)
        elif not any(cell.strip() for cell in record[width:]) and len(record) > width:
            kept.append(record[:width])
            kept_lines.append(line)
        elif any(cell.strip() for cell in record):
            doubtful.update(cell.strip() for cell in record)
            remedy = "Quote a cell that holds a comma." if len(record) > width else "Keep the commas of empty cells."
            allowed = f"{width} cells, as in the header"
            problems.append(Problem(file, f"{len(record)} cells", allowed, remedy, row=line, kind="row length"))
    cells: Sequence[Sequence[str]] = list(zip(*kept, strict=True)) if kept else [()] * width
    columns = {name: column_of(column) for name, column in zip(header, cells, strict=True)}
    filled = np.zeros(len(kept), dtype=bool)
    for column in columns.values():
        filled |= ~column.is_empty()
    if not filled.all():
        columns = {name: Column(column.words, column.codes[filled]) for name, column in columns.items()}
    return Table(file, columns, np.asarray(kept_lines, dtype=np.intp)[filled], frozenset(doubtful))


def column_of(cells: Sequence[str]) -> Column:
    """Return a column with each distinct word once."""
    words: dict[str, int] = {}
    code = {cell: words.setdefault(cell.strip(), len(words)) for cell in dict.fromkeys(cells)}
    return Column(tuple(words), np.fromiter(map(code.__getitem__, cells), dtype=np.intp, count=len(cells)))
