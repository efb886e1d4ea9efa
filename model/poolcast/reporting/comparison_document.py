"""The JSON document of ``poolcast compare --json``, and the files of ``--out``.

Keys of ``poolcast.compare/1``::

    poolcast        version of the package
    schema          "poolcast.compare/1"; a change that breaks readers changes the number
    set, set_digest, synthetic, base_year, last_year, prices   as in poolcast.run/1
    baseline        name of the scenario that the others are compared with
    scenarios       [{name, title, title_zh, digest}], the baseline first
    regions         [{code, kind: region | pool, name, name_zh}]
    measures        [{name, unit, label, label_zh, basis, basis_zh, better: higher | lower | neither}]
    rows            [{scenario, measure, horizon, region, ledger, year, value, difference, ratio, rank}]
      horizon       years after the base year, of measures that speak of one; else null
      region, ledger  null where the measure has no such axis
      year          null where the measure has no years
      difference    value less that of the baseline; ratio: value over that of the baseline, null for points in time
      rank          1 the best, by the measure's own better way

A value that is not defined is null; an event that does not come within the horizon has a row with the value null.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.outlook.comparison import Comparison
from poolcast.parameters.errors import Problem, ResultError
from poolcast.reporting.outcome import Outcome

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "poolcast.compare/1"
TABLE_FILE, MAP_FILE = "comparison.csv", "map.csv"


def comparison_document(
    comparison: Comparison,
    outcomes: Mapping[str, Outcome],
    regions: Sequence[str],
    ledgers: Sequence[str],
    years: Sequence[int],
) -> dict[str, Any]:
    """Return the document of one command; its keys stand at the head of this module.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    outcomes : mapping of str to Outcome
        The scenarios by name.
    regions, ledgers : sequence of str
        Which to show; measures without that axis are always inside.
    years : sequence of int
        Years of yearly measures.
    """
    first = outcomes[comparison.baseline]
    attributes = first.forecast.attrs
    return {
        "poolcast": __version__,
        "schema": SCHEMA,
        "set": str(attributes["set"]),
        "set_digest": str(attributes["set_digest"]),
        "synthetic": first.synthetic,
        "base_year": first.base_year,
        "last_year": first.last_year,
        "prices": comparison.prices,
        "baseline": comparison.baseline,
        "scenarios": [
            {
                "name": name,
                "title": outcomes[name].title.en,
                "title_zh": outcomes[name].title.zh,
                "digest": str(outcomes[name].forecast.attrs["scenario_digest"]),
            }
            for name in comparison.scenarios
        ],
        "regions": [
            {"code": code, "kind": kind, "name": name, "name_zh": chinese}
            for code, (kind, name, chinese) in comparison.regions.items()
            if code in regions
        ],
        "measures": [
            {
                "name": measure.name,
                "unit": comparison.unit(measure),
                "label": measure.label.en,
                "label_zh": measure.label.zh,
                "basis": measure.basis.en,
                "basis_zh": measure.basis.zh,
                "better": measure.better,
            }
            for measure in comparison.measures
        ],
        "rows": _rows(chosen_rows(comparison.table(years), regions, ledgers)),
    }


def chosen_rows(table: pd.DataFrame, regions: Sequence[str], ledgers: Sequence[str]) -> pd.DataFrame:
    """Return the rows of some regions and ledgers, and those of measures without them."""
    kept: pd.DataFrame = table[table["region"].isin([*regions, ""]) & table["ledger"].isin([*ledgers, ""])]
    return kept


def save_comparison(place: Path, comparison: Comparison, regions: Sequence[str], ledgers: Sequence[str]) -> None:
    """Write a comparison: a name that ends in ``.csv`` gets the tidy table, a folder the table and the map.

    Written beside its place and renamed into it, so that a kill leaves nothing half done. Text is utf-8 with a mark
    that Excel looks for.

    Raises
    ------
    ResultError
        Where the place is taken or cannot be written.
    """
    table = chosen_rows(comparison.table(), regions, ledgers)
    refuse_taken(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".poolcast-", dir=place.parent))
        try:
            table.to_csv(work / TABLE_FILE, index=False, encoding="utf-8-sig", lineterminator="\n")
            if is_file_name(place):
                os.replace(work / TABLE_FILE, place)
            else:
                areas = comparison.map_table()
                areas.to_csv(work / MAP_FILE, index=False, encoding="utf-8-sig", lineterminator="\n")
                work.chmod(0o755)
                os.replace(work, place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        problem = Problem("--out", f"{place}: {error.strerror}", "a place that can be written", "Choose another place.")
        raise ResultError(problem) from None


def is_file_name(place: Path) -> bool:
    """Whether a place names a CSV file rather than a folder."""
    return place.suffix.lower() == ".csv"


def refuse_taken(place: Path) -> None:
    """Raise where something else stands at the place of a comparison; an older CSV file may be replaced."""
    taken = place.is_dir() if is_file_name(place) else place.exists()
    if taken:
        raise ResultError(Problem("--out", f"{place}, which exists", "a new place", "Choose another, or remove it."))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [name for name in table.columns if name != "unit"]
    lists = [[_plain(value) for value in table[name].astype(object).tolist()] for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: null for empty text, what is not defined and what is missing."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if type(value).__name__ == "NAType" or value == "" else value
