"""Words and tables of the page, each in both languages side by side; the style sheet hides one of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from poolcast.parameters.declaration import Words
from poolcast.reporting.evidence import cited_sources, parameters_by_evidence
from poolcast.reporting.formats import (
    BANDS,
    LEDGERS_WITH_BANDS,
    MONTHS,
    NOT_DEFINED,
    WHOLE_PERCENT,
    band_of,
)
from poolcast.reporting.html_parts import spans
from poolcast.reporting.outcome import EVENTS, Outcome, milestone_years
from poolcast.reporting.words import EVIDENCES, MEASURES, WORDS

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions

_DARK_TEXT = ("orange", "normal")


def lead(outcomes: Sequence[Outcome], region: str) -> str:
    """Return one sentence for each pooled fund: when it first runs a deficit and when its reserve is used up."""
    sentences = []
    for ledger in LEDGERS_WITH_BANDS:
        if ledger in outcomes[0].ledgers and any(outcome.has_reserve(region, ledger) for outcome in outcomes):
            words = _sentence(outcomes, region, ledger)
            sentences.append(f'<p class="lead">{spans(words)}</p>')
    return "".join(sentences)


def _sentence(outcomes: Sequence[Outcome], region: str, ledger: str) -> Words:
    english, chinese = [], []
    for outcome in outcomes:
        deficit = outcome.event_year("first_deficit", region, ledger)
        exhausted = outcome.event_year("exhaustion", region, ledger)
        last, since = outcome.last_year, outcome.merged_since(region, ledger)
        if since is not None:
            english.append(f"{outcome.title.en}: part of the merged fund (EPF) from {since} on")
            chinese.append(f"{outcome.title.zh}：自 {since} 年起并入合并基金（EPF）")
            continue
        en = f"no deficit by {last}" if deficit is None else f"first deficit in {deficit}"
        en += f", reserve not exhausted by {last}" if exhausted is None else f", reserve exhausted in {exhausted}"
        zh = f"{last} 年前不会收不抵支" if deficit is None else f"{deficit} 年首次收不抵支"
        zh += f"，{last} 年前结余不会耗尽" if exhausted is None else f"，{exhausted} 年结余耗尽"
        english.append(f"{outcome.title.en}: {en}" if len(outcomes) > 1 else en)
        chinese.append(f"{outcome.title.zh}：{zh}" if len(outcomes) > 1 else zh)
    name = outcomes[0].ledger_name(ledger)
    joint = ". " if len(outcomes) > 1 else ": "
    return Words(
        f"{name.en}{joint}{'; '.join(english)}.",
        f"{name.zh}{'。' if len(outcomes) > 1 else '：'}{'；'.join(chinese)}。",
    )


def headline(outcomes: Sequence[Outcome], region: str) -> str:
    """Return the headline table of a region: ledgers and scenarios down, events and months across."""
    first = outcomes[0]
    years = milestone_years(first)
    heads = [f'<th class="name">{spans(WORDS["ledger"])}</th>']
    heads += [f'<th class="name">{spans(WORDS["scenario"])}</th>'] if len(outcomes) > 1 else []
    heads += [f"<th>{spans(MEASURES[event])}</th>" for event in EVENTS]
    heads += [f"<th>{spans(Words(f'Months {year}', f'月数 {year}'))}</th>" for year in years]
    cover = Words(f"Income covers {first.last_year}", f"收入可支付 {first.last_year}")
    heads.append(f"<th>{spans(cover)}</th>")
    rows = []
    for ledger in first.ledgers:
        held = [outcome for outcome in outcomes if outcome.has_reserve(region, ledger)]
        for outcome in held:
            rows.append(
                _headline_row(outcome, region, ledger, years, is_first=outcome is held[0], several=len(outcomes) > 1)
            )
    if not rows:
        return ""
    note = Words(
        "Deficit: revenue below expenditure of the year, as the accounts print them; before interest in the next "
        "column. Months: reserve at 31 December over a month's spending of the same year. Income covers: share of the "
        "year's spending that income before interest pays. Only ledgers with a reserve are listed. "
        "Exhausted is not bankrupt: income goes on paying that share.",
        "收不抵支：当年收入（决算口径）小于支出，旁列为不含利息。月数：年末累计结余除以当年月均支出。收入可支付："
        "当年支出中可由不含利息收入支付的比例。只列有累计结余的基金。结余耗尽不等于停付，此后收入仍可支付这一比例。",
    )
    return (
        f'<h2>{spans(WORDS["headline"])}</h2><div class="scroll"><table><thead><tr>{"".join(heads)}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div><p class="note">{spans(note)}</p>'
    )


def _headline_row(
    outcome: Outcome, region: str, ledger: str, years: Sequence[int], *, is_first: bool, several: bool
) -> str:
    name = outcome.ledger_name(ledger)
    words = Words(f"{ledger} {name.en}", f"{ledger} {name.zh}")
    cells = [f'<td class="name">{spans(words) if is_first else ""}</td>']
    cells += [f'<td class="name">{spans(outcome.title)}</td>'] if several else []
    for event in EVENTS:
        cells.append(f"<td>{_event(outcome, event, region, ledger)}</td>")
    cells += [f"<td>{_months(outcome, region, ledger, year)}</td>" for year in years]
    income = outcome.series("revenue_before_interest", region, ledger)[-1]
    spent = outcome.series("expenditure", region, ledger)[-1]
    cover = income / spent if spent and math.isfinite(income) else math.nan
    cells.append(f"<td>{WHOLE_PERCENT.show(cover)}</td>")
    return f"<tr{' class=first' if is_first else ''}>{''.join(cells)}</tr>"


def _event(outcome: Outcome, event: str, region: str, ledger: str) -> str:
    year = outcome.event_year(event, region, ledger)
    if year is not None:
        return f"<b>{year}</b>"
    return spans(Words(*(outcome.event_text(event, region, ledger, language) for language in ("en", "zh"))))


def _months(outcome: Outcome, region: str, ledger: str, year: int) -> str:
    """Return a cell with payable months; ledgers without bands show the number alone."""
    value = outcome.series("payable_months", region, ledger)[outcome.years.index(year)]
    name = band_of(value)
    if name is None or ledger == "EPA":
        return NOT_DEFINED
    if ledger not in LEDGERS_WITH_BANDS:
        return "0" if name == "exhausted" else MONTHS.show(value)
    return month_badge(value)


def month_badge(value: float) -> str:
    """Return payable months on the colour of their band; its symbol and its word go with the colour."""
    name = band_of(value)
    if name is None:
        return NOT_DEFINED
    text = "0" if name == "exhausted" else MONTHS.show(value)
    _, _, _, colour, symbol, words = next(band for band in BANDS if band[0] == name)
    ink = "#1B242D" if name in _DARK_TEXT else "#FFFFFF"
    hint = escape(f"{words.en} {words.zh}")
    return f'<span class="band" style="background:{colour};color:{ink}" title="{hint}">{text} {symbol}</span>'


def sources(assumptions: Assumptions) -> str:
    """Return what the set rests on: parameters by evidence, and the documents cited, addresses as text."""
    counts = parameters_by_evidence(assumptions)
    english = ", ".join(f"{EVIDENCES[key].en} {count}" for key, count in counts.items())
    chinese = "、".join(f"{EVIDENCES[key].zh} {count}" for key, count in counts.items())
    total = len(assumptions.provenance)
    note = Words(
        f"{total} parameters by evidence: {english} (one with two kinds counts in both). Every value with its source "
        "is in inputs/.",
        f"{total} 个参数按依据：{chinese}（兼有两种依据的各计一次）。每个数值的来源见 inputs/。",
    )
    items = "".join(
        f"<li>{escape(source['title'])}. {escape(source['publisher'])}, {escape(source['year'])}. "
        f"{escape(source['address'])} [{escape(source['grade'])}]</li>"
        for source in cited_sources(assumptions)
    )
    listed = f"<details><summary>{spans(WORDS['sources'])}</summary><ol>{items}</ol></details>" if items else ""
    return f"<p>{spans(note)}</p>{listed}"
