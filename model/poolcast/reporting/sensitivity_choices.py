"""Panels of choices: the two-way grid, the rate that so many months need, the value of pooling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import MONTHS, PERCENT, Scale, money_scale, money_unit
from poolcast.reporting.sensitivity_drivers import unit_words
from poolcast.reporting.sensitivity_figures import error_bars, number_grid
from poolcast.reporting.sensitivity_panels import (
    Cell,
    Column,
    Panel,
    Subject,
    ledger_words,
    scale_for,
    style_of,
)
from poolcast.reporting.sensitivity_words import W
from poolcast.reporting.theme import MUTED


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
        size="half",
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
        size="half",
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
        size="half",
        sheet="grid",
        title=Words(
            f"{subject.measured.en} by {row_label.en.lower()} (rows) and {column_label.en.lower()} (columns)",
            f"{subject.measured.zh}：按{row_label.zh}（行）与{column_label.zh}（列）",
        ),
        unit=unit_words(scale, style, subject),
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
    if data is None:
        return
    for ledger in data.ledger.values.tolist():
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
        together = Words(f"All members, {code}", f"成员合计（{code}）")
        rows.append(_pooling_row(total, together, names, "pool_"))
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
        size="full",
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
