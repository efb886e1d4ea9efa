"""The compiled claims against their plain twin, and the functions that they rest on against NumPy and SciPy."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.projection.claim_sums import add_up, by_kernel
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import project_money
from poolcast.projection.money import MoneyState
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

numba = pytest.importorskip("numba")

lane_functions = pytest.importorskip("poolcast.projection.lane_functions")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    folder = tmp_path_factory.mktemp("sets") / "claims"
    return base_set(folder, regions=["A", "B"], last_year=2032, ledgers=ALL_LEDGERS)


def ordinary(assumptions: Assumptions) -> Assumptions:
    """The set without what the kernel leaves to its twin."""
    names = ("outbreak.case_share", "capitation.share")
    return assumptions.with_values({name: np.zeros_like(assumptions[name]) for name in names})


def moved(assumptions: Assumptions, paths: int = 5) -> Drivers:
    """Drivers that move whatever the claims rest on."""
    random = np.random.default_rng(4)
    shape = (paths, len(assumptions.regions), assumptions.last_year - assumptions.base_year + 1)
    return Drivers(
        wage_growth=random.normal(0, 0.02, shape),
        unit_cost_growth=random.normal(0, 0.02, shape),
        utilisation=np.exp(random.normal(0, 0.1, shape)),
        inpatient_use=np.exp(random.normal(0, 0.1, shape)),
        benefit_level=np.exp(random.normal(0, 0.1, shape)),
        elasticity=np.exp(random.normal(0, 0.3, shape)),
        employment=random.normal(0, 0.02, shape),
        fertility=np.exp(random.normal(0, 0.1, shape)),
        simulated=True,
    )


def assert_twins_agree(assumptions: Assumptions, drivers: Drivers, idle: tuple[str, ...] = ()) -> MoneyState:
    assert by_kernel(assumptions, drivers)
    money = project_money(assumptions, drivers)
    twin, found = add_up(money.claims), money.claim_sums
    bills = money.claims.in_policy_bills[..., 0].sum(-1).max()
    for field in fields(twin):
        wanted, have = getattr(twin, field.name), getattr(found, field.name)
        assert wanted.shape == have.shape, field.name
        assert np.abs(wanted).max() > 0 or field.name in idle, field.name
        # what is left above a ceiling or to a patient is a difference of bills, known as well as they are
        np.testing.assert_allclose(have, wanted, rtol=1e-12, atol=1e-12 * bills, err_msg=field.name)
    return money


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("layers", ["distribution", "fixed_share"])
def test_random_sets(base: Assumptions, seed: int, layers: str) -> None:
    rule = ("fee_for_service", "closure", "corridor")[seed % 3]
    drawn = calibrated(ordinary(random_set(base, seed, payment_rule=rule, outpatient_layers=layers)), seed)
    assert_twins_agree(drawn, moved(drawn, paths=1 + 4 * seed))


@pytest.mark.parametrize("name", ["china", "hebei"])
def test_a_reform_that_patients_answer(name: str) -> None:
    """Stays, visits, chronic care and dual-channel drugs cost the patients something else, so that use moves."""
    law = poolcast.calibrate(poolcast.load_assumptions(name, to=2031))
    changed = [f"{benefit}.reimbursement_rate" for benefit in ("inpatient", "outpatient", "chronic", "dual_channel")]
    reformed = law.with_values({rate: law[rate] * 0.85 for rate in changed})
    drivers = moved(law, paths=3)
    left, right = (assert_twins_agree(one, drivers, idle=("procurement_saving",)) for one in (law, reformed))
    for benefit in (0, 1, 2):
        used = [state.claims.services[..., benefit].sum() for state in (left, right)]
        assert used[1] != pytest.approx(used[0], rel=1e-4), benefit


def test_amounts_at_their_mean_and_rates_of_zero(base: Assumptions) -> None:
    """No spread, no deductible, a tier without payment, nobody ill: each a branch that a logarithm might not like."""
    drawn = calibrated(ordinary(random_set(base, 11)), 11)
    rate = drawn["inpatient.reimbursement_rate"].copy()
    rate[..., 1] = 0.0
    flat = drawn.with_values(
        {
            "inpatient.reimbursement_rate": rate,
            "inpatient.cost_coefficient_of_variation": np.zeros_like(drawn["inpatient.cost_coefficient_of_variation"]),
            "outpatient.deductible": np.zeros_like(drawn["outpatient.deductible"]),
            "inpatient.deductible": np.zeros_like(drawn["inpatient.deductible"]),
        }
    )
    assert_twins_agree(flat, moved(flat), idle=("above_ceiling",))


def test_what_the_kernel_leaves_to_its_twin(base: Assumptions) -> None:
    drawn = calibrated(ordinary(random_set(base, 3)), 3)
    drivers = moved(drawn)
    cases = np.full_like(drawn["outbreak.case_share"], 0.2)
    assert by_kernel(drawn, drivers)
    assert not by_kernel(drawn.with_values({"outbreak.case_share": cases}), drivers)
    assert not by_kernel(drawn.with_values({"capitation.share": np.full_like(drawn["capitation.share"], 0.1)}), drivers)
    assert not by_kernel(drawn, Drivers(wage_growth=drivers.wage_growth))


def test_functions_of_lanes() -> None:
    exponential, logarithm, mean_below = (
        lane_functions.exponential,
        lane_functions.logarithm,
        lane_functions.mean_below,
    )

    @numba.njit(error_model="numpy")
    def each(x, limit, out):  # type: ignore[no-untyped-def]
        for place in range(len(x)):
            out[0, place], out[1, place] = exponential(x[place]), logarithm(limit[place])
            out[2, place] = mean_below(1.7, limit[place], logarithm(limit[place] / 1.7), 0.32, 0.8)
            out[3, place] = mean_below(1.7, limit[place], 0.0, 0.0, 0.0)

    x = np.concatenate([np.linspace(-699, 699, 4001), [0.0]])
    limit = np.exp(np.concatenate([np.linspace(-30, 30, 4001), [0.0]]))
    out = np.empty((4, len(x)))
    each(x, limit, out)
    np.testing.assert_allclose(out[0], np.exp(x), rtol=4e-16)
    assert out[0, -1] == 1.0
    np.testing.assert_allclose(out[1], np.log(limit), rtol=4e-16)
    standard = (np.log(limit / 1.7) + 0.32) / 0.8
    np.testing.assert_allclose(out[2], 1.7 * ndtr(standard - 0.8) + limit * ndtr(-standard), rtol=2e-14)
    np.testing.assert_array_equal(out[3], np.minimum(1.7, limit))


def test_the_kernels_are_compiled_anew_when_their_functions_change() -> None:
    """Numba's cache knows the file of a kernel only, so a kernel names the content of what it puts in place."""
    from poolcast.projection import claims_kernel, cohort_kernel

    content = Path(lane_functions.__file__).read_bytes().replace(b"\r\n", b"\n")
    digits = hashlib.sha256(content).hexdigest()[:16]
    assert (digits, digits) == (claims_kernel.LANE_FUNCTIONS, cohort_kernel.LANE_FUNCTIONS)
