"""Uncertainty: how sure the forecast is, and what matters most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard import session, uncertainty_details, uncertainty_panels
from poolcast.dashboard.context import BASELINE, context
from poolcast.dashboard.forecast_panels import Panel
from poolcast.dashboard.parts import bands as band_parts
from poolcast.dashboard.parts import work
from poolcast.dashboard.parts.chart_card import chart_card
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.one_scenario import one_scenario
from poolcast.dashboard.parts.reproduce import offer
from poolcast.dashboard.parts.takeaway import plain, takeaway
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import sensitivities
from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.history import history
from poolcast.dashboard.services.reproduce import View
from poolcast.dashboard.services.sensitivities import Asked
from poolcast.dashboard.uncertainty_panels import Futures
from poolcast.outlook.catalogue_of_measures import MEASURES

if TYPE_CHECKING:
    import xarray as xr

here = context()
shown = here.one
item = here.projected(shown.id)
against = None if shown.id == BASELINE else BASELINE
year = here.view.year or min(here.held.base_year + 15, here.last_year)
present = here.region in item.outcome.regions  # a pool may hold no account under this scenario
kept = uncertainty_panels.has_reserve(item, here.region, here.ledger)
choices = uncertainty_panels.MEASURES_SHOWN if kept else uncertainty_panels.FLOWS_SHOWN
measure = here.view.measure if here.view.measure in choices else choices[0]
kind = str(st.session_state.get("tornado_kind", "standard"))
asked = Asked(here.loaded, here.scenario(shown.id), measure, here.region, here.ledger, year)
wanted = band_parts.request_for(here, shown.id, against)
both = tuple(one for one in (wanted.against, wanted.scenario) if one is not None)
offer(
    here,
    View(
        "simulate", here.loaded, both, here.region, here.ledger, year, measure, wanted.paths, wanted.seed,
        language=here.language,
    ),
)  # fmt: skip


def simulated() -> Found | None:
    """Return the bands; None while they are simulated."""
    found = band_parts.bands(here, shown.id, against)
    return found if found is not None and here.region in found.bands.tails.region.values else None


def moved() -> xr.Dataset | None:
    """Return the sensitivities in view; None while they are computed."""
    found = sensitivities.held(kind, asked)
    if found is None:
        make = sensitivities.standard if kind == "standard" else sensitivities.risks
        work.begin("tornado", (kind, asked.key), lambda: make(asked))
    return found


def waits() -> bool:
    """Return whether a job is still under way."""
    return present and unfinished() | (moved() is None and work.is_under_way("tornado"))  # both are asked for


def unfinished() -> bool:
    """Return whether bands will still come."""
    return band_parts.awaited(here, shown.id, against)


def stopped() -> bool:
    """Return whether the reader ended the simulation, so that nothing more will come of it."""
    return band_parts.is_stopped(here, shown.id, against)


@looking(waits)
def say() -> None:
    """Draw the sentence, and how far the simulation is."""
    found = simulated()
    sentence = uncertainty_details.sentence(item, asked, found, sensitivities.held("standard", asked), here, stopped())
    if found is None:
        takeaway(sentence)
    else:
        runs = here.t("c.runs", n=f"{found.bands.paths:,}"), here.t("c.seed", n=here.view.seed)
        takeaway(sentence, [*here.scope, shown.title, *runs])
    status = band_parts.status_of(here, shown.id, against)
    if stopped() and found is None:
        st.html(f'<div class="pc-note" role="status">{safe(here.t("uncertainty.stopped"))}</div>')
    elif band_parts.is_stopping(here, shown.id, against):
        st.html(f'<div class="pc-note" role="status">◔ {safe(here.t("s.stopping"))}</div>')
    elif not work.failure(here, status):
        work.bar(here, status, lambda: band_parts.cancel(here, shown.id, against), "simulation")


def card(panel: Panel, key: str, **more: object) -> None:
    """Draw a panel as a card."""
    scope = str(more.pop("scope", ""))
    chart_card(
        panel.title, key, panel.figure, panel.table, f"{panel.title} {scope}: {alt}".strip(),
        scope=scope, how=panel.how, empty=panel.empty, height="half", **more,  # type: ignore[arg-type]
    )  # fmt: skip


def waiting(title: str, key: str) -> None:
    """Draw a card that waits for its numbers."""
    text = here.t("uncertainty.stopped") if stopped() else "◔ " + here.t("uncertainty.waiting")
    card(Panel(title, None, None, empty=text), key)


@looking(waits)
def charts() -> None:
    """Draw the four charts; the numbers come when the jobs are done."""
    found = simulated()
    futures = None if found is None else Futures(here, shown, item, past, found, measure, year)
    name = here.inside(MEASURES[measure].label)
    single = here.t("c.central") if stopped() else "◔ " + here.t("s.updating")
    left, right = st.columns([56, 44])
    with left:
        if futures is None:
            card(uncertainty_panels.single_run(here, item, past, measure), "fan", scope=single)
        else:
            card(
                uncertainty_panels.fan(futures),
                "fan",
                scope=here.t("uncertainty.fan_scope"),
                tip=here.t("tip.eight_in_ten"),
            )
        tornado(name)
    with right:
        for key, draw, title, scope in (
            ("when", uncertainty_panels.exhaustion, "uncertainty.when", "uncertainty.when_scope"),
            ("below", uncertainty_panels.below, "uncertainty.below", "uncertainty.below_scope"),
        ):
            if not kept:
                card(Panel(here.t(title), None, None, empty=here.t("uncertainty.no_reserve")), key)
            elif futures is None:
                waiting(here.t(title), key)
            else:
                tip = here.t("tip.exhaustion" if key == "when" else "meaning.probability")
                card(draw(futures), key, scope=here.t(scope, n=f"{futures.bands.paths:,}"), tip=tip)


def tornado(name: str) -> None:
    """Draw what matters most, of the standard set or of the risks."""
    found = moved()
    title = here.t("uncertainty.what")
    status = work.status("tornado", (kind, asked.key))
    if status is not None and status.state == "failed":
        work.failure(here, status)
    elif found is None:
        waiting(title, "tornado")
    else:
        panel = uncertainty_panels.tornado(here, found, kind, measure)
        scope = here.t("uncertainty.what_scope", year=year, measure=name, unit=panel.note)
        card(panel, "tornado", scope=scope, switch=which_tornado)


def which_tornado() -> None:
    """Draw the choice between the standard set and the risks of the set."""
    names = {"standard": here.t("uncertainty.standard"), "risks": here.t("uncertainty.risks")}

    def keep(chosen: str) -> None:
        st.session_state["tornado_kind"] = chosen

    st.segmented_control(
        here.t("uncertainty.which_tornado"), list(names), format_func=names.__getitem__, required=True,
        label_visibility="collapsed", **session.bound("tornado", kind, keep),
    )  # fmt: skip


past = history(here.loaded)
alt = plain(uncertainty_details.sentence(item, asked, simulated(), None, here, stopped())) if present else ""


def page() -> None:
    """Draw the sentence, the controls, the charts and the details."""
    say()
    with st.container(horizontal=True, vertical_alignment="center", key="uncertainty_controls"):
        one_scenario(here)
        label = here.t("uncertainty.measure")
        session.segments("measure", list(choices), label, lambda one: here.say(MEASURES[one].label))
        uncertainty_details.controls(here, simulated(), year, lambda: band_parts.forget(here, shown.id, against))
    charts()
    uncertainty_details.below(
        here, asked, simulated, unfinished, lambda found: Futures(here, shown, item, past, found, measure, year)
    )


if present:
    page()
else:
    takeaway(here.t("e.no_ledger"), here.scope)
