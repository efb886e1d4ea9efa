"""Simulated years of a fund, made by another recipe than the one that the outlook assumes, and the score of outlooks.

Every year has a seasonal pattern of the region's own, growth inside the year, an error of the budget, a level that
drifts, autocorrelated noise with fat tails (Student's t with five degrees), and a December that scatters more. Sizes
are drawn for each year around what the real national months of 2013-2018 and the official budgets of 2011-2016 show.
The estimate sees closed years and their budgets, never the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS, MonthlyHistory
from poolcast.budget.national_months import national_pattern
from poolcast.budget.phasing import phase
from poolcast.budget.seasonal import seasonal_patterns
from poolcast.budget.year_end import year_end_outlook

Array = NDArray[np.float64]

WAYS = ("blend", "nowcast", "straight_line")


@dataclass(frozen=True)
class SimulatedYear:
    """A running year and the closed years before it: history, budget of the year, its months (12,)."""

    history: MonthlyHistory
    budget: float
    months: Array


def simulated_year(seed: int, closed_years: int | None = None) -> SimulatedYear:
    """Return a year by its seed; one in ten has five closed years, the others three or four."""
    generator = np.random.Generator(np.random.Philox(key=seed))
    line = "E1.1" if seed % 2 else "R1.1"
    flow = "expenditure" if seed % 2 else "revenue"
    if closed_years is None:
        closed_years = 5 if seed % 10 == 0 else 3 + seed % 2
    pattern = national_pattern("employee", flow).factors * np.exp(0.08 * generator.standard_normal(MONTHS))
    budget_error = generator.uniform(0.03, 0.11)
    noise = generator.uniform(0.025, 0.065)
    correlation = generator.uniform(0.0, 0.6)
    drift = generator.uniform(0.0, 0.02)
    december = generator.uniform(0.0, 0.04)
    amounts, budgets = [], []
    budget = 1e10
    for _ in range(closed_years + 1):
        growth = generator.normal(0.08, 0.04)
        budget *= 1 + growth
        shocks = generator.standard_t(5, MONTHS + 12) * np.sqrt(3 / 5) * noise * np.sqrt(1 - correlation**2)
        state, path = 0.0, []
        for shock in shocks:
            state = correlation * state + shock
            path.append(state)
        logs = np.array(path[12:]) + np.cumsum(drift * generator.standard_normal(MONTHS))
        logs[-1] += december * generator.standard_normal()
        logs += budget_error * generator.standard_normal()
        logs += np.log1p(growth) * (np.arange(MONTHS) - (MONTHS - 1) / 2) / MONTHS
        amounts.append(budget * pattern / pattern.sum() * np.exp(logs))
        budgets.append(budget)
    years = tuple(range(2026 - closed_years, 2026))
    history = MonthlyHistory((line,), years, np.array([amounts[:-1]]), np.array([budgets[:-1]]), source="simulated")
    return SimulatedYear(history, budgets[-1], amounts[-1])


def score(seeds: range, closed_years: int | None = None) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return errors over outcome (year, month 0..11) by way, and whether the band held (year, month 0..11)."""
    errors: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    inside: dict[str, list[list[float]]] = {way: [] for way in WAYS[:2]}
    for seed in seeds:
        year = simulated_year(seed, closed_years)
        lines = year.history.lines
        patterns = seasonal_patterns(lines, "EPF", year.history)
        phased = phase(np.array([year.budget]), patterns)
        outcome = float(year.months.sum())
        for way in WAYS:
            errors[way].append([])
        for way in WAYS[:2]:
            inside[way].append([])
        for month in range(MONTHS):
            known = np.where(np.arange(MONTHS) < month, year.months, np.nan)[None]
            outlook = year_end_outlook(lines, known, phased, patterns.noise, seed=seed)
            for way, band in (("blend", outlook.blend), ("nowcast", outlook.nowcast)):
                errors[way][-1].append(float(band.central[0]) / outcome - 1)
                inside[way][-1].append(float(band.low[0] <= outcome <= band.high[0]))
            errors["straight_line"][-1].append(float(outlook.straight_line[0]) / outcome - 1)
    return {way: np.array(rows) for way, rows in errors.items()}, {way: np.array(rows) for way, rows in inside.items()}


def table(errors: dict[str, Array], inside: dict[str, Array]) -> str:
    """Return the table of the documentation: mean absolute error and coverage by months known."""
    rows = [
        "| months known | blend | nowcast | straight line | band of the blend holds | band of the nowcast holds |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for month in range(MONTHS):
        mean = {way: np.abs(errors[way][:, month]).mean() for way in WAYS}
        straight = f"{mean['straight_line']:.2%}" if month else "none"
        holds = [f"{inside[way][:, month].mean():.1%}" for way in WAYS[:2]]
        rows.append(f"| {month} | {mean['blend']:.2%} | {mean['nowcast']:.2%} | {straight} | {' | '.join(holds)} |")
    held = [f"{inside[way][:, 1:].mean():.1%}" for way in WAYS[:2]]
    rows.append(f"| 1-11 | | | | {' | '.join(held)} |")
    return "\n".join(rows)
