"""Early warnings of a projection by content: every fund in the last closed year, and what lies ahead of it."""

from __future__ import annotations

from poolcast.budget.early_warning import early_warnings
from poolcast.budget.warning_chances import counted_chances
from poolcast.budget.warning_history import Closed
from poolcast.budget.warning_results import Warnings
from poolcast.budget.warning_series import WATCHED
from poolcast.dashboard.services.bands import Bands
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.history import FLOWS, History, history
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.sets import MIB

_WARNINGS: BoundedCache[Warnings] = BoundedCache(32, 32 * MIB, lambda found: 20_000 * (1 + len(found.funds)))


def warnings_of(item: Projected, bands: Bands | None = None) -> Warnings:
    """Return the early warnings of every fund, without what months of a budget say; shared between sessions.

    Parameters
    ----------
    item : Projected
    bands : Bands, optional
        Of the same set and scenario, for the rules that speak of chances.
    """

    def make() -> Warnings:
        assumptions = item.reformed
        chances = None if bands is None else counted_chances(bands.probabilities, assumptions)
        return early_warnings(item.forecast, assumptions, history=_closed(history(item.loaded)), chances=chances)

    counted = None if bands is None else (bands.paths, bands.seed)
    return _WARNINGS.get((*item.key, item.name, counted), make)


def _closed(past: History) -> Closed:
    """Return the accounts that other pages have read already, as the warnings take them."""
    found: dict[tuple[str, str], dict[str, dict[int, float]]] = {}
    for (name, region, ledger), series in past.values.items():
        if name in FLOWS and ledger in WATCHED:
            found.setdefault((region, ledger), {})[name] = dict(series)
    return found


def clear() -> None:
    """Forget every warning."""
    _WARNINGS.clear()
