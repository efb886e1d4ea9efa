"""Evidence: what an assumption set rests on, counted and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from poolcast.parameters.declaration import EVIDENCES, GRADES

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions


def parameters_by_evidence(assumptions: Assumptions) -> dict[str, int]:
    """Count the parameters by evidence; a parameter with two kinds of evidence counts in both."""
    counts = Counter(
        evidence for entries in assumptions.provenance.values() for evidence in {entry.evidence for entry in entries}
    )
    return {evidence: counts[evidence] for evidence in EVIDENCES if counts[evidence]}


def parameters_by_grade(assumptions: Assumptions) -> dict[str, int]:
    """Count the parameters by the grade of their sources; those without a grade are not counted."""
    counts = Counter(
        grade
        for entries in assumptions.provenance.values()
        for grade in {entry.grade for entry in entries if entry.grade}
    )
    return {grade: counts[grade] for grade in GRADES if counts[grade]}


def parameters_with(assumptions: Assumptions, evidence: str) -> list[str]:
    """Return the names of the parameters of which any value has this evidence."""
    return sorted(
        name for name, entries in assumptions.provenance.items() if any(entry.evidence == evidence for entry in entries)
    )


def cited_sources(assumptions: Assumptions) -> list[Mapping[str, str]]:
    """Return the documents cited by a value, with title, publisher, year, address and grade."""
    cited = {
        key.strip()
        for entries in assumptions.provenance.values()
        for entry in entries
        for key in entry.source.split(";")
        if key.strip()
    }
    return [
        {
            "key": key,
            "title": source.title,
            "publisher": source.publisher,
            "year": str(source.year),
            "address": source.address,
            "grade": source.grade,
        }
        for key, source in assumptions.sources.items()
        if key in cited
    ]
