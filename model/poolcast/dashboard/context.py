"""What a page knows when it is drawn: its view, the set, the scenarios in their places, words and colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard import words
from poolcast.dashboard.services import library
from poolcast.dashboard.services.library import SetSummary, pools_of
from poolcast.dashboard.services.projections import Projected, projected
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.dashboard.state import ViewState
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import PoolcastError
from poolcast.reporting.outcome import Outcome
from poolcast.reporting.theme import DARK, LIGHT, SCENARIO_DASHES, SCENARIO_WIDTHS, Palette
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

_CONTEXT = "context"
BASELINE = "baseline"
DRAFT = "draft"
"""The draft of the page Build, where it is one of the picked scenarios."""


@dataclass(frozen=True)
class Shown:
    """A scenario in its place: it keeps colour, dash and name on every page.

    Parameters
    ----------
    id : str
        Name of the scenario.
    title : str
        Short title in the language of the page.
    place : int
        0 for the baseline, 1 to 4.
    """

    id: str
    title: str
    place: int
    palette: Palette

    @property
    def colour(self) -> str:
        """Colour of its lines."""
        return self.palette.scenarios[self.place]

    @property
    def text_colour(self) -> str:
        """Colour of text in its colour, dark enough to be read."""
        return self.palette.scenario_texts[self.place]

    @property
    def dash(self) -> str:
        """Dash of its lines."""
        return SCENARIO_DASHES[self.place]

    @property
    def width(self) -> float:
        """Width of its lines."""
        return SCENARIO_WIDTHS[self.place]


@dataclass(frozen=True)
class Context:
    """What a page needs beside its own widgets.

    Parameters
    ----------
    page : str
        Id of the page.
    view : ViewState
        What is shown.
    loaded : LoadedSet
        The set, with the reader's own changes where there are any.
    held : SetSummary
        What the set holds.
    palette : Palette
        Colours for the ground that the reader has chosen.
    shown : tuple of Shown
        The baseline and the picked scenarios in their places.
    pages : tuple of str
        Ids of the pages that there are.
    drafted : Scenario, optional
        The draft of the page Build, where it holds changes.
    """

    page: str
    view: ViewState
    loaded: LoadedSet
    held: SetSummary
    palette: Palette
    shown: tuple[Shown, ...]
    pages: tuple[str, ...]
    drafted: Scenario | None = None

    @property
    def language(self) -> str:
        """Language of the page."""
        return self.view.lang

    @property
    def region(self) -> str:
        """Code of the region or pool in view."""
        return self.view.region

    @property
    def ledger(self) -> str:
        """Code of the ledger in view."""
        return self.view.ledger

    @property
    def focus(self) -> Shown:
        """The scenario in focus: the first usable one that is picked, the baseline where none is."""
        return self.usable[min(1, len(self.usable) - 1)]

    @property
    def one(self) -> Shown:
        """The scenario that a page of one scenario shows: the one in view where it is picked and usable."""
        return next((shown for shown in self.usable if shown.id == self.view.one), self.usable[0])

    def t(self, key: str, **values: object) -> str:
        """Return words of the catalogue in the language of the page."""
        return words.t(key, self.language, **values)

    def say(self, text: Words) -> str:
        """Return words of the package in the language of the page."""
        return text.in_language(self.language)

    def inside(self, text: Words) -> str:
        """Return words of the package as they stand inside a sentence: in English without their capital."""
        said = self.say(text)
        return said if said[1:2].isupper() else said[:1].lower() + said[1:]

    @property
    def region_name(self) -> str:
        """Name of the region or pool in view."""
        return self.say(self.held.name_of(self.region))

    @property
    def ledger_name(self) -> str:
        """Name of the ledger in view."""
        return self.say(self.held.ledgers[self.ledger])

    @property
    def scope(self) -> tuple[str, ...]:
        """Region and ledger in words, for the grey text behind a sentence."""
        return (self.region_name, self.ledger_name)

    @property
    def titles(self) -> dict[str, Words]:
        """Titles of the scenarios that can be picked beside the baseline, the draft first where there is one."""
        found = library.scenario_titles()
        return found if self.drafted is None else {DRAFT: self.drafted.title, **found}

    def scenario(self, name: str) -> Scenario:
        """Return the baseline, a scenario of the library or the draft by name.

        Raises
        ------
        ScenarioError
            Where there is none of that name, or its file is broken.
        """
        return self.drafted if name == DRAFT and self.drafted is not None else library.scenario(name)

    def projected(self, scenario: str = BASELINE) -> Projected:
        """Return the projection of a scenario over the years in view; shared between sessions, never to be changed.

        Raises
        ------
        AssumptionError, ScenarioError
            With every problem of the set or the scenario.
        """
        return projected(self.loaded, self.scenario(scenario))

    def forecast(self, scenario: str = BASELINE) -> xr.Dataset:
        """Return the forecast of a scenario; see `projected`."""
        return self.projected(scenario).forecast

    def outcome(self, scenario: str = BASELINE) -> Outcome:
        """Return the forecast of a scenario with its events and series; see `projected`."""
        return self.projected(scenario).outcome

    @property
    def last_year(self) -> int:
        """Last year of the projection in view."""
        return self.loaded.last_year

    @cached_property
    def failed(self) -> dict[str, PoolcastError]:
        """The picked scenarios that this set cannot take, with the reason."""
        found = {}
        for shown in self.shown[1:]:
            try:
                self.projected(shown.id)
            except PoolcastError as error:
                found[shown.id] = error
        return found

    @property
    def usable(self) -> tuple[Shown, ...]:
        """The baseline and the picked scenarios that this set can take."""
        return tuple(shown for shown in self.shown if shown.id not in self.failed)

    @cached_property
    def pools(self) -> tuple[str, ...]:
        """Codes of the pools that hold accounts under the baseline or a picked scenario."""
        if not self.held.places:
            return ()
        holding = {code for shown in self.usable for code in pools_of(self.projected(shown.id))}
        return tuple(code for code in self.held.places if code in holding)


def palette() -> Palette:
    """Return the colours for the ground of the reader's browser."""
    kind = getattr(st.context.theme, "type", None)
    return DARK if kind == "dark" else LIGHT


def set_context(context: Context) -> None:
    """Keep the context of this run for the page."""
    st.session_state[_CONTEXT] = context


def context() -> Context:
    """Return the context of this run; the first line of every page."""
    found: Context = st.session_state[_CONTEXT]
    return found
