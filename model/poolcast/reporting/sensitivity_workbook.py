"""The workbook of the sensitivity report: every table on a sheet of its own, numbers as numbers, with what made "
"them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolcast import __version__
from poolcast.parameters.declaration import Words
from poolcast.reporting.sensitivity_basis import Origin
from poolcast.reporting.sensitivity_panels import Cell, Panel, Subject
from poolcast.reporting.sensitivity_words import SECTIONS, SHEETS
from poolcast.reporting.workbook import Sheet, Workbook

_STYLES = {
    "text": "text",
    "year": "year",
    "money": "money",
    "months": "months",
    "money_change": "money",
    "months_change": "months",
    "chance": "share",
    "rate": "share",
    "index": "ratio",
    "number": "ratio",
    "count": "count",
}
_WIDTHS = {"year": 12.0, "count": 10.0}
_YI = 1e8


def write_sensitivity_workbook(
    path: Path, subject: Subject, panels: Sequence[Panel], origin: Origin, language: str
) -> None:
    """Write every table; those of one sheet stand in one table, with what tells them apart in front.

    Parameters
    ----------
    path : path
    subject : Subject
    panels : sequence of Panel
        From `poolcast.reporting.sensitivity_page.all_panels`.
    origin : Origin
    language : {"en", "zh"}
    """
    workbook = Workbook(path, language, "nominal")
    warning = workbook.word("synthetic") if subject.findings.assumptions.synthetic else ""
    for key, name in SHEETS.items():
        mine = [panel for panel in panels if panel.sheet == key]
        if mine:
            _write(workbook, subject, name.in_language(language), mine, origin, warning)
    workbook.book.close()


def _write(
    workbook: Workbook, subject: Subject, name: str, panels: Sequence[Panel], origin: Origin, warning: str
) -> None:
    language, first = workbook.language, panels[0]
    leads = [] if len({panel.columns[0].name for panel in panels}) > 1 else [one for one, _ in first.leads]
    width = [_text_width([panel.leads[at][1].in_language(language) for panel in panels]) for at in range(len(leads))]
    width += [_width(panels, at, language) for at in range(len(first.columns))]
    title = SECTIONS[first.section][0] if len(panels) > 1 else first.title
    sheet = workbook.sheet(name, title.in_language(language), _note(subject, panels, origin, language), width, warning)
    for text in (SECTIONS[first.section][1], first.note):
        if text is not None and "{" not in text.en:
            sheet.line([(text.in_language(language), "note")])
    sheet.line([(workbook.word("statement"), "note")])
    heads: list[str] | None = None
    for panel in panels:
        mine = [
            *(one.in_language(language) for one in leads),
            *(one.name.in_language(language) for one in panel.columns),
        ]
        if mine != heads:  # regions with other funds have other columns
            if heads is None:
                sheet.head(mine, frozen_columns=len(leads) + 1)
            else:
                sheet.line((text, "head") for text in mine)
            heads = mine
        _rows(sheet, panel, bool(leads), language)
    for panel in panels if len(panels) <= 4 else ():
        if panel.sentence is not None:
            sheet.line([(panel.sentence.in_language(language), "note")])


def _width(panels: Sequence[Panel], at: int, language: str) -> float:
    """Return the width of a column: of texts as the longest asks, within limits."""
    column = panels[0].columns[at]
    if column.style != "text":
        return _WIDTHS.get(column.style, 14.0)
    texts = [row[at] for panel in panels if len(panel.columns) > at for row in panel.rows]
    return _text_width([str(text.in_language(language) if isinstance(text, Words) else text) for text in texts])


def _text_width(texts: Sequence[str]) -> float:
    """Return the width that the longest of some texts needs; Chinese characters take two places."""
    longest = max((sum(2 if character > "\u2e7f" else 1 for character in text) for text in texts), default=10)
    return float(min(max(longest + 2, 10), 70))


def _rows(sheet: Sheet, panel: Panel, with_leads: bool, language: str) -> None:
    front = [(value.in_language(language), "text") for _, value in panel.leads] if with_leads else []
    for row in panel.rows:
        cells = [_cell(value, column.style, language) for value, column in zip(row, panel.columns, strict=True)]
        sheet.line([*front, *cells])


def _cell(value: Cell, style: str, language: str) -> tuple[Any, str]:
    if isinstance(value, Words):
        return value.in_language(language), "text" if style == "text" else "year"
    if isinstance(value, str):
        return value, "text"
    number = value / _YI if style.startswith("money") else value
    return (int(number) if style in ("year", "count") and math.isfinite(number) else number), _STYLES[style]


def _note(subject: Subject, panels: Sequence[Panel], origin: Origin, language: str) -> str:
    """Return unit, scenarios, set, seed and version, so that a sheet that is copied away can be traced."""
    findings = subject.findings
    styles = {column.style.removesuffix("_change") for panel in panels for column in panel.columns}
    units = [
        words.in_language(language)
        for style, words in (
            ("money", Words("money in 100 million yuan, nominal", "金额单位：亿元，当年价")),
            ("months", Words("payable months", "可支付月数：个月")),
            ("chance", Words("probabilities", "概率")),
        )
        if style in styles
    ]
    paths, draws = f"{findings.simulation.paths:,}", findings.simulation.draws
    scenarios = ", ".join(one.name for one in findings.scenarios)
    held = findings.assumptions.name
    if language == "zh":
        made = f"情景 {scenarios} · 假设集 {held}（{origin.digest[:12]}） · {paths} 条路径，随机种子 {draws.seed}，"
        return "；".join(units) + (" · " if units else "") + f"{made}{draws.sampling} · Poolcast {__version__}"
    made = f"scenarios {scenarios} · set {held} ({origin.digest[:12]}) · {paths} paths, seed {draws.seed}, "
    return "; ".join(units) + (" · " if units else "") + f"{made}{draws.sampling} · Poolcast {__version__}"
