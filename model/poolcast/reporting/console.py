"""The terminal: results on standard output, messages, progress and problems on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import (
    BANDS,
    LEDGERS_WITH_BANDS,
    MONTHS,
    NOT_DEFINED,
    Scale,
    band_of,
    money_scale,
    money_unit,
)
from poolcast.reporting.outcome import EVENTS, Outcome, display_years, milestone_years
from poolcast.reporting.words import word

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table

    from poolcast.parameters.errors import PoolcastError

FLOWS = ("revenue", "expenditure", "balance", "reserve")
WIDE = 140
"""Columns that a table may take where nobody looks at a screen."""

_PROBLEM_WORDS = {
    "place": Words("Where", "位置"),
    "found": Words("Found", "现在是"),
    "allowed": Words("Allowed", "应当是"),
    "remedy": Words("What to do", "怎么改"),
}


def utf8_safe(stream: TextIO) -> TextIO:
    """Let a stream print a stand-in for a sign that its encoding lacks, instead of failing (Windows consoles)."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return stream


def data_console() -> Console:
    """Return the console of standard output: as wide as the screen, or wide where it goes into a file."""
    from rich.console import Console

    class DataConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # the reader left; `poolcast.cli.main` ends without a word

    console = DataConsole(file=utf8_safe(sys.stdout), highlight=False)
    return console if console.is_terminal else DataConsole(file=sys.stdout, highlight=False, width=WIDE)


def message_console(*, quiet: bool = False) -> Console:
    """Return the console of standard error; a quiet one says nothing."""
    from rich.console import Console

    return Console(file=utf8_safe(sys.stderr), highlight=False, quiet=quiet, stderr=True)


def width_wanted(console: Console, table: Table) -> int:
    """Return the columns that a table takes when no cell is broken."""
    return console.measure(table, options=console.options.update(max_width=4096)).maximum


@contextlib.contextmanager
def working(console: Console, text: str) -> Iterator[None]:
    """Show on a terminal what is going on, until it is done."""
    if console.is_terminal and not console.quiet:
        with console.status(text):
            yield
    else:
        yield


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output; signs that the stream's encoding lacks are escaped."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
    text = json.dumps(document, ensure_ascii=not encoding.startswith("utf8"), allow_nan=False, indent=1)
    sys.stdout.write(text + "\n")


def print_problems(error: PoolcastError, language: str = "en") -> None:
    """Print the problems with place, found, allowed and remedy; of each kind the first twenty, the rest counted.

    Parameters
    ----------
    error : PoolcastError
        What is wrong.
    language : {"en", "zh"}
        Language of the headings.
    """
    from rich.table import Table
    from rich.text import Text

    console = message_console()
    problems, count = error.shown(), len(error.problems)
    if language == "zh":
        headline = f"有 {count} 处需要改正："
    else:
        headline = "One thing needs mending:" if count == 1 else f"{count} things need mending:"
    console.print(Text(headline, style="bold red"))
    words = {key: words.in_language(language) for key, words in _PROBLEM_WORDS.items()}
    as_table = console.is_terminal and console.width >= 100
    if as_table:
        table = Table(*words.values(), header_style="bold", show_lines=count > 1)
        for problem in problems:
            table.add_row(*(Text(text) for text in (problem.place_in(language), *problem.words_in(language))))
        console.print(table)
    for problem in () if as_table else problems:  # one line a problem: easy to search, nothing is cut
        found, allowed, remedy = problem.words_in(language)
        found, allowed = f"{words['found'].lower()} {found}", f"{words['allowed'].lower()}: {allowed}"
        console.print(Text(f"  {problem.place_in(language)}: {found}; {allowed}. {remedy}"), soft_wrap=True)
    for kind, number in error.left_out().items():
        more = (
            f"  …另有 {number} 处同类问题（{kind}）"
            if language == "zh"
            else f"  … and {number} more of this kind ({kind})"
        )
        console.print(Text(more, style="bold"), soft_wrap=True)


def print_outcomes(
    console: Console,
    outcomes: Sequence[Outcome],
    prices: str,
    language: str,
    regions: Sequence[str],
    ledgers: Sequence[str],
) -> None:
    """Print the accounts by ledger, scenarios side by side, and the headline table.

    Parameters
    ----------
    console : Console
        Where to print.
    outcomes : sequence of Outcome
        Scenarios over one assumption set.
    prices : {"nominal", "real", "gdp"}
        How money is expressed.
    language : {"en", "zh"}
        Language of the words.
    regions, ledgers : sequence of str
        Which to show. The years of each ledger are shown for a single region only; for several, the headline.
    """
    first = outcomes[0]
    if len(regions) == 1:
        for ledger in ledgers:
            if first.holds(regions[0], ledger):
                _print_ledger(console, outcomes, prices, language, regions[0], ledger)
    table = headline_table(outcomes, language, regions, ledgers)
    if table.row_count:
        console.print(table)
        console.print(_bands_line(language), style="dim")
    console.print(word("statement", language), style="dim")
    if first.synthetic:
        console.print(word("synthetic", language), style="bold yellow")


def _print_ledger(
    console: Console, outcomes: Sequence[Outcome], prices: str, language: str, region: str, ledger: str
) -> None:
    first = outcomes[0]
    scale = money_scale(
        (value for outcome in outcomes for name in FLOWS[:3] for value in outcome.series(name, region, ledger, prices)),
        prices,
    )
    table = ledger_table(outcomes, prices, language, region, ledger, scale)
    if width_wanted(console, table) <= console.width:
        console.print(table)
    else:  # too narrow for all beside each other: one below the other
        for outcome in outcomes:
            console.print(ledger_table([outcome], prices, language, region, ledger, scale))
    if first.has_reserve(region, ledger):
        console.print(_events_line(outcomes, language, region, ledger))
        console.print()


def ledger_table(
    outcomes: Sequence[Outcome], prices: str, language: str, region: str, ledger: str, scale: Scale
) -> Table:
    """Return the accounts of a ledger: years down, the scenarios side by side."""
    from rich.table import Table
    from rich.text import Text

    first = outcomes[0]
    words = (first.ledger_name(ledger), first.region_name(region), money_unit(scale, prices, first.base_year))
    table = Table(
        title=Text(f"{ledger} " + " · ".join(part.in_language(language) for part in words), style="bold"),
        title_justify="left",
        header_style="bold",
        padding=(0, 1),
        box=simple_box(),
    )
    table.add_column(Text(f"\n{word('year', language)}"))
    for outcome in outcomes:
        for name in (*FLOWS, "payable_months"):
            label = word(name, language) if name != "payable_months" else {"en": "Months", "zh": "月数"}[language]
            heading = f"{outcome.name if name == FLOWS[0] else ''}\n{label}"
            table.add_column(Text(heading), justify="right", no_wrap=True)
    for year in display_years(first):
        cells = [str(year)]
        for outcome in outcomes:
            cells += account_cells(outcome, prices, language, region, ledger, year, scale)
        table.add_row(*(Text(cell) for cell in cells), style="bold" if year == first.base_year else "")
    return table


def account_cells(
    outcome: Outcome, prices: str, language: str, region: str, ledger: str, year: int, scale: Scale
) -> list[str]:
    """Return revenue, expenditure, balance, reserve and months of a year as text.

    After the year of exhaustion the reserve is a word: a debt that compounds for decades says nothing.
    """
    position = outcome.years.index(year)
    cells = [scale.show(outcome.series(name, region, ledger, prices)[position]) for name in FLOWS]
    months = outcome.series("payable_months", region, ledger)[position]
    exhausted = outcome.series("reserve", region, ledger)[position] < 0
    if exhausted:
        cells[-1] = word("already", language)
    shown = NOT_DEFINED if ledger == "EPA" else "0" if exhausted else MONTHS.show(months)
    return [*cells, shown]


def _events_line(outcomes: Sequence[Outcome], language: str, region: str, ledger: str) -> str:
    parts = []
    for outcome in outcomes:
        years = {
            event: outcome.event_text(event, region, ledger, language)
            for event in ("first_deficit", "first_deficit_before_interest", "exhaustion")
        }
        if language == "zh":
            text = f"首次收不抵支 {years['first_deficit']}（不含利息 {years['first_deficit_before_interest']}）"
        else:
            text = f"first deficit {years['first_deficit']} (before interest {years['first_deficit_before_interest']})"
        text += (
            f"；结余耗尽 {years['exhaustion']}" if language == "zh" else f"; reserve exhausted {years['exhaustion']}"
        )
        parts.append(f"  {outcome.name}: {text}" if len(outcomes) > 1 else f"  {text}")
    return "\n".join(parts)


def _bands_line(language: str) -> str:
    """Key of the symbols beside payable months."""
    limits = {"exhausted": "≤0", "red": "<3", "orange": "3–6", "normal": "6–9", "ample": "9–15", "excessive": ">15"}
    parts = [f"{symbol} {words.in_language(language)} {limits[name]}" for name, _, _, _, symbol, words in BANDS]
    return f"{word('payable_months', language)}: {' · '.join(parts)}"


def headline_table(outcomes: Sequence[Outcome], language: str, regions: Sequence[str], ledgers: Sequence[str]) -> Table:
    """Return one row a region, ledger with a reserve, and scenario: months, years of deficit and of exhaustion."""
    from rich.table import Table
    from rich.text import Text

    first = outcomes[0]
    milestones = milestone_years(first)
    table = Table(
        title=Text(word("headline", language), style="bold"),
        title_justify="left",
        header_style="bold",
        box=simple_box(),
    )
    table.add_column(word("ledger", language))
    if len(regions) > 1:
        table.add_column(word("region", language))
    if len(outcomes) > 1:
        table.add_column(word("scenario", language))
    months = {"en": "Months", "zh": "月数"}[language]
    for year in milestones:
        table.add_column(f"{months}\n{year}", justify="right", no_wrap=True)
    deficit = {
        "en": ("First\ndeficit", "before\ninterest", "Reserve\nexhausted"),
        "zh": ("首次收\n不抵支", "不含\n利息", "结余\n耗尽"),
    }
    for heading in deficit[language]:
        table.add_column(heading, justify="right", no_wrap=True)
    for ledger in ledgers:
        for region in regions:
            held = [outcome for outcome in outcomes if outcome.has_reserve(region, ledger)]
            for outcome in held:
                names = [f"{ledger} {outcome.ledger_name(ledger).in_language(language)}"]
                names += [] if len(regions) == 1 else [outcome.region_name(region).in_language(language)]
                cells = names if outcome is held[0] else [""] * len(names)
                cells += [outcome.name] if len(outcomes) > 1 else []
                cells += [months_text(outcome, region, ledger, year) for year in milestones]
                cells += event_texts(outcome, region, ledger, language)
                table.add_row(*(Text(cell) for cell in cells), end_section=outcome is held[-1] and len(outcomes) > 1)
        table.add_section()
    return table


def months_text(outcome: Outcome, region: str, ledger: str, year: int) -> str:
    """Return payable months of a year with the symbol of their band, where the ledger has bands."""
    if ledger == "EPA":
        return NOT_DEFINED
    value = outcome.series("payable_months", region, ledger)[outcome.years.index(year)]
    band = band_of(value)
    if band is None:
        return NOT_DEFINED
    symbol = next(symbol for name, _, _, _, symbol, _ in BANDS if name == band)
    shown = "0" if band == "exhausted" else MONTHS.show(value)
    return f"{shown} {symbol}" if ledger in LEDGERS_WITH_BANDS else shown


def event_texts(outcome: Outcome, region: str, ledger: str, language: str) -> list[str]:
    """Return the years of first deficit, the same before interest, and of exhaustion as text."""
    return [outcome.event_text(event, region, ledger, language) for event in EVENTS]


def simple_box() -> Box:
    """Return the frame of our tables: a line under the heads only."""
    from rich import box

    return box.SIMPLE_HEAD
