"""A set that a reader sent has a name that may be known: nobody's titles, accounts and lines of Python are mixed up."""

from dataclasses import replace

import pytest

from poolcast.dashboard.services.alarms import warnings_of
from poolcast.dashboard.services.history import history
from poolcast.dashboard.services.library import summary_of_loaded
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.reproduce import View, recipe
from poolcast.dashboard.services.sets import Edit, edited_set, uploaded_set
from poolcast.parameters.declaration import Words
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.services_shared import baseline, loaded

NATION = "000000"


@pytest.fixture(scope="module")
def mine():
    """The values of the national set under the title of somebody else."""
    secret = replace(loaded().assumptions, title=Words("A secret plan", "机密方案"))
    return uploaded_set(secret, b"one file")


def test_files_of_equal_values_are_told_apart_and_a_file_is_itself(mine):
    other = uploaded_set(mine.assumptions, b"another file")
    again = uploaded_set(mine.assumptions, b"one file")
    assert mine.content == loaded().content
    assert len({mine.digest, other.digest, loaded().digest}) == 3
    assert again.digest == mine.digest


def test_nobody_sees_the_title_of_a_set_that_another_sent(mine):
    first = projected(mine, BASELINE)
    second = projected(loaded(), BASELINE)
    assert first.loaded is mine
    assert second.loaded.title.en == loaded().title.en


def test_the_accounts_of_a_sent_set_are_its_own_and_not_those_of_the_set_of_that_name(mine):
    printed = history(loaded()).of("revenue", NATION, "EPF")
    doubled = {**mine.assumptions.values, "accounts.revenue": 2 * mine.assumptions["accounts.revenue"]}
    other = uploaded_set(replace(mine.assumptions, values=doubled), b"doubled")
    assert history(other).of("revenue", NATION, "EPF")[2025] == 2 * printed[2025]
    changed = edited_set(other, [Edit("revenue.employer_rate", 0.09)])
    assert history(changed).of("revenue", NATION, "EPF")[2025] == 2 * printed[2025]
    assert history(mine).members


def test_an_edited_account_is_the_one_in_the_history_and_the_others_stay_as_printed():
    changed = edited_set(loaded(), [Edit("accounts.revenue", 1.5e12, (("ledger", "EPF"),), 2025, 2025)])
    before, after = (history(one) for one in (loaded(), changed))
    assert after.of("revenue", NATION, "EPF") == {**before.of("revenue", NATION, "EPF"), 2025: 1.5e12}
    assert after.of("expenditure", NATION, "EPF") == before.of("expenditure", NATION, "EPF")


def test_warnings_of_a_sent_set_do_not_rest_on_the_years_of_another(mine):
    own, shipped = warnings_of(projected(mine, BASELINE)), warnings_of(baseline())
    assert own is not shipped


def test_an_edit_of_a_sent_set_is_read_from_its_workbook_and_not_put_onto_the_shipped_set(mine):
    changed = edited_set(mine, [Edit("revenue.employer_rate", 0.09)])
    assert changed.sent == mine.sent
    made = recipe(View("levels", changed, (BASELINE,), NATION, "EPF"))
    assert "load_assumptions('my_china')" in made.python
    assert "edited_set" not in made.python
    assert "--set my_china" in made.command


def test_what_a_sent_set_holds_is_said_by_itself(mine):
    """The names of regions and the last year are those of the file, and not those of the set of that name."""
    (region,) = mine.assumptions.regions
    renamed = replace(region, name=Words("Another name", "另一名称"))
    other = uploaded_set(replace(mine.assumptions, regions=(renamed,), last_year=2050), b"renamed")
    held = summary_of_loaded(other)
    assert held.regions == {NATION: renamed.name}
    assert (held.last_year, held.longest) == (2050, 2050)
    shipped = summary_of_loaded(edited_set(loaded(), [Edit("revenue.employer_rate", 0.09)]))
    assert shipped.regions == {NATION: region.name}
    assert shipped.longest > shipped.last_year
