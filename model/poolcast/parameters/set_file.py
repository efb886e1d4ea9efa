"""``set.yaml``: who the set is, its years, regions, ledgers, methods and sources; every problem with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from poolcast.parameters.assumptions import CommonPool, Region, Source
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.common_pools import check_structure, read_pools
from poolcast.parameters.declaration import GRADES, Words
from poolcast.parameters.declarations import OPTIONS
from poolcast.parameters.errors import Problem
from poolcast.parameters.location import SET_FILE, display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.selectors import ALL
from poolcast.parameters.yaml_fields import Fields, Node, read_mapping, shown

REQUIRED_KEYS = (
    "name", "title", "description", "base_year", "last_year", "currency", "synthetic",
    "ledgers", "options", "regions", "sources",
)  # fmt: skip
OPTIONAL_KEYS = ("longest", "based_on", "pools", "rolled_from", "short")
ROLLED_KEYS = ("set", "digest", "version", "base_year", "accounts", "accounts_sha256")
SHAPING_KEYS = ("base_year", "last_year", "longest", "based_on", "ledgers", "options", "regions", "pools")
"""What decides which values a set must give."""
FIRST_BASE_YEAR, LAST_YEAR = 1950, 2200
LONGEST_NAME = 64
NAME = re.compile(rf"\w[\w.-]{{0,{LONGEST_NAME - 1}}}")


LEDGERS_BEHIND = {"EPA": "EPF", "LTCI": "EPF", "LAS": "EPF", "CSS": "EPF", "CII": "RPF", "MAF": "RPF"}
"""Ledgers that cannot stand without another one (handbook 1.1)."""


@dataclass
class SetFile:
    """What ``set.yaml`` says; of a broken file, as much as can be understood.

    Parameters
    ----------
    file : str
        Path for readers.
    name, title, description, base_year, last_year, longest, synthetic, based_on, ledgers, options, sources
        As in the file; `longest` is the last year to which a projection may go.
    based_on_line : int or None
        Line of ``based_on``.
    regions, parents : tuple of Region
        Projected regions, in the order of the file, and the others.
    pools : tuple of CommonPool
        Pools that regions of several provinces may share.
    regions_known, sources_known : bool
        Whether codes and source keys of the tables can be checked against this file.
    rolled_from : mapping
        Of a set that `poolcast roll` made: the set, its digest, base year and the version that rolled it, and the
        accounts file with its hash.
    short : Words or None
        A shorter title, where there is one.
    tiles : mapping of str to (column, row)
        Places of regions on a tile map, from 0 at the upper left.
    """

    file: str
    name: str = ""
    title: Words = field(default_factory=lambda: Words("", ""))
    description: Words = field(default_factory=lambda: Words("", ""))
    base_year: int = 0
    last_year: int = 0
    longest: int = 0
    synthetic: bool = False
    based_on: str | None = None
    based_on_line: int | None = None
    ledgers: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    parents: tuple[Region, ...] = ()
    pools: tuple[CommonPool, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    regions_known: bool = False
    sources_known: bool = False
    rolled_from: Mapping[str, str] = field(default_factory=dict)
    short: Words | None = None
    tiles: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def levels(self) -> dict[str, int]:
        """Positions of the values of the region axis: projected regions, parents, ``all``."""
        codes = [region.code for region in (*self.regions, *self.parents)]
        return {code: position for position, code in enumerate([*codes, ALL])}

    @cached_property
    def chains(self) -> dict[str, tuple[str, ...]]:
        """For each code the levels at which it finds values: its own, its parents upwards, ``all``."""
        parents = {region.code: region.parent for region in (*self.regions, *self.parents)}
        chains = {}
        for code in parents:
            chain = [code]
            while (parent := parents.get(chain[-1])) is not None:
                chain.append(parent)
            chains[code] = (*chain, ALL)
        return chains


def is_fatal(problem: Problem) -> bool:
    """Return whether a problem of ``set.yaml`` leaves open which values the set must give."""
    return problem.kind == "set.yaml" and (problem.column or "").split(".")[0] in SHAPING_KEYS


def read_set_file(folder: Path, problems: list[Problem]) -> SetFile | None:
    """Read ``set.yaml``; everything wrong with it is added to the problems.

    Returns
    -------
    SetFile or None
        What can be understood; None where the file is no YAML mapping at all.
    """
    path = folder / SET_FILE
    reader = Fields(display(path), problems)
    content = read_mapping(path, reader)
    if content is None:
        return None
    reader.known_keys(content, REQUIRED_KEYS + OPTIONAL_KEYS)
    result = SetFile(reader.file)
    result.name = _name(content, reader)
    result.title = reader.words(content, "title")
    result.description = reader.words(content, "description")
    result.short = reader.words(content, "short") if "short" in content else None
    result.base_year = reader.year(content, "base_year", FIRST_BASE_YEAR, LAST_YEAR - 1)
    first = (result.base_year or FIRST_BASE_YEAR) + 1
    result.last_year = reader.year(content, "last_year", first, LAST_YEAR)
    result.longest = result.last_year
    if content.get("longest") is not None:
        result.longest = reader.year(content, "longest", result.last_year or first, LAST_YEAR)
    _read_currency_and_kind(content, reader, result)
    result.ledgers = _ledgers(content, reader)
    result.options = _options(content, reader)
    _read_regions(content, reader, result)
    result.pools = read_pools(content, reader, result.regions, result.parents)
    _read_sources(content, reader, result)
    _read_rolled_from(content, reader, result)
    _check_together(content, reader, result)
    return result


def _name(content: Node, reader: Fields) -> str:
    """Return the name of the set: one word, as it stands in names of files, in addresses and on command lines."""
    name = reader.text(content, "name")
    if name and not NAME.fullmatch(name):
        allowed = f"at most {LONGEST_NAME} letters, digits, _, . and -, the first one a letter or a digit"
        remedy = "Write a short name without blanks or slashes; the title says the rest."
        reader.refuse(reader.line(content, "name"), "name", f"'{name[:80]}'", allowed, remedy)
    return name


def _read_currency_and_kind(content: Node, reader: Fields, result: SetFile) -> None:
    """Read currency, the mark for made-up data and the set on which this one rests."""
    currency = reader.text(content, "currency")
    if currency and currency != "CNY":
        reader.refuse(reader.line(content, "currency"), "currency", f"'{currency}'", "CNY", "Give all money in yuan.")
    if not reader.missing(content, "synthetic", "true or false"):
        value = content["synthetic"]
        if isinstance(value, bool):
            result.synthetic = value
        else:
            reader.refuse(
                reader.line(content, "synthetic"),
                "synthetic",
                shown(value),
                "true or false",
                "Write true where any figure is made up.",
            )
    result.based_on = reader.text(content, "based_on", required=False) or None
    result.based_on_line = reader.line(content, "based_on") if result.based_on else None


def _ledgers(content: Node, reader: Fields) -> tuple[str, ...]:
    allowed = f"a list out of {', '.join(LEDGERS)}"
    if reader.missing(content, "ledgers", allowed):
        return ()
    given, line = content["ledgers"], reader.line(content, "ledgers")
    if not isinstance(given, list) or not given:
        reader.refuse(line, "ledgers", shown(given), allowed, "Write for example [EPF, EPA, RPF].")
        return ()
    for ledger in given:
        if ledger not in LEDGERS:
            remedy = did_you_mean(str(ledger), LEDGERS) or "Use the codes of the ledgers."
            reader.refuse(line, "ledgers", f"an unknown ledger '{ledger}'", allowed, remedy)
        elif given.count(ledger) > 1:
            reader.refuse(line, "ledgers", f"'{ledger}' more than once", allowed, "Name each ledger once.")
            return ()
    return tuple(ledger for ledger in LEDGERS if ledger in given)


def _options(content: Node, reader: Fields) -> dict[str, str]:
    if reader.missing(content, "options", f"a choice for each of {', '.join(OPTIONS)}"):
        return {}
    given = content["options"]
    if not isinstance(given, dict):
        reader.refuse(
            reader.line(content, "options"),
            "options",
            shown(given),
            "a mapping of options to choices",
            "Write option: choice.",
        )
        return {}
    reader.known_keys(given, tuple(OPTIONS), "options")
    chosen = {}
    for name, option in OPTIONS.items():
        allowed = ", ".join(option.choices)
        if option.default is not None and name not in given:
            continue
        if reader.missing(given, name, allowed, "options."):
            continue
        choice = str(given[name])
        if choice in option.choices:
            chosen[name] = choice
        else:
            remedy = did_you_mean(choice, option.choices) or f"{option.label.en}: choose one."
            reader.refuse(reader.line(given, name), f"options.{name}", f"'{choice}'", allowed, remedy)
    return chosen


def _read_regions(content: Node, reader: Fields, result: SetFile) -> None:
    """Read the regions and check codes, parents and cycles."""
    allowed = "a list of {code: ..., name: {en: ..., zh: ...}, parent: ..., projected: true|false}"
    if reader.missing(content, "regions", allowed):
        return
    given, before = content["regions"], len(reader.problems)
    if not isinstance(given, list) or not given:
        reader.refuse(reader.line(content, "regions"), "regions", shown(given), allowed, "Name at least one region.")
        return
    regions: dict[str, tuple[Region, int | None]] = {}
    for item in given:
        if not isinstance(item, dict):
            reader.refuse(
                reader.line(content, "regions"), "regions", shown(item), allowed, "Write one mapping a region."
            )
            continue
        region, line = _region(item, reader), reader.line(item)
        if region is None:
            continue
        if region.code in regions:
            first = regions[region.code][1]
            reader.refuse(
                line,
                "regions.code",
                f"the code '{region.code}' again (first in line {first})",
                "each code once",
                "Correct one of them.",
            )
        else:
            regions[region.code] = (region, line)
    _check_parents(regions, reader)
    result.regions = tuple(region for region, _ in regions.values() if region.projected)
    result.parents = tuple(region for region, _ in regions.values() if not region.projected)
    if regions and not result.regions:
        reader.refuse(
            reader.line(content, "regions"),
            "regions",
            "no projected region",
            "at least one",
            "Set projected: true where people live.",
        )
    result.tiles = _tiles(given, reader)
    result.regions_known = len(reader.problems) == before


def _region(item: Node, reader: Fields) -> Region | None:
    """Read one region."""
    reader.known_keys(item, ("code", "name", "parent", "projected", "own_pool", "tile"), "regions")
    name = reader.words(item, "name", "regions.")
    codes = []
    for key in ("code", "parent"):
        value = item.get(key)
        if key == "code" and reader.missing(item, "code", "a code in quotes", "regions."):
            return None
        if value is not None and (
            not isinstance(value, str) or not value.strip() or set(value) & set("|,; ") or value == ALL
        ):
            allowed = "a code in quotes, without blanks, commas or |"
            reader.refuse(
                reader.line(item, key),
                f"regions.{key}",
                shown(value),
                allowed,
                f'Write "{value}" in quotes; codes are texts and may begin with zeros.'
                if isinstance(value, int)
                else "Use the division code.",
            )
            return None
        codes.append(value)
    projected = item.get("projected")
    if not isinstance(projected, bool):
        reader.refuse(
            reader.line(item, "projected"),
            "regions.projected",
            shown(projected),
            "true or false",
            "Write true for a region with people and ledgers of its own, false for one that is only a parent.",
        )
        projected = True
    own_pool = item.get("own_pool", False)
    if not isinstance(own_pool, bool):
        reader.refuse(
            reader.line(item, "own_pool"),
            "regions.own_pool",
            shown(own_pool),
            "true or false",
            "Write true for a region that stays its own pool when its parent pools the others; else leave it out.",
        )
        own_pool = False
    return Region(str(codes[0]), name, codes[1], projected, own_pool)


def _tiles(given: list[Node], reader: Fields) -> dict[str, tuple[int, int]]:
    """Return the places of regions on a tile map; two regions cannot stand on one."""
    found: dict[str, tuple[int, int]] = {}
    for item in given:
        tile = item.get("tile") if isinstance(item, dict) else None
        if tile is None:
            continue
        allowed = "[column, row], whole numbers from 0 to 99, each place once"
        numbers = tuple(tile) if isinstance(tile, list) else ()
        whole = all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
        if len(numbers) != 2 or not whole or not all(0 <= number < 100 for number in numbers):
            remedy = "Count columns and rows from 0 at the upper left, for example tile: [2, 0]."
            reader.refuse(reader.line(item, "tile"), "regions.tile", shown(tile), allowed, remedy)
        elif (numbers[0], numbers[1]) in found.values():
            reader.refuse(
                reader.line(item, "tile"), "regions.tile", f"{shown(tile)} again", allowed, "Move one of them."
            )
        else:
            found[str(item.get("code"))] = (numbers[0], numbers[1])
    return found


def _check_parents(regions: Mapping[str, tuple[Region, int | None]], reader: Fields) -> None:
    """Check that parents are there, are not projected themselves and form no cycle."""
    for code, (region, line) in regions.items():
        if region.parent is None:
            continue
        if region.parent not in regions:
            allowed = f"null or one of {', '.join(other for other in regions if other != code)}"
            remedy = did_you_mean(region.parent, regions) or "Add the parent with projected: false."
            reader.refuse(line, "regions.parent", f"an unknown parent '{region.parent}'", allowed, remedy)
        elif regions[region.parent][0].projected and region.parent != code:
            reader.refuse(
                line,
                "regions.parent",
                f"the projected region '{region.parent}' as a parent",
                "a parent with projected: false",
                "A parent only passes values on and pools its regions; its people are those of its regions.",
            )
        seen = [code]
        parent: str | None = region.parent
        while parent is not None and parent in regions and parent not in seen:
            seen.append(parent)
            parent = regions[parent][0].parent
        if parent == code:
            reader.refuse(
                line,
                "regions.parent",
                f"the cycle {' > '.join([*seen, code])}",
                "parents without a cycle",
                "Break the cycle.",
            )


def _read_sources(content: Node, reader: Fields, result: SetFile) -> None:
    """Read the cited documents."""
    allowed = "a mapping of keys to {title, publisher, year, address, grade}"
    if reader.missing(content, "sources", allowed):
        return
    given = content["sources"]
    if not isinstance(given, dict):
        reader.refuse(
            reader.line(content, "sources"), "sources", shown(given), allowed, "Write sources: {} where none is cited."
        )
        return
    sources = {}
    for key, item in given.items():
        prefix = f"sources.{key}."
        if not isinstance(item, dict) or ";" in str(key):
            reader.refuse(
                reader.line(given, key),
                f"sources.{key}",
                shown(item),
                allowed,
                "Write title, publisher, year, address and grade.",
            )
            continue
        reader.known_keys(item, ("title", "publisher", "year", "address", "grade", "note"), f"sources.{key}")
        texts = {name: reader.text(item, name, prefix) for name in ("title", "publisher", "year", "address", "grade")}
        if texts["grade"] and texts["grade"] not in GRADES:
            reader.refuse(
                reader.line(item, "grade"),
                f"{prefix}grade",
                f"'{texts['grade']}'",
                ", ".join(GRADES),
                "Grade the copy that was read.",
            )
        sources[str(key)] = Source(str(key), **texts, note=reader.text(item, "note", prefix, required=False))
    result.sources = sources
    result.sources_known = True


def _read_rolled_from(content: Node, reader: Fields, result: SetFile) -> None:
    """Read from what the set was rolled; only of sets that were."""
    given = content.get("rolled_from")
    if isinstance(given, dict):
        reader.known_keys(given, ROLLED_KEYS, "rolled_from")
        result.rolled_from = {key: str(value) for key, value in given.items()}
    elif given is not None:
        allowed, remedy = f"a mapping of {', '.join(ROLLED_KEYS)}", "Leave to `poolcast roll` what it writes."
        reader.refuse(reader.line(content, "rolled_from"), "rolled_from", shown(given), allowed, remedy)


def _check_together(content: Node, reader: Fields, result: SetFile) -> None:
    """Check what two keys say together."""
    fund = result.options.get("adjustment_fund")
    if fund and fund != "none" and result.ledgers and "ADJ" not in result.ledgers:
        reader.refuse(
            reader.line(content["options"], "adjustment_fund"),
            "options.adjustment_fund",
            f"adjustment_fund: {fund} without the ledger ADJ",
            "a fund with its ledger",
            "Add ADJ to the ledgers, or set adjustment_fund: none.",
        )
    check_structure(content, reader, result.options, result.ledgers, bool(result.pools))
    for ledger, needed in LEDGERS_BEHIND.items():
        if ledger in result.ledgers and needed not in result.ledgers:
            reader.refuse(
                reader.line(content, "ledgers"),
                "ledgers",
                f"{ledger} without {needed}, from which it is paid or whose members it serves",
                f"{ledger} together with {needed}",
                f"Add {needed} to the ledgers, or remove {ledger}.",
            )
    orphans = [region.code for region in result.regions if region.parent is None]
    orphans = orphans if len(orphans) == len(result.regions) else []  # a region without a parent keeps its own ledger
    for option in ("employee_pool", "resident_pool"):
        if result.options.get(option) == "parent" and orphans:
            found = f"parent, but no parent of {', '.join(orphans)}"
            reader.refuse(
                reader.line(content["options"], option),
                f"options.{option}",
                found,
                "a parent of some projected region",
                "Name the parents, or choose region.",
            )
