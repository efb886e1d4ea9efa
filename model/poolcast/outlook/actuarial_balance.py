"""The actuarial balance and its relatives, as pure functions on series (handbook 6.9, 11.7).

Convention, that of trust-fund reports: the valuation date is 31 December of the base year; year j = 1..N follows it.
Flows of a year fall in its middle, ``v_j = (1 + i_j)^-1/2 prod_{k<j} (1 + i_k)^-1``; stocks at the end of a year are
discounted over full years, ``V_N = prod_{k<=N} (1 + i_k)^-1``. The opening fund counts as income, the fund wanted at
the end as cost, and both rates are shares of the present value of the taxable base:

    summarised income rate = (F_0 + sum v_j R_j) / sum v_j PB_j
    summarised cost rate   = (sum v_j X_j + V_N TR) / sum v_j PB_j
    actuarial balance      = income rate - cost rate

R is income without interest. Years lie on the last axis of every series; the axes before it are free.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

MID_YEAR = 0.5


@dataclass(frozen=True)
class SummarisedRates:
    """Present values of a valuation, and the rates made of them.

    Parameters
    ----------
    income, cost, base, target : array (...)
        Present values of income without interest, of cost, of the taxable base and of the fund wanted at the end;
        all in the unit of the series.
    opening_fund : array (...)
        Fund at the valuation date.
    """

    income: Array
    cost: Array
    base: Array
    target: Array
    opening_fund: Array

    @property
    def income_rate(self) -> Array:
        """Summarised income rate, opening fund inside; fraction of the base."""
        return _share(self.income + self.opening_fund, self.base)

    @property
    def cost_rate(self) -> Array:
        """Summarised cost rate, fund wanted at the end inside; fraction of the base."""
        return _share(self.cost + self.target, self.base)

    @property
    def actuarial_balance(self) -> Array:
        """Summarised income rate less summarised cost rate; fraction of the base, negative for a deficit."""
        return self.income_rate - self.cost_rate


def discount_factors(interest: ArrayLike, timing: float = MID_YEAR) -> tuple[Array, Array]:
    """Return the factors for flows within each year and for stocks at each year end (..., year).

    ``v_j = (1 + i_j)^-timing prod_{k<j} (1 + i_k)^-1`` and ``V_j = prod_{k<=j} (1 + i_k)^-1``.

    Parameters
    ----------
    interest : array (..., year), rate per year
    timing : float
        Point of the year at which flows fall, counted from its start.
    """
    growth = 1 + np.asarray(interest, dtype=float)
    at_year_end = 1 / np.cumprod(growth, axis=-1)
    within_year = at_year_end * growth ** (1 - timing)
    return within_year, at_year_end


def summarise(
    income: ArrayLike,
    cost: ArrayLike,
    base: ArrayLike,
    interest: ArrayLike,
    *,
    opening_fund: ArrayLike = 0.0,
    target: ArrayLike = 0.0,
    timing: float = MID_YEAR,
) -> SummarisedRates:
    """Return the summarised rates of N years (handbook 6.9; the equations stand at the head of this module).

    Parameters
    ----------
    income, cost, base : array (..., year), money
        Income without interest, cost and taxable base.
    interest : array (..., year), rate per year
    opening_fund, target : array (...), money
        Fund at the valuation date; fund wanted at the end of the last year.
    timing : float
        Point of the year at which flows fall.

    Examples
    --------
    One year, no interest: income 10 and cost 8 of a base of 100, a fund of 3 that shall be 2 at the end.

    >>> float(summarise([10.0], [8.0], [100.0], [0.0], opening_fund=3.0, target=2.0).actuarial_balance)
    0.03
    """
    within_year, at_year_end = discount_factors(interest, timing)

    def present_value(series: ArrayLike) -> Array:
        result: Array = np.sum(within_year * np.asarray(series, dtype=float), axis=-1)
        return result

    return SummarisedRates(
        income=present_value(income),
        cost=present_value(cost),
        base=present_value(base),
        target=np.asarray(target, dtype=float) * at_year_end[..., -1],
        opening_fund=np.asarray(opening_fund, dtype=float),
    )


def summarise_rates(
    income_rate: ArrayLike,
    cost_rate: ArrayLike,
    base: ArrayLike,
    interest: ArrayLike,
    *,
    opening_fund: ArrayLike = 0.0,
    target: ArrayLike | None = None,
    timing: float = MID_YEAR,
) -> SummarisedRates:
    """Return the summarised rates from published annual rates, as trust-fund reports print them.

    Such reports give yearly income and cost rates as shares of taxable payroll, the payroll, the interest rates and
    the fund at the start; the fund wanted at the end is one year's cost, that of the year after the last. The unit of
    the base is free: 1 in the first year and growing with payroll will do where the funds are in the same unit.

    Parameters
    ----------
    income_rate, cost_rate : array (..., year), fraction of the base
        Income without interest, and cost.
    base : array (..., year)
        Taxable payroll.
    interest : array (..., year), rate per year
    opening_fund : array (...)
        Fund at the valuation date, in the unit of the base.
    target : array (...), optional
        Fund wanted at the end, in the unit of the base; the cost of the last year where it is left out.
    timing : float
        Point of the year at which flows fall.
    """
    base = np.asarray(base, dtype=float)
    income, cost = np.asarray(income_rate, dtype=float) * base, np.asarray(cost_rate, dtype=float) * base
    wanted = cost[..., -1] if target is None else target
    return summarise(income, cost, base, interest, opening_fund=opening_fund, target=wanted, timing=timing)


def reserve_sensitivity(marginal_income: ArrayLike, interest: ArrayLike, timing: float = MID_YEAR) -> Array:
    """Return by how much the closing reserve grows per unit of a contribution rate (handbook 6.9).

    ``dF_N / dtau = sum_j m_j (1 + i_j timing) prod_{k>j} (1 + i_k)``, the recursion of handbook 6.8 differentiated.

    Parameters
    ----------
    marginal_income : array (..., year), money
        Income per unit of the rate: bases that the rate is charged on, times the collection rate.
    interest : array (..., year), rate per year
    timing : float
        Part of the year for which the flow bears interest.
    """
    interest = np.asarray(interest, dtype=float)
    growth = 1 + interest
    to_the_end = np.prod(growth, axis=-1, keepdims=True) / np.cumprod(growth, axis=-1)
    result: Array = np.sum(np.asarray(marginal_income, dtype=float) * (1 + interest * timing) * to_the_end, axis=-1)
    return result


def level_rate(rate: ArrayLike, closing_reserve: ArrayLike, target: ArrayLike, sensitivity: ArrayLike) -> Array:
    """Return the level contribution rate that ends at the target (handbook 6.9, closed form).

    ``tau* = tau + (TR - F_N(tau)) / (dF_N / dtau)``; exact where nothing else depends on the rate and the reserve
    never bears the borrowing margin.

    Parameters
    ----------
    rate : array
        Rate of the run.
    closing_reserve, target : array, money
        Reserve that the run ends with, and the one wanted.
    sensitivity : array, money
        From `reserve_sensitivity`.
    """
    gap = np.asarray(target, dtype=float) - np.asarray(closing_reserve, dtype=float)
    return np.asarray(rate, dtype=float) + _share(gap, np.asarray(sensitivity, dtype=float))


def implicit_gap(balance: ArrayLike, interest: ArrayLike, timing: float = MID_YEAR) -> Array:
    """Return the present value of the yearly deficits, ``sum v_j max(-B_j, 0)`` (handbook 6.9); never negative.

    Parameters
    ----------
    balance : array (..., year), money
        Balance before interest.
    interest : array (..., year), rate per year
    timing : float
        Point of the year at which flows fall.
    """
    within_year, _ = discount_factors(interest, timing)
    deficits = np.maximum(-np.asarray(balance, dtype=float), 0.0)
    result: Array = np.sum(within_year * deficits, axis=-1)
    return result


def _share(part: Array, whole: Array) -> Array:
    """Return part over whole; not defined, and NaN, where there is no whole."""
    part, whole = np.broadcast_arrays(part, whole)
    result: Array = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return result
