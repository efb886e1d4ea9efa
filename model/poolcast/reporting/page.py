"""The page: main charts and the headline table in one HTML file that needs nothing else.

Plotly is inside once, so the page opens without a network. Words stand in it in English and Chinese; a button
switches them. Prices, region and, for charts of a single scenario, the scenario are switched in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from poolcast import __version__
from poolcast.parameters.declaration import Words
from poolcast.reporting import figures
from poolcast.reporting.figure_parts import MAX_SCENARIOS, Chart, both
from poolcast.reporting.html_parts import choices, document, line_key, spans
from poolcast.reporting.outcome import Outcome, all_regions
from poolcast.reporting.page_text import headline, lead, sources
from poolcast.reporting.theme import SCENARIO_COLOURS, SCENARIO_DASHES
from poolcast.reporting.words import PRICES, WORDS

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions

ONLY_FLOWS = ("CII", "MAF", "VBPR")
MAIN_LEDGERS = ("EPF", "RPF")


@dataclass(frozen=True)
class _Card:
    """A chart and when it is shown: None means always."""

    section: str
    chart: Chart
    region: str
    prices: str | None = None
    scenario: str | None = None


def page(
    outcomes: Sequence[Outcome],
    assumptions: Assumptions | None = None,
    *,
    language: str = "en",
    prices: str = "nominal",
) -> str:
    """Return the HTML of the page.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Scenarios over one assumption set; lines are drawn for the first five.
    assumptions : Assumptions, optional
        The set, for its title and sources.
    language, prices : str
        What the page shows when it opens.
    """
    shown = outcomes[:MAX_SCENARIOS]
    cards = [card for region in all_regions(shown) for card in _cards(shown, region) if _has_values(card.chart)]
    title = _title(shown[0], assumptions)
    data = {
        "title": both(title),
        "prices": prices,
        "region": shown[0].regions[0],
        "scenario": shown[0].name,
        "figures": [card.chart.figure for card in cards],
    }
    body = "\n".join(
        [
            f"<header>{_header(outcomes, shown, title, language, prices)}</header>",
            f"<main>{_main(shown, cards)}</main>",
            f"<footer>{_footer(shown[0], assumptions)}</footer>",
        ]
    )
    return document(title, language, body, data)


def _title(outcome: Outcome, assumptions: Assumptions | None) -> Words:
    name = (
        assumptions.title
        if assumptions is not None
        else Words(str(outcome.forecast.attrs["set"]), str(outcome.forecast.attrs["set"]))
    )
    span = f"{outcome.base_year}–{outcome.last_year}"
    return Words(f"Medical-insurance funds, {span}: {name.en}", f"医疗保险基金测算 {span} 年：{name.zh}")


# ------------------------------------------------------------------------------------------------ cards


def _has_values(chart: Chart) -> bool:
    """Whether anything is defined: a pool has no members and rates, a region of a pool no reserve."""
    return any(value is not None for trace in chart.figure["data"] for value in trace["y"])


def _cards(outcomes: Sequence[Outcome], region: str) -> Iterator[_Card]:
    """Yield every chart of a region, in the order of the page."""
    for ledger in outcomes[0].ledgers:
        if any(outcome.holds(region, ledger) for outcome in outcomes):
            section = ledger if ledger in MAIN_LEDGERS else "other"
            for prices in PRICES:
                yield from (_Card(section, chart, region, prices) for chart in _money(outcomes, region, ledger, prices))
            yield from (_Card(section, chart, region) for chart in _levels(outcomes, region, ledger))
            yield from _benefit_cards(outcomes, region, ledger)
    yield _Card("people", figures.dependency_ratio(outcomes, region), region)
    for outcome in _with(outcomes, region):
        yield _Card("people", figures.members(outcome, region), region, None, outcome.name)
        pyramid = figures.pyramid(outcome, region)
        if pyramid is not None:
            yield _Card("people", pyramid, region, None, outcome.name)


def _money(outcomes: Sequence[Outcome], region: str, ledger: str, prices: str) -> Iterator[Chart]:
    yield figures.revenue_and_expenditure(outcomes, region, ledger, prices)
    if ledger not in ONLY_FLOWS:
        yield figures.balance(outcomes, region, ledger, prices)
        if any(outcome.has_reserve(region, ledger) for outcome in outcomes):
            yield figures.reserve(outcomes, region, ledger, prices)


def _levels(outcomes: Sequence[Outcome], region: str, ledger: str) -> Iterator[Chart]:
    if ledger in MAIN_LEDGERS:
        if any(outcome.has_reserve(region, ledger) for outcome in outcomes):
            yield figures.payable_months(outcomes, region, ledger)
        yield figures.rates(outcomes, region) if ledger == "EPF" else figures.income_cover(outcomes, region, ledger)


def _benefit_cards(outcomes: Sequence[Outcome], region: str, ledger: str) -> Iterator[_Card]:
    scheme = {"EPF": "employee", "RPF": "resident"}.get(ledger)
    for outcome in _with(outcomes, region) if scheme else ():
        for prices in PRICES:
            chart = figures.benefits(outcome, region, str(scheme), prices)
            if chart is not None:
                yield _Card(ledger, chart, region, prices, outcome.name)


def _with(outcomes: Sequence[Outcome], region: str) -> list[Outcome]:
    """Return the outcomes that have a region; a pool may be in some scenarios only."""
    return [outcome for outcome in outcomes if region in outcome.regions]


# ------------------------------------------------------------------------------------------------ html


def _header(outcomes: Sequence[Outcome], shown: Sequence[Outcome], title: Words, language: str, prices: str) -> str:
    first = shown[0]
    parts = [f"<h1>{spans(title)}</h1>", f'<p class="muted">{spans(WORDS["statement"])}</p>']
    if first.synthetic:
        parts.append(f'<div class="synthetic">⚠ {spans(WORDS["synthetic"])}</div>')
    if len(outcomes) > len(shown):
        rest = len(outcomes) - len(shown)
        note = Words(f"{rest} more scenarios are in the run folder.", f"另有 {rest} 个情景见结果文件夹。")
        parts.append(f'<p class="muted">{spans(note)}</p>')
    groups = []
    regions = all_regions(shown)
    if len(regions) > 1:
        options = "".join(
            f'<option value="{escape(code)}" data-text="{escape(both(name))}"></option>'
            for code, name in regions.items()
        )
        label = escape(WORDS["region"].en)
        groups.append(f'<span class="group"><select name="region" aria-label="{label}">{options}</select></span>')
    short = {
        "nominal": Words("nominal", "当年价"),
        "real": Words(f"of {first.base_year}", f"{first.base_year} 年价"),
        "gdp": Words("% of GDP", "占 GDP %"),
    }
    groups.append(choices("prices", WORDS["prices"], list(short.items()), prices))
    keys = "".join(
        line_key(SCENARIO_COLOURS[position], SCENARIO_DASHES[position], outcome.title)
        for position, outcome in enumerate(shown)
    )
    groups.append(f'<span class="group keys">{keys}</span>')
    if len(shown) > 1:
        details = Words("Details of", "分项图所示情景")
        groups.append(choices("scenario", details, [(outcome.name, outcome.title) for outcome in shown], first.name))
    languages = [("en", Words("English", "English")), ("zh", Words("中文", "中文"))]
    groups.append(f'<span class="end">{choices("language", None, languages, language)}</span>')
    return "".join(parts) + f'<div class="bar">{"".join(groups)}</div>'


def _main(outcomes: Sequence[Outcome], cards: Sequence[_Card]) -> str:
    first = outcomes[0]
    parts = []
    for region in all_regions(outcomes):
        content = lead(outcomes, region) + headline(outcomes, region)
        parts.append(f'<section class="switched" data-region="{escape(region)}">{content}</section>')
    titles = {
        ledger: Words(f"{ledger} {first.ledger_name(ledger).en}", f"{first.ledger_name(ledger).zh}（{ledger}）")
        for ledger in first.ledgers
    }
    titles |= {"other": Words("Other ledgers", "其他基金"), "people": Words("Members and ages", "参保人员与年龄")}
    for section, heading in titles.items():
        for region in all_regions(outcomes):
            figures_of = [
                _card(number, card, titles if section == "other" else {})
                for number, card in enumerate(cards)
                if (card.section, card.region) == (section, region)
            ]
            if figures_of:
                content = f'<h2>{spans(heading)}</h2><div class="cards">{"".join(figures_of)}</div>'
                parts.append(f'<section class="switched" data-region="{escape(region)}">{content}</section>')
    return "\n".join(parts)


def _card(number: int, card: _Card, ledgers: dict[str, Words]) -> str:
    chart = card.chart
    conditions = {"prices": card.prices, "scenario": card.scenario}
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in conditions.items() if value is not None)
    ledger = ledgers.get(chart.key.split("-")[0])
    title = Words(f"{ledger.en}: {chart.title.en}", f"{ledger.zh}：{chart.title.zh}") if ledger else chart.title
    keys = "".join(line_key(*key) for key in chart.keys)
    note = f'<p class="note">{spans(chart.note)}</p>' if chart.note else ""
    label = escape(both(Words(f"{title.en}, {chart.unit.en}", f"{title.zh}，{chart.unit.zh}")))
    return (
        f'<article class="card switched" id="{escape(chart.key)}-{number}"{attributes}><h3>{spans(title)} '
        f'<span class="unit">{spans(chart.unit)}</span></h3>'
        f'<div class="keys">{keys}</div>'
        f'<div class="plot" role="img" data-figure="{number}" data-label="{label}"></div>{note}</article>'
    )


def _footer(outcome: Outcome, assumptions: Assumptions | None) -> str:
    attributes = outcome.forecast.attrs
    facts = Words(
        f"Poolcast {__version__} · set {attributes['set']} ({str(attributes['set_digest'])[:12]}) · "
        f"{attributes.get('command', '')} · payable months on the spending of the same year · "
        "figures: result.nc, tables and summary.xlsx beside this page",
        f"Poolcast {__version__} · 假设集 {attributes['set']}（{str(attributes['set_digest'])[:12]}） · "
        f"{attributes.get('command', '')} · 可支付月数按当年支出计 · "
        "数据见同一文件夹的 result.nc、tables 和 summary.xlsx",
    )
    listed = sources(assumptions) if assumptions is not None else ""
    return f"{listed}<p>{spans(facts)}</p>"
