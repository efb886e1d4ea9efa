"""What a set borrows: parameters whose values come from the set named in ``based_on``, for every page that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.declarations.groups import GROUPS
from poolcast.parameters.selectors import ALL


@dataclass(frozen=True)
class Borrowed:
    """A parameter that a set borrows.

    Parameters
    ----------
    name : str
        Dotted name.
    label, group : Words
        What it is, and of which group.
    lender : str
        Name of the set from which the values come.
    regions : tuple of str
        Codes of the regions that borrow it; empty where all do.
    grades, sources : tuple of str
        Of the values in the lender's tables; none where they are its assumptions.
    carried_back : int
        First year for which the lender has values, where the borrower needs earlier ones and takes those; else 0.
    """

    name: str
    label: Words
    group: Words
    lender: str
    regions: tuple[str, ...]
    grades: tuple[str, ...]
    sources: tuple[str, ...]
    carried_back: int


def borrowed_parameters(assumptions: Assumptions) -> tuple[Borrowed, ...]:
    """Return every parameter of which a region borrows the values, in the order of the declarations.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    """
    result = []
    for name, parameter in PARAMETERS.items():
        entries = [entry for entry in assumptions.provenance.get(name, ()) if entry.evidence == "borrowed"]
        if not entries:
            continue
        codes = _distinct(entry.region for entry in entries)
        everyone = ALL in codes or set(codes) >= set(assumptions.region_codes)
        keys = (key.strip() for entry in entries for key in entry.source.split(";"))
        result.append(
            Borrowed(
                name,
                parameter.label,
                GROUPS[parameter.group],
                next((entry.lender for entry in entries if entry.lender), ""),
                () if everyone else codes,
                _distinct(entry.grade for entry in entries),
                _distinct(keys),
                max(entry.carried_back for entry in entries),
            )
        )
    return tuple(result)


def borrowed_words(assumptions: Assumptions) -> Words:
    """Return one sentence on what a set borrows; empty where it borrows nothing.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    """
    found = borrowed_parameters(assumptions)
    if not found:
        return Words("", "")
    lenders = _distinct(one.lender for one in found)
    back = [one for one in found if one.carried_back]
    whom = Words(", ".join(lenders) or "another set", "、".join(lenders) or "其他假设集")
    english = f"{len(found)} of {len(assumptions.values)} parameters are borrowed from {whom.en}"
    chinese = f"{len(assumptions.values)} 个参数中有 {len(found)} 个借自 {whom.zh}"
    if back:
        english += f"; for {len(back)} of them it begins after the base year and its first value stands in"
        chinese += f",其中 {len(back)} 个的起始年份晚于基年,以首个数值代替"
    return Words(english + ".", chinese + "。")


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
