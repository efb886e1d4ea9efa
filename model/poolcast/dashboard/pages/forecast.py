"""Forecast: where this fund is heading, and what drives it."""

import streamlit as st

from poolcast.dashboard import forecast_details, session
from poolcast.dashboard.charts.pyramid import peak_of, pyramid
from poolcast.dashboard.context import context
from poolcast.dashboard.forecast_panels import Fund, Panel, dependency, flows, parts, stock
from poolcast.dashboard.parts.bands import awaited, bands, event_range, progress, status_of
from poolcast.dashboard.parts.chart_card import chart_card
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.one_scenario import one_scenario
from poolcast.dashboard.parts.problems import guarded
from poolcast.dashboard.parts.takeaway import plain, takeaway
from poolcast.dashboard.services import funds, takeaways
from poolcast.dashboard.services.history import history

here = context()
shown = here.one
item = here.projected(shown.id)
fund = Fund(here, item, history(here.loaded))
year = here.view.year or min(here.held.base_year + 15, here.last_year)
answer = takeaways.forecast(item, here.region, here.ledger, year, here.language)


def waits() -> bool:
    """Return whether the simulation is still under way."""
    return awaited(here, shown.id)


@looking(waits)
def say() -> None:
    """Draw the sentence; the range comes when the simulation is done."""
    found = bands(here, shown.id)
    if found is None:
        basis = [here.t("c.central")]
    else:
        years = event_range(here, found, "exhaustion", here.region, here.ledger)
        basis = [here.t("forecast.range", range=years)] if years else []
        basis.append(here.t("forecast.runs", n=f"{found.bands.paths:,}", seed=here.view.seed))
    takeaway(answer, basis)


@looking(waits)
def heading() -> None:
    """Draw payable months or the reserve, with the band once it is there."""
    found = bands(here, shown.id)
    # other pages show other measures too: what the switch shows when it holds none of its two is what is drawn
    panel = stock(fund, found, "reserve" if session.current().measure == "reserve" else "payable_months")
    card(panel, "stock", switch=which_stock, note=progress(here, status_of(here, shown.id)) or panel.note)


def which_stock() -> None:
    """Draw the choice between months and reserve."""
    first = here.t("forecast.per_head_short" if here.ledger == "EPA" else "forecast.months_short")
    names = {"payable_months": first, "reserve": here.t("forecast.reserve_short")}
    # the browser remembers the label, and the first one hangs on the ledger
    own = "_per_head" if here.ledger == "EPA" else ""
    session.segments("measure", list(names), here.t("forecast.which"), names.__getitem__, name=f"measure{own}")


def card(panel: Panel, key: str, *, note: str = "", height: str = "half", **more: object) -> None:
    """Draw a panel as a card."""
    alt = f"{panel.title}: {plain(answer)}"
    chart_card(
        panel.title, key, panel.figure, panel.table, alt,
        note=note or panel.note, how=panel.how, empty=panel.empty, tip=panel.tip, height=height, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def year_of_people() -> int:
    """Return the year of the pyramid."""
    return min(int(session.choice_of("pyramid", year)), here.last_year)


@st.fragment
def people() -> None:
    """Draw the pyramid with its year, which moves nothing else of the page."""
    with guarded("pyramid"):
        ages()


def ages() -> None:
    """Draw the pyramid and the slider of its year."""
    base, last = here.held.base_year, here.last_year
    title = here.t("forecast.pyramid")
    first, final = (funds.ages_of(item, here.region, year) for year in (base, last))
    if first is None or final is None:
        card(Panel(title, None, None, empty=here.t("forecast.no_people")), "people")
        return
    seen = year_of_people()
    now = funds.ages_of(item, here.region, seen) or first

    def slider() -> None:
        label = here.t("forecast.year")
        st.slider(label, base, last, label_visibility="collapsed", **session.kept("pyramid", seen))

    figure = pyramid(here, now, first, peak_of(first, final))
    table = lambda: forecast_details.ages_table(here, now)  # noqa: E731
    card(Panel(title, figure, table, how=here.t("forecast.how_pyramid")), "people", height="low", controls=slider)


with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
    with st.container(width="stretch"):
        say()
    shown = one_scenario(here)
    forecast_details.settings(here)

top = st.columns(3)
bottom = st.columns(3)
with top[0]:
    heading()
with top[1]:
    card(parts(fund, "revenue"), "sources")
with top[2]:
    card(parts(fund, "expenditure"), "uses")
with bottom[0]:
    card(flows(fund), "flows")
with bottom[1]:
    card(dependency(fund), "dependency")
with bottom[2]:
    people()

forecast_details.below(fund, bands(here, shown.id), year_of_people())
