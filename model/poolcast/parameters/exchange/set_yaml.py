"""``set.yaml`` from the sheets of a workbook, line by line, so that every problem finds its cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.safe_files import refusal
from poolcast.parameters.exchange.sheets import Sheet, by_kind

_YEARS = ("base_year", "last_year", "longest")
_BOTH_LANGUAGES = ("title", "short", "description")
_LISTS = ("regions", "pools", "sources")


@dataclass
class SetLines:
    """Lines of ``set.yaml`` and where each comes from.

    Parameters
    ----------
    lines : list of str
        The file.
    places : dict of int to (Sheet, int)
        Sheet and row, from zero, of a line counted from one.
    settings : dict of str to int
        Row of each setting.
    sheets : dict of str to Sheet
        The sheets by kind.
    """

    lines: list[str] = field(default_factory=list)
    places: dict[int, tuple[Sheet, int]] = field(default_factory=dict)
    settings: dict[str, int] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def add(self, line: str, sheet: Sheet | None = None, row: int = 0) -> None:
        """Add a line."""
        self.lines.append(line)
        if sheet is not None:
            self.places[len(self.lines)] = (sheet, row)

    def locate(self, problem: Problem) -> tuple[str | None, str | None]:
        """Return sheet and cell of a problem of the file."""
        column = problem.column or ""
        kind, _, rest = column.partition(".")
        if kind in _LISTS and kind in self.sheets:
            found = self.places.get(problem.row or 0)
            if found is None:
                return self.sheets[kind].title, None
            name = next((name for name in (rest, rest.rpartition(".")[2]) if name in found[0].columns), None)
            return found[0].title, found[0].cell(found[1], name or next(iter(found[0].columns)))
        sheet = self.sheets.get(layout.SETTINGS)
        if sheet is None:
            return None, None
        row = self.settings.get(column)
        if row is None and problem.row in self.places:
            row = self.places[problem.row][1]
        return sheet.title, None if row is None else sheet.cell(row, "value")


def set_lines(sheets: Sequence[Sheet], file: str, problems: list[Problem]) -> SetLines:
    """Return ``set.yaml`` as the sheets say it; what is missing stays missing, for the reader to say so.

    Parameters
    ----------
    sheets : sequence of Sheet
        Every sheet that is read.
    file : str
        Name of the workbook, for readers.
    problems : list of Problem
        Receives sheets and keys that are there twice: one of them would be dropped in silence.
    """
    problems += [*_sheets_again(sheets, file), *_keys_again(by_kind(sheets, layout.SETTINGS), file)]
    result = SetLines(sheets={sheet.kind: sheet for sheet in reversed(sheets) if sheet.kind in layout.COLUMNS_OF})
    result.add("# Read from a workbook by poolcast import.")
    _settings(result, by_kind(sheets, layout.SETTINGS))
    _regions(result, by_kind(sheets, layout.REGIONS))
    _pools(result, by_kind(sheets, layout.POOLS))
    _sources(result, by_kind(sheets, layout.SOURCES))
    return result


def _sheets_again(sheets: Sequence[Sheet], file: str) -> Iterator[Problem]:
    """Yield a problem for every sheet of the set, its regions, pools or sources after the first, as a copy may be."""
    for kind in layout.COLUMNS_OF:
        found = [sheet for sheet in sheets if sheet.kind == kind]
        for sheet in found[1:]:
            yield refusal(
                file,
                (
                    f"a second sheet of the kind '{kind}', beside '{found[0].title}'",
                    "one sheet of this kind",
                    "Remove one of them, or empty the first cell of the one that is your own copy and rename it.",
                ),
                (
                    f"除“{found[0].title}”外还有一张“{kind}”类工作表",
                    "每类只有一张工作表",
                    "请删除其中一张;若为自留副本,请清空其首个单元格并改名。",
                ),
                sheet=sheet.title,
                cell="A1",
            )


def _keys_again(sheet: Sheet | None, file: str) -> Iterator[Problem]:
    """Yield a problem for every key of the sheet 'set' that was given before."""
    known: dict[str, int] = {}
    for row, cells in [] if sheet is None else _rows(sheet):
        assert sheet is not None
        key = cells.get("key", "")
        if key and key in known:
            yield refusal(
                file,
                (f"the key '{key}' again, given first in row {known[key] + 1}", "each key once", "Remove one of them."),
                (f"键“{key}”重复,首次在第 {known[key] + 1} 行", "每个键一次", "请删除其中一行。"),
                sheet=sheet.title,
                cell=sheet.cell(row, "key"),
            )
        known.setdefault(key, row)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else "null"


def _words(cells: dict[str, str], key: str) -> str:
    return f"{{en: {_quoted(cells.get(f'{key}.en', ''))}, zh: {_quoted(cells.get(f'{key}.zh', ''))}}}"


def _truth(text: str) -> str:
    return text.lower() if text.lower() in ("true", "false") else _quoted(text)


def _listed(text: str) -> str:
    parts = [part.strip() for part in re.split(r"[,，、;；\n]+", text) if part.strip()]
    return f"[{', '.join(map(_quoted, parts))}]" if parts else "null"


def _tile(text: str) -> str:
    numbers = re.fullmatch(r"\[?\s*([0-9]+)\s*[,，]\s*([0-9]+)\s*\]?", text)
    return f"[{numbers[1]}, {numbers[2]}]" if numbers else _quoted(text)


def _settings(result: SetLines, sheet: Sheet | None) -> None:
    if sheet is None:
        return
    cells: dict[str, str] = {}
    for row, words in sheet.rows:
        given = dict(zip(sheet.columns, words, strict=True))
        key = given.get("key", "")
        cells[key], result.settings[key] = given.get("value", ""), row
    done = {f"{key}.{language}" for key in _BOTH_LANGUAGES for language in ("en", "zh")}
    for key in _BOTH_LANGUAGES:
        if key == "short" and not (cells.get("short.en") or cells.get("short.zh")):
            continue
        row = result.settings.get(f"{key}.en", result.settings.get(f"{key}.zh", 0))
        result.add(f"{key}: {_words(cells, key)}", sheet, row)
    sections: dict[str, list[tuple[str, str]]] = {"options": [], "rolled_from": []}
    for key, text in cells.items():
        section, _, rest = key.partition(".")
        if key in done:
            continue
        if section in sections and rest:
            if text:
                sections[section].append((rest, text))
            continue
        if key in _YEARS:
            value = text if re.fullmatch(r"[0-9]+", text) else _quoted(text)
        elif key == "synthetic":
            value = _truth(text)
        elif key == "ledgers":
            value = _listed(text)
        else:
            value = _quoted(text)
        if key not in ("longest", "based_on") or text:
            result.add(f"{_quoted(key)}: {value}", sheet, result.settings[key])
    for section, entries in sections.items():
        if entries:
            result.add(f"{section}:")
        for rest, text in entries:
            result.add(f"  {_quoted(rest)}: {_quoted(text)}", sheet, result.settings[f"{section}.{rest}"])


def _rows(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    return [(row, dict(zip(sheet.columns, words, strict=True))) for row, words in sheet.rows]


def _regions(result: SetLines, sheet: Sheet | None) -> None:
    if sheet is None:
        return
    result.add("regions:" if sheet.rows else "regions: []")
    for row, cells in _rows(sheet):
        own = f", own_pool: {_truth(cells['own_pool'])}" if cells.get("own_pool") else ""
        own += f", tile: {_tile(cells['tile'])}" if cells.get("tile") else ""
        result.add(
            f"  - {{code: {_quoted(cells.get('code', ''))}, name: {_words(cells, 'name')}, "
            f"parent: {_quoted(cells.get('parent', ''))}, projected: {_truth(cells.get('projected', ''))}{own}}}",
            sheet,
            row,
        )


def _pools(result: SetLines, sheet: Sheet | None) -> None:
    if sheet is None or not sheet.rows:
        return
    result.add("pools:")
    for row, cells in _rows(sheet):
        result.add(
            f"  - {{code: {_quoted(cells.get('code', ''))}, name: {_words(cells, 'name')}, "
            f"members: {_listed(cells.get('members', ''))}}}",
            sheet,
            row,
        )


def _sources(result: SetLines, sheet: Sheet | None) -> None:
    if sheet is None or not sheet.rows:
        result.add("sources: {}")
        return
    result.add("sources:")
    for row, cells in _rows(sheet):
        texts = [f"{name}: {_quoted(cells[name])}" for name in layout.COLUMNS_OF[layout.SOURCES][1:] if cells.get(name)]
        result.add(f"  {_quoted(cells.get('key', ''))}: {{{', '.join(texts)}}}", sheet, row)
