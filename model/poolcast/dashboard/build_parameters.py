"""Any parameter as a change of the draft, under its own heading so that policy and assumption never mix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from poolcast.dashboard import build_state as state
from poolcast.dashboard import session
from poolcast.dashboard.access import editing
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import scenarios as library
from poolcast.dashboard.services.arguments import control_of_parameter
from poolcast.dashboard.services.settings import name_of
from poolcast.dashboard.services.takeaways import amount_text
from poolcast.parameters.declaration import Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.scenarios.reform import Reform

MOST_SHOWN = 8


def parameter_cards(here: Context, found: Sequence[Parameter], *, only_changed: bool = False) -> None:
    """Draw parameters that a search found, and those that the draft changes.

    Parameters
    ----------
    here : Context
    found : sequence of Parameter
        What the search found.
    only_changed : bool
        Whether only the changes of the draft are shown.
    """
    entries = list(enumerate(state.draft().entries))
    changed = [(at, item) for at, item in entries if isinstance(item, Reform)]
    asked = {parameter.name for parameter in found}
    mine = [(at, item) for at, item in changed if only_changed or item.parameter in asked]
    if not mine and not found:
        return
    st.html(f'<div class="pc-head">{safe(here.t("build.parameters"))}</div>')
    for at, item in mine:
        _change(here, at, item)
    taken = {item.parameter for _, item in mine}
    for parameter in [one for one in found if one.name not in taken][:MOST_SHOWN]:
        _offer(here, parameter)


def _offer(here: Context, parameter: Parameter) -> None:
    held = parameter.name in here.loaded.calibrated
    with st.container(
        horizontal=True, vertical_alignment="center", wrap=False, border=True, key=f"par_{parameter.name}"
    ):
        unit = here.say(library.unit_words(parameter.unit))
        text = f"<b>{safe(here.say(parameter.label))}</b> <small>{safe(unit)} · {safe(parameter.name)}</small>"
        st.html(f'<div class="pc-parameter" title="{safe(here.say(parameter.help))}">{text}</div>', width="stretch")
        st.button(
            here.t("build.change"),
            key=session.key_of(f"add_{parameter.name}"),
            icon=":material/add:",
            type="tertiary",
            **editing(here.language, None if held else here.t("build.not_held"), not held),
            on_click=partial(_add, here, parameter.name),
        )


def _add(here: Context, name: str) -> None:
    """Add the change of a parameter that changes nothing yet: its factor is one."""
    year = library.usual_start(here.loaded) if PARAMETERS[name].is_dated else None
    state.do(lambda draft: draft.with_parameter(name, 1.0, year, "scale"))


def _change(here: Context, at: int, item: Reform) -> None:
    """Draw a change of a parameter: kind, amount, first year; a change by several years is shown and can be removed."""
    with st.container(border=True, key=f"change_{at}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.html(f'<div class="pc-parameter"><b>{safe(name_of(item, here.language))}</b></div>', width="stretch")
            st.button(
                here.t("build.remove"),
                key=session.key_of(f"remove_{at}"),
                icon=":material/delete:",
                type="tertiary",
                on_click=lambda: state.do(lambda draft: draft.without(at)),
                **editing(here.language),
            )
        if len(item.amounts) > 1:
            texts = [f"{year}: {_amount_text(here, item, amount)}" for year, amount in sorted(item.amounts.items())]
            st.caption("; ".join(texts))
            return
        ((year, amount),) = item.amounts.items()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kinds = {"set": here.t("build.set"), "scale": here.t("build.scale"), "shift": here.t("build.shift")}
            st.selectbox(
                here.t("build.kind"),
                list(kinds),
                format_func=kinds.__getitem__,
                width=120,
                **editing(here.language),
                **session.bound(f"kind_{at}", item.kind, lambda kind: _as_kind(here, item, kind)),
            )
            _amount(here, at, item, year, amount)
            if year:
                years = list(library.start_years(here.loaded))
                st.selectbox(
                    here.t("build.start"),
                    years if year in years else [year, *years],
                    width=96,
                    **editing(here.language),
                    **session.bound(f"year_{at}", year, lambda chosen: _put(item, item.kind, amount, chosen)),
                )


def _amount(here: Context, at: int, item: Reform, year: int, amount: float) -> None:
    control = control_of_parameter(item.parameter)
    factor = 1.0 if item.kind == "scale" else control.factor
    low, high = (0.0, 10.0) if item.kind == "scale" else (control.minimum, control.maximum)
    if item.kind == "shift":
        low = -(high - low)
    shown = round(min(max(amount * factor, low), high), 8)
    unit = "×" if item.kind == "scale" else "%" if factor == 100 else here.say(library.unit_words(_unit(item)))
    st.number_input(
        f"{here.t('build.amount')} ({unit})",
        low,
        high,
        step=0.05 if item.kind == "scale" else control.step,
        format="%.3f" if factor == 1.0 else "%.2f",
        width=150,
        **editing(here.language),
        **session.bound(f"amount_{at}", shown, lambda chosen: _put(item, item.kind, round(chosen / factor, 10), year)),
    )


def _unit(item: Reform) -> str:
    return str(PARAMETERS[item.parameter].unit)


def _amount_text(here: Context, item: Reform, amount: float) -> str:
    return f"×{amount:g}" if item.kind == "scale" else amount_text(amount, _unit(item), here.language)


def _as_kind(here: Context, item: Reform, kind: str) -> None:
    """Take another kind of change, with an amount that changes nothing: factor one, addition nought, today's mean."""
    (year,) = item.amounts
    neutral = {"scale": 1.0, "shift": 0.0}
    amount = neutral[kind] if kind in neutral else _mean(here, item.parameter)
    _put(item, kind, amount, year)


def _mean(here: Context, name: str) -> float:
    import numpy as np

    held = here.loaded.calibrated
    values = held.in_year(name, held.base_year) if PARAMETERS[name].is_dated else held[name]
    return round(float(np.mean(values)), 6)


def _put(item: Reform, kind: str, amount: float, year: int) -> None:
    state.do(lambda draft: draft.with_parameter(item.parameter, amount, year or None, kind, item.where))
