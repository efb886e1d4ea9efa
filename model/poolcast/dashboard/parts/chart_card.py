"""Chart card: a figure in a frame, with its table, its files and how it was computed behind one button."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.context import Context, context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.reproduce import command_line
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.parts.tone import tip as explained

if TYPE_CHECKING:
    import pandas as pd

Height = Literal["tall", "half", "low", "list", "below_cards", "effect"] | int
CONFIG = {"displayModeBar": False, "responsive": True}


def chart_card(
    title: str,
    key: str,
    figure: dict[str, Any] | None,
    table: Callable[[], pd.DataFrame] | None,
    alt: str,
    *,
    scope: str = "",
    note: str | None = None,
    how: str = "",
    height: Height = "half",
    controls: Callable[[], object] | None = None,
    switch: Callable[[], object] | None = None,
    empty: str = "",
    blank: Callable[[], object] | None = None,
    tip: str = "",
) -> None:
    """Show a figure in a card.

    Parameters
    ----------
    title : str
        What is shown.
    key : str
        Key of the card, unique on the page and the same in both languages.
    figure : dict or None
        Plotly specification, without a height; None where there is nothing to draw (then say why in `empty`).
    table : callable or None
        Makes the table with the numbers of the figure, units in its head; called only when it is wanted.
    alt : str
        The figure in a sentence, for readers who do not see it.
    scope : str
        Unit and scope, in grey behind the title.
    note : str or None
        Grey text below the figure; an empty one keeps its room.
    how : str
        Formula, section of the handbook and inputs, in Markdown.
    height : {"tall", "half", "list"} or int
        ``tall`` fills the window, ``half`` half of it, ``low`` half of it less a slider, ``list`` nearly all of it,
        ``below_cards`` what headline cards leave, ``effect`` what metrics above and a row below leave; or pixels.
    controls : callable, optional
        Draws widgets between head and figure.
    switch : callable, optional
        Draws a small widget in the head, beside the three dots.
    empty : str
        Sentence in place of a figure.
    blank : callable, optional
        Draws what stands in place of a figure, where a sentence is not enough.
    tip : str
        What the term of the title means, from the glossary.
    """
    here = context()
    with st.container(border=True, key=f"card_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"head_{key}"):
            grey = f" <small>{safe(scope)}</small>" if scope else ""
            name = explained(title, tip) if tip else safe(title)
            st.html(f'<div class="pc-head">{name}{grey}</div>', width="stretch")
            if switch is not None:
                switch()
            as_table = _more(here, title, key, figure, table, how)
        if controls is not None:
            controls()
        with _frame(key, height):
            if as_table and table is not None:
                show_table(table(), key=f"table_{key}", alt=alt, height="stretch")
            elif figure is None and blank is not None:
                blank()
            elif figure is None:
                st.html(f'<div class="pc-note">{safe(empty)}</div>')
            else:
                draw(figure, key, alt)
        if note is not None:  # an empty one keeps the room, so that the cards of a row are equally high
            st.html(f'<div class="pc-note">{safe(note) or "&nbsp;"}</div>')


def draw(figure: dict[str, Any], key: str, alt: str, **more: Any) -> Any:
    """Draw a figure that fills its container."""
    asked: dict[str, Any] = {"theme": None, "key": f"chart_{key}", "height": "stretch", "config": CONFIG, "alt": alt}
    return st.plotly_chart(_finished()(figure), **asked, **more)


@cache
def _finished() -> type:
    """Return the class of a figure that Plotly takes as it is.

    It would check every entry of a dictionary on each run of a page, which takes longer than everything else about a
    chart, and add a template that is larger than the chart. Tests check the specifications instead.
    """
    from plotly.basedatatypes import BaseFigure

    class Finished(BaseFigure):  # type: ignore[misc]
        def __init__(self, figure: dict[str, Any]) -> None:  # nothing of a figure that can be changed
            self._figure = figure

        def to_dict(self) -> dict[str, Any]:
            return self._figure

    return Finished


def show_table(table: pd.DataFrame, key: str, alt: str, **more: Any) -> Any:
    """Show the table behind a figure: units in its head, numbers at the right."""
    right = st.column_config.Column(alignment="right")
    plain = getattr(table, "data", table)  # of a table that carries a style
    numbers = {name: right for name in plain.columns if _are_numbers(plain[name])}
    return st.dataframe(
        table, hide_index=True, row_height=29, placeholder="", key=key, alt=alt, column_config=numbers, **more
    )


_NUMBER = re.compile(r"[+\-−<>≈ ]*\d[\d,.]*( ?(%( ±.*)?|±.*|个月|点|个百分点|months|pt|亿元|万元|元|yuan))?")


def _are_numbers(column: pd.Series) -> bool:
    """Return whether a column of words holds numbers as they are shown, with signs and units."""
    texts = [text for text in column if isinstance(text, str) and text not in ("", "—")]
    return bool(texts) and all(_NUMBER.fullmatch(text) for text in texts)


def _frame(key: str, height: Height) -> Any:
    if isinstance(height, int):
        return st.container(height=height, border=False, key=f"fixed_{key}")
    usual = {"tall": 344, "half": 196, "low": 150, "list": 500, "below_cards": 270, "effect": 240}[height]
    return st.container(height=usual, border=False, key=f"{height}_{key}")


def _more(
    here: Context,
    title: str,
    key: str,
    figure: dict[str, Any] | None,
    table: Callable[[], pd.DataFrame] | None,
    how: str,
) -> bool:
    """Draw what stands behind the three dots, once they are open; return whether the table is wanted."""
    wanted = f"as_table_{key}"
    box = st.popover(
        here.t("a.more"), icon=":material/more_horiz:", type="tertiary", key=f"more_{key}", on_change="rerun"
    )
    if not box.open:
        return bool(st.session_state.get(wanted, False))
    with box:
        if table is not None:
            st.toggle(
                here.t("a.table"),
                **session.bound(
                    f"toggle_{key}",
                    bool(st.session_state.get(wanted, False)),
                    lambda on: st.session_state.__setitem__(wanted, on),
                ),
            )
            _download(here, "a.csv", files.as_csv(table(), here), key, "csv", "text/csv")
            _download(here, "a.xlsx", files.as_xlsx({title: table()}, here), key, "xlsx", files.XLSX)
        if figure is not None:
            if files.can_draw():
                for word, kind, mime in (("a.png", "png", "image/png"), ("a.svg", "svg", "image/svg+xml")):
                    _picture(here, word, partial(files.as_picture, figure, title, here, kind), key, kind, mime)
            _download(here, "a.html", files.as_page(figure, title, here), key, "html", "text/html")
        if how:
            st.markdown(f"**{here.t('a.how')}**  \n{how}")
        st.code(command_line(here), language="bash", wrap_lines=True)
    return bool(st.session_state.get(wanted, False))


def _download(here: Context, word: str, made: bytes, key: str, ending: str, mime: str) -> None:
    """Draw a download; its bytes are made now, because what Streamlit makes on a click is gone with the next look at a
    job, which may come before the browser has fetched it.
    """
    st.download_button(
        here.t(word),
        made,
        files.file_name(here, key, ending),
        mime,
        key=session.key_of(f"{ending}_{key}"),
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def _picture(here: Context, word: str, make: Callable[[], bytes], key: str, ending: str, mime: str) -> None:
    """Draw a button that makes a picture, which takes seconds, and then the download of it."""
    if st.button(here.t(word), key=session.key_of(f"make_{ending}_{key}"), type="tertiary", icon=":material/image:"):
        _download(here, "a.save", make(), key, ending, mime)
