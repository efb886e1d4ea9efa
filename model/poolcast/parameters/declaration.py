"""What a parameter is: one declaration from which checks, templates, docs and controls are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Evidence = Literal["seed", "source", "source_unverified", "derived", "assumption", "estimated", "borrowed", "synthetic"]
EVIDENCES: tuple[str, ...] = (
    "seed",
    "source",
    "source_unverified",
    "derived",
    "assumption",
    "estimated",
    "borrowed",
    "synthetic",
)
GRADES: tuple[str, ...] = ("A", "A-", "B+", "B", "B-", "C+", "C", "D")

Between = Literal["linear", "step"]
Beyond = Literal["hold", "grow"]
Layer = Literal["cohort", "money", "ledger", "accounts", "uncertainty", "budget"]

UNITS: dict[str, tuple[str, str]] = {
    "persons": ("persons", "人"),
    "yuan": ("yuan", "元"),
    "yuan_per_year": ("yuan a year", "元/年"),
    "yuan_per_person_year": ("yuan per person and year", "元/人·年"),
    "yuan_per_service": ("yuan per service", "元/次"),
    "fraction": ("fraction of one", "比例(小数)"),
    "rate_per_year": ("fraction per year", "年率(小数)"),
    "services_per_person_year": ("services per person and year", "次/人·年"),
    "births_per_woman_year": ("births per woman and year", "出生/妇女·年"),
    "ratio": ("ratio", "比值"),
    "years": ("years", "年"),
    "months": ("months", "月"),
    "days": ("days", "天"),
    "switch": ("1 on, 0 off", "1 开 0 关"),
}


@dataclass(frozen=True)
class Words:
    """The same words in English and Chinese."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return the words in ``zh`` or, for anything else, in English."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    Parameters
    ----------
    name : str
        Dotted name, ``group.parameter``; the same in tables, scenario files, results and docs.
    dimensions : tuple of str
        Axes in the order of the house.
    unit : str
        Key of `UNITS`.
    minimum, maximum : float
        Closed bounds of every value.
    label, help : Words
        A name and one sentence for readers.
    evidence : str
        Evidence of the default (handbook 0.1).
    default : float or None
        What a template or a new set writes down as an assumption. The engine never reads it.
    between : {"linear", "step"}
        How values between two given years are filled.
    beyond : {"hold", "grow"}
        What happens after the last given year: hold it, or go on at its last growth rate.
    layer : str
        Which layer of the engine reads it: ``cohort``, ``money``, ``ledger`` or, for control totals, ``accounts``; the
        simulation alone reads those of ``uncertainty``, the annual budget those of ``budget``.
    needed : str
        When a set must give it: ``always``, ``never`` (optional control totals), or a condition such as
        ``ledger:LTCI``, ``several_regions``, ``option:coverage_movement=by_cohort``; parts joined by ``&``.
    handbook : str
        Section of the handbook with the formula that reads it.
    integer : bool
        Whether only whole numbers make sense.
    first_year : int
        First year that must have a value, counted from the base year: 1 for what drives the projection only,
        -1 where the year before is read too.
    adds_to_one_over : tuple of str
        Axes over which the values add to one; empty where they need not.
    sum_tolerance : float
        How far from one the sum may be.
    needed_members : tuple of (axis, members)
        Where an axis is named, only these of its members must be given (and only ledgers that the set holds);
        the others may be given.
    """

    name: str
    dimensions: tuple[str, ...]
    unit: str
    minimum: float
    maximum: float
    label: Words
    help: Words
    evidence: Evidence
    handbook: str
    default: float | None = None
    between: Between = "linear"
    beyond: Beyond = "hold"
    layer: Layer = "money"
    needed: str = "always"
    integer: bool = False
    first_year: int = 0
    adds_to_one_over: tuple[str, ...] = ()
    sum_tolerance: float = 1e-6
    needed_members: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.split(".", 1)[0]

    @property
    def is_extensive(self) -> bool:
        """Whether values add over regions, so that no region can take them from another."""
        return "region" in self.dimensions and self.unit in ("persons", "yuan")

    @property
    def is_dated(self) -> bool:
        """Whether the parameter has values by year."""
        return "year" in self.dimensions


@dataclass(frozen=True)
class Option:
    """A structural choice of an assumption set: one of a few named methods.

    Parameters
    ----------
    name : str
        Key under ``options:`` in ``set.yaml``.
    choices : dict
        Each choice with its explanation.
    label : Words
        A name for readers.
    handbook : str
        Section of the handbook.
    default : str or None
        Choice of a set that does not name the option; None where every set must.
    """

    name: str
    choices: dict[str, Words]
    label: Words
    handbook: str
    default: str | None = None
