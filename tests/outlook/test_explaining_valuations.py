"""Between valuations: forecast error, new data, new assumptions, new law add up to the difference."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.cases import Case
from poolcast.outlook.change_classes import ASSUMPTIONS, CLASSES, DATA, ERROR, LAW, PERIOD, REST, class_of
from poolcast.outlook.explaining_valuations import explain_valuations
from poolcast.parameters.axes import index
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.rolling import roll


def case(assumptions, scenario="baseline"):
    read = poolcast.load_scenario(scenario)
    return Case(assumptions.name, poolcast.project(assumptions, read), assumptions, read)


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china", to=2035)


@pytest.fixture(scope="module")
def later(china):
    return roll(china)


def scaled(assumptions, name, factor, ledger=None, start=None):
    array = assumptions[name].copy()
    years = slice(None) if start is None else slice(assumptions.year_position(start), None)
    if ledger is None:
        array[:, years] *= factor
    else:
        array[:, years, index("ledger", ledger)] *= factor
    return assumptions.with_values({name: array})


def moved(explained, ledger="EPF", year=2035, measure="reserve"):
    parts = explained.parts.sel(measure=measure, ledger=ledger, year=year, region="000000")
    return {cause: float(parts.sel(cause=cause)) for cause in CLASSES}


CHANGES = {
    ERROR: lambda later: scaled(later, "accounts.revenue", 1.01, "EPF", 2026),
    DATA: lambda later: scaled(later, "economy.average_wage", 1.03, start=2026),
    ASSUMPTIONS: lambda later: scaled(later, "economy.wage_growth", 1.2, start=2027),
    LAW: lambda later: scaled(later, "revenue.employer_rate", 1.1, start=2028),
}


@pytest.mark.parametrize("cause", CHANGES)
def test_one_change_falls_into_its_class(cause, china, later):
    explained = explain_valuations(case(CHANGES[cause](later)), case(china))
    found = moved(explained)
    whole = float(explained.total.sel(measure="reserve", ledger="EPF", year=2035, region="000000"))
    assert abs(whole) > 1e9
    assert found[cause] == pytest.approx(whole, rel=1e-6)
    for other in CLASSES:
        assert other == cause or abs(found[other]) < 1e-6 * abs(whole), other


def test_all_changes_add_up(china, later):
    new = later
    for change in CHANGES.values():
        new = change(new)
    explained = explain_valuations(case(new, "B01"), case(china))
    assert explained.start == 2026
    known = np.isfinite(explained.total)
    added = explained.parts.sum("cause")
    worst = float(np.abs((added - explained.total).where(known) / np.maximum(np.abs(explained.total), 1.0)).max())
    assert worst < 1e-9
    found = moved(explained)
    assert all(abs(found[cause]) > 1e9 for cause in CHANGES)
    assert abs(found[PERIOD]) < 1e6
    assert found[REST] == 0


def test_the_other_way_round_has_the_other_sign(china, later):
    new = CHANGES[ERROR](later)
    one, other = explain_valuations(case(new), case(china)), explain_valuations(case(china), case(new))
    assert moved(other)[ERROR] == -moved(one)[ERROR] != 0


def test_two_years_between(china, later):
    explained = explain_valuations(case(CHANGES[LAW](roll(later))), case(china))
    assert explained.start == 2027
    found = moved(explained)
    assert abs(found[LAW]) > 1e9
    assert abs(found[PERIOD]) < 1e6


def test_explain_holds_the_classes_only_between_sets(china, later):
    assert poolcast.explain(case(china, "B01"), case(china)).valuations is None
    found = poolcast.explain(case(CHANGES[LAW](later)), case(china))
    assert found.valuations is not None
    total = found.reasons.total.sel(year=2035, region="000000", ledger="EPF")
    assert float(found.valuations.parts.sel(measure="reserve", year=2035, region="000000", ledger="EPF").sum()) == (
        pytest.approx(float(total), rel=1e-9)
    )


def test_unlike_sets_leave_a_note(china):
    hebei = poolcast.load_assumptions("hebei", to=2030)
    found = poolcast.explain(case(hebei), case(china))
    assert found.valuations is None
    assert any("class of change" in note.en for note in found.notes)


def test_every_parameter_has_a_class():
    assert {class_of(name) for name in PARAMETERS} == {ERROR, DATA, ASSUMPTIONS, LAW}
    assert class_of("accounts.revenue") == ERROR
    assert class_of("accounts.members") == DATA
    assert class_of("population.survival_ratio") == ASSUMPTIONS
    assert class_of("retirement.delay") == LAW
