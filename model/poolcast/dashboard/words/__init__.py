"""Words of the dashboard: one catalogue per language, keys are ids; both hold the same keys.

``zh.toml`` and ``en.toml`` hold what all pages share; a page may bring ``PAGE.zh.toml`` and ``PAGE.en.toml``. What the
package knows already (measures, ledgers, bands, statuses) is asked there and not written again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from poolcast.dashboard.services.assumption_rows import SECTIONS
from poolcast.dashboard.services.parts import EXPENDITURE_PARTS, REVENUE_PARTS
from poolcast.dashboard.words.terms import TERMS
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declaration import EVIDENCES, Words

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).parent

FAMILIES: dict[str, tuple[str, ...]] = {
    "nav": (
        "overview",
        "forecast",
        "compare",
        "build",
        "uncertainty",
        "solve",
        "assumptions",
        "budget",
        "help",
    ),
    "part": (*REVENUE_PARTS, *EXPENDITURE_PARTS),
    "money_unit": ("auto", "yi", "wan", "yuan"),
    "chance": ("months_below_6", "months_below_3", "exhausted_by"),
    "detail": ("regions", "grid", "sobol", "settling", "tails", "files"),
    "grid_axis": ("row", "column"),
    "tail": (
        "shortfall_value_at_risk",
        "shortfall_tail_mean",
        "largest_deficit_value_at_risk",
        "largest_deficit_tail_mean",
    ),
    "goal": ("payable_months", "reserve", "balance", "exhaustion"),
    "condition": ("payable_months", "reserve", "balance", "exhaustion"),
    "solve_detail": ("needed", "package", "save"),
    "section": tuple(SECTIONS),
    "evidence": EVIDENCES,
    "term": TERMS,
    "meaning": TERMS,
    "ledger_meaning": LEDGERS,
    "kind": ("term", "measure", "ledger", "band", "parameter"),
    "keyboard": ("tab", "enter", "arrows", "escape", "find", "copy", "zoom"),
    "method": ("population", "coverage", "money", "calibration", "ledgers", "chance", "section"),
    "tour": tuple(f"{step}{part}" for step in ("region", "scenario", "certainty") for part in ("", "_text")),
    "assume": (
        *("name", "unit", "mine", "shipped", "range", "evidence", "state"),
        *("all", "changed", "weak", "template", "downloads", "upload"),
        *("make_workbook", "make_zip", "differences_xlsx", "differences_csv"),
    ),
    "budget_column": ("outcome", "budget", "outlook", "draft", "plan_2", "plan_3"),
    "budget_upload": ("months", "approved"),
    "budget_panel": ("monthly", "cash", "adjustment", "provider", "schedules"),
    "budget_series": ("plan", "actual", "outlook", "low", "high"),
    "budget_kind": ("phased", "actual", "expected"),
    "budget_price": ("drg", "dip"),
    "budget_unit": ("yuan", "persons", "ratio", "fraction", "months", "services"),
}
"""Keys that code puts together, ``f"nav.{page}"``: the members of each family. All other keys stand in the code."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the words of a language by key, as ``nav.overview``.

    Raises
    ------
    ValueError
        Where two files give the same key.
    """
    found: dict[str, str] = {}
    for path in sorted(_FOLDER.glob(f"*{language}.toml")):
        for key, text in _flat(tomllib.loads(path.read_text(encoding="utf-8"))).items():
            if key in found:
                raise ValueError(f"{path.name} gives {key} again")
            found[key] = text
    return found


def _flat(tree: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[before + key] = value
    return found


def t(key: str, language: str, **values: object) -> str:
    """Return the words of a key.

    Parameters
    ----------
    key : str
        Key of the catalogue.
    language : {"zh", "en"}
        Language wanted.
    **values
        What stands in its braces. In English ``{n|year|years}`` takes the form that fits the number.
    """
    return fill(catalogue(language)[key], values)


def words(key: str, **values: object) -> Words:
    """Return a key in both languages, for parts that take `Words`."""
    return Words(t(key, "en", **values), t(key, "zh", **values))


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values into the braces of a text; ``{n|one|many}`` chooses a form by the number ``n``."""
    if "{" not in text:
        return text
    parts = []
    for literal, name, spec, _ in Formatter().parse(text):
        parts.append(literal)
        if name is None:
            continue
        if "|" in name:
            number, one, many = name.split("|")
            parts.append(one if values[number] in (1, "1") else many)
        else:
            parts.append(format(values[name], spec or ""))
    return "".join(parts)
