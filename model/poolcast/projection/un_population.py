"""The United Nations' cohort-component projection of one country, on the one cohort engine.

Arrays in, arrays out. The module turns what the UN publishes (rates for groups of ages and for calendar years or
periods) into what `poolcast.projection.cohort` reads (single ages, steps of one year). Stocks stand on 1 July: the step
that begins on 1 July of year t lies half in calendar year t and half in t + 1, and takes the mean of their rates.

Source of the step: United Nations, DESA, Population Division (2024), World Population Prospects 2024, Methodology.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.interpolate import PchipInterpolator

from poolcast.projection.cohort import FEMALE, MALE, CohortInputs, CohortResult, FloatArray, project_cohort

MigrationTiming = Literal["end", "even"]

LEAST_RATE = 1e-12
"""Stands for a death rate of zero where a logarithm is taken, per person-year."""
FITTING_ROUNDS = 50
MIDDLE_OF_OPEN_GROUP = 2.0
"""Years above its first age at which the rate of the open group is taken to hold, when ages are interpolated."""


def infant_years_lived(death_rate: FloatArray, sex: int) -> FloatArray:
    """Mean years lived in the first year of life by those who die in it, a_0, from m_0.

    a_0 = c - k m_0, linear in three ranges of m_0: the deaths of low-mortality populations lie close to birth.

    Parameters
    ----------
    death_rate : array (any), deaths per person-year
        m_0, the central death rate at age 0.
    sex : int
        Male 0, female 1.

    Returns
    -------
    array (as `death_rate`), years

    Notes
    -----
    Andreev and Kingkade (2015), "Average age at death in infancy and infant mortality level: reconsidering the
    Coale-Demeny formulas at current levels of low mortality", Demographic Research 33(13), 363-390; the constants as
    in the Methods Protocol of the Human Mortality Database, version 6 (2017), section 7.1.
    """
    if sex == MALE:
        low, high, bounds = 0.14929 - 1.99545 * death_rate, 0.02832 + 3.26021 * death_rate, (0.02300, 0.08307)
        return np.where(death_rate < bounds[0], low, np.where(death_rate < bounds[1], high, 0.29915))
    low, high, bounds = 0.14903 - 2.05527 * death_rate, 0.04667 + 3.88089 * death_rate, (0.01724, 0.06891)
    return np.where(death_rate < bounds[0], low, np.where(death_rate < bounds[1], high, 0.31411))


def life_table(death_rate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Deaths d_x and person-years L_x of the life table of single ages, with l_0 = 1.

    q_x = m_x / (1 + (1 - a_x) m_x), d_x = l_x q_x, L_x = l_x - (1 - a_x) d_x with a_x = 1/2 but for a_0; in the open
    group d = l and L = T = l / m.

    Parameters
    ----------
    death_rate : array (..., sex, age), deaths per person-year
        m_x; the last age is the open group.

    Returns
    -------
    deaths, person_years : array (..., sex, age)
        Per person born.
    """
    rate = np.maximum(death_rate, LEAST_RATE)
    years_lived = np.full_like(rate, 0.5)
    for sex in (MALE, FEMALE):
        years_lived[..., sex, 0] = infant_years_lived(rate[..., sex, 0], sex)
    chance = death_rate / (1.0 + (1.0 - years_lived) * death_rate)
    chance[..., -1] = 1.0
    alive = np.ones_like(rate)
    alive[..., 1:] = np.cumprod(1.0 - chance[..., :-1], axis=-1)
    deaths = alive * chance
    person_years = alive - (1.0 - years_lived) * deaths
    person_years[..., -1] = alive[..., -1] / rate[..., -1]
    return deaths, person_years


def survival_ratios(death_rate: FloatArray, open_age: int) -> FloatArray:
    """Survival ratios by age at the end of the year, from death rates by single age.

    S_0 = L_0 / l_0; S_x = L_x / L_{x-1}; S_w = T_w / T_{w-1} for the open group w, which all enter or stay in at once.

    Parameters
    ----------
    death_rate : array (..., sex, age), deaths per person-year
        The last age is open; where it is below `open_age`, its rate holds for the ages above it as well.
    open_age : int
        First age of the population's open group, at least 1.

    Returns
    -------
    array (..., sex, open_age + 1), share who live to the end of the year
    """
    missing = open_age + 1 - death_rate.shape[-1]
    if missing > 0:
        death_rate = np.concatenate([death_rate, np.repeat(death_rate[..., -1:], missing, axis=-1)], axis=-1)
    _, person_years = life_table(death_rate)
    above = person_years[..., open_age:].sum(axis=-1)
    ratio = person_years[..., : open_age + 1].copy()
    ratio[..., 1:] = np.divide(ratio[..., 1:], person_years[..., :open_age])
    ratio[..., open_age] = above / (above + person_years[..., open_age - 1])
    return ratio


def single_age_mortality(death_rate: FloatArray, age_start: Sequence[int]) -> FloatArray:
    """Death rates by single age whose life table has the given rates of age groups.

    ln m is interpolated between the middles of the groups; then the nodes are moved until, in each group,
    (sum of d_x) / (sum of L_x) of the single-age life table equals the rate given. Single ages are taken as they are.

    Parameters
    ----------
    death_rate : array (..., sex, group), deaths per person-year
        Central death rates; the last group is open.
    age_start : sequence of int
        First age of each group, rising from 0.

    Returns
    -------
    array (..., sex, age), deaths per person-year
        Ages 0 to the first age of the open group, which is the last.
    """
    start = np.asarray(age_start)
    ages = np.arange(start[-1] + 1)
    if start.size == ages.size:
        return death_rate
    middle = np.append((start[:-1] + start[1:]) / 2, start[-1] + MIDDLE_OF_OPEN_GROUP)
    place = np.append(ages[:-1] + 0.5, middle[-1])
    left = np.clip(np.searchsorted(middle, place, side="right") - 1, 0, start.size - 2)
    share = (place - middle[left]) / (middle[left + 1] - middle[left])

    wanted = np.log(np.maximum(death_rate, LEAST_RATE))
    node = wanted.copy()
    for _ in range(FITTING_ROUNDS):
        single: FloatArray = np.exp(node[..., left] * (1 - share) + node[..., left + 1] * share)
        deaths, person_years = life_table(single)
        node += wanted - np.log(np.add.reduceat(deaths, start, axis=-1) / np.add.reduceat(person_years, start, axis=-1))
    return single


def single_age_fertility(birth_rate: FloatArray, age_start: Sequence[int], age_end: int, ages: int) -> FloatArray:
    """Fertility rates by single age that add up to those of age groups.

    The births per woman up to each group's edge are joined by a monotone cubic, whose steps are the rates: none is
    negative, and each group keeps its sum (Fritsch and Carlson 1980, SIAM J. Numer. Anal. 17(2), 238-246).

    Parameters
    ----------
    birth_rate : array (year, group), births per woman and year
    age_start : sequence of int
        First age of each group, rising.
    age_end : int
        First age after the last group.
    ages : int
        Number of ages of the population, more than `age_end` - 1.

    Returns
    -------
    array (year, age), births per woman and year
    """
    edges = np.append(np.asarray(age_start), age_end)
    rate = np.zeros((birth_rate.shape[0], ages))
    if edges.size - 1 == edges[-1] - edges[0]:
        rate[:, edges[0] : age_end] = birth_rate
        return rate
    cumulated = np.zeros((birth_rate.shape[0], edges.size))
    cumulated[:, 1:] = np.cumsum(birth_rate * np.diff(edges), axis=1)
    at_each_age = PchipInterpolator(edges, cumulated, axis=1)(np.arange(edges[0], age_end + 1))
    rate[:, edges[0] : age_end] = np.maximum(np.diff(at_each_age, axis=1), 0.0)
    return rate


def rates_at(times: FloatArray, centres: FloatArray, rates: FloatArray) -> FloatArray:
    """Rates at given times, linear between the centres of their periods.

    Before the first centre and after the last, the nearest two periods' line goes on, but not below zero; for two
    calendar years the middle of the step is half-way, so that it takes their mean.

    Parameters
    ----------
    times : array (time), years
        Where the rates are wanted.
    centres : array (period), years
        Middle of each period, rising.
    rates : array (period, ...), any unit

    Returns
    -------
    array (time, ...), as `rates`
    """
    if centres.size == 1:
        return np.repeat(rates, times.size, axis=0)
    left = np.clip(np.searchsorted(centres, times, side="right") - 1, 0, centres.size - 2)
    share = ((times - centres[left]) / (centres[left + 1] - centres[left])).reshape(-1, *[1] * (rates.ndim - 1))
    return np.maximum(rates[left] * (1 - share) + rates[left + 1] * share, 0.0)


def migrant_age_profile(ages: int) -> FloatArray:
    """Shares of migrants by age, for where only their total is known; the sexes share equally.

    share_x proportional to 0.02 exp(-0.1 x) + 0.06 exp(-0.1 (x - 20) - exp(-0.4 (x - 20))) + 0.003, the standard
    schedule without the retirement peak: children with their parents, and a peak in the early twenties.

    Parameters
    ----------
    ages : int
        Number of ages; the last is the open group.

    Returns
    -------
    array (sex, age), adds up to 1

    Notes
    -----
    Rogers and Castro (1981), Model Migration Schedules, IIASA RR-81-30, the simplified basic standard.
    """
    age = np.arange(ages)
    young = 0.06 * np.exp(-0.1 * (age - 20.0) - np.exp(-0.4 * (age - 20.0)))
    share = 0.02 * np.exp(-0.1 * age) + young + 0.003
    return np.broadcast_to(share / share.sum() / 2, (2, ages))


def project_un_population(
    population: FloatArray,
    survival_ratio: FloatArray,
    fertility_rate: FloatArray,
    male_births_per_female_birth: FloatArray,
    net_migrants: FloatArray,
    *,
    migration: MigrationTiming = "end",
) -> CohortResult:
    """Project one country for T years from one 1 July to the next.

    P'_x = P_{x-1} S_x, P'_w = (P_{w-1} + P_w) S_w, births = sum F_x (P_x + P'_x) / 2 over women, P_x = P'_x + M_x; F,
    M and the sex ratio at birth are means of two calendar years.

    Parameters
    ----------
    population : array (sex, age), persons
        On the 1 July on which the first year begins.
    survival_ratio : array (T, sex, age), share
        By age at the end of each year; the open group's last.
    fertility_rate : array (T + 1, age), births per woman and year
        Of the T + 1 calendar years that the T years touch.
    male_births_per_female_birth : array (T + 1), ratio
    net_migrants : array (T + 1, sex, age), persons
        By age at the end of the year.
    migration : {"end", "even"}
        All at the end of the year, as in World Population Prospects 2024, or half at each end of it.

    Returns
    -------
    CohortResult
        One path, one region, with the population and without measures.
    """
    years, ages = survival_ratio.shape[0], population.shape[1]
    death_probability = np.empty((years, 1, 2, ages + 1))
    death_probability[:, 0, :, :ages] = 1.0 - survival_ratio
    death_probability[:, 0, :, ages] = 1.0 - survival_ratio[..., -1]
    boys_per_girl = _mean_of_two_years(male_births_per_female_birth)
    migrants = _mean_of_two_years(net_migrants)[:, None]
    at_start = migrants / 2 if migration == "even" else np.zeros_like(migrants)
    inputs = CohortInputs(
        population=population[None],
        death_probability=death_probability,
        fertility_rate=_mean_of_two_years(fertility_rate)[:, None],
        male_birth_share=(boys_per_girl / (1.0 + boys_per_girl))[:, None],
        migration_start=at_start,
        migration_end=migrants - at_start,
        births_include_migrants=migration == "even",
        weights=np.zeros((years + 1, 1, 0, 2, ages)),
    )
    return project_cohort(inputs, keep_population=True)


def _mean_of_two_years(by_calendar_year: FloatArray) -> FloatArray:
    return (by_calendar_year[:-1] + by_calendar_year[1:]) / 2
