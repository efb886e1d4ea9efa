"""The sentence of the page Forecast: when the reserve is used up, how sure that is, and how fast both sides grow."""

from __future__ import annotations

import math

from poolcast.dashboard.context import Context
from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.funds import reserve_state
from poolcast.dashboard.services.projections import Projected
from poolcast.reporting.formats import range_text, rounded


def sentence(here: Context, item: Projected, found: Found | None) -> str:
    """Return the sentence; what is set off stands between asterisks.

    Parameters
    ----------
    here : Context
        Region, ledger and language.
    item : Projected
        The scenario shown.
    found : Found or None
        Its bands, where they are known.
    """
    state, year = reserve_state(item, here.region, here.ledger)
    names = {"region": here.region_name, "ledger": here.ledger_name}
    if state == "none":
        return here.t("forecast.say_none", **names)
    first = {
        "number": lambda: here.t("forecast.say_year", **names, year=int(year)),
        "never": lambda: here.t("forecast.say_never", **names, year=item.outcome.last_year),
        "already": lambda: here.t("forecast.say_already", **names),
    }[state]()
    if found is not None and state != "already":
        low, high = event_range(here, found, "exhaustion")
        if low:
            first += here.t("forecast.say_range", range=range_text(low, high, here.language))
    gap = growth_gap(item, here.region, here.ledger)
    if math.isnan(gap):
        return first
    points = rounded(abs(gap) * 100, 1)
    key = "forecast.say_same" if points == "0.0" else "forecast.say_faster" if gap > 0 else "forecast.say_slower"
    return first + here.t(key, points=points)


def event_range(here: Context, found: Found, event: str) -> tuple[str, str]:
    """Return the years between which an event comes in eight of ten futures; empty where it means nothing."""
    years = found.bands.event_years[event].sel(region=here.region, ledger=here.ledger)
    low, high = float(years.sel(level=0.1)), float(years.sel(level=0.9))
    if not math.isfinite(low + high):
        return "", ""
    last = here.last_year

    def text(year: float) -> str:
        return str(int(year)) if year <= last else here.t("c.after", year=last)

    if low > last:  # in nine of ten futures it does not come at all
        return "", ""
    return text(low), text(high)


def growth_gap(item: Projected, region: str, ledger: str) -> float:
    """Return by how much expenditure grows faster each year than revenue before interest, a fraction."""
    revenue = item.outcome.series("revenue_before_interest", region, ledger)
    spent = item.outcome.series("expenditure", region, ledger)
    years = len(spent) - 1
    if years < 1 or not all(
        math.isfinite(value) and value > 0 for value in (revenue[0], revenue[-1], spent[0], spent[-1])
    ):
        return math.nan
    return float((spent[-1] / spent[0]) ** (1 / years) - (revenue[-1] / revenue[0]) ** (1 / years))
