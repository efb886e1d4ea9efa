"""View state: what a page shows, as one frozen value that an address can hold.

Nothing of a user's data is in it: names, codes and numbers only, and the draft as changes against the baseline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from poolcast.parameters.errors import PoolcastError

LANGUAGES = ("zh", "en")
MAX_SCENARIOS = 4

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")


@dataclass(frozen=True)
class ViewState:
    """What is shown; every field is a key of the address, and a default is left out of it.

    Parameters
    ----------
    set : str
        Name of the assumption set.
    region : str
        Code of a region or pool; the first one of the set where empty.
    ledger : str
        Code of a ledger.
    scenarios : tuple of str
        Scenarios beside the baseline in the order of their places, four at most; key ``s``.
    draft : str
        Changes being built, as `Draft.link` packs them; key ``d``.
    measure : str
        Name of a measure of the catalogue.
    view : str
        ``level`` or ``difference``.
    why : str
        ``lever`` or ``driver``.
    year, to : int or None
        Year in focus; last year of the projection. The page's own choice where None.
    unit : str
        Unit of money.
    paths, seed : int
        Simulated futures and their seed.
    p : float
        Probability with which a condition must hold.
    one : str
        The scenario shown by pages that show one.
    what : str
        What a goal seek may change, as `poolcast solve` names it; the usual one of the ledger where empty.
    goal : str
        Measure that a goal seek is about.
    target : float or None
        What it shall reach, in months or yuan; the usual target where None.
    lang : str
        Language.
    v : str
        Version and set digest of whoever made the link.
    """

    set: str = "china"
    region: str = ""
    ledger: str = "EPF"
    scenarios: tuple[str, ...] = ()
    draft: str = ""
    measure: str = "payable_months"
    view: str = "level"
    why: str = "lever"
    year: int | None = None
    to: int | None = None
    unit: str = "auto"
    paths: int = 1_000
    seed: int = 7
    p: float = 0.9
    one: str = "baseline"
    what: str = ""
    goal: str = "payable_months"
    target: float | None = None
    lang: str = "zh"
    v: str = ""

    def to_query(self) -> dict[str, str]:
        """Return the keys of the address that differ from the defaults; the stamp of a sender is not passed on."""
        found = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if value != item.default and item.name != "v":
                key = _KEYS.get(item.name, item.name)
                found[key] = ",".join(value) if isinstance(value, tuple) else f"{value:g}" if key == "p" else str(value)
        return found

    def changed(self, **changes: Any) -> ViewState:
        """Return the view with other values."""
        return replace(self, **changes)


_KEYS = {"scenarios": "s", "draft": "d"}


def _name(text: str) -> str | None:
    return text if _NAME.fullmatch(text) else None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda text: text if text in allowed else None


def _whole(low: int, high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high else None

    return read


def _scenarios(text: str) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(text.split(",")))
    return names if len(names) <= MAX_SCENARIOS and all(map(_NAME.fullmatch, names)) else None


def _probability(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.5 <= value <= 0.995 else None


def _unknown(text: str) -> str | None:
    return text if re.fullmatch(r"[A-Za-z0-9_.:=|,\[\] -]{1,120}", text) else None


def _amount(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _measure(text: str) -> str | None:
    from poolcast.outlook.catalogue_of_measures import MEASURES

    return text if text in MEASURES else None


def _draft(text: str) -> str | None:
    from poolcast.dashboard.services.drafts import Draft

    try:
        Draft.of_link(text)
    except PoolcastError:
        return None
    return text


_READERS: dict[str, Callable[[str], object | None]] = {
    "set": _name,
    "region": _name,
    "ledger": _name,
    "scenarios": _scenarios,
    "draft": _draft,
    "measure": _measure,
    "view": _one_of("level", "difference"),
    "why": _one_of("lever", "driver"),
    "year": _whole(1950, 2200),
    "to": _whole(1950, 2200),
    "unit": _one_of("auto", "yi", "wan", "yuan"),
    "paths": _whole(1, 10_000_000),
    "seed": _whole(0, 2**31 - 1),
    "p": _probability,
    "one": _name,
    "what": _unknown,
    "goal": _one_of("payable_months", "reserve", "balance", "exhaustion"),
    "target": _amount,
    "lang": _one_of(*LANGUAGES),
    "v": _name,
}


def parse(query: Mapping[str, str]) -> tuple[ViewState, tuple[str, ...]]:
    """Read an address.

    Parameters
    ----------
    query : mapping of str to str
        Keys and values of the address; anything may stand there.

    Returns
    -------
    ViewState
        With the default wherever a value cannot be read.
    tuple of str
        The keys that could not be read, for one message. Keys that are not ours are passed over.
    """
    found: dict[str, Any] = {}
    ignored = []
    for name, read in _READERS.items():
        key = _KEYS.get(name, name)
        text = query.get(key)
        if not text:
            continue
        value = read(text)
        if value is None:
            ignored.append(key)
        else:
            found[name] = value
    return ViewState(**found), tuple(ignored)
