"""A path of a simulation is the same to the last bit whatever block of paths it is computed in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.projection.drivers import ADDITIVE, DEMOGRAPHIC, MULTIPLICATIVE, Drivers
from poolcast.projection.engine import Projection, run
from poolcast.projection.ledgers import LedgerAccounts
from poolcast.projection.money import MoneyState
from tests.projection.random_sets import ruled_set

pytest.importorskip("numba")

SIZES = (1, 7, 16, 64)
LAZY = {MoneyState: ("claims", "claim_sums"), LedgerAccounts: ("revenue_lines", "expenditure_lines")}
"""What is made when it is asked for."""


def arrays(value: object, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every array of floats that a projection holds, by where it stands."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from arrays(item, f"{name}.{key}")
    elif dataclasses.is_dataclass(value) and not isinstance(value, Assumptions | Drivers):
        lazy = LAZY.get(type(value), ())
        for field in (*(field.name for field in dataclasses.fields(value)), *lazy):
            yield from arrays(getattr(value, field), f"{name}.{field}")


def drawn(assumptions: Assumptions, paths: int, names: tuple[str, ...], *, national: bool) -> Drivers:
    random = np.random.default_rng(20)
    shape = (paths, 1 if national else len(assumptions.regions), assumptions.last_year - assumptions.base_year + 1)
    values = {name: np.exp(random.normal(0, 0.02, shape)) for name in MULTIPLICATIVE if name in names}
    values |= {name: random.normal(0, 0.01, shape) for name in ADDITIVE if name in names}
    pattern = random.uniform(0, 1, (2, 101)) if "mortality_index" in names else None
    return Drivers(**values, mortality_pattern=pattern, simulated=True)


def assert_same(whole: dict[str, np.ndarray], part: Projection, paths: int, start: int) -> None:
    found = dict(arrays(part))
    assert found.keys() == whole.keys()
    size = part.drivers.paths
    for name, array in whole.items():
        wanted = array[start : start + size] if array.shape[:1] == (paths,) else array
        np.testing.assert_array_equal(found[name], wanted, err_msg=f"{name}, {size} paths from {start}")


def assert_same_in_blocks(assumptions: Assumptions, drivers: Drivers) -> None:
    paths = drivers.paths
    together = run(assumptions, drivers)
    whole = dict(arrays(together))
    assert len(whole) > 100
    moved = whole[".accounts.reserve"]
    assert len(np.unique(moved[:, 0, -1, 0])) == paths
    for size in SIZES:
        starts = [0, paths // 2, paths - size] if size < 16 else range(0, paths, size)
        for start in starts:
            assert_same(whole, run(assumptions, drivers.slice(start, start + size)), paths, start)


@cache
def shipped(name: str) -> Assumptions:
    return poolcast.calibrate(poolcast.load_assumptions(name, to=2035))


def reformed(assumptions: Assumptions) -> Assumptions:
    """A set in which inpatient care is reimbursed less, so that patients answer."""
    return assumptions.with_values({"inpatient.reimbursement_rate": assumptions["inpatient.reimbursement_rate"] * 0.9})


EVERY = (*ADDITIVE, *MULTIPLICATIVE)
MONEY = tuple(name for name in EVERY if name not in DEMOGRAPHIC)


@pytest.mark.parametrize("names", [(name,) for name in EVERY if name != "consumer_prices"], ids=lambda names: names[0])
def test_each_driver_alone(names: tuple[str, ...]) -> None:
    """What has paths and what has one for all differs by driver, and so does the order in memory."""
    assumptions = reformed(shipped("china"))
    assert_same_in_blocks(assumptions, drawn(assumptions, 131, names, national=True))


@pytest.mark.parametrize("names", [MONEY, EVERY], ids=["money", "all"])
@pytest.mark.parametrize("national", [True, False])
def test_blocks_leave_every_bit_as_it_is(names: tuple[str, ...], national: bool) -> None:
    assumptions = shipped("hebei")
    assert_same_in_blocks(assumptions, drawn(assumptions, 71, names, national=national))


@pytest.mark.parametrize("national", [True, False])
def test_blocks_leave_every_bit_as_it_is_through_every_rule(
    tmp_path_factory: pytest.TempPathFactory, national: bool
) -> None:
    assumptions = ruled_set(tmp_path_factory.mktemp("sets") / "ruled")
    assert_same_in_blocks(assumptions, drawn(assumptions, 71, EVERY, national=national))


def test_a_thousand_paths_at_once() -> None:
    assumptions = shipped("china")
    assert_same_in_blocks(assumptions, drawn(assumptions, 1000, EVERY, national=False))


def test_a_reform_leaves_the_blocks_alike() -> None:
    """The patients' answer and the budgets of a reformed set go through other branches."""
    assumptions = reformed(shipped("hebei"))
    assert_same_in_blocks(assumptions, drawn(assumptions, 71, EVERY, national=True))
