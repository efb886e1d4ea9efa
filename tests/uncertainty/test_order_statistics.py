"""Order statistics: a few ranks chosen without sorting are the same bits as after a whole sort."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.uncertainty import sampling_error, summary
from poolcast.uncertainty.order_statistics import FEWEST_PATHS, order_statistics, sorted_statistics
from poolcast.uncertainty.quantities import count_flags

KINDS = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "heavy": lambda rng, shape: np.exp(3 * rng.normal(size=shape)),
    "atoms": lambda rng, shape: rng.integers(-2, 3, shape).astype(float),
    "constant": lambda rng, shape: np.full(shape, 3.7),
    "close": lambda rng, shape: 1.0 + rng.integers(0, 5, shape) * 2.0**-52,
    "huge": lambda rng, shape: rng.normal(size=shape) * 3e307,
    "tiny": lambda rng, shape: rng.normal(size=shape) * 1e-320,
    "two": lambda rng, shape: np.where(rng.random(shape) < 0.5, 1e12, -1e-12),
    "blank": lambda rng, shape: np.where(rng.random(shape) < 0.1, np.nan, rng.normal(size=shape)),
    "endless": lambda rng, shape: np.where(rng.random(shape) < 0.01, -np.inf, rng.normal(size=shape)),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(0, 3_000))
def test_chosen_ranks_are_those_of_a_whole_sort(kind, seed, more):
    rng = np.random.default_rng(seed)
    paths = FEWEST_PATHS + more
    values = KINDS[kind](rng, (3, paths))
    before = values.copy()
    ranks = np.unique(rng.integers(0, paths, 40))
    found = order_statistics(values, ranks)
    assert np.array_equal(found, sorted_statistics(values, ranks), equal_nan=True)
    assert np.array_equal(values, before, equal_nan=True)


@pytest.mark.parametrize("paths", [2, 3, 60, 1_000])
def test_quantiles_and_errors_from_a_few_ranks_are_those_of_all_paths(paths):
    values = np.random.default_rng(paths).normal(size=(5, paths))
    levels, ordered = np.array(summary.LEVELS), np.sort(values, axis=-1)
    ranks = sampling_error.ranks_of(levels, paths)
    few = order_statistics(values, ranks)
    for figure in (sampling_error.quantiles_of_ordered, sampling_error.of_quantiles):
        assert np.array_equal(figure(few, levels, paths, ranks), figure(ordered, levels))
    np.testing.assert_allclose(
        sampling_error.quantiles_of_ordered(few, levels, paths, ranks), np.quantile(values, levels, axis=-1), rtol=1e-12
    )


def test_the_error_of_a_quantile_is_half_the_distance_of_two_ranks():
    ordered = np.arange(1_000.0)[None]
    # by hand: 499.5 -+ sqrt(1000 / 4) = 483.69 and 515.31, so ranks 483 and 516
    assert sampling_error.of_quantiles(ordered, np.array([0.5]))[0, 0] == 16.5
    assert sampling_error.quantiles_of_ordered(ordered, np.array([0.5]))[0, 0] == 499.5


def test_flags_are_counted_beyond_what_a_byte_holds():
    rng = np.random.default_rng(8)
    met, batches = rng.random((1_300, 4, 3)) < 0.9, rng.integers(0, 2, 1_300)
    met[:, 0, 0] = True
    counts = np.zeros((2, 4, 3), dtype=np.int64)
    count_flags(met, batches, counts)
    for batch in range(2):
        assert np.array_equal(counts[batch], met[batches == batch].sum(0, dtype=np.int64))
    assert counts[:, 0, 0].sum() == 1_300
