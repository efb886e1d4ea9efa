"""Parts of figures: the chart, texts in two languages, lines, bars and marks."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import Scale
from poolcast.reporting.outcome import Outcome
from poolcast.reporting.theme import RULE, SCENARIO_COLOURS, SCENARIO_DASHES, SCENARIO_WIDTHS, layout

MAX_SCENARIOS = len(SCENARIO_COLOURS)


@dataclass(frozen=True)
class Chart:
    """A figure with what stands around it.

    Parameters
    ----------
    key : str
        Name within the page.
    title, unit : Words
        Above the figure.
    figure : dict
        Plotly specification with texts in both languages.
    keys : sequence of (colour, dash or "fill", Words)
        Key of lines and colours, shown below the title.
    note : Words or None
        Below the figure.
    """

    key: str
    title: Words
    unit: Words
    figure: dict[str, Any] = field(repr=False)
    keys: Sequence[tuple[str, str, Words]] = ()
    note: Words | None = None


def both(words: Words) -> str:
    """Return a text of a specification in both languages, safe against mark-up in names."""
    return f"§{html.escape(words.en, quote=False)}¦{html.escape(words.zh, quote=False)}"


def in_language(figure: Any, language: str) -> Any:
    """Return a specification with its texts in one language.

    Parameters
    ----------
    figure : dict, list or value
        Specification or a part of one.
    language : {"en", "zh"}
        Language wanted.
    """
    if isinstance(figure, str) and figure.startswith("§"):
        english, _, chinese = figure[1:].partition("¦")
        return chinese if language == "zh" else english
    if isinstance(figure, dict):
        return {key: in_language(value, language) for key, value in figure.items()}
    if isinstance(figure, list):
        return [in_language(value, language) for value in figure]
    return figure


def over_years(traces: list[dict[str, Any]], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return a figure over the years of the forecast."""
    first = outcomes[0]
    figure: dict[str, Any] = {"data": traces, "layout": layout()}
    figure["layout"]["xaxis"]["range"] = [first.base_year - 0.6, first.last_year + 0.6]
    span = first.last_year - first.base_year
    figure["layout"]["xaxis"]["dtick"] = 10 if span > 25 else 5 if span > 10 else 2
    figure["layout"]["xaxis"]["tick0"] = 2000
    figure["layout"]["yaxis"]["nticks"] = 6
    return figure


def stacked(traces: list[dict[str, Any]], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return a figure of bars on top of each other."""
    figure = over_years(traces, outcomes)
    figure["layout"]["barmode"] = "stack"
    return figure


def numbers(values: Sequence[float], scale: Scale) -> list[float | None]:
    """Values in the unit of the axis to six significant digits; None where not defined."""
    return [float(f"{value / scale.divisor:.6g}") if math.isfinite(value) else None for value in values]


def line(
    years: Sequence[int], values: Sequence[float], scale: Scale, name: Words, colour: str, dash: str, width: float = 2.2
) -> dict[str, Any]:
    """A line over years; a dot marks the base year, whose value is the published account."""
    sizes = [6] + [0] * (len(years) - 1)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(years),
        "y": numbers(values, scale),
        "name": both(name),
        "line": {"color": colour, "dash": dash, "width": width},
        "marker": {"size": sizes, "color": colour, "line": {"width": 0}},
        "hovertemplate": f"%{{y:,.{scale.digits}f}}{scale.suffix}",
    }


def scenario_line(position: int, outcome: Outcome, values: Sequence[float], scale: Scale) -> dict[str, Any]:
    """Return the line of a scenario in its colour, dash and width."""
    colour, dash, width = SCENARIO_COLOURS[position], SCENARIO_DASHES[position], SCENARIO_WIDTHS[position]
    return line(outcome.years, values, scale, outcome.title, colour, dash, width)


def bar(years: Sequence[int], values: Sequence[float], scale: Scale, name: Words, colour: str) -> dict[str, Any]:
    """Return bars over years, in full colour for the base year, whose value is the published account."""
    return {
        "type": "bar",
        "x": list(years),
        "y": numbers(values, scale),
        "name": both(name),
        "marker": {"color": colour, "opacity": [1.0] + [0.8] * (len(years) - 1)},
        "hovertemplate": f"%{{y:,.{scale.digits}f}}{scale.suffix}",
    }


def cross(year: int, colour: str) -> dict[str, Any]:
    """Return a cross on zero: the reserve is used up."""
    marker = {"symbol": "x", "size": 9, "color": colour}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [year],
        "y": [0],
        "marker": marker,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def year_beside(year: int, position: int, outcome: Outcome) -> dict[str, Any]:
    """A year beside its cross on zero, in the half of the figure that has room; each scenario at its own height."""
    late = year > (outcome.base_year + outcome.last_year) / 2
    return {
        "x": year,
        "y": 0,
        "text": f"<b>{year}</b>",
        "showarrow": False,
        "xanchor": "left" if not late or year + 5 < outcome.last_year else "right",
        "xshift": 9 if not late or year + 5 < outcome.last_year else -9,
        "yshift": 11 + 14 * position,
        "font": {"color": SCENARIO_COLOURS[position], "size": 12},
    }


def level(value: float) -> dict[str, Any]:
    """Return a dotted horizontal line."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": RULE, "width": 1, "dash": "dot"},
    }


def labelled(words: Words, outcome: Outcome, outcomes: Sequence[Outcome]) -> Words:
    """Return the words with the scenario's title, where there are several."""
    if len(outcomes) == 1:
        return words
    return Words(f"{words.en}, {outcome.title.en}", f"{words.zh}，{outcome.title.zh}")


def equal(left: Sequence[float], right: Sequence[float]) -> bool:
    """Whether two series agree wherever both are defined."""
    return all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(left, right, strict=True) if math.isfinite(a + b))


def nice_step(value: float) -> float:
    """Return the largest of 1, 2, 2.5, 5 times a power of ten that is not above the value."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return power * max(factor for factor in (1.0, 2.0, 2.5, 5.0) if factor * power <= value or factor == 1.0)
