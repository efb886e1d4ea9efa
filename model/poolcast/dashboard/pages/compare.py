"""Compare: what each policy changes, by how much, how surely, and why."""

from functools import partial

import streamlit as st

from poolcast.dashboard import compare_details, compare_parts, session
from poolcast.dashboard.charts.scenario_lines import FLOWS, Drawn, Kind, measures_of, scenario_lines
from poolcast.dashboard.context import BASELINE, context
from poolcast.dashboard.headline_words import Values, headline_cards
from poolcast.dashboard.parts import background
from poolcast.dashboard.parts.bands import progress, several, status_of
from poolcast.dashboard.parts.cards import cards
from poolcast.dashboard.parts.chart_card import chart_card
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.reproduce import offer
from poolcast.dashboard.parts.takeaway import plain, takeaway
from poolcast.dashboard.services import takeaways, waiting
from poolcast.dashboard.services.headline import KINDS, headline
from poolcast.dashboard.services.history import history
from poolcast.dashboard.services.reproduce import View
from poolcast.outlook.catalogue_of_measures import MEASURES

here = context()
items = [here.projected(shown.id) for shown in here.usable]
picked = [shown.id for shown in here.usable[1:]]
year = compare_details.year_in_focus(here)
measures = measures_of(here, items[0])
past = history(here.loaded)


def drawn_measure() -> str:
    """Return the measure that is drawn, and offer what prints it; a move of its switch draws the lines alone."""
    asked = session.current().measure
    measure = asked if asked in measures else measures[0]
    scenarios = tuple(item.scenario for item in items)
    seen = View("compare", here.loaded, scenarios, here.region, here.ledger, year, measure, language=here.language)
    offer(here, seen)
    return measure


def waits() -> bool:
    """Return whether something on the page is still being computed."""
    found = several(here, picked)
    known = waiting.required_is_known(items, here.region, here.ledger, year)
    return len(found) < (len(picked) + 1 if picked else 0) or not known or (bool(picked) and why() is None)


def why() -> object | None:
    """Return why the focus differs from the baseline; begins the job that finds it."""
    item = items[1]
    known = waiting.why_of(item, items[0])
    if known is None:
        work = partial(waiting.explain_later, item, items[0])
        key = (item.key, items[0].key)
        status = background.background("explain", key, work, lost=lambda: waiting.why_of(item, items[0]) is None)
        return None if background.is_under_way(status) else background.FAILED
    return known


def required() -> bool:
    """Return whether the required rates are known; begins the job that finds them."""
    if waiting.required_is_known(items, here.region, here.ledger, year):
        return True
    key = (tuple(item.key for item in items), here.region, here.ledger, year)
    work = partial(waiting.required_later, items, here.region, here.ledger, year)
    background.background(
        "required", key, work, lost=lambda: not waiting.required_is_known(items, here.region, here.ledger, year)
    )
    return False


def seen() -> tuple[list[Drawn], Values, str]:
    """Return the scenarios with the bands that are known, the headline numbers, and the sentence."""
    found = several(here, picked)
    kinds = KINDS if required() else tuple(kind for kind in KINDS if kind != "required")
    values = headline(items, here.region, here.ledger, year, found=found, kinds=kinds)
    sentence = takeaways.compare(items, here.region, here.ledger, year, here.language, found=found)
    drawn = [Drawn(shown, item, found.get(shown.id)) for shown, item in zip(here.usable, items, strict=True)]
    return drawn, values, sentence


@looking(waits)
def say() -> None:
    """Draw the sentence."""
    drawn, _, sentence = seen()
    found = drawn[-1].found
    seed = here.view.seed
    takeaway(
        sentence,
        [here.t("c.central") if found is None else here.t("forecast.runs", n=f"{found.bands.paths:,}", seed=seed)],
    )


@looking(waits)
def numbers() -> None:
    """Draw the four cards."""
    cards(headline_cards(here, here.usable, seen()[1], year, "…"), here.t("c.small_difference"))


@looking(waits)
def lines() -> None:
    """Draw the lines of all scenarios."""
    drawn, _, sentence = seen()
    view = session.current()
    measure = drawn_measure()
    kind: Kind = "difference" if view.view == "difference" and picked else "level"
    figure = scenario_lines(here, drawn, measure, kind, past)
    name = here.t("compare.flows") if measure == FLOWS else here.say(MEASURES[measure].label)
    waiting_for = next((one for one in picked if one not in several(here, picked)), None)
    note = progress(here, status_of(here, waiting_for, BASELINE)) if waiting_for else ""
    chart_card(
        name if kind == "level" else f"{name} · {here.t('c.difference')}",
        "lines",
        figure,
        partial(compare_parts.lines_table, here, drawn, measure),
        f"{name}: {plain(sentence)}",
        note=note or compare_details.note(here, measure, kind),
        how=compare_details.how(here, measure),
        height=compare_details.TALL,
        tip="" if measure == FLOWS else here.say(MEASURES[measure].basis),
        controls=partial(compare_details.measure_buttons, here, measures, bool(picked)),
    )


@looking(waits)
def reasons() -> None:
    """Draw why the focus differs from the baseline."""
    drawn, _, _ = seen()
    compare_details.reasons(here, drawn[0], drawn[1], why(), year)


with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
    with st.container(width="stretch"):
        say()
    compare_details.offer_draft(here)
    compare_details.controls(here, year)
numbers()
if picked:
    left, right = st.columns([3, 2])
    with left:
        lines()
    with right:
        reasons()
    same = [
        shown.title for shown, item in zip(here.usable, items, strict=True) if shown.place and not item.scenario.digest
    ]
    for title in same:
        st.info(here.t("compare.same", name=title), icon=":material/equal:")
    compare_details.below(here, seen, year)
else:
    lines()
    compare_details.offer_presets(here)
for name, error in here.failed.items():
    compare_details.failed(here, name, error)
