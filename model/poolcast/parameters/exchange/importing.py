"""A sent file becomes a set: all its problems at once, each at its sheet and cell, or a whole folder."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.safe_files import LIMITS, Limits, refusal, unpack
from poolcast.parameters.exchange.set_yaml import SetLines, set_lines
from poolcast.parameters.exchange.sheets import Sheet, read_sheets
from poolcast.parameters.location import SET_FILE, available_sets, display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.rows import SetRows
from poolcast.parameters.set_file import SetFile, read_set_file
from poolcast.parameters.set_folder import read_rows
from poolcast.parameters.table_checks import add_table
from poolcast.parameters.tables import Table, column_of
from poolcast.parameters.whole_folder import refuse_used, whole_set

_NO_VALUE = re.compile(r"no value of ([\w.]+)")
_LINE = re.compile(r"\bline (\d+)(?: of (\S+\.csv))?")
_BOOK_WORDS = (
    ("keys of set.yaml sources", "keys of the sheet 'sources'"),
    ("sources in set.yaml", "the sheet 'sources'"),
    ("codes of set.yaml", "codes of the sheet 'regions'"),
    ("set.yaml", "the sheet 'set'"),
)


@dataclass(frozen=True)
class Imported:
    """What a file gave.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    left_empty : tuple of (sheet, cell, parameter)
        Cells that were left empty although the workbook asked for them; their values are borrowed or not needed.
    ignored : tuple of str
        Sheets or members that were not read.
    spread : tuple of str
        Parameters of which a total was spread over its members.
    """

    assumptions: Assumptions
    left_empty: tuple[tuple[str, str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()


@dataclass
class _Unpacked:
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

    def told(self, problems: Sequence[Problem]) -> list[Problem]:
        """Return what the reader found, each once: what is missing at the first cell that was left empty."""
        result = []
        for problem in problems:
            match = _NO_VALUE.match(problem.found)
            name = match[1] if match else ""
            if name in self.doubtful or (name and not self.base_is_known):
                continue
            place = self.mapped(problem)
            if name in self.empty:
                sheet, cell = self.empty[name][0]
                place = replace(place, sheet=sheet, cell=cell)
            result.append(place)
        return result

    def _in_archive(self, problem: Problem) -> Problem:
        changes = {
            key: text.replace(f"{display(self.folder)}/", "") for key in ("found", "allowed", "remedy")
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


def import_set(
    file: str | os.PathLike[str], to: str | os.PathLike[str], *, limits: Limits = LIMITS
) -> Imported:
    """Read a workbook or a zip of tables and write it as the folder of a set, whole or not at all.

    Parameters
    ----------
    file : str or path
        ``.xlsx`` or ``.zip``.
    to : str or path
        New folder.
    limits : Limits
        How much the file may hold.

    Raises
    ------
    AssumptionError
        With every problem of the file, each with its sheet and cell.
    """
    path, place = Path(file).expanduser(), Path(to).expanduser()
    refuse_used(place)
    content = _content(path, limits)
    with TemporaryDirectory(prefix="poolcast-") as scratch:
        imported, folder = _accept(content, path.name, Path(scratch), limits)
        with whole_set(place) as partial:
            for made in sorted(folder.iterdir()):
                shutil.copyfile(made, partial / made.name)
    return imported


def read_upload(content: bytes, name: str, *, limits: Limits = LIMITS) -> Imported:
    """Read a workbook or a zip of tables from memory, for an upload; nothing is left on the disk.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, which only words use.
    limits : Limits
        How much it may hold.

    Raises
    ------
    AssumptionError
        With every problem of the file.
    """
    with TemporaryDirectory(prefix="poolcast-") as scratch:
        return _accept(content, PurePosixPath(name.replace("\\", "/")).name, Path(scratch), limits)[0]


def _content(path: Path, limits: Limits) -> bytes:
    try:
        if path.stat().st_size > limits.packed:
            return b"".join([path.open("rb").read(limits.packed + 1)])
        return path.read_bytes()
    except OSError as error:
        why = "which is not there" if isinstance(error, FileNotFoundError) else str(error.strerror)
        remedy = "Name a workbook that `poolcast template` or `poolcast export` wrote, or a zip of tables."
        zh = (f"“{path}”无法打开", ".xlsx 或 .zip 文件", "请检查路径。")
        raise AssumptionError(
            Problem("FILE", f"'{path}', {why}", "an .xlsx or .zip file", remedy, kind="file", zh=zh)
        ) from error


def _accept(content: bytes, name: str, scratch: Path, limits: Limits) -> tuple[Imported, Path]:
    """Turn a file into a folder and read it as any set is read."""
    problems: list[Problem] = []
    _refuse_ending(name)
    folder = scratch / "set"
    folder.mkdir()
    unpacked = _Unpacked(name, folder)
    is_zip = name.lower().endswith(".zip")
    ready = _unpack_zip(content, unpacked, limits, problems) if is_zip else _unpack_book(content, unpacked, limits, problems)
    if not ready:
        raise AssumptionError(problems)
    try:
        assumptions = load_assumptions(folder)
    except AssumptionError as error:
        problems += unpacked.told(error.problems)
        raise AssumptionError(problems) from None
    if problems:
        raise AssumptionError(problems)
    left = tuple((sheet, cell, parameter) for parameter, cells in unpacked.empty.items() for sheet, cell in cells)
    return Imported(assumptions, left, tuple(unpacked.ignored), tuple(unpacked.spread)), folder


def _refuse_ending(name: str) -> None:
    ending = Path(name).suffix.lower()
    if ending in (".xlsx", ".zip"):
        return
    english = (f"a file that ends in '{ending}'", ".xlsx or .zip", "In Excel save it as 'Excel Workbook (*.xlsx)'.")
    chinese = (f"扩展名为“{ending}”的文件", ".xlsx 或 .zip", "请在 Excel 中另存为“Excel 工作簿(*.xlsx)”。")
    if ending in (".xlsm", ".xltm", ".xlam", ".xlsb"):
        english = (f"a workbook that may hold macros ({ending})", *english[1:])
        chinese = (f"可能含宏的工作簿({ending})", *chinese[1:])
    raise AssumptionError(refusal(name, english, chinese))


# -- workbook -----------------------------------------------------------------------------------------------------


def _unpack_book(content: bytes, unpacked: _Unpacked, limits: Limits, problems: list[Problem]) -> bool:
    """Write ``set.yaml`` and one CSV file a sheet."""
    read = read_sheets(content, unpacked.name, limits, problems)
    if read is None:
        return False
    sheets, unpacked.ignored = read
    lines = unpacked.set_lines = set_lines(sheets)
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
    set_file = _checked_set_file(unpacked, problems)
    totals = []
    for sheet in sheets:
        if sheet.kind == layout.TABLE:
            _write_sheet(sheet, unpacked)
        elif sheet.kind == layout.TOTALS:
            totals.append(sheet)
    if totals:
        from poolcast.parameters.exchange.totals import spread_totals

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


def _checked_set_file(unpacked: _Unpacked, problems: list[Problem]) -> SetFile | None:
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


def _filled(sheet: Sheet, unpacked: _Unpacked) -> Sheet:
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


def _ask_for_required(unpacked: _Unpacked, set_file: SetFile | None, problems: list[Problem]) -> None:
    """Refuse each row that must be given, was left empty, and is given nowhere else; forget the empty ones that are."""
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
            zh = (f"未填写 {name} {label}".rstrip(), allowed, "请填写;无公开数据时填假设值,依据选 assumption 并说明理由。")
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


def _write_sheet(sheet: Sheet, unpacked: _Unpacked) -> None:
    sheet = _filled(sheet, unpacked)
    rows = [words for _, words in sheet.rows]
    _write(sheet, tuple(sheet.columns), rows, [row for row, _ in sheet.rows], unpacked)


def _write(
    sheet: Sheet, columns: tuple[str, ...], rows: list[list[str]], places: list[int], unpacked: _Unpacked
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


# -- zip of tables ------------------------------------------------------------------------------------------------


def _unpack_zip(content: bytes, unpacked: _Unpacked, limits: Limits, problems: list[Problem]) -> bool:
    """Write ``set.yaml`` and the tables that lie beside it; other members are left alone."""
    members = unpack(content, unpacked.name, limits, problems)
    if members is None:
        return False
    homes = sorted({str(PurePosixPath(name).parent) for name in members if PurePosixPath(name).name == SET_FILE})
    if len(homes) != 1:
        found = "no set.yaml" if not homes else f"set.yaml in {len(homes)} folders"
        problems.append(
            refusal(
                unpacked.name,
                (found, "set.yaml once, with its tables beside it", "Pack the folder of one set."),
                ("缺少 set.yaml" if not homes else f"{len(homes)} 个文件夹含 set.yaml", "一个 set.yaml 及同目录表格", "请压缩一个假设集文件夹。"),
            )
        )
        return False
    tables = _tables_of(members, homes[0], unpacked)
    rows = sum(data.count(b"\n") + 1 for data in tables.values())
    for what, count, limit in (("tables", len(tables), limits.tables), ("rows", rows, limits.rows)):
        if count > limit:
            problems.append(
                refusal(
                    unpacked.name,
                    (f"{count:,} {what}", f"at most {limit:,}", "Send a smaller set, or use its folder directly."),
                    (f"{count:,} {'个表' if what == 'tables' else '行'}", f"最多 {limit:,}", "请减小假设集,或直接使用文件夹。"),
                )
            )
            return False
    yaml = members[f"{homes[0]}/{SET_FILE}" if homes[0] != "." else SET_FILE]
    if not _is_plain_yaml(yaml):
        problems.append(
            refusal(
                f"{unpacked.name}: {SET_FILE}",
                ("anchors, aliases, tags or very deep nesting", "plain YAML", "Write every value out."),
                ("YAML 锚点、别名、标签或过深嵌套", "普通 YAML", "请逐项写出。"),
            )
        )
        return False
    for name, data in {SET_FILE: yaml, **tables}.items():
        path = unpacked.folder / name
        path.write_bytes(data)
        unpacked.files[display(path)] = name
    _checked_set_file(unpacked, problems)
    return True


def _tables_of(members: Mapping[str, bytes], home: str, unpacked: _Unpacked) -> dict[str, bytes]:
    tables: dict[str, bytes] = {}
    for name, data in members.items():
        path = PurePosixPath(name)
        hidden = path.name.startswith((".", "~$")) or "__MACOSX" in path.parts
        clean = re.sub(r"[^\w.-]+", "_", path.name)
        if str(path.parent) == home and path.suffix.lower() == ".csv" and not hidden and clean not in tables:
            tables[clean] = data
        elif path.name != SET_FILE:
            unpacked.ignored.append(name)
    return tables


def _is_plain_yaml(data: bytes) -> bool:
    """Return whether YAML has no aliases that multiply, no tags, and no depth that exhausts the reader."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

    if len(data) > 4 << 20:
        return False
    if data.count(b"[") + data.count(b"{") > 200_000 or re.search(rb"[\[{]\s*(?:[\[{]\s*){20}", data):
        return False
    depth = 0
    try:
        for token in YAML(typ="safe", pure=True).scan(data.decode("utf-8-sig", "replace")):
            if isinstance(token, (AliasToken, AnchorToken, TagToken)):
                return False
            kind = type(token).__name__
            depth += kind.endswith("StartToken") and kind != "StreamStartToken" and kind != "DocumentStartToken"
            depth -= kind.endswith("EndToken") and kind not in ("StreamEndToken", "DocumentEndToken")
            if depth > 30:
                return False
    except (YAMLError, RecursionError):
        return depth <= 30  # the reader says what is wrong with it
    return True
