"""Share and reproduce: the link of a view, what prints its numbers elsewhere, and whose version a link came from."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from poolcast import __version__
from poolcast.dashboard import session
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.reproduce import recipe_of
from poolcast.dashboard.parts.tone import literal
from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.reproduce import Recipe

_DIGITS = 8
"""Of the digest of a set in a link."""


def share(here: Context) -> None:
    """Draw the link of the view and what it holds; a set of the reader's own has none, and says why."""
    box = st.popover(here.t("bar.share"), icon=":material/link:", type="tertiary", key="ctx_share", on_change="rerun")
    if not box.open:
        return
    with box:
        if not here.loaded.is_named:
            link = here.t("bar.share_link")
            st.button(link, icon=":material/link_off:", disabled=True, key="ctx_no_link", help=here.t("bar.share_own"))
            st.caption(here.t("bar.share_own"))
            _to_assumptions(here, "share")
            return
        st.caption(here.t("bar.share_link"))
        st.code(link_of(here), language=None, wrap_lines=True)
        st.caption(here.t("bar.share_opens", what=literal(what_a_link_holds(here))))
        number = len(Draft.of_link(here.view.draft))
        st.caption(here.t("bar.share_draft", n=number) if number else here.t("bar.share_holds"))
        if here.drafted is not None and not number:
            st.warning(here.t("bar.share_long"), icon=":material/link_off:")


def link_of(here: Context) -> str:
    """Return the address of the view, with version and set of whoever sends it."""
    query = here.view.to_query() | {"v": stamp(here)}
    page = "" if here.page == here.pages[0] else here.page  # the first page has no path of its own
    return f"{_address()}/{page}?{urlencode(query)}"


def what_a_link_holds(here: Context) -> str:
    """Return what opens with the link, in words: page, set, region, ledger, scenarios, year, runs and seed."""
    comma = "、" if here.language == "zh" else ", "
    parts = [here.t(f"nav.{here.page}"), here.say(here.held.short), here.region_name, here.ledger_name]
    parts.append(comma.join(shown.title for shown in here.shown))
    if here.view.year is not None:
        parts.append(f"{here.t('u.year')} {here.view.year}")
    runs = here.t("c.runs", n=here.view.paths if here.view.paths == 1 else f"{here.view.paths:,}")
    return " · ".join([*parts, runs, here.t("c.seed", n=here.view.seed)])


def stamp(here: Context) -> str:
    """Return version and digest of the set: what a link rests on."""
    return f"{__version__}+{here.loaded.content[:_DIGITS]}"


def _address() -> str:
    """Return the address under which the reader reached the dashboard, without page and query."""
    parts = urlsplit(str(st.context.url or ""))
    base = parts.path.rsplit("/", 1)[0]
    return f"{parts.scheme}://{parts.netloc}{base}" if parts.netloc else base


def _to_assumptions(here: Context, beside: str) -> None:
    """Draw the way to the page that gives a set of the reader's own as a workbook."""
    page = "assumptions"
    if (
        page in here.pages
        and here.page != page
        and st.button(here.t("bar.to_workbook"), key=session.key_of(f"to_book_{beside}"))
    ):
        st.session_state["go"] = page
        st.rerun()


def reproduce_box(here: Context) -> Any:
    """Draw the button behind which stands what prints the numbers of the page, and return its box; see `reproduce`."""
    label = here.t("bar.reproduce")
    return st.popover(label, icon=":material/terminal:", type="tertiary", key="ctx_reproduce", on_change="rerun")


def reproduce(here: Context, box: Any) -> None:
    """Draw the command line and the Python that print the numbers of the page, with the files that they read.

    After the page was drawn, as it says itself what it prints.
    """
    if not box.open:
        return
    with box:
        made = recipe_of(here)
        if made.files:
            _files(here, made)
        shell, python = st.tabs([here.t("bar.command_line"), here.t("bar.python")])
        with shell:
            if made.set_folder:
                _own_set(here, made, "reproduce")
            st.code(made.command, language="bash", wrap_lines=True)
        with python:
            if here.loaded.sent:
                _own_set(here, made, "python")
            st.code(made.python, language="python", wrap_lines=True)
        digest = here.loaded.content[:12]
        st.caption(here.t("bar.reproduce_note", version=__version__, digest=digest, seed=here.view.seed))


def _own_set(here: Context, made: Recipe, beside: str) -> None:
    """Say how the reader's own set becomes the folder that the lines read: its workbook, as the page gives it."""
    st.caption(here.t("bar.own_set_first"))
    book = ["poolcast", "import", files.set_file_name(here, "assumptions", "xlsx"), "--to", made.set_folder]
    st.code(shlex.join(book), language="bash", wrap_lines=True)
    _to_assumptions(here, beside)


def _files(here: Context, made: Recipe) -> None:
    """Draw the downloads of what no name finds: drafts, as the scenario files that the command line reads."""
    st.caption(here.t("bar.files_first"))
    with st.container(horizontal=True):
        for name, text in made.files.items():
            key = session.key_of(f"recipe_{name}")
            st.download_button(name, text, name, "text/yaml", key=key, on_click="ignore", icon=":material/download:")


def sender(here: Context) -> None:
    """Say that a link was made with another version or other tables, until the reader has read it or moves on."""
    sent = session.sender()
    if not sent or sent == stamp(here):
        return
    version, _, digest = sent.partition("+")
    told = []
    if version != __version__:
        told.append(here.t("e.version", a=version, b=__version__))
    if digest != here.loaded.content[:_DIGITS]:
        told.append(here.t("e.version_set", a=digest or "—", b=here.loaded.content[:_DIGITS]))
    with st.container(horizontal=True, vertical_alignment="center", key="sender"):
        st.info(" ".join(told), icon=":material/update:")
        st.button(here.t("a.read"), key=session.key_of("sender_read"), on_click=session.forget_sender)
