"""What the tests of the services share: sets are read once, projections come from the cache of the services."""

from functools import cache

from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import load_set
from poolcast.scenarios.scenario import BASELINE


@cache
def loaded(name="china"):
    return load_set(name)


def baseline(name="china"):
    return projected(loaded(name), BASELINE)


def draft(lever="B01", **arguments):
    return Draft().with_lever(lever, **arguments)


def with_draft(name="china", lever="B01", **arguments):
    return projected(loaded(name), draft(lever, **arguments).scenario)
