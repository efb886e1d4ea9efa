"""A set that is sent to another process arrives whole and stays read-only."""

import pickle

import numpy as np
import pytest

from poolcast.parameters.reading import load_assumptions
from tests.fixtures.minimal_set import write_minimal_set


def test_a_set_arrives_with_every_value_and_the_same_digest(tmp_path):
    read = load_assumptions(write_minimal_set(tmp_path / "minimal"))
    sent = pickle.loads(pickle.dumps(read))
    assert set(sent.values) == set(read.values)
    assert all(np.array_equal(sent[name], read[name], equal_nan=True) for name in read.values)
    assert sent.options == read.options
    assert sent.regions == read.regions
    assert sent._digest_of(None) == read.digest()
    assert (sent.name, sent.years, sent.ledgers) == (read.name, read.years, read.ledgers)


def test_what_arrived_is_read_only(tmp_path):
    sent = pickle.loads(pickle.dumps(load_assumptions(write_minimal_set(tmp_path / "minimal"))))
    name = next(iter(sent.values))
    with pytest.raises(ValueError, match="read-only"):
        sent[name][...] = 0.0
    with pytest.raises(TypeError):
        sent.values[name] = np.zeros(1)
    changed = sent.with_values({name: np.zeros_like(sent[name])})
    assert not changed[name].any()


def test_two_sets_sent_together_share_what_they_shared(tmp_path):
    read = load_assumptions(write_minimal_set(tmp_path / "minimal"))
    name, other = list(read.values)[:2]
    changed = read.with_values({name: read[name] + 1.0})
    first, second = pickle.loads(pickle.dumps((read, changed)))
    assert first[other] is second[other]
    assert first[name] is not second[name]
