"""Labels at the right end of lines: how wide they are, where they break, and how they are spread."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from poolcast.reporting.formats import NOT_DEFINED, Scale

LABEL_HEIGHT = 17
"""Pixels between two labels at the end of lines."""


def tinted(colour: str, opacity: float) -> str:
    """Return a colour ``#RRGGBB`` with an opacity."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def text_width(text: str) -> int:
    """Return about how many pixels a label takes: 13 a Chinese character, 7 a Latin one."""
    return sum(13 if ord(character) > 0x2E7F else 7 for character in text)


def label_margin(texts: Sequence[str]) -> int:
    """Return the right margin that the longest label needs."""
    lines = (line for text in texts for line in _TAG.sub("", text.replace("<br>", "\n")).split("\n"))
    return max((text_width(line) for line in lines), default=4) + 14


_TAG = re.compile(r"</?b>")
WIDEST_LABEL = 170
"""Pixels that a label takes in one line; a wider one would leave too little room for the lines that it names."""


def folded(text: str, widest: int = WIDEST_LABEL) -> str:
    """Return a label in two lines where it is long, broken at the space that makes the longer one shortest."""
    if text_width(_TAG.sub("", text)) <= widest:
        return text

    def longer(place: int) -> int:
        return max(text_width(_TAG.sub("", part)) for part in (text[:place], text[place + 1 :]))

    spaces = [place for place, character in enumerate(text) if character == " "]
    if not spaces:
        return text
    best = min(spaces, key=longer)
    return f"{text[:best]}<br>{text[best + 1 :]}"


def spread_labels(
    labels: Sequence[tuple[float, str, str]], low: float, high: float, height: float
) -> list[dict[str, Any]]:
    """Place labels at the right end so that none covers another.

    Parameters
    ----------
    labels : sequence of (value, text, colour)
        Where each belongs, in the unit of the axis.
    low, high : float
        Ends of the axis.
    height : float
        Pixels between them, about.
    """
    if not labels or high <= low:
        return []
    per_pixel = (high - low) / height
    ordered = sorted(labels, key=lambda item: item[0])
    tall = [(1 + text.count("<br>") * 0.85) * LABEL_HEIGHT * per_pixel for _, text, _ in ordered]
    steps = [(below + above) / 2 for below, above in pairwise(tall)]
    places: list[float] = []
    for number, (value, _, _) in enumerate(ordered):
        wanted = min(max(value, low), high)
        places.append(wanted if not places else max(wanted, places[-1] + steps[number - 1]))
    over = places[-1] - high
    if over > 0:  # past the top a label would not be drawn at all: push the pile down from there
        places[-1] -= over
        for number in range(len(places) - 2, -1, -1):
            places[number] = min(places[number], places[number + 1] - steps[number])
    return [
        {
            "xref": "paper",
            "x": 1,
            "xshift": 6,
            "y": place,
            "text": text,
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "middle",
            "align": "left",
            "font": {"size": 12, "color": colour},
        }
        for place, (_, text, colour) in zip(places, ordered, strict=True)
    ]


def value_label(name: str, value: float, scale: Scale) -> str:
    """Return a label: the name in bold, and its value behind it where it is defined."""
    shown = scale.show(value)
    return f"<b>{html.escape(name)}</b>" + ("" if shown == NOT_DEFINED else f" {shown}")
