"""Headline cards: the four numbers that a planner reads first, of every scenario, with how they differ.

Year of exhaustion; payable months in the year in focus; the rate (of residents the financing per head) that keeps so
many months in that year; the sum of the balances until then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.required import Required, required_financing
from poolcast.outlook.actuarial_balance import discount_factors
from poolcast.reporting.formats import money_scale

Kind = Literal["exhaustion", "months", "required", "sum"]
Tone = Literal["better", "worse", "same", ""]
State = Literal["number", "never", "already", "none"]

KINDS: tuple[Kind, ...] = ("exhaustion", "months", "required", "sum")
USUAL_MONTHS = 6.0
"""Payable months that the required rate keeps unless the reader says otherwise: the lower end of the normal band."""
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True)
class CardValue:
    """A number of a card, of one scenario.

    Parameters
    ----------
    scenario : str
        Name.
    state : {"number", "never", "already", "none"}
        Whether there is a number; a reserve that is not exhausted within the horizon, or is below zero in the base year
        already; or that the question has no meaning for the ledger.
    value : float
        Year, months (never below 0), fraction or yuan per head, yuan; NaN without a number.
    difference : float
        Value less that of the first scenario; NaN where one of them has no number, and for the first.
    tone : {"better", "worse", "same", ""}
        Which way the difference goes; ``same`` below half of the last digit that is shown; empty for the first.
    low, high : float
        The 10 % and 90 % quantile; NaN without a simulation. Of a year, the one after the last stands for never.
    is_sure : bool
        Whether the paired 80 % band of the difference excludes zero; true without a simulation.
    probability, probability_error : float
        Of the card of exhaustion: that it comes by the year in focus.
    paths : int
        Finished runs on which the probability rests; 0 without a simulation.
    gap : float
        Of the card of months: what is lacking to a reserve of zero, yuan; 0 where nothing is.
    present_value : float
        Of the card of the sum: the present value at the end of the base year of the balances before interest, yuan.
    """

    scenario: str
    state: State
    value: float = math.nan
    difference: float = math.nan
    tone: Tone = ""
    low: float = math.nan
    high: float = math.nan
    is_sure: bool = True
    probability: float = math.nan
    probability_error: float = math.nan
    paths: int = 0
    gap: float = 0.0
    present_value: float = math.nan


@dataclass(frozen=True)
class _Place:
    region: str
    ledger: str
    year: int
    months: float


def headline(
    items: Sequence[Projected],
    region: str,
    ledger: str,
    year: int,
    months: float = USUAL_MONTHS,
    found: Mapping[str, Found] | None = None,
    kinds: Sequence[Kind] = KINDS,
) -> dict[Kind, tuple[CardValue, ...]]:
    """Return the numbers of the headline cards.

    Parameters
    ----------
    items : sequence of Projected
        Scenarios; the first is what the others are compared with.
    region, ledger : str
        Codes.
    year : int
        Year in focus.
    months : float
        Payable months that the required rate keeps at the end of that year.
    found : mapping of str to Found, optional
        Bands by name of scenario, where they are known.
    kinds : sequence of str
        Which cards.
    """
    place = _Place(region, ledger, year, months)
    known = found or {}
    made = {"exhaustion": _exhaustion, "months": _months, "required": _required, "sum": _sum}
    return {kind: tuple(made[kind](item, items[0], place, known) for item in items) for kind in kinds}


def reserve_state(item: Projected, region: str, ledger: str) -> tuple[State, float]:
    """Return whether and when the reserve of a ledger is exhausted: the first projected year that ends below zero.

    The same as `poolcast.outlook.measures.exhaustion` for one place, which reads every region and ledger.
    """
    reserve = item.outcome.series("reserve", region, ledger)
    if not any(math.isfinite(value) for value in reserve):
        return "none", math.nan
    if reserve[0] < 0:
        return "already", math.nan
    below = (number for number, value in enumerate(reserve) if number and value < 0)
    first = next(below, None)
    if first is not None:
        return "number", float(item.outcome.base_year + first)
    return ("never" if math.isfinite(reserve[-1]) else "none"), math.nan  # one that is merged into another has no end


def merged_in(item: Projected, region: str, ledger: str) -> int | None:
    """Return the year from which a ledger is merged into another and has no reserve of its own; None where it stays."""
    reserve = item.outcome.series("reserve", region, ledger)
    if not math.isfinite(reserve[0]) or math.isfinite(reserve[-1]):
        return None
    return item.outcome.base_year + next(number for number, value in enumerate(reserve) if not math.isfinite(value))


def _exhaustion(item: Projected, first: Projected, place: _Place, known: Mapping[str, Found]) -> CardValue:
    state, year = reserve_state(item, place.region, place.ledger)
    bands = known.get(item.name)
    low, high = _range(bands, "exhaustion", place, None)
    probability = (math.nan, math.nan)
    if bands is not None and state != "none":
        probability = bands.bands.probability("exhausted_by", place.region, place.ledger, place.year)
    difference, tone = math.nan, ""
    if item is not first:
        base_state, base_year = reserve_state(first, place.region, place.ledger)
        difference = year - base_year
        order, base_order = _order(state, year), _order(base_state, base_year)
        tone = _tone(order - base_order, 0.5) if "none" not in (state, base_state) else ""
    return CardValue(
        item.name,
        state,
        year,
        difference,
        tone,  # type: ignore[arg-type]
        low,
        high,
        _is_sure(bands, "exhaustion", place, None),
        *probability,
        0 if bands is None else bands.bands.paths,
    )


def _order(state: State, year: float) -> float:
    """Return a number by which exhaustion can be ordered: later is better, never is best."""
    return {"never": 1e6, "already": -1e6}.get(state, year)


def _months(item: Projected, first: Projected, place: _Place, known: Mapping[str, Found]) -> CardValue:
    value = _at(item, "payable_months", place)
    if not math.isfinite(value):
        return CardValue(item.name, "none")
    reserve = _at(item, "reserve", place)
    shown, base = max(value, 0.0), max(_at(first, "payable_months", place), 0.0)
    low, high = _range(known.get(item.name), "payable_months", place, place.year)
    is_first = item is first
    return CardValue(
        item.name,
        "number",
        shown,
        math.nan if is_first else shown - base,
        "" if is_first else _tone(shown - base, 0.05),
        max(low, 0.0) if math.isfinite(low) else low,
        max(high, 0.0) if math.isfinite(high) else high,
        _is_sure(known.get(item.name), "payable_months", place, place.year),
        gap=max(-reserve, 0.0),
    )


def _required(item: Projected, first: Projected, place: _Place, _known: Mapping[str, Found]) -> CardValue:
    mine = required_financing(item, place.region, place.ledger, place.year, place.months)
    if mine is None or not mine.is_reached:
        return CardValue(item.name, "none" if mine is None else "never")
    if item is first:
        return CardValue(item.name, "number", mine.value)
    base = required_financing(first, place.region, place.ledger, place.year, place.months)
    if base is None or not base.is_reached:
        return CardValue(item.name, "number", mine.value)
    difference = mine.value - base.value
    return CardValue(item.name, "number", mine.value, difference, _tone(-difference, _half_digit(mine)))


def _half_digit(found: Required) -> float:
    """Return half of the last digit in which a required rate, or an amount per head, is shown."""
    return 0.00005 if found.unit == "fraction" else 0.5


def _sum(item: Projected, first: Projected, place: _Place, known: Mapping[str, Found]) -> CardValue:
    total, present = _sum_of_balances(item, place)
    if not math.isfinite(total):
        return CardValue(item.name, "none")
    base, _ = _sum_of_balances(first, place)
    scale = money_scale([total, base])
    threshold = 0.5 * 10**-scale.digits * scale.divisor
    is_first = item is first
    return CardValue(
        item.name,
        "number",
        total,
        math.nan if is_first else total - base,
        "" if is_first else _tone(total - base, threshold),
        is_sure=_is_sure(known.get(item.name), "reserve", place, place.year),
        present_value=present,
    )


def _sum_of_balances(item: Projected, place: _Place) -> tuple[float, float]:
    """Return the sum of the balances after the base year up to a year, and their present value before interest.

    Not a number where the ledger is merged into another by then: its balances go on there.
    """
    merged = merged_in(item, place.region, place.ledger)
    if merged is not None and merged <= place.year:
        return math.nan, math.nan
    count = place.year - item.outcome.base_year + 1
    window = slice(1, count)
    balance = item.outcome.series("balance", place.region, place.ledger)[window]
    before = item.outcome.series("balance_before_interest", place.region, place.ledger)[window]
    interest = item.outcome.series("interest_rate", place.region, place.ledger)[window]
    if not balance or not np.isfinite(balance).all():
        return math.nan, math.nan
    within_year, _ = discount_factors(interest)
    return float(np.sum(balance)), float(np.sum(within_year * np.asarray(before)))


def _at(item: Projected, name: str, place: _Place) -> float:
    number = place.year - item.outcome.base_year
    values = item.outcome.series(name, place.region, place.ledger)
    return values[number] if 0 <= number < len(values) else math.nan


def _tone(better_by: float, threshold: float) -> Tone:
    if not math.isfinite(better_by):
        return ""
    if abs(better_by) < threshold:
        return "same"
    return "better" if better_by > 0 else "worse"


def _range(found: Found | None, measure: str, place: _Place, year: int | None) -> tuple[float, float]:
    if found is None:
        return math.nan, math.nan
    if year is None:
        years = found.bands.event_years[measure].sel(region=place.region, ledger=place.ledger)
        return float(years.sel(level=_LOW)), float(years.sel(level=_HIGH))
    fan = found.bands.fans[measure]["quantile"].sel(region=place.region, ledger=place.ledger, year=year)
    return float(fan.sel(level=_LOW)), float(fan.sel(level=_HIGH))


def _is_sure(found: Found | None, measure: str, place: _Place, year: int | None) -> bool:
    if found is None or found.paired is None:
        return True
    return found.paired.is_sure(measure, place.region, place.ledger, year)
