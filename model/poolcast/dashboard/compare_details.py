"""What stands around the charts of the page Compare: choices, reasons, ranks, settings, downloads, empty states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from poolcast.dashboard import compare_parts, session
from poolcast.dashboard.charts.scenario_lines import FLOWS, Drawn, Kind, measures_of, scenario_lines
from poolcast.dashboard.context import DRAFT, Context
from poolcast.dashboard.headline_words import Values
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.chart_card import Height, chart_card, show_table
from poolcast.dashboard.parts.problems import guarded, problem_list
from poolcast.dashboard.parts.tone import literal, safe
from poolcast.dashboard.services import library, waiting
from poolcast.dashboard.state import MAX_SCENARIOS
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.explaining import Explanation
from poolcast.parameters.errors import PoolcastError
from poolcast.reporting.formats import range_text

Seen = Callable[[], tuple[list[Drawn], Values, str]]
TALL: Height = "below_cards"
OFFERED = ("outpatient_pooling_extended", "financing_package")
"""Scenarios of the library that are offered where none is picked."""
USUAL_YEARS = 15


def year_in_focus(here: Context) -> int:
    """Return the year in focus: the one in view, or fifteen years after the base year."""
    return here.view.year or min(here.held.base_year + USUAL_YEARS, here.last_year)


def controls(here: Context, year: int) -> None:
    """Draw year in focus, last year and unit of money, behind a button."""
    base, longest = here.held.base_year, here.held.longest
    ends = sorted({end for end in range(base + 1, longest + 1) if end % 5 == 0} | {here.last_year, longest})
    box = st.popover(here.t("forecast.settings"), icon=":material/tune:", key="compare_settings", on_change="rerun")
    if not box.open:
        return
    with box:
        st.selectbox(
            here.t("compare.year"),
            list(range(base + 1, here.last_year + 1)),
            **session.bound("compare_year", year, lambda chosen: session.change(year=chosen)),
        )
        st.selectbox(
            here.t("forecast.to"),
            ends,
            disabled=not here.loaded.is_named,
            **session.bound("compare_to", here.last_year, partial(_change_end, here)),
        )
        st.selectbox(
            here.t("forecast.unit_label"),
            ["auto", "yi", "wan", "yuan"],
            format_func=lambda unit: here.t(f"money_unit.{unit}"),
            **session.bound("compare_unit", here.view.unit, lambda chosen: session.change(unit=chosen)),
        )


def _change_end(here: Context, chosen: int) -> None:
    """Project to another year; the year in focus goes back to the usual one, as it may lie beyond."""
    session.change(to=None if chosen == here.held.last_year else chosen, year=None)


def measure_buttons(here: Context, measures: Sequence[str], with_difference: bool) -> None:
    """Draw the choice of the measure, and of levels or differences."""
    names = {
        "payable_months": here.t("compare.months"),
        "reserve": here.t("compare.reserve"),
        "balance": here.t("compare.balance"),
        FLOWS: here.t("compare.flows"),
    }
    views = {"level": here.t("c.level"), "difference": here.t("c.difference")}
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="compare_choice"
    ):
        session.segments("measure", list(measures), here.t("compare.measure"), names.__getitem__)
        if with_difference:
            session.segments("view", list(views), here.t("compare.view"), views.__getitem__)


def note(here: Context, measure: str, kind: Kind) -> str:
    """Return the words below the lines: what the bands are, and what they are not."""
    if measure == FLOWS:
        return here.t("compare.note_flows")
    if here.focus.place == 0:  # nothing is picked, so that nothing is simulated
        return here.t("n.conditional")
    if kind == "difference":
        return here.t("compare.note_difference", name=here.focus.title)
    return here.t("compare.note_months" if measure == "payable_months" else "compare.note_level", name=here.focus.title)


def how(here: Context, measure: str) -> str:
    """Return how a measure is computed."""
    names = ("revenue", "expenditure") if measure == FLOWS else (measure,)
    colon = "：" if here.language == "zh" else ": "
    return "  \n".join(f"{here.say(MEASURES[name].label)}{colon}{here.say(MEASURES[name].basis)}" for name in names)


def reasons(here: Context, first: Drawn, focus: Drawn, found: object | None, year: int) -> None:
    """Draw the waterfall of the difference of the focus from the baseline."""
    by = session.current().why
    names = {"lever": here.t("c.by_lever"), "driver": here.t("c.by_driver")}
    reserves = any(value == value for value in focus.item.outcome.series("reserve", here.region, here.ledger))
    measure = "reserve" if reserves else "expenditure"
    told = compare_parts.why(here, found, by, year, measure) if isinstance(found, Explanation) else None
    figure, band, empty = None, "", here.t("compare.why_waiting")
    scope = here.t("compare.why_scope", year=year, measure=here.say(MEASURES[measure].label))
    if told is not None:
        figure = compare_parts.why_figure(here, told, focus, year, measure)
        scale = compare_parts.why_scale(told)
        scope += f" · {here.say(scale.unit)}"
        ends = compare_parts.why_band(here, focus, year, measure)
        if ends is not None:
            low, high = (scale.show(end, sign=True) for end in ends)
            band = here.t("compare.why_band", range=range_text(low, high, here.language))
    elif found is not None:
        empty = here.t("compare.why_nothing")
    chart_card(
        here.t("compare.why"),
        "why",
        figure,
        None if told is None else partial(compare_parts.why_table, here, told),
        f"{here.t('compare.why')}: {focus.shown.title} {scope} {band}",
        scope=scope,
        note=here.t("compare.why_note") + band,
        how=here.t("compare.how_why"),
        height=TALL,
        controls=lambda: _why_head(here, focus, names),
        empty=empty,
    )


def _why_head(here: Context, focus: Drawn, names: dict[str, str]) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="why_choice"
    ):
        title = here.t("compare.why_of", name=focus.shown.title)
        st.html(f'<div class="pc-note">{safe(title)}</div>', width="content")
        session.segments("why", list(names), here.t("compare.why_by"), names.__getitem__)


def offer_presets(here: Context) -> None:
    """Draw what can be compared where nothing is picked: two scenarios of the library, and the way to build one."""
    titles = library.scenario_titles()
    with st.container(horizontal=True, vertical_alignment="center", key="compare_offers"):
        st.markdown(f":material/compare_arrows: {here.t('compare.empty')}", width="content")
        for number, name in enumerate(one for one in OFFERED if one in titles):
            st.button(
                here.say(titles[name]),
                key=session.key_of(f"offer_{name}"),
                type="primary" if number == 0 else "secondary",
                on_click=partial(_pick, name),
            )
        if "build" in here.pages:
            st.button(
                here.t("compare.build_one"),
                key=session.key_of("to_build"),
                icon=":material/tune:",
                on_click=lambda: st.session_state.__setitem__("go", "build"),
            )


def offer_draft(here: Context) -> None:
    """Draw the way to compare what is being built on the page Build, where that is not compared yet."""
    picked = here.view.scenarios
    if here.drafted is None or DRAFT in picked or len(picked) >= MAX_SCENARIOS:
        return
    st.button(
        here.t("compare.add_draft", name=literal(here.say(here.drafted.title))),
        key=session.key_of("add_draft"),
        icon=":material/add:",
        on_click=partial(_pick, *picked, DRAFT),
    )


def _pick(*names: str) -> None:
    session.change(scenarios=names)


def failed(here: Context, name: str, error: PoolcastError) -> None:
    """Say that a scenario cannot be applied to this set, and why; the others are shown."""
    title = next((shown.title for shown in here.shown if shown.id == name), name)
    with st.expander(here.t("e.scenario", name=title), icon=":material/warning:"):
        problem_list(error, here.language)


def below(here: Context, seen: Seen, year: int) -> None:
    """Draw ranks, settings, tables and downloads, one of them at a time."""
    names = {
        "rank": here.t("compare.rank"),
        "settings": here.t("compare.settings"),
        "table": here.t("compare.table"),
        "files": here.t("compare.files"),
    }

    @st.fragment
    def shown() -> None:
        with guarded("below the comparison"):
            draw()

    def draw() -> None:
        chosen = str(st.session_state.get("compare_below", "rank"))
        with st.container(border=True, key="card_compare_below"):
            st.segmented_control(
                here.t("compare.below"),
                list(names),
                format_func=names.__getitem__,
                required=True,
                label_visibility="collapsed",
                **session.bound("below", chosen, lambda one: st.session_state.__setitem__("compare_below", one)),
            )
            drawn, values, sentence = seen()
            if chosen == "rank":
                _rank(here, drawn, year)
            elif chosen == "settings":
                table = compare_parts.settings_table(here, drawn)
                show_table(table, "compare_settings_table", here.t("compare.settings"))
            elif chosen == "table":
                _tables(here, drawn, values, year)
            else:
                _files(here, drawn, values, sentence, year)

    shown()


def _rank(here: Context, drawn: Sequence[Drawn], year: int) -> None:
    asked = str(st.session_state.get("rank_measure", "payable_months"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            here.t("compare.rank_by"),
            compare_parts.RANKED,
            format_func=lambda name: here.say(MEASURES[name].label),
            width=340,
            **session.bound("rank_measure", asked, lambda name: st.session_state.__setitem__("rank_measure", name)),
        )
        st.caption(f"{year} · {here.say(MEASURES[asked].basis)}")
    table = compare_parts.rank_table(here, drawn, asked, year)
    show_table(table, "rank_table", f"{here.t('compare.rank')} · {here.say(MEASURES[asked].label)}")
    if len(here.held.regions) > 1:
        st.html(f'<div class="pc-head">{safe(here.t("compare.by_region", year=year))}</div>')
        regions = compare_parts.region_table(here, drawn, asked, year)
        show_table(regions, "rank_regions", here.t("compare.by_region", year=year))


def _tables(here: Context, drawn: Sequence[Drawn], values: Values, year: int) -> None:
    show_table(
        compare_parts.headline_table(here, drawn, values, year), "headline_table", here.t("compare.sheet_headline")
    )
    measure = session.current().measure
    chosen = measure if measure in ("payable_months", "reserve", "balance", FLOWS) else "payable_months"
    show_table(compare_parts.lines_table(here, drawn, chosen), "years_table", here.t("compare.table"), height=420)


def _told(here: Context, drawn: Sequence[Drawn], year: int) -> compare_parts.Why | None:
    """Return why the focus differs, for the workbook, where that is known."""
    found = waiting.why_of(drawn[1].item, drawn[0].item) if len(drawn) > 1 else None
    measure = "reserve" if "reserve" in measures_of(here, drawn[0].item) else "expenditure"
    return None if found is None else compare_parts.why(here, found, session.current().why, year, measure)


def _files(here: Context, drawn: Sequence[Drawn], values: Values, sentence: str, year: int) -> None:
    st.caption(here.t("compare.memo"))
    st.code(compare_parts.memo(here, sentence, drawn, values, year), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        st.download_button(
            here.t("compare.workbook"),
            compare_parts.workbook(here, drawn, values, year, _told(here, drawn, year)),
            files.file_name(here, "compare", "xlsx"),
            files.XLSX,
            key=session.key_of("compare_xlsx"),
            on_click="ignore",
            type="primary",
            icon=":material/download:",
        )
        if st.button(here.t("compare.charts"), key=session.key_of("compare_charts"), icon=":material/image:"):
            figures = {
                here.t("compare.flows") if name == FLOWS else here.say(MEASURES[name].label): scenario_lines(
                    here, drawn, name, "level"
                )
                for name in measures_of(here, drawn[0].item)
            }
            st.download_button(
                here.t("a.save"),
                compare_parts.chart_set(here, figures),
                files.file_name(here, "compare_charts", "zip"),
                "application/zip",
                key=session.key_of("compare_zip"),
                on_click="ignore",
                icon=":material/download:",
            )
