"""Early warnings of a fund on the page Budget: the worst first, each with its rule, and what would clear it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from poolcast.budget.execution import LEAST_MONTHS
from poolcast.budget.warning_results import EarlyWarning, FundWarnings
from poolcast.budget.warning_rules import RULES, Level
from poolcast.budget.warning_series import WATCHED
from poolcast.budget.warning_words import source_in
from poolcast.dashboard import session
from poolcast.dashboard.budget_parts import Shown
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import bands
from poolcast.dashboard.parts.levels import against, badge
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.problems import problem_list
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import budgets
from poolcast.dashboard.services.alarms import warnings_of
from poolcast.dashboard.services.budgets import OffBudget
from poolcast.dashboard.services.clearing import can_be_cleared, held_ways, request_ways
from poolcast.dashboard.services.jobs import Status
from poolcast.parameters.errors import PoolcastError
from poolcast.reporting.formats import WHOLE_PERCENT, growth_text

_WANTED, _JOB = "clearing_wanted", "clearing_job"


def fund_warnings(here: Context, shown: Shown) -> FundWarnings | None:
    """Return the warnings of the fund in view in the last closed year; None where it is not judged.

    Rules that speak of chances are quiet until a simulation is done; a job computes it.
    """
    if here.ledger not in WATCHED:
        return None
    held = bands.bands(here, shown.scenario.name)
    counted = None if held is None else held.bands
    found = warnings_of(here.projected(shown.scenario.name), counted)
    return next((one for one in found.funds if (one.region, one.ledger) == (here.region, here.ledger)), None)


def warnings_card(here: Context, shown: Shown) -> None:
    """Draw the card of the warnings; what would clear one is looked for when it is asked for, in a job."""

    def waits() -> bool:
        job = _status()
        is_under_way = job is not None and not job.is_over
        return is_under_way or (here.ledger in WATCHED and bands.awaited(here, shown.scenario.name))

    with st.container(border=True, key="card_warnings"):

        @looking(waits)
        def listed() -> None:
            _card(here, shown, fund_warnings(here, shown))

        listed()


def _card(here: Context, shown: Shown, found: FundWarnings | None) -> None:
    off = budgets.off_budget(shown.months)
    every = () if found is None else (*found.warnings, *found.coming)
    title = here.t("budget.warnings", n=len(every) + len(off))
    scope = here.t("budget.by_severity", year=shown.made.read.base_year)
    st.html(f'<div class="pc-head">{safe(title)} <small>{safe(scope)}</small></div>')
    with st.container(height=220, border=False, key="quarter_warnings"):
        if found is None:
            st.html(f'<div class="pc-note">{safe(here.t("budget.not_judged"))}</div>')
        elif not every and not off:
            st.html(f'<div class="pc-note">{safe(here.t("budget.quiet", n=len(found.quiet)))}</div>')
        for level in ("red", "orange", "yellow"):
            for alert in off:
                if alert.level == level:
                    st.html(off_html(here, shown, alert))
            for number, warning in enumerate(every):
                if warning.level == level:
                    _one(here, shown, warning, number)
        for note in _notes(here, shown, found):
            st.html(f'<div class="pc-note">{safe(note)}</div>')


def _one(here: Context, shown: Shown, warning: EarlyWarning, number: int) -> None:
    st.html(warning_html(here, warning))
    if not can_be_cleared(warning):
        return
    fund = (here.loaded.digest, shown.scenario.name, warning.region, warning.ledger)
    name = (*fund, warning.rule.id, warning.year)
    if st.session_state.get(_WANTED) != name:
        label, key = here.t("budget.clear"), session.key_of(f"clear_{warning.rule.id}_{number}")
        if st.button(label, key=key, type="tertiary", icon=":material/build:"):
            _ask(here, shown, warning, name)
            st.rerun(scope="app")  # somebody has clicked: the page begins to look at the job
        return
    ways, tried = held_ways(here.loaded, shown.scenario, warning), warning.rule.tried(warning.ledger)
    for way in ways:
        if way.clearing is not None:
            mark = "✓" if way.clearing.reached else "—"
            st.html(f'<div class="pc-way"><b>{mark}</b> {safe(way.clearing.sentence(here.language))}</div>')
        elif way.error is not None:
            st.html(f'<div class="pc-way">— {safe(here.t("budget.cannot_try", what=way.unknown))}</div>')
    if len(ways) < len(tried):
        _waiting(here, _status(), len(ways), len(tried))


def _waiting(here: Context, status: Status | None, done: int, total: int) -> None:
    if status is not None and status.state == "failed":
        if isinstance(status.error, PoolcastError):
            problem_list(status.error, here.language)
        else:
            st.html(f'<div class="pc-note">{safe(here.t("e.unexpected", code=status.code))}</div>')
        return
    st.html(f'<div class="pc-note" role="status">◔ {safe(here.t("budget.looking", n=done, total=total))}</div>')


def _ask(here: Context, shown: Shown, warning: EarlyWarning, name: tuple[object, ...]) -> None:
    st.session_state[_WANTED] = name
    if len(held_ways(here.loaded, shown.scenario, warning)) < len(warning.rule.tried(warning.ledger)):
        made = request_ways(bands.jobs(), bands.session_id(), here.loaded, shown.scenario, warning)
        st.session_state[_JOB] = made


def _status() -> Status | None:
    job = st.session_state.get(_JOB)
    return None if job is None else bands.jobs().status(job, bands.session_id())


def warning_html(here: Context, warning: EarlyWarning) -> str:
    """Return a warning: its level, what is off, the rule and its source, since when, and how often it is wrong."""
    title = f"{here.say(warning.rule.title)} {warning.year}"
    grey = [*_when(here, warning), *_reliable(here, warning), _rule(here, warning)]
    return _entry(here, warning.level, title, against(warning, here.language), grey, here.say(warning.rule.meaning))


def off_html(here: Context, shown: Shown, alert: OffBudget) -> str:
    """Return what the months say of a total, or of some lines together, as a warning."""
    labels = {row.code: here.say(row.label) for row in shown.statement.rows}
    rule = RULES["execution"]
    away = [(labels.get(line, line), growth_text(departure)) for line, departure in alert.lines]
    if len(away) == 1:
        title, said = away[0]
    else:
        listed = [f"{label} {share}" for label, share in away]
        joined = ("，" if here.language == "zh" else ", ").join(listed)
        title, said = here.say(rule.title), here.t("budget.off_lines", n=len(away), lines=joined)
    known = 0 if shown.months is None else shown.months.known
    grey = [here.t("budget.off_until", n=known), here.t("budget.source", source=source_in(rule.source, here.language))]
    return _entry(here, alert.level, title, said, grey, here.say(rule.meaning))


def _entry(here: Context, level: Level, title: str, said: str, grey: Sequence[str], meaning: str) -> str:
    return (
        f'<div class="pc-warning">{badge(here, level)}<div><b title="{safe(meaning)}">{safe(title)}</b> {safe(said)}'
        f'<div class="pc-note">{" · ".join(map(safe, grey))}</div></div></div>'
    )


def _rule(here: Context, warning: EarlyWarning) -> str:
    source, number = source_in(warning.rule.source, here.language), warning.rule.number
    if not number or not set(number) <= set("ivx"):
        return here.t("budget.source", source=source)
    return here.t("budget.rule", rule=f"({number})", source=source)


def _when(here: Context, warning: EarlyWarning) -> list[str]:
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
    pending = bands.progress(here, bands.status_of(here, shown.scenario.name))
    if found is not None and pending:
        notes.append(pending)
    elif found is not None and found.unknown:
        names = ("、" if here.language == "zh" else ", ").join(here.say(RULES[rule].title) for rule, _ in found.unknown)
        notes.append(here.t("budget.unknown", rules=names))
    return notes
