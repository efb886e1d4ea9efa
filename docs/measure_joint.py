"""How the projection of `china` joins the accounts: growth before and after the base year, line by line.

python docs/measure_joint.py
"""

from __future__ import annotations

import pandas as pd
import xarray as xr

import poolcast
from poolcast.parameters.axes import CONTRIBUTING_STATUSES, EMPLOYEE_STATUSES, RESIDENT_STATUSES
from poolcast.parameters.reading import load_observations

PUBLISHED_MEMBERS = pd.DataFrame(
    {
        "contributing members": [26106.0, 26607.0, 27099.0, 27490.84],
        "retired members": [9324.0, 9636.0, 9996.0, 10457.50],
        "residents": [100866.0, 98349.0, 96294.0, 94713.73],
    },
    index=[2021, 2022, 2023, 2024],
)
"""Year ends, 10 thousand persons: NHSA bulletins of 2021, 2023 and 2024; 2022 news of the bulletin, with the split of
its employees from the quick report."""

PUBLISHED_SCHEME = pd.DataFrame(
    {
        "employee scheme revenue (EPF + EPA)": [19003.10, 20793.27],
        "employee scheme expenditure (EPF + EPA)": [14746.73, 15243.80],
    },
    index=[2021, 2022],
)
"""100 million yuan: NHSA bulletin of 2021, news of the bulletin of 2022; the two ledgers were not printed apart."""

LINES = (
    "contributing members",
    "retired members",
    "residents",
    "EPF revenue",
    "EPF expenditure",
    "EPA revenue",
    "EPA expenditure",
    "employee scheme revenue (EPF + EPA)",
    "employee scheme expenditure (EPF + EPA)",
    "RPF revenue",
    "RPF expenditure",
    "LTCI revenue",
    "LTCI expenditure",
    "MAF expenditure",
    "EPF expenditure per member",
    "RPF expenditure per resident",
    "average wage",
)


def levels(first: int = 2021, last: int = 2031, set_name: str = "china") -> pd.DataFrame:
    """Return levels by year: as published before the base year, as projected from it on.

    Money in 100 million yuan, people in 10 thousand, amounts per member in yuan per mean member of two year ends.
    """
    forecast = poolcast.project(set_name).isel(region=0)
    return pd.concat([_history(first, set_name), _projection(forecast)]).loc[first:last, list(LINES)]


def _history(first: int, set_name: str) -> pd.DataFrame:
    table = pd.DataFrame(index=range(first, 2025)).join(PUBLISHED_MEMBERS).join(PUBLISHED_SCHEME)
    for side in ("revenue", "expenditure"):
        given = load_observations(set_name, f"accounts.{side}").pivot(index="year", columns="ledger", values="value")
        for ledger in ("EPF", "EPA", "RPF", "LTCI", "MAF"):
            if ledger in given:
                table[f"{ledger} {side}"] = given[ledger] / 1e8
        sums = table[f"EPF {side}"] + table[f"EPA {side}"]
        name = f"employee scheme {side} (EPF + EPA)"
        table[name] = table[name].fillna(sums)
    wages = load_observations(set_name, "economy.average_wage").set_index("year")["value"]
    table["average wage"] = wages
    employees = table["contributing members"] + table["retired members"]
    for ledger, heads, who in (("EPF", employees, "member"), ("RPF", table["residents"], "resident")):
        table[f"{ledger} expenditure per {who}"] = table[f"{ledger} expenditure"] / (heads + heads.shift()) * 2e4
    return table


def _projection(forecast: xr.Dataset) -> pd.DataFrame:
    members, average = forecast.members.to_pandas() / 1e4, forecast.average_members.to_pandas()
    table = pd.DataFrame(
        {
            "contributing members": members[list(CONTRIBUTING_STATUSES)].sum(axis=1),
            "retired members": members["retired"],
            "residents": members[list(RESIDENT_STATUSES)].sum(axis=1),
            "average wage": forecast.average_wage.to_pandas(),
        }
    )
    for side in ("revenue", "expenditure"):
        for ledger in ("EPF", "EPA", "RPF", "LTCI", "MAF"):
            table[f"{ledger} {side}"] = forecast[side].sel(ledger=ledger).to_pandas() / 1e8
        table[f"employee scheme {side} (EPF + EPA)"] = table[f"EPF {side}"] + table[f"EPA {side}"]
    for ledger, statuses, who in (("EPF", EMPLOYEE_STATUSES, "member"), ("RPF", RESIDENT_STATUSES, "resident")):
        heads = average[list(statuses)].sum(axis=1)
        table[f"{ledger} expenditure per {who}"] = table[f"{ledger} expenditure"] * 1e8 / heads
    return table


def growth_table(first: int = 2022, last: int = 2031) -> list[str]:
    """Return growth by year in percent as a Markdown table; history in italics."""
    growth = levels(first - 1, last).pct_change(fill_method=None).loc[first:] * 100
    rows = [_row("growth, %", [str(year) for year in growth.index]), _row("---", ["---:"] * len(growth.index))]
    for line in LINES:
        cells = ["" if pd.isna(value) else f"{value:.2f}" for value in growth[line]]
        rows.append(_row(line, [f"*{c}*" if c and y <= 2025 else c for c, y in zip(cells, growth.index, strict=True)]))
    return rows


def trend_table() -> list[str]:
    """Return mean yearly growth of the last published years and of the first five projected ones."""
    table = levels(2021, 2030)
    rows = [
        _row("mean growth a year, %", ["accounts", "years", "2025-2030", "difference, points"]),
        _row("---", ["---:", "---", "---:", "---:"]),
    ]
    for line in LINES:
        known = table.loc[:2025, line].dropna()
        past = 100 * ((known.iloc[-1] / known.iloc[0]) ** (1 / (len(known) - 1)) - 1)
        coming = 100 * ((table.loc[2030, line] / table.loc[2025, line]) ** (1 / 5) - 1)
        years = f"{known.index[0]}-{known.index[-1]}"
        rows.append(_row(line, [f"{past:.2f}", years, f"{coming:.2f}", f"{coming - past:+.2f}"]))
    return rows


def long_run_table(years: tuple[int, ...] = (2025, 2030, 2035, 2040, 2045, 2050, 2055, 2060)) -> list[str]:
    """Return the long run of both shipped scenarios as a Markdown table."""
    runs = {name: poolcast.project("china", name).isel(region=0) for name in ("baseline", "high_cost")}
    rows = [_row("long run", [str(year) for year in years]), _row("---", ["---:"] * len(years))]
    base = runs["baseline"].sel(year=list(years))
    rows.append(_row("contributors per retired member", [f"{value:.2f}" for value in base.dependency_ratio.values]))
    rows.append(_row("EPF income rate, % of bases", [f"{100 * value:.2f}" for value in base.income_rate.values]))
    for name, run in runs.items():
        chosen = run.sel(year=list(years))
        rows.append(
            _row(f"EPF cost rate, % of bases, {name}", [f"{100 * value:.2f}" for value in chosen.cost_rate.values])
        )
        for ledger in ("EPF", "RPF"):
            months = chosen.payable_months.sel(ledger=ledger).values
            rows.append(_row(f"{ledger} payable months, {name}", [f"{value:.1f}" for value in months]))
    return rows


def deficit_table() -> list[str]:
    """Return the years of first deficit and of exhaustion of both shipped scenarios."""
    rows = [
        _row("scenario, ledger", ["first deficit before interest", "first deficit", "exhausted"]),
        _row("---", ["---:"] * 3),
    ]
    for name in ("baseline", "high_cost"):
        run = poolcast.project("china", name)
        measures = [poolcast.first_deficit_before_interest(run), poolcast.first_deficit(run), poolcast.exhaustion(run)]
        for ledger in ("EPF", "RPF", "LTCI"):
            found = [float(measure.isel(region=0).sel(ledger=ledger)) for measure in measures]
            rows.append(_row(f"{name}, {ledger}", ["not by 2060" if y != y else f"{y:.0f}" for y in found]))
    return rows


def _row(first: str, cells: list[str]) -> str:
    return "| " + " | ".join([first, *cells]) + " |"


if __name__ == "__main__":
    for part in (growth_table, trend_table, long_run_table, deficit_table):
        print("\n".join(part()), end="\n\n")
