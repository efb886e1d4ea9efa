"""The panels of the page Uncertainty: figures with the tables behind them, and the tables below the fold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from poolcast.dashboard.charts import uncertainty as charts
from poolcast.dashboard.charts.labels import value_label
from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.charts.uncertainty import Bar
from poolcast.dashboard.context import Context, Shown
from poolcast.dashboard.forecast_panels import Panel
from poolcast.dashboard.services.bands import Bands, Found
from poolcast.dashboard.services.history import History
from poolcast.dashboard.services.projections import Projected
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.reporting.formats import (
    LEDGERS_WITH_BANDS,
    MONTHS,
    Scale,
    money_scale,
    money_scale_in,
)
from poolcast.reporting.sensitivity_tables import RISK_WORDS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MEASURES_SHOWN = ("payable_months", "reserve", "balance")
FLOWS_SHOWN = ("expenditure", "revenue", "balance")
"""Of ledgers that keep no reserve."""
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
CHANCES = ("months_below_6", "months_below_3", "exhausted_by")
_HISTORY = 10


@dataclass(frozen=True)
class Futures:
    """What the panels read.

    Parameters
    ----------
    here : Context
    shown : Shown
        The scenario.
    item : Projected
        Its single run.
    past : History
    found : Found
        Bands of the scenario, and of the baseline where it is another one.
    measure : str
        Of `MEASURES_SHOWN`.
    year : int
        Year in focus.
    """

    here: Context
    shown: Shown
    item: Projected
    past: History
    found: Found
    measure: str
    year: int

    @property
    def bands(self) -> Bands:
        """Bands of the scenario."""
        return self.found.bands

    @property
    def place(self) -> tuple[str, str]:
        """Region and ledger."""
        return self.here.region, self.here.ledger

    @property
    def years(self) -> list[int]:
        """Projected years."""
        base = self.here.held.base_year
        return [year for year in self.bands.quantile(self.measure, 0.5, *self.place) if year > base]

    def scale(self) -> Scale:
        """Unit of the measure: months, or the money that fits it."""
        if self.measure == "payable_months":
            return MONTHS
        ends = [self.bands.quantile(self.measure, level, *self.place) for level in (0.05, 0.95)]
        return money_scale_in(self.here.view.unit, [value for end in ends for value in end.values()])


def has_reserve(item: Projected, region: str, ledger: str) -> bool:
    """Whether the ledger keeps a reserve of its own there."""
    return region in item.outcome.regions and item.outcome.has_reserve(region, ledger)


def single_run(here: Context, item: Projected, history: History, measure: str) -> Panel:
    """Return history and the single run of a measure, until the bands are there."""
    words = MEASURES[measure]
    past, base = _accounts(here, item, history, measure), here.held.base_year
    values = item.outcome.series(measure, here.region, here.ledger)
    scale = MONTHS if measure == "payable_months" else money_scale_in(here.view.unit, values)
    figure = OverYears(here, scale, min(past), here.last_year)
    figure.line(list(past), list(past.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    years = list(range(base, here.last_year + 1))
    label: str | None = here.t("c.central")
    if measure == "payable_months":
        figure.limits(low=0.0)
        end = next((year for year, value in zip(years, values, strict=True) if value <= 0), None)
        if end is not None:  # the line goes down to nothing, and the year stands there
            values = [max(value, 0.0) if year <= end else math.nan for year, value in zip(years, values, strict=True)]
            figure.cross(end, here.palette.muted)
            label = None
    figure.line(years, values, here.t("c.central"), here.palette.muted, dash="dash", label=label)
    title = here.t("uncertainty.fan", measure=here.inside(words.label))
    return Panel(title, figure.specification(), None)


def _accounts(here: Context, item: Projected, history: History, measure: str) -> dict[int, float]:
    """Return the accounts of a measure up to the base year, on the years of the axis."""
    base = here.held.base_year
    found = dict(sorted(history.of(measure, here.region, here.ledger).items()))
    kept = {year: value for year, value in found.items() if base - _HISTORY <= year <= base}
    return kept | {base: item.outcome.series(measure, here.region, here.ledger)[0]}


def fan(futures: Futures) -> Panel:
    """History, median and bands of a measure."""
    here, scale = futures.here, futures.scale()
    words = MEASURES[futures.measure]
    title = here.t("uncertainty.fan", measure=here.inside(words.label))
    base, last = here.held.base_year, here.last_year
    past = _accounts(here, futures.item, futures.past, futures.measure)
    figure = OverYears(here, scale, min(past), last)
    floor = 0.0 if futures.measure == "payable_months" else -math.inf
    levels = {level: futures.bands.quantile(futures.measure, level, *futures.place) for level in LEVELS}
    years = [base, *futures.years]

    def at(level: float) -> list[float]:
        return [max(past[base], floor), *(max(levels[level][year], floor) for year in futures.years)]

    for low, high, opacity in charts.FANS:
        figure.band(
            years, at(low), at(high), futures.shown.colour if futures.shown.place else here.palette.accent, opacity
        )
    figure.line(list(past), list(past.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    colour = futures.shown.colour if futures.shown.place else here.palette.accent
    if futures.measure == "payable_months":
        figure.limits(low=0.0)
        _median_months(futures, figure, years, at(0.5), colour)
        if here.ledger in LEDGERS_WITH_BANDS:
            figure.rail()
    else:
        median = [past[base], *(levels[0.5][year] for year in futures.years)]
        figure.line(years, median, here.t("c.median"), colour, label=value_label(here.t("c.median"), median[-1], scale))
    table = partial(_fan_table, futures, scale)
    return Panel(title, figure.specification(), table, how=here.t("uncertainty.how_fan"))


def _median_months(futures: Futures, figure: OverYears, years: list[int], values: list[float], colour: str) -> None:
    end = next((year for year, value in zip(years, values, strict=True) if value <= 0 and year > years[0]), None)
    shown = [value if end is None or year <= end else math.nan for year, value in zip(years, values, strict=True)]
    label = None if end is not None else f"<b>{futures.here.t('c.median')} {MONTHS.show(values[-1])}</b>"
    figure.line(years, shown, futures.here.t("c.median"), colour, width=2.8, label=label)
    if end is not None:
        figure.cross(end, colour, futures.shown.text_colour if futures.shown.place else colour)


def _fan_table(futures: Futures, scale: Scale) -> pd.DataFrame:
    import pandas as pd

    here = futures.here
    unit = here.say(scale.unit)
    columns: dict[str, Sequence[object]] = {here.t("u.year"): futures.years}
    for level in LEVELS:
        name = here.t("c.median") if level == 0.5 else here.t("uncertainty.quantile", n=f"{100 * level:g}")
        found = futures.bands.quantile(futures.measure, level, *futures.place)
        columns[f"{name} ({unit})"] = [round(found[year] / scale.divisor, scale.digits + 1) for year in futures.years]
    error = futures.bands.fans[futures.measure]["quantile_error"].sel({"level": 0.5, **place_of(futures)})
    columns[f"{here.t('uncertainty.median_error')} ({unit})"] = [
        round(float(error.sel(year=year)) / scale.divisor, scale.digits + 2) for year in futures.years
    ]
    return pd.DataFrame(columns)


def place_of(futures: Futures) -> dict[str, str]:
    """Return region and ledger as labelled arrays are asked for them."""
    region, ledger = futures.place
    return {"region": region, "ledger": ledger}


def exhaustion(futures: Futures) -> Panel:
    """Runs by the year in which the reserve is used up; the baseline as an outline."""
    here = futures.here
    title = here.t("uncertainty.when")
    counts, never = _counts(futures.bands, futures)
    medians = [(futures.shown, futures.bands)]
    against = None
    if futures.found.against is not None:
        baseline = here.shown[0]
        against = (baseline, *_counts(futures.found.against, futures))
        medians.append((baseline, futures.found.against))
    middle = [(shown, year) for shown, bands in medians if (year := _median_year(bands, futures)) is not None]
    figure = charts.exhaustion_years(here, futures.shown, counts, never, against, middle)

    def table() -> pd.DataFrame:
        import pandas as pd

        found = futures.bands.events["exhaustion"].sel(place_of(futures))
        shares, errors = found["probability"].values.tolist(), found["error"].values.tolist()
        names = [*map(str, counts), here.t("uncertainty.never")]
        rows: dict[str, Sequence[object]] = {
            here.t("u.year"): names,
            here.t("uncertainty.count"): [round(value) for value in (*counts.values(), never)],
            here.t("uncertainty.share_percent"): [round(100 * value, 1) for value in (*shares, float(found["never"]))],
            here.t("uncertainty.error_points"): [
                round(196 * value, 1) for value in (*errors, float(found["never_error"]))
            ],
        }
        if against is not None:
            others = [round(value) for value in (*against[1].values(), against[2])]
            rows[f"{here.t('uncertainty.count')} · {against[0].title}"] = others
        return pd.DataFrame(rows)

    return Panel(title, figure, table, how=here.t("uncertainty.how_when"))


def _counts(bands: Bands, futures: Futures) -> tuple[dict[int, float], float]:
    found = bands.events["exhaustion"].sel(place_of(futures))
    years = map(int, found.year.values.tolist())
    counts = dict(zip(years, (value * bands.paths for value in found["probability"].values.tolist()), strict=True))
    return counts, float(found["never"]) * bands.paths


def _median_year(bands: Bands, futures: Futures) -> int | None:
    year = float(bands.event_years["exhaustion"].sel({"level": 0.5, **place_of(futures)}))
    return int(year) if year <= futures.here.last_year else None


def below(futures: Futures) -> Panel:
    """Probability by year that months are below 6 and 3, and that the reserve has been used up."""
    here, years = futures.here, futures.years
    lines = {name: _chance(futures.bands, name, futures)[0] for name in CHANCES}
    figure = charts.chances(here, years, lines)

    def table() -> pd.DataFrame:
        import pandas as pd

        rows: dict[str, Sequence[object]] = {here.t("u.year"): years}
        for name in CHANCES:
            shares, errors = _chance(futures.bands, name, futures)
            rows[f"{here.t(f'chance.{name}')} (%)"] = [round(100 * value, 1) for value in shares]
            rows[f"± ({here.t('uncertainty.points')}) {here.t(f'chance.{name}')}"] = [
                round(196 * value, 1) for value in errors
            ]
        return pd.DataFrame(rows)

    return Panel(here.t("uncertainty.below"), figure, table, how=here.t("uncertainty.how_below"))


def _chance(bands: Bands, name: str, futures: Futures) -> tuple[list[float], list[float]]:
    pairs = [bands.probability(name, *futures.place, year) for year in futures.years]
    return [share for share, _ in pairs], [error for _, error in pairs]


def tornado(here: Context, found: xr.Dataset, kind: str, measure: str) -> Panel:
    """Return the bars of the standard set or of the risks, the strongest on top."""
    if kind == "standard":
        labels = found["label_zh" if here.language == "zh" else "label"].values.tolist()
        effects = found["effect"].values.tolist()
    else:
        labels = [here.say(RISK_WORDS[str(risk)]) for risk in found.risk.values]
        effects = found["effect"].sel(size="tenth").values.tolist()
    bars = [Bar(str(label), low, high) for label, (low, high) in zip(labels, effects, strict=True)]
    bars = [bar for bar in bars if _reach(bar) > 0]
    bars.sort(key=_reach, reverse=True)
    scale = MONTHS if measure == "payable_months" else money_scale([_reach(bar) for bar in bars])
    title = here.t("uncertainty.what")
    if not bars:
        return Panel(title, None, None, empty=here.t("uncertainty.nothing_moves"))

    def table() -> pd.DataFrame:
        import pandas as pd

        unit = here.say(scale.unit)
        return pd.DataFrame(
            {
                here.t("uncertainty.moved"): [bar.label for bar in bars],
                f"− ({unit})": [round(bar.low / scale.divisor, scale.digits + 1) for bar in bars],
                f"+ ({unit})": [round(bar.high / scale.divisor, scale.digits + 1) for bar in bars],
            }
        )

    how = here.t("uncertainty.how_standard") if kind == "standard" else here.t("uncertainty.how_risks")
    return Panel(title, charts.tornado(here, bars[:9], scale), table, note=here.say(scale.unit), how=how)


def _reach(bar: Bar) -> float:
    return max(abs(value) for value in (bar.low, bar.high, 0.0) if math.isfinite(value))


def strongest(here: Context, found: xr.Dataset) -> str:
    """Return the words of what moves the measure most in the standard set, without its size; empty for nothing."""
    effects = abs(found["effect"]).max("side").values
    if not len(effects) or float(effects.max()) <= 0:
        return ""
    label = str(found["label_zh" if here.language == "zh" else "label"].values[int(np.argmax(effects))])
    return label.split(" ±")[0].split(" ×")[0]
