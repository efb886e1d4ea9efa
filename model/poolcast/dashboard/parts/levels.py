"""Levels of early warning as readers see them: symbol, word and colour, and a value against its threshold."""

from __future__ import annotations

import math

from poolcast.budget.warning_results import EarlyWarning
from poolcast.budget.warning_rules import LEVELS, Level
from poolcast.budget.warning_words import figures
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.tone import safe
from poolcast.reporting.formats import rounded

SYMBOLS: dict[Level, str] = {"red": "▼", "orange": "◆", "yellow": "◇", "green": "○"}
_YELLOW = {False: ("#F6E3A1", "#1B242D"), True: ("#F0D24A", "#12181F")}


def colours(here: Context, level: Level) -> tuple[str, str]:
    """Return ground and text of a level; those of the bands, for the same words mean the same."""
    if level == "yellow":
        return _YELLOW[here.palette.dark]
    return here.palette.bands["normal" if level == "green" else level]


def level_text(here: Context, level: Level) -> str:
    """Return a level as symbol and word."""
    word = here.say(LEVELS[level])
    word = word.removesuffix("色") if here.language == "zh" else word.capitalize()
    return f"{SYMBOLS[level]} {word}"


def badge(here: Context, level: Level) -> str:
    """Return a level as symbol and word on its colour."""
    ground, ink = colours(here, level)
    return f'<span class="pc-level" style="background:{ground};color:{ink}">{safe(level_text(here, level))}</span>'


def against(warning: EarlyWarning, language: str) -> str:
    """Return the value of a warning and the threshold that it passed, as 5.4% > 3.0% or 5.0 < 6.0 months."""
    value, limit = figures(warning.rule, warning.value, warning.threshold, language)
    if " " in value:  # the unit once is enough
        value = value[: value.index(" ")]
    if math.isfinite(warning.error):
        value += f" ±{rounded(196 * warning.error, 1)}"
    return f"{value} {'>' if warning.rule.fires == 'above' else '<'} {limit}"
