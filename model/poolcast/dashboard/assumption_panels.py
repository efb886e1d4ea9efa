"""The parts of the page of assumptions: grid, what stands beside it, files, and what an upload brought."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from poolcast.dashboard import assumption_state as state
from poolcast.dashboard import session
from poolcast.dashboard.access import may_edit
from poolcast.dashboard.charts.assumptions import path_figure
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.chart_card import draw
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services.assumption_changes import (
    Changes,
    Effect,
    effect,
    path_of,
    trial,
)
from poolcast.dashboard.services.assumption_history import observed
from poolcast.dashboard.services.assumption_rows import Row, member_words
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.parameters.assumptions import Provenance
from poolcast.parameters.axes import AXES
from poolcast.parameters.declarations.groups import GROUPS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.reporting.formats import MINUS, money_text, months_text, rounded
from poolcast.reporting.words import EVIDENCES

_TRIED = "assume_tried"


def show_grid(here: Context, held: Changes, name: str, rows: Sequence[Row], empty: str) -> None:
    """Draw the grid of rows; only the column of this set can be changed."""
    if not rows:
        st.html(f'<div class="pc-note">{safe(empty)}</div>')
        return
    evidence = partial(evidence_words, here, held.base)
    shown = state.grid(name, rows, lambda some: state.frame_of(here, held, some, evidence))
    column = st.column_config
    text = {key: here.t(f"assume.{key}") for key in ("name", "unit", "mine", "shipped", "range", "evidence", "state")}
    st.data_editor(
        shown.frame,
        key=shown.key,
        hide_index=True,
        row_height=29,
        height="stretch",
        placeholder="",
        num_rows="fixed",
        alt=here.t("assume.grid"),
        disabled=["name", "unit", "shipped", "range", "evidence", "state"] if may_edit() else True,
        on_change=partial(state.take_edits, held),
        column_config={
            "name": column.TextColumn(text["name"], width=214),
            "unit": column.TextColumn(text["unit"], width=66),
            "mine": column.NumberColumn(text["mine"], width=74, format="localized"),
            "shipped": column.NumberColumn(text["shipped"], width=74, format="localized"),
            "range": column.TextColumn(text["range"], width=86),
            "evidence": column.TextColumn(text["evidence"]),
            "state": column.TextColumn(text["state"], width=62),
        },
    )


def entries_of(loaded: LoadedSet, name: str, region: str) -> tuple[Provenance, ...]:
    """Return where the values of a parameter for a region come from."""
    entries = loaded.assumptions.provenance.get(name, ())
    return tuple(entry for entry in entries if not region or entry.region in (region, "all"))


def evidence_words(here: Context, loaded: LoadedSet, row: Row) -> str:
    """Return the evidence of a row in one or two words."""
    if row.kind == "absent":
        return here.t(f"evidence.{row.declared.evidence}")
    found = dict.fromkeys(entry.evidence for entry in entries_of(loaded, row.parameter, row.region))
    joint = "、" if here.language == "zh" else ", "
    return joint.join(here.t(f"evidence.{kind}") for kind in found)


def lines_of(rows: Sequence[Row]) -> dict[str, Row]:
    """Return the first row of every path."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(state.line_of(row), row)
    return found


def beside(here: Context, held: Changes, rows: Sequence[Row]) -> None:
    """Draw what is known of one parameter: words, path, effect, sources."""
    lines = lines_of(rows)
    if not lines:
        return
    chosen = state.shown() if state.shown() in lines else next(iter(lines))
    row = lines[chosen]
    with st.container(border=True, key="card_beside"):
        st.selectbox(
            here.t("assume.which"),
            list(lines),
            format_func=lambda line: _line_words(here, lines[line]),
            label_visibility="collapsed",
            **session.bound("assume_line", chosen, state.show_line),
        )
        _words(here, held, row)
        if row.path:
            _path(here, held, row)
        else:
            st.html(f'<div class="pc-note">{safe(_no_path(here, held, row))}</div>')
        _effect(here, held, row)
        with st.container(horizontal=True, key="assume_restores"):
            _restore(here, held, row)
        _sources(here, held.base, row)


def _restore(here: Context, held: Changes, row: Row) -> None:
    """Draw the buttons that take changes back: those of this parameter, and all of them."""
    if row.parameter in held.parameters:
        st.button(
            here.t("assume.restore"),
            key=session.key_of("assume_restore"),
            icon=":material/undo:",
            on_click=partial(state.restore, held, row.parameter),
        )
    if held.values:
        st.button(
            here.t("assume.restore_all"),
            key=session.key_of("assume_restore_all"),
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=partial(state.restore_all, held),
        )


def _line_words(here: Context, row: Row) -> str:
    words = here.say(row.declared.label)
    known = [member_words(axis, members, here.language) for axis, members in row.where]
    if row.region not in ("", here.region):
        known.append(here.say(here.held.name_of(row.region)))
    if not known:
        return words
    return f"{words}（{'、'.join(known)}）" if here.language == "zh" else f"{words} ({', '.join(known)})"


def _words(here: Context, held: Changes, row: Row) -> None:
    declared = row.declared
    axes = [AXES[axis].label_zh if here.language == "zh" else AXES[axis].label.lower() for axis in declared.dimensions]
    joint = "、" if here.language == "zh" else ", "
    tags = [
        here.say(GROUPS[declared.group]),
        evidence_words(here, held.base, row),
        here.t("assume.tag_unit", unit=here.say(row.unit)),
        *([here.t("assume.tag_axes", axes=joint.join(axes))] if axes else []),
        here.t("assume.tag_handbook", section=declared.handbook),
    ]
    marks = "".join(f'<span class="pc-tag">{safe(tag)}</span>' for tag in tags)
    st.html(
        f'<div class="pc-head">{safe(here.say(declared.label))} <small>{safe(declared.name)}</small></div>'
        f'<div class="pc-keys">{marks}</div><div class="pc-note">{safe(here.say(declared.help))}</div>'
    )


def _path(here: Context, held: Changes, row: Row) -> None:
    before, after = path_of(held, row)
    figure = path_figure(here, row, observed(held.base, row), before, after)
    alt = f"{here.say(row.declared.label)}, {here.t('assume.history')}"
    with st.container(height=196, border=False, key="fixed_path"):
        draw(figure, "assume_path", alt)


def _no_path(here: Context, held: Changes, row: Row) -> str:
    if row.kind != "scale":
        return here.t("assume.no_path")
    import numpy as np

    values = held.base.assumptions[row.parameter]
    place: list[Any] = [slice(None)] * values.ndim
    wanted = dict(row.where) | ({"region": row.region} if row.region else {})
    for number, axis in enumerate(row.declared.dimensions):
        if axis in wanted:
            place[number] = [str(one) for one in held.base.assumptions.axis_members(axis)].index(wanted[axis])
    curve = values[tuple(place)]
    plain = Row(row.parameter, "value", float(np.nanmean(curve)))
    mean = here.t("assume.mean", value=f"{plain.shown(plain.value):,.4g} {here.say(plain.unit)}")
    end = "。" if here.language == "zh" else "."
    return f"{here.t('assume.curve', n=int(np.isfinite(curve).sum()))} {mean[:1].upper()}{mean[1:]}{end}"


def focus_year(here: Context) -> int:
    """Return the year in which effects are told."""
    return here.view.year or min(here.held.base_year + 15, here.last_year)


def effect_words(here: Context, found: Effect | None) -> str:
    """Return an effect in words: the difference, before and after."""
    year = focus_year(here)
    if found is None:
        return here.t("assume.effect_unknown")
    months = found.measure == "payable_months"
    tiny = 0.05 if months else 5e4
    if abs(found.difference) < tiny:
        return here.t("assume.effect_none", year=year, ledger=here.ledger_name)
    if months:
        unit = " 个月" if here.language == "zh" else " months"
        change = rounded(found.difference, 1, sign=True) + unit
        before, after = (months_text(max(value, 0.0), here.language) for value in (found.before, found.after))
    else:
        change = money_text(found.difference, here.language, sign=True)
        before, after = (money_text(value, here.language) for value in (found.before, found.after))
    return here.t(
        "assume.effect_of",
        year=year,
        ledger=here.ledger_name,
        measure=here.say(MEASURES[found.measure].label),
        change=change,
        before=before,
        after=after,
    )


def _tone(found: Effect | None) -> str:
    if found is None or not math.isfinite(found.difference) or found.difference == 0:
        return "pc-same"
    return "pc-better" if found.difference > 0 else "pc-worse"


def _say_effect(title: str, words: str, tone: str) -> None:
    st.html(f'<div class="pc-note"><b>{safe(title)}</b> <span class="{tone}">{safe(words)}</span></div>')


def _effect(here: Context, held: Changes, row: Row) -> None:
    """Say what the changes of a parameter do to the results, or offer to try one."""
    if row.parameter in held.parameters:
        if held.pending:
            _say_effect(here.t("assume.effect"), here.t("assume.effect_waiting"), "pc-same")
            return
        found = effect(held.base, held.alone(row.parameter), here.region, here.ledger, focus_year(here))
        _say_effect(here.t("assume.effect"), effect_words(here, found), _tone(found))
        if len(held.values) > 1:
            found = effect(held.base, held.mine, here.region, here.ledger, focus_year(here))
            _say_effect(here.t("assume.effect_all", n=len(held.values)), effect_words(here, found), _tone(found))
        return
    wanted = trial(row)
    if wanted is None:
        return
    value, step = wanted
    change = f"{'+' if step > 0 else MINUS}{abs(step):,.4g} {_step_unit(here, row)}"
    asked = (held.base.digest, row.key, here.region, here.ledger, focus_year(here))
    if st.session_state.get(_TRIED) != asked:
        st.button(
            here.t("assume.try", change=change),
            key=session.key_of("assume_try"),
            icon=":material/science:",
            on_click=lambda: st.session_state.__setitem__(_TRIED, asked),
        )
        return
    try:
        tried = Changes(held.base, held.short).with_value(row, value)
        found = None if tried.placed is None else effect(held.base, tried.placed, here.region, here.ledger, asked[-1])
        words = (
            effect_words(here, found)
            if not tried.pending
            else "; ".join(p.words_in(here.language)[0] for p in tried.pending)
        )
    except AssumptionError as error:
        found, words = None, error.problems[0].words_in(here.language)[0]
    _say_effect(here.t("assume.tried", change=change), words, _tone(found))


def _step_unit(here: Context, row: Row) -> str:
    if row.kind == "scale":
        return "%"
    if row.factor == 100.0:
        return "个百分点" if here.language == "zh" else "pt"
    return here.say(row.unit)


def _sources(here: Context, loaded: LoadedSet, row: Row) -> None:
    """List the documents behind the values, each once."""
    lines: dict[str, None] = {}
    zh = here.language == "zh"
    for entry in entries_of(loaded, row.parameter, row.region):
        told = [] if entry.evidence == "borrowed" else [here.say(EVIDENCES[entry.evidence])]
        if entry.lender:
            told.append(here.t("assume.borrowed_from", lender=entry.lender))
        if entry.grade:
            told.append(here.t("assume.grade", grade=entry.grade))
        if entry.carried_back:
            told.append(here.t("assume.carried_back", year=entry.carried_back))
        basis = (" · " if told else "") + " · ".join(told)
        keys = [key.strip() for key in entry.source.split(";") if key.strip()]
        for key in keys:
            source = loaded.assumptions.sources.get(key)
            said = key
            if source is not None:
                where = (source.publisher, source.year)
                said = f"{source.title}（{'，'.join(where)}）" if zh else f"{source.title} ({', '.join(where)})"
            lines[f"{said}{basis}"] = None
        if not keys:
            lines[f"{here.t('assume.no_source')}{basis}"] = None
    listed = "".join(f"<li>{safe(line)}</li>" for line in lines)
    heading = here.t("assume.sources")
    st.html(f'<div class="pc-note pc-list"><b>{safe(heading)}</b><ul>{listed}</ul></div>')


def problem_table(here: Context, problems: Sequence[Problem]) -> Any:
    """Return problems as a table: sheet, cell, found, allowed, how to mend."""
    import pandas as pd

    heads = ("assume.sheet", "assume.cell", "e.found", "e.allowed", "e.mend")
    rows = [
        (problem.sheet or (problem.column or ""), problem.cell or "", *problem.words_in(here.language))
        for problem in problems
    ]
    return pd.DataFrame(rows, columns=[here.t(head) for head in heads])


def notes(here: Context, held: Changes) -> None:
    """Say which numbers were not taken, and why changes wait."""
    for key, problems in (("assume.refused", state.refused(held)), ("assume.pending", held.pending)):
        if not problems:
            continue
        with st.container(border=True, key=f"card_{key.rsplit('.', 1)[1]}"):
            st.html(f'<div class="pc-head">⚠ {safe(here.t(key))}</div>')
            joint = "。" if here.language == "zh" else ". "
            lines = [
                f"<li>{safe(here.t('e.found'))}: {safe(found)}{joint}{safe(here.t('e.allowed'))}: {safe(allowed)}"
                f"{joint}{safe(mend)}</li>"
                for found, allowed, mend in (problem.words_in(here.language) for problem in problems[:5])
            ]
            st.html(f'<div class="pc-note pc-list"><ul>{"".join(lines)}</ul></div>')


def made_file(here: Context, name: str, label: str, make: Callable[[], bytes], file: str, mime: str) -> None:
    """Draw a button that makes a file, which takes a while, and then its download."""
    wanted = st.session_state.get("assume_made")
    mine = (name, here.language, file, here.loaded.digest)
    if wanted != mine:
        st.button(
            label,
            key=session.key_of(f"make_{name}"),
            icon=":material/construction:",
            width="stretch",
            on_click=lambda: st.session_state.__setitem__("assume_made", mine),
        )
        return
    with st.spinner(here.t("assume.making")):
        content = make()
    st.download_button(
        here.t("assume.ready"),
        content,
        file,
        mime,
        key=session.key_of(f"get_{name}"),
        icon=":material/download:",
        on_click="ignore",
        type="primary",
        width="stretch",
    )
