"""The cohort component in plain NumPy: the formula to read, and the twin of the compiled kernel."""

from __future__ import annotations

import numpy as np

from poolcast.projection.cohort import FEMALE, CohortInputs, CohortResult, FloatArray, PathMultipliers


def project_reference(inputs: CohortInputs, multipliers: PathMultipliers, *, keep_population: bool) -> CohortResult:
    """Project all paths and regions at once, year by year.

    Parameters
    ----------
    inputs : CohortInputs
        Opening stock, rates, migrants and weights.
    multipliers : PathMultipliers
        Factors by path, region and year.
    keep_population : bool
        Whether to return the population by sex and age.

    Returns
    -------
    CohortResult
        As of `poolcast.projection.cohort.project_cohort`.
    """
    paths, regions, years = multipliers.paths, inputs.regions, inputs.years
    flows = {name: np.empty((paths, regions, years)) for name in ("births", "deaths", "net_migrants", "clipped")}
    measures = np.empty((paths, regions, years + 1, inputs.measures))
    kept = np.empty((paths, regions, years + 1, 2, inputs.ages)) if keep_population else None

    people = np.broadcast_to(inputs.population, (paths, *inputs.population.shape))
    for year_end in range(years + 1):
        if year_end:
            people, flow_of_year = _project_year(people, inputs, multipliers, year_end - 1)
            for name, flow in flow_of_year.items():
                flows[name][:, :, year_end - 1] = flow
        measures[:, :, year_end] = np.einsum("prsa,rmsa->prm", people, inputs.weights[year_end])
        if kept is not None:
            kept[:, :, year_end] = people
    return CohortResult(measures=measures, population=kept, **flows)


def _project_year(
    people: FloatArray, inputs: CohortInputs, multipliers: PathMultipliers, year: int
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Take the people (path, region, sex, age) from one year end to the next; return them and the flows."""
    migration_factor = multipliers.migration[:, :, year, None, None]
    arriving = migration_factor * inputs.migration_start[year]
    joining = migration_factor * inputs.migration_end[year]
    factor = multipliers.mortality[:, :, year, None, None]
    if multipliers.mortality_index is not None:
        index = multipliers.mortality_index[:, :, year, None, None]
        factor = factor * np.exp(multipliers.pattern_by_arrival() * index)
    probability = np.minimum(inputs.death_probability[year] * factor, 1.0)

    start, clipped = _not_below_zero(people + arriving)
    dying = start * probability[..., 1:]
    remaining = start - dying

    end = np.zeros_like(start)
    end[..., 1:] = remaining[..., :-1]
    end[..., -1] += remaining[..., -1]
    women_at_end = end[:, :, FEMALE].copy()
    if inputs.births_include_migrants:
        women_at_end[..., 1:] = _not_below_zero(women_at_end[..., 1:] + joining[:, :, FEMALE, 1:])[0]

    mean_women = (start[:, :, FEMALE] + women_at_end) / 2
    births = multipliers.fertility[:, :, year] * (inputs.fertility_rate[year] * mean_women).sum(axis=-1)
    boys = inputs.male_birth_share[year]
    newborn = births[..., None] * np.stack([boys, 1 - boys], axis=-1)
    dying_newborn = newborn * probability[..., 0]
    end[..., 0] += newborn - dying_newborn

    end, clipped_at_end = _not_below_zero(end + joining)
    return end, {
        "births": births,
        "deaths": dying.sum(axis=(2, 3)) + dying_newborn.sum(axis=2),
        "net_migrants": (arriving + joining).sum(axis=(2, 3)),
        "clipped": (clipped + clipped_at_end).sum(axis=(2, 3)),
    }


def _not_below_zero(people: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The people with no cell below zero, and by how much each was."""
    below = np.minimum(people, 0.0)
    return people - below, -below
