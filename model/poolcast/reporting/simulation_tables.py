"""Tidy tables of a simulation: fans, probabilities, years of events, tails and differences, each with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from poolcast.uncertainty.summary import EVENTS, Workspace, event_distribution, probabilities, quantiles
from poolcast.uncertainty.tail_risk import tails

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

SUMMARISED = ("reserve", "payable_months")
NEVER = "not within the horizon"


def fans_table(simulation: Simulation) -> pd.DataFrame:
    """Return one row a scenario, measure, region, ledger and year: mean, quantiles and their sampling errors."""
    return _quantile_table(simulation, [(scenario, None) for scenario in simulation.scenarios])


def differences_table(simulation: Simulation) -> pd.DataFrame:
    """Return the same for every further scenario less the first, path by path; empty for one scenario."""
    first = simulation.scenarios[0]
    return _quantile_table(simulation, [(scenario, first) for scenario in simulation.scenarios[1:]])


def probabilities_table(simulation: Simulation) -> pd.DataFrame:
    """Return the probability of deficits, exhaustion and few months by year, and by the year or before."""
    import pandas as pd

    parts = []
    for scenario in simulation.scenarios:
        found = probabilities(simulation, scenario)
        for name in [str(key) for key in found.data_vars if not str(key).endswith(("_error", "_by"))]:
            columns = {
                "probability": found[name],
                "error": found[f"{name}_error"],
                "probability_by_then": found[f"{name}_by"],
                "error_by_then": found[f"{name}_by_error"],
            }
            frame = _frame(columns, "probability")
            frame.insert(0, "event", name)
            frame.insert(0, "scenario", scenario)
            parts.append(frame[frame["year"] > simulation.job.baseline.base_year])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def events_table(simulation: Simulation) -> pd.DataFrame:
    """Return how likely each event comes first in each year, and that it does not come within the horizon."""
    import pandas as pd

    parts = []
    for scenario in simulation.scenarios:
        for event in [name for name in EVENTS if name in simulation.layout.names]:
            found = event_distribution(simulation, scenario, event)
            dated = _frame({"probability": found["probability"], "error": found["error"]}, "probability")
            never = _frame({"probability": found["never"], "error": found["never_error"]}, "probability")
            never["year"] = NEVER
            frame = pd.concat([dated.astype({"year": object}), never], ignore_index=True)
            frame.insert(0, "event", event)
            frame.insert(0, "scenario", scenario)
            parts.append(frame)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def tails_table(simulation: Simulation) -> pd.DataFrame:
    """Return value at risk and tail means; empty where reserve or balance were not kept."""
    import pandas as pd

    if not {"reserve", "balance"} <= set(simulation.layout.names):
        return pd.DataFrame()
    parts = []
    for scenario in simulation.scenarios:
        found = tails(simulation, scenario)
        frame = _frame({str(name): found[name] for name in found.data_vars}, str(next(iter(found.data_vars))))
        frame.insert(0, "scenario", scenario)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def summary_of(
    tables: Mapping[str, pd.DataFrame], years: Sequence[int], regions: Sequence[str], ledgers: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Return the rows of all tables that a reader asks for first, with all their columns.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As `TABLES` makes them.
    years : sequence of int
        Years to keep; of events also that one does not come.
    regions, ledgers : sequence of str
        Which to keep.

    Returns
    -------
    dict of str to DataFrame
        Of fans and differences only reserve and payable months, where they are there.
    """
    return {name: _summary_of(table, years, regions, ledgers) for name, table in tables.items()}


def _summary_of(
    table: pd.DataFrame, years: Sequence[int], regions: Sequence[str], ledgers: Sequence[str]
) -> pd.DataFrame:
    wanted: dict[str, list[str | int]] = {
        "region": [*regions],
        "ledger": [*ledgers],
        "year": [*years, NEVER],
    }
    if "measure" in table and table["measure"].isin(SUMMARISED).any():
        wanted["measure"] = [*SUMMARISED]
    for column, members in wanted.items():
        if column in table:
            table = table[table[column].isin(members)]
    return table


TABLES = {
    "fans": fans_table,
    "differences": differences_table,
    "probabilities": probabilities_table,
    "events": events_table,
    "tails": tails_table,
}
"""File name of each table."""


def _quantile_table(simulation: Simulation, pairs: list[tuple[str, str | None]]) -> pd.DataFrame:
    import pandas as pd

    parts, workspace = [], Workspace()
    for scenario, against in pairs:
        for kept in simulation.layout.measures:
            if kept.measure.unit in ("year", "month"):
                continue
            found = quantiles(simulation, scenario, kept.name, against, workspace)
            columns = {
                "mean": found["mean"],
                "mean_error": found["mean_error"],
                "standard_deviation": found["standard_deviation"],
            }
            for level in found["level"].values:
                text = f"p{round(100 * float(level)):02d}"
                columns[text] = found["quantile"].sel(level=level, drop=True)
                columns[f"{text}_error"] = found["quantile_error"].sel(level=level, drop=True)
            frame = _frame(columns, "mean")
            frame.insert(0, "unit", kept.measure.unit)
            frame.insert(0, "measure", kept.name)
            if against is not None:
                frame.insert(0, "against", against)
            frame.insert(0, "scenario", scenario)
            parts.append(frame)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _frame(columns: dict[str, xr.DataArray], known: str) -> pd.DataFrame:
    """Return labelled arrays of the same axes as one table, without the rows where nothing is known."""
    import xarray as xr

    frame = xr.Dataset({name: array.reset_coords(drop=True) for name, array in columns.items()}).to_dataframe()
    return frame.dropna(subset=[known]).reset_index()
