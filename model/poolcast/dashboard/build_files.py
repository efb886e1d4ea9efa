"""The row above the effects on the page Build: name, state, undo, load, export, save."""

from __future__ import annotations

from functools import partial

import streamlit as st

from poolcast.dashboard import build_state as state
from poolcast.dashboard import compare_parts, session
from poolcast.dashboard.access import editing
from poolcast.dashboard.build_effect import Effect
from poolcast.dashboard.charts.scenario_lines import Drawn
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import scenarios as library
from poolcast.dashboard.services import waiting
from poolcast.dashboard.services.drafts import MOST_TEXT, Draft, safe_name
from poolcast.dashboard.services.headline import KINDS, headline
from poolcast.dashboard.services.mending import new_findings
from poolcast.dashboard.services.reproduce import set_word
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import PoolcastError, Problem, ScenarioError

YAML = "application/yaml"
_MOST_MEGABYTES = 1


def row(here: Context, effect: Effect | None) -> None:
    """Draw name, state of the draft, undo and redo, and the ways to files; without results where there are none."""
    steps = state.history()
    with st.container(horizontal=True, vertical_alignment="center", key="build_head"):
        st.text_input(
            here.t("build.name"),
            label_visibility="collapsed",
            width=160,
            max_chars=80,
            **session.bound("build_name", state.name(here.t("build.my_plan")), state.rename),
        )
        saved = here.t("build.saved") if state.is_saved() and len(steps.draft) else here.t("build.unsaved")
        text = (
            here.t("build.changes", n=len(steps.draft), state=saved) if len(steps.draft) else here.t("build.no_changes")
        )
        if len(steps.draft) and not here.view.draft:
            text += " · " + here.t("bar.share_long")
        st.html(f'<div class="pc-note">{safe(text)}</div>', width="stretch")
        st.button(
            here.t("build.undo"),
            key=session.key_of("more_undo"),
            icon=":material/undo:",
            type="tertiary",
            disabled=not steps.past,
            on_click=state.undo,
        )
        st.button(
            here.t("build.redo"),
            key=session.key_of("more_redo"),
            icon=":material/redo:",
            type="tertiary",
            disabled=not steps.future,
            on_click=state.redo,
        )
        _load(here)
        _export(here, effect)
        _save(here, effect)


def _load(here: Context) -> None:
    """Draw the library and the upload of a scenario file."""
    box = st.popover(
        here.t("build.load"), icon=":material/folder_open:", type="tertiary", key="build_load", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        known = {preset.id: preset for preset in library.presets()}
        chosen = st.selectbox(
            here.t("build.preset"),
            list(known),
            format_func=lambda name: _preset_title(here, known[name]),
            key=session.key_of("build_preset"),
        )
        if chosen:
            st.caption(here.say(known[chosen].scenario.why))
            st.button(
                here.t("build.load_it"),
                key=session.key_of("build_load_it"),
                type="primary",
                on_click=partial(state.load, Draft.of(known[chosen].scenario), here.say(known[chosen].title)),
                **editing(here.language),
            )
        st.file_uploader(
            here.t("build.upload"),
            type=["yaml", "yml"],
            max_upload_size=_MOST_MEGABYTES,
            key=session.key_of("build_upload"),
            **editing(here.language),
            on_change=partial(_uploaded, session.key_of("build_upload")),
        )
        origin = state.draft().origin
        if origin in known:
            names = {"baseline": here.t("baseline.name"), "origin": here.say(known[origin].title)}
            st.selectbox(
                here.t("build.compare_with"),
                list(names),
                format_func=names.__getitem__,
                **session.bound(
                    "build_against", state.recalled("against", "baseline"), partial(state.remember, "against")
                ),
            )
        st.button(
            here.t("build.clear_all"),
            key=session.key_of("build_clear_all"),
            icon=":material/delete_sweep:",
            type="tertiary",
            on_click=lambda: state.do(lambda _: Draft()),
            **editing(here.language),
        )


def _preset_title(here: Context, preset: library.Preset) -> str:
    mark = f" · {here.say(library.BADGES['stress'])}" if preset.is_stress else ""
    return here.say(preset.title) + mark


def _uploaded(key: str) -> None:
    """Take a scenario file in place of the draft, or say everything that is wrong with it."""
    given = st.session_state.get(key)
    if given is None:
        return
    content = given.getvalue()
    try:
        text = content[: MOST_TEXT * 4 + 1].decode("utf-8")
    except UnicodeDecodeError:
        state.refuse(
            ScenarioError(Problem(given.name, "bytes that are no text", "a YAML file in UTF-8", "Save it as UTF-8."))
        )
        return
    try:
        made = Draft.of_file(text, safe_name(given.name.rsplit(".", 1)[0]) + ".yaml")
    except PoolcastError as error:
        state.refuse(error)
        return
    state.load(made, made.title.zh if session.current().lang == "zh" else made.title.en)


def _file_text(here: Context) -> tuple[str, str]:
    """Return name and text of the scenario file of the draft."""
    title = state.name(here.t("build.my_plan"))
    stem = safe_name(title, "my_scenario")
    return stem, state.draft().file_text(stem, Words(title, title))


def _export(here: Context, effect: Effect | None) -> None:
    box = st.popover(
        here.t("build.export"), icon=":material/download:", type="tertiary", key="build_export", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        stem, text = _file_text(here)
        st.download_button(
            here.t("build.export_yaml"),
            text.encode(),
            f"{stem}.yaml",
            YAML,
            key=session.key_of("build_yaml"),
            on_click="ignore",
            icon=":material/description:",
        )
        if effect is None:
            return
        items = [effect.first, effect.item]
        kinds = KINDS if effect.required() else tuple(kind for kind in KINDS if kind != "required")
        values = headline(items, here.region, here.ledger, effect.year, kinds=kinds)
        drawn = [Drawn(effect.base, effect.first), Drawn(effect.own, effect.item)]
        st.download_button(
            here.t("build.export_xlsx"),
            compare_parts.workbook(here, drawn, values, effect.year, None),
            files.file_name(here, "build", "xlsx"),
            files.XLSX,
            key=session.key_of("build_xlsx"),
            on_click="ignore",
            icon=":material/table:",
        )
        st.code(text, language="yaml", height=220)


def _save(here: Context, effect: Effect | None) -> None:
    """Draw the way to a file that can be handed in: errors against rules need a reason, which the file then holds."""
    box = st.popover(
        here.t("build.save"),
        icon=":material/save:",
        type="primary",
        key="build_save",
        on_change="rerun",
        **editing(here.language, disabled=not len(state.draft())),
    )
    if not box.open:
        return
    with box:
        known = None if effect is None else waiting.rules_of(effect.item, effect.first)
        broken = () if known is None else new_findings(*known)
        errors = sorted({finding.rule.id for finding in broken if finding.severity == "error"})
        why = st.text_area(
            here.t("build.why"),
            placeholder=here.t("build.why_waiver") if errors else here.t("build.why_hint"),
            max_chars=600,
            **session.kept("build_why", session.choice_of("build_why", "")),
        )
        if errors:
            st.warning(here.t("build.needs_waiver", rules=", ".join(errors)), icon=":material/gavel:")
        stem, _ = _file_text(here)
        title = state.name(here.t("build.my_plan"))
        reason = (why or "").strip() or title
        if errors and (why or "").strip():
            reason = f"{reason} [{here.t('build.waived', rules=', '.join(errors))}]"
        text = state.draft().file_text(stem, Words(title, title), Words(reason, reason))
        st.download_button(
            here.t("build.save_file", name=f"{stem}.yaml"),
            text.encode(),
            f"{stem}.yaml",
            YAML,
            key=session.key_of("build_save_file"),
            type="primary",
            icon=":material/download:",
            disabled=bool(errors) and not (why or "").strip(),
            on_click=state.mark_saved,
        )
        st.caption(here.t("build.then"))
        st.code(f"poolcast run {stem}.yaml --set {set_word(here.loaded)}", language="bash")
