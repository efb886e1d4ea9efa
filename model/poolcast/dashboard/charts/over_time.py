"""Figures over years: history and projection on one axis with the joint visible, bands below lines, labels at the end.

A figure is put together part by part::

    figure = OverYears(context, Scale(...), first=2015, last=2050)
    figure.band(years, low, high, colour)
    figure.line(years, values, "Median", colour)
    chart = figure.specification()
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from poolcast.dashboard.charts.labels import LABEL_HEIGHT, folded, label_margin, spread_labels, tinted
from poolcast.dashboard.context import Context, Shown
from poolcast.reporting.figure_parts import cross as cross_mark
from poolcast.reporting.figure_parts import numbers
from poolcast.reporting.formats import BANDS, Scale
from poolcast.reporting.theme import layout

PLOT_HEIGHT = {"half": 132, "tall": 286, "below_cards": 190, "effect": 120}
"""Pixels between the axes in the smallest window, by which labels are spread; a larger one has them further apart."""


@dataclass
class OverYears:
    """A figure over years, built part by part.

    Parameters
    ----------
    context : Context
        Language, colours and the base year.
    scale : Scale
        Unit and digits of the upright axis; values are given in base units.
    first, last : int
        Years of the axis.
    height : {"half", "tall", "below_cards", "effect"}
        About how much room there is, for spreading labels.
    unit : str
        Text above the axis; the unit of the scale where empty.
    from_zero : bool
        Whether the axis starts at 0.
    """

    context: Context
    scale: Scale
    first: int
    last: int
    height: Literal["half", "tall", "below_cards", "effect"] = "half"
    unit: str = ""
    from_zero: bool = True
    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    _labels: list[tuple[float, str, str]] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)
    _stacked: bool = False
    _low: float | None = None
    _high: float | None = None

    @property
    def base_year(self) -> int:
        """Last closed year."""
        return self.context.held.base_year

    def band(
        self, years: Sequence[int], low: Sequence[float], high: Sequence[float], colour: str, opacity: float = 0.16
    ) -> None:
        """Add a band without outline below the lines: 16 % for 10-90, 26 % for 25-75."""
        for values, fill in ((low, None), (high, "tonexty")):
            trace: dict[str, Any] = {
                "type": "scatter",
                "mode": "lines",
                "x": list(years),
                "y": self._numbers(values),
                "line": {"width": 0},
                "hoverinfo": "skip",
            }
            self.traces.append(trace | ({"fill": fill, "fillcolor": tinted(colour, opacity)} if fill else {}))

    def line(
        self,
        years: Sequence[int],
        values: Sequence[float],
        name: str,
        colour: str,
        *,
        dash: str = "solid",
        width: float = 2.4,
        dots: bool = False,
        label: str | None = None,
        text_colour: str = "",
    ) -> None:
        """Add a line.

        Parameters
        ----------
        years, values : sequences
            Values in base units; NaN leaves a gap.
        name : str
            Name on hover.
        colour, dash, width : str, str, float
            Look of the line.
        dots : bool
            Whether each year has a dot, as history has.
        label : str, optional
            Text at the right end, bold in the line's colour; nothing where None.
        text_colour : str
            Colour of the label, where the line's is too light.
        """
        self.traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if dots else "lines",
                "x": list(years),
                "y": self._numbers(values),
                "name": html.escape(name),
                "line": {"color": colour, "dash": dash, "width": width},
                "marker": {"size": 5, "color": colour},
                "hovertemplate": f"%{{y:,.{self.scale.digits}f}}{self.scale.suffix}",
            }
        )
        if label is not None:
            last = next((value for value in reversed(list(values)) if math.isfinite(value)), math.nan)
            if math.isfinite(last):
                self._labels.append((last / self.scale.divisor, label, text_colour or colour))

    def scenario(self, shown: Shown, years: Sequence[int], values: Sequence[float], label: str | None = None) -> None:
        """Add the line of a scenario in its colour and dash."""
        self.line(
            years,
            values,
            shown.title,
            shown.colour,
            dash=shown.dash,
            width=shown.width,
            label=label,
            text_colour=shown.text_colour,
        )

    def bars(self, years: Sequence[int], values: Sequence[float], name: str, colour: str, label: str = "") -> None:
        """Add a part of stacked bars: full colour in history, lighter after it; its label beside its last bar."""
        opacity = [1.0 if year <= self.base_year else 0.74 for year in years]
        self.traces.append(
            {
                "type": "bar",
                "x": list(years),
                "y": self._numbers(values),
                "name": html.escape(name),
                "marker": {"color": colour, "opacity": opacity, "line": {"width": 0}},
                "hovertemplate": f"%{{y:,.{self.scale.digits}f}}{self.scale.suffix}",
            }
        )
        self._stacked = True
        end = (values[-1] if math.isfinite(values[-1]) else 0.0) / self.scale.divisor
        below = sum(trace["y"][-1] or 0.0 for trace in self.traces[:-1] if trace["type"] == "bar")
        self._labels.append((below + end / 2, label or name, self.context.palette.text))

    def gap(self, years: Sequence[int], upper: Sequence[float], lower: Sequence[float]) -> None:
        """Tint the gap between two lines where the first runs above the second."""
        top = [max(a, b) if math.isfinite(a + b) else math.nan for a, b in zip(upper, lower, strict=True)]
        self.band(years, lower, top, self.context.palette.drains, 0.13)

    def threshold(self, value: float, text: str, colour: str, *, right: bool = False) -> None:
        """Add a dotted line with a word at its left end, or at its right one."""
        self.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": value / self.scale.divisor,
                "y1": value / self.scale.divisor,
                "line": {"color": colour, "width": 1.2, "dash": "dot"},
                "layer": "below",
            }
        )
        self.notes.append(
            {
                "xref": "paper",
                "x": 1 if right else 0,
                "xshift": -6 if right else 8,
                "y": value / self.scale.divisor,
                "text": text,
                "showarrow": False,
                "xanchor": "right" if right else "left",
                "yanchor": "bottom",
                "font": {"size": 11, "color": colour},
            }
        )

    def rail(self) -> None:
        """Add the bands of payable months as a rail on the upright axis, and the lines at 3 and 6 with their words."""
        colours = self.context.palette.bands
        self._values.append(6.2)  # both lines are seen, also of a fund that stands below them
        top = max(self._values)
        for name, low, high, *_ in BANDS:
            if name == "exhausted" or low >= top:
                continue
            rail = {"type": "rect", "xref": "paper", "x0": 0, "x1": 0, "y0": low, "y1": min(high, top)}
            ends = {"xsizemode": "pixel", "xanchor": 0, "x0": 0, "x1": 5}
            self.shapes.append({**rail, **ends, "fillcolor": colours[name][0], "line": {"width": 0}})
        dark = self.context.palette.dark
        orange, red = ("#F0B04F", "#E5564A") if dark else ("#9A6A00", "#C0392B")
        apart = 3.0 / top * PLOT_HEIGHT[self.height] > LABEL_HEIGHT
        words = ("chart.orange_line", "chart.red_line") if apart else ("chart.both_lines", "")
        right = self._is_crowded(self.first, top) and not self._is_crowded(self.last, top)
        for limit, key, colour in zip((6.0, 3.0), words, (orange, red), strict=True):
            self.threshold(limit * self.scale.divisor, self.context.t(key) if key else "", colour, right=right)

    def _is_crowded(self, end: int, top: float) -> bool:
        """Whether a line runs where the words of the lines at 3 and 6 would stand at one end of the axis."""
        near = 0.22 * (self.last - self.first)
        above = 6.0 + LABEL_HEIGHT * top / PLOT_HEIGHT[self.height]
        return any(
            abs(year - end) <= near and value is not None and 2.0 <= value <= above
            for trace in self.traces
            if trace.get("hoverinfo") != "skip" and trace["type"] == "scatter"
            for year, value in zip(trace["x"], trace["y"], strict=True)
        )

    def cross(self, year: int, colour: str, text_colour: str = "", level: int = 0) -> None:
        """Mark the year in which a reserve is used up, on zero."""
        self.traces.append(cross_mark(year, colour))
        right = year > self.last - 6
        self.notes.append(
            {
                "x": year,
                "y": 0,
                "text": f"<b>{year}</b>",
                "showarrow": False,
                "xanchor": "right" if right else "left",
                "xshift": -8 if right else 8,
                "yshift": 13 + 14 * level,
                "font": {"color": text_colour or colour, "size": 12},
            }
        )

    def crossed(self, year: int, colour: str) -> None:
        """Mark the year in which a reserve is used up, on zero, where a label at the end already says the year."""
        self.traces.append(cross_mark(year, colour))

    def start(self, year: int, text: str, colour: str, level: int = 0) -> None:
        """Mark the first year of a policy by a dotted upright line with a word, `level` lines below the top."""
        self.shapes.append(
            {
                "type": "line",
                "x0": year,
                "x1": year,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 1.2, "dash": "dot"},
                "layer": "below",
            }
        )
        note = {"x": year, "xshift": 5, "yref": "paper", "y": 1, "yanchor": "top", "xanchor": "left"}
        note["yshift"] = -14 * level
        self.notes.append(note | {"text": text, "showarrow": False, "font": {"size": 11, "color": colour}})

    def limits(self, low: float | None = None, high: float | None = None) -> None:
        """Fix the ends of the upright axis, in base units."""
        self._low, self._high = low, high

    def _numbers(self, values: Sequence[float]) -> list[float | None]:
        found = numbers(list(values), self.scale)
        self._values += [value for value in found if value is not None]
        return found

    def _range(self) -> tuple[float, float]:
        """Return the ends of the upright axis in its unit."""
        if self._stacked:
            years: dict[int, list[float]] = {}
            for trace in self.traces:
                if trace["type"] == "bar":
                    for year, value in zip(trace["x"], trace["y"], strict=True):
                        years.setdefault(year, []).append(value or 0.0)
            ends = [sum(max(value, 0) for value in column) for column in years.values()]
            ends += [sum(min(value, 0) for value in column) for column in years.values()]
        else:
            ends = self._values or [0.0, 1.0]
        low, high = min(ends), max(ends)
        if self.from_zero:
            low, high = min(low, 0.0), max(high, 0.0)
        low = low if self._low is None else self._low / self.scale.divisor
        high = high if self._high is None else self._high / self.scale.divisor
        room = (high - low or 1.0) * 0.06
        return (low if low == 0 else low - room, high + room)

    def _joint(self) -> None:
        """Mark where the accounts end, where both sides are shown."""
        if not self.first < self.base_year < self.last:
            return
        at, colours = self.base_year + 0.5, self.context.palette
        self.shapes.append(
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": colours.rule, "width": 1, "dash": "dot"},
            }
        )
        for key, side, shift in (("x.actual", "right", -5), ("x.projection", "left", 5)):
            text = self.context.t(key)
            note = {"x": at, "yref": "paper", "y": 1, "text": text, "showarrow": False, "yanchor": "bottom"}
            self.notes.append(
                note | {"xanchor": side, "xshift": shift, "font": {"size": 11, "color": colours.muted}, "yshift": -2}
            )

    def specification(self) -> dict[str, Any]:
        """Return the figure as a Plotly specification."""
        low, high = self._range()
        self._joint()
        span = self.last - self.first
        notes = [*self.notes, *_unit_note(self.unit or self.context.say(self.scale.unit), self.context)]
        labels = [(value, folded(text), colour) for value, text, colour in self._labels]
        notes += spread_labels(labels, low, high, PLOT_HEIGHT[self.height])
        margin = {"l": 46, "r": label_margin([text for _, text, _ in labels]), "t": 34, "b": 24}
        spec = layout(self.context.palette, margin=margin, shapes=self.shapes, annotations=notes)
        spec["xaxis"] |= {"range": [self.first - 0.6, self.last + 0.6], "tick0": 2000}
        spec["xaxis"]["dtick"] = 10 if span > 26 else 5 if span > 10 else 2
        spec["yaxis"] |= {"range": [low, high], "nticks": 6, "rangemode": "normal", "ticklabelstandoff": 3}
        spec["uirevision"] = "keep"
        if self._stacked:
            spec["barmode"] = "relative"
        return {"data": self.traces, "layout": spec}


def _unit_note(text: str, context: Context) -> list[dict[str, Any]]:
    """The unit in words at the top left above the axis."""
    colours = context.palette
    note = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xshift": -40, "yshift": 13, "text": text}
    return [
        note
        | {"showarrow": False, "xanchor": "left", "yanchor": "bottom", "font": {"size": 11.5, "color": colours.muted}}
    ]
