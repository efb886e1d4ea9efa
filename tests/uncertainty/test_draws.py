"""Draws: what a path gets does not depend on who asks, and has the moments that it should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from poolcast.uncertainty.draws import (
    LEADING_COMPONENTS,
    REPLICATES,
    SAMPLINGS,
    Draws,
    bridge_increments,
    bridge_order,
)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@given(first=st.integers(0, 500), count=st.integers(1, 40), size=st.integers(1, 60))
def test_a_path_has_the_same_numbers_in_every_block(sampling, first, count, size):
    draws = Draws(11, sampling)
    whole = draws.uniforms("wages", "130100", 0, 540, size)
    assert np.array_equal(draws.uniforms("wages", "130100", first, count, size), whole[first : first + count])


@given(first=st.integers(0, 300), count=st.integers(1, 40))
def test_a_path_has_the_same_sobol_coordinates_in_every_block(first, count):
    draws = Draws(3, "sobol")
    assert np.array_equal(draws.leading_normals(first, count), draws.leading_normals(0, 340)[first : first + count])


def test_streams_regions_and_seeds_differ():
    def numbers(seed, stream, region):
        return Draws(seed).normals(stream, region, 0, 2000, 1)[:, 0]

    base = numbers(1, "wages", "")
    for other in (numbers(2, "wages", ""), numbers(1, "interest", ""), numbers(1, "wages", "110000")):
        assert abs(np.corrcoef(base, other)[0, 1]) < 3 / np.sqrt(2000)


def test_more_years_leave_earlier_words_of_other_paths_alone():
    few, many = Draws(5).uniforms("wages", "", 0, 10, 8), Draws(5).uniforms("wages", "", 0, 10, 8)
    assert np.array_equal(few, many)
    assert (few > 0).all()
    assert (few < 1).all()


def test_normals_are_standard_normal():
    sample = Draws(1).normals("wages", "", 0, 20_000, 1)[:, 0]
    assert stats.kstest(sample, "norm").pvalue > 1e-3


def test_antithetic_paths_mirror_each_other():
    normals = Draws(9, "antithetic").normals("wages", "", 0, 100, 30)
    assert np.allclose(normals[0::2], -normals[1::2], rtol=0, atol=1e-12)


def test_sobol_means_are_far_better_than_random_ones():
    paths = 512 * REPLICATES
    coordinates = Draws(1, "sobol").leading_normals(0, paths)
    assert np.isfinite(coordinates).all()
    assert np.abs(coordinates.mean(0)).max() < 0.2 / np.sqrt(paths)  # random: about 1 / sqrt(paths), the largest 2 to 3
    assert coordinates.shape == (paths, LEADING_COMPONENTS)


@pytest.mark.parametrize("years", [1, 2, 3, 7, 36, 75])
def test_the_bridge_turns_independent_normals_into_independent_innovations(years):
    matrix = bridge_increments(np.eye(years))
    assert np.abs(matrix @ matrix.T - np.eye(years)).max() < 1e-12
    assert sorted(node for node, _, _ in bridge_order(years)) == list(range(1, years + 1))


def test_the_first_component_of_the_bridge_is_the_sum_of_all_years():
    components = Draws(1).normals("wages", "", 0, 50, 36)
    assert np.allclose(bridge_increments(components).sum(-1), 6.0 * components[:, 0])
