"""Sets, edits, the library and the draft: pure values, checked at the door, the same in link, file and command line."""

import json
import shutil
import zlib
from base64 import urlsafe_b64encode

import numpy as np
import pytest

from poolcast.dashboard.services import sets
from poolcast.dashboard.services.drafts import MOST_CHARACTERS, STEPS_BACK, Draft, History, remarks
from poolcast.dashboard.services.scenarios import (
    badges,
    lever_groups,
    notches,
    presets,
    scenario_of,
    search,
    touched,
)
from poolcast.dashboard.services.sets import Edit, edited_set, ledgers, load_set, places
from poolcast.parameters.errors import AssumptionError, ScenarioError
from poolcast.parameters.location import package_copy
from poolcast.scenarios.catalogue import LEVERS
from poolcast.scenarios.phase_in import PhaseIn
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.services_shared import draft, loaded


def test_regions_come_before_pools_and_the_pooled_funds_before_the_others():
    found = places(loaded("hebei"))
    kinds = [place.kind for place in found]
    assert kinds == sorted(kinds, key=["region", "pool"].index)
    assert {place.code for place in found if place.kind == "region"} == set(loaded("hebei").assumptions.region_codes)
    assert ledgers(loaded("hebei"))[:3] == ("EPF", "RPF", "EPA")
    assert all(place.ledgers[0] == "EPF" for place in found if place.kind == "region")
    assert all("ADJ" not in place.ledgers for place in found if place.kind == "region")


def test_a_scenario_that_pools_shows_its_pool():
    before = {place.code: place.ledgers for place in places(loaded("hebei"))}
    reformed = draft("G01").scenario.apply(loaded("hebei").calibrated)
    after = {place.code: place.ledgers for place in places(loaded("hebei"), reformed)}
    assert "EPF" not in before["130000"]
    assert "EPF" in after["130000"]


@pytest.mark.parametrize("name", ["../china", "/etc", "chin", ""])
def test_a_set_is_found_by_its_name_only(name):
    with pytest.raises(AssumptionError, match="china"):
        load_set(name)


def test_a_set_is_read_again_when_a_file_of_it_changes(tmp_path, monkeypatch):
    read, known = [], loaded().assumptions

    def count(folder, to=None):
        read.append(folder)
        return known

    shutil.copytree(package_copy("assumptions") / "china", tmp_path / "assumptions" / "china")
    monkeypatch.setenv("POOLCAST_HOME", str(tmp_path))
    monkeypatch.setattr(sets, "load_assumptions", count)
    assert load_set("china") is load_set("china")
    assert len(read) == 1
    table = next((tmp_path / "assumptions" / "china").glob("*.csv"))
    table.write_text(table.read_text(encoding="utf-8-sig") + "\n", encoding="utf-8-sig")
    load_set("china")
    load_set("china", to=2040)
    assert len(read) == 3


def test_an_edit_changes_its_cells_and_nothing_else():
    given = loaded("hebei")
    edit = Edit("revenue.employer_rate", 0.091, (("region", "130100"),), 2027, 2030)
    mine = edited_set(given, [edit])
    old, new = (one.assumptions["revenue.employer_rate"] for one in (given, mine))
    row = given.assumptions.region_codes.index("130100")
    columns = [given.assumptions.year_position(year) for year in range(2027, 2031)]
    assert np.argwhere((new != old) & ~np.isnan(new)).tolist() == [[row, column] for column in columns]
    assert set(new[row, columns].tolist()) == {0.091}
    pairs = {name: (array, mine.assumptions[name]) for name, array in given.assumptions.values.items()}
    changed = {name: int((~np.isclose(one, two, 0, 0, equal_nan=True)).sum()) for name, (one, two) in pairs.items()}
    assert {name: cells for name, cells in changed.items() if cells} == {"revenue.employer_rate": 4}
    assert mine.title.zh.endswith("（我的修改）")
    assert not mine.is_named
    assert mine.digest != given.digest
    assert mine.digest == edited_set(given, [edit]).digest
    assert given.digest == load_set("hebei").digest


def test_edits_upon_edits_keep_one_mark_in_the_title():
    once = edited_set(loaded(), [Edit("revenue.employer_rate", 0.09)])
    twice = edited_set(once, [Edit("revenue.employer_rate", 0.10)])
    assert twice.title == once.title
    assert len(twice.edits) == 2
    assert set(np.unique(twice.assumptions["revenue.employer_rate"])) == {0.10}
    assert edited_set(loaded(), []) is loaded()


def test_every_problem_of_edits_is_told_at_once():
    wrong = [
        Edit("revenue.employer_rate", 7.5),
        Edit("revenue.employer_rat", 0.08),
        Edit("revenue.employer_rate", 0.08, (("region", "999999"),)),
        Edit("revenue.employer_rate", 0.08, (("sex", "male"),)),
        Edit("revenue.employer_rate", 0.08, (), 1990, 2030),
    ]
    with pytest.raises(AssumptionError) as error:
        edited_set(loaded(), wrong)
    assert len(error.value.problems) == 5
    assert "0 to 0.2" in str(error.value)


def test_edits_that_contradict_each_other_are_refused():
    with pytest.raises(AssumptionError, match="floor"):
        edited_set(loaded(), [Edit("revenue.base_floor_multiple", 2.9), Edit("revenue.base_cap_multiple", 1.0)])


def test_every_lever_stands_in_one_of_eight_groups():
    groups = lever_groups()
    assert len(groups) == 8
    assert sorted(item.id for group in groups for item in group.levers) == sorted(LEVERS)


def test_badges_and_ledgers_of_a_lever():
    assert badges(LEVERS["B01"])[0] == "seed"
    assert all(("stress" in badges(item)) == item.stress for item in LEVERS.values())
    assert all(("record" in badges(item)) == (item.no_effect is not None) for item in LEVERS.values())
    assert all(badges(item) for item in LEVERS.values() if item.arguments)
    held = {one.ledger for one in touched(LEVERS["B01"], loaded())}
    assert held == {effect.ledger for effect in LEVERS["B01"].effects} & set(loaded().assumptions.ledgers)


def test_notches_lie_within_the_bounds_and_hold_the_default():
    for item in LEVERS.values():
        for argument in item.arguments:
            values = [notch.value for notch in notches(argument)]
            assert values == sorted(set(values))
            assert argument.default in values
            assert argument.minimum <= values[0]
            assert values[-1] <= argument.maximum


def test_search_finds_ids_names_documents_and_parameters_apart():
    assert search("b01").levers[0].id == "B01"
    assert search("outpatient_pooling").levers[0].id == "B01"
    assert "B01" in [item.id for item in search("门诊").levers]
    assert "revenue.employer_rate" in [item.name for item in search("单位费率").parameters]
    assert "revenue.employer_rate" in [item.name for item in search("employer rate").parameters]
    named = [item.id for item in LEVERS.values() if "seed 004 item 7" in item.documents]
    assert set(named) <= {item.id for item in search("seed 004 item 7").levers}
    assert "high_cost" in [item.id for item in search("high_cost").presets]
    assert search("  ").is_empty
    assert search("zzzz").is_empty


def test_scenarios_are_found_by_name_only(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine", encoding="utf-8")
    for word in (str(file), "../scenarios/high_cost", "high_cost.yaml", "no_such"):
        with pytest.raises(ScenarioError):
            scenario_of(word)
    assert scenario_of("baseline") is not None
    assert scenario_of("high_cost").digest == load_scenario("high_cost").digest
    assert scenario_of("B01").reforms[0].lever.id == "B01"


def test_a_draft_is_the_same_in_the_link_the_file_and_on_the_command_line(tmp_path):
    made = (
        draft("B01", rate_change=0.15)
        .with_start("B01", 2029)
        .with_phase_in("B01", PhaseIn(4, "s_curve"))
        .with_regions("B01", ["130100", "130200"])
        .with_behaviour("B01", counted=False)
        .with_parameter("revenue.employer_rate", 0.09, 2027, where={"region": "130100"})
        .with_parameter("behaviour.response", 0.5)
        .with_lever("F12")
    )
    assert Draft.of_link(made.link()) == made
    assert Draft.of_file(made.file_text("mine")).digest == made.digest
    file = tmp_path / "mine.yaml"
    file.write_text(made.file_text("mine"), encoding="utf-8")
    assert load_scenario(file).digest == made.digest
    assert len(made) == 4


def test_every_preset_becomes_a_draft_that_fits_a_link():
    assert presets()
    for preset in presets():
        made = Draft.of(preset.scenario)
        assert made.digest == preset.scenario.digest
        assert Draft.of_link(made.link()).digest == preset.scenario.digest


def test_steps_of_a_draft():
    made = draft("B01")
    assert made.call("outpatient_pooling") is made.entries[0]
    assert made.with_lever("B01") == made
    assert made.with_argument("B01", "rate_change", 0.2).call("B01").arguments == {"rate_change": 0.2}
    assert made.with_argument("B01", "rate_change", 0.2).with_argument("B01", "rate_change", 0.1) == made
    two = made.with_parameter("revenue.employer_rate", 0.09, 2027)
    assert two.with_parameter("revenue.employer_rate", 0.08, 2028).entries[1].amounts == {2028: 0.08}
    assert two.without_lever("B01").entries == two.entries[1:]
    assert two.without_lever("F12") is two
    assert two.moved(0, 1).entries == two.entries[::-1]
    assert made.entries == draft("B01").entries
    assert Draft().digest == BASELINE.digest


def test_a_draft_refuses_what_the_file_reader_refuses():
    for attempt in (
        lambda: draft("B01", rate_change=9.0),
        lambda: draft("B01", no_such=1.0),
        lambda: draft("Z99"),
        lambda: Draft().with_argument("B01", "rate_change", 0.1),
        lambda: Draft().with_parameter("revenue.employer_rate", 0.09),
        lambda: Draft().with_parameter("revenue.no_such", 0.09, 2027),
    ):
        with pytest.raises(ScenarioError):
            attempt()


def packed(text):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return urlsafe_b64encode(packer.compress(text) + packer.flush()).decode().rstrip("=")


@pytest.mark.parametrize(
    "link",
    [
        "%%%",
        "AAAA",
        packed(b"not json"),
        packed(b"{}"),
        packed(b'[{"lever": "B99"}]'),
        packed(b'[{"set": "revenue.employer_rate", "values": {"x": 1}}]'),
        packed(json.dumps([{"lever": "B01"}] * 61).encode()),
        packed(b"[" + b" " * 5_000_000 + b"]"),
        "A" * (MOST_CHARACTERS + 1),
    ],
)
def test_a_link_that_is_none_of_ours_is_refused(link):
    with pytest.raises(ScenarioError):
        Draft.of_link(link)


def test_a_file_cannot_reach_another_file(tmp_path):
    secret = tmp_path / "secret.yaml"
    secret.write_text(draft("B01").file_text("secret"), encoding="utf-8")
    text = f"name: mine\ntitle: {{en: a, zh: b}}\nwhy: {{en: a, zh: b}}\nextends: {secret}\n"
    with pytest.raises(ScenarioError, match="extends"):
        Draft.of_file(text)
    with pytest.raises(ScenarioError, match="characters"):
        Draft.of_file("#" * 300_000)
    extended = Draft.of_file(text.replace(str(secret), "high_cost"))
    assert extended.digest == load_scenario("high_cost").digest


def test_a_draft_that_is_too_long_for_a_link_says_so():
    made = Draft()
    for number, item in enumerate(LEVERS.values()):
        if number < 50:
            codes = [f"{(number * 7919 + code * 104729) % 1_000_000:06d}" for code in range(40)]
            made = made.with_lever(item.id).with_regions(item.id, codes)
    assert made.link() is None
    assert Draft().link() == ""


def test_undo_and_redo():
    history = History()
    steps = [draft("B01", rate_change=0.01 * number) for number in range(1, 10)]
    for step in steps:
        history = history.do(step)
    assert history.do(steps[-1]) is history
    back = history.undo().undo()
    assert back.draft == steps[-3]
    assert back.redo().draft == steps[-2]
    assert back.do(draft("F12")).future == ()
    for _ in range(30):
        back = back.undo()
    assert back.draft == Draft()
    for number in range(3 * STEPS_BACK):
        history = history.do(draft("B01", rate_change=0.001 * number))
    assert len(history.past) == STEPS_BACK


def test_remarks_tell_idle_changes_and_overlaps():
    made = draft("B01").with_parameter("revenue.employer_rate", 0.09, 2027)
    assert remarks(loaded(), made.scenario) == ()
    again = Draft((*made.entries, *Draft().with_parameter("revenue.employer_rate", 0.08, 2028).entries))
    assert [remark.kind for remark in remarks(loaded(), again.scenario)] == ["overlap"]
    same = Draft((*made.entries, *Draft().with_parameter("revenue.employer_rate", 0.09, 2028).entries))
    assert [remark.kind for remark in remarks(loaded(), same.scenario)] == ["idle"]
    assert remarks(loaded(), BASELINE) == ()
