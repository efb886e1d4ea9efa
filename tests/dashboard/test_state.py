"""The view and its address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.state import ViewState, parse

FULL = ViewState(
    set="hebei",
    region="130200",
    ledger="RPF",
    scenarios=("high_cost", "ageing_stress"),
    draft=Draft().with_lever("outpatient_pooling").link() or "",
    measure="reserve",
    view="difference",
    why="driver",
    year=2035,
    to=2050,
    unit="wan",
    paths=5000,
    seed=11,
    p=0.75,
    lang="en",
)


def test_an_address_holds_the_whole_view():
    query = FULL.to_query()
    assert query["s"] == "high_cost,ageing_stress"
    keys = "set region ledger s d measure view why year to unit paths seed p lang"
    assert set(query) == set(keys.split())
    assert parse(query) == (FULL, ())


def test_defaults_are_left_out_and_the_stamp_is_not_passed_on():
    assert ViewState().to_query() == {}
    assert parse({"v": "0.1.0+abcd"})[0].v == "0.1.0+abcd"
    assert ViewState(v="0.1.0+abcd").to_query() == {}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("set", "../secrets"),
        ("region", "<script>"),
        ("s", "a,b,c,d,e"),
        ("s", "a,,b"),
        ("d", "not packed"),
        ("measure", "wealth"),
        ("view", "levels"),
        ("year", "20x5"),
        ("year", "²"),
        ("to", "99999"),
        ("paths", "-1"),
        ("paths", "1e9"),
        ("p", "1.5"),
        ("p", "nan"),
        ("lang", "fr"),
    ],
)
def test_what_cannot_be_read_is_left_at_its_default_and_named(key, text):
    view, ignored = parse({key: text, "ledger": "RPF"})
    assert ignored == (key,)
    assert view == ViewState(ledger="RPF")


def test_other_peoples_keys_are_passed_over():
    assert parse({"utm_source": "mail", "embed": "true"}) == (ViewState(), ())


@given(st.dictionaries(st.sampled_from([*FULL.to_query(), "v", "other"]), st.text(max_size=60)))
def test_no_address_raises(query):
    view, ignored = parse(query)
    assert set(ignored) <= set(query)
    assert parse(view.to_query()) == (view.changed(v=""), ())
