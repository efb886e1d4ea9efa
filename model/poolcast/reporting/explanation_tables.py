"""Tables of an explanation for the terminal: reasons for change, by lever, by driver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.change_classes import CLASSES
from poolcast.outlook.driver_groups import DRIVERS
from poolcast.outlook.explaining_levers import PARTS
from poolcast.outlook.reasons import OPENING
from poolcast.parameters.declaration import Words
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES
from poolcast.reporting.formats import NOT_DEFINED, money_scale, money_unit
from poolcast.reporting.words import word

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console, Group

    from poolcast.outlook.explaining import Explanation

Array = NDArray[np.float64]

REASON_WORDS: dict[str, Words] = {
    OPENING: Words("Opening reserve", "期初结余"),
    **REVENUE_LINES,
    **EXPENDITURE_LINES,
}
_WORDS = {
    "reasons": Words("Reasons for change of the reserve", "累计结余变动原因"),
    "valuations": Words("Why the valuation changed: reserve", "评估结果变动原因:累计结余"),
    "levers": Words("Reserve by lever", "按政策工具分解的累计结余"),
    "drivers": Words("Reserve by driver", "按驱动因素分解的累计结余"),
    "total": Words("Total", "合计"),
    "static": Words("Static", "静态"),
    "behavioural": Words("Behaviour", "行为"),
    "offset": Words("Offsets", "其他待遇抵消"),
    "interest": Words("Interest", "利息"),
    "alone": Words("Alone", "单独实施"),
    "sequential": Words("In order", "按顺序"),
    "shapley": Words("Any order", "夏普利值"),
    "end": Words("{first} less {against}, 31 December {year}", "{first} 减 {against}，{year} 年末"),
    "note": Words(
        "Lines are added up from the end of {start}; expenditure with the sign of its effect on the reserve.",
        "各项自 {start} 年末起累计；支出按其对结余的影响计正负。",
    ),
}


def print_explanation(
    console: Console, found: Explanation, year: int, regions: Sequence[str], ledgers: Sequence[str], language: str
) -> None:
    """Print the tables of an explanation, one column a ledger or an approach.

    Parameters
    ----------
    console : Console
        Where to print.
    found : Explanation
        What to print.
    year : int
        Year end.
    regions, ledgers : sequence of str
        What to show.
    language : {"en", "zh"}
        Language of the words.
    """
    head = _WORDS["end"].in_language(language)
    console.print(head.format(first=found.first.name, against=found.against.name, year=year), style="bold")
    for region in regions:
        reasons = found.reasons.parts.sel(year=year, region=region, ledger=list(ledgers))
        held = [code for code in ledgers if np.isfinite(reasons.sel(ledger=code).values).any()]
        if not held:
            continue
        if found.valuations is not None:
            console.print(_valuations(found, year, region, held, language))
        console.print(_reasons(found, reasons.sel(ledger=held), region, language))
        moved = [code for code in held if np.nanmax(np.abs(reasons.sel(ledger=code).values)) > 0]
        for ledger in moved:
            for table in _shares(found, year, region, ledger, language):
                console.print(table)
    console.print(_WORDS["note"].in_language(language).format(start=found.reasons.start), style="dim")
    if any(int(case.forecast.attrs.get("synthetic", 0)) for case in (found.first, found.against)):
        console.print(word("synthetic", language), style="bold yellow")


def _valuations(found: Explanation, year: int, region: str, ledgers: Sequence[str], language: str) -> Group:
    """One row a class of change, all of them, also those in which nothing changed."""
    assert found.valuations is not None
    parts = found.valuations.parts.sel(measure="reserve", year=year, region=region, ledger=list(ledgers))
    values = parts.transpose("cause", "ledger").values
    rows = [(CLASSES[cause].in_language(language), values[at]) for at, cause in enumerate(parts.cause.values.tolist())]
    return _filled("valuations", region, ledgers, rows, found, language)


def _reasons(found: Explanation, parts: xr.DataArray, region: str, language: str) -> Group:
    ledgers = parts.ledger.values.tolist()
    values = parts.transpose("reason", "ledger").values
    rows = [
        (REASON_WORDS[reason].in_language(language), values[number])
        for number, reason in enumerate(parts.reason.values.tolist())
        if np.nanmax(np.abs(values[number])) > 0
    ]
    return _filled("reasons", region, ledgers, rows, found, language)


def _shares(found: Explanation, year: int, region: str, ledger: str, language: str) -> list[Group]:
    tables = []
    place = {"measure": "reserve", "year": year, "region": region, "ledger": ledger}
    rows = []
    for sign, explained in found.levers:
        if region not in explained.parts.region.values:
            continue
        approach = "shapley" if "shapley" in explained.parts.approach.values else "sequential"
        parts = sign * explained.parts.sel(place).transpose("approach", "lever", "part")
        for lever in explained.levers:
            of_lever = parts.sel(lever=lever)
            split = of_lever.sel(approach=approach).values
            alone = float(of_lever.sel(approach="alone").sum())
            rows.append((f"{'−' if sign < 0 else ''}{lever}", np.array([*split, split.sum(), alone])))
    if rows:
        columns = [_WORDS[name].in_language(language) for name in (*PARTS, "total", "alone")]
        tables.append(_filled("levers", f"{region} · {ledger}", columns, rows, found, language))
    if found.drivers is not None and region in found.drivers.parts.region.values:
        parts = found.drivers.parts.sel(place).transpose("driver", "approach")
        columns = [_WORDS[name].in_language(language) for name in parts.approach.values.tolist()]
        names = [DRIVERS[name].in_language(language) for name in found.drivers.drivers]
        tables.append(
            _filled(
                "drivers", f"{region} · {ledger}", columns, list(zip(names, parts.values, strict=True)), found, language
            )
        )
    return tables


def _filled(
    key: str,
    place: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Array]],
    found: Explanation,
    language: str,
) -> Group:
    """Return a title and a table of money whose last row is the sum of the others."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    total = np.sum([values for _, values in rows], axis=0) if rows else np.zeros(len(columns))
    scale = money_scale(float(value) for _, values in (*rows, ("", total)) for value in values)
    unit = money_unit(scale, "nominal", found.reasons.start).in_language(language)
    title = " · ".join((_WORDS[key].in_language(language), place, unit))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for number, (name, values) in enumerate((*rows, (_WORDS["total"].in_language(language), total))):
        cells = [scale.show(float(value), sign=True) if math.isfinite(value) else NOT_DEFINED for value in values]
        table.add_row(Text(name), *(Text(cell) for cell in cells), end_section=number == len(rows) - 1)
    return Group(Text(title, style="bold"), table)
