"""Compare: one baseline and up to eight scenarios by any measure, per region, pool and ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook.actuarial_measures import HORIZONS, longest_horizon
from poolcast.outlook.burden import bills_split_once
from poolcast.outlook.catalogue_of_measures import MEASURES, Measure, chosen_measures
from poolcast.outlook.measures import Prices, in_prices
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

MOST = 9
"""One baseline and eight scenarios: more cannot be told apart in a table or a figure."""

KEYS = ("measure", "horizon", "region", "ledger", "year")
VALUES = ("value", "difference", "ratio", "rank")
_NEVER = 1e9
_SAME = 1e-12


@dataclass(frozen=True)
class Comparison:
    """Measures of several scenarios side by side.

    Parameters
    ----------
    baseline : str
        Name of the scenario that the others are compared with.
    scenarios : tuple of str
        All names, the baseline first.
    levels : mapping of str to xarray.DataArray
        By measure; axes ``scenario`` and those of the measure among ``horizon``, ``year``, ``region`` and ``ledger``.
        A region or ledger that a scenario does not hold is NaN.
    keeps_reserve : xarray.DataArray (scenario, region, ledger)
        Where a scenario keeps a reserve.
    keeps_to_the_end : xarray.DataArray (scenario, region, ledger)
        Where it still does in the last year; a ledger that a merged fund takes over does not.
    regions : mapping of str to (kind, name, Chinese name)
        Regions and pools of all scenarios.
    base_year : int
        Last closed year.
    prices : str
        How the money of years is expressed.
    """

    baseline: str
    scenarios: tuple[str, ...]
    levels: Mapping[str, xr.DataArray]
    keeps_reserve: xr.DataArray
    keeps_to_the_end: xr.DataArray
    regions: Mapping[str, tuple[str, str, str]]
    base_year: int
    prices: str

    def differences(self, measure: str) -> xr.DataArray:
        """Return the measure less that of the baseline, in its unit; years of events are subtracted too."""
        levels = self.level(measure)
        return levels - levels.sel(scenario=self.baseline, drop=True)

    def ratios(self, measure: str) -> xr.DataArray:
        """Return the measure over that of the baseline; NaN where that is zero or the measure is a point in time."""
        levels = self.level(measure)
        base = levels.sel(scenario=self.baseline, drop=True)
        if MEASURES[measure].unit in ("year", "month"):
            return xr.full_like(levels, np.nan)
        return levels / base.where(base != 0)

    def ranks(self, measure: str) -> xr.DataArray:
        """Return the rank of every scenario, 1 the best; equal values share the best of their ranks.

        The better way is that of the measure, the highest first where neither is better. An event that does not come
        within the horizon ranks as the latest of all, where the scenario keeps a reserve in the ledger to the end.
        """
        levels = self.level(measure)
        values = levels.values.copy()
        if MEASURES[measure].unit == "year":
            values = np.where(np.isnan(values) & self.keeps_to_the_end.values, _NEVER, values)
        key = values if MEASURES[measure].better == "lower" else -values
        before = np.stack([(key < own - _SAME * np.abs(own)).sum(0) for own in key])
        return levels.copy(data=np.where(np.isnan(key), np.nan, before + 1.0))

    def level(self, measure: str) -> xr.DataArray:
        """Return the measure of all scenarios.

        Raises
        ------
        ResultError
            Where it was not compared.
        """
        if measure not in self.levels:
            remedy = did_you_mean(measure, self.levels) or "Ask for it when comparing."
            raise ResultError(Problem("measure", measure, ", ".join(self.levels), remedy))
        return self.levels[measure]

    def value(self, measure: str, **place: str | int) -> float:
        """Return one level, as in ``value("reserve", scenario="baseline", region="000000", ledger="EPF", year=2050)``.

        Faster than selecting from `levels`; axes that the measure does not have are passed over.
        """
        level = self.level(measure)
        position = tuple(self._positions[measure, axis][place[axis]] for axis in map(str, level.dims))
        return float(level.values[position])

    @cached_property
    def _positions(self) -> dict[tuple[str, str], dict[Any, int]]:
        return {
            (name, str(axis)): {member: number for number, member in enumerate(level[axis].values.tolist())}
            for name, level in self.levels.items()
            for axis in level.dims
        }

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures compared."""
        return tuple(MEASURES[name] for name in self.levels)

    def only(self, measures: Sequence[str]) -> Comparison:
        """Return the comparison with some of its measures."""
        return replace(self, levels={name: self.level(name) for name in measures})

    def table(self, years: Sequence[int] | None = None) -> pd.DataFrame:
        """Return one row a measure, region, ledger, year and scenario: level, difference, ratio, rank.

        Parameters
        ----------
        years : sequence of int, optional
            Years of yearly measures; all by default.

        Returns
        -------
        pandas.DataFrame
            Columns scenario, measure, horizon, region, ledger, year (empty where the measure has no such axis), value,
            difference, ratio, rank, unit. Cells that no scenario defines are left out; an empty value beside others
            says that the event is not within the horizon, or that the scenario does not hold the ledger.
        """
        import pandas as pd

        parts = [self._rows(measure, years) for measure in self.measures]
        table = pd.concat(parts, ignore_index=True)
        for name in ("year", "horizon"):
            table[name] = table[name].astype("Int64")
        table["rank"] = table["rank"].astype("Int64")
        return table

    def map_table(self, year: int | None = None) -> pd.DataFrame:
        """Return one row a region, ready to be joined to a map by its code.

        Parameters
        ----------
        year : int, optional
            Year of yearly measures; the last by default.

        Returns
        -------
        pandas.DataFrame
            Columns region, name, name_zh, then ``scenario.measure.LEDGER`` and, of scenarios other than the baseline,
            the same with ``.difference``; horizons stand behind the measure, as in ``actuarial_balance_25``. Pools are
            left out: they have no area of their own.
        """
        codes = [code for code, (kind, _, _) in self.regions.items() if kind == "region"]
        columns: dict[str, Any] = {"region": codes}
        columns["name"] = [self.regions[code][1] for code in codes]
        columns["name_zh"] = [self.regions[code][2] for code in codes]
        for measure in self.measures:
            levels = self.levels[measure.name]
            if "region" not in levels.dims:
                continue
            for place, field, difference in self._fields(measure, year):
                for scenario in self.scenarios:
                    values = field.sel(scenario=scenario, region=codes).values
                    if np.isnan(values).all():
                        continue
                    columns[f"{scenario}.{place}"] = values
                    if scenario != self.baseline:
                        moved = difference.sel(scenario=scenario, region=codes).values
                        columns[f"{scenario}.{place}.difference"] = moved
        import pandas as pd

        return pd.DataFrame(columns)

    def _fields(self, measure: Measure, year: int | None) -> list[tuple[str, xr.DataArray, xr.DataArray]]:
        """Return name, levels and differences (scenario, region) of every ledger and horizon of a measure."""
        pairs = [(measure.name, self.levels[measure.name], self.differences(measure.name))]
        if "year" in pairs[0][1].dims:
            chosen = int(pairs[0][1].year.values[-1]) if year is None else year
            pairs = [(name, field.sel(year=chosen), moved.sel(year=chosen)) for name, field, moved in pairs]
        for axis, sign in (("horizon", "_"), ("ledger", ".")):
            if axis in pairs[0][1].dims:
                pairs = [
                    (f"{name}{sign}{member}", field.sel({axis: member}), moved.sel({axis: member}))
                    for name, field, moved in pairs
                    for member in field[axis].values.tolist()
                ]
        return pairs

    def _rows(self, measure: Measure, years: Sequence[int] | None) -> pd.DataFrame:
        import pandas as pd

        name = measure.name
        fields = dict(
            zip(VALUES, (self.level(name), self.differences(name), self.ratios(name), self.ranks(name)), strict=True)
        )
        if years is not None and "year" in fields["value"].dims:
            fields = {key: field.sel(year=list(years)) for key, field in fields.items()}
        axes = ["scenario", *(key for key in KEYS if key in fields["value"].dims)]
        ordered = {key: field.transpose(*axes) for key, field in fields.items()}
        level = ordered["value"]
        index = pd.MultiIndex.from_product([level[axis].values.tolist() for axis in axes], names=axes)
        rows = pd.DataFrame({key: field.values.ravel() for key, field in ordered.items()}, index=index).reset_index()
        shown = np.broadcast_to(self._is_defined(measure, level).values, level.shape).ravel()
        rows = rows[shown].assign(measure=name, unit=self.unit(measure))
        for key in KEYS:
            if key not in rows:
                rows[key] = "" if key in ("region", "ledger") else np.nan
        return rows[["scenario", *KEYS, *VALUES, "unit"]]

    def _is_defined(self, measure: Measure, level: xr.DataArray) -> xr.DataArray:
        """Return which cells have a row: those that any scenario defines; of events, where any keeps a reserve."""
        if measure.unit == "year":
            return self.keeps_reserve.any("scenario").transpose(*(axis for axis in level.dims if axis != "scenario"))
        return level.notnull().any("scenario")

    def unit(self, measure: Measure) -> str:
        """Return the unit of a measure in the prices of the comparison."""
        if measure.is_flow_of_money and self.prices == "real":
            return f"yuan of {self.base_year}"
        if measure.unit == "yuan" and self.prices == "gdp" and not measure.per_head:
            return "fraction of gross domestic product"
        return measure.unit


def compare(
    forecasts: Mapping[str, xr.Dataset],
    measures: Sequence[str] | None = None,
    baseline: str | None = None,
    *,
    prices: Prices = "nominal",
) -> Comparison:
    """Compare scenarios with a baseline by any measure.

    Parameters
    ----------
    forecasts : mapping of str to xarray.Dataset
        Forecasts in nominal yuan by name: a baseline and up to eight scenarios over the same years.
    measures : sequence of str, optional
        Names from `poolcast.outlook.catalogue_of_measures.MEASURES`; the headline by default, ``["all"]`` for all
        that the forecasts hold. Measures of birth cohorts need forecasts with the money by age.
    baseline : str, optional
        Name of the baseline; the first by default.
    prices : {"nominal", "real", "gdp"}
        How the money of years is expressed. Rates and present values always come from nominal flows.

    Returns
    -------
    Comparison
        Levels; differences, ratios and ranks are read from it.

    Raises
    ------
    ResultError
        Where a measure is unknown, or the forecasts cannot be compared.

    Examples
    --------
    >>> import poolcast
    >>> both = {name: poolcast.project("china", name) for name in ("baseline", "high_cost")}
    >>> comparison = poolcast.compare(both, ["reserve", "out_of_pocket_share"])
    >>> table = comparison.table(years=[2050])
    """
    first = next(iter(forecasts), "") if baseline is None else baseline
    _refuse_unlike(forecasts, first)
    names = (first, *(name for name in forecasts if name != first))
    chosen = chosen_measures(measures, by_age=all("benefits_by_age" in forecast for forecast in forecasts.values()))
    horizons = _horizons(forecasts[first])
    read: dict[str, list[xr.DataArray]] = {measure.name: [] for measure in chosen}
    keeps, lasting = [], []
    for name in names:
        forecast = forecasts[name]
        priced = in_prices(forecast, prices)
        keeps.append(forecast.reserve.notnull().any("year"))
        lasting.append(forecast.reserve.notnull().isel(year=-1, drop=True))
        with bills_split_once(forecast):
            for measure in chosen:
                read[measure.name].append(_level(measure, forecast, priced, horizons))
    axes = {axis: _union(forecasts[name][axis].values.tolist() for name in names) for axis in ("region", "ledger")}
    levels = {name: _stacked(values, names, axes) for name, values in read.items()}
    keeps_reserve, to_the_end = (_stacked(flags, names, axes) == 1 for flags in (keeps, lasting))
    base_year = int(forecasts[first].attrs["base_year"])
    return Comparison(first, names, levels, keeps_reserve, to_the_end, _regions(forecasts), base_year, prices)


def _level(measure: Measure, forecast: xr.Dataset, priced: xr.Dataset, horizons: Sequence[int]) -> xr.DataArray:
    """Return a measure of one forecast without its further coordinates; money of years in the prices asked for."""
    if measure.takes_horizon:
        fields = [measure.read(forecast, horizon) for horizon in horizons]
        values = np.stack([field.values for field in fields])
        found = xr.DataArray(values, coords={"horizon": list(horizons)}, dims=("horizon", *fields[0].dims))
        found = found.assign_coords({axis: forecast[axis].values for axis in fields[0].dims})
        if measure.unit == "yuan" and priced.attrs["prices"] == "gdp":
            found = found / forecast.gross_domestic_product.sel(year=int(forecast.attrs["base_year"]))
    elif measure.is_flow_of_money and measure.place.startswith("variable."):
        found = measure.read(priced)
    elif measure.is_flow_of_money:
        found = measure.read(forecast) * _deflator(forecast, priced.attrs["prices"], measure)
    else:
        found = measure.read(forecast)
    return found.drop_vars([name for name in found.coords if name not in found.dims])


def _deflator(forecast: xr.Dataset, prices: str, measure: Measure) -> xr.DataArray | float:
    factor: xr.DataArray | float = 1.0
    if prices == "real":
        factor = 1 / forecast.consumer_price_index
    elif prices == "gdp" and not measure.per_head:
        factor = 1 / forecast.gross_domestic_product
    return factor


def _horizons(forecast: xr.Dataset) -> list[int]:
    """Return the horizons of trust-fund reports that the projection reaches; all its years where it reaches none."""
    longest = longest_horizon(forecast)
    return [years for years in HORIZONS if years <= longest] or [longest]


def _stacked(values: Sequence[xr.DataArray], names: Sequence[str], axes: Mapping[str, list[Any]]) -> xr.DataArray:
    """Stack the arrays of the scenarios; regions and ledgers that one does not hold are NaN there."""
    wanted = {axis: members for axis, members in axes.items() if axis in values[0].dims}
    aligned = [array.astype(float).reindex(wanted) if _differs(array, wanted) else array for array in values]
    order = [axis for axis in ("horizon", "year", "region", "ledger") if axis in values[0].dims]
    data = np.stack([array.transpose(*order).values.astype(float) for array in aligned])
    coordinates = {axis: aligned[0][axis].values for axis in order}
    return xr.DataArray(data, coords={"scenario": list(names), **coordinates}, dims=("scenario", *order))


def _differs(array: xr.DataArray, wanted: Mapping[str, list[Any]]) -> bool:
    return any(array[axis].values.tolist() != members for axis, members in wanted.items())


def _union(lists: Any) -> list[Any]:
    return list(dict.fromkeys(member for members in lists for member in members))


def _regions(forecasts: Mapping[str, xr.Dataset]) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for forecast in forecasts.values():
        columns = (forecast[name].values.tolist() for name in ("region", "kind", "region_name", "region_name_zh"))
        for code, kind, english, chinese in zip(*columns, strict=True):
            found.setdefault(str(code), (str(kind), str(english), str(chinese)))
    return found


def _refuse_unlike(forecasts: Mapping[str, xr.Dataset], baseline: str) -> None:
    """Raise where there are too few or too many forecasts, or they do not speak of the same years in nominal yuan."""
    problems = []
    if not 2 <= len(forecasts) <= MOST:
        remedy = f"Name a baseline and up to {MOST - 1} scenarios."
        problems.append(Problem("compare", f"{len(forecasts)} forecasts", f"2 to {MOST}", remedy))
    if forecasts and baseline not in forecasts:
        remedy = did_you_mean(baseline, forecasts) or "Name one of the forecasts."
        problems.append(Problem("baseline", baseline, ", ".join(forecasts), remedy))
    if problems:
        raise ResultError(problems)
    for name, forecast in forecasts.items():
        for what, found, wanted in _unlike(forecast, forecasts[baseline]):
            remedy = "Project all scenarios over the same set and years, in one version and without paths."
            problems.append(Problem(f"forecast {name}", f"{what}: {found}", wanted, remedy))
    if problems:
        raise ResultError(problems)


def _unlike(forecast: xr.Dataset, baseline: xr.Dataset) -> list[tuple[str, str, str]]:
    def years(dataset: xr.Dataset) -> str:
        return f"{int(dataset.year[0])} to {int(dataset.year[-1])}"

    pairs = [
        ("base year", str(forecast.attrs["base_year"]), str(baseline.attrs["base_year"])),
        ("years", years(forecast), years(baseline)),
        ("prices", str(forecast.attrs["prices"]), "nominal"),
        ("paths", str(forecast.sizes.get("path", "none")), "none"),
    ]
    return [(what, found, wanted) for what, found, wanted in pairs if found != wanted]
