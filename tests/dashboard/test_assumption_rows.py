"""The rows of the grid of assumptions: what they stand for, and what a change of one does to the set."""

import numpy as np
import pytest

from poolcast.dashboard.services.assumption_changes import (
    Changes,
    counts,
    difference_table,
    effect,
    fault_of,
    found_rows,
    is_weak,
    trial,
)
from poolcast.dashboard.services.assumption_history import observed
from poolcast.dashboard.services.assumption_paths import changed_path, edits_of, turning_points
from poolcast.dashboard.services.assumption_rows import (
    MOST_ROWS,
    SECTIONS,
    rows_of,
    section_parameters,
)
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import Edit, edited_set
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.declarations.groups import GROUPS
from poolcast.parameters.errors import AssumptionError
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.services_shared import loaded

CITY = "130100"


def row_of(name, set_name="china", region="000000", place=0):
    return rows_of(loaded(set_name), name, region)[place]


def no_changes(set_name="china"):
    return Changes(loaded(set_name), loaded(set_name).title)


def test_every_group_stands_under_one_heading():
    listed = [group for groups in SECTIONS.values() for group in groups]
    assert sorted(listed) == sorted(GROUPS)
    every = [name for section in SECTIONS for name in section_parameters(section)]
    assert sorted(every) == sorted(PARAMETERS)
    assert sum(count.declared for count in counts(loaded()).values()) == len(PARAMETERS)


@pytest.mark.parametrize(("set_name", "region"), [("china", "000000"), ("hebei", CITY)])
def test_rows_stand_for_the_values_of_the_set(set_name, region):
    held = loaded(set_name).assumptions
    for name in PARAMETERS:
        rows = rows_of(loaded(set_name), name, region)
        assert 1 <= len(rows) <= MOST_ROWS
        assert len({row.key for row in rows}) == len(rows)
        if name not in held:
            assert [row.kind for row in rows] == ["absent"]
        for row in rows:
            if row.kind != "value":
                continue
            place = dict(row.where) | ({"region": row.region} if row.region else {})
            position = []
            for axis in PARAMETERS[name].dimensions:
                members = [str(member) for member in held.axis_members(axis)]
                if axis == "year":
                    position.append(members.index(str(row.year)))
                elif axis == "age":
                    position.append(int(place.get(axis, "0").split("|")[0].split("-")[0].rstrip("+")))
                else:
                    first = place.get(axis, "").split("|")[0]
                    position.append(members.index(first) if first else slice(None))
            values = np.atleast_1d(held[name][tuple(position)])
            assert row.value in values[np.isfinite(values)], name


def test_a_path_of_straight_lines_turns_where_its_tables_gave_values():
    assert turning_points([1.0, 2.0, 3.0, 3.0, 3.0, 2.0]) == [0, 2, 4, 5]
    assert turning_points([7.0]) == [0]
    assert turning_points([0.006, 0.0, 0.0], step=False) == [0, 1]


def test_planners_read_per_cent_and_the_set_keeps_fractions():
    row = row_of("revenue.collection_rate")
    assert row.unit.zh == "%"
    assert row.shown(0.955) == 95.5
    assert row.stored(95.5) == 0.955
    assert row_of("revenue.base_cap_multiple").factor == 1


def test_a_change_of_one_value_holds_from_the_first_projected_year_in_its_region_alone():
    changes = no_changes("hebei").with_value(row_of("revenue.collection_rate", "hebei", CITY), 0.9)
    before, after = (item.assumptions["revenue.collection_rate"] for item in (loaded("hebei"), changes.mine))
    base = loaded("hebei").assumptions.year_position(2025)
    assert (after[0, base + 1 :] == 0.9).all()
    assert np.array_equal(after[0, : base + 1], before[0, : base + 1], equal_nan=True)
    assert np.array_equal(after[1:], before[1:], equal_nan=True)
    assert not changes.mine.is_named


def test_a_change_of_a_turning_point_fades_out_to_its_neighbours():
    rows = [row for row in rows_of(loaded(), "utilisation.growth", "000000") if row.where[0][1] == "outpatient"]
    first, last = rows
    assert (first.year, first.after, last.year, last.before) == (2026, 2036, 2036, 2026)
    changes = no_changes().with_value(first, first.value + 0.01)
    path = changed_path(first, changes.values)
    shipped = dict(first.path)
    assert path[2026] == pytest.approx(shipped[2026] + 0.01)
    assert path[2031] == pytest.approx(shipped[2031] + 0.005)
    assert path[2036] == shipped[2036]
    both = changes.with_value(last, last.value + 0.01)
    assert changed_path(first, both.values)[2050] == pytest.approx(shipped[2050] + 0.01)
    assert changed_path(first, both.values)[2031] == pytest.approx(shipped[2031] + 0.01)


def test_a_curve_is_scaled_as_a_whole_within_its_bounds():
    row = row_of("utilisation.inpatient_rate", place=2)
    assert (row.kind, row.where) == ("scale", (("status", "active"),))
    changes = no_changes().with_value(row, 1.1)
    before, after = (item.assumptions["utilisation.inpatient_rate"] for item in (loaded(), changes.mine))
    assert np.allclose(after[:, 2], before[:, 2] * 1.1)
    assert (after[:, 3] == before[:, 3]).all()
    with pytest.raises(AssumptionError, match="closer to 1"):
        edited_set(loaded(), [Edit("population.survival_ratio", 1.5, is_factor=True)])


def test_shares_wait_until_they_add_to_one():
    central, provincial = (row_of("resident.subsidy_share", place=place) for place in (0, 1))
    waiting = no_changes().with_value(central, central.value + 0.05)
    assert waiting.pending
    assert waiting.mine is loaded()
    mended = waiting.with_value(provincial, provincial.value - 0.05)
    assert not mended.pending
    assert mended.mine.assumptions["resident.subsidy_share"][0, 0] == pytest.approx(central.value + 0.05)


def test_taking_a_change_back_gives_the_shipped_set():
    row = row_of("revenue.collection_rate")
    changes = no_changes().with_value(row, 0.9).with_value(row, row.value)
    assert not changes.values
    assert changes.placed is None
    two = no_changes().with_value(row, 0.9).with_value(row_of("revenue.employer_rate"), 0.09)
    assert two.without(row.parameter).parameters == ("revenue.employer_rate",)
    assert two.alone("revenue.employer_rate").digest == two.without(row.parameter).mine.digest


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("revenue.collection_rate", 1.2, "50 – 100"),
        ("revenue.collection_rate", None, "no value"),
        ("revenue.base_switch_month", 3.5, "whole number"),
        ("revenue.wage_class_share", 0.5, "holds"),
    ],
)
def test_a_number_that_cannot_be_is_refused_in_both_languages(name, value, word):
    problem = fault_of(row_of(name), value)
    assert word in " ".join(problem.words_in("en"))
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in problem.words_in("zh")[::2])


def test_the_effect_is_that_of_the_projection():
    changes = no_changes().with_value(row_of("revenue.collection_rate"), 0.9)
    found = effect(loaded(), changes.mine, "000000", "EPF", 2040)
    months = [
        float(projected(item, BASELINE).outcome.series("payable_months", "000000", "EPF")[15])
        for item in (loaded(), changes.mine)
    ]
    assert [found.before, found.after] == months
    assert found.difference < 0
    assert effect(loaded(), changes.mine, "000000", "none", 2040) is None
    assert effect(loaded(), changes.mine, "999999", "EPF", 2040) is None


def test_a_trial_stays_within_the_bounds():
    assert trial(row_of("revenue.resident_collection_rate")) == (pytest.approx(0.99), pytest.approx(-1.0))
    assert trial(row_of("revenue.wage_class_share")) is None
    value, _ = trial(row_of("utilisation.inpatient_rate"))
    assert value == pytest.approx(1.1)


def test_search_finds_words_of_both_languages_and_ids():
    for text in ("征缴率", "collection rate", "revenue.collection"):
        assert "revenue.collection_rate" in {row.parameter for row in found_rows(loaded(), "000000", text)}
    assert not found_rows(loaded(), "000000", "no such thing")


def test_weak_evidence():
    assert is_weak(loaded(), "revenue.collection_rate")
    assert not is_weak(loaded(), "revenue.employee_rate")
    assert is_weak(loaded("hebei"), "revenue.employer_rate", CITY)


def test_history_comes_from_the_tables():
    rows = {row.where: row for row in rows_of(loaded(), "accounts.revenue", "000000")}
    found = [observed(loaded(), row) for row in rows.values()]
    assert min(min(years) for years in found) < 2023
    assert max(max(years) for years in found) == 2025
    assert observed(loaded(), row_of("revenue.base_wage_lag")) == {}


def test_the_differences_are_in_planners_units():
    changes = no_changes().with_value(row_of("revenue.collection_rate"), 0.9)
    (line,) = difference_table(changes, "en", {}).to_dict("records")
    assert (line["shipped"], line["mine"], line["difference"], line["unit"]) == (98.0, 90.0, -8.0, "%")


def test_edits_name_only_the_years_that_change():
    changes = no_changes().with_value(row_of("resident.personal_premium", place=0), 410)
    (edit,) = edits_of(changes.values)
    assert (edit.first_year, edit.last_year, edit.value) == (2026, 2026, 410)


def test_a_level_that_grows_is_given_by_its_base_year():
    (row,) = rows_of(loaded(), "economy.average_wage", "000000")
    assert row.year == 2025
    found = effect(loaded(), no_changes().with_value(row, row.value * 1.1).mine, "000000", "EPF", 2040)
    assert found.difference != 0
