"""What a set borrows is said on every page, listed with its lender, and stands in every file."""

from dataclasses import replace

import pytest

from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import origin
from poolcast.dashboard.services.library import summary_of
from poolcast.dashboard.services.sets import LoadedSet, load_set
from poolcast.dashboard.state import ViewState
from poolcast.reporting.theme import LIGHT
from tests.dashboard.opening import open_page


def here(loaded: LoadedSet, language: str = "zh") -> Context:
    view = ViewState(set=loaded.name, region="131100", lang=language)
    return Context("forecast", view, loaded, summary_of(loaded.name), LIGHT, (), ("overview", "forecast"))


@pytest.mark.parametrize("page", ["overview", "forecast"])
def test_the_bar_counts_what_is_borrowed(page):
    app = open_page(page, set="hebei", region="131100", lang="en")
    number = len(load_set("hebei").borrowed)
    assert number == 184
    assert any(box.proto.popover.label == f"{number} borrowed" for box in app.get("popover"))
    assert not app.dataframe or app.dataframe[-1].value.shape[0] != number  # listed only once it is open
    opened = open_page(page, session={"ctx_borrowed": True}, set="hebei", region="131100", lang="en")
    assert [len(table.value) for table in opened.dataframe].count(number) == 1
    assert not any("borrowed" in box.proto.popover.label for box in open_page(page, lang="en").get("popover"))


def test_the_list_names_group_parameter_and_lender_in_both_languages():
    loaded = load_set("hebei")
    for language, lender in (("zh", summary_of("china").short.zh), ("en", summary_of("china").short.en)):
        table = origin.borrowed_table(here(loaded, language))
        assert len(table) == len(loaded.borrowed)
        assert set(table.iloc[:, 2]) == {lender}
        first = loaded.borrowed[0]
        assert table.iloc[0, :2].tolist() == [first.group.in_language(language), first.label.in_language(language)]


def test_a_value_that_stands_in_for_earlier_years_and_regions_that_borrow_are_said():
    loaded = replace(load_set("hebei"))
    first, *rest = loaded.borrowed
    loaded.__dict__["borrowed"] = (replace(first, carried_back=2027, regions=("130100", "131100")), *rest)
    row = origin.borrowed_table(here(loaded, "en")).iloc[0].tolist()
    assert row[3:] == ["first value before 2027", "Shijiazhuang, Hengshui"]


def test_files_say_both_and_a_set_of_its_own_says_nothing():
    context = here(load_set("hebei"), "en")
    assert origin.marks(context) == ("Synthetic data", "184 of 243 parameters are borrowed from china.")
    assert origin.short_marks(context) == ("Synthetic data", "184 borrowed")
    assert origin.marks(here(load_set("china"))) == origin.short_marks(here(load_set("china"))) == ()
