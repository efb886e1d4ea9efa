"""Early warnings of a fund on the page Budget: the worst first, each with its rule, and what would clear it."""

from __future__ import annotations

import math
from functools import partial

import streamlit as st

from poolcast.budget.execution import LEAST_MONTHS
from poolcast.budget.warning_results import EarlyWarning, FundWarnings
from poolcast.budget.warning_rules import LEVELS, RULES, WATCHED, Level
from poolcast.budget.warning_words import figures
from poolcast.dashboard import session
from poolcast.dashboard.budget_parts import Shown
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import bands
from poolcast.dashboard.parts.problems import problem_list
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import budgets
from poolcast.dashboard.services.clearing import can_be_cleared, held_ways, request_ways
from poolcast.dashboard.services.jobs import Status
from poolcast.parameters.errors import PoolcastError
from poolcast.reporting.formats import WHOLE_PERCENT

SYMBOLS: dict[Level, str] = {"red": "▼", "orange": "◆", "yellow": "●", "green": "○"}
_YELLOW = {False: ("#F6E3A1", "#1B242D"), True: ("#F0D24A", "#12181F")}
_WANTED, _JOB = "clearing_wanted", "clearing_job"


def fund_warnings(here: Context, shown: Shown) -> FundWarnings | None:
    """Return the warnings of the fund in view, alerts of its months among them; None where it is not judged."""
    if here.ledger not in WATCHED:
        return None
    if shown.months is not None and shown.months.known:
        found = budgets.warnings_with_months(shown.made, here.region, here.ledger)
    else:
        found = budgets.warnings_of(shown.made, here.loaded, shown.scenario)
    return next((one for one in found.funds if (one.region, one.ledger) == (here.region, here.ledger)), None)


def warnings_card(here: Context, shown: Shown, found: FundWarnings | None) -> None:
    """Draw the card of the warnings; what would clear one is looked for when it is asked for, in a job."""
    every = () if found is None else (*found.warnings, *found.coming)
    with st.container(border=True, key="card_warnings"):
        title = here.t("budget.warnings", n=len(every))
        scope = here.t("budget.by_severity", year=shown.made.read.base_year)
        st.html(f'<div class="pc-head">{safe(title)} <small>{safe(scope)}</small></div>')
        with st.container(height=220, border=False, key="quarter_warnings"):
            if found is None:
                st.html(f'<div class="pc-note">{safe(here.t("budget.not_judged"))}</div>')
            elif not every:
                st.html(f'<div class="pc-note">{safe(here.t("budget.quiet", n=len(found.quiet)))}</div>')
            _listed(here, shown, every)
            for note in _notes(here, shown, found):
                st.html(f'<div class="pc-note">{safe(note)}</div>')


def _listed(here: Context, shown: Shown, every: tuple[EarlyWarning, ...]) -> None:
    status = _status()
    running = status is not None and not status.is_over

    @st.fragment(run_every=1.0 if running else None)
    def listed() -> None:
        now = _status()
        for number, warning in enumerate(every):
            _one(here, shown, warning, number, now)
        if running and (now is None or now.is_over):
            st.rerun(scope="app")

    listed()


def _one(here: Context, shown: Shown, warning: EarlyWarning, number: int, status: Status | None) -> None:
    st.html(warning_html(here, warning))
    if not can_be_cleared(warning):
        return
    name = (
        f"{warning.region} {warning.ledger} {warning.rule.id} {warning.year} {shown.scenario.name} {here.loaded.digest}"
    )
    ways = held_ways(here.loaded, shown.scenario, warning)
    wanted = st.session_state.get(_WANTED) == name
    if not wanted:
        st.button(
            here.t("budget.clear"), key=session.key_of(f"clear_{warning.rule.id}_{number}"), type="tertiary",
            icon=":material/build:", on_click=partial(_ask, here, shown, warning, name),
        )  # fmt: skip
        return
    for way in ways:
        if way.clearing is not None:
            mark = "✓" if way.clearing.reached else "—"
            st.html(f'<div class="pc-way"><b>{mark}</b> {safe(way.clearing.sentence(here.language))}</div>')
        elif way.error is not None:
            st.html(f'<div class="pc-way">— {safe(here.t("budget.cannot_try", what=way.unknown))}</div>')
    if len(ways) < len(warning.rule.tried(warning.ledger)):
        _waiting(here, status, len(ways), len(warning.rule.tried(warning.ledger)))


def _waiting(here: Context, status: Status | None, done: int, total: int) -> None:
    if status is not None and status.state == "failed":
        if isinstance(status.error, PoolcastError):
            problem_list(status.error, here.language)
        else:
            st.html(f'<div class="pc-note">{safe(here.t("e.unexpected", code=status.code))}</div>')
        return
    st.html(f'<div class="pc-note" role="status">◔ {safe(here.t("budget.looking", n=done, total=total))}</div>')


def _ask(here: Context, shown: Shown, warning: EarlyWarning, name: str) -> None:
    st.session_state[_WANTED] = name
    if len(held_ways(here.loaded, shown.scenario, warning)) < len(warning.rule.tried(warning.ledger)):
        made = request_ways(bands.jobs(), bands.session_id(), here.loaded, shown.scenario, warning)
        st.session_state[_JOB] = made


def _status() -> Status | None:
    job = st.session_state.get(_JOB)
    return None if job is None else bands.jobs().status(job, bands.session_id())


def badge(here: Context, level: Level) -> str:
    """Return the level of a warning as symbol and word on its colour."""
    ground, ink = _YELLOW[here.palette.dark] if level == "yellow" else here.palette.bands[level]
    word = here.say(LEVELS[level])
    word = word.removesuffix("色") if here.language == "zh" else word.capitalize()
    return f'<span class="pc-level" style="background:{ground};color:{ink}">{SYMBOLS[level]} {safe(word)}</span>'


def warning_html(here: Context, warning: EarlyWarning) -> str:
    """Return a warning: its level, what is off, the rule and its source, since when, and how often it is wrong."""
    value, limit = figures(warning.rule, warning.value, warning.threshold, here.language)
    sign = "&gt;" if warning.rule.fires == "above" else "&lt;"
    what = here.say(warning.what)
    said = safe(what) if what else f"{safe(value)} {sign} {safe(limit)}"
    year = "" if what else f" · {warning.year}"
    grey = [_rule(here, warning), *_when(here, warning), *_reliable(here, warning)]
    meaning = safe(here.say(warning.rule.meaning))
    return (
        f'<div class="pc-warning">{badge(here, warning.level)}<div><b title="{meaning}">'
        f"{safe(here.say(warning.rule.title))}{safe(year)}</b> {said}"
        f'<div class="pc-note">{" · ".join(map(safe, grey))}</div></div></div>'
    )


def _rule(here: Context, warning: EarlyWarning) -> str:
    return here.t("budget.rule", rule=warning.rule.number or warning.rule.id, source=warning.rule.source)


def _when(here: Context, warning: EarlyWarning) -> list[str]:
    if warning.rule.kind == "execution":
        return []
    if warning.is_coming:
        return [here.t("budget.coming", year=warning.year)]
    if warning.since < warning.year or warning.since_open:
        return [here.t("budget.since_open" if warning.since_open else "budget.since", year=warning.since)]
    return [here.t("budget.new", year=warning.year)]


def _reliable(here: Context, warning: EarlyWarning) -> list[str]:
    if warning.score is None or math.isnan(warning.score.false_alarm_rate):
        return []
    return [here.t("budget.false_alarm", share=WHOLE_PERCENT.show(warning.score.false_alarm_rate))]


def _notes(here: Context, shown: Shown, found: FundWarnings | None) -> list[str]:
    """Say why months give no alert, and which rules know nothing."""
    notes = []
    known = 0 if shown.months is None else shown.months.known
    if 0 < known < LEAST_MONTHS:
        notes.append(here.t("budget.few_months", n=known, least=LEAST_MONTHS))
    if found is not None and found.unknown:
        names = ("、" if here.language == "zh" else ", ").join(here.say(RULES[rule].title) for rule, _ in found.unknown)
        notes.append(here.t("budget.unknown", rules=names))
    return notes
