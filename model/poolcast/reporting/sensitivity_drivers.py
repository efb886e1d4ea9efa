"""Panels of what drives a measure: tornado, standard set, scenario by driver, Sobol indices, grid, value of pooling."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import xarray as xr

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import Scale, money_unit
from poolcast.reporting.sensitivity_figures import error_bars, tornado_bars
from poolcast.reporting.sensitivity_panels import (
    INDEX,
    Cell,
    Column,
    Panel,
    Subject,
    change_of,
    scale_for,
    style_of,
)
from poolcast.reporting.sensitivity_tables import RISK_WORDS
from poolcast.reporting.sensitivity_words import W
from poolcast.reporting.theme import SCENARIO_COLOURS

_SIDES = (("minus", Words("low side", "偏低")), ("plus", Words("high side", "偏高")))
_SIZES = (("tenth", Words("1 in 10", "十分之一")), ("deviation", Words("1 sd", "1 个标准差")))


def tornado_panels(subject: Subject) -> Iterator[Panel]:
    """Yield the tornado of each scenario, the standard set of the first, and all scenarios side by side."""
    data = subject.findings.datasets["tornado"]
    for name in data.scenario.values.tolist():
        yield _tornado(subject, data.sel(scenario=name), str(name))
    yield _standard(subject, subject.findings.datasets["standard"])
    if data.sizes["scenario"] > 1:
        yield _by_scenario(subject, data)


def _tornado(subject: Subject, data: xr.Dataset, name: str) -> Panel:
    style = style_of(data.attrs["unit"])
    risks = [RISK_WORDS[str(risk)] for risk in data.risk.values]
    low, high = (data["effect"].sel(size="tenth", side=side).values.tolist() for side, _ in _SIDES)
    scale = scale_for(style, [*low, *high])
    figure, height = tornado_bars(risks, low, high, scale)
    columns = [Column(W["risk"])]
    columns += [
        Column(Words(f"{size.en}, {side.en}", f"{size.zh}，{side.zh}"), change_of(style))
        for _, size in _SIZES
        for _, side in _SIDES
    ]
    columns.append(Column(Words("sd from it alone, first order", "单独引起的标准差（一阶）"), style))
    rows: list[list[Cell]] = []
    for number, risk in enumerate(risks):
        one = data.isel(risk=number)
        row: list[Cell] = [risk]
        row += [float(one["effect"].sel(size=size, side=side)) for size, _ in _SIZES for side, _ in _SIDES]
        rows.append([*row, float(one["first_order"])])
    base, title = scale.show(float(data["baseline"])), subject.title(name)
    top, next_to = risks[0], risks[min(1, len(risks) - 1)]
    return Panel(
        section="tornado",
        sheet="tornado",
        title=Words(f"Tornado: {subject.measured.en}, {title.en}", f"龙卷风图：{subject.measured.zh}，{title.zh}"),
        unit=unit_words(scale, style, subject),
        columns=columns,
        rows=rows,
        leads=[(W["scenario"], title), (W["measure"], subject.measured)],
        sentence=Words(
            f"Most of all: {top.en.lower()}, then {next_to.en.lower()}. Single run: {base}.",
            f"影响最大的是{top.zh}，其次是{next_to.zh}。单次推算为 {base}。",
        ),
        note=Words(
            "↓ ↑: the driver lies below, above its path, spread over the years as it moves the measure most; an "
            "epidemic: "
            "in the third year against none.",
            "↓ ↑ 指该因素低于、高于其路径，年度分布取影响最大者；疫情为第三年发生与不发生之比。",
        ),
        figure=figure,
        height=height,
        scenario=name,
        size="full",
        money=scale,
    )


def _standard(subject: Subject, data: xr.Dataset) -> Panel:
    style = style_of(data.attrs["unit"])
    labels = [Words(*pair) for pair in zip(data.label.values.tolist(), data.label_zh.values.tolist(), strict=True)]
    effects = data["effect"].values
    order = np.argsort(-np.nan_to_num(np.abs(effects), posinf=np.inf).max(axis=1), kind="stable").tolist()
    labels, effects = [labels[at] for at in order], effects[order]
    low, high = effects[:, 0].tolist(), effects[:, 1].tolist()
    scale = scale_for(style, effects.ravel().tolist())
    figure, height = tornado_bars(labels, low, high, scale)
    title = subject.title(data.attrs["scenario"])
    below, above = scale.show(low[0], sign=True), scale.show(high[0], sign=True)
    rows: list[list[Cell]] = [[label, *pair] for label, *pair in zip(labels, low, high, strict=True)]
    base = scale.show(float(data["baseline"]))
    return Panel(
        section="tornado",
        sheet="standard",
        title=Words(
            f"Standard sensitivities: {subject.measured.en}, {title.en}",
            f"标准敏感性：{subject.measured.zh}，{title.zh}",
        ),
        unit=unit_words(scale, style, subject),
        columns=[
            Column(Words("Sensitivity", "敏感性")),
            Column(Words("−", "−"), change_of(style)),
            Column(Words("+", "+"), change_of(style)),
        ],
        rows=rows,
        leads=[(W["scenario"], title), (W["measure"], subject.measured)],
        sentence=Words(
            f"The largest: {labels[0].en}, {below} or {above} on {base}.",
            f"最大的是{labels[0].zh}：在 {base} 上 {below} 或 {above}。",
        ),
        note=Words(
            "Every year after the base year is moved by the same step; the steps are not equally likely.",
            "基年之后每年变动同样幅度；各幅度的可能性并不相同。",
        ),
        figure=figure,
        height=height,
        size="full",
        money=scale,
    )


def _by_scenario(subject: Subject, data: xr.Dataset) -> Panel:
    """Compare, across scenarios, the standard deviation that each risk alone gives the measure."""
    style = style_of(data.attrs["unit"])
    names = [str(name) for name in data.scenario.values]
    kept = [number for number, risk in enumerate(data.risk.values) if risk != "epidemic"]
    risks = [RISK_WORDS[str(data.risk.values[number])] for number in kept]
    values = data["first_order"].values[:, kept]
    scale = scale_for(style, values.ravel().tolist())
    titles = [subject.title(name) for name in names]
    colours = [SCENARIO_COLOURS[at % len(SCENARIO_COLOURS)] for at in range(len(names))]
    none = [0.0] * len(risks)
    series = [(title, colour, row.tolist(), none) for title, colour, row in zip(titles, colours, values, strict=True)]
    figure, height = error_bars(risks, series, scale)
    change = values[1] - values[0]
    at = int(np.nanargmax(np.abs(change)))
    by = scale.show(float(change[at]), sign=True)
    return Panel(
        section="tornado",
        sheet="scenarios",
        title=Words(f"Scenario by driver: {subject.measured.en}", f"情景与风险：{subject.measured.zh}"),
        unit=unit_words(scale, style, subject),
        columns=[Column(W["risk"]), *(Column(title, style) for title in titles)],
        rows=[[risk, *column] for risk, column in zip(risks, values.T.tolist(), strict=True)],
        leads=[(W["measure"], subject.measured)],
        sentence=Words(
            f"Under {titles[1].en} the exposure changes most to {risks[at].en.lower()}: {by}.",
            f"在“{titles[1].zh}”下，对{risks[at].zh}的敞口变化最大：{by}。",
        ),
        note=Words(
            "Standard deviation of the measure from one risk alone, to first order; without the epidemic, which jumps.",
            "单项风险引起的指标标准差（一阶近似）；疫情为跳跃事件，不列。",
        ),
        figure=figure,
        height=height,
        keys=[(colour, "fill", title) for title, colour in zip(titles, colours, strict=True)],
        size="full",
        money=scale,
    )


def sobol_panel(subject: Subject) -> Panel:
    """Return the Sobol indices of the first scenario."""
    data = subject.findings.datasets["sobol"]
    risks = [RISK_WORDS[str(risk)] for risk in data.risk.values]
    names = (("first", Words("First order", "一阶指数"), "#134B7F"), ("total", Words("Total", "总指数"), "#8DB6DD"))
    found = {name: data[name].values.tolist() for name in ("first", "first_error", "total", "total_error")}
    series = [(words, colour, found[name], found[f"{name}_error"]) for name, words, colour in names]
    figure, height = error_bars(risks, series, INDEX)
    half = Words("± (95 %)", "±（95%）")
    columns = [Column(W["risk"])]
    for _, words, _ in names:
        columns += [Column(words, "index"), Column(half, "index")]
    rows: list[list[Cell]] = [
        [risk, *(found[name][number] for name in ("first", "first_error", "total", "total_error"))]
        for number, risk in enumerate(risks)
    ]
    title, paths = subject.title(data.attrs["scenario"]), f"{data.attrs['paths']:,}"
    rows_text = f"{data.attrs['rows']:,}"
    top = found["total"][0]
    if math.isfinite(top):
        sentence = Words(
            f"{risks[0].en} makes {100 * top:.0f} % of the variance, with its share in what risks make together "
            f"(± {100 * found['total_error'][0]:.0f} points).",
            f"{risks[0].zh}（含与其他风险的共同作用）占方差的 {100 * top:.0f}%（± "
            f"{100 * found['total_error'][0]:.0f} 个百分点）。",
        )
    else:
        sentence = Words("The measure does not vary.", "该指标没有变动。")
    return Panel(
        section="sobol",
        sheet="sobol",
        title=Words(f"{subject.measured.en}, {title.en}", f"{subject.measured.zh}，{title.zh}"),
        unit=INDEX.unit,
        columns=columns,
        rows=rows,
        leads=[(W["scenario"], title), (W["measure"], subject.measured)],
        sentence=sentence,
        note=Words(
            f"{rows_text} rows, {paths} paths, seed {data.attrs['seed']}; risks drawn independently.",
            f"{rows_text} 行，共 {paths} 条路径，随机种子 {data.attrs['seed']}；各风险独立抽样。",
        ),
        figure=figure,
        height=height,
        keys=[(colour, "fill", words) for _, words, colour in names],
        size="full",
    )


def unit_words(scale: Scale, style: str, subject: Subject) -> Words:
    """Return the unit of the measure in question."""
    if style == "money":
        return money_unit(scale, "nominal", subject.base_year)
    if scale.unit.en:
        return scale.unit
    unit = subject.findings.call.declared.unit
    return Words(unit, unit)
