"""Findings of the compliance rules at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poolcast.parameters.declaration import Words
from poolcast.reporting.console import data_console, width_wanted

if TYPE_CHECKING:
    from poolcast.outlook.compliance import Compliance, Finding

SEVERITIES = {
    "error": Words("error", "错误"),
    "warning": Words("warning", "警告"),
    "information": Words("information", "提示"),
}
SHOWN_REGIONS = 4

_HEADS = (
    Words("Severity", "级别"),
    Words("Rule", "规则"),
    Words("What it asks for", "要求"),
    Words("Place", "位置"),
    Words("Found", "现值"),
    Words("Required", "应为"),
    Words("Years", "年份"),
    Words("Where", "地区"),
    Words("Note", "说明"),
)


def print_compliance(result: Compliance, language: str) -> None:
    """Print the findings, those of the same place in several regions in one line, and the count.

    Parameters
    ----------
    result : Compliance
        What was found.
    language : {"en", "zh"}
        Language of words.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = data_console()
    table = Table(*(head.in_language(language) for head in _HEADS), box=box.SIMPLE_HEAD, header_style="bold")
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in result.findings:
        key = (finding.rule.id, finding.severity, finding.place, finding.required, finding.waived, finding.checked)
        groups.setdefault(key, []).append(finding)
    for findings in groups.values():
        table.add_row(*(Text(cell) for cell in _row(findings, language)))
    if groups:
        if not console.is_terminal:  # a file or a pipe: no line is broken
            console.width = max(console.width, width_wanted(console, table))
        console.print(table)
    console.print(_count(result, language), markup=False, soft_wrap=True)
    for waiver in result.unused_waivers:
        english = f"waiver of {waiver.rule} (line {waiver.line}) covers nothing"
        words = Words(english, f"{waiver.rule} 的豁免(第 {waiver.line} 行)没有对应的问题")
        console.print(words.in_language(language), markup=False, soft_wrap=True)


def _row(findings: list[Finding], language: str) -> tuple[str, ...]:
    first = findings[0]
    chinese = language == "zh"
    severity = SEVERITIES[first.severity].in_language(language)
    notes = list(dict.fromkeys(finding.note.in_language(language) for finding in findings if finding.note.en))
    if first.waived:
        notes.append(f"{'已豁免' if chinese else 'waived'}: {first.waived}")
    if not first.checked:
        notes.insert(0, "无法检查" if chinese else "not checked")
    return (
        severity,
        first.rule.id,
        first.rule.text.in_language(language),
        first.place,
        _values([finding.value for finding in findings if finding.value is not None]),
        first.required,
        _years(findings),
        _regions([finding.region for finding in findings if finding.region], chinese),
        "; ".join(notes),
    )


def _values(values: list[float]) -> str:
    if not values:
        return ""
    low, high = min(values), max(values)
    return f"{low:,.6g}" if low == high else f"{low:,.6g} ... {high:,.6g}"


def _years(findings: list[Finding]) -> str:
    first = [finding.first_year for finding in findings if finding.first_year is not None]
    last = [finding.last_year for finding in findings if finding.last_year is not None]
    if not first or not last:
        return ""
    return str(min(first)) if min(first) == max(last) else f"{min(first)}-{max(last)}"


def _regions(regions: list[str], chinese: bool) -> str:
    distinct = list(dict.fromkeys(regions))
    shown = ", ".join(distinct[:SHOWN_REGIONS])
    more = len(distinct) - SHOWN_REGIONS
    return shown + (f" 等 {len(distinct)} 个" if chinese else f" and {more} more") if more > 0 else shown


def _count(result: Compliance, language: str) -> str:
    numbers = [result.number(severity) for severity in ("error", "warning", "information")]
    waived = sum(bool(finding.waived) for finding in result.findings)
    if language == "zh":
        text = f"规则集 {result.rules}：错误 {numbers[0]}，警告 {numbers[1]}，提示 {numbers[2]}"
        return f"{text}；已豁免 {waived}；{len(result.passed)} 条规则没有问题"
    text = f"rules {result.rules}: {numbers[0]} errors, {numbers[1]} warnings, {numbers[2]} of information"
    return f"{text}; {waived} waived; {len(result.passed)} rules without a finding"
