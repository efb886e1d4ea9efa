"""What the page of one fund shows beside its series: sources and uses, ages, accounts per head, actuarial measures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.parts import EXPENDITURE_PARTS, REVENUE_PARTS
from poolcast.dashboard.services.projections import Projected
from poolcast.outlook.forecasting import project
from poolcast.parameters.axes import EMPLOYEE_STATUSES
from poolcast.projection.retirement import SCHEDULES, Flexibility, share_past_retirement

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Side = Literal["revenue", "expenditure"]

OTHER = {"revenue": "other_revenue", "expenditure": "other_expenditure"}
MOST_PARTS = 5
ADULT = 16
"""Age from which people may work (Labour Law, article 15)."""


def parts_of(item: Projected, side: Side, region: str, ledger: str) -> dict[str, list[float]]:
    """Return the sources or uses of a fund by year from the base year on, the largest first, five at most.

    After exhaustion interest on the gap is left out: it compounds and would hide the flows.
    """
    groups = REVENUE_PARTS if side == "revenue" else EXPENDITURE_PARTS
    forecast = item.forecast
    lines = forecast[f"{side}_by_line"].sel(region=region, ledger=ledger)
    axis = f"{side}_line"
    codes = [str(code) for code in lines[axis].values]
    values = lines.transpose("year", axis).values
    sums = {
        name: np.nansum(values[:, [codes.index(code) for code in members if code in codes]], axis=1)
        for name, members in groups.items()
    }
    if "interest" in sums:
        sums["interest"] = np.maximum(sums["interest"], 0.0)
    other = OTHER[side]
    held = sorted(
        (name for name, part in sums.items() if name != other and np.abs(part).max() > 0),
        key=lambda name: -float(np.abs(sums[name]).sum()),
    )
    kept, rest = held[: MOST_PARTS - 1], held[MOST_PARTS - 1 :]
    if len(rest) == 1 and not np.abs(sums[other]).max() > 0:
        kept, rest = held, []
    left = sums[other] + sum((sums[name] for name in rest), np.zeros(len(values)))
    found = {name: [float(value) for value in sums[name]] for name in kept}
    if np.abs(left).max() > 0:
        found[other] = [float(value) for value in left]
    return found


@dataclass(frozen=True)
class Ages:
    """People of a region in a year by five-year group, three parts a sex: children, working and retired ages.

    Parameters
    ----------
    groups : tuple of str
        ``0-4`` to ``100+``.
    parts : mapping of sex to array (part, group), persons
    """

    groups: tuple[str, ...]
    parts: Mapping[str, Array]


def ages_of(item: Projected, region: str, year: int) -> Ages | None:
    """Return the people of a region by age; None for a pool, which counts no people of its own.

    Working and retired ages follow the legal age of the year and the choice around it, as the projection has them.
    """
    if "population_by_age" not in item.forecast:
        return None
    people = item.forecast["population_by_age"].sel(region=region, year=year).transpose("sex", "age")
    values: Array = people.values
    if not np.isfinite(values).all():
        return None
    retired = _retired_share(item, region, year)
    firsts = range(0, 101, 5)
    groups = tuple(f"{first}–{first + 4}" if first < 100 else "100+" for first in firsts)
    ages = np.arange(values.shape[1])
    parts = {}
    for number, sex in enumerate(str(sex) for sex in people.sex.values):
        child = np.where(ages < ADULT, values[number], 0.0)
        old = np.where(ages >= ADULT, values[number] * retired[sex], 0.0)
        every = np.stack([child, values[number] - child - old, old])
        parts[sex] = np.add.reduceat(every, list(firsts), axis=1)
    return Ages(groups, parts)


def _retired_share(item: Projected, region: str, year: int) -> dict[str, Array]:
    """Return by sex the share of each age past retirement; women by how many of them retire at 50."""
    held = item.reformed
    flexibility = Flexibility(
        early_share=float(held["retirement.early_share"]),
        late_share=float(held["retirement.late_share"]),
        late_months=float(held["retirement.late_months"]),
        delay=bool(held["retirement.delay"]),
    )
    shares = dict(zip(SCHEDULES, share_past_retirement(year, flexibility), strict=True))
    at_fifty = float(held["coverage.women_retiring_at_50_share"][held.region_codes.index(region)])
    women = at_fifty * shares["female_50"] + (1 - at_fifty) * shares["female_55"]
    return {"male": shares["male"], "female": women}


def account_per_member(item: Projected, region: str) -> list[float]:
    """Return what stands in personal accounts per employee member, yuan, by year from the base year on."""
    reserve = item.outcome.series("reserve", region, "EPA")
    members = item.forecast["members"].sel(region=region).sel(status=list(EMPLOYEE_STATUSES)).sum("status").values
    return [
        value / count if count > 0 else math.nan for value, count in zip(reserve, members[-len(reserve) :], strict=True)
    ]


HORIZONS = (10, 25, 50, 75)


def actuarial_rows(item: Projected, region: str, ledger: str) -> list[dict[str, float]]:
    """Return the actuarial balance with its two rates and the level change over the usual horizons that fit."""
    from poolcast.outlook.actuarial_measures import longest_horizon
    from poolcast.outlook.catalogue_of_measures import MEASURES

    names = ("summarised_income_rate", "summarised_cost_rate", "actuarial_balance", "level_rate_change")
    longest = longest_horizon(item.forecast)
    chosen = [horizon for horizon in HORIZONS if horizon <= longest]
    if longest not in chosen:
        chosen = sorted([*chosen, longest])
    rows = []
    for horizon in chosen:
        row = {"horizon": float(horizon)}
        for name in names:
            row[name] = float(MEASURES[name].read(item.forecast, horizon).sel(region=region, ledger=ledger))
        rows.append(row)
    return rows


_COHORTS: BoundedCache[pd.DataFrame] = BoundedCache(8, 2**25, lambda found: int(found.memory_usage(deep=True).sum()))


def cohorts(item: Projected) -> pd.DataFrame:
    """Return present values and ratios of birth cohorts; the projection is run once more, with money by age."""
    from poolcast.outlook.birth_cohorts import birth_cohorts

    return _COHORTS.get(item.key, lambda: birth_cohorts(project(item.loaded.assumptions, item.scenario, by_age=True)))


def pool_parts(item: Projected, code: str) -> Sequence[str]:
    """Return the regions whose ledgers a pool holds; none for a region."""
    forecast = item.forecast
    return [
        str(region) for region, pool in zip(forecast.region.values, forecast.pool.values, strict=True) if pool == code
    ]
