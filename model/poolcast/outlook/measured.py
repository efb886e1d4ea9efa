"""What a condition can measure, and where in a forecast it stands: the one place that knows both."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from poolcast.outlook.catalogue_of_measures import MEASURES, Measure
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.nearest import did_you_mean

EVENTS: Mapping[str, str] = {
    "first_deficit": "balance",
    "first_deficit_before_interest": "balance_before_interest",
    "exhaustion": "reserve",
}
"""Measures that are the first projected year in which a variable of the forecast falls below zero."""


@dataclass(frozen=True)
class MeasureCall:
    """A measure with its arguments; what is not named is meant for all.

    Parameters
    ----------
    measure : str
        Name in the catalogue of measures.
    ledger : str or None
        Code of the ledger.
    year : int or None
        The year; of an event, whether it has come by then (1) or not (0).
    horizon : int or None
        Only the first so many projected years count.
    region : str or None
        Code of a region or pool.
    cohort : int or None
        Birth year, of measures of birth cohorts.
    """

    measure: str
    ledger: str | None = None
    year: int | None = None
    horizon: int | None = None
    region: str | None = None
    cohort: int | None = None

    def __str__(self) -> str:
        """The call as the grammar writes it."""
        region = self.region
        if region is not None and not re.fullmatch(r"[^\s()（）,，=＝<>≥≤＞＜\"]+", region):
            region = f'"{region}"'
        named = (("year", self.year), ("horizon", self.horizon), ("cohort", self.cohort), ("region", region))
        parts = [self.ledger, *(f"{key}={value}" for key, value in named if value is not None)]
        return f"{self.measure}({', '.join(part for part in parts if part)})"

    @property
    def declared(self) -> Measure:
        """The measure's declaration."""
        return MEASURES[self.measure]

    @property
    def is_event(self) -> bool:
        """Whether the measure is a year in which something first comes."""
        return self.measure in EVENTS

    def is_strict(self, operator: str) -> bool:
        """Return whether a margin of exactly zero misses a condition.

        That an event comes needs a value below zero; that it does not come, none.
        """
        if self.is_event:
            return self.year is None and operator in ("<=", "<")
        return operator in (">", "<")


def value_field(call: MeasureCall, forecast: xr.Dataset) -> xr.DataArray:
    """Return the measure by region (and path) and, where it is yearly, by year; only what the call speaks of.

    An event is its year, infinity where it does not come within the forecast; with a year, 1 where it has come by then
    and 0 elsewhere.
    """
    values = _window(call, forecast)
    if not call.is_event:
        return values
    below = values < 0
    if call.year is not None:
        return below.any("year").astype(float)
    first = values.year.where(below).min("year")
    result: xr.DataArray = first.fillna(math.inf)
    return result


def margin_field(call: MeasureCall, operator: str, number: float, forecast: xr.Dataset) -> xr.DataArray:
    """Return by how much a comparison is met, by region and year; negative where it is missed.

    For an event this is the variable itself and not the year, which jumps: the first deficit is later than 2045 where
    no balance up to 2045 is negative, so the margin is the smallest of these balances.
    """
    if not call.is_event:
        return margin_of_values(value_field(call, forecast), operator, number)
    values = _window(call, forecast)
    if call.year is not None:
        return _margin_of_a_switch(values.min("year"), operator, number)
    limit = math.floor(number) if operator in (">", "<=") else math.ceil(number) - 1
    if limit > int(values.year[-1]):
        last = int(values.year[-1])
        raise ScenarioError(
            Problem(
                f"condition {call} {operator} {number:g}",
                f"{number:g}, while only years up to {last} are looked at",
                f"years up to {last}",
                "Project further (--to YEAR), or name an earlier year.",
            )
        )
    early = values.where(values.year <= limit).min("year")
    early = early.fillna(math.inf)  # no projected year is so early: the event cannot have come
    return early if operator in (">=", ">") else -early


def margin_of_values(values: xr.DataArray, operator: str, number: float) -> xr.DataArray:
    """Return by how much values, which are no events, meet a comparison."""
    return values - number if operator in (">=", ">") else number - values


def _margin_of_a_switch(lowest: xr.DataArray, operator: str, number: float) -> xr.DataArray:
    """Margin of a comparison with 1 (the event has come) or 0, from the lowest value of what falls below zero."""

    def met(value: float) -> bool:
        return {">=": value >= number, ">": value > number, "<=": value <= number, "<": value < number}[operator]

    if met(0.0) and met(1.0):
        return xr.full_like(lowest, math.inf)
    if not met(0.0) and not met(1.0):
        return xr.full_like(lowest, -math.inf)
    return lowest if met(0.0) else (-lowest).where(lowest != 0, -5e-324)  # nothing below zero: it has not come


def _window(call: MeasureCall, forecast: xr.Dataset) -> xr.DataArray:
    """Return the measure (for an event, what falls below zero) in the years and regions that the call speaks of."""
    base, last = int(forecast.attrs["base_year"]), int(forecast.year[-1])
    _refuse_years(call, base, last)
    if call.cohort is not None and not call.declared.by_cohort:
        remedy = f"{call.measure} has none; leave it out."
        raise _refused(call, f"cohort for {call.measure}", "a measure of birth cohorts", remedy)
    if call.is_event:
        values = _chosen(call, forecast, forecast[EVENTS[call.measure]])
        values = values.where(_chosen(call, forecast, forecast.reserve.notnull()))
    else:
        horizon = call.horizon if call.declared.takes_horizon else None
        values = _chosen(call, forecast, call.declared.read(forecast, horizon, call.cohort))
    if "year" not in values.dims:
        if call.year is not None or (call.horizon is not None and not call.declared.takes_horizon):
            found = f"{'year' if call.year is not None else 'horizon'} for {call.measure}"
            raise _refused(call, found, "a measure of single years", f"{call.measure} has none; leave it out.")
        filled = values.fillna(math.inf) if call.declared.unit in ("year", "month") else values
        return _kept(call, filled)
    end = last if call.horizon is None else base + call.horizon
    if call.is_event and call.year is not None:
        end = min(end, call.year)
    wanted = (values.year > base) & (values.year <= end)
    if not call.is_event and call.year is not None:
        wanted = values.year == call.year
    return _kept(call, values.isel(year=wanted.values))


def _chosen(call: MeasureCall, forecast: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Return the part of a field that belongs to the ledger and the region; the region axis stays."""
    if "ledger" in values.dims:
        held = [str(code) for code in forecast.ledger.values]
        if call.ledger is None:
            raise _refused(call, "no ledger", ", ".join(held), f"Name the ledger, as in {call.measure}(EPF).")
        if call.ledger not in held:
            remedy = did_you_mean(call.ledger, held) or "Name a ledger that the set holds."
            raise _refused(call, f"ledger {call.ledger}, which the set does not hold", ", ".join(held), remedy)
        values = values.sel(ledger=call.ledger)
    elif call.ledger is not None:
        found = f"ledger {call.ledger} for {call.measure}"
        raise _refused(call, found, "a measure by ledger", f"{call.measure} has none; leave the ledger out.")
    if call.region is not None:
        codes = [str(code) for code in forecast.region.values]
        if call.region not in codes or "region" not in values.dims:
            remedy = did_you_mean(call.region, codes) or "Name a region or a pool of the set."
            raise _refused(call, f"region {call.region}, which the forecast does not hold", ", ".join(codes), remedy)
        values = values.sel(region=[call.region])
    return values.drop_vars([name for name in values.coords if name not in values.dims])


def _kept(call: MeasureCall, values: xr.DataArray) -> xr.DataArray:
    """Return the field of the regions with values; refuse one that has none."""
    others = [axis for axis in values.dims if axis != "region"]
    known = values.notnull().any(others)
    if not bool(known.any()):
        whom = f" in region {call.region}" if call.region else ""
        found = f"no value of {call.measure}{f' of {call.ledger}' if call.ledger else ''}{whom}"
        remedy = (
            "The ledger holds no reserve, pays nothing, or is kept by a pool or merged: name another ledger or region."
        )
        raise _refused(call, found, "a measure with a value", remedy)
    return values.isel(region=known.values) if "region" in values.dims else values


def _refuse_years(call: MeasureCall, base: int, last: int) -> None:
    if call.year is not None and not base <= call.year <= last:
        remedy = "Project further (--to YEAR)." if call.year > last else "Name a year of the forecast."
        raise _refused(call, f"year {call.year}", f"{base} to {last}", remedy)
    if call.horizon is not None and base + call.horizon > last:
        found = f"horizon={call.horizon}, which ends in {base + call.horizon}"
        raise _refused(call, found, f"1 to {last - base}", "Project further (--to YEAR), or shorten the horizon.")


def _refused(call: MeasureCall, found: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(Problem(f"condition {call}", found, allowed, remedy))
