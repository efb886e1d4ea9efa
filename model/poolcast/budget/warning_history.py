"""Longer histories: every closed year that the tables of a set give, also before the years that the engine reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from poolcast.budget.warning_series import WATCHED, FundSeries
from poolcast.parameters.reading import load_observations

Closed = Mapping[tuple[str, str], Mapping[str, Mapping[int, float]]]
"""By region and ledger: figure, year, value."""


def closed_years(name_or_folder: str | os.PathLike[str]) -> Closed:
    """Return revenue, expenditure and reserve of every year that the accounts of a set give.

    Parameters
    ----------
    name_or_folder : str or path
        The set as it lies on disk.
    """
    found: dict[tuple[str, str], dict[str, dict[int, float]]] = {}
    for figure in ("revenue", "expenditure", "reserve"):
        rows = load_observations(name_or_folder, f"accounts.{figure}")
        for region, ledger, year, value in zip(rows.region, rows.ledger, rows.year, rows.value, strict=True):
            if ledger in WATCHED:
                found.setdefault((str(region), str(ledger)), {}).setdefault(figure, {})[int(year)] = float(value)
    return found


def extended(series: FundSeries, region: str, closed: Closed) -> FundSeries:
    """Return the figures of a fund with the closed years before those it has; what it knows already stays.

    Parameters
    ----------
    series : FundSeries
        Of a single run.
    region : str
    closed : Closed
        A pool has no rows of its own there, and stays as it is.
    """
    known = closed.get((region, series.ledger), {})
    years = [year for by_year in known.values() for year in by_year]
    earlier = max(series.years[0] - min(years), 0) if years else 0
    if not earlier:
        return series
    first = series.years[0] - earlier
    figures = {}
    for name, values in series.figures.items():
        padded = np.concatenate([np.full(earlier, np.nan), values])
        for year, value in known.get(name, {}).items():
            if year < series.years[0]:
                padded[year - first] = value
        figures[name] = padded
    return replace(series, years=tuple(range(first, series.years[-1] + 1)), figures=figures)
