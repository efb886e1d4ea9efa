"""``pools:`` of ``set.yaml``: pools that regions of several provinces may share; every problem with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolcast.parameters.assumptions import CommonPool, Region
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.selectors import ALL
from poolcast.parameters.yaml_fields import Fields, Node, shown

_ALLOWED = "a list of {code: ..., name: {en: ..., zh: ...}, members: [codes of regions or of parents]}"


def read_pools(
    content: Node, reader: Fields, regions: Sequence[Region], parents: Sequence[Region]
) -> tuple[CommonPool, ...]:
    """Return the pools that a set declares; each region belongs to at most one of them.

    Parameters
    ----------
    content : mapping
        The whole of ``set.yaml``.
    reader : Fields
        Receives what is wrong.
    regions, parents : sequence of Region
        What the set holds; a member that is a parent stands for all the regions below it.
    """
    given = content.get("pools")
    if given is None:
        return ()
    if not isinstance(given, list):
        reader.refuse(reader.line(content, "pools"), "pools", shown(given), _ALLOWED, "Write one mapping a pool.")
        return ()
    known = [region.code for region in (*regions, *parents)]
    taken: dict[str, str] = {}
    pools: list[CommonPool] = []
    for item in given:
        if not isinstance(item, dict):
            reader.refuse(reader.line(content, "pools"), "pools", shown(item), _ALLOWED, "Write one mapping a pool.")
            continue
        pool = _pool(item, reader, [*known, *(other.code for other in pools)])
        if pool is None:
            continue
        for code in pool.members:
            if code not in known:
                remedy = did_you_mean(code, known) or "Use the code of a region or of a parent."
                found = f"an unknown member '{code}'"
                reader.refuse(reader.line(item, "members"), "pools.members", found, ", ".join(known), remedy)
        _claim(item, reader, pool, (*regions, *parents), taken)
        pools.append(pool)
    return tuple(pools)


def _pool(item: Node, reader: Fields, taken: Sequence[str]) -> CommonPool | None:
    """Read one pool."""
    reader.known_keys(item, ("code", "name", "members"), "pools")
    name = reader.words(item, "name", "pools.")
    code, members = item.get("code"), item.get("members")
    if not isinstance(code, str) or not code.strip() or set(code) & set("|,; ") or code == ALL or code in taken:
        found = f"the code '{code}' of a region or of another pool" if code in taken else shown(code)
        allowed = "a code in quotes of its own, without blanks, commas or |"
        reader.refuse(reader.line(item, "code"), "pools.code", found, allowed, "Choose another code.")
        return None
    if not isinstance(members, list) or not members or not all(isinstance(member, str) for member in members):
        allowed = "a list of codes in quotes"
        remedy = 'Write for example ["110000", "130000"].'
        reader.refuse(reader.line(item, "members"), "pools.members", shown(members), allowed, remedy)
        return None
    return CommonPool(code, name, tuple(members))


def _claim(item: Node, reader: Fields, pool: CommonPool, places: Sequence[Region], taken: dict[str, str]) -> None:
    """Refuse a region in two pools, and a pool with fewer than two regions."""
    above = {place.code: place.parent for place in places}
    found = []
    for region in places:
        code: str | None = region.code if region.projected else None
        seen: list[str] = []
        while code is not None and code not in pool.members and code not in seen:
            seen.append(code)
            code = above.get(code)
        if code in pool.members:
            found.append(region.code)
    again = [code for code in found if code in taken]
    line = reader.line(item, "members")
    if again:
        text = f"{', '.join(again)}, which share pool {taken[again[0]]} already"
        reader.refuse(line, "pools.members", text, "each region in one pool at most", "Remove them from one pool.")
    if len(found) < 2 and all(code in above for code in pool.members):
        reader.refuse(line, "pools.members", f"{len(found)} region", "two regions or more", "Name who shares the pool.")
    taken.update(dict.fromkeys(found, pool.code))


def check_structure(
    content: Node, reader: Fields, options: Mapping[str, str], ledgers: Sequence[str], has_pools: bool
) -> None:
    """Check that what the options open across provinces or between the schemes has its members and its ledgers."""
    pool = options.get("cross_province_pool", "none")
    if pool != "none" and not (has_pools and "ADJ" in ledgers):
        reader.refuse(
            reader.line(content["options"], "cross_province_pool"),
            "options.cross_province_pool",
            f"cross_province_pool: {pool} without {'the ledger ADJ' if has_pools else 'pools'}",
            "a pool with its members and its ledger",
            "Declare the members under `pools` and add ADJ to the ledgers, or leave the option out.",
        )
    if options.get("scheme_ledgers") == "common" and not {"EPF", "RPF"} <= set(ledgers):
        reader.refuse(
            reader.line(content["options"], "scheme_ledgers"),
            "options.scheme_ledgers",
            "common without both EPF and RPF",
            "two ledgers that can be merged",
            "Add EPF and RPF to the ledgers, or leave the option out.",
        )
