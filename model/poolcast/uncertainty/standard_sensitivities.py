"""The standard set of deterministic sensitivities, run for every report (handbook 6.13).

Each moves one thing in every year after the base year, both ways: wages, cost of a service, use, and interest by a
point of growth or rate, collection by two points, births by 0.3 a woman, death probabilities by a tenth, net migrants
by half, and reimbursement by five points where care is reimbursed at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.drivers import NO_DRIVERS, Drivers
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.blocks import central_run
from poolcast.uncertainty.kept_calls import call_layout, read_calls
from poolcast.uncertainty.sensitivity import SIDES, as_call, as_scenario, as_set

if TYPE_CHECKING:
    import os

    import xarray as xr

Array = NDArray[np.float64]

REIMBURSEMENT_RATES = (
    "inpatient.reimbursement_rate",
    "outpatient.reimbursement_rate",
    "chronic.reimbursement_rate",
    "dual_channel.reimbursement_rate",
)
_POINT, _COLLECTION, _FERTILITY, _MORTALITY, _MIGRATION, _REIMBURSEMENT = 0.01, 0.02, 0.3, 0.1, 0.5, 0.05


@dataclass(frozen=True)
class Sensitivity:
    """One line of the standard set: its name, its words, and the driver that it moves by a signed size."""

    name: str
    label: Words
    drivers: Callable[[Assumptions, int], Drivers] | None


def _added(name: str) -> Callable[[Assumptions, int], Drivers]:
    def drivers(assumptions: Assumptions, sign: int) -> Drivers:
        path = _path(np.full((1, _years(assumptions)), sign * _POINT), 0.0)
        return replace(NO_DRIVERS, **{name: path})  # type: ignore[arg-type]

    return drivers


def _use(assumptions: Assumptions, sign: int) -> Drivers:
    growth: Array = np.power(1 + sign * _POINT, np.arange(1.0, _years(assumptions) + 1))
    return Drivers(utilisation=_path(growth[None], 1.0))


def _collection(assumptions: Assumptions, sign: int) -> Drivers:
    rate = _after("revenue.collection_rate", assumptions)
    return Drivers(collection=_path(np.maximum(1 + sign * _COLLECTION / rate, 0.0), 1.0))


def _fertility(assumptions: Assumptions, sign: int) -> Drivers:
    total = _after("population.fertility_rate", assumptions).sum(-1)
    return Drivers(fertility=_path(np.maximum(1 + sign * _FERTILITY / total, 0.0), 1.0))


def _mortality(assumptions: Assumptions, sign: int) -> Drivers:
    return Drivers(mortality=_path(np.full((1, _years(assumptions)), 1 + sign * _MORTALITY), 1.0))


def _migration(assumptions: Assumptions, sign: int) -> Drivers:
    return Drivers(migration=_path(np.full((1, _years(assumptions)), 1 + sign * _MIGRATION), 1.0))


STANDARD_SET: tuple[Sensitivity, ...] = (
    Sensitivity("wages", Words("Wage growth ±1 point", "工资增速 ±1 个百分点"), _added("wage_growth")),
    Sensitivity("cost", Words("Growth of unit cost ±1 point", "单位费用增速 ±1 个百分点"), _added("unit_cost_growth")),
    Sensitivity("use", Words("Growth of use ±1 point", "利用率增速 ±1 个百分点"), _use),
    Sensitivity("interest", Words("Interest rate ±1 point", "利率 ±1 个百分点"), _added("interest_rate")),
    Sensitivity("collection", Words("Collection rate ±2 points", "征缴率 ±2 个百分点"), _collection),
    Sensitivity("fertility", Words("Births a woman ±0.3", "总和生育率 ±0.3"), _fertility),
    Sensitivity("mortality", Words("Death probabilities ±10 %", "死亡概率 ±10%"), _mortality),
    Sensitivity("migration", Words("Net migrants ×0.5, ×1.5", "净迁移 ×0.5、×1.5"), _migration),
    Sensitivity("reimbursement", Words("Reimbursement ±5 points", "报销比例 ±5 个百分点"), None),
)


def standard_sensitivities(
    assumptions: Assumptions | str | os.PathLike[str],
    of: MeasureCall | str,
    scenario: Scenario | str | os.PathLike[str] = "baseline",
) -> xr.Dataset:
    """Return what a measure becomes under each sensitivity of the standard set.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        Any set; it need not say how sure it is.
    of : MeasureCall or str
        A single number, as ``payable_months(EPF, year=2050)``.
    scenario : Scenario, str or path

    Returns
    -------
    xarray.Dataset
        ``value`` and ``effect`` (sensitivity, side), and ``baseline``; infinity is a year that does not come.
    """
    import xarray as xr

    chosen, call = as_scenario(scenario), as_call(of)
    applied = chosen.apply(as_set(assumptions))
    layout = call_layout(applied, [call])
    baseline = float(layout.read(central_run(applied))[str(call)][0, 0])
    values = np.empty((len(STANDARD_SET), len(SIDES)))
    for number, one in enumerate(STANDARD_SET):
        for side, sign in enumerate((-1, 1)):
            if one.drivers is None:
                found = layout.read(central_run(_reimbursed(applied, sign)))
            else:
                found = read_calls(applied, one.drivers(applied, sign), layout)
            values[number, side] = found[str(call)][0, 0]
    with np.errstate(invalid="ignore"):
        effect = np.where(values == baseline, 0.0, values - baseline)
    return xr.Dataset(
        {
            "value": (("sensitivity", "side"), values),
            "effect": (("sensitivity", "side"), effect),
            "baseline": ((), baseline),
        },
        coords={
            "sensitivity": [one.name for one in STANDARD_SET],
            "label": ("sensitivity", [one.label.en for one in STANDARD_SET]),
            "label_zh": ("sensitivity", [one.label.zh for one in STANDARD_SET]),
            "side": list(SIDES),
        },
        attrs={"measure": str(call), "unit": call.declared.unit, "scenario": chosen.name},
    )


def _reimbursed(assumptions: Assumptions, sign: int) -> Assumptions:
    """Return the set with other reimbursement rates after the base year; no rate is given where there is none."""
    changed = {}
    for name in REIMBURSEMENT_RATES:
        if name not in assumptions:
            continue
        declared = PARAMETERS[name]
        values = assumptions[name].copy()
        later = [slice(None)] * values.ndim
        later[declared.dimensions.index("year")] = slice(assumptions.year_position(assumptions.base_year) + 1, None)
        rates = values[tuple(later)]
        moved = np.clip(rates + sign * _REIMBURSEMENT, declared.minimum, declared.maximum)
        values[tuple(later)] = np.where(rates > 0, moved, rates)
        changed[name] = values
    return assumptions.with_values(changed)


def _years(assumptions: Assumptions) -> int:
    return assumptions.last_year - assumptions.base_year


def _after(name: str, assumptions: Assumptions) -> Array:
    return assumptions.from_year(name, assumptions.base_year + 1)


def _path(values: Array, neutral: float) -> Array:
    """Return values (region, year) as a driver of one path, base year first."""
    return np.concatenate([np.full((values.shape[0], 1), neutral), values], axis=1)[None]
