"""Overview: which regions and funds need attention, and why."""

from typing import Any, Literal

import streamlit as st

from poolcast.dashboard import overview_parts as parts
from poolcast.dashboard import session
from poolcast.dashboard.charts.grids import key_of_bands
from poolcast.dashboard.charts.tiles import tile_map
from poolcast.dashboard.context import context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.bands import awaited, bands, progress, status_of
from poolcast.dashboard.parts.cards import cards
from poolcast.dashboard.parts.chart_card import chart_card, draw
from poolcast.dashboard.parts.levels import colours
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.one_scenario import one_scenario
from poolcast.dashboard.parts.takeaway import plain, takeaway
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import attention, takeaways
from poolcast.dashboard.services.alarms import warnings_of
from poolcast.dashboard.services.history import history

FEW_ROWS = 14
"""Rows that a window of 768 pixels shows without scrolling."""
SMALL = 3
"""Up to so many regions a map says nothing: a card for each ledger stands in its place."""

here = context()
shown = here.one
item = here.projected(shown.id)
past = history(here.loaded)
base = here.held.base_year
years = [year for year in (base, base + 5, base + 15) if year <= here.last_year]
year = here.view.year if here.view.year in years else years[min(1, len(years) - 1)]
small = len(here.held.regions) <= SMALL


def waits() -> bool:
    """Return whether the simulation is still under way."""
    return awaited(here, shown.id)


def go(region: str, ledger: str | None = None) -> None:
    """Show the forecast of a region once this run is over."""
    session.change(region=region, ledger=ledger or here.ledger)
    st.session_state["go"] = "forecast"


def choose_year() -> None:
    """Draw the choice of the year in focus."""
    name = session.bound("year_of_map", year, lambda chosen: session.change(year=chosen))
    label = here.t("overview.year")
    st.segmented_control(label, years, format_func=str, required=True, label_visibility="collapsed", **name)


@looking(waits)
def funds() -> None:
    """Draw the table; chances and ranges come when the simulation is done."""
    found = bands(here, shown.id)
    several = bool(st.session_state.get("every_ledger", False)) or small
    ledgers = list(here.held.ledgers) if several else [here.ledger]
    chances = found.bands if found else None
    rows = attention.rows(item, ledgers, year, past, chances, warnings_of(item, chances))
    frame = parts.table(here, rows, year, found, several=several)
    trend = next(column for column in frame.columns if isinstance(frame[column].iloc[0], list)) if len(frame) else ""

    def picked() -> None:
        chosen = st.session_state["funds"]["selection"]["rows"]
        if chosen:
            go(rows[chosen[0]].region, rows[chosen[0]].ledger)

    with st.container(border=True, key="card_funds"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head_funds"):
            hint = safe(here.t("overview.click"))
            st.html(
                f'<div class="pc-head">{safe(here.t("overview.sorted"))} <small>{hint}</small></div>', width="stretch"
            )
            if not small:
                st.toggle(here.t("overview.every_ledger"), key="every_ledger")
            more(frame.drop(columns=[trend]) if trend else frame)
        alt = plain(answer)
        # of few rows the table ends with them; of many it takes the window, and scrolls
        high: Literal["content", "stretch"] = "content" if len(rows) <= FEW_ROWS else "stretch"
        place = st.container() if small else st.container(height=344, border=False, key="most_funds")
        with place:
            st.dataframe(
                painted(frame, rows),
                hide_index=True,
                row_height=27,
                height=high,
                placeholder="—",
                key="funds",
                on_select=picked,
                selection_mode="single-row",
                alt=alt,
                column_config=columns(frame, trend),
            )
        note = progress(here, status_of(here, shown.id)) or here.t("tip.worry")
        st.html(f'<div class="pc-note">{safe(note)}</div>')


def painted(frame: Any, rows: list[attention.Row]) -> Any:
    """Colour the cells of the light; symbol and word stand in them too."""
    looks = [
        "" if row.level is None else "background-color: {}; color: {}".format(*colours(here, row.level)) for row in rows
    ]
    return frame.style.apply(lambda _: looks, subset=[here.t("overview.light")]).format(precision=1, na_rep="—")


def columns(frame: Any, trend: str) -> dict[str, Any]:
    """Say how columns are shown; money is hidden until the reader asks for it in the menu of the table."""
    found: dict[str, Any] = dict.fromkeys(list(frame.columns)[-len(parts.FLOWS) :])
    for name, (head, wide, meaning) in parts.heads(here, year).items():
        found[name] = st.column_config.Column(head, width=wide, help=meaning)
    if trend:
        note = here.t("overview.trend_note", most=f"{parts.TALLEST:g}")
        found[trend] = st.column_config.LineChartColumn(trend, y_min=0, y_max=parts.TALLEST, width=88, help=note)
    return found


def more(frame: Any) -> None:
    """Draw the downloads behind the three dots."""
    box = st.popover(
        here.t("a.more"), icon=":material/more_horiz:", type="tertiary", key="more_funds", on_change="rerun"
    )
    if box.open:
        with box:
            title = here.t("nav.overview")
            for word, ending, mime, made in (
                ("a.csv", "csv", "text/csv", files.as_csv(frame, here)),
                ("a.xlsx", "xlsx", files.XLSX, files.as_xlsx({title: frame}, here)),
            ):
                name = files.file_name(here, "overview", ending)
                st.download_button(
                    here.t(word), made, name, mime, key=session.key_of(f"overview_{ending}"), on_click="ignore"
                )


def tiles() -> None:
    """Draw the map of months in the year in focus."""
    names = {code: parts.short_name(here, code) for code in here.held.regions}
    months = parts.months_of(here, item, year)
    figure = tile_map(here, months, names)

    def picked() -> None:
        points = st.session_state["chart_tiles"]["selection"]["points"]
        if points:
            go(str(points[0]["customdata"]))

    with st.container(border=True, key="card_tiles"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head_tiles"):
            st.html(f'<div class="pc-head">{safe(here.t("overview.map"))}</div>', width="stretch")
            choose_year()
        with st.container(height=320, border=False, key="map_tiles"):
            draw(figure, "tiles", plain(answer), on_select=picked, selection_mode="points")
        st.html(key_of_bands(here))


answer = takeaways.overview(item, here.ledger, year, here.language)
with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
    with st.container(width="stretch"):
        takeaway(answer, [here.t("c.central")])
    one_scenario(here)

central = attention.rows(item, [here.ledger], year, past)
cards(parts.total_cards(here, central, past, item))
if small:
    held = [ledger for ledger in here.held.ledgers if parts.small_chart(here, item, past, ledger) is not None]
    for start in range(0, len(held), 3):
        for column, ledger in zip(st.columns(3), held[start : start + 3], strict=False):
            with column:
                name = here.say(here.held.ledgers[ledger])
                figure = parts.small_chart(here, item, past, ledger)
                chart_card(name, f"ledger_{ledger}", figure, None, f"{name}: {plain(answer)}", height="half")
    funds()
else:
    left, right = st.columns([30, 70])
    with left:
        tiles()
    with right:
        funds()
