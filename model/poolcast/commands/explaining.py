"""``poolcast explain``: why two results differ; nothing is saved.

Keys of ``poolcast.explain/1``::

    poolcast        version of the package
    schema          "poolcast.explain/1"; a change that breaks readers changes the number
    first, against  {name, set, set_digest, scenario, scenario_digest, version, base_year, last_year, synthetic}
    year, start     year end explained; year end at which the reasons begin
    approach        "sequential" or "shapley"; of levers and drivers
    reasons         [{region, ledger, reason, label, label_zh, value}], yuan of the reserve; they add up to `totals`
    totals          [{region, ledger, value}], reserve of the first less that of the other
    levers          [{region, ledger, lever, measure, approach, part, value}], yuan
    drivers         [{region, ledger, driver, measure, approach, value}], yuan
    valuations      [{region, ledger, cause, measure, label, label_zh, value}], yuan: forecast error, new data, new
                    assumptions, new law; they add up to the difference; empty where both stand on the same set
    notes           [{en, zh}], what could not be told
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.parameters.errors import Problem, ResultError
from poolcast.reporting.console import data_console, message_console, print_json, working

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.outlook.cases import Case
    from poolcast.outlook.explaining import Explanation

SCHEMA = "poolcast.explain/1"


@dataclass(frozen=True)
class ExplainOptions:
    """What the command line asked for.

    Parameters
    ----------
    first, against : str
        Run folders, scenarios, levers or files.
    assumption_set, against_set : str
        Sets under which scenarios are projected.
    to, year : int or None
        Last year of projections; year end to explain, the last common one where None.
    ledgers, regions : sequence of str
        Which to show; the pooled funds, and all regions, where empty.
    groups : sequence of str
        As ``NAME=1+2``: reforms of the first that count as one lever.
    shapley, as_json, quiet : bool
        All orders; one JSON document; no messages or tables.
    language : {"en", "zh"}
    """

    first: str
    against: str
    assumption_set: str
    against_set: str | None
    to: int | None
    year: int | None
    ledgers: Sequence[str]
    regions: Sequence[str]
    groups: Sequence[str]
    shapley: bool
    as_json: bool
    quiet: bool
    language: str


def explain_results(options: ExplainOptions) -> None:
    """Explain, and print tables or one JSON document.

    Raises
    ------
    PoolcastError
        With every problem of the sets, the scenarios, the runs or the places.
    """
    import poolcast
    from poolcast.outlook.cases import run_folder_of

    console = message_console(quiet=options.quiet or options.as_json)
    groups = _groups(options.groups)
    sets = [options.assumption_set, options.against_set or options.assumption_set]
    with working(console, "Reading"):
        read: list[Any] = []
        for name, chosen in zip((options.first, options.against), sets, strict=True):
            of_run = run_folder_of(name) is not None
            read.append(chosen if of_run else poolcast.load_assumptions(chosen, to=options.to))
    with working(console, "Explaining"):
        found = poolcast.explain(options.first, options.against, *read, shapley=options.shapley, groups=groups)
    view = _View(found, options)
    if options.as_json:
        print_json(view.document())
    elif not options.quiet:
        from poolcast.reporting.explanation_tables import print_explanation

        print_explanation(data_console(), found, view.year, view.regions, view.ledgers, options.language)
        for note in found.notes:
            console.print(note.in_language(options.language), style="dim", markup=False, soft_wrap=True)


def _groups(texts: Sequence[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    problems = []
    for text in texts:
        name, _, members = text.partition("=")
        numbers = members.split("+")
        if not name or not all(number.strip().isdigit() for number in numbers):
            problems.append(Problem("--group", text, "NAME=1+2", "Name reforms by their number in the scenario."))
            continue
        groups[name] = [int(number) - 1 for number in numbers]
    if problems:
        raise ResultError(problems)
    return groups


class _View:
    """The part of an explanation that was asked for."""

    def __init__(self, found: Explanation, options: ExplainOptions) -> None:
        self._found = found
        parts = found.reasons.parts
        years, ledgers, regions = (parts[axis].values.tolist() for axis in ("year", "ledger", "region"))
        self.year = int(years[-1]) if options.year is None else options.year
        wanted = [code.upper() for code in options.ledgers]
        problems = [
            Problem(option, str(given), allowed, "Name one of those.")
            for option, asked, held, allowed in (
                ("--year", [self.year], years, f"{years[0]} to {years[-1]}"),
                ("--ledger", wanted, ledgers, ", ".join(ledgers)),
                ("--region", options.regions, regions, ", ".join(regions)),
            )
            for given in asked
            if given not in held
        ]
        if problems:
            raise ResultError(problems)
        pooled = [code for code in ledgers if code in ("EPF", "RPF")]
        self.ledgers = wanted or (ledgers if options.as_json else pooled or ledgers)
        self.regions = list(options.regions) or regions

    def document(self) -> dict[str, Any]:
        """Return the document; its keys stand at the head of this module."""
        found = self._found
        place = {"region": self.regions, "ledger": self.ledgers}
        reasons = found.reasons.parts.sel(year=self.year).sel(place)
        totals = found.reasons.total.sel(year=self.year).sel(place)
        words = _reason_words()
        rows = _rows(reasons, ("region", "ledger", "reason"))
        for row in rows:
            label = words[row["reason"]]
            row |= {"label": label[0], "label_zh": label[1]}
        levers = [
            {**row, "value": sign * row["value"]}
            for sign, explained in found.levers
            for row in _rows(self._at(explained.parts), ("region", "ledger", "lever", "measure", "approach", "part"))
        ]
        drivers = (
            []
            if found.drivers is None
            else _rows(self._at(found.drivers.parts), ("region", "ledger", "driver", "measure", "approach"))
        )
        return {
            "poolcast": __version__,
            "schema": SCHEMA,
            "first": _case(found.first),
            "against": _case(found.against),
            "year": self.year,
            "start": found.reasons.start,
            "reasons": rows,
            "totals": _rows(totals, ("region", "ledger")),
            "levers": levers,
            "drivers": drivers,
            "valuations": self._valuations(),
            "notes": [{"en": note.en, "zh": note.zh} for note in found.notes],
        }

    def _valuations(self) -> list[dict[str, Any]]:
        from poolcast.outlook.change_classes import CLASSES

        if self._found.valuations is None:
            return []
        rows = _rows(self._at(self._found.valuations.parts), ("region", "ledger", "cause", "measure"))
        for row in rows:
            row |= {"label": CLASSES[row["cause"]].en, "label_zh": CLASSES[row["cause"]].zh}
        return rows

    def _at(self, parts: xr.DataArray) -> xr.DataArray:
        held = {
            axis: [code for code in codes if code in parts[axis].values]
            for axis, codes in (("region", self.regions), ("ledger", self.ledgers))
        }
        return parts.sel(year=self.year).sel(held)


def _reason_words() -> Mapping[str, tuple[str, str]]:
    from poolcast.reporting.explanation_tables import REASON_WORDS

    return {reason: (words.en, words.zh) for reason, words in REASON_WORDS.items()}


def _rows(values: xr.DataArray, axes: Sequence[str]) -> list[dict[str, Any]]:
    """Return one row a defined cell."""
    ordered = values.transpose(*axes)
    cells = product(*(ordered[axis].values.tolist() for axis in axes))
    return [
        {**dict(zip(axes, key, strict=True)), "value": value}
        for key, value in zip(cells, ordered.values.ravel().tolist(), strict=True)
        if math.isfinite(value)
    ]


def _case(case: Case) -> dict[str, Any]:
    attributes = case.forecast.attrs
    return {
        "name": case.name,
        "set": str(attributes["set"]),
        "set_digest": str(attributes.get("set_digest", "")),
        "scenario": str(attributes["scenario"]),
        "scenario_digest": str(attributes.get("scenario_digest", "")),
        "version": str(attributes["version"]),
        "base_year": int(attributes["base_year"]),
        "last_year": int(attributes["last_year"]),
        "synthetic": bool(int(attributes.get("synthetic", 0))),
    }
