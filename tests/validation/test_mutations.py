"""Formulae changed on purpose are caught (see `mutations`)."""

from __future__ import annotations

import pytest

from tests.validation.mutations import MUTATIONS, PACKAGE, uncaught


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_mutation_is_caught() -> None:
    assert len(MUTATIONS) >= 10
    assert uncaught() == []


def test_every_mutation_still_finds_its_text() -> None:
    """Fast, so that a formula that is written anew takes its mutation along."""
    for mutation in MUTATIONS:
        assert (PACKAGE / mutation.file).read_text(encoding="utf-8").count(mutation.old) == 1, mutation.name
