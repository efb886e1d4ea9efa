"""From a view to a context: names that the set does not know are set to what it holds, and said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from poolcast.dashboard import build_state, session
from poolcast.dashboard.context import BASELINE, DRAFT, Context, Shown, palette
from poolcast.dashboard.services import library
from poolcast.dashboard.services.sets import load_set
from poolcast.dashboard.state import ViewState
from poolcast.dashboard.words import t
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import AssumptionError, PoolcastError
from poolcast.scenarios.scenario import Scenario

ALL_REGIONS_PAGES = ("overview",)
"""Pages that show every region at once."""


def resolve(page: str, pages: Iterable[str]) -> Context:
    """Return the context of a page; what the view names and nobody holds is replaced by the first that there is.

    A set that cannot be read makes way for the first one, and what is wrong with it is said: without a set there is no
    bar in which the reader could choose another.
    """
    try:
        return _resolved(page, pages)
    except AssumptionError as error:
        first = library.set_names()[0]
        if session.own_set() is not None or session.current().set == first:
            raise
        session.refuse(error)
        session.change(set=first, region="", to=None, year=None)
        return _resolved(page, pages)


def _resolved(page: str, pages: Iterable[str]) -> Context:
    view = session.current()
    own = session.own_set()
    names = library.set_names()
    if view.set not in names and own is None:
        session.ignore("set")
        view = session.change(set=names[0], region="")
    held = library.summary_of(view.set) if own is None else library.summary_of_loaded(own)
    drafted = _drafted(view)
    titles = library.scenario_titles() | ({} if drafted is None else {DRAFT: drafted.title})
    if drafted is None and DRAFT in view.scenarios:  # it was emptied: nothing of the address is wrong
        view = session.change(scenarios=tuple(name for name in view.scenarios if name != DRAFT))
    fitted, ignored = fit(view, held, titles)
    if ignored:
        session.ignore(*ignored)
        session.change(**{_FIELDS[key]: getattr(fitted, _FIELDS[key]) for key in ignored})
    colours = palette()
    known = {BASELINE: Words(t("baseline.name", "en"), t("baseline.name", "zh"))} | titles
    shown = tuple(
        Shown(name, known[name].in_language(view.lang), place, colours)
        for place, name in enumerate((BASELINE, *fitted.scenarios))
    )
    loaded = load_set(view.set, fitted.to) if own is None else own
    return Context(page, fitted, loaded, held, colours, shown, tuple(pages), drafted)


def _drafted(view: ViewState) -> Scenario | None:
    """Return the draft of the session under its own name; None where it holds no changes or cannot be read."""
    try:
        draft = build_state.draft()
    except PoolcastError:
        return None
    if not len(draft):
        return None
    title = build_state.name(t("build.my_plan", view.lang))
    return replace(draft.scenario, title=Words(title, title))


_FIELDS = {"region": "region", "ledger": "ledger", "s": "scenarios", "year": "year", "to": "to"}


def fit(view: ViewState, held: library.SetSummary, titles: dict[str, Words]) -> tuple[ViewState, tuple[str, ...]]:
    """Return the view as the set can show it, and the keys of the address that it cannot.

    Parameters
    ----------
    view : ViewState
        As the address has it.
    held : SetSummary
        What the set holds.
    titles : dict
        Scenarios that can be picked.
    """
    ignored: list[str] = []
    changes: dict[str, object] = {}
    if not view.region:
        changes["region"] = next(iter(held.regions))
    elif view.region not in held.regions and view.region not in held.places:
        changes["region"] = next(iter(held.regions))
        ignored.append("region")
    if view.ledger not in held.ledgers:
        changes["ledger"] = next(iter(held.ledgers))
        ignored.append("ledger")
    known = tuple(name for name in view.scenarios if name in titles)
    if known != view.scenarios:
        changes["scenarios"] = known
        ignored.append("s")
    if view.to is not None and not held.base_year < view.to <= held.longest:
        changes["to"] = None
        ignored.append("to")
    last = changes.get("to", view.to) or held.last_year
    if view.year is not None and not held.base_year <= view.year <= int(str(last)):
        changes["year"] = None
        ignored.append("year")
    return view.changed(**changes), tuple(ignored)
