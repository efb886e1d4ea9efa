"""The six panels of the page Forecast: figures with the tables behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from poolcast.dashboard.charts.labels import value_label
from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.context import Context
from poolcast.dashboard.services import funds
from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.history import History
from poolcast.dashboard.services.projections import Projected
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.reporting.formats import LEDGERS_WITH_BANDS, MONTHS, RATIO, Scale, money_scale_in

if TYPE_CHECKING:
    import pandas as pd

LONGEST_HISTORY = 10
"""Years of accounts shown before the base year."""


@dataclass(frozen=True)
class Panel:
    """A figure with what stands around it.

    Parameters
    ----------
    title : str
    figure : dict or None
        None where there is nothing to draw; `empty` then says why.
    table : callable
        Makes the table behind it.
    note, empty, how : str
    tip : str
        What the title means.
    """

    title: str
    figure: dict[str, Any] | None
    table: Callable[[], pd.DataFrame] | None
    note: str = ""
    empty: str = ""
    how: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Fund:
    """One scenario of one fund, as the panels read it."""

    here: Context
    item: Projected
    past: History

    @property
    def years(self) -> list[int]:
        """Years from the base year on."""
        return self.item.outcome.years

    @property
    def first(self) -> int:
        """First year of the axes: that of the longest account, ten years back at most."""
        base = self.here.held.base_year
        starts = [self.past.first_year(name, self.here.region, self.here.ledger) for name in ("reserve", "revenue")]
        known = [start for start in starts if start is not None]
        return max(min([*known, base]), base - LONGEST_HISTORY)

    def series(self, name: str) -> list[float]:
        """Return a variable by year from the base year on."""
        return self.item.outcome.series(name, self.here.region, self.here.ledger)

    def before(self, name: str) -> dict[int, float]:
        """Return the accounts of a measure before and in the base year, on the years of the axis."""
        found = self.past.of(name, self.here.region, self.here.ledger)
        kept = {year: value for year, value in sorted(found.items()) if year >= self.first}
        base = self.here.held.base_year
        if name == "dependency_ratio" or base not in kept:
            at_base = (
                self.item.outcome.series(
                    name, self.here.region, None if name == "dependency_ratio" else self.here.ledger
                )
            )[0]
            kept[base] = at_base
        return kept

    def since(self, name: str) -> str:
        """Say from which year on accounts are known, where they do not reach back."""
        start = self.past.first_year(name, self.here.region, self.here.ledger)
        base = self.here.held.base_year
        start = base if start is None else max(start, self.first)
        return self.here.t("forecast.since", year=start)


def stock(fund: Fund, found: Found | None, measure: str) -> Panel:
    """Payable months or the reserve, with the band; personal accounts per head instead of months."""
    if measure == "payable_months" and fund.here.ledger == "EPA":
        return _per_head(fund)
    if not any(math.isfinite(value) for value in fund.series("reserve")):
        title = fund.here.say(MEASURES["payable_months"].label)
        return Panel(title, None, None, empty=fund.here.t("forecast.no_reserve"))
    return _months(fund, found) if measure == "payable_months" else _reserve(fund, found)


def _months(fund: Fund, found: Found | None) -> Panel:
    here, values = fund.here, fund.series("payable_months")
    end = fund.item.outcome.event_year("exhaustion", here.region, here.ledger)
    figure = OverYears(here, MONTHS, fund.first, fund.years[-1])
    figure.limits(low=0.0)
    _fan(fund, figure, found, "payable_months", floor=0.0)
    past = fund.before("payable_months")
    figure.line(list(past), list(past.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    shown = [value if end is None or year < end else math.nan for year, value in zip(fund.years, values, strict=True)]
    if end is not None:
        shown[fund.years.index(end)] = 0.0
    colour = here.palette.accent
    label = None if end is not None else MONTHS.show(values[-1])
    figure.line(fund.years, shown, here.t("x.projection"), colour, label=label and f"<b>{label}</b>")
    if end is not None:
        figure.cross(end, colour)
    if here.ledger in LEDGERS_WITH_BANDS:
        figure.rail()
    words = MEASURES["payable_months"]
    note = here.t("forecast.crossed") if end is not None else ""
    table = partial(_table, fund, {here.say(words.label): ("payable_months", MONTHS)}, found, "payable_months")
    return Panel(
        here.say(words.label),
        figure.specification(),
        table,
        note,
        how=here.t("forecast.how_months"),
        tip=here.t("tip.months"),
    )


def _reserve(fund: Fund, found: Found | None) -> Panel:
    here, values = fund.here, fund.series("reserve")
    past = fund.before("reserve")
    scale = money_scale_in(here.view.unit, [*values, *past.values()])
    figure = OverYears(here, scale, fund.first, fund.years[-1])
    _fan(fund, figure, found, "reserve")
    figure.line(list(past), list(past.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    name = here.say(MEASURES["reserve"].label) if values[-1] >= 0 else here.t("forecast.gap")
    figure.line(
        fund.years, values, here.t("x.projection"), here.palette.accent, label=value_label(name, values[-1], scale)
    )
    words = MEASURES["reserve"]
    table = partial(
        _table,
        fund,
        {_headed(here, words.label.in_language(here.language), scale): ("reserve", scale)},
        found,
        "reserve",
    )
    how, tip = here.say(words.basis), here.t("tip.reserve")
    return Panel(here.say(words.label), figure.specification(), table, how=how, tip=tip)


def _per_head(fund: Fund) -> Panel:
    here = fund.here
    values = funds.account_per_member(fund.item, here.region)
    scale = money_scale_in("yuan", values)
    scale = Scale(scale.divisor, 0, scale.unit)
    figure = OverYears(here, scale, here.held.base_year, fund.years[-1])
    figure.line(
        fund.years, values, here.t("forecast.per_head"), here.palette.accent, label=f"<b>{scale.show(values[-1])}</b>"
    )

    def table() -> pd.DataFrame:
        return _frame(here, fund.years, {_headed(here, here.t("forecast.per_head"), scale): (values, scale)})

    return Panel(here.t("forecast.per_head"), figure.specification(), table, how=here.t("forecast.how_per_head"))


def _fan(fund: Fund, figure: OverYears, found: Found | None, measure: str, floor: float = -math.inf) -> None:
    if found is None:
        return
    for low, high, opacity in ((0.1, 0.9, 0.16), (0.25, 0.75, 0.26)):
        ends = [found.bands.quantile(measure, level, fund.here.region, fund.here.ledger) for level in (low, high)]
        years = [year for year in ends[0] if year >= fund.here.held.base_year]
        below, above = ([max(end[year], floor) for year in years] for end in ends)
        figure.band(years, below, above, fund.here.palette.accent, opacity)


def parts(fund: Fund, side: funds.Side) -> Panel:
    """Sources of revenue in blues, or uses of expenditure in oranges, stacked."""
    here = fund.here
    title = here.t("forecast.sources" if side == "revenue" else "forecast.uses")
    found = funds.parts_of(fund.item, side, here.region, here.ledger)
    if not found:
        return Panel(title, None, None, empty=here.t("forecast.no_flow"))
    scale = money_scale_in(here.view.unit, fund.series(side))
    tints = here.palette.revenue if side == "revenue" else here.palette.expenditure
    figure = OverYears(here, scale, here.held.base_year, fund.years[-1])
    for number, (name, values) in enumerate(found.items()):
        figure.bars(fund.years, values, here.t(f"part.{name}"), tints[min(number, len(tints) - 1)])

    def table() -> pd.DataFrame:
        columns = {_headed(here, here.t(f"part.{name}"), scale): (values, scale) for name, values in found.items()}
        total = _headed(here, here.say(MEASURES[side].label), scale)
        return _frame(here, fund.years, columns | {total: (fund.series(side), scale)})

    note = here.t("forecast.net_units") if side == "revenue" and here.ledger == "EPF" else ""
    basis = here.say(MEASURES[side].basis)
    return Panel(title, figure.specification(), table, note, how=basis, tip=basis)


def flows(fund: Fund) -> Panel:
    """Revenue and expenditure as lines, the gap tinted."""
    here = fund.here
    names = {name: here.say(MEASURES[name].label) for name in ("revenue", "expenditure")}
    title = here.t("forecast.flows")
    values = {name: _without_gap_interest(fund, name) for name in names}
    if not any(math.isfinite(value) for series in values.values() for value in series):
        return Panel(title, None, None, empty=here.t("forecast.no_flow"))
    past = {name: fund.before(name) for name in names}
    scale = money_scale_in(here.view.unit, [value for series in values.values() for value in series])
    figure = OverYears(here, scale, fund.first, fund.years[-1])
    figure.gap(fund.years, values["expenditure"], values["revenue"])
    looks = {
        "revenue": (here.palette.adds, here.palette.adds_text),
        "expenditure": (here.palette.drains, here.palette.drains_text),
    }
    for name, (colour, text) in looks.items():
        told, label = f"{names[name]} {here.t('x.actual')}", f"<b>{names[name]}</b>"
        figure.line(list(past[name]), list(past[name].values()), told, colour, dots=True)
        figure.line(fund.years, values[name], names[name], colour, label=label, text_colour=text)
    columns = {_headed(here, names[name], scale): (name, scale) for name in names}
    end = fund.item.outcome.event_year("exhaustion", here.region, here.ledger)
    note = here.t("forecast.without_gap_interest") if end is not None else ""
    how, tip = here.say(MEASURES["revenue"].basis), here.t("tip.balance")
    return Panel(title, figure.specification(), partial(_table, fund, columns), note, how=how, tip=tip)


def _without_gap_interest(fund: Fund, name: str) -> list[float]:
    """Return a flow; after exhaustion without the interest on the gap, which compounds and hides the flow."""
    values = fund.series(name)
    end = fund.item.outcome.event_year("exhaustion", fund.here.region, fund.here.ledger)
    if end is None or name != "revenue":
        return values
    bare = fund.series("revenue_before_interest")
    return [value if year <= end else other for year, value, other in zip(fund.years, values, bare, strict=True)]


def dependency(fund: Fund) -> Panel:
    """Contributing members per retired one."""
    here, words = fund.here, MEASURES["dependency_ratio"]
    values = fund.item.outcome.series("dependency_ratio", here.region)
    if not any(math.isfinite(value) for value in values):
        return Panel(here.say(words.label), None, None, empty=here.t("forecast.no_people"))
    past = fund.before("dependency_ratio")
    figure = OverYears(here, RATIO, min([*past, fund.first]), fund.years[-1])
    figure.line(list(past), list(past.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    figure.line(
        fund.years, values, here.say(words.label), here.palette.accent, label=f"<b>{RATIO.show(values[-1])}</b>"
    )

    def table() -> pd.DataFrame:
        return _frame(here, fund.years, {_headed(here, here.say(words.label), RATIO): (values, RATIO)}, past)

    tip = here.t("tip.dependency")
    return Panel(here.say(words.label), figure.specification(), table, how=tip, tip=tip)


def _headed(here: Context, name: str, scale: Scale) -> str:
    bracket = "（{}）" if here.language == "zh" else " ({})"
    return name + bracket.format(here.say(scale.unit))


def _table(
    fund: Fund, columns: Mapping[str, tuple[str, Scale]], found: Found | None = None, banded: str = ""
) -> pd.DataFrame:
    """Return measures by year, accounts first, with the ends of the band where there is one."""
    here = fund.here
    past = {name: fund.before(name) for name, _ in columns.values()}
    years = sorted({*fund.years, *(year for series in past.values() for year in series)})
    made: dict[str, tuple[Sequence[float], Scale]] = {}
    for head, (name, scale) in columns.items():
        future = dict(zip(fund.years, fund.series(name), strict=True))
        made[head] = [future.get(year, past[name].get(year, math.nan)) for year in years], scale
        if found is not None and name == banded:
            for level, key in ((0.1, "forecast.low"), (0.9, "forecast.high")):
                end = found.bands.quantile(name, level, here.region, here.ledger)
                made[here.t(key)] = [end.get(year, math.nan) for year in years], scale
    return _frame(here, years, made)


def _frame(
    here: Context,
    years: Sequence[int],
    columns: Mapping[str, tuple[Sequence[float], Scale]],
    past: Mapping[int, float] | None = None,
) -> pd.DataFrame:
    """Return columns in the unit of the figure, rounded as it shows them; actual and projected years told apart."""
    import pandas as pd

    earlier = sorted(year for year in past or {} if year < years[0])
    every = [*earlier, *years]
    kind = [here.t("x.actual" if year <= here.held.base_year else "x.projection") for year in every]
    frame: dict[str, Sequence[object]] = {
        here.t("u.year"): [str(year) for year in every],
        here.t("forecast.kind"): kind,
    }
    for head, (values, scale) in columns.items():
        full = [*((past or {}).get(year, math.nan) for year in earlier), *values]
        frame[head] = [round(value / scale.divisor, max(scale.digits, 2)) for value in full]
    return pd.DataFrame(frame)
