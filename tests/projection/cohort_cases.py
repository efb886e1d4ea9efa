"""Random inputs of the cohort component, shared by its tests."""

from __future__ import annotations

import numpy as np

from poolcast.projection.cohort import CohortInputs, FloatArray, PathMultipliers


def random_inputs(
    seed: int,
    *,
    ages: int = 101,
    regions: int = 2,
    years: int = 3,
    measures: int = 2,
    migration: float = 0.01,
    births_include_migrants: bool = False,
) -> CohortInputs:
    """Inputs with rates that differ by year; `migration` is relative to the mean cell (1 empties many cells)."""
    random = np.random.default_rng(seed)
    cell = random.uniform(1.0, 1e6)
    migrants = random.normal(0.0, migration * cell, (2, years, regions, 2, ages))
    return CohortInputs(
        population=random.uniform(0.0, 2.0 * cell, (regions, 2, ages)),
        death_probability=random.uniform(0.0, 1.0, (years, regions, 2, ages + 1)) ** 3,
        fertility_rate=random.uniform(0.0, 0.1, (years, regions, ages)),
        male_birth_share=random.uniform(0.45, 0.55, (years, regions)),
        migration_start=migrants[0],
        migration_end=migrants[1],
        births_include_migrants=births_include_migrants,
        weights=random.normal(0.0, 1.0, (years + 1, regions, measures, 2, ages)),
    )


def random_multipliers(
    seed: int, paths: int, inputs: CohortInputs, *, national: bool = False, pattern: bool = False
) -> PathMultipliers:
    """Multipliers around 1; mortality goes far enough up for probabilities to be capped, with a pattern or without."""
    random = np.random.default_rng(seed)
    shape = (paths, 1 if national else inputs.regions, inputs.years)
    return PathMultipliers(
        mortality=random.uniform(0.0, 2.0, shape),
        fertility=random.uniform(0.0, 2.0, shape),
        migration=random.uniform(-1.0, 2.0, shape),
        mortality_index=random.normal(0.0, 1.0, shape) if pattern else None,
        mortality_pattern=np.round(random.uniform(-0.3, 1.0, (2, inputs.ages)), 1) if pattern else None,
    )


def largest_relative_difference(left: FloatArray, right: FloatArray) -> float:
    """Largest difference, relative to the largest value."""
    assert left.shape == right.shape
    scale = max(float(np.abs(left).max(initial=0.0)), float(np.abs(right).max(initial=0.0)), 1e-300)
    return float(np.abs(left - right).max(initial=0.0)) / scale
