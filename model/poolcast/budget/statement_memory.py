"""What a workbook remembers of its statement in a hidden sheet, so that it can be read back without a model run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from poolcast.budget.accounts_by_line import Transfer
from poolcast.budget.lines import StatementLine
from poolcast.budget.statement import Column, Statement
from poolcast.budget.statement_cells import StatementCell
from poolcast.parameters.declaration import Words

SHEET = "_poolcast"
SCHEMA = "poolcast.budget_workbook/1"
_PIECE = 30_000
"""Signs a cell; Excel holds 32,767."""


@dataclass(frozen=True)
class Memory:
    """A statement with the cells that it was written into.

    Parameters
    ----------
    statement : Statement
        As it was written, unrounded.
    cells : tuple of StatementCell
    language : {"en", "zh"}
    set_name, set_digest, scenario : str
    version : str
        Of the package that wrote it.
    """

    statement: Statement
    cells: tuple[StatementCell, ...]
    language: str
    set_name: str
    set_digest: str
    scenario: str
    version: str

    def pieces(self) -> list[str]:
        """Return the memory as texts that each fit into a cell."""
        statement = self.statement
        document = {
            "schema": SCHEMA,
            "language": self.language,
            "set_name": self.set_name,
            "set_digest": self.set_digest,
            "scenario": self.scenario,
            "version": self.version,
            "region": statement.region,
            "name": asdict(statement.name),
            "kind": statement.kind,
            "year": statement.year,
            "synthetic": statement.synthetic,
            "ledgers": list(statement.ledgers),
            "lines": [asdict(line) for line in statement.lines],
            "columns": [asdict(column) for column in statement.columns],
            "transfers": [asdict(one) for one in statement.transfers],
            "cells": [list(asdict(cell).values()) for cell in self.cells],
        }
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def recalled(pieces: Sequence[str]) -> Memory:
    """Return the memory of a workbook.

    Raises
    ------
    ValueError, KeyError, TypeError
        Where the texts are none.
    """
    found: dict[str, Any] = json.loads("".join(pieces))
    if found["schema"] != SCHEMA:
        raise ValueError(f"schema {found['schema']}")
    lines = tuple(_line(one) for one in found["lines"])
    columns = tuple(
        Column(one["key"], one["year"], Words(**one["label"]), Words(**one["basis"])) for one in found["columns"]
    )
    cells = tuple(StatementCell(*one) for one in found["cells"])
    ledgers = tuple(found["ledgers"])
    amounts = np.full((len(columns), len(ledgers), len(lines)), np.nan)
    keys, codes = [str(column.key) for column in columns], [line.code for line in lines]
    for cell in cells:
        amounts[keys.index(cell.column), ledgers.index(cell.ledger), codes.index(cell.line)] = cell.exact
    statement = Statement(
        found["region"],
        Words(**found["name"]),
        found["kind"],
        found["year"],
        ledgers,
        lines,
        columns,
        amounts,
        tuple(Transfer(**one) for one in found["transfers"]),
        bool(found["synthetic"]),
    )
    return Memory(
        statement,
        cells,
        found["language"],
        found["set_name"],
        found["set_digest"],
        found["scenario"],
        found["version"],
    )


def _line(one: dict[str, Any]) -> StatementLine:
    return StatementLine(
        one["code"], Words(**one["label"]), one["level"], one["side"], tuple(one["parts"]), one["unit"]
    )


__all__ = ["SCHEMA", "SHEET", "Memory", "recalled"]
