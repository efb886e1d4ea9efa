"""Every scenario that ships loads, runs on both sets, and shows something on the national one."""

from __future__ import annotations

import pytest

from poolcast.parameters.location import package_copy
from poolcast.projection.engine import project
from poolcast.scenarios.reading import load_scenario
from tests.scenarios.lever_signs import SETS, baseline, calibrated, measure

NAMES = sorted(file.stem for file in package_copy("scenarios").glob("*.yaml"))
COMPOSITES = (
    "outpatient_pooling_full ltci_national ageing_stress low_growth cost_containment generous_benefits "
    "financing_package retirement_off provincial_pooling provincial_adjustment_fund epidemic combined_adverse "
    "merge_schemes"
)


def test_the_composites_of_the_handbook_ship():
    assert set(COMPOSITES.split()) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_why_and_from_where_in_both_languages(name):
    scenario = load_scenario(name)
    assert all((scenario.title.en, scenario.title.zh, scenario.why.en, scenario.why.zh, scenario.source))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "baseline"])
@pytest.mark.parametrize("of", SETS)
def test_it_moves_a_ledger_by_more_than_a_ten_thousandth(name, of):
    before, after = baseline(of), project(load_scenario(name).apply(calibrated(of)))
    spent = {ledger: max(float(before.sel(ledger=ledger).expenditure.sum()), 1.0) for ledger in calibrated(of).ledgers}
    moved = {ledger: (measure(after, ledger) - measure(before, ledger)) / spent[ledger] for ledger in spent}
    assert max(abs(change) for change in moved.values()) > 1e-4


@pytest.mark.parametrize("of", SETS)
def test_the_combined_case_is_worse_than_its_parts(of):
    worst = project(load_scenario("combined_adverse").apply(calibrated(of)))
    for part in ("low_growth", "ageing_stress"):
        alone = project(load_scenario(part).apply(calibrated(of)))
        assert all(measure(worst, ledger) < measure(alone, ledger) for ledger in ("EPF", "RPF"))
