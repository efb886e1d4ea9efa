"""Panels of what drives a measure: tornado, standard set, scenario by driver, Sobol indices, grid, value of pooling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import MONTHS, PERCENT, Scale, money_scale, money_unit
from poolcast.reporting.sensitivity_figures import error_bars, number_grid, tornado_bars
from poolcast.reporting.sensitivity_panels import (
    INDEX,
    Cell,
    Column,
    Panel,
    Subject,
    ledger_words,
    scale_for,
    style_of,
)
from poolcast.reporting.sensitivity_tables import RISK_WORDS
from poolcast.reporting.sensitivity_words import W
from poolcast.reporting.theme import MUTED, SCENARIO_COLOURS

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
        Column(Words(f"{size.en}, {side.en}", f"{size.zh}，{side.zh}"), style)
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
        unit=_unit(scale, style, subject),
        columns=columns,
        rows=rows,
        leads=[(W["scenario"], title), (W["measure"], subject.measured)],
        sentence=Words(
            f"Most of all: {top.en.lower()}, then {next_to.en.lower()}. Single run: {base}.",
            f"影响最大的是{top.zh}，其次是{next_to.zh}。单次推算为 {base}。",
        ),
        note=Words(
            "↓ ↑: the driver lies below, above its path, spread over the years as it moves the measure most; an epidemic: "
            "in the third year against none.",
            "↓ ↑ 指该因素低于、高于其路径，年度分布取影响最大者；疫情为第三年发生与不发生之比。",
        ),
        figure=figure,
        height=height,
        scenario=name,
        wide=True,
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
    rows: list[list[Cell]] = [[label, *pair] for label, *pair in zip(labels, low, high, strict=True)]
    base = scale.show(float(data["baseline"]))
    return Panel(
        section="tornado",
        sheet="standard",
        title=Words(
            f"Standard sensitivities: {subject.measured.en}, {title.en}",
            f"标准敏感性：{subject.measured.zh}，{title.zh}",
        ),
        unit=_unit(scale, style, subject),
        columns=[
            Column(Words("Sensitivity", "敏感性")),
            Column(Words("−", "−"), style),
            Column(Words("+", "+"), style),
        ],
        rows=rows,
        leads=[(W["scenario"], title), (W["measure"], subject.measured)],
        sentence=Words(
            f"The largest: {labels[0].en}, {scale.show(low[0], sign=True)} or {scale.show(high[0], sign=True)} on {base}.",
            f"最大的是{labels[0].zh}：在 {base} 上 {scale.show(low[0], sign=True)} 或 {scale.show(high[0], sign=True)}。",
        ),
        note=Words(
            "Every year after the base year is moved by the same step; the steps are not equally likely.",
            "基年之后每年变动同样幅度；各幅度的可能性并不相同。",
        ),
        figure=figure,
        height=height,
        wide=True,
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
        unit=_unit(scale, style, subject),
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
        wide=True,
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
            f"{risks[0].zh}（含与其他风险的共同作用）占方差的 {100 * top:.0f}%（± {100 * found['total_error'][0]:.0f} 个百分点）。",
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
        wide=True,
    )


def grid_panels(subject: Subject) -> Iterator[Panel]:
    """Yield the grid that was asked for, or rate by year with the rate that so many months need."""
    datasets = subject.findings.datasets
    if "grid" in datasets:
        yield _grid(subject, datasets["grid"])
        return
    yield _rates(subject, datasets["rate_by_months"])
    yield _needed(subject, datasets["rate_by_months"])


def _rates(subject: Subject, data: xr.Dataset) -> Panel:
    rates, years = data.rate.values.tolist(), [int(year) for year in data.year.values]
    show = PERCENT if data.attrs["rate_unit"] == "fraction" else Scale(1.0, 3, Words("", ""))
    values = data["payable_months"].values.tolist()
    present = int(np.argmin(np.abs(data.rate.values - data.attrs["rate_present"])))
    figure, height = number_grid(
        [show.show(rate) for rate in rates], [str(year) for year in years], values, MONTHS, present=present
    )
    label, fund = _label(data, "rate"), ledger_words(data.attrs["ledger"])
    style = "rate" if show is PERCENT else "number"
    safe = next((rate for rate, row in zip(rates, values, strict=True) if row[-1] >= 6), None)
    lowest = show.show(safe) if safe is not None else ""
    some = Words(
        f"The lowest of these rates with 6 months or more in {years[-1]}: {lowest}.",
        f"{years[-1]} 年仍不少于 6 个月的最低费率（表中）：{lowest}。",
    )
    none = Words(
        f"None of these rates leaves 6 months in {years[-1]}.", f"表中没有费率能使 {years[-1]} 年保有 6 个月。"
    )
    return Panel(
        section="grid",
        sheet="grid",
        title=Words(
            f"{fund.en}: payable months by {label.en.lower()} and year", f"{fund.zh}：不同{label.zh}下各年可支付月数"
        ),
        unit=MONTHS.unit,
        columns=[Column(label, style), *(Column(Words(str(year), str(year)), "months") for year in years)],
        rows=[[rate, *row] for rate, row in zip(rates, values, strict=True)],
        leads=_grid_leads(subject, data),
        sentence=some if safe is not None else none,
        note=Words("Frame: the present rate. ✕: exhausted.", "框内为现行费率；✕ 为已耗尽。"),
        figure=figure,
        height=height,
    )


def _needed(subject: Subject, data: xr.Dataset) -> Panel:
    months, years = data.months.values.tolist(), [int(year) for year in data.year.values]
    style = "rate" if data.attrs["rate_unit"] == "fraction" else "number"
    label = _label(data, "rate")
    present = scale_for(style, []).show(float(data.attrs["rate_present"]))
    return Panel(
        section="grid",
        sheet="needed",
        title=Words(f"{label.en} that so many months need", f"达到目标月数所需的{label.zh}"),
        unit=PERCENT.unit if style == "rate" else Words(data.attrs["rate_unit"], data.attrs["rate_unit"]),
        columns=[
            Column(Words("Months", "月数"), "months"),
            *(Column(Words(str(year), str(year)), style) for year in years),
        ],
        rows=[[wanted, *row] for wanted, row in zip(months, data["rate_needed"].values.tolist(), strict=True)],
        leads=_grid_leads(subject, data),
        sentence=Words(
            f"At present {present}; a dash where no rate in its bounds does it.",
            f"现行 {present}；允许范围内无解处为短横。",
        ),
    )


def _grid(subject: Subject, data: xr.Dataset) -> Panel:
    style = style_of(data.attrs["unit"])
    values = data["value"].values.tolist()
    scale = scale_for(style, [value for row in values for value in row])
    shows = {
        axis: PERCENT if data.attrs[f"{axis}_unit"] == "fraction" else Scale(1.0, 3, Words("", ""))
        for axis in ("row", "column")
    }
    texts = {axis: [shows[axis].show(value) for value in data[axis].values.tolist()] for axis in shows}
    row_label, column_label = _label(data, "row"), _label(data, "column")
    present = np.flatnonzero(np.isclose(data.row.values, data.attrs["row_present"]))
    figure, height = number_grid(
        texts["row"], texts["column"], values, scale, present=int(present[0]) if len(present) else None
    )
    head = Words(f"{row_label.en} \\ {column_label.en}", f"{row_label.zh} \\ {column_label.zh}")
    row_style = "rate" if shows["row"] is PERCENT else "number"
    base = scale.show(float(data["baseline"]))
    return Panel(
        section="grid",
        sheet="grid",
        title=Words(
            f"{subject.measured.en} by {row_label.en.lower()} (rows) and {column_label.en.lower()} (columns)",
            f"{subject.measured.zh}：按{row_label.zh}（行）与{column_label.zh}（列）",
        ),
        unit=_unit(scale, style, subject),
        columns=[Column(head, row_style), *(Column(Words(text, text), style) for text in texts["column"])],
        rows=[[value, *row] for value, row in zip(data.row.values.tolist(), values, strict=True)],
        leads=[(W["scenario"], subject.title(data.attrs["scenario"])), (W["measure"], subject.measured)],
        sentence=Words(f"As things are: {base}.", f"现行取值下为 {base}。"),
        note=Words("Frame: the present row.", "框内为现行取值所在行。"),
        figure=figure,
        height=height,
        money=scale,
    )


def pooling_panels(subject: Subject) -> Iterator[Panel]:
    """Yield for each fund what regions need alone and what they need of a common ledger."""
    data = subject.findings.datasets.get("pooling")
    for ledger in data.ledger.values.tolist() if data is not None else ():
        yield _pooling(subject, data.sel(ledger=ledger), str(ledger))


def _pooling(subject: Subject, data: xr.Dataset, ledger: str) -> Panel:
    names = ("separate", "allocated", "saving", "expected", "diversification", "held")
    words = (
        Words("Alone", "单独持有"),
        Words("Share of the pool", "统筹后分摊"),
        Words("Saved", "节约"),
        Words("of it expected", "其中预期互补"),
        Words("of it risk", "其中风险分散"),
        Words("Held today", "现有结余"),
    )
    pooled = np.flatnonzero(data.pool_of.values != "")
    labels = [Words(*pair) for pair in zip(data.region_name.values, data.region_name_zh.values, strict=True)]
    scale = money_scale(np.concatenate([data[name].values for name in names]).tolist())
    members = [labels[at] for at in pooled]
    series = [
        (words[at], colour, data[name].values[pooled].tolist(), data[f"{name}_error"].values[pooled].tolist())
        for at, (name, colour) in enumerate((("separate", MUTED), ("allocated", "#148292")))
    ]
    figure, height = error_bars(members, series, scale)
    columns = [Column(W["region"])]
    for name, title in zip(names, words, strict=True):
        columns.append(Column(title, "money"))
        if f"{name}_error" in data:
            columns.append(Column(Words("±", "±"), "money"))
    rows = [_pooling_row(data.isel(region=at), labels[at], names, "") for at in range(len(labels))]
    english, chinese = [], []
    for number, code in enumerate(data.pool.values.tolist()):
        one, mine = data.isel(pool=number), data.isel(region=(data.pool_of == code).values)
        alone, kept = float(mine["separate"].sum()), float(mine["held"].sum())
        total = one.assign({"pool_allocated": one["pool_need"], "pool_allocated_error": one["pool_need_error"]}).assign(
            pool_separate=((), alone), pool_separate_error=((), math.nan), pool_held=((), kept)
        )
        name = Words(f"All members, {code}", f"成员合计（{code}）")
        rows.append(_pooling_row(total, name, names, "pool_"))
        need, saved = float(one["pool_need"]), float(one["pool_saving"])
        error, risk = float(one["pool_saving_error"]), float(one["pool_diversification"])
        figures = [scale.show(value) for value in (alone, need, saved, error, risk)]
        english.append(
            "Alone {} together, pooled {}: {} ± {} less, of which {} because shocks even out.".format(*figures)
        )
        chinese.append("各自合计 {}，统筹后 {}：少 {} ± {}，其中 {} 来自风险分散。".format(*figures))
    code_words = ledger_words(ledger)
    paths, seed = data.attrs["paths"], data.attrs["seed"]
    return Panel(
        section="pooling",
        sheet="pooling",
        title=Words(f"{code_words.en}: reserve needed", f"{code_words.zh}：所需结余"),
        unit=money_unit(scale, "nominal", subject.base_year),
        columns=columns,
        rows=rows,
        leads=[
            (W["scenario"], subject.findings.scenarios[0].title),
            (W["ledger"], Words(f"{ledger} {code_words.en}", f"{ledger} {code_words.zh}")),
        ],
        sentence=Words(" ".join(english), "".join(chinese)),
        note=Words(
            f"± and whiskers: one standard error; {paths:,} paths, seed {seed}.",
            f"± 与须线为一倍标准误；{paths:,} 条路径，随机种子 {seed}。",
        ),
        figure=figure,
        height=height,
        keys=[(colour, "fill", title) for title, colour, *_ in series],
        wide=True,
        money=scale,
    )


def _pooling_row(one: xr.Dataset, label: Words, names: Sequence[str], prefix: str) -> list[Cell]:
    row: list[Cell] = [label]
    for name in names:
        row.append(float(one[prefix + name]))
        if name not in ("expected", "held"):
            row.append(float(one[f"{prefix}{name}_error"]))
    return row


def _grid_leads(subject: Subject, data: xr.Dataset) -> list[tuple[Words, Words]]:
    region = data.attrs["region"]
    leads = [(W["scenario"], subject.title(data.attrs["scenario"])), (W["ledger"], ledger_words(data.attrs["ledger"]))]
    return leads + ([(W["region"], subject.regions.get(region, Words(region, region)))] if region else [])


def _label(data: xr.Dataset, axis: str) -> Words:
    return Words(data.attrs[f"{axis}_label"], data.attrs[f"{axis}_label_zh"])


def _unit(scale: Scale, style: str, subject: Subject) -> Words:
    if style == "money":
        return money_unit(scale, "nominal", subject.base_year)
    if scale.unit.en:
        return scale.unit
    unit = subject.findings.call.declared.unit
    return Words(unit, unit)
