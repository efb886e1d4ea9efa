"""Bands while a page is open: known ones at once, others from a job whose progress the page shows."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence

import streamlit as st

from poolcast.dashboard.context import BASELINE, Context
from poolcast.dashboard.services.band_simulation import request_bands
from poolcast.dashboard.services.bands import (
    FEWEST_PATHS,
    MOST_PATHS,
    Found,
    Request,
    held_bands,
    is_warm,
)
from poolcast.dashboard.services.jobs import Jobs, Status, shared_jobs
from poolcast.parameters.errors import ResultError
from poolcast.reporting.formats import range_text

_JOBS, _STOPPED = "band_jobs", "stopped_bands"
SLOW_START = 3.0
"""Seconds without a single path after which the first simulation of a process is said to compile its kernels."""


def session_id() -> str:
    """Return what names this session to the jobs; nobody else knows it."""
    if "session_id" not in st.session_state:
        st.session_state["session_id"] = _until_its_end(secrets.token_hex(12))
    found: str = st.session_state["session_id"]
    return found


@st.cache_resource(scope="session", on_release=lambda session: shared_jobs().end_session(session), show_spinner=False)
def _until_its_end(session: str) -> str:
    """Keep the name of a session as long as the session lasts; its jobs end with it, as nobody waits for them."""
    return session


def jobs() -> Jobs:
    """Return the jobs of this server."""
    return shared_jobs()


def request_for(here: Context, scenario: str = BASELINE, against: str | None = None) -> Request:
    """Return the request for the bands of a scenario with the paths and the seed in view."""
    other = None if against is None else here.scenario(against)
    paths = min(max(here.view.paths, FEWEST_PATHS), MOST_PATHS)
    return Request(here.loaded, here.scenario(scenario), other, paths, here.view.seed)


def bands(here: Context, scenario: str = BASELINE, against: str | None = None) -> Found | None:
    """Return the bands of a scenario where they are known; otherwise None, and a job computes them.

    Call it in a fragment that runs every second while `waiting_for` says so.
    """
    request = request_for(here, scenario, against)
    found = held_bands(request)
    if found is not None:
        return found
    known: dict[object, str] = st.session_state.setdefault(_JOBS, {})
    status = _status(known.get(request.pair_key))
    if status is not None and (not was_left(status) or _was_stopped(here, status)):
        return status.result if isinstance(status.result, Found) else None
    try:
        answer = request_bands(jobs(), session_id(), request)
    except ResultError:  # the server is busy: the next look asks again
        return None
    if isinstance(answer, Found):
        return answer
    st.session_state[_JOBS] = {request.pair_key: answer}  # the earlier job of the session was cancelled by this one
    return None


def awaited(here: Context, scenario: str = BASELINE, against: str | None = None) -> bool:
    """Whether the bands of a scenario will still come; they are asked for.

    False where they are known, and where their job failed or was ended by the reader: nobody need look again.
    """
    if bands(here, scenario, against) is not None:
        return False
    status = status_of(here, scenario, against)
    return status is None or not status.is_over


def was_left(status: Status) -> bool:
    """Whether a job ended without a result because another question of the session took its place: it is asked anew."""
    return status.is_over and status.result is None and status.state != "failed"


def _was_stopped(here: Context, status: Status) -> bool:
    """Whether the reader of this page ended a job: it must not begin again by itself. Another page asks anew."""
    return bool(st.session_state.get(_STOPPED) == (here.page, status.id))


def is_stopped(here: Context, scenario: str = BASELINE, against: str | None = None) -> bool:
    """Whether the reader ended the job of a scenario and nothing more will come of it."""
    status = status_of(here, scenario, against)
    return status is not None and status.is_over and _was_stopped(here, status)


def is_stopping(here: Context, scenario: str = BASELINE, against: str | None = None) -> bool:
    """Whether the reader ended the job of a scenario, and its parts under way are still to be left."""
    status = status_of(here, scenario, against)
    return status is not None and not status.is_over and _was_stopped(here, status)


def several(here: Context, scenarios: Sequence[str]) -> dict[str, Found]:
    """Return the bands of scenarios, each with its difference from the baseline, as far as they are known.

    The first that is not known is asked for; the others follow once it is there, so that a session has one job.
    """
    found: dict[str, Found] = {}
    for name in scenarios:
        known = bands(here, name, BASELINE)
        if known is None:
            break
        found[name] = known
        if known.against is not None:
            found.setdefault(BASELINE, Found(known.against))
    return found


def _status(job: str | None) -> Status | None:
    return None if job is None else jobs().status(job, session_id())


def status_of(here: Context, scenario: str = BASELINE, against: str | None = None) -> Status | None:
    """Return how far the job is that computes the bands of a scenario; None where there is none."""
    known: dict[object, str] = st.session_state.get(_JOBS, {})
    return _status(known.get(request_for(here, scenario, against).pair_key))


def cancel(here: Context, scenario: str = BASELINE, against: str | None = None) -> None:
    """End the job that computes the bands of a scenario; the paths that are finished stay."""
    known: dict[object, str] = st.session_state.get(_JOBS, {})
    job = known.get(request_for(here, scenario, against).pair_key)
    if job is not None:
        st.session_state[_STOPPED] = (here.page, job)
        jobs().cancel(job, session_id())


def forget(here: Context, scenario: str = BASELINE, against: str | None = None) -> None:
    """Let the bands of a scenario be computed anew, after they were ended early."""
    st.session_state.get(_JOBS, {}).pop(request_for(here, scenario, against).pair_key, None)


def progress(here: Context, status: Status | None) -> str:
    """Return a sentence that says how far a band is and what it waits for; empty where nothing is under way."""
    if status is None or status.is_over:
        return ""
    if status.state == "queued" and status.ahead > 0:
        return "◔ " + here.t("s.queue", n=status.ahead)
    if status.done == 0 and status.seconds > SLOW_START and not is_warm():
        return "◔ " + here.t("n.first")
    if status.total == 0:  # nothing is done yet of what is not even counted
        return f"◔ {here.t('s.updating')}"
    left = "" if math.isnan(status.left) else here.t("s.left", t=max(1, round(status.left)))
    return f"◔ {here.t('s.updating')} {status.done:,}/{status.total:,} {left}".rstrip()


def event_range(here: Context, found: Found, event: str, region: str, ledger: str, *, brief: bool = False) -> str:
    """Return the years between which an event comes in eight of ten futures; empty where it comes in fewer than one.

    Parameters
    ----------
    here : Context
    found : Found
        Bands of the scenario.
    event : {"exhaustion", "first_deficit"}
    region, ledger : str
        Codes.
    brief : bool
        For a cell of a table: ``2039–2060+`` where it may come after 2060.
    """
    years = found.bands.event_years[event]
    if region not in years.region.values:
        return ""
    place = years.sel(region=region, ledger=ledger)
    low, high = float(place.sel(level=0.1)), float(place.sel(level=0.9))
    last = here.last_year
    if not math.isfinite(low + high) or low > last:
        return ""
    if brief:
        return str(int(low)) if low == high else f"{low:.0f}–{high:.0f}" if high <= last else f"{low:.0f}–{last}+"
    late = str(int(high)) if high <= last else here.t("c.after", year=last)
    return str(int(low)) if low == high else range_text(str(int(low)), late, here.language)
