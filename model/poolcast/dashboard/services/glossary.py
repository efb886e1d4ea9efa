"""The glossary: terms of the house, measures, ledgers, bands and, when asked for, every parameter, with search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from poolcast.dashboard.services.sets import LEDGER_ORDER, ledger_name
from poolcast.dashboard.words import words
from poolcast.dashboard.words.terms import TERMS
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.reporting.formats import BANDS

Kind = Literal["term", "measure", "ledger", "band", "parameter"]
KINDS: tuple[Kind, ...] = ("term", "measure", "ledger", "band", "parameter")
_MOST_PARAMETERS = 40


@dataclass(frozen=True)
class Entry:
    """An entry of the glossary.

    Parameters
    ----------
    kind : str
        Where it comes from.
    id : str
        Name in files and on the command line; empty of a term.
    name, meaning : Words
    """

    kind: Kind
    id: str
    name: Words
    meaning: Words

    @property
    def page(self) -> str:
        """Everything that a search looks at."""
        both = (self.id, self.id.replace("_", " "), self.name.en, self.name.zh, self.meaning.en, self.meaning.zh)
        return " ".join(both).casefold()

    def title_holds(self, word: str) -> bool:
        """Whether a word stands in the name itself."""
        return word in f"{self.id} {self.name.en} {self.name.zh}".casefold()


@cache
def glossary() -> tuple[Entry, ...]:
    """Return every entry, the terms of the house first."""
    return tuple(_entries())


def _entries() -> Iterable[Entry]:
    for term in TERMS:
        yield Entry("term", "", words(f"term.{term}"), words(f"meaning.{term}"))
    for name, measure in MEASURES.items():
        yield Entry("measure", name, measure.label, measure.basis)
    for code in LEDGER_ORDER:
        yield Entry("ledger", code, ledger_name(code), words(f"ledger_meaning.{code}"))
    for name, low, high, _, symbol, label in BANDS:
        title = Words(f"{symbol} {label.en}", f"{symbol} {label.zh}")
        yield Entry("band", name, title, _band_words(low, high))
    for name, parameter in PARAMETERS.items():
        yield Entry("parameter", name, parameter.label, parameter.help)


def _band_words(low: float, high: float) -> Words:
    if low == float("-inf"):
        return words("help.band_none")
    if high == float("inf"):
        return words("help.band_over", low=f"{low:g}")
    return words("help.band_between", low=f"{low:g}", high=f"{high:g}")


def looked_up(text: str) -> tuple[Entry, ...]:
    """Return the entries that hold all words of a search, those whose name holds them first.

    Without a search the parameters are left out: there are hundreds, and the page of assumptions lists them.

    Examples
    --------
    >>> looked_up("中位数")[0].name.en
    'Median'
    """
    asked = text.casefold().split()
    if not asked:
        return tuple(entry for entry in glossary() if entry.kind != "parameter")
    hits = [entry for entry in glossary() if all(word in entry.page for word in asked)]
    order = {kind: number for number, kind in enumerate(KINDS)}
    hits.sort(key=lambda entry: (not all(entry.title_holds(word) for word in asked), order[entry.kind]))
    parameters = 0
    kept = []
    for entry in hits:
        parameters += entry.kind == "parameter"
        if entry.kind != "parameter" or parameters <= _MOST_PARAMETERS:
            kept.append(entry)
    return tuple(kept)
