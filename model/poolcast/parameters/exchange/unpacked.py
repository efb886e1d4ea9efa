"""A sent file turned into tables in a folder, and the way back from a line of a table to the cell of the sender."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange.set_yaml import SetLines
from poolcast.parameters.exchange.sheets import Sheet
from poolcast.parameters.location import SET_FILE, available_sets, display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.set_file import SetFile, read_set_file

_NO_VALUE = re.compile(r"no value of ([\w.]+)")
_LINE = re.compile(r"\bline (\d+)(?: of (\S+\.csv))?")
_BOOK_WORDS = (
    ("keys of set.yaml sources", "keys of the sheet 'sources'"),
    ("sources in set.yaml", "the sheet 'sources'"),
    ("codes of set.yaml", "codes of the sheet 'regions'"),
    ("set.yaml", "the sheet 'set'"),
)


@dataclass
class Unpacked:
    """A file turned into tables in a folder, and the way back from their lines."""

    name: str
    folder: Path
    set_lines: SetLines | None = None
    tables: dict[str, tuple[Sheet, list[int]]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    empty: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    empty_rows: list[tuple[Sheet, list[tuple[int, list[str]]]]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    base_is_known: bool = True

    def mapped(self, problem: Problem) -> Problem:
        """Return a problem where the sender sees it."""
        if self.set_lines is None:
            return self._in_archive(problem)
        changes: dict[str, object] = {"file": self.name, "row": None}
        for key in ("allowed", "remedy"):
            text = getattr(problem, key)
            for before, after in _BOOK_WORDS:
                text = text.replace(before, after)
            changes[key] = text
        if problem.file in self.tables:
            sheet, rows = self.tables[problem.file]
            changes["sheet"] = sheet.title
            if problem.row is not None:
                row = self._row(rows, problem.row)
                changes["cell"] = sheet.cell(row, problem.column) or f"{row + 1}:{row + 1}"
            changes["found"] = _LINE.sub(lambda match: self._line(match, problem.file), problem.found)
        elif problem.file.endswith(SET_FILE):
            changes["sheet"], changes["cell"] = self.set_lines.locate(problem)
        return replace(problem, **changes)  # type: ignore[arg-type]

    def told(self, problems: Sequence[Problem], before: Sequence[Problem]) -> list[Problem]:
        """Return what the reader found, less what was said before of the same cell or parameter.

        What is missing is said at the first cell that was left empty.
        """
        result = []
        said = {(problem.sheet, problem.cell) for problem in before if problem.cell}
        for problem in problems:
            match = _NO_VALUE.match(problem.found)
            name = match[1] if match else ""
            if name in self.doubtful or (name and not self.base_is_known):
                continue
            place = self.mapped(problem)
            if (place.sheet, place.cell) in said:
                continue
            if name in self.empty:
                sheet, cell = self.empty[name][0]
                place = replace(place, sheet=sheet, cell=cell)
            result.append(place)
        return result

    def _in_archive(self, problem: Problem) -> Problem:
        changes = {
            key: text.replace(f"{display(self.folder)}/", "")
            for key in ("found", "allowed", "remedy")
            if (text := getattr(problem, key))
        }
        if problem.file in self.files:
            return replace(problem, file=f"{self.name}: {self.files[problem.file]}", **changes)
        return replace(problem, file=self.name, **changes)

    @staticmethod
    def _row(rows: list[int], line: int) -> int:
        return rows[min(max(line - 1, 0), len(rows) - 1)]

    def _line(self, match: re.Match[str], file: str) -> str:
        other = match[2] or file
        if other not in self.tables:
            return match[0]
        sheet, rows = self.tables[other]
        row = self._row(rows, int(match[1])) + 1
        return f"row {row}" + (f" of sheet {sheet.title}" if match[2] else "")


def checked_set_file(unpacked: Unpacked, problems: list[Problem]) -> SetFile | None:
    """Read ``set.yaml`` once before the tables; a set below must be found by its name alone."""
    found: list[Problem] = []
    set_file = read_set_file(unpacked.folder, found)
    if set_file is None or set_file.based_on is None:
        return set_file
    known = available_sets()
    if set_file.based_on not in known:
        remedy = did_you_mean(set_file.based_on, known) or "Name a set that is there, or leave it empty."
        problem = Problem(
            set_file.file,
            f"'{set_file.based_on}'",
            f"the name of a set: {', '.join(known)}",
            remedy,
            row=set_file.based_on_line,
            column="based_on",
            kind="set.yaml",
            zh=(f"“{set_file.based_on}”", f"已有假设集的名称:{'、'.join(known)}", "请填写已有假设集的名称,或留空。"),
        )
        problems.append(unpacked.mapped(problem))
        text = (unpacked.folder / SET_FILE).read_text(encoding="utf-8")
        line = (set_file.based_on_line or 1) - 1
        lines = text.split("\n")
        lines[line] = "based_on: null"
        (unpacked.folder / SET_FILE).write_bytes("\n".join(lines).encode())
        unpacked.base_is_known = False
        set_file.based_on = None
    return set_file
