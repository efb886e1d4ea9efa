"""Does a lever move the ledgers that it declares, with the signs that it declares? One helper for every group.

The measure of a ledger is its reserve at the horizon; where it holds none, its balance summed over the years; where
the budget fills it to its need (MAF, CSS), what it costs the budget, with a minus. Regions and pools are added up. A
change counts from a part in 1e9 of what the ledger spends over the years.

Use in a table-driven test::

    @pytest.mark.parametrize("name", SETS)
    @pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
    def test_the_lever_moves_what_it_declares(lever, name):
        assert check_signs(lever, name) == []
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import xarray as xr

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import PoolcastError
from poolcast.parameters.location import available_sets
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import project
from poolcast.scenarios.catalogue import find_lever
from poolcast.scenarios.lever import Lever
from poolcast.scenarios.phase_in import PhaseIn
from poolcast.scenarios.scenario import LeverCall

SETS = ("china", "hebei")
THRESHOLD = 1e-9
FINANCED_BY_NEED = ("MAF", "CSS")
FOLLOWERS = {"ADJ": ("EPF", "RPF"), "VBPR": ("EPF", "RPF")}
"""Ledgers that may move undeclared where one of these is declared: the adjustment fund follows the income and the
gaps of the pooled funds, and what is retained for hospitals follows their payments, whatever moves them. Declared,
they are checked like any other."""


@cache
def calibrated(name: str) -> Assumptions:
    """Calibrated set; the test is skipped where the set is not installed."""
    if name not in available_sets():
        pytest.skip(f"the set {name} is not here")
    return calibrate(load_assumptions(name))


@cache
def baseline(name: str) -> xr.Dataset:
    """Forecast of the law in force."""
    return project(calibrated(name))


def call(lever: str | Lever, phase_in: PhaseIn | None = None, **words: object) -> LeverCall:
    """Lever call from keywords: arguments of the lever, `start`, `where`, `behaviour`."""
    found = find_lever(lever) if isinstance(lever, str) else lever
    assert found is not None, f"no lever {lever}"
    own = {key: words.pop(key) for key in ("start", "where", "behaviour") if key in words}
    unknown = set(words) - set(found.defaults)
    assert not unknown, f"{found.id} has no argument {', '.join(sorted(unknown))}"
    return LeverCall(found, dict(words), phase_in=phase_in, **own)  # type: ignore[arg-type]


def changed(lever: str | Lever, name: str, **words: object) -> Assumptions:
    """Calibrated set after the lever."""
    from poolcast.parameters.declaration import Words
    from poolcast.scenarios.scenario import Scenario

    made = call(lever, **words)  # type: ignore[arg-type]
    empty = Words(made.lever.id, made.lever.id)
    return Scenario(made.lever.id, empty, empty, reforms=(made,)).apply(calibrated(name))


def with_lever(lever: str | Lever, name: str, **words: object) -> xr.Dataset:
    """Forecast with the lever; at its defaults it runs once per set."""
    if words:
        return project(changed(lever, name, **words))
    return _at_defaults(lever if isinstance(lever, str) else lever.id, name)


@cache
def _at_defaults(lever_id: str, name: str) -> xr.Dataset:
    return project(changed(lever_id, name))


def measure(forecast: xr.Dataset, ledger: str) -> float:
    """Reserve at the horizon, or what stands for it (see the module), yuan."""
    at = forecast.sel(ledger=ledger)
    in_regions = at.isel(region=np.flatnonzero(at.kind == "region"))
    if ledger in FINANCED_BY_NEED:
        return -float(in_regions.expenditure.sum())
    if at.reserve.notnull().any():
        return float(at.reserve.isel(year=-1).sum())
    return float(in_regions.balance.sum())


def effect_on(ledger: str, lever: str | Lever, name: str, **words: object) -> float:
    """Change of the measure of a ledger by a lever, as a part of what the ledger spends over the years."""
    before, after = baseline(name), with_lever(lever, name, **words)
    spent = float(before.sel(ledger=ledger).expenditure.sum())
    scale = spent if spent > 0 else max(float(np.abs(before.sel(ledger=ledger).revenue).sum()), 1.0)
    return (measure(after, ledger) - measure(before, ledger)) / scale


def effects(lever: str | Lever, name: str, **words: object) -> dict[str, float]:
    """Change of every ledger of the set."""
    return {ledger: effect_on(ledger, lever, name, **words) for ledger in calibrated(name).ledgers}


def identical(first: xr.Dataset, second: xr.Dataset) -> bool:
    """Whether two forecasts agree to the last bit."""
    return all(
        np.array_equal(first[name].values, second[name].values, equal_nan=first[name].dtype.kind == "f")
        for name in first.data_vars
    )


def arguments_at_their_ends(levers: tuple[Lever, ...]) -> list[tuple[str, str, float]]:
    """Lever, argument and bound, for every bound that differs from the default."""
    return [
        (lever.id, argument.name, bound)
        for lever in levers
        for argument in lever.arguments
        for bound in (argument.minimum, argument.maximum)
        if bound != argument.default
    ]


def check_signs(lever: str | Lever, name: str) -> list[str]:
    """Return what is wrong with the declared effects of a lever on a set, in words; nothing where all is well."""
    found = find_lever(lever) if isinstance(lever, str) else lever
    assert found is not None
    held = calibrated(name).ledgers
    if any(need not in (*held, *calibrated(name).region_codes) for need in found.needs):
        return []
    try:
        moved = effects(found, name)
    except PoolcastError as error:
        return [f"{found.id} on {name} does not run: {error}"]
    signs = {effect.ledger: effect.sign for effect in found.effects}
    wrong = [f"{found.id} on {name}: {ledger} declared twice" for ledger in signs if _count(found, ledger) > 1]
    for ledger in held:
        actual = "0" if abs(moved[ledger]) <= THRESHOLD else "+" if moved[ledger] > 0 else "-"
        said = signs.get(ledger)
        if said is None and any(leader in signs for leader in FOLLOWERS.get(ledger, ())):
            continue
        if said == "either" and actual != "0":
            continue
        if actual != (said or "0"):
            wrong.append(f"{found.id} on {name}: {ledger} {said or 'not declared'}, moves {moved[ledger]:+.3g}")
    return wrong


def _count(lever: Lever, ledger: str) -> int:
    return sum(effect.ledger == ledger for effect in lever.effects)
