"""Early warning: the light of every fund, the rules that fired, since when, and what lies ahead (handbook 5.4)."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.warning_chances import Chance, chances_of
from poolcast.budget.warning_history import Closed, closed_years, extended
from poolcast.budget.warning_results import EarlyWarning, ExecutionAlert, FundWarnings, Warnings
from poolcast.budget.warning_rules import BY_YEAR, CHANCES, RULES, WarningRule, band_of, rank
from poolcast.budget.warning_scores import published
from poolcast.budget.warning_series import FundSeries, funds_of
from poolcast.outlook.measures import exhaustion
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

Array = NDArray[np.float64]

AHEAD = 5
"""Years that are looked ahead."""


def early_warnings(
    forecast: xr.Dataset,
    assumptions: Assumptions,
    simulation: Simulation | None = None,
    *,
    as_of: int | None = None,
    ahead: int = AHEAD,
    execution: Sequence[ExecutionAlert] = (),
    history: str | os.PathLike[str] | Closed | None = None,
    chances: Mapping[tuple[str, str, str], Chance | Words] | None = None,
) -> Warnings:
    """Judge every fund of a forecast by the bands and the rules of early warning.

    Parameters
    ----------
    forecast : xarray.Dataset
        A nominal forecast of a single run.
    assumptions : Assumptions
        The set that made it, the scenario applied or not: accounts from before the base year, collection rates, and
        its own thresholds are read from it.
    simulation : Simulation, optional
        Of the same set and scenario, for the rules that speak of chances.
    as_of : int, optional
        The year judged, by what was known at its end; the base year by default. Later years are judged as projected.
    ahead : int
        Years looked ahead.
    execution : sequence of ExecutionAlert
        What the months of the budget say.
    history : str, path or mapping, optional
        Name or folder of the set, or its closed years as `closed_years` gives them: there may be more than the two
        before the base year that the engine reads.
    chances : mapping of (region, ledger, rule) to Chance or Words, optional
        In place of a simulation, where its paths have been counted already (`counted_chances`).

    Raises
    ------
    ResultError
        Where forecast, simulation and set do not belong together, or the year is not among those known.
    """
    funds = funds_of(forecast, assumptions)
    if history is not None:
        closed = history if isinstance(history, Mapping) else closed_years(history)
        funds = {key: extended(series, key[0], closed) for key, series in funds.items()}
    scenario = str(forecast.attrs.get("scenario", "baseline"))
    year = assumptions.base_year if as_of is None else as_of
    _refuse(year, ahead, funds)
    known = dict(chances or {}) if simulation is None else chances_of(simulation, scenario, assumptions)
    ends = exhaustion(forecast)
    names = {
        str(code): Words(str(en), str(zh))
        for code, en, zh in zip(
            forecast.region.values, forecast.region_name.values, forecast.region_name_zh.values, strict=True
        )
    }
    judged = []
    for (region, ledger), series in funds.items():
        own = {rule.id: known.get((region, ledger, rule.id)) for rule in CHANCES}
        alerts = [alert for alert in execution if (alert.region, alert.ledger) == (region, ledger)]
        fund = judge(series, region, names[region], assumptions, year, ahead, own, alerts)
        judged.append(replace(fund, exhaustion_year=float(ends.sel(region=region, ledger=ledger))))
    last = min(year + ahead, next(iter(funds.values())).years[-1]) if funds else year
    return Warnings(year, last, tuple(judged), scenario, assumptions.synthetic)


def judge(
    series: FundSeries,
    region: str,
    name: Words,
    assumptions: Assumptions | None,
    year: int,
    ahead: int = AHEAD,
    chances: Mapping[str, Chance | Words | None] | None = None,
    alerts: Sequence[ExecutionAlert] = (),
) -> FundWarnings:
    """Judge one fund in a year; without a set by the published thresholds."""
    warnings: list[EarlyWarning] = []
    quiet, unknown = [], []
    for rule, track in _tracks(series, chances or {}):
        if isinstance(track, Words):
            unknown.append((rule.id, track))
            continue
        now = track.value_in(year)
        fires = track.firing(rule, series.ledger, assumptions)
        coming = tuple(y for y in track.years if year < y <= year + ahead and fires[y])
        if math.isnan(now):
            unknown.append((rule.id, _not_known(rule, year)))
        elif not fires[year]:
            quiet.append(rule.id)
        if coming or (not math.isnan(now) and fires[year]):
            first = year if not math.isnan(now) and fires[year] else coming[0]
            warnings.append(_warning(rule, series, region, name, assumptions, track, fires, first, year, coming))
    warnings.extend(_of_alert(alert, name) for alert in alerts)
    warnings.sort(key=_severity)
    months = float(series.payable_months[series.position(year)])
    chance = (chances or {}).get("chance_low")
    seen = chance if isinstance(chance, Chance) and year in chance.years else None
    return FundWarnings(
        region,
        name,
        series.ledger,
        months,
        float(series.payable_months_forward[series.position(year)]),
        band_of(months, series.ledger, assumptions),
        tuple(one for one in warnings if not one.is_coming),
        tuple(one for one in warnings if one.is_coming),
        tuple(quiet),
        tuple(unknown),
        math.nan if seen is None else float(seen.value[seen.years.index(year)]),
        math.nan if seen is None else float(seen.error[seen.years.index(year)]),
    )


def _severity(one: EarlyWarning) -> tuple[int, int]:
    return -rank(one.level), tuple(RULES).index(one.rule.id)


@dataclass(frozen=True)
class _Track:
    """The value of a rule in every year, and its sampling error."""

    years: tuple[int, ...]
    values: Array
    errors: Array | None = None

    def value_in(self, year: int) -> float:
        return float(self.values[self.years.index(year)]) if year in self.years else math.nan

    def error_in(self, year: int) -> float:
        return math.nan if self.errors is None else float(self.errors[self.years.index(year)])

    def known(self, year: int) -> bool:
        return not math.isnan(self.value_in(year))

    def firing(self, rule: WarningRule, ledger: str, assumptions: Assumptions | None) -> dict[int, bool]:
        mildest = rule.thresholds(ledger, assumptions)[0][1]
        return dict(zip(self.years, rule.fired(self.values, mildest).tolist(), strict=True))


def _tracks(
    series: FundSeries, chances: Mapping[str, Chance | Words | None]
) -> list[tuple[WarningRule, _Track | Words]]:
    found: list[tuple[WarningRule, _Track | Words]] = []
    for rule in RULES.values():
        if series.ledger not in rule.ledgers or rule.kind == "execution":
            continue
        if rule in BY_YEAR:
            assert rule.value is not None
            found.append((rule, _Track(series.years, rule.value(series))))
            continue
        chance = chances.get(rule.id)
        if isinstance(chance, Chance):
            found.append((rule, _Track(chance.years, chance.value, chance.error)))
        else:
            found.append((rule, chance or Words("No simulation was given.", "未提供模拟结果。")))
    return found


def _warning(
    rule: WarningRule,
    series: FundSeries,
    region: str,
    name: Words,
    assumptions: Assumptions | None,
    track: _Track,
    fires: Mapping[int, bool],
    first: int,
    year: int,
    coming: tuple[int, ...],
) -> EarlyWarning:
    value = track.value_in(first)
    level, limit = rule.level_of(value, series.ledger, assumptions)
    since = first
    while fires.get(since - 1, False):
        since -= 1
    return EarlyWarning(
        rule=rule,
        region=region,
        region_name=name,
        ledger=series.ledger,
        level=level,
        year=first,
        value=value,
        threshold=limit,
        error=track.error_in(first),
        since=since,
        since_open=not track.known(since - 1),
        history=tuple(one for one in track.years if one <= year and fires[one]),
        ahead=coming,
        is_coming=first > year,
        is_projected=series.base_year is not None and first > series.base_year,
        score=published().score_of_warning(rule.id, series.ledger, level, limit),
    )


def _of_alert(alert: ExecutionAlert, name: Words) -> EarlyWarning:
    return EarlyWarning(
        rule=RULES["execution"],
        region=alert.region,
        region_name=name,
        ledger=alert.ledger,
        level=alert.level,
        year=alert.year,
        value=alert.value,
        threshold=alert.threshold,
        since=alert.year,
        what=alert.what,
    )


def _not_known(rule: WarningRule, year: int) -> Words:
    reads = ", ".join(rule.reads)
    return Words(
        f"Not known for {year}: {reads} of the year, or of the years before it that the rule compares.",
        f"{year}年数据不足:缺当年或规则所比较的以前年度的 {reads}。",
    )


def _refuse(year: int, ahead: int, funds: Mapping[tuple[str, str], FundSeries]) -> None:
    problems = []
    if ahead < 0:
        problems.append(Problem("ahead", str(ahead), "0 or more", "5 is usual."))
    for series in funds.values():
        if year not in series.years:
            allowed = f"{series.years[0]} to {series.years[-1]}"
            problems.append(Problem("--as-of", str(year), allowed, "Name a year of the accounts or of the forecast."))
            break
    if problems:
        raise ResultError(problems)
