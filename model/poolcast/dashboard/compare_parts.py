"""What the page Compare shows beside its lines: why scenarios differ, ranks, settings, tables, files."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from poolcast.dashboard.charts.scenario_lines import FLOWS, Drawn, measures_of, scale_of, values_of
from poolcast.dashboard.charts.waterfall import waterfall_figure
from poolcast.dashboard.context import Context
from poolcast.dashboard.headline_words import Values, change_text, sum_scale, title_of, value_text
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.takeaway import plain
from poolcast.dashboard.services.headline import KINDS
from poolcast.dashboard.services.projections import compared, waterfall
from poolcast.dashboard.services.settings import setting_rows
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.driver_groups import DRIVERS
from poolcast.outlook.explaining import Explanation
from poolcast.parameters.declarations import PARAMETERS
from poolcast.reporting.formats import MONTHS, NOT_DEFINED, PERCENT, Scale, money_scale, rounded
from poolcast.scenarios.catalogue import LEVERS

if TYPE_CHECKING:
    import pandas as pd


SMALLEST = 10_000.0
"""Yuan: parts that are all smaller are none, but what is left of sums of hundreds of billions."""


@dataclass(frozen=True)
class Why:
    """The parts of a difference, in yuan, and its total with a name."""

    parts: tuple[tuple[str, float], ...]
    total: tuple[str, float]


def why(here: Context, found: Explanation, by: str, year: int, measure: str = "reserve") -> Why | None:
    """Return why the focus differs from the baseline: by lever (of a single one by its parts), or by driver.

    None where it cannot be told, or where there is nothing of this ledger to tell.
    """
    place: dict[str, Any] = {"measure": measure, "region": here.region, "ledger": here.ledger, "year": year}
    by_driver = by == "driver"
    if not by_driver and len(found.levers) == 1 and len(found.levers[0][1].levers) == 1:
        rows = _of_one_lever(here, found, place)
    else:
        bars = waterfall(found, "driver" if by_driver else "lever", measure, here.region, here.ledger, year)
        rows = [(_name(here, bar.key, by_driver), bar.value) for bar in bars[:-1]]
    if not rows or not all(math.isfinite(value) for _, value in rows):
        return None
    largest = max((abs(value) for _, value in rows), default=0.0)
    if largest < SMALLEST:
        return None
    total = sum(value for _, value in rows)
    kept = [row for row in rows if abs(row[1]) > 1e-6 * largest] or rows[:1]
    return Why(tuple(kept), (here.t("compare.total"), total))


def _of_one_lever(here: Context, found: Explanation, place: Mapping[str, Any]) -> list[tuple[str, float]]:
    sign, one = found.levers[0]
    parts = one.parts.sel(approach="sequential", lever=one.levers[0]).sel(place)
    words = {
        "static": here.t("compare.part_static"),
        "behavioural": here.t("compare.part_behavioural"),
        "offset": here.t("compare.part_offset"),
        "interest": here.t("compare.part_interest"),
    }
    return [(words[name], sign * float(parts.sel(part=name))) for name in map(str, parts.part.values)]


def _name(here: Context, key: str, by_driver: bool) -> str:
    if by_driver:
        return here.say(DRIVERS[key])
    word = key.split(" ")[0]
    if word in LEVERS:
        return here.say(LEVERS[word].title)
    return here.say(PARAMETERS[word].label) if word in PARAMETERS else key


def why_scale(found: Why) -> Scale:
    """Return the unit of a waterfall."""
    return money_scale([*(value for _, value in found.parts), found.total[1]])


def why_figure(here: Context, found: Why, drawn: Drawn, year: int, measure: str = "reserve") -> dict[str, Any]:
    """Return the waterfall of the difference of a scenario, with the paired band of the total where it is known."""
    shown = drawn.shown
    return waterfall_figure(
        here,
        found.parts,
        found.total,
        why_scale(found),
        shown.colour,
        shown.text_colour,
        why_band(here, drawn, year, measure),
    )


def why_band(here: Context, drawn: Drawn, year: int, measure: str = "reserve") -> tuple[float, float] | None:
    """Return in which eight of ten simulated differences lie; None where that is not known."""
    paired = None if drawn.found is None else drawn.found.paired
    if paired is None or here.region not in paired.fans[measure].region.values:
        return None
    place = paired.fans[measure]["quantile"].sel(region=here.region, ledger=here.ledger, year=year)
    low, high = float(place.sel(level=0.1)), float(place.sel(level=0.9))
    return (low, high) if math.isfinite(low + high) else None


def why_table(here: Context, found: Why) -> pd.DataFrame:
    """Return the parts of a difference and their total."""
    import pandas as pd

    scale = why_scale(found)
    rows = [*found.parts, found.total]
    head = _headed(here, here.t("compare.effect"), scale)
    return pd.DataFrame(
        {
            here.t("compare.reason"): [name for name, _ in rows],
            head: [round(value / scale.divisor, max(scale.digits, 2)) for _, value in rows],
        }
    )


def _headed(here: Context, name: str, scale: Scale) -> str:
    unit = here.say(scale.unit)
    return f"{name}（{unit}）" if here.language == "zh" else f"{name} ({unit})"


def lines_table(here: Context, drawn: Sequence[Drawn], measure: str) -> pd.DataFrame:
    """Return the numbers of the figure by year, the differences from the first scenario, and the ends of the bands."""
    import pandas as pd

    scale = scale_of(here, drawn, measure, "level")
    digits = max(scale.digits, 2)
    frame: dict[str, Sequence[object]] = {here.t("u.year"): [str(year) for year in drawn[0].item.outcome.years]}
    names = ("revenue", "expenditure") if measure == FLOWS else (measure,)
    for name in names:
        label = here.say(MEASURES[name].label)
        base = values_of(here, drawn[0].item, name)
        for one in drawn:
            values = values_of(here, one.item, name)
            frame[_headed(here, f"{one.shown.title} · {label}", scale)] = [
                round(v / scale.divisor, digits) for v in values
            ]
        for one in drawn[1:]:
            values = values_of(here, one.item, name)
            moved = [round((v - b) / scale.divisor, digits) for v, b in zip(values, base, strict=True)]
            frame[_headed(here, f"Δ {one.shown.title} · {label}", scale)] = moved
        if measure != FLOWS:
            for head, ends in _band_ends(here, drawn, name).items():
                column = [
                    round(ends.get(year, math.nan) / scale.divisor, digits) for year in drawn[0].item.outcome.years
                ]
                frame[_headed(here, f"{head} · {label}", scale)] = column
    return pd.DataFrame(frame)


def _band_ends(here: Context, drawn: Sequence[Drawn], name: str) -> dict[str, dict[int, float]]:
    """Return by head and year the ends of the bands that are known: of levels and of differences, yuan or months."""
    found: dict[str, dict[int, float]] = {}
    floor = 0.0 if name == "payable_months" else -math.inf
    for one in drawn:
        bands = None if one.found is None else one.found.bands
        paired = None if one.found is None else one.found.paired
        for level, key in ((0.1, "forecast.low"), (0.9, "forecast.high")):
            if bands is not None and here.region in bands.fans[name].region.values:
                ends = bands.quantile(name, level, here.region, here.ledger)
                found[f"{one.shown.title} · {here.t(key)}"] = {year: max(end, floor) for year, end in ends.items()}
            if paired is not None and here.region in paired.fans[name].region.values:
                place = paired.fans[name]["quantile"].sel(level=level, region=here.region, ledger=here.ledger)
                ends = dict(zip(map(int, place.year.values.tolist()), place.values.tolist(), strict=True))
                found[f"Δ {one.shown.title} · {here.t(key)}"] = ends
    return found


RANKED = tuple(name for name, measure in MEASURES.items() if not measure.by_cohort and measure.unit != "month")
"""Measures by which scenarios can be ranked: all but those of a birth cohort, and months of events."""


def measure_scale(here: Context, name: str, values: Sequence[float]) -> Scale:
    """Return the unit in which a measure of the catalogue is shown."""
    measure = MEASURES[name]
    if measure.unit == "yuan":
        return money_scale(values)
    units = {
        "months": MONTHS,
        "fraction": PERCENT,
        "year": Scale(1.0, 0, MONTHS.unit.__class__("year", "年")),
        "persons": Scale(1e4, 1, MONTHS.unit.__class__("10k persons", "万人")),
    }
    return units.get(measure.unit, Scale(1.0, 3, MONTHS.unit.__class__("ratio", "比值")))


def rank_table(here: Context, drawn: Sequence[Drawn], name: str, year: int) -> pd.DataFrame:
    """Return the scenarios by a measure in the place in view: value, difference, rank (1 the best)."""
    import pandas as pd

    comparison = compared([one.item for one in drawn], [name])
    fields = [
        _placed(field, here.region, here.ledger, year)
        for field in (comparison.level(name), comparison.differences(name), comparison.ranks(name))
    ]
    values, moved, ranks = (field.sel(scenario=[one.item.name for one in drawn]).values.tolist() for field in fields)
    scale = measure_scale(here, name, values)
    order = sorted(range(len(drawn)), key=lambda at: (ranks[at] if math.isfinite(ranks[at]) else 99, at))
    return pd.DataFrame(
        {
            here.t("compare.rank_column"): [
                str(int(ranks[at])) if math.isfinite(ranks[at]) else NOT_DEFINED for at in order
            ],
            here.t("compare.scenario"): [drawn[at].shown.title for at in order],
            _headed(here, here.say(MEASURES[name].label), scale): [
                _cell(here, name, values[at], scale) for at in order
            ],
            here.t("c.difference"): [
                "" if drawn[at] is drawn[0] else _change_cell(name, moved[at], scale) for at in order
            ],
        }
    )


def region_table(here: Context, drawn: Sequence[Drawn], name: str, year: int) -> pd.DataFrame:
    """Return a measure of every scenario by region, the best scenario of each region named."""
    import pandas as pd

    comparison = compared([one.item for one in drawn], [name])
    level, ranks = comparison.level(name), comparison.ranks(name)
    codes = [code for code in here.held.regions if "region" in level.dims]
    frame: dict[str, list[str]] = {here.t("bar.region"): [here.say(here.held.name_of(code)) for code in codes]}
    columns = {
        one.item.name: [float(_placed(level, code, here.ledger, year).sel(scenario=one.item.name)) for code in codes]
        for one in drawn
    }
    scale = measure_scale(here, name, [value for column in columns.values() for value in column])
    for one in drawn:
        frame[_headed(here, one.shown.title, scale)] = [_cell(here, name, v, scale) for v in columns[one.item.name]]
    best = []
    for code in codes:
        places = {
            one.shown.title: float(_placed(ranks, code, here.ledger, year).sel(scenario=one.item.name)) for one in drawn
        }
        first = [title for title, rank in places.items() if rank == 1]
        best.append(here.t("compare.tied") if len(first) != 1 else first[0])
    frame[here.t("compare.best")] = best
    return pd.DataFrame(frame)


def _placed(field: Any, region: str, ledger: str, year: int) -> Any:
    """Return a field of a comparison at a place: the year in focus, of horizons the longest."""
    wanted = {"region": region, "ledger": ledger, "year": year}
    found = field.sel({axis: member for axis, member in wanted.items() if axis in field.dims})
    return found.isel(horizon=-1) if "horizon" in found.dims else found


def _cell(here: Context, name: str, value: float, scale: Scale) -> str:
    if MEASURES[name].unit == "year":
        return str(int(value)) if math.isfinite(value) else here.t("c.never", year=here.last_year)
    if MEASURES[name].unit == "months" and value < 0:
        value = 0.0  # what is lacking then is an amount, not a time
    return scale.show(value)


def _change_cell(name: str, value: float, scale: Scale) -> str:
    if not math.isfinite(value):
        return NOT_DEFINED
    return rounded(value, 0, sign=True) if MEASURES[name].unit == "year" else scale.show(value, sign=True)


def settings_table(here: Context, drawn: Sequence[Drawn]) -> pd.DataFrame:
    """Return what the scenarios set, side by side: a row for every lever or parameter that any of them changes."""
    import pandas as pd

    rows = setting_rows([one.item.scenario for one in drawn[1:]], here.loaded, here.language)
    frame: dict[str, list[str]] = {here.t("compare.setting"): [row.name for row in rows]}
    frame[here.t("baseline.name")] = ["—" for _ in rows]
    for number, one in enumerate(drawn[1:]):
        frame[one.shown.title] = [row.cells[number] or "—" for row in rows]
    return pd.DataFrame(frame)


def headline_table(here: Context, drawn: Sequence[Drawn], values: Values, year: int) -> pd.DataFrame:
    """Return the numbers of the headline cards."""
    import pandas as pd

    frame: dict[str, list[str]] = {here.t("compare.scenario"): [one.shown.title for one in drawn]}
    for kind in KINDS:
        if (known := values.get(kind)) is None:
            continue
        scale = sum_scale(known) if kind == "sum" else MONTHS
        title = _headed(here, title_of(here, kind, year), scale) if kind == "sum" else title_of(here, kind, year)
        frame[title] = [value_text(here, kind, value, scale) for value in known]
        frame[f"Δ {title}"] = [change_text(here, kind, value, known[0], scale) for value in known]
    return pd.DataFrame(frame)


def workbook(here: Context, drawn: Sequence[Drawn], values: Values, year: int, found: Why | None) -> bytes:
    """Return the comparison as a workbook: headline, years by measure, ranks, settings, reasons."""
    sheets = {here.t("compare.sheet_headline"): headline_table(here, drawn, values, year)}
    for name in measures_of(here, drawn[0].item):
        title = here.t("compare.flows") if name == FLOWS else here.say(MEASURES[name].label)
        sheets[title] = lines_table(here, drawn, name)
    if len(drawn) > 1:
        sheets[here.t("compare.settings")] = settings_table(here, drawn)
    if found is not None:
        sheets[here.t("compare.why")] = why_table(here, found)
    return files.as_xlsx(sheets, here)


def memo(here: Context, sentence: str, drawn: Sequence[Drawn], values: Values, year: int) -> str:
    """Return a paragraph for a memo: the sentence, the headline numbers, on what they rest."""
    lines, zh = [plain(sentence)], here.language == "zh"
    for number, one in enumerate(drawn):
        parts = []
        for kind in KINDS:
            if (known := values.get(kind)) is None:
                continue
            scale = sum_scale(known) if kind == "sum" else MONTHS
            text = value_text(here, kind, known[number], scale)
            moved = change_text(here, kind, known[number], known[0], scale)
            unit = "" if kind != "sum" else f" {here.say(scale.unit)}" if zh else f" ({here.say(scale.unit)})"
            shown = f"{text}{unit}" + (
                f"（{moved}）" if moved and here.language == "zh" else f" ({moved})" if moved else ""
            )
            parts.append(f"{title_of(here, kind, year)} {shown}")
        lines.append(
            here.t(
                "compare.memo_line",
                name=one.shown.title,
                numbers="；".join(parts) if here.language == "zh" else "; ".join(parts),
            )
        )
    basis = [*here.scope, here.say(here.held.title)]
    if here.held.synthetic:
        basis.append(here.t("bar.synthetic"))
    known_runs = next((one.found.bands.paths for one in drawn if one.found is not None), None)
    if known_runs:
        basis.append(here.t("forecast.runs", n=f"{known_runs:,}", seed=here.view.seed))
    lines.append(here.t("compare.memo_basis", basis=" · ".join(basis)))
    return ("" if here.language == "zh" else " ").join(lines)


def chart_set(here: Context, figures: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return figures as a ZIP of web pages that need nothing from anywhere."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (title, figure) in enumerate(figures.items(), start=1):
            packed.writestr(files.file_name(here, f"compare_{number}", "html"), files.as_page(figure, title, here))
    return stream.getvalue()
