"""The tour: three steps with a picture each, on a first visit without anything in the address, and from Help."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.tone import line_sample, safe
from poolcast.reporting.theme import SCENARIO_DASHES

STEPS = ("region", "scenario", "certainty")
_STEP = "tour_step"


def begin() -> None:
    """Show the tour on this run; for a button of Help."""
    st.session_state[_STEP] = 0


def end() -> None:
    """Close the tour; nothing pops up afterwards."""
    st.session_state.pop(_STEP, None)


def tour(context: Context) -> None:
    """Draw the tour where it is open."""
    if _STEP not in st.session_state:
        return

    @st.dialog(context.t("tour.title"), width="medium", on_dismiss=end)
    def steps() -> None:
        step = int(st.session_state.get(_STEP, 0))
        name = STEPS[step]
        st.html(f'<div class="pc-tour" aria-hidden="true">{_PICTURES[name](context)}</div>')
        st.html(
            f'<div class="pc-head">{safe(context.t(f"tour.{name}"))} '
            f"<small>{safe(context.t('tour.step', n=step + 1))}</small></div>"
            f"<p>{safe(context.t(f'tour.{name}_text'))}</p>"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<div class="pc-note">{safe(context.t("tour.hint"))}</div>', width="stretch")
            if step > 0:
                st.button(context.t("tour.back"), key=session.key_of("tour_back"), on_click=_go, args=(step - 1,))
            if step + 1 < len(STEPS):
                st.button(
                    context.t("tour.next"),
                    key=session.key_of("tour_next"),
                    on_click=_go,
                    args=(step + 1,),
                    type="primary",
                )
            elif st.button(context.t("tour.done"), key=session.key_of("tour_done"), type="primary"):
                end()
                st.rerun()

    steps()


def _go(step: int) -> None:
    st.session_state[_STEP] = step


def _shape(text: str, on: bool = False) -> str:
    return f'<span class="pc-shape{" pc-on" if on else ""}">{safe(text)}</span>'


def _region_picture(context: Context) -> str:
    """The bar with its three boxes set off, above the cards of a page."""
    boxes = (context.say(context.held.short), context.region_name, context.ledger_name)
    bar = "".join(_shape(text, on=True) for text in boxes)
    return f"<div>{bar}</div><div>{6 * _BLOCK}</div>"


def _scenario_picture(context: Context) -> str:
    """The box of scenarios, and a key of lines below it."""
    button = _shape(context.t("bar.scenarios", n=2), on=True)
    titles = [context.t("baseline.name"), *(_preset(context, number) for number in range(2))]
    lines = "".join(
        f'<div><span class="pc-chip">{line_sample(context.palette.scenarios[place], SCENARIO_DASHES[place])}'
        f"{safe(title)}</span></div>"
        for place, title in enumerate(titles)
    )
    return f"<div>{button}</div>{lines}"


def _preset(context: Context, number: int) -> str:
    from poolcast.dashboard.services import library

    titles = [context.say(title) for title in library.scenario_titles().values()]
    return titles[number] if number < len(titles) else f"{context.t('tour.scenario')} {number + 1}"


def _certainty_picture(context: Context) -> str:
    """A line with its band, which widens."""
    colour = context.palette.scenarios[1]
    band = "polygon(0 48%,30% 40%,65% 34%,100% 22%,100% 98%,65% 76%,30% 58%,0 50%)"
    line = "polygon(0 48%,30% 48%,65% 54%,100% 62%,100% 64.5%,65% 56.5%,30% 50.5%,0 50.5%)"
    return (
        '<div class="pc-fan">'
        f'<span style="background:{colour};opacity:.2;clip-path:{band}"></span>'
        f'<span style="background:{colour};clip-path:{line}"></span></div>'
        f"<div>{_shape(context.t('c.median'))}{_shape(context.t('c.eight_in_ten'))}</div>"
    )


_BLOCK = '<span class="pc-block"></span>'
_PICTURES: dict[str, Callable[[Context], str]] = {
    "region": _region_picture,
    "scenario": _scenario_picture,
    "certainty": _certainty_picture,
}
