"""Sobol indices: published values, additive models by hand, and draws that mix as they say."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.parameters.errors import ResultError
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.sobol_indices import MixedDraws, indices_of_model, sobol_indices

NAMES = ("one", "two", "three")


def ishigami(draws: Draws, first: int, count: int) -> np.ndarray:
    one, two, three = (np.pi * (2 * draws.uniforms(name, "", first, count, 1)[:, 0] - 1) for name in NAMES)
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)


def test_ishigami_has_the_published_indices():
    found = indices_of_model(ishigami, NAMES, rows=8192, seed=1)
    for name, published in {"first": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}.items():
        errors = found[f"{name}_error"].values / 1.96
        assert (errors < 0.02).all()
        assert (np.abs(found[name].values - published) < 3 * errors).all(), name


def test_additive_model_by_hand():
    # a + 2 b + 0 c: variances 1 and 4 of 5, nothing together
    def model(draws: Draws, first: int, count: int) -> np.ndarray:
        one, two, _ = (draws.normals(name, "", first, count, 1)[:, 0] for name in NAMES)
        return one + 2 * two

    found = indices_of_model(model, NAMES, rows=4096, seed=2)
    assert found["total"].values == pytest.approx([0.2, 0.8, 0.0], abs=0.04)
    assert found["first"].values == pytest.approx([0.2, 0.8, 0.0], abs=0.06)
    assert float(found["total"][2]) == 0


def test_paths_are_rows_of_a_mixed_matrices_and_b():
    draws, plain = MixedDraws(7, risks=NAMES, streams={"extra": "two"}), Draws(7)
    rows, k = 4, len(NAMES)

    def matrices(stream: str) -> np.ndarray:
        return draws.uniforms(stream, "r", 0, rows * (k + 2), 3).reshape(rows, k + 2, 3)

    for stream, own in (("one", 1), ("two", 2), ("extra", 2), ("three", 3)):
        values = matrices(stream)
        assert np.array_equal(values[:, 0], plain.uniforms(stream, "r", 0, rows, 3)), "A is the simulation of the seed"
        assert (values[:, k + 1] != values[:, 0]).all(), "B is another"
        for matrix in range(1, k + 1):
            expected = values[:, k + 1] if matrix == own else values[:, 0]
            assert np.array_equal(values[:, matrix], expected), (stream, matrix)
    other = matrices("of no risk")
    assert (other == other[:, :1]).all()


def test_blocks_do_not_matter():
    draws = MixedDraws(3, risks=NAMES)
    whole = draws.uniforms("two", "", 0, 23, 5)
    parts = [draws.uniforms("two", "", start, min(6, 23 - start), 5) for start in range(0, 23, 6)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_indices_of_a_reserve(short_china):
    found = sobol_indices(short_china, "reserve(EPF, year=2028)", rows=64, seed=3)
    assert found.attrs["paths"] == 64 * (found.sizes["risk"] + 2)
    assert found.attrs["correlated"] == 0
    assert (np.diff(found["total"].values) <= 0).all()
    total = found["total"]
    assert float(total.sel(risk="consumer_prices")) == 0
    assert float(total.sel(risk="mortality")) < 0.01 < float(total.sel(risk="care_prices"))
    assert 0.6 < float(total.sum()) < 1.6  # nearly additive
    again = sobol_indices(short_china, "reserve(EPF, year=2028)", rows=64, seed=3, workers=1)
    assert found.equals(again)


def test_late_reforms_are_a_risk_and_a_sure_event_has_no_indices(short_china):
    found = sobol_indices(short_china, "exhaustion(EPF, year=2028)", "financing_package", rows=4)
    assert "policy" in found.risk.values
    assert np.isnan(found["total"]).all()
    assert float(found["mean"]) == 0


def test_a_year_that_may_not_come_is_refused(short_china):
    with pytest.raises(ResultError, match="year=2032"):
        sobol_indices(short_china, "exhaustion(EPF)", rows=4)
