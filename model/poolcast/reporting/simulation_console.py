"""The terminal's view of a simulation: by ledger the bands of reserve and months, and the chances of running short."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.reporting.console import simple_box
from poolcast.reporting.formats import MONTHS, NOT_DEFINED, WHOLE_PERCENT, Scale, money_scale, money_unit
from poolcast.reporting.words import LEDGER_NAMES
from poolcast.uncertainty.summary import event_distribution, probabilities, quantiles

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console
    from rich.table import Table

    from poolcast.uncertainty.simulate import Simulation

SHOWN = (0.05, 0.50, 0.95)
STEP = 5
_HEADINGS = {
    "year": Words("Year", "年份"),
    "reserve": Words("Reserve", "累计结余"),
    "months": Words("Months", "可支付月数"),
    "deficit": Words("Deficit", "收不抵支"),
    "exhausted": Words("Exhausted\nby then", "届时已\n耗尽"),
    "below_6": Words("Below 6\nmonths", "不足\n6个月"),
}
_CONDITION = Words(
    "Projections, not forecasts: bands hold under the law in force and the processes of the set; chances carry ± one "
    "standard error of the simulation.",
    "这是推算，不是预言：区间以现行政策和假设集中的随机过程为前提；概率后附模拟的一倍标准误。",
)


def print_simulation(
    console: Console, simulation: Simulation, language: str, regions: Sequence[str], ledgers: Sequence[str]
) -> None:
    """Print a table a scenario, region and ledger, and what the chances rest on.

    Parameters
    ----------
    console : Console
    simulation : Simulation
    language : {"en", "zh"}
    regions, ledgers : sequence of str
        Which to show; those without a reserve are passed over.
    """
    for scenario in simulation.scenarios:
        found = {
            "reserve": quantiles(simulation, scenario, "reserve"),
            "months": quantiles(simulation, scenario, "payable_months"),
        }
        chances = probabilities(simulation, scenario)
        exhaustion = event_distribution(simulation, scenario, "exhaustion")
        for region in regions:
            for ledger in ledgers:
                if not np.isfinite(found["reserve"]["mean"].sel(region=region, ledger=ledger)).any():
                    continue
                console.print(_table(simulation, scenario, found, chances, region, ledger, language))
                console.print(_never_line(simulation, exhaustion, region, ledger, language))
                console.print()
    console.print(_CONDITION.in_language(language), style="dim")


def _table(
    simulation: Simulation,
    scenario: str,
    found: dict[str, xr.Dataset],
    chances: xr.Dataset,
    region: str,
    ledger: str,
    language: str,
) -> Table:
    from rich.table import Table
    from rich.text import Text

    place = {"region": region, "ledger": ledger}
    reserve = found["reserve"]["quantile"].sel(place)
    scale = money_scale(reserve.values.ravel())
    base = simulation.job.baseline.base_year
    unit = money_unit(scale, "nominal", base).in_language(language)
    name = AXES["ledger"].member_labels_zh[ledger] if language == "zh" else LEDGER_NAMES[ledger]
    title = f"{scenario} · {ledger} {name} · {region} · {unit}"
    table = Table(title=Text(title, style="bold"), title_justify="left", header_style="bold", box=simple_box())

    def head(key: str) -> str:
        return _HEADINGS[key].in_language(language)

    table.add_column(head("year"))
    for key in ("reserve", "months"):
        for level in SHOWN:
            table.add_column(f"{head(key)}\n{round(100 * level)}%", justify="right", no_wrap=True)
    for key in ("deficit", "exhausted", "below_6"):
        table.add_column(head(key), justify="right", no_wrap=True)
    for year in shown_years(simulation):
        cells = [str(year)]
        for key, shown in (("reserve", scale), ("months", MONTHS)):
            values = found[key]["quantile"].sel({**place, "year": year})
            cells += [_shown(shown, float(values.sel(level=level)), key) for level in SHOWN]
        for key in ("deficit", "exhausted_by", "months_below_6"):
            value, error = (float(chances[name].sel({**place, "year": year})) for name in (key, f"{key}_error"))
            cells.append(chance_text(value, error))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def chance_text(value: float, error: float) -> str:
    """Return a probability with its standard error, in percent."""
    if not math.isfinite(value):
        return NOT_DEFINED
    if value in (0.0, 1.0):
        return WHOLE_PERCENT.show(value)
    digits = 0 if error >= 0.005 else 1
    shown = Scale(0.01, digits, Words("%", "%"), "%")
    return f"{shown.show(value)} ±{Scale(0.01, 1, Words('%', '%')).show(error)}"


def _shown(scale: Scale, value: float, key: str) -> str:
    if key == "months":
        return scale.show(max(value, 0.0)) if math.isfinite(value) else NOT_DEFINED
    return scale.show(value)


def shown_years(simulation: Simulation) -> list[int]:
    """Return the years that a summary shows: the first three, every fifth, the last."""
    base, last = simulation.job.baseline.base_year, simulation.job.baseline.last_year
    near = [base + 1, base + 2, base + 3]
    return sorted({*(year for year in near if year <= last), *range(base + STEP, last + 1, STEP), last})


def _never_line(simulation: Simulation, exhaustion: xr.Dataset, region: str, ledger: str, language: str) -> str:
    place = {"region": region, "ledger": ledger}
    never = float(exhaustion["never"].sel(place))
    error = float(exhaustion["never_error"].sel(place))
    years = exhaustion["probability"].sel(place)
    by_then = years.values.cumsum()
    half = next((int(year) for year, share in zip(years["year"].values, by_then, strict=True) if share >= 0.5), None)
    last = simulation.job.baseline.last_year
    if language == "zh":
        middle = f"半数路径在 {half} 年前耗尽；" if half else ""
        return f"  {middle}至 {last} 年不耗尽的概率 {chance_text(never, error)}"
    middle = f"half of the paths are exhausted by {half}; " if half else ""
    return f"  {middle}not exhausted by {last}: {chance_text(never, error)}"
