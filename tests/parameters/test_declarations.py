"""Every declaration is sane, in both languages."""

from __future__ import annotations

import re

import pytest

from poolcast.parameters.axes import AXES, LEDGERS
from poolcast.parameters.declaration import EVIDENCES, UNITS, Parameter
from poolcast.parameters.declarations import (
    OPTIONS,
    PARAMETERS,
    accounts,
    benefits,
    economy,
    ledgers,
    opening_state,
    payment,
    phasing,
    population,
    provider_budget,
    revenue,
    uncertainty,
    uncertainty_mortality,
    use_and_cost,
    warnings,
)
from poolcast.parameters.declarations.groups import GROUPS
from poolcast.parameters.needs import is_needed

MODULES = (
    accounts,
    benefits,
    economy,
    ledgers,
    opening_state,
    payment,
    phasing,
    population,
    provider_budget,
    revenue,
    uncertainty,
    uncertainty_mortality,
    use_and_cost,
    warnings,
)
DECLARED = list(PARAMETERS.values())


def test_names_are_unique() -> None:
    names = [parameter.name for module in MODULES for parameter in module.PARAMETERS]
    assert len(names) == len(set(names)) == len(PARAMETERS)


def test_every_group_has_words() -> None:
    assert {parameter.group for parameter in DECLARED} == set(GROUPS)


@pytest.mark.parametrize("parameter", DECLARED, ids=lambda parameter: parameter.name)
def test_declaration_is_sane(parameter: Parameter) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", parameter.name)
    assert set(parameter.dimensions) <= set(AXES)
    order = [axis for axis in AXES if axis in parameter.dimensions]
    assert list(parameter.dimensions) == order, "axes in the order of the house"
    assert parameter.unit in UNITS
    assert parameter.minimum < parameter.maximum
    if parameter.default is not None:
        assert parameter.minimum <= parameter.default <= parameter.maximum
        assert not parameter.integer or parameter.default == round(parameter.default)
    for words in (parameter.label, parameter.help):
        assert words.en.strip()
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
    assert parameter.evidence in EVIDENCES
    assert re.fullmatch(r"\d+(\.\d+)?", parameter.handbook)
    assert parameter.between in ("linear", "step")
    assert parameter.beyond in ("hold", "grow")
    assert parameter.layer in ("cohort", "money", "ledger", "accounts", "uncertainty", "budget")
    assert -2 <= parameter.first_year <= 1
    assert parameter.is_dated or parameter.first_year == 0


@pytest.mark.parametrize("parameter", DECLARED, ids=lambda parameter: parameter.name)
def test_conditions_can_be_read(parameter: Parameter) -> None:
    for part in parameter.needed.split("&"):
        kind, _, rest = part.strip().partition(":")
        if kind == "ledger":
            assert rest in LEDGERS
        elif kind == "option":
            name, _, choices = rest.partition("=")
            assert set(choices.split("|")) <= set(OPTIONS[name].choices)
        else:
            assert kind in ("always", "never", "several_regions")
            assert not rest
    first_choices = {option.name: next(iter(option.choices)) for option in OPTIONS.values()}
    assert is_needed(parameter, LEDGERS, first_choices, 2) in (True, False)


@pytest.mark.parametrize("parameter", DECLARED, ids=lambda parameter: parameter.name)
def test_sums_and_members_name_real_axes(parameter: Parameter) -> None:
    assert set(parameter.adds_to_one_over) <= set(parameter.dimensions)
    for axis, members in parameter.needed_members:
        assert axis in parameter.dimensions
        assert set(members) <= set(AXES[axis].members)


def test_shares_that_add_to_one_say_so() -> None:
    saying = {parameter.name for parameter in DECLARED if parameter.adds_to_one_over}
    in_words = {parameter.name for parameter in DECLARED if "adds to one" in parameter.help.en}
    assert in_words <= saying


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_options_are_sane(option) -> None:  # type: ignore[no-untyped-def]
    assert len(option.choices) > 1
    for words in (option.label, *option.choices.values()):
        assert words.en.strip()
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
    assert re.fullmatch(r"\d+(\.\d+)?", option.handbook)
