"""The tables below the fold of the page Uncertainty, and the files of its quantiles."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from poolcast.dashboard.context import Context
from poolcast.dashboard.uncertainty_panels import Futures, has_reserve, place_of
from poolcast.reporting.formats import MONTHS, money_scale_in, probability_text, range_text

if TYPE_CHECKING:
    import pandas as pd


def regions_table(futures: Futures) -> pd.DataFrame:
    """Return a row for each region and pool with this ledger: chances, years and months with their errors."""
    import pandas as pd

    here, bands, year = futures.here, futures.bands, futures.year
    rows = []
    for code in (*here.held.regions, *here.pools):
        if not has_reserve(futures.item, code, here.ledger):
            continue
        share, error = bands.probability("exhausted_by", code, here.ledger, year)
        below_3, _ = bands.probability("months_below_3", code, here.ledger, year)
        low, median, high = (
            bands.quantile("payable_months", level, code, here.ledger)[year] for level in (0.1, 0.5, 0.9)
        )
        ends = bands.event_years["exhaustion"].sel(region=code, ledger=here.ledger)
        years = [_year_words(here, float(ends.sel(level=level))) for level in (0.1, 0.5, 0.9)]
        rows.append(
            {
                here.t("bar.region"): here.say(here.held.name_of(code)),
                here.t("uncertainty.exhausted_by", year=year): probability_text(
                    share, bands.paths, error, here.language
                ),
                here.t("uncertainty.below_3_in", year=year): probability_text(below_3, bands.paths),
                here.t("uncertainty.median_year"): years[1],
                here.t("uncertainty.years_8"): years[0]
                if years[0] == years[2]
                else range_text(years[0], years[2], here.language),
                here.t("uncertainty.months_in", year=year): MONTHS.show(max(median, 0.0)),
                here.t("uncertainty.months_8", year=year): range_text(
                    MONTHS.show(max(low, 0.0)), MONTHS.show(max(high, 0.0)), here.language
                ),
                "_": -share,
            }
        )
    frame = pd.DataFrame(rows)
    return frame.sort_values("_", kind="stable").drop(columns="_") if len(frame) else frame


def _year_words(here: Context, year: float) -> str:
    return str(int(year)) if year <= here.last_year else here.t("c.after", year=here.last_year)


def tails_table(futures: Futures) -> pd.DataFrame:
    """Return value at risk and tail mean with their errors, of the scenario and the baseline."""
    import pandas as pd

    here = futures.here
    shown = [(futures.shown.title, futures.bands)]
    if futures.found.against is not None:
        shown.append((here.shown[0].title, futures.found.against))
    names = (
        "shortfall_value_at_risk",
        "shortfall_tail_mean",
        "largest_deficit_value_at_risk",
        "largest_deficit_tail_mean",
    )
    found = {title: bands.tails.sel(place_of(futures)) for title, bands in shown}
    scale = money_scale_in(here.view.unit, [float(tails[name]) for tails in found.values() for name in names])
    unit = here.say(scale.unit)
    rows: dict[str, list[object]] = {here.t("uncertainty.tail"): [here.t(f"tail.{name}") for name in names]}
    for title, tails in found.items():
        rows[f"{title} ({unit})"] = [scale.show(float(tails[name])) for name in names]
        rows[f"{title} ± ({unit})"] = [scale.show(1.96 * float(tails[f"{name}_error"])) for name in names]
    return pd.DataFrame(rows)


def quantiles_table(futures: Futures) -> pd.DataFrame:
    """Return the quantiles of every measure of the region and ledger in view: tidy, in yuan and months."""
    import pandas as pd

    here, rows = futures.here, []
    for measure, found in futures.bands.fans.items():
        chosen = found["quantile"].sel(place_of(futures))
        for year in chosen.year.values.tolist():
            values = chosen.sel(year=year)
            if all(math.isfinite(value) for value in values.values.tolist()):
                named = {f"{100 * float(level):g}%": float(values.sel(level=level)) for level in values.level.values}
                rows.append({here.t("uncertainty.measure"): measure, here.t("u.year"): int(year), **named})
    return pd.DataFrame(rows)


def quantiles_file(futures: Futures) -> bytes:
    """Return quantiles and probabilities of every region and ledger as NetCDF, in yuan and months."""
    import xarray as xr

    bands, here = futures.bands, futures.here
    parts = [
        found[["quantile", "quantile_error"]].rename(quantile=name, quantile_error=f"{name}_error")
        for name, found in bands.fans.items()
    ]
    joined = xr.merge([*parts, bands.probabilities], compat="override", join="outer")
    joined.attrs = {
        "set": here.view.set,
        "set_digest": here.loaded.content,
        "scenario": bands.scenario,
        "paths": bands.paths,
        "seed": bands.seed,
        "synthetic": int(here.held.synthetic),
    }
    for name in list(joined.coords):
        if joined[name].dtype.kind == "O":
            joined[name] = joined[name].astype(str)
    with tempfile.TemporaryDirectory(prefix="poolcast-quantiles-") as folder:
        place = Path(folder) / "quantiles.nc"
        joined.to_netcdf(place, engine="h5netcdf")
        return place.read_bytes()
