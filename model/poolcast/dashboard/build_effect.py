"""The right half of the page Build: what the draft does, at once, with the band following."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import streamlit as st

from poolcast.dashboard import build_state as state
from poolcast.dashboard import compare_parts, session
from poolcast.dashboard.access import editing
from poolcast.dashboard.charts.scenario_lines import FLOWS, Drawn, measures_of, scenario_lines
from poolcast.dashboard.charts.schedule import Span, schedule_figure
from poolcast.dashboard.compare_details import how
from poolcast.dashboard.context import Context, Shown
from poolcast.dashboard.headline_words import change_text, short_title, sum_scale, tip_of, title_of, value_text
from poolcast.dashboard.parts import background, bands
from poolcast.dashboard.parts.chart_card import chart_card, draw
from poolcast.dashboard.parts.reproduce import offer
from poolcast.dashboard.parts.takeaway import plain
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import waiting
from poolcast.dashboard.services.arguments import argument_text
from poolcast.dashboard.services.band_simulation import compute_bands
from poolcast.dashboard.services.bands import FEWEST_PATHS, MOST_PATHS, Found, Request, held_bands
from poolcast.dashboard.services.drafts import remarks
from poolcast.dashboard.services.finding_words import found_and_required
from poolcast.dashboard.services.headline import KINDS, CardValue, Kind, headline
from poolcast.dashboard.services.history import history
from poolcast.dashboard.services.jobs import Status
from poolcast.dashboard.services.mending import Mend, new_findings
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.reproduce import View
from poolcast.dashboard.services.scenarios import usual_start
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.compliance import Finding
from poolcast.parameters.errors import ResultError
from poolcast.reporting.formats import MONTHS
from poolcast.scenarios.scenario import LeverCall

if TYPE_CHECKING:
    from poolcast.outlook.compliance import Compliance

_JOB = "draft_band_job"
PAUSE = 0.35
"""Seconds before a simulation begins: it must not take the processors while the page is drawn, nor follow each step."""
METRIC_HEIGHT = 106
"""Pixels: all four are equally high, with a difference or without."""


@dataclass(frozen=True)
class Effect:
    """What the page compares.

    Parameters
    ----------
    here : Context
    base, own : Shown
        Name, colour and dash of what the draft is compared with, and of the draft.
    first, item : Projected
        Their projections.
    year : int
        Year in focus.
    """

    here: Context
    base: Shown
    own: Shown
    first: Projected
    item: Projected
    year: int

    @property
    def request(self) -> Request:
        """What the simulation is asked for; all scenarios meet the same shocks."""
        view = self.here.view
        paths = min(max(view.paths, FEWEST_PATHS), MOST_PATHS)
        return Request(self.here.loaded, self.item.scenario, self.first.scenario, paths, view.seed)

    @property
    def is_changed(self) -> bool:
        """Whether the draft differs from what it is compared with."""
        return self.first.scenario.digest != self.item.scenario.digest

    def found(self) -> Found | None:
        """Return the bands where they are known; a job computes them otherwise, in place of that of the last move."""
        request = self.request
        known = held_bands(request)
        if known is not None:
            return known
        asked, job = st.session_state.get(_JOB, (None, ""))
        status = bands.jobs().status(job, bands.session_id()) if asked == request.pair_key else None
        if status is None or bands.was_left(status):
            work = partial(compute_bands, request)
            try:
                begun = bands.jobs().submit(bands.session_id(), "band", work, request.paths, PAUSE)
            except ResultError:  # the server is busy: the next look asks again
                return None
            st.session_state[_JOB] = (request.pair_key, begun)
            return None
        return status.result if isinstance(status.result, Found) else None

    def status(self) -> Status | None:
        """Return how far the simulation is."""
        asked, job = st.session_state.get(_JOB, (None, ""))
        return bands.jobs().status(job, bands.session_id()) if asked == self.request.pair_key else None

    def required(self) -> bool:
        """Return whether the required rates are known; a job finds them otherwise."""
        items, here = (self.first, self.item), self.here
        if waiting.required_is_known(items, here.region, here.ledger, self.year):
            return True
        key = (*(item.key for item in items), here.region, here.ledger, self.year)
        work = partial(waiting.required_later, items, here.region, here.ledger, self.year)
        background.background(
            "required",
            key,
            work,
            PAUSE,
            lambda: not waiting.required_is_known(items, here.region, here.ledger, self.year),
        )
        return False

    def rules(self) -> tuple[tuple[Compliance, Compliance] | None, Mapping[str, Mend]]:
        """Return what the draft and its base break, where known, and what would mend it; a job checks otherwise."""
        key = (self.item.key, self.first.key)
        work = partial(waiting.rules_later, self.item, self.first)
        status = background.background(
            "rules", key, work, PAUSE, lambda: waiting.rules_of(self.item, self.first) is None
        )
        return waiting.rules_of(self.item, self.first), background.result(status) or {}

    def waits(self) -> bool:
        """Whether something is still being computed, so that the page looks again in a while."""
        if not self.is_changed:
            return not self.required()
        return (self.found() is None) | (not self.required()) | (self.rules()[0] is None)


def metrics(effect: Effect, found: Found | None) -> None:
    """Draw the four headline numbers with their difference."""
    here = effect.here
    kinds: tuple[Kind, ...] = KINDS if effect.required() else tuple(kind for kind in KINDS if kind != "required")
    known = {effect.item.name: found} if found is not None else {}
    values = headline([effect.first, effect.item], here.region, here.ledger, effect.year, found=known, kinds=kinds)
    for column, kind in zip(st.columns(4), KINDS, strict=True):
        with column:
            _metric(effect, kind, values.get(kind))


_COLOURS: dict[str, Literal["blue", "orange", "gray"]] = {
    "better": "blue",
    "worse": "orange",
    "same": "gray",
    "": "gray",
}


def _metric(effect: Effect, kind: Kind, pair: tuple[CardValue, ...] | None) -> None:
    here = effect.here
    tip = f"{title_of(here, kind, effect.year)}. {tip_of(here, kind)}"
    if pair is None:
        st.metric(short_title(here, kind, effect.year), "…", border=True, help=tip, height=METRIC_HEIGHT)
        return
    first, own = pair
    scale = sum_scale(pair) if kind == "sum" else MONTHS
    title = short_title(here, kind, effect.year, here.say(scale.unit))
    text = change_text(here, kind, own, first, scale) if effect.is_changed else None
    if text and not own.is_sure and own.tone in ("better", "worse"):
        text += " ≈"
    rises = own.difference > 0 if math.isfinite(own.difference) else own.tone == "better"
    st.metric(
        title,
        value_text(here, kind, own, scale),
        text or None,
        border=True,
        delta_color=_COLOURS[own.tone],
        delta_arrow="off" if own.tone in ("same", "") else "up" if rises else "down",
        delta_description=_against(effect) if text else None,
        help=tip,
        height=METRIC_HEIGHT,
    )


def _against(effect: Effect) -> str:
    here = effect.here
    is_law = not effect.first.scenario.reforms
    return here.t("build.against_law") if is_law else here.t("build.against", name=effect.base.title)


def lines(effect: Effect, found: Found | None, sentence: str) -> None:
    """Draw the chart: the line at once, the band when the simulation is done."""
    here = effect.here
    measures = measures_of(here, effect.first)
    view = session.current()
    measure = view.measure if view.measure in measures else measures[0]
    scenarios = tuple(one.scenario for one in ((effect.first, effect.item) if effect.is_changed else (effect.first,)))
    place = (here.region, here.ledger, effect.year)
    offer(here, View("compare", here.loaded, scenarios, *place, measure, language=here.language))
    base = Drawn(effect.base, effect.first, Found(found.against) if found is not None and found.against else None)
    drawn = [base, Drawn(effect.own, effect.item, found)] if effect.is_changed else [base]
    figure = scenario_lines(here, drawn, measure, "level", history(here.loaded), _starts(effect), "effect")
    name = here.t("compare.flows") if measure == FLOWS else here.say(MEASURES[measure].label)
    known = here.t("forecast.runs", n=f"{found.bands.paths:,}", seed=here.view.seed) if found is not None else ""
    note = bands.progress(here, effect.status()) or (
        here.t("build.band_note", runs=known) if known else here.t("build.no_band")
    )

    def buttons() -> None:
        names = {
            "payable_months": here.t("compare.months"),
            "reserve": here.t("compare.reserve"),
            "balance": here.t("compare.balance"),
            FLOWS: here.t("compare.flows"),
        }
        session.segments("measure", list(measures), here.t("compare.measure"), names.__getitem__)

    chart_card(
        name,
        "effect",
        figure,
        partial(compare_parts.lines_table, here, drawn, measure),
        f"{name}: {plain(sentence)}",
        note=note,
        how=how(here, measure),
        height="effect",
        tip="" if measure == FLOWS else here.say(MEASURES[measure].basis),
        switch=buttons,
    )


def _starts(effect: Effect) -> list[tuple[int, str]]:
    """Return the first years in which policies of the draft begin; of many, one mark a year with their number."""
    here = effect.here
    years: dict[int, list[str]] = {}
    for item in effect.item.scenario.reforms:
        if isinstance(item, LeverCall):
            year = item.start if item.start is not None else usual_start(here.loaded)
            years.setdefault(year, []).append(here.say(item.lever.title))
    marks = []
    for year, names in sorted(years.items())[:3]:
        text = here.t("build.begins", name=names[0]) if len(names) == 1 else here.t("build.begin", n=len(names))
        marks.append((year, safe(text)))
    return marks


def schedule(effect: Effect) -> None:
    """Draw when policies begin and how they arrive."""
    here = effect.here
    spans = []
    for item in effect.item.scenario.reforms:
        if isinstance(item, LeverCall):
            start = item.start if item.start is not None else usual_start(here.loaded)
            phase = item.phase_in or item.lever.phase_in
            spans.append(Span(here.say(item.lever.title), start, phase.years))
    with st.container(border=True, key="card_schedule"):
        st.html(f'<div class="pc-head">{safe(here.t("build.schedule"))}</div>')
        with st.container(height=150, border=False, key="plan_schedule"):
            if spans:
                told = "; ".join(f"{span.name} {span.start}" for span in spans)
                draw(schedule_figure(here, spans), "schedule", f"{here.t('build.schedule')}: {told}")
            else:
                st.html(f'<div class="pc-note">{safe(here.t("build.no_schedule"))}</div>')


_SIGNS = {"error": ":material/error:", "warning": ":material/warning:", "information": ":material/info:"}
_MOST_FINDINGS = 6


def rules(effect: Effect) -> None:
    """Draw what the draft breaks of the rules, what would mend it, and which changes meet or do nothing."""
    here = effect.here
    known, mends = effect.rules() if effect.is_changed else (None, {})
    with st.container(border=True, key="card_rules"):
        title = f'<div class="pc-head">{safe(here.t("build.rules"))}'
        if known is not None:
            found = new_findings(*known)
            counts = [(here.t("build.errors", n=_rules(found, "error")), _rules(found, "error"), "verify")]
            counts.append((here.t("build.warnings", n=_rules(found, "warning")), _rules(found, "warning"), "assumed"))
            title += "".join(f' <span class="pc-badge pc-{tone}">{safe(text)}</span>' for text, n, tone in counts if n)
        st.html(title + "</div>")
        with st.container(height=150, border=False, key="plan_rules"):
            if not effect.is_changed:
                st.html(f'<div class="pc-note">{safe(here.t("build.no_rules_yet"))}</div>')
                return
            _remarks(effect)
            if known is None:
                st.html(f'<div class="pc-note">◔ {safe(here.t("build.checking"))}</div>')
                return
            _findings(here, new_findings(*known), mends)
            before = sum(finding.checked for finding in known[1].findings)
            st.html(f'<div class="pc-note">{safe(here.t("build.before", n=before))}</div>')


def _rules(found: tuple[Finding, ...], severity: str) -> int:
    return len({finding.rule.id for finding in found if finding.severity == severity})


def _findings(here: Context, found: tuple[Finding, ...], mends: Mapping[str, Mend]) -> None:
    """Draw one line a rule, the place in view first, with the regions counted and the mending value as a button."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(finding.rule.id, []).append(finding)
    if not by_rule:
        st.html(f'<div class="pc-note">✓ {safe(here.t("build.nothing_broken"))}</div>')
    for rule, every in list(by_rule.items())[:_MOST_FINDINGS]:
        one = next((finding for finding in every if finding.region == here.region), every[0])
        regions = {finding.region for finding in every if finding.region}
        where = here.t("build.places", n=len(regions)) if len(regions) > 1 else ""
        value, required = found_and_required(one, here.language)
        years = f"{one.first_year}–{one.last_year}" if one.first_year and one.last_year else ""
        told = [
            f"**{rule}** {here.say(one.rule.text)}",
            where,
            here.t("build.found", value=value, required=required) if value else required,
            years,
        ]
        with st.container(horizontal=True, vertical_alignment="center", key=f"finding_{rule}"):
            severity = {
                "error": here.t("build.error"),
                "warning": here.t("build.warning"),
                "information": here.t("build.information"),
            }[one.severity]
            text = " · ".join(part for part in told if part)
            st.markdown(f"{_SIGNS[one.severity]} {severity} {_escaped(text)}", width="stretch")
            if rule in mends:
                mend = mends[rule]
                st.button(
                    here.t("build.mend", value=argument_text(mend.argument, mend.value, here.language)),
                    key=session.key_of(f"mend_{rule}"),
                    icon=":material/build:",
                    type="tertiary",
                    **editing(here.language, here.t("build.mend_help", name=here.say(mend.argument.label))),
                    on_click=partial(_mend, mend),
                )


def _mend(mend: Mend) -> None:
    state.do(lambda draft: draft.with_argument(mend.lever, mend.argument.name, mend.value))


def _escaped(text: str) -> str:
    """Return text in which no sign is taken for mark-up, but for the bold that stands in it."""
    return text.replace("[", "\\[").replace("<", "&lt;").replace("$", "\\$").replace("~", "\\~")


def _remarks(effect: Effect) -> None:
    here = effect.here
    for remark in remarks(here.loaded, effect.item.scenario):
        sign = {"idle": "○", "overlap": "⇄"}.get(remark.kind, "!")
        text = remark.text_zh if here.language == "zh" else remark.text
        st.html(f'<div class="pc-note"><b>{sign}</b> {safe(text)}</div>')
