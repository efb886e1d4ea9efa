"""Processes: how each risk driver moves around the path of the set, read from the set (handbook 7.1, 7.2)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.errors import AssumptionError, Problem

Array = NDArray[np.float64]

NEEDED = ("persistence", "deviation", "lower_bound", "upper_bound", "national_share")
SMALLEST_EIGENVALUE = 1e-10


@dataclass(frozen=True)
class Correlation:
    """Correlation of the national innovations, repaired where it is none.

    Parameters
    ----------
    given, used : array (driver, driver)
        As the set gives it; the nearest correlation matrix to it.
    smallest_eigenvalue : float
        Of the matrix as given; below zero where it is no correlation matrix.
    """

    given: Array
    used: Array
    smallest_eigenvalue: float

    @classmethod
    def of(cls, given: Array) -> Correlation:
        """Return a correlation, repaired to the nearest one where an eigenvalue is below zero (Higham 2002)."""
        values = np.linalg.eigvalsh(given)
        if values[0] >= SMALLEST_EIGENVALUE:
            return cls(given, given, float(values[0]))
        from statsmodels.stats.correlation_tools import corr_clipped, corr_nearest
        from statsmodels.tools.sm_exceptions import IterationLimitWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IterationLimitWarning)  # the last step holds the matrix above zero anyway
            repaired = np.asarray(corr_nearest(given, threshold=SMALLEST_EIGENVALUE, n_fact=1000), dtype=np.float64)
        nearest = np.asarray(corr_clipped((repaired + repaired.T) / 2, threshold=SMALLEST_EIGENVALUE), dtype=np.float64)
        return cls(given, (nearest + nearest.T) / 2, float(values[0]))

    @property
    def is_repaired(self) -> bool:
        """Whether the matrix as given was no correlation matrix."""
        return self.used is not self.given

    @property
    def largest_change(self) -> float:
        """Largest change of a correlation by the repair."""
        return float(np.abs(self.used - self.given).max())

    @property
    def factor(self) -> Array:
        """Lower triangular factor L with L L' the correlation used."""
        return np.asarray(np.linalg.cholesky(self.used), dtype=np.float64)


@dataclass(frozen=True)
class Epidemic:
    """A national epidemic: begins by chance, cuts use and revenue, costs extra, and use rebounds (handbook 7.1)."""

    probability: float
    longest: int
    use_lowest: float
    use_likely: float
    use_highest: float
    use_later: float
    rebound: float
    revenue: float
    extra_cost: float


@dataclass(frozen=True)
class Processes:
    """The processes of a set.

    Parameters
    ----------
    persistence, deviation, lower_bound, upper_bound, national_share : array (driver,)
        Order of `poolcast.parameters.axes.RISK_DRIVERS`; bounds are NaN where there are none.
    correlation : Correlation
    epidemic : Epidemic
    mortality_pattern : array (sex, age)
        Sensitivity of log death rates to the national index.
    mortality_drift_error : float
        Standard error of the yearly drift of the index.
    benefit_level_deviation, elasticity_deviation : float
        Lognormal deviations drawn once a path.
    policy_delay, policy_effect_spread : float
        Longest delay of a reform, years; spread of its effect.
    """

    persistence: Array
    deviation: Array
    lower_bound: Array
    upper_bound: Array
    national_share: Array
    correlation: Correlation
    epidemic: Epidemic
    mortality_pattern: Array
    mortality_drift_error: float
    benefit_level_deviation: float
    elasticity_deviation: float
    policy_delay: float
    policy_effect_spread: float

    @classmethod
    def of(cls, assumptions: Assumptions) -> Processes:
        """Read the processes of a set.

        Raises
        ------
        AssumptionError
            With every parameter of the group ``uncertainty`` that the set lacks.
        """
        _refuse_missing(assumptions)

        def scalar(name: str) -> float:
            return float(assumptions[f"uncertainty.{name}"])

        arrays = {name: assumptions[f"uncertainty.{name}"].copy() for name in NEEDED}
        mortality = RISK_DRIVERS.index("mortality")
        arrays["deviation"][mortality] = scalar("mortality_deviation")
        correlation = np.nan_to_num(assumptions["uncertainty.correlation"])
        correlation = np.triu(correlation, 1) + np.tril(correlation, -1)
        both = np.where(correlation.T == 0, correlation, correlation.T)
        full = np.where(correlation == 0, both, correlation)
        np.fill_diagonal(full, 1.0)
        return cls(
            **arrays,
            correlation=Correlation.of((full + full.T) / 2),
            epidemic=Epidemic(
                probability=scalar("epidemic_probability"),
                longest=int(scalar("epidemic_longest")),
                use_lowest=scalar("epidemic_use_lowest"),
                use_likely=scalar("epidemic_use_likely"),
                use_highest=scalar("epidemic_use_highest"),
                use_later=scalar("epidemic_use_later"),
                rebound=scalar("epidemic_rebound"),
                revenue=scalar("epidemic_revenue"),
                extra_cost=scalar("epidemic_extra_cost"),
            ),
            mortality_pattern=assumptions["uncertainty.mortality_age_pattern"],
            mortality_drift_error=scalar("mortality_drift_error"),
            benefit_level_deviation=scalar("benefit_level_deviation"),
            elasticity_deviation=scalar("elasticity_deviation"),
            policy_delay=scalar("policy_delay"),
            policy_effect_spread=scalar("policy_effect_spread"),
        )

    def number(self, driver: str) -> int:
        """Return the position of a driver."""
        return RISK_DRIVERS.index(driver)


_SCALARS = (
    "epidemic_probability",
    "epidemic_longest",
    "epidemic_use_lowest",
    "epidemic_use_likely",
    "epidemic_use_highest",
    "epidemic_use_later",
    "epidemic_rebound",
    "epidemic_revenue",
    "epidemic_extra_cost",
    "mortality_deviation",
    "mortality_drift_error",
    "mortality_age_pattern",
    "benefit_level_deviation",
    "elasticity_deviation",
    "policy_delay",
    "policy_effect_spread",
)


def _refuse_missing(assumptions: Assumptions) -> None:
    """Refuse a set that does not say how sure it is, naming all that is missing."""
    where = f"assumption set {assumptions.name}"
    problems = [
        Problem(
            where,
            f"no value of uncertainty.{name}",
            "the parameters of the group uncertainty",
            "Give it, or base the set on one that has it (based_on: china).",
            column=f"uncertainty.{name}",
        )
        for name in (*NEEDED, "correlation", *_SCALARS)
        if f"uncertainty.{name}" not in assumptions
    ]
    for name in ("persistence", "deviation", "national_share"):
        if f"uncertainty.{name}" not in assumptions:
            continue
        values = assumptions[f"uncertainty.{name}"]
        lacking = [
            driver
            for driver, value in zip(RISK_DRIVERS, values, strict=True)
            if np.isnan(value) and not (driver == "mortality" and name == "deviation")
        ]
        if lacking:
            found = f"no value of uncertainty.{name} for {', '.join(lacking)}"
            problems.append(Problem(where, found, "a value for every driver", "Give them; 0 where a driver is sure."))
    if problems:
        raise AssumptionError(problems)
