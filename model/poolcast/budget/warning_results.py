"""What an early warning says: of a rule, of a fund, and of all funds; frozen, with words and plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from poolcast.budget.warning_rules import Band, Level, WarningRule, rank, worst
from poolcast.budget.warning_scores import Score
from poolcast.budget.warning_words import sentence
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError


@dataclass(frozen=True)
class EarlyWarning:
    """A rule that fires for a fund, now or in a coming year.

    Parameters
    ----------
    rule : WarningRule
    region : str
        Code of the region or pool.
    region_name : Words
    ledger : str
    level : Level
    year : int
        The year judged, or the first coming one in which the rule fires.
    value, threshold : float
        In the unit of the rule; the threshold of the level.
    error : float
        Sampling error of a chance; NaN for anything else.
    since : int
        First year of the unbroken run of years in which it fires.
    since_open : bool
        Whether nothing is known of the year before: it may have fired longer.
    history : tuple of int
        Years up to the one judged in which it fired.
    ahead : tuple of int
        Coming years in which it fires.
    is_coming : bool
        Whether it is quiet now and fires later.
    is_projected : bool
        Whether its year is projected, not closed.
    score : Score or None
        How often it was right on simulated funds; None where that was not measured, or the threshold is not the
        published one.
    what : Words
        What the months of the budget say, of warnings that come from there.
    """

    rule: WarningRule
    region: str
    region_name: Words
    ledger: str
    level: Level
    year: int
    value: float
    threshold: float
    error: float = math.nan
    since: int = 0
    since_open: bool = False
    history: tuple[int, ...] = ()
    ahead: tuple[int, ...] = ()
    is_coming: bool = False
    is_projected: bool = False
    score: Score | None = None
    what: Words = field(default=Words("", ""))

    def sentence(self, language: str = "en") -> str:
        """Return the warning in a sentence, in ``en`` or ``zh``."""
        return sentence(self, language)

    def document(self) -> dict[str, Any]:
        """Return the warning as plain data."""
        return {
            "rule": self.rule.id,
            "number": self.rule.number or None,
            "kind": self.rule.kind,
            "title": self.rule.title.en,
            "title_zh": self.rule.title.zh,
            "source": self.rule.source,
            "region": self.region,
            "ledger": self.ledger,
            "level": self.level,
            "year": self.year,
            "value": self.value,
            "threshold": self.threshold,
            "unit": self.rule.unit,
            "error": _finite(self.error),
            "since": self.since,
            "since_open": self.since_open,
            "history": list(self.history),
            "ahead": list(self.ahead),
            "coming": self.is_coming,
            "projected": self.is_projected,
            "miss_rate": None if self.score is None else _finite(self.score.miss_rate),
            "false_alarm_rate": None if self.score is None else _finite(self.score.false_alarm_rate),
            "remedy": self.rule.remedy.en,
            "remedy_zh": self.rule.remedy.zh,
            "sentence": self.sentence("en"),
            "sentence_zh": self.sentence("zh"),
        }


@dataclass(frozen=True)
class ExecutionAlert:
    """What the months of a budget year say of a fund: an alert to take up among the warnings.

    Parameters
    ----------
    region, ledger : str
    level : Level
    year : int
        Budget year.
    value, threshold : float
        Deviation of the execution rate from one, and the threshold that it passed.
    what : Words
        Line and months concerned.
    """

    region: str
    ledger: str
    level: Level
    year: int
    value: float
    threshold: float
    what: Words


@dataclass(frozen=True)
class FundWarnings:
    """The light of one fund.

    Parameters
    ----------
    region, ledger : str
    region_name : Words
    months, months_forward : float
        Payable months in the year judged, over its own expenditure and over that of the following year (handbook 5.4:
        bands rest on the first, official figures often on the second).
    band : Band or None
        Their band; None where the reserve of that year is not known.
    warnings, coming : tuple of EarlyWarning
        Rules that fire in the year, and those that are quiet then and fire within the years looked ahead; the worst
        first.
    quiet : tuple of str
        Rules that do not fire.
    unknown : tuple of (str, Words)
        Rules of which the year's value is not known, and why.
    chance_low, chance_error : float
        Chance of a red reserve within five years; NaN without a simulation.
    exhaustion_year : float
        First projected year that ends with a negative reserve; NaN for none.
    """

    region: str
    region_name: Words
    ledger: str
    months: float
    months_forward: float
    band: Band | None
    warnings: tuple[EarlyWarning, ...]
    coming: tuple[EarlyWarning, ...]
    quiet: tuple[str, ...]
    unknown: tuple[tuple[str, Words], ...]
    chance_low: float = math.nan
    chance_error: float = math.nan
    exhaustion_year: float = math.nan

    @property
    def light(self) -> Level:
        """The worst level of the bands and rules that fire; a budget off its months does not change it."""
        return worst([one.level for one in self._judging])

    @property
    def light_ahead(self) -> Level:
        """The worst level now or within the years looked ahead."""
        return worst([one.level for one in (*self._judging, *self.coming)])

    @property
    def decided_by(self) -> EarlyWarning | None:
        """The warning behind the light; None where it is green."""
        return self._judging[0] if self._judging else None

    @property
    def _judging(self) -> tuple[EarlyWarning, ...]:
        return tuple(one for one in self.warnings if one.rule.kind != "execution")

    @property
    def worry(self) -> tuple[float, float, float]:
        """Key to sort funds by, the most worrying first: band, chance of a red reserve, year of exhaustion."""
        band = math.inf if self.band is None else self.band.worry
        chance = 0.0 if math.isnan(self.chance_low) else -self.chance_low
        return band, chance, math.inf if math.isnan(self.exhaustion_year) else self.exhaustion_year

    def document(self) -> dict[str, Any]:
        """Return the fund as plain data."""
        return {
            "region": self.region,
            "region_name": self.region_name.en,
            "region_name_zh": self.region_name.zh,
            "ledger": self.ledger,
            "light": self.light,
            "light_ahead": self.light_ahead,
            "decided_by": None if self.decided_by is None else self.decided_by.rule.id,
            "payable_months": _finite(self.months),
            "payable_months_forward": _finite(self.months_forward),
            "band": None if self.band is None else self.band.id,
            "chance_low": _finite(self.chance_low),
            "chance_low_error": _finite(self.chance_error),
            "exhaustion_year": None if math.isnan(self.exhaustion_year) else int(self.exhaustion_year),
            "warnings": [one.document() for one in self.warnings],
            "coming": [one.document() for one in self.coming],
            "quiet": list(self.quiet),
            "unknown": [{"rule": rule, "why": why.en, "why_zh": why.zh} for rule, why in self.unknown],
        }


@dataclass(frozen=True)
class Warnings:
    """Early warnings of a forecast.

    Parameters
    ----------
    as_of : int
        The year judged.
    until : int
        Last year looked ahead to.
    funds : tuple of FundWarnings
        In the order of the forecast, ledger by ledger.
    scenario : str
    synthetic : bool
        Whether the set is made up.
    """

    as_of: int
    until: int
    funds: tuple[FundWarnings, ...]
    scenario: str = "baseline"
    synthetic: bool = False

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], FundWarnings]:
        return {(fund.region, fund.ledger): fund for fund in self.funds}

    def fund(self, region: str, ledger: str) -> FundWarnings:
        """Return the fund of a region or pool and a ledger.

        Raises
        ------
        ResultError
            Where there is no such fund.
        """
        if (region, ledger) not in self._by_name:
            known = ", ".join(f"{code} {book}" for code, book in self._by_name)
            raise ResultError(Problem("warnings", f"{region} {ledger}", known, "Name a fund that holds a reserve."))
        return self._by_name[region, ledger]

    @property
    def all(self) -> tuple[EarlyWarning, ...]:
        """Every warning that fires in the year judged, the worst first."""
        found = [one for fund in self.by_worry() for one in fund.warnings]
        return tuple(sorted(found, key=lambda one: -rank(one.level)))

    def by_worry(self) -> tuple[FundWarnings, ...]:
        """Return the funds, the most worrying first (`FundWarnings.worry`)."""
        return tuple(sorted(self.funds, key=lambda fund: fund.worry))

    def document(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "as_of": self.as_of,
            "until": self.until,
            "scenario": self.scenario,
            "synthetic": self.synthetic,
            "funds": [fund.document() for fund in self.funds],
        }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
