"""Tables of sensitivities for the terminal: tornado, standard set, grids, Sobol indices, value of pooling."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import MONTHS, NOT_DEFINED, PERCENT, Scale, money_scale
from poolcast.reporting.words import word

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console
    from rich.table import Table

RISK_WORDS: dict[str, Words] = {
    **{
        name: Words(name.replace("_", " ").capitalize(), AXES["driver"].member_labels_zh[name])
        for name in AXES["driver"].members
    },
    "epidemic": Words("Epidemic", "疫情"),
    "cost_level": Words("Level of cost", "费用水平"),
    "elasticities": Words("Elasticities", "需求弹性"),
    "policy": Words("Late or weak reforms", "改革推迟或减效"),
}
"""Names of risks in both languages."""

_WORDS = {
    "tornado": Words("{measure}, {scenario}: one risk at a time", "{measure}，{scenario}：逐项风险"),
    "standard": Words("{measure}, {scenario}: standard sensitivities", "{measure}，{scenario}：标准敏感性"),
    "grid": Words("{measure}, {scenario}", "{measure},{scenario}"),
    "rates": Words("Payable months of {ledger}, {scenario}", "{ledger} 可支付月数，{scenario}"),
    "needed": Words("{rate} that so many months need", "达到目标月数所需的 {rate}"),
    "sobol": Words("{measure}, {scenario}: parts of the variance", "{measure}，{scenario}：方差分解"),
    "pooling": Words(
        "{ledger}: reserve needed for P(exhausted within {horizon} years) <= {probability}",
        "{ledger}：{horizon} 年内耗尽概率不超过 {probability} 所需结余",
    ),
    "risk": Words("Risk", "风险"),
    "deviation": Words("1 sd", "1 个标准差"),
    "tenth": Words("10/90 %", "10/90%"),
    "sensitivity": Words("Sensitivity", "敏感性"),
    "baseline": Words("Baseline {value}", "基准 {value}"),
    "first": Words("First order", "一阶指数"),
    "total": Words("Total", "总指数"),
    "months": Words("Months", "月数"),
    "separate": Words("Alone", "单独"),
    "allocated": Words("Share of the pool", "分摊"),
    "saving": Words("Saved", "节约"),
    "expected": Words("of it expected", "其中预期互补"),
    "diversification": Words("of it risk", "其中风险分散"),
    "held": Words("Held", "现有结余"),
    "all": Words("All members", "合计"),
    "tornado_note": Words(
        "Effect on the measure; each risk moved by itself, in the direction of its steepest effect; an epidemic in the "
        "third year against none.",
        "对指标的影响；每次只变动一项风险，取影响最大的方向；疫情为第三年发生与不发生之比。",
    ),
    "sobol_note": Words(
        "± half the width of the 95 % interval; risks drawn without correlation; {paths} paths, seed {seed}.",
        "± 为 95% 区间半宽；各风险独立抽样；共 {paths} 条路径，随机种子 {seed}。",
    ),
    "pooling_note": Words(
        "± one standard error; {paths} paths, seed {seed}; shared out by contribution bases.",
        "± 为一个标准误；共 {paths} 条路径，随机种子 {seed}；按缴费基数分摊。",
    ),
}


def print_sensitivities(console: Console, found: Mapping[str, xr.Dataset], language: str, *, synthetic: bool) -> None:
    """Print every dataset of `poolcast.uncertainty.analyses.sensitivity` as a table.

    Parameters
    ----------
    console : Console
    found : mapping of str to Dataset
    language : {"en", "zh"}
    synthetic : bool
        Whether to say that the set describes no real region.
    """
    printers: dict[str, Callable[[Console, xr.Dataset, str], None]] = {
        "tornado": _tornado,
        "standard": _standard,
        "grid": _grid,
        "rate_by_months": _rates,
        "sobol": _sobol,
        "pooling": _pooling,
    }
    for name, dataset in found.items():
        printers[name](console, dataset, language)
    console.print(word("statement", language), style="dim")
    if synthetic:
        console.print(word("synthetic", language), style="bold yellow")


def risk_word(name: str, language: str) -> str:
    """Return the name of a risk for readers."""
    return RISK_WORDS[name].in_language(language)


def scale_of(unit: str, values: Sequence[float]) -> Scale:
    """Return how values of a unit are shown."""
    if unit == "yuan":
        return money_scale(values)
    if unit == "months":
        return MONTHS
    if unit == "fraction":
        return PERCENT
    if unit in ("year", "month"):
        return Scale(1.0, 0, Words("year", "年") if unit == "year" else Words("month", "月"))
    return Scale(1.0, 4, Words(unit, unit))


def _tornado(console: Console, dataset: xr.Dataset, language: str) -> None:
    unit, event = dataset.attrs["unit"], dataset.attrs["unit"] == "year" and "year=" not in dataset.attrs["measure"]
    shown = dataset["value"] if event else dataset["effect"]
    scale = scale_of(unit, shown.values.ravel().tolist())
    for number, scenario in enumerate(dataset.scenario.values.tolist()):
        one = dataset.isel(scenario=number)
        _title(console, "tornado", language, scale, measure=dataset.attrs["measure"], scenario=scenario)
        heads = [
            f"{'−' if side == 'minus' else '+'} {_say(size, language)}"
            for size in ("deviation", "tenth")
            for side in ("minus", "plus")
        ]
        table = _table(_say("risk", language), heads)
        for risk in one.risk.values.tolist():
            cells = [
                float(shown.isel(scenario=number).sel(risk=risk, size=size, side=side))
                for size in ("deviation", "tenth")
                for side in ("minus", "plus")
            ]
            table.add_row(risk_word(risk, language), *(scale.show(cell, sign=not event) for cell in cells))
        console.print(table)
        console.print(_baseline(one, scale, language), style="dim")
    console.print(_say("tornado_note", language), style="dim")


def _standard(console: Console, dataset: xr.Dataset, language: str) -> None:
    event = dataset.attrs["unit"] == "year" and "year=" not in dataset.attrs["measure"]
    shown = dataset["value"] if event else dataset["effect"]
    scale = scale_of(dataset.attrs["unit"], shown.values.ravel().tolist())
    measure, scenario = dataset.attrs["measure"], dataset.attrs["scenario"]
    _title(console, "standard", language, scale, measure=measure, scenario=scenario)
    table = _table(_say("sensitivity", language), ["−", "+"])
    labels = dataset.label_zh if language == "zh" else dataset.label
    for label, values in zip(labels.values.tolist(), shown.values.tolist(), strict=True):
        table.add_row(label, *(scale.show(value, sign=not event) for value in values))
    console.print(table)
    console.print(_baseline(dataset, scale, language), style="dim")


def _grid(console: Console, dataset: xr.Dataset, language: str) -> None:
    attributes = dataset.attrs
    scale = scale_of(attributes["unit"], dataset["value"].values.ravel().tolist())
    _title(console, "grid", language, scale, measure=attributes["measure"], scenario=attributes["scenario"])
    corner = f"{attributes['row']} \\ {attributes['column']}"
    table = _table(corner, [f"{value:g}" for value in dataset.column.values])
    for value, row in zip(dataset.row.values.tolist(), dataset["value"].values.tolist(), strict=True):
        table.add_row(f"{value:g}", *(scale.show(cell) for cell in row))
    console.print(table)
    console.print(_baseline(dataset, scale, language), style="dim")


def _rates(console: Console, dataset: xr.Dataset, language: str) -> None:
    attributes, years = dataset.attrs, [str(year) for year in dataset.year.values.tolist()]
    ledger = f"{attributes['ledger']} {attributes['region']}".strip()
    _title(console, "rates", language, MONTHS, ledger=ledger, scenario=attributes["scenario"])
    table = _table(attributes["rate"], years)
    for rate, row in zip(dataset.rate.values.tolist(), dataset.payable_months.values.tolist(), strict=True):
        table.add_row(f"{rate:.4g}", *(MONTHS.show(cell) for cell in row))
    console.print(table)
    console.print(_say("needed", language).format(rate=attributes["rate"]), style="bold", markup=False)
    table = _table(_say("months", language), years)
    for months, row in zip(dataset.months.values.tolist(), dataset.rate_needed.values.tolist(), strict=True):
        table.add_row(f"{months:g}", *(f"{cell:.4f}" if math.isfinite(cell) else NOT_DEFINED for cell in row))
    console.print(table)


def _sobol(console: Console, dataset: xr.Dataset, language: str) -> None:
    attributes = dataset.attrs
    heading = _say("sobol", language).format(measure=attributes["measure"], scenario=attributes["scenario"])
    console.print(heading, style="bold", markup=False)
    table = _table(_say("risk", language), [_say("first", language), _say("total", language)])
    for number, risk in enumerate(dataset.risk.values.tolist()):
        one = dataset.isel(risk=number)
        cells = [_with_error(float(one[name]), float(one[f"{name}_error"])) for name in ("first", "total")]
        table.add_row(risk_word(risk, language), *cells)
    console.print(table)
    note = _say("sobol_note", language).format(paths=f"{attributes['paths']:,}", seed=attributes["seed"])
    console.print(note, style="dim")


def _pooling(console: Console, dataset: xr.Dataset, language: str) -> None:
    attributes = dataset.attrs
    names = ("separate", "allocated", "saving", "expected", "diversification", "held")
    region_names = (dataset.region_name_zh if language == "zh" else dataset.region_name).values.tolist()
    for ledger in dataset.ledger.values.tolist():
        one = dataset.sel(ledger=ledger)
        scale = money_scale(np.concatenate([one[name].values for name in names]).tolist())
        told = {key: attributes[key] for key in ("horizon", "probability")}
        _title(console, "pooling", language, scale, ledger=ledger, **told)
        table = _table(word("region", language), [_say(name, language) for name in names])
        for number, name in enumerate(region_names):
            cells = [_money(one, key, number, scale, "region") for key in names]
            table.add_row(name, *cells)
        for number, pool in enumerate(dataset.pool.values.tolist()):
            members = one.isel(region=(dataset.pool_of == pool).values)
            alone, held = (scale.show(float(members[key].sum())) for key in ("separate", "held"))
            cells = [_money(one, f"pool_{key}", number, scale, "pool") for key in ("need", *names[2:5])]
            table.add_row(f"{_say('all', language)} {pool}", alone, *cells, held, style="bold")
        console.print(table)
    note = _say("pooling_note", language).format(paths=f"{attributes['paths']:,}", seed=attributes["seed"])
    console.print(note, style="dim")


def _money(dataset: xr.Dataset, name: str, number: int, scale: Scale, axis: str) -> str:
    value = float(dataset[name].isel({axis: number}))
    text = scale.show(value)
    error = f"{name}_error"
    if error in dataset and math.isfinite(value):
        text += f" ± {scale.show(float(dataset[error].isel({axis: number})))}"
    return text


def _with_error(value: float, error: float) -> str:
    return f"{value:.3f} ± {error:.3f}" if math.isfinite(value) else NOT_DEFINED


def _baseline(dataset: xr.Dataset, scale: Scale, language: str) -> str:
    return _say("baseline", language).format(value=scale.show(float(dataset["baseline"])))


def _say(key: str, language: str) -> str:
    return _WORDS[key].in_language(language)


def _title(console: Console, key: str, language: str, scale: Scale, **told: object) -> None:
    unit = scale.unit.in_language(language)
    console.print(f"{_say(key, language).format(**told)} · {unit}", style="bold", markup=False)


def _table(first: str, heads: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    table.add_column(Text(first), no_wrap=True)
    for head in heads:
        table.add_column(Text(head), justify="right", no_wrap=True)
    return table
