"""The sentence of Assumptions: on what a set rests, and how much of it a reader has changed."""

from __future__ import annotations

from poolcast.dashboard.services.sets import LoadedSet, parameters_with_evidence
from poolcast.dashboard.services.takeaways.place import plain
from poolcast.dashboard.words import t

_KNOWN_EVIDENCE = ("seed", "source", "derived", "estimated")


def assumptions(loaded: LoadedSet, language: str) -> str:
    """Say on what a set rests, and how much of it a user has changed."""
    held = loaded.assumptions.provenance
    kinds = {
        evidence: set(parameters_with_evidence(loaded, evidence))
        for evidence in ("assumption", "source_unverified", "synthetic", "borrowed")
    }
    known = {
        name
        for name, entries in held.items()
        if entries and all(entry.evidence in _KNOWN_EVIDENCE for entry in entries)
    }
    parts = []
    if loaded.edits:
        edited = len({edit.parameter for edit in loaded.edits})
        parts.append(t("take.assume_edited", language, n=edited, set=plain(loaded.title.in_language(language))))
    parts.append(
        t(
            "take.assume_all",
            language,
            set=plain(loaded.assumptions.title.in_language(language)),
            n=sum(bool(entries) for entries in held.values()),
            known=len(known),
            assumed=len(kinds["assumption"]),
            unverified=len(kinds["source_unverified"]),
        )
    )
    if kinds["synthetic"]:
        parts.append(t("take.assume_synthetic", language, synthetic=len(kinds["synthetic"])))
    if kinds["borrowed"]:
        parts.append(t("take.assume_borrowed", language, borrowed=len(kinds["borrowed"])))
    return ("" if language == "zh" else " ").join(parts)
