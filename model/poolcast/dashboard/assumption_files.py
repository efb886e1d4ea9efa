"""The files of the page of assumptions: template, upload with its problems, downloads, and the lists below the grid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard import assumption_panels as panels
from poolcast.dashboard import assumption_state as state
from poolcast.dashboard import session
from poolcast.dashboard.access import editing
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.chart_card import show_table
from poolcast.dashboard.parts.origin import borrowed_sentence, lender_title
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import assumption_files as made
from poolcast.dashboard.services.assumption_changes import Changes, difference_table
from poolcast.parameters.borrowing import borrowed_parameters, borrowed_words
from poolcast.parameters.errors import PoolcastError
from poolcast.parameters.exchange.template import numbers_asked, numbers_required

if TYPE_CHECKING:
    import pandas as pd

_MOST_LISTED = 200
_ZIP = "application/zip"


def tools(here: Context, held: Changes) -> None:
    """Draw the buttons for template, downloads and upload."""
    with st.container(horizontal=True, width="content", key="assume_files"):
        for key, icon, draw in (
            ("template", "note_add", _template),
            ("downloads", "download", _downloads),
            ("upload", "upload", _upload),
        ):
            box = st.popover(
                here.t(f"assume.{key}"),
                icon=f":material/{icon}:",
                key=session.key_of(f"assume_{key}"),
                on_change="rerun",
            )
            if box.open:
                with box:
                    draw(here, held)


def _template(here: Context, held: Changes) -> None:
    first, second = st.columns(2)
    regions = first.number_input(
        here.t("assume.regions"), 1, made.MOST_REGIONS, 1, key=session.key_of("assume_template_regions")
    )
    years = second.number_input(here.t("assume.years"), 1, 5, 1, key=session.key_of("assume_template_years"))
    asked, required = numbers_asked(1, int(years)), numbers_required(1)
    st.caption(here.t("assume.template_note", n=asked, required=required))
    panels.made_file(
        here,
        "template",
        here.t("assume.make_template"),
        partial(made.template_bytes, int(regions), int(years), here.language),
        f"poolcast_template_{int(regions)}_{int(years)}.xlsx",
        files.XLSX,
    )


def _downloads(here: Context, held: Changes) -> None:
    upload = state.upload_of_set(here)
    for name, ending, mime in (("make_workbook", "xlsx", files.XLSX), ("make_zip", "zip", _ZIP)):
        panels.made_file(
            here,
            name,
            here.t(f"assume.{name}"),
            partial(made.workbook_bytes, held.base, held.mine, here.language, f".{ending}", upload),
            files.set_file_name(here, "assumptions", ending),
            mime,
        )
    table = _differences(here, held)
    if table.empty:
        st.caption(here.t("assume.no_difference"))
        return
    title = here.t("assume.difference_list", n=len(table))
    for key, content, ending, mime in (
        ("differences_xlsx", files.as_xlsx({title: table}, here), "xlsx", files.XLSX),
        ("differences_csv", files.as_csv(table, here), "csv", "text/csv"),
    ):
        st.download_button(
            here.t(f"assume.{key}"),
            content,
            files.set_file_name(here, "changes", ending),
            mime,
            key=session.key_of(f"assume_{key}"),
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )


def _upload(here: Context, held: Changes) -> None:
    limit = made.LIMITS
    sent = st.file_uploader(
        here.t("assume.upload_label"),
        type=["xlsx", "zip"],
        max_upload_size=limit.packed // made.MIB,
        key=state.uploader_key(),
        **editing(here.language),
    )
    st.caption(here.t("assume.upload_note", mb=limit.packed // made.MIB, rows=f"{limit.rows:,}"))
    if sent is not None:
        with st.spinner(here.t("assume.reading", file=_plain(sent.name))):
            state.receive(sent.getvalue(), sent.name)
        st.rerun()


def _plain(text: str) -> str:
    """Return a file's name without what Markdown would read as mark-up."""
    return "".join(sign for sign in text if sign.isalnum() or sign in "._- ()（）")[:80]


def received(here: Context) -> None:
    """Say what became of the last file: loaded, or every problem at its cell."""
    sent = state.upload()
    if sent is None:
        return
    if sent.imported is None:
        _problems(here, sent)
        return
    imported = sent.imported
    lines = [here.t("assume.loaded", file=sent.name, title=here.say(imported.assumptions.title))]
    lines.append(here.say(borrowed_words(imported.assumptions)))
    if imported.left_empty:
        lines.append(here.t("assume.left_empty", n=len(imported.left_empty)))
    if imported.spread:
        lines.append(here.t("assume.spread", n=len(imported.spread)))
    if imported.ignored:
        joint = "、" if here.language == "zh" else ", "
        lines.append(here.t("assume.ignored", names=joint.join(imported.ignored[:10])))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="card_loaded"):
        said = " ".join(line for line in lines if line)
        st.html(f'<div class="pc-note" role="status">✓ {safe(said)}</div>', width="stretch")
        _dismiss(here)


def _dismiss(here: Context) -> None:
    st.button(
        here.t("assume.dismiss"),
        key=session.key_of("assume_dismiss"),
        type="tertiary",
        icon=":material/close:",
        on_click=state.forget_upload,
    )


def _problems(here: Context, sent: made.Upload) -> None:
    """List the problems of a file, and offer a copy in which they are marked."""
    shown = PoolcastError(sent.problems).shown(_MOST_LISTED)
    with st.container(border=True, key="card_problems"):
        with st.container(horizontal=True, vertical_alignment="center", key="head_problems"):
            title = here.t("assume.problems", file=sent.name, n=len(sent.problems))
            hint = here.t("assume.problems_hint")
            st.html(
                f'<div class="pc-head" role="alert">⚠ {safe(title)} <small>{safe(hint)}</small></div>', width="stretch"
            )
            marked = sent.annotated(here.language)
            if marked is not None:
                st.download_button(
                    here.t("assume.annotated"),
                    marked,
                    f"{sent.name[:-5]}_annotated.xlsx",
                    files.XLSX,
                    key=session.key_of("assume_annotated"),
                    icon=":material/rate_review:",
                    on_click="ignore",
                    type="primary",
                )
            _dismiss(here)
        table = panels.problem_table(here, shown)
        height = min(29 * (len(table) + 1) + 12, 210)
        show_table(table, key="assume_problem_table", alt=title, height=height)
        if len(shown) < len(sent.problems):
            st.html(
                f'<div class="pc-note">{safe(here.t("assume.more_problems", n=len(sent.problems) - len(shown)))}</div>'
            )


def _differences(here: Context, held: Changes) -> pd.DataFrame:
    keys = ("name", "parameter", "region", "place", "unit", "shipped", "mine", "difference")
    words = {
        "name": "assume.name",
        "parameter": "assume.parameter",
        "region": "bar.region",
        "place": "assume.place",
        "unit": "assume.unit",
        "shipped": "assume.shipped",
        "mine": "assume.mine",
        "difference": "assume.difference",
    }
    return difference_table(held, here.language, {key: here.t(words[key]) for key in keys})


def below(here: Context, held: Changes) -> None:
    """Draw the lists below the grid: differences from the shipped set, borrowed parameters."""
    table = _differences(here, held)
    title = here.t("assume.difference_list", n=len(table))
    box = st.expander(title, key="assume_differences", on_change="rerun", icon=":material/difference:")
    if box.open:
        with box:
            if table.empty:
                st.caption(here.t("assume.no_changes"))
            else:
                show_table(table, key="assume_difference_table", alt=title)
    borrowed = borrowed_parameters(held.base.assumptions)
    title = here.t("assume.borrowed", n=len(borrowed))
    box = st.expander(title, key="assume_borrowed", on_change="rerun", icon=":material/inventory_2:")
    if not box.open:
        return
    with box:
        if not borrowed:
            st.caption(here.t("assume.borrowed_none"))
            return
        st.caption(borrowed_sentence(here))
        show_table(_borrowed(here, held), key="assume_borrowed_table", alt=title, height=420)


def _borrowed(here: Context, held: Changes) -> pd.DataFrame:
    import pandas as pd

    joint = "、" if here.language == "zh" else ", "
    rows = []
    for one in borrowed_parameters(held.base.assumptions):
        names = [here.say(here.held.name_of(code)) for code in one.regions]
        rows.append(
            {
                here.t("assume.group"): here.say(one.group),
                here.t("assume.name"): here.say(one.label),
                here.t("assume.parameter"): one.name,
                here.t("assume.lender"): lender_title(here, one.lender),
                here.t("assume.regions_of"): joint.join(names) or here.t("assume.every_region"),
                here.t("assume.grades"): joint.join(one.grades),
                here.t("assume.sources"): joint.join(one.sources),
            }
        )
    return pd.DataFrame(rows)
