"""Structure: options of a set that contradict each other, before anything is projected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem
from poolcast.projection.flows import MERGED_AWAY, MERGED_FUND, schemes_merged
from poolcast.projection.pools import Holders

_POOLS = (("employee", "EPF", "employee_pool"), ("resident", "RPF", "resident_pool"))


def contradictions_of_structure(assumptions: Assumptions) -> list[Problem]:
    """Return what the options of a set ask for and its ledgers, pools or years do not allow (handbook 1.3, 1.4)."""
    return [*_funds(assumptions), *_pools_across_provinces(assumptions), *_common_ledger(assumptions)]


def _problem(assumptions: Assumptions, column: str, found: str, allowed: str, remedy: str) -> Problem:
    return Problem(f"assumption set {assumptions.name}", found, allowed, remedy, column=column)


def _funds(assumptions: Assumptions) -> Iterator[Problem]:
    chosen = assumptions.options["adjustment_fund"]
    for scheme, _, option in _POOLS:
        if chosen in (scheme, "both") and assumptions.options[option] == "parent":
            yield _problem(
                assumptions,
                "options",
                f"an adjustment fund for the {scheme} scheme whose ledger the parent already holds",
                "either one ledger for all regions or an adjustment fund between their ledgers",
                f"Set {option} to region, or adjustment_fund to none.",
            )
    if chosen != "none" and "ADJ" not in assumptions.ledgers:
        yield _problem(
            assumptions,
            "ledgers",
            f"adjustment_fund: {chosen} without the ledger ADJ",
            "ADJ among the ledgers",
            "Add ADJ to `ledgers`.",
        )


def _pools_across_provinces(assumptions: Assumptions) -> Iterator[Problem]:
    chosen = assumptions.option("cross_province_pool")
    if chosen == "none":
        return
    if "ADJ" not in assumptions.ledgers:
        remedy = "Add ADJ to `ledgers`."
        yield _problem(assumptions, "ledgers", f"cross_province_pool: {chosen} without ADJ", "the ledger ADJ", remedy)
    if not assumptions.pools:
        remedy = "Declare code, name and members under `pools` of set.yaml."
        yield _problem(assumptions, "pools", f"cross_province_pool: {chosen} without pools", "a pool", remedy)
    holders = Holders.of(assumptions)
    for position, regions in holders.common.items():
        for scheme, ledger, _ in _POOLS:
            if chosen not in (scheme, "both") or ledger not in assumptions.ledgers:
                continue
            for keeper in set(holders.keepers(ledger, regions).tolist()) & set(holders.pools):
                outside = set(holders.pools[keeper].tolist()) - set(regions.tolist())
                if outside:
                    codes = ", ".join(holders.units[one].code for one in sorted(outside))
                    yield _problem(
                        assumptions,
                        "pools.members",
                        f"{holders.units[keeper].code} holds {ledger} of members of {holders.units[position].code} "
                        f"and of {codes}, which are no members",
                        "a ledger that belongs to the pool with all its regions",
                        f"Make {holders.units[keeper].code} a member.",
                    )


def _common_ledger(assumptions: Assumptions) -> Iterator[Problem]:
    merged = schemes_merged(assumptions)
    if merged is None:
        return
    name, base = "ledger.schemes_merged", assumptions.base_year
    if not {MERGED_FUND, MERGED_AWAY} <= set(assumptions.ledgers):
        remedy = "Add both ledgers, or leave scheme_ledgers at separate."
        found = "one ledger for both schemes without both EPF and RPF"
        yield _problem(assumptions, "ledgers", found, "two ledgers that can be merged", remedy)
        return
    if merged[:, 0].any():
        remedy = f"Begin in {base + 1} or later; enter the accounts of a merged fund as those of one scheme."
        yield _problem(assumptions, name, f"a merger in the base year {base}", "two closed accounts", remedy)
    if (merged[:, :-1] & ~merged[:, 1:]).any():
        first = base + 1 + int(np.argwhere(merged[:, :-1] & ~merged[:, 1:])[0, 1])
        remedy = "Keep the value at 1 to the last year."
        yield _problem(assumptions, name, f"schemes that part again in {first}", "a merger that lasts", remedy)
    if assumptions.options["employee_pool"] != assumptions.options["resident_pool"]:
        chosen = ", ".join(f"{option}: {assumptions.options[option]}" for _, _, option in _POOLS)
        yield _problem(
            assumptions,
            "options",
            f"one ledger for both schemes with {chosen}",
            "both funds with the same holder, who merges them",
            "Set both to region or both to parent.",
        )
    yield from _pools_that_merge_in_part(assumptions, merged)


def _pools_that_merge_in_part(assumptions: Assumptions, merged: NDArray[np.bool_]) -> Iterator[Problem]:
    holders = Holders.of(assumptions)
    groups: dict[int, NDArray[np.int64]] = {}
    if holders.shared or assumptions.options["adjustment_fund"] != "none":
        groups |= holders.pools
    for position, regions in (groups | holders.common).items():
        differ = (merged[regions] != merged[regions[:1]]).any(0)
        if differ.any():
            year = assumptions.base_year + int(np.argmax(differ))
            here = ", ".join(assumptions.region_codes[one] for one in regions if merged[one, int(np.argmax(differ))])
            yield _problem(
                assumptions,
                "ledger.schemes_merged",
                f"in {year} regions of {holders.units[position].code} with merged schemes ({here}) and others without",
                "one year of merger for all regions that share a fund",
                "Merge them in the same year, or close the fund that they share.",
            )
