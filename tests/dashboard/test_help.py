"""The page Help, its glossary, and the tour."""

import pytest

from poolcast import __version__
from poolcast.dashboard.help_parts import KEYS, METHOD
from poolcast.dashboard.parts.tour import STEPS
from poolcast.dashboard.services.glossary import KINDS, glossary, looked_up
from poolcast.dashboard.words import FAMILIES
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declarations import PARAMETERS
from tests.dashboard.opening import html, open_page


def test_the_glossary_holds_terms_measures_ledgers_bands_and_parameters():
    entries = glossary()
    by_kind = {kind: [entry for entry in entries if entry.kind == kind] for kind in KINDS}
    assert {entry.id for entry in by_kind["measure"]} == set(MEASURES)
    assert {entry.id for entry in by_kind["ledger"]} == set(LEDGERS)
    assert {entry.id for entry in by_kind["parameter"]} == set(PARAMETERS)
    assert len(by_kind["band"]) == 6
    assert all(entry.meaning.en and entry.meaning.zh for entry in entries)
    assert len({(entry.kind, entry.id, entry.name.en) for entry in entries}) == len(entries)


def test_search_puts_names_before_explanations_and_takes_both_languages():
    assert looked_up("可支付月数")[0].name.en == "Payable months"
    assert looked_up("collection rate")[0].name.zh == "征缴率"
    assert "revenue.collection_rate" in {entry.id for entry in looked_up("征缴率")}
    assert not looked_up("no such word anywhere")
    assert all(entry.kind != "parameter" for entry in looked_up(" "))


def test_families_of_words_are_those_of_the_page():
    assert set(KEYS) == set(FAMILIES["keyboard"])
    assert set(METHOD) < set(FAMILIES["method"])
    assert set(STEPS) < set(FAMILIES["tour"])
    assert FAMILIES["kind"] == KINDS


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_says_version_and_dates_and_finds_words(language):
    app = open_page("help", set="hebei", lang=language)
    page = html(app)
    assert __version__ in page
    assert "<dd>2025</dd>" in page
    app.text_input(key=f"help_search@{language}").set_value("<script>").run()
    assert "&lt;script&gt;" in html(app)
    app.text_input(key=f"help_search@{language}").set_value("DRG").run()
    assert "DRG" in html(app)


def test_the_tour_opens_on_a_first_visit_only_and_again_from_help():
    app = open_page("overview")
    assert 'class="pc-tour"' in html(app)
    app.button(key="tour_next@zh").click().run()
    app.button(key="tour_next@zh").click().run()
    app.button(key="tour_back@zh").click().run()
    app.button(key="tour_next@zh").click().run()
    app.button(key="tour_done@zh").click().run()
    assert 'class="pc-tour"' not in html(app)
    app.run()
    assert 'class="pc-tour"' not in html(app)


def test_a_link_opens_without_the_tour_and_help_shows_it():
    app = open_page("help", set="china", lang="en")
    assert 'class="pc-tour"' not in html(app)
    app.button(key="help_tour@en").click().run()
    assert 'class="pc-tour"' in html(app)
    assert "Choose region and fund" in html(app)
