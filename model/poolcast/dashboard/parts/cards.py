"""Headline cards: one grid of HTML; a line per scenario with its range, or one big number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from poolcast.dashboard.charts.labels import text_width
from poolcast.dashboard.context import Shown
from poolcast.dashboard.parts.tone import safe, tip

Tone = Literal["better", "worse", "same"]
_LONG = 110
"""Pixels of a name from which names take two lines, and the strip of ranges little room."""


@dataclass(frozen=True)
class CardLine:
    """A scenario in a card.

    Parameters
    ----------
    scenario : Shown
        Which one; colour and name come from its place.
    text : str
        The value as it is shown.
    value, low, high : float
        Median and the two ends of the range, for the strip; NaN where there is none.
    change : str
        Difference from the baseline, signed or in words; empty for the baseline.
    tone : {"better", "worse", "same"}
        Blue, orange or grey.
    sure : bool
        Whether the paired band of the difference excludes zero.
    tip : str
        Further explanation of the value.
    """

    scenario: Shown
    text: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    change: str = ""
    tone: Tone = "same"
    sure: bool = True
    tip: str = ""


@dataclass(frozen=True)
class Card:
    """A headline card.

    Parameters
    ----------
    title : str
        What is measured, with year and unit.
    lines : sequence of CardLine
        One a scenario; empty for a card with one big number.
    big, unit : str
        The number of a card without lines, and its unit.
    foot : str
        A line of grey text below.
    tip : str
        What the term means.
    parts : sequence of str
        What stands behind `foot`, one for each of the lines, in their colours.
    """

    title: str
    lines: Sequence[CardLine] = ()
    big: str = ""
    unit: str = ""
    foot: str = ""
    tip: str = ""
    parts: Sequence[str] = ()


def cards(rows: Sequence[Card], doubtful: str = "") -> None:
    """Show headline cards side by side, four in a row, two on a narrow screen.

    Parameters
    ----------
    rows : sequence of Card
        The cards.
    doubtful : str
        Explanation of a difference that is smaller than the uncertainty.
    """
    st.html(f'<div class="pc-cards">{"".join(_card(card, doubtful) for card in rows)}</div>')


def _card(card: Card, doubtful: str) -> str:
    title = tip(card.title, card.tip) if card.tip else safe(card.title)
    if card.lines:
        low, high = _span(card.lines)
        body = "".join(_line(line, low, high, doubtful) for line in card.lines)
        widest = max(text_width(line.scenario.title) for line in card.lines)
        body = f'<div class="pc-rows{" pc-long" if widest > _LONG else ""}">{body}</div>'
    else:
        unit = f"<small>{safe(card.unit)}</small>" if card.unit else ""
        body = f'<div class="pc-big">{safe(card.big)}{unit}</div>'
    told = zip(card.parts, card.lines, strict=True) if card.parts else ()
    parts = " · ".join(f'<b style="color:{line.scenario.text_colour}">{safe(part)}</b>' for part, line in told)
    foot = f'<div class="pc-foot">{safe(card.foot)}{parts}</div>' if card.foot else ""
    return f'<section class="pc-card"><h4>{title}</h4>{body}{foot}</section>'


def _span(lines: Sequence[CardLine]) -> tuple[float, float]:
    """Return the scale that all strips of a card share."""
    ends = [end for line in lines for end in (line.low, line.value, line.high) if math.isfinite(end)]
    has_bands = any(math.isfinite(line.low) or math.isfinite(line.high) for line in lines)
    if not ends or (len({line.text for line in lines}) == 1 and not has_bands):
        return math.nan, math.nan  # differences that no digit shows must not fill the strip
    return min(ends), max(ends)


def _line(line: CardLine, low: float, high: float, doubtful: str) -> str:
    shown = line.scenario
    value = tip(line.text, line.tip) if line.tip else safe(line.text)
    change = safe(line.change)
    if line.change and not line.sure and line.tone != "same":
        change = f'<span title="{safe(doubtful)}">{change} ≈</span>'
    weight = " pc-sure" if line.sure and line.tone != "same" else ""
    return (
        f'<div class="pc-row"><span class="name" style="color:{shown.text_colour}" title="{safe(shown.title)}">'
        f"{safe(shown.title)}</span>{_strip(line, low, high)}"
        f'<span class="value">{value}</span><span class="change pc-{line.tone}{weight}">{change}</span></div>'
    )


def _strip(line: CardLine, low: float, high: float) -> str:
    if not high > low:
        return "<span></span>"
    colour = line.scenario.colour

    def place(value: float) -> float:
        return 3 + 94 * (value - low) / (high - low)

    bar = ""
    if math.isfinite(line.low) and math.isfinite(line.high):
        left, right = place(line.low), place(line.high)
        bar = (
            f'<span class="bar" style="left:{left:.1f}%;width:{max(right - left, 1):.1f}%;background:{colour}"></span>'
        )
    dot = ""
    if math.isfinite(line.value):
        inside = "var(--pc-page)" if line.scenario.place == 0 else colour
        dot = (
            f'<span class="dot" style="left:{place(line.value):.1f}%;background:{inside};'
            f'border:2px solid {colour}"></span>'
        )
    return f'<span class="pc-strip" aria-hidden="true">{bar}{dot}</span>'
