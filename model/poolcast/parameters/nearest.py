"""Nearest valid names, for messages that say what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest_names(word: str, names: Iterable[str], number: int = 3) -> tuple[str, ...]:
    """Return the valid names that look most like a word, the nearest first.

    Case does not count, and a word may leave out the part of a dotted name before the dot.

    Parameters
    ----------
    word : str
        What was written.
    names : iterable of str
        What could have been meant.
    number : int
        At most so many names.

    Examples
    --------
    >>> nearest_names("wage_growht", ["economy.wage_growth", "economy.average_wage"])
    ('economy.wage_growth',)
    """
    forms: dict[str, str] = {}
    for name in names:
        forms.setdefault(name.lower(), name)
        if "." in name:
            forms.setdefault(name.lower().rsplit(".", 1)[1], name)
    found = get_close_matches(word.strip().lower(), list(forms), n=number * 2, cutoff=0.6)
    return tuple(dict.fromkeys(forms[form] for form in found))[:number]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return a sentence that offers the nearest names, or nothing where none is near."""
    nearest = nearest_names(word, names)
    if not nearest:
        return ""
    *first, last = (f"'{name}'" for name in nearest)
    return f"Did you mean {', '.join(first)} or {last}?" if first else f"Did you mean {last}?"
