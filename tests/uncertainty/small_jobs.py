"""Small simulations for tests: the national set over a few years, and one job shared by a test session."""

from functools import lru_cache

from poolcast.parameters.reading import load_assumptions
from poolcast.uncertainty.blocks import Job
from poolcast.uncertainty.simulate import prepare
from poolcast.uncertainty.store import MemoryStore

MEASURES = ("balance", "reserve", "revenue", "payable_months", "first_deficit", "exhaustion", "population")


@lru_cache(maxsize=8)
def job_of(scenarios=("baseline",), sampling="random", last_year=2032, measures=MEASURES) -> Job:
    return prepare(load_assumptions("china", to=last_year), scenarios, 7, sampling, measures)[0]


def filled(store, rows, blocks):
    """Give a store the blocks of known rows, in the order asked for."""
    for first, count in blocks:
        store.add(
            first,
            {
                scenario: {name: values[first : first + count] for name, values in measures.items()}
                for scenario, measures in rows.items()
            },
        )
    return store


def exact_store(job: Job, rows, paths: int) -> MemoryStore:
    return filled(MemoryStore(tuple(job.scenarios), job.layout, paths), rows, [(0, paths)])
