"""Assumptions: see, question and change every input."""

from functools import partial

import streamlit as st

from poolcast.dashboard import assumption_files as parts
from poolcast.dashboard import assumption_panels as panels
from poolcast.dashboard import assumption_state as state
from poolcast.dashboard import session
from poolcast.dashboard.context import context
from poolcast.dashboard.parts.takeaway import takeaway
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import takeaways
from poolcast.dashboard.services.assumption_changes import (
    counts,
    found_rows,
    is_weak,
    rows_of_changed,
    weak_rows,
)
from poolcast.dashboard.services.assumption_rows import SECTIONS, section_parameters, section_rows

here = context()
held = state.changes(here)
region = here.region if here.region in held.base.assumptions.region_codes else held.base.assumptions.region_codes[0]
place = here.say(here.held.name_of(region))

takeaway(takeaways.assumptions(here.loaded, here.language), [place])
with st.container(key="assume_received"):  # always there, so that what follows keeps its place on the page
    parts.received(here)
left, middle, right = st.columns([17, 52, 31])

with left:
    text = st.text_input(
        here.t("assume.search"),
        placeholder=here.t("assume.search_hint"),
        label_visibility="collapsed",
        icon=":material/search:",
        **session.kept("assume_search", session.choice_of("assume_search", "")),
    ).strip()
    number = counts(held.base)
    kept = st.session_state.get("assume_section", "financing")
    with st.container(border=True, height=344, key="rows_sections"):
        section = st.radio(
            here.t("assume.section"),
            list(SECTIONS),
            format_func=lambda name: f"{here.t(f'section.{name}')} {number[name].declared}",
            label_visibility="collapsed",
            **session.bound("assume_section", kept, partial(st.session_state.__setitem__, "assume_section")),
        )

names = section_parameters(section)
sizes = {
    "all": len(names),
    "changed": len(held.values),
    "weak": sum(is_weak(held.base, name, region) for name in names),
}
with middle:
    with st.container(horizontal=True, vertical_alignment="center", key="assume_tools"):
        wanted = st.segmented_control(
            here.t("assume.filter"),
            list(sizes),
            format_func=lambda name: here.t(f"assume.{name}", n=sizes[name]),
            label_visibility="collapsed",
            required=True,
            **session.bound(
                "assume_filter_" + "_".join(map(str, sizes.values())),  # the browser remembers labels, which count
                st.session_state.get("assume_filter", "all"),
                partial(st.session_state.__setitem__, "assume_filter"),
            ),
        )
        parts.tools(here, held)
    if text:
        rows, empty = found_rows(held.base, region, text), here.t("assume.no_hits", text=text)
    elif wanted == "changed":
        rows, empty = rows_of_changed(held), here.t("assume.no_changes")
    elif wanted == "weak":
        rows, empty = weak_rows(held.base, region, section), here.t("assume.no_rows")
    else:
        rows, empty = section_rows(held.base, section, region), here.t("assume.no_rows")
    with st.container(key="assume_notes"):
        panels.notes(here, held)
    with st.container(height=344, border=False, key="rows_grid"):
        panels.show_grid(here, held, f"{held.base.digest[:8]}_{region}_{section}_{wanted}_{text}", rows, empty)
    said = [here.t("assume.grid_note"), here.t("assume.region_note", place=place)]
    if region != here.region:
        said.append(here.t("assume.pool_note", place=place))
    if text:
        said.insert(0, here.t("assume.hits", n=len(rows)))
    st.html(f'<div class="pc-note">{safe(("" if here.language == "zh" else " ").join(said))}</div>')

with right:
    panels.beside(here, held, rows)

parts.below(here, held)
