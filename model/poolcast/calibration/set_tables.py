"""Writing a set: rows of tables and ``set.yaml``, the same bytes for the same figures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.calibration.region_profiles import Figure, SetPlan
from poolcast.parameters.axes import AXES, SEXES
from poolcast.parameters.declarations import PARAMETERS

Array = NDArray[np.float64]

_LAST_COLUMNS = ("value", "unit", "evidence", "grade", "source", "note")
MADE_UP = "generated, see README"

OWN_POOLS = frozenset({"133100"})
"""Regions that no provincial pool takes in: Xiong'an is an independent pooling region (seed 001 item 15)."""


def number(value: float, digits: int = 6) -> str:
    """Return a number in plain decimals, rounded to significant digits.

    Examples
    --------
    >>> number(1234567.8, 4), number(0.000123456, 3), number(0.0)
    ('1235000', '0.000123', '0')
    """
    rounded = float(f"{float(value):.{digits - 1}e}")
    return np.format_float_positional(rounded, trim="-") if rounded else "0"


def people(value: float) -> str:
    """Return a number of persons."""
    return str(round(float(value)))


def yuan(value: float) -> str:
    """Return an amount in yuan, seven digits of it: what the last bits of a machine do is far below."""
    return number(value, 7)


class Table:
    """Rows of one CSV file.

    Parameters
    ----------
    name : str
        File name without its ending.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: list[dict[str, str]] = []

    def add(
        self,
        parameter: str,
        value: str,
        *,
        evidence: str = "synthetic",
        grade: str = "",
        source: str = "",
        note: str = MADE_UP,
        **axes: str,
    ) -> None:
        """Add a row; the axes are those of the parameter."""
        declared = PARAMETERS[parameter]
        if set(axes) != set(declared.dimensions):
            raise ValueError(f"{parameter} varies by {declared.dimensions}, not by {sorted(axes)}")
        row = {"parameter": parameter, **axes, "value": value, "unit": declared.unit, "evidence": evidence}
        self._rows.append({**row, "grade": grade, "source": source, "note": note})

    def add_figure(self, figure: Figure) -> None:
        """Add a row that goes in as it is."""
        self.add(
            figure.parameter,
            number(figure.value, 12),
            evidence=figure.evidence,
            grade=figure.grade,
            source=figure.source,
            note=figure.note,
            **dict(figure.axes),
        )

    def add_ages(self, parameter: str, values: Array, digits: int, **axes: str) -> None:
        """Add rows for values by age, or by sex and age, equal neighbours joined; persons where digits are 0."""
        if values.ndim == 1:
            for ages, value in joined([number(value, digits) for value in values]):
                self.add(parameter, value, **{**axes, "age": ages})
            return
        texts = [[people(value) if digits == 0 else number(value, digits) for value in row] for row in values]
        sexes = [("all", texts[0])] if texts[0] == texts[1] else list(zip(SEXES, texts, strict=True))
        for sex, row in sexes:
            for ages, value in joined(row):
                self.add(parameter, value, **{**axes, "sex": sex, "age": ages})

    def extend(self, other: Table, **texts: str) -> None:
        """Add the rows of another table, with another source or note."""
        self._rows += [{**row, **texts} for row in other._rows]

    def write(self, folder: Path) -> None:
        """Write the file, with the columns that it needs only."""
        if not self._rows:
            return
        used = [axis for axis in AXES if any(axis in row for row in self._rows)]
        text = io.StringIO()
        writer = csv.DictWriter(text, ["parameter", *used, *_LAST_COLUMNS], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._rows)
        (folder / f"{self.name}.csv").write_bytes(text.getvalue().encode())


def joined(values: list[str]) -> Iterator[tuple[str, str]]:
    """Return spans of equal neighbours: (age cell, value).

    Examples
    --------
    >>> list(joined(["0", "0", "5"]))
    [('0-1', '0'), ('2', '5')]
    """
    start = 0
    for age in range(1, len(values) + 1):
        if age < len(values) and values[age] == values[start]:
            continue
        yield (str(start) if age == start + 1 else f"{start}-{age - 1}"), values[start]
        start = age


def write_set_file(
    folder: Path, plan: SetPlan, base_year: int, ledgers: tuple[str, ...], options: Mapping[str, str]
) -> None:
    """Write ``set.yaml``; texts are quoted as JSON, which is YAML too."""

    def quoted(text: str | None) -> str:
        return "null" if text is None else json.dumps(text, ensure_ascii=False)

    def words(en: str, zh: str) -> str:
        return f"{{en: {quoted(en)}, zh: {quoted(zh)}}}"

    lines = [
        "# Synthetic: written by python -m poolcast.calibration.synthetic_regions; edit the generator, not this.",
        f"name: {plan.name}",
        f"title: {words(plan.title.en, plan.title.zh)}",
        *([f"short: {words(plan.short.en, plan.short.zh)}"] if plan.short else []),
        "description:",
        f"  en: {quoted(plan.description.en)}",
        f"  zh: {quoted(plan.description.zh)}",
        f"base_year: {base_year}",
        f"last_year: {plan.last_year}",
        f"longest: {plan.longest}",
        "currency: CNY",
        "synthetic: true",
        "based_on: china",
        f"ledgers: [{', '.join(ledgers)}]",
        "options:",
        *(f"  {name}: {choice}" for name, choice in options.items()),
        "regions:",
    ]
    places = [(parent, False) for parent in plan.parents] + [(region, True) for region in plan.regions]
    for place, projected in places:
        lines.append(
            f"  - {{code: {quoted(place.code)}, name: {words(place.name.en, place.name.zh)}, "
            f"parent: {quoted(place.parent)}, projected: {str(projected).lower()}"
            + (f", tile: {list(plan.tiles[place.code])}" if place.code in plan.tiles else "")
            + (", own_pool: true}" if place.code in OWN_POOLS else "}")
        )
    if plan.pools:
        lines.append("pools:")
    for pool in plan.pools:
        lines.append(
            f"  - {{code: {quoted(pool.code)}, name: {words(pool.name.en, pool.name.zh)}, "
            f"members: [{', '.join(map(quoted, pool.members))}]}}"
        )
    lines.append("sources:" if plan.sources else "sources: {}")
    for key, source in plan.sources.items():
        lines.append(f"  {key}:")
        for name in ("title", "publisher", "year", "address", "grade", "note"):
            if text := getattr(source, name):
                lines.append(f"    {name}: {quoted(text)}")
    (folder / "set.yaml").write_bytes(("\n".join(lines) + "\n").encode())
