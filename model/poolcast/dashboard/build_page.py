"""What the page Build compares: the draft, and the law in force or the scenario from which the draft began."""

from __future__ import annotations

from dataclasses import replace

from poolcast.dashboard import build_state as state
from poolcast.dashboard.build_effect import Effect
from poolcast.dashboard.compare_details import year_in_focus
from poolcast.dashboard.context import BASELINE, DRAFT, Context, Shown
from poolcast.dashboard.services import library
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.state import MAX_SCENARIOS
from poolcast.parameters.declaration import Words


def effect_of(here: Context) -> Effect:
    """Return the draft projected beside what it is compared with.

    Raises
    ------
    ScenarioError
        Where the draft cannot be applied to the set.
    """
    title = state.name(here.t("build.my_plan"))
    draft = state.draft()
    scenario = replace(draft.scenario, title=Words(title, title))
    first = here.projected(against(here))
    item = projected(here.loaded, scenario)
    picked = next((shown.place for shown in here.shown if shown.id == DRAFT), len(here.shown))
    place = min(picked, MAX_SCENARIOS)
    own = Shown(DRAFT, title, place, here.palette)
    year = year_in_focus(here)
    titles = library.scenario_titles()
    base = (
        here.shown[0]
        if first.name == BASELINE
        else replace(here.shown[0], id=first.name, title=here.say(titles[first.name]))
    )
    return Effect(here, base, own, first, item, year)


def against(here: Context) -> str:
    """Return the scenario with which the draft is compared: the law in force, or the one from which it began."""
    origin = state.draft().origin
    chosen = state.recalled("against", BASELINE)
    return origin if chosen == "origin" and origin in library.scenario_titles() else BASELINE
