"""Where the data of a set comes from: made up, or borrowed from another set; said in the bar and in every file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import library
from poolcast.parameters.borrowing import borrowed_words

if TYPE_CHECKING:
    import pandas as pd


def marks(here: Context) -> tuple[str, ...]:
    """Return what every file of a set says of its data: that it is synthetic, and what it borrows."""
    found = [here.t("bar.synthetic")] if here.held.synthetic else []
    if here.loaded.borrowed:
        found.append(here.say(borrowed_words(here.loaded.assumptions)))
    return tuple(found)


def short_marks(here: Context) -> tuple[str, ...]:
    """Return the same in the few words that a picture has room for."""
    found = [here.t("bar.synthetic")] if here.held.synthetic else []
    if here.loaded.borrowed:
        found.append(here.t("bar.borrowed", n=len(here.loaded.borrowed)))
    return tuple(found)


def badges(here: Context) -> None:
    """Draw the badges of the bar; the list of what is borrowed is made only when it is opened."""
    if here.held.synthetic:
        text, why = here.t("bar.synthetic"), here.t("n.synthetic")
        badge = f'<span class="pc-synthetic pc-tip" tabindex="0" data-tip="{safe(why)}">⚠ {safe(text)}</span>'
        st.html(badge, width="content")
    if here.loaded.borrowed:
        _borrowed(here)


@st.fragment  # what it shows rests on the set alone, so that opening it runs nothing else of the page
def _borrowed(here: Context) -> None:
    label = here.t("bar.borrowed", n=len(here.loaded.borrowed))
    box = st.popover(label, type="tertiary", key="ctx_borrowed", on_change="rerun")
    if not box.open:
        return
    with box:
        sentence = borrowed_sentence(here)
        st.text(sentence)
        table = borrowed_table(here)
        widths = dict(zip(table.columns, (105, 210, 125, 160), strict=False))
        st.dataframe(
            table,
            column_config={name: st.column_config.Column(width=width) for name, width in widths.items()},
            hide_index=True,
            row_height=29,
            height=330,
            width=620 if len(table.columns) == len(widths) else 760,
            placeholder="",
            key="borrowed",
            alt=sentence,
        )
        st.caption(here.t("bar.borrowed_note"))


def lender_title(here: Context, lender: str) -> str:
    """Return the short title of a set that lends values, or its name where it is not one of the library."""
    return here.say(library.short_title(lender)) if lender in library.set_names() else lender


def borrowed_sentence(here: Context) -> str:
    """Return how much of the set in view is borrowed, the lenders by their titles."""
    sentence = here.say(borrowed_words(here.loaded.assumptions))
    for lender in dict.fromkeys(one.lender for one in here.loaded.borrowed):
        sentence = re.sub(rf"(?<=[ 、]){re.escape(lender)}\b", lender_title(here, lender), sentence)
    return sentence


def borrowed_table(here: Context) -> pd.DataFrame:
    """Return every borrowed parameter: group, label, lender, the year whose values stand in for earlier ones.

    A column of regions is there only where some regions borrow what others have of their own.
    """
    import pandas as pd

    every = here.loaded.borrowed
    lenders = {one.lender: lender_title(here, one.lender) for one in every}
    table = {
        here.t("bar.group"): [here.say(one.group) for one in every],
        here.t("bar.parameter"): [here.say(one.label) for one in every],
        here.t("bar.lender"): [lenders[one.lender] for one in every],
        here.t("bar.values_of"): [
            here.t("bar.first_value", year=one.carried_back) if one.carried_back else "" for one in every
        ],
    }
    if any(one.regions for one in every):
        comma = "、" if here.language == "zh" else ", "
        table[here.t("bar.region")] = [
            comma.join(here.say(here.held.name_of(code)) for code in one.regions) for one in every
        ]
    return pd.DataFrame(table)
