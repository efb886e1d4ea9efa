"""The page of the sensitivity report: one HTML file that needs nothing else, every figure with its table beneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from poolcast import __version__
from poolcast.parameters.declaration import Words
from poolcast.reporting.figure_parts import both
from poolcast.reporting.formats import MONTHS
from poolcast.reporting.html_parts import asset, choices, document, line_key, spans
from poolcast.reporting.page_text import month_badge
from poolcast.reporting.sensitivity_basis import Origin, basis_panels
from poolcast.reporting.sensitivity_chances import (
    chance_panels,
    convergence_panels,
    event_panels,
    headline_panel,
    headline_row,
    headline_years,
    tail_panels,
)
from poolcast.reporting.sensitivity_choices import grid_panels, pooling_panels
from poolcast.reporting.sensitivity_drivers import sobol_panel, tornado_panels
from poolcast.reporting.sensitivity_fans import departure_sentence, difference_panels, fan_panels, unchanged_sentence
from poolcast.reporting.sensitivity_panels import Panel, Subject, chance_words, ledger_words, shown
from poolcast.reporting.sensitivity_words import SECTIONS
from poolcast.reporting.theme import SCENARIO_COLOURS, SCENARIO_DASHES
from poolcast.reporting.words import WORDS
from poolcast.uncertainty.findings import ByScenario

_TABLE = Words("Table", "数据表")


def all_panels(subject: Subject, origin: Origin) -> list[Panel]:
    """Return every table of the report, in the order of the page; the workbook takes the same."""
    return [
        headline_panel(subject),
        *fan_panels(subject),
        *chance_panels(subject),
        *event_panels(subject),
        *tail_panels(subject),
        *difference_panels(subject),
        *tornado_panels(subject),
        sobol_panel(subject),
        *grid_panels(subject),
        *pooling_panels(subject),
        *convergence_panels(subject),
        *basis_panels(subject, origin),
    ]


def sensitivity_page(subject: Subject, panels: Sequence[Panel], origin: Origin, language: str) -> str:
    """Return the HTML of the page.

    Parameters
    ----------
    subject : Subject
    panels : sequence of Panel
        From `all_panels`.
    origin : Origin
        What made it.
    language : {"en", "zh"}
        What it shows when it opens; a button switches.
    """
    title = _title(subject)
    figures = [panel.figure for panel in panels if panel.figure is not None]
    first = subject.scenarios[0].name
    data = {
        "title": both(title),
        "prices": "nominal",
        "region": next(iter(subject.regions), ""),
        "scenario": first,
        "figures": figures,
        "paper": {"width": 470},
    }
    body = "\n".join(
        [
            f"<header>{_header(subject, title, language)}</header>",
            f"<main>{''.join(_sections(subject, panels))}</main>",
            f"<footer>{_footer(subject, origin)}</footer>",
        ]
    )
    return document(title, language, body, data, asset("sensitivity.css"))


def _title(subject: Subject) -> Words:
    held = subject.findings.assumptions
    span = f"{subject.base_year}–{subject.last_year}"
    return Words(f"How sure is the projection, {span}: {held.title.en}", f"测算把握有多大，{span} 年：{held.title.zh}")


def _header(subject: Subject, title: Words, language: str) -> str:
    parts = [f"<h1>{spans(title)}</h1>", f'<p class="muted">{spans(WORDS["statement"])}</p>']
    if subject.findings.assumptions.synthetic:
        parts.append(f'<div class="synthetic">⚠ {spans(WORDS["synthetic"])}</div>')
    groups = []
    if len(subject.regions) > 1:
        options = "".join(
            f'<option value="{escape(code)}" data-text="{escape(both(name))}"></option>'
            for code, name in subject.regions.items()
        )
        label = escape(WORDS["region"].en)
        groups.append(f'<span class="group"><select name="region" aria-label="{label}">{options}</select></span>')
    if len(subject.scenarios) > 1:
        named = [(one.name, subject.title(one.name)) for one in subject.scenarios]
        groups.append(choices("scenario", WORDS["scenario"], named, subject.scenarios[0].name))
    else:
        groups.append(f'<span class="group keys">{_scenario_key(subject, subject.scenarios[0].name)}</span>')
    languages = [("en", Words("English", "English")), ("zh", Words("中文", "中文"))]
    groups.append(f'<span class="end">{choices("language", None, languages, language)}</span>')
    return "".join(parts) + f'<div class="bar">{"".join(groups)}</div>'


def _scenario_key(subject: Subject, name: str) -> str:
    at = subject.position(name) % len(SCENARIO_COLOURS)
    return line_key(SCENARIO_COLOURS[at], SCENARIO_DASHES[at], subject.title(name))


def _sections(subject: Subject, panels: Sequence[Panel]) -> Iterator[str]:
    """Yield the sections that hold anything, numbered in the order of the page."""
    drawn = iter(range(len(panels)))
    number = 0
    for key, (heading, note) in SECTIONS.items():
        mine = [panel for panel in panels if panel.section == key]
        if not mine:
            continue
        number += 1
        attributes = {}
        if key == "pooling":
            found = subject.findings.datasets["pooling"].attrs
            attributes = {"years": found["horizon"], "chance": f"{100 * found['probability']:g}%"}
        told = Words(note.en.format(**attributes), note.zh.format(**attributes)) if attributes else note
        head = Words(f"{number} {heading.en}", f"{number} {heading.zh}")
        content = "".join(_lead(subject, key))
        if key == "headline":
            content += _headline(subject)
        else:
            cards = "".join(_card(panel, next(drawn) if panel.figure is not None else None) for panel in mine)
            content += f'<div class="cards">{cards}</div>'
        yield (f'<section id="{key}"><h2>{spans(head)}</h2><p class="how">{spans(told)}</p>{content}</section>')


def _lead(subject: Subject, key: str) -> Iterator[str]:
    """Yield what a section says before its figures, by region and scenario."""
    if key == "differences":
        for region in subject.regions:
            same = unchanged_sentence(subject, region)
            yield f'<p class="says switched"{_conditions(region, None)}>{spans(same)}</p>' if same else ""
    if key != "fans":
        return
    for found in subject.scenarios:
        for region in subject.regions:
            text = spans(departure_sentence(subject, found, region))
            yield f'<p class="lead switched"{_conditions(region, found.name)}>{text}</p>'


def _conditions(region: str | None, scenario: str | None) -> str:
    given = {"region": region, "scenario": scenario}
    return "".join(f' data-{name}="{escape(value)}"' for name, value in given.items() if value is not None)


def _headline(subject: Subject) -> str:
    """Return the cards: a fund each, with a block for each scenario."""
    cards = []
    for region, ledger in subject.places:
        blocks = [
            _headline_block(subject, found, region, ledger)
            for found in subject.scenarios
            if subject.has_reserve(found, region, ledger)
        ]
        name = ledger_words(ledger)
        title = Words(f"{name.en} ({ledger})", f"{name.zh}（{ledger}）")
        cards.append(
            f'<article class="card half switched"{_conditions(region, None)}><h3>{spans(title)} '
            f'<span class="unit">{spans(MONTHS.unit)}</span></h3>{"".join(blocks)}</article>'
        )
    return f'<div class="cards">{"".join(cards)}</div>'


def _headline_block(subject: Subject, found: ByScenario, region: str, ledger: str) -> str:
    years = headline_years(subject)
    row = headline_row(subject, found, region, ledger, years)
    heads = "".join(f"<th>{year}</th>" for year in years)
    cells = []
    for at in range(len(years)):
        low, middle, high = (
            float(value) for value in row[3 + 3 * at : 6 + 3 * at] if not isinstance(value, (str, Words))
        )
        texts = [MONTHS.show(max(value, 0.0)) for value in (low, high)]
        cells.append(f"<td>{month_badge(middle)}<br><small>({texts[0]}–{texts[1]})</small></td>")
    share, error, middle_year = row[-3], row[-2], row[-1]
    assert isinstance(share, float)
    assert isinstance(error, float)
    chance = chance_words(share, error)
    year = shown(middle_year, "year", MONTHS)
    by = subject.last_year
    gone = Words(f"Exhausted by {by}: {chance.en}", f"{by} 年前耗尽的概率：{chance.zh}")
    median = Words(f"median year: {year.en}", f"耗尽年份中位数：{year.zh}")
    key = f'<div class="keys">{_scenario_key(subject, found.name)}</div>' if len(subject.scenarios) > 1 else ""
    return (
        f'<div class="block">{key}<div class="scroll"><table class="months"><thead><tr>{heads}</tr></thead>'
        f"<tbody><tr>{''.join(cells)}</tr></tbody></table></div>"
        f"<p><b>{spans(gone)}</b> · {spans(median)}</p></div>"
    )


def _card(panel: Panel, number: int | None) -> str:
    keys = "".join(line_key(*key) for key in panel.keys)
    unit = f' <span class="unit">{spans(panel.unit)}</span>' if panel.unit.en else ""
    parts = [f"<h3>{spans(panel.title)}{unit}</h3>"]
    parts += [f'<div class="keys">{keys}</div>'] if keys else []
    if number is not None:
        said = panel.sentence or Words("", "")
        label = escape(both(Words(f"{panel.title.en}. {said.en}", f"{panel.title.zh}。{said.zh}")))
        height = f' style="height:{panel.height}px" data-height="{panel.height}"' if panel.height else ""
        parts.append(f'<div class="plot" role="img" data-figure="{number}" data-label="{label}"{height}></div>')
    parts += [f'<p class="says">{spans(panel.sentence)}</p>'] if panel.sentence else []
    parts += [f'<p class="note">{spans(panel.note)}</p>'] if panel.note else []
    table = _table(panel)
    parts.append(table if number is None else f"<details><summary>{spans(_TABLE)}</summary>{table}</details>")
    kind = f"card {panel.size} switched"
    return f'<article class="{kind}"{_conditions(panel.region, panel.scenario)}>{"".join(parts)}</article>'


def _table(panel: Panel) -> str:
    named = [' class="name"' if column.style == "text" else "" for column in panel.columns]
    heads = "".join(f"<th{kind}>{spans(column.name)}</th>" for kind, column in zip(named, panel.columns, strict=True))
    rows = []
    for row in panel.rows:
        cells = zip(named, row, panel.columns, strict=True)
        texts = (f"<td{kind}>{spans(shown(cell, column.style, panel.money))}</td>" for kind, cell, column in cells)
        rows.append(f"<tr>{''.join(texts)}</tr>")
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _footer(subject: Subject, origin: Origin) -> str:
    findings = subject.findings
    held, simulation = findings.assumptions, findings.simulation
    named = ", ".join(f"{one.name} ({one.digest[:12] or '—'})" for one in findings.scenarios)
    facts = Words(
        f"Poolcast {__version__} · set {held.name} ({origin.digest[:12]}) · scenarios {named} · "
        f"{simulation.paths:,} paths, seed {simulation.draws.seed}, {simulation.draws.sampling} · {origin.command} · "
        "figures: report.xlsx and tables beside this page",
        f"Poolcast {__version__} · 假设集 {held.name}（{origin.digest[:12]}） · 情景 {named} · "
        f"{simulation.paths:,} 条路径，随机种子 {simulation.draws.seed}，{simulation.draws.sampling} · "
        f"{origin.command} · "
        "数据见同一文件夹的 report.xlsx 和 tables",
    )
    return f"<p><b>{spans(WORDS['statement'])}</b></p><p>{spans(facts)}</p>"
