"""The small functions behind the warning rules: from the figures of a fund to one value a year (handbook 5.4).

Each takes a `FundSeries` and returns an array (..., year). The value of a year rests on that year and earlier ones
only, so that a rule judges a year by what was known at its end; NaN where that is not enough.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.warning_scores import Experience, published
from poolcast.budget.warning_series import FundSeries, growth

Array = NDArray[np.float64]

YEARS_AHEAD: Final = 3
"""Years over which the months of today are carried on, and within which experience counts failures."""


def payable_months(fund: FundSeries) -> Array:
    """Return ``n_t = 12 F_t / X_t``."""
    return fund.payable_months


def growth_gap(fund: FundSeries) -> Array:
    """Return the smaller of the last two yearly gaps ``g(X) - g(R)``: above zero, both were."""
    gap = growth(fund["expenditure"]) - growth(fund["revenue"])
    result = np.full(gap.shape, np.nan)
    result[..., 1:] = np.minimum(gap[..., 1:], gap[..., :-1])
    return result


def deficit_share(fund: FundSeries) -> Array:
    """Return the deficit of the year over its expenditure, ``(X - R) / X``; negative in a surplus."""
    return -fund.balance_share


def dependency_fall(fund: FundSeries) -> Array:
    """Return by how much contributors per retiree fell in the year."""
    return _fall(fund["dependency_ratio"])


def provider_share(fund: FundSeries) -> Array:
    """Return the claims that providers bear over the expenditure of the fund."""
    return fund["provider_share"]


def collection_rate(fund: FundSeries) -> Array:
    """Return the share of what is due that arrives in the year."""
    return fund["collection_rate"]


def arrears_share(fund: FundSeries) -> Array:
    """Return the arrears of the year end over what units owe for the year."""
    return fund["arrears_share"]


def prepaid_months(fund: FundSeries) -> Array:
    """Return the money prepaid to providers over a month's expenditure."""
    spent = fund["expenditure"]
    return 12 * fund["prepaid"] / np.where(spent > 0, spent, np.nan)


def months_ahead(fund: FundSeries) -> Array:
    """Return the payable months in three years if balance and growth stay as they are today.

    Each year ``n' = n / (1 + g) + 12 (R - X) / X``, with g the growth of expenditure, the mean of the last two years:
    the reserve buys fewer months as spending grows, and the balance of the year adds or takes its own.
    """
    rate = growth(fund["expenditure"])
    mean = np.full(rate.shape, np.nan)
    mean[..., 1:] = (rate[..., 1:] + rate[..., :-1]) / 2
    months = fund.payable_months
    added = 12 * fund.balance_share
    for _ in range(YEARS_AHEAD):
        months = months / (1 + mean) + added
    return months


def experience_chance(fund: FundSeries) -> Array:
    """Return how often simulated funds in the state of this one were exhausted within three years.

    ``P = 1 / (1 + exp(-(a + b min(n, cap) + c 12 (R - X) / X)))``; the coefficients are estimated on simulated funds
    and published with their provenance (docs/early-warning.md). After exhaustion the chance is one.
    """
    return chance_by(published().experience[fund.ledger], fund)


def chance_by(experience: Experience, fund: FundSeries) -> Array:
    """Return `experience_chance` by given coefficients."""
    months = fund.payable_months
    logit = (
        experience.constant
        + experience.months * np.minimum(months, experience.most_months)
        + experience.balance * 12 * fund.balance_share
    )
    return np.where(months < 0, 1.0, 1 / (1 + np.exp(-np.clip(logit, -500, 500))))


def _fall(values: Array) -> Array:
    result = np.full(values.shape, np.nan)
    result[..., 1:] = values[..., :-1] - values[..., 1:]
    return result
