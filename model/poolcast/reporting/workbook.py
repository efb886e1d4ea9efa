"""The workbook ``summary.xlsx``: for readers; money in 亿元, unrounded behind its number format."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.parameters.borrowing import borrowed_words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.reporting.evidence import cited_sources, parameters_by_evidence
from poolcast.reporting.outcome import EVENTS, Outcome, all_regions
from poolcast.reporting.tables import ACCOUNT_MEASURES, calibration_rows
from poolcast.reporting.words import EVIDENCES, PRICES, member_words, word

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#5F6B77", "italic": True},
    "text": {},
    "wrap": {"text_wrap": True, "valign": "top"},
    "head": {
        "bold": True,
        "bg_color": "#F3F6F8",
        "bottom": 1,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "key": {"bold": True, "valign": "top"},
    "year": {"num_format": "0", "align": "center"},
    "money": {"num_format": "#,##0.00;[Color 53]-#,##0.00"},
    "share": {"num_format": "0.000%"},
    "months": {"num_format": "#,##0.0;[Color 53]-#,##0.0"},
    "persons": {"num_format": "#,##0.00"},
    "ratio": {"num_format": "0.0000"},
    "count": {"num_format": "#,##0"},
    "warning": {"bold": True, "font_color": "#C00000"},
}


class Workbook:
    """An open workbook with its styles, language and prices."""

    def __init__(self, path: Path, language: str, prices: str) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(path, {"nan_inf_to_errors": False, "strings_to_formulas": False})
        font = {"font_name": "Microsoft YaHei" if language == "zh" else "Calibri", "font_size": 10}
        self.styles = {name: self.book.add_format({**font, **style}) for name, style in _STYLES.items()}
        self.language = language
        self.prices = prices

    def word(self, key: str) -> str:
        """Return the words of a key in the language of the workbook."""
        return word(key, self.language)

    def sheet(self, name: str, title: str, note: str, widths: Sequence[float], warning: str = "") -> Sheet:
        """Add a sheet with its title, its note and, in red, a warning."""
        return Sheet(self, name, title, note, widths, warning)


class Sheet:
    """A sheet that is filled from the top."""

    def __init__(
        self, workbook: Workbook, name: str, title: str, note: str, widths: Sequence[float], warning: str
    ) -> None:
        self.styles = workbook.styles
        self.sheet = workbook.book.add_worksheet(name[:31])
        self.row = 0
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        if warning:
            self.line([(warning, "warning")])
        self.line([(title, "title")])
        self.line([(note, "note")])
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)

    def line(self, cells: Iterable[tuple[Any, str]]) -> None:
        """Write one row of (value, style); a number that is not defined leaves an empty cell."""
        for column, (value, style) in enumerate(cells):
            if isinstance(value, float) and not math.isfinite(value):
                self.sheet.write_blank(self.row, column, None, self.styles[style])
            elif isinstance(value, (int, float)):
                self.sheet.write_number(self.row, column, value, self.styles[style])
            else:
                self.sheet.write_string(self.row, column, str(value), self.styles[style])
        self.row += 1

    def head(self, names: Sequence[str], frozen_columns: int = 1) -> None:
        """Write the header of a table and keep it in view."""
        self.sheet.set_row(self.row, 44)
        self.line((name, "head") for name in names)
        self.sheet.freeze_panes(self.row, frozen_columns)
        self.sheet.repeat_rows(self.row - 1)


def write_workbook(
    path: Path, outcomes: Sequence[Outcome], assumptions: Assumptions | None, language: str, prices: str
) -> None:
    """Write the workbook of one or several scenarios.

    Parameters
    ----------
    path : path
        File to write.
    outcomes : sequence of Outcome
        Scenarios over one assumption set.
    assumptions : Assumptions or None
        The set, for the sheets on assumptions and sources.
    language : {"en", "zh"}
        Language of every word in it.
    prices : {"nominal", "real", "gdp"}
        How money is expressed.
    """
    workbook = Workbook(path, language, prices)
    warning = workbook.word("synthetic") if outcomes[0].synthetic else ""
    _overview(workbook, outcomes, warning)
    for ledger in outcomes[0].ledgers:
        _ledger(workbook, outcomes, ledger, warning)
    _members(workbook, outcomes, warning)
    if assumptions is not None:
        _assumptions(workbook, assumptions, warning)
    _calibration(workbook, outcomes[0], warning)
    borrowed = "" if assumptions is None else borrowed_words(assumptions).in_language(language)
    _about(workbook, outcomes, assumptions, " ".join(text for text in (warning, borrowed) if text))
    workbook.book.close()


def _money_style(prices: str) -> tuple[str, float, str]:
    """Style, divisor and unit key of money."""
    return ("share", 1.0, "%") if prices == "gdp" else ("money", 1e8, "亿元")


def _unit_note(workbook: Workbook, outcome: Outcome) -> str:
    prices = PRICES[workbook.prices].in_language(workbook.language)
    chinese = workbook.language == "zh"
    if workbook.prices == "gdp":
        return prices
    if workbook.prices == "real":
        prices = f"{outcome.base_year} 年不变价" if chinese else f"constant yuan of {outcome.base_year}"
    return (
        f"单位：亿元，{prices}；结余为 12 月 31 日数"
        if chinese
        else f"100 million yuan, {prices}; reserves at 31 December"
    )


def _overview(workbook: Workbook, outcomes: Sequence[Outcome], warning: str) -> None:
    first = outcomes[0]
    sheet = workbook.sheet(
        workbook.word("overview"),
        workbook.word("headline"),
        _unit_note(workbook, first),
        (16, 24, 26, 12, 12, 12, 12, 10, 12, 12, 12, 10, 16, 18, 18),
        warning,
    )
    style, divisor, _ = _money_style(workbook.prices)
    measures = ("revenue", "expenditure", "reserve", "payable_months")
    years = (first.base_year, first.last_year)
    names = [workbook.word(key) for key in ("region", "ledger", "scenario")]
    names += [f"{workbook.word(measure)} {year}" for year in years for measure in measures]
    sheet.head([*names, *(workbook.word(event) for event in EVENTS)], frozen_columns=3)
    for region in all_regions(outcomes):
        for ledger in first.ledgers:
            for outcome in outcomes:
                if outcome.holds(region, ledger):
                    cells: list[tuple[Any, str]] = [
                        (outcome.region_name(region).in_language(workbook.language), "text"),
                        (f"{ledger} {outcome.ledger_name(ledger).in_language(workbook.language)}", "text"),
                        (outcome.title.in_language(workbook.language), "text"),
                    ]
                    for position in (0, -1):
                        for measure in measures:
                            value = outcome.series(measure, region, ledger, workbook.prices)[position]
                            is_months = measure == "payable_months"
                            cells.append((value if is_months else value / divisor, "months" if is_months else style))
                    cells += [(_event(workbook, outcome, event, region, ledger), "year") for event in EVENTS]
                    sheet.line(cells)
    sheet.line([])
    sheet.line([(workbook.word("statement"), "note")])


def _event(workbook: Workbook, outcome: Outcome, event: str, region: str, ledger: str) -> int | str:
    year = outcome.event_year(event, region, ledger)
    return year if year is not None else outcome.event_text(event, region, ledger, workbook.language)


def _ledger(workbook: Workbook, outcomes: Sequence[Outcome], ledger: str, warning: str) -> None:
    """One ledger: years down; a region and scenario after the other."""
    first = outcomes[0]
    title = f"{ledger} {first.ledger_name(ledger).in_language(workbook.language)}"
    sheet = workbook.sheet(
        ledger, title, _unit_note(workbook, first), (18, 22, 8, *([14] * len(ACCOUNT_MEASURES))), warning
    )
    style, divisor, _ = _money_style(workbook.prices)
    sheet.head(
        [workbook.word(key) for key in ("region", "scenario", "year", *ACCOUNT_MEASURES)],
        frozen_columns=3,
    )
    for region in all_regions(outcomes):
        for outcome in outcomes:
            if not outcome.holds(region, ledger):
                continue
            series = {name: outcome.series(name, region, ledger, workbook.prices) for name in ACCOUNT_MEASURES}
            for position, year in enumerate(outcome.years):
                cells: list[tuple[Any, str]] = [
                    (outcome.region_name(region).in_language(workbook.language), "text"),
                    (outcome.title.in_language(workbook.language), "text"),
                    (year, "year"),
                ]
                for name in ACCOUNT_MEASURES:
                    value = series[name][position]
                    is_months = name == "payable_months"
                    cells.append((value, "months") if is_months else (value / divisor, style))
                sheet.line(cells)


def _members(workbook: Workbook, outcomes: Sequence[Outcome], warning: str) -> None:
    first = outcomes[0]
    statuses = [str(status) for status in first.forecast["status"].values]
    unit = "万人" if workbook.language == "zh" else "10,000 persons"
    sheet = workbook.sheet(
        workbook.word("members")[:31].replace(" at 31 December", ""),
        workbook.word("members"),
        unit,
        (18, 22, 8, *([13] * (len(statuses) + 2))),
        warning,
    )
    names = [member_words("status", status).in_language(workbook.language) for status in statuses]
    keys = ("region", "scenario", "year")
    sheet.head(
        [*(workbook.word(key) for key in keys), *names, workbook.word("population"), workbook.word("dependency_ratio")],
        frozen_columns=3,
    )
    for region in all_regions(outcomes):
        for outcome in outcomes:
            if region not in outcome.regions:
                continue
            members = outcome.forecast["members"].sel(region=region, year=outcome.years, status=statuses).values
            population = outcome.series("population", region)
            ratio = outcome.series("dependency_ratio", region)
            for position, year in enumerate(outcome.years):
                stocks = [float(stock) / 1e4 for stock in members[position]]
                cells: list[tuple[Any, str]] = [
                    (outcome.region_name(region).in_language(workbook.language), "text"),
                    (outcome.title.in_language(workbook.language), "text"),
                    (year, "year"),
                    *((stock, "persons") for stock in stocks),
                    (population[position] / 1e4, "persons"),
                    (ratio[position], "ratio"),
                ]
                sheet.line(cells)


def _assumptions(workbook: Workbook, assumptions: Assumptions, warning: str) -> None:
    """Every parameter of the set with its evidence and source; the values are in inputs/assumptions.nc."""
    chinese = workbook.language == "zh"
    sheet = workbook.sheet(
        "假设" if chinese else "Assumptions",
        "所用假设" if chinese else "Assumptions used",
        "数值见 inputs/assumptions.nc" if chinese else "values in inputs/assumptions.nc",
        (44, 34, 16, 26, 8, 46),
        warning,
    )
    keys = ("parameter", "parameter", "unit", "evidence", "grade", "source")
    names = [workbook.word(key) for key in keys]
    names[1] = "名称" if chinese else "Name"
    sheet.head(names)
    for name, entries in assumptions.provenance.items():
        declared = PARAMETERS.get(name)
        label = declared.label.in_language(workbook.language) if declared else ""
        unit = declared.unit if declared else ""
        for evidence, grade, source in sorted({(entry.evidence, entry.grade, entry.source) for entry in entries}):
            words = EVIDENCES[evidence].in_language(workbook.language) if evidence in EVIDENCES else evidence
            sheet.line((text, "text") for text in (name, label, unit, words, grade, source))


def _calibration(workbook: Workbook, outcome: Outcome, warning: str) -> None:
    rows = calibration_rows(outcome.forecast)
    if not rows:
        return
    chinese = workbook.language == "zh"
    note = (
        "基年求得后冻结；超出 0.80 至 1.25 者提示"
        if chinese
        else "found on the base year, then frozen; marked outside 0.80 to 1.25"
    )
    name = "校准系数" if chinese else "Calibration"
    sheet = workbook.sheet(name, workbook.word("calibration"), note, (30, 40, 12, 24), warning)
    sheet.head([workbook.word(key) for key in ("factor", "region", "value", "warning")])
    for row in rows:
        axes = [str(value) for key, value in row.items() if key not in ("name", "value", "within_range")]
        mark = ("", "text") if row["within_range"] else (workbook.word("outside"), "warning")
        sheet.line([(row["name"], "text"), (", ".join(axes), "text"), (row["value"], "ratio"), mark])


def _about(workbook: Workbook, outcomes: Sequence[Outcome], assumptions: Assumptions | None, warning: str) -> None:
    chinese = workbook.language == "zh"
    attributes = outcomes[0].forecast.attrs
    sheet = workbook.sheet("说明" if chinese else "About", "Poolcast", workbook.word("statement"), (30, 90), warning)
    facts = [
        ("version", __version__),
        ("assumption_set", f"{attributes['set']}  ({attributes['set_digest']})"),
        *(
            ("scenario", f"{o.name}  {o.title.in_language(workbook.language)}  ({o.forecast.attrs['scenario_digest']})")
            for o in outcomes
        ),
        ("base_year", str(outcomes[0].base_year)),
        ("last_year", str(outcomes[0].last_year)),
        ("prices", PRICES[workbook.prices].in_language(workbook.language)),
        ("basis", workbook.word("basis_current")),
        ("command", str(attributes.get("command", ""))),
        ("synthetic_short", workbook.word("yes" if outcomes[0].synthetic else "no")),
    ]
    for key, text in facts:
        sheet.line([(workbook.word(key), "key"), (text, "wrap")])
    if assumptions is None:
        return
    for evidence, count in parameters_by_evidence(assumptions).items():
        name = EVIDENCES[evidence].in_language(workbook.language)
        text = f"{count} 个参数" if chinese else f"{count} parameters"
        sheet.line([(f"{workbook.word('evidence')}: {name}", "key"), (text, "wrap")])
    for source in cited_sources(assumptions):
        text = f"{source['title']}. {source['publisher']}, {source['year']}. {source['address']} [{source['grade']}]"
        sheet.line([(f"{workbook.word('source')}: {source['key']}", "key"), (text, "wrap")])
